//! Tells the program when it was built: a wall clock before that moment is wrong (trust 1.10).
//!
//! Takes `SOURCE_DATE_EPOCH` where it is set, so that builds can be repeated. Never reads
//! anything else. Next: `src/clock.rs`.

use std::time::{SystemTime, UNIX_EPOCH};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=SOURCE_DATE_EPOCH");
    let given = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    println!("cargo:rustc-env=USHER_BUILT_AT_S={}", given.unwrap_or(now));
}
