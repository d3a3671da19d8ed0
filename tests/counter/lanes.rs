//! A box with a lane to each of its terminals: how every test of the counter sets them up, has them
//! work beside each other, and judges them in the end.
//!
//! Given acts of one kind, each with its scene, then what moved is what the terminals' own books
//! say. Never knows what an act is. Next: `cuts.rs`, `sale.rs`, `refund.rs`.

use super::cuts::{Cuts, Lane, Line};
use super::house::{House, Stand};
use super::terminal::{self, Terminal};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;
use std::path::Path;
use std::sync::Arc;
use tokio::task::JoinSet;
use usher_drivers::sim::pin_pad::script::{Play, Scene};
use usher_ledger::{plan::Plans, proof};
use usher_rules::Key;
use usher_rules::tender::{Intent, State};
use usher_tests::folder::Folder;

/// Number of the till that shares the first one's pad.
pub const SECOND: u16 = 999;

/// Something that moves money at a terminal.
pub trait Act: 'static {
    /// Many of them, in words.
    const NAME: &'static str;
    const CUTS: &'static [Cuts];
    /// Does an undisturbed sale at the same terminal come before each?
    const AFTER_A_SALE: bool;

    /// What happens on a sound line before the cuts.
    fn plays(line: Line) -> Vec<Play>;

    /// Does it once, and asserts that the box says what the terminal's books say.
    fn once(house: &House, lane: &Lane, scene: &Scene) -> impl Future<Output = Fate> + Send;

    /// The configuration that it needs.
    fn configured(config: String) -> String {
        config
    }
}

/// Terminals that are switched off and on in the middle of an act, after the booking or before it,
/// and have lost their answer. Left out is where nobody but a person can tell: a ZVT terminal that
/// never booked has nothing to compare with, and a nexo terminal that was away may have forgotten.
pub fn reboots<A: Act>(line: Line) -> Vec<Play> {
    let reboot = |booked| Play::Reboot { booked };
    match line {
        Line::ZvtTcp | Line::ZvtSerial if !A::AFTER_A_SALE => Vec::new(),
        Line::ZvtTcp | Line::ZvtSerial | Line::Concert => vec![reboot(true), reboot(false)],
        Line::Nexo => vec![reboot(true)],
    }
}

/// What became of money that a terminal was asked for.
#[derive(Debug)]
pub struct Fate {
    pub intent: Intent,
    /// The box says that it moved.
    pub moved: bool,
    /// The line was lost on the way.
    lost: bool,
    /// Nobody knew for a while.
    unknown: bool,
    /// Approved first, and only then lost.
    approved: bool,
    /// A person looked at the terminal, and decided.
    person: bool,
}

impl Fate {
    /// Waits until the money's way is known. Where only a person can find it out, which is so at
    /// terminals that cannot be asked, they read `booked` off the terminal.
    pub async fn of(house: &House, lane: &Lane, key: Key, booked: impl Fn() -> bool) -> Fate {
        let Stand { pad, cashier, .. } = lane.stand;
        let (mut lost, mut unknown, mut approved) = (false, false, false);
        let intent = house
            .settled_seeing(key, || {
                let now = house.intent(key);
                lost |= house.is_down(pad);
                unknown |= now.state == State::Unknown;
                approved |=
                    now.state == State::Unknown && now.pad.is_some_and(|pad| pad.booking.is_some());
            })
            .await;
        let person = intent.state == State::NeedsOperator;
        if person {
            assert_eq!(lane.line, Line::Concert, "{}: {intent:?}", lane.name);
            house.decide(cashier, key, booked()).await;
        }
        let intent = house.intent(key);
        let moved = match intent.state {
            State::Captured => true,
            State::NotCharged | State::Declined | State::Cancelled => false,
            other => panic!("{} ended as {other:?}: {intent:?}", lane.name),
        };
        house.pad_is_free(pad).await;
        Fate { intent, moved, lost, unknown, approved, person }
    }

    /// This much if it moved.
    pub fn minor(&self) -> i64 {
        if self.moved { self.intent.amount.0 } else { 0 }
    }
}

/// How the acts of many lanes ended.
#[derive(Debug, Default)]
pub struct Ends {
    pub tried: u64,
    pub lost: u64,
    pub moved: u64,
    /// Found out by asking afterwards.
    pub recovered: u64,
    /// Of the moved: approved first, then lost, then found.
    pub after_approval: u64,
    pub by_person: u64,
}

impl Ends {
    fn add(&mut self, fate: &Fate) {
        self.tried += 1;
        self.lost += u64::from(fate.lost);
        self.moved += u64::from(fate.moved);
        self.recovered += u64::from(fate.unknown && !fate.person);
        self.after_approval += u64::from(fate.moved && fate.approved);
        self.by_person += u64::from(fate.person);
    }
}

