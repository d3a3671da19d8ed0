//! The dialogue with one ZVT terminal: registers, prepares, pays, asks afterwards, closes days.
//! Holds what is going on and what waits; no clock, no line, no disk. Never sends a payment
//! before `Go`, never acknowledges an outcome before `Kept`, never calls silence a refusal.
//! Source: pin-pads 2, 3. Next: `sequence/{start,payment,recovery,errand,stray}.rs`.

mod errand;
mod payment;
pub mod recovery;
mod start;
mod stray;

use std::collections::VecDeque;

use self::errand::{Ending, Errand};
use self::payment::Payment;
use super::code;
use super::fields::Fields;
use super::link::{Heard, Link, Purpose};
use super::message::{Command, Reply, Said};
use super::print::Tape;
use super::settings::ZvtSettings;
use crate::pin_pad::{
    Alarm, Ask, Booking, BrandTotal, Finding, Identity, IntentNo, Kind, PinPad, PinPadEvent, Step,
    Stir, Tender,
};

/// Asks that wait for their turn.
pub const ASKS_WAITING_MAX: usize = 8;

/// The dialogue; see [`PinPad`].
pub struct Zvt {
    settings: ZvtSettings,
    link: Link,
    phase: Phase,
    waiting: VecDeque<Ask>,
    identity: Identity,
    /// The newest record of the terminal.
    newest: Option<Booking>,
    /// The newest receipt of a terminal that gave no record with it.
    mark: Vec<String>,
    unresolved: Option<Unresolved>,
    last_gone: Option<IntentNo>,
    /// An abort that came before there was something to stop.
    unwanted: Option<IntentNo>,
    /// Whose approval, not expected now, waits to be kept.
    stray: Option<IntentNo>,
    /// Why starting did not work; told once.
    trouble: String,
}

/// A payment whose outcome nobody knows.
struct Unresolved {
    tender: Box<Tender>,
    before: Before,
    /// False once a person has to decide: then the terminal may go on.
    blocks: bool,
}

/// What the terminal said before a payment began, in this run of the box: later it would prove
/// nothing.
#[derive(Clone)]
struct Before {
    totals: Option<Vec<BrandTotal>>,
    /// The newest receipt, where no record came with it.
    mark: Vec<String>,
}

enum Phase {
    Down,
    Idle { due_ms: u64 },
    Paused { again: Errand, due_ms: u64 },
    Prepared { tender: Box<Tender>, before: Before, due_ms: u64 },
    Running(Box<Run>),
}

/// One command and what it led to so far.
struct Run {
    errand: Errand,
    /// The terminal said yes.
    is_begun: bool,
    due_ms: u64,
    record: Option<Fields>,
    tape: Tape,
}

/// The moment, and what is to be done.
struct Turn<'a> {
    now_ms: u64,
    steps: &'a mut Vec<Step>,
}

impl Turn<'_> {
    fn tell(&mut self, event: PinPadEvent) {
        self.steps.push(Step::Tell(Box::new(event)));
    }

    fn not_started(&mut self, intent: IntentNo, why: impl Into<String>) {
        self.tell(PinPadEvent::NotStarted { intent, why: why.into() });
    }

    fn failed(&mut self, what: &'static str, why: impl Into<String>) {
        self.tell(PinPadEvent::Failed { what, why: why.into() });
    }

    fn found(&mut self, intent: IntentNo, finding: Finding) {
        self.tell(PinPadEvent::Recovered { intent, finding });
    }
}

impl PinPad for Zvt {
    fn stir(&mut self, stir: Stir<'_>, now_ms: u64, steps: &mut Vec<Step>) {
        let turn = &mut Turn { now_ms, steps };
        match stir {
            Stir::LinkUp => {
                self.lost("the link was made anew", turn);
                self.begin(Errand::Register, turn);
            }
            Stir::LinkLost => self.lost("the link was lost", turn),
            Stir::Bytes { exchange: _, bytes } => {
                let mut heard = Vec::new();
                self.link.bytes(bytes, turn.now_ms, turn.steps, &mut heard);
                self.heard(heard, turn);
            }
            // A line that stays open has no exchanges.
            Stir::ExchangeLost { exchange: _ } => {}
            Stir::Ask(ask) => self.ask(ask, turn),
            Stir::Due => self.due(turn),
        }
    }

