//! Plays the captures of `replay/` through codec, sequence and owner task, as they are and in
//! odd pieces, and compares what the driver writes with what the capture says it must.
//! The captures are written from the makers' published bytes, not from a device here.
//! Next: `drivers/src/port/replay.rs` for the text form.

#![allow(clippy::unwrap_used, clippy::panic)]

mod lane;

use lane::Driver;
use usher_drivers::port::replay::{Piece, parse};
use usher_drivers::scanner::ascii::codec::Codec;
use usher_drivers::scanner::ascii::signal;
use usher_drivers::scanner::dialogue::{Dialogue, Step};
use usher_drivers::scanner::frame::Frame;
use usher_drivers::scanner::ssi::Ssi;
use usher_drivers::scanner::{Answer, Feedback, Protocol, ScannerSettings, Vendor};

const HONEYWELL: &str = include_str!("replay/honeywell_host_ack.txt");
const DATALOGIC: &str = include_str!("replay/datalogic_rs232.txt");
const SSI: &str = include_str!("replay/zebra_ssi.txt");

fn settings() -> ScannerSettings {
    ScannerSettings::at("unused")
}

fn device_pieces(text: &str) -> Vec<Piece> {
    parse(text).unwrap().into_iter().filter(|piece| piece.from_device).collect()
}

fn frames(pieces: &[Piece], piece_bytes_max: usize) -> Vec<Frame> {
    let mut codec = Codec::new(&settings());
    let (mut frames, mut now_ms) = (Vec::new(), 0);
    for piece in pieces {
        now_ms += piece.after_ms;
        for bytes in piece.bytes.chunks(piece_bytes_max) {
            codec.bytes(bytes, now_ms, &mut frames);
        }
    }
    codec.tick(now_ms + 1_000, &mut frames);
    frames
}

#[test]
fn a_capture_gives_the_same_frames_whole_and_in_odd_pieces() {
    for text in [HONEYWELL, DATALOGIC] {
        let pieces = device_pieces(text);
        let whole = frames(&pieces, usize::MAX);
        assert!(whole.len() >= 3);
        for piece_bytes_max in [1, 2, 3, 5, 7, 13] {
            assert_eq!(frames(&pieces, piece_bytes_max), whole);
        }
    }
}

#[test]
fn the_host_bytes_of_a_capture_are_what_the_driver_writes() {
    let cases = [
        (HONEYWELL, Vendor::Honeywell, vec![Feedback::Accept, Feedback::Refuse]),
        (DATALOGIC, Vendor::Datalogic, vec![Feedback::Accept, Feedback::Refuse]),
    ];
    for (text, vendor, verdicts) in cases {
        let said: Vec<u8> = parse(text)
            .unwrap()
            .into_iter()
            .filter(|piece| !piece.from_device)
            .flat_map(|piece| piece.bytes)
            .collect();
        let signals = verdicts.into_iter().map(|verdict| signal::bytes(vendor, verdict));
        let written: Vec<u8> =
            std::iter::once(signal::greeting(vendor)).chain(signals).flatten().copied().collect();
        assert_eq!(said, written, "{vendor:?}");
    }
}

#[tokio::test]
async fn a_capture_is_played_through_the_driver_by_its_path() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/replay/honeywell_host_ack.txt");
    let mut driver = Driver::start(ScannerSettings::at(format!("replay:{file}")));
    assert_eq!(driver.connected().await, None);
    let first = driver.code().await;
    assert_eq!(first.payload, "U1CEABEZYBAIBQIBICTUJ4HMLKIFNGOLDT");
    assert_eq!(first.symbology.as_deref(), Some("Q1"));
    assert_eq!(driver.code().await.payload, "9781234567897");
    driver.end().await;
}

/// The host's side of a capture that needs one: what it writes, and the codes it asks about.
struct Host {
    ssi: Ssi,
    now_ms: u64,
    verdicts: std::vec::IntoIter<Feedback>,
    written: Vec<u8>,
    asked: Vec<String>,
}

impl Host {
    fn hears(&mut self, piece: &Piece, piece_bytes_max: usize) {
        let until_ms = self.now_ms + piece.after_ms;
        let mut steps = Vec::new();
        while let Some(due_ms) = self.ssi.due_ms().filter(|due| *due <= until_ms) {
            self.ssi.tick(due_ms, &mut steps);
        }
        self.now_ms = until_ms;
        for bytes in piece.bytes.chunks(piece_bytes_max) {
            self.ssi.bytes(bytes, until_ms, &mut steps);
        }
        self.does(steps);
    }

    fn does(&mut self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Write(bytes) => self.written.extend(bytes.iter()),
                Step::Ask { read, payload, .. } => {
                    self.asked.push(payload);
                    let feedback = self.verdicts.next().unwrap();
                    let mut answered = Vec::new();
                    self.ssi.answer(Answer { read, feedback }, self.now_ms, &mut answered);
                    self.does(answered);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn the_host_bytes_of_an_ssi_capture_are_what_the_driver_writes_whole_and_in_odd_pieces() {
    let pieces = parse(SSI).unwrap();
    let said = pieces.iter().filter(|piece| !piece.from_device);
    let said: Vec<u8> = said.flat_map(|piece| piece.bytes.clone()).collect();
    for piece_bytes_max in [usize::MAX, 1, 2, 3, 5, 7, 13] {
        let settings = ScannerSettings { protocol: Protocol::Ssi, ..settings() };
        let mut host = Host {
            ssi: Ssi::new(&settings),
            now_ms: 0,
            verdicts: vec![Feedback::Accept, Feedback::Refuse].into_iter(),
            written: Vec::new(),
            asked: Vec::new(),
        };
        let mut steps = Vec::new();
        host.ssi.connected(0, &mut steps);
        host.ssi.tick(20, &mut steps);
        host.now_ms = 20;
        host.does(steps);
        for piece in pieces.iter().filter(|piece| piece.from_device) {
            host.hears(piece, piece_bytes_max);
        }
        assert_eq!(host.written, said);
        assert_eq!(host.asked, ["U1CEABEZYBAIBQIBICTUJ4HMLKIFNGOLDT", "9781234567897"]);
    }
}

#[test]
fn a_broken_capture_is_refused_by_line() {
    for (text, line) in [
        ("in 0 5\n", "line 1"),
        ("# note\n\nup 0 55\n", "line 3"),
        ("in x 55\n", "line 1"),
        ("in 0 zz\n", "line 1"),
        ("in 0 55 66\n", "line 1"),
        ("in 0\n", "line 1"),
        ("in 0 5é\n", "line 1"),
    ] {
        let fault = parse(text).expect_err(text).to_string();
        assert!(fault.contains(line), "{fault}");
    }
}

#[test]
fn fuzz_any_text_is_parsed_or_refused_without_a_crash() {
    bolero::check!().with_type::<Vec<u8>>().for_each(|bytes| {
        let text = String::from_utf8_lossy(bytes);
        if let Ok(pieces) = parse(&text) {
            assert!(pieces.len() <= text.lines().count());
        }
    });
}
