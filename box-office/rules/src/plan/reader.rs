//! Reads JSON of unknown origin member by member and files what is wrong, with its pointer.
//!
//! Checks the limits that stand before any parsing (domain 3.2.1). Goes on after a flaw, so that
//! one reading lists them all; what a getter gives after a flaw is filler that nobody will see,
//! because a report with errors refuses the plan. Never keeps a value.
//! Next: `plan/original.rs` and `plan/overlay.rs` say what may stand where.

use super::json::{Json, Members};
use super::report::{Flaw, Remark, Report, Source, Wrong};
use super::{HUNDREDTHS, Point};
use std::collections::BTreeMap;
use std::fmt;

/// Bytes of a plan or an overlay.
pub const FILE_BYTES_MAX: usize = 8 << 20;

/// Objects and lists inside one another.
pub const NESTING_MAX: usize = 64;

/// Characters of a name: of plan, zone, row, seat, category, area, table, door.
pub const NAME_CHARS_MAX: usize = 200;

/// Plan units from the origin in either direction.
pub const PLACE_UNITS_MAX: i32 = 1_000_000;

/// Different unknown keys that are counted apart.
const UNKNOWN_KEYS_MAX: usize = 100;

/// What an object may hold.
pub(super) struct Kind {
    pub name: &'static str,
    pub required: &'static [&'static str],
    pub optional: &'static [&'static str],
}

/// Where the reading is: the way down from the root, on the stack.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    up: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// One object being read, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Object<'a> {
    members: &'a Members<'a>,
    place: Option<&'a Place<'a>>,
}

/// The reading of one file.
pub(super) struct Reader<'r> {
    source: Source,
    pub report: &'r mut Report,
    unknown: BTreeMap<(&'static str, String), (u32, String)>,
}

/// Parses a file after its limits are checked. A flaw is filed and gives `None`.
pub(super) fn parse<'t>(bytes: &'t [u8], source: Source, report: &mut Report) -> Option<Json<'t>> {
    let too_big = |what, max: usize| Flaw::TooBig { what, max: max as u64 };
    if bytes.len() > FILE_BYTES_MAX {
        report.refuse(source, None, too_big("the bytes of the file", FILE_BYTES_MAX));
        return None;
    }
    if nesting(bytes) > NESTING_MAX {
        report.refuse(source, None, too_big("the nesting of the file", NESTING_MAX));
        return None;
    }
    match serde_json::from_slice(bytes) {
        Ok(value) => Some(value),
        Err(fault) => {
            let (line, column) = (fault.line(), fault.column());
            report.refuse(source, None, Flaw::NotJson { line, column });
            None
        }
    }
}

/// How deep brackets stand inside one another, by the bytes alone: strings are skipped.
fn nesting(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in bytes {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'{' | b'[') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            (true | false, _) => {}
        }
    }
    deepest
}

impl<'a> Place<'a> {
    pub const fn key(up: Option<&'a Place<'a>>, key: &'a str) -> Place<'a> {
        Place { up, step: Step::Key(key) }
    }

    pub const fn index(up: &'a Place<'a>, index: usize) -> Place<'a> {
        Place { up: Some(up), step: Step::Index(index) }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(up) = self.up {
            up.fmt(out)?;
        }
        match self.step {
            Step::Key(key) => {
                write!(out, "/{}", shortened(key).replace('~', "~0").replace('/', "~1"))
            }
            Step::Index(index) => write!(out, "/{index}"),
        }
    }
}

/// A text from outside, short enough for a report.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(NAME_CHARS_MAX).collect()
}

impl<'a> Object<'a> {
    pub fn has(&self, key: &str) -> bool {
        self.members.get(key).is_some()
    }

    pub fn get(&self, key: &str) -> Option<&'a Json<'a>> {
        self.members.get(key)
    }

    /// The keys and values in key order.
    pub fn members(&self) -> impl Iterator<Item = (&'a str, &'a Json<'a>)> + use<'a> {
        self.members.iter()
    }

    /// The place of one member.
    pub fn at<'b>(&'b self, key: &'b str) -> Place<'b> {
        Place { up: self.place, step: Step::Key(key) }
    }
}

impl<'r> Reader<'r> {
    pub fn new(source: Source, report: &'r mut Report) -> Reader<'r> {
        Reader { source, report, unknown: BTreeMap::new() }
    }

    /// Files the unknown keys that were met; the end of a reading.
    pub fn close(self) {
        for ((kind, key), (count, pointer)) in self.unknown {
            let remark = Remark::UnknownKey { kind, key, count };
            self.report.remark(self.source, Some(pointer), remark);
        }
    }

    pub fn refuse(&mut self, place: &Place<'_>, flaw: Flaw) {
        self.report.refuse(self.source, Some(place.to_string()), flaw);
    }

    pub fn wrong(&mut self, place: &Place<'_>, wrong: Wrong) {
        self.refuse(place, Flaw::Schema { wrong });
    }

    pub fn remark(&mut self, place: &Place<'_>, remark: Remark) {
        self.report.remark(self.source, Some(place.to_string()), remark);
    }

    pub fn too_big(&mut self, place: &Place<'_>, what: &'static str, max: u64) {
        self.refuse(place, Flaw::TooBig { what, max });
    }

    /// The object at `place`, its keys checked. `None`: filed, skip it.
    pub fn object<'a>(
        &mut self,
        value: &'a Json<'a>,
        place: Option<&'a Place<'a>>,
        kind: &Kind,
    ) -> Option<Object<'a>> {
        let Json::Object(members) = value else {
            let pointer = place.map(Place::to_string).unwrap_or_default();
            let flaw = Flaw::Schema { wrong: Wrong::NotObject };
            self.report.refuse(self.source, Some(pointer), flaw);
            return None;
        };
        for (key, _) in members.iter() {
            let known = kind.required.contains(&key) || kind.optional.contains(&key);
            if !known {
                self.unknown_key(&Place::key(place, key), kind.name, key);
            }
        }
        let missing = kind.required.iter().filter(|key| members.get(key).is_none());
        for key in missing {
            self.wrong(&Place::key(place, key), Wrong::Missing);
        }
        Some(Object { members, place })
    }