    fn due_ms(&self) -> Option<u64> {
        let phase = match &self.phase {
            Phase::Down => return None,
            Phase::Idle { due_ms }
            | Phase::Paused { due_ms, .. }
            | Phase::Prepared { due_ms, .. } => Some(*due_ms),
            Phase::Running(run) => run.due_ms(&self.settings),
        };
        [phase, self.link.due_ms()].into_iter().flatten().min()
    }
}

impl Run {
    fn due_ms(&self, settings: &ZvtSettings) -> Option<u64> {
        match &self.errand {
            Errand::Pay(payment) if payment.is_held() => payment.wait_due_ms(settings),
            _ => Some(self.due_ms),
        }
    }
}

impl Zvt {
    pub fn new(settings: ZvtSettings) -> Zvt {
        Zvt {
            link: Link::new(settings.transport, settings.timers),
            settings,
            phase: Phase::Down,
            waiting: VecDeque::new(),
            identity: Identity::default(),
            newest: None,
            mark: Vec::new(),
            unresolved: None,
            last_gone: None,
            unwanted: None,
            stray: None,
            trouble: String::new(),
        }
    }

    fn heard(&mut self, heard: Vec<Heard>, turn: &mut Turn<'_>) {
        for heard in heard {
            // What came on a link that has just been given up belongs to nobody.
            if matches!(self.phase, Phase::Down) {
                return;
            }
            match heard {
                Heard::Apdu(apdu) => self.said(Said::read(apdu, self.settings.charset), turn),
                Heard::Refused(Purpose::Payment) => self.payment_refused(turn),
                Heard::Refused(_) => self.give_up("the terminal refuses every block", turn),
                Heard::Silent(_) => self.give_up("the terminal acknowledges no block", turn),
                Heard::Garbled => self.give_up("the terminal cannot be understood", turn),
            }
        }
    }

    fn said(&mut self, said: Said, turn: &mut Turn<'_>) {
        match std::mem::replace(&mut self.phase, Phase::Down) {
            Phase::Running(run) => self.run_said(run, said, turn),
            phase @ (Phase::Down
            | Phase::Idle { .. }
            | Phase::Paused { .. }
            | Phase::Prepared { .. }) => {
                self.phase = phase;
                self.stray_said(said, turn);
            }
        }
    }

    fn run_said(&mut self, mut run: Box<Run>, said: Said, turn: &mut Turn<'_>) {
        if let Errand::Pay(_) = &run.errand {
            return self.payment_said(run, said, turn);
        }
        match said {
            Said::Yes if !run.is_begun => {
                run.is_begun = true;
                run.due_ms = turn.now_ms + self.settings.timers.word_ms;
            }
            Said::No(code) if !run.is_begun => return self.refused(run.errand, code, turn),
            Said::Completed(apdu) if run.is_begun => {
                self.reply(Reply::Yes, turn);
                return self.finished(*run, Ending::Completed(apdu), turn);
            }
            Said::Aborted { code, fields: _ } if run.is_begun => {
                self.reply(Reply::Yes, turn);
                return self.finished(*run, Ending::Aborted(code), turn);
            }
            Said::Status(fields) if run.is_begun && run.errand.takes_status() => {
                self.reply(Reply::Yes, turn);
                run.record = Some(*fields);
                self.extend(&mut run, None, turn);
            }
            Said::Line(line) => {
                self.reply(Reply::Yes, turn);
                run.tape.line(line, &self.settings);
                self.extend(&mut run, None, turn);
            }
            Said::Block(block) => {
                self.reply(Reply::Yes, turn);
                run.tape.block(block, &self.settings);
                self.extend(&mut run, None, turn);
            }
            Said::Progress { minutes, .. } => {
                self.reply(Reply::Yes, turn);
                self.extend(&mut run, minutes, turn);
            }
            Said::Yes | Said::No(_) => {}
            stray @ (Said::Clock
            | Said::Status(_)
            | Said::Completed(_)
            | Said::Aborted { .. }
            | Said::Other) => {
                self.stray_said(stray, turn);
                self.extend(&mut run, None, turn);
            }
        }
        self.phase = Phase::Running(run);
    }

