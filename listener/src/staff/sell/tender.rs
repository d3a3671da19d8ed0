//! Taking money for a sale: cash at once, a card at the till's pin pad, or part of it in cash and
//! the rest by card; and what a person says where nobody could find out.
//!
//! A card's payment begins when its intent is on disk, and its outcome is the store's word alone.
//! Never asks a terminal. Next: `pad.rs`, `rules/checkout/pad.rs`.

use super::patron::remember;
use super::sale::{address, over_already, payment, shown, sold_address};
use super::{Cashier, Spot, own_sale, sale_of, till_of};
use crate::pad::{Order, Wanted};
use crate::request::{Staff, need};
use crate::respond;
use crate::shop::form::{Fields, act};
use crate::staff::decision;
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use std::time::Duration;
use tokio::sync::oneshot;
use usher_ledger::view::desk::sell as view;
use usher_ledger::{cart, checkout, write};
use usher_rules::cart::{Buyer, Cart};
use usher_rules::checkout::{CASH_MINOR_MAX, Command as Checkout, Event as Happened};
use usher_rules::id::{CartId, OrderId, TillNo};
use usher_rules::money::Money;
use usher_rules::payment::Deposit;
use usher_rules::tender::exchanged::Exchanged;
use usher_rules::view::desk::sell::{Notice, Typed};
use usher_rules::{Command, Entry, Event, Key, Refusal};
use usher_web::money::Purse;
use usher_web::time::{business_day, read_day};

/// How long a pad's errand may take to write an intent down.
pub(in crate::staff) const BEGIN_MAX: Duration = Duration::from_secs(10);

/// A form of the tender: who buys, and what the cashier saw as due.
struct Form {
    typed: Typed,
    shown: Money,
}

impl Form {
    fn read(fields: &Fields, row: &Cart) -> Form {
        let text = |name: &str| fields.text(name).trim().to_owned();
        let buyer = match row.buyer.patron {
            Some(_) => row.buyer.clone(),
            None => Buyer { name: text("name"), email: text("email"), patron: None },
        };
        let remember = row.buyer.patron.is_none() && fields.text("remember") == "yes";
        let shown = fields.text("shown").parse().map_or_else(|_| row.due(), Money);
        let (given, part, due) = (text("given"), text("part"), text("due"));
        let later = fields.text("later") == "yes";
        let typed = Typed { buyer, remember, given, part, due, later, ..Typed::default() };
        Form { typed, shown }
    }

    /// The part that is to be paid now, if only a part is.
    fn deposit(&self, staff: &Cashier) -> Result<Option<Deposit>, Notice> {
        if self.typed.part.is_empty() {
            return Ok(None);
        }
        let amount = Purse::new(&staff.shop().venue().currency).read(&self.typed.part);
        let amount = amount.ok_or(Notice::PartWrong)?;
        let due = match self.typed.later {
            true => {
                let day = read_day(&self.typed.due).and_then(business_day);
                Some(day.ok_or(Notice::DueWrong)?)
            }
            false => None,
        };
        Ok(Some(Deposit { amount, due }))
    }

    /// What a card leaves to cash, or to a later payment.
    fn beside(&self, staff: &Cashier) -> Result<(Money, Option<Deposit>), Notice> {
        let deposit = self.deposit(staff)?;
        let cash = self.given(staff, Money::ZERO).ok_or(Notice::GivenUnread)?;
        match deposit {
            Some(_) if cash != Money::ZERO => Err(Notice::PartWrong),
            None if cash >= self.shown => Err(Notice::CashCoversAll),
            Some(_) | None => Ok((cash, deposit)),
        }
    }

    /// The cash that was typed; nothing typed is `else_`. None can be read in anything else.
    fn given(&self, staff: &Cashier, else_: Money) -> Option<Money> {
        match self.typed.given.as_str() {
            "" => Some(else_),
            typed => Purse::new(&staff.shop().venue().currency).read(typed),
        }
    }
}

/// Cash: order, tickets and money in one commit.
pub async fn cash(staff: Cashier, spot: Spot, fields: Fields) -> Result<Response, Trouble> {
    let id = spot.cart.ok_or_else(Trouble::not_found)?;
    let (row, _) = own_sale(&staff, &staff.snapshot()?, id)?;
    if !tendered(&staff, id, &row)? {
        return Ok(respond::see_other(&address(id)));
    }
    let form = Form::read(&fields, &row);
    let deposit = match form.deposit(&staff) {
        Ok(deposit) => deposit,
        Err(notice) => return unfit(&staff, id, form.typed, notice),
    };
    let due = deposit.map_or(form.shown, |deposit| deposit.amount);
    let Some(given) = form.given(&staff, due) else {
        return unfit(&staff, id, form.typed, Notice::GivenUnread);
    };
    if let Some(answer) = remembered(&staff, id, &fields, &form.typed).await? {
        return Ok(answer);
    }
    let buyer = form.typed.buyer.clone();
    let shown = form.shown;
    let cash = match deposit {
        Some(deposit) => Checkout::Deposit { cart: id, buyer, given, shown, deposit },
        None => Checkout::Cash { cart: id, buyer, given, shown },
    };
    let key = act(staff.form_key(&fields.key()));
    match staff.ask(key, Command::Checkout(cash)).await {
        Ok(entry) => {
            staff.handle().forget(id);
            let order = sold(&entry).ok_or(Trouble::Bug)?;
            Ok(respond::see_other(&sold_address(order)))
        }
        Err(trouble) => refused(&staff, id, form.typed, trouble),
    }
}

