//! Orders at the desk: the list with its search, and one order with what may be given back.
//!
//! Choosing tickets loads the page again with the amount; only then a button gives money back.
//! Forms below `/desk/orders/{order}`: `refund` (`key`, `ticket`…, `reason`, `shown`), `stop`,
//! `decide` (`intent`, `charged`, `evidence`, `name`, `reason`). Next: `desk/sell/sale.rs`.

use super::sell::Told;
use super::sell::sale::{self, REASON_CHARS_MAX};
use super::{around, journal};
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::place;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::id::OrderId;
use usher_rules::money::Money;
use usher_rules::tender::State;
use usher_rules::view::desk::order::{
    AtPad, Chosen, Glance, Notice, Opened, Orders, Paid, Posting, Refund, Running, Ticket,
};
use usher_rules::view::desk::pad::Stage;
use usher_rules::view::desk::sell::{Decider, Paying, Standing, Undecided};
use usher_rules::view::order::TicketState;
use usher_rules::view::venue::Frame;

pub fn list(templates: &Templates, view: &Orders, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let next = view.next.map(|order| {
        let find = crate::html::url_part(&view.find);
        format!("/desk/orders?find={find}&before={order}")
    });
    let page = context! {
        find => &view.find,
        orders => view.found.iter().map(|one| glance(&pen, one)).collect::<Vec<_>>(),
        next,
        ..around(&pen, &view.around)
    };
    pen.page("desk-orders.html", &pen.say("orders-heading"), "orders", page)
}

pub fn page(templates: &Templates, view: &Opened, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let order = view.glance.order.to_string();
    let title = words.tell("desk-order-heading", &[("order", order.as_str().into())]);
    let open = view.tickets.iter().any(|ticket| ticket.refundable);
    let back = match view.paid {
        Paid::Online { .. } => Some(pen.say("refund-online-body")),
        Paid::Nothing | Paid::Cash { .. } | Paid::AtPad { .. } => None,
    };
    let here = address(view.glance.order);
    let page = context! {
        here_href => &here,
        confirm_href => format!("/desk/confirm?onward={}", crate::html::url_part(&here)),
        running => view.running.as_ref().map(|one| running(&pen, one)),
        decides => view.decider == Decider::Yes,
        proves => view.decider == Decider::ProveFirst,
        typed => context! {
            evidence => &view.typed.evidence,
            name => &view.typed.name,
            reason => &view.typed.reason,
        },
        reason_max => REASON_CHARS_MAX,
        order => glance(&pen, &view.glance),
        tickets => view.tickets.iter().map(|one| ticket(&pen, one)).collect::<Vec<_>>(),
        paid => paid(&pen, &view.paid),
        at_pad => view.at_pad.as_ref().and_then(|one| at_pad(&pen, one)),
        refunds => view.refunds.iter().map(|one| refund(&pen, one)).collect::<Vec<_>>(),
        postings => view.postings.iter().map(|one| posting(&pen, one)).collect::<Vec<_>>(),
        balance => pen.money(view.balance),
        posted => pen.money(view.postings.iter().map(|one| one.owed).sum()),
        refundable => view.may_refund && open && back.is_none(),
        online => back.filter(|_| view.may_refund),
        chosen => view.chosen.as_ref().map(|one| chosen(&pen, &view.paid, one)),
        key => &view.form_key,
        notice => view.notice.as_ref().map(|one| notice(&pen, one)),
        ..around(&pen, &view.around)
    };
    pen.page("desk-order.html", &title, "orders", page)
}

fn glance(pen: &Pen<'_>, one: &Glance) -> Value {
    context! {
        id => one.order.to_string(),
        placed => pen.times.moment(one.placed),
        buyer => &one.buyer,
        email => &one.email,
        tickets => one.tickets,
        total => pen.money(one.total),
        refunded => (one.refunded != Money::ZERO).then(|| pen.money(one.refunded)),
    }
}

