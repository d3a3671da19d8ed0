//! Row B: size of the release binary, and how long building it from nothing takes.
//!
//! The cold build is measured only with `--long`, in a folder of its own; otherwise that part of
//! the line says so. Next: `row.rs`.

use super::{Ground, Row};
use anyhow::ensure;
use std::process::Command;
use std::time::Instant;

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let mut row = Row {
        no: "B",
        what: "release binary; cold build of it".to_owned(),
        floor: "-".to_owned(),
        must: "-",
        aim: "-",
        ..Row::default()
    };
    let bytes = std::fs::metadata(&ground.binary)?.len();
    let mib = row.keep("binary_bytes", bytes as f64) / f64::from(1 << 20);
    let build = if ground.long {
        let took_s = row.keep("cold_build_s", cold_build(ground)?);
        format!("{took_s:.0} s")
    } else {
        "not timed in this run".to_owned()
    };
    row.figure = format!("{mib:.1} MiB; {build}");
    Ok(vec![row])
}

fn cold_build(ground: &Ground) -> anyhow::Result<f64> {
    let target = ground.work.join("cold-target");
    let remove = || std::fs::remove_dir_all(&target);
    if target.exists() {
        remove()?;
    }
    let began = Instant::now();
    let built = Command::new("cargo")
        .args(["build", "--release", "--locked", "--package", "usher"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .env("CARGO_TARGET_DIR", &target)
        .status()?;
    ensure!(built.success(), "the build failed");
    let took_s = began.elapsed().as_secs_f64();
    remove()?;
    Ok(took_s)
}
