//! What the simulated Concert terminal does: bytes and time in, bytes out, no line of its own.
//! Holds its dialogue, the scene it plays, and what the box did against the protocol.
//! Writes the truth before it sends an approval. Source: pin-pads 5.1, 7.
//! Next: `frame.rs`; `../concert.rs` puts it on a line.

use super::frame::{Ear, Order, Said, answer};
use super::wire::Wire;
use crate::sim::pin_pad::script::{Direction, Play, Scene, Script, Unacknowledged};
use crate::sim::pin_pad::truth::{Deed, Line, Of, Truth};
use crate::sim::pin_pad::violation::Violations;

/// How long it waits for a signal, and between two calls.
pub const SIGNAL_MS_MAX: u64 = 3_000;
pub const REST_MS: u64 = 1_000;
/// How often it calls to give an answer, and says it in one call.
pub const CALLS_MAX: u8 = 4;
pub const MESSAGES_MAX: u8 = 3;
/// The line is quiet after this.
pub const QUIET_MS: u64 = 100;
/// How long a cardholder takes.
pub const CARD_MS: u64 = 400;
pub const TIMEOUT_MS: u64 = 60_000;

/// A well-known test number: no card has it.
const CLEAR_NUMBER: &str = "4242424242424242";

/// What the terminal wants done on its line, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    Send { bytes: Vec<u8>, gap_ms: u64 },
    Cut,
}

#[derive(Debug)]
enum Place {
    Idle,
    /// The box's call is answered. What was not understood is refused once the line is quiet.
    Called {
        is_spoilt: bool,
    },
    /// Its request is acknowledged.
    Asked(Order),
    /// Card, PIN and bank.
    Working(Order),
    /// Plays dead until the box calls again.
    Silent,
    Calling {
        calls: u8,
    },
    Resting {
        calls: u8,
    },
    Telling {
        calls: u8,
        messages: u8,
    },
}

/// An answer the box has not acknowledged yet.
#[derive(Debug)]
struct Owed {
    message: Vec<u8>,
    booked: Option<Line>,
}

#[derive(Debug)]
pub struct Terminal {
    script: Script,
    truth: Truth,
    scene: Scene,
    /// The next message has the scene that was refused with NAK.
    refusals: u8,
    wire: Wire,
    ear: Ear,
    place: Place,
    owed: Option<Owed>,
    due_ms: Option<u64>,
    heard_ms: u64,
    violations: Violations,
}

impl Terminal {
    pub fn new(script: Script, truth: Truth, violations: Violations) -> Terminal {
        Terminal {
            script,
            truth,
            scene: Scene::default(),
            refusals: 0,
            wire: Wire::default(),
            ear: Ear::default(),
            place: Place::Idle,
            owed: None,
            due_ms: None,
            heard_ms: 0,
            violations,
        }
    }

    pub fn due_ms(&self) -> Option<u64> {
        // Inside a message only the gap counts.
        let gap = self.ear.is_within().then(|| self.heard_ms.saturating_add(SIGNAL_MS_MAX));
        gap.or(self.due_ms)
    }

    pub fn hear(&mut self, bytes: &[u8], now_ms: u64, out: &mut Vec<Output>) {
        for byte in bytes {
            self.heard_ms = now_ms;
            if matches!(self.place, Place::Called { .. }) && !self.ear.is_within() && *byte == 2 {
                self.take_scene();
            }
            let (arrived, is_cut) = self.wire.carry(Direction::FromBox, &[*byte]);
            for byte in arrived {
                if let Some(said) = self.ear.byte(byte) {
                    self.said(said, now_ms, out);
                }
            }
            if is_cut {
                self.ear.forget();
                out.push(Output::Cut);
                return;
            }
        }
    }

    /// A message begins, so this is a payment; what follows on the line is counted.
    fn take_scene(&mut self) {
        if self.refusals == 0 {
            self.scene = self.script.next_scene();
            self.script.played().add(&self.scene);
            self.wire = Wire::new(self.scene.fault.clone());
        }
    }

