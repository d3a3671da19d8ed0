//! Pulls the plug on the real program under load, again and again, and audits what was promised.
//!
//! Whatever was acknowledged is there after the restart; whatever broke off is repeated under its
//! own keys and happens once. At the end the store is opened and proven. More rounds with
//! `USHER_LONG=1`. Next: `sale.rs`.

use crate::ask::{Answer, Caller};
use crate::running::{Folder, Running, WAIT_MAX, until};
use crate::sale::{Held, Outcome, Sold, Ticket, Wish, scan, texts, tickets};
use redb::ReadableDatabase;
use redb::backends::FileBackend;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use usher_ledger::{open, plan::Plans, proof};
use usher_rules::id::BoxNo;
use usher_tests::dice::Dice;

const ROUNDS: usize = 20;
const ROUNDS_LONG: usize = 200;
const WORKERS: usize = 6;
/// The plug is pulled somewhere in this time after the load began.
const LOAD_MS_MAX: u64 = 900;
/// Scans of a round that are sent once more under their nonce.
const RETRIED: usize = 20;
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// A scan that was answered.
#[derive(Clone, Debug)]
struct Scan {
    code: String,
    nonce: String,
    answer: Value,
}

/// All that was promised, over all rounds.
#[derive(Default)]
struct Promised {
    sold: Vec<Sold>,
    scans: Vec<Scan>,
}

/// One round: promises, and what broke off.
#[derive(Default)]
struct Round {
    sold: Vec<Sold>,
    held: Vec<Held>,
    scans: Vec<Scan>,
    wishes: Vec<Wish>,
    shown: Vec<(String, String)>,
}

/// Who asks, and where.
struct Street {
    anyone: Caller,
    door: Caller,
    staff: Caller,
    performances: Vec<String>,
}

impl Street {
    fn of(demo: &Running) -> Street {
        let anyone = demo.caller();
        let list = anyone.get("/api/v1/performances");
        let on_sale = list.body["performances"].as_array().unwrap().iter();
        let on_sale = on_sale.filter(|one| one["on_sale"] == true);
        let ids = on_sale.map(|one| one["id"].as_str().unwrap().to_owned());
        Street {
            door: demo.caller_with("device_token"),
            staff: demo.caller_with("api_token"),
            performances: ids.collect(),
            anyone,
        }
    }
}

/// One worker until the line breaks: buys, holds, and shows codes to the door.
fn work(street: &Street, codes: &[String], name: &str, over: &AtomicBool, round: &Mutex<Round>) {
    let mut dice = Dice::new(name.bytes().fold(7, |sum, byte| sum * 31 + u64::from(byte)));
    for nth in 0.. {
        if over.load(Ordering::Relaxed) {
            return;
        }
        let name = format!("{name}n{nth}");
        if !codes.is_empty() && dice.chance(40) {
            show(street, &codes[dice.below(codes.len())], &name, round);
        } else {
            let tonight = dice.chance(50);
            let other = dice.pick(&street.performances).clone();
            let performance = if tonight { street.performances[0].clone() } else { other };
            let (count, pays) = (1 + dice.below(3) as u32, tonight || dice.chance(50));
            buy(street, Wish { name, performance, count, pays }, round);
        }
    }
}

fn buy(street: &Street, wish: Wish, round: &Mutex<Round>) {
    let outcome = wish.act(&street.anyone);
    let mut round = round.lock().unwrap();
    match outcome {
        Ok(Outcome::Sold(sold)) => round.sold.push(sold),
        Ok(Outcome::Held(held)) => round.held.push(held),
        Ok(Outcome::Refused) => {}
        Err(_) => round.wishes.push(wish),
    }
}

fn show(street: &Street, code: &str, nonce: &str, round: &Mutex<Round>) {
    let answer = scan(&street.door, code, nonce);
    let mut round = round.lock().unwrap();
    let (code, nonce) = (code.to_owned(), nonce.to_owned());
    match answered(answer) {
        Some(answer) => round.scans.push(Scan { code, nonce, answer }),
        None => round.shown.push((code, nonce)),
    }
}

fn answered(answer: io::Result<Answer>) -> Option<Value> {
    answer.ok().filter(|answer| answer.status == 200).map(|answer| answer.body)
}

/// Loads the box, then pulls the plug at a moment that the dice choose.
fn load(demo: Running, promised: &Promised, number: usize) -> Round {
    let street = Street::of(&demo);
    let all = promised.sold.iter().flat_map(|sold| &sold.tickets);
    let codes: Vec<String> = all.map(|ticket| ticket.code.clone()).collect();
    let (over, round) = (AtomicBool::new(false), Mutex::new(Round::default()));
    let load_ms = 100 + Dice::new(number as u64).draw() % LOAD_MS_MAX;
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let name = format!("r{number}w{worker}");
            let (street, codes, over, round) = (&street, &codes, &over, &round);
            scope.spawn(move || work(street, codes, &name, over, round));
        }
        thread::sleep(Duration::from_millis(load_ms));
        demo.kill();
        over.store(true, Ordering::Relaxed);
    });
    round.into_inner().unwrap()
}

