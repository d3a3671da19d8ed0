//! What a configuration must fulfil beyond having the right keys and kinds.
//!
//! Ranges, references between tables, and combinations that would leave the house open or deaf.
//! Each finding names key, fact and remedy. Never repairs anything and never guesses a value.
//! Next: `check/bounds.rs` for ranges, `check/device.rs` for doors, devices and tokens,
//! `check/counter.rs` for tills and pin pads.

mod bounds;
mod counter;
mod device;

use super::{Config, Finding, GatewayKind, Listen, Mail, Venue};
use std::collections::HashSet;
use std::fs::File;
use std::path::Path;
use usher_cloud::mail::settings::{AuthKind, Security};
use usher_rules::{fee::FEES_MAX, house::LEVELS_MAX, tax::TAXES_MAX};

/// Longest name that still fits a ticket and a status page.
const NAME_CHARS_MAX: usize = 120;

/// What the configuration is for: some things are good enough for the demo only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Serve,
    Demo,
}

/// All that is wrong, in no particular order.
pub(super) fn findings(config: &Config, purpose: Purpose) -> Vec<Finding> {
    let mut found = Vec::new();
    bounds::check(config, &mut found);
    venue(&config.venue, &mut found);
    listen(&config.listen, &mut found);
    absolute("store.folder", &config.store.folder, &mut found);
    kept(config, &mut found);
    device::check(config, &mut found);
    counter::check(config, &mut found);
    mail(&config.mail, &mut found);
    gateway(config, purpose, &mut found);
    found
}

/// What is wrong with the files that the configuration names. Opens them, reads none.
pub(super) fn files(config: &Config, credentials: Option<&Path>) -> Vec<Finding> {
    let mut found = Vec::new();
    let password = config.mail.password_path(credentials);
    let readable = [
        ("listen.certificate", config.listen.certificate.clone()),
        ("listen.key", config.listen.key.clone()),
        ("mail.password_file", password),
        ("mail.ca_file", config.mail.ca_file.clone()),
    ];
    let readable = readable.into_iter().filter_map(|(key, path)| Some((key.to_owned(), path?)));
    for (key, path) in readable.chain(counter::files(config, credentials)) {
        if let Err(fault) = File::open(&path).and_then(|file| file.metadata()) {
            let says = format!("{} cannot be read: {fault}", path.display());
            found.push(Finding::new(key, says, "check the path, and that the daemon may read it"));
        } else if path.is_dir() {
            let says = format!("{} is a folder", path.display());
            found.push(Finding::new(key, says, "name the file itself"));
        }
    }
    let folders = [("skin.folder", &config.skin.folder), ("mail.folder", &config.mail.folder)];
    for (key, path) in folders {
        let Some(path) = path else { continue };
        if !path.is_dir() {
            let says = format!("{} is not a folder", path.display());
            found.push(Finding::new(key, says, "make the folder, or take the key out"));
        }
    }
    found
}

/// Levels, fees and taxes: told apart by name and number, and not more than a cart can carry.
fn kept(config: &Config, found: &mut Vec<Finding>) {
    let Config { levels, fees, taxes, .. } = config;
    names("level", levels.iter().map(|level| &level.name), found);
    names("fee", fees.iter().map(|fee| &fee.name), found);
    names("tax", taxes.iter().map(|tax| &tax.name), found);
    numbers("level", levels.iter().map(|level| level.number), found);
    numbers("fee", fees.iter().map(|fee| fee.number), found);
    numbers("tax", taxes.iter().map(|tax| tax.number), found);
    let counts = [
        ("level", levels.len(), LEVELS_MAX),
        ("fee", fees.len(), FEES_MAX),
        ("tax", taxes.len(), TAXES_MAX),
    ];
    for (table, count, most) in counts {
        if count > most {
            let says = format!("{count} tables of this kind");
            found.push(Finding::new(format!("{table}[{most}]"), says, format!("at most {most}")));
        }
    }
}

