//! Closing every batch at once: two terminals, one of them unplugged, and a box that is restarted.
//!
//! Given payments at both and one press, then the pad that is there is settled, the other is named
//! and settled without a press once it is back, and no payment is lost or counted twice (K11).
//! Next: `batch.rs` for one close, cut anywhere.

use super::cuts::{Lane, Line};
use super::house::{House, Stand};
use super::line::CutLine;
use super::terminal::{self, Terminal};
use usher_drivers::sim::pin_pad::script::Direction;
use usher_drivers::sim::pin_pad::truth::{Deed, Truth};
use usher_ledger::{plan::Plans, proof};
use usher_rules::Refusal;
use usher_rules::batch::{State, sum_of};
use usher_rules::id::StaffNo;
use usher_rules::money::Money;
use usher_rules::tender::State as Paid;
use usher_rules::view::desk::batch::Stands;
use usher_tests::folder::Folder;

const SECOND: u16 = 999;
/// Bytes of a close after which its line goes.
const CUTS: [(Direction, usize); 4] = [
    (Direction::ToBox, 1),
    (Direction::FromBox, 20),
    (Direction::ToBox, 90),
    (Direction::ToBox, 150),
];
/// Who ends the day.
const LUZ: StaffNo = StaffNo(77);

/// Two terminals, each behind a line that can be unplugged.
struct Pair {
    lanes: Vec<(Lane, Terminal)>,
    lines: Vec<CutLine>,
    config: String,
    _folder: Folder,
}

impl Pair {
    async fn new() -> Pair {
        let folder = Folder::new();
        let (mut lanes, mut lines, mut moved) = (Vec::new(), Vec::new(), Vec::new());
        for no in [1, 2] {
            let lane = Lane::sound(no, Line::ZvtTcp, &folder);
            let terminal = terminal::start(&folder, &lane).await;
            let Terminal::Zvt(zvt) = &terminal else { panic!("not that terminal") };
            let line = CutLine::to(zvt.address().unwrap()).await;
            moved.push((zvt.address().unwrap(), line.address));
            lanes.push((lane, terminal));
            lines.push(line);
        }
        let mut config = terminal::config(&folder, &lanes, Stand::numbered(SECOND));
        for (terminal, line) in moved {
            config = config.replace(&terminal.to_string(), &line.to_string());
        }
        Pair { lanes, lines, config, _folder: folder }
    }

    fn stand(&self, at: usize) -> Stand {
        self.lanes[at].0.stand
    }

    async fn open(&self, up: &[Stand]) -> House {
        let house = House::open(&self.config, up).await;
        for (lane, _) in &self.lanes {
            house.open_till(lane.stand.till, lane.stand.cashier).await;
        }
        house
    }

    /// What a terminal sent to its bank, close for close.
    fn settled(&self, at: usize) -> Vec<u64> {
        let truth = Truth::open(&self.lanes[at].0.truth).unwrap();
        let settled = truth.lines().iter().filter(|line| line.deed == Deed::Settled);
        settled.map(|line| line.amount_minor).collect()
    }
}

async fn pays(house: &House, stand: Stand) {
    let cart = house.cart(stand.till).await;
    let key = house.pay(stand.pad, stand.cashier, cart).await.unwrap();
    assert_eq!(house.settled(key).await.state, Paid::Captured);
    house.pad_is_free(stand.pad).await;
}

