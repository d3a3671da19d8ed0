//! One gate's errand: what came of a release goes to the ledger, what is wrong to the desk.
//!
//! Nobody through by the deadline undoes that admission by rule, with the gate as author. Never
//! releases anything itself: `door.rs` does, after a commit.

use tokio::sync::mpsc;
use usher_drivers::gate::{Colour, GateEvent, Outcome};
use usher_ledger::feed::{Light, Notice};
use usher_ledger::{Handle, Lane};
use usher_rules::Actor;
use usher_rules::admission::Command;
use usher_rules::id::DeviceNo;

/// Listens to a gate until its task ends.
pub async fn run(handle: Handle, device: DeviceNo, mut events: mpsc::Receiver<GateEvent>) {
    let health = |up, words: String| {
        handle.feed().notice(Notice::Health { device, up, words });
    };
    while let Some(event) = events.recv().await {
        match event {
            GateEvent::Connected => health(true, "connected".to_owned()),
            GateEvent::Disconnected { why } => {
                tracing::warn!(device = device.0, fault = %why, "gate lost");
                health(false, why.to_string());
            }
            GateEvent::Shows(outputs) => {
                let light = shown(outputs.colour);
                handle.feed().notice(Notice::Lamp { device, light });
            }
            GateEvent::Outcome(outcome) => came(&handle, device, outcome, &health).await,
        }
    }
}

fn shown(colour: Option<Colour>) -> Light {
    match colour {
        None => Light::Off,
        Some(Colour::Green) => Light::Green,
        Some(Colour::Amber) => Light::Amber,
        Some(Colour::Red) => Light::Red,
    }
}

async fn came(handle: &Handle, device: DeviceNo, outcome: Outcome, health: &impl Fn(bool, String)) {
    match outcome {
        Outcome::PassageTimedOut { scan, passed: 0 } => undo(handle, device, scan).await,
        Outcome::PassageTimedOut { .. }
        | Outcome::Passed { .. }
        | Outcome::FreePassage { .. }
        | Outcome::Unconfirmed { .. } => {}
        Outcome::Forced { .. } => {
            tracing::warn!(device = device.0, "somebody went through without a release");
            health(false, "turned without a release; look at it and reset".to_owned());
        }
        Outcome::Stuck { .. } => {
            health(false, "the rotation sensor does not let go; check its cable".to_owned());
        }
        Outcome::ReleaseMismatch => {
            health(false, "the release is not as ordered; check relay and cable".to_owned());
        }
        Outcome::Tamper { on } => {
            let words = if on { "the cover is open" } else { "the cover is closed" };
            health(!on, words.to_owned());
        }
        Outcome::Emergency { on } => {
            let words = if on { "opened by the fire panel" } else { "closed by the fire panel" };
            health(true, words.to_owned());
        }
    }
}

async fn undo(handle: &Handle, device: DeviceNo, scan: u64) {
    let command = usher_rules::Command::Admission(Command::PassageTimedOut { scan });
    let asked = handle.ask(Lane::Door, Actor::Device(device), None, command).await;
    match asked {
        Ok(_) => tracing::info!(scan, device = device.0, "nobody passed; admission undone"),
        // Scanned again in the meantime, or the venue does not want it undone.
        Err(denied) => tracing::info!(scan, ?denied, "nobody passed; admission left as it is"),
    }
}
