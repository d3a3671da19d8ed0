//! How many of what, and which seats: best seats on Enter, or the shop's map with staff's eyes.
//!
//! The first take opens the sale; a refusal is the same page at once, with what else could be had.
//! Looking takes nothing. Next: `sell/sale.rs`.

use super::{Cashier, Spot, counter, in_hand, till_of};
use crate::request::{opened, step};
use crate::respond;
use crate::shop::form::{Asked as Query, Fields, act};
use crate::shop::performance::{PICKS_MAX, chosen_where, places};
use crate::shop::seat::{best, levels, numbers, wanted};
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use usher_ledger::view::performance::{self, Asked, says};
use usher_rules::cart::{Cart, Command as CartCommand};
use usher_rules::hold::Command as Hold;
use usher_rules::id::{CartId, PerformanceId, TillNo};
use usher_rules::price::Places;
use usher_rules::view::desk::sell::Choice;
use usher_rules::view::seat_map::PartNo;
use usher_rules::{Command, Key, Refusal};
use usher_web::desk::sell as pages;
use usher_web::{Html, Templates, Words};

/// How the view is drawn: one of the pages, or a part of one.
type Draw = fn(&Templates, &Choice, &Words) -> Html;

pub async fn page(staff: Cashier, spot: Spot, query: Query) -> Result<Response, Trouble> {
    shown(&staff, &spot, query, pages::choice)
}

pub async fn seats(staff: Cashier, spot: Spot, query: Query) -> Result<Response, Trouble> {
    shown(&staff, &spot, query, pages::seats)
}

/// The map alone, for the page's script.
pub async fn map(staff: Cashier, spot: Spot, query: Query) -> Result<Response, Trouble> {
    shown(&staff, &spot, query, pages::map_fragment)
}

/// The chosen seats alone, judged, for the page's script.
pub async fn chosen(staff: Cashier, spot: Spot, query: Query) -> Result<Response, Trouble> {
    shown(&staff, &spot, query, pages::chosen_fragment)
}

fn shown(
    staff: &Cashier,
    spot: &Spot,
    Query(query): Query,
    draw: Draw,
) -> Result<Response, Trouble> {
    match Taking::begin(staff, spot)? {
        Some(taking) => taking.drawn(&taking.asked(&query), StatusCode::OK, draw),
        None => Ok(no_till()),
    }
}

/// The list says that a till must be opened first.
fn no_till() -> Response {
    respond::see_other("/desk/sell")
}

/// The house picks, or counts places where nothing is numbered.
pub async fn best_seats(staff: Cashier, spot: Spot, fields: Fields) -> Result<Response, Trouble> {
    let Some(mut taking) = Taking::begin(&staff, &spot)? else { return Ok(no_till()) };
    let asked = taking.asked(&fields);
    if let Err(refusal) = wanted(&asked.places) {
        return taking.refused(asked, refusal, pages::choice);
    }
    let places: Vec<Places> = asked.places.iter().copied().filter(|one| one.count > 0).collect();
    let (id, key) = (taking.id, staff.form_key(&fields.key()));
    let cart = taking.cart_to_fill(key).await?;
    taking.take(best(cart, id, places, &fields), key, asked, pages::choice).await
}

/// The cashier picked on the map.
pub async fn take(staff: Cashier, spot: Spot, fields: Fields) -> Result<Response, Trouble> {
    let Some(mut taking) = Taking::begin(&staff, &spot)? else { return Ok(no_till()) };
    let mut asked = taking.asked(&fields);
    asked.picks = fields.all("seat").take(PICKS_MAX).map(str::to_owned).collect();
    if asked.picks.is_empty() {
        return taking.refused(asked, Refusal::Malformed { field: "places" }, pages::seats);
    }
    let (performance, key) = (taking.id, staff.form_key(&fields.key()));
    let staged = staff.snapshot()?.staged(performance)?;
    let (_, drawn) = staged.ok_or_else(Trouble::not_found)?;
    let seats = numbers(&drawn.plan, &asked.picks)?;
    let places = levels(&fields, seats.len())?;
    let cart = taking.cart_to_fill(key).await?;
    let command = Hold::Seats { cart, performance, seats, places };
    taking.take(command, key, asked, pages::seats).await
}