    /// The terminal spoke: the time for its next word begins anew.
    fn extend(&self, run: &mut Run, minutes: Option<u8>, turn: &Turn<'_>) {
        let timers = &self.settings.timers;
        let asked_ms = minutes.map_or(0, |minutes| u64::from(minutes) * 60_000);
        let wait_ms = if run.is_begun || self.stray.is_some() {
            timers.word_ms.max(asked_ms)
        } else {
            timers.answer_ms
        };
        run.due_ms = turn.now_ms + wait_ms;
    }

    fn reply(&mut self, reply: Reply, turn: &mut Turn<'_>) {
        self.link.send(&reply.apdu(), Purpose::Answer, turn.now_ms, turn.steps);
    }

    fn begin(&mut self, errand: Errand, turn: &mut Turn<'_>) {
        let Some(apdu) = errand.command(&self.settings).apdu() else {
            return self.idle(turn);
        };
        let purpose = match &errand {
            Errand::Pay(_) => Purpose::Payment,
            _ => Purpose::Command,
        };
        self.link.send(&apdu, purpose, turn.now_ms, turn.steps);
        self.phase = Phase::Running(Box::new(Run {
            errand,
            is_begun: false,
            due_ms: turn.now_ms + self.settings.timers.answer_ms,
            record: None,
            tape: Tape::default(),
        }));
    }

    /// Nothing is going on: the next ask has its turn.
    fn idle(&mut self, turn: &mut Turn<'_>) {
        self.phase = Phase::Idle { due_ms: turn.now_ms + self.settings.timers.enquiry_ms };
        if let Some(ask) = self.waiting.pop_front() {
            self.start(ask, turn);
        }
    }

    fn ask(&mut self, ask: Ask, turn: &mut Turn<'_>) {
        match ask {
            Ask::Go(intent) => self.go(intent, turn),
            Ask::Kept(intent) => self.kept(intent, turn),
            Ask::Abort(intent) => self.abort(intent, turn),
            Ask::Begin(_)
            | Ask::Recover(_)
            | Ask::Receipts(_)
            | Ask::Totals
            | Ask::CloseBatch
            | Ask::Diagnosis => match &self.phase {
                Phase::Down => refuse(ask, "the terminal is not connected", turn),
                Phase::Idle { .. } => self.start(ask, turn),
                Phase::Paused { .. } | Phase::Prepared { .. } | Phase::Running(_) => {
                    if self.waiting.len() < ASKS_WAITING_MAX {
                        self.waiting.push_back(ask);
                    } else {
                        refuse(ask, "the terminal has too much to do", turn);
                    }
                }
            },
        }
    }

    fn start(&mut self, ask: Ask, turn: &mut Turn<'_>) {
        match ask {
            Ask::Begin(tender) => self.prepare(tender, turn),
            Ask::Recover(tender) => self.recover(tender, turn),
            Ask::Receipts(intent) => self.begin(Errand::Receipts(intent), turn),
            Ask::Totals => self.begin(Errand::Totals, turn),
            Ask::CloseBatch if self.unresolved.as_ref().is_some_and(|open| open.blocks) => {
                turn.failed("closing the batch", "the outcome of a payment is not known yet");
                self.idle(turn);
            }
            Ask::CloseBatch => self.begin(Errand::CloseBatch, turn),
            Ask::Diagnosis => self.begin(Errand::Diagnosis, turn),
            Ask::Go(_) | Ask::Kept(_) | Ask::Abort(_) => {}
        }
    }

