//! The pads of the day: three terminals of three makes, what goes wrong at them, and their books.
//!
//! The books are the referee: what a person reads there decides a payment that nobody knows the
//! outcome of. Never changes them. Next: `card.rs`.

use super::counter::cuts::{Lane, Line};
use super::counter::house::Stand;
use super::counter::terminal::{self, Terminal};
use super::reckoning::Cards;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Mutex;
use std::time::Duration;
use usher_drivers::sim::pin_pad::script::{
    Direction, LineFault, Play, Played, Scene, Script, Unacknowledged,
};
use usher_drivers::sim::pin_pad::truth::{Deed, Line as Booked, Of, Truth};
use usher_rules::Key;
use usher_rules::id::{PadNo, TillNo};
use usher_rules::money::Money;
use usher_rules::tender::Intent;
use usher_tests::dice::Dice;
use usher_tests::folder::Folder;

/// Tills beside each pad.
pub const TILLS_OF_A_PAD: u16 = 2;
/// Scenes of a terminal; after them it approves.
const SCENES: usize = 600;
/// Scenes in a hundred in which something is wrong.
const WRONG: u64 = 10;
/// How many times faster than life a terminal works that has a clock of its own.
const PACE: u32 = 4;
/// Longer than a terminal goes on offering an answer to a box that does not take it.
const CAREFUL: Duration = Duration::from_secs(5);

/// One pad, and its terminal.
pub struct Pad {
    pub stand: Stand,
    pub line: Line,
    lane: Lane,
    terminal: Terminal,
    played: Played,
    /// How many scenes were played, and how long its books were, when each payment began.
    begun: Mutex<Vec<(Key, usize, usize)>>,
    /// Bookings that a person read off the terminal.
    read: Mutex<BTreeSet<u32>>,
}

/// Terminals of three makes.
pub async fn switch_on(folder: &Folder, dice: &mut Dice) -> Vec<Pad> {
    let zvt = if dice.chance(50) { Line::ZvtTcp } else { Line::ZvtSerial };
    let mut pads = Vec::new();
    for (no, line) in (1..).zip([zvt, Line::Nexo, Line::Concert]) {
        let lane = Lane::sound(no, line, folder);
        let script = Script::new(scenes(line, dice));
        let played = script.played();
        let terminal = terminal::switch_on(folder, &lane, script, PACE).await;
        let stand = lane.stand;
        let (begun, read) = Default::default();
        pads.push(Pad { stand, line, lane, terminal, played, begun, read });
    }
    pads
}

/// The tills of a pad by its number.
pub fn tills_of(pad: PadNo) -> impl Iterator<Item = TillNo> {
    (0..TILLS_OF_A_PAD).map(move |nth| TillNo(pad.0 * 10 + nth))
}

/// The configuration of a box with these pads and their tills.
pub fn config(folder: &Folder, pads: &[Pad]) -> String {
    let mut text = format!(
        "[venue]\nname = \"The Tidewell\"\ntime_zone = \"Europe/London\"\ncurrency = \"EUR\"\n\
         [store]\nfolder = {:?}\n[[level]]\nnumber = 1\nname = \"Adult\"\n\
         [[fee]]\nnumber = 1\nname = \"Web fee\"\namount_minor = 125\nper = \"ticket\"\n\
         taxed = true\n\
         [[tax]]\nnumber = 1\nname = \"VAT\"\nrate_ppm = 200000\ninclusive = true\n\
         compound = false\n",
        folder.join("store")
    );
    for pad in pads {
        let (no, name) = (pad.stand.pad, &pad.lane.name);
        let table = pad.terminal.table(folder, &pad.lane);
        write!(text, "[[pin_pad]]\nnumber = {}\nname = {name:?}\nplace = \"Foyer\"\n{table}", no.0)
            .unwrap();
        for till in tills_of(no) {
            let table = format!(
                "[[till]]\nnumber = {0}\nname = \"Till {0}\"\npin_pad = {name:?}\n",
                till.0
            );
            text += &table;
        }
    }
    text
}

fn cut(direction: Direction, after: usize, unacknowledged: Unacknowledged) -> Scene {
    let fault = LineFault::Cut { direction, after: after as u64 };
    Scene { fault: Some(fault), unacknowledged, ..Scene::default() }
}

