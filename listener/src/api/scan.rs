//! Scans: a door device asks and gets its verdict; staff read what was scanned.
//!
//! Whatever was read gets a verdict, however odd; the same nonce gets the same verdict again and
//! makes no second scan. Never decides: `rules/admission.rs` does. Next: `api/door.rs`.

use super::problems::{Reading, Scanning};
use super::{Body, Called, checked_after, ok, shaped_like_id};
use crate::feed::scans::device_name;
use crate::request::{DEVICE_SCANS, Device, Permitted, need};
use crate::wording::verdict::{direction_name, message, reason_name, stop_name, verdict_name};
use crate::wording::{Trouble, written};
use axum::extract::Query;
use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use usher_ledger::events::Entity;
use usher_ledger::feed::Notice;
use usher_ledger::{Fault, Snapshot, admission, checkout, events, performance, production};
use usher_rules::admission::{Attention, Command, Direction, Scan, Stop, Verdict};
use usher_rules::cart::Place;
use usher_rules::code::PAYLOAD_BYTES_MAX;
use usher_rules::id::PerformanceId;
use usher_rules::{Command as AnyCommand, Entry};
use utoipa::{IntoParams, ToSchema};

/// Scans listed in one answer.
const LIMIT_MAX: usize = 1_000;
const LIMIT: usize = 100;
/// Entries of the log looked through for one answer.
const LOOKED_MAX: usize = 20_000;
/// Longest nonce taken, in bytes.
pub(super) const NONCE_BYTES_MAX: usize = 128;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScanBody {
    /// What was read, as it was read. Anything gets a verdict.
    #[schema(value_type = Value)]
    #[serde(default)]
    code: Value,
    direction: DirectionBody,
    /// The device's own name for this scan: sent again, it is the same scan.
    #[schema(min_length = 1, max_length = 128)]
    nonce: String,
    /// Only this performance.
    #[schema(pattern = "^[0-9]{1,5}-[0-9]{1,15}$")]
    #[serde(default)]
    performance: Option<String>,
    /// Keyed in by a person: a ticket number will do.
    #[serde(default)]
    typed: Option<bool>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[schema(as = Direction)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DirectionBody {
    In,
    Out,
    Check,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Scanned {
    #[schema(pattern = "^(GO|STOP|PROVISIONAL)$")]
    verdict: &'static str,
    /// The row of the verdict table that won.
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
    /// Guid.
    #[serde(skip_serializing_if = "Option::is_none")]
    seat: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    performance: Option<String>,
    /// One line for the person at the door.
    message: String,
    /// What to notice on a ticket that may pass.
    attention: Vec<&'static str>,
    seq: u64,
    #[schema(format = DateTime)]
    at: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ScanList {
    scans: Vec<ScanLine>,
    /// Ask again after this number; missing when there is no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ScanLine {
    seq: u64,
    ticket: Option<String>,
    performance: Option<String>,
    verdict: &'static str,
    reason: &'static str,
    direction: &'static str,
    #[schema(format = DateTime)]
    at: String,
    door: String,
    device: String,
    /// The door judged it without the box and told of it afterwards; `at` is when it happened.
    offline: bool,
    /// The row of the table that would have stopped it there. `ALREADY_USED`: a duplicate
    /// admission.
    #[serde(skip_serializing_if = "Option::is_none")]
    dispute: Option<&'static str>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Only scans of this performance.
    #[param(pattern = "^[0-9]{1,5}-[0-9]{1,15}$")]
    performance: Option<String>,
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    after: Option<u64>,
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<usize>,
}

/// Records a scan and answers its verdict.
#[utoipa::path(
    post,
    path = "/scans",
    params(("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]([ -~]{0,126}[!-~])?$")),
    request_body = ScanBody,
    responses((status = 200, body = Scanned), Scanning),
    security(("device" = []))
)]
pub(crate) async fn record(
    device: Device,
    _once: super::Once,
    Body(body): Body<ScanBody>,
) -> Called<Scanned> {
    if body.nonce.is_empty() || body.nonce.len() > NONCE_BYTES_MAX {
        return Err(Trouble::malformed("/nonce", "1 to 128 bytes").into());
    }
    let key = device.request_key(&Method::POST, DEVICE_SCANS, &body.nonce);
    let command = Command::Scan {
        device: device.device,
        payload: payload(&body.code),
        typed: body.typed.unwrap_or(false),
        direction: direction(body.direction),
        performance: asked(body.performance.as_deref())?,
    };
    let entry = device.ask(key, AnyCommand::Admission(command)).await?;
    let scan = admission::scan_in(&entry).ok_or(Trouble::Bug)?;
    let handle = device.handle();
    let signalled_ms = handle.clock().monotonic_ms();
    let read_ms = device.known().read_ms;
    handle.feed().notice(Notice::Beam { seq: entry.seq, read_ms, signalled_ms });
    let snapshot = device.snapshot()?;
    ok(scanned(&device, &snapshot, &entry, scan).map_err(Trouble::from)?)
}

/// What was read as text; what is not text, or far too long, is unreadable and no more is kept.
pub(super) fn payload(code: &Value) -> String {
    match code {
        Value::String(text) if text.len() <= PAYLOAD_BYTES_MAX => text.clone(),
        Value::String(_) => " ".repeat(PAYLOAD_BYTES_MAX + 1),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            String::new()
        }
    }
}

fn direction(body: DirectionBody) -> Direction {
    match body {
        DirectionBody::In => Direction::In,
        DirectionBody::Out => Direction::Out,
        DirectionBody::Check => Direction::Check,
    }
}

pub(super) fn asked(performance: Option<&str>) -> Result<Option<PerformanceId>, Trouble> {
    match performance {
        None => Ok(None),
        // An id that no box can have written names no performance, so no ticket is for it.
        Some(id) if shaped_like_id(id) => Ok(Some(id.parse().unwrap_or(PerformanceId(0)))),
        Some(_) => Err(Trouble::malformed("/performance", "not an id")),
    }
}

fn scanned(
    device: &Device,
    snapshot: &Snapshot,
    entry: &Entry,
    scan: &Scan,
) -> Result<Scanned, Fault> {
    let title = match &scan.verdict {
        Verdict::Stop(Stop::WrongPerformance { performance, .. }) => title(snapshot, *performance)?,
        Verdict::Stop(_) | Verdict::Go(_) | Verdict::Provisional => String::new(),
    };
    let shop = device.shop();
    Ok(Scanned {
        verdict: verdict_name(&scan.verdict),
        reason: reason_name(&scan.verdict),
        ticket: scan.ticket.map(|id| id.to_string()),
        seat: seat(snapshot, scan)?,
        performance: scan.performance.map(|id| id.to_string()),
        message: message(&shop.look(), shop.venue(), &scan.verdict, &title),
        attention: scan.attention.iter().map(|attention| attention_name(*attention)).collect(),
        seq: entry.seq,
        at: written(entry.at),
    })
}

fn title(snapshot: &Snapshot, id: PerformanceId) -> Result<String, Fault> {
    let Some(performance) = performance::get(snapshot, id)? else { return Ok(String::new()) };
    let production = production::get(snapshot, performance.production)?;
    Ok(production.map(|production| production.title).unwrap_or_default())
}

fn seat(snapshot: &Snapshot, scan: &Scan) -> Result<Option<String>, Fault> {
    let (Some(ticket), Some(id)) = (scan.ticket, scan.performance) else { return Ok(None) };
    let Some(ticket) = checkout::ticket(snapshot, ticket)? else { return Ok(None) };
    let Place::Seat(no) = ticket.place else { return Ok(None) };
    let staged = snapshot.staged(id)?;
    Ok(staged.and_then(|(_, drawn)| Some(drawn.plan.seat_at(no)?.guid.clone())))
}

fn attention_name(attention: Attention) -> &'static str {
    match attention {
        Attention::Wheelchair => "wheelchair",
        Attention::BalanceDue => "balance_due",
        Attention::PaymentProblem => "payment_problem",
        Attention::Concession => "concession",
    }
}

