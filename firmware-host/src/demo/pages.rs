//! The demo's own page: beam a code at a simulated scanner, see its lamp, turn its arm.
//!
//! Handed to the listener as one extra router; exists only in the invented venue. What it does
//! goes the long way: bytes on a pseudo terminal, read by the same driver as a real scanner. Next:
//! `pages/pads.rs`.

mod pads;

use crate::config::Config;
use crate::demo::pads::Pads;
use crate::demo::{DemoFile, GATES, PinPad, SCANNERS, StaffLogin};
use crate::start::Running;
use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use usher_drivers::gate::{Colour, Way};
use usher_drivers::sim::{SimGate, SimScanner};
use usher_ledger::view::door;
use usher_ledger::{Fault, Handle, checkout, inventory, performance, production};
use usher_listener::state::Shop;
use usher_rules::at::Span;
use usher_rules::cart::Place;
use usher_rules::code::PAYLOAD_BYTES_MAX;
use usher_rules::id::DeviceNo;
use usher_rules::performance::Performance;
use usher_rules::plan::Plan;
use usher_rules::ticket::Ticket;
use usher_rules::view::demo::{self as view, BenchAbout, BenchCode, BenchScanner};
use usher_rules::view::door::Signal;

/// Codes offered to try.
const CODES_MAX: usize = 8;
/// A code of the right shape that no box has made.
const FORGED: &str = "U1CEABEZYBAIBQIBICTUJ4HMLKIFNGOLDT";

/// Everything on the bench.
pub struct Bench {
    handle: Handle,
    shop: Arc<Shop>,
    scanners: Vec<SimScanner>,
    paths: Vec<String>,
    gates: HashMap<DeviceNo, Arc<SimGate>>,
    /// Seconds that somebody has for walking through, by turnstile.
    passages_s: HashMap<DeviceNo, u64>,
    pads: Pads,
    told: Vec<PinPad>,
    staff: Vec<StaffLogin>,
}

/// What is played in the invented venue.
pub struct Played {
    pub scanners: Vec<SimScanner>,
    pub pads: Pads,
}

impl Bench {
    pub fn new(running: &Running, played: Played, config: &Config, file: &DemoFile) -> Bench {
        let path = |(number, ..): &(u32, &str, &str, &str)| {
            let device = config.devices.iter().find(|device| device.number == *number);
            let scanner = device.and_then(|device| device.scanner.as_ref());
            scanner.map(|scanner| scanner.path.display().to_string()).unwrap_or_default()
        };
        let turnstiles = config.devices.iter().filter_map(|device| {
            let settings = device.gate.as_ref().filter(|gate| gate.turnstile)?;
            Some((DeviceNo(device.number), settings.passage_ms / 1_000))
        });
        Bench {
            handle: running.handle.clone(),
            shop: Arc::clone(&running.shop),
            scanners: played.scanners,
            paths: SCANNERS.iter().map(path).collect(),
            gates: running.sim_gates.clone(),
            passages_s: turnstiles.collect(),
            pads: played.pads,
            told: file.pin_pads.clone(),
            staff: file.staff.clone(),
        }
    }

    fn gate(&self, scanner: usize) -> Option<&Arc<SimGate>> {
        let (number, ..) = GATES.get(scanner)?;
        self.gates.get(&DeviceNo(*number))
    }

    fn lamp(&self, scanner: usize) -> Option<Signal> {
        let shown = self.gate(scanner)?.shown();
        let colour = shown.borrow().colour;
        colour.map(|colour| match colour {
            Colour::Green => Signal::Go,
            Colour::Amber => Signal::Ask,
            Colour::Red => Signal::Stop,
        })
    }
}

/// The routes below `/demo`.
pub fn router(bench: Bench) -> Router {
    Router::new()
        .route("/demo", get(page))
        .route("/demo/beam", post(beam))
        .route("/demo/rotate", post(rotate))
        .route("/demo/pads", get(pads::page).post(pads::press))
        .with_state(Arc::new(bench))
}

#[derive(Deserialize)]
struct Chosen {
    scanner: Option<usize>,
    #[serde(default)]
    code: String,
}

/// The simulated scanners with their lamps and what they read last.
fn scanners(bench: &Bench) -> Result<Vec<BenchScanner>, Fault> {
    let (snapshot, now) = (bench.handle.snapshot()?, bench.handle.now());
    let shown = |(index, scanner): (usize, &(u32, &str, &str, &str))| {
        let (number, name, door, _) = scanner;
        let passage_s =
            GATES.get(index).and_then(|(gate, ..)| bench.passages_s.get(&DeviceNo(*gate)).copied());
        Ok(BenchScanner {
            name: (*name).to_owned(),
            door: (*door).to_owned(),
            path: bench.paths.get(index).cloned().unwrap_or_default(),
            lamp: bench.lamp(index),
            passage_s,
            last: door::newest(&bench.handle, &snapshot, now, DeviceNo(*number))?,
        })
    };
    SCANNERS.iter().enumerate().map(shown).collect()
}

