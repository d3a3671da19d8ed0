//! usher-benches.
