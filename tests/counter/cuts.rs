//! Where lines are cut, lane by lane.
//!
//! Every byte of what a till and a terminal say to each other, in either direction, with both
//! policies of a terminal for an approval that nobody acknowledged; where that would take too long
//! some of them, others each day. Never plays anything. Next: `lanes.rs`, `terminal.rs`.

use super::house::Stand;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};
use usher_drivers::sim::pin_pad::script::{Direction, LineFault, Play, Scene, Unacknowledged};
use usher_tests::folder::Folder;

/// How a box and a terminal are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    ZvtTcp,
    ZvtSerial,
    Concert,
    Nexo,
}

impl Line {
    pub fn protocol(self) -> &'static str {
        match self {
            Line::ZvtTcp => "ZVT over TCP",
            Line::ZvtSerial => "ZVT over a serial line",
            Line::Concert => "Concert",
            Line::Nexo => "nexo",
        }
    }
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
}

/// A line, how many lanes share its cuts, bytes of an act each way (the last cuts of each are
/// behind its end), and bytes from cut to cut, also in a long run. Each line has a box of its own,
/// and a box has 64 tills, one of them the second at a pad: 63 lanes at most.
pub struct Cuts {
    pub line: Line,
    pub lanes: usize,
    pub to_box: u64,
    pub from_box: u64,
    pub every: u64,
    pub every_long: u64,
}

impl Cuts {
    /// What is played without a cut, and then the cuts, with both policies. From cut to cut more
    /// than a byte: each day begins at another one, and the policies halve the way between.
    pub fn scenes(&self, plays: Vec<Play>) -> Vec<Scene> {
        let long = std::env::var_os("USHER_LONG").is_some();
        let days = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 86_400;
        let (stride, first) =
            if long { (self.every_long, 0) } else { (self.every, days % self.every) };
        let played = |play| Scene { play, ..Scene::default() };
        let mut scenes: Vec<Scene> = plays.into_iter().map(played).collect();
        let policies = [Unacknowledged::Keep, Unacknowledged::Reverse];
        for (unacknowledged, first) in policies.into_iter().zip([first, first + stride / 2]) {
            let ways = [(Direction::ToBox, self.to_box), (Direction::FromBox, self.from_box)];
            for (direction, bytes) in ways {
                let stride = usize::try_from(stride).unwrap();
                let first = first % u64::try_from(stride).unwrap();
                scenes.extend((first..bytes).step_by(stride).map(|after| Scene {
                    fault: Some(LineFault::Cut { direction, after }),
                    unacknowledged,
                    ..Scene::default()
                }));
            }
        }
        println!("{:?}: {} cases, from byte {first} every {stride}", self.line, scenes.len());
        scenes
    }
}
