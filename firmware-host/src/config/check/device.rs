//! Doors, devices and tokens: that they fit together and that none can be taken for another.
//!
//! Numbers and names stand in scans for good, paths and hashes say who is speaking: each may be
//! given once. Never looks whether a device is plugged in; `usher doctor` does. Next:
//! `../device.rs` for the tables themselves.

use super::{names, numbers};
use crate::config::{Config, Device, DeviceKind, Finding, TokenHash};
use std::collections::{HashMap, HashSet};
use usher_drivers::Fault;
use usher_drivers::gate::{InputLine, OutputLine, PortKind};

pub(super) fn check(config: &Config, found: &mut Vec<Finding>) {
    names("door_place", config.door_places.iter().map(|place| &place.name), found);
    names("device", config.devices.iter().map(|device| &device.name), found);
    names("token", config.tokens.iter().map(|token| &token.name), found);
    numbers("device", config.devices.iter().map(|device| device.number), found);
    hashes(config, found);
    paths(config, found);
    lines(config, found);
    for (index, token) in config.tokens.iter().enumerate() {
        if token.rights.is_empty() {
            let key = format!("token[{index}].rights");
            found.push(Finding::new(key, "a token that opens nothing", "name a right, or remove"));
        }
    }
    for (index, device) in config.devices.iter().enumerate() {
        at_a_door(index, device, config, found);
        tables_of_kind(index, device, found);
        as_the_drivers_see_it(index, device, found);
        its_gate(index, device, config, found);
    }
}

/// One token must not open two doors, nor be a person's and a device's at once.
fn hashes(config: &Config, found: &mut Vec<Finding>) {
    let tokens = config.tokens.iter().enumerate();
    let tokens = tokens.map(|(index, token)| (format!("token[{index}].sha256"), token.sha256));
    let devices = config.devices.iter().enumerate().filter_map(|(index, device)| {
        let network = device.network.as_ref()?;
        Some((format!("device[{index}].network.sha256"), network.sha256))
    });
    let mut seen: HashMap<TokenHash, String> = HashMap::new();
    for (key, hash) in tokens.chain(devices) {
        match seen.get(&hash) {
            Some(first) => {
                let says = format!("the same token as {first}");
                found.push(Finding::new(key, says, "run `usher token new` for each"));
            }
            None => {
                seen.insert(hash, key);
            }
        }
    }
}

fn paths(config: &Config, found: &mut Vec<Finding>) {
    let mut seen = HashSet::new();
    for (index, device) in config.devices.iter().enumerate() {
        let Some(scanner) = &device.scanner else {
            continue;
        };
        let key = format!("device[{index}].scanner.path");
        super::absolute(&key, &scanner.path, found);
        if !seen.insert(&scanner.path) {
            let says = format!("{} is another device's line already", scanner.path.display());
            found.push(Finding::new(key, says, "one device to a line"));
        }
    }
}

/// Two gates must not share a line of one chip: one arm would free the other.
fn lines(config: &Config, found: &mut Vec<Finding>) {
    let mut owners: HashMap<(Option<&str>, &str), usize> = HashMap::new();
    for (index, device) in config.devices.iter().enumerate() {
        let Some(gate) = &device.gate else { continue };
        if gate.port == PortKind::Sim {
            continue;
        }
        let outputs = OutputLine::ALL.into_iter().filter_map(|line| gate.lines.output(line));
        let inputs = InputLine::ALL.into_iter().filter_map(|line| gate.lines.input(line));
        for line in outputs.chain(inputs) {
            let owner = *owners.entry((gate.chip.as_deref(), &line.name)).or_insert(index);
            if owner != index {
                let key = format!("device[{index}].gate.lines");
                let says = format!("{} belongs to {}", line.name, config.devices[owner].name);
                found.push(Finding::new(key, says, "one purpose to a line"));
            }
        }
    }
}

fn at_a_door(index: usize, device: &Device, config: &Config, found: &mut Vec<Finding>) {
    if config.door_places.iter().all(|place| place.name != device.door) {
        let key = format!("device[{index}].door");
        let says = format!("there is no door place `{}`", device.door);
        found.push(Finding::new(key, says, "name one of the [[door_place]] tables"));
    }
}

fn tables_of_kind(index: usize, device: &Device, found: &mut Vec<Finding>) {
    let given = [
        ("scanner", DeviceKind::Scanner, device.scanner.is_some()),
        ("gate", DeviceKind::Gate, device.gate.is_some()),
        ("network", DeviceKind::Network, device.network.is_some()),
    ];
    for (table, kind, is_there) in given {
        if kind == device.kind && !is_there {
            let says = format!("a {table} without its table");
            let remedy = format!("add [device.{table}] below this device");
            found.push(Finding::new(format!("device[{index}].kind"), says, remedy));
        } else if kind != device.kind && is_there {
            let says = format!("a [device.{table}] on a device of another kind");
            let remedy = "one device to each kind; a scanner names its gate";
            found.push(Finding::new(format!("device[{index}].{table}"), says, remedy));
        }
    }
}

/// What the drivers themselves would refuse, at the key they name.
fn as_the_drivers_see_it(index: usize, device: &Device, found: &mut Vec<Finding>) {
    let scanner = device.scanner.as_ref().map(|scanner| ("scanner", scanner.check()));
    let gate = device.gate.as_ref().map(|gate| ("gate", gate.check()));
    for (table, verdict) in scanner.into_iter().chain(gate) {
        let Err(fault) = verdict else { continue };
        let (key, says) = match fault {
            Fault::Setting { key, problem } => (format!(".{key}"), problem),
            other => (String::new(), other.to_string()),
        };
        let key = format!("device[{index}].{table}{key}");
        found.push(Finding::new(key, says, "see this key in the sample for its kind and range"));
    }
}

/// Only a scanner opens a gate, and only one that is there and stands at the same door.
fn its_gate(index: usize, device: &Device, config: &Config, found: &mut Vec<Finding>) {
    let Some(wanted) = &device.gate_name else {
        return;
    };
    let key = format!("device[{index}].gate_name");
    if device.kind != DeviceKind::Scanner {
        let says = "only a scanner names the gate it opens";
        found.push(Finding::new(key, says, "take the key out"));
        return;
    }
    let is_gate = |device: &&Device| device.kind == DeviceKind::Gate && device.name == *wanted;
    match config.devices.iter().find(is_gate) {
        None => {
            let says = format!("there is no gate `{wanted}`");
            found.push(Finding::new(key, says, "name a [[device]] of kind \"gate\""));
        }
        Some(gate) if gate.door != device.door => {
            let says = format!("`{wanted}` stands at another door, {}", gate.door);
            found.push(Finding::new(key, says, "scanner and gate belong to one door"));
        }
        Some(_) => {}
    }
}
