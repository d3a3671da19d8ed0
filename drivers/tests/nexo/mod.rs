//! A nexo terminal of software with its certificate, and a till that talks to it.
//! Holds a dialogue over real TLS whose clock is moved by hand, so that half a minute between two
//! questions takes no time. Never asserts; that is the tests' part.

// Each test that takes this file in uses its own part of it.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;
use usher_drivers::pin_pad::nexo::message::Till;
use usher_drivers::pin_pad::nexo::port::{Client, Lost};
use usher_drivers::pin_pad::nexo::{Environment, NexoSettings, Sequence, Start};
use usher_drivers::pin_pad::{
    Ask, Currency, Finding, IntentNo, Kind, PinPad, PinPadEvent, Step, Stir, Tender,
};
use usher_drivers::sim::pin_pad::nexo::{KeyName, SimNexo, SimNexoSettings};
use usher_drivers::sim::pin_pad::script::Script;
use usher_drivers::sim::pin_pad::truth::{Line, Truth};

pub const POI_ID: &str = "V400m-346403161";
pub const PASSPHRASE: &str = "correct horse battery";
pub const EUR: Currency = Currency { number: 978, letters: *b"EUR", minor_digits: 2 };
const DEADLINE: Duration = Duration::from_secs(120);

static FOLDERS: AtomicU32 = AtomicU32::new(0);

/// A folder with an authority, a terminal's certificate and a passphrase.
pub struct World {
    pub folder: PathBuf,
    pub sim: SimNexoSettings,
    pub box_side: NexoSettings,
}

