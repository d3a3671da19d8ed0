//! What is on: performances, their prices and places left, and the state of every seat.
//!
//! Public, and hidden productions stay hidden. Seat states are the four public ones; only staff
//! hear who holds a seat and why (A6). Never decides whether a seat can be had. Next:
//! `api/cart.rs`.

use super::problems::{Finding, Listing};
use super::{Called, Money, checked_after, ok};
use crate::feed::seats::{Seen, Since, moved, since};
use crate::request::Anyone;
use crate::state::Shop;
use crate::token::Right;
use crate::wording::{Trouble, written};
use axum::extract::{Path, Query};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use usher_ledger::capacity::{Capacity, Left};
use usher_ledger::plan::Drawn;
use usher_ledger::stored::SeatRow;
use usher_ledger::{
    Fault, Snapshot, events, inventory, performance, production, source, tables, write,
};
use usher_rules::at::{At, Span};
use usher_rules::house::House;
use usher_rules::id::{PerformanceId, ProductionId, SeatNo};
use usher_rules::performance::{Performance, Sale, WEB_HOLD_CODE};
use usher_rules::plan::Plan;
use usher_rules::price;
use usher_rules::production::Production;
use utoipa::{IntoParams, ToSchema};

/// How far back a performance may have begun that is still shown.
const BEGUN: Span = Span::hours(24);

#[derive(Serialize, ToSchema)]
pub(crate) struct PerformanceList {
    performances: Vec<PerformanceGlance>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PerformanceGlance {
    id: String,
    /// The event's name in addresses.
    event: String,
    title: String,
    #[schema(format = DateTime)]
    starts_at: String,
    /// On sale on the web now.
    on_sale: bool,
    places_left: u32,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PerformanceWhole {
    #[serde(flatten)]
    glance: PerformanceGlance,
    #[schema(format = DateTime)]
    doors_open: String,
    levels: Vec<LevelBody>,
    categories: Vec<CategoryBody>,
    areas: Vec<AreaBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Level)]
pub(crate) struct LevelBody {
    id: String,
    name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Category)]
pub(crate) struct CategoryBody {
    id: String,
    name: String,
    /// By id of the level; a level that is not sold here is not there.
    prices: BTreeMap<String, Money>,
    places_left: u32,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Area)]
pub(crate) struct AreaBody {
    id: String,
    /// Its name.
    area: String,
    places_left: u32,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SeatList {
    /// Number of the entry up to which this holds; ask again after it.
    seq: u64,
    /// All seats instead of the changed ones: too much happened since.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reload: bool,
    seats: Vec<SeatBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Seat)]
pub(crate) struct SeatBody {
    guid: String,
    zone: String,
    row: String,
    number: String,
    category: String,
    #[schema(pattern = "^(free|held|sold|unavailable)$")]
    state: &'static str,
    /// Who holds it: for staff with the right to read or to the desk, and nobody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<HoldBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Hold)]
pub(crate) struct HoldBody {
    /// `W` for a cart on the web, else the letter that staff gave it.
    #[schema(pattern = "^[A-Z]$")]
    letter: String,
    /// The cart, of a web hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    cart: Option<String>,
    /// Why, of a staff hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct After {
    /// Only seats that changed after this number.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    after: Option<u64>,
}

/// Performances that are still to come or not over, soonest first.
#[utoipa::path(
    get,
    path = "/performances",
    responses((status = 200, body = PerformanceList), Listing)
)]
pub(crate) async fn list(anyone: Anyone) -> Called<PerformanceList> {
    let snapshot = anyone.snapshot()?;
    let now = anyone.now();
    ok(PerformanceList { performances: glances(&snapshot, now).map_err(Trouble::from)? })
}

fn glances(snapshot: &Snapshot, now: At) -> Result<Vec<PerformanceGlance>, Fault> {
    let house = write::house(snapshot)?;
    let mut productions: HashMap<ProductionId, Production> = HashMap::new();
    let mut found = Vec::new();
    for (id, row) in performance::starting(snapshot, now - BEGUN, At(i64::MAX))? {
        if row.last_admission <= now {
            continue;
        }
        let production = match productions.get(&row.production) {
            Some(production) => production.clone(),
            None => {
                let Some(read) = production::get(snapshot, row.production)? else { continue };
                productions.insert(row.production, read.clone());
                read
            }
        };
        if hidden(&row, &production) {
            continue;
        }
        let left = snapshot.capacity(row.plan)?.left(snapshot, id)?;
        found.push(glance(id, &row, &production, &house, &left, now));
    }
    Ok(found)
}

