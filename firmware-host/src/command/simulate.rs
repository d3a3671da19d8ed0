//! `usher simulate`: devices made of software, as peers of their own.
//!
//! Here the scanner: hands standard input and output to the simulated twin of `usher-drivers` and
//! waits for it to end. Never opens the store and never knows a ticket. Next:
//! `simulate/pin_pad.rs`, and `usher-drivers`' `sim/stdio.rs`.

pub mod pin_pad;

use super::Exit;
use std::fs::File as BlockingFile;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;
use tokio::fs::File;
use tokio::io::BufReader;
use tokio::time::{sleep, timeout};
use usher_drivers::sim::{SimScannerSettings, simulate};

/// How long the end may take, and how often it is looked for.
const CLOSING_MAX: Duration = Duration::from_secs(1);
const LOOK: Duration = Duration::from_millis(5);

/// Runs one simulated scanner until standard input ends.
pub fn scanner(settings: SimScannerSettings, err: &mut impl Write) -> io::Result<Exit> {
    let link = settings.link.clone();
    let beams = BufReader::new(own(io::stdin())?);
    let out = own(io::stdout())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let ended = simulate(settings, beams, out).await;
        // The twin unplugs itself in its own task; a link that stays behind would lie.
        let _ = timeout(CLOSING_MAX, unlinked(&link)).await;
        ended
    });
    // A read that nobody will answer must not keep the process.
    runtime.shutdown_background();
    match ended {
        Ok(()) => Ok(Exit::Done),
        Err(fault) => {
            writeln!(err, "usher simulate scanner: {fault}")?;
            Ok(Exit::Refused)
        }
    }
}

async fn unlinked(link: &Path) {
    while link.is_symlink() {
        sleep(LOOK).await;
    }
}

fn own(stream: impl AsFd) -> io::Result<File> {
    let owned = stream.as_fd().try_clone_to_owned()?;
    Ok(File::from_std(BlockingFile::from(owned)))
}
