//! A door that may lose the box: the list it judges by then, and what it tells afterwards.
//!
//! The list holds digests of codes, no code and no name. What is told is recorded one scan a
//! command, each under its nonce, so that a half-done upload can be sent again. Never decides:
//! `rules/admission/offline.rs` does. Next: `api/staff_hold.rs`.

use super::problems::{Reading, Scanning};
use super::scan::{NONCE_BYTES_MAX, asked, dispute_name, payload};
use super::{Body, Called, checked_after, ok};
use crate::request::AtDoor;
use crate::wording::verdict::{direction_name, stop_name};
use crate::wording::{Trouble, written};
use axum::extract::Query;
use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use usher_ledger::admission;
use usher_ledger::view::door_list::{NoList, TICKETS_MAX, Wanted as WantedList, door_list};
use usher_rules::admission::{Command, Direction, Presence, Went};
use usher_rules::at::At;
use usher_rules::view::door_list::{DoorList, ListedPerformance, ListedTicket};
use usher_rules::{Command as AnyCommand, Refusal};
use utoipa::{IntoParams, ToSchema};

/// Scans told at once; the whole body must not be larger than any other.
const SCANS_MAX: usize = 500;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Only tickets of this performance.
    #[param(pattern = "^[0-9]{1,5}-[0-9]{1,15}$")]
    performance: Option<String>,
    /// Only tickets that changed since this number.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    after: Option<u64>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct List {
    #[schema(format = DateTime)]
    taken_at: String,
    seq: u64,
    /// All tickets; else those that changed since the number asked after, to be put in place.
    whole: bool,
    performances: Vec<Shown>,
    tickets: Vec<Listed>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ListedPerformance)]
struct Shown {
    id: String,
    title: String,
    #[schema(format = DateTime)]
    starts_at: String,
    /// Missing, like `closes`, where this door admits at any time.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    opens: Option<String>,
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    closes: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ListedTicket)]
struct Listed {
    /// First 16 bytes of the SHA-256 of the code in upper case, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    digest: String,
    performance: String,
    #[schema(pattern = "^(unused|in|out)$")]
    state: &'static str,
    /// The row of the verdict table that stops it whenever it comes and whoever is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<&'static str>,
    /// Who went out may come in again.
    re_entry: bool,
    /// Guid.
    #[serde(skip_serializing_if = "Option::is_none")]
    seat: Option<String>,
}

/// What a door judges by when it has lost the box.
#[utoipa::path(
    get,
    path = "/door/snapshot",
    params(Wanted),
    responses((status = 200, body = List), Reading),
    security(("device" = []))
)]
pub(crate) async fn snapshot(door: AtDoor, wanted: Query<Wanted>) -> Called<List> {
    let wanted = WantedList {
        device: door.device,
        performance: asked(wanted.performance.as_deref())?,
        after: checked_after(wanted.after)?,
        now: door.now(),
    };
    let list = door_list(door.handle(), &door.snapshot()?, &wanted).map_err(Trouble::from)?;
    ok(listed(&list.map_err(trouble)?))
}

fn trouble(none: NoList) -> Trouble {
    match none {
        NoList::DoorsWait => Trouble::Refused(Refusal::NotAllowed),
        NoList::NoDevice => Trouble::Refused(Refusal::DeviceUnknown),
        NoList::NoPerformance => Trouble::not_found(),
        NoList::TooMany => {
            let reason = format!("more than {TICKETS_MAX} tickets: name one performance");
            Trouble::malformed("performance", reason)
        }
    }
}

fn listed(list: &DoorList) -> List {
    List {
        taken_at: written(list.taken_at),
        seq: list.seq,
        whole: list.whole,
        performances: list.performances.iter().map(shown).collect(),
        tickets: list.tickets.iter().map(ticket).collect(),
    }
}

fn shown(performance: &ListedPerformance) -> Shown {
    Shown {
        id: performance.performance.to_string(),
        title: performance.title.clone(),
        starts_at: written(performance.starts),
        opens: performance.window.map(|(opens, _)| written(opens)),
        closes: performance.window.map(|(_, closes)| written(closes)),
    }
}

