//! What we depend on: licences, crates that must not come in, second versions.
//!
//! Asks `cargo metadata` for what a Linux build of everything resolves to, and the lock file for
//! what is banned on any platform. Next: `docs/decisions` for why a crate is in.

use super::tree::{read, root};
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

const PLATFORM: &str = "x86_64-unknown-linux-gnu";
/// Licences that may be in the tree.
const ALLOWED: [&str; 13] = [
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "Unlicense",
    "Unicode-3.0",
    "CC0-1.0",
    "BlueOak-1.0.0",
    "MPL-2.0",
];
/// MPL-2.0 is for these alone, unmodified.
const MPL: [&str; 1] = ["serialport"];
/// System libraries by the back door, and crates that are abandoned or unsound.
const BANNED: [&str; 9] = [
    "libudev",
    "libudev-sys",
    "openssl",
    "openssl-sys",
    "native-tls",
    "bincode",
    "rustls-pemfile",
    "async-std",
    "rsa",
];
/// Crates that come in two versions because those who use them have not met yet.
const TWICE: [&str; 26] = [
    "base64",
    "bit-set",
    "bit-vec",
    "bitflags",
    "block-buffer",
    "constant_time_eq",
    "cpufeatures",
    "crypto-common",
    "digest",
    "getrandom",
    "hashbrown",
    "miniz_oxide",
    "nix",
    "nom",
    "proc-macro-crate",
    "rand",
    "rand_core",
    "sha1",
    "syn",
    "synstructure",
    "thiserror",
    "thiserror-impl",
    "toml_datetime",
    "toml_edit",
    "untrusted",
    "winnow",
];
/// And in three: one each for rand 0.9, rand 0.10 and ring; for dashmap, governor and indexmap; for
/// proptest, rxing and the regexes of zxcvbn.
const THRICE: [&str; 3] = ["bit-vec", "getrandom", "hashbrown"];

/// Packages whose licence is not on the list.
pub fn not_allowed() -> Vec<String> {
    let packages = packages();
    assert!(packages.len() > 100, "cargo metadata named too little");
    let wrong = packages.iter().filter_map(|package| {
        let name = package["name"].as_str()?;
        let licence = package["license"].as_str().unwrap_or("");
        let stray = licence == "MPL-2.0" && !MPL.contains(&name);
        (stray || !allowed(licence)).then(|| format!("{name}: licence `{licence}`"))
    });
    wrong.collect()
}

/// True when the expression can be met with licences of the list.
pub fn allowed(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    either(&mut rest) && rest.is_empty()
}

fn either(words: &mut &[&str]) -> bool {
    let mut met = both(words);
    while let Some((&"OR", rest)) = words.split_first() {
        *words = rest;
        met |= both(words);
    }
    met
}

fn both(words: &mut &[&str]) -> bool {
    let mut met = one(words);
    while let Some((&"AND", rest)) = words.split_first() {
        *words = rest;
        met &= one(words);
    }
    met
}

fn one(words: &mut &[&str]) -> bool {
    let Some((first, rest)) = words.split_first() else {
        return false;
    };
    *words = rest;
    if *first == "(" {
        let met = either(words);
        let closed = words.split_first();
        *words = closed.map_or(&[], |(_, rest)| rest);
        return met && closed.is_some_and(|(word, _)| *word == ")");
    }
    match *words {
        ["WITH", exception, rest @ ..] => {
            *words = rest;
            ALLOWED.contains(&format!("{first} WITH {exception}").as_str())
        }
        _ => ALLOWED.contains(first),
    }
}

/// Crates of the lock file, on whatever platform, that must not be there.
pub fn banned() -> Vec<String> {
    let lock = read("Cargo.lock");
    let names = lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    names.filter(|name| BANNED.contains(name)).map(|name| format!("Cargo.lock: {name}")).collect()
}

/// Crates in more versions than are recorded above, and records of what is gone.
pub fn duplicates() -> Vec<String> {
    let mut versions: BTreeMap<String, usize> = BTreeMap::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap_or("").to_owned();
        *versions.entry(name).or_default() += 1;
    }
    let most = |name: &str| match (THRICE.contains(&name), TWICE.contains(&name)) {
        (true, _) => 3,
        (false, true) => 2,
        (false, false) => 1,
    };
    let mut findings = Vec::new();
    for (name, count) in &versions {
        if *count > most(name) {
            findings.push(format!("{name}: {count} versions"));
        }
    }
    for name in TWICE {
        if versions.get(name).copied().unwrap_or(0) < most(name) {
            findings.push(format!("{name}: no longer in {} versions, take it off", most(name)));
        }
    }
    findings
}

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline", "--all-features"])
        .args(["--filter-platform", PLATFORM])
        .current_dir(root())
        .output()
        .expect("cargo can be run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {said}");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    metadata["packages"].as_array().expect("metadata lists packages").clone()
}
