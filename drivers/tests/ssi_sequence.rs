//! Guards the dialogue with an SSI scanner rule by rule: greeting, acknowledgement before the
//! verdict, re-sends, repeats, chains, what is denied, silence. Given bytes and times, no IO.
//! Next: `ssi_port.rs` runs the same against the simulated scanner.

#![allow(clippy::unwrap_used, clippy::panic)]

mod ssi;

use ssi::{
    ACK, ACK_HOST, BEEP_00, BEEP_10, BEEP_17, CAPABILITIES_REQUEST, DECODE_HELLO,
    DECODE_HELLO_AGAIN, EVENT_01, FLUSH_QUEUE, LED_OFF_0, LED_ON_0, LED_ON_1, NAK_BAD_CONTEXT,
    NAK_DENIED, NAK_RESEND, NAK_RESEND_HOST, PARAM_9F_1, PARAM_EC_0, PARAM_EE_1, REQUEST_REVISION,
    SCAN_ENABLE, TICKET, bytes, long_symbol,
};
use usher_drivers::scanner::dialogue::{Dialogue, Step};
use usher_drivers::scanner::frame::Noise;
use usher_drivers::scanner::reads::{ANSWER_MS_MAX, SETTLE_MS};
use usher_drivers::scanner::ssi::Ssi;
use usher_drivers::scanner::ssi::codec::{INTER_BYTE_MS, Packet};
use usher_drivers::scanner::ssi::sequence::{
    CHAIN_MS_MAX, LED_MS, ORDERS_MAX, REPEAT_MS_MAX, RESPONSE_MS, RETRY_MS, WAKE_MS,
};
use usher_drivers::scanner::ssi::signal;
use usher_drivers::scanner::{Answer, Feedback, Protocol, ScannerSettings, Suffix, Unreadable};

const WAKE: &str = "00";
/// A decoder's reply with a serial number of nothing in particular.
const REVISION: &str = "05 A4 00 00 41 FF 16";

struct Line {
    ssi: Ssi,
    now_ms: u64,
    out: Vec<Step>,
}

impl Line {
    fn open() -> Line {
        Line::with(ScannerSettings::at("unused"))
    }

    /// Connected at time 0; what that leads to is the first thing to look at.
    fn with(settings: ScannerSettings) -> Line {
        let settings = ScannerSettings { protocol: Protocol::Ssi, ..settings };
        let mut line = Line { ssi: Ssi::new(&settings), now_ms: 0, out: Vec::new() };
        line.ssi.connected(0, &mut line.out);
        line
    }

    /// Greeted without a word amiss, and past the time in which reads are left-overs.
    fn agreed() -> Line {
        Line::greeted_with(Line::open(), &capabilities(&[0xE6, 0xE7, 0xE8]))
    }

    fn greeted_with(mut line: Line, capabilities: &[u8]) -> Line {
        line.after(WAKE_MS);
        line.said(REVISION);
        line.says(capabilities);
        for _ in 0..5 {
            line.said(ACK);
        }
        line.after(SETTLE_MS);
        line.out.clear();
        line
    }

    /// Time passes up to here.
    fn after(&mut self, ms: u64) {
        self.now_ms += ms;
        self.ssi.tick(self.now_ms, &mut self.out);
    }

    fn said(&mut self, hex: &str) {
        self.says(&bytes(hex));
    }

    fn says(&mut self, bytes: &[u8]) {
        self.ssi.bytes(bytes, self.now_ms, &mut self.out);
    }

    fn answer(&mut self, read: u64, feedback: Feedback) {
        self.ssi.answer(Answer { read, feedback }, self.now_ms, &mut self.out);
    }

    /// What the owner task was told to do since the last look.
    #[track_caller]
    fn then(&mut self, expected: &[Step]) {
        assert_eq!(std::mem::take(&mut self.out), expected, "at {} ms", self.now_ms);
    }
}