fn ticket(ticket: &ListedTicket) -> Listed {
    Listed {
        digest: ticket.digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        performance: ticket.performance.to_string(),
        state: match ticket.presence {
            Presence::NotUsed => "unused",
            Presence::In => "in",
            Presence::Out => "out",
        },
        stop: ticket.stop.as_ref().map(stop_name),
        re_entry: ticket.re_entry,
        seat: ticket.seat.clone(),
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfflineBody {
    /// In the order in which the device made them.
    #[schema(min_items = 1, max_items = 500)]
    scans: Vec<OfflineScan>,
}

/// One scan that the device judged by its list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfflineScan {
    /// What was read, as it was read.
    #[schema(value_type = Value)]
    #[serde(default)]
    code: Value,
    direction: Way,
    went: Said,
    /// When it was, by the device. A clock that runs ahead is taken for now.
    #[schema(format = DateTime)]
    at: String,
    /// The device's own name for this scan: told again, it is the same scan.
    #[schema(min_length = 1, max_length = 128)]
    nonce: String,
    /// Nonce of the scan that went unanswered before the device judged alone.
    #[schema(min_length = 1, max_length = 128)]
    #[serde(default)]
    attempt: Option<String>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[schema(as = OfflineDirection)]
#[serde(rename_all = "lowercase")]
enum Way {
    In,
    Out,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[schema(as = OfflineVerdict)]
#[serde(rename_all = "UPPERCASE")]
enum Said {
    Go,
    Stop,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Recorded {
    scans: Vec<RecordedScan>,
}

#[derive(Serialize, ToSchema)]
struct RecordedScan {
    nonce: String,
    seq: u64,
    /// The row of the table that would have stopped somebody who was let through.
    #[serde(skip_serializing_if = "Option::is_none")]
    dispute: Option<&'static str>,
}

/// Records scans that were judged without the box, as they happened.
#[utoipa::path(
    post,
    path = "/scans/offline",
    request_body = OfflineBody,
    responses((status = 200, body = Recorded), Scanning),
    security(("device" = []))
)]
pub(crate) async fn offline(door: AtDoor, Body(body): Body<OfflineBody>) -> Called<Recorded> {
    if !(1..=SCANS_MAX).contains(&body.scans.len()) {
        return Err(Trouble::malformed("/scans", "1 to 500 scans").into());
    }
    // All are read before the first is recorded.
    let told = body.scans.iter().enumerate();
    let told: Vec<Command> =
        told.map(|(nth, scan)| command(&door, nth, scan)).collect::<Result<_, _>>()?;
    let mut scans = Vec::with_capacity(told.len());
    // One after the other: the order of the device is the order of the log.
    for (scan, command) in body.scans.iter().zip(told) {
        let key = door.request_key(&Method::POST, "offline", &scan.nonce);
        let entry = door.ask(key, AnyCommand::Admission(command)).await?;
        let recorded = admission::scan_in(&entry).ok_or(Trouble::Bug)?;
        let dispute = dispute_name(recorded);
        scans.push(RecordedScan { nonce: scan.nonce.clone(), seq: entry.seq, dispute });
    }
    let disputed = scans.iter().filter(|scan| scan.dispute.is_some()).count();
    let (device, count) = (door.device.0, scans.len());
    tracing::info!(device, scans = count, disputed, "a door was without the box");
    ok(Recorded { scans })
}

fn command(door: &AtDoor, nth: usize, scan: &OfflineScan) -> Result<Command, Trouble> {
    let sound = |nonce: &str| (1..=NONCE_BYTES_MAX).contains(&nonce.len());
    let malformed = |field: &str, reason: &str| {
        Err(Trouble::malformed(format!("/scans/{nth}/{field}"), reason.to_owned()))
    };
    if !sound(&scan.nonce) {
        return malformed("nonce", "1 to 128 bytes");
    }
    if scan.attempt.as_deref().is_some_and(|attempt| !sound(attempt)) {
        return malformed("attempt", "1 to 128 bytes");
    }
    let Some(at) = moment(&scan.at) else {
        return malformed("at", "no moment of RFC 3339");
    };
    let direction = match scan.direction {
        Way::In => Direction::In,
        Way::Out => Direction::Out,
    };
    let payload = payload(&scan.code);
    let asked = |nonce: &str| door.scan_key(nonce, &payload, direction_name(direction));
    let attempt = scan.attempt.as_deref().and_then(asked);
    Ok(Command::Offline {
        device: door.device,
        payload,
        direction,
        went: match scan.went {
            Said::Go => Went::Go,
            Said::Stop => Went::Stop,
        },
        at,
        attempt,
    })
}

/// A moment of RFC 3339, and nothing else that a reader of times would understand.
fn moment(text: &str) -> Option<At> {
    let bytes = text.as_bytes();
    let shape = b"dddd-dd-ddTdd:dd:dd";
    let fits = |(sign, wanted): (&u8, &u8)| match wanted {
        b'd' => sign.is_ascii_digit(),
        b'T' => sign.eq_ignore_ascii_case(&b'T'),
        other => sign == other,
    };
    let zoned = bytes.get(shape.len()..).is_some_and(|rest| {
        rest.iter().all(|sign| sign.is_ascii_digit() || b".:+-Zz".contains(sign))
    });
    let shaped = zoned && bytes.iter().zip(shape).all(fits);
    let read: Option<jiff::Timestamp> = if shaped { text.parse().ok() } else { None };
    read.map(|read| At(read.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_rfc_3339_and_nothing_else() {
        assert_eq!(moment("1970-01-01T00:00:01.5Z"), Some(At(1_500)));
        assert_eq!(moment("1970-01-01t01:00:00+01:00"), Some(At(0)));
        for text in ["", "1970-01-01", "1970-01-01T00:00:00", "19700101T000000Z", "now"] {
            assert_eq!(moment(text), None, "{text}");
        }
        assert_eq!(moment("1970-01-01T00:00:00Z[UTC]"), None);
        assert_eq!(moment("1970-01-01 00:00:00Z"), None);
    }
}
