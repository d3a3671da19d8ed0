//! Guards the simulated Concert terminal against a till of other make, which has never seen Usher:
//! PyPI's pyTeliumManager frames, calls and checks by its own reading of the protocol.
//! Needs the network once; `tests/run box` asks for it by the feature `peers`.
//! Next: `tests/devices/foreign_till.py`, the till itself.

#![allow(clippy::unwrap_used, clippy::panic)]

mod concert;

use std::process::Stdio;

use concert::Folder;
use serde_json::{Value, json};
use usher_drivers::sim::pin_pad::concert::{SimConcert, SimConcertSettings};
use usher_drivers::sim::pin_pad::script::{LineFault, Play, Scene, Script};
use usher_drivers::sim::pin_pad::truth::{Deed, Of, Truth};

const TILL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/devices/foreign_till.py");

/// Runs the till once over these payments; gives what it says of each.
async fn till(folder: &Folder, payments: &[&str]) -> Vec<Value> {
    let mut command = tokio::process::Command::new("/usr/bin/python3");
    command.arg(TILL).arg(folder.join("pad")).args(payments).stderr(Stdio::inherit());
    let said = command.output().await.unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    assert!(said.status.success(), "the till gave up after: {text}");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn said(amount: f64, result: u8, report: bool) -> Value {
    json!({
        "ready": true, "asked": true, "succeeded": result == 0, "result": result,
        "amount": amount, "currency": "978", "report": report,
    })
}

#[tokio::test]
async fn a_foreign_till_is_paid_and_refused_as_the_bank_says() {
    let folder = Folder::new("foreign");
    let (link, truth) = (folder.join("pad"), folder.join("truth"));
    let plays = [
        Scene::default(),
        Scene { play: Play::Decline { code: 0 }, ..Scene::default() },
        Scene { play: Play::Decline { code: 9 }, ..Scene::default() },
        Scene { fault: Some(LineFault::Drip), ..Scene::default() },
        Scene::default(),
        // Its request has check byte 03.
        Scene::default(),
    ];
    let script = Script::new(plays);
    let settings = SimConcertSettings { link, truth: truth.clone(), script, pace: 10 };
    let terminal = SimConcert::start(settings).unwrap();
    let payments = [
        "12.50:debit:no",
        "99.99:debit:no",
        "7.00:debit:no",
        "99999.99:debit:no",
        "20.00:debit:yes",
        "1234.56:refund:no",
    ];
    let then = [
        said(12.5, 0, false),
        said(99.99, 7, false),
        said(7.0, 9, false),
        said(99_999.99, 0, false),
        said(20.0, 0, true),
        said(1_234.56, 0, false),
    ];
    assert_eq!(till(&folder, &payments).await, then);
    assert_eq!(terminal.violations(), [""; 0]);

    let truth = Truth::open(&truth).unwrap();
    let of = |deed| truth.lines().iter().filter(move |line| line.deed == deed);
    let booked: Vec<u64> = of(Deed::Booked).map(|line| line.amount_minor).collect();
    assert_eq!(booked, [1_250, 700, 9_999_999, 2_000, 123_456]);
    assert_eq!(of(Deed::Acknowledged).count(), 5);
    assert_eq!(of(Deed::Declined).count(), 1);
    assert_eq!(truth.lines().last().map(|line| line.of), Some(Of::Refund));
}