fn write(hex: &str) -> Step {
    Step::Write(bytes(hex).into())
}

fn ask(read: u64, payload: &str) -> Step {
    let symbology = Some("Q1".to_owned());
    Step::Ask { read, payload: payload.to_owned(), symbology }
}

fn ask_text(read: u64, payload: &str) -> Step {
    Step::Ask { read, payload: payload.to_owned(), symbology: None }
}

fn again(hex: &str) -> String {
    let wire = Packet::read(&bytes(hex)).unwrap().again().bytes();
    wire.iter().map(|byte| format!("{byte:02X} ")).collect()
}

fn from_scanner(opcode: u8, status: u8, data: &[u8]) -> Vec<u8> {
    Packet { opcode, source: 0, status, data: data.to_vec() }.bytes()
}

fn capabilities(commands: &[u8]) -> Vec<u8> {
    from_scanner(0xD4, 0, &[&[0x03, 0xFF, 0x07, 0x01, 0xD0, 0xD1, 0xF3], commands].concat())
}

/// A QR symbol, not sent before.
fn decode(payload: &str) -> Vec<u8> {
    from_scanner(0xF3, 0, &[&[0x1C], payload.as_bytes()].concat())
}

#[test]
fn the_greeting_wakes_waits_20_ms_and_sends_each_command_after_the_answer_before() {
    let mut line = Line::open();
    line.then(&[write(WAKE)]);
    line.after(WAKE_MS - 1);
    line.then(&[]);
    line.after(1);
    line.then(&[write(REQUEST_REVISION)]);
    line.said(REVISION);
    line.then(&[write(ACK_HOST), write(CAPABILITIES_REQUEST)]);
    line.says(&capabilities(&[0xE6, 0xE7]));
    line.then(&[write(ACK_HOST), write(PARAM_EE_1)]);
    for next in [PARAM_9F_1, PARAM_EC_0, FLUSH_QUEUE, SCAN_ENABLE] {
        line.said(ACK);
        line.then(&[write(next)]);
    }
    line.said(ACK);
    line.then(&[]);
    assert_eq!(line.ssi.due_ms(), None);
}

#[test]
fn an_answer_before_the_command_went_out_is_not_its_answer() {
    let mut line = Line::open();
    line.said(ACK);
    line.then(&[write(WAKE)]);
    line.after(WAKE_MS);
    line.then(&[write(REQUEST_REVISION)]);
}

#[test]
fn a_command_of_the_greeting_that_is_denied_is_done_without() {
    let mut line = Line::open();
    line.after(WAKE_MS);
    line.out.clear();
    for (denied, next) in [
        (NAK_BAD_CONTEXT, CAPABILITIES_REQUEST),
        (NAK_DENIED, PARAM_EE_1),
        (NAK_DENIED, PARAM_9F_1),
        (NAK_BAD_CONTEXT, PARAM_EC_0),
    ] {
        line.said(denied);
        line.then(&[write(next)]);
    }
    line.after(SETTLE_MS);
    // Packets were denied, so text still counts.
    line.says(b"TEXT\r");
    line.then(&[ask_text(1, "TEXT")]);
}

#[test]
fn a_silent_device_is_tried_three_times_then_read_as_text_and_greeted_again_after_30_s() {
    let mut line = Line::open();
    line.after(WAKE_MS);
    line.then(&[write(WAKE), write(REQUEST_REVISION)]);
    for _ in 0..2 {
        line.after(RESPONSE_MS - 1);
        line.then(&[]);
        line.after(1);
        line.then(&[write(WAKE)]);
        line.after(WAKE_MS);
        line.then(&[write(&again(REQUEST_REVISION))]);
    }
    line.says(b"EARLY\r");
    line.then(&[ask_text(1, "EARLY")]);
    line.after(RESPONSE_MS);
    line.then(&[Step::Silent]);
    line.answer(1, Feedback::Accept);
    // There is nobody to signal to.
    line.then(&[]);
    line.says(b"LATER\r");
    line.then(&[ask_text(2, "LATER")]);
    line.answer(2, Feedback::Accept);
    line.after(RETRY_MS - 1);
    line.then(&[]);
    line.after(1);
    line.then(&[write(WAKE)]);
}