/// Everything that goes wrong at this make, once, and where in it.
fn each_wrong(line: Line, dice: &mut Dice) -> Vec<Scene> {
    let played = |play| Scene { play, ..Scene::default() };
    let (to_box, from_box) = match line {
        Line::ZvtTcp => (180, 45),
        Line::ZvtSerial => (330, 90),
        Line::Concert => (50, 50),
        Line::Nexo => (6_000, 3_000),
    };
    let mut scenes = vec![
        played(Play::Decline { code: 5 }),
        played(Play::Cancel),
        played(Play::Slow { ms: 1_500 }),
        played(Play::Reboot { booked: true }),
        played(Play::Reboot { booked: false }),
    ];
    for policy in [Unacknowledged::Keep, Unacknowledged::Reverse] {
        scenes.push(cut(Direction::ToBox, dice.below(to_box), policy));
        scenes.push(cut(Direction::FromBox, dice.below(from_box), policy));
    }
    // Bytes on TCP come as they were sent; a serial line has to bear more.
    if line != Line::ZvtTcp {
        let fault =
            LineFault::Corrupt { direction: Direction::ToBox, byte: dice.below(to_box) as u64 };
        scenes.push(Scene { fault: Some(fault), ..Scene::default() });
    }
    // This make does not listen while a card is asked for, so only its own time would end it.
    if line != Line::Concert {
        scenes.push(played(Play::Silent));
    }
    scenes
}

/// Nobody knows for half a minute whether such a payment is still to come: these makes have one.
fn is_in_doubt(line: Line, scene: &Scene) -> bool {
    let cut_off = matches!(scene.fault, Some(LineFault::Cut { direction: Direction::FromBox, .. }));
    let off = matches!(scene.play, Play::Reboot { booked: false } | Play::Silent);
    matches!(line, Line::Concert | Line::Nexo) && (cut_off || off)
}

/// Each kind once, good ones between them, and then as it comes.
fn scenes(line: Line, dice: &mut Dice) -> Vec<Scene> {
    let mut scenes = Vec::new();
    let mut first = each_wrong(line, dice);
    let once = dice.below(3);
    let doubts = first.iter().filter(|scene| is_in_doubt(line, scene)).cloned();
    let doubt = doubts.skip(once).take(1).collect::<Vec<_>>();
    first.retain(|scene| !is_in_doubt(line, scene));
    first.extend(doubt);
    while !first.is_empty() {
        scenes.push(first.swap_remove(dice.below(first.len())));
        scenes.resize(scenes.len() + dice.below(3), Scene::default());
    }
    while scenes.len() < SCENES {
        let mut wrong = each_wrong(line, dice);
        wrong.retain(|scene| !is_in_doubt(line, scene));
        let scene = if dice.chance(WRONG) { dice.pick(&wrong).clone() } else { Scene::default() };
        scenes.push(scene);
    }
    scenes
}

/// What is wrong in a scene.
pub fn fault(scene: &Scene) -> Option<&'static str> {
    use Direction::{FromBox, ToBox};
    use Unacknowledged::{Keep, Reverse};
    match (&scene.fault, scene.unacknowledged) {
        (Some(LineFault::Cut { direction: ToBox, .. }), Keep) => {
            return Some("line cut to the box, kept");
        }
        (Some(LineFault::Cut { direction: ToBox, .. }), Reverse) => {
            return Some("line cut to the box, taken back");
        }
        (Some(LineFault::Cut { direction: FromBox, .. }), Keep) => {
            return Some("line cut from the box, kept");
        }
        (Some(LineFault::Cut { direction: FromBox, .. }), Reverse) => {
            return Some("line cut from the box, taken back");
        }
        (Some(LineFault::Corrupt { .. }), _) => return Some("garbled"),
        (Some(LineFault::Drip) | None, _) => {}
    }
    match scene.play {
        Play::Decline { .. } => Some("card declined"),
        Play::Cancel => Some("cancelled at the pad"),
        Play::Slow { .. } => Some("slow"),
        Play::Silent => Some("silent"),
        Play::Reboot { booked: true } => Some("terminal restarts, booked"),
        Play::Reboot { booked: false } => Some("terminal restarts, not booked"),
        Play::Approve
        | Play::Timeout
        | Play::WrongPin
        | Play::Busy
        | Play::WrongAmount { .. }
        | Play::ApproveAfterAbort
        | Play::ClearPan => None,
    }
}

/// Every kind of fault that a terminal of the day has.
pub const FAULTS: [&str; 11] = [
    "line cut to the box, kept",
    "line cut to the box, taken back",
    "line cut from the box, kept",
    "line cut from the box, taken back",
    "garbled",
    "card declined",
    "cancelled at the pad",
    "slow",
    "silent",
    "terminal restarts, booked",
    "terminal restarts, not booked",
];

impl Pad {
    pub fn name(&self) -> &str {
        &self.lane.name
    }

    pub fn violations(&self) -> Vec<String> {
        self.terminal.violations()
    }

    /// How long its books are, before somebody presses a key.
    pub fn length(&self) -> usize {
        self.lines().len()
    }

    /// A payment or refund began; its books were so long before.
    pub fn begins(&self, key: Key, length: usize) {
        self.begun.lock().unwrap().push((key, self.played.count(), length));
    }

