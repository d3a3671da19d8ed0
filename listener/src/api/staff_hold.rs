//! Staff holds: seats out of sale under a letter and a note, and back on sale (domain 5.1).
//!
//! All or none, and only free seats: a seat that a visitor holds stays theirs (A6). Also on
//! performances that the public does not see yet. Next: `rules/performance.rs`, which decides.

use super::problems::Keeping;
use super::{Body, Called, Once, ok};
use crate::request::{Permitted, need};
use crate::respond::Problem;
use crate::wording::Trouble;
use axum::extract::Path;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use usher_ledger::Snapshot;
use usher_ledger::plan::Drawn;
use usher_rules::id::{PerformanceId, SeatNo};
use usher_rules::performance::{Command, StaffHold};
use usher_rules::{Command as AnyCommand, Refusal};
use utoipa::ToSchema;

/// Seats named in one request: as many long guids as a body has room for.
const SEATS_MAX: usize = 200;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoldSeats {
    /// Guids.
    #[schema(min_items = 1, max_items = 200)]
    seats: Vec<String>,
    /// The letter on the staff's map; `W` is the web's own.
    #[schema(pattern = "^[A-VX-Z]$")]
    code: String,
    #[schema(max_length = 120)]
    #[serde(default)]
    note: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndHold {
    /// Guids.
    #[schema(min_items = 1, max_items = 200)]
    seats: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HoldChanged {
    /// Guids.
    seats: Vec<String>,
    /// Number of the entry that did it.
    seq: u64,
}

/// Takes free seats out of sale for the staff, all of them or none.
#[utoipa::path(
    post,
    path = "/performances/{id}/staff-holds",
    params(
        ("id" = String, Path, pattern = "^[0-9]{1,5}-[0-9]{1,15}$"),
        ("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]([ -~]{0,126}[!-~])?$")
    ),
    request_body = HoldSeats,
    responses((status = 200, body = HoldChanged), Keeping),
    security(("staff" = []))
)]
pub(crate) async fn hold(
    permitted: Permitted<need::Desk>,
    once: Once,
    id: Path<String>,
    Body(body): Body<HoldSeats>,
) -> Called<HoldChanged> {
    let named = Named::read(&permitted.snapshot()?, &id, body.seats)?;
    let mut letters = body.code.chars();
    let (Some(code), None) = (letters.next(), letters.next()) else {
        return Err(Trouble::malformed("/code", "one letter").into());
    };
    let hold = StaffHold { code, note: body.note.unwrap_or_default() };
    let hold = hold.checked().map_err(pointed)?;
    let (performance, seats) = (named.id, named.seats.clone());
    named.ask(&permitted, &once, Command::HoldForStaff { performance, seats, hold }).await
}

/// Puts seats that staff hold back on sale, all of them or none.
#[utoipa::path(
    post,
    path = "/performances/{id}/staff-holds/release",
    params(
        ("id" = String, Path, pattern = "^[0-9]{1,5}-[0-9]{1,15}$"),
        ("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]([ -~]{0,126}[!-~])?$")
    ),
    request_body = EndHold,
    responses((status = 200, body = HoldChanged), Keeping),
    security(("staff" = []))
)]
pub(crate) async fn release(
    permitted: Permitted<need::Desk>,
    once: Once,
    id: Path<String>,
    Body(body): Body<EndHold>,
) -> Called<HoldChanged> {
    let named = Named::read(&permitted.snapshot()?, &id, body.seats)?;
    let (performance, seats) = (named.id, named.seats.clone());
    named.ask(&permitted, &once, Command::EndStaffHold { performance, seats }).await
}

/// Seats of a performance as a request names them.
struct Named {
    id: PerformanceId,
    drawn: Arc<Drawn>,
    guids: Vec<String>,
    seats: Vec<SeatNo>,
}

impl Named {
    fn read(snapshot: &Snapshot, id: &str, guids: Vec<String>) -> Result<Named, Trouble> {
        let id: PerformanceId = id.parse().map_err(|()| Trouble::not_found())?;
        let (_, drawn) = snapshot.staged(id)?.ok_or_else(Trouble::not_found)?;
        if guids.is_empty() || guids.len() > SEATS_MAX {
            return Err(Trouble::malformed("/seats", "1 to 200 seats"));
        }
        let found = guids.iter().map(|guid| drawn.plan.seat_no(guid));
        let seats: Option<Vec<SeatNo>> = found.collect();
        Ok(Named { id, seats: seats.ok_or_else(Trouble::not_found)?, drawn, guids })
    }

    async fn ask(
        self,
        permitted: &Permitted<need::Desk>,
        once: &Once,
        command: Command,
    ) -> Called<HoldChanged> {
        let asked = permitted.ask(once.key(permitted), AnyCommand::Performance(command)).await;
        let entry = asked.map_err(Problem::at(&self.drawn))?;
        ok(HoldChanged { seats: self.guids, seq: entry.seq })
    }
}

/// Names the member of the body instead of the field of the command.
fn pointed(refusal: Refusal) -> Trouble {
    match refusal {
        Refusal::Malformed { field } => Trouble::malformed(format!("/{field}"), "not allowed here"),
        refusal => Trouble::Refused(refusal),
    }
}
