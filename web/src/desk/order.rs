//! Orders at the desk: the list with its search, and one order with what may be given back.
//!
//! Choosing tickets loads the page again with the amount; only then a button gives money back.
//! Forms below `/desk/orders/{order}`: `refund` and `exchange` (`key`, `ticket`…, `reason`,
//! `shown`; a refund without tickets pays back what is owed; an exchange may have `no_fee`),
//! `stop`, `decide` (`intent`, `charged`, `evidence`, `name`, `reason`). Next: `desk/sell/sale.rs`.

mod exchange;

use super::sell::Told;
use super::sell::sale::{self, REASON_CHARS_MAX};
use super::{around, journal, payment};
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::place;
use crate::time::business_date;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::fee::FeeLine;
use usher_rules::id::{OrderId, PerformanceId};
use usher_rules::money::Money;
use usher_rules::tender::State;
use usher_rules::view::desk::order::{
    AtPad, Chosen, Glance, Notice, Opened, Orders, Paid, Posting, Refund, Running, Ticket, Which,
};
use usher_rules::view::desk::pad::Stage;
use usher_rules::view::desk::payment::{How, Share};
use usher_rules::view::desk::sell::{Decider, Paying, Standing, Undecided};
use usher_rules::view::order::TicketState;
use usher_rules::view::venue::Frame;

