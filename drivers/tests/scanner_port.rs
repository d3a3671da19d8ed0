//! Guards the scanner driver on a real pseudo terminal: bytes, feedback, unplug and replug.
//! Every test runs the owner task against the simulated scanner; nothing is asserted on time.
//! Next: `scanner_idle.rs` for the processor time of a dead line.

#![allow(clippy::unwrap_used, clippy::panic)]

mod lane;

use lane::{Device, Driver, Folder};
use usher_drivers::Fault;
use usher_drivers::scanner::{
    Feedback, Framing, Parity, ScannerEvent, ScannerSettings, Suffix, Unreadable, Vendor,
};
use usher_drivers::sim::script::BYTE_US_9600;
use usher_drivers::sim::{Meaning, Move, SimScannerSettings, Trick};

const TICKET: &str = "U1CEABEZYBAIBQIBICTUJ4HMLKIFNGOLDT";

/// A plugged-in device and a connected driver that speaks this vendor's commands.
async fn lane(folder: &Folder, feedback: Vendor) -> (Device, Driver) {
    let link = folder.join("scanner1");
    let device = Device::at(&link);
    let mut driver = Driver::start(ScannerSettings { feedback, ..ScannerSettings::at(link) });
    assert_eq!(driver.connected().await, None);
    device.ready().await;
    (device, driver)
}

#[tokio::test]
async fn a_beamed_code_arrives_and_its_verdict_is_heard() {
    let folder = Folder::new("beam");
    let (mut device, mut driver) = lane(&folder, Vendor::Honeywell).await;
    device.scanner.beam(TICKET).await.unwrap();
    let code = driver.code().await;
    assert_eq!((code.payload.as_str(), code.read), (TICKET, 1));
    driver.answer(&code, Feedback::Accept).await;
    let heard = device.signal().await;
    assert_eq!(heard, (Meaning::Signal(Feedback::Accept), vec![0x1B, 0x37, 0x2C]));
    driver.end_quietly().await;
}

#[tokio::test]
async fn every_verdict_is_heard_as_itself_by_both_makers_scanners() {
    for vendor in [Vendor::Honeywell, Vendor::Datalogic] {
        let folder = Folder::new(&format!("verdicts-{vendor:?}"));
        let (mut device, mut driver) = lane(&folder, vendor).await;
        if vendor == Vendor::Datalogic {
            assert_eq!(device.signal().await, (Meaning::Enable, vec![0x45]));
        }
        let feedbacks = [
            Feedback::Accept,
            Feedback::AcceptNotice,
            Feedback::Refuse,
            Feedback::Wait,
            Feedback::Closed,
        ];
        for (at, feedback) in feedbacks.into_iter().enumerate() {
            device.scanner.beam(&format!("CODE{at}")).await.unwrap();
            let code = driver.code().await;
            driver.answer(&code, feedback).await;
            assert_eq!(device.signal().await.0, Meaning::Signal(feedback), "{vendor:?}");
        }
        driver.end_quietly().await;
    }
}

#[tokio::test]
async fn a_double_read_is_answered_by_the_driver_alone() {
    let folder = Folder::new("double");
    let (mut device, mut driver) = lane(&folder, Vendor::Honeywell).await;
    device.scanner.beam(TICKET).await.unwrap();
    let code = driver.code().await;
    driver.answer(&code, Feedback::Refuse).await;
    assert_eq!(device.signal().await.0, Meaning::Signal(Feedback::Refuse));
    device.scanner.beam(TICKET).await.unwrap();
    assert_eq!(device.signal().await.0, Meaning::Signal(Feedback::Refuse));
    driver.end_quietly().await;
}

#[tokio::test]
async fn a_code_in_two_reads_and_two_codes_in_one_read_arrive_whole_and_in_order() {
    let folder = Folder::new("pieces");
    let (device, mut driver) = lane(&folder, Vendor::None).await;
    let split = Trick::Split { at: 10, pause_ms: 100 };
    device.scanner.beam_with(TICKET, &split).await.unwrap();
    assert_eq!(driver.code().await.payload, TICKET);
    device.scanner.send(b"FIRST\r]Q1SECOND\r").await.unwrap();
    assert_eq!(driver.code().await.payload, "FIRST");
    let second = driver.code().await;
    assert_eq!(second.payload, "SECOND");
    assert_eq!(second.symbology.as_deref(), Some("Q1"));
    driver.end_quietly().await;
}