/// What was typed cannot be tendered so.
fn unfit(staff: &Cashier, id: CartId, typed: Typed, notice: Notice) -> Result<Response, Trouble> {
    shown(staff, id, StatusCode::UNPROCESSABLE_ENTITY, typed, Some(notice))
}

/// Can money be taken for it now? Not twice, and not while an older payment waits for a person.
fn tendered(staff: &Cashier, id: CartId, row: &Cart) -> Result<bool, Trouble> {
    let waits = view::undecided(&staff.snapshot()?, id, row)?.is_some();
    Ok(row.active().is_ok() && !waits)
}

fn sold(entry: &Entry) -> Option<OrderId> {
    entry.events.iter().find_map(|event| match event {
        Event::Checkout(Happened::Sold { id, .. }) => Some(*id),
        _ => None,
    })
}

/// A card: the pad's errand begins it, the page follows.
pub async fn card(staff: Cashier, spot: Spot, fields: Fields) -> Result<Response, Trouble> {
    let id = spot.cart.ok_or_else(Trouble::not_found)?;
    let snapshot = staff.snapshot()?;
    let (row, till) = own_sale(&staff, &snapshot, id)?;
    if !tendered(&staff, id, &row)? {
        return Ok(respond::see_other(&address(id)));
    }
    let form = Form::read(&fields, &row);
    let no = view::pad_of(&write::house(&snapshot)?, till);
    drop(snapshot);
    if let Some(answer) = remembered(&staff, id, &fields, &form.typed).await? {
        return Ok(answer);
    }
    let Some(desk) = no.and_then(|no| staff.shop().pad(no)) else {
        return silent(&staff, id, form.typed);
    };
    let (cash, deposit) = match form.beside(&staff) {
        Ok(beside) => beside,
        Err(notice) => return unfit(&staff, id, form.typed, notice),
    };
    let (reply, heard) = oneshot::channel();
    let keyed = fields.text("keyed") == "yes";
    if keyed && !desk.face.borrow().keyed {
        return silent(&staff, id, form.typed);
    }
    let (buyer, shown) = (form.typed.buyer.clone(), form.shown);
    let wanted = Wanted { cart: id, buyer, shown, cash, deposit, keyed };
    let pay = Order::Pay { by: staff.by().clone(), wanted, reply };
    if desk.orders.try_send(pay).is_err() {
        return silent(&staff, id, form.typed);
    }
    match tokio::time::timeout(BEGIN_MAX, heard).await {
        Ok(Ok(Ok(_))) => Ok(respond::see_other(&address(id))),
        Ok(Ok(Err(denied))) => refused(&staff, id, form.typed, denied.into()),
        Ok(Err(_)) | Err(_) => silent(&staff, id, form.typed),
    }
}

/// Keeps the buyer in the register if that is asked for; an answer if it cannot be.
async fn remembered(
    staff: &Cashier,
    id: CartId,
    fields: &Fields,
    typed: &Typed,
) -> Result<Option<Response>, Trouble> {
    if !typed.remember {
        return Ok(None);
    }
    if typed.buyer.name.is_empty() {
        let (status, notice) = (StatusCode::UNPROCESSABLE_ENTITY, Notice::RememberLacksName);
        return shown(staff, id, status, typed.clone(), Some(notice)).map(Some);
    }
    match remember(staff, id, fields.text("key"), &typed.buyer).await {
        Ok(_) => Ok(None),
        Err(trouble) => refused(staff, id, typed.clone(), trouble).map(Some),
    }
}

/// Nobody answered: if the payment was begun all the same, its page says how far it is.
fn silent(staff: &Cashier, id: CartId, typed: Typed) -> Result<Response, Trouble> {
    let row = cart::get(&staff.snapshot()?, id)?.ok_or_else(Trouble::not_found)?;
    if row.active().is_err() {
        return Ok(respond::see_other(&address(id)));
    }
    shown(staff, id, StatusCode::CONFLICT, typed, Some(Notice::PadSilent))
}

