//! usher-drivers.
