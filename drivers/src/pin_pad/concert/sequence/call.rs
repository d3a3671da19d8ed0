//! The box calls: are you there, and the request of a payment.
//! Holds the way from `Begin` to the terminal's ACK of the message.
//! Never writes the message before `Go`, and again only after NAK. Source: pin-pads 5.1.
//! Next: `answer.rs`, the other direction.

use super::*;
use crate::Fault;
use crate::pin_pad::concert::codec::CURRENCY_MAX;

impl Concert {
    pub(super) fn begin(&mut self, tender: Tender, now_ms: u64, steps: &mut Vec<Step>) {
        let intent = tender.intent;
        if let Err(why) = self.may_begin(&tender) {
            return tell(PinPadEvent::NotStarted { intent, why }, steps);
        }
        self.tender = Some(tender);
        match self.place {
            // The health check under way does the work.
            Place::Calling { calls, .. } => {
                self.place = Place::Calling { purpose: Purpose::Begin, calls };
            }
            Place::Pausing { calls, .. } => {
                self.place = Place::Pausing { purpose: Purpose::Begin, calls };
            }
            Place::Down
            | Place::Idle
            | Place::Ready
            | Place::Sent { .. }
            | Place::Refused { .. }
            | Place::Waiting
            | Place::Reading { .. }
            | Place::Spoilt { .. }
            | Place::Keeping
            | Place::Closing => self.call(Purpose::Begin, 0, now_ms, steps),
        }
    }

    fn may_begin(&self, tender: &Tender) -> Result<(), String> {
        if let Some(other) = &self.tender {
            return Err(format!("the terminal is busy with payment {}", other.intent.0));
        }
        if let Some(other) = self.unsettled {
            return Err(format!("nobody knows yet how payment {} ended", other.0));
        }
        match self.place {
            Place::Idle | Place::Calling { .. } | Place::Pausing { .. } => {}
            Place::Down => return Err("the line to the terminal is not open".to_owned()),
            Place::Ready
            | Place::Sent { .. }
            | Place::Refused { .. }
            | Place::Waiting
            | Place::Reading { .. }
            | Place::Spoilt { .. }
            | Place::Keeping
            | Place::Closing => {
                return Err("the terminal is reporting an earlier payment".to_owned());
            }
        }
        self.request(tender).map(drop)
    }

    fn request(&self, tender: &Tender) -> Result<Request, String> {
        let settings = &self.settings;
        let type_code = settings.type_code(tender.kind);
        let type_code =
            type_code.ok_or("this is switched off for this terminal in the settings")?;
        let (least, most) = (settings.amount_minor_min, settings.amount_minor_max);
        let amount_minor = u32::try_from(tender.amount_minor).ok();
        let amount_minor = amount_minor.filter(|amount| (least..=most).contains(amount));
        let amount_minor =
            amount_minor.ok_or_else(|| format!("the terminal takes {least} to {most}"))?;
        if tender.currency.number > CURRENCY_MAX {
            return Err("no such currency".to_owned());
        }
        let (till, currency) = (settings.till, tender.currency.number);
        let private = Private::of(tender.intent);
        Ok(Request { till, amount_minor, type_code, currency, private })
    }

    pub(super) fn go(&mut self, intent: IntentNo, now_ms: u64, steps: &mut Vec<Step>) {
        let is_ours = self.tender.as_ref().is_some_and(|tender| tender.intent == intent);
        if is_ours && self.place == Place::Ready {
            self.is_fresh = false;
            self.call(Purpose::Pay, 0, now_ms, steps);
        } else if !is_ours {
            let why = "the terminal was not made ready".to_owned();
            tell(PinPadEvent::NotStarted { intent, why }, steps);
        }
    }

    /// Says ENQ once the line is quiet. Babble that goes on uses up the calls.
    pub(super) fn call(&mut self, purpose: Purpose, calls: u8, now_ms: u64, steps: &mut Vec<Step>) {
        let quiet_ms = self.heard_ms.map_or(0, |heard| heard.saturating_add(DRAIN_MS));
        if now_ms < quiet_ms && calls < CALLS_MAX {
            let again = u8::from(matches!(self.place, Place::Pausing { .. }));
            return self.go_to(Place::Pausing { purpose, calls: calls + again }, Some(quiet_ms));
        }
        write(&[ENQ], steps);
        let due_ms = Some(now_ms.saturating_add(ACK_MS_MAX));
        self.go_to(Place::Calling { purpose, calls: calls + 1 }, due_ms);
    }

    pub(super) fn call_failed(
        &mut self,
        purpose: Purpose,
        calls: u8,
        now_ms: u64,
        steps: &mut Vec<Step>,
    ) {
        write(&[EOT], steps);
        if calls < CALLS_MAX {
            let due_ms = Some(now_ms.saturating_add(CALL_PAUSE_MS));
            return self.go_to(Place::Pausing { purpose, calls }, due_ms);
        }
        let why = "the terminal does not answer: is it on, and on its start page?";
        match purpose {
            Purpose::Health => {
                self.show_down(why, steps);
                self.go_to(Place::Idle, Some(now_ms.saturating_add(HEALTH_RETRY_MS)));
            }
            Purpose::Begin => {
                self.not_started(why, steps);
                self.rest(now_ms);
            }
            Purpose::Pay => {
                self.unknown_unsent(why, steps);
                self.hang_up(steps);
            }
        }
    }