#[test]
fn a_device_taken_for_plain_text_that_sends_a_packet_is_greeted_at_once() {
    let mut line = Line::open();
    for _ in 0..3 {
        line.after(WAKE_MS);
        line.after(RESPONSE_MS);
    }
    assert_eq!(line.out.last(), Some(&Step::Silent));
    line.out.clear();
    line.said(DECODE_HELLO);
    line.then(&[write(WAKE), write(ACK_HOST), ask(1, "HELLO")]);
}

#[test]
fn text_counts_until_packets_are_confirmed_and_is_noise_from_then_on() {
    let mut line = Line::open();
    line.after(SETTLE_MS);
    line.out.clear();
    line.says(b"BEFORE\r");
    line.then(&[ask_text(1, "BEFORE")]);
    line.said(REVISION);
    line.says(&capabilities(&[]));
    line.says(b"DURING\r");
    line.then(&[
        write(ACK_HOST),
        write(CAPABILITIES_REQUEST),
        write(ACK_HOST),
        write(PARAM_EE_1),
        ask_text(2, "DURING"),
    ]);
    line.said(ACK);
    line.says(b"AFTER\r");
    line.then(&[write(PARAM_9F_1), Step::Noise(Noise::Broken)]);
}

#[test]
fn a_scanner_that_sends_text_again_was_switched_off_and_is_greeted_again() {
    let mut line = Line::agreed();
    line.says(b"TEXT\r");
    line.then(&[Step::Noise(Noise::Broken), write(WAKE)]);
    line.says(b"TEXT\r");
    line.then(&[ask_text(1, "TEXT")]);
}

#[test]
fn a_read_is_acknowledged_at_once_and_the_verdict_is_a_beep_and_then_a_lamp() {
    for (feedback, beep, led) in [
        (Feedback::Accept, BEEP_00, LED_ON_0),
        (Feedback::AcceptNotice, BEEP_17, LED_ON_0),
        (Feedback::RefuseUsed, BEEP_10, LED_ON_1),
        (Feedback::RefuseElsewhere, "05 E6 04 00 06 FF 0B", LED_ON_1),
        (Feedback::Refuse, "05 E6 04 00 13 FE FE", LED_ON_1),
        (Feedback::Closed, "05 E6 04 00 0F FF 02", LED_ON_1),
        (Feedback::Wait, "05 E6 04 00 15 FE FC", LED_ON_1),
    ] {
        let mut line = Line::agreed();
        line.said(DECODE_HELLO);
        line.then(&[write(ACK_HOST), ask(1, "HELLO")]);
        line.answer(1, feedback);
        line.then(&[write(beep)]);
        line.said(ACK);
        line.then(&[write(led)]);
    }
}

#[test]
fn tones_of_different_verdicts_are_different() {
    let all = [
        Feedback::Accept,
        Feedback::AcceptNotice,
        Feedback::Refuse,
        Feedback::RefuseUsed,
        Feedback::RefuseElsewhere,
        Feedback::Closed,
        Feedback::Wait,
    ];
    let beeps: std::collections::BTreeSet<u8> = all.into_iter().map(signal::beep).collect();
    assert_eq!(beeps.len(), all.len());
}

#[test]
fn the_lamp_is_put_out_after_1500_ms() {
    let mut line = Line::agreed();
    line.said(DECODE_HELLO);
    line.answer(1, Feedback::Accept);
    line.said(ACK);
    line.said(ACK);
    line.out.clear();
    line.after(LED_MS - 1);
    line.then(&[]);
    line.after(1);
    line.then(&[write(LED_OFF_0)]);
    line.said(ACK);
    line.after(10 * LED_MS);
    line.then(&[]);
}

