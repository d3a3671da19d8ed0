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