#[tokio::test]
async fn a_code_without_suffix_at_9600_baud_is_ended_by_silence() {
    let folder = Folder::new("drip");
    let link = folder.join("scanner1");
    let sim = SimScannerSettings {
        suffix: Suffix::None,
        byte_us: BYTE_US_9600,
        ..SimScannerSettings::at(&link)
    };
    let device = Device::plug(sim);
    // A busy test machine may hold a byte back for longer than a scanner would.
    let settings =
        ScannerSettings { suffix: Suffix::None, idle_ms: Some(400), ..ScannerSettings::at(link) };
    let mut driver = Driver::start(settings);
    driver.connected().await;
    device.ready().await;
    device.scanner.beam(TICKET).await.unwrap();
    assert_eq!(driver.code().await.payload, TICKET);
    driver.end_quietly().await;
}

#[tokio::test]
async fn an_unplug_in_mid_code_is_one_disconnect_and_no_scan_and_a_replug_goes_on() {
    let folder = Folder::new("replug");
    let (device, mut driver) = lane(&folder, Vendor::None).await;
    for round in 1..=5 {
        let cut = Trick::Cut { at: 12, replug_after_ms: Some(50) };
        device.scanner.beam_with(TICKET, &cut).await.unwrap();
        assert!(matches!(driver.disconnected().await, Fault::Unplugged { .. }), "round {round}");
        assert!(driver.connected().await.is_some());
        device.ready().await;
        device.scanner.beam(TICKET).await.unwrap();
        assert_eq!(driver.code().await.payload, TICKET);
    }
    driver.end_quietly().await;
}

#[tokio::test]
async fn several_hang_ups_a_minute_hint_at_the_power_supply() {
    let folder = Folder::new("power");
    let (device, mut driver) = lane(&folder, Vendor::None).await;
    for _ in 0..3 {
        device.scanner.play(vec![Move::HangUp, Move::Replug]).await.unwrap();
        device.ready().await;
    }
    let hint = loop {
        if let ScannerEvent::Health(health) = driver.event().await
            && health.hang_ups_last_minute == 3
        {
            break health.hint.unwrap();
        }
    };
    assert!(hint.text().contains("power"));
    driver.end().await;
}

#[tokio::test]
async fn the_last_code_before_an_unplug_still_counts() {
    let folder = Folder::new("last");
    let (device, mut driver) = lane(&folder, Vendor::None).await;
    let trick = Trick::HangUp { replug_after_ms: None };
    device.scanner.beam_with(TICKET, &trick).await.unwrap();
    assert_eq!(driver.code().await.payload, TICKET);
    assert!(matches!(driver.disconnected().await, Fault::Unplugged { .. }));
    driver.end_quietly().await;
}

#[tokio::test]
async fn a_device_that_is_missing_at_first_is_taken_when_it_comes() {
    let folder = Folder::new("later");
    let link = folder.join("by-id/scanner1");
    let mut driver = Driver::start(ScannerSettings::at(&link));
    assert_eq!(driver.disconnected().await, Fault::Missing { path: link.clone() });
    std::fs::create_dir(folder.join("by-id")).unwrap();
    let device = Device::at(&link);
    assert!(driver.connected().await.is_some());
    device.ready().await;
    device.scanner.beam(TICKET).await.unwrap();
    assert_eq!(driver.code().await.payload, TICKET);
    driver.end_quietly().await;
}

#[tokio::test]
async fn bytes_from_before_the_connect_are_discarded() {
    let folder = Folder::new("stale");
    let link = folder.join("scanner1");
    let device = Device::at(&link);
    device.scanner.send(b"STALE\rHALF").await.unwrap();
    let mut driver = Driver::start(ScannerSettings::at(&link));
    driver.connected().await;
    device.ready().await;
    device.scanner.beam(TICKET).await.unwrap();
    assert_eq!(driver.code().await.payload, TICKET);
    driver.end_quietly().await;
}

