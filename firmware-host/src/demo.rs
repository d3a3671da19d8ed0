//! The demo: a whole invented venue, The Tidewell, on one command and nothing real but the box.
//!
//! Two simulated scanners on pseudo terminals, a lamp and a turnstile one can see, two tills with
//! card terminals that the visitor plays, a bank that takes one test card, mail as files.
//! Everything else is the product as it is served. Next: `demo/seed.rs`, `demo/pages.rs`.

pub mod pads;
pub mod pages;
pub mod papers;
pub mod patrons;
pub mod season;
pub mod seed;
pub mod staff;

use crate::config::TokenHash;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use usher_rules::at::At;
use usher_rules::code::base32;

/// Name of the file that scripts read.
pub const FILE: &str = "demo.json";
/// The venue's time zone.
pub const ZONE: &str = "Europe/London";

/// `demo.json`, member by member as `interfaces` 3 has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DemoFile {
    pub url: String,
    pub staff: Vec<StaffLogin>,
    pub patrons: Vec<PatronLogin>,
    pub api_token: String,
    pub device_token: String,
    pub scanners: Vec<Scanner>,
    pub pin_pads: Vec<PinPad>,
    pub mail_dir: PathBuf,
    pub performances: Vec<Performance>,
    #[serde(default = "roll")]
    pub business_day_rolls_at: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StaffLogin {
    pub role: String,
    pub login: String,
    pub password: String,
    /// What an authenticator app is told; a door has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp_secret: Option<String>,
}

/// Patrons have accounts in a later version; the list is empty until then.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PatronLogin {
    pub login: String,
    pub password: String,
    pub about: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Scanner {
    pub name: String,
    pub path: PathBuf,
}

/// On a pseudo terminal (`path`) or at an address (`tcp`).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PinPad {
    pub name: String,
    pub protocol: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp: Option<SocketAddr>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Performance {
    pub id: String,
    pub title: String,
    pub starts_at: String,
    pub about: String,
}

impl DemoFile {
    /// A fresh one, with tokens made of this luck.
    pub fn fresh(state: &Path, luck: [[u8; 32]; 2]) -> DemoFile {
        let token = |luck: &[u8; 32]| format!("ut_{}", base32(luck));
        DemoFile {
            url: String::new(),
            staff: Vec::new(),
            patrons: Vec::new(),
            api_token: token(&luck[0]),
            device_token: token(&luck[1]),
            scanners: SCANNERS
                .iter()
                .map(|(_, name, _, link)| Scanner {
                    name: (*name).to_owned(),
                    path: state.join(link),
                })
                .collect(),
            pin_pads: Vec::new(),
            mail_dir: state.join("mail"),
            performances: Vec::new(),
            business_day_rolls_at: roll(),
        }
    }

