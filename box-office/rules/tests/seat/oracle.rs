//! A second opinion: a judge that tries everything and shares no code with the rules.
//!
//! It knows a house only as rows of marks and costs (see `hall.rs` for the marks) and compares
//! whole lists of runs before and after. Slow on purpose. Never used outside tests.

use std::collections::BTreeSet;
use usher_rules::seat::SingleRule;

/// Seats side by side, by number, with their marks and costs.
#[derive(Clone, Debug)]
pub struct Bench {
    pub ring: bool,
    pub seats: Vec<usize>,
}

#[derive(Clone, Debug)]
pub struct Oracle {
    pub benches: Vec<Bench>,
    pub marks: Vec<char>,
    pub costs: Vec<u64>,
    pub wanted: Vec<char>,
    pub rule: SingleRule,
}

/// A side-by-side seating and everything that ranks it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ranked {
    pub singles: usize,
    pub only_second_pass: bool,
    pub apart: bool,
    pub cost: u64,
    pub bench: usize,
    pub offset: usize,
    pub seats: Vec<usize>,
}

impl Oracle {
    pub fn read(
        rows: &[String],
        cost: impl Fn(u32, u32) -> u32,
        wanted: &str,
        rule: SingleRule,
    ) -> Oracle {
        let (mut benches, mut marks, mut costs) = (Vec::new(), Vec::new(), Vec::new());
        for (row, text) in rows.iter().enumerate() {
            let mut seats = Vec::new();
            let mut end = |seats: &mut Vec<usize>, ring| {
                let seats = std::mem::take(seats);
                if !seats.is_empty() {
                    benches.push(Bench { ring, seats });
                }
            };
            for (column, mark) in text.chars().enumerate() {
                match mark {
                    '|' | '(' => end(&mut seats, false),
                    ')' => end(&mut seats, true),
                    _ => {
                        seats.push(marks.len());
                        marks.push(mark);
                        costs.push(u64::from(cost(row as u32, column as u32)));
                    }
                }
            }
            end(&mut seats, false);
        }
        Oracle { benches, marks, costs, wanted: wanted.chars().collect(), rule }
    }

    pub fn open(&self, seat: usize) -> bool {
        self.wanted.contains(&self.marks[seat])
    }

    fn in_play(&self, seat: usize) -> bool {
        matches!(self.marks[seat], '.' | 'B' | '#')
    }

    /// Every maximal run of seats in play that are not taken; with it, whether it meets a wall.
    fn runs(&self, taken: &[usize]) -> BTreeSet<(Vec<usize>, bool)> {
        let mut runs = BTreeSet::new();
        for bench in &self.benches {
            let count = bench.seats.len();
            let free = |at: usize| {
                let seat = bench.seats[at % count];
                self.in_play(seat) && !taken.contains(&seat)
            };
            for from in 0..count {
                let goes_back =
                    if from == 0 { bench.ring && free(count - 1) } else { free(from - 1) };
                let all_free = bench.ring && (0..count).all(free);
                if !free(from) || (goes_back && !(all_free && from == 0)) {
                    continue;
                }
                let most = if bench.ring { count } else { count - from };
                let len = (0..most).take_while(|step| free(from + step)).count();
                let mut seats: Vec<usize> =
                    (0..len).map(|step| bench.seats[(from + step) % count]).collect();
                seats.sort_unstable();
                let wall = !bench.ring && (from == 0 || from + len == count);
                runs.insert((seats, wall));
            }
        }
        runs
    }

    /// Short runs that stand after the take and did not stand before.
    pub fn new_singles(&self, taken: &[usize]) -> Vec<Vec<usize>> {
        let before = self.runs(&[]);
        let short = usize::from(self.rule.min_leftover);
        let after = self.runs(taken).into_iter().filter(|run| !before.contains(run));
        let bad = after
            .filter(|(seats, wall)| seats.len() < short && !(*wall && self.rule.aisle_single_ok));
        bad.map(|(seats, _)| seats).collect()
    }

    /// Every way to sit side by side, best first.
    pub fn together(&self, party: usize) -> Vec<Ranked> {
        let mut all = Vec::new();
        for (no, bench) in self.benches.iter().enumerate() {
            let count = bench.seats.len();
            for offset in 0..count {
                let round = bench.ring && (party < count || offset == 0);
                if party > count || (offset + party > count && !round) {
                    continue;
                }
                let seats: Vec<usize> =
                    (0..party).map(|step| bench.seats[(offset + step) % count]).collect();
                if seats.iter().all(|seat| self.open(*seat)) {
                    all.push(self.ranked(no, offset, seats));
                }
            }
        }
        all.sort();
        all
    }

