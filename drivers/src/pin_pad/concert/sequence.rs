//! The dialogue with one Concert terminal: what happened and when in, what to do out.
//! Holds its places and times, and what each ask, link change and byte leads to.
//! Never writes a message before `Go`, never twice unless the terminal refused it, and never
//! acknowledges an answer before `Kept`. Source: pin-pads 2, 5.
//! Next: `sequence/call.rs` (the box calls), `sequence/answer.rs` (the terminal calls).

mod answer;
mod call;

use super::codec::{ACK, Answer, Decoder, ENQ, EOT, Heard, NAK, Private, Request};
use super::settings::ConcertSettings;
use crate::pin_pad::{Ask, Finding, IntentNo, PinPad, PinPadEvent, Step, Stir, Tender};

/// How long a signal is waited for; makers ask for up to 3 s.
pub const ACK_MS_MAX: u64 = 3_000;
/// After a call that was not answered.
pub const CALL_PAUSE_MS: u64 = 1_000;
pub const CALLS_MAX: u8 = 3;
/// How often one message is said, ours or the terminal's, when it is refused with NAK.
pub const MESSAGES_MAX: u8 = 3;
/// The line must have been quiet for so long before we call.
pub const DRAIN_MS: u64 = 100;
/// What follows a spoilt message, or a NAK, is waited out before we speak.
pub const SPOILT_QUIET_MS: u64 = 200;
/// Longest silence inside a message.
pub const GAP_MS_MAX: u64 = 3_000;
/// An answer that could not be committed in this time is left for the terminal's next try.
pub const KEPT_MS_MAX: u64 = 2_500;
/// How long a late answer is listened for.
pub const LISTEN_MS: u64 = 30_000;
/// How long a recovery waits for the line.
pub const LINK_MS_MAX: u64 = 30_000;
/// A terminal that has something to say after the line opened goes first.
pub const SETTLE_MS: u64 = 500;
pub const HEALTH_MS: u64 = 60_000;
/// After a health check that failed.
pub const HEALTH_RETRY_MS: u64 = 10_000;

/// What a person does when the terminal tells nothing.
pub const LOOK_AT_TERMINAL: &str = "press duplicate on the terminal; enter approved or not";

/// Why the box calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Health,
    Begin,
    Pay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Down,
    Idle,
    /// ENQ is out.
    Calling {
        purpose: Purpose,
        calls: u8,
    },
    /// Before the next ENQ.
    Pausing {
        purpose: Purpose,
        calls: u8,
    },
    /// Waits for `Go`.
    Ready,
    /// The request is out, for the n-th time.
    Sent {
        messages: u8,
    },
    /// The terminal refused the request; what else it says is waited out.
    Refused {
        messages: u8,
    },
    /// The terminal has the request, or may have: its call is waited for.
    Waiting,
    /// Its call is answered: its message is waited for.
    Reading {
        messages: u8,
    },
    /// A spoilt message has come and the line is not quiet yet.
    Spoilt {
        messages: u8,
    },
    /// Its answer is told and not yet kept.
    Keeping,
    /// Its answer is acknowledged: its EOT is waited for.
    Closing,
}

/// Who waits for an answer of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    Nobody,
    Paying,
    Recovering,
    /// The answer was told; the terminal may not know that it was heard.
    Owed,
}

/// An answer that the till was told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    intent: IntentNo,
    answer: Answer,
    is_kept: bool,
    /// Asked for afterwards, so it has ended already.
    is_found: bool,
}

/// One terminal.
#[derive(Debug)]
pub struct Concert {
    settings: ConcertSettings,
    decoder: Decoder,
    place: Place,
    due_ms: Option<u64>,
    heard_ms: Option<u64>,
    wait: Wait,
    /// End of the wait for the terminal's call.
    until_ms: u64,
    tender: Option<Tender>,
    told: Option<Told>,
    /// An answer nobody asked for, while the terminal waits for our ACK.
    held: Option<Answer>,
    /// Its alarm is given once, however often the terminal tries.
    orphan: Option<Private>,
    /// Unknown, and not yet recovered.
    unsettled: Option<IntentNo>,
    /// Unknown by the rules, and not one byte of its request was written.
    unsent: Option<IntentNo>,
    is_up: bool,
    down_told: bool,
    /// No payment since the line was opened, so opening it again would bring nothing.
    is_fresh: bool,
}

