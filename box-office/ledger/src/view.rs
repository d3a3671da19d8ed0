//! What pages, letters and the API show, filled from one snapshot each.
//!
//! One file a page; each function takes a snapshot and the frame of the page and hands back the
//! view struct of `usher_rules::view`, with no words and no formatting. Never changes anything,
//! and reads by key or by bounded ranges only. Next: `view/showing.rs`, which all pages of a
//! performance rest on.

pub mod cart;
pub mod checkout;
pub mod desk;
pub mod door;
pub mod door_list;
pub mod letter;
pub mod monitor;
pub mod order;
pub mod performance;
pub mod production;
pub mod seat_map;
pub mod whats_on;

mod arrivals;
mod outcome;
mod outline;
mod parts;
mod scan;
mod showing;
mod sums;
mod undone;

use usher_rules::house::House;
use usher_rules::id::{LevelNo, SeatNo};
use usher_rules::plan::Plan;
use usher_rules::view::venue::Place;

/// A seat in the plan's own names. A number that is not of this plan has none.
pub(crate) fn seat_place(plan: &Plan, no: SeatNo) -> Place {
    let Some(seat) = plan.seat_at(no) else {
        let guid = no.0.to_string();
        return Place::Seat {
            guid,
            zone: String::new(),
            row: String::new(),
            number: String::new(),
        };
    };
    Place::Seat {
        guid: seat.guid.clone(),
        zone: plan.zone_of(no).name.clone(),
        row: seat.row_label.clone().unwrap_or_else(|| seat.row.clone()),
        number: seat.number.clone(),
    }
}

/// The name of a price level; empty when the venue has dropped it since.
pub(crate) fn level_name(house: &House, no: LevelNo) -> String {
    let level = house.levels.iter().find(|level| level.no == no);
    level.map(|level| level.name.clone()).unwrap_or_default()
}
