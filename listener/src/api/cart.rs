//! Carts: opening one, how it stands, and the staff's list of all of them.
//!
//! The token that opening answers is computed from the box's key each time, never stored, and
//! opens this one cart and its order. Next: `api/hold.rs`.

use super::problems::{Looking, Opening, Reading};
use super::{Answer, Body, Called, Money, Once, ok};
use crate::request::{Anyone, CartHolder, Permitted, need, opened};
use crate::state::Shop;
use crate::wording::{Trouble, cart_state, cart_status, written};
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use usher_ledger::handle::TokenKind;
use usher_ledger::view::cart::deadline;
use usher_ledger::{Handle, Snapshot, cart, checkout, write};
use usher_rules::at::At;
use usher_rules::cart::{Cart, Command, Event, Line, Place, State};
use usher_rules::fee::FeeLine;
use usher_rules::house::House;
use usher_rules::id::{CartId, OrderId};
use utoipa::{IntoParams, ToSchema};

/// Carts listed in one answer.
const LIMIT_MAX: usize = 200;
const LIMIT: usize = 50;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenCart {
    /// Where the visitor came from; the first 100 characters are kept.
    #[serde(default)]
    source: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CartOpened {
    cart: String,
    /// Send it as `Authorization: Bearer` to act on this cart.
    token: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Cart)]
pub(crate) struct CartBody {
    cart: String,
    #[schema(pattern = "^(active|checking_out|confirming|completed|closed)$")]
    state: &'static str,
    /// When its seats go back, if nothing happens until then.
    #[schema(format = DateTime)]
    expires_at: String,
    /// Guids of its seats.
    seats: Vec<String>,
    /// Places in it, seats and unreserved ones.
    places: u32,
    lines: Vec<CartLine>,
    fees: Vec<FeeBody>,
    /// What is to pay.
    total: Money,
    /// The order it became.
    order: Option<String>,
    tickets: Vec<TicketBody>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CartLine {
    line: u16,
    performance: String,
    /// Guid; none for an unreserved place.
    seat: Option<String>,
    /// Name of the area of an unreserved place.
    area: Option<String>,
    level: String,
    category: String,
    price: Money,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Fee)]
pub(crate) struct FeeBody {
    name: String,
    count: u16,
    amount: Money,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ticket)]
pub(crate) struct TicketBody {
    ticket: String,
    performance: String,
    /// Guid; none for an unreserved place.
    seat: Option<String>,
    area: Option<String>,
    /// What the QR code says.
    code: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CartList {
    carts: Vec<CartGlance>,
    /// Ask again after this cart; missing when there is no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CartGlance {
    cart: String,
    #[schema(
        pattern = "^(Active|Completed|Checkout - Errors Processing Cart|Cart Closed - by patron|\
                        Cart Closed - by system|Cart Closed - Operator forced it closed)$"
    )]
    status: &'static str,
    /// Its patron is paying.
    checking_out: bool,
    /// Where it has or had places.
    performances: Vec<CartHold>,
    /// Seats and places it holds now, everywhere.
    seats: u32,
    /// When they go back, if nothing happens until then; none when it holds nothing.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Where the visitor came from.
    source: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CartHold {
    performance: String,
    /// Guids of the seats it holds now.
    seats: Vec<String>,
    /// Unreserved places it holds now.
    places: u32,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Only carts after this one.
    #[param(pattern = "^[0-9]{1,5}-[0-9]{1,15}$")]
    after: Option<String>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// Opens an empty cart and answers the token for it.
#[utoipa::path(
    post,
    path = "/carts",
    params(("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]([ -~]{0,126}[!-~])?$")),
    request_body = OpenCart,
    responses((status = 201, body = CartOpened), Opening)
)]
pub(crate) async fn open(
    anyone: Anyone,
    once: Once,
    headers: HeaderMap,
    Body(body): Body<OpenCart>,
) -> Called<CartOpened> {
    anyone.shop().rates().cart(anyone.known())?;
    let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let command = Command::Open {
        source: body.source.unwrap_or_default(),
        user_agent: user_agent.unwrap_or_default().to_owned(),
        session: None,
    };
    let entry = anyone.ask(once.key(&anyone), usher_rules::Command::Cart(command)).await?;
    let cart = opened(&entry).ok_or(Trouble::Bug)?;
    let until = entry.events.iter().find_map(|event| {
        if let usher_rules::Event::Cart(Event::Opened(_, row)) = event {
            Some(row.until)
        } else {
            None
        }
    });
    let opened = CartOpened {
        cart: cart.to_string(),
        token: anyone.handle().token(TokenKind::Cart, cart.0),
        expires_at: written(until.unwrap_or(entry.at)),
    };
    Ok(Answer(StatusCode::CREATED, opened))
}

