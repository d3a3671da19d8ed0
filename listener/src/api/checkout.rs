//! Paying for a cart: asked once, answered when the gateway has answered.
//!
//! A card that was not accepted leaves cart and seats as they are; no answer in time is 202 and
//! the box goes on asking. Never sees a card, only a token. Next: `payment.rs`.

use super::cart::{TicketBody, tickets};
use super::object::Object;
use super::problems::Paying;
use super::{Answer, Body, Called, Once};
use crate::payment::{Paid, Payment, pay};
use crate::request::CartHolder;
use crate::respond::Problem;
use crate::wording::Trouble;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use usher_rules::Refusal;
use usher_rules::cart::Buyer;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Checkout {
    #[schema(value_type = BuyerBody)]
    buyer: Object<BuyerBody>,
    /// Needed when there is something to pay.
    #[schema(value_type = Option<CardBody>)]
    #[serde(default)]
    card: Option<Object<CardBody>>,
    /// For the box office. Card numbers in it are masked.
    #[schema(max_length = 1_000)]
    #[serde(default)]
    note: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = Buyer)]
#[serde(deny_unknown_fields)]
pub(crate) struct BuyerBody {
    #[schema(max_length = 120)]
    name: String,
    #[schema(max_length = 254)]
    email: String,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = Card)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardBody {
    /// Single-use token from the processor's page.
    #[schema(max_length = 128)]
    token: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CheckedOut {
    order: Option<String>,
    #[schema(pattern = "^(completed|confirming)$")]
    state: &'static str,
    tickets: Vec<TicketBody>,
    /// Path of the page that shows it, and how it goes on.
    url: String,
}

/// Pays for a cart and makes its order.
#[utoipa::path(
    post,
    path = "/carts/{cart}/checkout",
    params(
        ("cart" = String, Path, pattern = "^[0-9]{1,5}-[0-9]{1,15}$"),
        ("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]([ -~]{0,126}[!-~])?$")
    ),
    request_body = Checkout,
    responses(
        (status = 200, body = CheckedOut),
        (status = 202, body = CheckedOut, description = "The gateway has not answered yet"),
        Paying
    ),
    security(("cart" = []), ("staff" = []))
)]
pub(crate) async fn checkout(
    holder: CartHolder,
    once: Once,
    Body(body): Body<Checkout>,
) -> Called<CheckedOut> {
    let Object(buyer) = body.buyer;
    let payment = Payment {
        buyer: Buyer { name: buyer.name, email: buyer.email, patron: None },
        token: body.card.map(|Object(card)| card.token).unwrap_or_default(),
        note: body.note.unwrap_or_default(),
        shown: None,
    };
    let paid = pay(&holder, holder.cart, payment, once.key(&holder)).await?;
    let handle = holder.handle();
    match paid {
        Paid::Sold(order) => {
            let tickets = tickets(handle, &holder.snapshot()?, order)?;
            let url = format!("/orders/{}", usher_ledger::view::order::address(handle, order));
            let order = Some(order.to_string());
            let done = CheckedOut { order, state: "completed", tickets, url };
            Ok(Answer(StatusCode::OK, done))
        }
        Paid::Confirming => {
            let address = usher_ledger::view::order::address_of_cart(handle, holder.cart);
            let url = format!("/orders/{address}");
            let open = CheckedOut { order: None, state: "confirming", tickets: Vec::new(), url };
            Ok(Answer(StatusCode::ACCEPTED, open))
        }
        Paid::Declined { until } => Err(Trouble::CardNotAccepted { until }.into()),
        Paid::SeatsGone { seats } => Err(seats_gone(&holder, seats)?),
    }
}

fn seats_gone(
    holder: &CartHolder,
    seats: Vec<usher_rules::id::SeatNo>,
) -> Result<Problem, Trouble> {
    let trouble = Trouble::Refused(Refusal::HoldLost { seats });
    let first = holder.row.lines.first().map(|line| line.performance);
    let snapshot = holder.snapshot()?;
    let staged = match first {
        Some(id) => snapshot.staged(id)?,
        None => None,
    };
    Ok(match staged {
        Some((_, drawn)) => Problem::at(&drawn)(trouble),
        None => trouble.into(),
    })
}
