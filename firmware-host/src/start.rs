//! What runs: opens the store, starts the ledger, then every worker and errand around it.
//!
//! Read from top to bottom to know the whole process. Used by `serve`, by the demo and by tests
//! that want a box in-process. Never decides anything. Next: `errand.rs`.

use crate::clock::MachineClock;
use crate::config::{Config, DeviceKind, GatewayKind};
use crate::counted::{Counted, Written};
use crate::errand::door::{self, Beside, DoorErrand};
use crate::errand::pad::{self as pad_errand, PadErrand};
use crate::errand::{books, disk, gate, sweep};
use crate::keys::{self, Keys, KeysFault};
use crate::listen;
use crate::settle;
use crate::venue;
use jiff::tz::TimeZone;
use redb::backends::FileBackend;
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use usher_cloud::gateway::Gateway;
use usher_cloud::gateway::demo::DemoGateway;
use usher_cloud::gateway::truth::TruthFault;
use usher_cloud::{gateway, mail};
use usher_drivers::gate::run_gate_on;
use usher_drivers::gate::{GateEvent, GateOrder, GateSettings, ORDERS_MAX, PortKind, run_gate};
use usher_drivers::pin_pad;
use usher_drivers::scanner::{self, ScannerEvent};
use usher_drivers::sim::SimGate;
use usher_ledger::checkout::Numbering;
use usher_ledger::handle::{self, Surroundings};
use usher_ledger::open::{self as store, OpenFault};
use usher_ledger::{Fault, Handle};
use usher_listener::pad;
use usher_listener::state::{Settings, Shop};
use usher_rules::admission::Direction;
use usher_rules::at::Clock;
use usher_rules::id::{BoxNo, DeviceNo};
use usher_rules::view::desk::pad::Face;

/// Bytes in one MiB of cache.
const MIB: usize = 1024 * 1024;