fn hidden(performance: &Performance, production: &Production) -> bool {
    performance.cancelled.is_some() || !production.on_web
}

fn glance(
    id: PerformanceId,
    performance: &Performance,
    production: &Production,
    house: &House,
    left: &Left,
    now: At,
) -> PerformanceGlance {
    PerformanceGlance {
        id: id.to_string(),
        event: production.slug.clone(),
        title: production.title.clone(),
        starts_at: written(performance.starts_at),
        on_sale: performance.sale(production, house, now) == Sale::Open,
        places_left: left.all().0,
    }
}

/// A performance that the public may see, with its production and plan.
pub(super) struct Shown {
    pub id: PerformanceId,
    pub performance: Performance,
    pub production: Production,
    pub drawn: Arc<Drawn>,
}

/// Finds it by the id as written; unknown and hidden are the same.
pub(super) fn shown(snapshot: &Snapshot, id: &str) -> Result<Shown, Trouble> {
    let found = staged(snapshot, id)?;
    if hidden(&found.performance, &found.production) {
        return Err(Trouble::not_found());
    }
    Ok(found)
}

/// Any performance, also one that the public does not see.
fn staged(snapshot: &Snapshot, id: &str) -> Result<Shown, Trouble> {
    let id: PerformanceId = id.parse().map_err(|()| Trouble::not_found())?;
    let (performance, drawn) = snapshot.staged(id)?.ok_or_else(Trouble::not_found)?;
    let production = production::get(snapshot, performance.production)?;
    Ok(Shown { id, performance, production: production.ok_or_else(Trouble::not_found)?, drawn })
}

/// One performance with its prices and places left.
#[utoipa::path(
    get,
    path = "/performances/{id}",
    params(("id" = String, Path, pattern = "^[0-9]{1,5}-[0-9]{1,15}$")),
    responses((status = 200, body = PerformanceWhole), Finding)
)]
pub(crate) async fn one(anyone: Anyone, id: Path<String>) -> Called<PerformanceWhole> {
    let snapshot = anyone.snapshot()?;
    let shown = shown(&snapshot, &id)?;
    let house = write::house(&snapshot).map_err(Trouble::from)?;
    let Shown { id, performance, production, drawn: _ } = &shown;
    let capacity = snapshot.capacity(performance.plan).map_err(Trouble::from)?;
    let left = capacity.left(&snapshot, *id).map_err(Trouble::from)?;
    let levels = house
        .levels
        .iter()
        .filter(|level| performance.prices.iter().any(|price| price.level == level.no));
    let levels =
        levels.map(|level| LevelBody { id: level.no.0.to_string(), name: level.name.clone() });
    ok(PerformanceWhole {
        glance: glance(*id, performance, production, &house, &left, anyone.now()),
        doors_open: written(performance.doors_open),
        levels: levels.collect(),
        categories: categories(anyone.shop(), performance, &house, &capacity, &left),
        areas: areas(&capacity, &left),
    })
}

fn categories(
    shop: &Shop,
    performance: &Performance,
    house: &House,
    capacity: &Capacity,
    left: &Left,
) -> Vec<CategoryBody> {
    let mut found = Vec::new();
    for (no, category) in capacity.category_nos().zip(&capacity.categories) {
        let prices = house.levels.iter().filter_map(|level| {
            let amount = price::of(&performance.prices, no, level.no)?;
            Some((level.no.0.to_string(), Money::new(shop, amount)))
        });
        let prices: BTreeMap<String, Money> = prices.collect();
        if prices.is_empty() || category.not_for_sale {
            continue;
        }
        let places_left = left.in_category(capacity, no);
        let (id, name) = (no.0.to_string(), category.name.clone());
        found.push(CategoryBody { id, name, prices, places_left });
    }
    found
}

fn areas(capacity: &Capacity, left: &Left) -> Vec<AreaBody> {
    let all = capacity.area_nos().zip(&capacity.areas);
    all.map(|(no, area)| AreaBody {
        id: no.0.to_string(),
        area: area.name.clone(),
        places_left: left.in_area(no).0,
    })
    .collect()
}