impl World {
    /// The terminal's certificate has this common name.
    pub fn named(common_name: &str) -> World {
        let number = FOLDERS.fetch_add(1, Ordering::SeqCst);
        let name = format!("usher-nexo-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let (root, cert, key) = certificates(common_name);
        let file = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let sim = SimNexoSettings {
            listen: "127.0.0.1:0".parse().unwrap(),
            cert: file("cert.pem", &cert),
            key: file("key.pem", &key),
            passphrase_file: file("passphrase", &format!("{PASSPHRASE}\n")),
            key_name: Some(KeyName { identifier: "saltmere".to_owned(), version: 1 }),
            poi_id: POI_ID.to_owned(),
            truth: folder.join("truth"),
        };
        let box_side = NexoSettings {
            address: "127.0.0.1:1".to_owned(),
            poi_id: POI_ID.to_owned(),
            sale_id: "till-1".to_owned(),
            root: file("root.pem", &root),
            passphrase_file: sim.passphrase_file.clone(),
            key_identifier: "saltmere".to_owned(),
            key_version: 1,
            environment: Environment::Test,
            legacy_certificate: false,
            keyed_cards: false,
        };
        World { folder, sim, box_side }
    }

    pub fn new() -> World {
        World::named(&format!("{POI_ID}.test.terminal.adyen.com"))
    }

    /// Switches the terminal on; the box learns its port.
    pub async fn switch_on(&mut self, script: Script) -> SimNexo {
        let sim = SimNexo::start(self.sim.clone(), script).await.unwrap();
        self.sim.listen = sim.address();
        self.box_side.address = sim.address().to_string();
        sim
    }

    pub fn desk(&self) -> Desk {
        Desk::new(&self.box_side)
    }

    pub fn truth(&self) -> Vec<Line> {
        Truth::open(&self.sim.truth).unwrap().lines().to_vec()
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Root, leaf and the leaf's key.
pub fn certificates(common_name: &str) -> (String, String, String) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca_params = CertificateParams::new(Vec::new()).unwrap();
    ca_params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = ca_params.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(ca_params, ca_key);
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "A vendor of terminals");
    name.push(DnType::CommonName, common_name);
    params.distinguished_name = name;
    let leaf = params.signed_by(&key, &issuer).unwrap();
    (ca.pem(), leaf.pem(), key.serialize_pem())
}

pub fn purchase(intent: u32, amount_minor: u64) -> Tender {
    Tender {
        intent: IntentNo(intent),
        kind: Kind::Purchase,
        amount_minor,
        currency: EUR,
        original: None,
        baseline: None,
    }
}

pub fn reads(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// The box's side: the dialogue, real exchanges, a clock moved by hand.
pub struct Desk {
    client: Client,
    sequence: Sequence,
    pub now_ms: u64,
    exchanges: JoinSet<(u32, Result<Vec<u8>, Lost>)>,
    handles: Vec<AbortHandle>,
    pub events: Vec<PinPadEvent>,
    heard: usize,
    /// So long an exchange may take before the clock of the dialogue moves on. Short only for a
    /// terminal that is silent: a busy machine must not look like one.
    pub patience: Duration,
}

impl Desk {
    pub fn new(settings: &NexoSettings) -> Desk {
        static SEEDS: AtomicU32 = AtomicU32::new(1);
        let till = Till { sale_id: settings.sale_id.clone(), poi_id: settings.poi_id.clone() };
        let seed = u64::from(SEEDS.fetch_add(1, Ordering::SeqCst));
        let start = Start { wall_ms: 1_790_000_000_000, seed };
        Desk {
            client: Client::new(settings).unwrap(),
            sequence: Sequence::new(till, start),
            now_ms: 0,
            exchanges: JoinSet::new(),
            handles: Vec::new(),
            events: Vec::new(),
            heard: 0,
            patience: DEADLINE,
        }
    }

    pub async fn up(&mut self) {
        self.stir(Stir::LinkUp);
        self.until(|event| matches!(event, PinPadEvent::Up { .. })).await;
    }

    pub fn ask(&mut self, ask: Ask) {
        self.stir(Stir::Ask(ask));
    }

    /// Begin and Go; returns with the event that says how it went.
    pub async fn pay(&mut self, tender: &Tender) -> PinPadEvent {
        let intent = tender.intent;
        self.ask(Ask::Begin(Box::new(tender.clone())));
        let ready = self
            .until(|event| matches!(event, PinPadEvent::Ready(_) | PinPadEvent::NotStarted { .. }))
            .await;
        if ready != PinPadEvent::Ready(intent) {
            return ready;
        }
        self.ask(Ask::Go(intent));
        self.until(is_end).await
    }

    /// Until the terminal gives a finding other than "not now".
    pub async fn recover(&mut self, tender: &Tender) -> Finding {
        for _ in 0..200 {
            self.ask(Ask::Recover(Box::new(tender.clone())));
            let event = self.until(|event| matches!(event, PinPadEvent::Recovered { .. })).await;
            match event {
                PinPadEvent::Recovered { finding: Finding::NotNow { .. }, .. } => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                PinPadEvent::Recovered { finding, .. } => return finding,
                other => panic!("{other:?}"),
            }
        }
        panic!("no finding: {:?}", self.events)
    }

    /// The next event of this kind; earlier ones have been heard.
    pub async fn until(&mut self, wanted: impl Fn(&PinPadEvent) -> bool) -> PinPadEvent {
        let searched = timeout(DEADLINE, async {
            loop {
                while let Some(event) = self.events.get(self.heard) {
                    self.heard += 1;
                    if wanted(event) {
                        return event.clone();
                    }
                }
                self.turn().await;
            }
        });
        searched.await.expect("the wanted event comes")
    }

    /// One thing happens: an exchange ends, or the clock moves to what is due.
    async fn turn(&mut self) {
        match timeout(self.patience, self.exchanges.join_next()).await {
            Ok(Some(Ok((exchange, Ok(bytes))))) => {
                self.stir(Stir::Bytes { exchange, bytes: &bytes });
            }
            Ok(Some(Ok((exchange, Err(lost))))) => {
                let mut steps = Vec::new();
                if lost.unsent {
                    self.sequence.unsent(exchange, self.now_ms, &mut steps);
                    self.act(steps);
                } else {
                    self.stir(Stir::ExchangeLost { exchange });
                }
            }
            Ok(Some(Err(_given_up))) => {}
            Ok(None) | Err(_) => {
                self.now_ms = self.sequence.due_ms().expect("something is due").max(self.now_ms);
                self.stir(Stir::Due);
            }
        }
    }

    fn stir(&mut self, stir: Stir<'_>) {
        let mut steps = Vec::new();
        self.sequence.stir(stir, self.now_ms, &mut steps);
        self.act(steps);
    }

    fn act(&mut self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Write { exchange, bytes } => {
                    let client = self.client.clone();
                    let work = async move { (exchange, client.exchange(bytes).await) };
                    self.handles.push(self.exchanges.spawn(work));
                }
                Step::HangUp => self.handles.drain(..).for_each(|handle| handle.abort()),
                Step::Tell(event) => self.events.push(*event),
            }
        }
    }
}

/// How an intent that was sent ends, or does not.
pub fn is_end(event: &PinPadEvent) -> bool {
    matches!(
        event,
        PinPadEvent::Ended { .. } | PinPadEvent::Unknown { .. } | PinPadEvent::NotStarted { .. }
    )
}
