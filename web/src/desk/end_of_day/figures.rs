//! The figures of an end of day as its pages show them, step by step.
//!
//! Everything comes from the run; nothing is added up here but what stands beside each other.
//! Next: `rules/end_of_day/run.rs`, `table.rs` for the same as a file.

use super::dated;
use crate::desk::journal::account;
use crate::layout::Pen;
use minijinja::{Value, context};
use usher_rules::batch::State;
use usher_rules::end_of_day::{
    Batch, Day, Earned, Kept, OpenTill, Paid, Receivable, Run, Sold, Tender, Till,
};
use usher_rules::money::Money;
use usher_rules::till::Takings;

pub(super) fn figures(pen: &Pen<'_>, run: &Run, is_now: bool) -> Value {
    let mut cashiers: Vec<Value> = run.tills.iter().flat_map(|till| by_till(pen, till)).collect();
    cashiers.extend(by_shop(pen, run));
    let batches = run.settled.iter().chain(&run.unsettled).map(|one| batch(pen, one));
    let debit: Money = run.accounts.iter().map(|kept| kept.debit).sum();
    let credit: Money = run.accounts.iter().map(|kept| kept.credit).sum();
    context! {
        since => since(pen, run, is_now),
        cut_off => moment(pen, run.cut_off),
        postings => pen.words.tell("end-of-day-postings", &[("count", count(run).into())]),
        cashiers,
        short => run.tills.iter().any(|till| till.counted != till.expected),
        open => run.open.iter().map(|till| open_till(pen, till)).collect::<Vec<_>>(),
        batches => batches.collect::<Vec<_>>(),
        deposits => deposits(pen, run),
        banked => pen.money(run.banked()),
        to_drawers => (run.to_drawers != Money::ZERO).then(|| to_drawers(pen, run)),
        days => run.days.iter().map(|one| day(pen, one)).collect::<Vec<_>>(),
        earned => run.earned.iter().map(|one| earned(pen, one)).collect::<Vec<_>>(),
        owed => owed(pen, &run.receivable),
        accounts => run.accounts.iter().map(|kept| kept_value(pen, kept)).collect::<Vec<_>>(),
        debit => pen.money(debit),
        credit => pen.money(credit),
    }
}

/// As words count: more than anybody reads is as many as can be told.
fn count(run: &Run) -> u32 {
    u32::try_from(run.postings).unwrap_or(u32::MAX)
}

/// With the year: it is for paper, too.
fn moment(pen: &Pen<'_>, at: usher_rules::at::At) -> String {
    let day = pen.times.dated(pen.times.date(at));
    pen.words.tell("moment", &[("day", day.into()), ("time", pen.times.clock(at).into())])
}

fn since(pen: &Pen<'_>, run: &Run, is_now: bool) -> String {
    let mut upto = moment(pen, run.cut_off);
    if is_now {
        upto = pen.words.tell("end-of-day-this-moment", &[("when", upto.into())]);
    }
    match run.since {
        None => pen.words.tell("end-of-day-first", &[("upto", upto.into())]),
        Some(at) => {
            let parts = [("since", moment(pen, at).into()), ("upto", upto.into())];
            pen.words.tell("end-of-day-since", &parts)
        }
    }
}

/// A till has a line for its drawer, and one for cards if any paid there.
fn by_till(pen: &Pen<'_>, till: &Till) -> Vec<Value> {
    let difference = till.counted - till.expected;
    let mut lines = vec![context! {
        cashier => &till.cashier,
        till => &till.till,
        sheet => till.session.to_string(),
        method => pen.say("tender-cash"),
        taken => takings(pen, till.cash),
        back => takings(pen, till.cash_back),
        expected => pen.money(till.expected),
        counted => pen.money(till.counted),
        difference => pen.money(difference),
        mark => if difference == Money::ZERO { "" } else { "meh" },
    }];
    if till.cards.count + till.cards_back.count > 0 {
        lines.push(context! {
            cashier => &till.cashier,
            till => &till.till,
            method => pen.say("end-of-day-cards"),
            taken => takings(pen, till.cards),
            back => takings(pen, till.cards_back),
            expected => pen.money(till.cards.sum - till.cards_back.sum),
        });
    }
    lines
}

/// The shop is a cashier, too; what the gateway told of its settled batches is its count.
fn by_shop(pen: &Pen<'_>, run: &Run) -> Option<Value> {
    let Paid { taken, back, .. } = &run.web;
    let settled: Vec<&Batch> = run.settled.iter().filter(|one| one.pad.is_none()).collect();
    if taken.count + back.count == 0 && settled.is_empty() {
        return None;
    }
    let told: Option<Money> =
        settled.iter().map(|one| one.told.map(|told| told.sum)).sum::<Option<Money>>();
    Some(context! {
        cashier => pen.say("cashier-web-listener"),
        till => "",
        method => pen.say("end-of-day-web-cards"),
        taken => takings(pen, *taken),
        back => takings(pen, *back),
        expected => pen.money(taken.sum - back.sum),
        counted => told.filter(|_| !settled.is_empty()).map(|told| pen.money(told)),
    })
}

fn takings(pen: &Pen<'_>, takings: Takings) -> Option<String> {
    (takings.count > 0).then(|| pen.money(takings.sum))
}

fn open_till(pen: &Pen<'_>, till: &OpenTill) -> String {
    let parts = [
        ("till", till.till.as_str().into()),
        ("cashier", till.cashier.as_str().into()),
        ("since", moment(pen, till.since).into()),
    ];
    pen.words.tell("end-of-day-open-till", &parts)
}

