//! The register of patrons as a cashier without scripts uses it, and what the script is told.
//!
//! Every form is taken off the page that carries it. Next: `sell.rs`.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, Form, form, forms, says};
use house::pad::{is_proven, with_tills};
use house::{Ask, House, Told};
use usher_ledger::{cart, checkout, patron};
use usher_rules::id::{CartId, OrderId, PatronId};
use usher_rules::patron::Patron;
use usher_rules::staff::Role;

const EVIL: &str = "<script>alert(1)</script> \"Eve\" & 'Co'";

/// A cashier at a till that is open.
async fn at_till<'h>(house: &'h House, login: &str, till: &str) -> Browser<'h> {
    let person = house.engaged(login, Role::Cashier).await;
    let mut browser = Browser::new(house);
    browser.cookie = Some(house.session_of(person.no).await);
    let page = browser.go("/desk/till").await;
    browser.submit(&form(&page, "/open").set("till", till).set("float", "100")).await;
    browser
}

async fn opened<'h>(house: &'h House) -> Browser<'h> {
    with_tills(house).await;
    at_till(house, "anna", "1").await
}

/// The form of somebody new; the search has the same address.
fn new_form(page: &Told) -> Form {
    let mut all = forms(&page.body).into_iter();
    all.find(|form| form.post && form.action == "/desk/patrons").expect("a form")
}

async fn register(browser: &mut Browser<'_>, name: &str, email: &str, phone: &str) -> PatronId {
    let page = browser.go("/desk/patrons").await;
    let new = new_form(&page).set("name", name).set("email", email);
    browser.submit(&new.set("phone", phone)).await;
    let path = browser.path.strip_prefix("/desk/patrons/");
    path.unwrap_or_else(|| panic!("{}", browser.path)).parse().unwrap()
}

/// Best seats for so many adults tonight; the page of the sale.
async fn take(browser: &mut Browser<'_>, house: &House, count: &str) -> (CartId, Told) {
    let page = browser.go(&format!("/desk/sell/{}", house.season.tonight)).await;
    let page = browser.submit(&form(&page, "/best-seats").set("qty-1", count)).await;
    let id = browser.path.strip_prefix("/desk/sell/cart/").expect("a sale").parse().unwrap();
    (id, page)
}

fn row(house: &House, id: PatronId) -> Patron {
    patron::get(&house.handle.snapshot().unwrap(), id).unwrap().unwrap()
}

fn everybody(house: &House) -> Vec<String> {
    let all = patron::newest(&house.handle.snapshot().unwrap(), None, 100).unwrap();
    all.into_iter().map(|(_, row)| row.name).collect()
}

fn order_of(house: &House, id: CartId) -> (OrderId, Option<PatronId>, String) {
    let snapshot = house.handle.snapshot().unwrap();
    let order = cart::get(&snapshot, id).unwrap().unwrap().order.expect("it is sold");
    let row = checkout::order(&snapshot, order).unwrap().unwrap();
    (order, row.buyer.patron, row.buyer.name)
}

async fn matches(browser: &mut Browser<'_>, text: &str) -> serde_json::Value {
    let text = usher_web::html::url_part(text);
    let told = browser.go(&format!("/desk/patrons/matches?find={text}")).await;
    assert_eq!(told.header("cache-control"), "no-store");
    told.json()
}

#[tokio::test]
async fn somebody_is_registered_found_and_changed() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    says(&browser.go("/desk/patrons").await, "Nobody is in the register yet");
    let id = register(&mut browser, " Zoë  O'Dell", "zoe@MAIL.example.org", "01632 960 103").await;
    assert_eq!(row(&house, id).email, "zoe@mail.example.org");
    for find in ["zoe", "o+dell", "01632960", "mail.exa"] {
        let page = browser.go(&format!("/desk/patrons?find={find}")).await;
        says(&page, &format!("href=\"/desk/patrons/{id}\""));
    }
    says(&browser.go("/desk/patrons?find=bram").await, "Nobody fits that");
    let page = browser.go(&format!("/desk/patrons/{id}")).await;
    let change = form(&page, &format!("/desk/patrons/{id}"));
    let page = browser.submit(&change.set("name", "Zoë Quill")).await;
    says(&page, "<h1>Zoë Quill</h1>");
    assert_eq!(row(&house, id).phone, "01632960103");
    assert_eq!(everybody(&house), ["Zoë Quill"]);
    is_proven(&house);
}

