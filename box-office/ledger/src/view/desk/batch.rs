//! Batches as the desk shows them, from one snapshot.
//!
//! Sets each payment beside what the terminal told. Never says who may look: the listener does.
//! Next: `rules/view/desk/batch.rs`.

use super::till;
use crate::{Fault, Snapshot, batch, cart, checkout, events, source, tables, write};
use usher_rules::at::At;
use usher_rules::batch::{Batch as Row, Compared, Of, State, Wish, sum_of, unmatched};
use usher_rules::house::House;
use usher_rules::id::{BatchId, OrderId, PadNo};
use usher_rules::posting::{Cause, Posting};
use usher_rules::tender::pad::Booking;
use usher_rules::view::desk::Around;
use usher_rules::view::desk::batch::{
    Batch, Batches, Glance, NoMatch, Notice, Orphan, Payment, Settled, Stands, ToClose,
};
use usher_rules::view::desk::pad::{Face, Link};

/// Batches looked through for settled ones.
const NEWEST_MAX: usize = 200;
/// Settled batches that are listed.
pub const SETTLED_MAX: usize = 20;
/// Payments of one batch that are listed.
pub const PAYMENTS_MAX: usize = 1_000;
/// Bookings of a pad that are looked at for those that nobody asked for.
const ORPHANS_MAX: usize = 200;

/// What the page of one batch knows beside the store.
pub struct Asking {
    pub may_close: bool,
    pub may_force: bool,
    pub form_key: String,
    pub reason: String,
    pub notice: Option<Notice>,
}

pub fn list(snapshot: &Snapshot, around: Around) -> Result<Batches, Fault> {
    let house = write::house(snapshot)?;
    let seen = |(id, row): &(BatchId, Row)| glance(&house, *id, row);
    let unsettled = batch::unsettled(snapshot)?.iter().map(seen).collect();
    let newest = batch::newest(snapshot, NEWEST_MAX)?;
    let settled = newest.iter().filter(|(_, row)| row.state == State::Settled).take(SETTLED_MAX);
    Ok(Batches { around, unsettled, settled: settled.map(seen).collect() })
}

fn glance(house: &House, id: BatchId, row: &Row) -> Glance {
    let settled = (row.state == State::Settled).then(|| {
        let told = row.end.as_ref().and_then(|end| end.told.as_ref());
        match (&row.no_match, told) {
            (Some(_), _) => Settled::NoMatch,
            (None, Some(_)) => Settled::Matched,
            (None, None) => Settled::ByOurBooks,
        }
    });
    Glance {
        batch: id,
        pad: match row.of {
            Of::Gateway => None,
            Of::Pad(no) => Some(pad_name(house, no)),
        },
        opened: row.opened_at,
        state: row.state,
        count: row.taken.count,
        sum: row.sum(),
        ended: row.end.as_ref().map(|end| end.at),
        settled,
        wanted: row.wish.is_some(),
    }
}

/// Batches that take payments, and what keeps each from being closed; `face` is how a pad is now,
/// if the box has started it.
pub fn to_close(
    snapshot: &Snapshot,
    face: impl Fn(PadNo) -> Option<Face>,
) -> Result<Vec<ToClose>, Fault> {
    let house = write::house(snapshot)?;
    let mut found = batch::unsettled(snapshot)?;
    found.retain(|(_, row)| matches!(row.state, State::Open | State::Closing));
    let one = |(id, row): (BatchId, Row)| {
        let by = |wish: &Wish| Ok::<_, Fault>((till::name(snapshot, wish.by)?, wish.at));
        Ok(ToClose {
            glance: glance(&house, id, &row),
            wish: row.wish.as_ref().map(by).transpose()?,
            stands: stands(snapshot, &house, &row, &face)?,
        })
    };
    found.into_iter().map(one).collect()
}

fn stands(
    snapshot: &Snapshot,
    house: &House,
    row: &Row,
    face: impl Fn(PadNo) -> Option<Face>,
) -> Result<Stands, Fault> {
    let pad = match (row.of, row.state) {
        (_, State::Closing) => return Ok(Stands::Closing),
        (Of::Gateway, _) if row.why.is_empty() => return Ok(Stands::Ready),
        (Of::Gateway, _) => return Ok(Stands::Failed { why: row.why.clone() }),
        (Of::Pad(pad), _) => pad,
    };
    let payments = checkout::pad_intents(snapshot, pad)?;
    let held = payments.first().and_then(|(_, intent)| intent.pad.as_ref());
    Ok(match face(pad).map(|face| face.link) {
        None => Stands::Unserved,
        Some(Link::Exchanged(_)) => Stands::Exchanged,
        Some(Link::Starting | Link::Down { .. }) => Stands::Off,
        Some(Link::Up { .. }) => match held {
            Some(at) => Stands::Busy { till: till::till_name(house, at.at.till) },
            None if row.why.is_empty() => Stands::Ready,
            None => Stands::Failed { why: row.why.clone() },
        },
    })
}

