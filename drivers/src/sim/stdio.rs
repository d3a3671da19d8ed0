//! `usher simulate scanner`: lines in are beams, feedback out is JSON, one object a line.
//! Holds the loop only; the line itself is `sim/scanner.rs`. Never invents feedback.
//! It waits for a host before it beams, and after the last line it lingers for the answers.
//! Next: `sim/hear.rs` for the words it prints.

use std::time::Duration;

use serde::Serialize;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::hear::{Heard, Meaning, hex};
use super::scanner::{SimScanner, SimScannerSettings};
use crate::Fault;

/// How long answers are waited for after the last line of input.
pub const LINGER_MS: u64 = 1_000;
/// Feedback waiting to be printed.
pub const HEARD_MAX: usize = 256;

#[derive(Serialize)]
#[serde(untagged)]
enum Printed {
    Feedback { feedback: &'static str, bytes: String },
    Event { event: &'static str },
}

/// Runs until the input ends. `Err` when the line cannot be made or the output fails.
pub async fn simulate<R, W>(settings: SimScannerSettings, beams: R, out: W) -> Result<(), Fault>
where
    R: AsyncBufRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (heard, hears) = mpsc::channel(HEARD_MAX);
    let scanner = SimScanner::start(settings, heard)?;
    tokio::select! {
        beamed = beam_lines(scanner, beams) => beamed,
        printed = print(hears, out) => printed,
    }
}

async fn beam_lines<R>(scanner: SimScanner, beams: R) -> Result<(), Fault>
where
    R: AsyncBufRead + Unpin,
{
    let mut lines = beams.lines();
    while let Some(line) = lines.next_line().await.map_err(|error| stdio(&error))? {
        scanner.ready().await?;
        scanner.beam(&line).await?;
    }
    sleep(Duration::from_millis(LINGER_MS)).await;
    Ok(())
}

async fn print<W>(mut hears: mpsc::Receiver<Heard>, mut out: W) -> Result<(), Fault>
where
    W: AsyncWrite + Unpin,
{
    while let Some(heard) = hears.recv().await {
        let printed = match heard {
            Heard::HostOpened
            | Heard::HostLeft
            | Heard::Signal { meaning: Meaning::Dialogue, .. } => continue,
            Heard::Signal { meaning, bytes, .. } => {
                Printed::Feedback { feedback: meaning.word(), bytes: hex(&bytes) }
            }
            Heard::ErrorBeep => Printed::Event { event: "error_beep" },
        };
        let mut line = serde_json::to_vec(&printed).map_err(|error| stdio(&error.into()))?;
        line.push(b'\n');
        out.write_all(&line).await.map_err(|error| stdio(&error))?;
        out.flush().await.map_err(|error| stdio(&error))?;
    }
    Ok(())
}

fn stdio(error: &std::io::Error) -> Fault {
    Fault::Stdio { detail: error.to_string() }
}