/// Why the box did not start. Each text says what to look at.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    #[error(transparent)]
    Open(#[from] OpenFault),
    #[error(transparent)]
    Keys(#[from] KeysFault),
    #[error(transparent)]
    Store(#[from] Fault),
    #[error("the venue's settings were not taken: {0}")]
    Settings(String),
    #[error("venue.time_zone: {0}")]
    TimeZone(#[from] jiff::Error),
    #[error("the demo's bank could not be opened: {0}")]
    Bank(#[from] TruthFault),
    #[error("{0}")]
    Look(String),
}

/// What is running. Dropping it stops nothing; call [`Running::stop`].
pub struct Running {
    pub handle: Handle,
    pub shop: Arc<Shop>,
    pub written: Arc<Written>,
    pub created: bool,
    /// Simulated gates by device, for those who want to see or turn them.
    pub sim_gates: HashMap<DeviceNo, Arc<SimGate>>,
    pub stop: CancellationToken,
    mail: watch::Sender<mail::worker::Mode>,
    tasks: JoinSet<()>,
    /// Held for as long as the store is ours.
    _lock: std::fs::File,
}

/// What the caller brings along.
pub struct Circumstances<'a> {
    pub credentials: Option<&'a Path>,
    /// The invented venue: demo bank, demo cards, pages that say so.
    pub demo: bool,
}

/// Opens the store of a configuration and starts everything but the listener.
pub async fn start(
    config: &Config,
    circumstances: &Circumstances<'_>,
) -> Result<Running, StartFault> {
    let mut running = open(config, circumstances).await?;
    running.work(config, circumstances)?;
    Ok(running)
}

/// The ledger on its store, and what goes with it.
pub struct Ledger {
    pub handle: Handle,
    written: Arc<Written>,
    created: bool,
    /// Held for as long as the store is ours.
    lock: std::fs::File,
}

impl Ledger {
    /// Waits until everything asked is on disk, then lets the store go.
    pub async fn stop(self) {
        let Ledger { handle, lock, .. } = self;
        handle.close();
        handle.ended().await;
        // Whoever finds the lock free finds the store free.
        drop(handle);
        drop(lock);
    }
}

/// Opens the store of a configuration and starts the ledger on it, nothing else.
pub fn ledger(config: &Config, credentials: Option<&Path>) -> Result<Ledger, StartFault> {
    let clock: Arc<dyn Clock> = Arc::new(MachineClock::new());
    let folder = &config.store.folder;
    let written = Arc::new(Written::default());
    let counted = Arc::clone(&written);
    let cache = config.store.cache_mib as usize * MIB;
    let box_no = BoxNo(config.store.box_no);
    let opened = store::open(folder, cache, box_no, |file| {
        let backend = FileBackend::new(file).map_err(io::Error::other)?;
        Ok(Counted::new(backend, counted))
    })?;
    let created = opened.created;
    let (file, identity, lock) = opened.into_parts();
    let keys = keys::open(folder, credentials, rand::random)?;
    let zone = TimeZone::get(&config.venue.time_zone)?;
    let numbering =
        Numbering { box_no: BoxNo(identity.box_no), epoch: identity.epoch, key: keys.slot };
    let handle = handle::start(file, surroundings(config, &clock, zone, numbering, keys))?;
    Ok(Ledger { handle, written, created, lock })
}

/// Opens the store and starts the ledger, for those who have something to put in first.
pub async fn open(
    config: &Config,
    circumstances: &Circumstances<'_>,
) -> Result<Running, StartFault> {
    let Ledger { handle, written, created, lock } = ledger(config, circumstances.credentials)?;
    settle::settings(&handle, config).await.map_err(StartFault::Settings)?;
    let shop = shop(config, circumstances, &handle)?;
    let (mail, _) = watch::channel(mail::worker::Mode::Run);
    let running = Running {
        handle,
        shop,
        written,
        created,
        sim_gates: HashMap::new(),
        stop: CancellationToken::new(),
        mail,
        tasks: JoinSet::new(),
        _lock: lock,
    };
    Ok(running)
}

fn surroundings(
    config: &Config,
    clock: &Arc<dyn Clock>,
    zone: TimeZone,
    numbering: Numbering,
    keys: Keys,
) -> Surroundings {
    let rolls_min = config.venue.business_day_rolls_at.minutes();
    Surroundings {
        clock: Arc::clone(clock),
        day_of: Arc::new(move |at| venue::business_day(&zone, rolls_min, at)),
        luck: Arc::new(rand::random),
        numbering,
        codes: keys.codes,
        tokens: keys.tokens.0,
    }
}

fn shop(
    config: &Config,
    circumstances: &Circumstances<'_>,
    handle: &Handle,
) -> Result<Arc<Shop>, StartFault> {
    let look = venue::look(config).map_err(StartFault::Look)?;
    let gates = config.devices.iter().filter(|device| device.kind == DeviceKind::Gate);
    let gates = gates.map(|device| DeviceNo(device.number)).collect();
    let settings = Settings {
        venue: venue::of(config),
        look,
        demo: circumstances.demo,
        plain_http: config.listen.plain_http,
        public_certificate: config.listen.certificate_is_public,
        staff: venue::staff_tokens(config),
        devices: venue::device_tokens(config),
        token_for_card: circumstances.demo.then(|| venue::demo_cards(handle.clone())),
        limits: listen::limits(config),
    };
    let shop = Shop::new(handle.clone(), settings);
    shop.set_gates(gates);
    Ok(shop)
}

/// The demo's bank, with its file beside the store.
pub fn bank(config: &Config, handle: &Handle) -> Result<DemoGateway, TruthFault> {
    let truth = config.store.folder.join("bank.jsonl");
    DemoGateway::open(&truth, Arc::clone(handle.clock()))
}

impl Running {
    /// Starts gateway, mail, sweeper, proof, disk watch and every local device.
    pub fn work(
        &mut self,
        config: &Config,
        circumstances: &Circumstances<'_>,
    ) -> Result<(), StartFault> {
        self.doors(config);
        self.pads(config, circumstances.credentials);
        let handle = self.handle.clone();
        if circumstances.demo && config.gateway.kind == GatewayKind::Demo {
            let gateway: Arc<dyn Gateway> = Arc::new(bank(config, &handle)?);
            let currency = config.venue.currency.clone();
            let worker = gateway::worker::Worker { handle: handle.clone(), gateway, currency };
            self.spawn(worker.run());
        }
        let post = config.mail.post(circumstances.credentials);
        self.spawn(mail::queue::run(handle.clone(), post.is_some()));
        self.shop.set_mail(post.as_ref().map(mail::Post::place));
        if let Some(post) = post {
            let from = post.sender().map_or_else(|| venue::sender(config), str::to_owned);
            let scribe = venue::scribe(handle.clone(), Arc::clone(&self.shop));
            let worker = mail::worker::Worker { handle: handle.clone(), post, from, scribe };
            // Mail ends by its mode, so that a letter under way is finished.
            self.tasks.spawn(worker.run(self.mail.subscribe()));
        }
        let folder = config.store.folder.clone();
        let stop = self.stop.clone();
        self.tasks.spawn(sweep::run(handle.clone(), stop.clone()));
        self.tasks.spawn(books::run(handle.clone(), stop.clone()));
        self.tasks.spawn(disk::run(Arc::clone(&self.shop), handle, folder, stop));
        Ok(())
    }

    /// Runs a task until the box stops.
    fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = task => {}
            }
        });
    }

    /// Starts every local device: gates first, so that scanners find the one beside them.
    fn doors(&mut self, config: &Config) {
        let enabled = || config.devices.iter().filter(|device| device.enabled);
        let mut gates: HashMap<&str, Beside> = HashMap::new();
        for device in enabled().filter(|device| device.kind == DeviceKind::Gate) {
            if let Some(settings) = &device.gate {
                let no = DeviceNo(device.number);
                let (turnstile, orders) = (settings.turnstile, self.gate(no, settings.clone()));
                let beside = Beside { device: no, turnstile, orders };
                gates.insert(device.name.as_str(), beside);
            }
        }
        for device in enabled().filter(|device| device.kind == DeviceKind::Scanner) {
            let Some(settings) = &device.scanner else { continue };
            let beside = device.gate_name.as_deref().and_then(|name| gates.get(name)).cloned();
            let (events, heard) = mpsc::channel::<ScannerEvent>(door::EVENTS_MAX);
            let (answers, taken) = mpsc::channel(door::ANSWERS_MAX);
            let errand = DoorErrand {
                handle: self.handle.clone(),
                device: DeviceNo(device.number),
                direction: Direction::In,
                gate: beside,
                answers,
            };
            self.spawn(errand.run(heard));
            let (settings, stop) = (settings.clone(), self.stop.clone());
            let name = device.name.clone();
            self.tasks.spawn(async move {
                if let Err(fault) = scanner::run(settings, events, taken, stop).await {
                    tracing::error!(device = name, %fault, "scanner is not started");
                }
            });
        }
    }

    /// Starts every pin pad with its errand.
    fn pads(&mut self, config: &Config, credentials: Option<&Path>) {
        let mut desks = pad::Desks::new();
        for known in config.pin_pads.iter().filter(|pad| pad.enabled) {
            let Some(settings) = known.settings(credentials) else { continue };
            let no = known.no();
            let (events, heard) = mpsc::channel(pad_errand::EVENTS_MAX);
            let (asks, asked) = mpsc::channel(pad_errand::ASKS_MAX);
            let (orders, ordered) = mpsc::channel(pad::ORDERS_MAX);
            let (face, seen) = watch::channel(Face {
                keyed: settings.takes_keyed_cards(),
                refunds_without_card: settings.refunds_without_card(),
                ..Face::default()
            });
            let (currency, handle) = (config.pad_currency(), self.handle.clone());
            let errand = PadErrand {
                handle,
                pad: no,
                currency,
                closes_batches: settings.closes_batches(),
                voids: settings.voids(),
                serial_number: known.serial_number.clone(),
                asks,
                face,
            };
            self.spawn(errand.run(heard, ordered));
            desks.insert(no, pad::Desk { orders, face: seen });
            let (stop, name) = (self.stop.clone(), known.name.clone());
            self.tasks.spawn(async move {
                if let Err(fault) = pin_pad::run(settings, currency, asked, events, stop).await {
                    tracing::error!(pad = name, %fault, "pin pad is not started");
                }
            });
        }
        self.shop.set_pads(desks);
    }

    fn gate(&mut self, no: DeviceNo, settings: GateSettings) -> mpsc::Sender<GateOrder> {
        let (events, heard) = mpsc::channel::<GateEvent>(door::EVENTS_MAX);
        let (orders, taken) = mpsc::channel(ORDERS_MAX);
        self.spawn(gate::run(self.handle.clone(), no, heard));
        let stop = self.stop.clone();
        if settings.port == PortKind::Sim {
            let sim = Arc::new(SimGate::new());
            self.sim_gates.insert(no, Arc::clone(&sim));
            self.tasks.spawn(async move {
                let lines = move || Ok(sim.lines());
                if let Err(fault) = run_gate_on(settings, lines, events, taken, stop).await {
                    tracing::error!(device = no.0, %fault, "gate is not started");
                }
            });
        } else {
            self.tasks.spawn(async move {
                if let Err(fault) = run_gate(settings, events, taken, stop).await {
                    tracing::error!(device = no.0, %fault, "gate is not started");
                }
            });
        }
        orders
    }

    /// Tells everybody at once that the box closes; [`Running::stop`] waits for them.
    pub fn closing(&self) {
        self.mail.send_replace(mail::worker::Mode::Stop);
        self.stop.cancel();
    }

    /// Stops everything in order: devices and workers, then the ledger when nobody asks any more.
    pub async fn stop(mut self) {
        self.closing();
        while self.tasks.join_next().await.is_some() {}
        self.handle.close();
        self.handle.ended().await;
    }
}
