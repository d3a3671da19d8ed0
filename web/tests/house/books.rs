//! Sales and the journal of the invented house: a busy evening, a quiet day, books that differ.
//!
//! Figures are made by hand and add up; nobody here is real.

use super::at;
use super::staff::around;
use usher_rules::BusinessDay;
use usher_rules::id::{ExportNo, PostingId};
use usher_rules::journal::{Difference, Done, Found, Proof};
use usher_rules::money::Money;
use usher_rules::posting::Account;
use usher_rules::view::desk::journal::{self as view, Day, Export, Journal};
use usher_rules::view::desk::report::{Cashier, Notice, Report, Row, Sales, Showing, Sums, Tender};
use usher_web::desk::{journal, report};
use usher_web::{Html, Templates, Words};

/// The day of the evening.
pub const TODAY: BusinessDay = BusinessDay(20_791);

fn sums(orders: i64, tickets: i64, gross: i64) -> Sums {
    let tax = gross / 6;
    Sums { orders, tickets, net: Money(gross - tax), tax: Money(tax), gross: Money(gross) }
}

fn row<T>(of: T, orders: i64, tickets: i64, gross: i64) -> Row<T> {
    Row { of, sums: sums(orders, tickets, gross) }
}

pub fn sales(name: &str) -> Sales {
    let showing =
        |title: &str, day, hour| Showing { title: title.to_owned(), starts: at(day, hour, 30) };
    let text = |text: &str| text.to_owned();
    Sales {
        performances: vec![
            row(showing("The Lamplighter’s Daughter", 0, 19), 41, 96, 336_000),
            row(showing("Salt", 1, 19), 12, 24, 84_000),
        ],
        levels: vec![row(text("Adult"), 48, 90, 315_000), row(text("Child"), 14, 30, 105_000)],
        fees: vec![row(text("Web fee"), 33, 0, 9_000)],
        tenders: vec![
            row(Tender::Cash, 9, 20, 70_000),
            row(Tender::Pad(text(name)), 11, 24, 84_000),
            row(Tender::Gateway, 33, 76, 275_000),
            row(Tender::Nothing, 1, 0, 0),
            row(Tender::Later, 0, 0, 0),
        ],
        cashiers: vec![
            row(Cashier::WebListener, 33, 76, 275_000),
            row(Cashier::Named(text(name)), 21, 44, 154_000),
        ],
        hours: vec![
            row(10, 4, 8, 28_000),
            row(12, 9, 22, 77_000),
            row(18, 31, 70, 254_000),
            row(19, 10, 20, 70_000),
        ],
        total: sums(54, 120, 429_000),
        posted: sums(54, 120, 429_000),
        received: vec![row(Tender::Cash, 9, 0, 70_000), row(Tender::Gateway, 32, 0, 271_500)],
    }
}

/// A performance was called off: an hour gave back more than it sold, a cashier nothing else.
pub fn given_back() -> Sales {
    let mut sales = sales("Nkem Abara");
    sales.hours.push(row(20, 0, -44, -154_000));
    sales.cashiers.push(row(Cashier::Named("Luz Ferreday".to_owned()), 0, -44, -154_000));
    sales.tenders[1].sums = sums(11, -20, -70_000);
    sales.performances[1].sums = sums(12, -20, -70_000);
    sales.levels[0].sums = sums(48, 46, 161_000);
    sales.total = sums(54, 76, 275_000);
    sales.posted = sales.total;
    sales.received.insert(1, row(Tender::Pad("Nkem Abara".to_owned()), 15, 0, -70_000));
    sales
}

/// Whatever somebody is called, or called a play.
pub fn evil(text: &str) -> Report {
    let mut sales = sales(text);
    sales.performances[0].of.title = text.to_owned();
    (sales.levels[0].of, sales.fees[0].of) = (text.to_owned(), text.to_owned());
    report(sales)
}

pub fn report(sales: Sales) -> Report {
    Report {
        around: around(),
        from: TODAY,
        to: TODAY,
        today: TODAY,
        sales,
        may_export: true,
        notice: None,
    }
}