#[test]
fn another_verdict_puts_the_lamp_of_the_one_before_out_first() {
    let mut line = Line::agreed();
    line.said(DECODE_HELLO);
    line.answer(1, Feedback::Accept);
    line.said(ACK);
    line.said(ACK);
    line.says(&decode("OTHER"));
    line.out.clear();
    line.answer(2, Feedback::RefuseUsed);
    line.then(&[write(LED_OFF_0)]);
    line.said(ACK);
    line.said(ACK);
    line.then(&[write(BEEP_10), write(LED_ON_1)]);
}

#[test]
fn a_command_without_answer_is_sent_twice_more_with_bit_0_and_then_the_greeting_begins_anew() {
    let mut line = Line::agreed();
    line.said(DECODE_HELLO);
    line.out.clear();
    line.answer(1, Feedback::Accept);
    line.then(&[write(BEEP_00)]);
    for _ in 0..2 {
        line.after(RESPONSE_MS);
        line.after(WAKE_MS);
        line.then(&[write(WAKE), write(&again(BEEP_00))]);
    }
    line.after(RESPONSE_MS);
    line.then(&[Step::Silent, write(WAKE)]);
}

#[test]
fn an_answer_to_the_second_sending_is_good_enough() {
    let mut line = Line::agreed();
    line.said(DECODE_HELLO);
    line.answer(1, Feedback::Accept);
    line.after(RESPONSE_MS);
    line.out.clear();
    line.said(ACK);
    line.then(&[write(LED_ON_0)]);
}

#[test]
fn a_command_the_scanner_wants_again_goes_out_with_bit_0_at_most_twice() {
    let mut line = Line::agreed();
    line.said(DECODE_HELLO);
    line.answer(1, Feedback::Accept);
    line.out.clear();
    for _ in 0..2 {
        line.said(NAK_RESEND);
        line.then(&[write(&again(BEEP_00))]);
    }
    line.said(NAK_RESEND);
    line.then(&[Step::Silent, write(WAKE)]);
}

#[test]
fn a_beep_or_lamp_that_is_denied_is_remembered_and_not_tried_again() {
    for cause in [NAK_DENIED, NAK_BAD_CONTEXT] {
        let mut line = Line::agreed();
        line.said(DECODE_HELLO);
        line.answer(1, Feedback::Accept);
        line.out.clear();
        line.said(cause);
        line.then(&[write(LED_ON_0)]);
        line.said(cause);
        line.then(&[]);
        line.after(LED_MS);
        line.says(&decode("OTHER"));
        line.answer(2, Feedback::Accept);
        line.then(&[write(ACK_HOST), ask(2, "OTHER")]);
        // The other lamp has not been denied.
        line.says(&decode("THIRD"));
        line.answer(3, Feedback::RefuseUsed);
        line.then(&[write(ACK_HOST), ask(3, "THIRD"), write(LED_ON_1)]);
    }
}

#[test]
fn a_new_connection_tries_again_what_another_device_denied() {
    let mut line = Line::agreed();
    line.said(DECODE_HELLO);
    line.answer(1, Feedback::Accept);
    line.said(NAK_DENIED);
    line.ssi.hang_up();
    line.ssi.connected(line.now_ms, &mut line.out);
    let mut line = Line::greeted_with(line, &capabilities(&[0xE6, 0xE7]));
    line.said(DECODE_HELLO);
    line.answer(2, Feedback::Accept);
    line.then(&[write(ACK_HOST), ask(2, "HELLO"), write(BEEP_00)]);
}

