//! One thing that is wrong with a configuration, and where in the file it stands.
//!
//! Turns the parser's byte spans and our own key paths (`device[2].scanner.baud`) into line,
//! column and caret. Never decides what is wrong: that is `check.rs` and the types themselves.
//! Next: `check.rs`.

use std::fmt;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Characters of a line shown above the caret; longer lines are cut.
const EXCERPT_CHARS_MAX: usize = 120;

/// What is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Path of the key, `listen.certificate`; empty when the text is not TOML at all.
    pub key: String,
    /// What is so.
    pub says: String,
    /// What to write instead.
    pub remedy: String,
    /// Where it stands; `None` until the file is at hand.
    pub place: Option<Place>,
}

/// A stretch of one line of the file; line and column count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
    pub excerpt: String,
    pub width: usize,
}

impl Finding {
    /// A finding that does not know its place yet.
    pub fn new(
        key: impl Into<String>,
        says: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        Finding { key: key.into(), says: says.into(), remedy: remedy.into(), place: None }
    }

    /// Writes `file:line:column: key: what`, the line with its caret, and the remedy.
    pub fn write(&self, out: &mut fmt::Formatter<'_>, path: &Path) -> fmt::Result {
        write!(out, "{}", path.display())?;
        if let Some(place) = &self.place {
            write!(out, ":{}:{}", place.line, place.column)?;
        }
        let colon = if self.key.is_empty() { "" } else { ": " };
        write!(out, ": {}{colon}{}", self.key, self.says)?;
        if let Some(place) = &self.place {
            let indent = " ".repeat(place.column.saturating_sub(1));
            let carets = "^".repeat(place.width.max(1));
            write!(out, "\n{:>5} | {}", place.line, place.excerpt)?;
            write!(out, "\n      | {indent}{carets}")?;
        }
        write!(out, "\n  remedy: {}", self.remedy)
    }
}

/// The text with the spans of its keys and values.
pub(super) struct Document<'t> {
    text: &'t str,
    root: Option<Spanned<DeTable<'t>>>,
}

impl<'t> Document<'t> {
    pub(super) fn new(text: &'t str) -> Document<'t> {
        Document { text, root: DeTable::parse(text).ok() }
    }

    /// What the parser refused: bad TOML, an unknown key, a value of the wrong kind.
    pub(super) fn syntax(&self, fault: &toml::de::Error) -> Finding {
        let says = fault.message().trim().replace('\n', "; ");
        let remedy = if says.contains("unknown field") {
            "correct the spelling or remove the key; the sample lists every key there is"
        } else if says.contains("missing field") {
            "add the key; the sample shows it with its unit and range"
        } else {
            "see this key in the sample for its kind and range"
        };
        let mut finding = Finding::new("", says, remedy);
        finding.place = Some(self.place(fault.span().unwrap_or(0..0)));
        finding
    }

    /// The same findings, each with the place of its key, in the order of the file.
    pub(super) fn placed(&self, mut findings: Vec<Finding>) -> Vec<Finding> {
        for finding in &mut findings {
            let span = self.span(&finding.key).unwrap_or(0..0);
            finding.place = Some(self.place(span));
        }
        findings.sort_by_key(|finding| {
            finding.place.as_ref().map_or((0, 0), |place| (place.line, place.column))
        });
        findings
    }

    /// Span of the value at `key`, or of the nearest table above it that the file does hold.
    fn span(&self, key: &str) -> Option<Range<usize>> {
        let root = self.root.as_ref()?;
        let mut table = root.get_ref();
        let mut span = 0..0;
        for step in key.split('.') {
            let (name, index) = match step.split_once('[') {
                Some((name, rest)) => (name, rest.trim_end_matches(']').parse::<usize>().ok()),
                None => (step, None),
            };
            let Some(mut value) = table.get(name) else {
                break;
            };
            if let (Some(index), DeValue::Array(array)) = (index, value.get_ref()) {
                let Some(member) = array.get(index) else {
                    break;
                };
                value = member;
            }
            span = value.span();
            let DeValue::Table(inner) = value.get_ref() else {
                break;
            };
            table = inner;
        }
        Some(span)
    }

    fn place(&self, span: Range<usize>) -> Place {
        let start = span.start.min(self.text.len());
        let before = self.text.get(..start).unwrap_or("");
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let line_text = self.text.get(line_start..).unwrap_or("").lines().next().unwrap_or("");
        let column = before.get(line_start..).unwrap_or("").chars().count() + 1;
        let left = line_text.chars().count().saturating_sub(column - 1).max(1);
        let width = self.text.get(span).unwrap_or("").lines().next().unwrap_or("").chars().count();
        Place {
            line: before.matches('\n').count() + 1,
            column,
            excerpt: line_text.chars().take(EXCERPT_CHARS_MAX).collect(),
            width: width.clamp(1, left).min(EXCERPT_CHARS_MAX),
        }
    }
}
