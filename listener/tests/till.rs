//! Tills as cashiers use them: opened with a float, paid into and out of, counted blind, closed.
//!
//! As a browser without scripts meets the pages. Next: `matrix.rs` for who may go where.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, Form, form, forms, says};
use house::{House, Told, token_with};
use usher_ledger::{proof, till};
use usher_listener::token::Right;
use usher_rules::id::{StaffNo, TillNo};
use usher_rules::money::Money;
use usher_rules::staff::Role;
use usher_rules::till::MOVEMENTS_MAX;
use usher_rules::{Actor, Command, house as rules};

/// A house with two tills.
async fn with_tills() -> House {
    let house = House::open().await;
    let till = |no, name: &str| rules::Till { no: TillNo(no), name: name.to_owned(), pad: None };
    let settings = usher_ledger::write::house(&house.handle.snapshot().unwrap()).unwrap();
    let tills = vec![till(1, "Left"), till(2, "Right")];
    house.staff(Command::House(rules::Command::Set(rules::House { tills, ..settings }))).await;
    house
}

/// Somebody of this role, signed in.
async fn at_work<'h>(house: &'h House, login: &str, role: Role) -> (StaffNo, Browser<'h>) {
    let person = house.engaged(login, role).await;
    let mut browser = Browser::new(house);
    browser.cookie = Some(house.session_of(person.no).await);
    (person.no, browser)
}

async fn open(browser: &mut Browser<'_>, till: &str, float: &str) -> Told {
    let page = browser.go("/desk/till").await;
    browser.submit(&form(&page, "/open").set("till", till).set("float", float)).await
}

fn paid(page: &Told, way: &str, amount: &str, reason: &str) -> Form {
    form(page, way).set("amount", amount).set("reason", reason)
}

fn drawer(house: &House, till: u16) -> Money {
    till::drawer(&house.handle.snapshot().unwrap(), TillNo(till)).unwrap()
}

fn silent(page: &Told, words: &str) {
    assert!(!page.body.contains(words), "`{words}` is on the page: {}", page.body);
}

