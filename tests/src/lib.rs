//! usher-tests.
