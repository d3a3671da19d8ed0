//! Guards the exact bytes of every answer to an ASCII scanner, and when they are written.
//! Given frames, answers and times, then steps; no IO.
//! Next: `scanner_reads.rs` for double reads and limits.

#![allow(clippy::unwrap_used, clippy::panic)]

use usher_drivers::scanner::ascii::sequence::{CLOSED_MS, Sequence};
use usher_drivers::scanner::ascii::signal;
use usher_drivers::scanner::dialogue::Step;
use usher_drivers::scanner::frame::Frame;
use usher_drivers::scanner::{Answer, Feedback, ScannerSettings, Vendor};

struct Dialogue {
    sequence: Sequence,
}

impl Dialogue {
    /// Connected at time 0.
    fn new(vendor: Vendor) -> Dialogue {
        let settings = ScannerSettings { feedback: vendor, ..ScannerSettings::at("unused") };
        let mut sequence = Sequence::new(&settings);
        let mut steps = Vec::new();
        sequence.connected(0, &mut steps);
        let greeting = signal::greeting(vendor);
        let greetings: Vec<Step> =
            Some(write(greeting)).filter(|_| !greeting.is_empty()).into_iter().collect();
        assert_eq!(steps, greetings);
        Dialogue { sequence }
    }

    fn scan(&mut self, payload: &str, now_ms: u64) -> Vec<Step> {
        let mut steps = Vec::new();
        let frame = Frame::Code { payload: payload.to_owned(), symbology: None };
        self.sequence.frame(frame, now_ms, &mut steps);
        steps
    }

    fn answer(&mut self, read: u64, feedback: Feedback, now_ms: u64) -> Vec<Step> {
        let mut steps = Vec::new();
        self.sequence.answer(Answer { read, feedback }, now_ms, &mut steps);
        steps
    }

    fn tick(&mut self, now_ms: u64) -> Vec<Step> {
        let mut steps = Vec::new();
        self.sequence.tick(now_ms, &mut steps);
        steps
    }
}

fn write(bytes: &'static [u8]) -> Step {
    Step::Write(bytes.into())
}

#[test]
fn every_kind_of_refusal_sounds_alike_where_a_scanner_has_one_bad_tone() {
    for vendor in [Vendor::Honeywell, Vendor::Datalogic] {
        for feedback in [Feedback::RefuseUsed, Feedback::RefuseElsewhere] {
            assert_eq!(signal::bytes(vendor, feedback), signal::bytes(vendor, Feedback::Refuse));
        }
    }
}

#[test]
fn a_closed_datalogic_lane_is_enabled_again_to_be_asked_afresh() {
    let mut dialogue = Dialogue::new(Vendor::Datalogic);
    dialogue.scan("A", 1_000);
    assert_eq!(dialogue.answer(1, Feedback::Closed, 1_010), [write(b"D")]);
    assert_eq!(dialogue.tick(1_010 + CLOSED_MS - 1), []);
    assert_eq!(dialogue.tick(1_010 + CLOSED_MS), [write(b"E")]);
    assert_eq!(dialogue.tick(1_010 + 2 * CLOSED_MS), []);
}

#[test]
fn a_closed_honeywell_lane_needs_no_enabling() {
    let mut dialogue = Dialogue::new(Vendor::Honeywell);
    dialogue.scan("A", 1_000);
    dialogue.answer(1, Feedback::Closed, 1_010);
    assert_eq!(dialogue.sequence.due_ms(), None);
}

#[test]
fn honeywell_answers_are_host_ack_commands_byte_by_byte() {
    let bytes = |feedback| signal::bytes(Vendor::Honeywell, feedback);
    assert_eq!(bytes(Feedback::Accept), [0x1B, 0x37, 0x2C]);
    assert_eq!(bytes(Feedback::AcceptNotice), [0x1B, 0x37, 0x2C, 0x1B, 0x36, 0x2C]);
    assert_eq!(bytes(Feedback::Refuse), [0x1B, 0x38, 0x2C, 0x1B, 0x38, 0x2C]);
    assert_eq!(bytes(Feedback::Closed), [0x1B, 0x38, 0x2C]);
    assert_eq!(bytes(Feedback::Wait), [0x1B, 0x34, 0x2C, 0x1B, 0x34, 0x2C]);
    assert!(signal::greeting(Vendor::Honeywell).is_empty());
}

#[test]
fn datalogic_answers_are_host_commands_byte_by_byte() {
    let bytes = |feedback| signal::bytes(Vendor::Datalogic, feedback);
    assert_eq!(bytes(Feedback::Accept), [0x01]);
    assert_eq!(bytes(Feedback::AcceptNotice), [0x01, 0x07]);
    assert_eq!(bytes(Feedback::Refuse), [0x46]);
    assert_eq!(bytes(Feedback::Closed), [0x44]);
    assert_eq!(bytes(Feedback::Wait), [0x46, 0x46]);
    assert_eq!(signal::greeting(Vendor::Datalogic), [0x45]);
}

#[test]
fn a_scanner_without_commands_is_never_written_to() {
    for feedback in [
        Feedback::Accept,
        Feedback::AcceptNotice,
        Feedback::Refuse,
        Feedback::RefuseUsed,
        Feedback::RefuseElsewhere,
        Feedback::Closed,
        Feedback::Wait,
    ] {
        let mut dialogue = Dialogue::new(Vendor::None);
        assert!(matches!(dialogue.scan("A", 1_000).as_slice(), [Step::Ask { .. }]));
        assert_eq!(dialogue.answer(1, feedback, 1_010), []);
    }
}