fn pad_name(house: &House, no: PadNo) -> String {
    let known = house.pads.iter().find(|pad| pad.no == no);
    known.map_or_else(|| no.0.to_string(), |pad| pad.name.clone())
}

pub fn page(
    snapshot: &Snapshot,
    around: Around,
    id: BatchId,
    asking: Asking,
) -> Result<Option<Batch>, Fault> {
    let Some(row) = batch::get(snapshot, id)? else { return Ok(None) };
    let told = row.end.as_ref().and_then(|end| end.told.clone());
    let mut found = batch::payments(snapshot, id, PAYMENTS_MAX + 1)?;
    let more = found.len() > PAYMENTS_MAX;
    found.truncate(PAYMENTS_MAX);
    let mut payments = Vec::with_capacity(found.len());
    for (_, posting) in &found {
        payments.push(payment(snapshot, row.of, posting)?);
    }
    if row.state == State::Mismatched || row.no_match.is_some() {
        let compared = |(one, (_, posting)): (&Payment, &(_, Posting))| Compared {
            brand: one.brand.clone(),
            amount: one.amount,
            voids: posting.cause == Cause::CardVoid,
        };
        let ours: Vec<_> = payments.iter().zip(&found).map(compared).collect();
        let marks = unmatched(&ours, told.as_deref());
        payments.iter_mut().zip(marks).for_each(|(one, mark)| one.unmatched = mark);
    }
    let by = row.closing.as_ref().map(|closing| till::name(snapshot, closing.by)).transpose()?;
    let no_match = row.no_match.as_ref().map(|forced| {
        let by = till::name(snapshot, forced.by)?;
        Ok::<_, Fault>(NoMatch { at: forced.at, by, reason: forced.reason.clone() })
    });
    let end = row.end.clone();
    Ok(Some(Batch {
        around,
        glance: glance(&write::house(snapshot)?, id, &row),
        closed_by: by,
        why: end.as_ref().map_or_else(|| row.why.clone(), |end| end.why.clone()),
        told: told.as_deref().map(sum_of),
        brands: told.unwrap_or_default(),
        receipt: end.map(|end| end.receipt).unwrap_or_default(),
        payments,
        more,
        orphans: orphans(snapshot, id, &row)?,
        no_match: no_match.transpose()?,
        may_close: asking.may_close && row.state == State::Open,
        may_force: asking.may_force && row.state == State::Mismatched,
        form_key: asking.form_key,
        reason: asking.reason,
        notice: asking.notice,
    }))
}

fn payment(snapshot: &Snapshot, of: Of, posting: &Posting) -> Result<Payment, Fault> {
    let here = batch::cleared(posting).filter(|(whose, _)| *whose == of);
    let booking = posting.order.map(|order| booking(snapshot, order)).transpose()?.flatten();
    let booking = booking.unwrap_or_default();
    Ok(Payment {
        at: posting.at,
        order: posting.order,
        amount: here.map(|(_, amount)| amount).sum(),
        brand: booking.brand,
        last_four: booking.last_four,
        unmatched: false,
    })
}

/// What the terminal told of the payment of an order.
fn booking(snapshot: &Snapshot, order: OrderId) -> Result<Option<Booking>, Fault> {
    let Some(order) = checkout::order(snapshot, order)? else { return Ok(None) };
    let key = cart::get(snapshot, order.cart)?.and_then(|cart| cart.intent);
    let Some(key) = key else { return Ok(None) };
    let intent = checkout::intent(snapshot, key)?;
    Ok(intent.and_then(|intent| intent.pad).and_then(|pad| pad.booking))
}

/// What the pad booked unasked since its last batch ended, and before this one did.
fn orphans(snapshot: &Snapshot, id: BatchId, row: &Row) -> Result<Vec<Orphan>, Fault> {
    let Of::Pad(pad) = row.of else { return Ok(Vec::new()) };
    let older = batch::newest(snapshot, NEWEST_MAX)?;
    let before = older.iter().filter(|(other, batch)| *other < id && batch.of == row.of);
    let since = before.filter_map(|(_, batch)| batch.end.as_ref()).map(|end| end.at).max();
    let until = row.end.as_ref().map_or(At(i64::MAX), |end| end.at);
    let keys = (pad.0, 0)..=(pad.0, u64::MAX);
    let found: Vec<(u64, Booking)> =
        source::newest(snapshot, tables::ORPHANS, keys, ORPHANS_MAX, |key, bytes| {
            Ok((key.1, crate::stored::row(bytes)?))
        })?;
    let mut orphans = Vec::new();
    for (entry, booking) in found {
        let Some(at) = events::get(snapshot, entry)?.map(|entry| entry.at) else { continue };
        if at > until || since.is_some_and(|since| at <= since) {
            continue;
        }
        let Booking { amount, brand, last_four, approval, .. } = booking;
        orphans.push(Orphan { at, amount, brand, last_four, approval });
    }
    Ok(orphans)
}
