//! Carts: opening one, and how it stands.
//!
//! The token that opening answers is computed from the box's key each time, never stored, and
//! opens this one cart and its order. Next: `api/hold.rs`.

use super::problems::{Looking, Opening};
use super::{Answer, Body, Called, Money, Once, ok};
use crate::request::{Anyone, CartHolder, opened};
use crate::state::Shop;
use crate::wording::{Trouble, cart_state, written};
use axum::http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use usher_ledger::handle::TokenKind;
use usher_ledger::{Handle, Snapshot, cart, checkout, write};
use usher_rules::cart::{Cart, Command, Event, Line, Place};
use usher_rules::fee::FeeLine;
use usher_rules::house::House;
use usher_rules::id::{CartId, OrderId};
use utoipa::ToSchema;

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
