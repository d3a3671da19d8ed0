//! Held tickets: the places that carts hold now, read from the running holds (D4).
//!
//! The end shown is the true one, last visits included; the list goes by the stored one, which
//! only ever comes sooner. Never shows a place that was sold or lost. Next: `desk/letter.rs`.

use crate::handle::Handle;
use crate::view::cart::deadline;
use crate::view::sums::{Named, Nth};
use crate::{Fault, Snapshot, cart};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use usher_rules::cart::{Cart, Line};
use usher_rules::house::House;
use usher_rules::id::{CartId, PerformanceId};
use usher_rules::performance::WEB_HOLD_CODE;
use usher_rules::view::desk::Around;
use usher_rules::view::desk::cart::{After, Held, HeldTickets};

/// Carts on one page of the list.
pub const CARTS_MAX: usize = 50;

pub fn held_tickets(
    handle: &Handle,
    snapshot: &Snapshot,
    around: Around,
    after: Option<After>,
) -> Result<HeldTickets, Fault> {
    let house = crate::write::house(snapshot)?;
    let mut named = HashMap::new();
    let (mut holds, mut carts, mut last) = (Vec::new(), 0, after);
    loop {
        let running = cart::running(snapshot, last, CARTS_MAX)?;
        for (until, id) in &running {
            let Some(row) = cart::get(snapshot, *id)? else { continue };
            let lines = cart::holding(snapshot, *id, &row)?;
            if lines.is_empty() {
                continue;
            }
            if carts == CARTS_MAX {
                return Ok(HeldTickets { around, holds, next: last });
            }
            let told = Told { house: &house, handle, id: *id, row: &row };
            holds.extend(told.holds(snapshot, &mut named, &lines)?);
            (carts, last) = (carts + 1, Some((*until, *id)));
        }
        match running.last() {
            Some(end) if running.len() == CARTS_MAX => last = Some(*end),
            Some(_) | None => return Ok(HeldTickets { around, holds, next: None }),
        }
    }
}

/// One cart of the list.
struct Told<'a> {
    house: &'a House,
    handle: &'a Handle,
    id: CartId,
    row: &'a Cart,
}

impl Told<'_> {
    /// Its lines by performance.
    fn holds(
        &self,
        snapshot: &Snapshot,
        named: &mut HashMap<PerformanceId, Named>,
        lines: &[&Line],
    ) -> Result<Vec<Held>, Fault> {
        let mut found: Vec<(PerformanceId, Held)> = Vec::new();
        let mut nth = Nth::default();
        for line in lines {
            let here = match named.entry(line.performance) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(Named::read(snapshot, line.performance)?),
            };
            let place = here.place(line.place, nth.of(line.performance, line.place));
            match found.iter_mut().find(|(id, _)| *id == line.performance) {
                Some((_, held)) => held.places.push(place),
                None => {
                    let mut held = self.hold(here);
                    held.places.push(place);
                    found.push((line.performance, held));
                }
            }
        }
        Ok(found.into_iter().map(|(_, held)| held).collect())
    }

    fn hold(&self, here: &Named) -> Held {
        Held {
            code: WEB_HOLD_CODE,
            cart: self.id,
            title: here.production.title.clone(),
            starts: here.performance.starts_at,
            places: Vec::new(),
            state: self.row.state,
            until: deadline(self.house, self.row, self.handle.seen(self.id)),
        }
    }
}
