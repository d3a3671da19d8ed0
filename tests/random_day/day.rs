//! The box of the day: started from its configuration, killed now and then, and started again.
//!
//! Everybody asks through here, so that an ask outlives the box: it is asked again with its own
//! key. Never looks at what is asked. Next: `stage.rs`, `cashier.rs`, `web.rs`.

use super::pads::Pad;
use super::reckoning::Reckoning;
use super::stage::Stage;
use super::tally::Tally;
use super::weather::Weather;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tokio::sync::{RwLock, RwLockReadGuard, oneshot};
use tokio::task::JoinHandle;
use usher::config::{Config, Purpose};
use usher::start::{self, Circumstances, Running, StartFault};
use usher_cloud::gateway::Gateway;
use usher_cloud::gateway::worker::Worker;
use usher_ledger::open::OpenFault;
use usher_ledger::{Denied, Handle, Lane, Snapshot, checkout};
use usher_listener::pad::{Desk, Order};
use usher_rules::id::PadNo;
use usher_rules::tender::{Intent, State};
use usher_rules::view::desk::pad::Link;
use usher_rules::{Actor, Command, Entry, Key, Refusal};

/// How long anybody waits before looking again.
pub const LOOK_EVERY: Duration = Duration::from_millis(20);
/// What is not settled by then hangs.
pub const SETTLED_MAX: Duration = Duration::from_secs(400);
/// The tasks of a killed box let go of its store a moment later.
const STARTS_MAX: u32 = 500;
pub const CURRENCY: &str = "EUR";

/// One life of the box, as those who ask it see it.
struct Life {
    handle: Handle,
    desks: HashMap<PadNo, Desk>,
}

pub struct Day {
    config: Config,
    life: RwLock<Option<Life>>,
    running: Mutex<Option<Running>>,
    worker: Mutex<Option<JoinHandle<()>>>,
    pub weather: Weather,
    pub pads: Vec<Pad>,
    stage: OnceLock<Stage>,
    pub reckoning: Mutex<Reckoning>,
    pub tally: Mutex<Tally>,
    acts: AtomicI64,
}

/// What became of an order to a pad.
pub enum Heard<T> {
    Yes(T),
    No(Refusal),
    /// The pad does not answer.
    Busy,
    /// The box went before it answered.
    Gone,
}

impl Day {
    pub async fn begin(config: &str, weather: Weather, pads: Vec<Pad>) -> Day {
        let config = Config::parse(config, Purpose::Serve);
        let day = Day {
            config: config.unwrap_or_else(|findings| panic!("{findings:?}")),
            life: RwLock::default(),
            running: Mutex::default(),
            worker: Mutex::default(),
            weather,
            pads,
            stage: OnceLock::new(),
            reckoning: Mutex::default(),
            tally: Mutex::default(),
            acts: AtomicI64::new(0),
        };
        *day.life.write().await = Some(day.start().await);
        let stage = Stage::build(&day).await;
        day.stage.set(stage).unwrap_or_else(|_| panic!("a second stage"));
        for pad in &day.pads {
            day.pad_is_up(pad.stand.pad).await;
        }
        day
    }

    async fn start(&self) -> Life {
        let circumstances = Circumstances { credentials: None, demo: false };
        for _ in 0..STARTS_MAX {
            match start::start(&self.config, &circumstances).await {
                Ok(running) => return self.lives(running),
                Err(StartFault::Open(OpenFault::InUse { .. } | OpenFault::Folder { .. })) => {
                    tokio::time::sleep(LOOK_EVERY).await;
                }
                Err(fault) => panic!("the box does not start again: {fault}"),
            }
        }
        panic!("the box before never let go of its store")
    }

    fn lives(&self, running: Running) -> Life {
        let handle = running.handle.clone();
        let desk = |pad: &Pad| (pad.stand.pad, running.shop.pad(pad.stand.pad).unwrap().clone());
        let desks = self.pads.iter().map(desk).collect();
        let gateway: Arc<dyn Gateway> = Arc::new(self.weather.clone());
        let currency = CURRENCY.to_owned();
        let worker = Worker { handle: handle.clone(), gateway, currency };
        *self.worker.lock().unwrap() = Some(tokio::spawn(worker.run()));
        *self.running.lock().unwrap() = Some(running);
        Life { handle, desks }
    }

