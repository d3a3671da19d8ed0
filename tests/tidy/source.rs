//! Rules of a single file: header, sizes, names, words (style 6, 10).
//!
//! Reads lines, not syntax: rustfmt has put braces where they can be found. Exceptions are named
//! here one by one. Never changes a file. Next: `manifest.rs`.

use super::tree::File;

const HEADER_LINES: std::ops::RangeInclusive<usize> = 3..=8;
const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;
const LINE_CHARS_MAX: usize = 100;
pub const NOTE_LINES_MAX: usize = 45;

/// Tables that are better read on one page (style 10).
const LONG_FILES: [&str; 1] = ["box-office/ledger/src/tables.rs"];
/// A single word longer than this (an address, a recorded code) cannot be broken.
const WORD_CHARS_MAX: usize = 60;
/// Names that say nothing of the trade (style 6).
const EMPTY_NAMES: [&str; 12] = [
    "util", "utils", "helper", "helpers", "common", "misc", "manager", "service", "data", "info",
    "process", "handler",
];
/// What a pure rule never mentions (style 2).
const WORLDLY: [&str; 9] = [
    "std::fs",
    "std::net",
    "std::time",
    "std::thread",
    "std::env",
    "std::process",
    "SystemTime",
    "Instant::now",
    "rand::",
];

/// Three to eight lines of `//!` before anything else.
pub fn header(file: &File) -> Vec<String> {
    let lines = file.text.lines().take_while(|line| line.starts_with("//!")).count();
    let fits = HEADER_LINES.contains(&lines);
    finding(!fits, || format!("{}: {lines} lines of header, 3 to 8 are wanted", file.path))
}

/// 500 lines, tests apart.
pub fn file_length(file: &File) -> Vec<String> {
    let is_test = file.path.starts_with("tests/") || file.path.contains("/tests/");
    let lines = file.text.lines().take_while(|line| *line != "#[cfg(test)]").count();
    let long = lines > FILE_LINES_MAX && !is_test && !LONG_FILES.contains(&file.path.as_str());
    finding(long, || format!("{}: {lines} lines before its tests", file.path))
}

/// 70 lines from `fn` to the brace below it.
pub fn function_length(file: &File) -> Vec<String> {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut findings = Vec::new();
    for (first, line) in lines.iter().enumerate().filter(|(_, line)| opens_function(line)) {
        let indent = line.len() - line.trim_start().len();
        let rest = lines.iter().enumerate().skip(first);
        let ends = |line: &str| {
            let outer = line.len() - line.trim_start().len() == indent;
            outer && (line.trim_start().starts_with('}') || line.ends_with([';', '}']))
        };
        let Some((last, _)) = rest.into_iter().find(|(_, line)| ends(line)) else {
            continue;
        };
        let length = last - first + 1;
        if length > FUNCTION_LINES_MAX {
            findings.push(format!("{}:{}: a function of {length} lines", file.path, first + 1));
        }
    }
    findings
}

fn opens_function(line: &str) -> bool {
    let words = line.split_whitespace().take_while(|word| !word.starts_with("//"));
    let mut words = words.skip_while(|word| {
        matches!(*word, "const" | "async" | "unsafe" | "default") || word.starts_with("pub")
    });
    words.next() == Some("fn")
}

/// 100 columns; what cannot be broken may stand out.
pub fn line_length(file: &File) -> Vec<String> {
    let unbreakable = |line: &str| line.split(' ').any(|word| word.len() > WORD_CHARS_MAX);
    let long = file
        .text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.chars().count() > LINE_CHARS_MAX && !unbreakable(line));
    long.map(|(index, line)| {
        let columns = line.chars().count();
        format!("{}:{}: {columns} columns", file.path, index + 1)
    })
    .collect()
}

/// Work that was put off: an issue note, or do it.
pub fn left_for_later(file: &File) -> Vec<String> {
    let words = [["TO", "DO"].concat(), ["FIX", "ME"].concat()];
    let found = |line: &str| {
        let mut parts = line.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
        parts.any(|part| words.iter().any(|word| part == word))
    };
    at_lines(file, found, "work put off")
}

/// Tests that do not run, or that pass by falling over.
pub fn switched_off(file: &File) -> Vec<String> {
    let words = [["#[ign", "ore"].concat(), ["should_", "panic"].concat()];
    at_lines(file, |line| words.iter().any(|word| line.contains(word)), "a test switched off")
}

/// No file and no module folder named by a word that says nothing.
pub fn name(file: &File) -> Vec<String> {
    let path = file.path.strip_suffix(".rs").unwrap_or(&file.path);
    let words = path.split('/').flat_map(|part| part.split('_'));
    let empty: Vec<&str> = words.filter(|word| EMPTY_NAMES.contains(word)).collect();
    finding(!empty.is_empty(), || format!("{}: named `{}`", file.path, empty.join("`, `")))
}

/// Rules see no clock, no disk, no network and no chance.
pub fn purity(file: &File) -> Vec<String> {
    if !file.path.starts_with("box-office/rules/src/") {
        return Vec::new();
    }
    at_lines(file, |line| WORLDLY.iter().any(|word| line.contains(word)), "not of a pure rule")
}

/// Lower-case words and numbers joined by dashes, with this ending.
pub fn is_dashed(name: &str, ending: &str) -> bool {
    let stem = name.strip_suffix(ending).unwrap_or("");
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !stem.is_empty() && stem.bytes().all(fits)
}

fn at_lines(file: &File, wrong: impl Fn(&str) -> bool, says: &str) -> Vec<String> {
    let lines = file.text.lines().enumerate().filter(|(_, line)| wrong(line));
    lines
        .map(|(index, line)| format!("{}:{}: {says}: {}", file.path, index + 1, line.trim()))
        .collect()
}

fn finding(wrong: bool, says: impl FnOnce() -> String) -> Vec<String> {
    if wrong { vec![says()] } else { Vec::new() }
}
