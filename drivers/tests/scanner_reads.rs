//! Guards that each read is asked about once and answered in time: double reads, limits.
//! Given frames and times, then outcomes; no IO, and no protocol either.
//! Next: `scanner_signal.rs` for the bytes of an answer, `scanner_port.rs` for the whole way.

#![allow(clippy::unwrap_used, clippy::panic)]

use usher_drivers::scanner::dialogue::Step;
use usher_drivers::scanner::frame::{Frame, Noise};
use usher_drivers::scanner::reads::{
    ANSWER_MS_MAX, Outcome, REPEATS_MAX, Reads, SETTLE_MS, WAITING_CODES_MAX,
};
use usher_drivers::scanner::{Answer, Feedback, Unreadable};

struct Dialogue {
    reads: Reads,
}

impl Dialogue {
    /// Connected at time 0, so scans count from `SETTLE_MS` on.
    fn new() -> Dialogue {
        let mut reads = Reads::new(1_500);
        reads.connected(0);
        Dialogue { reads }
    }

    fn scan(&mut self, payload: &str, now_ms: u64) -> Vec<Outcome> {
        self.frame(Frame::Code { payload: payload.to_owned(), symbology: None }, now_ms)
    }

    fn frame(&mut self, frame: Frame, now_ms: u64) -> Vec<Outcome> {
        let mut steps = Vec::new();
        self.reads.frame(frame, now_ms, &mut steps);
        steps
    }

    fn answer(&mut self, read: u64, feedback: Feedback, now_ms: u64) -> Vec<Outcome> {
        let mut steps = Vec::new();
        self.reads.answer(Answer { read, feedback }, now_ms, &mut steps);
        steps
    }

    fn tick(&mut self, now_ms: u64) -> Vec<Outcome> {
        let mut steps = Vec::new();
        self.reads.tick(now_ms, &mut steps);
        steps
    }
}

fn ask(read: u64, payload: &str) -> Outcome {
    Outcome::Step(Step::Ask { read, payload: payload.to_owned(), symbology: None })
}

fn signal(feedback: Feedback) -> Outcome {
    Outcome::Signal(feedback)
}

#[test]
fn a_scan_asks_once_and_its_answer_is_signalled() {
    let mut dialogue = Dialogue::new();
    assert_eq!(dialogue.scan("A", 1_000), [ask(1, "A")]);
    assert_eq!(dialogue.answer(1, Feedback::Accept, 1_005), [signal(Feedback::Accept)]);
    assert_eq!(dialogue.answer(1, Feedback::Refuse, 1_006), []);
}

#[test]
fn a_double_read_repeats_the_last_signal_and_is_not_sent_on() {
    for verdict in [
        Feedback::Accept,
        Feedback::AcceptNotice,
        Feedback::Refuse,
        Feedback::RefuseUsed,
        Feedback::RefuseElsewhere,
        Feedback::Closed,
    ] {
        let mut dialogue = Dialogue::new();
        dialogue.scan("A", 1_000);
        dialogue.answer(1, verdict, 1_005);
        assert_eq!(dialogue.scan("A", 2_499), [signal(verdict)]);
    }
}

#[test]
fn the_double_read_window_is_1500_ms_on_both_sides() {
    for (later_ms, then) in [(1_499, signal(Feedback::Accept)), (1_500, ask(2, "A"))] {
        let mut dialogue = Dialogue::new();
        dialogue.scan("A", 1_000);
        dialogue.answer(1, Feedback::Accept, 1_005);
        assert_eq!(dialogue.scan("A", 1_000 + later_ms), [then]);
    }
}

#[test]
fn a_symbol_held_in_the_field_stays_one_scan() {
    let mut dialogue = Dialogue::new();
    dialogue.scan("A", 1_000);
    dialogue.answer(1, Feedback::Accept, 1_005);
    for now_ms in (2_000..60_000).step_by(1_000) {
        assert_eq!(dialogue.scan("A", now_ms), [signal(Feedback::Accept)]);
    }
    assert_eq!(dialogue.scan("A", 59_000 + 1_500), [ask(2, "A")]);
}

#[test]
fn another_code_in_between_makes_it_a_new_scan() {
    let mut dialogue = Dialogue::new();
    assert_eq!(dialogue.scan("A", 1_000), [ask(1, "A")]);
    assert_eq!(dialogue.scan("B", 1_100), [ask(2, "B")]);
    assert_eq!(dialogue.scan("A", 1_200), [ask(3, "A")]);
}

#[test]
fn noise_in_between_does_not_make_it_a_new_scan() {
    let mut dialogue = Dialogue::new();
    dialogue.scan("A", 1_000);
    dialogue.answer(1, Feedback::Accept, 1_005);
    let noise = dialogue.frame(Frame::Noise(Noise::Partial), 1_100);
    assert_eq!(noise, [Outcome::Step(Step::Noise(Noise::Partial))]);
    assert_eq!(dialogue.scan("A", 1_200), [signal(Feedback::Accept)]);
}

