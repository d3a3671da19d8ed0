//! The floors: what this machine gives when nothing but the bare work is done.
//!
//! A bare page by hyper, a scan server of hyper and redb with one writer and group commit, a lone
//! commit. Never a part of the product and never faster by doing less than is said. Next:
//! `floor/web.rs`, `floor/scans.rs`, `floor/commit.rs`.

pub mod commit;
pub mod scans;
pub mod web;
