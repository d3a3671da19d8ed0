//! What the doctor says of a pin pad: is it where the configuration says, when was it looked at.
//!
//! Knocks at the line or address and says nothing to the terminal: most take one conversation at a
//! time. Never changes anything. Next: `../doctor.rs`.

use super::{Finding, GREETING_MAX, finding};
use crate::config::PinPad;
use std::io::ErrorKind;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use usher_drivers::pin_pad::nexo::port::Client;
use usher_drivers::pin_pad::{PinPadSettings, Reach};

pub(super) fn pad(pad: &PinPad, running: bool, credentials: Option<&Path>) -> Finding {
    let what = format!("{} ({})", pad.name, pad.place);
    let judged = match pad.settings(credentials) {
        Some(settings) => reached(&settings, running),
        None => Err("has no table of its protocol, or more than one".to_owned()),
    };
    finding(what, judged.map(|words| format!("{words}; {}", known_as(pad))))
}

/// For whoever goes round with the list of pads.
fn known_as(pad: &PinPad) -> String {
    let serial = pad.serial_number.as_deref().unwrap_or("not noted");
    let inspected = match pad.inspected {
        Some(day) => format!("inspected {day}"),
        None => "not inspected yet".to_owned(),
    };
    format!("serial number {serial}, {inspected}")
}

fn reached(settings: &PinPadSettings, running: bool) -> Result<String, String> {
    if let PinPadSettings::Nexo(nexo) = settings {
        // Root and passphrase are read and judged here, and nothing is sent.
        Client::new(nexo).map_err(|fault| fault.to_string())?;
    }
    match settings.reach() {
        Some(Reach::Path(path)) if path.exists() => Ok(format!("{} is there", path.display())),
        Some(Reach::Path(path)) => {
            Err(format!("{} is not there: check cable, power and `path`", path.display()))
        }
        Some(reach @ Reach::Address { .. }) => {
            knock(&reach.socket().unwrap_or_default(), settings, running)
        }
        None => Err("says neither path nor address".to_owned()),
    }
}

fn knock(socket: &str, settings: &PinPadSettings, running: bool) -> Result<String, String> {
    let what = |detail: String| {
        format!("{socket}: {detail}. Check the terminal's power and network, then `address`")
    };
    let mut addresses = socket.to_socket_addrs().map_err(|fault| what(fault.to_string()))?;
    let address = addresses.next().ok_or_else(|| what("no such host".to_owned()))?;
    let is_shared = matches!(settings, PinPadSettings::Nexo(_));
    match TcpStream::connect_timeout(&address, GREETING_MAX) {
        Ok(_) => Ok(format!("{socket} takes connections")),
        Err(fault) if fault.kind() == ErrorKind::ConnectionRefused && running && !is_shared => {
            Ok(format!("{socket} is up and takes no second conversation beside the box's"))
        }
        Err(fault) => Err(what(fault.to_string())),
    }
}