fn whose(pen: &Pen<'_>, one: &Batch) -> String {
    one.pad.clone().unwrap_or_else(|| pen.say("batch-gateway"))
}

fn batch(pen: &Pen<'_>, one: &Batch) -> Value {
    let (mark, icon, id) = match (one.state, &one.no_match, one.told) {
        (State::Open, ..) => ("ok", "dot", "batch-open"),
        (State::Closing, ..) => ("meh", "dot", "batch-closing"),
        (State::Mismatched, ..) => ("bad", "bar", "batch-mismatched"),
        (State::Settled, Some(_), _) => ("meh", "bar", "batch-no-match"),
        (State::Settled, None, Some(_)) => ("", "tick", "batch-matched"),
        (State::Settled, None, None) => ("", "tick", "batch-by-our-books"),
    };
    let sums = |of: Takings| {
        let parts = [("count", of.count.into()), ("sum", pen.money(of.sum).into())];
        pen.words.tell("batch-taken", &parts)
    };
    let reason = one
        .no_match
        .as_ref()
        .map(|reason| pen.words.tell("end-of-day-reason", &[("reason", reason.as_str().into())]));
    context! {
        id => one.batch.to_string(),
        whose => whose(pen, one),
        mark,
        icon,
        state => reason.unwrap_or_else(|| pen.say(id)),
        ours => sums(one.ours),
        told => one.told.map(sums),
        difference => one.told.map(|told| pen.money(told.sum - one.ours.sum)),
    }
}

fn deposits(pen: &Pen<'_>, run: &Run) -> Vec<Value> {
    let tills = run.tills.iter().filter(|till| till.counted != Money::ZERO).map(|till| {
        let parts =
            [("till", till.till.as_str().into()), ("cashier", till.cashier.as_str().into())];
        let words = pen.words.tell("end-of-day-till-deposit", &parts);
        context! { words, amount => pen.money(till.counted) }
    });
    let batches = run.settled.iter().filter(|one| one.paid() != Money::ZERO).map(|one| {
        let parts = [("whose", whose(pen, one).into()), ("batch", one.batch.to_string().into())];
        let words = pen.words.tell("end-of-day-batch-deposit", &parts);
        context! { words, amount => pen.money(one.paid()) }
    });
    tills.chain(batches).collect()
}

fn to_drawers(pen: &Pen<'_>, run: &Run) -> String {
    let amount = [("amount", pen.money(run.to_drawers).into())];
    pen.words.tell("end-of-day-to-drawers", &amount)
}

fn day(pen: &Pen<'_>, one: &Day) -> Value {
    let Sold { count: sold, .. } = one.sold;
    let line = |id: &str, of: fn(&Sold) -> Money| {
        let (sold, back) = (of(&one.sold), of(&one.refunds));
        context! {
            name => pen.say(id),
            sold => pen.money(sold),
            back => pen.money(back),
            net => pen.money(sold - back),
        }
    };
    let paid = |paid: &Paid| {
        context! {
            name => tender(pen, &paid.tender),
            sold => pen.money(paid.taken.sum),
            back => pen.money(paid.back.sum),
            net => pen.money(paid.taken.sum - paid.back.sum),
        }
    };
    let lines = [
        line("end-of-day-tickets", |sold| sold.tickets),
        line("end-of-day-fees", |sold| sold.fees),
        line("end-of-day-taxes", |sold| sold.taxes),
    ];
    context! {
        title => dated(pen, one.day),
        id => one.day.0,
        sold,
        refunds => one.refunds.count,
        lines,
        gross => line("end-of-day-gross", |sold| sold.gross),
        paid => one.paid.iter().map(paid).collect::<Vec<_>>(),
    }
}

pub(super) fn tender(pen: &Pen<'_>, tender: &Tender) -> String {
    match tender {
        Tender::Cash => pen.say("tender-cash"),
        Tender::Pad(pad) => pen.words.tell("tender-pad", &[("pad", pad.as_str().into())]),
        Tender::Web => pen.say("tender-gateway"),
    }
}

fn earned(pen: &Pen<'_>, one: &Earned) -> Value {
    let parts = [("title", one.title.as_str().into()), ("when", moment(pen, one.starts).into())];
    context! {
        name => pen.words.tell("report-showing", &parts),
        amount => pen.money(one.amount),
    }
}

/// What orders owe, line by line; the last is the sum.
fn owed(pen: &Pen<'_>, sums: &Receivable) -> Vec<Value> {
    lines_owed(sums)
        .into_iter()
        .map(|(id, amount)| context! { words => pen.say(id), amount => pen.money(amount) })
        .collect()
}

pub(super) fn lines_owed(sums: &Receivable) -> [(&'static str, Money); 6] {
    [
        ("end-of-day-owed-before", sums.opening),
        ("end-of-day-owed-sales", sums.sales),
        ("end-of-day-owed-refunds", sums.refunds),
        ("end-of-day-owed-payments", sums.payments),
        ("end-of-day-owed-paid-out", sums.paid_out),
        ("end-of-day-owed-after", sums.closing),
    ]
}

fn kept_value(pen: &Pen<'_>, kept: &Kept) -> Value {
    context! {
        name => pen.say(account(kept.account)),
        opening => pen.money(kept.opening),
        debit => side(pen, kept.debit),
        credit => side(pen, kept.credit),
        closing => pen.money(kept.closing),
    }
}

/// An empty side of an account stays empty.
fn side(pen: &Pen<'_>, amount: Money) -> String {
    if amount == Money::ZERO { String::new() } else { pen.money(amount) }
}
