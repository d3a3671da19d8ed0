//! Guards what a technician sees when the configuration is wrong.
//!
//! The file is never half taken: the program ends with 1 and points at the place. Next:
//! `firmware-host/tests/config.rs` for every key.

use crate::running::{Folder, configure, free_address, program};
use std::fs;
use std::process::Command;

#[test]
fn an_unknown_key_is_refused_with_its_line_and_a_mark_under_it() {
    let folder = Folder::new();
    let config = configure(&folder, &folder.join("state"), free_address(), "");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("currency", "curency")).unwrap();
    for command in ["serve", "check"] {
        let mut usher = Command::new(program());
        let output = usher.args([command, "--config"]).arg(&config).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{command}: {words}");
        let lines: Vec<&str> = words.lines().collect();
        let at = lines.iter().position(|line| line.contains("curency = \"GBP\""));
        let at = at.unwrap_or_else(|| panic!("{command} does not show the line: {words}"));
        let column = lines[at].find("curency").unwrap();
        assert_eq!(lines[at + 1].find('^'), Some(column), "{command}: {words}");
        assert!(words.contains('4'), "{command} names the line: {words}");
    }
    assert!(!folder.join("state").exists(), "nothing was begun");
}

#[test]
fn doctor_says_that_letters_wait_when_no_mail_server_is_configured() {
    let folder = Folder::new();
    let state = folder.join("state");
    fs::create_dir(&state).unwrap();
    let doctor = |more: &str| {
        let config = configure(&folder, &state, free_address(), more);
        let mut usher = Command::new(program());
        let output = usher.args(["doctor", "--json", "--config"]).arg(&config).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().clone();
        let mail = findings.into_iter().find(|finding| finding["what"] == "mail");
        let mail = mail.unwrap_or_else(|| panic!("nothing of mail in {report}"));
        (output.status.code(), mail)
    };
    let (code, mail) = doctor("");
    assert_eq!((code, &mail["green"]), (Some(1), &false.into()), "{mail}");
    assert!(mail["words"].as_str().unwrap().contains("letters wait"), "{mail}");
    let from = "from = \"The Tidewell <tickets@tidewell.example>\"";
    let (_, mail) =
        doctor(&format!("[mail]\n{from}\nfolder = {:?}\n", state.display().to_string()));
    assert_eq!(mail["green"], true, "{mail}");
}
