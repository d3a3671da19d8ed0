//! `GET` and `POST /door`: the door phone, where a code or a ticket number is keyed in.
//!
//! Scans as the device whose token was traded, or as the network device that a member of staff
//! stands in for. The hidden key is the nonce of the scan, so a repeat is the same scan. A box
//! that cannot answer shows amber and never a refusal (trust 1). Next: `rules/admission.rs`.

use crate::request::{Staff, need, stands_for};
use crate::respond;
use crate::shop::form::{Asked, Fields};
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use usher_ledger::view::door::{Post, door};
use usher_rules::admission::{self, Direction as Way};
use usher_rules::view::door::{Direction, Plate, Reason, Signal};
use usher_rules::{Command, Refusal};

pub async fn page(staff: Staff<need::Door>, Asked(query): Asked) -> Result<Response, Trouble> {
    shown(&staff, direction(query.text("direction")), Scan::None)
}

pub async fn press(staff: Staff<need::Door>, fields: Fields) -> Result<Response, Trouble> {
    let direction = direction(fields.text("direction"));
    let device = stands_for(staff.shop(), staff.device, &staff.snapshot()?)?;
    let scan = admission::Command::Scan {
        device,
        payload: fields.text("code").trim().to_owned(),
        typed: true,
        direction: match direction {
            Direction::In => Way::In,
            Direction::Out => Way::Out,
            Direction::Check => Way::Check,
        },
        performance: None,
    };
    let key = staff.form_key(&fields.key());
    match staff.ask(key, Command::Admission(scan)).await {
        Ok(entry) => shown(&staff, direction, Scan::Made(entry.seq)),
        Err(Trouble::Busy) => shown(&staff, direction, Scan::Unanswered),
        Err(trouble) => Err(trouble),
    }
}

/// What came of the code just keyed in.
#[derive(Clone, Copy)]
enum Scan {
    None,
    Made(u64),
    Unanswered,
}

/// `in`, `out` or `check`; anything else reads as in, which lets nobody in twice.
fn direction(text: &str) -> Direction {
    match text {
        "out" => Direction::Out,
        "check" => Direction::Check,
        _ => Direction::In,
    }
}

fn shown(staff: &Staff<need::Door>, direction: Direction, scan: Scan) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let post = Post {
        device: stands_for(staff.shop(), staff.device, &snapshot)?,
        direction,
        last: match scan {
            Scan::Made(seq) => Some(seq),
            Scan::None | Scan::Unanswered => None,
        },
        form_key: staff.shop().form_key(),
    };
    let found = door(staff.handle(), &snapshot, staff.shop().frame(0), &post)?;
    let mut view = found.ok_or(Trouble::Refused(Refusal::DeviceUnknown))?;
    let mut status = StatusCode::OK;
    if matches!(scan, Scan::Unanswered) {
        status = StatusCode::SERVICE_UNAVAILABLE;
        view.last = Some(one_moment(staff));
    }
    let look = staff.shop().look();
    let html = usher_web::door::page(&look.templates, &view, &look.words);
    Ok(respond::page_with(status, html))
}

/// Amber: the box cannot say now.
fn one_moment(staff: &Staff<need::Door>) -> Plate {
    Plate {
        signal: Signal::Ask,
        reason: Reason::Busy,
        at: staff.now(),
        ticket: None,
        buyer_name: String::new(),
        level_name: String::new(),
        place: None,
        way: String::new(),
        title: String::new(),
        starts: None,
    }
}
