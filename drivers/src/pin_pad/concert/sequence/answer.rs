//! The terminal calls: the answer of a payment, in time, late, or nobody's.
//! Holds the way from its ENQ to its EOT, and how long it is listened for.
//! Never acknowledges what is not kept; an answer that was kept and perhaps not acknowledged is
//! listened for again. Source: pin-pads 5.1, 5.3. Next: `call.rs`, the other direction.

use super::*;
use crate::pin_pad::Alarm;
use crate::pin_pad::concert::codec::Status;
use crate::pin_pad::concert::verdict::{Verdict, booking, finding, judge};

impl Concert {
    pub(super) fn heard_idle(&mut self, heard: Heard, now_ms: u64, steps: &mut Vec<Step>) {
        if heard == Heard::Enq {
            self.called(now_ms, steps);
        }
    }

    /// Listens for a late call.
    pub(super) fn listen(&mut self, now_ms: u64) {
        self.until_ms = now_ms.saturating_add(LISTEN_MS);
        self.go_to(Place::Waiting, Some(self.until_ms));
    }

    pub(super) fn heard_waiting(&mut self, heard: Heard, now_ms: u64, steps: &mut Vec<Step>) {
        match heard {
            Heard::Enq => self.called(now_ms, steps),
            // It answers a call that we gave up.
            Heard::Ack => write(&[EOT], steps),
            Heard::Nak | Heard::Eot | Heard::Answer(_) | Heard::Spoilt | Heard::Stray => {}
        }
    }

    /// Answers its call.
    pub(super) fn called(&mut self, now_ms: u64, steps: &mut Vec<Step>) {
        self.show_up(steps);
        write(&[ACK], steps);
        self.go_to(Place::Reading { messages: 1 }, Some(now_ms.saturating_add(ACK_MS_MAX)));
    }

    pub(super) fn heard_reading(
        &mut self,
        messages: u8,
        heard: Heard,
        now_ms: u64,
        steps: &mut Vec<Step>,
    ) {
        match heard {
            Heard::Answer(answer) => self.answered(answer, now_ms, steps),
            Heard::Spoilt | Heard::Stray => {
                let due_ms = Some(now_ms.saturating_add(SPOILT_QUIET_MS));
                self.go_to(Place::Spoilt { messages }, due_ms);
            }
            // Our ACK was lost.
            Heard::Enq => self.called(now_ms, steps),
            Heard::Eot => self.wait_on(now_ms),
            Heard::Ack | Heard::Nak => {}
        }
    }

    /// A message was spoilt or broken off: it is wanted again, but not for ever.
    pub(super) fn refuse(&mut self, messages: u8, now_ms: u64, steps: &mut Vec<Step>) {
        write(&[NAK], steps);
        if messages < MESSAGES_MAX {
            let due_ms = Some(now_ms.saturating_add(ACK_MS_MAX));
            return self.go_to(Place::Reading { messages: messages + 1 }, due_ms);
        }
        match self.wait {
            Wait::Nobody | Wait::Recovering | Wait::Owed => self.wait_on(now_ms),
            Wait::Paying => {
                self.unknown("the terminal's answer could not be read", steps);
                self.hang_up(steps);
            }
        }
    }

    /// Back to waiting for its call.
    pub(super) fn wait_on(&mut self, now_ms: u64) {
        match self.wait {
            Wait::Nobody => self.rest(now_ms),
            Wait::Paying | Wait::Recovering | Wait::Owed => {
                self.go_to(Place::Waiting, Some(self.until_ms));
            }
        }
    }

    pub(super) fn answered(&mut self, answer: Answer, now_ms: u64, steps: &mut Vec<Step>) {
        if answer.had_report {
            tell(PinPadEvent::Alarm(Alarm::TerminalSendsClearPan), steps);
        }
        let due_ms = Some(now_ms.saturating_add(KEPT_MS_MAX));
        match (self.wait, self.tender.clone()) {
            (Wait::Paying, Some(tender)) => self.paid(&tender, answer, steps),
            (Wait::Recovering, Some(tender)) => self.found(&tender, answer, now_ms, steps),
            (Wait::Owed, _) => return self.answered_again(answer, now_ms, steps),
            (Wait::Nobody | Wait::Paying | Wait::Recovering, _) => self.hold(answer, steps),
        }
        if self.told.is_some() || self.held.is_some() {
            self.go_to(Place::Keeping, due_ms);
        }
    }

    fn paid(&mut self, tender: &Tender, answer: Answer, steps: &mut Vec<Step>) {
        let intent = tender.intent;
        match judge(tender, &answer) {
            Verdict::Clear(outcome) => {
                self.told = Some(Told { intent, answer, is_kept: false, is_found: false });
                tell(PinPadEvent::Ended { intent, outcome }, steps);
            }
            Verdict::Unclear { why, alarm } => {
                tell_alarm(alarm, steps);
                self.unknown(&why, steps);
                self.hang_up(steps);
            }
            Verdict::Foreign { why } => {
                self.unknown(&why, steps);
                self.hang_up(steps);
            }
        }
    }

    fn found(&mut self, tender: &Tender, answer: Answer, now_ms: u64, steps: &mut Vec<Step>) {
        let intent = tender.intent;
        let finding = match judge(tender, &answer) {
            Verdict::Clear(outcome) => finding(outcome),
            Verdict::Unclear { why, alarm } => {
                tell_alarm(alarm, steps);
                Finding::Undecided { evidence: format!("{why}; {LOOK_AT_TERMINAL}") }
            }
            // Not ours to acknowledge. Ours may follow.
            Verdict::Foreign { .. } => {
                self.hold_orphan(answer, steps);
                return self.wait_on(now_ms);
            }
        };
        self.settled(intent);
        self.told = Some(Told { intent, answer, is_kept: false, is_found: true });
        tell(PinPadEvent::Recovered { intent, finding }, steps);
    }