/// Scans in the order they were recorded.
#[utoipa::path(
    get,
    path = "/scans",
    params(Wanted),
    responses((status = 200, body = ScanList), Reading),
    security(("staff" = []))
)]
pub(crate) async fn list(
    permitted: Permitted<need::Read>,
    wanted: Query<Wanted>,
) -> Called<ScanList> {
    let limit = wanted.limit.unwrap_or(LIMIT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Trouble::malformed("limit", "1 to 1000").into());
    }
    let after = checked_after(wanted.after)?.unwrap_or(0);
    let snapshot = permitted.snapshot()?;
    let performance = match wanted.performance.as_deref() {
        None => None,
        Some(id) if shaped_like_id(id) => Some(known(&snapshot, id)?),
        Some(_) => return Err(Trouble::malformed("performance", "not an id").into()),
    };
    let found = match performance {
        Some(id) => of_performance(&snapshot, id, after, limit),
        None => of_all(&snapshot, after, limit),
    };
    ok(found.map_err(Trouble::from)?)
}

fn known(snapshot: &Snapshot, id: &str) -> Result<PerformanceId, Trouble> {
    let id: PerformanceId = id.parse().map_err(|()| Trouble::not_found())?;
    performance::get(snapshot, id)?.ok_or_else(Trouble::not_found)?;
    Ok(id)
}

