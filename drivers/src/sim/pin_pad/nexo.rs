//! A nexo terminal made of software: an HTTPS server that takes sealed messages at `/nexo`.
//! Holds the listening, the certificate, the power switch and the cable; written from the
//! terminal's side and sharing no code with the driver but the look for a certificate's name.
//! Never books without writing the truth first. In nexo nobody acknowledges an approval, so it is
//! always kept, whatever a scene wants of that.
//! Next: `nexo/terminal.rs` (what it does), `nexo/seal.rs` and `nexo/line.rs` (bytes).

mod ask;
mod line;
mod reply;
mod seal;
mod terminal;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex as Turns;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::customer::{Cable, Customer, Hand, Pace, pair};
use super::script::{Scene, Script};
use crate::Fault;
use crate::pin_pad::nexo::certificate::name_of;
use line::Line;
use seal::Seal;

pub use seal::KeyName;
use terminal::{Heard, Terminal};

/// How long the terminal is off when it restarts.
pub const REBOOT_MS: u64 = 300;
const BODY_BYTES_MAX: usize = 64 * 1024;
/// A connection that does not say what it wants is dropped.
const SILENCE_MS_MAX: u64 = 10_000;
const HANDSHAKE_MS_MAX: u64 = 5_000;
const REBIND_MS: u64 = 20;
const REBINDS_MAX: u32 = 250;

/// One terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimNexoSettings {
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// PEM: the chain, leaf first. Its common name is the terminal's.
    pub cert: PathBuf,
    pub key: PathBuf,
    pub passphrase_file: PathBuf,
    /// Name and version of the shared key; `None` takes any, and answers by the same.
    pub key_name: Option<KeyName>,
    /// Model and serial number.
    pub poi_id: String,
    pub truth: PathBuf,
}

impl SimNexoSettings {
    /// A terminal that takes any key's name, and is called as its certificate says.
    pub fn of_certificate(
        listen: SocketAddr,
        (cert, key): (PathBuf, PathBuf),
        passphrase_file: PathBuf,
        truth: PathBuf,
    ) -> Result<SimNexoSettings, Fault> {
        let chain = CertificateDer::from_pem_file(&cert)
            .map_err(|error| Fault::setting("cert", format!("{}: {error}", cert.display())))?;
        let name = name_of(&chain).unwrap_or_default();
        let poi_id = name.split('.').next().filter(|name| name.contains('-'));
        let poi_id = poi_id.map(str::to_owned).ok_or_else(|| {
            let wanted = "V400m-346403161.test.terminal.adyen.com";
            Fault::setting("cert", format!("common name {name:?}, wanted one such as {wanted}"))
        })?;
        Ok(SimNexoSettings { listen, cert, key, passphrase_file, key_name: None, poi_id, truth })
    }
}

/// A running terminal; dropped, its power is cut.
pub struct SimNexo {
    shared: Arc<Shared>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

/// What all connections share.
struct Shared {
    settings: SimNexoSettings,
    terminal: Mutex<Terminal>,
    seal: Seal,
    /// Of the present run; a restart makes a new one.
    power: Mutex<CancellationToken>,
    /// A person plays it in place of the script.
    hand: Option<Turns<Hand>>,
    cable: Cable,
}

impl SimNexo {
    /// Listens as soon as this returns. What an earlier run booked is read from the truth.
    pub async fn start(settings: SimNexoSettings, script: Script) -> Result<SimNexo, Fault> {
        SimNexo::switch_on(settings, script, None, Cable::fixed()).await
    }

    /// The same, played by a person in place of a script.
    pub async fn start_by_hand(
        settings: SimNexoSettings,
        pace: Pace,
    ) -> Result<(SimNexo, Customer), Fault> {
        let (customer, hand, cable) = pair(pace);
        let script = Script::default();
        let sim = SimNexo::switch_on(settings, script, Some(Turns::new(hand)), cable).await?;
        Ok((sim, customer))
    }

