//! Guards the register of patrons: who may put whom into it, and in what form it is kept.
//!
//! Both sides of each limit. Next: `ledger/tests/patron.rs` for finding them.

#![allow(clippy::unwrap_used, clippy::panic)]

use usher_rules::at::At;
use usher_rules::cart::{self, Buyer, Cart, State};
use usher_rules::checkout::Event as Sale;
use usher_rules::house::House;
use usher_rules::id::{BoxNo, CartId, PatronId, StaffNo, TillNo, compose};
use usher_rules::patron::{Command, Details, Event, Facts, Patron, decide};
use usher_rules::{Actor, Ask, BusinessDay, Event as Any, Refusal};

const NOW: At = At(1_796_403_600_000);
const BEFORE: At = At(1_790_000_000_000);
const NEXT: PatronId = PatronId(compose(BoxNo(1), 8));
const KNOWN: PatronId = PatronId(compose(BoxNo(1), 3));
const CART: CartId = CartId(compose(BoxNo(1), 5));

fn ask(by: Actor) -> Ask {
    Ask { by, at: NOW, day: BusinessDay(20_000), random: [0; 32] }
}

fn cashier() -> Actor {
    Actor::Account(StaffNo(2))
}

fn details(name: &str, email: &str, phone: &str) -> Details {
    Details { name: name.into(), email: email.into(), phone: phone.into() }
}

fn ada() -> Patron {
    let (name, email) = ("Ada Merrow".into(), "ada@example.org".into());
    Patron { name, email, phone: String::new(), since: BEFORE }
}

fn registered(details: Details) -> Result<Patron, Refusal> {
    let facts = Facts { next: NEXT, patron: None };
    let events = decide(&facts, &Command::Register(details), &ask(cashier()))?;
    match &events[..] {
        [Any::Patron(Event::Put(id, row))] => {
            assert_eq!((*id, row.since), (NEXT, NOW));
            Ok(row.clone())
        }
        other => panic!("{other:?}"),
    }
}

fn wrong(details: Details) -> Vec<&'static str> {
    match registered(details) {
        Ok(_) => Vec::new(),
        Err(Refusal::MissingData { fields }) => fields,
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_patron_is_kept_in_normal_form() {
    let typed = details("  Zoë   O'Dell ", " Zoe.ODell@Mail.EXAMPLE.org ", " +44 (1632) 960-123 ");
    let row = registered(typed).unwrap();
    assert_eq!(row.name, "Zoë O'Dell");
    assert_eq!(row.email, "Zoe.ODell@mail.example.org");
    assert_eq!(row.phone, "+441632960123");
}

#[test]
fn a_name_is_all_that_must_be_told() {
    let row = registered(details("Ada", "", "")).unwrap();
    assert_eq!((row.email.as_str(), row.phone.as_str()), ("", ""));
    assert_eq!(wrong(details("", "ada@example.org", "01632 960123")), ["name"]);
    assert_eq!(wrong(details(" ’ - ", "", "")), ["name"], "nobody finds that");
}

#[test]
fn each_field_has_its_limits() {
    let long = |count| "n".repeat(count);
    for (typed, expected) in [
        (details(&long(120), "", ""), vec![]),
        (details(&long(121), "", ""), vec!["name"]),
        (details("Ada", "nobody", ""), vec!["email"]),
        (details("Ada", &format!("{}@example.org", long(242)), ""), vec![]),
        (details("Ada", &format!("{}@example.org", long(243)), ""), vec!["email"]),
        (details("Ada", "", "123"), vec![]),
        (details("Ada", "", "12"), vec!["phone"]),
        (details("Ada", "", "+"), vec!["phone"]),
        (details("Ada", "", "123456789012345"), vec![]),
        (details("Ada", "", "1234567890123456"), vec!["phone"]),
        (details("Ada", "", "12 + 34"), vec!["phone"]),
        // A card number of 13 digits.
        (details("Ada", "", &format!("{}8", "4 ".repeat(12))), vec!["phone"]),
        (details("Ada", "", "call me"), vec!["phone"]),
        (details("", "x", "y"), vec!["name", "email", "phone"]),
    ] {
        assert_eq!(wrong(typed.clone()), expected, "{typed:?}");
    }
}

#[test]
fn a_change_keeps_since_when_and_needs_somebody_to_change() {
    let change = Command::Change(KNOWN, details("Ada Quill", "", "01632"));
    let facts = |patron| Facts { next: NEXT, patron };
    let events = decide(&facts(Some(ada())), &change, &ask(cashier())).unwrap();
    let row =
        Patron { name: "Ada Quill".into(), email: "".into(), phone: "01632".into(), since: BEFORE };
    assert_eq!(events, [Any::Patron(Event::Put(KNOWN, row))]);
    assert_eq!(decide(&facts(None), &change, &ask(cashier())), Err(Refusal::NotFound));
}

#[test]
fn visitors_and_devices_put_nobody_into_the_register() {
    let facts = Facts { next: NEXT, patron: None };
    let register = Command::Register(details("Ada", "", ""));
    for (by, may) in [
        (cashier(), true),
        (Actor::Staff("till".into()), true),
        (Actor::Console, true),
        (Actor::House, true),
        (Actor::Guest(None), false),
        (Actor::Device(usher_rules::id::DeviceNo(1)), false),
    ] {
        let asked = decide(&facts, &register, &ask(by.clone()));
        assert_eq!(asked.is_ok(), may, "{by:?}");
    }
}

fn chosen(cart: Option<Cart>, patron: Option<Patron>, by: Actor) -> Result<Vec<Any>, Refusal> {
    let named = Some(KNOWN);
    let facts = cart::Facts {
        house: House::default(),
        next: CART,
        cart,
        open_carts: 0,
        intent_open: false,
        patron,
    };
    cart::decide(&facts, &cart::Command::SetPatron { cart: CART, patron: named }, &ask(by))
}

fn at_till() -> Cart {
    Cart { till: Some(TillNo(1)), ..Cart::bare(NOW) }
}

#[test]
fn a_sale_of_the_counter_names_its_patron() {
    let named = chosen(Some(at_till()), Some(ada()), cashier()).unwrap();
    let buyer =
        Buyer { name: "Ada Merrow".into(), email: "ada@example.org".into(), patron: Some(KNOWN) };
    assert_eq!(named, [Any::Checkout(Sale::BuyerNamed(CART, buyer, String::new()))]);
}

#[test]
fn no_patron_is_put_on_a_cart_of_the_shop_or_by_a_visitor_or_where_nobody_is_known() {
    let shop = Cart { till: None, ..at_till() };
    let over = Cart { state: State::Completed, ..at_till() };
    let known = Some(ada());
    assert_eq!(chosen(None, known.clone(), cashier()), Err(Refusal::NotFound));
    assert_eq!(chosen(Some(at_till()), None, cashier()), Err(Refusal::NotFound));
    assert_eq!(chosen(Some(shop), known.clone(), cashier()), Err(Refusal::NotAllowed));
    let guest = Actor::Guest(Some(CART));
    assert_eq!(chosen(Some(at_till()), known.clone(), guest), Err(Refusal::NotAllowed));
    let refused = Err(Refusal::CartNotActive { state: State::Completed });
    assert_eq!(chosen(Some(over), known, cashier()), refused);
}