#[tokio::test]
async fn what_cannot_be_right_is_said_beside_its_field_and_nothing_is_kept() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    let page = browser.go("/desk/patrons").await;
    let new = new_form(&page).set("name", "Ada").set("email", "nobody");
    let told = browser.press(&new.set("phone", "call me")).await;
    assert_eq!(told.status, 422);
    says(&told, "mail can reach");
    says(&told, "3 to 15 digits");
    says(&told, "value=\"call me\"");
    assert_eq!(everybody(&house), Vec::<String>::new());
    let id = register(&mut browser, "Ada", "", "").await;
    let page = browser.go(&format!("/desk/patrons/{id}")).await;
    let change = form(&page, &format!("/desk/patrons/{id}"));
    let told = browser.press(&change.set("name", "-")).await;
    assert_eq!(told.status, 422);
    says(&told, "Give a name");
    assert_eq!(everybody(&house), ["Ada"]);
}

#[tokio::test]
async fn pressing_twice_registers_once() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    let page = browser.go("/desk/patrons").await;
    let new = new_form(&page).set("name", "Ada Merrow");
    let (first, second) = (browser.press(&new).await, browser.press(&new).await);
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(everybody(&house), ["Ada Merrow"]);
}

#[tokio::test]
async fn a_patron_is_chosen_for_a_sale_without_a_script_and_stands_on_the_order() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    let id = register(&mut browser, "Ada Merrow", "ada@example.org", "").await;
    register(&mut browser, "Bram Quill", "", "").await;
    let (sale, page) = take(&mut browser, &house, "2").await;
    says(&page, &format!("href=\"/desk/patrons?sale={sale}\""));
    let page = browser.go(&format!("/desk/patrons?sale={sale}&find=merr")).await;
    let page = browser.submit(&form(&page, &format!("/cart/{sale}/patron"))).await;
    assert_eq!(browser.path, format!("/desk/sell/cart/{sale}"));
    says(&page, "<strong>Ada Merrow</strong>");
    browser.submit(&form(&page, "/cash").set("given", "60")).await;
    let (order, of, name) = order_of(&house, sale);
    assert_eq!((of, name.as_str()), (Some(id), "Ada Merrow"));
    says(&browser.go(&browser.path.clone()).await, "Mailed to ada@example.org");
    let page = browser.go(&format!("/desk/patrons/{id}")).await;
    says(&page, &format!("href=\"/desk/sell/order/{order}\""));
    says(&page, "The Tide Clock");
    is_proven(&house);
}

#[tokio::test]
async fn who_was_chosen_is_taken_off_again() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    register(&mut browser, "Ada Merrow", "", "").await;
    let (sale, _) = take(&mut browser, &house, "1").await;
    let page = browser.go(&format!("/desk/patrons?sale={sale}")).await;
    let page = browser.submit(&form(&page, &format!("/cart/{sale}/patron"))).await;
    let off = form(&page, &format!("/cart/{sale}/patron"));
    let page = browser.submit(&off).await;
    assert!(!page.body.contains("Ada Merrow"), "{}", page.body);
    browser.submit(&form(&page, "/cash").set("given", "100")).await;
    let (_, of, name) = order_of(&house, sale);
    assert_eq!((of, name.as_str()), (None, ""));
    is_proven(&house);
}

#[tokio::test]
async fn somebody_new_is_registered_and_chosen_in_one_step() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    let (sale, _) = take(&mut browser, &house, "1").await;
    let page = browser.go(&format!("/desk/patrons?sale={sale}&find=Dov+Vasey")).await;
    says(&page, "value=\"Dov Vasey\"");
    let page = browser.submit(&new_form(&page)).await;
    assert_eq!(browser.path, format!("/desk/sell/cart/{sale}"));
    says(&page, "<strong>Dov Vasey</strong>");
}

#[tokio::test]
async fn a_buyer_is_remembered_by_one_tick_once_and_not_without_it() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    let (_, page) = take(&mut browser, &house, "1").await;
    let cash = form(&page, "/cash").add("name", "Ines Yarrow").add("email", "ines@example.org");
    browser.submit(&cash).await;
    assert_eq!(everybody(&house), Vec::<String>::new());
    let (sale, page) = take(&mut browser, &house, "1").await;
    let tick = form(&page, "/cash").add("email", "ines@example.org").add("remember", "yes");
    let told = browser.press(&tick).await;
    assert_eq!(told.status, 422);
    says(&told, "Type the name to remember");
    says(&told, "checked");
    let tick = tick.add("name", "Ines Yarrow");
    let told = browser.press(&tick.clone().set("given", "1")).await;
    assert_eq!(told.status, 422, "not enough: she is remembered, the sale is not made");
    says(&told, "<strong>Ines Yarrow</strong>");
    browser.submit(&form(&told, "/cash").set("given", "")).await;
    assert_eq!(everybody(&house), ["Ines Yarrow"]);
    let (_, of, name) = order_of(&house, sale);
    assert!(of.is_some());
    assert_eq!(name, "Ines Yarrow");
    is_proven(&house);
}

