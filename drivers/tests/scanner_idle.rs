//! Guards that a hung-up line costs no processor time (the read that returns zero for ever).
//! Alone in its file, because it measures the whole process.
//! Next: `scanner_port.rs` for what else happens at a hang-up.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod lane;

use std::time::Duration;

use lane::{Device, Driver, Folder};
use usher_drivers::Fault;
use usher_drivers::scanner::ScannerSettings;

/// Time that this process has used, user and system, in clock ticks of 10 ms.
fn ticks_used() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The second field is a name in brackets and may hold blanks.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_seconds_after_a_hang_up_cost_less_than_50_ms_of_processor() {
    let folder = Folder::new("idle");
    let link = folder.join("scanner1");
    let device = Device::at(&link);
    let mut driver = Driver::start(ScannerSettings::at(&link));
    driver.connected().await;
    device.ready().await;
    device.scanner.unplug().await.unwrap();
    assert!(matches!(driver.disconnected().await, Fault::Unplugged { .. }));

    let before = ticks_used();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let used_ms = (ticks_used() - before) * 10;
    println!("processor time in 2 s after a hang-up: {used_ms} ms");
    assert!(used_ms < 50, "{used_ms} ms used");

    device.scanner.replug().await.unwrap();
    assert!(driver.connected().await.is_some());
    driver.end_quietly().await;
}