fn ticket(pen: &Pen<'_>, one: &Ticket) -> Value {
    let at =
        |id: &str, name: &'static str, text: String| pen.words.tell(id, &[(name, text.into())]);
    let (mark, icon, state) = match one.state {
        TicketState::Valid => ("ok", "tick", pen.say("desk-ticket-valid")),
        TicketState::In { at: when } => {
            ("meh", "dot", at("order-in", "time", pen.times.clock(when)))
        }
        TicketState::Out { at: when } => {
            ("meh", "ring", at("order-out", "time", pen.times.clock(when)))
        }
        TicketState::Cancelled { at: when } => {
            ("bad", "bar", at("order-cancelled", "when", pen.times.moment(when)))
        }
        TicketState::Replaced { at: when } => {
            ("bad", "bar", at("order-replaced", "when", pen.times.moment(when)))
        }
    };
    let id = one.ticket.to_string();
    context! {
        label => pen.words.tell("desk-ticket-choose", &[("ticket", id.as_str().into())]),
        id,
        title => &one.title,
        starts => pen.times.moment(one.starts),
        place => place::line(&one.place, pen.words),
        level => &one.level_name,
        price => pen.money(one.price),
        mark,
        icon,
        state,
        refundable => one.refundable,
        chosen => one.chosen,
    }
}

fn paid(pen: &Pen<'_>, paid: &Paid) -> String {
    match paid {
        Paid::Nothing => pen.say("paid-nothing"),
        Paid::Cash { till } => pen.words.tell("paid-cash", &[("till", till.as_str().into())]),
        Paid::AtPad { pad, brand, last_four, approval } => {
            let parts = [
                ("pad", pad.as_str().into()),
                ("brand", brand.as_str().into()),
                ("last", last_four.as_str().into()),
                ("approval", approval.as_str().into()),
            ];
            pen.words.tell("paid-at-pad", &parts)
        }
        Paid::Online { captured: true } => pen.say("paid-online"),
        Paid::Online { captured: false } => pen.say("paid-online-pending"),
    }
}

/// Where an order stands.
pub(super) fn address(order: OrderId) -> String {
    format!("/desk/orders/{order}")
}

/// What a pad does that gives money back, for a page that looks again each second.
pub fn told(templates: &Templates, frame: &Frame, standing: &Standing, words: &Words) -> Told {
    say(&Pen::new(templates, frame, words), standing)
}

/// As for a sale; what differs is which way the money goes.
fn say(pen: &Pen<'_>, standing: &Standing) -> Told {
    let told = sale::say(pen, standing);
    let title = match standing {
        Standing::Unknown { .. } => pen.say("refund-pad-unknown"),
        Standing::Paying(_) | Standing::Open { .. } | Standing::Undecided | Standing::Closed => {
            told.title
        }
    };
    let body = match standing {
        Standing::Paying(Paying { amount, stage: Stage::Stopping | Stage::Reversing, .. }) => {
            let amount = [("amount", pen.money(*amount).into())];
            pen.words.tell("refund-pad-stopping", &amount)
        }
        Standing::Paying(_)
        | Standing::Unknown { .. }
        | Standing::Open { .. }
        | Standing::Undecided
        | Standing::Closed => told.body,
    };
    Told { title, body, ..told }
}

fn running(pen: &Pen<'_>, one: &Running) -> Value {
    let told = say(pen, &one.standing);
    context! {
        standing => told.standing,
        live => matches!(one.standing, Standing::Paying(_) | Standing::Unknown { .. }),
        told => sale::told_value(pen, &told),
        undecided => one.undecided.as_ref().map(|one| undecided(pen, one)),
    }
}

fn undecided(pen: &Pen<'_>, one: &Undecided) -> Value {
    let args = [("amount", pen.money(one.amount).into()), ("pad", one.pad.as_str().into())];
    context! {
        body => pen.words.tell("refund-decide-body", &args),
        facts => sale::known(pen, one),
        intent => sale::written(one.intent),
        stands => one.can_be_sold,
    }
}

