//! The tree keeps its own rules: arrows, sizes, headers, words, licences, names of notes.
//!
//! Reads files and manifests only, builds nothing and needs no network. Each check lists all it
//! found at once. Never judges what clippy or rustfmt judge. Next: `tidy/source.rs` for the
//! rules of a file, `tidy/manifest.rs` for arrows, `tidy/licence.rs` for what we depend on.

#![allow(clippy::panic)]

#[path = "tidy/licence.rs"]
mod licence;
#[path = "tidy/manifest.rs"]
mod manifest;
#[path = "tidy/setting.rs"]
mod setting;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/tree.rs"]
mod tree;

use tree::{File, files, names_in};

/// Fails with every finding on a line of its own.
fn none(findings: Vec<String>) {
    let count = findings.len();
    assert!(count == 0, "{count} found:\n  {}\n", findings.join("\n  "));
}

/// Every finding of one rule over all Rust files.
fn over_sources(rule: impl Fn(&File) -> Vec<String>) -> Vec<String> {
    let sources = files(&["rs"]);
    assert!(sources.len() > 20, "the tree was not found");
    sources.iter().flat_map(rule).collect()
}

#[test]
fn files_open_with_what_they_hold() {
    none(over_sources(source::header));
}

#[test]
fn files_are_at_most_500_lines() {
    none(over_sources(source::file_length));
}

#[test]
fn functions_are_at_most_70_lines() {
    none(over_sources(source::function_length));
}

#[test]
fn lines_are_at_most_100_columns() {
    none(over_sources(source::line_length));
}

#[test]
fn every_setting_is_read_by_something() {
    let (settings, unread) = setting::unread(&files(&["rs"]));
    assert!(settings > 60, "{settings} settings: not all were found");
    none(unread);
}

#[test]
fn nothing_is_left_for_later_and_no_test_is_switched_off() {
    let all = files(&["rs", "toml", "py", "js", "css", "html", "ftl", "md", "service", "socket"]);
    none(all.iter().flat_map(source::left_for_later).collect());
    none(over_sources(source::switched_off));
}

#[test]
fn files_are_named_by_nouns_of_the_trade() {
    none(over_sources(source::name));
}

#[test]
fn rules_touch_no_clock_no_disk_no_network_and_no_chance() {
    none(over_sources(source::purity));
}

#[test]
fn arrows_point_one_way() {
    none(manifest::arrows());
}

#[test]
fn dependencies_are_named_once_in_the_workspace() {
    none(manifest::outside_the_workspace());
}

#[test]
fn licences_are_on_the_list() {
    none(licence::not_allowed());
}

#[test]
fn nothing_banned_is_in_the_lock_file() {
    none(licence::banned());
}

#[test]
fn second_versions_of_a_crate_are_known_ones() {
    none(licence::duplicates());
}

#[test]
fn decision_notes_have_a_number_of_their_own_and_half_a_page() {
    let notes = names_in("docs/decisions");
    assert!(!notes.is_empty());
    let mut findings = Vec::new();
    for (index, name) in notes.iter().enumerate() {
        let (number, title) = name.split_at_checked(4).unwrap_or((name.as_str(), ""));
        let numbered = number.bytes().all(|byte| byte.is_ascii_digit());
        if !numbered || !title.starts_with('-') || !source::is_dashed(title, ".md") {
            findings.push(format!("docs/decisions/{name}: not NNNN-title.md"));
        }
        if notes.iter().skip(index + 1).any(|other| other.starts_with(number)) {
            findings.push(format!("docs/decisions/{name}: another note has number {number}"));
        }
    }
    let notes = files(&["md"]).into_iter().filter(|file| file.path.starts_with("docs/decisions/"));
    findings.extend(
        notes
            .filter(|file| file.text.lines().count() > source::NOTE_LINES_MAX)
            .map(|file| format!("{}: longer than half a page", file.path)),
    );
    none(findings);
}

#[test]
fn change_notes_are_named_by_noun_and_what() {
    let wrong = |name: &String| !name.contains('-') || !source::is_dashed(name, ".md");
    let names = names_in("docs/changes");
    none(names.into_iter().filter(wrong).map(|name| format!("docs/changes/{name}")).collect());
}

/// The checks above are worth nothing if they cannot find anything.
mod finds {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    fn check(rule: impl Fn(&File) -> Vec<String>, path: &str, text: &str, found: usize) {
        let findings = rule(&file(path, text));
        assert_eq!(findings.len(), found, "{path}: {findings:?}\n{text}");
    }

