//! The counter as a whole: one box with many tills, real drivers on real lines, and terminals that
//! are cut off after every byte. What the terminals booked is the referee.
//!
//! Given a payment and a line that is cut somewhere, then the sale is paid if and only if the
//! terminal booked it, once; what nobody can find out waits for a person with the evidence. Never
//! looks into the box but by snapshots.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "counter/cuts.rs"]
mod cuts;
#[path = "counter/house.rs"]
mod house;
#[path = "counter/terminal.rs"]
mod terminal;

use cuts::{Ends, Lane, lanes};
use house::House;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::JoinSet;
use usher_drivers::sim::pin_pad::script::Scene;
use usher_ledger::{plan::Plans, proof};
use usher_tests::folder::Folder;

/// Lines cut on the way to the box and from it, kept and taken back: every lane takes its share.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sale_is_paid_if_and_only_if_the_terminal_booked_it_wherever_the_line_is_cut() {
    let folder = Folder::new();
    let mut running = Vec::new();
    for lane in lanes(&folder) {
        running.push((lane.clone(), terminal::start(&folder, &lane).await));
    }
    let house = Arc::new(House::open(&folder, &running).await);
    let mut at_work = JoinSet::new();
    for (lane, _) in &running {
        let (house, lane) = (Arc::clone(&house), lane.clone());
        at_work.spawn(async move { cuts::run(&house, lane).await });
    }
    let mut table: BTreeMap<&'static str, Ends> = BTreeMap::new();
    while let Some(done) = at_work.join_next().await {
        let (protocol, ends) = done.unwrap();
        table.entry(protocol).or_default().add(&ends);
    }
    for (protocol, ends) in &table {
        println!("{protocol}: {ends}");
        assert!(ends.cut > 0, "{protocol}: no line was ever cut");
        assert!(ends.recovered + ends.by_person > 0, "{protocol}: nothing was ever in doubt");
    }
    for (lane, terminal) in &running {
        assert_eq!(terminal.violations(), Vec::<String>::new(), "{}", lane.name);
    }
    let snapshot = house.handle().snapshot().unwrap();
    assert_eq!(proof::of(&snapshot, &Plans::default()).unwrap(), Vec::<String>::new());
    let booked: i64 = running.iter().map(|(lane, _)| terminal::standing_minor(&lane.truth)).sum();
    assert_eq!(house.card_clearing(), booked, "the books have what the terminals booked");
}

/// Two tills share a pad: the second cashier is told who has it, and gets it afterwards (K9).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pad_has_one_payment_at_a_time_and_is_free_afterwards() {
    let folder = Folder::new();
    let lane = Lane::plain("shared", &folder, vec![Scene::default(), Scene::default()]);
    let running = vec![(lane.clone(), terminal::start(&folder, &lane).await)];
    let house = House::open(&folder, &running).await;
    house.open_second_till().await;
    let first = house.cart(lane.till).await;
    let second = house.cart(house::SECOND_TILL).await;
    let key = house.pay(&lane, lane.cashier, first).await.unwrap();
    let refused = house.pay(&lane, house::SECOND_CASHIER, second).await;
    assert_eq!(refused, Err(usher_rules::Refusal::PadBusy { till: lane.till }));
    house.settled(key).await;
    house.pad_is_free(&lane).await;
    let key = house.pay(&lane, house::SECOND_CASHIER, second).await.unwrap();
    let intent = house.settled(key).await;
    assert_eq!(intent.state, usher_rules::tender::State::Captured);
}
