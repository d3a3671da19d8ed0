//! The end of day of the invented house: a busy day, one that is blocked, one of nothing, a sheet.
//!
//! Two tills and the shop; the figures agree with each other as far as a page shows them.

use super::batch::to_close;
use super::books::TODAY;
use super::staff::around;
use super::{NOW, at, performance};
use usher_rules::BusinessDay;
use usher_rules::at::Span;
use usher_rules::batch::State;
use usher_rules::end_of_day::{
    Batch, Day, Earned, Kept, OpenTill, Paid, Receivable, Run, Sold, Tender, Till,
};
use usher_rules::id::{BatchId, BoxNo, PostingId, RunNo, StaffNo, TillSessionId, compose};
use usher_rules::money::Money;
use usher_rules::posting::Account;
use usher_rules::till::Takings;
use usher_rules::view::desk::end_of_day::{Blocked, EndOfDay, Glance, Notice, Sheet};
use usher_web::desk::end_of_day;
use usher_web::{Html, Templates, Words};

fn takings(count: u32, minor: i64) -> Takings {
    Takings { count, sum: Money(minor) }
}

fn till(name: &str, no: u64, counted: i64) -> Till {
    Till {
        session: TillSessionId(compose(BoxNo(2), no)),
        till: name.to_owned(),
        cashier: "Nkem Abara".to_owned(),
        closed_at: NOW,
        float: Money(10_000),
        paid_in: Money::ZERO,
        paid_out: Money::ZERO,
        cash: takings(12, 42_000),
        cash_back: takings(1, 3_500),
        cards: takings(4, 14_000),
        cards_back: Takings::default(),
        expected: Money(48_500),
        counted: Money(counted),
    }
}

fn batch(no: u64, pad: Option<&str>, state: State, told: Option<i64>) -> Batch {
    Batch {
        batch: BatchId(compose(BoxNo(2), no)),
        pad: pad.map(str::to_owned),
        state,
        opened_at: at(0, 10, 0),
        ours: takings(4, 14_000),
        told: told.map(|sum| takings(4, sum)),
        ended_at: (state != State::Open).then_some(NOW),
        no_match: None,
    }
}

fn paid(tender: Tender, minor: i64, back: i64) -> Paid {
    Paid { tender, taken: takings(9, minor), back: takings(u32::from(back > 0), back) }
}

fn day(no: u32) -> Day {
    let sold = |count, tickets, fees, taxes, gross| Sold {
        count,
        tickets: Money(tickets),
        fees: Money(fees),
        taxes: Money(taxes),
        gross: Money(gross),
    };
    Day {
        day: BusinessDay(no),
        sold: sold(31, 145_000, 4_000, 29_000, 178_000),
        refunds: sold(1, 2_917, 0, 583, 3_500),
        paid: vec![
            paid(Tender::Cash, 84_000, 3_500),
            paid(Tender::Pad("Foyer left".to_owned()), 28_000, 0),
            paid(Tender::Web, 66_000, 0),
        ],
    }
}

fn accounts() -> Vec<Kept> {
    let kept = |account| Kept {
        account,
        opening: Money(-1_000),
        debit: Money(178_000),
        credit: Money(174_500),
        closing: Money(2_500),
    };
    Account::ALL.map(kept).to_vec()
}

/// A whole day with everything in it.
fn busy() -> Run {
    let forced = Batch {
        no_match: Some("Slip is lost".to_owned()),
        ..batch(42, Some("Foyer right"), State::Settled, Some(13_500))
    };
    Run {
        at: NOW,
        by: StaffNo(1),
        by_name: "Luz Ferreday".to_owned(),
        cut_off: NOW,
        since: Some(at(-1, 23, 10)),
        before: 0,
        postings: 214,
        upto: Some(PostingId(9)),
        tills: vec![till("Foyer left", 7, 48_500), till("Foyer right", 8, 48_300)],
        open: vec![OpenTill {
            session: TillSessionId(compose(BoxNo(2), 9)),
            till: "Booth".to_owned(),
            cashier: "Pim Okoro".to_owned(),
            since: at(0, 17, 30),
            day: TODAY,
        }],
        web: paid(Tender::Web, 66_000, 0),
        settled: vec![batch(41, Some("Foyer left"), State::Settled, Some(14_000)), forced],
        unsettled: vec![batch(43, None, State::Open, None)],
        to_drawers: Money(20_000),
        days: vec![day(TODAY.0)],
        receivable: Receivable {
            opening: Money(-1_000),
            sales: Money(178_000),
            refunds: Money(3_500),
            payments: Money(178_000),
            paid_out: Money(3_500),
            closing: Money(-1_000),
        },
        accounts: accounts(),
        earned: vec![Earned {
            performance: performance(3),
            title: "The Tide Clock".to_owned(),
            starts: at(-1, 19, 30),
            amount: Money(212_500),
        }],
        locked: Some(BusinessDay(TODAY.0 - 1)),
        locks: true,
    }
}