    /// The box is killed where it stands: its errands and lines are gone in the middle of what they
    /// do, only what is on disk stays. Then it starts again. Tells which payments were under way.
    pub async fn crash(&self) -> Vec<Key> {
        let running = self.running.lock().unwrap().take().unwrap();
        self.worker.lock().unwrap().take().unwrap().abort();
        let handle = running.handle.clone();
        drop(running);
        // Whoever asks just now is answered; whoever comes waits for the next life.
        let mut life = self.life.write().await;
        let under_way = open(&handle.snapshot().unwrap());
        *life = None;
        handle.close();
        handle.ended().await;
        drop(handle);
        *life = Some(self.start().await);
        under_way
    }

    async fn life(&self) -> RwLockReadGuard<'_, Life> {
        RwLockReadGuard::map(self.life.read().await, |life| life.as_ref().unwrap())
    }

    pub fn stage(&self) -> &Stage {
        self.stage.get().unwrap()
    }

    /// Acts that are done.
    pub fn acts(&self) -> i64 {
        self.acts.load(Ordering::SeqCst)
    }

    pub fn count(&self, act: &'static str, end: &'static str) {
        self.acts.fetch_add(1, Ordering::SeqCst);
        self.tally.lock().unwrap().act(act, end);
    }

    /// Asks until the box takes it or says no: the same key again is the same ask.
    pub async fn ask(&self, by: Actor, command: Command) -> Result<Arc<Entry>, Refusal> {
        let key = self.life().await.handle.fresh_key();
        loop {
            let life = self.life().await;
            match life.handle.ask(Lane::Till, by.clone(), Some(key), command.clone()).await {
                Ok(entry) => return Ok(entry),
                Err(Denied::Refused(refusal)) => return Err(refusal),
                Err(Denied::Busy) => drop(life),
                Err(Denied::Bug) => panic!("a mistake of ours in {command:?}"),
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    pub async fn must(&self, by: Actor, command: Command) -> Arc<Entry> {
        let words = format!("{command:.200?}");
        self.ask(by, command).await.unwrap_or_else(|refusal| panic!("{words}: {refusal:?}"))
    }

    /// Reads the newest snapshot.
    pub async fn look<T>(&self, read: impl FnOnce(&Snapshot) -> T) -> T {
        read(&self.life().await.handle.snapshot().unwrap())
    }

    pub async fn handle<T>(&self, with: impl FnOnce(&Handle) -> T) -> T {
        with(&self.life().await.handle)
    }

    pub async fn intent(&self, key: Key) -> Intent {
        self.look(|snapshot| checkout::intent(snapshot, key).unwrap().unwrap()).await
    }

    async fn desk(&self, pad: PadNo) -> Desk {
        self.life().await.desks[&pad].clone()
    }

    pub async fn order<T>(
        &self,
        pad: PadNo,
        order: impl FnOnce(oneshot::Sender<Result<T, Denied>>) -> Order,
    ) -> Heard<T> {
        let desk = self.desk(pad).await;
        let (reply, answer) = oneshot::channel();
        if desk.orders.send(order(reply)).await.is_err() {
            return Heard::Gone;
        }
        drop(desk);
        match answer.await {
            Ok(Ok(told)) => Heard::Yes(told),
            Ok(Err(Denied::Refused(refusal))) => Heard::No(refusal),
            Ok(Err(Denied::Busy)) => Heard::Busy,
            Ok(Err(Denied::Bug)) => panic!("a mistake of ours at pad {}", pad.0),
            Err(_) => Heard::Gone,
        }
    }

    /// The cashier presses Stop. It may come too late, and the box may be gone.
    pub async fn stop(&self, pad: PadNo, key: Key) {
        let _ = self.desk(pad).await.orders.send(Order::Abort(key)).await;
    }

    pub async fn pad_is_up(&self, pad: PadNo) {
        let mut face = self.desk(pad).await.face;
        let up = face.wait_for(|face| matches!(face.link, Link::Up { .. }));
        // Whoever waits is told by the end of the box that it went.
        let _ = tokio::time::timeout(SETTLED_MAX, up).await.expect("a pad never comes up");
    }

    /// Lets the last box go, so that its folder can.
    pub async fn end(&self) {
        let running = self.running.lock().unwrap().take().unwrap();
        self.worker.lock().unwrap().take().unwrap().abort();
        running.stop().await;
        *self.life.write().await = None;
    }
}

/// Payments at pads and of the web that are under way.
fn open(snapshot: &Snapshot) -> Vec<Key> {
    let web = checkout::web_intents(snapshot).unwrap();
    let pads = checkout::all_pad_intents(snapshot).unwrap();
    let running = |intent: &Intent| intent.state != State::NeedsOperator;
    let all = web.into_iter().chain(pads);
    all.filter(|(_, intent)| running(intent)).map(|(key, _)| key).collect()
}