    fn ranked(&self, bench: usize, offset: usize, seats: Vec<usize>) -> Ranked {
        let of = &self.benches[bench];
        let singles = self.new_singles(&seats).len();
        let own: Vec<usize> = (0..self.marks.len()).filter(|no| self.marks[*no] == 'O').collect();
        let neighbours = |seat: usize| {
            let at = of.seats.iter().position(|no| *no == seat).expect("a seat of the bench");
            let count = of.seats.len();
            let back = if at > 0 { Some(at - 1) } else { of.ring.then_some(count - 1) };
            let on = if at + 1 < count { Some(at + 1) } else { of.ring.then_some(0) };
            [back, on].into_iter().flatten().map(|at| of.seats[at]).collect::<Vec<_>>()
        };
        let touches = seats.iter().any(|seat| neighbours(*seat).iter().any(|no| own.contains(no)));
        let only_second_pass =
            singles == 0 && seats.iter().all(|seat| self.marks[*seat] == '#') && !touches;
        let cost = seats.iter().map(|seat| self.costs[*seat]).sum();
        let apart = !own.is_empty() && !touches;
        Ranked { singles, only_second_pass, apart, cost, bench, offset, seats }
    }

    /// The answer of the ladder's first two rungs.
    pub fn best_together(&self, party: usize) -> Option<Ranked> {
        let best = self.together(party).into_iter().next()?;
        (best.singles == 0 || self.rule.last_resort).then_some(best)
    }

    /// Every set of so many seats that may be taken.
    pub fn sets(&self, party: usize) -> Vec<Vec<usize>> {
        let open: Vec<usize> = (0..self.marks.len()).filter(|no| self.open(*no)).collect();
        let mut sets = Vec::new();
        choose(&open, party, &mut Vec::new(), &mut sets);
        sets
    }

    /// Sizes of the parts of a set: neighbours in one bench.
    pub fn parts(&self, set: &[usize]) -> Vec<usize> {
        let mut sizes = Vec::new();
        for bench in &self.benches {
            let count = bench.seats.len();
            let taken: Vec<bool> = bench.seats.iter().map(|seat| set.contains(seat)).collect();
            let number = taken.iter().filter(|taken| **taken).count();
            if number == count && bench.ring {
                sizes.push(count);
                continue;
            }
            for from in (0..count).filter(|at| taken[*at]) {
                let back = if from > 0 { taken[from - 1] } else { bench.ring && taken[count - 1] };
                if back {
                    continue;
                }
                let most = if bench.ring { count } else { count - from };
                sizes.push((0..most).take_while(|step| taken[(from + step) % count]).count());
            }
        }
        sizes
    }
}

fn choose(open: &[usize], left: usize, chosen: &mut Vec<usize>, sets: &mut Vec<Vec<usize>>) {
    if left == 0 {
        sets.push(chosen.clone());
        return;
    }
    for (at, seat) in open.iter().enumerate() {
        chosen.push(*seat);
        choose(&open[at + 1..], left - 1, chosen, sets);
        chosen.pop();
    }
}

impl Oracle {
    /// The parts of a set, each as its seats in order.
    pub fn stretches(&self, set: &[usize]) -> Vec<Vec<usize>> {
        let mut parts: Vec<Vec<usize>> = Vec::new();
        for bench in &self.benches {
            let mut here: Vec<Vec<usize>> = Vec::new();
            let mut goes_on = false;
            for seat in &bench.seats {
                let taken = set.contains(seat);
                match here.last_mut() {
                    Some(part) if taken && goes_on => part.push(*seat),
                    _ if taken => here.push(vec![*seat]),
                    _ => {}
                }
                goes_on = taken;
            }
            let ends = [bench.seats.first(), bench.seats.last()];
            let round = bench.ring && ends.iter().all(|end| end.is_some_and(|no| set.contains(no)));
            if round && here.len() > 1 {
                let first = here.remove(0);
                here.last_mut().expect("two parts").extend(first);
            }
            parts.extend(here);
        }
        parts
    }

    /// The run of seats in play a part was picked from; round a table, the whole table.
    pub fn run_around(&self, part: &[usize]) -> Vec<usize> {
        let bench = self
            .benches
            .iter()
            .find(|bench| bench.seats.contains(&part[0]))
            .expect("every seat has a bench");
        if bench.ring {
            return bench.seats.clone();
        }
        let runs = self.runs(&[]);
        let own = runs.iter().find(|(seats, _)| seats.contains(&part[0]));
        own.map_or(Vec::new(), |(seats, _)| seats.clone())
    }
}
