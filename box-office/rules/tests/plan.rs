//! Seating plans: every import rule of domain 3 as given / then, both sides of every limit.
//!
//! This file holds what the tables share: plans made of a few words, one way to import them, and
//! what must hold for any plan that is accepted. Never reads a file but the shipped plans.
//! Next: `plan/format.rs`, `plan/block.rs`, `plan/focal.rs`, `plan/overlay.rs`,
//! `plan/property.rs`, `plan/shipped.rs`.

#![allow(clippy::unwrap_used, clippy::panic)] // what the tables share stands outside of #[test]

#[path = "plan/block.rs"]
mod block;
#[path = "plan/focal.rs"]
mod focal;
#[path = "plan/format.rs"]
mod format;
#[path = "plan/overlay.rs"]
mod overlay;
#[path = "plan/property.rs"]
mod property;
#[path = "plan/shipped.rs"]
mod shipped;

use serde_json::{Value, json};
use usher_rules::id::SeatNo;
use usher_rules::plan::Plan;
use usher_rules::plan::import::{ImportOptions, Imported, import};
use usher_rules::plan::report::{Finding, Report};

const PLAIN: ImportOptions = ImportOptions { rekey_duplicates: false };
const REKEY: ImportOptions = ImportOptions { rekey_duplicates: true };

/// The one way in: every test imports through here.
fn check(
    plan: &[u8],
    overlay: Option<&Value>,
    options: ImportOptions,
) -> Result<Imported, Box<Report>> {
    let overlay = overlay.map(|overlay| serde_json::to_vec(overlay).unwrap());
    let answer = import(plan, overlay.as_deref(), options);
    if let Ok(imported) = &answer {
        assert!(imported.report.errors.is_empty());
        assert_sound(&imported.plan);
    }
    answer
}

fn accepted(plan: &Value) -> Imported {
    check(&bytes(plan), None, PLAIN).unwrap_or_else(|report| panic!("refused: {report:?}"))
}

fn refused(plan: &Value) -> Report {
    *check(&bytes(plan), None, PLAIN).expect_err("accepted")
}

fn with_overlay(plan: &Value, overlay: &Value) -> Imported {
    check(&bytes(plan), Some(overlay), PLAIN).unwrap_or_else(|report| panic!("refused: {report:?}"))
}

fn refused_overlay(plan: &Value, overlay: &Value) -> Report {
    *check(&bytes(plan), Some(overlay), PLAIN).expect_err("accepted")
}

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

/// Code and pointer of each finding.
fn brief(findings: &[Finding]) -> Vec<(&str, &str)> {
    findings
        .iter()
        .map(|finding| (finding.code(), finding.pointer.as_deref().unwrap_or("-")))
        .collect()
}

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(Finding::code).collect()
}

/// Holds for every accepted plan, whatever was in the files.
fn assert_sound(plan: &Plan) {
    let mut seen = vec![0_u32; plan.seats.len()];
    for (no, block) in plan.blocks.iter().enumerate() {
        assert!(!block.seats.is_empty(), "block {no} is empty");
        for (index, seat) in block.seats.iter().enumerate() {
            seen[seat.0 as usize] += 1;
            assert_eq!(plan.seat(*seat).block as usize, no);
            assert_eq!(plan.seat(*seat).index_in_block as usize, index);
        }
        if let Some(table) = block.table {
            assert_eq!(plan.tables[usize::from(table)].block as usize, no);
            assert_eq!(plan.tables[usize::from(table)].seats, block.seats);
        }
    }
    assert!(seen.iter().all(|count| *count == 1), "a seat is in no block or in two");
    for no in plan.seat_nos() {
        let seat = plan.seat(no);
        assert_eq!(plan.seat_no(&seat.guid), Some(no), "{} is not found", seat.guid);
        assert!(usize::from(seat.category.0) < plan.categories.len());
        assert!(usize::from(seat.zone) < plan.zones.len());
        if let Some(space) = seat.companion_of {
            assert!(plan.seat(space).wheelchair);
        }
    }
    assert_eq!(plan.seat_no("no such seat"), None);
    assert!(plan.width > 0 && plan.height > 0);
}

/// A hall of one zone `Stalls` with categories A and B and a stage at its top.
fn hall(rows: &[Value]) -> Value {
    json!({
        "name": "Hall",
        "size": { "width": 400, "height": 300 },
        "categories": [{ "name": "A", "color": "#33415c" }, { "name": "B" }],
        "zones": [zone("Stalls", rows)],
    })
}

fn zone(name: &str, rows: &[Value]) -> Value {
    json!({ "name": name, "position": { "x": 0, "y": 0 }, "rows": rows, "areas": [stage()] })
}

/// A stage 200 wide and 40 deep; the middle of its lower edge is (100, 40).
fn stage() -> Value {
    json!({
        "shape": "rectangle", "position": { "x": 0, "y": 0 },
        "rectangle": { "width": 200, "height": 40 },
        "text": { "text": "Stage", "position": { "x": 100, "y": 20 } },
    })
}

fn row(number: &str, seats: Vec<Value>) -> Value {
    json!({ "row_number": number, "seats": seats })
}

fn seat(guid: &str, x: f64, y: f64) -> Value {
    let number = guid.rsplit('-').next().unwrap();
    json!({
        "seat_guid": guid, "seat_number": number, "category": "A",
        "position": { "x": x, "y": y },
    })
}

/// A row object `name` on one line: seats `name-1`, `name-2`, ... at these x.
fn line(name: &str, y: f64, xs: &[f64]) -> Value {
    let seats = xs.iter().zip(1..).map(|(x, no)| seat(&format!("{name}-{no}"), *x, y));
    row(name, seats.collect())
}

/// One row A of five seats, 20 apart, around the middle of the stage.
fn five() -> Value {
    hall(&[line("A", 100.0, &[60.0, 80.0, 100.0, 120.0, 140.0])])
}

/// The blocks of a plan, each as the guids of its seats.
fn blocks(plan: &Plan) -> Vec<String> {
    let words = |seats: &[SeatNo]| {
        let guids: Vec<&str> = seats.iter().map(|no| plan.seat(*no).guid.as_str()).collect();
        guids.join(" ")
    };
    plan.blocks.iter().map(|block| words(&block.seats)).collect()
}
