//! Seats that a cart names and does not hold: what should not happen, met without harm.
//!
//! Nothing is paid for them, and they leave the cart without being freed: they are somebody
//! else's by now (domain 5.8, fails before 1 and at 4). Next: `checkout.rs`.

use crate::Refusal;
use crate::cart::{Cart, Line, Place};
use crate::id::{PerformanceId, SeatNo};

/// Before anything is charged: the patron is told which seats.
pub(super) fn none(lost: &[(PerformanceId, SeatNo)]) -> Result<(), Refusal> {
    if lost.is_empty() {
        return Ok(());
    }
    Err(Refusal::HoldLost { seats: lost.iter().map(|(_, seat)| *seat).collect() })
}

/// The lines of these seats.
pub(super) fn lines(cart: &Cart, lost: &[(PerformanceId, SeatNo)]) -> Vec<Line> {
    let is_lost = |line: &&Line| match line.place {
        Place::Seat(seat) => lost.contains(&(line.performance, seat)),
        Place::Area(_) => false,
    };
    cart.lines.iter().filter(is_lost).cloned().collect()
}
