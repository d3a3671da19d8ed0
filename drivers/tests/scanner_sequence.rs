//! Guards the dialogue with an ASCII scanner: double reads, answers to every scan, limits,
//! and the exact bytes of every answer. Given frames and times, then steps; no IO.
//! Next: `scanner_port.rs` runs the same on a pseudo terminal.

#![allow(clippy::unwrap_used, clippy::panic)]

use usher_drivers::scanner::ascii::codec::{Frame, Noise};
use usher_drivers::scanner::ascii::sequence::{
    ANSWER_MS_MAX, CLOSED_MS, REPEATS_MAX, SETTLE_MS, Sequence, Step, WAITING_CODES_MAX,
};
use usher_drivers::scanner::ascii::signal;
use usher_drivers::scanner::{Answer, Feedback, ScannerSettings, Unreadable, Vendor};

struct Dialogue {
    sequence: Sequence,
}

impl Dialogue {
    /// Connected at time 0, so scans count from `SETTLE_MS` on.
    fn new(vendor: Vendor) -> Dialogue {
        let settings = ScannerSettings { feedback: vendor, ..ScannerSettings::at("unused") };
        let mut sequence = Sequence::new(&settings);
        sequence.connected(0);
        Dialogue { sequence }
    }

    fn scan(&mut self, payload: &str, now_ms: u64) -> Vec<Step> {
        self.frame(Frame::Code { payload: payload.to_owned(), symbology: None }, now_ms)
    }