#[test]
fn two_codes_within_50_ms_are_both_asked_and_answered_in_order() {
    let mut dialogue = Dialogue::new();
    assert_eq!(dialogue.scan("A", 1_000), [ask(1, "A")]);
    assert_eq!(dialogue.scan("B", 1_050), [ask(2, "B")]);
    assert_eq!(dialogue.answer(1, Feedback::Accept, 1_060), [signal(Feedback::Accept)]);
    assert_eq!(dialogue.answer(2, Feedback::Refuse, 1_061), [signal(Feedback::Refuse)]);
}

#[test]
fn double_reads_before_the_answer_are_each_answered_up_to_a_limit() {
    for (repeats, signals) in [(1, 2), (REPEATS_MAX, 1 + REPEATS_MAX), (50, 1 + REPEATS_MAX)] {
        let mut dialogue = Dialogue::new();
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
    let mut dialogue = Dialogue::new();
    dialogue.scan("A", 1_000);
    assert_eq!(dialogue.answer(1, Feedback::Wait, 1_005), [signal(Feedback::Wait)]);
    assert_eq!(dialogue.scan("A", 1_100), [ask(2, "A")]);
}

#[test]
fn a_scan_that_the_box_leaves_unanswered_is_answered_by_the_driver() {
    let mut dialogue = Dialogue::new();
    dialogue.scan("A", 1_000);
    assert_eq!(dialogue.reads.due_ms(), Some(1_000 + ANSWER_MS_MAX));
    assert_eq!(dialogue.tick(1_000 + ANSWER_MS_MAX - 1), []);
    let late = dialogue.tick(1_000 + ANSWER_MS_MAX);
    assert_eq!(late, [Outcome::Step(Step::Unanswered), signal(Feedback::Wait)]);
    assert_eq!(dialogue.answer(1, Feedback::Accept, 7_000), []);
    assert_eq!(dialogue.reads.due_ms(), None);
}

#[test]
fn codes_beyond_the_waiting_limit_are_told_to_wait() {
    let mut dialogue = Dialogue::new();
    for at in 0..WAITING_CODES_MAX {
        let steps = dialogue.scan(&format!("CODE{at}"), 1_000);
        assert!(matches!(steps.as_slice(), [Outcome::Step(Step::Ask { .. })]));
    }
    assert_eq!(dialogue.scan("ONE TOO MANY", 1_000), [signal(Feedback::Wait)]);
    dialogue.answer(1, Feedback::Accept, 1_001);
    let read = u64::try_from(WAITING_CODES_MAX).unwrap() + 1;
    assert_eq!(dialogue.scan("ONE TOO MANY", 1_002), [ask(read, "ONE TOO MANY")]);
}

#[test]
fn an_unreadable_symbol_is_refused_and_reported_once_while_held() {
    let mut dialogue = Dialogue::new();
    let unreadable = Frame::Unreadable(Unreadable::TooLong);
    let first = dialogue.frame(unreadable.clone(), 1_000);
    assert_eq!(first, [Outcome::Step(Step::Report(Unreadable::TooLong)), signal(Feedback::Refuse)]);
    assert_eq!(dialogue.frame(unreadable.clone(), 1_200), [signal(Feedback::Refuse)]);
    assert_eq!(dialogue.scan("A", 1_300), [ask(1, "A")]);
    let again = dialogue.frame(unreadable, 1_400);
    assert_eq!(again, [Outcome::Step(Step::Report(Unreadable::TooLong)), signal(Feedback::Refuse)]);
}

#[test]
fn scans_within_the_settling_time_after_a_connect_are_ignored() {
    let mut dialogue = Dialogue::new();
    assert_eq!(dialogue.scan("A", SETTLE_MS - 1), []);
    assert_eq!(dialogue.scan("A", SETTLE_MS), [ask(1, "A")]);
}

#[test]
fn a_new_connection_forgets_the_old_dialogue() {
    let mut dialogue = Dialogue::new();
    dialogue.scan("A", 1_000);
    dialogue.reads.connected(1_100);
    assert_eq!(dialogue.reads.due_ms(), None);
    assert_eq!(dialogue.answer(1, Feedback::Accept, 1_150), []);
    assert_eq!(dialogue.scan("A", 1_300), [ask(2, "A")]);
}

#[test]
fn fuzz_every_ask_is_answered_exactly_once_per_scan_seen() {
    use bolero::check;
    // Each input byte is one event: a scan of one of four codes, an answer, or time.
    check!().with_type::<Vec<u8>>().for_each(|script| {
        let mut dialogue = Dialogue::new();
        let (mut now_ms, mut scans, mut signals, mut asked) = (SETTLE_MS, 0, 0, Vec::new());
        let mut count = |steps: Vec<Outcome>, asked: &mut Vec<u64>| {
            for step in steps {
                match step {
                    Outcome::Step(Step::Ask { read, .. }) => asked.push(read),
                    Outcome::Signal(_) => signals += 1,
                    Outcome::Step(_) => {}
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
