//! What the box can be busy with at the terminal, beside a payment, and how each ends.
//! Holds the table of errands and their commands. Never moves money except by `Errand::Pay`.
//! Source: pin-pads 3.9 to 3.11. Next: `start.rs`, `payment.rs`, `recovery.rs`.

use super::recovery::Recovery;
use super::{Command, Payment, Run, Tender, Turn, Zvt, code};
use crate::pin_pad::zvt::apdu::Apdu;
use crate::pin_pad::zvt::message::Condition;
use crate::pin_pad::zvt::settings::ZvtSettings;
use crate::pin_pad::{BrandTotal, Finding, IntentNo, PinPadEvent};

pub enum Errand {
    Register,
    Initialise,
    /// The diagnosis that a terminal wants when it registers.
    StartDiagnosis,
    /// Who is it, and is it idle?
    Identify,
    /// The newest record, before anything else.
    Bootstrap,
    /// The status enquiry of an idle minute.
    Enquire,
    /// The sums of the batch before a payment on a terminal that has no record to compare with.
    Witness(Box<Tender>),
    Pay(Box<Payment>),
    RecoverStatus(Recovery),
    RecoverReceipt(Recovery),
    RecoverTotals(Recovery),
    Receipts(IntentNo),
    Totals,
    CloseBatch,
    /// The newest record after a batch was closed.
    Refresh {
        totals: Vec<BrandTotal>,
        receipt: Vec<String>,
    },
    Diagnosis,
}

/// How the terminal ended it.
pub enum Ending {
    Completed(Apdu),
    Aborted(u8),
}

impl Errand {
    pub fn command(&self, settings: &ZvtSettings) -> Command<'_> {
        let password = settings.password.number();
        match self {
            Errand::Register => {
                Command::Register { password, currency: settings.currency, width: settings.width }
            }
            Errand::Initialise => Command::Initialise { password },
            Errand::StartDiagnosis | Errand::Diagnosis => Command::Diagnosis,
            Errand::Identify | Errand::Enquire | Errand::RecoverStatus(_) => {
                Command::StatusEnquiry { password }
            }
            Errand::Bootstrap
            | Errand::RecoverReceipt(_)
            | Errand::Receipts(_)
            | Errand::Refresh { .. } => Command::RepeatReceipt { password },
            Errand::Witness(_) | Errand::RecoverTotals(_) | Errand::Totals => {
                Command::Totals { password }
            }
            Errand::CloseBatch => Command::EndOfDay { password },
            Errand::Pay(payment) => {
                Command::Pay { tender: &payment.tender, password, repeats: settings.repeats }
            }
        }
    }

    /// True when a status information belongs to it.
    pub fn takes_status(&self) -> bool {
        match self {
            Errand::Bootstrap
            | Errand::Witness(_)
            | Errand::Pay(_)
            | Errand::RecoverReceipt(_)
            | Errand::RecoverTotals(_)
            | Errand::Receipts(_)
            | Errand::Totals
            | Errand::CloseBatch
            | Errand::Refresh { .. } => true,
            Errand::Register
            | Errand::Initialise
            | Errand::StartDiagnosis
            | Errand::Identify
            | Errand::Enquire
            | Errand::RecoverStatus(_)
            | Errand::Diagnosis => false,
        }
    }
}

impl Zvt {
    /// The terminal ended a command that is no payment.
    pub(super) fn finished(&mut self, mut run: Run, ending: Ending, turn: &mut Turn<'_>) {
        run.tape.close(&self.settings);
        match run.errand {
            Errand::Register => self.registered(ending, turn),
            Errand::Initialise | Errand::StartDiagnosis => self.begin(Errand::Identify, turn),
            Errand::Identify => self.identified(ending, turn),
            Errand::Bootstrap => {
                self.remember(run.record, &run.tape);
                self.up(turn);
            }
            Errand::Enquire => self.idle(turn),
            Errand::Witness(tender) => {
                let totals = run.record.and_then(|record| record.totals);
                self.prepared(tender, totals, turn);
            }
            // A payment is ended by `payment_said`.
            Errand::Pay(_) => self.idle(turn),
            Errand::RecoverStatus(recovery) => self.condition_found(recovery, ending, turn),
            Errand::RecoverReceipt(recovery) => {
                self.record_found(recovery, run.record, run.tape, turn);
            }
            Errand::RecoverTotals(recovery) => self.totals_found(recovery, run.record, turn),
            Errand::Receipts(intent) => {
                self.tell_receipts(intent, run.tape, turn);
                self.idle(turn);
            }
            Errand::Totals => {
                match run.record.and_then(|record| record.totals) {
                    Some(totals) => turn.tell(PinPadEvent::Totals(totals)),
                    None => turn.failed("totals", ending.text()),
                }
                self.idle(turn);
            }
            Errand::CloseBatch => self.batch_closed(run, ending, turn),
            Errand::Refresh { totals, receipt } => {
                self.remember(run.record, &run.tape);
                self.batch_told(totals, receipt, turn);
            }
            Errand::Diagnosis => {
                match ending {
                    Ending::Completed(_) => {
                        turn.tell(PinPadEvent::Healthy { text: run.tape.all_lines().join("\n") })
                    }
                    Ending::Aborted(code) => turn.failed("diagnosis", code::said(code)),
                }
                self.idle(turn);
            }
        }
    }