    fn due(&mut self, turn: &mut Turn<'_>) {
        let mut heard = Vec::new();
        self.link.tick(turn.now_ms, turn.steps, &mut heard);
        self.heard(heard, turn);
        let now_ms = turn.now_ms;
        let is_due = |due_ms: u64| due_ms <= now_ms;
        match std::mem::replace(&mut self.phase, Phase::Down) {
            Phase::Idle { due_ms } if is_due(due_ms) => self.begin(Errand::Enquire, turn),
            Phase::Paused { again, due_ms } if is_due(due_ms) => self.begin(again, turn),
            Phase::Prepared { tender, due_ms, .. } if is_due(due_ms) => {
                turn.not_started(tender.intent, "the box did not say go in time");
                self.idle(turn);
            }
            Phase::Running(run) if run.due_ms(&self.settings).is_some_and(is_due) => {
                self.overdue(run, turn);
            }
            phase @ (Phase::Down
            | Phase::Idle { .. }
            | Phase::Paused { .. }
            | Phase::Prepared { .. }
            | Phase::Running(_)) => self.phase = phase,
        }
    }

    fn overdue(&mut self, mut run: Box<Run>, turn: &mut Turn<'_>) {
        if let Errand::Pay(payment) = &mut run.errand
            && payment.is_held()
        {
            payment.wait_more();
            run.due_ms = turn.now_ms + self.settings.timers.word_ms;
            self.phase = Phase::Running(run);
            return self.reply(Reply::Wait, turn);
        }
        self.phase = Phase::Running(run);
        self.give_up("the terminal fell silent", turn);
    }

    /// Drops the link: nothing that is said on it counts any more.
    fn give_up(&mut self, why: &str, turn: &mut Turn<'_>) {
        self.lost(why, turn);
        turn.steps.push(Step::HangUp);
    }

    fn lost(&mut self, why: &str, turn: &mut Turn<'_>) {
        match std::mem::replace(&mut self.phase, Phase::Down) {
            Phase::Down | Phase::Idle { .. } | Phase::Paused { .. } => {}
            Phase::Prepared { tender, .. } => turn.not_started(tender.intent, why),
            Phase::Running(run) => self.errand_lost(*run, why, turn),
        }
        self.link.reset();
        self.stray = None;
        for ask in std::mem::take(&mut self.waiting) {
            refuse(ask, why, turn);
        }
    }

    fn alarm_other_terminal(&mut self, found: &str, turn: &mut Turn<'_>) -> bool {
        let expected = &self.settings.terminal_id;
        let is_other = !expected.is_empty() && !found.is_empty() && found != expected;
        if is_other && self.trouble != found {
            self.trouble = found.to_owned();
            let (expected, found) = (expected.clone(), found.to_owned());
            turn.tell(PinPadEvent::Alarm(Alarm::OtherTerminal { expected, found }));
        }
        is_other
    }
}

/// Answers an ask that cannot have its turn.
fn refuse(ask: Ask, why: &str, turn: &mut Turn<'_>) {
    match ask {
        Ask::Begin(tender) => turn.not_started(tender.intent, why),
        Ask::Recover(tender) => turn.found(tender.intent, Finding::NotNow { why: why.to_owned() }),
        Ask::Receipts(intent) => {
            turn.failed("receipts", why);
            turn.tell(PinPadEvent::Done { intent });
        }
        Ask::Totals => turn.failed("totals", why),
        Ask::CloseBatch => turn.failed("closing the batch", why),
        Ask::Diagnosis => turn.failed("diagnosis", why),
        Ask::Go(_) | Ask::Kept(_) | Ask::Abort(_) => {}
    }
}

/// True when `kind` takes back what the newest record says.
fn is_of(original: &Booking, newest: &Booking) -> bool {
    original.receipt == newest.receipt
        && (original.trace.is_none() || newest.trace.is_none() || original.trace == newest.trace)
}
