//! Is this answer one to our question? Header against header, word for word.
//! Holds the checks of pin-pads 4.1; what fails them is never judged. Never looks into a body.
//! Next: `../verdict.rs` for what passes.

use super::super::answer::{Answer, NotNexo, short};
use super::super::message::{Category, Header, PROTOCOL_VERSION, SERVICE_CLASS};
use super::{Flight, Sequence, tell};
use crate::pin_pad::{Alarm, PinPadEvent, Step};

/// Why an answer is none to what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stray {
    NotNexo,
    OtherTerminal { found: String },
    OtherMessage,
}

impl Stray {
    pub(super) fn why(&self) -> String {
        match self {
            Stray::NotNexo => "the answer is no nexo message".to_owned(),
            Stray::OtherTerminal { found } => format!("the terminal {found} answered"),
            Stray::OtherMessage => "the answer belongs to another message".to_owned(),
        }
    }
}

impl From<NotNexo> for Stray {
    fn from(_: NotNexo) -> Stray {
        Stray::NotNexo
    }
}

impl Sequence {
    /// The answer, if it is one to this question.
    pub(super) fn read(&self, flight: &Flight, bytes: &[u8]) -> Result<Answer, Stray> {
        let answer = Answer::read(bytes)?;
        self.is_ours(&answer.header, flight.category, &flight.service_id)?;
        Ok(answer)
    }

    pub(super) fn is_ours(
        &self,
        header: &Header,
        category: Category,
        id: &str,
    ) -> Result<(), Stray> {
        if header.poi_id != self.till.poi_id {
            let found = short(&header.poi_id);
            return Err(Stray::OtherTerminal { found });
        }
        let version = header.protocol_version.as_str();
        let ours = header.message_category == category
            && header.message_class == SERVICE_CLASS
            && header.message_type == "Response"
            && header.service_id == id
            && header.sale_id == self.till.sale_id
            && (version.is_empty() || version == PROTOCOL_VERSION);
        if ours { Ok(()) } else { Err(Stray::OtherMessage) }
    }

    /// Once for each terminal that is not ours, until ours answers again.
    pub(super) fn tell_stray(&mut self, stray: &Stray, steps: &mut Vec<Step>) {
        let Stray::OtherTerminal { found } = stray else { return };
        if self.stranger.as_ref() == Some(found) {
            return;
        }
        self.stranger = Some(found.clone());
        let expected = self.till.poi_id.clone();
        let alarm = Alarm::OtherTerminal { expected, found: found.clone() };
        tell(PinPadEvent::Alarm(alarm), steps);
    }
}