#[tokio::test]
async fn a_second_driver_on_one_port_is_told_that_it_is_in_use() {
    let folder = Folder::new("second");
    let (device, mut first) = lane(&folder, Vendor::None).await;
    let link = folder.join("scanner1");
    let mut second = Driver::start(ScannerSettings::at(&link));
    assert_eq!(second.disconnected().await, Fault::InUse { path: link });
    device.scanner.beam(TICKET).await.unwrap();
    assert_eq!(first.code().await.payload, TICKET);
    first.end_quietly().await;
    assert!(second.connected().await.is_some());
    second.end().await;
}

#[tokio::test]
async fn what_is_not_a_serial_line_is_named_so() {
    let folder = Folder::new("notserial");
    let file = folder.join("file");
    std::fs::write(&file, "text").unwrap();
    for path in [file, folder.join("")] {
        let mut driver = Driver::start(ScannerSettings::at(&path));
        assert_eq!(driver.disconnected().await, Fault::NotSerial { path });
        driver.end_quietly().await;
    }
}

#[tokio::test]
async fn an_oversized_symbol_is_refused_at_once_and_the_next_ticket_is_read() {
    let folder = Folder::new("oversize");
    let (mut device, mut driver) = lane(&folder, Vendor::Honeywell).await;
    device.scanner.beam_with("", &Trick::Oversize { bytes: 2_953 }).await.unwrap();
    assert_eq!(driver.fact().await, ScannerEvent::Unreadable { why: Unreadable::TooLong });
    assert_eq!(device.signal().await.0, Meaning::Signal(Feedback::Refuse));
    device.scanner.beam(TICKET).await.unwrap();
    assert_eq!(driver.code().await.payload, TICKET);
    driver.end_quietly().await;
}

#[tokio::test]
async fn a_megabyte_of_noise_is_a_hint_and_the_next_ticket_is_read() {
    let folder = Folder::new("noise");
    let (device, mut driver) = lane(&folder, Vendor::None).await;
    for _ in 0..64 {
        device.scanner.send(&[0xFE; 16_384]).await.unwrap();
    }
    let hint = loop {
        if let ScannerEvent::Health(health) = driver.event().await {
            break health.hint.unwrap();
        }
    };
    assert!(hint.text().contains("baud"));
    device.scanner.send(b"\r").await.unwrap();
    device.scanner.beam(TICKET).await.unwrap();
    assert_eq!(driver.code().await.payload, TICKET);
    driver.end_quietly().await;
}

#[tokio::test]
async fn the_framing_settings_reach_the_port() {
    let folder = Folder::new("framing");
    let link = folder.join("scanner1");
    let device = Device::at(&link);
    let framing: Framing = "7E2".parse().unwrap();
    assert_eq!(framing, Framing { data_bits: 7, parity: Parity::Even, stop_bits: 2 });
    let settings = ScannerSettings { framing, baud: 115_200, ..ScannerSettings::at(link) };
    let mut driver = Driver::start(settings);
    driver.connected().await;
    device.ready().await;
    device.scanner.beam(TICKET).await.unwrap();
    assert_eq!(driver.code().await.payload, TICKET);
    driver.end_quietly().await;
}

#[tokio::test]
async fn the_task_ends_when_nobody_takes_its_events() {
    let folder = Folder::new("unheard");
    let (_device, driver) = lane(&folder, Vendor::None).await;
    let Driver { events, task, .. } = driver;
    drop(events);
    tokio::time::timeout(lane::DEADLINE, task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn bad_settings_are_refused_before_anything_is_opened() {
    let settings = ScannerSettings { baud: 0, ..ScannerSettings::at("/dev/null") };
    let driver = Driver::start(settings);
    let refused = driver.task.await.unwrap();
    assert!(matches!(refused, Err(Fault::Setting { key: "baud", .. })));
}