async fn page(State(bench): State<Arc<Bench>>, Query(chosen): Query<Chosen>) -> Response {
    let read = codes(&bench.handle).and_then(|codes| Ok((codes, scanners(&bench)?)));
    let (codes, scanners) = match read {
        Ok(read) => read,
        Err(fault) => {
            tracing::error!(%fault, "the bench could not read the store");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let view = view::Bench {
        frame: bench.shop.frame(0),
        scanners,
        codes,
        chosen: chosen.scanner.unwrap_or(0).min(SCANNERS.len() - 1),
        typed: chosen.code.chars().take(PAYLOAD_BYTES_MAX).collect(),
    };
    let look = bench.shop.look();
    let page = usher_web::demo::page(&look.templates, &view, &look.words);
    let headers = [("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store")];
    (headers, page.into_string()).into_response()
}

async fn beam(State(bench): State<Arc<Bench>>, Form(wanted): Form<Chosen>) -> Response {
    let index = wanted.scanner.unwrap_or(0);
    let Some(scanner) = bench.scanners.get(index) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let code: String = wanted.code.chars().filter(|letter| !letter.is_control()).collect();
    if code.is_empty() || code.len() > PAYLOAD_BYTES_MAX {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    if let Err(fault) = scanner.beam(&code).await {
        tracing::warn!(%fault, "a simulated beam was lost");
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    Redirect::to(&format!("/demo?scanner={index}")).into_response()
}

async fn rotate(State(bench): State<Arc<Bench>>, Form(wanted): Form<Chosen>) -> Response {
    let index = wanted.scanner.unwrap_or(0);
    let Some(gate) = bench.gate(index) else { return StatusCode::NOT_FOUND.into_response() };
    gate.rotate(Way::In).await;
    Redirect::to(&format!("/demo?scanner={index}")).into_response()
}

/// A few tickets of tonight, newest first, one of another day, and a forged one.
fn codes(handle: &Handle) -> Result<Vec<BenchCode>, Fault> {
    let snapshot = handle.snapshot()?;
    let now = handle.now();
    let around = performance::starting(&snapshot, now - Span::hours(24), now + Span::hours(72))?;
    let tonight = |row: &Performance| row.doors_open <= now && now < row.last_admission;
    let mut wanted = checkout::newest_tickets(&snapshot, CODES_MAX)?;
    let (mut codes, mut other) = (Vec::new(), None);
    for (id, _) in &around {
        for ticket in inventory::sold(&snapshot, *id, CODES_MAX)? {
            wanted.extend(checkout::ticket(&snapshot, ticket)?.map(|row| (ticket, row)));
        }
    }
    for (_, ticket) in wanted {
        let Some((performance, drawn)) = snapshot.staged(ticket.performance)? else { continue };
        let Some(code) = handle.code(&ticket.code) else { continue };
        let is_tonight = tonight(&performance);
        let about = if is_tonight { BenchAbout::Valid } else { BenchAbout::OtherPerformance };
        let title = title(&snapshot, &performance)?;
        let offered = BenchCode { code, about, title, seat: seat_words(&drawn.plan, &ticket) };
        if is_tonight && codes.len() < CODES_MAX - 2 && !codes.contains(&offered) {
            codes.push(offered);
        } else if !is_tonight && other.is_none() {
            other = Some(offered);
        }
    }
    codes.extend(other);
    codes.push(BenchCode {
        code: FORGED.to_owned(),
        about: BenchAbout::Forged,
        title: String::new(),
        seat: String::new(),
    });
    Ok(codes)
}

fn seat_words(plan: &Plan, ticket: &Ticket) -> String {
    match ticket.place {
        Place::Seat(no) => {
            let seat = plan.seat(no);
            format!("{} {} {}", plan.zone_of(no).name, seat.row, seat.number)
        }
        Place::Area(no) => {
            let area = plan.areas.get(usize::from(no.0));
            area.map(|area| area.name.clone()).unwrap_or_default()
        }
    }
}

fn title(snapshot: &usher_ledger::Snapshot, performance: &Performance) -> Result<String, Fault> {
    let production = production::get(snapshot, performance.production)?;
    Ok(production.map(|production| production.title).unwrap_or_default())
}
