//! Guards the SSI driver on a real pseudo terminal against the simulated SSI scanner, each of
//! whose misbehaviours is tried. Nothing is asserted on time.
//! Next: `ssi_sequence.rs` for the rules one by one.

#![allow(clippy::unwrap_used, clippy::panic)]

mod lane;
mod ssi;

use lane::{DEADLINE, Device, Driver, Folder};
use ssi::TICKET;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, duplex};
use tokio::time::timeout;
use usher_drivers::Fault;
use usher_drivers::scanner::{
    Feedback, Protocol, ScannerEvent, ScannerSettings, Suffix, Unreadable,
};
use usher_drivers::sim::script::BYTE_US_9600;
use usher_drivers::sim::{Heard, Meaning, SimScannerSettings, Speech, SsiModel, Trick, simulate};

fn sim(folder: &Folder, model: SsiModel) -> SimScannerSettings {
    let speech = Speech::Ssi(model);
    SimScannerSettings { speech, ..SimScannerSettings::at(folder.join("scanner1")) }
}

fn settings(folder: &Folder) -> ScannerSettings {
    let path = folder.join("scanner1");
    ScannerSettings { protocol: Protocol::Ssi, ..ScannerSettings::at(path) }
}

/// A plugged-in scanner of this model and a driver that has greeted it.
async fn lane(folder: &Folder, model: SsiModel) -> (Device, Driver) {
    let mut device = Device::plug(sim(folder, model));
    let mut driver = Driver::start(settings(folder));
    assert_eq!(driver.connected().await, None);
    // The last command of the greeting.
    heard(&mut device, Meaning::Enable).await;
    device.ready().await;
    (device, driver)
}

/// Waits for this; what comes before it is looked at elsewhere.
async fn heard(device: &mut Device, meaning: Meaning) {
    while device.signal().await.0 != meaning {}
}

async fn error_beep(device: &mut Device) {
    loop {
        match timeout(DEADLINE, device.heard.recv()).await.unwrap().unwrap() {
            Heard::ErrorBeep => return,
            Heard::HostOpened | Heard::HostLeft | Heard::Signal { .. } => {}
        }
    }
}

/// A ticket goes all the way and its verdict is heard.
async fn check_beam(device: &mut Device, driver: &mut Driver, payload: &str) {
    device.scanner.beam(payload).await.unwrap();
    let code = driver.code().await;
    assert_eq!(code.payload, payload);
    driver.answer(&code, Feedback::Accept).await;
    heard(device, Meaning::Signal(Feedback::Accept)).await;
    heard(device, Meaning::LedOn).await;
}

#[tokio::test]
async fn the_greeting_goes_in_its_order_and_text_becomes_packets() {
    let folder = Folder::new("ssi-greeting");
    let mut device = Device::plug(sim(&folder, SsiModel::default()));
    let mut driver = Driver::start(settings(&folder));
    driver.connected().await;
    for expected in [
        ssi::REQUEST_REVISION,
        ssi::CAPABILITIES_REQUEST,
        ssi::PARAM_EE_1,
        ssi::PARAM_9F_1,
        ssi::PARAM_EC_0,
        ssi::FLUSH_QUEUE,
        ssi::SCAN_ENABLE,
    ] {
        assert_eq!(device.signal().await.1, ssi::bytes(expected));
    }
    device.ready().await;
    device.scanner.beam("]Q1HELLO").await.unwrap();
    let code = driver.code().await;
    assert_eq!((code.payload.as_str(), code.symbology.as_deref()), ("HELLO", Some("Q1")));
    driver.end_quietly().await;
}

#[tokio::test]
async fn every_verdict_is_heard_as_itself_with_its_lamp() {
    let folder = Folder::new("ssi-verdicts");
    let (mut device, mut driver) = lane(&folder, SsiModel::default()).await;
    for (at, (feedback, led)) in [
        (Feedback::Accept, 1),
        (Feedback::AcceptNotice, 1),
        (Feedback::Refuse, 2),
        (Feedback::RefuseUsed, 2),
        (Feedback::RefuseElsewhere, 2),
        (Feedback::Wait, 2),
        (Feedback::Closed, 2),
    ]
    .into_iter()
    .enumerate()
    {
        device.scanner.beam(&format!("CODE{at}")).await.unwrap();
        let code = driver.code().await;
        driver.answer(&code, feedback).await;
        heard(&mut device, Meaning::Signal(feedback)).await;
        let (meaning, bytes) = device.signal().await;
        assert_eq!((meaning, bytes[4]), (Meaning::LedOn, led), "{feedback:?}");
    }
    heard(&mut device, Meaning::LedOff).await;
    driver.end_quietly().await;
}

#[tokio::test]
async fn a_packet_that_drips_at_9600_baud_is_one_scan() {
    let folder = Folder::new("ssi-drip");
    let sim = SimScannerSettings { byte_us: BYTE_US_9600, ..sim(&folder, SsiModel::default()) };
    let mut device = Device::plug(sim);
    let mut driver = Driver::start(settings(&folder));
    driver.connected().await;
    heard(&mut device, Meaning::Enable).await;
    device.ready().await;
    check_beam(&mut device, &mut driver, TICKET).await;
    driver.end_quietly().await;
}