    /// The one that an earlier run left, if there is one.
    pub fn read(state: &Path) -> io::Result<Option<DemoFile>> {
        match fs::read(state.join(FILE)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Writes it whole or not at all, for the owner's eyes.
    pub fn write(&self, state: &Path) -> io::Result<()> {
        use std::os::unix::fs::OpenOptionsExt;
        let building = state.join("demo.json.new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&building)?;
        serde_json::to_writer_pretty(&mut file, self)?;
        file.sync_all()?;
        fs::rename(building, state.join(FILE))
    }
}

/// Number, name, door and link of the simulated scanners.
pub const SCANNERS: [(u32, &str, &str, &str); 2] =
    [(1, "Foyer", "A", "scanner-1"), (2, "Stalls right", "B", "scanner-2")];
/// Numbers of the gates beside them: a turnstile, and a lamp alone.
pub const GATES: [(u32, &str, &str, bool); 2] =
    [(3, "Foyer turnstile", "A", true), (4, "Stalls lamp", "B", false)];
/// The device that `device_token` scans as.
pub const HANDHELD: u32 = 5;

/// Tonight's show begins two hours after the demo: in the small hours the business day waits.
fn roll() -> String {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    let is_small = (1..4).contains(&Timestamp::now().to_zoned(zone).hour());
    if is_small { "07:00" } else { "04:00" }.to_owned()
}

/// The configuration of the demo, as a technician would write it.
pub fn config_text(state: &Path, address: SocketAddr, file: &DemoFile) -> String {
    let quoted = |path: PathBuf| format!("{:?}", path.display().to_string());
    let mut text = format!(
        r#"# Written by `usher demo`; a real box has its own in /etc/usher/usher.toml.
[venue]
name = "The Tidewell"
address = "14 Ropewalk, Saltmere"
phone = "01632 960 144"
email = "box-office@tidewell.example"
counter_hours = "Mon to Sat, 10:00 to 20:00"
time_zone = "{ZONE}"
currency = "GBP"
business_day_rolls_at = "{roll}"

[listen]
shop = ["{address}"]
public_url = "http://{address}"
plain_http = true

[store]
folder = {folder}

[log]
format = "text"
level = "warn"

[mail]
folder = {mail}
from = "The Tidewell <box-office@tidewell.example>"

[gateway]
kind = "demo"
deadline_s = 2

[[level]]
number = 1
name = "Adult"
[[level]]
number = 2
name = "Concession"
[[level]]
number = 3
name = "Child"

[[fee]]
number = 1
name = "Web fee"
per = "ticket"
amount_minor = 125
taxed = true

[[tax]]
number = 1
name = "VAT"
rate_ppm = 200_000
inclusive = true

[[door_place]]
name = "A"
[[door_place]]
name = "B"

[[token]]
name = "manager"
rights = ["read", "feed", "desk", "door", "metrics"]
sha256 = "{manager}"
"#,
        roll = file.business_day_rolls_at,
        folder = quoted(state.to_owned()),
        mail = quoted(file.mail_dir.clone()),
        manager = TokenHash::of(&file.api_token),
    );
    for ((number, name, door, link), gate) in SCANNERS.iter().zip(GATES) {
        text.push_str(&format!(
            "\n[[device]]\nnumber = {number}\nname = \"{name}\"\nkind = \"scanner\"\n\
             door = \"{door}\"\ngate_name = \"{}\"\n[device.scanner]\npath = {}\n\
             baud = 115200\nsuffix = \"cr\"\nfeedback = \"honeywell\"\n",
            gate.1,
            quoted(state.join(link)),
        ));
    }
    for (number, name, door, turnstile) in GATES {
        text.push_str(&format!(
            "\n[[device]]\nnumber = {number}\nname = \"{name}\"\nkind = \"gate\"\n\
             door = \"{door}\"\n[device.gate]\nport = \"sim\"\nturnstile = {turnstile}\n"
        ));
    }
    text.push_str(&format!(
        "\n[[device]]\nnumber = {HANDHELD}\nname = \"Handheld\"\nkind = \"network\"\n\
         door = \"A\"\n[device.network]\nsha256 = \"{}\"\n",
        TokenHash::of(&file.device_token)
    ));
    text.push_str(&pads::config_text(state, &file.pin_pads));
    text
}

/// A moment as RFC 3339 in UTC.
pub fn rfc3339(at: At) -> String {
    jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Purpose};

    #[test]
    fn the_demo_configures_itself_with_a_file_that_stands_every_check() {
        let state = Path::new("/demo");
        let mut file = DemoFile::fresh(state, [[1; 32], [2; 32]]);
        file.pin_pads = pads::told(state, "127.0.0.1:9".parse().unwrap());
        let text = config_text(state, "127.0.0.1:8080".parse().unwrap(), &file);
        let config = Config::parse(&text, Purpose::Demo).unwrap();
        assert_eq!(config.devices.len(), SCANNERS.len() + GATES.len() + 1);
        assert_eq!(config.levels.len(), 3);
        let beside: Vec<_> = config.tills.iter().map(|till| till.pin_pad.as_deref()).collect();
        assert_eq!(beside, [Some("Left pad"), Some("Right pad")]);
        assert!(config.pin_pads.iter().all(|pad| pad.settings(None).is_some()));
        assert!(Config::parse(&text, Purpose::Serve).is_err(), "the demo's bank is for the demo");
    }

    #[test]
    fn what_was_written_is_read_again() {
        let state = std::env::temp_dir().join(format!("usher-demo-file-{}", std::process::id()));
        fs::create_dir_all(&state).unwrap();
        assert!(DemoFile::read(&state).unwrap().is_none());
        let file = DemoFile::fresh(&state, [[3; 32], [4; 32]]);
        file.write(&state).unwrap();
        let read = DemoFile::read(&state).unwrap().unwrap();
        assert_eq!(read.device_token, file.device_token);
        assert_ne!(read.api_token, read.device_token);
        fs::remove_dir_all(&state).unwrap();
    }
}