fn is_proven(house: &House) {
    assert_eq!(proof::of(&house.snapshot(), &Plans::default()).unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pad_that_is_off_at_the_end_of_the_day_is_closed_when_it_is_back() {
    let pair = Pair::new().await;
    let (there, off) = (pair.stand(0), pair.stand(1));
    let house = pair.open(&[there, off]).await;
    pays(&house, there).await;
    pays(&house, off).await;
    pays(&house, off).await;
    let (first, _) = house.batch(there.pad).unwrap();
    let (second, _) = house.batch(off.pad).unwrap();
    pair.lines[1].plug(false);
    house.stands_as(second, &Stands::Off).await;
    house.close_all(LUZ).await;
    let row = house.batch_settles(first).await;
    assert_eq!(row.end.unwrap().told.map(|told| sum_of(&told).sum), Some(Money(3_500)));
    assert_eq!(row.closing.unwrap().by, LUZ);
    let waits = house.batch(off.pad).unwrap();
    assert_eq!((waits.0, waits.1.state), (second, State::Open));
    assert_eq!(waits.1.wish.as_ref().map(|wish| wish.by), Some(LUZ));
    assert_eq!(house.stands(second), Some(Stands::Off), "the page names it");
    is_proven(&house);
    house.stop().await;
    // Switched off with the house, and found again by another run of the box.
    let house = pair.open(&[there]).await;
    assert_eq!(house.batch(off.pad).unwrap().1.wish, waits.1.wish, "the wish is on disk");
    assert_eq!(pair.settled(1), Vec::<u64>::new());
    pair.lines[1].plug(true);
    let row = house.batch_settles(second).await;
    assert_eq!(row.end.unwrap().told.map(|told| sum_of(&told)).map(|one| one.count), Some(2));
    assert_eq!((row.closing.unwrap().by, row.wish), (LUZ, None));
    assert_eq!((pair.settled(0), pair.settled(1)), (vec![3_500], vec![7_000]));
    assert_eq!((house.card_clearing(), house.bank()), (0, 3 * 3_500 - 2 * 10_000));
    for (_, terminal) in &pair.lanes {
        assert_eq!(terminal.violations(), Vec::<String>::new());
    }
    is_proven(&house);
    pays(&house, off).await;
    assert_eq!(house.batch(off.pad).unwrap().1.wish, None, "the next day is another batch");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_that_runs_goes_first_and_a_wish_taken_back_closes_nothing() {
    let pair = Pair::new().await;
    let (kept, busy) = (pair.stand(0), pair.stand(1));
    let house = pair.open(&[kept, busy]).await;
    pays(&house, kept).await;
    pays(&house, busy).await;
    let (open, _) = house.batch(kept.pad).unwrap();
    let (wanted, _) = house.batch(busy.pad).unwrap();
    pair.lines[0].plug(false);
    house.stands_as(open, &Stands::Off).await;
    let cart = house.cart(busy.till).await;
    let key = house.pay(busy.pad, busy.cashier, cart).await.unwrap();
    house.close_all(LUZ).await;
    house.keep_open(LUZ, open).await.unwrap();
    assert_eq!(house.keep_open(LUZ, open).await, Err(Refusal::Stale));
    // The payment was begun before the press: it is in the batch that is closed after it.
    assert_eq!(house.settled(key).await.state, Paid::Captured);
    let row = house.batch_settles(wanted).await;
    assert_eq!((row.taken.count, row.taken.sum), (2, Money(7_000)));
    assert_eq!(pair.settled(1), vec![7_000]);
    pair.lines[0].plug(true);
    house.pad_is_up(kept.pad).await;
    pays(&house, kept).await;
    let (still, row) = house.batch(kept.pad).unwrap();
    assert_eq!((still, row.state, row.taken.count), (open, State::Open, 2));
    assert_eq!(pair.settled(0), Vec::<u64>::new());
    is_proven(&house);
}

/// Pressed once: a close that is cut is found out about and asked for again by the box.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_that_is_cut_is_asked_for_again_until_the_batch_is_settled_once() {
    let pair = Pair::new().await;
    let stand = pair.stand(0);
    let house = pair.open(&[stand]).await;
    for (way, bytes) in CUTS {
        pays(&house, stand).await;
        let (batch, _) = house.batch(stand.pad).unwrap();
        pair.lines[0].cut_after(way, bytes);
        house.close_all(LUZ).await;
        let row = house.batch_settles(batch).await;
        assert_eq!((row.taken.count, row.wish), (1, None), "{way:?} {bytes}");
        assert!(!pair.lines[0].spare(), "{way:?} {bytes}: the line was never cut");
        house.pad_is_up(stand.pad).await;
    }
    assert_eq!(pair.settled(0), vec![3_500; CUTS.len()]);
    assert_eq!(house.card_clearing(), 0);
    is_proven(&house);
}