#[test]
fn a_scanner_whose_capabilities_name_no_beep_or_lamp_gets_none() {
    let mut line = Line::greeted_with(Line::open(), &capabilities(&[]));
    line.said(DECODE_HELLO);
    line.answer(1, Feedback::Accept);
    line.then(&[write(ACK_HOST), ask(1, "HELLO")]);
    // A reply that names nothing at all says nothing.
    let mut line = Line::greeted_with(Line::open(), &from_scanner(0xD4, 0, &[1, 2, 3]));
    line.said(DECODE_HELLO);
    line.answer(1, Feedback::Accept);
    line.then(&[write(ACK_HOST), ask(1, "HELLO"), write(BEEP_00)]);
}

#[test]
fn a_damaged_packet_is_asked_for_and_its_repeat_is_the_scan() {
    let mut line = Line::agreed();
    let mut damaged = bytes(DECODE_HELLO);
    damaged[6] ^= 0x10;
    line.says(&damaged);
    line.then(&[Step::Noise(Noise::Broken), write(NAK_RESEND_HOST)]);
    line.said(DECODE_HELLO_AGAIN);
    line.then(&[write(ACK_HOST), ask(1, "HELLO")]);
}

#[test]
fn a_packet_that_stops_half_way_is_dropped_without_a_word() {
    let mut line = Line::agreed();
    line.says(&bytes(DECODE_HELLO)[..8]);
    line.after(INTER_BYTE_MS);
    line.then(&[Step::Noise(Noise::Broken)]);
    line.said(DECODE_HELLO_AGAIN);
    line.then(&[write(ACK_HOST), ask(1, "HELLO")]);
}

#[test]
fn a_repeat_of_the_packet_before_is_acknowledged_and_no_second_scan() {
    let mut line = Line::agreed();
    line.said(DECODE_HELLO);
    line.out.clear();
    for _ in 0..2 {
        line.after(2_000);
        line.said(DECODE_HELLO_AGAIN);
        line.then(&[write(ACK_HOST)]);
    }
}

#[test]
fn a_marked_packet_that_repeats_nothing_is_a_scan() {
    let mut line = Line::agreed();
    line.said(DECODE_HELLO_AGAIN);
    line.then(&[write(ACK_HOST), ask(1, "HELLO")]);
    // After another symbol.
    line.says(&decode("OTHER"));
    line.out.clear();
    line.said(DECODE_HELLO_AGAIN);
    line.then(&[write(ACK_HOST), ask(3, "HELLO")]);
}

#[test]
fn a_repeat_comes_within_30_s_or_is_a_scan() {
    for (later_ms, then) in [
        (REPEAT_MS_MAX - 1, vec![write(ACK_HOST)]),
        (REPEAT_MS_MAX, vec![write(ACK_HOST), ask(2, "HELLO")]),
    ] {
        let mut line = Line::greeted_with(Line::open(), &capabilities(&[]));
        line.said(DECODE_HELLO);
        line.answer(1, Feedback::Accept);
        line.out.clear();
        line.after(later_ms);
        line.said(DECODE_HELLO_AGAIN);
        line.then(&then);
    }
}

#[test]
fn the_same_symbol_unmarked_is_a_double_read_within_its_window_and_a_scan_after_it() {
    let mut line = Line::agreed();
    line.said(DECODE_HELLO);
    line.answer(1, Feedback::Accept);
    line.said(ACK);
    line.said(ACK);
    line.out.clear();
    line.after(1_499);
    line.said(DECODE_HELLO);
    line.then(&[write(ACK_HOST), write(BEEP_00)]);
    line.said(ACK);
    line.said(ACK);
    line.out.clear();
    line.after(1_500);
    line.out.clear();
    line.said(DECODE_HELLO);
    line.then(&[write(ACK_HOST), ask(2, "HELLO")]);
}

#[test]
fn packets_of_one_symbol_are_joined_without_their_code_types() {
    let (text, first, rest) = long_symbol(true);
    let mut line = Line::agreed();
    line.says(&first);
    line.then(&[write(ACK_HOST)]);
    // Its acknowledgement was lost: the part is not joined twice.
    let mut marked = first.clone();
    marked[3] |= 1;
    *marked.last_mut().unwrap() -= 1;
    line.says(&marked);
    line.then(&[write(ACK_HOST)]);
    line.says(&rest);
    line.then(&[write(ACK_HOST), ask(1, &text)]);
}

