//! From a fresh link to a terminal that is known, idle, and whose newest record is known.
//! Holds registration, identity and baseline. Never takes a payment: asks wait until the end.
//! Source: pin-pads 3.6, 3.10. Next: `payment.rs`.

use super::errand::{Ending, Errand};
use super::{Alarm, Fields, Phase, PinPadEvent, Tape, Turn, Zvt, code};

/// Bits of the status byte of a registration.
const WANTS_INITIALISATION: u8 = 0x01;
const WANTS_DIAGNOSIS: u8 = 0x02;

impl Zvt {
    pub(super) fn registered(&mut self, ending: Ending, turn: &mut Turn<'_>) {
        let apdu = match ending {
            Ending::Completed(apdu) => apdu,
            Ending::Aborted(code) => return self.start_failed(code::said(code), turn),
        };
        let fields = Fields::read(apdu.body(), self.settings.charset);
        self.identity = fields.identity.clone();
        if !fields.booking.terminal_id.is_empty() {
            self.identity.terminal_id = fields.booking.terminal_id.clone();
        }
        let found = self.identity.terminal_id.clone();
        if self.alarm_other_terminal(&found, turn) {
            return self.give_up("another terminal", turn);
        }
        if let Some(found) = fields.booking.currency.filter(|no| *no != self.settings.currency) {
            if self.trouble != "currency" {
                self.trouble = "currency".to_owned();
                turn.tell(PinPadEvent::Alarm(Alarm::CurrencyMismatch { found }));
            }
            return self.give_up("another currency", turn);
        }
        let status = fields.status.unwrap_or(0);
        let next = if status & WANTS_INITIALISATION != 0 {
            Errand::Initialise
        } else if status & WANTS_DIAGNOSIS != 0 {
            Errand::StartDiagnosis
        } else {
            Errand::Identify
        };
        self.begin(next, turn);
    }

    pub(super) fn identified(&mut self, ending: Ending, turn: &mut Turn<'_>) {
        let Some(condition) = ending.condition(&self.settings) else {
            return self.begin(Errand::Bootstrap, turn);
        };
        let found = condition.identity;
        for (known, found) in [
            (&mut self.identity.model, found.model),
            (&mut self.identity.serial, found.serial),
            (&mut self.identity.software, found.software),
        ] {
            if !found.is_empty() {
                *known = found;
            }
        }
        if condition.status.is_some_and(code::is_busy) {
            self.pause(Errand::Identify, turn);
        } else {
            self.begin(Errand::Bootstrap, turn);
        }
    }

    /// Keeps the newest record as what a later one is compared with.
    pub(super) fn remember(&mut self, record: Option<Fields>, tape: &Tape) {
        let record = record.map(|record| record.booking);
        self.newest = record.filter(|told| told.trace.is_some() || told.receipt.is_some());
        self.mark = tape.all_lines();
    }

    pub(super) fn up(&mut self, turn: &mut Turn<'_>) {
        self.trouble = String::new();
        let (identity, newest) = (self.identity.clone(), self.newest.clone());
        turn.tell(PinPadEvent::Up { identity, newest });
        self.idle(turn);
    }

    pub(super) fn pause(&mut self, again: Errand, turn: &Turn<'_>) {
        let due_ms = turn.now_ms + self.settings.timers.busy_ms;
        self.phase = Phase::Paused { again, due_ms };
    }

    pub(super) fn start_failed(&mut self, why: String, turn: &mut Turn<'_>) {
        if self.trouble != why {
            self.trouble = why.clone();
            turn.failed("registration", why);
        }
        self.give_up("the terminal did not register", turn);
    }
}