pub fn list(templates: &Templates, view: &Orders, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let next = view.next.map(|order| match view.which {
        Which::Due => format!("/desk/orders?due=yes&before={order}"),
        Which::OwedBack => format!("/desk/orders?due=back&before={order}"),
        Which::All => {
            let find = crate::html::url_part(&view.find);
            format!("/desk/orders?find={find}&before={order}")
        }
    });
    let sum = view.sum.map(|sum| {
        let parts = [("count", sum.orders.into()), ("sum", pen.money(sum.amount).into())];
        pen.words.tell("orders-owing-sum", &parts)
    });
    let more = view
        .sum
        .filter(|sum| sum.more)
        .map(|sum| pen.words.tell("orders-owing-more", &[("count", sum.orders.into())]));
    let page = context! {
        find => &view.find,
        owing => view.which == Which::Due,
        owed_back => view.which == Which::OwedBack,
        sum,
        more,
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
    let pending = matches!(view.paid, Paid::Online { captured: false });
    let unpaid = pending.then(|| pen.say("refund-pending-body"));
    let here = address(view.glance.order);
    let page = context! {
        here_href => &here,
        cancellations => cancellations(&view.tickets),
        confirm_href => format!("/desk/confirm?onward={}", crate::html::url_part(&here)),
        running => view.running.as_ref().map(|one| running(&pen, one, &here)),
        payments => payment::payments(&pen, &view.payments),
        pay => view.pay.as_ref().map(|one| payment::pay(&pen, one, &view.form_key, "order")),
        back => owed_back(&pen, view),
        owes_back => view.balance < Money::ZERO,
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
        fees => view.fees.iter().map(|fee| fee_charged(&pen, fee)).collect::<Vec<_>>(),
        paid => paid(&pen, &view.paid),
        at_pad => view.at_pad.as_ref().and_then(|one| at_pad(&pen, one)),
        refunds => view.refunds.iter().map(|one| refund(&pen, one)).collect::<Vec<_>>(),
        postings => view.postings.iter().map(|one| posting(&pen, one)).collect::<Vec<_>>(),
        balance => pen.money(view.balance),
        posted => pen.money(view.postings.iter().map(|one| one.owed).sum()),
        choosable => view.may_refund && open && !pending,
        unpaid => unpaid.filter(|_| view.may_refund),
        chosen => view.chosen.as_ref().filter(|_| !pending).map(|one| chosen(&pen, one)),
        origin => view.origin.map(|one| exchange::came_from(&pen, one)),
        exchanges => view.exchanges.iter().map(|one| exchange::made(&pen, one)).collect::<Vec<_>>(),
        exchanging => view.exchanging.map(|cart| exchange::running(&pen, cart)),
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
        due => (one.due != Money::ZERO).then(|| pen.money(one.due)),
        until => payment::until(pen, one.until, one.overdue),
        overdue => one.overdue,
        back => (one.back != Money::ZERO).then(|| pen.money(one.back)),
    }
}

/// Where the refunds of its performances stand that do not take place: title and address.
fn cancellations(tickets: &[Ticket]) -> Vec<Value> {
    let mut seen: Vec<PerformanceId> = Vec::new();
    let mut found = Vec::new();
    for one in tickets {
        let Some(id) = one.cancelled.filter(|id| !seen.contains(id)) else { continue };
        seen.push(id);
        found.push(context! { title => &one.title, href => format!("/desk/cancellations/{id}") });
    }
    found
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
        TicketState::PerformanceCancelled => ("bad", "bar", pen.say("desk-ticket-off")),
        TicketState::Replaced { at: when, by } => {
            let args = [("when", pen.times.moment(when).into()), ("order", by.to_string().into())];
            ("bad", "bar", pen.words.tell("order-replaced", &args))
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
        Paid::Exchanged => pen.say("paid-exchanged"),
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

/// What a pad does with the money of an order, for a page that looks again each second.
pub fn told(templates: &Templates, frame: &Frame, running: &Running, words: &Words) -> Told {
    say(&Pen::new(templates, frame, words), running)
}

/// As for a sale; what differs is which way the money goes.
fn say(pen: &Pen<'_>, running: &Running) -> Told {
    let standing = &running.standing;
    let told = sale::say(pen, standing);
    if running.towards {
        return told;
    }
    if running.online {
        return say_online(pen, standing, told);
    }
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

/// Of money that goes back through the gateway: there is nothing to be done at a pad.
fn say_online(pen: &Pen<'_>, standing: &Standing, told: Told) -> Told {
    let (title, body) = match standing {
        Standing::Paying(Paying { amount, .. }) => {
            let amount = [("amount", pen.money(*amount).into())];
            (pen.say("refund-web-asked"), pen.words.tell("refund-web-asked-more", &amount))
        }
        Standing::Unknown { since, .. } => {
            let since = [("time", pen.times.seconds(*since).into())];
            (pen.say("refund-pad-unknown"), pen.words.tell("refund-web-unknown", &since))
        }
        Standing::Open { .. } | Standing::Undecided | Standing::Closed => {
            (told.title.clone(), told.body.clone())
        }
    };
    Told { title, body, ..told }
}

pub(super) fn running(pen: &Pen<'_>, one: &Running, here: &str) -> Value {
    let told = say(pen, one);
    let (customer, cash) = match one.towards {
        true => ("pad-unknown-customer", "pad-unknown-cash"),
        false => ("refund-unknown-customer", "refund-unknown-cash"),
    };
    context! {
        here,
        customer => pen.say(customer),
        cash => pen.say(cash),
        standing => told.standing,
        live => matches!(one.standing, Standing::Paying(_) | Standing::Unknown { .. }),
        told => sale::told_value(pen, &told),
        online => one.online,
        undecided => one.undecided.as_ref().map(|what| undecided(pen, what, one)),
    }
}

fn undecided(pen: &Pen<'_>, one: &Undecided, running: &Running) -> Value {
    let towards = running.towards;
    let args = [("amount", pen.money(one.amount).into()), ("pad", one.pad.as_str().into())];
    let one_of = |paid, back| if towards { paid } else { back };
    context! {
        title => pen.say(one_of("decide-title", "refund-decide-title")),
        body => pen.words.tell(match running.online {
            true => "refund-web-decide-body",
            false => one_of("due-decide-body", "refund-decide-body"),
        }, &args),
        look => pen.say(if running.online { "refund-web-decide-look" } else { "decide-look" }),
        evidence => pen.say(match running.online {
            true => "refund-web-decide-evidence",
            false => one_of("decide-evidence-hint", "refund-decide-evidence"),
        }),
        yes => pen.say(one_of("decide-charged", "refund-decide-back")),
        no => pen.say(match (towards, one.can_be_sold) {
            (true, true) => "decide-not-charged",
            (true, false) => "decide-given-back",
            (false, true) => "refund-decide-not",
            (false, false) if running.online => "refund-web-decide-undone",
            (false, false) => "refund-decide-undone",
        }),
        senior => pen.say(one_of("due-decide-senior", "refund-decide-senior")),
        facts => sale::known(pen, one),
        intent => sale::written(one.intent),
        stands => one.can_be_sold,
    }
}

/// How the newest refund or payment at a pad ended, as `{ kind, title, body }`.
pub(super) fn at_pad(pen: &Pen<'_>, one: &AtPad) -> Option<Value> {
    let (kind, id) = match one.state {
        State::Created
        | State::Sent
        | State::Approved
        | State::Unknown
        | State::NeedsOperator
        | State::Reversing => return None,
        State::Captured if one.towards => ("ok", "due-pad-done"),
        State::Declined if one.towards => ("stop", "due-pad-declined"),
        State::Cancelled if one.towards => ("stop", "due-pad-cancelled"),
        State::NotCharged | State::Reversed if one.towards => ("stop", "due-pad-not"),
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
        by => if one.overdue.is_some() { pen.say("overdue-by") } else { one.by.clone() },
        tickets => one.tickets,
        amount => pen.money(one.amount),
        reason => why(pen, one),
        to => match one.onward {
            None if one.overdue.is_some() => pen.say("overdue-kept"),
            Some(order) => {
                pen.words.tell("refund-to-order", &[("order", order.to_string().into())])
            }
            None => pen.say(if one.to_card { "refund-to-card" } else { "refund-to-cash" }),
        },
    }
}

/// Why it went back: as somebody typed it, or because it was not paid up.
fn why(pen: &Pen<'_>, one: &Refund) -> String {
    match one.overdue {
        Some(day) => {
            let day = pen.times.dated(business_date(day));
            pen.words.tell("overdue-why", &[("day", day.into())])
        }
        None => one.reason.clone(),
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

/// What is owed to the customer, and the act that comes first.
fn owed_back(pen: &Pen<'_>, view: &Opened) -> Option<Value> {
    let free = view.running.is_none() && view.exchanging.is_none();
    let first = view.owed_back.first().filter(|_| free)?;
    let amount: Money = view.owed_back.iter().map(|share| share.amount).sum();
    let refund = view.refunds.last().map(|one| (one.at, why(pen, one)));
    let exchange = view.exchanges.last().map(|one| (one.at, one.reason.clone()));
    Some(context! {
        title => pen.words.tell("back-title", &[("amount", pen.money(amount).into())]),
        body => pen.say("back-body"),
        onward => onward(pen, &view.owed_back),
        go => payment::act(pen, first),
        shown => first.amount.0,
        reason => refund.max(exchange).map(|(_, reason)| reason).unwrap_or_default(),
        may => view.may_refund,
    })
}

fn fee_charged(pen: &Pen<'_>, fee: &FeeLine) -> Value {
    context! { name => &fee.name, amount => pen.money(fee.amount.gross) }
}

/// What goes back to the order that its money came from, if something does.
fn onward(pen: &Pen<'_>, shares: &[Share]) -> Option<String> {
    let (order, amount) = shares.iter().find_map(|share| match &share.how {
        How::Order(order) => Some((order, share.amount)),
        How::Cash { .. } | How::Card { .. } | How::Online => None,
    })?;
    let args = [("amount", pen.money(amount).into()), ("order", order.to_string().into())];
    Some(pen.words.tell("refund-onward", &args))
}

/// What will happen, and to how many: asked once.
fn chosen(pen: &Pen<'_>, one: &Chosen) -> Value {
    // What goes on to another order does so by itself.
    let acts: Vec<&Share> =
        one.shares.iter().filter(|share| !matches!(share.how, How::Order(_))).collect();
    let several = acts.len() > 1;
    let id = match acts.first().map(|share| &share.how) {
        None if one.shares.is_empty() => "refund-ask-nothing",
        None => "refund-ask-onward",
        Some(How::Card { .. }) if several => "refund-ask-both",
        Some(How::Card { .. }) => "refund-ask-card",
        Some(How::Online) if several => "refund-ask-both",
        Some(How::Online) => "refund-ask-online",
        Some(How::Cash { .. } | How::Order(_)) => "refund-ask-cash",
    };
    let out = acts.iter().map(|share| share.amount).sum();
    let then: Vec<String> = acts.iter().skip(1).map(|share| payment::act(pen, share)).collect();
    let then = place::join(&then, pen.words);
    let parts = [("count", one.tickets.len().into()), ("amount", pen.money(out).into())];
    let worth = [("amount", pen.money(one.credit).into())];
    context! {
        words => pen.words.tell(id, &parts),
        onward => onward(pen, &one.shares),
        worth => pen.words.tell("exchange-worth", &worth),
        fees => one.fees.iter().map(|fee| exchange::fee(pen, fee)).collect::<Vec<_>>(),
        exchange_shown => one.worth.0,
        tickets => one.tickets.iter().map(ToString::to_string).collect::<Vec<_>>(),
        reason => &one.reason,
        shown => one.shares.first().map_or(0, |share| share.amount.0),
        go => match acts.first().filter(|_| several) {
            Some(share) => payment::act(pen, share),
            None => pen.say("refund-go"),
        },
        then => several.then(|| pen.words.tell("back-then", &[("acts", then.into())])),
    }
}

pub(super) fn notice(pen: &Pen<'_>, notice: &Notice) -> Value {
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
        Notice::CapturePending => stop("refund-pending-title", "refund-pending-body"),
        Notice::BatchClosing => stop("refund-closing-title", "refund-closing-body"),
        Notice::Running => stop("refund-running-title", "refund-running-body"),
        Notice::Exchanging => stop("exchange-running-title", "exchange-running-body"),
        Notice::NotPaid => stop("exchange-unpaid-title", "exchange-unpaid-body"),
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
        Notice::NotDue { due } => {
            let due = [("due", pen.money(*due).into())];
            (pen.say("due-wrong-title"), pen.words.tell("due-wrong-body", &due))
        }
        Notice::CashShort { due } => {
            let due = [("due", pen.money(*due).into())];
            (pen.say("cash-short"), pen.words.tell("due-short-body", &due))
        }
        Notice::CashTooMuch { max } => {
            let max = [("max", pen.money(*max).into())];
            (pen.say("cash-much"), pen.words.tell("cash-much-more", &max))
        }
        Notice::PadClosing => stop("batch-closing", "batch-closing-pay"),
        Notice::PadExchanged(what) => (pen.say("pad-exchanged"), sale::exchanged(pen, what)),
        Notice::PaidBefore => stop("due-before-title", "due-before-body"),
        Notice::Taken { amount, change } => return taken(pen, *amount, *change),
    };
    context! { kind => "stop", title, body }
}

fn taken(pen: &Pen<'_>, amount: Money, change: Money) -> Value {
    let title = pen.words.tell("due-taken", &[("amount", pen.money(amount).into())]);
    let body = match change {
        Money::ZERO => pen.say("due-taken-even"),
        change => pen.words.tell("due-taken-change", &[("change", pen.money(change).into())]),
    };
    context! { kind => "ok", title, body }
}
