//! The counter as a whole: one box with many tills, real drivers on real lines, and terminals that
//! are cut off after every byte. What the terminals booked is the referee.
//!
//! Given a payment and a line that is cut somewhere, then the sale is paid if and only if the
//! terminal booked it, once; what nobody can find out waits for a person with the evidence. Never
//! looks into the box but by snapshots.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[path = "counter/batch.rs"]
mod batch;
#[path = "counter/close_all.rs"]
mod close_all;
#[path = "counter/cuts.rs"]
mod cuts;
#[path = "counter/errand.rs"]
mod errand;
#[path = "counter/exchange.rs"]
mod exchange;
#[path = "counter/house.rs"]
mod house;
#[path = "counter/lanes.rs"]
mod lanes;
#[path = "counter/line.rs"]
mod line;
#[path = "counter/page.rs"]
mod page;
#[path = "counter/payment.rs"]
mod payment;
#[path = "counter/refund.rs"]
mod refund;
#[path = "counter/sale.rs"]
mod sale;
#[path = "counter/terminal.rs"]
mod terminal;

use cuts::{Lane, Line};
use exchange::Exchange;
use house::{House, Stand};
use lanes::{Ends, Lanes, SECOND};
use payment::Towards;
use refund::{Refund, Void};
use sale::Sale;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use tokio::task::JoinSet;
use usher_drivers::pin_pad::{Ask, Finding, IntentNo, PinPadEvent};
use usher_ledger::{Denied, plan::Plans, proof};
use usher_rules::Refusal;
use usher_rules::tender::State;
use usher_tests::folder::Folder;

const LINES: [Line; 4] = [Line::ZvtTcp, Line::ZvtSerial, Line::Concert, Line::Nexo];
/// How often a box dies after each commit, and in a long run.
const TIMES: u16 = 1;
const TIMES_LONG: u16 = 10;
/// Of the six commits between the press of the key and the last log line, those after which the
/// boxes at one terminal die in turn.
const DEATHS: [[u16; 2]; 3] = [[1, 4], [2, 5], [3, 6]];
const LIFE_MAX: Duration = Duration::from_secs(400);

/// What was cut, lost and found of acts that a terminal cannot tell the end of is decided by a
/// person; elsewhere the box finds it out.
fn every_way_it_can_end_was_seen(table: &BTreeMap<Line, Ends>) {
    for (line, ends) in table {
        assert!(ends.lost > 0, "{line:?}: no line was ever lost");
        assert!(ends.recovered + ends.by_person > 0, "{line:?}: nothing was ever in doubt");
        assert!(ends.moved > 0, "{line:?}: no money ever moved");
        assert!(ends.moved < ends.tried, "{line:?}: nothing ever went wrong");
        let concert = *line == Line::Concert;
        assert!(concert || ends.by_person == 0, "{line:?}: a person was asked");
    }
    let after_approval: u64 = table.values().map(|ends| ends.after_approval).sum();
    assert!(after_approval > 0, "no approval was ever lost and found again");
}

fn on_every_line_every_way_it_can_end_was_seen(table: &BTreeMap<Line, Ends>) {
    assert_eq!(table.len(), LINES.len());
    every_way_it_can_end_was_seen(table);
}

/// Lines cut on the way to the box and from it, kept and taken back: every lane takes its share.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sale_is_paid_if_and_only_if_the_terminal_booked_it_wherever_the_line_is_cut() {
    on_every_line_every_way_it_can_end_was_seen(&Lanes::work::<Sale>().await);
}

/// Refunds approved, declined, stopped and cut off anywhere: given back if and only if the
/// terminal's books say so, once, with the tickets of the order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_goes_back_if_and_only_if_the_terminal_booked_it_wherever_the_line_is_cut() {
    on_every_line_every_way_it_can_end_was_seen(&Lanes::work::<Refund>().await);
}

/// Payments taken back before their batch is closed, cut off anywhere: as with refunds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_is_taken_back_if_and_only_if_the_terminal_did_wherever_the_line_is_cut() {
    let table = Lanes::work::<Void>().await;
    assert_eq!(table.keys().collect::<Vec<_>>(), [&Line::ZvtTcp, &Line::ZvtSerial]);
    every_way_it_can_end_was_seen(&table);
}

/// Exchanges for something dearer whose difference a card pays: made if and only if the terminal
/// booked it, with old and new tickets, both orders and the books in one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tickets_are_exchanged_if_and_only_if_the_terminal_booked_the_difference() {
    on_every_line_every_way_it_can_end_was_seen(&Lanes::work::<Exchange>().await);
}

