//! How to reach the mail server: the `[smtp]` table of the configuration, checked.
//!
//! Never prints the password (`Secret`) and never connects. Next: `smtp.rs`.

use crate::secret::Secret;
use lettre::message::Mailbox;
use lettre::transport::smtp::extension::ClientId;
use serde::Deserialize;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longest time one letter may be given, as RFC 5321 gives its last answer.
pub const TIMEOUT_S_MAX: u32 = 600;
/// Longest name, host or password taken from the configuration.
pub const FIELD_CHARS_MAX: usize = 255;
/// The authorities that Debian trusts; used when `ca_file` is absent.
pub const CA_FILE_DEFAULT: &str = "/etc/ssl/certs/ca-certificates.crt";

/// `[smtp]`. Only `host` and `from` must be given.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpSettings {
    /// Name or address of the mail server. With TLS the certificate must carry it.
    pub host: String,
    /// Default 587 for `starttls`, 465 for `smtps`, 25 for `plain`.
    #[serde(default)]
    pub port: Option<u16>,
    /// Default `starttls`. There is no falling back: what is set here is what is done.
    #[serde(default)]
    pub security: Security,
    /// Default `none`.
    #[serde(default)]
    pub auth: AuthKind,
    #[serde(default)]
    pub user: String,
    /// Better given as `password_file`, so that this file holds no secret.
    #[serde(default)]
    pub password: Option<Secret>,
    /// A file whose first line is the password, for instance a systemd credential. Read anew for
    /// each letter, so a changed password needs no restart.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Sender of all letters: `tickets@tidewell.example` or `The Tidewell <tickets@…>`.
    pub from: String,
    /// The name we greet with. Default: the host name of the box.
    #[serde(default)]
    pub hello_name: Option<String>,
    /// Seconds for the whole send, from the connection to the last answer. Default 30.
    #[serde(default = "timeout_s_default")]
    pub timeout_s: u32,
    /// PEM file of the authorities to trust. Default: those of the system.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// How the line is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// Not at all: for a mail server on the box itself or on a trusted wire.
    Plain,
    /// Plain greeting, then TLS. Refused when the server does not offer it.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Smtps,
}

/// How we say who we are. NTLM is absent on purpose (features G9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthKind {
    #[default]
    None,
    Plain,
    Login,
    CramMd5,
}

/// What is wrong with the settings, worded for whoever edits them.
#[derive(Debug, thiserror::Error)]
pub enum SettingsFault {
    #[error("`host` must be a name or an address of at most {FIELD_CHARS_MAX} characters")]
    Host,
    #[error("`from` must be a mail address, with or without a name: Box office <box@venue.org>")]
    From,
    #[error("`hello_name` must be a host name: letters, digits, dots and hyphens")]
    HelloName,
    #[error("`timeout_s` must be from 1 to {TIMEOUT_S_MAX}")]
    Timeout,
    #[error("`auth` is set, so `user` and one of `password` and `password_file` must be given")]
    NoCredentials,
    #[error("give `password` or `password_file`, not both")]
    TwoPasswords,
    #[error("cannot read the password from {path}: {source}")]
    PasswordFile { path: PathBuf, source: io::Error },
}

fn timeout_s_default() -> u32 {
    30
}

impl SmtpSettings {
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.security {
            Security::Plain => 25,
            Security::Starttls => 587,
            Security::Smtps => 465,
        })
    }

    pub fn timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.timeout_s))
    }

    pub fn ca_file(&self) -> &Path {
        self.ca_file.as_deref().unwrap_or(Path::new(CA_FILE_DEFAULT))
    }

    /// The checks between fields that reading the file cannot make. Reads no other file.
    pub fn check(&self) -> Result<(), SettingsFault> {
        if !is_host(&self.host) {
            return Err(SettingsFault::Host);
        }
        if self.from.parse::<Mailbox>().is_err() {
            return Err(SettingsFault::From);
        }
        if self.hello_name.as_deref().is_some_and(|name| !is_host(name)) {
            return Err(SettingsFault::HelloName);
        }
        if self.timeout_s == 0 || self.timeout_s > TIMEOUT_S_MAX {
            return Err(SettingsFault::Timeout);
        }
        if self.password.is_some() && self.password_file.is_some() {
            return Err(SettingsFault::TwoPasswords);
        }
        let has_password = self.password.is_some() || self.password_file.is_some();
        if self.auth != AuthKind::None && (self.user.is_empty() || !has_password) {
            return Err(SettingsFault::NoCredentials);
        }
        Ok(())
    }

    /// The password, from wherever it is kept. Empty when there is none to send.
    pub fn read_password(&self) -> Result<Secret, SettingsFault> {
        match (&self.password, &self.password_file, self.auth) {
            (_, _, AuthKind::None) => Ok(Secret::default()),
            (Some(password), _, AuthKind::Plain | AuthKind::Login | AuthKind::CramMd5) => {
                Ok(password.clone())
            }
            (None, Some(path), AuthKind::Plain | AuthKind::Login | AuthKind::CramMd5) => {
                let whole = std::fs::read_to_string(path)
                    .map_err(|source| SettingsFault::PasswordFile { path: path.clone(), source })?;
                Ok(Secret::new(whole.lines().next().unwrap_or_default()))
            }
            (None, None, AuthKind::Plain | AuthKind::Login | AuthKind::CramMd5) => {
                Err(SettingsFault::NoCredentials)
            }
        }
    }

    pub(super) fn client_id(&self) -> ClientId {
        match &self.hello_name {
            Some(name) => ClientId::Domain(name.clone()),
            None => ClientId::default(),
        }
    }

    /// The password itself would cross the wire readable.
    pub(super) fn bares_password(&self) -> bool {
        self.security == Security::Plain && matches!(self.auth, AuthKind::Plain | AuthKind::Login)
    }
}