    async fn switch_on(
        settings: SimNexoSettings,
        script: Script,
        hand: Option<Turns<Hand>>,
        cable: Cable,
    ) -> Result<SimNexo, Fault> {
        let acceptor = acceptor(&settings)?;
        let passphrase = std::fs::read_to_string(&settings.passphrase_file)
            .map_err(|error| Fault::setting("passphrase_file", error.to_string()))?;
        let passphrase = passphrase.trim_end_matches(['\r', '\n']);
        let seal = Seal::new(passphrase, settings.key_name.clone());
        let terminal = Terminal::open(&settings.poi_id, &settings.truth, script)?;
        let listener = bind(settings.listen).await?;
        let address =
            listener.local_addr().map_err(|error| Fault::setting("listen", error.to_string()))?;
        let shared = Arc::new(Shared {
            settings: SimNexoSettings { listen: address, ..settings },
            terminal: Mutex::new(terminal),
            seal,
            power: Mutex::new(CancellationToken::new()),
            hand,
            cable,
        });
        let task = tokio::spawn(Arc::clone(&shared).run(listener, acceptor));
        Ok(SimNexo { shared, address, task })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The scene of the next payment, before those of the script.
    pub fn arm(&self, scene: Scene) {
        self.shared.terminal().arm(scene);
    }

    /// What the box did against the protocol.
    pub fn violations(&self) -> Vec<String> {
        self.shared.terminal().violations()
    }

    /// How many messages of each kind were taken: payments, reversals, aborts, status, diagnoses.
    pub fn heard(&self) -> Heard {
        self.shared.terminal().heard()
    }
}

impl Drop for SimNexo {
    fn drop(&mut self) {
        self.task.abort();
        self.shared.power().cancel();
    }
}

impl Shared {
    fn terminal(&self) -> MutexGuard<'_, Terminal> {
        self.terminal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn power(&self) -> MutexGuard<'_, CancellationToken> {
        self.power.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens, and again after each restart or when the cable is back.
    async fn run(self: Arc<Self>, mut listener: TcpListener, acceptor: TlsAcceptor) {
        loop {
            let power = self.power().clone();
            self.listen(listener, &acceptor, &power).await;
            if power.is_cancelled() {
                sleep(Duration::from_millis(REBOOT_MS)).await;
                if let Err(why) = self.terminal().restart() {
                    tracing::warn!(%why, "simulated nexo terminal cannot read its truth");
                    return;
                }
                *self.power() = CancellationToken::new();
            }
            self.cable.clone().plugged().await;
            listener = match bind(self.settings.listen).await {
                Ok(listener) => listener,
                Err(why) => {
                    tracing::warn!(%why, "simulated nexo terminal cannot listen again");
                    return;
                }
            };
        }
    }

    async fn listen(
        self: &Arc<Self>,
        listener: TcpListener,
        acceptor: &TlsAcceptor,
        power: &CancellationToken,
    ) {
        let mut cable = self.cable.clone();
        loop {
            tokio::select! {
                () = power.cancelled() => return,
                () = cable.pulled() => return,
                accepted = listener.accept() => {
                    let Ok((stream, _)) = accepted else { continue };
                    let connection = Arc::clone(self).connection(stream, acceptor.clone());
                    let (power, mut cable) = (power.clone(), self.cable.clone());
                    tokio::spawn(async move {
                        tokio::select! {
                            () = power.cancelled() => {}
                            () = cable.pulled() => {}
                            () = connection => {}
                        }
                    });
                }
            }
        }
    }

    async fn connection(self: Arc<Self>, stream: TcpStream, acceptor: TlsAcceptor) {
        let limit = Duration::from_millis(HANDSHAKE_MS_MAX);
        let Ok(Ok(stream)) = timeout(limit, acceptor.accept(stream)).await else { return };
        let mut line = Line::new(stream);
        let limit = Duration::from_millis(SILENCE_MS_MAX);
        let Ok(Ok(category)) = timeout(limit, line.category()).await else { return };
        // The scene is of the payment, so are its faults: other questions have a good line.
        let scene = line::moves_money(&category).then(|| self.terminal().next_scene());
        if let Some(fault) = scene.as_ref().and_then(|scene| scene.fault.clone()) {
            line.spoil(fault);
        }
        let answer = service_fn(move |request| {
            let (shared, scene) = (Arc::clone(&self), scene.clone());
            async move { shared.answer(request, scene.unwrap_or_default()).await }
        });
        let served = hyper::server::conn::http1::Builder::new()
            .keep_alive(false)
            .auto_date_header(false)
            .serve_connection(TokioIo::new(line), answer)
            .await;
        if let Err(why) = served {
            tracing::debug!(%why, "simulated nexo terminal lost a connection");
        }
    }

