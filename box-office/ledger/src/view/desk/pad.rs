//! Pin pads for the desk: the list, payments that wait for a person, bookings nobody asked for.
//!
//! How a pad is just now comes from the listener. Never asks a terminal. Next:
//! `listener/staff/pad.rs`.

use super::sell::{pad_name, waiting};
use super::till::till_name;
use crate::{Fault, Snapshot, events, orphan, write};
use usher_rules::at::At;
use usher_rules::house::House;
use usher_rules::id::PadNo;
use usher_rules::view::desk::Around;
use usher_rules::view::desk::pad::{Face, Listed, Notice, Orphan, Pads};

/// Bookings on the page; a house has none.
pub const ORPHANS_MAX: usize = 100;

/// What the page depends on besides the house.
pub struct Asking {
    pub may_sell: bool,
    pub may_see: bool,
    pub form_key: String,
    pub notice: Option<Notice>,
}

/// The page; `face` is how a pad is now, if the box has started it.
pub fn pads(
    snapshot: &Snapshot,
    around: Around,
    asking: Asking,
    face: impl Fn(PadNo) -> Option<Face>,
) -> Result<Pads, Fault> {
    let house = write::house(snapshot)?;
    let mut orphans = orphans(snapshot, &house)?;
    let more = orphans.len() > ORPHANS_MAX;
    orphans.truncate(ORPHANS_MAX);
    let mut waiting = waiting(snapshot, None, true)?;
    waiting.retain(|one| one.person);
    let Asking { may_sell, may_see, form_key, notice } = asking;
    let pads = listed(&house, face);
    Ok(Pads { around, pads, waiting, orphans, more, may_sell, may_see, form_key, notice })
}

fn listed(house: &House, face: impl Fn(PadNo) -> Option<Face>) -> Vec<Listed> {
    let one = |pad: &usher_rules::house::Pad| {
        let face = face(pad.no);
        let running = face.as_ref().and_then(|face| face.running.as_ref());
        Listed {
            name: pad.name.clone(),
            place: pad.place.clone(),
            busy: running.map(|running| till_name(house, running.till)),
            link: face.map(|face| face.link),
        }
    };
    house.pads.iter().map(one).collect()
}

/// The newest first, one more than are shown.
fn orphans(snapshot: &Snapshot, house: &House) -> Result<Vec<Orphan>, Fault> {
    let rows = orphan::listed(snapshot, ORPHANS_MAX + 1)?;
    let mut found = Vec::with_capacity(rows.len());
    for (id, booking) in rows {
        let at = events::get(snapshot, id.entry)?.map_or(At(0), |entry| entry.at);
        found.push(Orphan { id, pad: pad_name(house, id.pad), at, booking });
    }
    Ok(found)
}
