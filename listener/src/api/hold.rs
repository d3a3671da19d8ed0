//! Seats into a cart and out of it: best seats, chosen seats, unreserved places, the check.
//!
//! Names of levels, categories and areas are looked up here; what may be taken is the rule's to
//! say. A repeat is answered from the entry that the first one made. Next: `api/checkout.rs`.

use super::object::Object;
use super::performance::{Shown, shown};
use super::problems::{GivingBack, Taking};
use super::{Body, Called, Count, Money, Once, cart, ok};
use crate::request::CartHolder;
use crate::respond::Problem;
use crate::wording::{Trouble, written};
use axum::extract::Path;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use usher_ledger::plan::Drawn;
use usher_ledger::{Snapshot, hold as held, write};
use usher_rules::cart::Place as Taken;
use usher_rules::hold::{self, Command, Event};
use usher_rules::house::House;
use usher_rules::id::{AreaNo, CategoryNo, LevelNo, SeatNo};
use usher_rules::plan::Plan;
use usher_rules::price::Places;
use usher_rules::seat::Verdict;
use usher_rules::{Entry, Refusal};
use utoipa::ToSchema;

/// Price levels named in one request.
const PLACES_MAX: usize = 20;
/// Seats named in one request.
const SEATS_MAX: usize = 20;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BestSeats {
    #[schema(pattern = "^[0-9]{1,5}-[0-9]{1,15}$")]
    performance: String,
    /// How many at which price level; everybody counts, wheelchair users and companions too.
    #[schema(value_type = Vec<PlacesBody>, min_items = 1, max_items = 20)]
    places: Vec<Object<PlacesBody>>,
    /// Id or exact name; any when left out.
    #[schema(max_length = 200)]
    #[serde(default)]
    category: Option<String>,
    /// Parts of two or more, when the party cannot sit together.
    #[serde(default)]
    allow_split: Option<bool>,
    /// Wheelchair places among them.
    #[schema(value_type = Option<u8>, maximum = 20)]
    #[serde(default)]
    wheelchair: Option<Count>,
    /// Companions beside them.
    #[schema(value_type = Option<u8>, maximum = 20)]
    #[serde(default)]
    companions: Option<Count>,
    /// Id or exact name of a general-admission area: unreserved places there.
    #[schema(max_length = 200)]
    #[serde(default)]
    area: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = Places)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlacesBody {
    /// Id or exact name.
    #[schema(min_length = 1, max_length = 200)]
    level: String,
    #[schema(value_type = u8, minimum = 1, maximum = 20)]
    count: Count,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChosenSeats {
    #[schema(pattern = "^[0-9]{1,5}-[0-9]{1,15}$")]
    performance: String,
    /// Guids.
    #[schema(min_items = 1, max_items = 20)]
    seats: Vec<String>,
    /// Id or exact name.
    #[schema(min_length = 1, max_length = 200)]
    level: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SeatsHeld {
    /// Guids; empty for unreserved places.
    seats: Vec<String>,
    /// How many places were taken.
    places: u32,
    /// Which rung of the ladder found them; none for seats that were chosen.
    #[schema(pattern = "^R[1-5]$")]
    rung: Option<&'static str>,
    #[schema(format = DateTime)]
    expires_at: String,
    /// What is to pay for the cart now.
    total: Money,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Judged {
    /// `Ok`, or the name of the refusal that taking them would meet.
    verdict: &'static str,
    /// It leaves a single seat, and every other way would too.
    unavoidable: bool,
    /// Seats that would be left alone, or that are taken.
    seats: Vec<String>,
    /// Whole selections that would do.
    suggestions: Vec<Vec<String>>,
}

/// Takes the best seats for a party, or unreserved places of an area.
#[utoipa::path(
    post,
    path = "/carts/{cart}/best-seats",
    params(
        ("cart" = String, Path, pattern = "^[0-9]{1,5}-[0-9]{1,15}$"),
        ("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]([ -~]{0,126}[!-~])?$")
    ),
    request_body = BestSeats,
    responses((status = 200, body = SeatsHeld), Taking),
    security(("cart" = []), ("staff" = []))
)]
pub(crate) async fn best_seats(
    holder: CartHolder,
    once: Once,
    Body(body): Body<BestSeats>,
) -> Called<SeatsHeld> {
    let snapshot = holder.snapshot()?;
    let shown = shown(&snapshot, &body.performance)?;
    let house = write::house(&snapshot).map_err(Trouble::from)?;
    let places = places(&house, &body.places)?;
    let command = best(&holder, &shown, &body, places)?;
    drop(snapshot);
    take(&holder, &once, &shown, command).await
}

fn best(
    holder: &CartHolder,
    shown: &Shown,
    body: &BestSeats,
    places: Vec<Places>,
) -> Result<Command, Trouble> {
    let (cart, performance) = (holder.cart, shown.id);
    let plan = &shown.drawn.plan;
    if let Some(area) = &body.area {
        let area = area_no(plan, area)?;
        return Ok(Command::Area { cart, performance, area, places });
    }
    let wheelchair = body.wheelchair.unwrap_or_default().0;
    let companions = body.companions.unwrap_or_default().0;
    let party: u32 = places.iter().map(|place| u32::from(place.count)).sum();
    if u32::from(wheelchair) + u32::from(companions) > party {
        let reason = "more wheelchair places and companions than places";
        return Err(Trouble::malformed("/wheelchair", reason));
    }
    let category = match &body.category {
        Some(category) => Some(category_no(plan, category)?),
        None => None,
    };
    Ok(Command::Best {
        cart,
        performance,
        places,
        category,
        zone: None,
        wheelchair,
        companions,
        allow_split: body.allow_split.unwrap_or(false),
        // One tick box: who accepts to sit apart accepts what a party of two needs for that.
        allow_alone: body.allow_split.unwrap_or(false),
    })
}

/// Takes seats that were chosen.
#[utoipa::path(
    post,
    path = "/carts/{cart}/seats",
    params(
        ("cart" = String, Path, pattern = "^[0-9]{1,5}-[0-9]{1,15}$"),
        ("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]([ -~]{0,126}[!-~])?$")
    ),
    request_body = ChosenSeats,
    responses((status = 200, body = SeatsHeld), Taking),
    security(("cart" = []), ("staff" = []))
)]
pub(crate) async fn seats(
    holder: CartHolder,
    once: Once,
    Body(body): Body<ChosenSeats>,
) -> Called<SeatsHeld> {
    let snapshot = holder.snapshot()?;
    let shown = shown(&snapshot, &body.performance)?;
    let house = write::house(&snapshot).map_err(Trouble::from)?;
    let seats = seat_nos(&shown.drawn.plan, &body.seats)?;
    let count = u8::try_from(seats.len()).map_err(|_| Trouble::malformed("/seats", "too many"))?;
    let places = vec![Places { level: level_no(&house, &body.level, "/level")?, count }];
    let command = Command::Seats { cart: holder.cart, performance: shown.id, seats, places };
    drop(snapshot);
    take(&holder, &once, &shown, command).await
}