    async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
        scene: Scene,
    ) -> io::Result<Response<Full<Bytes>>> {
        let path = request.uri().path().to_owned();
        if request.method() != Method::POST || !matches!(path.as_str(), "/nexo" | "/nexo/") {
            self.terminal().violate(format!("{} {path}", request.method()));
            return Ok(with(StatusCode::NOT_FOUND, Bytes::new()));
        }
        let json = request.headers().get(header::CONTENT_TYPE);
        if json.is_none_or(|kind| !kind.as_bytes().starts_with(b"application/json")) {
            self.terminal().violate("a body that is not called JSON".to_owned());
        }
        let body = Limited::new(request.into_body(), BODY_BYTES_MAX).collect().await;
        let body = body.map_err(|error| io::Error::other(error.to_string()))?.to_bytes();
        let (message, key_name) = match self.seal.open(&body) {
            Ok(opened) => opened,
            Err(why) => {
                self.terminal().violate(format!("a message that cannot be opened: {why}"));
                let error = reply::crypto_error(&why);
                return Ok(with(StatusCode::UNAUTHORIZED, error.into()));
            }
        };
        let taken = self.terminal().take(&message, scene);
        let reply = match taken {
            terminal::Taken::Reply(reply) => Some(reply),
            terminal::Taken::Empty => return Ok(with(StatusCode::OK, Bytes::new())),
            terminal::Taken::Wrong => return Ok(with(StatusCode::BAD_REQUEST, Bytes::new())),
            terminal::Taken::Working(working) => self.work(working).await,
        };
        // A payment that ended without an answer: the terminal went off.
        let reply = reply.ok_or_else(|| io::Error::other("switched off"))?;
        let sealed =
            self.seal.seal(&reply, &key_name).ok_or_else(|| io::Error::other("not sealed"))?;
        Ok(with(StatusCode::OK, sealed.into()))
    }

    /// The payment goes on if its connection does not.
    async fn work(self: &Arc<Self>, working: terminal::Working) -> Option<String> {
        let shared = Arc::clone(self);
        let power = self.power().clone();
        let play = async move {
            let done = match &shared.hand {
                Some(hand) => shared.attend(&mut *hand.lock().await, working).await,
                None => {
                    working.wait().await;
                    shared.terminal().finish(working)
                }
            };
            if done.is_none() {
                shared.power().cancel();
            }
            done
        };
        tokio::spawn(async move { power.run_until_cancelled(play).await.flatten() })
            .await
            .ok()
            .flatten()
    }

    /// A person plays the customer; the box may stop it.
    async fn attend(&self, hand: &mut Hand, working: terminal::Working) -> Option<String> {
        hand.begin(working.bill());
        let verdict = working.abort().run_until_cancelled(hand.finish()).await;
        let done = self.terminal().finish(working.decided(verdict))?;
        match verdict {
            Some(verdict) => hand.show(verdict.shown()),
            None => hand.stop(),
        }
        Some(done)
    }
}

fn with(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response
}

/// The port of a terminal that was just switched off may be taken for a moment.
async fn bind(address: SocketAddr) -> Result<TcpListener, Fault> {
    let mut tries = 0;
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return Ok(listener),
            Err(error) if tries >= REBINDS_MAX => {
                return Err(Fault::setting("listen", format!("{address}: {error}")));
            }
            Err(_) => tries += 1,
        }
        sleep(Duration::from_millis(REBIND_MS)).await;
    }
}

fn acceptor(settings: &SimNexoSettings) -> Result<TlsAcceptor, Fault> {
    let wrong = |key: &'static str| move |error: String| Fault::setting(key, error);
    let chain: Result<Vec<CertificateDer<'static>>, _> =
        CertificateDer::pem_file_iter(&settings.cert)
            .map_err(|error| wrong("cert")(error.to_string()))?
            .collect();
    let chain = chain.map_err(|error| wrong("cert")(error.to_string()))?;
    let key = PrivateKeyDer::from_pem_file(&settings.key)
        .map_err(|error| wrong("key")(error.to_string()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong("cert")(error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| wrong("cert")(error.to_string()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