impl PinPad for Concert {
    fn stir(&mut self, stir: Stir<'_>, now_ms: u64, steps: &mut Vec<Step>) {
        match stir {
            Stir::LinkUp => self.link_up(now_ms),
            Stir::LinkLost => self.link_lost(now_ms, steps),
            Stir::Bytes { bytes, .. } => self.bytes(bytes, now_ms, steps),
            // Only protocols with a connection per exchange have these.
            Stir::ExchangeLost { .. } => {}
            Stir::Ask(ask) => self.ask(ask, now_ms, steps),
            Stir::Due => self.take_time(now_ms, steps),
        }
    }

    fn due_ms(&self) -> Option<u64> {
        let gap = self.decoder.is_within().then_some(self.heard_ms).flatten();
        let gap = gap.map(|heard| heard.saturating_add(GAP_MS_MAX));
        // Inside a message only the gap counts, else a slow line would be cut off.
        gap.or(self.due_ms)
    }
}

impl Concert {
    pub fn new(settings: ConcertSettings) -> Concert {
        Concert {
            settings,
            decoder: Decoder::default(),
            place: Place::Down,
            due_ms: None,
            heard_ms: None,
            wait: Wait::Nobody,
            until_ms: 0,
            tender: None,
            told: None,
            held: None,
            orphan: None,
            unsettled: None,
            unsent: None,
            is_up: false,
            down_told: false,
            is_fresh: false,
        }
    }

    fn link_up(&mut self, now_ms: u64) {
        self.decoder.reset();
        self.is_fresh = true;
        match self.wait {
            Wait::Nobody | Wait::Paying => {
                self.wait = Wait::Nobody;
                self.go_to(Place::Idle, Some(now_ms.saturating_add(SETTLE_MS)));
            }
            Wait::Recovering | Wait::Owed => self.listen(now_ms),
        }
    }

    fn link_lost(&mut self, now_ms: u64, steps: &mut Vec<Step>) {
        let place = self.place;
        // What hung up itself has a time of its own for the line to come back.
        if place == Place::Down {
            return;
        }
        self.drop_line();
        let why = "the line to the terminal was lost";
        match place {
            Place::Down | Place::Idle => {}
            Place::Calling { purpose, .. } | Place::Pausing { purpose, .. } => match purpose {
                Purpose::Health => {}
                Purpose::Begin => self.not_started(why, steps),
                Purpose::Pay => self.unknown_unsent(why, steps),
            },
            Place::Ready => self.not_started(why, steps),
            Place::Sent { .. } | Place::Refused { .. } => self.unknown(why, steps),
            Place::Waiting | Place::Reading { .. } | Place::Spoilt { .. } => match self.wait {
                Wait::Nobody | Wait::Owed => {}
                Wait::Paying => self.unknown(why, steps),
                Wait::Recovering => self.due_ms = Some(now_ms.saturating_add(LINK_MS_MAX)),
            },
            Place::Keeping | Place::Closing if self.told.is_some() => self.wait = Wait::Owed,
            Place::Keeping | Place::Closing => {}
        }
    }

    fn ask(&mut self, ask: Ask, now_ms: u64, steps: &mut Vec<Step>) {
        match ask {
            Ask::Begin(tender) => self.begin(*tender, now_ms, steps),
            Ask::Go(intent) => self.go(intent, now_ms, steps),
            Ask::Kept(intent) => self.kept(intent, now_ms, steps),
            Ask::Abort(intent) => self.abort(intent, now_ms, steps),
            Ask::Recover(tender) => self.recover(*tender, now_ms, steps),
            Ask::Receipts(_) => failed("receipts", "printed by terminal", steps),
            Ask::Totals => {
                failed("totals", "this terminal tells no totals: print them on it", steps)
            }
            Ask::CloseBatch => failed("close batch", "close the batch on the terminal", steps),
            Ask::Diagnosis => {
                failed("diagnosis", "this terminal can only be asked whether it is there", steps);
            }
        }
    }