#[tokio::test]
async fn a_scanner_that_loses_the_first_byte_when_asleep_is_greeted_and_signalled() {
    let folder = Folder::new("ssi-sleep");
    let model = SsiModel { sleep_ms: Some(100), ..SsiModel::default() };
    let (mut device, mut driver) = lane(&folder, model).await;
    check_beam(&mut device, &mut driver, TICKET).await;
    // The lamp goes out long after the scanner fell asleep.
    heard(&mut device, Meaning::LedOff).await;
    driver.end_quietly().await;
}

#[tokio::test]
async fn a_repeat_after_a_lost_acknowledgement_is_no_second_scan() {
    let folder = Folder::new("ssi-repeat");
    let (mut device, mut driver) = lane(&folder, SsiModel::default()).await;
    let trick = Trick::Duplicate { after_ms: 50 };
    device.scanner.beam_with(TICKET, &trick).await.unwrap();
    let code = driver.code().await;
    driver.answer(&code, Feedback::Accept).await;
    heard(&mut device, Meaning::Signal(Feedback::Accept)).await;
    check_beam(&mut device, &mut driver, "ANOTHER").await;
    driver.end_quietly().await;
}

#[tokio::test]
async fn an_unheard_acknowledgement_is_given_again_and_nothing_is_scanned_twice() {
    let folder = Folder::new("ssi-unheard");
    // Two acknowledgements belong to the greeting's replies, the third to the first ticket.
    let model = SsiModel { response_ms: 300, ..SsiModel::default() };
    let mut device = Device::plug(sim(&folder, SsiModel { misses_acks: 3, ..model }));
    let mut driver = Driver::start(settings(&folder));
    driver.connected().await;
    heard(&mut device, Meaning::Enable).await;
    device.ready().await;
    check_beam(&mut device, &mut driver, TICKET).await;
    check_beam(&mut device, &mut driver, "ANOTHER").await;
    driver.end_quietly().await;
}

#[tokio::test]
async fn a_damaged_packet_is_asked_for_again_and_is_one_scan() {
    let folder = Folder::new("ssi-damaged");
    let (mut device, mut driver) = lane(&folder, SsiModel::default()).await;
    device.scanner.beam_with(TICKET, &Trick::Corrupt { at: 12 }).await.unwrap();
    let code = driver.code().await;
    assert_eq!((code.payload.as_str(), code.read), (TICKET, 1));
    driver.answer(&code, Feedback::Refuse).await;
    heard(&mut device, Meaning::Signal(Feedback::Refuse)).await;
    driver.end_quietly().await;
}

#[tokio::test]
async fn a_packet_that_lost_a_byte_comes_again_by_itself() {
    let folder = Folder::new("ssi-short");
    let model = SsiModel { response_ms: 400, ..SsiModel::default() };
    let (device, mut driver) = lane(&folder, model).await;
    for (at, payload) in [(0, "FIRST"), (2, "SECOND"), (9, "THIRD")] {
        device.scanner.beam_with(payload, &Trick::Drop { at }).await.unwrap();
        assert_eq!(driver.code().await.payload, payload);
    }
    driver.end_quietly().await;
}

#[tokio::test]
async fn a_command_that_the_scanner_misheard_is_sent_again() {
    let folder = Folder::new("ssi-misheard");
    let model = SsiModel { mishears: 2, ..SsiModel::default() };
    let (mut device, mut driver) = lane(&folder, model).await;
    check_beam(&mut device, &mut driver, TICKET).await;
    driver.end_quietly().await;
}

#[tokio::test]
async fn a_lamp_that_is_denied_is_not_asked_for_again_and_the_beep_goes_on() {
    let folder = Folder::new("ssi-denied");
    let model = SsiModel { leds: 0, ..SsiModel::default() };
    let (mut device, mut driver) = lane(&folder, model).await;
    for (at, expected) in [2, 1].into_iter().enumerate() {
        device.scanner.beam(&format!("CODE{at}")).await.unwrap();
        let code = driver.code().await;
        driver.answer(&code, Feedback::Accept).await;
        heard(&mut device, Meaning::Signal(Feedback::Accept)).await;
        if expected == 2 {
            // Tried once: the scanner does as if it had heard nothing.
            assert_eq!(device.signal().await, (Meaning::Dialogue, ssi::bytes(ssi::LED_ON_0)));
        }
    }
    device.scanner.beam("LAST").await.unwrap();
    let code = driver.code().await;
    driver.answer(&code, Feedback::Accept).await;
    assert_eq!(device.signal().await.0, Meaning::Signal(Feedback::Accept));
    driver.end_quietly().await;
}

