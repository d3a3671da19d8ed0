//! Sales and the journal as supervisors see them: web and cash on one report, files, exports.
//!
//! As a browser without scripts meets the pages. Next: `matrix.rs` for who may go where.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, form, forms, says};
use house::{House, NOW, Told, token_with};
use usher_ledger::handle::Lane;
use usher_ledger::{cart as carts, journal};
use usher_listener::token::Right;
use usher_rules::at::Span;
use usher_rules::cart::{self, Buyer};
use usher_rules::checkout::Command as Sale;
use usher_rules::id::{CartId, LevelNo, StaffNo, TillNo};
use usher_rules::journal::{Command as Rule, Difference, Found};
use usher_rules::money::Money;
use usher_rules::price::Places;
use usher_rules::staff::Role;
use usher_rules::tax::Tax;
use usher_rules::{Actor, Command, Event, hold, house as rules, till};

/// A house with a till and a tax, in which web and counter sold something.
async fn sold() -> House {
    let house = House::open().await;
    let settings = usher_ledger::write::house(&house.handle.snapshot().unwrap()).unwrap();
    let till = rules::Till { no: TillNo(1), name: "Left".to_owned(), pad: None };
    let vat =
        Tax { no: 1, name: "VAT".to_owned(), rate_ppm: 200_000, inclusive: true, compound: false };
    let settings = rules::House { tills: vec![till], taxes: vec![vat], ..settings };
    house.staff(Command::House(rules::Command::Set(settings))).await;
    house.sold(&["C-C-1", "C-C-2"]).await;
    let anna = house.engaged("anna", Role::Cashier).await;
    cash_sale(&house, anna.no).await;
    house
}

async fn by(house: &House, who: StaffNo, command: Command) -> Vec<Event> {
    let asked = house.handle.ask(Lane::Till, Actor::Account(who), None, command).await;
    asked.unwrap().events.clone()
}

/// One best seat, paid in cash at the till.
async fn cash_sale(house: &House, who: StaffNo) {
    let till = TillNo(1);
    by(house, who, Command::Till(till::Command::Open { till, float: Money(10_000) })).await;
    let opened = by(house, who, Command::Cart(cart::Command::OpenAtTill(till))).await;
    let id = opened.iter().find_map(|event| match event {
        Event::Cart(cart::Event::Opened(id, _)) => Some(*id),
        _ => None,
    });
    let cart: CartId = id.unwrap();
    let best = hold::Command::Best {
        cart,
        performance: house.season.tonight,
        places: vec![Places { level: LevelNo(2), count: 1 }],
        category: None,
        zone: None,
        wheelchair: 0,
        companions: 0,
        allow_split: false,
        allow_alone: true,
    };
    by(house, who, Command::Hold(best)).await;
    let row = carts::get(&house.handle.snapshot().unwrap(), cart).unwrap().unwrap();
    let (shown, buyer) = (row.total(), Buyer::default());
    by(house, who, Command::Checkout(Sale::Cash { cart, buyer, given: shown, shown })).await;
}

async fn signed_in(house: &House, role: Role) -> Browser<'_> {
    let person = house.engaged(role.name(), role).await;
    let mut browser = Browser::new(house);
    browser.cookie = Some(house.session_of(person.no).await);
    browser
}

/// A table as it was sent; nothing in it has a quotation mark of its own.
fn rows(told: &Told) -> Vec<Vec<String>> {
    let cells = |line: &str| {
        let mut cells = vec![String::new()];
        for (nth, part) in line.split('"').enumerate() {
            let mut pieces = if nth % 2 == 0 { part.split(',').collect() } else { vec![part] };
            cells.last_mut().unwrap().push_str(pieces.remove(0));
            cells.extend(pieces.into_iter().map(str::to_owned));
        }
        cells
    };
    let lines = told.body.split("\r\n").filter(|line| !line.is_empty());
    lines.map(cells).collect()
}

fn minor(text: &str) -> i64 {
    if text.is_empty() { 0 } else { text.replace('.', "").parse().unwrap() }
}