#[test]
fn a_chain_that_is_never_finished_is_forgotten() {
    let (_, first, _) = long_symbol(true);
    for (later_ms, then) in [
        (CHAIN_MS_MAX - 1, vec![write(ACK_HOST), ask(1, &format!("UT1{}HELLO", "A".repeat(247)))]),
        (CHAIN_MS_MAX, vec![Step::Noise(Noise::Broken), write(ACK_HOST), ask(1, "HELLO")]),
    ] {
        let mut line = Line::agreed();
        line.says(&first);
        line.out.clear();
        line.after(later_ms);
        line.said(DECODE_HELLO);
        line.then(&then);
    }
}

#[test]
fn a_chain_longer_than_any_ticket_is_unreadable_and_refused() {
    let mut line = Line::agreed();
    let part = [&[0x1C], [b'A'; 250].as_slice()].concat();
    for _ in 0..40 {
        line.says(&from_scanner(0xF3, 2, &part));
    }
    line.out.clear();
    line.says(&from_scanner(0xF3, 0, &part));
    line.then(&[write(ACK_HOST), Step::Report(Unreadable::TooLong), write("05 E6 04 00 13 FE FE")]);
}

#[test]
fn prefix_mark_and_suffix_inside_a_packet_are_taken_off() {
    let settings = ScannerSettings { prefix: "P>".to_owned(), ..ScannerSettings::at("unused") };
    for data in ["P>]Q1HELLO\r", "\u{2}P>]Q1HELLO\u{3}", "HELLO\r\n"] {
        let mut line = Line::greeted_with(Line::with(settings.clone()), &capabilities(&[]));
        line.says(&decode(data));
        line.then(&[write(ACK_HOST), ask(1, "HELLO")]);
    }
    let mut line = Line::with(settings);
    line.after(SETTLE_MS);
    line.out.clear();
    line.says(&decode("NR\r"));
    line.says(&decode("\r"));
    line.says(&from_scanner(0xF3, 0, &[]));
    line.then(&[write(ACK_HOST), write(ACK_HOST), write(ACK_HOST)]);
}

#[test]
fn every_code_type_is_read_and_the_known_ones_have_their_mark() {
    for code_type in 0..=u8::MAX {
        let mut line = Line::agreed();
        line.says(&from_scanner(0xF3, 0, &[&[code_type], TICKET.as_bytes()].concat()));
        let Some(Step::Ask { payload, symbology, .. }) = line.out.last() else {
            panic!("type {code_type:02x} is not asked about");
        };
        assert_eq!(payload, TICKET);
        match code_type {
            0x03 => assert_eq!(symbology.as_deref(), Some("C0")),
            0x1C => assert_eq!(symbology.as_deref(), Some("Q1")),
            0x2D => assert_eq!(symbology.as_deref(), Some("z0")),
            _ => assert!(symbology.as_ref().is_none_or(|mark| mark.len() == 2)),
        }
    }
}

#[test]
fn events_are_acknowledged_and_unknown_packets_are_not_taken() {
    let mut line = Line::agreed();
    line.said(EVENT_01);
    line.then(&[write(ACK_HOST)]);
    line.says(&from_scanner(0xA6, 0, b"S123"));
    line.then(&[write(ACK_HOST)]);
    line.says(&from_scanner(0xEF, 0, &[]));
    line.then(&[write("05 D1 04 00 02 FF 24")]);
    line.said(NAK_DENIED);
    line.said(ACK);
    line.then(&[]);
}

#[test]
fn a_read_within_the_settling_time_is_acknowledged_and_ignored() {
    let mut line = Line::open();
    line.after(SETTLE_MS - 1);
    line.out.clear();
    line.said(DECODE_HELLO);
    line.then(&[write(ACK_HOST)]);
    line.after(1);
    line.says(&decode("LATER"));
    line.then(&[write(ACK_HOST), ask(1, "LATER")]);
}

