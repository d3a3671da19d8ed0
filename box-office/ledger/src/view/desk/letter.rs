//! Letters for the desk: a page of the list, and one opened.
//!
//! The words of a letter leave here with every token masked. Never makes a letter's words anew.
//! Next: `listener/staff/letter.rs`.

use crate::{Fault, Snapshot, letter};
use usher_rules::id::LetterId;
use usher_rules::letter::Letter;
use usher_rules::view::desk::Around;
use usher_rules::view::desk::letter::{Attachment, Glance, Letters, Opened};

/// Letters on one page of the list.
pub const LETTERS_MAX: usize = 50;

pub fn letters(
    snapshot: &Snapshot,
    around: Around,
    before: Option<LetterId>,
) -> Result<Letters, Fault> {
    let mut rows = letter::newest(snapshot, before, LETTERS_MAX + 1)?;
    let more = rows.len() > LETTERS_MAX;
    rows.truncate(LETTERS_MAX);
    let next = rows.last().filter(|_| more).map(|(id, _)| *id);
    let letters = rows.iter().map(|(id, row)| glance(*id, row)).collect();
    Ok(Letters { around, letters, next })
}

/// `None`: no such letter.
pub fn opened(snapshot: &Snapshot, around: Around, id: LetterId) -> Result<Option<Opened>, Fault> {
    let row = letter::get(snapshot, id)?;
    Ok(row.map(|row| {
        let parts = row.words.iter().flat_map(|words| &words.parts);
        let attachment = |part: &usher_rules::letter::Part| Attachment {
            name: part.name.clone(),
            bytes: part.bytes,
        };
        Opened {
            around,
            glance: glance(id, &row),
            text: row.words.as_ref().map(|words| words.masked().1),
            attachments: parts.map(attachment).collect(),
            transcript: row.transcript.clone(),
        }
    }))
}

fn glance(id: LetterId, row: &Letter) -> Glance {
    Glance {
        letter: id,
        to: row.to.clone(),
        subject: row.words.as_ref().map(|words| words.masked().0),
        order: row.kind.order(),
        state: row.state,
        created: row.created_at,
        due: row.due,
        sent: row.sent_at,
        attempts: row.attempts,
        fault: row.fault().to_owned(),
    }
}
