//! The rows of the table: what was measured, its floor of the same run, must and aim.
//!
//! One file for each noun that is measured; a file may fill several rows, because they share what
//! they set up. Never rounds what goes into the JSON. Next: `page.rs` for how they are shown.

pub mod beam;
pub mod binary;
pub mod checkout;
pub mod hammer;
pub mod hold;
pub mod ledger;
pub mod memory;
pub mod pad;
pub mod patron;
pub mod redeem;
pub mod seat;
pub mod shop;
pub mod size;
pub mod slow;
pub mod start;
pub mod wear;

use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where a run works and what it may take.
#[derive(Clone, Debug)]
pub struct Ground {
    /// Scratch folder on the disk that is measured.
    pub work: PathBuf,
    /// The built daemon.
    pub binary: PathBuf,
    /// Ten idle minutes instead of one, and a cold build.
    pub long: bool,
}

/// One line of the table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Row {
    /// Number in the list of bars, or a letter for what is measured besides.
    pub no: &'static str,
    pub what: String,
    /// The floor of the same run, in words.
    pub floor: String,
    pub figure: String,
    pub must: &'static str,
    pub must_met: Option<bool>,
    pub aim: &'static str,
    pub aim_met: Option<bool>,
    /// Every figure behind the words.
    pub figures: BTreeMap<String, f64>,
}

impl Row {
    /// Keeps a figure under its name and hands it back.
    pub fn keep(&mut self, name: &str, figure: f64) -> f64 {
        self.figures.insert(name.to_owned(), figure);
        figure
    }

    /// Where it stands, in a word.
    pub fn stands(&self) -> &'static str {
        match (self.must_met, self.aim_met) {
            (Some(false), _) => "**missed**",
            (_, Some(true)) => "aim",
            (Some(true), Some(false)) => "must",
            (Some(true), None) => "met",
            (None, Some(false)) => "below the aim",
            (None, None) => "-",
        }
    }
}

/// What fills the rows.
pub type Measure = fn(&Ground) -> anyhow::Result<Vec<Row>>;

/// Everything that is measured, with the rows it fills.
pub const MEASURES: [(&[&str], Measure); 17] = [
    (&["0"], shop::floors),
    (&["1", "2", "3"], redeem::measure),
    (&["4"], hold::measure),
    (&["5"], checkout::measure),
    (&["6"], shop::measure),
    (&["7"], memory::measure),
    (&["8"], start::measure),
    (&["9"], wear::measure),
    (&["10"], size::measure),
    (&["11"], slow::measure),
    (&["12"], hammer::measure),
    (&["13"], beam::measure),
    (&["P", "D"], pad::measure),
    (&["L"], ledger::measure),
    (&["R"], patron::measure),
    (&["S"], seat::measure),
    (&["B"], binary::measure),
];

/// A count with thousands apart: 12 345.
pub fn count(figure: f64) -> String {
    let digits = format!("{figure:.0}");
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Milliseconds with as many places as they deserve.
pub fn ms(figure: f64) -> String {
    match figure {
        ..0.1 => format!("{figure:.3} ms"),
        0.1..10.0 => format!("{figure:.2} ms"),
        _ => format!("{figure:.0} ms"),
    }
}

/// A share in per cent.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(count(999.6), "1,000");
        assert_eq!(count(1_234_567.0), "1,234,567");
        assert_eq!(count(12.0), "12");
        assert_eq!(ms(0.04), "0.040 ms");
        assert_eq!(ms(3.456), "3.46 ms");
        assert_eq!(ms(123.4), "123 ms");
        assert_eq!(percent(0.705), "70 %");
    }

    #[test]
    fn a_row_stands_by_its_must_first() {
        let row = |must_met, aim_met| Row { must_met, aim_met, ..Row::default() }.stands();
        assert_eq!(row(Some(false), Some(true)), "**missed**");
        assert_eq!(row(Some(true), Some(false)), "must");
        assert_eq!(row(Some(true), Some(true)), "aim");
        assert_eq!(row(None, None), "-");
    }
}
