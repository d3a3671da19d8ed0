//! The card gateway of the test house: a task that answers each intent by its token.
//!
//! Shared by the tests beside it; asserts nothing of its own beyond what it needs to go on.
//! Next: `house/mod.rs`.

use usher_ledger::handle::{Handle, Lane};
use usher_listener::state::TypedCard;
use usher_rules::checkout::{Answer, Command as Checkout, Event as Happened};
use usher_rules::view::checkout::{Fault, Field, FieldFault};
use usher_rules::{Actor, Command, Event, Key, tender};

/// The token of a typed card: by its last four digits, as the cards of the tests have them.
pub fn token(card: &TypedCard) -> Result<String, FieldFault> {
    let ending = card.number.split_at(card.number.len().saturating_sub(4)).1;
    match ending {
        "4242" => Ok("tok_4242".to_owned()),
        "0002" => Ok("tok_declined".to_owned()),
        "0119" => Ok("tok_timeout".to_owned()),
        _ => Err(FieldFault { field: Field::CardNumber, fault: Fault::NotACard }),
    }
}

/// Answers every intent that appears: `tok_4242` approved, `tok_declined` declined,
/// `tok_timeout` no answer, `tok_silent` nothing at all.
pub fn follow(handle: &Handle) {
    let mut entries = handle.feed().entries();
    let handle = handle.clone();
    tokio::spawn(async move {
        while let Ok(entry) = entries.recv().await {
            for event in &entry.events {
                if let Event::Checkout(Happened::Intent(key, intent)) = event
                    && (intent.state, &intent.pad) == (tender::State::Sent, &None)
                {
                    match intent.refunding() {
                        Some(refunding) => give_back(&handle, *key, &refunding.reason).await,
                        None => answer(&handle, *key, &intent.token).await,
                    }
                }
            }
        }
    });
}

async fn answer(handle: &Handle, key: Key, token: &str) {
    let told = match token {
        "tok_4242" => Answer::Approved { approval: "A1".into(), reference: "R1".into() },
        "tok_declined" => Answer::Declined { bank_text: "no funds".into() },
        "tok_timeout" => Answer::NoAnswer,
        "tok_silent" => return,
        other => panic!("an unknown token reached the gateway: {other}"),
    };
    let approved = matches!(told, Answer::Approved { .. });
    ask(handle, Checkout::Answered(key, told)).await;
    if approved {
        ask(handle, Checkout::Captured(key)).await;
    }
}

/// A refund goes back, but for two reasons: one is refused, one is not answered.
pub const REFUSED: &str = "The bank says no";
pub const UNHEARD: &str = "The line is dead";

async fn give_back(handle: &Handle, key: Key, reason: &str) {
    let told = match reason {
        REFUSED => Answer::Declined { bank_text: "Do not honour".into() },
        UNHEARD => Answer::NoAnswer,
        _ => Answer::Approved { approval: String::new(), reference: "B1".into() },
    };
    ask(handle, Checkout::Answered(key, told)).await;
}

pub async fn ask(handle: &Handle, command: Checkout) {
    handle.ask(Lane::Till, Actor::House, None, Command::Checkout(command)).await.unwrap();
}