    fn said(&mut self, said: Said, now_ms: u64, out: &mut Vec<Output>) {
        match (&self.place, said) {
            (Place::Idle | Place::Silent, Said::Enq) => {
                self.send(&[6], out);
                self.go_to(Place::Called { is_spoilt: false }, Some(now_ms + SIGNAL_MS_MAX));
            }
            (Place::Called { .. }, Said::Eot) => {
                self.refusals = 0;
                self.go_to(Place::Idle, None);
            }
            (Place::Called { .. }, Said::Request(order)) => self.asked(order, now_ms, out),
            (Place::Called { .. }, Said::Garbage(_)) => {
                self.go_to(Place::Called { is_spoilt: true }, Some(now_ms + QUIET_MS));
            }
            (Place::Asked(_), Said::Eot) => self.work(now_ms),
            (Place::Calling { calls }, Said::Ack) => self.tell(*calls, 1, now_ms, out),
            (Place::Telling { .. }, Said::Ack) => self.acknowledged(out),
            (Place::Telling { calls, messages }, Said::Nak) if *messages < MESSAGES_MAX => {
                let (calls, messages) = (*calls, *messages + 1);
                self.tell(calls, messages, now_ms, out);
            }
            (Place::Telling { calls, .. }, Said::Nak) => self.rest(*calls, now_ms, out),
            (_, Said::Request(_)) => self.violations.add("a message nobody was listening to"),
            (_, Said::Ack) => self.violations.add("an ACK for nothing"),
            (_, Said::Nak) => self.violations.add("a NAK for nothing"),
            (_, Said::Garbage(_) | Said::Enq | Said::Eot) => {}
        }
    }

    fn asked(&mut self, order: Order, now_ms: u64, out: &mut Vec<Output>) {
        if order.wants_report && !order.private.trim().is_empty() {
            self.violations.add("a report with the card number was asked for");
        }
        if !order.waits_for_end {
            self.violations.add("the answer was wanted before the end");
        }
        if self.scene.play == Play::Busy {
            self.refusals += 1;
            self.send(&[21], out);
            let is_last = self.refusals >= MESSAGES_MAX;
            if is_last {
                self.refusals = 0;
            }
            return self.go_to(Place::Called { is_spoilt: false }, Some(now_ms + SIGNAL_MS_MAX));
        }
        self.refusals = 0;
        self.send(&[6], out);
        self.go_to(Place::Asked(order), Some(now_ms + SIGNAL_MS_MAX));
    }

    pub fn take_time(&mut self, now_ms: u64, out: &mut Vec<Output>) {
        if self.ear.is_within() && now_ms >= self.heard_ms.saturating_add(SIGNAL_MS_MAX) {
            self.ear.forget();
            if let Place::Called { is_spoilt } = &mut self.place {
                *is_spoilt = true;
            }
        }
        if self.due_ms.is_none_or(|due| now_ms < due) || self.ear.is_within() {
            return;
        }
        match std::mem::replace(&mut self.place, Place::Idle) {
            Place::Called { is_spoilt: true } => {
                self.refusals += 1;
                self.send(&[21], out);
                self.go_to(Place::Called { is_spoilt: false }, Some(now_ms + SIGNAL_MS_MAX));
            }
            Place::Idle | Place::Called { is_spoilt: false } | Place::Silent => {
                self.refusals = 0;
                self.go_to(Place::Idle, None);
            }
            // The box has the terminal's ACK or has not; a card is asked for all the same.
            Place::Asked(order) => {
                self.place = Place::Asked(order);
                self.work(now_ms);
            }
            Place::Working(order) => self.finish(&order, now_ms, out),
            Place::Calling { calls } => self.rest(calls, now_ms, out),
            Place::Telling { calls, .. } => self.rest(calls, now_ms, out),
            Place::Resting { calls } if calls < CALLS_MAX => self.call(calls + 1, now_ms, out),
            Place::Resting { .. } => self.give_up(),
        }
    }

    fn work(&mut self, now_ms: u64) {
        let Place::Asked(order) = std::mem::replace(&mut self.place, Place::Idle) else {
            return;
        };
        let takes_ms = match self.scene.play {
            Play::Slow { ms } => ms,
            Play::Timeout => TIMEOUT_MS,
            // A second try at the PIN.
            Play::WrongPin => 2 * CARD_MS,
            Play::Approve
            | Play::Decline { .. }
            | Play::Cancel
            | Play::Silent
            | Play::Busy
            | Play::Reboot { .. }
            | Play::WrongAmount { .. }
            | Play::ApproveAfterAbort
            | Play::ClearPan => CARD_MS,
        };
        self.go_to(Place::Working(order), Some(now_ms + takes_ms));
    }

    fn finish(&mut self, order: &Order, now_ms: u64, out: &mut Vec<Output>) {
        let amount_minor = order.amount_minor;
        match self.scene.play {
            Play::Approve
            | Play::WrongPin
            | Play::Slow { .. }
            | Play::ApproveAfterAbort
            | Play::Busy => self.approve(order, amount_minor, None, now_ms, out),
            Play::WrongAmount { minor } => {
                let amount_minor = u32::try_from(minor).unwrap_or(amount_minor);
                self.approve(order, amount_minor, None, now_ms, out);
            }
            Play::ClearPan => {
                self.approve(order, amount_minor, Some(CLEAR_NUMBER), now_ms, out);
            }
            Play::Decline { code: 9 } => {
                let booked = self.book(order, amount_minor);
                self.owe(answer(order, 9, amount_minor, None), booked, now_ms, out);
            }
            Play::Decline { .. } => self.refuse(Deed::Declined, order, now_ms, out),
            Play::Cancel | Play::Timeout => self.refuse(Deed::Cancelled, order, now_ms, out),
            Play::Silent => self.go_to(Place::Silent, None),
            Play::Reboot { booked } => {
                if booked {
                    self.book(order, amount_minor);
                }
                self.go_to(Place::Idle, None);
                out.push(Output::Cut);
            }
        }
    }

