//! usher-rules.