#[test]
fn a_scan_that_the_box_leaves_unanswered_is_told_to_wait() {
    let mut line = Line::agreed();
    line.said(DECODE_HELLO);
    line.out.clear();
    line.after(ANSWER_MS_MAX);
    line.then(&[Step::Unanswered, write("05 E6 04 00 15 FE FC")]);
}

#[test]
fn a_verdict_that_is_yet_to_be_heard_is_not_queued_twice() {
    let mut line = Line::agreed();
    line.said(DECODE_HELLO);
    for _ in 0..5 {
        line.said(DECODE_HELLO);
    }
    line.out.clear();
    line.answer(1, Feedback::Accept);
    for _ in 0..20 {
        line.said(ACK);
    }
    // One that is being heard and one behind it, each with its lamp.
    assert!(line.out.len() <= 4, "{:?}", line.out);
}

#[test]
fn commands_that_wait_are_limited_however_many_are_read() {
    let mut line = Line::agreed();
    for read in 1..=200u64 {
        line.says(&decode(&format!("CODE{read}")));
        let feedback = if read % 2 == 0 { Feedback::Accept } else { Feedback::RefuseUsed };
        line.answer(read, feedback);
    }
    line.out.clear();
    for _ in 0..1_000 {
        line.said(ACK);
    }
    assert!(line.out.len() <= ORDERS_MAX, "{} commands", line.out.len());
    line.out.clear();
    line.after(LED_MS);
    line.said(ACK);
    line.says(&decode("LAST"));
    assert!(
        line.out.iter().any(|step| matches!(step, Step::Ask { payload, .. } if payload == "LAST"))
    );
}

#[test]
fn text_without_suffix_is_taken_until_packets_are_agreed() {
    let settings = ScannerSettings { suffix: Suffix::None, ..ScannerSettings::at("unused") };
    let mut line = Line::with(settings);
    line.after(SETTLE_MS);
    line.out.clear();
    line.says(TICKET.as_bytes());
    line.after(INTER_BYTE_MS);
    line.then(&[ask_text(1, TICKET)]);
}

#[test]
fn fuzz_after_any_bytes_and_times_a_packet_with_a_ticket_is_asked_about_once() {
    use bolero::check;
    check!().with_type::<Vec<(u8, Vec<u8>)>>().for_each(|pieces| {
        let mut line = Line::agreed();
        for (gap, bytes) in pieces {
            line.after(u64::from(*gap) * 16);
            line.says(bytes);
        }
        line.after(INTER_BYTE_MS);
        line.out.clear();
        line.says(&decode(TICKET));
        line.after(INTER_BYTE_MS);
        let asks = line.out.iter().filter(|step| match step {
            Step::Ask { payload, .. } => payload.ends_with(TICKET),
            _ => false,
        });
        assert_eq!(asks.count(), 1, "{:?}", line.out);
        assert!(line.out.contains(&write(ACK_HOST)));
    });
}

#[test]
fn fuzz_any_packets_and_answers_keep_the_dialogue_alive_and_its_timers_ahead() {
    use bolero::check;
    check!().with_type::<Vec<(u8, u8, u8, Vec<u8>)>>().for_each(|script| {
        let mut line = Line::open();
        for (gap, opcode, status, data) in script {
            line.after(u64::from(*gap) * 32);
            if line.ssi.due_ms().is_some_and(|due| due <= line.now_ms) {
                panic!("a timer is due for ever at {}", line.now_ms);
            }
            line.says(&from_scanner(opcode | 0xC0, status & 0x0B, data));
            line.answer(u64::from(*gap), Feedback::Accept);
        }
        line.after(INTER_BYTE_MS);
        line.says(&decode("X"));
        assert!(line.out.contains(&write(ACK_HOST)));
    });
}
