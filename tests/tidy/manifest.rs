//! The manifests: which package may see which (style 2), and where versions are written.
//!
//! A new arrow needs a decision note and a line here. Never looks at `use` lines: what a manifest
//! does not name cannot be used. Next: `licence.rs`.

use super::tree::{files, read};
use toml::{Table, Value};

/// Each package of ours, and those of ours it may name.
const ARROWS: [(&str, &[&str]); 9] = [
    ("usher-rules", &[]),
    ("usher-ledger", &["usher-rules"]),
    ("usher-drivers", &[]),
    ("usher-web", &["usher-rules"]),
    ("usher-listener", &["usher-rules", "usher-ledger", "usher-web"]),
    ("usher-cloud", &["usher-rules", "usher-ledger", "usher-web"]),
    ("usher", &ALL),
    ("usher-tests", &ALL),
    ("usher-benches", &ALL),
];
const ALL: [&str; 7] = [
    "usher",
    "usher-rules",
    "usher-ledger",
    "usher-drivers",
    "usher-web",
    "usher-listener",
    "usher-cloud",
];
/// What pure rules never need (style 2): disk, threads, clock, chance, network.
const NOT_FOR_RULES: [&str; 6] = ["redb", "tokio", "rand", "jiff", "axum", "hyper"];
const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Arrows of every package that the workspace names.
pub fn arrows() -> Vec<String> {
    let found = members();
    assert_eq!(found.len(), ARROWS.len(), "a package came or went: decide on its arrows");
    found.iter().flat_map(|(name, text)| arrow(name, text)).collect()
}

/// What one manifest names and may not.
pub fn arrow(name: &str, manifest: &str) -> Vec<String> {
    let Some((_, may)) = ARROWS.iter().find(|(package, _)| *package == name) else {
        return vec![format!("{name}: a package without arrows")];
    };
    let mut findings = Vec::new();
    for (kind, dependency, _) in dependencies(manifest) {
        let ours = dependency == "usher" || dependency.starts_with("usher-");
        if ours && !may.contains(&dependency.as_str()) {
            findings.push(format!("{name}: {kind} on {dependency} goes against the arrows"));
        }
        let real = kind == "dependencies";
        if name == "usher-rules" && real && NOT_FOR_RULES.contains(&dependency.as_str()) {
            findings.push(format!("{name}: rules have no use for {dependency}"));
        }
    }
    findings
}

/// Versions stand in the root manifest, once.
pub fn outside_the_workspace() -> Vec<String> {
    let mut findings = Vec::new();
    for (name, text) in members() {
        for (kind, dependency, value) in dependencies(&text) {
            let inherited = value.get("workspace").and_then(Value::as_bool) == Some(true);
            if !inherited {
                findings.push(format!("{name}: {kind}: {dependency} without workspace = true"));
            }
        }
    }
    findings
}

/// Name and manifest of each member.
fn members() -> Vec<(String, String)> {
    let root: Table = read("Cargo.toml").parse().expect("the root manifest is TOML");
    let members = root["workspace"]["members"].as_array().expect("the workspace has members");
    let texts = members.iter().map(|member| {
        let folder = member.as_str().expect("a member is a folder");
        let text = read(&format!("{folder}/Cargo.toml"));
        let table: Table = text.parse().expect("a manifest is TOML");
        (table["package"]["name"].as_str().expect("a package has a name").to_owned(), text)
    });
    let found: Vec<(String, String)> = texts.collect();
    let manifests = files(&["toml"]).into_iter().filter(|file| file.path.ends_with("Cargo.toml"));
    assert_eq!(manifests.count(), found.len() + 1, "a manifest that is no member");
    found
}

fn dependencies(manifest: &str) -> Vec<(&'static str, String, Value)> {
    let table: Table = manifest.parse().expect("a manifest is TOML");
    let mut found = Vec::new();
    for kind in KINDS {
        let named = table.get(kind).and_then(Value::as_table).into_iter().flatten();
        found.extend(named.map(|(name, value)| (kind, name.clone(), value.clone())));
    }
    assert!(!table.contains_key("target"), "no dependencies by target: they would go unseen");
    found
}
