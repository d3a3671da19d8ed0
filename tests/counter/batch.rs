//! Batches over real lines: closed, compared with what the terminal booked, and cut in between.
//!
//! Given payments at a terminal and the desk's order to close, then the bank has what the terminal
//! settled, once, wherever the line goes. Next: `line.rs`.

use super::cuts::{Lane, Line};
use super::house::{House, Stand};
use super::lanes::{Lanes, SECOND};
use super::line::CutLine;
use super::sale::sold;
use super::terminal::{self, Terminal};
use std::path::Path;
use std::sync::Arc;
use tokio::task::JoinSet;
use usher_drivers::sim::pin_pad::script::Direction;
use usher_drivers::sim::pin_pad::truth::{Deed, Line as Booked, Of as Kind, Truth};
use usher_ledger::{plan::Plans, proof};
use usher_rules::batch::{Batch, State, sum_of};
use usher_rules::money::Money;
use usher_rules::tender::State as Paid;
use usher_tests::folder::Folder;

/// Bytes of a close each way, from the question what there is to the newest booking after it.
const TO_BOX: usize = 200;
const FROM_BOX: usize = 60;
/// Bytes from cut to cut, in a short run and in a long one.
const STRIDE: usize = 9;
const STRIDE_LONG: usize = 1;
/// Terminals that share the cuts.
const LANES: u16 = 4;

async fn paid(house: &House, stand: Stand) {
    let cart = house.cart(stand.till).await;
    let key = house.pay(stand.pad, stand.cashier, cart).await.unwrap();
    assert_eq!(house.settled(key).await.state, Paid::Captured);
    house.pad_is_free(stand.pad).await;
}

/// Orders a close and waits until it is over one way or the other.
async fn closed(house: &House, stand: Stand) -> Batch {
    let id = house.close_batch(stand.pad, stand.cashier).await.unwrap();
    house.closed(id).await
}

fn told(row: &Batch) -> Option<(u32, Money)> {
    let told = row.end.as_ref().and_then(|end| end.told.as_deref()).map(sum_of);
    told.map(|told| (told.count, told.sum))
}

