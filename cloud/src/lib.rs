//! usher-cloud.
