//! The parts this program plays for itself in processes of their own: floors and odd boxes.
//!
//! Says `ready http://ADDRESS` once, then serves until its standard input ends, so that no part
//! outlives the run. Next: `peer.rs`, which starts them.

use crate::floor::web;
use anyhow::bail;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;

/// Plays one part until the run is over.
pub fn run(name: &str, folder: &Path) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match name {
        "floor" => {
            end_with_input();
            runtime.block_on(web::serve(Some(folder), ready))
        }
        _ => bail!("no part {name}"),
    }
}

/// Tells whoever started this where it is.
fn ready(address: SocketAddr) {
    println!("ready http://{address}");
    // Nobody there to hear it: the end of the input says so next.
    let _ = std::io::stdout().flush();
}

fn end_with_input() {
    std::thread::spawn(|| {
        let mut line = String::new();
        while std::io::stdin().read_line(&mut line).is_ok_and(|count| count > 0) {
            line.clear();
        }
        std::process::exit(0);
    });
}
