//! Card numbers typed where none belongs: masked, or refused where nothing can be masked.
//!
//! One case for each kind of text that becomes a row. Next: `src/card_number.rs`.

#![allow(clippy::unwrap_used)]

use usher_rules::checkout::mailable;
use usher_rules::performance::StaffHold;
use usher_rules::staff::{is_login, is_name};
use usher_rules::tender::pad::{field, kept};

/// The number of the demo's page.
fn card() -> String {
    "42".repeat(8)
}

/// Too few digits for one.
fn no_card() -> String {
    "42".repeat(6)
}

#[test]
fn what_a_person_or_a_terminal_says_of_a_payment_keeps_no_number() {
    assert_eq!(kept(&format!("card {}\u{7}", card())), format!("card {}", "*".repeat(16)));
    assert_eq!(kept(&no_card()), no_card());
    // The terminal wants its reference back as it told it.
    assert_eq!(field(&card()), card());
}

#[test]
fn an_address_a_login_and_a_name_of_staff_that_hold_a_number_are_refused() {
    assert!(!mailable(&format!("{}@tidewell.example", card())));
    assert!(mailable(&format!("{}@tidewell.example", no_card())));
    assert!(!is_login(&card()) && is_login(&no_card()));
    assert!(!is_name(&format!("Ada {}", card())) && is_name(&format!("Ada {}", no_card())));
}

#[test]
fn the_note_of_a_staff_hold_is_kept_without_its_number() {
    let hold = |note: String| StaffHold { code: 'K', note };
    let checked = hold(format!("for {}, aisle", card())).checked().unwrap();
    assert_eq!(checked.note, format!("for {}, aisle", "*".repeat(16)));
    assert_eq!(hold(no_card()).checked().unwrap().note, no_card());
}
