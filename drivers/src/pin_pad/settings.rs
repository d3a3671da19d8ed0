//! The settings of one pin pad, as they stand in `usher.toml`: the table of its protocol.
//! Holds the one choice between the protocols, and what all of them can be asked.
//! Never opens anything; currency and name of the venue are no part of it.
//! Next: `zvt/table.rs`, `concert/settings.rs`, `nexo/settings.rs`, then `start.rs`.

use std::path::Path;

use serde::Deserialize;

use super::concert::settings::ConcertSettings;
use super::nexo::NexoSettings;
use super::zvt::ZvtTable;
use crate::Fault;

/// One pin pad: exactly one of the tables `zvt`, `concert` and `nexo`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PinPadSettings {
    Zvt(Box<ZvtTable>),
    Concert(ConcertSettings),
    Nexo(NexoSettings),
}

/// Where a pad is found. No two devices share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach<'a> {
    /// Device node of a serial line.
    Path(&'a Path),
    /// Host, with or without a port.
    Address { address: &'a str, port_default: Option<u16> },
}

impl PinPadSettings {
    /// Name of the protocol, and of its table.
    pub fn protocol(&self) -> &'static str {
        match self {
            PinPadSettings::Zvt(_) => "zvt",
            PinPadSettings::Concert(_) => "concert",
            PinPadSettings::Nexo(_) => "nexo",
        }
    }

    /// Refuses what can be seen to be wrong without the pad. The key is one of its table.
    pub fn check(&self) -> Result<(), Fault> {
        match self {
            PinPadSettings::Zvt(table) => table.check(),
            PinPadSettings::Concert(settings) => settings.check(),
            PinPadSettings::Nexo(settings) => settings.check(),
        }
    }

    /// Where it is; `None` only where `check` refuses the table.
    pub fn reach(&self) -> Option<Reach<'_>> {
        match self {
            PinPadSettings::Zvt(table) => match (&table.path, &table.address) {
                (Some(path), None) => Some(Reach::Path(path)),
                (None, Some(address)) => Some(Reach::Address { address, port_default: None }),
                (Some(_), Some(_)) | (None, None) => None,
            },
            PinPadSettings::Concert(settings) => Some(Reach::Path(&settings.path)),
            PinPadSettings::Nexo(settings) => Some(Reach::Address {
                address: &settings.address,
                port_default: Some(super::nexo::settings::PORT_DEFAULT),
            }),
        }
    }

    /// Does the protocol have words for the sums of a batch and for closing it (pin-pads 3.11, 4.2,
    /// 5.3)?
    pub fn closes_batches(&self) -> bool {
        match self {
            PinPadSettings::Zvt(_) => true,
            PinPadSettings::Concert(_) | PinPadSettings::Nexo(_) => false,
        }
    }

    /// Can it take its newest booking back without the card (pin-pads 3.9)? A refund of nexo names
    /// its booking anyhow, and Concert has no number to name it by.
    pub fn voids(&self) -> bool {
        match self {
            PinPadSettings::Zvt(_) => true,
            PinPadSettings::Concert(_) | PinPadSettings::Nexo(_) => false,
        }
    }

    /// Does it give a payment back by the number of its booking, without the card (K8)?
    pub fn refunds_without_card(&self) -> bool {
        match self {
            PinPadSettings::Nexo(_) => true,
            PinPadSettings::Zvt(_) | PinPadSettings::Concert(_) => false,
        }
    }

    /// May the number of a card be typed at it, for a sale on the phone (K6)?
    pub fn takes_keyed_cards(&self) -> bool {
        match self {
            PinPadSettings::Zvt(_) | PinPadSettings::Concert(_) => false,
            PinPadSettings::Nexo(settings) => settings.keyed_cards,
        }
    }

    /// Files that it names, by key.
    pub fn files(&self) -> Vec<(&'static str, &Path)> {
        match self {
            PinPadSettings::Zvt(_) | PinPadSettings::Concert(_) => Vec::new(),
            PinPadSettings::Nexo(NexoSettings { root, passphrase_file, .. }) => {
                vec![("root", root), ("passphrase_file", passphrase_file)]
            }
        }
    }
}

impl Reach<'_> {
    /// `host:port` of an address.
    pub fn socket(&self) -> Option<String> {
        match *self {
            Reach::Path(_) => None,
            Reach::Address { address, port_default: Some(port) } if !has_port(address) => {
                Some(format!("{address}:{port}"))
            }
            Reach::Address { address, port_default: _ } => Some(address.to_owned()),
        }
    }
}

/// An IPv6 address without a port ends with its bracket.
fn has_port(address: &str) -> bool {
    address.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'))
}
