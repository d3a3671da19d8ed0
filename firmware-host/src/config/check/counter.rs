//! Tills and pin pads: that they fit together and that none can be taken for another.
//!
//! Numbers stand in sales and payments for good, lines and addresses say which pad is charged:
//! each may be given once. Never looks whether a pad is there; `usher doctor` does. Next:
//! `../counter.rs` for the tables themselves.

use super::{absolute, name, names, numbers};
use crate::config::{Config, Finding, PinPad};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use usher_drivers::Fault;
use usher_drivers::pin_pad::{PinPadSettings, Reach};

/// More do not stand at one counter, and each has a task of its own.
const PADS_MAX: usize = 64;
const TILLS_MAX: usize = 64;

pub(super) fn check(config: &Config, found: &mut Vec<Finding>) {
    let Config { pin_pads, tills, .. } = config;
    names("pin_pad", pin_pads.iter().map(|pad| &pad.name), found);
    numbers("pin_pad", pin_pads.iter().map(|pad| pad.number), found);
    names("till", tills.iter().map(|till| &till.name), found);
    numbers("till", tills.iter().map(|till| till.number), found);
    for (table, count, most) in
        [("pin_pad", pin_pads.len(), PADS_MAX), ("till", tills.len(), TILLS_MAX)]
    {
        if count > most {
            let says = format!("{count} tables of this kind");
            found.push(Finding::new(format!("{table}[{most}]"), says, format!("at most {most}")));
        }
    }
    for (index, pad) in pin_pads.iter().enumerate() {
        identity(index, pad, found);
        one_table(index, pad, found);
        as_the_drivers_see_it(index, pad, found);
    }
    reaches(config, found);
    for (index, till) in tills.iter().enumerate() {
        if let Some(wanted) = &till.pin_pad
            && pin_pads.iter().all(|pad| pad.name != *wanted)
        {
            let says = format!("there is no pin pad `{wanted}`");
            let remedy = "name one of the [[pin_pad]] tables, or take the key out";
            found.push(Finding::new(format!("till[{index}].pin_pad"), says, remedy));
        }
    }
}

/// What the files hold that pads name; opened, never read.
pub(super) fn files(config: &Config, credentials: Option<&Path>) -> Vec<(String, PathBuf)> {
    let mut named = Vec::new();
    for (index, pad) in config.pin_pads.iter().enumerate() {
        let Some(settings) = pad.settings(credentials) else { continue };
        let table = settings.protocol();
        let files = settings.files().into_iter();
        named.extend(
            files.map(|(key, path)| (format!("pin_pad[{index}].{table}.{key}"), path.to_owned())),
        );
    }
    named
}

fn identity(index: usize, pad: &PinPad, found: &mut Vec<Finding>) {
    name(format!("pin_pad[{index}].place"), &pad.place, found);
    let Some(serial_number) = &pad.serial_number else { return };
    let key = format!("pin_pad[{index}].serial_number");
    name(key.as_str(), serial_number, found);
    let other = |poi_id: &&str| !poi_id.ends_with(&format!("-{serial_number}"));
    if let Some(poi_id) = pad.nexo.as_ref().map(|nexo| nexo.poi_id.as_str()).filter(other) {
        let says = format!("the terminal {poi_id} has another serial number");
        let remedy = "the part of nexo.poi_id after the last -, as on its back";
        found.push(Finding::new(key, says, remedy));
    }
}

fn one_table(index: usize, pad: &PinPad, found: &mut Vec<Finding>) {
    match pad.tables().as_slice() {
        [_] => {}
        [] => {
            let says = "a pin pad without the table of its protocol";
            let remedy = "add [pin_pad.zvt], [pin_pad.concert] or [pin_pad.nexo] below it";
            found.push(Finding::new(format!("pin_pad[{index}]"), says, remedy));
        }
        [first, rest @ ..] => {
            for second in rest {
                let key = format!("pin_pad[{index}].{second}");
                let says = format!("this pin pad has the table `{first}` already");
                found.push(Finding::new(key, says, "one pad speaks one protocol: keep one table"));
            }
        }
    }
}

/// What the drivers themselves would refuse, at the key they name, and paths that depend on where
/// the daemon was started.
fn as_the_drivers_see_it(index: usize, pad: &PinPad, found: &mut Vec<Finding>) {
    let Some(settings) = pad.settings(None) else { return };
    let table = format!("pin_pad[{index}].{}", settings.protocol());
    if let Err(fault) = settings.check() {
        let (key, says) = match fault {
            Fault::Setting { key, problem } => (format!("{table}.{key}"), problem),
            other => (table.clone(), other.to_string()),
        };
        let remedy = "see this key in the sample for its kind and range";
        found.push(Finding::new(key, says, remedy));
        return;
    }
    if let Some(Reach::Path(path)) = settings.reach() {
        absolute(&format!("{table}.path"), path, found);
    }
    if let PinPadSettings::Nexo(nexo) = &settings {
        absolute(&format!("{table}.root"), &nexo.root, found);
        let bare = nexo.passphrase_file.components().count() == 1;
        if !bare {
            absolute(&format!("{table}.passphrase_file"), &nexo.passphrase_file, found);
        }
    }
}

/// Two pads on one line would be one pad under two names; a scanner's line is no pad's.
fn reaches(config: &Config, found: &mut Vec<Finding>) {
    let mut owners: HashMap<String, &str> = HashMap::new();
    for device in &config.devices {
        if let Some(scanner) = &device.scanner {
            owners.insert(scanner.path.display().to_string(), &device.name);
        }
    }
    for (index, pad) in config.pin_pads.iter().enumerate() {
        let Some(settings) = pad.settings(None) else { continue };
        let Some(reach) = settings.reach() else { continue };
        let (key, place) = match reach {
            Reach::Path(path) => ("path", path.display().to_string()),
            Reach::Address { .. } => ("address", reach.socket().unwrap_or_default()),
        };
        match owners.get(&place) {
            Some(owner) => {
                let key = format!("pin_pad[{index}].{}.{key}", settings.protocol());
                let says = format!("{place} belongs to {owner}");
                found.push(Finding::new(key, says, "one device to a line or address"));
            }
            None => {
                owners.insert(place, &pad.name);
            }
        }
    }
}
