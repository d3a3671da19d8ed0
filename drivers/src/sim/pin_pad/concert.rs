//! placeholder
//!
//!
