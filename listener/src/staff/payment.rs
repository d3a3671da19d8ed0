//! Payments towards an order that stands: cash at once, or a card at the till's pin pad.
//!
//! Pressed on the order's page, or on that of a sale of which a part was paid; whoever pressed
//! comes back there. A card's outcome is followed as a refund's is. Never asks a terminal. Next:
//! `refund.rs`, `rules/payment/towards.rs`.

use super::order::shown as order_page;
use super::sell::tender::BEGIN_MAX;
use super::sell::{sold, till_of};
use crate::pad::Order as ToPad;
use crate::request::{Need, Staff, need};
use crate::respond;
use crate::shop::form::{Fields, Named, act};
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use tokio::sync::oneshot;
use usher_ledger::view::desk::order::Asked;
use usher_ledger::view::desk::sell as view;
use usher_ledger::{Snapshot, checkout, exchange, payment, write};
use usher_rules::checkout::{CASH_MINOR_MAX, Command as Sale};
use usher_rules::id::OrderId;
use usher_rules::money::Money;
use usher_rules::order::Order;
use usher_rules::payment::{Command as Rule, Wanted};
use usher_rules::tender::exchanged::Exchanged;
use usher_rules::view::desk::order::Notice;
use usher_rules::view::desk::sell::PadHere;
use usher_rules::{Command, Refusal};
use usher_web::money::Purse;

type Cashier = Staff<need::SellAtCounter>;

/// A form of a payment: how much of what the page showed, and what was handed over.
struct Form {
    order: OrderId,
    amount: String,
    given: String,
    shown: Money,
    /// Pressed on the page of the sale.
    at_sale: bool,
}

impl Form {
    fn read(fields: &Fields, order: OrderId) -> Result<Form, Trouble> {
        let text = |name: &str| fields.text(name).trim().to_owned();
        let shown = fields.known("shown").map(Money)?;
        let at_sale = at_sale(fields);
        Ok(Form { order, amount: text("amount"), given: text("given"), shown, at_sale })
    }

    /// What was typed; nothing is all of `else_`, none cannot be read.
    fn money(staff: &Cashier, typed: &str, else_: Money) -> Option<Money> {
        match typed {
            "" => Some(else_),
            typed => Purse::new(&staff.shop().venue().currency).read(typed),
        }
    }

    fn wanted(&self, staff: &Cashier) -> Option<Wanted> {
        let amount = Form::money(staff, &self.amount, self.shown)?;
        Some(Wanted { order: self.order, amount, shown: self.shown })
    }

    fn told(
        self,
        staff: &Cashier,
        status: StatusCode,
        notice: Notice,
    ) -> Result<Response, Trouble> {
        let asked = Asked {
            notice: Some(notice),
            amount: self.amount,
            given: self.given,
            ..Asked::default()
        };
        match self.at_sale {
            true => sold::shown(staff, self.order, status, asked),
            false => order_page(staff, self.order, status, asked),
        }
    }
}

/// Was it pressed on the page of the sale, and not on the order's?
pub(super) fn at_sale(fields: &Fields) -> bool {
    fields.text("from") == "sale"
}

/// Where whoever pressed goes back to.
pub(super) fn back(id: OrderId, at_sale: bool) -> String {
    if at_sale { format!("/desk/sell/order/{id}") } else { format!("/desk/orders/{id}") }
}

/// Cash: in the drawer and off the balance in one commit.
pub async fn cash(
    staff: Cashier,
    Named(id): Named<OrderId>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let form = Form::read(&fields, id)?;
    let wanted = form.wanted(&staff);
    let given = wanted.as_ref().and_then(|one| Form::money(&staff, &form.given, one.amount));
    let (Some(wanted), Some(given)) = (wanted, given) else {
        let due = form.shown;
        return form.told(&staff, StatusCode::UNPROCESSABLE_ENTITY, Notice::NotDue { due });
    };
    let command = Command::Checkout(Sale::Payment(Rule::Cash { wanted, given }));
    match staff.ask(act(staff.form_key(&fields.key())), command).await {
        Ok(_) => Ok(respond::see_other(&format!("{}?taken=yes", back(id, form.at_sale)))),
        Err(trouble) => refused(&staff, form, trouble),
    }
}

