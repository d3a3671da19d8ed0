//! Sells whole houses to random parties (domain 4.7) and prints what became of the singles.
//!
//! The house is the opera house that ships with the demo. Singles are counted here, on the plan's
//! own blocks, not by the rules under test.

use usher_rules::id::SeatNo;
use usher_rules::plan::Plan;
use usher_rules::plan::import::{ImportOptions, import};
use usher_rules::seat::{
    Found, House, Layout, NoSeats, Request, Rung, SeatSet, SingleRule, best, best_by_full_scan,
};

const RUNS: u64 = 6;
/// After so many parties in a row that found nothing the house counts as full.
const REFUSALS_MAX: u32 = 200;
const SHARES: [u32; 4] = [50, 70, 90, 97];

/// The usual splitmix; a printed seed repeats a run.
struct Luck(u64);

impl Luck {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// 5 % ones, 60 % pairs, 11 % threes, 18 % fours, the rest fives and sixes.
    fn party(&mut self) -> u8 {
        match self.below(100) {
            0..5 => 1,
            5..65 => 2,
            65..76 => 3,
            76..94 => 4,
            94..97 => 5,
            _ => 6,
        }
    }
}

fn opera_house() -> Plan {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/demo/plans/");
    let read = |name: &str| std::fs::read(format!("{folder}{name}")).expect("a shipped plan");
    let overlay = read("opera-house.overlay.json");
    let options = ImportOptions { rekey_duplicates: true };
    import(&read("opera-house.json"), Some(&overlay), options).expect("a sound plan").plan
}

/// A performance being sold, with its own count of what is free.
struct Sale<'a> {
    plan: &'a Plan,
    layout: &'a Layout,
    free: SeatSet,
    general: u32,
    sold: u32,
}

impl<'a> Sale<'a> {
    fn opened(plan: &'a Plan, layout: &'a Layout) -> Sale<'a> {
        let general = |seat: &SeatNo| {
            let of = plan.seat(*seat);
            plan.for_sale(*seat) && !of.wheelchair && of.companion_of.is_none()
        };
        let free = SeatSet::of(plan.seats.len(), plan.seat_nos().filter(general));
        let general = free.count();
        Sale { plan, layout, free, general, sold: 0 }
    }

    fn house(&self) -> House<'_> {
        House { layout: self.layout, in_play: &self.free, takeable: &self.free, own: &[] }
    }

    fn sell(&mut self, found: &Found) {
        for seat in found.seats() {
            assert!(self.free.remove(seat), "{seat:?} sold twice");
            self.sold += 1;
        }
    }

    /// Free seats with nobody free beside them.
    fn singles(&self) -> Vec<SeatNo> {
        let mut singles = Vec::new();
        for block in &self.plan.blocks {
            let free = |at: usize| block.seats.get(at).is_some_and(|seat| self.free.has(*seat));
            let alone = |at: &usize| free(*at) && !free(at + 1) && (*at == 0 || !free(at - 1));
            let here = (0..block.seats.len()).filter(alone).map(|at| block.seats[at]);
            singles.extend(here);
        }
        singles
    }
}

/// What one policy made of the house, mean of all runs in tenths.
#[derive(Debug)]
struct Outcome {
    singles: [u64; 4],
    first_refusal: u64,
    forced: u64,
}

fn sell_out(plan: &Plan, layout: &Layout, rule: &SingleRule) -> Outcome {
    let mut sum = Outcome { singles: [0; 4], first_refusal: 0, forced: 0 };
    for seed in 0..RUNS {
        let mut luck = Luck(seed);
        let mut sale = Sale::opened(plan, layout);
        let mut refused = None;
        let mut seen = 0;
        let mut refusals = 0;
        while refusals < REFUSALS_MAX && sale.sold < sale.general {
            match best(&sale.house(), &Request::of(luck.party()), rule) {
                Ok(found) => {
                    refusals = 0;
                    sum.forced += u64::from(found.new_singles);
                    sale.sell(&found);
                }
                Err(NoSeats::NoSeatsTogether { .. } | NoSeats::SoldOut { .. }) => {
                    refusals += 1;
                    refused = refused.or(Some(sale.sold));
                }
            }
            while seen < SHARES.len() && sale.sold * 100 >= sale.general * SHARES[seen] {
                sum.singles[seen] += sale.singles().len() as u64;
                seen += 1;
            }
        }
        sum.first_refusal += u64::from(refused.unwrap_or(sale.sold));
    }
    let mean = |sum: u64| sum * 10 / RUNS;
    Outcome {
        singles: sum.singles.map(mean),
        first_refusal: mean(sum.first_refusal),
        forced: mean(sum.forced),
    }
}

