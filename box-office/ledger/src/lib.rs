//! usher-ledger.
