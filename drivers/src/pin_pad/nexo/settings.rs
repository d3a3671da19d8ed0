//! The settings of one nexo terminal, as they stand in `usher.toml`.
//! Holds limits and refuses what cannot work, naming the key; never the passphrase, only the path
//! of the file that holds it. Next: `port.rs`, which reads the files.

use std::path::PathBuf;

use serde::Deserialize;

use crate::Fault;

/// Where a terminal listens if the address does not say.
pub const PORT_DEFAULT: u16 = 8443;
pub const ADDRESS_CHARS_MAX: usize = 255;
pub const POI_ID_CHARS_MAX: usize = 60;
pub const SALE_ID_CHARS_MAX: usize = 60;
pub const KEY_IDENTIFIER_CHARS_MAX: usize = 100;

/// One terminal in the venue's own network.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NexoSettings {
    /// Fixed address of the terminal, with a port if it is not 8443.
    pub address: String,
    /// Model and serial number, such as `V400m-346403161`; the certificate must carry it.
    pub poi_id: String,
    /// The name by which the terminal knows this till. Two tills never share one.
    pub sale_id: String,
    /// PEM file of the one authority that signs the terminals' certificates.
    pub root: PathBuf,
    /// File with the passphrase of the shared key.
    pub passphrase_file: PathBuf,
    /// Name of the shared key, as it was given where the key was made.
    pub key_identifier: String,
    #[serde(default = "key_version_default")]
    pub key_version: u32,
    /// Which of the vendor's two worlds the terminal belongs to.
    #[serde(default)]
    pub environment: Environment,
    /// Also takes the one certificate that terminals with old software share. It does not carry
    /// the serial number, so that any such terminal could stand in for this one.
    #[serde(default)]
    pub legacy_certificate: bool,
    /// The contract with the acquirer allows cards that are typed at the terminal.
    #[serde(default)]
    pub keyed_cards: bool,
}

fn key_version_default() -> u32 {
    1
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    Test,
    #[default]
    Live,
}

impl NexoSettings {
    /// Refuses what can be seen to be wrong without the terminal.
    pub fn check(&self) -> Result<(), Fault> {
        named("address", &self.address, ADDRESS_CHARS_MAX)?;
        self.host_and_port()?;
        named("poi_id", &self.poi_id, POI_ID_CHARS_MAX)?;
        let in_a_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if !self.poi_id.contains('-') || !self.poi_id.chars().all(in_a_name) {
            return Err(Fault::setting("poi_id", "must be model-serial, such as V400m-346403161"));
        }
        named("sale_id", &self.sale_id, SALE_ID_CHARS_MAX)?;
        named("key_identifier", &self.key_identifier, KEY_IDENTIFIER_CHARS_MAX)?;
        for (key, path) in [("root", &self.root), ("passphrase_file", &self.passphrase_file)] {
            if path.as_os_str().is_empty() {
                return Err(Fault::setting(key, "must name a file"));
            }
        }
        Ok(())
    }

    /// `host` or `host:port`, an IPv6 address in brackets.
    pub(super) fn host_and_port(&self) -> Result<(String, u16), Fault> {
        let wrong = || Fault::setting("address", "must be a host, or a host and a port after `:`");
        let (host, port) = match self.address.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| wrong())?)
            }
            Some(_) | None => (self.address.as_str(), PORT_DEFAULT),
        };
        let host = host.strip_prefix('[').and_then(|v6| v6.strip_suffix(']')).unwrap_or(host);
        if host.is_empty() || port == 0 { Err(wrong()) } else { Ok((host.to_owned(), port)) }
    }

    /// The names that a certificate of this terminal may carry.
    pub(super) fn certificate_names(&self) -> Vec<String> {
        let domain = match self.environment {
            Environment::Test => "test.terminal.adyen.com",
            Environment::Live => "live.terminal.adyen.com",
        };
        let mut names = vec![format!("{}.{domain}", self.poi_id)];
        if self.legacy_certificate {
            names.push(format!("legacy-terminal-certificate.{domain}"));
        }
        names
    }
}

fn named(key: &'static str, value: &str, chars_max: usize) -> Result<(), Fault> {
    if value.trim().is_empty() || value.len() > chars_max {
        return Err(Fault::setting(key, format!("must have 1 to {chars_max} characters")));
    }
    Ok(())
}
