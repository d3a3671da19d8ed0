//! The journal: days with their sums by account, what was exported, and whether the books agree.
//!
//! Forms, each with a key of its own: `POST /desk/journal/export`, `POST /desk/journal/proof`.
//! The files of an export are made of its lines. Never shows a single posting. Next: `sheet.rs`.

use super::around;
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::money::grouped;
use crate::sheet::{Cell, Sheet};
use crate::time::{business_date, write_day};
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::at::At;
use usher_rules::id::{PerformanceId, written};
use usher_rules::journal::{Difference, Found, Proof};
use usher_rules::money::Money;
use usher_rules::posting::{Account, Cause, GATEWAY_BATCH};
use usher_rules::view::desk::journal::{Day, Export, Journal, Line, Notice, Sums};
use usher_rules::view::venue::Frame;

pub fn page(templates: &Templates, view: &Journal, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let before = |day| format!("/desk/journal?before={}", write_day(business_date(day)));
    let waiting = [("count", count(view.waiting).into())];
    let page = context! {
        days => view.days.iter().map(|one| day(&pen, one)).collect::<Vec<_>>(),
        older => view.older.map(before),
        waiting => view.waiting,
        waiting_words => pen.words.tell("journal-waiting", &waiting),
        exports => view.exports.iter().map(|one| export(&pen, one)).collect::<Vec<_>>(),
        may_export => view.may_export,
        proving => view.proving,
        proof => view.proof.as_ref().map(|(proof, found)| proof_value(&pen, proof, found)),
        key => &view.form_key,
        notice => view.notice.map(|one| notice(&pen, one)),
        ..around(&pen, &view.around)
    };
    pen.page("desk-journal.html", &pen.say("journal-title"), "journal", page)
}

/// As words count: more than anybody reads is as many as can be told.
fn count(of: u64) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

fn notice(pen: &Pen<'_>, notice: Notice) -> Value {
    let (kind, title, body) = match notice {
        Notice::Exported { no } => {
            let no = [("no", no.0.into())];
            ("go", pen.words.tell("journal-exported", &no), pen.say("journal-exported-more"))
        }
        Notice::NothingToExport => {
            ("warn", pen.say("journal-nothing"), pen.say("journal-nothing-more"))
        }
        Notice::ProofAsked => ("go", pen.say("journal-proof-asked"), String::new()),
    };
    context! { kind, title, body }
}

fn day(pen: &Pen<'_>, day: &Day) -> Value {
    let sums = |one: &Sums| {
        context! {
            account => pen.say(account(one.account)),
            debit => side(pen, one.debit),
            credit => side(pen, one.credit),
        }
    };
    let postings = [("count", count(day.postings).into())];
    context! {
        title => pen.times.dated(business_date(day.day)),
        id => write_day(business_date(day.day)),
        postings => pen.words.tell("journal-postings", &postings),
        accounts => day.accounts.iter().map(sums).collect::<Vec<_>>(),
        debit => pen.money(day.debit),
        credit => pen.money(day.credit),
    }
}

/// An empty side of an account stays empty.
fn side(pen: &Pen<'_>, amount: Money) -> String {
    if amount == Money::ZERO { String::new() } else { pen.money(amount) }
}

fn export(pen: &Pen<'_>, one: &Export) -> Value {
    context! {
        no => one.no.0,
        at => pen.times.moment(one.at),
        by => &one.by,
        postings => grouped(one.postings),
    }
}

fn proof_value(pen: &Pen<'_>, proof: &Proof, found: &Found) -> Value {
    let at = proof.done.as_ref().map_or(proof.asked_at, |done| done.at);
    let parts = [("when", pen.times.moment(at).into()), ("count", count(found.postings).into())];
    let mut wrong: Vec<String> = found.differences.iter().map(|one| difference(pen, one)).collect();
    wrong.extend(
        found
            .unbalanced
            .iter()
            .map(|id| pen.words.tell("journal-unbalanced", &[("posting", written(id.0).into())])),
    );
    let named = u64::try_from(wrong.len()).unwrap_or(u64::MAX);
    let more = found.wrong.saturating_sub(named);
    let rest = [("count", count(more).into())];
    context! {
        agrees => found.wrong == 0,
        words => pen.words.tell("journal-proof-made", &parts),
        differ => pen.words.tell("journal-differ", &[("count", count(found.wrong).into())]),
        wrong,
        more => (more > 0).then(|| pen.words.tell("journal-more", &rest)),
    }
}