fn is_proven(house: &House) {
    assert_eq!(proof::of(&house.snapshot(), &Plans::default()).unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_terminal_closes_its_batch_or_says_that_it_has_no_word_for_it() {
    let folder = Folder::new();
    let lines = [(Line::ZvtTcp, true), (Line::ZvtSerial, true), (Line::Concert, false)];
    let lines = lines.into_iter().chain([(Line::Nexo, false)]);
    let sound = (1..).zip(lines.clone()).map(|(no, (line, _))| Lane::sound(no, line, &folder));
    let lanes = Lanes::open(&folder, sound.collect()).await;
    let house = &lanes.house;
    for ((lane, terminal), (line, tells)) in lanes.running.iter().zip(lines) {
        for _ in 0..2 {
            paid(house, lane.stand).await;
        }
        let row = closed(house, lane.stand).await;
        assert_eq!(row.state, State::Settled, "{line:?}: {row:?}");
        assert_eq!(told(&row), tells.then_some((2, Money(7_000))), "{line:?}");
        assert_eq!(house.close_batch(lane.stand.pad, lane.stand.cashier).await, None, "{line:?}");
        paid(house, lane.stand).await;
        assert_eq!(terminal.violations(), Vec::<String>::new());
    }
    assert_eq!(house.card_clearing(), 4 * 3_500);
    is_proven(house);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_terminal_booked_and_the_box_does_not_know_of_does_not_match() {
    let folder = Folder::new();
    let lane = Lane::sound(1, Line::ZvtTcp, &folder);
    let unknown = Booked {
        deed: Deed::Booked,
        of: Kind::Purchase,
        amount_minor: 1_250,
        currency: 978,
        trace: 800,
        receipt: 60,
        reference: String::new(),
    };
    Truth::open(&lane.truth).unwrap().write(unknown).unwrap();
    let lanes = Lanes::open(&folder, vec![lane.clone()]).await;
    let house = &lanes.house;
    paid(house, lane.stand).await;
    let row = closed(house, lane.stand).await;
    assert_eq!(row.state, State::Mismatched);
    assert_eq!((row.taken.count, row.sum()), (1, Money(3_500)));
    assert_eq!(told(&row), Some((2, Money(4_750))));
    assert_eq!((house.card_clearing(), house.bank()), (3_500, -10_000), "nothing was deposited");
    paid(house, lane.stand).await;
    let row = closed(house, lane.stand).await;
    assert_eq!((row.state, told(&row)), (State::Settled, Some((1, Money(3_500)))));
    assert_eq!(house.card_clearing(), 3_500);
    is_proven(house);
}

/// The line goes after every byte of a close, one way and the other: a batch is sent to the bank
/// once, and never one that the terminal did not settle.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_reaches_the_bank_once_wherever_its_close_is_cut() {
    let folder = Folder::new();
    let long = std::env::var_os("USHER_LONG").is_some();
    let stride = if long { STRIDE_LONG } else { STRIDE };
    let ways = [(Direction::ToBox, TO_BOX), (Direction::FromBox, FROM_BOX)];
    let cuts = ways.map(|(way, bytes)| (1..bytes).step_by(stride).map(move |at| (way, at)));
    let cuts: Vec<(Direction, usize)> = cuts.into_iter().flatten().collect();
    let sound = (1..=LANES).map(|no| Lane::sound(no, Line::ZvtTcp, &folder)).collect();
    let running = Lanes::switch_on(&folder, sound).await;
    let mut lines = Vec::new();
    let mut config = terminal::config(&folder, &running, Stand::numbered(SECOND));
    for (_, terminal) in &running {
        let Terminal::Zvt(zvt) = terminal else { panic!("not that terminal") };
        let terminal = zvt.address().unwrap();
        let line = CutLine::to(terminal).await;
        config = config.replace(&terminal.to_string(), &line.address.to_string());
        lines.push(line);
    }
    let stands: Vec<Stand> = running.iter().map(|(lane, _)| lane.stand).collect();
    let house = Arc::new(House::open(&config, &stands).await);
    let mut at_work = JoinSet::new();
    for (share, ((lane, _), line)) in running.iter().zip(lines).enumerate() {
        let own: Vec<_> = cuts.iter().copied().skip(share).step_by(usize::from(LANES)).collect();
        at_work.spawn(cut_again_and_again(Arc::clone(&house), lane.clone(), line, own));
    }
    let (mut cut, mut went_on, mut batches) = (0, 0, 0);
    while let Some(done) = at_work.join_next().await {
        let done = done.unwrap();
        (cut, went_on, batches) = (cut + done.0, went_on + done.1, batches + done.2);
    }
    println!("{cut} closes were cut, {went_on} batches went on, {batches} settled");
    assert!(cut > 10 && went_on > 0 && batches > went_on);
    let settled: i64 = running.iter().map(|(lane, _)| settled_minor(&lane.truth)).sum();
    let floats = i64::from(LANES) * 10_000;
    assert_eq!((house.card_clearing(), house.bank() + floats), (0, settled));
    is_proven(&house);
}

/// How many lines were cut, how often the batch went on, and how many were settled.
async fn cut_again_and_again(
    house: Arc<House>,
    lane: Lane,
    line: CutLine,
    cuts: Vec<(Direction, usize)>,
) -> (usize, usize, usize) {
    let (mut cut, mut went_on, mut batches) = (0, 0, 0);
    let stand = lane.stand;
    for (way, at) in cuts {
        // A close that was cut at its very end leaves a line that is not there at once.
        sold(&house, &lane, 1).await;
        line.cut_after(way, at);
        let row = match house.close_batch(stand.pad, stand.cashier).await {
            Some(id) => Some(house.closed(id).await),
            // The line went before the terminal was asked to close.
            None => None,
        };
        cut += usize::from(!line.spare());
        batches += 1;
        if row.is_some_and(|row| row.state == State::Settled) {
            continue;
        }
        went_on += 1;
        let id = house.close_batch_at_last(stand.pad, stand.cashier).await;
        let row = house.closed(id).await;
        assert_eq!(row.state, State::Settled, "{way:?} {at}: {row:?}");
    }
    (cut, went_on, batches)
}

/// What a terminal sent to its bank, in minor units.
fn settled_minor(truth: &Path) -> i64 {
    let truth = Truth::open(truth).unwrap();
    let settled = truth.lines().iter().filter(|line| line.deed == Deed::Settled);
    settled.map(|line| i64::try_from(line.amount_minor).unwrap()).sum()
}
