//! A box that takes one card at one till, and dies after so many commits of that payment.
//!
//! `counter-box CONFIG STAND COMMITS`: exit 0 if the payment was settled before. Dying is an abort:
//! nothing is tidied up. Next: `tests/counter.rs`, which starts it and judges what it left.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)] // the judge needs more of a house than the box that is killed
#[path = "house.rs"]
mod house;

use house::{House, Stand};
use usher_rules::{Event, checkout};

fn main() {
    let mut given = std::env::args().skip(1);
    let mut next = || given.next().expect("CONFIG STAND COMMITS");
    let (config, stand, commits) = (next(), next(), next());
    let config = std::fs::read_to_string(config).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(sell(&config, stand.parse().unwrap(), commits.parse().unwrap()));
    // Done, and gone all the same: the next box finds what stands on disk.
    std::process::exit(0);
}

async fn sell(config: &str, stand: u16, commits: u16) {
    let stand = Stand::numbered(stand);
    let house = House::open(config, &[stand]).await;
    for (key, _) in house.open_payments(stand.pad) {
        house.settled(key).await;
    }
    house.pad_is_free(stand.pad).await;
    let mut bell = house.handle().feed().entries();
    tokio::spawn(async move {
        let mut left = commits;
        while let Ok(entry) = bell.recv().await {
            let about =
                |event: &Event| matches!(event, Event::Checkout(checkout::Event::Intent(..)));
            if entry.events.iter().any(about) {
                left -= 1;
            }
            if left == 0 {
                std::process::abort();
            }
        }
    });
    let cart = house.cart(stand.till).await;
    let key = house.pay(stand.pad, stand.cashier, cart).await.unwrap();
    house.settled(key).await;
    house.pad_is_free(stand.pad).await;
}
