//! The properties of domain 4.8, on random houses, against the brute-force judge.
//!
//! Shares no code with the search it judges. Next: `oracle.rs`.

use crate::hall::Hall;
use crate::oracle::Oracle;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeSet;
use usher_rules::id::{CategoryNo, SeatNo};
use usher_rules::seat::{
    Found, Mode, NoSeats, Request, Rung, SeatSet, SingleRule, Verdict, best, best_by_full_scan,
    check,
};

/// A random house as text, and the costs of its seats.
#[derive(Clone, Debug)]
struct Drawn {
    rows: Vec<String>,
    spread: u32,
    salt: u32,
}

impl Drawn {
    /// Costs with many ties, or hardly any.
    fn cost(&self, row: u32, column: u32) -> u32 {
        let hash = (row * 31 + column * 17 + self.salt).wrapping_mul(2_654_435_761) >> 16;
        hash % self.spread
    }

    fn hall(&self) -> Hall {
        let rows: Vec<&str> = self.rows.iter().map(String::as_str).collect();
        Hall::with_costs(&rows, |row, column| self.cost(row, column))
    }

    fn oracle(&self, request: &Request, rule: SingleRule) -> Oracle {
        let wanted = match request.categories.as_deref() {
            None => ".B#",
            Some([CategoryNo(0)]) => ".#",
            Some(_) => "B",
        };
        Oracle::read(&self.rows, |row, column| self.cost(row, column), wanted, rule)
    }

    /// Members may take what is kept for them.
    fn for_members(&self, request: &Request, rule: SingleRule) -> (Hall, Oracle) {
        let mut hall = self.hall();
        let mut oracle = self.oracle(request, rule);
        let kept = (0..oracle.marks.len()).filter(|no| oracle.marks[*no] == 'M');
        kept.for_each(|no| {
            hall.takeable.insert(SeatNo(no as u32));
        });
        if oracle.wanted.contains(&'.') {
            oracle.wanted.push('M');
        }
        (hall, oracle)
    }
}

fn house(marks: &'static str, rows: usize, length: usize) -> impl Strategy<Value = Drawn> {
    let marks: Vec<char> = marks.chars().collect();
    let row =
        (vec(proptest::sample::select(marks), 1..=length), 0..6u8).prop_map(|(marks, kind)| {
            let text: String = marks.iter().collect();
            // One row in six is a table, if no aisle runs through it.
            if kind == 0 && !text.contains('|') { format!("({text})") } else { text }
        });
    (vec(row, 1..=rows), prop_oneof![Just(3u32), Just(1_000u32)], any::<u16>())
        .prop_map(|(rows, spread, salt)| Drawn { rows, spread, salt: u32::from(salt) })
}

fn rules() -> impl Strategy<Value = SingleRule> {
    (1..=3u8, any::<bool>(), any::<bool>()).prop_map(|(min_leftover, last_resort, wall)| {
        SingleRule {
            min_leftover,
            last_resort,
            pack_slack_percent: 0,
            aisle_single_ok: wall && min_leftover == 2,
        }
    })
}

fn requests(party: u8) -> impl Strategy<Value = Request> {
    (1..=party, 0..4u8).prop_map(|(party, kind)| {
        let categories = match kind {
            0 => Some(vec![CategoryNo(0)]),
            1 => Some(vec![CategoryNo(1)]),
            _ => None,
        };
        Request { categories, ..Request::of(party) }
    })
}

fn numbers(seats: &[SeatNo]) -> Vec<usize> {
    seats.iter().map(|seat| seat.0 as usize).collect()
}

fn config(cases: u32) -> ProptestConfig {
    let max_global_rejects = cases * 20;
    ProptestConfig { cases, max_global_rejects, failure_persistence: None, ..Default::default() }
}

const MIXED: &str = "......XXXBB#M|WCO";
const PLAIN: &str = ".......XXXXBB|";