#[tokio::test]
async fn the_report_tells_web_from_counter_and_is_what_the_journal_has() {
    let house = sold().await;
    let mut browser = signed_in(&house, Role::Supervisor).await;
    let page = browser.go("/desk/report").await;
    assert_eq!(page.status, 200);
    for words in ["Fri 4 Dec", "web listener", "anna by name", "Cash", "Card, web shop"] {
        says(&page, words);
    }
    says(&page, "Fee: Web fee");
    says(&page, "<svg viewBox");
    says(&page, ">17:00<");
    assert!(!page.body.contains("other sums"), "{}", page.body);
    let csv = browser.go("/desk/report/sales.csv?from=2026-12-04&to=2026-12-04").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let kept = "attachment; filename=\"sales-2026-12-04-2026-12-04.csv\"";
    assert_eq!(csv.header("content-disposition"), kept);
    let rows = rows(&csv);
    let sum = |by: &str| -> i64 {
        rows.iter().filter(|row| row[0] == by).map(|row| minor(&row[6])).sum()
    };
    for by in ["Performance", "Price level", "Payment", "Cashier", "Hour"] {
        assert_eq!(sum(by), sum("All"), "{by}");
    }
    assert!(sum("All") > 0);
    let snapshot = house.handle.snapshot().unwrap();
    let day = house.handle.day_of(NOW);
    let mut posted = Money::ZERO;
    journal::of_days(&snapshot, day, day, |_, posting| {
        if posting.cause == usher_rules::posting::Cause::Sale {
            posted = posted + posting.lines[0].amount;
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(posted, Money(sum("All")));
}

#[tokio::test]
async fn days_without_sales_and_odd_ranges_say_what_they_show() {
    let house = sold().await;
    let mut browser = signed_in(&house, Role::Manager).await;
    says(&browser.go("/desk/report?from=2026-12-03&to=2026-12-03").await, "Nothing was sold");
    let month = browser.go("/desk/report?from=2026-11-04&to=2026-12-04").await;
    assert!(!month.body.contains("At most 31 days"), "{}", month.body);
    says(&month, "web listener");
    says(&browser.go("/desk/report?from=2026-11-03&to=2026-12-04").await, "At most 31 days");
    for odd in ["from=x", "from=2026-12-04&to=2026-12-03", "to=2026-12-05", "from=1969-01-01"] {
        let page = browser.go(&format!("/desk/report?{odd}")).await;
        says(&page, "Those are no days to report on");
        says(&page, "web listener");
    }
}

#[tokio::test]
async fn the_second_export_is_empty_and_the_first_is_fetched_again_the_same() {
    let house = sold().await;
    let mut browser = signed_in(&house, Role::Supervisor).await;
    let page = browser.go("/desk/journal").await;
    says(&page, "postings were not exported yet");
    let page = browser.submit(&form(&page, "/desk/journal/export")).await;
    says(&page, "Export 1 is made");
    says(&page, "Everything is exported.");
    let csv = browser.go("/desk/journal/1/journal.csv").await;
    let lines = rows(&csv);
    let side = |column: usize| -> i64 { lines[1..].iter().map(|row| minor(&row[column])).sum() };
    assert_eq!(side(7), side(8));
    assert!(side(7) > 0);
    for words in ["1-1,2026-12-04,2026-12-04 17:00:00,Sale,1-1,Receivable,1-1,", "Float,,Bank"] {
        says(&csv, words);
    }
    let again = browser.submit(&form(&page, "/desk/journal/export")).await;
    says(&again, "Nothing new to export");
    house.clock.pass(Span::minutes(3));
    house.sold(&["C-D-1"]).await;
    assert_eq!(browser.go("/desk/journal/1/journal.csv").await.body, csv.body);
    let xlsx = browser.go("/desk/journal/1/journal.xlsx").await;
    assert!(xlsx.body.starts_with("PK"), "a workbook");
    let page = browser.go("/desk/journal").await;
    let page = browser.submit(&form(&page, "/desk/journal/export")).await;
    says(&page, "Export 2 is made");
    let second = rows(&browser.go("/desk/journal/2/journal.csv").await);
    let known: Vec<&String> = lines[1..].iter().map(|row| &row[0]).collect();
    assert!(second.len() > 1 && second[1..].iter().all(|row| !known.contains(&&row[0])));
    assert_eq!(browser.look("/desk/journal/3/journal.csv").await.status, 404);
}

#[tokio::test]
async fn files_ask_who_it_is_once_more_and_the_page_does_not() {
    let house = sold().await;
    let mut browser = signed_in(&house, Role::Supervisor).await;
    house.clock.pass(Span::minutes(6));
    assert_eq!(browser.look("/desk/report").await.status, 200);
    let told = browser.look("/desk/report/sales.csv?from=2026-12-04&to=2026-12-04").await;
    assert_eq!(told.status, 303);
    let onward = "/desk/confirm?onward=%2Fdesk%2Freport%3Ffrom%3D2026-12-04%26to%3D2026-12-04";
    assert_eq!(told.header("location"), onward);
    let page = browser.go("/desk/journal").await;
    let told = browser.press(&form(&page, "/desk/journal/export")).await;
    assert_eq!(told.header("location"), "/desk/confirm?onward=%2Fdesk%2Fjournal");
    assert!(journal::waiting(&house.handle.snapshot().unwrap()).unwrap() > 0);
}

#[tokio::test]
async fn a_token_sees_the_report_and_takes_no_file() {
    let house = sold().await;
    let token = token_with(Right::SeeReports);
    let (mut browser, page) = browser::signed_in(&house, &token, "/desk/report").await;
    says(&page, "web listener");
    assert!(!page.body.contains("sales.csv"), "{}", page.body);
    let page = browser.go("/desk/journal").await;
    assert!(forms(&page.body).iter().all(|form| !form.action.ends_with("/export")));
}

#[tokio::test]
async fn a_proof_is_asked_for_once_and_a_difference_stands_on_every_page_of_the_desk() {
    let house = sold().await;
    let mut browser = signed_in(&house, Role::Supervisor).await;
    let page = browser.go("/desk/journal").await;
    says(&page, "Not proved yet");
    let prove = form(&page, "/desk/journal/proof");
    let page = browser.submit(&prove).await;
    says(&page, "Being proved now");
    assert!(forms(&page.body).iter().all(|form| !form.action.ends_with("/proof")));
    browser.submit(&prove).await;
    let snapshot = house.handle.snapshot().unwrap();
    let asked = journal::newest_proofs(&snapshot, 10).unwrap();
    assert_eq!(asked.len(), 1);
    let bent = Difference { account: 2, sub: 0, kept: Money(101), replayed: Money(100) };
    let found = Found { postings: 4, wrong: 3, unbalanced: Vec::new(), differences: vec![bent] };
    let prove = Command::Journal(Rule::Prove(asked[0].0, found));
    house.handle.ask(Lane::Shop, Actor::House, None, prove).await.unwrap();
    says(&browser.go("/desk/carts").await, "Books do not agree");
    says(&browser.go("/desk").await, "The last proof of the journal found a difference");
    let page = browser.go("/desk/journal").await;
    for words in ["3 accounts or postings", "Card clearing, web shop", "£1.01", "And 2 more"] {
        says(&page, words);
    }
}
