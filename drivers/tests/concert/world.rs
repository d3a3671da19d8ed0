//! Driver, terminal and till joined in one thread, with a clock that jumps to what is due next.
//! Holds the line between them, which can be cut after any byte, and the end of the program.
//! Never sleeps: a minute of the house takes no time. Next: `mod.rs`, `../concert_cut.rs`.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use usher_drivers::pin_pad::concert::sequence::Concert;
use usher_drivers::pin_pad::concert::settings::ConcertSettings;
use usher_drivers::pin_pad::{Ask, PinPad, Step, Stir};
use usher_drivers::sim::pin_pad::concert::terminal::{Output, Terminal};
use usher_drivers::sim::pin_pad::script::{Direction, Script};
use usher_drivers::sim::pin_pad::truth::Truth;
use usher_drivers::sim::pin_pad::violation::Violations;

use super::{Till, Written};

/// What happens once so many bytes of the payment have gone, counted from `Go`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    Cut,
    /// The box's program is killed and started again.
    Kill,
    /// One bit pattern is put over the byte after those.
    Corrupt(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    pub blow: Blow,
    pub direction: Direction,
    pub after: u64,
}

enum Due {
    ToPad(Vec<u8>),
    ToTerminal(Vec<u8>),
    Ask(Ask),
    Lost,
}

pub struct World {
    pub till: Till,
    pub settings: ConcertSettings,
    pub truth: PathBuf,
    terminal: Terminal,
    pub violations: Violations,
    pad: Concert,
    now_ms: u64,
    queue: VecDeque<Due>,
    /// When the line is there again; `None` while it is.
    line_ms: Option<u64>,
    /// How long a lost line stays lost.
    pub away_ms: u64,
    fault: Option<Fault>,
    is_counting: bool,
    /// From the box and to the box, since `Go`.
    pub gone: (u64, u64),
    /// Everything the box wrote since `Go`.
    pub written: Vec<u8>,
}

/// No dialogue lasts longer by the world's clock.
const END_MS_MAX: u64 = 1_000_000;
const TURNS_MAX: u32 = 20_000;
/// For the terminal to settle its own affairs.
const AFTER_MS: u64 = 60_000;

impl World {
    pub fn new(till: Till, script: Script, truth: &Path) -> World {
        let settings = ConcertSettings::at("unused");
        let violations = Violations::default();
        World {
            till,
            terminal: Terminal::new(script, Truth::open(truth).unwrap(), violations.clone()),
            violations,
            pad: Concert::new(settings.clone()),
            settings,
            truth: truth.to_path_buf(),
            now_ms: 1_000,
            queue: VecDeque::new(),
            line_ms: Some(1_000),
            away_ms: 300,
            fault: None,
            is_counting: false,
            gone: (0, 0),
            written: Vec::new(),
        }
    }

    pub fn with(mut self, fault: Fault) -> World {
        self.fault = Some(fault);
        self
    }

    /// Runs until the till is done, and then until the terminal is.
    pub fn run(&mut self) {
        let mut turns = 0;
        let mut turn = |world: &mut World| {
            world.turn();
            turns += 1;
            assert!(turns < TURNS_MAX, "turns in circles: {:?}", world.till.events);
        };
        while !self.till.is_over && self.now_ms < END_MS_MAX {
            turn(self);
        }
        let until = self.now_ms + AFTER_MS;
        while self.now_ms < until {
            turn(self);
        }
    }

    fn turn(&mut self) {
        match self.queue.pop_front() {
            Some(due) => self.deliver(due),
            None => self.jump(),
        }
    }

    fn jump(&mut self) {
        let dues = [self.pad.due_ms(), self.terminal.due_ms(), self.line_ms];
        let next = dues.into_iter().flatten().min().unwrap_or(self.now_ms + AFTER_MS);
        self.now_ms = self.now_ms.max(next);
        if self.line_ms.is_some_and(|at| at <= self.now_ms) {
            self.line_ms = None;
            self.stir(Stir::LinkUp);
        }
        if self.pad.due_ms().is_some_and(|due| due <= self.now_ms) {
            self.stir(Stir::Due);
        }
        if self.terminal.due_ms().is_some_and(|due| due <= self.now_ms) {
            let mut outputs = Vec::new();
            self.terminal.take_time(self.now_ms, &mut outputs);
            self.take_outputs(outputs);
        }
    }