/// Nothing happened since the last run.
fn nothing() -> Run {
    Run {
        postings: 0,
        tills: Vec::new(),
        open: Vec::new(),
        web: Paid { tender: Tender::Web, taken: Takings::default(), back: Takings::default() },
        settled: Vec::new(),
        unsettled: Vec::new(),
        to_drawers: Money::ZERO,
        days: Vec::new(),
        receivable: Receivable::default(),
        accounts: Vec::new(),
        earned: Vec::new(),
        locks: false,
        ..busy()
    }
}

fn glance(no: u32, locked: Option<BusinessDay>) -> Glance {
    Glance {
        no: RunNo(no),
        at: at(-1, 23, 10),
        cut_off: at(-1, 23, 10),
        by: "Luz Ferreday".to_owned(),
        postings: 1_204,
        banked: Money(98_150),
        locked,
    }
}

fn shown(run: Run) -> EndOfDay {
    EndOfDay {
        around: around(),
        cut_off: None,
        run,
        blocked: None,
        batches: Vec::new(),
        may_run: true,
        earlier: vec![glance(2, None), glance(1, Some(TODAY))],
        form_key: "KEY".to_owned(),
        notice: None,
    }
}

fn blocked(blocked: Blocked, batch: Batch) -> EndOfDay {
    let run = Run { unsettled: vec![batch], ..busy() };
    EndOfDay { blocked: Some(blocked), ..shown(run) }
}

/// Every name that somebody typed.
pub fn evil(evil: &str) -> Sheet {
    let text = || evil.to_owned();
    let mut run = busy();
    (run.by_name, run.tills[0].till, run.tills[0].cashier) = (text(), text(), text());
    (run.open[0].till, run.open[0].cashier) = (text(), text());
    (run.settled[0].pad, run.settled[1].no_match) = (Some(text()), Some(text()));
    (run.days[0].paid[1].tender, run.earned[0].title) = (Tender::Pad(text()), text());
    Sheet { around: around(), no: RunNo(3), run, may_export: true }
}

pub fn pages(templates: &Templates, words: &Words) -> Vec<(&'static str, Html)> {
    let page = |view: &EndOfDay| end_of_day::page(templates, view, words);
    let sheet = |run| {
        let view = Sheet { around: around(), no: RunNo(3), run, may_export: false };
        end_of_day::sheet(templates, &view, words)
    };
    let bad = batch(41, Some("Foyer left"), State::Mismatched, Some(13_500));
    let mismatch = Blocked::Mismatch { batch: bad.batch, diff: Money(-500) };
    let bent = Blocked::OutOfBalance { diff: Money(1) };
    let closing = batch(41, Some("Foyer left"), State::Closing, None);
    let first = Run { since: None, locked: None, locks: false, ..nothing() };
    let first = EndOfDay { earlier: Vec::new(), may_run: false, ..shown(first) };
    let chosen = EndOfDay { cut_off: Some(at(0, 17, 0)), ..shown(busy()) };
    let closes = EndOfDay { batches: to_close(), ..shown(busy()) };
    let open = EndOfDay { batches: to_close()[..1].to_vec(), ..shown(nothing()) };
    let told = |notice| page(&EndOfDay { notice: Some(notice), ..shown(busy()) });
    let since = Some(NOW - Span::minutes(5));
    vec![
        ("desk-day", page(&shown(busy()))),
        ("desk-day-chosen", page(&chosen)),
        ("desk-day-empty", page(&shown(nothing()))),
        ("desk-day-first", page(&first)),
        ("desk-day-mismatch", page(&blocked(mismatch, bad))),
        ("desk-day-out-of-balance", page(&blocked(bent, closing))),
        ("desk-day-no-cut-off", told(Notice::CutOff { since })),
        ("desk-day-never-cut-off", told(Notice::CutOff { since: None })),
        ("desk-day-refused", told(Notice::Refused)),
        ("desk-day-closes", page(&closes)),
        ("desk-day-to-close", page(&open)),
        ("desk-day-nothing-to-close", told(Notice::NothingToClose)),
        ("desk-day-too-late", told(Notice::Closing)),
        ("desk-day-sheet", sheet(busy())),
        ("desk-day-sheet-empty", sheet(nothing())),
    ]
}
