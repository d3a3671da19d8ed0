//! What the terminal says although nothing was asked: most is acknowledged and dropped.
//! Holds the one thing that counts: an approval that no running payment asked for. It is told,
//! kept, and only then acknowledged. Source: pin-pads 2, 3.1. Next: `payment.rs`.

use super::{Alarm, Fields, IntentNo, PinPadEvent, Reply, Said, Turn, Zvt};
use crate::pin_pad::{ORPHAN, Outcome};

impl Zvt {
    pub(super) fn stray_said(&mut self, said: Said, turn: &mut Turn<'_>) {
        match said {
            Said::Yes | Said::No(_) => {}
            Said::Status(fields) if fields.result == Some(0) && fields.totals.is_none() => {
                self.stray_approval(*fields, turn);
            }
            Said::Progress { .. }
            | Said::Clock
            | Said::Status(_)
            | Said::Completed(_)
            | Said::Aborted { .. }
            | Said::Line(_)
            | Said::Block(_) => self.reply(Reply::Yes, turn),
            Said::Other => self.reply(Reply::Unknown, turn),
        }
    }

    fn stray_approval(&mut self, fields: Fields, turn: &mut Turn<'_>) {
        if fields.clear_pan {
            turn.tell(PinPadEvent::Alarm(Alarm::TerminalSendsClearPan));
        }
        let late = self.unresolved.as_ref().map(|open| &open.tender).filter(|tender| {
            let judgement = super::recovery::judge(tender, &fields, &self.settings.terminal_id);
            matches!(judgement, super::recovery::Judgement::Booked(_))
        });
        match late.map(|tender| tender.intent) {
            Some(intent) => {
                self.stray = Some(intent);
                let outcome = Outcome::Approved(fields.booking);
                turn.tell(PinPadEvent::Ended { intent, outcome });
            }
            None => {
                self.stray = Some(ORPHAN);
                turn.tell(PinPadEvent::Alarm(Alarm::Orphan(fields.booking)));
            }
        }
    }

    pub(super) fn stray_kept(&mut self, intent: IntentNo, turn: &mut Turn<'_>) {
        self.stray = None;
        self.resolved(intent);
        self.reply(Reply::Yes, turn);
    }
}