    /// Any object as a map from free keys, as in the overlay's `seats`.
    pub fn map<'a>(&mut self, value: &'a Json<'a>, place: &'a Place<'a>) -> Option<Object<'a>> {
        if let Json::Object(members) = value {
            return Some(Object { members, place: Some(place) });
        }
        self.wrong(place, Wrong::NotObject);
        None
    }

    /// In a plan unknown keys are listed (domain 3.2.2); the overlay is ours and takes none.
    fn unknown_key(&mut self, place: &Place<'_>, kind: &'static str, key: &str) {
        match self.source {
            Source::Overlay => self.wrong(place, Wrong::Unknown),
            Source::Plan => {
                let full = self.unknown.len() >= UNKNOWN_KEYS_MAX;
                let key = if full { "(others)".to_owned() } else { shortened(key) };
                let entry = self.unknown.entry((kind, key));
                entry.or_insert_with(|| (0, place.to_string())).0 += 1;
            }
        }
    }

    /// The list at `key`; empty when absent (a missing required key is filed already).
    pub fn list<'a>(&mut self, object: &Object<'a>, key: &str) -> &'a [Json<'a>] {
        match object.get(key) {
            Some(Json::List(list)) => list,
            None => &[],
            Some(_) => {
                self.wrong(&object.at(key), Wrong::NotList);
                &[]
            }
        }
    }

    /// The name at `key`, its length checked.
    pub fn name(&mut self, object: &Object<'_>, key: &str) -> Option<String> {
        let text = self.text(object, key)?;
        self.check_name(text, &object.at(key))
    }

    /// The name at `key` where null is as good as nothing.
    pub fn name_or_null(&mut self, object: &Object<'_>, key: &str) -> Option<String> {
        match object.get(key) {
            Some(Json::Null) => None,
            Some(_) | None => self.name(object, key),
        }
    }

    /// A name that is short enough; else filed.
    pub fn check_name(&mut self, text: &str, place: &Place<'_>) -> Option<String> {
        if text.chars().nth(NAME_CHARS_MAX).is_none() {
            return Some(text.to_owned());
        }
        self.too_big(place, "the characters of a name", NAME_CHARS_MAX as u64);
        None
    }

    /// The text at `key`, of any length.
    pub fn text<'a>(&mut self, object: &Object<'a>, key: &str) -> Option<&'a str> {
        match object.get(key)? {
            Json::Text(text) => Some(text),
            Json::Null | Json::Flag(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => {
                self.wrong(&object.at(key), Wrong::NotText);
                None
            }
        }
    }

    /// The number at `key`. The only place where floats come in.
    pub fn number(&mut self, object: &Object<'_>, key: &str) -> Option<f64> {
        let number = match object.get(key)? {
            Json::Number(number) => Some(*number),
            Json::Null | Json::Flag(_) | Json::Text(_) | Json::List(_) | Json::Object(_) => None,
        };
        if number.is_none() {
            self.wrong(&object.at(key), Wrong::NotNumber);
        }
        number
    }

    /// The whole number at `key`; `3.0` is whole, as the published schema has it.
    pub fn whole(&mut self, object: &Object<'_>, key: &str) -> Option<f64> {
        let number = self.number(object, key)?;
        if number.fract() == 0.0 {
            return Some(number);
        }
        self.wrong(&object.at(key), Wrong::NotWhole);
        None
    }

    /// The flag at `key`; absent is false.
    pub fn flag(&mut self, object: &Object<'_>, key: &str) -> bool {
        match object.get(key) {
            Some(Json::Flag(flag)) => *flag,
            None => false,
            Some(_) => {
                self.wrong(&object.at(key), Wrong::NotFlag);
                false
            }
        }
    }

    /// The position at `key`; absent is the origin.
    pub fn position(&mut self, object: &Object<'_>, key: &str) -> (f64, f64) {
        const POSITION: Kind = Kind { name: "position", required: &["x", "y"], optional: &[] };
        let Some(value) = object.get(key) else {
            return (0.0, 0.0);
        };
        let place = object.at(key);
        let Some(position) = self.object(value, Some(&place), &POSITION) else {
            return (0.0, 0.0);
        };
        let x = self.number(&position, "x").unwrap_or_default();
        (x, self.number(&position, "y").unwrap_or_default())
    }

    /// A place on the plan, if it is not absurdly far away.
    pub fn point(&mut self, (x, y): (f64, f64), place: &Place<'_>) -> Point {
        match (hundredths(x), hundredths(y)) {
            (Some(x), Some(y)) => Point { x, y },
            (None, _) | (_, None) => {
                self.too_big(place, "the plan units from the origin", PLACE_UNITS_MAX as u64);
                Point::default()
            }
        }
    }
}

/// Hundredths of a plan unit, rounded half away from zero so that mirrored plans stay mirrored.
pub(super) fn hundredths(units: f64) -> Option<i32> {
    let near = units.abs() <= f64::from(PLACE_UNITS_MAX);
    near.then(|| (units * f64::from(HUNDREDTHS)).round() as i32)
}