fn of_performance(
    snapshot: &Snapshot,
    id: PerformanceId,
    after: u64,
    limit: usize,
) -> Result<ScanList, Fault> {
    let found = events::about(snapshot, Entity::Door, Some(id.0), &(after + 1..u64::MAX), limit)?;
    let next = found.last().map(|entry| entry.seq).filter(|_| found.len() == limit);
    let lines = found.iter().filter_map(|entry| line(snapshot, entry).transpose());
    Ok(ScanList { scans: lines.collect::<Result<_, _>>()?, next })
}

/// Through the log, a bounded stretch at a time; an answer may be short and still go on.
fn of_all(snapshot: &Snapshot, after: u64, limit: usize) -> Result<ScanList, Fault> {
    let (mut scans, mut seen, mut looked) = (Vec::new(), after, 0);
    loop {
        let entries = events::after(snapshot, seen, LIMIT_MAX)?;
        if entries.is_empty() {
            return Ok(ScanList { scans, next: None });
        }
        for entry in &entries {
            if scans.len() == limit || looked == LOOKED_MAX {
                return Ok(ScanList { scans, next: Some(seen) });
            }
            scans.extend(line(snapshot, entry)?);
            seen = entry.seq;
            looked += 1;
        }
    }
}

/// The name of what would have stopped a scan that went through without the box.
pub(crate) fn dispute_name(scan: &Scan) -> Option<&'static str> {
    scan.offline.as_ref()?.dispute.as_ref().map(stop_name)
}

fn line(snapshot: &Snapshot, entry: &Entry) -> Result<Option<ScanLine>, Fault> {
    let Some(scan) = admission::scan_in(entry) else { return Ok(None) };
    Ok(Some(ScanLine {
        seq: entry.seq,
        ticket: scan.ticket.map(|id| id.to_string()),
        performance: scan.performance.map(|id| id.to_string()),
        verdict: verdict_name(&scan.verdict),
        reason: reason_name(&scan.verdict),
        direction: direction_name(scan.direction),
        at: written(scan.happened(entry.at)),
        door: scan.door.clone(),
        device: device_name(snapshot, scan.device)?,
        offline: scan.offline.is_some(),
        dispute: dispute_name(scan),
    }))
}