#[test]
fn a_house_sells_out_without_singles() {
    let plan = opera_house();
    let layout = Layout::of(&plan);
    let general = Sale::opened(&plan, &layout).general;
    let ladder = SingleRule { last_resort: true, ..SingleRule::default() };
    let off = SingleRule { min_leftover: 1, ..ladder };
    let [off, ladder, never] =
        [off, ladder, SingleRule::default()].map(|rule| sell_out(&plan, &layout, &rule));
    let tenths = |figure: u64| format!("{}.{}", figure / 10, figure % 10);
    for (name, outcome) in [("no rule", &off), ("last resort", &ladder), ("never", &never)] {
        let singles = outcome.singles.map(tenths);
        println!(
            "{name:>12}: singles at {SHARES:?} % sold: {singles:?}, first refusal at {} of \
             {general}, forced singles {}",
            tenths(outcome.first_refusal),
            tenths(outcome.forced),
        );
    }
    let odd = plan.blocks.iter().filter(|block| block.seats.len() % 2 == 1).count();
    println!("{} blocks, {odd} of them odd", plan.blocks.len());
    assert!(general > 1_100);
    assert!(off.singles[2] > 100, "without the rule more than ten singles at 90 %");
    assert_eq!((never.singles, never.forced), ([0; 4], 0));
    assert_eq!(ladder.singles[..3], [0; 3], "no single while anything clean is left");
    assert!(ladder.singles[3] < 30, "fewer than three at 97 %");
    assert!(ladder.forced < 150, "fewer than fifteen forced singles a house");
    assert!(ladder.first_refusal > never.first_refusal);
    assert!(ladder.first_refusal > off.first_refusal + 100, "ten seats later than without");
    assert!(never.first_refusal > off.first_refusal);
    assert!(ladder.first_refusal * 100 > u64::from(general) * 10 * 97, "97 % without refusal");
}

/// A3: ten thousand requests, with seats coming back in between, add no orphan.
#[test]
fn ten_thousand_requests_add_no_orphan() {
    let plan = opera_house();
    let layout = Layout::of(&plan);
    let mut luck = Luck(2_026);
    let mut sale = Sale::opened(&plan, &layout);
    let mut sold: Vec<Vec<SeatNo>> = Vec::new();
    let (mut seated, mut refused) = (0, 0);
    for _ in 0..10_000 {
        let rule = SingleRule { last_resort: luck.below(2) == 0, ..SingleRule::default() };
        let request = Request {
            allow_split: luck.below(4) == 0,
            allow_alone: luck.below(4) == 0,
            ..Request::of(luck.party())
        };
        let before = sale.singles();
        match best(&sale.house(), &request, &rule) {
            Ok(found) if matches!(found.rung, Rung::R1 | Rung::R3) || !rule.last_resort => {
                assert_eq!(found.new_singles, 0);
                sale.sell(&found);
                sold.push(found.seats());
                let added = sale.singles().into_iter().find(|seat| !before.contains(seat));
                assert_eq!(added, None, "{found:?}");
                seated += 1;
            }
            // What only a last resort could do is left, so that every answer is held to the rule.
            Ok(_) => {}
            Err(_) => refused += 1,
        }
        // Refunds: every other party brings its seats back, and leaves what singles it must.
        if sale.free.count() * 20 < sale.general {
            let mut kept = Vec::new();
            for (no, seats) in sold.drain(..).enumerate() {
                if no % 2 == 0 {
                    kept.push(seats);
                } else {
                    sale.free.unite(&SeatSet::of(plan.seats.len(), seats));
                }
            }
            sold = kept;
        }
    }
    println!("{seated} parties seated, {refused} refused");
    assert!(seated > 5_000 && refused > 50);
}

/// 7: pruning changes nothing, in a real house at every stage of its sale.
#[test]
fn pruned_search_is_the_full_scan() {
    let plan = opera_house();
    let layout = Layout::of(&plan);
    let rule = SingleRule { last_resort: true, ..SingleRule::default() };
    let mut luck = Luck(7);
    let mut sale = Sale::opened(&plan, &layout);
    while sale.sold * 100 < sale.general * 98 {
        let request = Request::of(luck.party());
        let found = best(&sale.house(), &request, &rule);
        assert_eq!(found, best_by_full_scan(&sale.house(), &request, &rule));
        if let Ok(found) = found {
            sale.sell(&found);
        }
    }
}
