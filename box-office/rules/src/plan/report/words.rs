//! The words of each finding: what is so, then what to do.
//!
//! For the technician and the manager who import a plan; patrons never see them. Never holds a
//! decision. Next: `plan/report.rs` for the findings themselves.

use super::{Finding, Flaw, Misfit, Remark, Source, Wrong};
use std::fmt;

/// Guids spelt out in the words; the finding itself lists more.
const GUIDS_SPELT_MAX: usize = 8;

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match self.source {
            Source::Plan => "plan",
            Source::Overlay => "overlay",
        };
        match &self.pointer {
            Some(pointer) => write!(out, "{source} {pointer}: {}", self.words()),
            None => write!(out, "{source}: {}", self.words()),
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::NotJson { line, column } => write!(
                out,
                "not JSON at line {line} column {column}: export the plan again as JSON (UTF-8)"
            ),
            Flaw::TooBig { what, max } => {
                write!(out, "too big: {what} may be {max} at most; split or shorten it")
            }
            Flaw::Schema { wrong } => write!(out, "{wrong}"),
            Flaw::DuplicateGuid { guids, count } => write!(
                out,
                "{count} seat_guid stand on more than one seat ({}): give each seat its own, or \
                 import with duplicates re-keyed by uuid",
                Listed(guids)
            ),
            Flaw::CannotRekey { guid } => write!(
                out,
                "duplicate seat_guid {guid:?} cannot be re-keyed: every such seat needs a uuid \
                 that no other seat has as uuid or guid"
            ),
            Flaw::UnknownCategory { name } => {
                write!(
                    out,
                    "category {name:?} is not in the plan's categories: define or correct it"
                )
            }
            Flaw::CardNumber => write!(
                out,
                "a name or number in it may be the number of a card: take it out, or write it with \
                 a letter"
            ),
            Flaw::Misfit(misfit) => write!(out, "{misfit}"),
            Flaw::More { count } => write!(out, "and {count} more; correct these first"),
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Misfit::UnknownSeat { guid } => write!(
                out,
                "no seat {guid:?} in the plan (a re-keyed seat goes by its uuid): correct the guid"
            ),
            Misfit::UnknownZone { name } => {
                write!(out, "no zone {name:?} in the plan: use a name as the plan has it")
            }
            Misfit::UnknownRow { row } => {
                write!(
                    out,
                    "no row {row:?} in that zone: use row_number or row_label as in the plan"
                )
            }
            Misfit::NotNeighbours { first, second } => write!(
                out,
                "{first:?} and {second:?} do not sit side by side in one block: nothing to cut"
            ),
            Misfit::NotBlockEnds { first, second } => write!(
                out,
                "{first:?} and {second:?} do not end two different blocks: they cannot be joined"
            ),
            Misfit::SeatUsedTwice { guid } => {
                write!(out, "seat {guid:?} stands at more than one table: leave it at one")
            }
            Misfit::NotWheelchair { guid } => {
                write!(out, "{guid:?} is not marked wheelchair: mark it or correct companion_of")
            }
            Misfit::TooManyCompanions { guid, max } => {
                write!(out, "{guid:?} has more than {max} companion seats: leave {max} at most")
            }
            Misfit::NameTwice { name } => write!(out, "name {name:?} is used twice: rename one"),
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Remark::UnknownKey { kind, key, count } => write!(
                out,
                "key {key:?} of a {kind} is not known ({count} times, first here): kept in the \
                 stored original, otherwise ignored"
            ),
            Remark::SizeComputed { width, height } => write!(
                out,
                "no usable size: {width} x {height} computed from the seats with 5 % margin"
            ),
            Remark::Rekeyed { guids, count } => write!(
                out,
                "{count} seats with duplicate guids ({}) now go by their uuid",
                Listed(guids)
            ),
            Remark::AmbiguousLabel { label, count } => write!(
                out,
                "{label:?} is printed on {count} seats: rename, or set row_label, so that a \
                 ticket names one seat"
            ),
            Remark::NoFocalPoint => write!(
                out,
                "no area says stage, screen, pitch or the like: set focal_point in the overlay, \
                 or best seats cannot prefer any"
            ),
            Remark::SeveralFocalPoints { count } => write!(
                out,
                "{count} areas say stage or the like; the first is used: set focal_point in the \
                 overlay if that is wrong"
            ),
            Remark::CategoryTwice { name } => {
                write!(out, "category {name:?} is defined twice: the first is used")
            }
            Remark::ColorDropped => write!(out, "not a colour: drawn in the house colours"),
            Remark::ShapeMissing => write!(out, "area without a complete shape: not drawn"),
            Remark::RadiusDropped => write!(out, "not a usable radius: drawn with 10"),
            Remark::TextCut { max } => write!(out, "text cut after {max} characters"),
            Remark::TooManyPieces { row, max } => write!(
                out,
                "row {row:?} has more than {max} row objects: none were joined; join by hand"
            ),
            Remark::NothingToSell => {
                write!(out, "no seats and no general-admission areas: nothing can be sold from it")
            }
            Remark::More { count } => write!(out, "and {count} more"),
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Wrong::Missing => "required and missing: add it",
            Wrong::Unknown => "no such key in an overlay: correct or remove it",
            Wrong::NotObject => "must be an object {...}",
            Wrong::NotList => "must be a list [...]",
            Wrong::NotText => "must be a text \"...\"",
            Wrong::NotNumber => "must be a number",
            Wrong::NotWhole => "must be a whole number",
            Wrong::NotFlag => "must be true or false",
            Wrong::GuidShape => {
                "a seat_guid needs two characters or more, on one line, with no space at its ends"
            }
            Wrong::Not { expected } => return write!(out, "must be {expected}"),
        };
        out.write_str(words)
    }
}

/// The first few of a list of guids, and whether there are more.
struct Listed<'a>(&'a [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spelt = &self.0[..self.0.len().min(GUIDS_SPELT_MAX)];
        out.write_str(&spelt.join(", "))?;
        if self.0.len() > spelt.len() {
            out.write_str(", ...")?;
        }
        Ok(())
    }
}
