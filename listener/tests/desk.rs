//! Pages of the desk: held tickets and letters, what they say, and to whom.
//!
//! As a browser without scripts uses them. Next: `browser/mod.rs`, `staff_holds.rs`.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, says, signed_in};
use house::{Ask, DEVICE_TOKEN, House, token_with};
use usher_listener::token::Right;
use usher_rules::Command;
use usher_rules::device::{self, Device};
use usher_rules::letter::{self, Part, TOKEN_SIGN, Words};

const PAGES: [&str; 3] = ["/desk/carts", "/desk/letters", "/desk/letters/1-1"];

#[tokio::test]
async fn the_pages_open_to_who_signed_in_with_the_desk_and_to_nobody_else() {
    let house = House::open().await;
    house.sold(&["C-E-1", "C-E-2"]).await;
    let mut guest = Browser::new(&house);
    let path = format!("/performances/{}/best-seats", house.season.tonight);
    let told = house.send(Ask::post(&path).form("qty-1=2&where=any&key=")).await;
    guest.cookie = Some(told.cookie());
    for page in PAGES {
        let told = house.send(Ask::get(page)).await;
        let sign_in = told.header("location");
        assert!(told.status == 303 && sign_in.starts_with("/desk/sign-in?onward="), "{sign_in}");
        guest.go(page).await;
        assert!(guest.path.starts_with("/desk/sign-in"), "{page} with a visitor's cookie");
        for token in [token_with(Right::Desk), DEVICE_TOKEN.to_owned()] {
            let told = house.send(Ask::get(page).bearer(&token)).await;
            assert_eq!(told.status, 303, "a page takes no bearer token");
        }
        for token in [token_with(Right::Read), token_with(Right::Door), DEVICE_TOKEN.to_owned()] {
            let (_, told) = signed_in(&house, &token, page).await;
            assert_eq!(told.status, 403, "{page} with {token}");
            assert!(!told.body.contains("ada@example.org"));
        }
        let (browser, told) = signed_in(&house, &token_with(Right::Desk), page).await;
        assert_eq!((browser.path.as_str(), told.status.as_u16()), (page, 200));
        assert_eq!(told.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn the_desk_leads_to_held_tickets_and_they_are_those_of_this_moment() {
    let house = House::open().await;
    let (mut browser, page) = signed_in(&house, &token_with(Right::Desk), "/desk").await;
    says(&page, "href=\"/desk/carts\"");
    says(&page, "href=\"/desk/letters\"");
    says(&browser.go("/desk/carts").await, "No cart holds a ticket now.");
    let (cart, _) = house.cart_with(&["C-C-4", "C-C-5"]).await;
    let (paying, token) = house.cart_with(&["C-D-4", "C-D-5"]).await;
    house.send(house.pay(&paying, &token, "tok_silent")).await;
    house.sold(&["C-E-1", "C-E-2"]).await;
    let page = browser.go("/desk/carts").await;
    for words in [cart.as_str(), paying.as_str(), "The Tide Clock", "<strong>W</strong>"] {
        says(&page, words);
    }
    assert_eq!(page.body.matches("<strong>W</strong>").count(), 2, "what was sold is not held");
    let close = usher_rules::cart::Command::Close(cart.parse().unwrap());
    house.staff(Command::Cart(close)).await;
    let page = browser.go("/desk/carts").await;
    assert!(!page.body.contains(&format!(">{cart}<")), "a reload is the refresh");
    let page = browser.go("/desk/carts?after=nonsense").await;
    assert_eq!(page.status, 400);
    let page = browser.go("/desk/carts?after=9223372036854775807_1-1").await;
    says(&page, "No cart holds a ticket now.");
}

fn words(text: &str) -> Words {
    Words {
        subject: "Your tickets <b>".to_owned(),
        text: text.to_owned(),
        html: "<p>never shown</p>".to_owned(),
        parts: vec![Part { name: "tickets.pdf".to_owned(), bytes: 48_213, sha256: [0; 32] }],
    }
}

#[tokio::test]
async fn a_letter_is_read_as_it_left_with_its_conversation_and_without_its_token() {
    let house = House::open().await;
    let (mut browser, page) = signed_in(&house, &token_with(Right::Desk), "/desk/letters").await;
    says(&page, "No letter was made yet.");
    house.sold(&["C-E-1", "C-E-2"]).await;
    let page = browser.go("/desk/letters").await;
    for text in ["ada@example.org", "Not Done", "Confirmation of order", "/desk/letters/1-1"] {
        says(&page, text);
    }
    let id = "1-1".parse().unwrap();
    says(&browser.go("/desk/letters/1-1").await, "Nothing was sent yet");
    let transcript = "C: AUTH PLAIN ***\nS: 550 <script>no</script>\n".to_owned();
    let failed = letter::Command::Failed { letter: id, transcript, again: None };
    house.staff(Command::Letter(failed)).await;
    let page = browser.go("/desk/letters").await;
    says(&page, "Error");
    says(&page, "550 &lt;script&gt;no");
    let text = format!("Hello <Ada>: /orders/{TOKEN_SIGN}0{TOKEN_SIGN}");
    let transcript = "C: AUTH PLAIN ***\nS: 250 taken\n".to_owned();
    let sent = letter::Command::Sent { letter: id, transcript, words: Some(words(&text)) };
    house.staff(Command::Letter(sent)).await;
    let page = browser.go("/desk/letters/1-1").await;
    for text in ["Hello &lt;Ada&gt;: ", "orders", "***", "tickets.pdf, 48,213 bytes", "250 taken"] {
        says(&page, text);
    }
    for absent in ["<script>no", "<Ada>", "never shown", "Your tickets <b>"] {
        assert!(!page.body.contains(absent), "{absent}: {}", page.body);
    }
    assert!(!page.body.contains(TOKEN_SIGN));
    let order = usher_ledger::handle::TokenKind::Order;
    let snapshot = house.handle.snapshot().unwrap();
    let row = usher_ledger::letter::get(&snapshot, id).unwrap().unwrap();
    let of = row.kind.order();
    assert!(!page.body.contains(&house.handle.token(order, of.0)), "the token opens the order");
    for gone in ["/desk/letters/1-99", "/desk/letters/x", "/desk/letters/99999-1"] {
        assert_eq!(browser.go(gone).await.status, 404, "{gone}");
    }
    assert_eq!(browser.go("/desk/letters?before=x").await.status, 400);
    says(&browser.go("/desk/letters?before=1-1").await, "No letter was made yet.");
}

#[tokio::test]
async fn a_phone_at_a_door_is_told_to_sign_in_and_a_scanner_to_be_plugged_in() {
    let house = House::open().await;
    let (mut browser, page) = signed_in(&house, &token_with(Right::Desk), "/desk").await;
    says(&page, "Open /door on the phone");
    assert!(!page.body.contains("Plug it in"));
    let (name, door) = ("Foyer scanner".to_owned(), "Studio".to_owned());
    let scanner = Device { name, door, enabled: true, performance: None };
    let no = usher_rules::id::DeviceNo(71);
    house.staff(Command::Device(device::Command::SetAll(vec![(no, scanner)]))).await;
    let page = browser.go("/desk").await;
    says(&page, "Plug it in");
    assert!(!page.body.contains("Open /door on the phone"));
}
