//! The devices enrolled at this box: scanners, gates and network devices.
//!
//! A device that does not stand here is not enrolled, and its scans are refused (domain 9.1 row
//! 2). Says who a device is and where it stands; how it is driven is the drivers' own table below
//! it. Never holds a token, only its hash. Next: `usher-drivers`' settings.

use super::TokenHash;
use serde::Deserialize;
use usher_drivers::gate::GateSettings;
use usher_drivers::scanner::ScannerSettings;

/// `[[device]]`. Exactly one of the three tables belongs to each kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Kept for good: scans are recorded with it.
    pub number: u32,
    pub name: String,
    pub kind: DeviceKind,
    /// Name of the `[[door_place]]` where it stands.
    pub door: String,
    /// A device that is off stays enrolled, and every scan of it is refused.
    #[serde(default = "on")]
    pub enabled: bool,
    /// Name of the gate that this scanner opens; none for a hand scanner.
    pub gate_name: Option<String>,
    pub scanner: Option<ScannerSettings>,
    pub gate: Option<GateSettings>,
    pub network: Option<Network>,
}

fn on() -> bool {
    true
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceKind {
    Scanner,
    Gate,
    Network,
}

/// `[device.network]`: a device that sends its scans over HTTP with a token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    pub sha256: TokenHash,
}