fn difference(pen: &Pen<'_>, one: &Difference) -> String {
    let name = match Account::numbered(one.account) {
        Some(of) => named(pen, of, one.sub),
        None => format!("{} {}", one.account, one.sub),
    };
    let parts = [
        ("account", name.into()),
        ("kept", pen.money(one.kept).into()),
        ("replayed", pen.money(one.replayed).into()),
    ];
    pen.words.tell("journal-difference", &parts)
}

/// An account with what it is of its kind.
fn named(pen: &Pen<'_>, of: Account, sub: u64) -> String {
    let sub = sub_words(pen, of, sub);
    let name = pen.say(account(of));
    if sub.is_empty() { name } else { format!("{name}, {sub}") }
}

/// The word for an account.
pub(crate) fn account(account: Account) -> &'static str {
    match account {
        Account::Receivable => "account-receivable",
        Account::CardClearing => "account-card-clearing",
        Account::DeferredTickets => "account-deferred-tickets",
        Account::TaxPayable => "account-tax-payable",
        Account::FeeRevenue => "account-fee-revenue",
        Account::DrawerCash => "account-drawer-cash",
        Account::Bank => "account-bank",
        Account::OverShort => "account-over-short",
        Account::TicketRevenue => "account-ticket-revenue",
        Account::TransferClearing => "account-transfer-clearing",
    }
}

/// The word for why it was posted.
pub(crate) fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Sale => "cause-sale",
        Cause::CardPayment => "cause-card-payment",
        Cause::CashPayment => "cause-cash-payment",
        Cause::Float => "cause-float",
        Cause::PayIn => "cause-pay-in",
        Cause::PayOut => "cause-pay-out",
        Cause::OverShort => "cause-over-short",
        Cause::TillClosed => "cause-till-closed",
        Cause::Refund => "cause-refund",
        Cause::CashRefund => "cause-cash-refund",
        Cause::CardRefund => "cause-card-refund",
        Cause::CardVoid => "cause-card-void",
        Cause::Deposit => "cause-deposit",
        Cause::BatchDifference => "cause-batch-difference",
        Cause::RevenueRecognised => "cause-revenue-recognised",
        Cause::Transfer => "cause-transfer",
        Cause::Exchange => "cause-exchange",
    }
}

/// What the number beside an account says: which order, performance, tax, fee, till or pad.
fn sub_words(pen: &Pen<'_>, account: Account, sub: u64) -> String {
    let numbered = |id: &str| pen.words.tell(id, &[("no", sub.to_string().into())]);
    match account {
        Account::Receivable => written(sub),
        Account::DeferredTickets | Account::TicketRevenue => PerformanceId(sub).to_string(),
        Account::CardClearing if sub == GATEWAY_BATCH => pen.say("sub-gateway"),
        Account::CardClearing => numbered("sub-pad"),
        Account::TaxPayable => numbered("sub-tax"),
        Account::FeeRevenue => numbered("sub-fee"),
        Account::DrawerCash | Account::OverShort => numbered("sub-till"),
        Account::Bank | Account::TransferClearing => String::new(),
    }
}

/// The lines of an export as a table for a file.
pub fn sheet(
    templates: &Templates,
    lines: &[Line],
    made: At,
    frame: &Frame,
    words: &Words,
) -> Sheet {
    let pen = Pen::new(templates, frame, words);
    let head = [
        "journal-posting",
        "journal-day",
        "journal-at",
        "journal-cause",
        "journal-order",
        "journal-account",
        "journal-sub",
        "journal-debit",
        "journal-credit",
    ];
    Sheet {
        name: pen.say("journal-title"),
        head: head.iter().map(|id| pen.say(id)).collect(),
        rows: lines.iter().map(|line| row(&pen, line)).collect(),
        made,
    }
}

fn row(pen: &Pen<'_>, line: &Line) -> Vec<Cell> {
    let (debit, credit) = if line.amount < Money::ZERO {
        (Cell::Empty, Cell::Money(-line.amount))
    } else {
        (Cell::Money(line.amount), Cell::Empty)
    };
    let date = write_day(pen.times.date(line.at));
    vec![
        Cell::Text(line.posting.to_string()),
        Cell::Text(write_day(business_date(line.day))),
        Cell::Text(format!("{date} {}", pen.times.seconds(line.at))),
        Cell::Text(pen.say(cause(line.cause))),
        Cell::Text(line.order.map(|order| order.to_string()).unwrap_or_default()),
        Cell::Text(pen.say(account(line.account))),
        Cell::Text(sub_words(pen, line.account, line.sub)),
        debit,
        credit,
    ]
}
