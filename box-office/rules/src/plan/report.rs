//! What an import found: counts, remarks that staff should read, flaws that refuse the plan.
//!
//! Each finding has a stable code for scripts, a JSON pointer where there is one, and words that
//! say what to do. Never decides anything: an import is refused exactly when `errors` is not
//! empty. Lists are cut at [`FINDINGS_MAX`]; what was left out is counted, never dropped.
//! Next: `plan/report/words.rs` for the words, `plan/reader.rs` files most of the findings.

mod words;

use super::Point;

/// Findings listed one by one, of errors and of warnings each; the rest is only counted.
pub const FINDINGS_MAX: usize = 200;

/// Guids listed in one finding; the rest is only counted.
pub const GUIDS_LISTED_MAX: usize = 500;

/// The outcome of reading one plan with its overlay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub seats: u32,
    pub zones: u32,
    /// Row objects as they stand in the file; a printed row may be cut into several.
    pub rows: u32,
    pub blocks: u32,
    pub categories: u32,
    /// General-admission areas of the overlay.
    pub areas: u32,
    pub focal_point: Option<Point>,
    pub warnings: Vec<Finding>,
    pub errors: Vec<Finding>,
    warnings_unlisted: u32,
    errors_unlisted: u32,
}

/// One thing found, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub matter: Matter,
    pub source: Source,
    /// RFC 6901 pointer into that source.
    pub pointer: Option<String>,
}

/// Which of the two files a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Plan,
    Overlay,
}

/// Either kind of finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matter {
    Flaw(Flaw),
    Remark(Remark),
}

/// What refuses a plan. The name of each variant is its code and stays for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    NotJson {
        line: usize,
        column: usize,
    },
    TooBig {
        what: &'static str,
        max: u64,
    },
    /// A key that must be there is not, or a value is of the wrong kind.
    Schema {
        wrong: Wrong,
    },
    DuplicateGuid {
        guids: Vec<String>,
        count: u32,
    },
    /// Re-keying was asked for and the uuid cannot serve as a name.
    CannotRekey {
        guid: String,
    },
    UnknownCategory {
        name: String,
    },
    /// A card number stands in it, nobody says where.
    CardNumber,
    /// The overlay does not fit the plan.
    Misfit(Misfit),
    /// The list was cut here.
    More {
        count: u32,
    },
}

/// How an overlay does not fit its plan. Names stay for good, as above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    UnknownSeat {
        guid: String,
    },
    UnknownZone {
        name: String,
    },
    UnknownRow {
        row: String,
    },
    /// A cut between seats that do not sit side by side.
    NotNeighbours {
        first: String,
        second: String,
    },
    /// A join of seats that do not end two blocks.
    NotBlockEnds {
        first: String,
        second: String,
    },
    SeatUsedTwice {
        guid: String,
    },
    /// A companion of a seat that is not a wheelchair space.
    NotWheelchair {
        guid: String,
    },
    TooManyCompanions {
        guid: String,
        max: u32,
    },
    NameTwice {
        name: String,
    },
}

/// What staff should read before they adopt the plan. Names stay for good, as above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    UnknownKey {
        kind: &'static str,
        key: String,
        count: u32,
    },
    SizeComputed {
        width: u32,
        height: u32,
    },
    Rekeyed {
        guids: Vec<String>,
        count: u32,
    },
    AmbiguousLabel {
        label: String,
        count: u32,
    },
    NoFocalPoint,
    SeveralFocalPoints {
        count: u32,
    },
    CategoryTwice {
        name: String,
    },
    ColorDropped,
    ShapeMissing,
    RadiusDropped,
    TextCut {
        max: usize,
    },
    TooManyPieces {
        row: String,
        max: usize,
    },
    NothingToSell,
    /// The list was cut here.
    More {
        count: u32,
    },
}

/// How a value fails the published schema, or ours for the overlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    Missing,
    Unknown,
    NotObject,
    NotList,
    NotText,
    NotNumber,
    NotWhole,
    NotFlag,
    GuidShape,
    Not { expected: &'static str },
}

impl Report {
    /// True when the plan may be used.
    pub fn accepted(&self) -> bool {
        self.errors.is_empty()
    }

