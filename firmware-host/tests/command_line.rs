//! The built binary from outside: what scripts rely on (interfaces 1).
//!
//! Runs `usher` as a process and looks at exit codes and streams. Never repeats what the unit
//! tests of a command say. Next: `src/main.rs`.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use usher::config::TokenHash;

fn usher(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_usher"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the binary was built")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("the output is text")
}

#[test]
fn wrong_usage_ends_with_two_and_says_so_on_stderr() {
    for arguments in [
        &["dance"][..],
        &[],
        &["check", "--colour"],
        &["plan", "check"],
        &["simulate", "scanner", "--link", "/tmp/x", "--protocol", "hid"],
        &["simulate", "scanner", "--link", "/tmp/x", "--suffix", "bell"],
        &["simulate", "pin-pad", "opi", "--link", "/tmp/x", "--truth", "/tmp/t"],
        &["simulate", "pin-pad", "zvt", "--truth", "/tmp/t"],
        &["simulate", "pin-pad", "zvt", "--link", "/tmp/x"],
        &["simulate", "pin-pad", "zvt", "--link", "/x", "--tcp", "127.0.0.1:0", "--truth", "/t"],
        &["simulate", "pin-pad", "zvt", "--link", "/x", "--cert", "/c", "--truth", "/t"],
        &["simulate", "pin-pad", "concert", "--tcp", "127.0.0.1:0", "--truth", "/t"],
        &["simulate", "pin-pad", "nexo", "--link", "/x", "--truth", "/t"],
        &["simulate", "pin-pad", "nexo", "--tcp", "127.0.0.1:0", "--truth", "/t"],
    ] {
        let output = usher(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_terminal_that_cannot_keep_books_or_follow_its_script_does_not_start() {
    let script = std::env::temp_dir().join(format!("usher-script-{}", std::process::id()));
    std::fs::write(&script, "{}\n\n{\"play\": {\"do\": \"dance\"}}\n").unwrap();
    let script = script.to_str().unwrap();
    let pad = ["simulate", "pin-pad", "zvt", "--tcp", "127.0.0.1:0", "--truth"];
    for (more, says) in [
        (&["/nowhere/truth"][..], "setting `truth`: /nowhere/truth"),
        (&["/dev/null", "--script", script][..], "line 3: unknown variant `dance`"),
        (&["/dev/null", "--script", "/nowhere/script"][..], "setting `script`: /nowhere/script"),
    ] {
        let output = usher(&[&pad[..], more].concat());
        assert_eq!(output.status.code(), Some(1), "{more:?}");
        assert!(output.stdout.is_empty(), "{more:?}");
        assert!(text(&output.stderr).contains(says), "{}", text(&output.stderr));
    }
    std::fs::remove_file(script).unwrap();
}

#[test]
fn the_shipped_sample_passes_the_check() {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/usher.toml");
    let output = usher(&["check", "--config", sample]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("good: The Tidewell"));
}

#[test]
fn a_refusal_ends_with_one_and_keeps_stdout_clean() {
    let output = usher(&["check", "--config", "/nowhere/usher.toml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(text(&output.stderr).contains("cannot read /nowhere/usher.toml"));
}

#[test]
fn each_new_token_is_another_and_comes_with_its_hash() {
    let printed = || {
        let output = usher(&["token", "new"]);
        assert_eq!(output.status.code(), Some(0));
        text(&output.stdout).to_owned()
    };
    let (one, two) = (printed(), printed());
    assert_ne!(one, two);
    let (token, line) = one.trim_end().split_once('\n').expect("two lines");
    assert_eq!(line, format!("sha256 = \"{}\"", TokenHash::of(token)));
}

#[test]
fn a_plan_report_is_one_json_document_even_when_refused() {
    let output = usher(&["plan", "check", "--json", "/nowhere/plan.json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("stdout is one JSON document");
    assert_eq!(report["errors"].as_array().map(Vec::len), Some(1));
}

#[test]
fn the_usage_of_the_simulated_scanner_names_its_protocols_and_what_the_suffix_is_to_each() {
    let output = usher(&["simulate", "scanner", "--help"]);
    assert_eq!(output.status.code(), Some(0));
    let words = text(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("The dialogue on the line: ascii or ssi [default: ascii]"), "{words}");
    assert!(words.contains("With ssi only codes sent as text"), "{words}");
}

#[test]
fn a_simulated_scanner_ends_with_its_input_and_takes_its_link_along() {
    for protocol in ["ascii", "ssi"] {
        check_ends_with_its_input(protocol);
    }
}

fn check_ends_with_its_input(protocol: &str) {
    let name = format!("usher-lane-{protocol}-{}", std::process::id());
    let link = std::env::temp_dir().join(name);
    let mut child = Command::new(env!("CARGO_BIN_EXE_usher"))
        .args(["simulate", "scanner", "--suffix", "crlf", "--protocol", protocol, "--link"])
        .arg(&link)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary was built");
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    stdin.flush().expect("the pipe is open");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends by itself");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
    assert!(std::fs::symlink_metadata(&link).is_err(), "the link is left behind");
}
