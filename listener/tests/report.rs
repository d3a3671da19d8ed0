//! Sales and the journal as supervisors see them: web and cash on one report, files, exports.
//!
//! As a browser without scripts meets the pages. Next: `matrix.rs` for who may go where.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // A test says what it wants.

mod browser;
mod house;

use browser::{Browser, form, forms, says};
use house::pad::{Pad, with_tills};
use house::{House, NOW, Told, store, token_with};
use std::time::Instant;
use usher_ledger::handle::Lane;
use usher_ledger::{cart as carts, checkout, copy, events, journal, stored, tables};
use usher_listener::token::Right;
use usher_rules::at::Span;
use usher_rules::cart::{self, Buyer};
use usher_rules::checkout::Command as Sale;
use usher_rules::id::{CartId, LevelNo, OrderId, StaffNo, TillNo};
use usher_rules::journal::{Command as Rule, Difference, Found};
use usher_rules::money::Money;
use usher_rules::posting::{Cause, Posting};
use usher_rules::price::Places;
use usher_rules::staff::Role;
use usher_rules::tax::Tax;
use usher_rules::{Actor, Command, Event, hold, house as rules, till};

/// A house with tills and a tax, in which web and counter sold something.
async fn sold() -> House {
    let house = House::open().await;
    let pad = with_tills(&house).await;
    let settings = usher_ledger::write::house(&house.handle.snapshot().unwrap()).unwrap();
    let vat =
        Tax { no: 1, name: "VAT".to_owned(), rate_ppm: 200_000, inclusive: true, compound: false };
    let settings = rules::House { taxes: vec![vat], ..settings };
    house.staff(Command::House(rules::Command::Set(settings))).await;
    house.sold(&["C-C-1", "C-C-2"]).await;
    let anna = house.engaged("anna", Role::Cashier).await;
    cash_sale(&house, anna.no).await;
    card_sale(&house, &pad).await;
    house
}

/// Two best seats at the other till, by card at the pad they share.
async fn card_sale(house: &House, pad: &Pad) {
    let ben = house.engaged("ben", Role::Cashier).await;
    let mut browser = Browser::new(house);
    browser.cookie = Some(house.session_of(ben.no).await);
    let page = browser.go("/desk/till").await;
    browser.submit(&form(&page, "/open").set("till", "2").set("float", "100")).await;
    let page = browser.go(&format!("/desk/sell/{}", house.season.tonight)).await;
    let page = browser.submit(&form(&page, "/best-seats").set("qty-1", "2")).await;
    let mut card = form(&page, "/cash");
    card.action = card.action.replace("/cash", "/card");
    browser.submit(&card).await;
    pad.approve().await;
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
    for words in ["Fri 4 Dec 2026", "web listener", "anna by name", "ben by name"] {
        says(&page, words);
    }
    for words in ["Cash", "Card, Middle pad", "Card, web shop"] {
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
    let line = |name: &str| rows.iter().filter(|row| row[1] == name).collect::<Vec<_>>();
    let (pad, ben) = (line("Card, Middle pad"), line("ben by name"));
    assert_eq!((pad.len(), ben.len()), (1, 1), "no web fee, one cashier, one tender");
    assert_eq!(pad[0][2..], ben[0][2..]);
    assert_eq!((pad[0][3].as_str(), minor(&pad[0][6])), ("2", 6_000));
    let snapshot = house.handle.snapshot().unwrap();
    let day = house.handle.day_of(NOW);
    let mut posted = Money::ZERO;
    journal::of_days(&snapshot, day, day, |_, posting| {
        if posting.cause == Cause::Sale {
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
    let mut browser = signed_in(&house, Role::Manager).await;
    let page = browser.go("/desk/journal").await;
    says(&page, "postings were not exported yet");
    let page = browser.submit(&form(&page, "/desk/journal/export")).await;
    says(&page, "Export 1 is made");
    says(&page, "Everything is exported.");
    says(&browser.go("/desk/audit").await, "journal-exported");
    browser.go("/desk/journal").await;
    let csv = browser.go("/desk/journal/1/journal.csv").await;
    let lines = rows(&csv);
    let side = |column: usize| -> i64 { lines[1..].iter().map(|row| minor(&row[column])).sum() };
    assert_eq!(side(7), side(8));
    assert!(side(7) > 0);
    for words in ["1-1,2026-12-04,2026-12-04 17:00:00,Sale,1-1,Receivable,1-1,", "Float,,Bank"] {
        says(&csv, words);
    }
    says(&csv, "Card clearing,pin pad 1,60.00,");
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
    let audit = browser.go("/desk/audit").await;
    let taken = |file: &str| audit.body.matches(&format!("journal-fetched {file}<")).count();
    let counts = ["1.csv", "1.xlsx", "2.csv", "3.csv"].map(taken);
    assert_eq!(counts, [2, 1, 1, 0], "each time a file is taken: {}", audit.body);
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

/// The same house with so many more orders today, each like the first one it sold.
fn with_orders(house: &House, count: u64) -> House {
    let snapshot = house.handle.snapshot().unwrap();
    let store = store();
    copy::replay(&store, &events::after(&snapshot, 0, usize::MAX).unwrap()).unwrap();
    let (day, mut postings) = (house.handle.day_of(NOW), Vec::new());
    journal::of_days(&snapshot, day, day, |_, posting| {
        postings.push(posting);
        Ok(())
    })
    .unwrap();
    let sale = postings.iter().find(|one| one.cause == Cause::Sale).unwrap();
    let order = checkout::order(&snapshot, sale.order.unwrap()).unwrap().unwrap();
    let txn = store.begin_write().unwrap();
    {
        let mut orders = txn.open_table(tables::ORDERS).unwrap();
        let mut journal = txn.open_table(tables::JOURNAL).unwrap();
        for id in 1_000_000..1_000_000 + count {
            let posting = Posting { order: Some(OrderId(id)), ..sale.clone() };
            orders.insert(id, stored::bytes(&order).as_slice()).unwrap();
            journal.insert((day.0, id), stored::bytes(&posting).as_slice()).unwrap();
        }
    }
    txn.commit().unwrap();
    house.on(store)
}

#[tokio::test]
async fn a_day_of_five_thousand_orders_is_one_page_that_agrees_with_the_journal() {
    let small = sold().await;
    let house = with_orders(&small, 5_000);
    let mut browser = signed_in(&house, Role::Supervisor).await;
    browser.go("/desk").await;
    let mut took = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        let page = browser.go("/desk/report").await;
        took.push(begun.elapsed().as_millis());
        says(&page, "<dd>5003</dd>");
        assert!(!page.body.contains("other sums"), "{}", page.body);
    }
    took.sort_unstable();
    println!("the report of 5,003 orders: {} ms, the slowest of five {} ms", took[2], took[4]);
}