async fn take(
    holder: &CartHolder,
    once: &Once,
    shown: &Shown,
    command: Command,
) -> Called<SeatsHeld> {
    let asked = holder.ask(once.key(holder), usher_rules::Command::Hold(command)).await;
    let entry = asked.map_err(Problem::at(&shown.drawn))?;
    ok(answer(holder, &shown.drawn.plan, &entry)?)
}

fn answer(holder: &CartHolder, plan: &Plan, entry: &Entry) -> Result<SeatsHeld, Trouble> {
    let taken = entry.events.iter().find_map(|event| {
        if let usher_rules::Event::Hold(Event::Held { until, lines, rung, .. }) = event {
            Some((*until, lines, *rung))
        } else {
            None
        }
    });
    let (until, lines, rung) = taken.ok_or(Trouble::Bug)?;
    let seats = lines.iter().filter_map(|line| match line.place {
        Taken::Seat(no) => plan.seat_at(no).map(|seat| seat.guid.clone()),
        Taken::Area(_) => None,
    });
    let row = usher_ledger::cart::get(&holder.snapshot()?, holder.cart)?;
    let total = row.map(|row| row.total()).unwrap_or_default();
    Ok(SeatsHeld {
        seats: seats.collect(),
        places: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        rung: rung.map(|rung| rung.name()),
        expires_at: written(until),
        total: Money::new(holder.shop(), total),
    })
}

/// Judges a selection; nothing is taken.
#[utoipa::path(
    post,
    path = "/carts/{cart}/seats/check",
    params(
        ("cart" = String, Path, pattern = "^[0-9]{1,5}-[0-9]{1,15}$"),
        ("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]([ -~]{0,126}[!-~])?$")
    ),
    request_body = ChosenSeats,
    responses((status = 200, body = Judged), Taking),
    security(("cart" = []), ("staff" = []))
)]
pub(crate) async fn check(
    holder: CartHolder,
    // Nothing changes, so a repeat is judged afresh; a key that is no key is still refused.
    _once: Once,
    Body(body): Body<ChosenSeats>,
) -> Called<Judged> {
    let snapshot = holder.snapshot()?;
    let shown = shown(&snapshot, &body.performance)?;
    let house = write::house(&snapshot).map_err(Trouble::from)?;
    level_no(&house, &body.level, "/level")?;
    let seats = seat_nos(&shown.drawn.plan, &body.seats)?;
    let loaded = held::look(&snapshot, snapshot.plans(), holder.cart, shown.id);
    let loaded = loaded.map_err(Trouble::from)?;
    let verdict = hold::check(&loaded.facts(), &seats, holder.now());
    ok(judged(&shown.drawn.plan, verdict)?)
}

