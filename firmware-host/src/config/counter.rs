//! The counter: its tills, and the pin pads that stand beside them.
//!
//! Says what a pad is called, where it stands and which one it is; how it is spoken to is the
//! drivers' own table below it. Never holds a passphrase, only the path of its file. Next:
//! `check/counter.rs` for what is judged, `usher-drivers`' `pin_pad/settings.rs`.

use super::Config;
use iso_currency::Currency as Known;
use jiff::civil::Date;
use serde::Deserialize;
use std::path::Path;
use usher_drivers::pin_pad::concert::settings::ConcertSettings;
use usher_drivers::pin_pad::nexo::NexoSettings;
use usher_drivers::pin_pad::zvt::ZvtTable;
use usher_drivers::pin_pad::{Currency, PinPadSettings};
use usher_rules::id::PadNo;

/// `[[pin_pad]]`, with exactly one of the three tables.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinPad {
    /// Kept for good: payments are recorded with it.
    pub number: u32,
    pub name: String,
    /// Where it stands, in words.
    pub place: String,
    /// What stands on its back, for the list of pads that card rules ask for.
    pub serial_number: Option<String>,
    /// When somebody last looked whether it was tampered with or exchanged.
    pub inspected: Option<Date>,
    /// A pad that is off keeps its number and takes no payment.
    #[serde(default = "on")]
    pub enabled: bool,
    pub zvt: Option<ZvtTable>,
    pub concert: Option<ConcertSettings>,
    pub nexo: Option<NexoSettings>,
}

fn on() -> bool {
    true
}

/// `[[till]]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Till {
    /// Kept for good: sales are recorded with it.
    pub number: u32,
    pub name: String,
    /// Name of the pin pad beside it; several tills may share one. None: cash only.
    pub pin_pad: Option<String>,
}

impl PinPad {
    /// The one table it has, as the drivers take it; `None` where there is none or more than one.
    /// A bare name of the passphrase's file is a credential in the service manager's folder.
    pub fn settings(&self, credentials: Option<&Path>) -> Option<PinPadSettings> {
        let zvt = self.zvt.clone().map(|table| PinPadSettings::Zvt(Box::new(table)));
        let concert = self.concert.clone().map(PinPadSettings::Concert);
        let nexo = self.nexo.clone().map(|nexo| {
            let passphrase_file = super::credential(&nexo.passphrase_file, credentials);
            PinPadSettings::Nexo(NexoSettings { passphrase_file, ..nexo })
        });
        let mut given = [zvt, concert, nexo].into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(settings), None) => Some(settings),
            (Some(_), Some(_)) | (None, _) => None,
        }
    }

    /// Its number in the house.
    pub fn no(&self) -> PadNo {
        PadNo(u16::try_from(self.number).expect("`check/bounds.rs` keeps numbers to 65,535"))
    }

    /// Names of the tables that are there.
    pub fn tables(&self) -> Vec<&'static str> {
        let given = [
            ("zvt", self.zvt.is_some()),
            ("concert", self.concert.is_some()),
            ("nexo", self.nexo.is_some()),
        ];
        given.into_iter().filter(|(_, is_there)| *is_there).map(|(table, _)| table).collect()
    }
}

impl Config {
    /// The venue's currency, as the pin pads are told it.
    pub fn pad_currency(&self) -> Currency {
        let known = Known::from_code(&self.venue.currency).expect("`check.rs` knows the currency");
        let letters = <[u8; 3]>::try_from(known.code().as_bytes()).expect("codes have 3 letters");
        let minor_digits = known.exponent().and_then(|digits| u8::try_from(digits).ok());
        Currency { number: known.numeric(), letters, minor_digits: minor_digits.unwrap_or(0) }
    }
}