    #[test]
    fn headers_too_short_and_too_long() {
        let header = |lines: usize| format!("{}\nuse x;\n", vec!["//! text"; lines].join("\n"));
        for (lines, found) in [(0, 1), (2, 1), (3, 0), (8, 0), (9, 1)] {
            check(source::header, "web/src/cart.rs", &header(lines), found);
        }
    }

    #[test]
    fn files_and_lines_beyond_the_limit_but_for_tests() {
        let lines = |count: usize| "x;\n".repeat(count);
        check(source::file_length, "web/src/cart.rs", &lines(500), 0);
        check(source::file_length, "web/src/cart.rs", &lines(501), 1);
        let tests = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", lines(500), lines(300));
        check(source::file_length, "web/src/cart.rs", &tests, 0);
        check(source::file_length, "tests/shop.rs", &lines(501), 0);
        check(source::line_length, "a.rs", &"é".repeat(100), 0);
        check(source::line_length, "a.rs", &"x y ".repeat(26), 1);
        check(source::line_length, "a.rs", &format!("// https://{}", "x".repeat(101)), 0);
    }

    #[test]
    fn functions_beyond_the_limit() {
        let function = |lines: usize| {
            let body = "        x();\n".repeat(lines - 2);
            format!("impl A {{\n    pub(crate) async fn f<T>(\n{body}    }}\n}}\n")
        };
        check(source::function_length, "a.rs", &function(70), 0);
        check(source::function_length, "a.rs", &function(71), 1);
        let declared = "trait T {\n    fn a(&self);\n    fn b() {}\n}\n";
        check(source::function_length, "a.rs", &declared.repeat(40), 0);
    }

    #[test]
    fn words_that_put_things_off() {
        let word = ["TO", "DO"].concat();
        check(source::left_for_later, "a.css", &format!("/* {word}: later */"), 1);
        check(source::left_for_later, "a.css", "/* mastodon */", 0);
        let ignored = ["#[ign", "ore]"].concat();
        check(source::switched_off, "a.rs", &ignored, 1);
    }

    #[test]
    fn names_that_say_nothing() {
        check(source::name, "web/src/cart.rs", "", 0);
        check(source::name, "web/src/helper.rs", "", 1);
        check(source::name, "web/src/util/cart.rs", "", 1);
        check(source::name, "web/src/seat_helpers.rs", "", 1);
    }

    #[test]
    fn rules_that_look_at_the_world() {
        let reads_clock = "fn now() { std::time::SystemTime::now(); }";
        check(source::purity, "box-office/rules/src/a.rs", reads_clock, 1);
        check(source::purity, "box-office/ledger/src/a.rs", reads_clock, 0);
    }

    #[test]
    fn settings_that_do_nothing() {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let config = |text| file("firmware-host/src/config/door.rs", text);
        let given =
            config("pub struct Door {\n    pub zones: Vec<String>,\n    pub name: String,\n}");
        let reader = file("firmware-host/src/start.rs", "let name = (door.name, door.zones_all);");
        let (count, unread) = setting::unread(&[given, reader]);
        assert_eq!((count, unread.len()), (2, 1), "{unread:?}");
        assert!(unread[0].contains("`zones`"), "{unread:?}");
        let bounds = file("firmware-host/src/config/check/bounds.rs", "row(door.zones, 1, 9)");
        let given = config("    pub zones: u32,\n}");
        assert_eq!(setting::unread(&[given, bounds]).1.len(), 1, "its range is no reader");
    }

    #[test]
    fn licences_are_read_as_expressions() {
        for good in ["MIT", "GPL-3.0-only OR MIT", "MIT/Apache-2.0", "(MIT OR X) AND ISC"] {
            assert!(licence::allowed(good), "{good}");
        }
        for bad in ["", "GPL-3.0-only", "MIT AND GPL-2.0", "(X OR Y) AND MIT", "MIT WITH x"] {
            assert!(!licence::allowed(bad), "{bad}");
        }
        assert!(licence::allowed("Apache-2.0 WITH LLVM-exception OR X"));
    }

    #[test]
    fn arrows_against_the_grain() {
        let against = "[dependencies]\nusher-ledger.workspace = true\n";
        assert_eq!(manifest::arrow("usher-rules", against).len(), 1);
        assert_eq!(manifest::arrow("usher-listener", against).len(), 0);
        let driver = "[dev-dependencies]\nusher-rules = { path = \"x\" }\n";
        assert_eq!(manifest::arrow("usher-drivers", driver).len(), 1);
        assert_eq!(manifest::arrow("usher-nobody", "").len(), 1);
        let disk = "[dependencies]\nredb.workspace = true\n";
        assert_eq!(manifest::arrow("usher-rules", disk).len(), 1);
    }
}
