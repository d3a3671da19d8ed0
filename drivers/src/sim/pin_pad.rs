//! Card terminals made of software, each a peer of its own on the wire.
//! Holds what all of them share: the truth of the "bank", the script of misbehaviour, the person
//! who plays the customer, and the list of what the box did wrong.
//! Never talks to the driver but by bytes. Source: pin-pads 7.
//! Next: `pin_pad/truth.rs`, `pin_pad/script.rs`, then one file a protocol.

pub mod concert;
pub mod customer;
pub mod nexo;
pub mod script;
pub mod truth;
pub mod violation;
pub mod zvt;

use std::path::Path;

use self::truth::Truth;
use self::violation::Violations;
use crate::Fault;

/// What a terminal writes: its truth, and beside it what the box did wrong.
fn books(truth: &Path) -> Result<(Truth, Violations), Fault> {
    let fault =
        |error: std::io::Error| Fault::setting("truth", format!("{}: {error}", truth.display()));
    Ok((Truth::open(truth).map_err(fault)?, Violations::beside(truth).map_err(fault)?))
}