    fn abort(&mut self, intent: IntentNo, now_ms: u64, steps: &mut Vec<Step>) {
        let is_ours = self.tender.as_ref().is_some_and(|tender| tender.intent == intent);
        let begins = match self.place {
            Place::Calling { purpose, .. } | Place::Pausing { purpose, .. } => {
                purpose == Purpose::Begin
            }
            Place::Ready => true,
            Place::Down
            | Place::Idle
            | Place::Sent { .. }
            | Place::Refused { .. }
            | Place::Waiting
            | Place::Reading { .. }
            | Place::Spoilt { .. }
            | Place::Keeping
            | Place::Closing => false,
        };
        if !is_ours || !begins {
            return failed("abort", "cancel on the terminal: press its red key", steps);
        }
        if matches!(self.place, Place::Calling { .. }) {
            write(&[EOT], steps);
        }
        self.not_started("stopped before it began", steps);
        self.rest(now_ms);
    }

    fn recover(&mut self, tender: Tender, now_ms: u64, steps: &mut Vec<Step>) {
        let intent = tender.intent;
        if self.tender.is_some() {
            let why = "the terminal is busy with another payment".to_owned();
            return tell(
                PinPadEvent::Recovered { intent, finding: Finding::NotNow { why } },
                steps,
            );
        }
        if self.unsent == Some(intent) {
            let evidence = "no byte of the payment was sent to the terminal".to_owned();
            let finding = Finding::NotBooked { evidence };
            self.settled(intent);
            tell(PinPadEvent::Recovered { intent, finding }, steps);
            return tell(PinPadEvent::Done { intent }, steps);
        }
        self.tender = Some(tender);
        self.wait = Wait::Recovering;
        self.until_ms = now_ms.saturating_add(LISTEN_MS);
        if let Some(answer) = self.held.take() {
            return self.answered(answer, now_ms, steps);
        }
        match self.place {
            Place::Down => self.due_ms = Some(now_ms.saturating_add(LINK_MS_MAX)),
            Place::Reading { .. } | Place::Spoilt { .. } => {}
            Place::Idle
            | Place::Calling { .. }
            | Place::Pausing { .. }
            | Place::Ready
            | Place::Sent { .. }
            | Place::Refused { .. }
            | Place::Waiting
            | Place::Keeping
            | Place::Closing => {
                if self.is_fresh {
                    return self.listen(now_ms);
                }
                steps.push(Step::HangUp);
                self.drop_line();
                self.due_ms = Some(now_ms.saturating_add(LINK_MS_MAX));
            }
        }
    }

    fn bytes(&mut self, bytes: &[u8], now_ms: u64, steps: &mut Vec<Step>) {
        for byte in bytes {
            if self.place == Place::Down {
                return;
            }
            self.heard_ms = Some(now_ms);
            let reads =
                matches!(self.place, Place::Reading { .. } | Place::Keeping | Place::Closing);
            if !reads {
                // Elsewhere STX is noise, and must not swallow the call that follows.
                self.decoder.reset();
            }
            if let Some(heard) = self.decoder.byte(*byte) {
                self.heard(heard, now_ms, steps);
            } else if let Place::Spoilt { .. } = self.place {
                self.due_ms = Some(now_ms.saturating_add(SPOILT_QUIET_MS));
            }
        }
    }

    fn heard(&mut self, heard: Heard, now_ms: u64, steps: &mut Vec<Step>) {
        match self.place {
            Place::Down | Place::Ready => {}
            Place::Idle => self.heard_idle(heard, now_ms, steps),
            Place::Calling { purpose, calls } => {
                self.heard_calling(purpose, calls, heard, now_ms, steps);
            }
            Place::Pausing { purpose, .. } => {
                if heard == Heard::Enq {
                    self.called_while(purpose, now_ms, steps);
                }
            }
            Place::Sent { messages } => self.heard_sent(messages, heard, now_ms, steps),
            Place::Refused { .. } => self.heard_refused(heard, steps),
            Place::Waiting => self.heard_waiting(heard, now_ms, steps),
            Place::Reading { messages } => self.heard_reading(messages, heard, now_ms, steps),
            Place::Spoilt { .. } => self.due_ms = Some(now_ms.saturating_add(SPOILT_QUIET_MS)),
            Place::Keeping => self.heard_keeping(heard, now_ms, steps),
            Place::Closing => self.heard_closing(heard, now_ms, steps),
        }
    }

