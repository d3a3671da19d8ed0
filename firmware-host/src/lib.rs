//! usher.