    fn deliver(&mut self, due: Due) {
        match due {
            Due::Ask(ask) => {
                self.is_counting |= matches!(ask, Ask::Go(_));
                self.stir(Stir::Ask(ask));
            }
            Due::Lost => self.lose_line(),
            Due::ToPad(bytes) => {
                self.struck(Direction::ToBox);
                for byte in bytes {
                    self.now_ms += 1;
                    if let Some(byte) = self.carried(Direction::ToBox, byte) {
                        self.stir(Stir::Bytes { exchange: 0, bytes: &[byte] });
                    }
                    self.struck(Direction::ToBox);
                }
            }
            Due::ToTerminal(bytes) => {
                self.struck(Direction::FromBox);
                for byte in bytes {
                    self.now_ms += 1;
                    if let Some(byte) = self.carried(Direction::FromBox, byte) {
                        let mut outputs = Vec::new();
                        self.terminal.hear(&[byte], self.now_ms, &mut outputs);
                        self.take_outputs(outputs);
                    }
                    self.struck(Direction::FromBox);
                }
            }
        }
    }

    /// The byte that arrives, if the line is there.
    fn carried(&mut self, direction: Direction, byte: u8) -> Option<u8> {
        if self.line_ms.is_some() {
            return None;
        }
        // Before the payment nothing counts and nothing strikes.
        if !self.is_counting {
            return Some(byte);
        }
        let count = match direction {
            Direction::FromBox => &mut self.gone.0,
            Direction::ToBox => &mut self.gone.1,
        };
        *count += 1;
        if direction == Direction::FromBox {
            self.written.push(byte);
        }
        let hit =
            self.fault.filter(|fault| fault.direction == direction && fault.after + 1 == *count);
        match hit.map(|fault| fault.blow) {
            Some(Blow::Corrupt(mask)) => Some(byte ^ mask),
            Some(Blow::Cut | Blow::Kill) | None => Some(byte),
        }
    }

    fn struck(&mut self, direction: Direction) {
        let gone = match direction {
            Direction::FromBox => self.gone.0,
            Direction::ToBox => self.gone.1,
        };
        let hit = self.fault.filter(|fault| fault.direction == direction && fault.after == gone);
        let blow = hit.map(|fault| fault.blow);
        match blow {
            Some(Blow::Cut) if self.is_counting => {
                self.fault = None;
                self.lose_line();
            }
            Some(Blow::Kill) if self.is_counting => {
                self.fault = None;
                self.kill();
            }
            Some(Blow::Cut | Blow::Kill | Blow::Corrupt(_)) | None => {}
        }
    }

    fn lose_line(&mut self) {
        if self.line_ms.is_none() {
            self.line_ms = Some(self.now_ms + self.away_ms);
            self.stir(Stir::LinkLost);
        }
    }

    fn kill(&mut self) {
        self.queue.clear();
        self.pad = Concert::new(self.settings.clone());
        self.line_ms = Some(self.now_ms + self.away_ms);
        self.queue.extend(self.till.restarts().into_iter().map(Due::Ask));
    }

    fn stir(&mut self, stir: Stir<'_>) {
        let mut steps = Vec::new();
        self.pad.stir(stir, self.now_ms, &mut steps);
        for step in steps {
            match step {
                Step::Write { bytes, .. } => self.queue.push_back(Due::ToTerminal(bytes)),
                Step::Tell(event) => {
                    let asks = self.till.hears(*event);
                    self.queue.extend(asks.into_iter().map(Due::Ask));
                }
                Step::HangUp => self.queue.push_back(Due::Lost),
            }
        }
    }

    fn take_outputs(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            self.queue.push_back(match output {
                Output::Send { bytes, .. } => Due::ToPad(bytes),
                Output::Cut => Due::Lost,
            });
        }
    }

    pub fn wrote_nothing_twice(&self) -> bool {
        let requests = self.written.windows(3).filter(|window| *window == b"\x0201").count();
        requests <= 1
    }

    pub fn is_settled(&self) -> bool {
        !matches!(self.till.written, Written::Sent | Written::Unknown)
    }
}