proptest! {
    #![proptest_config(config(6_000))]

    /// 1 to 5, 7 and 9: exactly the seats of the brute-force judge, by both ways of searching.
    #[test]
    fn side_by_side_is_what_brute_force_finds(
        drawn in house(MIXED, 5, 14), request in requests(7), rule in rules(), member: bool,
    ) {
        let (hall, oracle) = if member {
            drawn.for_members(&request, rule)
        } else {
            (drawn.hall(), drawn.oracle(&request, rule))
        };
        let found = best(&hall.house(), &request, &rule);
        prop_assert_eq!(&found, &best_by_full_scan(&hall.house(), &request, &rule));
        let expected = oracle.best_together(usize::from(request.party));
        match (found, expected) {
            (Ok(found), Some(expected)) => {
                prop_assert_eq!(numbers(&found.seats()), expected.seats);
                prop_assert_eq!(found.parts.len(), 1);
                prop_assert_eq!(found.cost, expected.cost);
                prop_assert_eq!(found.new_singles as usize, expected.singles);
                let rung = if expected.singles == 0 { Rung::R1 } else { Rung::R2 };
                prop_assert_eq!(found.rung, rung);
            }
            (Err(NoSeats::SoldOut { left }), None) => {
                let open = (0..oracle.marks.len()).filter(|no| oracle.open(*no)).count();
                prop_assert_eq!(left as usize, open);
                prop_assert!(open < usize::from(request.party));
            }
            (Err(NoSeats::NoSeatsTogether { largest_together, .. }), None) => {
                let fits = |party: &u8| oracle.best_together(usize::from(*party)).is_some();
                let largest = (1..request.party).rev().find(fits).unwrap_or(0);
                prop_assert_eq!(largest_together, largest);
            }
            (found, expected) => prop_assert!(false, "{found:?} but {expected:?}"),
        }
    }

    /// 6: seats outside the filter do not matter, however they stand.
    #[test]
    fn what_stands_outside_the_filter_changes_nothing(
        drawn in house(PLAIN, 3, 10), noise in house(PLAIN, 2, 10), request in requests(5),
        rule in rules(),
    ) {
        let alone = drawn.hall();
        let mut both = drawn.clone();
        both.rows.extend(noise.rows.iter().cloned());
        let mut plan = both.hall().plan;
        plan.zones.push(usher_rules::plan::Zone::default());
        let own = alone.layout.seats;
        for seat in &mut plan.seats[own..] {
            seat.zone = 1;
        }
        for block in &mut plan.blocks {
            block.zone = u16::from(block.seats[0].0 as usize >= own);
        }
        let mut hall = both.hall();
        hall.layout = usher_rules::seat::Layout::of(&plan);
        let request = Request { zone: Some(0), allow_split: true, allow_alone: true, ..request };
        let in_both = best(&hall.house(), &request, &rule);
        prop_assert_eq!(in_both, best(&alone.house(), &request, &rule));
    }

    /// 10: a mirrored plan gives as good an answer at the same cost.
    #[test]
    fn a_mirrored_plan_gives_equal_cost(
        drawn in house(PLAIN, 4, 12), request in requests(6), rule in rules(),
    ) {
        let width = drawn.rows.iter().map(String::len).max().unwrap_or(0);
        let flip = |mark| match mark { '(' => ')', ')' => '(', other => other };
        let flipped: Vec<String> = drawn.rows.iter().map(|row| {
            format!("{row:width$}").chars().rev().map(flip).collect()
        }).collect();
        let rows: Vec<&str> = flipped.iter().map(String::as_str).collect();
        let cost = |row, column| drawn.cost(row, width as u32 - 1 - column);
        let mirrored = Hall::with_costs(&rows, cost);
        let hall = drawn.hall();
        let there = best(&mirrored.house(), &request, &rule);
        let here = best(&hall.house(), &request, &rule);
        let figures = |found: &Found| (found.rung, found.new_singles, found.cost);
        prop_assert_eq!(here.as_ref().map(figures), there.as_ref().map(figures));
    }

    /// 11: where the rule yields, a freed seat never turns success into refusal.
    #[test]
    fn a_freed_seat_refuses_nobody(
        drawn in house("....XXXXXB|WC", 4, 10), request in requests(6),
        wheelchair in 0..3u8, split: bool, alone: bool, freed: prop::sample::Index,
    ) {
        let hall = drawn.hall();
        let rule = SingleRule { last_resort: true, ..SingleRule::default() };
        let wheelchair = wheelchair.min(request.party);
        let request = Request { wheelchair, allow_split: split, allow_alone: alone, ..request };
        prop_assume!(hall.layout.seats > 0);
        let freed = SeatNo(freed.index(hall.layout.seats) as u32);
        let mut before = hall.in_play.clone();
        before.remove(freed);
        let mut after = before.clone();
        after.insert(freed);
        let ask = |set: &SeatSet| {
            let house = usher_rules::seat::House { in_play: set, takeable: set, ..hall.house() };
            best(&house, &request, &rule).is_ok()
        };
        prop_assert!(!ask(&before) || ask(&after));
    }

    /// 9: places of one bay, its own companions, and nobody in a wheelchair left alone.
    #[test]
    fn wheelchair_parties_keep_the_rules_of_their_seats(
        drawn in house("...XXWWCC|", 4, 9), party in 1..6u8, wheelchair in 1..4u8,
        companions in 0..3u8, rule in rules(), split: bool, alone: bool,
    ) {
        let wheelchair = wheelchair.min(party);
        let hall = drawn.hall();
        let request = Request {
            wheelchair, companions, allow_split: split, allow_alone: alone, ..Request::of(party)
        };
        let Ok(found) = best(&hall.house(), &request, &rule) else { return Ok(()) };
        let seats = found.seats();
        let distinct: BTreeSet<SeatNo> = seats.iter().copied().collect();
        prop_assert_eq!(distinct.len(), usize::from(party));
        prop_assert!(seats.iter().all(|seat| hall.takeable.has(*seat)));
        let plan = &hall.plan;
        let of = |is: &dyn Fn(SeatNo) -> bool| {
            seats.iter().copied().filter(|seat| is(*seat)).collect::<Vec<_>>()
        };
        let places = of(&|seat| plan.seat(seat).wheelchair);
        let company = of(&|seat| plan.seat(seat).companion_of.is_some());
        prop_assert_eq!(places.len(), usize::from(wheelchair));
        prop_assert!(company.len() <= 3 * places.len());
        prop_assert!(companions == 0 || company.len() <= usize::from(companions));
        let linked = |seat: &SeatNo| {
            plan.seat(*seat).companion_of.is_some_and(|place| places.contains(&place))
        };
        prop_assert!(company.iter().all(linked));
        let block = |seat: SeatNo| plan.blocks.iter().position(|block| block.seats.contains(&seat));
        prop_assert!(places.iter().all(|place| block(*place) == block(places[0])));
        if party > 1 && wheelchair == 1 && company.is_empty() {
            let part = found.parts.iter().find(|part| part.contains(&places[0]));
            prop_assert!(part.is_some_and(|part| part.len() > 1));
        }
        let oracle = drawn.oracle(&request, rule);
        let singles = oracle.new_singles(&numbers(&seats)).len();
        prop_assert_eq!(singles, found.new_singles as usize);
        prop_assert!(singles == 0 || rule.last_resort);
    }

    /// Released seats are seats like any other, and still never given out twice.
    #[test]
    fn released_seats_are_judged_like_any_other(
        drawn in house("...XXWWCC|", 4, 9), party in 1..6u8, wheelchair in 0..4u8,
        rule in rules(), split: bool, alone: bool,
    ) {
        let wheelchair = wheelchair.min(party);
        let mut hall = drawn.hall();
        hall.layout = hall.layout.releasing(&SeatSet::full(hall.layout.seats));
        let request = Request {
            wheelchair, allow_split: split, allow_alone: alone, ..Request::of(party)
        };
        let mut oracle = drawn.oracle(&request, rule);
        let access = oracle.marks.iter_mut().filter(|mark| "WC".contains(**mark));
        access.for_each(|mark| *mark = '.');
        let Ok(found) = best(&hall.house(), &request, &rule) else { return Ok(()) };
        let seats = numbers(&found.seats());
        let distinct: BTreeSet<usize> = seats.iter().copied().collect();
        prop_assert_eq!(distinct.len(), usize::from(party));
        prop_assert!(seats.iter().all(|seat| oracle.open(*seat)));
        let places = found.seats().iter().filter(|seat| hall.plan.seat(**seat).wheelchair).count();
        prop_assert!(places >= usize::from(wheelchair));
        let singles = oracle.new_singles(&seats).len();
        prop_assert_eq!(singles, found.new_singles as usize);
        prop_assert!(singles == 0 || rule.last_resort);
    }

    /// 12: choose-your-own accepts every clean answer.
    #[test]
    fn what_the_house_offers_may_be_picked_by_hand(
        drawn in house(MIXED, 4, 12), request in requests(6), rule in rules(), split: bool,
    ) {
        let hall = drawn.hall();
        let request = Request { allow_split: split, ..request };
        let Ok(found) = best(&hall.house(), &request, &rule) else { return Ok(()) };
        for mode in [Mode::Strict, Mode::Lenient] {
            let verdict = check(&hall.house(), &found.seats(), &rule, mode);
            match found.rung {
                Rung::R1 | Rung::R3 => prop_assert_eq!(verdict, Verdict::Ok),
                Rung::R2 => prop_assert!(
                    matches!(verdict, Verdict::Ok | Verdict::OkUnavoidable)
                        || request.categories.is_none()
                        || mode == Mode::Lenient
                ),
                Rung::R4 | Rung::R5 => {}
            }
        }
    }
}

