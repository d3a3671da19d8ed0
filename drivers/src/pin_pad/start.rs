//! How a pin pad begins, whichever protocol it speaks: one call for the till errand.
//! Holds the one match from settings to dialogue and line. Never tells two protocols apart after
//! that, and never commits anything.
//! Next: `task.rs` (pads on a byte stream), `nexo/task.rs` (a connection to each exchange).

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::concert::sequence::Concert;
use super::settings::PinPadSettings;
use super::task::{self, Endpoint, Pauses};
use super::zvt::Zvt;
use super::{Ask, Currency, PinPad, PinPadEvent, nexo};
use crate::Fault;

/// Owns one pad until `stop`, or until nobody takes its events any more. An absent pad is waited
/// for; an error only for settings that cannot be followed. `currency` is the venue's.
pub async fn run(
    settings: PinPadSettings,
    currency: Currency,
    asks: mpsc::Receiver<Ask>,
    events: mpsc::Sender<PinPadEvent>,
    stop: CancellationToken,
) -> Result<(), Fault> {
    settings.check()?;
    let (pad, endpoint): (Box<dyn PinPad>, Endpoint) = match settings {
        PinPadSettings::Zvt(table) => {
            (Box::new(Zvt::new(table.dialogue(currency))), table.endpoint()?)
        }
        PinPadSettings::Concert(settings) => {
            let endpoint = settings.endpoint();
            (Box::new(Concert::new(settings)), endpoint)
        }
        PinPadSettings::Nexo(settings) => return nexo::run(settings, asks, events, stop).await,
    };
    task::run(pad, endpoint, Pauses::default(), events, asks, stop).await;
    Ok(())
}