#[tokio::test]
async fn a_number_finds_the_order_its_patron_and_the_ticket() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    house.sold(&["C-B-1", "C-B-2"]).await;
    let id = register(&mut browser, "Ada Merrow", "", "").await;
    register(&mut browser, "Bram Quill", "", "").await;
    let (sale, _) = take(&mut browser, &house, "2").await;
    let page = browser.go(&format!("/desk/patrons?sale={sale}&find=ada")).await;
    let page = browser.submit(&form(&page, &format!("/cart/{sale}/patron"))).await;
    browser.submit(&form(&page, "/cash").set("given", "60")).await;
    let (order, ..) = order_of(&house, sale);
    let page = browser.go(&format!("/desk/patrons?find={order}")).await;
    says(&page, &format!("href=\"/desk/sell/order/{order}\""));
    says(&page, &format!("href=\"/desk/patrons/{id}\""));
    let row = checkout::order(&house.handle.snapshot().unwrap(), order).unwrap().unwrap();
    let ticket = row.tickets[1];
    let page = browser.go(&format!("/desk/patrons?find={ticket}")).await;
    says(&page, &format!("ticket {ticket}"));
    says(&page, &format!("href=\"/desk/patrons/{id}\""));
    says(&browser.go("/desk/patrons?find=1-999").await, "Nobody fits that");
}

#[tokio::test]
async fn the_script_is_told_of_eight_at_most_with_what_tells_them_apart() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    for no in 0..9 {
        register(&mut browser, &format!("Ada Merrow {no}"), "ada@example.org", "").await;
    }
    let told = matches(&mut browser, "ada mer").await;
    let patrons = told["patrons"].as_array().unwrap();
    assert_eq!(patrons.len(), 8);
    assert_eq!(patrons[0]["name"], "Ada Merrow 0");
    assert_eq!(patrons[0]["about"], "ada@example.org");
    assert!(told["said"].as_str().unwrap().starts_with("The first 8"), "{told}");
    let told = matches(&mut browser, "merrow 7").await;
    assert_eq!(told["patrons"].as_array().unwrap().len(), 1);
    let told = matches(&mut browser, "nobody").await;
    assert_eq!(told["said"], "Nobody fits");
    let told = matches(&mut browser, "").await;
    assert_eq!(told["patrons"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn what_was_typed_is_never_markup() {
    let house = House::open().await;
    let mut browser = opened(&house).await;
    let id = register(&mut browser, EVIL, "", "").await;
    let (sale, _) = take(&mut browser, &house, "1").await;
    let list = browser.go(&format!("/desk/patrons?sale={sale}&find=%3Cscript%3E")).await;
    let one = browser.go(&format!("/desk/patrons/{id}")).await;
    let page = browser.go(&format!("/desk/patrons?sale={sale}&find=script")).await;
    let sold = browser.submit(&form(&page, &format!("/cart/{sale}/patron"))).await;
    for page in [list, one, page, sold] {
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
        says(&page, "&lt;script&gt;");
    }
    let told = browser.go("/desk/patrons/matches?find=script").await;
    assert!(told.header("content-type").starts_with("application/json"));
    assert_eq!(told.json()["patrons"][0]["name"], EVIL);
}

#[tokio::test]
async fn a_sale_of_another_till_and_a_cart_of_the_shop_get_no_patron() {
    let house = House::open().await;
    let mut anna = opened(&house).await;
    let id = register(&mut anna, "Ada Merrow", "", "").await;
    let (sale, _) = take(&mut anna, &house, "1").await;
    let mut bram = at_till(&house, "bram", "2").await;
    let (shop, _) = house.cart().await;
    for (cart, status) in [(sale.to_string(), 403), (shop, 404)] {
        let cookie = bram.cookie.clone().unwrap();
        let body = format!("key=k1&patron={id}");
        let ask = Ask::post(&format!("/desk/sell/cart/{cart}/patron")).form(&body);
        let told = house.send(ask.with("cookie", &cookie)).await;
        assert_eq!(told.status, status, "{cart}: {}", told.body);
        let body = format!("key=k2&name=Cleo&email=&phone=&sale={cart}");
        let told = house.send(Ask::post("/desk/patrons").form(&body).with("cookie", &cookie)).await;
        assert_eq!(told.status, status, "{cart}");
    }
    assert_eq!(everybody(&house), ["Ada Merrow"], "nobody was registered on the way");
    let page = bram.go("/desk/patrons/1-99").await;
    assert_eq!(page.status, 404);
}