/// What the brute-force judge says of a party in parts: rung, and the figures that must agree.
fn least_spread(oracle: &Oracle, party: usize, alone: bool) -> Option<(Rung, usize, usize, usize)> {
    let judged: Vec<(usize, usize, usize)> = oracle
        .sets(party)
        .iter()
        .map(|set| {
            let parts = oracle.parts(set);
            let lone = parts.iter().filter(|size| **size == 1).count();
            (oracle.new_singles(set).len(), lone, parts.len())
        })
        .collect();
    let accompanied = || judged.iter().filter(|set| set.1 == 0);
    let clean = accompanied().filter(|set| set.0 == 0).map(|set| set.2).min();
    if let Some(parts) = clean {
        return Some((Rung::R3, 0, 0, parts));
    }
    let fewest = accompanied().map(|set| (set.2, set.0)).min();
    if let Some((parts, singles)) = fewest.filter(|_| oracle.rule.last_resort) {
        return Some((Rung::R4, singles, 0, parts));
    }
    let any = judged.iter().min().filter(|set| set.0 == 0 || oracle.rule.last_resort);
    any.filter(|_| alone).map(|set| (Rung::R5, set.0, set.1, set.2))
}

proptest! {
    #![proptest_config(config(2_000))]

    /// R3 to R5: the rung, the parts, the people alone and the singles of trying every set.
    #[test]
    fn parts_are_as_few_as_brute_force_finds(
        drawn in house("...XXXXXBMM|", 3, 8), request in requests(6), rule in rules(), alone: bool,
        member: bool,
    ) {
        let request = Request { allow_split: true, allow_alone: alone, ..request };
        let (hall, oracle) = if member {
            drawn.for_members(&request, rule)
        } else {
            (drawn.hall(), drawn.oracle(&request, rule))
        };
        let party = usize::from(request.party);
        prop_assume!((0..oracle.marks.len()).filter(|no| oracle.open(*no)).count() <= 13);
        prop_assume!(oracle.best_together(party).is_none());
        let expected = least_spread(&oracle, party, alone);
        match best(&hall.house(), &request, &rule) {
            Ok(found) => {
                let seats = numbers(&found.seats());
                let distinct: BTreeSet<usize> = seats.iter().copied().collect();
                prop_assert_eq!(distinct.len(), party);
                prop_assert!(seats.iter().all(|seat| oracle.open(*seat)));
                let sizes = oracle.parts(&seats);
                let lone = sizes.iter().filter(|size| **size == 1).count();
                let singles = oracle.new_singles(&seats).len();
                prop_assert_eq!(found.new_singles as usize, singles);
                prop_assert_eq!(found.parts.len(), sizes.len());
                prop_assert_eq!(Some((found.rung, singles, lone, sizes.len())), expected);
            }
            Err(NoSeats::SoldOut { .. }) => prop_assert_eq!(expected, None),
            Err(NoSeats::NoSeatsTogether { split_possible, .. }) => {
                prop_assert_eq!(expected, None);
                let helps = !alone && least_spread(&oracle, party, true).is_some();
                prop_assert_eq!(split_possible, helps);
            }
        }
    }

    /// A refusal says truly whether splitting or sitting alone would help.
    #[test]
    fn a_refusal_knows_whether_a_split_would_do(
        drawn in house("...XXXXXB|", 3, 8), request in requests(6), rule in rules(),
    ) {
        let hall = drawn.hall();
        let oracle = drawn.oracle(&request, rule);
        let refusal = best(&hall.house(), &request, &rule);
        if let Err(NoSeats::NoSeatsTogether { split_possible, .. }) = refusal {
            let helps = least_spread(&oracle, usize::from(request.party), true).is_some();
            prop_assert_eq!(split_possible, helps);
        }
    }

    /// Choose-your-own: what is left alone, whether that could be avoided, and that every
    /// suggestion is clean, against trying every way to place parts of the same sizes.
    #[test]
    fn a_selection_is_judged_as_brute_force_judges_it(
        drawn in house("......XXB|", 3, 7), rule in rules(), strict: bool,
        picks in vec(any::<prop::sample::Index>(), 1..5),
    ) {
        let hall = drawn.hall();
        let any_seat = drawn.oracle(&Request::of(1), rule);
        let open: Vec<usize> = (0..any_seat.marks.len()).filter(|no| any_seat.open(*no)).collect();
        prop_assume!(!open.is_empty() && open.len() <= 14);
        let seat = |pick: &prop::sample::Index| open[pick.index(open.len())];
        let mut picked: Vec<usize> = picks.iter().map(seat).collect();
        picked.sort_unstable();
        picked.dedup();
        let selection: Vec<SeatNo> = picked.iter().map(|no| SeatNo(*no as u32)).collect();
        let mode = if strict { Mode::Strict } else { Mode::Lenient };
        let left = any_seat.new_singles(&picked);
        let clean = clean_elsewhere(&any_seat, &picked, strict);
        match check(&hall.house(), &selection, &rule, mode) {
            Verdict::Ok => prop_assert!(left.is_empty()),
            Verdict::OkUnavoidable => prop_assert!(!left.is_empty() && rule.last_resort && !clean),
            Verdict::LeavesSingle { seats, suggestions } => {
                let mut alone: Vec<usize> = left.concat();
                alone.sort_unstable();
                prop_assert_eq!(numbers(&seats), alone);
                prop_assert!(!left.is_empty() && (clean || !rule.last_resort));
                prop_assert!(!clean || !suggestions.is_empty());
                for suggestion in suggestions.iter().map(|seats| numbers(seats)) {
                    prop_assert_eq!(suggestion.len(), picked.len());
                    prop_assert!(suggestion.iter().all(|seat| any_seat.open(*seat)));
                    prop_assert!(any_seat.new_singles(&suggestion).is_empty());
                }
            }
        }
    }
}