impl AddAssign for Ends {
    fn add_assign(&mut self, other: Ends) {
        self.tried += other.tried;
        self.lost += other.lost;
        self.moved += other.moved;
        self.recovered += other.recovered;
        self.after_approval += other.after_approval;
        self.by_person += other.by_person;
    }
}

impl fmt::Display for Ends {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ends { tried, lost, moved, recovered, after_approval, by_person } = self;
        write!(
            out,
            "{tried} tried, {lost} with the line lost: {moved} moved money, {} did not \
             ({recovered} found out by asking, {after_approval} of them approved before; \
             {by_person} decided by a person)",
            tried - moved
        )
    }
}

/// A box, and terminals that run.
pub struct Lanes {
    pub house: Arc<House>,
    pub running: Vec<(Lane, Terminal)>,
}

impl Lanes {
    /// All terminals of these lanes are there and their tills are open.
    pub async fn open(folder: &Folder, lanes: Vec<Lane>) -> Lanes {
        Lanes::open_as(folder, lanes, |config| config).await
    }

    /// The same with something else in its configuration.
    pub async fn open_as(
        folder: &Folder,
        lanes: Vec<Lane>,
        configured: impl FnOnce(String) -> String,
    ) -> Lanes {
        let running = Lanes::switch_on(folder, lanes).await;
        let config = configured(terminal::config(folder, &running, Stand::numbered(SECOND)));
        let stands: Vec<Stand> = running.iter().map(|(lane, _)| lane.stand).collect();
        let house = Arc::new(House::open(&config, &stands).await);
        Lanes { house, running }
    }

    /// The terminals alone.
    pub async fn switch_on(folder: &Folder, lanes: Vec<Lane>) -> Vec<(Lane, Terminal)> {
        let mut running = Vec::new();
        for lane in lanes {
            let terminal = terminal::start(folder, &lane).await;
            running.push((lane, terminal));
        }
        running
    }

    /// Does acts of one kind on every line, each with a box of its own, and tells how they ended.
    pub async fn work<A: Act>() -> BTreeMap<Line, Ends> {
        let mut at_work = JoinSet::new();
        for cuts in A::CUTS {
            at_work.spawn(async move { (cuts.line, Lanes::on_line::<A>(cuts).await) });
        }
        let table: BTreeMap<Line, Ends> = at_work.join_all().await.into_iter().collect();
        for (line, ends) in &table {
            println!("{}, {}: {ends}", line.protocol(), A::NAME);
        }
        table
    }

    /// In many lanes at once.
    async fn on_line<A: Act>(cuts: &Cuts) -> Ends {
        let folder = Folder::new();
        let lanes = Lanes::open_as(&folder, lanes_of::<A>(cuts, &folder), A::configured).await;
        let mut at_work = JoinSet::new();
        for (lane, _) in &lanes.running {
            let (house, lane) = (Arc::clone(&lanes.house), lane.clone());
            at_work.spawn(async move { one_after_the_other::<A>(&house, &lane).await });
        }
        let mut all = Ends::default();
        while let Some(ends) = at_work.join_next().await {
            all += ends.unwrap();
        }
        lanes.agree();
        all
    }

    /// Nothing was said against a protocol, the books are proven, and they have what the terminals
    /// booked and did not give back.
    pub fn agree(&self) {
        for (lane, terminal) in &self.running {
            assert_eq!(terminal.violations(), Vec::<String>::new(), "{}", lane.name);
        }
        let sum = |of: fn(&Path) -> i64| -> i64 {
            self.running.iter().map(|(lane, _)| of(&lane.truth)).sum()
        };
        let stands = sum(terminal::taken_minor) - sum(terminal::given_back_minor);
        let clearing = self.house.card_clearing();
        assert_eq!(clearing, stands, "the books have what the terminals booked");
        let snapshot = self.house.snapshot();
        assert_eq!(proof::of(&snapshot, &Plans::default()).unwrap(), Vec::<String>::new());
    }
}

/// All lanes of an act on one line with their shares of its scenes.
fn lanes_of<A: Act>(cuts: &Cuts, folder: &Folder) -> Vec<Lane> {
    let all = cuts.scenes(A::plays(cuts.line));
    let count = cuts.lanes.min(all.len());
    let share = |nth: usize| {
        let own = all.iter().skip(nth).step_by(count).cloned();
        let scenes = match A::AFTER_A_SALE {
            true => own.flat_map(|scene| [Scene::default(), scene]).collect(),
            false => own.collect(),
        };
        Lane::new(u16::try_from(nth + 1).unwrap(), cuts.line, scenes, folder.path())
    };
    (0..count).map(share).collect()
}

async fn one_after_the_other<A: Act>(house: &House, lane: &Lane) -> Ends {
    let mut ends = Ends::default();
    let (before, each) = if A::AFTER_A_SALE { (1, 2) } else { (0, 1) };
    for scene in lane.scenes.iter().skip(before).step_by(each) {
        ends.add(&A::once(house, lane, scene).await);
    }
    ends
}
