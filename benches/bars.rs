//! `benches/run`'s program: measures the rows asked for, prints them, writes them down.
//!
//! The same program is its own peers: a bare server, a box with a slow disk. Only options and
//! order are here. Next: `src/row.rs` for what is measured.

// It is a program that prints.
#![allow(clippy::print_stdout)]

use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use usher_benches::page::{self, Machine};
use usher_benches::part;
use usher_benches::peer::PART;
use usher_benches::row::{Ground, MEASURES, Row};

fn main() -> anyhow::Result<()> {
    // `cargo bench` adds an option of its own.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let Some((first, rest)) = words.split_first()
        && first == PART
    {
        let [name, folder] = rest else { bail!("{PART} PART FOLDER") };
        return part::run(name, Path::new(folder));
    }
    let long = words.iter().any(|word| word == "--long");
    let wanted: Vec<&str> =
        words.iter().map(String::as_str).filter(|word| !word.starts_with("--")).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the tree has a root")?;
    let ground = ground(root, long)?;
    let rows = measured(&ground, &wanted)?;
    let machine = Machine::here(&ground.work);
    page::write_json(&root.join("artefacts/benches.json"), &machine, &rows)?;
    page::write_page(&root.join("docs/performance.md"), &machine, &rows)?;
    Ok(())
}

fn ground(root: &Path, long: bool) -> anyhow::Result<Ground> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let work = target.join("benches");
    std::fs::create_dir_all(&work)?;
    Ok(Ground { work, binary: target.join("release/usher"), long })
}

fn measured(ground: &Ground, wanted: &[&str]) -> anyhow::Result<Vec<Row>> {
    let known = |no: &&&str| MEASURES.iter().any(|(rows, _)| rows.contains(no));
    if let Some(no) = wanted.iter().find(|no| !known(no)) {
        bail!("no row {no}");
    }
    let mut all = Vec::new();
    for (rows, measure) in MEASURES {
        if !wanted.is_empty() && !rows.iter().any(|no| wanted.contains(no)) {
            continue;
        }
        for row in measure(ground).with_context(|| format!("rows {rows:?}"))? {
            println!("{:>2}  {}\n    floor     {}", row.no, row.what, row.floor);
            println!("    measured  {}", row.figure);
            println!("    must {}, aim {}: {}\n", row.must, row.aim, row.stands());
            all.push(row);
        }
    }
    Ok(all)
}