/// Is there a clean way to place parts of the same sizes: in the same categories, or each part
/// in the run it was picked from?
fn clean_elsewhere(oracle: &Oracle, picked: &[usize], strict: bool) -> bool {
    let parts = oracle.stretches(picked);
    let categories: BTreeSet<char> = picked.iter().map(|seat| oracle.marks[*seat]).collect();
    let choices: Vec<Vec<Vec<usize>>> = parts
        .iter()
        .map(|part| {
            let run = oracle.run_around(part);
            let all = oracle.together(part.len()).into_iter().map(|ranked| ranked.seats);
            let fits = |seats: &Vec<usize>| {
                seats.iter().all(|seat| {
                    if strict {
                        categories.contains(&oracle.marks[*seat])
                    } else {
                        run.contains(seat)
                    }
                })
            };
            all.filter(fits).collect()
        })
        .collect();
    place_all(oracle, &choices, &mut Vec::new())
}

fn place_all(oracle: &Oracle, choices: &[Vec<Vec<usize>>], taken: &mut Vec<usize>) -> bool {
    let Some((first, rest)) = choices.split_first() else {
        return oracle.new_singles(taken).is_empty();
    };
    first.iter().any(|seats| {
        if seats.iter().any(|seat| taken.contains(seat)) {
            return false;
        }
        let before = taken.len();
        taken.extend(seats);
        let placed = place_all(oracle, rest, taken);
        taken.truncate(before);
        placed
    })
}