/// What the house said no to, on the page of the sale.
fn refused(
    staff: &Cashier,
    id: CartId,
    typed: Typed,
    trouble: Trouble,
) -> Result<Response, Trouble> {
    let mut status = trouble.status();
    let notice = match trouble {
        Trouble::Refused(Refusal::CashShort { due }) => Notice::CashShort { due },
        Trouble::Refused(Refusal::Malformed { field: "given" }) => {
            status = StatusCode::UNPROCESSABLE_ENTITY;
            Notice::CashTooMuch { max: Money(CASH_MINOR_MAX) }
        }
        Trouble::Refused(Refusal::Malformed { field: "deposit" }) => {
            status = StatusCode::UNPROCESSABLE_ENTITY;
            Notice::PartWrong
        }
        Trouble::Refused(Refusal::Malformed { field: "due" }) => {
            status = StatusCode::UNPROCESSABLE_ENTITY;
            Notice::DueWrong
        }
        Trouble::Refused(Refusal::PriceChanged { old, new }) => Notice::PriceChanged { old, new },
        Trouble::Refused(Refusal::MissingData { fields }) if fields.contains(&"booked-name") => {
            Notice::BookedLacksName
        }
        Trouble::Refused(Refusal::MissingData { fields }) => Notice::BuyerWrong { fields },
        Trouble::Refused(Refusal::HoldLost { .. }) => Notice::SeatsGone,
        Trouble::Refused(Refusal::NotOnSale { .. }) => Notice::PerformanceCancelled,
        Trouble::Refused(
            Refusal::TicketUsed { .. } | Refusal::OverRefund { .. } | Refusal::PerformanceOver,
        ) => Notice::ExchangeGone,
        Trouble::Refused(Refusal::TooManyAttempts { max }) => Notice::TooManyAttempts { max },
        Trouble::Refused(Refusal::PadBusy { till }) => {
            Notice::PadBusy { till: named(staff, till)? }
        }
        Trouble::Refused(Refusal::BatchClosing) => Notice::PadClosing,
        Trouble::Refused(Refusal::PadExchanged { listed, told }) => {
            Notice::PadExchanged(Exchanged { listed, told })
        }
        Trouble::Refused(Refusal::TillClosed) => return Ok(respond::see_other("/desk/sell")),
        other => return over_already(other, id),
    };
    shown(staff, id, status, typed, Some(notice))
}

fn named(staff: &Cashier, till: TillNo) -> Result<String, Trouble> {
    Ok(view::till(&staff.snapshot()?, till)?)
}

/// The cashier wants to stop. An approval on its way wins.
pub async fn stop(staff: Cashier, spot: Spot) -> Result<Response, Trouble> {
    let id = spot.cart.ok_or_else(Trouble::not_found)?;
    let snapshot = staff.snapshot()?;
    let (row, _) = own_sale(&staff, &snapshot, id)?;
    if let Some((key, no)) = payment(&snapshot, &row)?
        && let Some(desk) = staff.shop().pad(no)
    {
        // A full queue: the page stays as it is, and the button with it.
        let _ = desk.orders.try_send(Order::Abort(key));
    }
    Ok(respond::see_other(&address(id)))
}

/// What somebody senior saw on the terminal: kept with name and reason.
pub async fn decide(
    staff: Staff<need::Refund>,
    spot: Spot,
    fields: Fields,
) -> Result<Response, Trouble> {
    let id = spot.cart.ok_or_else(Trouble::not_found)?;
    let intent = intent_of(&staff, id, &fields)?;
    let (decide, typed) = decision::read(&fields, intent)?;
    let key = staff.form_key(&fields.key());
    let asked = staff.ask(key, Command::Checkout(Checkout::Pad(decide))).await;
    let notice = match asked {
        Ok(entry) => return decided(&staff, id, sold(&entry)),
        Err(Trouble::Refused(Refusal::MissingData { fields })) => Notice::DecisionLacks { fields },
        Err(Trouble::Refused(Refusal::Stale)) if decision::waits(&staff.snapshot()?, intent)? => {
            Notice::CannotBeSold
        }
        Err(Trouble::Refused(Refusal::Stale)) => return decided(&staff, id, None),
        Err(trouble) => return Err(trouble),
    };
    shown(&staff, id, StatusCode::UNPROCESSABLE_ENTITY, typed, Some(notice))
}

/// On to the order, back to the cashier's own sale, or to the list.
fn decided(
    staff: &Staff<need::Refund>,
    id: CartId,
    order: Option<OrderId>,
) -> Result<Response, Trouble> {
    if let Some(order) = order {
        return Ok(respond::see_other(&sold_address(order)));
    }
    let snapshot = staff.snapshot()?;
    let (_, till) = sale_of(&snapshot, id)?;
    let own = till_of(staff, &snapshot)? == Some(till);
    Ok(match own {
        true => respond::see_other(&address(id)),
        false => respond::see_other("/desk/sell"),
    })
}

/// The payment that a form names; it must be this sale's.
fn intent_of(staff: &Staff<need::Refund>, id: CartId, fields: &Fields) -> Result<Key, Trouble> {
    let snapshot = staff.snapshot()?;
    sale_of(&snapshot, id)?;
    let key = decision::named(fields)?;
    let row = checkout::intent(&snapshot, key)?.filter(|row| row.cart == id);
    row.map(|_| key).ok_or_else(Trouble::not_found)
}