fn venue(venue: &Venue, found: &mut Vec<Finding>) {
    name("venue.name", &venue.name, found);
    if jiff::tz::db().get(&venue.time_zone).is_err() {
        let says = format!("there is no time zone `{}`", venue.time_zone);
        found.push(Finding::new("venue.time_zone", says, "an IANA name such as Europe/London"));
    }
    if iso_currency::Currency::from_code(&venue.currency).is_none() {
        let says = format!("there is no currency `{}`", venue.currency);
        let remedy = "an ISO 4217 code in capitals such as GBP";
        found.push(Finding::new("venue.currency", says, remedy));
    }
    if !venue.email.is_empty() && !looks_like_an_address(&venue.email) {
        let says = format!("`{}` is not a mail address", venue.email);
        found.push(Finding::new("venue.email", says, "write it as boxoffice@example.org"));
    }
}

fn listen(listen: &Listen, found: &mut Vec<Finding>) {
    if listen.shop.is_empty() {
        let remedy = "name at least one address and port, 0.0.0.0:443 for instance";
        found.push(Finding::new("listen.shop", "no address to listen on", remedy));
    }
    let mut seen = HashSet::new();
    for (kind, addresses) in [("shop", &listen.shop), ("redirect", &listen.redirect)] {
        for address in addresses.iter().filter(|address| address.port() != 0) {
            if !seen.insert(*address) {
                let says = format!("{address} is listed twice");
                let key = format!("listen.{kind}");
                found.push(Finding::new(key, says, "name each address once"));
            }
        }
    }
    match (&listen.certificate, &listen.key) {
        (Some(_), None) => found.push(Finding::new(
            "listen.certificate",
            "a certificate without its key",
            "add listen.key, the PEM file of the private key",
        )),
        (None, Some(_)) => found.push(Finding::new(
            "listen.key",
            "a key without its certificate",
            "add listen.certificate, the PEM chain with the leaf first",
        )),
        (Some(_), Some(_)) => {}
        (None, None) => plain(listen, found),
    }
    public_url(listen, found);
}

/// Without a certificate: none to call public, and plain HTTP stays on loopback unless the venue
/// says otherwise.
fn plain(listen: &Listen, found: &mut Vec<Finding>) {
    if listen.certificate_is_public {
        let remedy = "give listen.certificate and listen.key, or take it out";
        found.push(Finding::new("listen.certificate_is_public", "there is no certificate", remedy));
    }
    let open = listen.shop.iter().find(|address| !address.ip().is_loopback());
    if let (Some(address), false) = (open, listen.plain_http) {
        found.push(Finding::new(
            "listen.shop",
            format!("{address} would speak plain HTTP beyond this machine"),
            "give listen.certificate and listen.key, or set listen.plain_http = true",
        ));
    }
    if let Some(address) = listen.redirect.first() {
        found.push(Finding::new(
            "listen.redirect",
            format!("{address} would send people to TLS that is not there"),
            "give listen.certificate and listen.key, or take listen.redirect out",
        ));
    }
}

fn public_url(listen: &Listen, found: &mut Vec<Finding>) {
    let key = "listen.public_url";
    let url = &listen.public_url;
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let plain = |host: &str| {
        let sign = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
        !host.is_empty() && host.bytes().all(sign)
    };
    if !host.is_some_and(plain) {
        let says = format!("`{url}` is not a scheme and a host");
        let remedy = "write it as https://tickets.example.org, nothing behind the host";
        found.push(Finding::new(key, says, remedy));
    } else if listen.tls() && !url.starts_with("https://") {
        let says = "links would leave TLS although there is a certificate";
        found.push(Finding::new(key, says, "begin it with https://"));
    }
}

fn mail(mail: &Mail, found: &mut Vec<Finding>) {
    if let Some(folder) = &mail.folder {
        absolute("mail.folder", folder, found);
    }
    if mail.host.is_some() && mail.folder.is_some() {
        let says = "letters can go to a server or to a folder, not to both";
        found.push(Finding::new("mail.folder", says, "keep one of mail.host and mail.folder"));
    }
    if mail.host.is_none() && mail.folder.is_none() {
        return;
    }
    match &mail.from {
        None => found.push(Finding::new(
            "mail",
            "letters need a sender",
            "add mail.from = \"The Tidewell <boxoffice@example.org>\"",
        )),
        Some(from) if !looks_like_an_address(bare_address(from)) => found.push(Finding::new(
            "mail.from",
            format!("`{from}` is not a sender"),
            "write it as The Tidewell <boxoffice@example.org>",
        )),
        Some(_) => {}
    }
    if let Some(host) = &mail.host {
        log_in(mail, host, found);
    }
}