/// A cashier before a performance, with the sale in hand.
struct Taking<'a> {
    staff: &'a Cashier,
    till: TillNo,
    id: PerformanceId,
    hand: Option<(CartId, Cart)>,
}

impl<'a> Taking<'a> {
    /// None without an open till.
    fn begin(staff: &'a Cashier, spot: &Spot) -> Result<Option<Taking<'a>>, Trouble> {
        let id = spot.performance.ok_or_else(Trouble::not_found)?;
        let snapshot = staff.snapshot()?;
        let Some(till) = till_of(staff, &snapshot)? else { return Ok(None) };
        let hand = in_hand(staff, &snapshot, spot.cart)?;
        Ok(Some(Taking { staff, till, id, hand }))
    }

    fn asked(&self, fields: &Fields) -> Asked {
        Asked {
            cart: self.hand.as_ref().map(|(cart, _)| *cart),
            seen: None,
            form_key: self.staff.shop().form_key(),
            places: places(fields),
            chosen: chosen_where(fields.text("where")),
            picks: fields.all("pick").take(PICKS_MAX).map(str::to_owned).collect(),
            part: fields.text("part").parse().ok().map(PartNo),
            refused: None,
            nothing_else: false,
            till: Some(self.till),
        }
    }

    /// The sale in hand, or a new one.
    async fn cart_to_fill(&mut self, key: Option<Key>) -> Result<CartId, Trouble> {
        if let Some((cart, _)) = &self.hand {
            return Ok(*cart);
        }
        let open = Command::Cart(CartCommand::OpenAtTill(self.till));
        let entry = self.staff.ask(step(key, "open"), open).await?;
        let cart = opened(&entry).ok_or(Trouble::Bug)?;
        let row = usher_ledger::cart::get(&self.staff.snapshot()?, cart)?;
        self.hand = row.map(|row| (cart, row));
        Ok(cart)
    }

    async fn take(
        &self,
        command: Hold,
        key: Option<Key>,
        asked: Asked,
        draw: Draw,
    ) -> Result<Response, Trouble> {
        let cart = command.cart();
        match self.staff.ask(act(key), Command::Hold(command)).await {
            Ok(_) => Ok(respond::see_other(&format!("/desk/sell/cart/{cart}"))),
            Err(Trouble::Refused(refusal)) if says(&refusal) => self.refused(asked, refusal, draw),
            Err(trouble) => Err(trouble),
        }
    }

    /// The same page with what the house said, under the status of the refusal.
    fn refused(&self, asked: Asked, refusal: Refusal, draw: Draw) -> Result<Response, Trouble> {
        let status = Trouble::Refused(refusal.clone()).status();
        let cart = self.hand.as_ref().map(|(cart, _)| *cart);
        self.drawn(&Asked { refused: Some(refusal), cart, ..asked }, status, draw)
    }

    fn drawn(&self, asked: &Asked, status: StatusCode, draw: Draw) -> Result<Response, Trouble> {
        let snapshot = self.staff.snapshot()?;
        let frame = self.staff.shop().frame(0);
        let tickets = performance::tickets(&snapshot, frame, self.id, asked)?;
        let view = Choice {
            counter: counter(self.staff, &snapshot, self.hand.as_ref(), "")?,
            tickets: tickets.ok_or_else(Trouble::not_found)?,
            not_on_sale: matches!(asked.refused, Some(Refusal::NotOnSale { .. })),
        };
        let look = self.staff.shop().look();
        Ok(respond::page_with(status, draw(&look.templates, &view, &look.words)))
    }
}