/// Payments towards orders approved, declined, stopped and cut off anywhere: paid if and only if
/// the terminal's books say so, once, and due until then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_paid_up_if_and_only_if_the_terminal_booked_it_wherever_the_line_is_cut() {
    on_every_line_every_way_it_can_end_was_seen(&Lanes::work::<Towards>().await);
}

/// A terminal that cannot give money back is not asked to: nothing is cancelled, and the cashier
/// reads why.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_terminal_cannot_give_back_stays_as_it_was_and_the_cashier_is_told_why() {
    let folder = Folder::new();
    let lane = Lane::sound(1, Line::Concert, &folder);
    let stand = lane.stand;
    let lanes = Lanes::open(&folder, vec![lane.clone()]).await;
    let house = &lanes.house;
    let cart = house.cart(stand.till).await;
    let paid = house.pay(stand.pad, stand.cashier, cart).await.unwrap();
    assert_eq!(house.settled(paid).await.state, State::Captured);
    house.pad_is_free(stand.pad).await;
    let (order, _) = house.order(cart);
    let key = house.give_back(stand.pad, stand.cashier, order).await.unwrap();
    assert_eq!(house.settled(key).await.state, State::NotCharged);
    assert_eq!(house.order(cart).1.refunded().0, 0);
    assert_eq!(terminal::given_back_minor(&lane.truth), 0);
    let page = page::of(house, order);
    for told in ["did not happen", "Nothing went back", "switched off for this terminal"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    lanes.agree();
}

/// Two tills share a pad: the second cashier is told who has it, and gets it afterwards (K9).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pad_has_one_payment_at_a_time_and_is_free_afterwards() {
    let folder = Folder::new();
    let lane = Lane::sound(1, Line::ZvtTcp, &folder);
    let (first, second) = (lane.stand, Stand::numbered(SECOND));
    let Lanes { house, running: _on } = Lanes::open(&folder, vec![lane]).await;
    house.open_till(second.till, second.cashier).await;
    let mine = house.cart(first.till).await;
    let theirs = house.cart(second.till).await;
    let key = house.pay(first.pad, first.cashier, mine).await.unwrap();
    let refused = house.pay(first.pad, second.cashier, theirs).await;
    assert_eq!(refused, Err(Refusal::PadBusy { till: first.till }));
    house.settled(key).await;
    house.pad_is_free(first.pad).await;
    let key = house.pay(first.pad, second.cashier, theirs).await.unwrap();
    assert_eq!(house.settled(key).await.state, State::Captured);
}

/// Another terminal on the line of a listed pad takes no payment (trust 3); the listed one does,
/// however its number is written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_that_tells_another_serial_number_than_the_listed_one_takes_no_card() {
    for (listed, takes) in [("80101207", false), ("123-456", true)] {
        let folder = Folder::new();
        let lane = Lane::sound(1, Line::ZvtTcp, &folder);
        let running = Lanes::switch_on(&folder, vec![lane.clone()]).await;
        let config = terminal::config(&folder, &running, Stand::numbered(SECOND));
        let (config, stand) = (terminal::listed(&config, listed), lane.stand);
        let ready = [stand];
        let house = House::open(&config, if takes { &ready } else { &[] }).await;
        house.open_till(stand.till, stand.cashier).await;
        let cart = house.cart(stand.till).await;
        if takes {
            let key = house.pay(stand.pad, stand.cashier, cart).await.unwrap();
            assert_eq!(house.settled(key).await.state, State::Captured);
            continue;
        }
        let other = house.pad_is_exchanged(stand.pad).await;
        assert_eq!((other.listed.as_str(), other.told.as_str()), ("80101207", "123456"));
        let refused = house.pay(stand.pad, stand.cashier, cart).await;
        assert_eq!(refused, Err(other.into()));
        assert_eq!(house.open_payments(stand.pad), Vec::new());
        assert_eq!(terminal::standing(&lane.truth), Vec::<u64>::new());
    }
}

