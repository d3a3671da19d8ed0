//! The memory of the box: an embedded store, one writer thread, snapshots to read, a live feed.
//!
//! Everything that changes goes through `writer.rs`; everybody else holds a `Handle`. Never makes
//! a decision: `rules` does. Start at `writer.rs`, then any noun: load, apply, read.

pub mod admission;
pub mod audit;
pub mod batch;
pub mod capacity;
pub mod cart;
pub mod checkout;
pub mod copy;
pub mod device;
pub mod dispatch;
pub mod door;
pub mod end_of_day;
pub mod events;
pub mod exchange;
pub mod feed;
pub mod handle;
pub mod hold;
pub mod house;
pub mod inventory;
pub mod journal;
pub mod letter;
pub mod migrate;
pub mod open;
pub mod orphan;
pub mod patron;
pub mod payment;
pub mod performance;
pub mod plan;
pub mod production;
pub mod programme;
pub mod proof;
pub mod queue;
mod refund;
pub mod requests;
pub mod session;
pub mod snapshot;
pub mod source;
pub mod staff;
pub mod stored;
pub mod tables;
pub mod till;
pub mod trial;
pub mod turnout;
pub mod view;
pub mod write;
pub mod writer;

pub use handle::{Denied, Handle, Lane};
pub use snapshot::Snapshot;

/// What can go wrong with the store: never a decision, always the disk or our own rows.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("the store could not be read or written: {0}. Check the disk and its free space")]
    Store(#[from] redb::Error),
    #[error("a row of the store does not read back: {0}. Restore the newest backup")]
    Row(String),
    #[error("a row was not as the rule saw it: {0}")]
    Changed(&'static str),
}

macro_rules! store_fault {
    ($($kind:ty),+) => {$(
        impl From<$kind> for Fault {
            fn from(fault: $kind) -> Fault {
                Fault::Store(fault.into())
            }
        }
    )+};
}

store_fault!(
    redb::StorageError,
    redb::TableError,
    redb::TransactionError,
    redb::CommitError,
    redb::DatabaseError
);