/// How the newest refund at a pad ended, as `{ kind, title, body }`.
fn at_pad(pen: &Pen<'_>, one: &AtPad) -> Option<Value> {
    let (kind, id) = match one.state {
        State::Created
        | State::Sent
        | State::Approved
        | State::Unknown
        | State::NeedsOperator
        | State::Reversing => return None,
        State::Captured => ("ok", "refund-pad-done"),
        State::Declined => ("stop", "refund-pad-declined"),
        State::Cancelled => ("stop", "refund-pad-cancelled"),
        State::NotCharged | State::Reversed => ("stop", "refund-pad-not"),
    };
    let amount = pen.money(one.amount);
    let when = pen.times.moment(one.changed);
    let parts = [("amount", amount.into()), ("when", when.into())];
    Some(context! { kind, title => pen.words.tell(id, &parts), body => &one.why })
}

fn refund(pen: &Pen<'_>, one: &Refund) -> Value {
    context! {
        at => pen.times.moment(one.at),
        by => &one.by,
        tickets => one.tickets,
        amount => pen.money(one.amount),
        reason => &one.reason,
        to => pen.say(if one.to_card { "refund-to-card" } else { "refund-to-cash" }),
    }
}

fn posting(pen: &Pen<'_>, one: &Posting) -> Value {
    let lines = one.lines.iter().map(|(account, amount)| {
        context! { account => pen.say(journal::account(*account)), amount => pen.money(*amount) }
    });
    context! {
        at => pen.times.moment(one.at),
        cause => pen.say(journal::cause(one.cause)),
        lines => lines.collect::<Vec<_>>(),
        owed => pen.money(one.owed),
    }
}

/// What will happen, and to how many: asked once.
fn chosen(pen: &Pen<'_>, paid: &Paid, one: &Chosen) -> Value {
    let id = match paid {
        _ if one.amount == Money::ZERO => "refund-ask-nothing",
        Paid::AtPad { .. } => "refund-ask-card",
        Paid::Nothing | Paid::Cash { .. } | Paid::Online { .. } => "refund-ask-cash",
    };
    let amount = pen.money(one.amount);
    let parts = [("count", one.tickets.len().into()), ("amount", amount.into())];
    context! {
        words => pen.words.tell(id, &parts),
        tickets => one.tickets.iter().map(ToString::to_string).collect::<Vec<_>>(),
        reason => &one.reason,
        shown => one.amount.0,
    }
}

fn notice(pen: &Pen<'_>, notice: &Notice) -> Value {
    let stop = |title: &str, body: &str| (pen.say(title), pen.say(body));
    let (title, body) = match notice {
        Notice::NoneChosen => stop("refund-none-title", "refund-none-body"),
        Notice::Reason { max } => {
            let max = [("max", (*max).into())];
            (pen.say("refund-reason-title"), pen.words.tell("refund-reason-body", &max))
        }
        Notice::Over => stop("refund-over-title", "refund-over-body"),
        Notice::PerformanceOver => stop("refund-late-title", "refund-late-body"),
        Notice::Used => stop("refund-used-title", "refund-used-body"),
        Notice::PaidOnline => stop("refund-online-title", "refund-online-body"),
        Notice::Running => stop("refund-running-title", "refund-running-body"),
        Notice::NoTill => stop("refund-no-till-title", "refund-no-till-body"),
        Notice::DrawerShort { due } => {
            let due = [("due", pen.money(*due).into())];
            (pen.say("refund-drawer-title"), pen.words.tell("refund-drawer-body", &due))
        }
        Notice::PadBusy => stop("refund-pad-busy-title", "refund-pad-busy-body"),
        Notice::NoPad => stop("refund-no-pad-title", "refund-no-pad-body"),
        Notice::Changed => stop("refund-changed-title", "refund-changed-body"),
        Notice::DecisionLacks { fields } => (pen.say("decide-lacks"), sale::lacks(pen, fields)),
        Notice::GivenBefore => stop("refund-before-title", "refund-before-body"),
    };
    context! { kind => "stop", title, body }
}
