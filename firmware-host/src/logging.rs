//! Where the log goes: the journal with its fields, plain text, or JSON lines.
//!
//! Libraries that write what they carry are kept at warnings, whatever the level, so that no
//! letter and no request body can reach the log (trust 2).

use crate::config::{Log, LogFormat, LogLevel};
use std::io::IsTerminal;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Packages of ours, whose events follow the level of the configuration.
const OURS: [&str; 7] = [
    "usher",
    "usher_rules",
    "usher_ledger",
    "usher_drivers",
    "usher_web",
    "usher_listener",
    "usher_cloud",
];

/// Takes the place of `log.level` while something is looked for.
pub const LEVEL_VARIABLE: &str = "USHER_LOG";

/// Starts the log. Without a journal, `journald` falls back to text on standard error.
pub fn start(log: &Log) {
    let asked = std::env::var(LEVEL_VARIABLE).ok().and_then(|name| LogLevel::named(&name));
    let level = match asked.unwrap_or(log.level) {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let targets = OURS.iter().map(|name| (*name, level));
    let filter = Targets::new().with_default(LevelFilter::WARN).with_targets(targets);
    let registry = tracing_subscriber::registry().with(filter);
    let colours = std::io::stderr().is_terminal();
    let text = || tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(colours);
    // A second start, as in a test that runs two boxes, keeps the first log.
    let _ = match log.format {
        LogFormat::Journald => match tracing_journald::layer() {
            Ok(journal) => registry.with(journal).try_init(),
            Err(_) => registry.with(text()).try_init(),
        },
        LogFormat::Text => registry.with(text()).try_init(),
        LogFormat::Json => registry.with(text().json()).try_init(),
    };
}
