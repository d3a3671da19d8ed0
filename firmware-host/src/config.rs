//! The configuration of one box, as `config/usher.toml` documents it.
//!
//! Reads TOML into plain structs and refuses what is unknown, out of range or contradictory,
//! always with file, line, column and remedy. Never looks at the disk beyond the file itself and
//! never holds a secret: passwords stay in files of their own, tokens come as hashes.
//! Next: `config/check.rs` for what is judged, `config/finding.rs` for how it is told.

mod check;
mod counter;
mod device;
mod door;
mod finding;
mod house;
mod limits;
mod listen;
mod log;
mod mail;
mod sale;
mod token;
mod venue;

pub use check::Purpose;
pub use counter::{PinPad, Till};
pub use device::{Device, DeviceKind, Network};
pub use door::{Door, DoorPlace, ReEntry, WithoutBox};
pub use finding::{Finding, Place};
pub use limits::Limits;
pub use listen::{Listen, Store};
pub use log::{Log, LogFormat, LogLevel, Skin};
pub use mail::{Gateway, GatewayKind, Mail};
pub use sale::{Fee, FeePer, Level, Relax, Sale, Tax};
pub use token::{Right, Token, TokenHash};
pub use venue::{TimeOfDay, Venue};

use finding::Document;
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where the daemon looks when no `--config` is given.
pub const PATH_DEFAULT: &str = "/etc/usher/usher.toml";
/// A configuration is a few kilobytes; more is the wrong file.
pub const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Everything a box is told before it starts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub venue: Venue,
    #[serde(default)]
    pub listen: Listen,
    #[serde(default)]
    pub store: Store,
    #[serde(default)]
    pub sale: Sale,
    #[serde(default, rename = "level")]
    pub levels: Vec<Level>,
    #[serde(default, rename = "fee")]
    pub fees: Vec<Fee>,
    #[serde(default, rename = "tax")]
    pub taxes: Vec<Tax>,
    #[serde(default)]
    pub door: Door,
    #[serde(default, rename = "door_place")]
    pub door_places: Vec<DoorPlace>,
    #[serde(default, rename = "device")]
    pub devices: Vec<Device>,
    #[serde(default, rename = "pin_pad")]
    pub pin_pads: Vec<PinPad>,
    #[serde(default, rename = "till")]
    pub tills: Vec<Till>,
    #[serde(default, rename = "token")]
    pub tokens: Vec<Token>,
    #[serde(default)]
    pub mail: Mail,
    #[serde(default)]
    pub gateway: Gateway,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default)]
    pub skin: Skin,
    #[serde(default)]
    pub log: Log,
}

/// Why there is no configuration to work with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
    #[error("cannot read {}: {source}; check the path and the rights of the file", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{} is over {FILE_BYTES_MAX} bytes: this is not a configuration", path.display())]
    TooLarge { path: PathBuf },
    #[error("{}", Listed { path, findings })]
    Wrong { path: PathBuf, findings: Vec<Finding> },
}

impl Config {
    /// Reads and cross-checks the file.
    pub fn read(path: &Path, purpose: Purpose) -> Result<Config, ConfigFault> {
        Config::parse(&text(path)?, purpose)
            .map_err(|findings| ConfigFault::Wrong { path: path.to_owned(), findings })
    }

    /// Reads and cross-checks a text. What is found carries its place in that text.
    pub fn parse(text: &str, purpose: Purpose) -> Result<Config, Vec<Finding>> {
        let document = Document::new(text);
        let config: Config = toml::from_str(text).map_err(|fault| vec![document.syntax(&fault)])?;
        let findings = check::findings(&config, purpose);
        if findings.is_empty() { Ok(config) } else { Err(document.placed(findings)) }
    }

    /// As [`Config::read`], and looks at the files that the configuration names, too.
    pub fn inspect(
        path: &Path,
        purpose: Purpose,
        credentials: Option<&Path>,
    ) -> Result<Config, ConfigFault> {
        let text = text(path)?;
        let wrong = |findings| ConfigFault::Wrong { path: path.to_owned(), findings };
        let config = Config::parse(&text, purpose).map_err(wrong)?;
        let findings = check::files(&config, credentials);
        if findings.is_empty() {
            Ok(config)
        } else {
            Err(wrong(Document::new(&text).placed(findings)))
        }
    }
}

/// Where a secret is: a bare name is a credential in the service manager's folder.
fn credential(file: &Path, credentials: Option<&Path>) -> PathBuf {
    let bare = file.parent().is_some_and(|parent| parent.as_os_str().is_empty());
    match credentials {
        Some(folder) if bare => folder.join(file),
        Some(_) | None => file.to_owned(),
    }
}

fn text(path: &Path) -> Result<String, ConfigFault> {
    let unreadable = |source| ConfigFault::Unreadable { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(unreadable)?.len() > FILE_BYTES_MAX {
        return Err(ConfigFault::TooLarge { path: path.to_owned() });
    }
    std::fs::read_to_string(path).map_err(unreadable)
}

/// All findings of one file, one after the other, as the technician reads them.
pub struct Listed<'a> {
    pub path: &'a Path,
    pub findings: &'a [Finding],
}

impl fmt::Display for Listed<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.findings.iter().enumerate() {
            if index > 0 {
                out.write_str("\n")?;
            }
            finding.write(out, self.path)?;
        }
        Ok(())
    }
}