    /// Files something that refuses the plan.
    pub(super) fn refuse(&mut self, source: Source, pointer: Option<String>, flaw: Flaw) {
        let finding = Finding { matter: Matter::Flaw(flaw), source, pointer };
        file(&mut self.errors, &mut self.errors_unlisted, finding);
    }

    /// Files something that staff should read.
    pub(super) fn remark(&mut self, source: Source, pointer: Option<String>, remark: Remark) {
        let finding = Finding { matter: Matter::Remark(remark), source, pointer };
        file(&mut self.warnings, &mut self.warnings_unlisted, finding);
    }

    /// Says at the end of each list how many findings it left out.
    pub(super) fn close(&mut self) {
        let count = std::mem::take(&mut self.errors_unlisted);
        if count > 0 {
            self.errors.push(Finding::of_plan(Matter::Flaw(Flaw::More { count })));
        }
        let count = std::mem::take(&mut self.warnings_unlisted);
        if count > 0 {
            self.warnings.push(Finding::of_plan(Matter::Remark(Remark::More { count })));
        }
    }
}

fn file(list: &mut Vec<Finding>, unlisted: &mut u32, finding: Finding) {
    if list.len() < FINDINGS_MAX {
        list.push(finding);
    } else {
        *unlisted += 1;
    }
}

impl Finding {
    const fn of_plan(matter: Matter) -> Finding {
        Finding { matter, source: Source::Plan, pointer: None }
    }

    /// The stable name of what was found.
    pub const fn code(&self) -> &'static str {
        match &self.matter {
            Matter::Flaw(flaw) => flaw.code(),
            Matter::Remark(remark) => remark.code(),
        }
    }

    /// What was found and what to do about it, without the place.
    pub fn words(&self) -> String {
        match &self.matter {
            Matter::Flaw(flaw) => flaw.to_string(),
            Matter::Remark(remark) => remark.to_string(),
        }
    }
}

impl Flaw {
    /// The stable name, as scripts and refusals use it (domain 12).
    pub const fn code(&self) -> &'static str {
        match self {
            Flaw::NotJson { .. } => "NotJson",
            Flaw::TooBig { .. } => "TooBig",
            Flaw::Schema { .. } => "Schema",
            Flaw::DuplicateGuid { .. } => "DuplicateGuid",
            Flaw::CannotRekey { .. } => "CannotRekey",
            Flaw::UnknownCategory { .. } => "UnknownCategory",
            Flaw::CardNumber => "CardNumber",
            Flaw::Misfit(misfit) => misfit.code(),
            Flaw::More { .. } => "More",
        }
    }
}

impl Misfit {
    /// The stable name, as scripts use it.
    pub const fn code(&self) -> &'static str {
        match self {
            Misfit::UnknownSeat { .. } => "UnknownSeat",
            Misfit::UnknownZone { .. } => "UnknownZone",
            Misfit::UnknownRow { .. } => "UnknownRow",
            Misfit::NotNeighbours { .. } => "NotNeighbours",
            Misfit::NotBlockEnds { .. } => "NotBlockEnds",
            Misfit::SeatUsedTwice { .. } => "SeatUsedTwice",
            Misfit::NotWheelchair { .. } => "NotWheelchair",
            Misfit::TooManyCompanions { .. } => "TooManyCompanions",
            Misfit::NameTwice { .. } => "NameTwice",
        }
    }
}

impl Remark {
    /// The stable name, for scripts.
    pub const fn code(&self) -> &'static str {
        match self {
            Remark::UnknownKey { .. } => "UnknownKey",
            Remark::SizeComputed { .. } => "SizeComputed",
            Remark::Rekeyed { .. } => "Rekeyed",
            Remark::AmbiguousLabel { .. } => "AmbiguousLabel",
            Remark::NoFocalPoint => "NoFocalPoint",
            Remark::SeveralFocalPoints { .. } => "SeveralFocalPoints",
            Remark::CategoryTwice { .. } => "CategoryTwice",
            Remark::ColorDropped => "ColorDropped",
            Remark::ShapeMissing => "ShapeMissing",
            Remark::RadiusDropped => "RadiusDropped",
            Remark::TextCut { .. } => "TextCut",
            Remark::TooManyPieces { .. } => "TooManyPieces",
            Remark::NothingToSell => "NothingToSell",
            Remark::More { .. } => "More",
        }
    }
}