    fn show_down(&mut self, why: &str, steps: &mut Vec<Step>) {
        self.is_up = false;
        if !self.down_told {
            self.down_told = true;
            let why = Fault::port(&self.settings.path, why.to_owned());
            tell(PinPadEvent::Down { why }, steps);
        }
    }

    pub(super) fn heard_calling(
        &mut self,
        purpose: Purpose,
        calls: u8,
        heard: Heard,
        now_ms: u64,
        steps: &mut Vec<Step>,
    ) {
        match heard {
            Heard::Ack => self.call_answered(purpose, now_ms, steps),
            Heard::Nak => self.call_failed(purpose, calls, now_ms, steps),
            Heard::Enq => self.called_while(purpose, now_ms, steps),
            Heard::Eot | Heard::Answer(_) | Heard::Spoilt | Heard::Stray => {}
        }
    }

    fn call_answered(&mut self, purpose: Purpose, now_ms: u64, steps: &mut Vec<Step>) {
        match purpose {
            Purpose::Health => {
                write(&[EOT], steps);
                let was_up = self.is_up;
                self.show_up(steps);
                if was_up {
                    let text = "the terminal is there".to_owned();
                    tell(PinPadEvent::Healthy { text }, steps);
                }
                self.rest(now_ms);
            }
            Purpose::Begin => {
                write(&[EOT], steps);
                self.show_up(steps);
                if let Some(Tender { intent, .. }) = self.tender {
                    tell(PinPadEvent::Ready(intent), steps);
                }
                self.go_to(Place::Ready, None);
            }
            Purpose::Pay => self.say(1, now_ms, steps),
        }
    }

    /// Writes the request for the n-th time.
    fn say(&mut self, messages: u8, now_ms: u64, steps: &mut Vec<Step>) {
        let request = self.tender.as_ref().map(|tender| self.request(tender));
        let Some(Ok(request)) = request else {
            // `Begin` has built the same request from the same tender.
            return self.unknown_unsent("the request could not be built", steps);
        };
        write(&request.frame(self.settings.dialect), steps);
        let due_ms = Some(now_ms.saturating_add(ACK_MS_MAX));
        self.go_to(Place::Sent { messages }, due_ms);
    }

    pub(super) fn heard_sent(
        &mut self,
        messages: u8,
        heard: Heard,
        now_ms: u64,
        steps: &mut Vec<Step>,
    ) {
        match heard {
            Heard::Ack => {
                write(&[EOT], steps);
                self.await_outcome(now_ms);
            }
            Heard::Nak => {
                let due_ms = Some(now_ms.saturating_add(SPOILT_QUIET_MS));
                self.go_to(Place::Refused { messages }, due_ms);
            }
            // Its ACK was lost, and it has gone on without our EOT.
            Heard::Enq => {
                self.await_outcome(now_ms);
                self.called(now_ms, steps);
            }
            Heard::Eot | Heard::Answer(_) | Heard::Spoilt | Heard::Stray => {}
        }
    }

    /// More NAKs mean the same. Anything else contradicts the first, and may mean a booking.
    pub(super) fn heard_refused(&mut self, heard: Heard, steps: &mut Vec<Step>) {
        match heard {
            Heard::Nak | Heard::Stray => {}
            Heard::Enq | Heard::Ack | Heard::Eot | Heard::Answer(_) | Heard::Spoilt => {
                self.unknown("the terminal refused the request and went on", steps);
                self.hang_up(steps);
            }
        }
    }

    pub(super) fn say_again(&mut self, messages: u8, now_ms: u64, steps: &mut Vec<Step>) {
        if messages < MESSAGES_MAX {
            return self.say(messages + 1, now_ms, steps);
        }
        write(&[EOT], steps);
        self.not_started("the terminal refused the request", steps);
        self.rest(now_ms);
    }

    fn await_outcome(&mut self, now_ms: u64) {
        let wait_ms = u64::from(self.settings.answer_wait_s) * 1_000;
        self.wait = Wait::Paying;
        self.until_ms = now_ms.saturating_add(wait_ms);
        self.go_to(Place::Waiting, Some(self.until_ms));
    }

    /// The terminal calls where it should listen: it has an older answer to give.
    pub(super) fn called_while(&mut self, purpose: Purpose, now_ms: u64, steps: &mut Vec<Step>) {
        let why = "the terminal is reporting an earlier payment";
        match purpose {
            Purpose::Health => {}
            Purpose::Begin => self.not_started(why, steps),
            Purpose::Pay => {
                self.unknown_unsent(why, steps);
                return self.hang_up(steps);
            }
        }
        self.called(now_ms, steps);
    }
}