/// What another terminal says of a payment of the listed one counts for nothing.
#[tokio::test]
async fn a_payment_of_the_listed_terminal_is_settled_by_no_other_one() {
    let folder = Folder::new();
    let lane = Lane::sound(1, Line::ZvtTcp, &folder);
    let running = Lanes::switch_on(&folder, vec![lane.clone()]).await;
    // Switched off, so that the errand here is the only one.
    let config = terminal::config(&folder, &running, Stand::numbered(SECOND));
    let config = config.replace("place = \"Foyer\"\n", "place = \"Foyer\"\nenabled = false\n");
    let (stand, house) = (lane.stand, House::open(&config, &[]).await);
    house.open_till(stand.till, stand.cashier).await;
    let cart = house.cart(stand.till).await;
    let key = house.lost_payment(stand, cart).await;
    let no = IntentNo(house.intent(key).pad.unwrap().no);
    let mut errand = errand::Played::start(house.handle().clone(), stand.pad, "80101207");
    let found = Finding::NotBooked { evidence: "the last record is another one".to_owned() };
    let recovered = || PinPadEvent::Recovered { intent: no, finding: found.clone() };
    errand.tell(errand::up("666")).await;
    errand.tell(recovered()).await;
    let refused = errand.pay(stand.cashier, cart).await;
    assert!(matches!(refused, Err(Denied::Refused(Refusal::PadExchanged { .. }))), "{refused:?}");
    assert_eq!(house.intent(key).state, State::Unknown);
    errand.tell(errand::up("80101207")).await;
    errand.tell(recovered()).await;
    assert_eq!(house.settled(key).await.state, State::NotCharged);
    assert!(errand.asked().iter().any(|ask| matches!(ask, Ask::Recover(_))));
}

/// The box is killed after every commit of a payment, again and again, beside terminals that live
/// on: what they booked is what the next box finds (K5, S8).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_that_dies_after_any_commit_finds_out_what_was_charged() {
    let mut at_work = JoinSet::new();
    for line in LINES {
        for commits in DEATHS {
            at_work.spawn(async move { (line, dies_again_and_again(line, commits).await) });
        }
    }
    let mut table: BTreeMap<Line, Lives> = BTreeMap::new();
    for (line, lives) in at_work.join_all().await {
        let all = table.entry(line).or_default();
        (all.boxes, all.died) = (all.boxes + lives.boxes, all.died + lives.died);
    }
    for (line, Lives { boxes, died }) in table {
        assert!(died >= boxes / 2, "{line:?}: only {died} of {boxes} boxes died");
    }
}

/// Boxes that were to die at one terminal, and those that did.
#[derive(Default)]
struct Lives {
    boxes: u16,
    died: u16,
}

async fn dies_again_and_again(line: Line, commits: [u16; 2]) -> Lives {
    let folder = Folder::new();
    let lane = Lane::sound(1, line, &folder);
    let running = Lanes::switch_on(&folder, vec![lane.clone()]).await;
    let config = terminal::config(&folder, &running, Stand::numbered(SECOND));
    let file = folder.join("usher.toml");
    std::fs::write(&file, &config).unwrap();
    let long = std::env::var_os("USHER_LONG").is_some();
    let times = if long { TIMES_LONG } else { TIMES };
    // The first is settled: a terminal that never booked has nothing to compare with.
    assert_eq!(live(&file, lane.stand, u16::MAX).await, Some(0));
    let mut died = 0;
    for _ in 0..times {
        for after in commits {
            died += u16::from(live(&file, lane.stand, after).await.is_none());
        }
    }
    let boxes = times * commits.len() as u16;
    let house = House::open(&config, &[lane.stand]).await;
    for (key, _) in house.open_payments(lane.stand.pad) {
        let intent = house.settled(key).await;
        // A terminal that cannot be asked afterwards leaves it to a person.
        assert!(line == Line::Concert || !intent.state.open(), "{intent:?}");
    }
    let booked = terminal::standing(&lane.truth).len();
    let (paid, waiting) = house.payments(lane.stand.pad);
    println!(
        "{line:?}: {boxes} boxes, {died} died after commit {commits:?}: {booked} booked, \
         {paid} paid, {waiting} wait for a person"
    );
    assert!(paid > 0 && paid <= booked && booked <= paid + waiting);
    assert!(line == Line::Concert || (booked, waiting) == (paid, 0), "{line:?}");
    assert_eq!(running[0].1.violations(), Vec::<String>::new());
    assert_eq!(proof::of(&house.snapshot(), &Plans::default()).unwrap(), Vec::<String>::new());
    Lives { boxes, died }
}

/// One life of a box: its exit code, or none if it was killed.
async fn live(config: &Path, stand: Stand, commits: u16) -> Option<i32> {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_counter-box"));
    let stand = stand.till.0.to_string();
    command.arg(config).arg(stand).arg(commits.to_string()).kill_on_drop(true);
    let ended = tokio::time::timeout(LIFE_MAX, command.status()).await;
    ended.expect("a box neither died nor was done").unwrap().code()
}