fn judged(plan: &Plan, verdict: Result<Verdict, Refusal>) -> Result<Judged, Trouble> {
    let guids = |seats: &[SeatNo]| -> Vec<String> {
        let known = seats.iter().filter_map(|no| plan.seat_at(*no));
        known.map(|seat| seat.guid.clone()).collect()
    };
    let fine = |unavoidable| Judged {
        verdict: "Ok",
        unavoidable,
        seats: Vec::new(),
        suggestions: Vec::new(),
    };
    match verdict {
        Ok(Verdict::Ok) => Ok(fine(false)),
        Ok(Verdict::OkUnavoidable) => Ok(fine(true)),
        Ok(Verdict::LeavesSingle { seats, suggestions }) => Ok(Judged {
            verdict: "LeavesSingle",
            unavoidable: false,
            seats: guids(&seats),
            suggestions: suggestions.iter().map(|way| guids(way)).collect(),
        }),
        Err(Refusal::SeatTaken { seats }) => Ok(Judged {
            verdict: "SeatTaken",
            unavoidable: false,
            seats: guids(&seats),
            suggestions: Vec::new(),
        }),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Gives one seat back.
#[utoipa::path(
    delete,
    path = "/carts/{cart}/seats/{guid}",
    params(
        ("cart" = String, Path, pattern = "^[0-9]{1,5}-[0-9]{1,15}$"),
        ("guid" = String, Path, max_length = 200)
    ),
    responses((status = 200, body = cart::CartBody), GivingBack),
    security(("cart" = []), ("staff" = []))
)]
pub(crate) async fn give_back(
    holder: CartHolder,
    Path((_, guid)): Path<(String, String)>,
) -> Called<cart::CartBody> {
    let snapshot = holder.snapshot()?;
    let (line, drawn) = line_of(&snapshot, &holder, &guid)?;
    drop(snapshot);
    let command = Command::Release { cart: holder.cart, lines: vec![line] };
    let asked = holder.ask(None, usher_rules::Command::Hold(command)).await;
    asked.map_err(Problem::at(&drawn))?;
    let snapshot = holder.snapshot()?;
    let row = usher_ledger::cart::get(&snapshot, holder.cart).map_err(Trouble::from)?;
    let row = row.ok_or_else(Trouble::not_found)?;
    ok(cart::body(holder.shop(), holder.handle(), &snapshot, holder.cart, &row)?)
}

fn line_of(
    snapshot: &Snapshot,
    holder: &CartHolder,
    guid: &str,
) -> Result<(u16, Arc<Drawn>), Trouble> {
    for line in &holder.row.lines {
        let Taken::Seat(no) = line.place else { continue };
        let Some((_, drawn)) = snapshot.staged(line.performance)? else { continue };
        if drawn.plan.seat_no(guid) == Some(no) {
            return Ok((line.no, drawn));
        }
    }
    Err(Trouble::not_found())
}

fn places(house: &House, asked: &[Object<PlacesBody>]) -> Result<Vec<Places>, Trouble> {
    if asked.is_empty() || asked.len() > PLACES_MAX {
        return Err(Trouble::malformed("/places", "1 to 20 entries"));
    }
    let mut places = Vec::with_capacity(asked.len());
    for (index, Object(place)) in asked.iter().enumerate() {
        if !(1..=20).contains(&place.count.0) {
            return Err(Trouble::malformed(format!("/places/{index}/count"), "1 to 20"));
        }
        let level = level_no(house, &place.level, &format!("/places/{index}/level"))?;
        places.push(Places { level, count: place.count.0 });
    }
    Ok(places)
}

/// By id, else by exact name.
fn level_no(house: &House, asked: &str, field: &str) -> Result<LevelNo, Trouble> {
    let by_id = house.levels.iter().find(|level| level.no.0.to_string() == asked);
    let found = by_id.or_else(|| house.levels.iter().find(|level| level.name == asked));
    found.map(|level| level.no).ok_or_else(|| Trouble::malformed(field, "no such price level"))
}

fn category_no(plan: &Plan, asked: &str) -> Result<CategoryNo, Trouble> {
    let all = || plan.category_nos().zip(&plan.categories);
    let by_id = all().find(|(no, _)| no.0.to_string() == asked);
    let found = by_id.or_else(|| all().find(|(_, category)| category.name == asked));
    found.map(|(no, _)| no).ok_or_else(|| Trouble::malformed("/category", "no such category"))
}

fn area_no(plan: &Plan, asked: &str) -> Result<AreaNo, Trouble> {
    let all = || plan.area_nos().zip(&plan.areas);
    let by_id = all().find(|(no, _)| no.0.to_string() == asked);
    let found = by_id.or_else(|| all().find(|(_, area)| area.name == asked));
    found.map(|(no, _)| no).ok_or_else(|| Trouble::malformed("/area", "no such area"))
}

fn seat_nos(plan: &Plan, guids: &[String]) -> Result<Vec<SeatNo>, Trouble> {
    if guids.is_empty() || guids.len() > SEATS_MAX {
        return Err(Trouble::malformed("/seats", "1 to 20 seats"));
    }
    // A seat that this plan does not have is as unknown as a performance that is not there.
    let found = guids.iter().map(|guid| plan.seat_no(guid).ok_or_else(Trouble::not_found));
    found.collect()
}