    /// Nobody asked for this answer now. Who did may still say so while the terminal waits.
    fn hold(&mut self, answer: Answer, steps: &mut Vec<Step>) {
        let intent = answer.private.intent();
        if intent.is_none() || intent != self.unsettled {
            self.hold_orphan(answer, steps);
        }
        self.held = Some(answer);
    }

    fn hold_orphan(&mut self, answer: Answer, steps: &mut Vec<Step>) {
        if answer.status == Status::Done && self.orphan != Some(answer.private) {
            self.orphan = Some(answer.private);
            tell(PinPadEvent::Alarm(Alarm::Orphan(booking(&answer))), steps);
        }
    }

    /// The terminal says again what was told, because it did not hear our ACK.
    fn answered_again(&mut self, answer: Answer, now_ms: u64, steps: &mut Vec<Step>) {
        match self.told {
            Some(told) if told.answer == answer && told.is_kept => self.acknowledge(now_ms, steps),
            Some(told) if told.answer == answer => {
                self.go_to(Place::Keeping, Some(now_ms.saturating_add(KEPT_MS_MAX)));
            }
            Some(_) | None => {
                self.hold_orphan(answer, steps);
                self.wait_on(now_ms);
            }
        }
    }

    pub(super) fn kept(&mut self, intent: IntentNo, now_ms: u64, steps: &mut Vec<Step>) {
        let held = self.held.filter(|answer| answer.private.intent() == Some(intent));
        if let Some(answer) = held {
            self.held = None;
            self.told = Some(Told { intent, answer, is_kept: false, is_found: true });
        }
        let Some(told) = self.told.as_mut().filter(|told| told.intent == intent) else {
            return;
        };
        told.is_kept = true;
        if self.place == Place::Keeping {
            self.acknowledge(now_ms, steps);
        }
    }

    fn acknowledge(&mut self, now_ms: u64, steps: &mut Vec<Step>) {
        write(&[ACK], steps);
        self.go_to(Place::Closing, Some(now_ms.saturating_add(ACK_MS_MAX)));
    }

    pub(super) fn heard_keeping(&mut self, heard: Heard, now_ms: u64, steps: &mut Vec<Step>) {
        match heard {
            Heard::Enq => {
                self.owe(now_ms);
                self.called(now_ms, steps);
            }
            // It has given up this try: an ACK now would be one for nothing.
            Heard::Eot => self.owe(now_ms),
            Heard::Ack | Heard::Nak | Heard::Answer(_) | Heard::Spoilt | Heard::Stray => {}
        }
    }

    pub(super) fn heard_closing(&mut self, heard: Heard, now_ms: u64, steps: &mut Vec<Step>) {
        match heard {
            Heard::Eot => self.done(now_ms, steps),
            Heard::Enq => {
                self.owe(now_ms);
                self.called(now_ms, steps);
            }
            Heard::Answer(answer) => {
                self.owe(now_ms);
                self.answered_again(answer, now_ms, steps);
            }
            Heard::Ack | Heard::Nak | Heard::Spoilt | Heard::Stray => {}
        }
    }

    /// The terminal may not know that it was heard: it is expected to call again.
    pub(super) fn owe(&mut self, now_ms: u64) {
        self.held = None;
        if self.told.is_none() {
            return self.rest(now_ms);
        }
        self.wait = Wait::Owed;
        self.listen(now_ms);
    }

    /// Nobody called in time.
    pub(super) fn waited(&mut self, now_ms: u64, steps: &mut Vec<Step>) {
        match self.wait {
            Wait::Nobody => self.rest(now_ms),
            Wait::Paying => {
                self.unknown("the terminal gave no answer in time", steps);
                self.hang_up(steps);
            }
            Wait::Recovering => self.nothing_found(now_ms, steps),
            Wait::Owed => self.never_ended(now_ms, steps),
        }
    }

    /// The terminal never said that it heard our ACK, so it may have taken its booking back.
    fn never_ended(&mut self, now_ms: u64, steps: &mut Vec<Step>) {
        let why = "the terminal did not end the dialogue: compare its slip";
        match self.told.filter(|told| told.answer.status == Status::Done) {
            Some(told) if !told.is_found => {
                self.told = None;
                self.unknown(why, steps);
                self.rest(now_ms);
            }
            Some(_) => {
                failed("acknowledgement", why, steps);
                self.done(now_ms, steps);
            }
            None => self.done(now_ms, steps),
        }
    }

    fn nothing_found(&mut self, now_ms: u64, steps: &mut Vec<Step>) {
        if let Some(Tender { intent, .. }) = self.tender.take() {
            let seconds = LISTEN_MS / 1_000;
            let evidence = format!("no answer within {seconds} s; {LOOK_AT_TERMINAL}");
            self.settled(intent);
            let finding = Finding::Undecided { evidence };
            tell(PinPadEvent::Recovered { intent, finding }, steps);
            tell(PinPadEvent::Done { intent }, steps);
        }
        self.rest(now_ms);
    }

    fn done(&mut self, now_ms: u64, steps: &mut Vec<Step>) {
        self.tender = None;
        if let Some(Told { intent, .. }) = self.told.take() {
            tell(PinPadEvent::Done { intent }, steps);
        }
        self.rest(now_ms);
    }
}

fn tell_alarm(alarm: Option<Alarm>, steps: &mut Vec<Step>) {
    if let Some(alarm) = alarm {
        tell(PinPadEvent::Alarm(alarm), steps);
    }
}
