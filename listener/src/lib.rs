//! usher-listener.
