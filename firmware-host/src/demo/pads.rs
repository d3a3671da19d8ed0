//! The demo's two card terminals, played by whoever visits, and the tills beside them.
//!
//! One speaks ZVT on a pseudo terminal, one nexo over TLS on this machine; the box reaches them as
//! it reaches real ones. What their banks booked stands in the state folder. Next: `papers.rs`,
//! `pages/pads.rs`.

use super::PinPad;
use super::papers::{POI_ID, PaperFault, Papers};
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use tokio_util::sync::CancellationToken;
use usher_drivers::sim::pin_pad::customer::{Customer, Pace};
use usher_drivers::sim::pin_pad::nexo::{SimNexo, SimNexoSettings};
use usher_drivers::sim::pin_pad::zvt::{Place, SimZvt, SimZvtSettings};
use usher_rules::id::PadNo;

/// Number and name of each pad and of the till beside it, and the protocol.
pub const PADS: [(u16, &str, &str, &str); 2] =
    [(1, "Left pad", "Left window", "zvt"), (2, "Right pad", "Right window", "nexo")];
const LINK: &str = "pin-pad-1";
const KEY_IDENTIFIER: &str = "tidewell";

#[derive(Debug, thiserror::Error)]
pub enum PadFault {
    #[error(transparent)]
    Paper(#[from] PaperFault),
    #[error("a simulated pin pad: {0}")]
    Pad(#[from] usher_drivers::Fault),
}

/// Both terminals, switched on. Dropped, their power is cut.
pub struct Pads {
    address: SocketAddr,
    customers: Vec<(PadNo, Customer)>,
    zvt: SimZvt,
    _nexo: SimNexo,
}

impl Pads {
    /// Switches them on. What they booked in an earlier run they still know.
    pub async fn start(state: &Path, luck: [u8; 32]) -> Result<Pads, PadFault> {
        let pace = Pace::default();
        let place = Place::Pty(state.join(LINK));
        let settings = SimZvtSettings::new(place, truth(state, 1));
        let (zvt, left) = SimZvt::start_by_hand(settings, pace).await?;
        let papers = Papers::keep(state, luck)?;
        let settings = SimNexoSettings::of_certificate(
            SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            (papers.cert, papers.key),
            papers.passphrase,
            truth(state, 2),
        )?;
        let (nexo, right) = SimNexo::start_by_hand(settings, pace).await?;
        let customers = PADS.iter().zip([left, right]);
        let customers = customers.map(|((no, ..), customer)| (PadNo(*no), customer)).collect();
        Ok(Pads { address: nexo.address(), customers, zvt, _nexo: nexo })
    }

    /// Cancelled once the one on a line is dead: until then it may plug in again.
    pub fn dead(&self) -> CancellationToken {
        self.zvt.dead()
    }

    /// As `demo.json` has them.
    pub fn told(&self, state: &Path) -> Vec<PinPad> {
        told(state, self.address)
    }

    pub fn customer(&self, index: usize) -> Option<&Customer> {
        self.customers.get(index).map(|(_, customer)| customer)
    }

    pub fn customers(&self) -> impl Iterator<Item = &(PadNo, Customer)> {
        self.customers.iter()
    }
}

/// Where a terminal's bank keeps its books.
pub fn truth(state: &Path, no: u16) -> PathBuf {
    state.join(format!("pin-pad-{no}.jsonl"))
}

/// As `demo.json` has them, with this address of the one in the network.
pub fn told(state: &Path, address: SocketAddr) -> Vec<PinPad> {
    let pad = |(no, name, _, protocol): &(u16, &str, &str, &str)| PinPad {
        name: (*name).to_owned(),
        protocol: (*protocol).to_owned(),
        path: (*no == 1).then(|| state.join(LINK)),
        tcp: (*no == 2).then_some(address),
    };
    PADS.iter().map(pad).collect()
}

/// Tills and pads as a technician would write them; a till has cash alone where its pad is not
/// among these.
pub fn config_text(state: &Path, pads: &[PinPad]) -> String {
    let quoted = |path: &Path| format!("{:?}", path.display().to_string());
    let Papers { root, passphrase, .. } = Papers::below(state);
    let mut text = String::new();
    for (no, name, till, _) in PADS {
        let pad = pads.iter().find(|pad| pad.name == name);
        if let Some(pad) = pad {
            let _ = write!(
                text,
                "\n[[pin_pad]]\nnumber = {no}\nname = \"{name}\"\nplace = \"{till}\"\n"
            );
            text.push_str(&match (&pad.path, pad.tcp) {
                (Some(path), _) => {
                    format!("[pin_pad.zvt]\npath = {}\nbaud = 115200\n", quoted(path))
                }
                (None, Some(address)) => format!(
                    "[pin_pad.nexo]\naddress = \"{address}\"\npoi_id = \"{POI_ID}\"\n\
                     sale_id = \"tidewell-1\"\nroot = {}\npassphrase_file = {}\n\
                     key_identifier = \"{KEY_IDENTIFIER}\"\nenvironment = \"test\"\n\
                     keyed_cards = true\n",
                    quoted(&root),
                    quoted(&passphrase),
                ),
                (None, None) => String::new(),
            });
        }
        let beside = pad.map(|_| format!("pin_pad = \"{name}\"\n")).unwrap_or_default();
        let _ = write!(text, "\n[[till]]\nnumber = {no}\nname = \"{till}\"\n{beside}");
    }
    text
}