/// A card: the pad's errand begins it, the page follows.
pub async fn card(
    staff: Cashier,
    Named(id): Named<OrderId>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let form = Form::read(&fields, id)?;
    let Some(wanted) = form.wanted(&staff) else {
        let due = form.shown;
        return form.told(&staff, StatusCode::UNPROCESSABLE_ENTITY, Notice::NotDue { due });
    };
    let snapshot = staff.snapshot()?;
    checkout::order(&snapshot, id)?.ok_or_else(Trouble::not_found)?;
    let Some(till) = till_of(&staff, &snapshot)? else {
        return form.told(&staff, StatusCode::CONFLICT, Notice::NoTill);
    };
    let no = view::pad_of(&write::house(&snapshot)?, till);
    drop(snapshot);
    let Some(desk) = no.and_then(|no| staff.shop().pad(no)) else {
        return form.told(&staff, StatusCode::CONFLICT, Notice::NoPad);
    };
    let (reply, heard) = oneshot::channel();
    let pay = ToPad::Towards { by: staff.by().clone(), wanted, reply };
    if desk.orders.try_send(pay).is_err() {
        return form.told(&staff, StatusCode::CONFLICT, Notice::NoPad);
    }
    match tokio::time::timeout(BEGIN_MAX, heard).await {
        Ok(Ok(Ok(_))) => Ok(respond::see_other(&back(id, form.at_sale))),
        Ok(Ok(Err(denied))) => refused(&staff, form, denied.into()),
        // If it was begun all the same, the page says how far it is.
        Ok(Err(_)) | Err(_) => form.told(&staff, StatusCode::CONFLICT, Notice::NoPad),
    }
}

/// What the house said no to, on the page it was pressed on.
fn refused(staff: &Cashier, form: Form, trouble: Trouble) -> Result<Response, Trouble> {
    let mut status = trouble.status();
    let notice = match trouble {
        Trouble::Refused(Refusal::CashShort { due }) => Notice::CashShort { due },
        Trouble::Refused(Refusal::Malformed { field: "given" }) => {
            status = StatusCode::UNPROCESSABLE_ENTITY;
            Notice::CashTooMuch { max: Money(CASH_MINOR_MAX) }
        }
        Trouble::Refused(Refusal::Malformed { field: "amount" }) => {
            status = StatusCode::UNPROCESSABLE_ENTITY;
            Notice::NotDue { due: form.shown }
        }
        Trouble::Refused(Refusal::PriceChanged { .. }) => Notice::Changed,
        Trouble::Refused(Refusal::RefundRunning) => Notice::Running,
        Trouble::Refused(Refusal::ExchangeRunning { .. }) => Notice::Exchanging,
        Trouble::Refused(Refusal::CapturePending) => Notice::CapturePending,
        Trouble::Refused(Refusal::TillClosed) => Notice::NoTill,
        Trouble::Refused(Refusal::PadBusy { .. }) => Notice::PadBusy,
        Trouble::Refused(Refusal::BatchClosing) => Notice::PadClosing,
        Trouble::Refused(Refusal::PadExchanged { listed, told }) => {
            Notice::PadExchanged(Exchanged { listed, told })
        }
        other => return Err(other),
    };
    form.told(staff, status, notice)
}

/// The pad beside who looks; none without a till of their own, and while something runs.
pub(super) fn pad_beside<N: Need>(
    staff: &Staff<N>,
    snapshot: &Snapshot,
    id: OrderId,
) -> Result<Option<PadHere>, Trouble> {
    if payment::running(snapshot, id)?.is_some() || exchange::running(snapshot, id)?.is_some() {
        return Ok(None);
    }
    let Some(till) = till_of(staff, snapshot)? else { return Ok(None) };
    let face = |no| staff.shop().pad(no).map(|desk| desk.face.borrow().clone());
    Ok(Some(view::pad_here(snapshot, till, face)?))
}

/// What the newest cash brought: for the page right after it.
pub(super) fn taken(row: &Order) -> Option<Notice> {
    let made = row.payments.as_ref()?.made.last()?;
    let change = made.given - made.amount;
    made.intent.is_none().then_some(Notice::Taken { amount: made.amount, change })
}