/// The state of every seat, or with `after` of those that changed.
#[utoipa::path(
    get,
    path = "/performances/{id}/seats",
    params(("id" = String, Path, pattern = "^[0-9]{1,5}-[0-9]{1,15}$"), After),
    responses((status = 200, body = SeatList), Finding)
)]
pub(crate) async fn seats(
    anyone: Anyone,
    id: Path<String>,
    after: Query<After>,
) -> Called<SeatList> {
    let snapshot = anyone.snapshot()?;
    let staff = anyone.has(&[Right::Read, Right::Desk])?;
    let shown = if staff { staged(&snapshot, &id)? } else { shown(&snapshot, &id)? };
    let plan = &shown.drawn.plan;
    let eye = Eye { snapshot: &snapshot, id: shown.id, plan, staff };
    let list = match checked_after(after.after)? {
        None => eye.all_seats(false),
        Some(after) => eye.changed_seats(after),
    };
    ok(list.map_err(Trouble::from)?)
}

/// Who looks at the seats of a performance.
struct Eye<'a> {
    snapshot: &'a Snapshot,
    id: PerformanceId,
    plan: &'a Plan,
    staff: bool,
}

impl Eye<'_> {
    fn all_seats(&self, reload: bool) -> Result<SeatList, Fault> {
        let (id, plan) = (self.id, self.plan);
        let seq = events::newest(self.snapshot)?;
        let keys = (id.0, 0)..=(id.0, u32::MAX);
        let rows = source::range(self.snapshot, tables::SEATS, keys, usize::MAX, |key, bytes| {
            Ok((SeatNo(key.1), usher_ledger::stored::row::<SeatRow>(bytes)?))
        })?;
        let taken: HashMap<SeatNo, SeatRow> = rows.into_iter().collect();
        let seats = plan.seat_nos().map(|no| {
            let row = taken.get(&no);
            SeatBody { hold: self.hold(row), ..body(plan, no, seen(plan, no, row)) }
        });
        Ok(SeatList { seq, reload, seats: seats.collect() })
    }

    fn changed_seats(&self, after: u64) -> Result<SeatList, Fault> {
        let (seq, entries) = match since(self.snapshot, self.id, after)? {
            Since::Changed { seq, entries } => (seq, entries),
            Since::Reload { .. } => return self.all_seats(true),
        };
        let mut changed = BTreeMap::new();
        for entry in &entries {
            let Some(moved) = moved(entry).remove(&self.id) else { continue };
            if moved.reload {
                return self.all_seats(true);
            }
            changed.extend(moved.seats);
        }
        let mut seats = Vec::with_capacity(changed.len());
        for (no, seen) in changed {
            if self.plan.seat_at(no).is_none() {
                continue;
            }
            let row = match self.staff {
                true => inventory::seat(self.snapshot, self.id, no)?,
                false => None,
            };
            seats.push(SeatBody { hold: self.hold(row.as_ref()), ..body(self.plan, no, seen) });
        }
        Ok(SeatList { seq, reload: false, seats })
    }

    /// What staff hear of a seat beside its state; the public hears nothing.
    fn hold(&self, row: Option<&SeatRow>) -> Option<HoldBody> {
        let (letter, cart, note) = match row.filter(|_| self.staff)? {
            SeatRow::Held(cart) => (WEB_HOLD_CODE, Some(cart.to_string()), None),
            SeatRow::StaffHold(hold) => {
                (hold.code, None, Some(hold.note.clone()).filter(|note| !note.is_empty()))
            }
            SeatRow::Sold(_) | SeatRow::Killed => return None,
        };
        Some(HoldBody { letter: letter.to_string(), cart, note })
    }
}

/// What the public may know of a seat.
fn seen(plan: &Plan, no: SeatNo, row: Option<&SeatRow>) -> Seen {
    match row {
        _ if !plan.for_sale(no) => Seen::Unavailable,
        None => Seen::Free,
        Some(SeatRow::Held(_)) => Seen::Held,
        Some(SeatRow::Sold(_)) => Seen::Sold,
        Some(SeatRow::Killed | SeatRow::StaffHold(_)) => Seen::Unavailable,
    }
}

fn body(plan: &Plan, no: SeatNo, seen: Seen) -> SeatBody {
    let seat = plan.seat(no);
    let category = plan.categories.get(usize::from(seat.category.0));
    SeatBody {
        guid: seat.guid.clone(),
        zone: plan.zone_of(no).name.clone(),
        row: seat.row.clone(),
        number: seat.number.clone(),
        category: category.map(|category| category.name.clone()).unwrap_or_default(),
        state: seen.name(),
        hold: None,
    }
}