fn day(day: u32) -> Day {
    let line =
        |account, debit, credit| view::Sums { account, debit: Money(debit), credit: Money(credit) };
    let accounts = vec![
        line(Account::Receivable, 429_000, 341_500),
        line(Account::CardClearing, 271_500, 0),
        line(Account::DeferredTickets, 0, 350_000),
        line(Account::TaxPayable, 0, 71_500),
        line(Account::FeeRevenue, 0, 7_500),
        line(Account::DrawerCash, 85_000, 85_200),
        line(Account::Bank, 85_200, 15_000),
        line(Account::OverShort, 0, 0),
        line(Account::TicketRevenue, 0, 0),
    ];
    let (debit, credit) = (Money(870_700), Money(870_700));
    Day { day: BusinessDay(day), postings: 103, accounts, debit, credit }
}

pub fn books(found: Option<Found>, name: &str) -> Journal {
    let export =
        |no, postings| Export { no: ExportNo(no), at: at(-1, 9, 5), by: name.to_owned(), postings };
    let proof = |found: Found| {
        let done = Some(Done { at: at(0, 4, 0), found: found.clone() });
        (Proof { asked_at: at(0, 4, 0), day: TODAY, done }, found)
    };
    Journal {
        around: around(),
        days: vec![day(TODAY.0), day(TODAY.0 - 1)],
        older: Some(BusinessDay(TODAY.0 - 1)),
        waiting: 103,
        exports: vec![export(2, 1_204), export(1, 50_000)],
        may_export: true,
        proving: false,
        proof: found.map(proof),
        form_key: "KEY".to_owned(),
        notice: None,
    }
}

fn agrees() -> Option<Found> {
    Some(Found { postings: 51_307, ..Found::default() })
}

fn differs() -> Option<Found> {
    let one = |account, sub, kept| Difference {
        account,
        sub,
        kept: Money(kept),
        replayed: Money(kept - 100),
    };
    let mut differences: Vec<Difference> =
        Account::ALL.iter().map(|account| one(account.no(), 3, 2_500)).collect();
    differences.push(one(Account::CardClearing.no(), 0, 1_000));
    differences.push(one(77, 1, 0));
    let unbalanced = vec![PostingId(9)];
    Some(Found { postings: 51_307, wrong: 14, unbalanced, differences })
}

pub fn pages(templates: &Templates, words: &Words) -> Vec<(&'static str, Html)> {
    let sold = |view: &Report| report::page(templates, view, words);
    let page = |view: &Journal| journal::page(templates, view, words);
    let busy = || report(sales("Nkem Abara"));
    let mut differing = busy();
    differing.sales.posted.gross = Money(1);
    let run = Report { from: BusinessDay(TODAY.0 - 30), may_export: false, ..busy() };
    let quiet = || books(agrees(), "Luz Ferreday");
    let mut bent = books(differs(), "Luz Ferreday");
    bent.around.strip.books = usher_rules::view::desk::Books::Differ { wrong: 14 };
    let new = Journal {
        days: Vec::new(),
        older: None,
        waiting: 0,
        exports: Vec::new(),
        may_export: false,
        proving: true,
        ..books(None, "")
    };
    let mut all = vec![
        ("desk-report", sold(&busy())),
        ("desk-report-run", sold(&run)),
        ("desk-report-back", sold(&report(given_back()))),
        ("desk-report-none", sold(&report(Sales::default()))),
        ("desk-report-differs", sold(&differing)),
        ("desk-journal", page(&quiet())),
        ("desk-journal-differs", page(&bent)),
        ("desk-journal-new", page(&new)),
    ];
    for notice in [Notice::NotDays, Notice::Cut { max: 31 }] {
        all.push(("desk-report-told", sold(&Report { notice: Some(notice), ..busy() })));
    }
    let told = [
        view::Notice::Exported { no: ExportNo(3) },
        view::Notice::NothingToExport,
        view::Notice::ProofAsked,
    ];
    for notice in told {
        all.push(("desk-journal-told", page(&Journal { notice: Some(notice), ..quiet() })));
    }
    all
}
