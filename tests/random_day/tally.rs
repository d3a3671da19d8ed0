//! What happened, counted: acts by kind and faults by kind, each by how it ended.
//!
//! Printed, so that it can be seen that each kind happened. Never the source of a sum.
//! Next: `judge.rs`.

use std::collections::BTreeMap;
use std::fmt;

type Counts = BTreeMap<&'static str, BTreeMap<&'static str, u32>>;

#[derive(Debug, Default)]
pub struct Tally {
    acts: Counts,
    faults: Counts,
}

impl Tally {
    pub fn act(&mut self, act: &'static str, end: &'static str) {
        *self.acts.entry(act).or_default().entry(end).or_default() += 1;
    }

    pub fn fault(&mut self, fault: &'static str, end: &'static str) {
        *self.faults.entry(fault).or_default().entry(end).or_default() += 1;
    }

    pub fn acts(&self) -> u32 {
        self.acts.values().flat_map(BTreeMap::values).sum()
    }

    /// Those of these kinds that never happened.
    pub fn missing(&self, acts: &[&'static str], faults: &[&'static str]) -> Vec<&'static str> {
        let of = |counts: &Counts, kinds: &[&'static str]| -> Vec<&'static str> {
            kinds.iter().copied().filter(|kind| !counts.contains_key(kind)).collect()
        };
        [of(&self.acts, acts), of(&self.faults, faults)].concat()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (title, counts) in [("acts", &self.acts), ("faults", &self.faults)] {
            writeln!(out, "{title}")?;
            for (kind, ends) in counts {
                let sum: u32 = ends.values().sum();
                let ends: Vec<String> =
                    ends.iter().map(|(end, count)| format!("{count} {end}")).collect();
                writeln!(out, "  {sum:>5} {kind:<42} {}", ends.join(", "))?;
            }
        }
        Ok(())
    }
}