/// What this round was promised is there, and its loose ends are tied.
fn audit(demo: &Running, mut round: Round, promised: &mut Promised) {
    let street = Street::of(demo);
    for held in &round.held {
        let cart = street.staff.get(&format!("/api/v1/carts/{}", held.cart));
        assert_eq!(texts(&cart.body["seats"]), held.seats, "a hold was lost: {cart:?}");
    }
    for wish in std::mem::take(&mut round.wishes) {
        if let Outcome::Sold(sold) = wish.act(&street.anyone).unwrap() {
            round.sold.push(sold);
        }
    }
    for (code, nonce) in std::mem::take(&mut round.shown) {
        let answer = answered(scan(&street.door, &code, &nonce)).unwrap();
        round.scans.push(Scan { code, nonce, answer });
    }
    sales_stand(&street, &round.sold);
    scans_stand(&street, &round.scans);
    promised.sold.append(&mut round.sold);
    promised.scans.append(&mut round.scans);
}

fn sales_stand(street: &Street, sales: &[Sold]) {
    for sold in sales {
        let cart = street.staff.get(&format!("/api/v1/carts/{}", sold.cart));
        assert_eq!(cart.body["state"], "completed", "a sale was lost: {sold:?} {cart:?}");
        assert_eq!(tickets(&cart), sold.tickets, "{cart:?}");
    }
}

/// The log of scans has each as it was answered, and a retry of the newest is answered the same.
fn scans_stand(street: &Street, scans: &[Scan]) {
    let kept = log_of_scans(&street.staff);
    for told in scans {
        let seq = told.answer["seq"].as_u64().unwrap();
        let kept = kept.get(&seq).unwrap_or_else(|| panic!("a scan was lost: {told:?}"));
        for member in ["verdict", "reason"] {
            assert_eq!(kept[member], told.answer[member], "{told:?} {kept}");
        }
    }
    for told in scans.iter().rev().take(RETRIED) {
        let again = scan(&street.door, &told.code, &told.nonce).unwrap();
        assert_eq!(again.body, told.answer, "a retry is answered as the first time");
    }
}

fn log_of_scans(staff: &Caller) -> BTreeMap<u64, Value> {
    let (mut kept, mut after) = (BTreeMap::new(), 0);
    loop {
        let page = staff.get(&format!("/api/v1/scans?after={after}&limit=1000"));
        for line in page.body["scans"].as_array().unwrap() {
            kept.insert(line["seq"].as_u64().unwrap(), line.clone());
        }
        match page.body["next"].as_u64() {
            Some(next) => after = next,
            None => return kept,
        }
    }
}

/// No seat twice, no ticket in twice, by what the clients were told.
fn nothing_twice(promised: &Promised) {
    let mut seats = BTreeSet::new();
    for sold in &promised.sold {
        for Ticket { seat, .. } in &sold.tickets {
            let Some(seat) = seat else { continue };
            let fresh = seats.insert((sold.wish.performance.clone(), seat.clone()));
            assert!(fresh, "seat {seat} was sold twice");
        }
    }
    let mut inside = BTreeMap::new();
    for told in promised.scans.iter().filter(|told| told.answer["verdict"] == "GO") {
        let ticket = told.answer["ticket"].as_str().unwrap();
        if let Some(other) = inside.insert(ticket.to_owned(), told) {
            panic!("{ticket} was let in twice: {other:?} {told:?}");
        }
    }
    println!(
        "promised: {} sales, {} scans, {} let in",
        promised.sold.len(),
        promised.scans.len(),
        inside.len()
    );
}

/// Each buyer gets one letter, however often the box was cut off while it wrote.
fn one_letter_each(demo: &Running, promised: &Promised) {
    let folder = Path::new(demo.told["mail_dir"].as_str().unwrap()).to_owned();
    let letters = until("every letter has left", WAIT_MAX, || {
        let files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
        let letters = files.filter(|path| path.extension().is_some_and(|end| end == "eml"));
        let letters: Vec<_> = letters.collect();
        (letters.len() >= promised.sold.len()).then_some(letters)
    });
    let mut sent: BTreeMap<String, usize> = BTreeMap::new();
    for letter in letters {
        let letter = fs::read_to_string(letter).unwrap();
        let to = letter.lines().find(|line| line.starts_with("To: ")).unwrap();
        let address = to.split(['<', '>']).nth(1).unwrap();
        *sent.entry(address.to_owned()).or_default() += 1;
    }
    for sold in &promised.sold {
        let address = sold.wish.address();
        assert_eq!(sent.remove(&address), Some(1), "letters for {address}");
    }
    assert!(sent.is_empty(), "letters for sales that nobody was told of: {sent:?}");
}

/// The store itself, once nobody holds it.
fn proven(state: &Path) {
    let backend = |file| FileBackend::new(file).map_err(io::Error::other);
    let opened = open::open(state, CACHE_BYTES, BoxNo(1), backend).unwrap();
    let (store, _, _lock) = opened.into_parts();
    let wrong = proof::of(&store.begin_read().unwrap(), &Plans::default()).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_was_acknowledged_survives_the_plug_being_pulled_under_load() {
    let long = std::env::var_os("USHER_LONG").is_some();
    let rounds = if long { ROUNDS_LONG } else { ROUNDS };
    let folder = Folder::new();
    let state = folder.join("state");
    let mut promised = Promised::default();
    let mut demo = Running::demo(&state);
    for number in 0..rounds {
        let round = load(demo, &promised, number);
        demo = Running::demo(&state);
        audit(&demo, round, &mut promised);
    }
    let street = Street::of(&demo);
    sales_stand(&street, &promised.sold);
    scans_stand(&street, &promised.scans);
    nothing_twice(&promised);
    one_letter_each(&demo, &promised);
    demo.kill();
    proven(&state);
    println!("plug pulled {} times", rounds + 1);
    assert!(promised.sold.len() > rounds && promised.scans.len() > rounds, "hardly any load");
}