/// Host names and addresses only: a line break here would be a command to the server.
fn is_host(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':');
    !text.is_empty() && text.len() <= FIELD_CHARS_MAX && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SmtpSettings, toml::de::Error> {
        toml::from_str(text)
    }

    const LEAST: &str = "host = \"mail.example\"\nfrom = \"Tidewell <box@tidewell.example>\"\n";

    #[test]
    fn two_lines_are_enough() {
        let settings = read(LEAST).unwrap();
        assert!(settings.check().is_ok());
        assert_eq!(settings.port(), 587);
        assert_eq!(settings.security, Security::Starttls);
        assert_eq!(settings.auth, AuthKind::None);
        assert_eq!(settings.timeout_s, 30);
        assert_eq!(settings.ca_file(), Path::new(CA_FILE_DEFAULT));
    }

    #[test]
    fn the_port_follows_the_security() {
        for (security, port) in [("plain", 25), ("starttls", 587), ("smtps", 465)] {
            let settings = read(&format!("{LEAST}security = \"{security}\"")).unwrap();
            assert_eq!(settings.port(), port);
        }
    }

    #[test]
    fn unknown_keys_and_kinds_are_refused() {
        for line in ["tls = true", "auth = \"ntlm\"", "security = \"ssl\""] {
            assert!(read(&format!("{LEAST}{line}")).is_err(), "{line}");
        }
    }

    #[test]
    fn credentials_come_whole_or_not_at_all() {
        let check = |lines: &str| read(&format!("{LEAST}{lines}")).unwrap().check();
        assert!(matches!(check("auth = \"plain\""), Err(SettingsFault::NoCredentials)));
        let user = "auth = \"login\"\nuser = \"box\"\n";
        assert!(matches!(check(user), Err(SettingsFault::NoCredentials)));
        assert!(check(&format!("{user}password = \"x\"")).is_ok());
        assert!(check(&format!("{user}password_file = \"/x\"")).is_ok());
        let both = format!("{user}password = \"x\"\npassword_file = \"/x\"");
        assert!(matches!(check(&both), Err(SettingsFault::TwoPasswords)));
    }

    #[test]
    fn the_timeout_has_both_ends() {
        for (given, good) in [(0, false), (1, true), (600, true), (601, false)] {
            let settings = read(&format!("{LEAST}timeout_s = {given}")).unwrap();
            assert_eq!(settings.check().is_ok(), good, "{given}");
        }
    }

    #[test]
    fn names_that_could_carry_a_command_are_refused() {
        let mut settings = read(LEAST).unwrap();
        settings.hello_name = Some("box\r\nMAIL FROM:<a@b>".to_owned());
        assert!(matches!(settings.check(), Err(SettingsFault::HelloName)));
        settings.hello_name = Some("box.tidewell.example".to_owned());
        assert!(settings.check().is_ok());
        settings.host = "mail example".to_owned();
        assert!(matches!(settings.check(), Err(SettingsFault::Host)));
    }

    #[test]
    fn a_password_file_gives_its_first_line() {
        let path = std::env::temp_dir().join(format!("usher-password-{}", std::process::id()));
        std::fs::write(&path, "open sesame\nand a note\n").unwrap();
        let mut settings = read(LEAST).unwrap();
        settings.auth = AuthKind::Plain;
        settings.password_file = Some(path.clone());
        assert_eq!(settings.read_password().unwrap().expose(), "open sesame");
        std::fs::remove_file(&path).unwrap();
        let fault = settings.read_password().unwrap_err();
        assert!(fault.to_string().contains("cannot read the password"), "{fault}");
    }

    #[test]
    fn settings_never_print_the_password() {
        let text = format!("{LEAST}auth = \"plain\"\nuser = \"box\"\npassword = \"sesame\"");
        let settings = read(&text).unwrap();
        assert!(!format!("{settings:?}").contains("sesame"));
        assert!(format!("{settings:#?}").contains("***"));
    }
}
