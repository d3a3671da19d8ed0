//! A scanner that is a process of its own: a line in is a beam, a line out is what it heard.
//!
//! Knows neither make nor protocol. Next: `scanner.rs` and `ssi.rs`.

use serde_json::Value;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

pub struct ScannerPeer {
    child: Child,
    told: Lines<BufReader<ChildStdout>>,
}

impl ScannerPeer {
    pub fn start(mut command: Command) -> ScannerPeer {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let told = BufReader::new(child.stdout.take().unwrap()).lines();
        ScannerPeer { child, told }
    }

    pub fn beam(&mut self, code: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{code}").unwrap();
    }

    /// The next thing it tells.
    pub fn tells(&mut self) -> Value {
        let line = self.told.next().expect("the scanner is still there").unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for ScannerPeer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
