//! Guards the simulated scanner: its link, its tricks, what it hears, and the command's lines.
//! The host at the other end is the real driver; `decode` and `moves` are also tried alone.
//! Next: `sim_ssi.rs` for the one that speaks SSI; `devices/foreign_scanner.py` (in the
//! whole-box tests) for a peer of other make.

#![allow(clippy::unwrap_used, clippy::panic)]

mod lane;

use std::os::unix::fs::FileTypeExt;

use lane::{Device, Driver, Folder};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};
use tokio::time::timeout;
use usher_drivers::Fault;
use usher_drivers::scanner::{Feedback, ScannerSettings, Suffix, Vendor};
use usher_drivers::sim::hear::decode;
use usher_drivers::sim::script::moves;
use usher_drivers::sim::{Meaning, Move, SimScannerSettings, Trick, simulate};

#[test]
fn each_trick_bends_a_beam_as_it_says() {
    let send = |bytes: &[u8]| Move::Send(bytes.to_vec());
    let cases = [
        (Trick::None, vec![send(b"ABC\r")]),
        (Trick::Drop { at: 1 }, vec![send(b"AC\r")]),
        (Trick::Corrupt { at: 0 }, vec![send(b"@BC\r")]),
        (Trick::Duplicate { after_ms: 9 }, vec![send(b"ABC\r"), Move::WaitMs(9), send(b"ABC\r")]),
        (Trick::Split { at: 2, pause_ms: 100 }, vec![send(b"AB"), Move::WaitMs(100), send(b"C\r")]),
        (Trick::Cut { at: 2, replug_after_ms: None }, vec![send(b"AB"), Move::HangUp]),
        (
            Trick::HangUp { replug_after_ms: Some(7) },
            vec![send(b"ABC\r"), Move::HangUp, Move::WaitMs(7), Move::Replug],
        ),
        (Trick::Noise { bytes: vec![0, 0xFF] }, vec![send(b"\x00\xFFABC\r")]),
        (Trick::Oversize { bytes: 3 }, vec![send(b"AAA\r")]),
    ];
    for (trick, then) in cases {
        assert_eq!(moves(b"ABC", Suffix::Cr, &trick), then, "{trick:?}");
    }
}

#[test]
fn a_cut_beyond_the_end_sends_everything() {
    let cut = Trick::Cut { at: 99, replug_after_ms: None };
    let then = vec![Move::Send(b"ABC\r\n".to_vec()), Move::HangUp];
    assert_eq!(moves(b"ABC", Suffix::CrLf, &cut), then);
}

#[test]
fn chained_commands_are_heard_apart_and_unknown_bytes_are_kept_together() {
    let burst = b"\x1b7,\x1b8,\x1b8,\x1b9,E\x01";
    let heard = decode(burst);
    let expected: Vec<(Meaning, Vec<u8>)> = vec![
        (Meaning::Signal(Feedback::Accept), b"\x1b7,".to_vec()),
        (Meaning::Signal(Feedback::Refuse), b"\x1b8,\x1b8,".to_vec()),
        (Meaning::Other, b"\x1b9,".to_vec()),
        (Meaning::Enable, b"E".to_vec()),
        (Meaning::Signal(Feedback::Accept), b"\x01".to_vec()),
    ];
    assert_eq!(heard, expected);
}

#[test]
fn fuzz_any_host_bytes_are_heard_completely() {
    bolero::check!().with_type::<Vec<u8>>().for_each(|burst| {
        let heard: Vec<u8> = decode(burst).into_iter().flat_map(|(_, bytes)| bytes).collect();
        assert_eq!(&heard, burst);
    });
}

#[tokio::test]
async fn the_link_leads_to_a_terminal_and_goes_with_the_device() {
    let folder = Folder::new("link");
    let link = folder.join("scanner1");
    let device = Device::at(&link);
    assert!(std::fs::metadata(&link).unwrap().file_type().is_char_device());
    let first = std::fs::read_link(&link).unwrap();
    device.scanner.unplug().await.unwrap();
    assert!(std::fs::symlink_metadata(&link).is_err());
    assert!(!first.exists());
    device.scanner.replug().await.unwrap();
    assert!(std::fs::metadata(&link).unwrap().file_type().is_char_device());
}

#[tokio::test]
async fn something_else_at_the_link_is_never_overwritten() {
    let folder = Folder::new("clobber");
    let link = folder.join("precious");
    std::fs::write(&link, "kept").unwrap();
    let (tell, _heard) = tokio::sync::mpsc::channel(1);
    let started = usher_drivers::sim::SimScanner::start(SimScannerSettings::at(&link), tell);
    assert!(matches!(started, Err(Fault::Link { .. })));
    assert_eq!(std::fs::read_to_string(&link).unwrap(), "kept");
}

#[tokio::test]
async fn a_host_that_leaves_finds_a_fresh_line_behind_the_same_link() {
    let folder = Folder::new("fresh");
    let link = folder.join("scanner1");
    let device = Device::at(&link);
    for payload in ["FIRST", "SECOND"] {
        let mut driver = Driver::start(ScannerSettings::at(&link));
        driver.connected().await;
        device.ready().await;
        device.scanner.beam(payload).await.unwrap();
        assert_eq!(driver.code().await.payload, payload);
        driver.end_quietly().await;
    }
}

/// The command with its input and output held by the test.
struct Command {
    input: DuplexStream,
    output: tokio::io::Lines<BufReader<DuplexStream>>,
    task: tokio::task::JoinHandle<Result<(), Fault>>,
}

impl Command {
    fn start(settings: SimScannerSettings) -> Command {
        let (input, beams) = duplex(4_096);
        let (out, output) = duplex(4_096);
        let task = tokio::spawn(simulate(settings, BufReader::new(beams), out));
        Command { input, output: BufReader::new(output).lines(), task }
    }

    async fn printed(&mut self) -> String {
        let line = timeout(lane::DEADLINE, self.output.next_line()).await.expect("a line in time");
        line.unwrap().expect("still printing")
    }
}

#[tokio::test]
async fn each_line_is_a_beam_and_each_feedback_is_one_json_object() {
    let folder = Folder::new("command");
    let link = folder.join("scanner1");
    let settings = SimScannerSettings { suffix: Suffix::CrLf, ..SimScannerSettings::at(&link) };
    let mut command = Command::start(settings);
    // The beam waits for the host, so nothing is lost before the driver listens.
    command.input.write_all(b"FIRST\nSECOND\n").await.unwrap();
    let settings = ScannerSettings { feedback: Vendor::Honeywell, ..ScannerSettings::at(&link) };
    let mut driver = Driver::start(settings);
    let first = loop {
        if let usher_drivers::scanner::ScannerEvent::Code(code) = driver.fact().await {
            break code;
        }
    };
    assert_eq!(first.payload, "FIRST");
    driver.answer(&first, Feedback::Accept).await;
    assert_eq!(command.printed().await, r#"{"feedback":"accept","bytes":"1b372c"}"#);
    let second = driver.code().await;
    assert_eq!(second.payload, "SECOND");
    driver.answer(&second, Feedback::Refuse).await;
    assert_eq!(command.printed().await, r#"{"feedback":"refuse","bytes":"1b382c1b382c"}"#);
    drop(command.input);
    timeout(lane::DEADLINE, command.task).await.unwrap().unwrap().unwrap();
}
