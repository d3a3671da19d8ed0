//! The venue's settings and the care of the box: load and apply.
//!
//! Shifts holds after an outage and forgets old request keys. Never reads a configuration file.
//! Next: `cart.rs` for the holds that an outage shifts.

use crate::source::{self, Source};
use crate::write::Write;
use crate::{Fault, cart, events, tables};
use usher_rules::at::At;
use usher_rules::house::{Command, Event, Facts, REQUEST_KEPT};
use usher_rules::id::CartId;

/// Request keys forgotten in one command.
pub const FORGET_MAX: usize = 2_000;

pub fn load<S: Source>(source: &S, command: &Command, now: At) -> Result<Facts, Fault> {
    let mut facts = Facts { running: Vec::new(), old_requests: Vec::new() };
    match command {
        Command::Set(_) => {}
        Command::ShiftHolds(_) => {
            let all = source::range(source, tables::HOLDS_BY_DUE, .., usize::MAX, |key, ()| {
                Ok((CartId(key.1), At(key.0)))
            })?;
            facts.running = all;
        }
        Command::ForgetRequests => {
            let from = events::forgotten(source)? + 1;
            for entry in events::after(source, from - 1, FORGET_MAX)? {
                if now - entry.at < REQUEST_KEPT {
                    break;
                }
                facts.old_requests.push((entry.seq, entry.request));
            }
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
        Event::RequestsForgotten { keys, through } => {
            let mut requests = write.txn.open_table(tables::REQUESTS)?;
            for key in keys {
                requests.remove(u128::from_be_bytes(key.0))?;
            }
            drop(requests);
            events::set_forgotten(write, *through)
        }
    }
}
