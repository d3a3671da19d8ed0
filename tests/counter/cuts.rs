//! Where lines are cut, lane by lane, and how each sale ended.
//!
//! Every byte of a payment in either direction, with both policies of a terminal for an approval
//! that nobody acknowledged; of nexo's thousands of bytes some, others each day. Next: `house.rs`,
//! `terminal.rs`.

use super::house::{House, Stand};
use super::terminal;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use usher_drivers::sim::pin_pad::script::{Direction, LineFault, Scene, Unacknowledged};
use usher_rules::tender::State;
use usher_tests::folder::Folder;

/// How a box and a terminal are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    ZvtTcp,
    ZvtSerial,
    Concert,
    Nexo,
}

/// One till with a terminal of its own.
#[derive(Clone, Debug)]
pub struct Lane {
    pub name: String,
    pub line: Line,
    pub stand: Stand,
    pub truth: PathBuf,
    pub scenes: Vec<Scene>,
}

/// A line, how many lanes share its cuts, bytes of a payment each way, and bytes from cut to cut,
/// also in a long run.
struct Cuts {
    line: Line,
    lanes: usize,
    to_box: u64,
    from_box: u64,
    every: u64,
    every_long: u64,
}

/// The bytes of a payment are a little fewer: the last cuts of each are behind its end.
const ALL: [Cuts; 4] = [
    Cuts { line: Line::ZvtTcp, lanes: 8, to_box: 180, from_box: 45, every: 1, every_long: 1 },
    Cuts { line: Line::ZvtSerial, lanes: 14, to_box: 330, from_box: 90, every: 1, every_long: 1 },
    Cuts { line: Line::Concert, lanes: 24, to_box: 50, from_box: 50, every: 1, every_long: 1 },
    // Sealed and wrapped, a payment has thousands of bytes, and nothing of it counts before the
    // last of them; the drivers' own test cuts after every one.
    Cuts {
        line: Line::Nexo,
        lanes: 16,
        to_box: 6_000,
        from_box: 3_000,
        every: 300,
        every_long: 30,
    },
];

impl Lane {
    pub fn new(no: u16, line: Line, scenes: Vec<Scene>, folder: &std::path::Path) -> Lane {
        let name = format!("{line:?}-{no}");
        let truth = folder.join(format!("{name}.truth"));
        Lane { name, line, stand: Stand::numbered(no), truth, scenes }
    }

    /// A lane with nothing wrong on its line.
    pub fn sound(no: u16, line: Line, folder: &Folder) -> Lane {
        Lane::new(no, line, Vec::new(), folder.path())
    }

    fn protocol(&self) -> &'static str {
        match self.line {
            Line::ZvtTcp => "ZVT over TCP",
            Line::ZvtSerial => "ZVT over a serial line",
            Line::Concert => "Concert",
            Line::Nexo => "nexo",
        }
    }
}

/// All lanes with their shares of the cuts.
pub fn lanes(folder: &Folder) -> Vec<Lane> {
    let long = std::env::var_os("USHER_LONG").is_some();
    let days = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 86_400;
    let mut lanes = Vec::new();
    for cuts in ALL {
        let (stride, first) =
            if long { (cuts.every_long, 0) } else { (cuts.every, days % cuts.every) };
        let scenes = scenes(&cuts, first, stride);
        println!("{:?}: {} cuts, from byte {first} every {stride}", cuts.line, scenes.len());
        for share in 0..cuts.lanes {
            let own: Vec<Scene> = scenes.iter().skip(share).step_by(cuts.lanes).cloned().collect();
            let no = u16::try_from(lanes.len() + 1).unwrap();
            lanes.push(Lane::new(no, cuts.line, own, folder.path()));
        }
    }
    lanes
}

fn scenes(cuts: &Cuts, first: u64, stride: u64) -> Vec<Scene> {
    let mut scenes = Vec::new();
    for unacknowledged in [Unacknowledged::Keep, Unacknowledged::Reverse] {
        for (direction, bytes) in
            [(Direction::ToBox, cuts.to_box), (Direction::FromBox, cuts.from_box)]
        {
            let stride = usize::try_from(stride).unwrap();
            scenes.extend((first..bytes).step_by(stride).map(|after| Scene {
                fault: Some(LineFault::Cut { direction, after }),
                unacknowledged,
                ..Scene::default()
            }));
        }
    }
    scenes
}

/// How the sales of a lane ended.
#[derive(Debug, Default)]
pub struct Ends {
    pub sales: u64,
    /// The line was lost on the way.
    pub cut: u64,
    pub paid: u64,
    pub not_charged: u64,
    /// Of the paid and the not charged: found out by asking afterwards.
    pub recovered: u64,
    /// Of the paid and the not charged: decided by a person.
    pub by_person: u64,
}

impl Ends {
    pub fn add(&mut self, other: &Ends) {
        self.sales += other.sales;
        self.cut += other.cut;
        self.paid += other.paid;
        self.not_charged += other.not_charged;
        self.recovered += other.recovered;
        self.by_person += other.by_person;
    }
}

impl fmt::Display for Ends {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} sales, {} with the line lost: {} paid, {} not charged ({} found out by asking, \
             {} decided by a person)",
            self.sales, self.cut, self.paid, self.not_charged, self.recovered, self.by_person
        )
    }
}

/// One sale after the other, each with its cut.
pub async fn run(house: &House, lane: Lane) -> (&'static str, Ends) {
    let mut ends = Ends::default();
    for scene in &lane.scenes {
        sale(house, &lane, scene, &mut ends).await;
    }
    (lane.protocol(), ends)
}

async fn sale(house: &House, lane: &Lane, scene: &Scene, ends: &mut Ends) {
    let Stand { pad, till, cashier } = lane.stand;
    let before = terminal::standing(&lane.truth);
    let cart = house.cart(till).await;
    let key = house.pay(pad, cashier, cart).await.unwrap();
    let (lost, unknown) = (AtomicBool::new(false), AtomicBool::new(false));
    let intent = house
        .settled_seeing(key, || {
            lost.fetch_or(house.is_down(pad), Ordering::Relaxed);
            unknown.fetch_or(house.intent(key).state == State::Unknown, Ordering::Relaxed);
        })
        .await;
    let person = intent.state == State::NeedsOperator;
    if person {
        assert_eq!(lane.line, Line::Concert, "{scene:?} on {}: {intent:?}", lane.name);
    }
    let booked = terminal::standing(&lane.truth);
    assert!(booked.starts_with(&before), "{scene:?}: an earlier booking is gone");
    let charges = booked.len() - before.len();
    assert!(charges <= 1, "{scene:?}: charged {charges} times");
    if person {
        house.decide(cashier, key, charges == 1).await;
    }
    let intent = house.intent(key);
    let paid = match intent.state {
        State::Captured => true,
        State::NotCharged | State::Declined | State::Cancelled => false,
        other => panic!("{scene:?} ended as {other:?}"),
    };
    let what = format!("{scene:?} on {}: {intent:?}", lane.name);
    assert_eq!(u64::from(paid), charges as u64, "paid without a charge, or the reverse: {what}");
    house.pad_is_free(pad).await;
    house.close(cart).await;
    ends.sales += 1;
    ends.cut += u64::from(lost.into_inner());
    ends.paid += u64::from(paid);
    ends.not_charged += u64::from(!paid);
    ends.recovered += u64::from(unknown.into_inner() && !person);
    ends.by_person += u64::from(person);
}
