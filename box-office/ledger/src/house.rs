//! The venue's settings and the care of the box: load and apply.
//!
//! Shifts holds after an outage. Never reads a configuration file.
//! Next: `cart.rs` for the holds that an outage shifts.

use crate::source::{self, Source};
use crate::write::Write;
use crate::{Fault, cart, tables};
use usher_rules::at::At;
use usher_rules::house::{Command, Event, Facts};
use usher_rules::id::CartId;

pub fn load<S: Source>(source: &S, command: &Command) -> Result<Facts, Fault> {
    let mut facts = Facts { running: Vec::new() };
    match command {
        Command::Set(_) | Command::Pulse => {}
        Command::ShiftHolds(_) => {
            let all = source::range(source, tables::HOLDS_BY_DUE, .., usize::MAX, |key, ()| {
                Ok((CartId(key.1), At(key.0)))
            })?;
            facts.running = all;
        }
    }
    Ok(facts)
}

pub fn apply(write: &mut Write, event: &Event) -> Result<(), Fault> {
    match event {
        Event::Set(house) => write.put_house(house),
        Event::HoldsShifted { carts, .. } => {
            for (id, until) in carts {
                cart::change(write, *id, |row| row.until = *until)?;
            }
            Ok(())
        }
    }
}
