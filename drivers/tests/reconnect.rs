//! Guards how often a missing device is tried: the back-off and the ear on its folder.
//! Virtual time where only time matters, a real folder where the kernel has to speak.
//! Next: `scanner_port.rs` for the same with a scanner behind it.

#![allow(clippy::unwrap_used, clippy::panic)]

mod lane;

use lane::{DEADLINE, Folder};
use tokio::time::{Duration, Instant, timeout};
use usher_drivers::port::reconnect::{
    ATTEMPT_GAP_MS, BACKOFF_MS_MAX, BACKOFF_MS_MIN, Backoff, FolderWatch, STEADY_MS, pause,
};

#[test]
fn the_back_off_doubles_to_its_cap() {
    let mut backoff = Backoff::default();
    let waits: Vec<u64> = (0..7).map(|_| backoff.next_ms()).collect();
    assert_eq!(waits, [100, 200, 400, 800, 1_600, 2_000, 2_000]);
    assert_eq!((BACKOFF_MS_MIN, BACKOFF_MS_MAX), (100, 2_000));
}

#[test]
fn only_a_connection_that_lasted_starts_the_back_off_afresh() {
    for (lasted_ms, next_ms) in [(STEADY_MS - 1, 200), (STEADY_MS, 100)] {
        let mut backoff = Backoff::default();
        backoff.next_ms();
        backoff.lasted_ms(lasted_ms);
        assert_eq!(backoff.next_ms(), next_ms);
    }
}

#[tokio::test(start_paused = true)]
async fn without_an_ear_the_wait_is_the_back_off_and_never_less_than_the_gap() {
    for (backoff_ms, waited_ms) in [(0, ATTEMPT_GAP_MS), (800, 800)] {
        let from = Instant::now();
        pause(None, backoff_ms).await;
        assert_eq!(from.elapsed(), Duration::from_millis(waited_ms));
    }
}

#[tokio::test]
async fn our_name_in_the_folder_ends_the_wait_and_another_does_not() {
    let folder = Folder::new("ear");
    let path = folder.join("scanner1");
    let watch = FolderWatch::on(&path).unwrap();
    let waiting = tokio::spawn(pause(Some(watch), 600_000));
    std::fs::write(folder.join("scanner2"), "").unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!waiting.is_finished());
    std::fs::write(&path, "").unwrap();
    timeout(DEADLINE, waiting).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_missing_folder_is_waited_for_by_its_name() {
    let folder = Folder::new("ear-above");
    let watch = FolderWatch::on(&folder.join("by-id/scanner1")).unwrap();
    let waiting = tokio::spawn(pause(Some(watch), 600_000));
    std::fs::create_dir(folder.join("by-id")).unwrap();
    timeout(DEADLINE, waiting).await.unwrap().unwrap();
}
