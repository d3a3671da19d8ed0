//! usher-web.