    /// The terminal said no to a command that is no payment.
    pub(super) fn refused(&mut self, errand: Errand, code: u8, turn: &mut Turn<'_>) {
        let why = code::said(code);
        match errand {
            Errand::Register | Errand::Identify | Errand::Bootstrap if code::is_busy(code) => {
                self.pause(errand, turn);
            }
            Errand::Register => self.start_failed(why, turn),
            Errand::Initialise | Errand::StartDiagnosis => self.begin(Errand::Identify, turn),
            Errand::Identify => self.begin(Errand::Bootstrap, turn),
            Errand::Bootstrap => self.up(turn),
            Errand::Enquire | Errand::Pay(_) => self.idle(turn),
            Errand::Witness(tender) if code::is_busy(code) => {
                turn.not_started(tender.intent, why);
                self.idle(turn);
            }
            Errand::Witness(tender) => self.prepared(tender, None, turn),
            Errand::RecoverStatus(recovery)
            | Errand::RecoverReceipt(recovery)
            | Errand::RecoverTotals(recovery)
                if code::is_busy(code) =>
            {
                turn.found(recovery.tender.intent, Finding::NotNow { why });
                self.idle(turn);
            }
            Errand::RecoverStatus(recovery) => self.begin(Errand::RecoverReceipt(recovery), turn),
            Errand::RecoverReceipt(mut recovery) => {
                recovery.note(format!("repeat receipt refused ({why})"));
                self.begin(Errand::RecoverTotals(recovery), turn);
            }
            Errand::RecoverTotals(mut recovery) => {
                recovery.note(format!("totals refused ({why})"));
                self.undecided(recovery, turn);
            }
            Errand::Receipts(intent) => {
                turn.failed("receipts", why);
                turn.tell(PinPadEvent::Done { intent });
                self.idle(turn);
            }
            Errand::Totals | Errand::CloseBatch | Errand::Diagnosis => {
                turn.failed(errand.what(), why);
                self.idle(turn);
            }
            Errand::Refresh { totals, receipt } => self.batch_told(totals, receipt, turn),
        }
    }

    /// The link went away in the middle of it.
    pub(super) fn errand_lost(&mut self, mut run: Run, why: &str, turn: &mut Turn<'_>) {
        run.tape.close(&self.settings);
        match run.errand {
            Errand::Register
            | Errand::Initialise
            | Errand::StartDiagnosis
            | Errand::Identify
            | Errand::Bootstrap
            | Errand::Enquire => {}
            Errand::Witness(tender) => turn.not_started(tender.intent, why),
            Errand::Pay(payment) => self.payment_lost(*payment, run.tape, why, turn),
            Errand::RecoverStatus(recovery)
            | Errand::RecoverReceipt(recovery)
            | Errand::RecoverTotals(recovery) => {
                turn.found(recovery.tender.intent, Finding::NotNow { why: why.to_owned() });
            }
            Errand::Receipts(intent) => {
                turn.failed("receipts", why);
                turn.tell(PinPadEvent::Done { intent });
            }
            Errand::Totals | Errand::CloseBatch | Errand::Diagnosis => {
                turn.failed(run.errand.what(), why);
            }
            Errand::Refresh { totals, receipt } => {
                turn.tell(PinPadEvent::BatchClosed { totals, receipt });
            }
        }
    }

    fn batch_closed(&mut self, run: Run, ending: Ending, turn: &mut Turn<'_>) {
        let receipt = run.tape.all_lines();
        let totals = run.record.filter(|record| record.result.unwrap_or(0) == 0);
        match (ending, totals.and_then(|record| record.totals)) {
            (Ending::Completed(_), Some(totals)) => {
                // What was the newest booking is settled now.
                self.newest = None;
                self.mark = Vec::new();
                self.begin(Errand::Refresh { totals, receipt }, turn);
            }
            (ending, _) => {
                turn.failed("closing the batch", ending.text());
                self.idle(turn);
            }
        }
    }

    fn batch_told(&mut self, totals: Vec<BrandTotal>, receipt: Vec<String>, turn: &mut Turn<'_>) {
        turn.tell(PinPadEvent::BatchClosed { totals, receipt });
        self.up(turn);
    }
}

impl Errand {
    fn what(&self) -> &'static str {
        match self {
            Errand::Totals | Errand::Witness(_) | Errand::RecoverTotals(_) => "totals",
            Errand::CloseBatch | Errand::Refresh { .. } => "closing the batch",
            Errand::Diagnosis | Errand::StartDiagnosis | Errand::Initialise => "diagnosis",
            Errand::Receipts(_) | Errand::Bootstrap | Errand::RecoverReceipt(_) => "receipts",
            Errand::Register
            | Errand::Identify
            | Errand::Enquire
            | Errand::RecoverStatus(_)
            | Errand::Pay(_) => "terminal",
        }
    }
}

impl Ending {
    pub fn text(&self) -> String {
        match self {
            Ending::Completed(_) => "the terminal told nothing".to_owned(),
            Ending::Aborted(code) => code::said(*code),
        }
    }

    /// What a status enquiry found, if it was answered.
    pub fn condition(&self, settings: &ZvtSettings) -> Option<Condition> {
        match self {
            Ending::Completed(apdu) => Some(Condition::read(apdu.body(), settings.charset)),
            Ending::Aborted(_) => None,
        }
    }
}