fn log_in(mail: &Mail, host: &str, found: &mut Vec<Finding>) {
    match mail.auth {
        AuthKind::None => {
            if mail.user.is_some() || mail.password_file.is_some() {
                let says = "user and password are given but never used";
                let remedy = "set mail.auth, or take mail.user and mail.password_file out";
                found.push(Finding::new("mail.user", says, remedy));
            }
        }
        AuthKind::Plain | AuthKind::Login | AuthKind::CramMd5 => {
            for (key, given) in
                [("user", mail.user.is_some()), ("password_file", mail.password_file.is_some())]
            {
                if !given {
                    let says = format!("logging in needs mail.{key}");
                    let remedy = format!("add mail.{key}, or set mail.auth = \"none\"");
                    found.push(Finding::new("mail.auth", says, remedy));
                }
            }
        }
    }
    let here = matches!(host, "localhost" | "127.0.0.1" | "::1");
    if mail.security == Security::Plain && !here {
        found.push(Finding::new(
            "mail.security",
            format!("letters to {host} would cross the network in the clear"),
            "\"starttls\" or \"smtps\"; \"plain\" is for a server on this machine",
        ));
    }
}

fn gateway(config: &Config, purpose: Purpose, found: &mut Vec<Finding>) {
    let key = "gateway.kind";
    match (config.gateway.kind, purpose) {
        (GatewayKind::Demo, Purpose::Serve) => found.push(Finding::new(
            key,
            "the demo gateway takes invented cards",
            "\"none\"; invented cards are for `usher demo`",
        )),
        (GatewayKind::None | GatewayKind::Demo, Purpose::Demo)
        | (GatewayKind::None, Purpose::Serve) => {}
    }
}

/// One name: there, in one line, of a length that can be shown.
fn name(key: impl Into<String>, name: &str, found: &mut Vec<Finding>) {
    let remedy = format!("1 to {NAME_CHARS_MAX} characters in one line");
    if name.trim().is_empty() {
        found.push(Finding::new(key, "the name is empty", remedy));
    } else if name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        found.push(Finding::new(key, "the name is too long or holds control signs", remedy));
    }
}

/// Names of one kind of table: each fit to be shown, none given twice.
fn names<'a>(table: &str, given: impl Iterator<Item = &'a String>, found: &mut Vec<Finding>) {
    let mut seen = HashSet::new();
    for (index, given) in given.enumerate() {
        let key = format!("{table}[{index}].name");
        name(key.as_str(), given, found);
        if !seen.insert(given) {
            let says = format!("there is another {table} called `{given}`");
            found.push(Finding::new(key, says, "give each a name of its own"));
        }
    }
}

/// Numbers that records keep for good: none given twice.
fn numbers(table: &str, given: impl Iterator<Item = u32>, found: &mut Vec<Finding>) {
    let mut seen = HashSet::new();
    for (index, number) in given.enumerate() {
        if !seen.insert(number) {
            let key = format!("{table}[{index}].number");
            let says = format!("there is another {table} with number {number}");
            let remedy = "a number never used before: old records keep theirs";
            found.push(Finding::new(key, says, remedy));
        }
    }
}

fn absolute(key: &str, path: &Path, found: &mut Vec<Finding>) {
    if !path.is_absolute() {
        let says = format!("`{}` depends on where the daemon was started", path.display());
        found.push(Finding::new(key, says, "write the whole path, beginning with /"));
    }
}

fn bare_address(from: &str) -> &str {
    let inside = from.split_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
    inside.unwrap_or(from)
}

/// Enough to catch a slip; whether the address exists only the server knows.
fn looks_like_an_address(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else {
        return false;
    };
    let odd = |sign: char| sign.is_whitespace() || sign.is_control() || "<>,;@".contains(sign);
    !local.is_empty() && !host.is_empty() && !text.replacen('@', "", 1).contains(odd)
}