/// Every cart there is, by id, with what it holds now.
#[utoipa::path(
    get,
    path = "/carts",
    params(Wanted),
    responses((status = 200, body = CartList), Reading),
    security(("staff" = []))
)]
pub(crate) async fn list(
    permitted: Permitted<need::Desk>,
    wanted: Query<Wanted>,
) -> Called<CartList> {
    let limit = wanted.limit.unwrap_or(LIMIT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Trouble::malformed("limit", "1 to 200").into());
    }
    let after: Option<CartId> = match wanted.after.as_deref() {
        None => None,
        Some(id) => Some(id.parse().map_err(|()| Trouble::malformed("after", "not an id"))?),
    };
    let snapshot = permitted.snapshot()?;
    let house = write::house(&snapshot).map_err(Trouble::from)?;
    let mut rows = cart::after(&snapshot, after, limit + 1).map_err(Trouble::from)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(id, _)| id.to_string());
    let glances = rows.iter().map(|(id, row)| {
        let seen = permitted.handle().seen(*id);
        glance(&snapshot, *id, row, deadline(&house, row, seen))
    });
    ok(CartList { carts: glances.collect::<Result<_, _>>()?, next })
}

fn glance(snapshot: &Snapshot, id: CartId, row: &Cart, until: At) -> Result<CartGlance, Trouble> {
    let mut performances: Vec<CartHold> = Vec::new();
    let held = cart::holding(snapshot, id, row)?;
    for line in &row.lines {
        let performance = line.performance.to_string();
        let known = performances.iter().position(|hold| hold.performance == performance);
        let at = known.unwrap_or(performances.len());
        if known.is_none() {
            performances.push(CartHold { performance, seats: Vec::new(), places: 0 });
        }
        let Some(hold) = performances.get_mut(at) else { continue };
        if !held.iter().any(|holding| holding.no == line.no) {
            continue;
        }
        match named(snapshot, line.performance, line.place)? {
            (Some(guid), _) => hold.seats.push(guid),
            (None, _) => hold.places += 1,
        }
    }
    Ok(CartGlance {
        cart: id.to_string(),
        status: cart_status(row.state),
        checking_out: row.state == State::CheckingOut,
        performances,
        seats: u32::try_from(held.len()).unwrap_or(u32::MAX),
        expires_at: (!held.is_empty()).then(|| written(until)),
        source: row.source.clone(),
    })
}

/// How a cart stands, and what became of its checkout.
#[utoipa::path(
    get,
    path = "/carts/{cart}",
    params(("cart" = String, Path, pattern = "^[0-9]{1,5}-[0-9]{1,15}$")),
    responses((status = 200, body = CartBody), Looking),
    security(("cart" = []), ("staff" = []))
)]
pub(crate) async fn show(holder: CartHolder) -> Called<CartBody> {
    let snapshot = holder.snapshot()?;
    let row = cart::get(&snapshot, holder.cart).map_err(Trouble::from)?;
    let row = row.ok_or_else(Trouble::not_found)?;
    ok(body(holder.shop(), holder.handle(), &snapshot, holder.cart, &row)?)
}