fn is_proven(house: &House) {
    let snapshot = house.handle.snapshot().unwrap();
    assert_eq!(proof::of(&snapshot, snapshot.plans()).unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn an_evening_at_a_till_ends_on_a_sheet_that_adds_up() {
    let house = with_tills().await;
    let (anna, mut browser) = at_work(&house, "anna", Role::Cashier).await;
    let page = open(&mut browser, "2", "£120.50").await;
    assert_eq!(browser.path, "/desk/till");
    says(&page, "Till Right");
    says(&page, "£120.50");
    let page = browser.submit(&paid(&page, "/pay-in", "30", "Change from the bank")).await;
    says(&page, "Change from the bank");
    let page = browser.submit(&paid(&page, "/pay-out", "12,25", "Milk")).await;
    says(&page, "-£12.25");
    assert_eq!(drawer(&house, 2), Money(13_825));
    silent(&page, "138.25");
    let page = browser.submit(&form(&page, "/count").set("counted", "137.25")).await;
    says(&page, "Counted: £137.25");
    silent(&page, "138.25");
    silent(&page, "short");
    let page = browser.submit(&form(&page, "/close")).await;
    assert_eq!(browser.path, "/desk/till/1-1");
    for words in ["Till Right, closed", "£138.25", "£137.25", "£1.00 short", "anna by name"] {
        says(&page, words);
    }
    assert_eq!(drawer(&house, 2), Money::ZERO);
    is_proven(&house);
    let snapshot = house.handle.snapshot().unwrap();
    assert_eq!(till::open_of(&snapshot, anna).unwrap(), None);
    let page = browser.go("/desk/till").await;
    says(&page, "You have no till open");
    says(&page, "£1.00 short");
}

#[tokio::test]
async fn a_till_that_somebody_has_is_refused_and_says_who_it_is() {
    let house = with_tills().await;
    let (_, mut anna) = at_work(&house, "anna", Role::Cashier).await;
    let (_, mut bram) = at_work(&house, "bram", Role::Cashier).await;
    let before = bram.go("/desk/till").await;
    open(&mut anna, "1", "50").await;
    let told = bram.press(&form(&before, "/open").set("till", "1").set("float", "77")).await;
    assert_eq!(told.status, 409);
    says(&told, "anna by name has this till open");
    says(&told, "value=\"77\"");
    let again = bram.submit(&form(&told, "/open").set("till", "2")).await;
    says(&again, "Till Right");
    let second = bram.press(&form(&before, "/open").set("till", "2").set("float", "5")).await;
    assert_eq!(second.status, 409);
    says(&second, "You have a till open already");
    is_proven(&house);
}

#[tokio::test]
async fn pressing_twice_pays_in_once() {
    let house = with_tills().await;
    let (_, mut browser) = at_work(&house, "anna", Role::Cashier).await;
    let page = open(&mut browser, "1", "10").await;
    let form = paid(&page, "/pay-in", "5", "Change");
    browser.press(&form).await;
    assert_eq!(browser.press(&form).await.status, 303);
    assert_eq!(drawer(&house, 1), Money(1_500));
}

#[tokio::test]
async fn more_than_the_drawer_has_is_not_paid_out_and_the_page_keeps_what_it_has_to_itself() {
    let house = with_tills().await;
    let (_, mut browser) = at_work(&house, "anna", Role::Cashier).await;
    let page = open(&mut browser, "1", "0").await;
    let page = browser.submit(&paid(&page, "/pay-in", "10", "Change")).await;
    let told = browser.press(&paid(&page, "/pay-out", "10.01", "Milk for all")).await;
    assert_eq!(told.status, 422);
    says(&told, "There is not that much in the drawer");
    says(&told, "value=\"10.01\"");
    says(&told, "value=\"Milk for all\"");
    let told = browser.press(&paid(&page, "/pay-out", "10.00", "Milk for all")).await;
    assert_eq!(told.status, 303);
}

#[tokio::test]
async fn what_is_typed_wrong_is_told_on_the_page_and_writes_nothing() {
    let house = with_tills().await;
    let (_, mut browser) = at_work(&house, "anna", Role::Cashier).await;
    let page = browser.go("/desk/till").await;
    for (float, status, words) in [
        ("ten", 422, "No amount can be read there"),
        ("-5", 422, "No amount can be read there"),
        ("100,000.01", 400, "At most £100,000.00."),
    ] {
        let told = browser.press(&form(&page, "/open").set("float", float)).await;
        assert_eq!(told.status, status, "{float}");
        says(&told, words);
    }
    let page = open(&mut browser, "1", "100,000.00").await;
    for (amount, reason, status, words) in [
        ("", "Change", 422, "No amount can be read there"),
        ("0", "Change", 400, "More than nothing, at most £100,000.00."),
        ("5", "  ", 400, "Say why"),
    ] {
        let told = browser.press(&paid(&page, "/pay-in", amount, reason)).await;
        assert_eq!(told.status, status, "{amount} {reason}");
        says(&told, words);
    }
    let told = browser.press(&form(&page, "/count")).await;
    assert_eq!(told.status, 422, "an empty count is no count");
    let told = browser.press(&form(&page, "/count").set("counted", "1000000000.01")).await;
    says(&told, "At most £1,000,000,000.00.");
    assert_eq!(drawer(&house, 1), Money(10_000_000));
}

#[tokio::test]
async fn a_drawer_is_counted_by_notes_and_coins_which_must_make_the_total_if_both_are_given() {
    let house = with_tills().await;
    let (anna, mut browser) = at_work(&house, "anna", Role::Cashier).await;
    let page = open(&mut browser, "1", "50").await;
    let pieces = form(&page, "/count").set("n-2000", "2").set("n-50", " 3 ");
    let told = browser.press(&pieces.clone().set("counted", "41")).await;
    assert_eq!(told.status, 422);
    says(&told, "Notes and coins make £41.50, the total says £41.00");
    says(
        &told,
        "name=\"n-2000\" inputmode=\"numeric\" autocomplete=\"off\" maxlength=\"6\" value=\"2\"",
    );
    for wrong in ["two", "-1", "100001"] {
        let told = browser.press(&pieces.clone().set("n-100", wrong)).await;
        assert_eq!(told.status, 422, "{wrong}");
    }
    browser.submit(&pieces).await;
    let counted = |house: &House| {
        let row = till::open_of(&house.handle.snapshot().unwrap(), anna).unwrap().unwrap().1;
        row.count.map(|count| count.counted)
    };
    assert_eq!(counted(&house), Some(Money(4_150)));
    let page = browser.go("/desk/till").await;
    let both = form(&page, "/count").set("n-1000", "5").set("counted", "50");
    browser.submit(&both).await;
    assert_eq!(counted(&house), Some(Money(5_000)), "the last count counts");
}

#[tokio::test]
async fn a_till_is_closed_by_a_count_of_the_cash_that_is_there_now() {
    let house = with_tills().await;
    let (_, mut browser) = at_work(&house, "anna", Role::Cashier).await;
    let page = open(&mut browser, "1", "50").await;
    let page = browser.submit(&form(&page, "/count").set("counted", "50")).await;
    let close = form(&page, "/close");
    browser.submit(&paid(&page, "/pay-in", "5", "Found under the desk")).await;
    let told = browser.press(&close).await;
    assert_eq!(told.status, 400);
    says(&told, "Count the drawer once more");
    assert!(forms(&told.body).iter().all(|form| !form.action.ends_with("/close")));
    let page = browser.submit(&form(&told, "/count").set("counted", "55")).await;
    let page = browser.submit(&form(&page, "/close")).await;
    says(&page, "Nothing over, nothing short");
}

#[tokio::test]
async fn somebody_senior_sees_all_tills_and_closes_what_was_left_open() {
    let house = with_tills().await;
    let (anna, mut cashier) = at_work(&house, "anna", Role::Cashier).await;
    let (_, mut bram) = at_work(&house, "bram", Role::Cashier).await;
    let (_, mut cleo) = at_work(&house, "cleo", Role::Supervisor).await;
    open(&mut cashier, "1", "50").await;
    let stale = cashier.go("/desk/till").await;
    let page = bram.go("/desk/till").await;
    silent(&page, "All tills");
    assert_eq!(bram.go("/desk/till/1-1").await.status, 403, "not a colleague's");
    let page = cleo.go("/desk/till").await;
    says(&page, "All tills");
    says(&page, "href=\"/desk/till/1-1\"");
    let page = cleo.go("/desk/till/1-1").await;
    says(&page, "anna by name");
    assert!(forms(&page.body).iter().all(|form| !form.action.contains("/pay-")));
    let told = cleo.press(&form(&page, "/count").set("counted", "a lot")).await;
    says(&told, "No amount can be read there");
    says(&told, "anna by name");
    let page = cleo.submit(&form(&page, "/count").set("counted", "49")).await;
    assert_eq!(cleo.path, "/desk/till/1-1");
    let page = cleo.submit(&form(&page, "/close")).await;
    for words in ["£1.00 short", "anna by name", "cleo by name"] {
        says(&page, words);
    }
    let told = cashier.press(&paid(&stale, "/pay-in", "5", "Change")).await;
    assert_eq!(told.status, 409);
    says(&told, "This till is closed");
    assert_eq!(till::open_of(&house.handle.snapshot().unwrap(), anna).unwrap(), None);
    is_proven(&house);
}

#[tokio::test]
async fn a_cashier_does_not_count_or_close_anothers_till_by_its_number() {
    let house = with_tills().await;
    let (_, mut anna) = at_work(&house, "anna", Role::Cashier).await;
    let (_, mut bram) = at_work(&house, "bram", Role::Cashier).await;
    open(&mut anna, "1", "50").await;
    let page = open(&mut bram, "2", "50").await;
    for action in ["/count", "/pay-in", "/pay-out"] {
        let mut form = form(&page, action).set("session", "1-1");
        for (name, text) in [("counted", "5"), ("amount", "5"), ("reason", "Mine")] {
            if form.fields.iter().any(|(field, _)| field == name) {
                form = form.set(name, text);
            }
        }
        assert_eq!(bram.press(&form).await.status, 403, "{action}");
    }
    let mut close = form(&page, "/count").set("session", "1-1");
    close.action = "/desk/till/close".to_owned();
    assert_eq!(bram.press(&close).await.status, 403);
    assert_eq!(drawer(&house, 1), Money(5_000));
}

#[tokio::test]
async fn a_token_opens_no_till() {
    let house = with_tills().await;
    let (mut browser, page) =
        browser::signed_in(&house, &token_with(Right::SellAtCounter), "/desk/till").await;
    assert_eq!(page.status, 403);
    silent(&page, "/desk/till/open");
    let typed = Form {
        action: "/desk/till/open".to_owned(),
        post: true,
        fields: vec![("till".to_owned(), "1".to_owned()), ("float".to_owned(), "5".to_owned())],
    };
    assert_eq!(browser.press(&typed).await.status, 403);
}

#[tokio::test]
async fn a_house_without_tills_or_without_a_free_one_says_so() {
    let house = House::open().await;
    let (_, mut anna) = at_work(&house, "anna", Role::Cashier).await;
    let page = anna.go("/desk/till").await;
    says(&page, "The house has no tills yet");
    assert!(forms(&page.body).iter().all(|form| !form.action.ends_with("/open")));
    let house = with_tills().await;
    for (login, till) in [("bram", "1"), ("cleo", "2")] {
        let (_, mut browser) = at_work(&house, login, Role::Cashier).await;
        open(&mut browser, till, "5").await;
    }
    let (_, mut anna) = at_work(&house, "anna", Role::Cashier).await;
    says(&anna.go("/desk/till").await, "Every till is open");
}

#[tokio::test]
async fn after_so_many_movements_the_till_is_counted_and_opened_anew() {
    use usher_rules::till::Command as Rule;
    let house = with_tills().await;
    let (anna, mut browser) = at_work(&house, "anna", Role::Cashier).await;
    let page = open(&mut browser, "1", "5").await;
    let (session, _) = till::open_of(&house.handle.snapshot().unwrap(), anna).unwrap().unwrap();
    for _ in 0..MOVEMENTS_MAX {
        let (amount, reason) = (Money(100), "Change".to_owned());
        let asked = Command::Till(Rule::PayIn { session, amount, reason });
        let lane = usher_ledger::Lane::Till;
        house.handle.ask(lane, Actor::Account(anna), None, asked).await.unwrap();
    }
    let told = browser.press(&paid(&page, "/pay-in", "5", "Once more")).await;
    assert_eq!(told.status, 400);
    says(&told, "No more than 200 times");
}