    fn approve(
        &mut self,
        order: &Order,
        amount_minor: u32,
        report: Option<&str>,
        now_ms: u64,
        out: &mut Vec<Output>,
    ) {
        let booked = self.book(order, amount_minor);
        let report = report.or(order.wants_report.then_some(CLEAR_NUMBER));
        self.owe(answer(order, 0, amount_minor, report), booked, now_ms, out);
    }

    fn refuse(&mut self, deed: Deed, order: &Order, now_ms: u64, out: &mut Vec<Output>) {
        let line = self.line(deed, order, order.amount_minor);
        self.write(line);
        let report = order.wants_report.then_some("");
        self.owe(answer(order, 7, order.amount_minor, report), None, now_ms, out);
    }

    fn book(&mut self, order: &Order, amount_minor: u32) -> Option<Line> {
        let line = self.line(Deed::Booked, order, amount_minor);
        self.write(line.clone()).then_some(line)
    }

    fn line(&self, deed: Deed, order: &Order, amount_minor: u32) -> Line {
        let trace = self.truth.lines().iter().map(|line| line.trace).max().unwrap_or(0) + 1;
        Line {
            deed,
            of: if order.type_code == '0' { Of::Purchase } else { Of::Refund },
            amount_minor: u64::from(amount_minor),
            currency: order.currency.parse().unwrap_or_default(),
            trace,
            receipt: trace,
            reference: order.private.trim_end().to_owned(),
        }
    }

    /// A bank that cannot write has not booked.
    fn write(&mut self, line: Line) -> bool {
        let written = self.truth.write(line);
        if let Err(error) = &written {
            tracing::error!(%error, "the truth of a simulated terminal could not be written");
        }
        written.is_ok()
    }

    fn owe(&mut self, message: Vec<u8>, booked: Option<Line>, now_ms: u64, out: &mut Vec<Output>) {
        self.owed = Some(Owed { message, booked });
        self.call(1, now_ms, out);
    }

    fn call(&mut self, calls: u8, now_ms: u64, out: &mut Vec<Output>) {
        self.send(&[5], out);
        self.go_to(Place::Calling { calls }, Some(now_ms + SIGNAL_MS_MAX));
    }

    fn tell(&mut self, calls: u8, messages: u8, now_ms: u64, out: &mut Vec<Output>) {
        let message = self.owed.as_ref().map(|owed| owed.message.clone()).unwrap_or_default();
        self.send(&message, out);
        let takes_ms = self.wire.gap_ms() * message.len() as u64;
        let due_ms = Some(now_ms + takes_ms + SIGNAL_MS_MAX);
        self.go_to(Place::Telling { calls, messages }, due_ms);
    }

    fn rest(&mut self, calls: u8, now_ms: u64, out: &mut Vec<Output>) {
        self.send(&[4], out);
        self.go_to(Place::Resting { calls }, Some(now_ms + REST_MS));
    }

    fn acknowledged(&mut self, out: &mut Vec<Output>) {
        if let Some(Owed { booked: Some(line), .. }) = self.owed.take() {
            self.write(Line { deed: Deed::Acknowledged, ..line });
        }
        self.go_to(Place::Idle, None);
        self.send(&[4], out);
    }

    /// Nobody took the answer.
    fn give_up(&mut self) {
        let owed = self.owed.take().and_then(|owed| owed.booked);
        match (self.scene.unacknowledged, owed) {
            (Unacknowledged::Reverse, Some(line)) => {
                self.write(Line { deed: Deed::Reversed, ..line });
            }
            (Unacknowledged::Reverse, None) | (Unacknowledged::Keep, _) => {}
        }
        self.go_to(Place::Idle, None);
    }

    fn send(&mut self, bytes: &[u8], out: &mut Vec<Output>) {
        let (bytes, is_cut) = self.wire.carry(Direction::ToBox, bytes);
        if !bytes.is_empty() {
            out.push(Output::Send { bytes, gap_ms: self.wire.gap_ms() });
        }
        if is_cut {
            out.push(Output::Cut);
        }
    }

    fn go_to(&mut self, place: Place, due_ms: Option<u64>) {
        self.place = place;
        self.due_ms = due_ms;
    }
}