#[tokio::test]
async fn a_long_symbol_in_several_packets_is_one_code_whichever_way_it_is_cut() {
    let folder = Folder::new("ssi-chain");
    let (device, mut driver) = lane(&folder, SsiModel::default()).await;
    let (text, ..) = ssi::long_symbol(true);
    device.scanner.beam(&text).await.unwrap();
    assert_eq!(driver.code().await.payload, text);
    device.scanner.beam_with("", &Trick::Oversize { bytes: 2_953 }).await.unwrap();
    assert_eq!(driver.fact().await, ScannerEvent::Unreadable { why: Unreadable::TooLong });
    driver.end_quietly().await;

    let folder = Folder::new("ssi-chain-bare");
    let model = SsiModel { repeats_type: false, ..SsiModel::default() };
    let (mut device, mut driver) = lane(&folder, model).await;
    device.scanner.beam(&text).await.unwrap();
    // Not ours, one character short: but a ticket afterwards is read.
    assert_eq!(driver.code().await.payload.len(), text.len() - 1);
    check_beam(&mut device, &mut driver, TICKET).await;
    driver.end_quietly().await;
}

#[tokio::test]
async fn noise_and_a_split_do_not_keep_a_ticket_out() {
    let folder = Folder::new("ssi-noise");
    let (device, mut driver) = lane(&folder, SsiModel::default()).await;
    let noise = Trick::Noise { bytes: vec![0xFF, 0xF3, 0, 0, 0x27, 0xF3, 0] };
    device.scanner.beam_with("FIRST", &noise).await.unwrap();
    assert_eq!(driver.code().await.payload, "FIRST");
    let split = Trick::Split { at: 3, pause_ms: 50 };
    device.scanner.beam_with("SECOND", &split).await.unwrap();
    assert_eq!(driver.code().await.payload, "SECOND");
    driver.end_quietly().await;
}

#[tokio::test]
async fn a_scanner_that_is_replugged_has_forgotten_packets_and_is_greeted_again() {
    let folder = Folder::new("ssi-replug");
    let (mut device, mut driver) = lane(&folder, SsiModel::default()).await;
    let cut = Trick::Cut { at: 12, replug_after_ms: Some(50) };
    device.scanner.beam_with(TICKET, &cut).await.unwrap();
    assert!(matches!(driver.disconnected().await, Fault::Unplugged { .. }));
    assert!(driver.connected().await.is_some());
    heard(&mut device, Meaning::Enable).await;
    device.ready().await;
    check_beam(&mut device, &mut driver, TICKET).await;
    driver.end_quietly().await;
}

#[tokio::test]
async fn a_device_that_never_answers_is_read_as_plain_text() {
    let folder = Folder::new("ssi-silent");
    let link = folder.join("scanner1");
    let device =
        Device::plug(SimScannerSettings { suffix: Suffix::CrLf, ..SimScannerSettings::at(&link) });
    let mut driver = Driver::start(settings(&folder));
    driver.connected().await;
    device.ready().await;
    device.scanner.beam("BEFORE").await.unwrap();
    let before = driver.code().await;
    assert_eq!(before.payload, "BEFORE");
    let hint = loop {
        if let ScannerEvent::Health(health) = driver.event().await
            && health.silences == 1
        {
            break health.hint.unwrap();
        }
    };
    assert!(hint.text().contains("plain text"));
    device.scanner.beam(TICKET).await.unwrap();
    assert_eq!(driver.code().await.payload, TICKET);
    driver.end_quietly().await;
}

#[tokio::test]
async fn a_host_that_never_acknowledges_makes_the_scanner_complain() {
    let folder = Folder::new("ssi-deaf-host");
    let model = SsiModel { response_ms: 100, misses_acks: u32::MAX, ..SsiModel::default() };
    let mut device = Device::plug(sim(&folder, model));
    let mut driver = Driver::start(settings(&folder));
    driver.connected().await;
    error_beep(&mut device).await;
    driver.end().await;
}

#[tokio::test]
async fn lines_are_beams_and_the_verdict_is_printed_as_for_a_text_scanner() {
    let folder = Folder::new("ssi-command");
    let (mut input, beams) = duplex(4_096);
    let (out, output) = duplex(4_096);
    let sim = sim(&folder, SsiModel::default());
    let task = tokio::spawn(simulate(sim, BufReader::new(beams), out));
    let mut printed = BufReader::new(output).lines();
    input.write_all(b"FIRST\n").await.unwrap();
    let mut driver = Driver::start(settings(&folder));
    let code = loop {
        if let ScannerEvent::Code(code) = driver.fact().await {
            break code;
        }
    };
    assert_eq!(code.payload, "FIRST");
    driver.answer(&code, Feedback::Accept).await;
    for expected in [
        r#"{"feedback":"enable","bytes":"04e90400ff0f"}"#,
        r#"{"feedback":"accept","bytes":"05e6040000ff11"}"#,
        r#"{"feedback":"led_on","bytes":"05e7040001ff0f"}"#,
        r#"{"feedback":"led_off","bytes":"05e8040001ff0e"}"#,
    ] {
        let line = timeout(DEADLINE, printed.next_line()).await.unwrap().unwrap().unwrap();
        assert_eq!(line, expected);
    }
    drop(input);
    timeout(DEADLINE, task).await.unwrap().unwrap().unwrap();
    driver.end().await;
}