/// A cart as it is answered.
pub(super) fn body(
    shop: &Shop,
    handle: &Handle,
    snapshot: &Snapshot,
    id: CartId,
    row: &Cart,
) -> Result<CartBody, Trouble> {
    let house = write::house(snapshot)?;
    let mut lines = Vec::with_capacity(row.lines.len());
    for line in &row.lines {
        lines.push(cart_line(shop, snapshot, &house, line)?);
    }
    let tickets = match row.order {
        Some(order) => tickets(handle, snapshot, order)?,
        None => Vec::new(),
    };
    let until = if row.active().is_ok() {
        // The last visit counts, though it is not written down yet.
        let touched = handle.seen(id).map(|seen| seen + house.hold_time);
        touched.map_or(row.until, |touched| row.until.max(touched))
    } else {
        row.until
    };
    Ok(CartBody {
        cart: id.to_string(),
        state: cart_state(row.state),
        expires_at: written(until),
        seats: lines.iter().filter_map(|line| line.seat.clone()).collect(),
        places: u32::from(row.tickets()),
        lines,
        fees: row.fee_lines().iter().map(|fee| fee_body(shop, fee)).collect(),
        total: Money::new(shop, row.total()),
        order: row.order.map(|order| order.to_string()),
        tickets,
    })
}

fn cart_line(
    shop: &Shop,
    snapshot: &Snapshot,
    house: &House,
    line: &Line,
) -> Result<CartLine, Trouble> {
    let (seat, area) = named(snapshot, line.performance, line.place)?;
    let level = house.levels.iter().find(|level| level.no == line.level);
    let (_, drawn) = snapshot.staged(line.performance)?.ok_or(Trouble::Bug)?;
    let category = drawn.plan.categories.get(usize::from(line.category.0));
    Ok(CartLine {
        line: line.no,
        performance: line.performance.to_string(),
        seat,
        area,
        level: level.map(|level| level.name.clone()).unwrap_or_default(),
        category: category.map(|category| category.name.clone()).unwrap_or_default(),
        price: Money::new(shop, line.price.gross),
    })
}

fn fee_body(shop: &Shop, fee: &FeeLine) -> FeeBody {
    let amount = Money::new(shop, fee.amount.gross);
    FeeBody { name: fee.name.clone(), count: fee.count, amount }
}

/// Guid of a seat, or name of an area.
fn named(
    snapshot: &Snapshot,
    performance: usher_rules::id::PerformanceId,
    place: Place,
) -> Result<(Option<String>, Option<String>), Trouble> {
    let (_, drawn) = snapshot.staged(performance)?.ok_or(Trouble::Bug)?;
    Ok(match place {
        Place::Seat(no) => (drawn.plan.seat_at(no).map(|seat| seat.guid.clone()), None),
        Place::Area(no) => {
            let area = drawn.plan.areas.get(usize::from(no.0));
            (None, area.map(|area| area.name.clone()))
        }
    })
}

/// The tickets of an order with their codes, which are made for this answer and kept nowhere.
pub(super) fn tickets(
    handle: &Handle,
    snapshot: &Snapshot,
    order: OrderId,
) -> Result<Vec<TicketBody>, Trouble> {
    let row = checkout::order(snapshot, order)?.ok_or(Trouble::Bug)?;
    let mut found = Vec::with_capacity(row.tickets.len());
    for id in row.tickets {
        let Some(ticket) = checkout::ticket(snapshot, id)? else { continue };
        let (seat, area) = named(snapshot, ticket.performance, ticket.place)?;
        found.push(TicketBody {
            ticket: id.to_string(),
            performance: ticket.performance.to_string(),
            seat,
            area,
            code: handle.code(&ticket.code).unwrap_or_default(),
        });
    }
    Ok(found)
}