    /// The scenes that each payment met.
    pub fn met(&self) -> Vec<(Key, Vec<Scene>)> {
        let (begun, played) = (self.begun.lock().unwrap(), self.played.all());
        let ends = begun.iter().skip(1).map(|(_, at, _)| *at).chain([played.len()]);
        let scenes = |from: usize, to: usize| played.get(from..to).unwrap_or_default().to_vec();
        begun.iter().zip(ends).map(|((key, from, _), to)| (*key, scenes(*from, to))).collect()
    }

    fn lines(&self) -> Vec<Booked> {
        Truth::open(&self.lane.truth).unwrap().lines().to_vec()
    }

    /// What the terminal took and gave back, by its own books.
    pub fn booked(&self) -> Cards {
        let mut cards = Cards::default();
        for line in self.lines() {
            let amount = Money(i64::try_from(line.amount_minor).unwrap());
            match (line.deed, line.of, self.line) {
                (Deed::Booked, Of::Purchase, _) => {
                    cards.taken_count += 1;
                    cards.taken = cards.taken + amount;
                }
                // This make gives back by taking back, all of it or a part.
                (Deed::Booked, Of::Refund, _) | (Deed::Reversed, Of::Purchase, Line::Nexo) => {
                    cards.back_count += 1;
                    cards.back = cards.back + amount;
                }
                (Deed::Reversed, Of::Purchase, _) => {
                    cards.taken_count -= 1;
                    cards.taken = cards.taken - amount;
                }
                (Deed::Reversed, Of::Refund, _) => {
                    cards.back_count -= 1;
                    cards.back = cards.back - amount;
                }
                (
                    Deed::Declined | Deed::Cancelled | Deed::Acknowledged | Deed::Settled,
                    Of::Purchase | Of::Refund,
                    _,
                ) => {}
            }
        }
        cards
    }

    /// Bookings that stand, as trace and amount, of purchases or of refunds.
    pub fn standing(&self, of: Of) -> Vec<(u32, i64)> {
        let lines = self.lines();
        let back = |trace| {
            let reversed = |line: &&Booked| line.deed == Deed::Reversed && line.trace == trace;
            lines.iter().any(|line| reversed(&line))
        };
        let booked = lines.iter().filter(|line| (line.deed, line.of) == (Deed::Booked, of));
        let standing = booked.filter(|line| self.line == Line::Nexo || !back(line.trace));
        standing.map(|line| (line.trace, i64::try_from(line.amount_minor).unwrap())).collect()
    }

    /// Waits until nothing happens at the terminal any more.
    pub async fn is_quiet(&self) {
        let mut length = self.length();
        loop {
            tokio::time::sleep(CAREFUL).await;
            let now = self.length();
            if now == length {
                return;
            }
            length = now;
        }
    }

    /// What a careful cashier reads off the terminal: is this payment there, among what it booked
    /// before the next one began? `known` are the bookings that other payments are known to be.
    pub fn shows(&self, key: Key, intent: &Intent, known: &BTreeSet<u32>) -> bool {
        let lines = self.lines();
        let begun = self.begun.lock().unwrap().clone();
        let own = begun.iter().position(|(of, ..)| *of == key).unwrap();
        let next = begun.get(own + 1).map(|(.., length)| *length);
        // A booking that carries our own number is found wherever it stands.
        let numbered = matches!(self.line, Line::Concert | Line::Nexo);
        let next = next.filter(|_| !numbered).unwrap_or(lines.len());
        let since = begun[own].2..next.max(begun[own].2);
        let at = intent.pad.as_ref().unwrap();
        let wanted = match (at.refund.is_some(), self.line) {
            (false, _) => (Deed::Booked, Of::Purchase),
            (true, Line::Nexo) => (Deed::Reversed, Of::Purchase),
            (true, Line::ZvtTcp | Line::ZvtSerial | Line::Concert) => (Deed::Booked, Of::Refund),
        };
        let told = |line: &Booked| match self.line {
            Line::Concert => line.reference.strip_prefix('U')?.parse().ok(),
            Line::Nexo => u32::from_str_radix(line.reference.rsplit('/').next()?, 36).ok(),
            Line::ZvtTcp | Line::ZvtSerial => None,
        };
        let mut read = self.read.lock().unwrap();
        let is_it = |line: &&Booked| match self.line {
            Line::Concert | Line::Nexo => told(line) == Some(at.no),
            Line::ZvtTcp | Line::ZvtSerial => {
                i64::try_from(line.amount_minor).ok() == Some(intent.amount.0)
                    && !known.contains(&line.trace)
                    && !read.contains(&line.trace)
            }
        };
        let stands = |line: &&Booked| {
            let back = |other: &Booked| other.deed == Deed::Reversed && other.trace == line.trace;
            line.deed == Deed::Reversed || !lines.iter().any(back)
        };
        let booked = lines[since].iter().filter(|line| (line.deed, line.of) == wanted);
        let found = booked.filter(stands).find(is_it).map(|line| line.trace);
        read.extend(found);
        found.is_some()
    }
}
