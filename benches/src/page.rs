//! `docs/performance.md` and the JSON beside it: figures are written here, sentences are kept.
//!
//! A run of some rows replaces those lines and leaves the others as they were. What stands
//! between two `limits` marks was written by a person and is copied as it is. Never names the
//! machine. Next: `row.rs`.

use crate::row::Row;
use anyhow::Context;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const BEGIN: &str = "<!-- limits: by hand -->";
const END: &str = "<!-- limits: end -->";
const TABLE: &str = "| # | figure | floor of the same run | measured | must | aim | stands |";
const RULE: &str = "|---|---|---|---|---|---|---|";

/// The machine, without its name.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    pub processor: String,
    pub cores: usize,
    pub memory_gib: u64,
    pub disk: String,
    pub kernel: String,
    pub date: String,
}

impl Machine {
    /// This one, with the disk under a folder.
    pub fn here(folder: &Path) -> Machine {
        let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let memory = field(&text("/proc/meminfo"), "MemTotal").unwrap_or_default();
        let kib: u64 =
            memory.split_whitespace().next().and_then(|kib| kib.parse().ok()).unwrap_or(0);
        let kernel = text("/proc/sys/kernel/osrelease");
        let kernel = kernel.trim().split('-').next().unwrap_or_default().to_owned();
        Machine {
            processor: field(&text("/proc/cpuinfo"), "model name").unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: (kib + (1 << 19)) >> 20,
            disk: disk(folder),
            kernel: format!("Linux {kernel}"),
            date: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
        }
    }
}

/// Kind of the device and of the file system under a folder, as the kernel tells them.
fn disk(folder: &Path) -> String {
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let under = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let (device, at, kind) = (words.next()?, words.next()?, words.next()?);
        folder.starts_with(at).then(|| (at.len(), device.to_owned(), kind.to_owned()))
    });
    let Some((_, device, kind)) = under.max_by_key(|(length, ..)| *length) else {
        return "unknown".to_owned();
    };
    let name = device.trim_start_matches("/dev/").trim_end_matches(|c: char| c.is_ascii_digit());
    let spins = fs::read_to_string(format!("/sys/block/{name}/queue/rotational"));
    let what = match (name.starts_with("vd"), spins.as_deref().map(str::trim)) {
        (true, _) => "virtual disk",
        (false, Ok("1")) => "disk that spins",
        (false, Ok(_)) => "solid state",
        (false, Err(_)) => "file system without a block device",
    };
    format!("{what}, {kind}")
}

#[derive(Serialize)]
struct Results<'a> {
    machine: &'a Machine,
    rows: &'a [Row],
}

/// Writes the JSON of this run.
pub fn write_json(path: &Path, machine: &Machine, rows: &[Row]) -> anyhow::Result<()> {
    let folder = path.parent().context("a file has a folder")?;
    fs::create_dir_all(folder)?;
    let text = serde_json::to_string_pretty(&Results { machine, rows })?;
    Ok(fs::write(path, text + "\n")?)
}

/// Writes the page anew: these rows, the others as they stood, the sentences as they stood.
pub fn write_page(path: &Path, machine: &Machine, rows: &[Row]) -> anyhow::Result<()> {
    let before = fs::read_to_string(path).unwrap_or_default();
    Ok(fs::write(path, page(&before, machine, rows))?)
}

fn page(before: &str, machine: &Machine, rows: &[Row]) -> String {
    let mut lines: BTreeMap<(u32, String), String> = kept(before);
    for row in rows {
        lines.insert(order(row.no), line(row));
    }
    let Machine { processor, cores, memory_gib, disk, kernel, date } = machine;
    let mut out = format!(
        "# How fast, how small\n\nMade by `benches/run`; the figures are written by it, the \
         sentences below them by hand. The bars are those\nof the project's performance page. \
         Load client, floor and box share the machine; ratios are taken within one\nrun, in turn, \
         middle of three rounds; a latency is one that was measured, not a mean.\n\n\
         Machine: {processor}, {cores} cores, {memory_gib} GiB, {disk}, {kernel}. Last run: \
         {date}.\n\n{TABLE}\n{RULE}\n"
    );
    for line in lines.values() {
        out.push_str(line);
        out.push('\n');
    }
    out.push_str(&format!("\n{BEGIN}\n{}\n{END}\n", by_hand(before)));
    out
}

/// Numbers first, then letters.
fn order(no: &str) -> (u32, String) {
    (no.parse().unwrap_or(u32::MAX), no.to_owned())
}

fn line(row: &Row) -> String {
    let Row { no, what, floor, figure, must, aim, .. } = row;
    format!("| {no} | {what} | {floor} | {figure} | {must} | {aim} | {} |", row.stands())
}

fn kept(before: &str) -> BTreeMap<(u32, String), String> {
    let table = before.lines().skip_while(|line| *line != TABLE).skip(2);
    let lines = table.take_while(|line| line.starts_with('|'));
    let numbered = lines.filter_map(|line| {
        let no = line.trim_start_matches('|').split('|').next()?.trim();
        Some((order(no), line.to_owned()))
    });
    numbered.collect()
}

fn by_hand(before: &str) -> &str {
    let after = before.split_once(BEGIN).map_or("", |(_, after)| after);
    after.split_once(END).map_or("", |(text, _)| text).trim_matches('\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Machine {
        Machine {
            processor: "P".into(),
            cores: 2,
            memory_gib: 24,
            disk: "solid state, ext4".into(),
            kernel: "Linux 6".into(),
            date: "2026-11-22".into(),
        }
    }

    fn row(no: &'static str, figure: &str) -> Row {
        Row { no, figure: figure.to_owned(), must_met: Some(true), ..Row::default() }
    }

    #[test]
    fn a_run_of_one_row_leaves_the_others_and_the_sentences() {
        let first = page("", &machine(), &[row("10", "ten"), row("2", "two"), row("L", "ledger")]);
        let first = first.replace(&format!("{BEGIN}\n\n"), &format!("{BEGIN}\nBecause.\n"));
        let second = page(&first, &machine(), &[row("2", "better")]);
        let at = |text: &str| second.find(text).unwrap_or_else(|| panic!("{text} in {second}"));
        assert!(at("| better |") < at("| ten |") && at("| ten |") < at("| ledger |"));
        assert!(!second.contains("| two |"));
        assert!(second.contains("\nBecause.\n"));
        assert_eq!(page(&second, &machine(), &[row("2", "better")]), second);
    }
}