    fn frame(&mut self, frame: Frame, now_ms: u64) -> Vec<Step> {
        let mut steps = Vec::new();
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

fn ask(read: u64, payload: &str) -> Step {
    Step::Ask { read, payload: payload.to_owned(), symbology: None }
}

fn signal(feedback: Feedback) -> Step {
    Step::Signal(feedback)
}

#[test]
fn a_scan_asks_once_and_its_answer_is_signalled() {
    let mut dialogue = Dialogue::new(Vendor::Honeywell);
    assert_eq!(dialogue.scan("A", 1_000), [ask(1, "A")]);
    assert_eq!(dialogue.answer(1, Feedback::Accept, 1_005), [signal(Feedback::Accept)]);
    assert_eq!(dialogue.answer(1, Feedback::Refuse, 1_006), []);
}

#[test]
fn a_double_read_repeats_the_last_signal_and_is_not_sent_on() {
    for verdict in [Feedback::Accept, Feedback::AcceptNotice, Feedback::Refuse, Feedback::Closed] {
        let mut dialogue = Dialogue::new(Vendor::None);
        dialogue.scan("A", 1_000);
        dialogue.answer(1, verdict, 1_005);
        assert_eq!(dialogue.scan("A", 2_499), [signal(verdict)]);
    }
}

#[test]
fn the_double_read_window_is_1500_ms_on_both_sides() {
    for (later_ms, then) in [(1_499, signal(Feedback::Accept)), (1_500, ask(2, "A"))] {
        let mut dialogue = Dialogue::new(Vendor::None);
        dialogue.scan("A", 1_000);
        dialogue.answer(1, Feedback::Accept, 1_005);
        assert_eq!(dialogue.scan("A", 1_000 + later_ms), [then]);
    }
}

#[test]
fn a_symbol_held_in_the_field_stays_one_scan() {
    let mut dialogue = Dialogue::new(Vendor::None);
    dialogue.scan("A", 1_000);
    dialogue.answer(1, Feedback::Accept, 1_005);
    for now_ms in (2_000..60_000).step_by(1_000) {
        assert_eq!(dialogue.scan("A", now_ms), [signal(Feedback::Accept)]);
    }
    assert_eq!(dialogue.scan("A", 59_000 + 1_500), [ask(2, "A")]);
}

#[test]
fn another_code_in_between_makes_it_a_new_scan() {
    let mut dialogue = Dialogue::new(Vendor::None);
    assert_eq!(dialogue.scan("A", 1_000), [ask(1, "A")]);
    assert_eq!(dialogue.scan("B", 1_100), [ask(2, "B")]);
    assert_eq!(dialogue.scan("A", 1_200), [ask(3, "A")]);
}

#[test]
fn noise_in_between_does_not_make_it_a_new_scan() {
    let mut dialogue = Dialogue::new(Vendor::None);
    dialogue.scan("A", 1_000);
    dialogue.answer(1, Feedback::Accept, 1_005);
    let noise = dialogue.frame(Frame::Noise(Noise::Partial), 1_100);
    assert_eq!(noise, [Step::Noise(Noise::Partial)]);
    assert_eq!(dialogue.scan("A", 1_200), [signal(Feedback::Accept)]);
}

#[test]
fn two_codes_within_50_ms_are_both_asked_and_answered_in_order() {
    let mut dialogue = Dialogue::new(Vendor::Honeywell);
    assert_eq!(dialogue.scan("A", 1_000), [ask(1, "A")]);
    assert_eq!(dialogue.scan("B", 1_050), [ask(2, "B")]);
    assert_eq!(dialogue.answer(1, Feedback::Accept, 1_060), [signal(Feedback::Accept)]);
    assert_eq!(dialogue.answer(2, Feedback::Refuse, 1_061), [signal(Feedback::Refuse)]);
}

#[test]
fn double_reads_before_the_answer_are_each_answered_up_to_a_limit() {
    for (repeats, signals) in [(1, 2), (REPEATS_MAX, 1 + REPEATS_MAX), (50, 1 + REPEATS_MAX)] {
        let mut dialogue = Dialogue::new(Vendor::Honeywell);
        dialogue.scan("A", 1_000);
        for _ in 0..repeats {
            assert_eq!(dialogue.scan("A", 1_001), []);
        }
        let then = dialogue.answer(1, Feedback::Accept, 1_010);
        assert_eq!(then, vec![signal(Feedback::Accept); signals]);
    }
}

#[test]
fn wait_is_no_verdict_so_the_same_ticket_asks_again() {
    let mut dialogue = Dialogue::new(Vendor::Honeywell);
    dialogue.scan("A", 1_000);
    assert_eq!(dialogue.answer(1, Feedback::Wait, 1_005), [signal(Feedback::Wait)]);
    assert_eq!(dialogue.scan("A", 1_100), [ask(2, "A")]);
}

#[test]
fn a_scan_that_the_box_leaves_unanswered_is_answered_by_the_driver() {
    let mut dialogue = Dialogue::new(Vendor::Honeywell);
    dialogue.scan("A", 1_000);
    assert_eq!(dialogue.sequence.due_ms(), Some(1_000 + ANSWER_MS_MAX));
    assert_eq!(dialogue.tick(1_000 + ANSWER_MS_MAX - 1), []);
    let late = dialogue.tick(1_000 + ANSWER_MS_MAX);
    assert_eq!(late, [Step::Unanswered, signal(Feedback::Wait)]);
    assert_eq!(dialogue.answer(1, Feedback::Accept, 7_000), []);
    assert_eq!(dialogue.sequence.due_ms(), None);
}

#[test]
fn codes_beyond_the_waiting_limit_are_told_to_wait() {
    let mut dialogue = Dialogue::new(Vendor::None);
    for at in 0..WAITING_CODES_MAX {
        let steps = dialogue.scan(&format!("CODE{at}"), 1_000);
        assert!(matches!(steps.as_slice(), [Step::Ask { .. }]));
    }
    assert_eq!(dialogue.scan("ONE TOO MANY", 1_000), [signal(Feedback::Wait)]);
    dialogue.answer(1, Feedback::Accept, 1_001);
    let read = u64::try_from(WAITING_CODES_MAX).unwrap() + 1;
    assert_eq!(dialogue.scan("ONE TOO MANY", 1_002), [ask(read, "ONE TOO MANY")]);
}

#[test]
fn an_unreadable_symbol_is_refused_and_reported_once_while_held() {
    let mut dialogue = Dialogue::new(Vendor::Honeywell);
    let unreadable = Frame::Unreadable(Unreadable::TooLong);
    let first = dialogue.frame(unreadable.clone(), 1_000);
    assert_eq!(first, [Step::Report(Unreadable::TooLong), signal(Feedback::Refuse)]);
    assert_eq!(dialogue.frame(unreadable.clone(), 1_200), [signal(Feedback::Refuse)]);
    assert_eq!(dialogue.scan("A", 1_300), [ask(1, "A")]);
    let again = dialogue.frame(unreadable, 1_400);
    assert_eq!(again, [Step::Report(Unreadable::TooLong), signal(Feedback::Refuse)]);
}

#[test]
fn scans_within_the_settling_time_after_a_connect_are_ignored() {
    let mut dialogue = Dialogue::new(Vendor::Honeywell);
    assert_eq!(dialogue.scan("A", SETTLE_MS - 1), []);
    assert_eq!(dialogue.scan("A", SETTLE_MS), [ask(1, "A")]);
}

#[test]
fn a_new_connection_forgets_the_old_dialogue() {
    let mut dialogue = Dialogue::new(Vendor::Honeywell);
    dialogue.scan("A", 1_000);
    dialogue.sequence.connected(1_100);
    assert_eq!(dialogue.sequence.due_ms(), None);
    assert_eq!(dialogue.answer(1, Feedback::Accept, 1_150), []);
    assert_eq!(dialogue.scan("A", 1_300), [ask(2, "A")]);
}

#[test]
fn a_closed_datalogic_lane_is_enabled_again_to_be_asked_afresh() {
    let mut dialogue = Dialogue::new(Vendor::Datalogic);
    dialogue.scan("A", 1_000);
    assert_eq!(dialogue.answer(1, Feedback::Closed, 1_010), [signal(Feedback::Closed)]);
    assert_eq!(dialogue.tick(1_010 + CLOSED_MS - 1), []);
    assert_eq!(dialogue.tick(1_010 + CLOSED_MS), [Step::Enable]);
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
        Feedback::Closed,
        Feedback::Wait,
    ] {
        assert!(signal::bytes(Vendor::None, feedback).is_empty());
    }
    assert!(signal::greeting(Vendor::None).is_empty());
}

#[test]
fn fuzz_every_ask_is_answered_exactly_once_per_scan_seen() {
    use bolero::check;
    // Each input byte is one event: a scan of one of four codes, an answer, or time.
    check!().with_type::<Vec<u8>>().for_each(|script| {
        let mut dialogue = Dialogue::new(Vendor::Honeywell);
        let (mut now_ms, mut scans, mut signals, mut asked) = (SETTLE_MS, 0, 0, Vec::new());
        let mut count = |steps: Vec<Step>, asked: &mut Vec<u64>| {
            for step in steps {
                match step {
                    Step::Ask { read, .. } => asked.push(read),
                    Step::Signal(_) => signals += 1,
                    Step::Report(_) | Step::Enable | Step::Noise(_) | Step::Unanswered => {}
                }
            }
        };
        for byte in script.iter().take(200) {
            now_ms += u64::from(byte >> 4);
            match byte % 8 {
                code @ 0..=3 if scans < 8 => {
                    scans += 1;
                    let steps = dialogue.scan(&format!("CODE{code}"), now_ms);
                    count(steps, &mut asked);
                }
                4..=6 => {
                    if let Some(read) = asked.pop() {
                        count(dialogue.answer(read, Feedback::Accept, now_ms), &mut asked);
                    }
                }
                _ => count(dialogue.tick(now_ms), &mut asked),
            }
        }
        count(dialogue.tick(now_ms + ANSWER_MS_MAX), &mut asked);
        assert_eq!(signals, scans);
    });
}