    fn take_time(&mut self, now_ms: u64, steps: &mut Vec<Step>) {
        if self.due_ms().is_none_or(|due| now_ms < due) {
            return;
        }
        let was_within = self.decoder.is_within();
        self.decoder.reset();
        match self.place {
            Place::Down => self.link_missed(steps),
            Place::Idle => self.call(Purpose::Health, 0, now_ms, steps),
            Place::Calling { purpose, calls } => self.call_failed(purpose, calls, now_ms, steps),
            Place::Pausing { purpose, calls } => self.call(purpose, calls, now_ms, steps),
            Place::Ready => {}
            Place::Sent { .. } => {
                self.unknown("the terminal did not confirm the request", steps);
                self.hang_up(steps);
            }
            Place::Refused { messages } => self.say_again(messages, now_ms, steps),
            Place::Waiting => self.waited(now_ms, steps),
            Place::Reading { messages } if was_within => self.refuse(messages, now_ms, steps),
            Place::Spoilt { messages } => self.refuse(messages, now_ms, steps),
            Place::Reading { .. } => self.wait_on(now_ms),
            Place::Keeping | Place::Closing => self.owe(now_ms),
        }
    }

    fn link_missed(&mut self, steps: &mut Vec<Step>) {
        self.due_ms = None;
        if self.wait != Wait::Recovering {
            return;
        }
        self.wait = Wait::Nobody;
        if let Some(Tender { intent, .. }) = self.tender.take() {
            let why = "the line to the terminal does not open".to_owned();
            tell(PinPadEvent::Recovered { intent, finding: Finding::NotNow { why } }, steps);
        }
    }

    fn go_to(&mut self, place: Place, due_ms: Option<u64>) {
        self.place = place;
        self.due_ms = due_ms;
    }

    /// Nothing to do until the next health check.
    fn rest(&mut self, now_ms: u64) {
        self.wait = Wait::Nobody;
        self.go_to(Place::Idle, Some(now_ms.saturating_add(HEALTH_MS)));
    }

    fn hang_up(&mut self, steps: &mut Vec<Step>) {
        steps.push(Step::HangUp);
        self.drop_line();
    }

    fn drop_line(&mut self) {
        self.decoder.reset();
        self.held = None;
        self.is_up = false;
        self.is_fresh = false;
        self.go_to(Place::Down, None);
    }

    /// The terminal is there, as it has just shown.
    fn show_up(&mut self, steps: &mut Vec<Step>) {
        if !self.is_up {
            self.is_up = true;
            self.down_told = false;
            let identity = crate::pin_pad::Identity::default();
            tell(PinPadEvent::Up { identity, newest: None }, steps);
        }
    }

    fn not_started(&mut self, why: &str, steps: &mut Vec<Step>) {
        if let Some(Tender { intent, .. }) = self.tender.take() {
            tell(PinPadEvent::NotStarted { intent, why: why.to_owned() }, steps);
        }
    }

    /// Silence, garbage or a lost line after `Go`.
    fn unknown(&mut self, why: &str, steps: &mut Vec<Step>) {
        self.wait = Wait::Nobody;
        if let Some(Tender { intent, .. }) = self.tender.take() {
            self.unsettled = Some(intent);
            tell(PinPadEvent::Unknown { intent, why: why.to_owned() }, steps);
        }
    }

    /// The same before the request was written: recovery will know.
    fn unknown_unsent(&mut self, why: &str, steps: &mut Vec<Step>) {
        self.unsent = self.tender.as_ref().map(|tender| tender.intent);
        self.unknown(why, steps);
    }

    fn settled(&mut self, intent: IntentNo) {
        self.unsettled.take_if(|unsettled| *unsettled == intent);
        self.unsent.take_if(|unsent| *unsent == intent);
    }
}

fn tell(event: PinPadEvent, steps: &mut Vec<Step>) {
    steps.push(Step::Tell(Box::new(event)));
}

fn failed(what: &'static str, why: &str, steps: &mut Vec<Step>) {
    tell(PinPadEvent::Failed { what, why: why.to_owned() }, steps);
}

fn write(bytes: &[u8], steps: &mut Vec<Step>) {
    steps.push(Step::Write { exchange: 0, bytes: bytes.to_vec() });
}
