//! A random day of the books: two thousand money acts at six tills, three pads and on the web, with
//! faults at every line, a gateway that loses answers, and a box that is killed and started again.
//!
//! `USHER_SEED=n` repeats a day, `USHER_LONG=1` has more of them. In the end the books balance to
//! nothing, and they are what the terminals, the bank and the test's own reckoning have.
//! Next: `random_day/day.rs`, then `cashier.rs`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod counter {
    #[allow(dead_code)] // the counter's own test cuts every byte
    #[path = "../counter/cuts.rs"]
    pub mod cuts;
    #[allow(dead_code)] // a day has a box of its own
    #[path = "../counter/house.rs"]
    pub mod house;
    #[allow(dead_code)]
    #[path = "../counter/terminal.rs"]
    pub mod terminal;
}
#[path = "random_day/card.rs"]
mod card;
#[path = "random_day/cashier.rs"]
mod cashier;
#[path = "random_day/day.rs"]
mod day;
#[path = "random_day/judge.rs"]
mod judge;
#[path = "random_day/pads.rs"]
mod pads;
#[path = "random_day/reckoning.rs"]
mod reckoning;
#[path = "random_day/stage.rs"]
mod stage;
#[path = "random_day/tally.rs"]
mod tally;
#[path = "random_day/weather.rs"]
mod weather;
#[path = "random_day/web.rs"]
mod web;

use cashier::{Act, Cashier};
use day::{Day, LOOK_EVERY};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use usher_rules::Key;
use usher_rules::id::StaffNo;
use usher_tests::dice::Dice;
use usher_tests::folder::Folder;
use weather::Weather;
use web::Patrons;

/// Acts of each cashier, and of each patron of the web: 2,000 in all.
const ACTS_OF_A_TILL: i64 = 270;
const ACTS_OF_A_PATRON: i64 = 95;
const ACTS: i64 = 2_000;
const SEED: u64 = 1;
/// Days of a long run.
const SEEDS_LONG: u64 = 8;
/// Patrons on the web at the same time.
const PATRONS: i64 = 4;
/// How often the box is killed.
const KILLS: i64 = 4;
/// A killer that waits longer than this for a payment strikes all the same.
const KILL_AFTER: Duration = Duration::from_secs(3);
const MANAGER: StaffNo = StaffNo(900);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_books_of_a_random_day_balance_and_are_what_terminals_and_bank_have() {
    let asked = std::env::var("USHER_SEED").ok().map(|seed| seed.parse().unwrap());
    let first: u64 = asked.unwrap_or(SEED);
    let long = std::env::var_os("USHER_LONG").is_some() && asked.is_none();
    for seed in first..first + if long { SEEDS_LONG } else { 1 } {
        println!("USHER_SEED={seed}");
        live(seed).await;
    }
}

async fn live(seed: u64) {
    let (folder, mut dice) = (Folder::new(), Dice::new(seed));
    let bank = folder.join("bank.jsonl");
    let pads = pads::switch_on(&folder, &mut dice).await;
    let config = pads::config(&folder, &pads);
    let weather = Weather::over(&bank, dice.draw());
    let day = Arc::new(Day::begin(&config, weather, pads).await);
    let mut at_work = JoinSet::new();
    for cashier in cashiers(&day, &mut dice) {
        at_work.spawn(async move { drop(cashier.run().await) });
    }
    for _ in 0..PATRONS {
        let (day, dice) = (Arc::clone(&day), Dice::new(dice.draw()));
        at_work.spawn(
            Patrons { day, dice, manager: MANAGER, acts: ACTS_OF_A_PATRON, sold: Vec::new() }.run(),
        );
    }
    let misfortune = tokio::spawn(misfortune(Arc::clone(&day), Dice::new(dice.draw())));
    while let Some(done) = at_work.join_next().await {
        done.unwrap();
    }
    let killed = misfortune.await.unwrap();
    close_batches(&day, &mut dice).await;
    day.look(|snapshot| {
        judge::count_faults(&day, snapshot, &killed);
        println!("{}", day.tally.lock().unwrap());
        judge::judge(&day, snapshot, &bank);
    })
    .await;
    everything_happened(&day);
    day.end().await;
}

fn cashiers(day: &Arc<Day>, dice: &mut Dice) -> Vec<Cashier> {
    let mut cashiers = Vec::new();
    for pad in &day.pads {
        for till in pads::tills_of(pad.stand.pad) {
            cashiers.push(Cashier {
                day: Arc::clone(day),
                dice: Dice::new(dice.draw()),
                who: StaffNo(u32::from(till.0)),
                till,
                pad: pad.stand.pad,
                session: None,
                orders: Vec::new(),
                acts: ACTS_OF_A_TILL,
            });
        }
    }
    cashiers
}

/// Kills the box now and then, right after some commit of a payment, and tells what was under way.
async fn misfortune(day: Arc<Day>, mut dice: Dice) -> Vec<Key> {
    let mut killed = Vec::new();
    for nth in 1..=KILLS {
        let from = ACTS * nth / (KILLS + 1);
        while day.acts() < from {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let mut bell = day.handle(|handle| handle.feed().entries()).await;
        let mut commits = 1 + dice.below(12);
        while commits > 0 {
            let rang = tokio::time::timeout(KILL_AFTER, bell.recv()).await;
            let Ok(Ok(entry)) = rang else { break };
            commits -= usize::from(entry.events.iter().any(moves_money));
        }
        killed.extend(day.crash().await);
    }
    killed
}

fn moves_money(event: &usher_rules::Event) -> bool {
    use usher_rules::checkout::Event as Sold;
    matches!(event, usher_rules::Event::Checkout(Sold::Intent(..)))
}

/// All tills are closed and nothing is open: the batches go to the bank.
async fn close_batches(day: &Arc<Day>, dice: &mut Dice) {
    let mut settled = Vec::new();
    for mut cashier in cashiers(day, dice) {
        if !settled.contains(&cashier.pad) {
            settled.push(cashier.pad);
            cashier.settle().await;
        }
    }
    let (day, dice) = (Arc::clone(day), dice.clone());
    let patrons = Patrons { day, dice, manager: MANAGER, acts: 0, sold: Vec::new() };
    while patrons.close_batch().await != "nothing to close" {}
}

fn everything_happened(day: &Day) {
    let acts = [Act::ALL.as_slice(), &[web::SALE, web::CLOSE, web::BACK]].concat();
    let of_web = [web::SILENT, web::UNDECIDED, web::DECLINES, weather::CAPTURE_FAILS];
    let mut faults = [pads::FAULTS.as_slice(), &of_web].concat();
    faults.push("box killed with it under way");
    let tally = day.tally.lock().unwrap();
    assert_eq!(tally.missing(&acts, &faults), Vec::<&str>::new());
    assert_eq!(i64::from(tally.acts()), ACTS);
}
