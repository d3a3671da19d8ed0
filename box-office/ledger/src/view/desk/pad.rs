//! Pin pads for the desk: the list, payments that wait for a person, bookings nobody asked for.
//!
//! How a pad is just now comes from the listener. Never asks a terminal. Next:
//! `listener/staff/pad.rs`.

use super::sell::{pad_name, waiting};
use super::till::till_name;
use crate::{Fault, Snapshot, events, source, stored, tables, write};
use usher_rules::at::At;
use usher_rules::house::House;
use usher_rules::id::PadNo;
use usher_rules::tender::pad::Booking;
use usher_rules::view::desk::Around;
use usher_rules::view::desk::pad::{Face, Listed, Orphan, Pads};

/// Bookings on the page; a house has none.
pub const ORPHANS_MAX: usize = 100;

/// The page; `face` is how a pad is now, if the box has started it.
pub fn pads(
    snapshot: &Snapshot,
    around: Around,
    may_sell: bool,
    face: impl Fn(PadNo) -> Option<Face>,
) -> Result<Pads, Fault> {
    let house = write::house(snapshot)?;
    let mut orphans = orphans(snapshot, &house)?;
    let more = orphans.len() > ORPHANS_MAX;
    orphans.truncate(ORPHANS_MAX);
    let mut waiting = waiting(snapshot, None, true)?;
    waiting.retain(|one| one.person);
    Ok(Pads { around, pads: listed(&house, face), waiting, orphans, more, may_sell })
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
    let mut rows: Vec<(PadNo, u64, Booking)> =
        source::range(snapshot, tables::ORPHANS, .., usize::MAX, |(pad, seq), bytes| {
            Ok((PadNo(pad), seq, stored::row(bytes)?))
        })?;
    rows.sort_unstable_by_key(|(_, seq, _)| std::cmp::Reverse(*seq));
    rows.truncate(ORPHANS_MAX + 1);
    let mut found = Vec::with_capacity(rows.len());
    for (pad, seq, booking) in rows {
        let at = events::get(snapshot, seq)?.map_or(At(0), |entry| entry.at);
        found.push(Orphan { pad: pad_name(house, pad), at, booking });
    }
    Ok(found)
}
