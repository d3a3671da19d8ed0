//! Guards the framing of plain ASCII scanners, byte by byte and in odd pieces.
//! Holds vectors, the chunking property and the fuzz of `Codec`; no IO, no clock.
//! Next: `scanner_reads.rs` for what a frame leads to.

#![allow(clippy::unwrap_used, clippy::panic)]

use bolero::check;
use proptest::prelude::*;
use usher_drivers::scanner::ascii::codec::{Codec, FRAME_BYTES_MAX, GARBAGE_MS};
use usher_drivers::scanner::frame::{Frame, Noise, PAYLOAD_BYTES_MAX};
use usher_drivers::scanner::{ScannerSettings, Suffix, Unreadable};

const TICKET: &str = "U1CEABEZYBAIBQIBICTUJ4HMLKIFNGOLDT";

fn settings(suffix: Suffix) -> ScannerSettings {
    ScannerSettings { suffix, ..ScannerSettings::at("unused") }
}

fn code(payload: &str) -> Frame {
    Frame::Code { payload: payload.to_owned(), symbology: None }
}

fn marked(payload: &str, symbology: &str) -> Frame {
    Frame::Code { payload: payload.to_owned(), symbology: Some(symbology.to_owned()) }
}

/// Given bytes at time 0 in one piece, then these frames, with a suffix configured.
fn check(settings: &ScannerSettings, bytes: &[u8], then: &[Frame]) {
    let mut frames = Vec::new();
    Codec::new(settings).bytes(bytes, 0, &mut frames);
    assert_eq!(frames, then, "bytes {bytes:02x?}");
}

fn check_cr(bytes: &[u8], then: &[Frame]) {
    check(&settings(Suffix::Cr), bytes, then);
}

#[test]
fn every_suffix_ends_a_code_whichever_is_configured() {
    for suffix in [Suffix::Cr, Suffix::Lf, Suffix::CrLf, Suffix::Etx, Suffix::None] {
        for end in [&b"\r"[..], b"\n", b"\r\n", b"\x03", b"\x03\r\n"] {
            let bytes = [TICKET.as_bytes(), end, b"SECOND", end].concat();
            check(&settings(suffix), &bytes, &[code(TICKET), code("SECOND")]);
        }
    }
}

#[test]
fn an_empty_frame_is_never_a_scan() {
    check_cr(b"\r\n\r\r\n\n\x03\x02\r\x02\x03", &[]);
    check_cr(b"]Q1\r", &[]);
    let with_prefix = ScannerSettings { prefix: "P>".to_owned(), ..settings(Suffix::Cr) };
    check(&with_prefix, b"P>\rP>]Q1\r", &[]);
}

#[test]
fn two_codes_in_one_read_are_two_frames_in_order() {
    check_cr(b"A\rB\r", &[code("A"), code("B")]);
}

#[test]
fn a_code_split_over_reads_is_one_frame() {
    let mut codec = Codec::new(&settings(Suffix::Cr));
    let mut frames = Vec::new();
    codec.bytes(b"U1CEAB", 0, &mut frames);
    codec.bytes(b"EZYB", GARBAGE_MS - 1, &mut frames);
    codec.bytes(b"\r", 2 * (GARBAGE_MS - 1), &mut frames);
    assert_eq!(frames, [code("U1CEABEZYB")]);
}

#[test]
fn start_mark_prefix_and_symbology_are_taken_off_in_that_order() {
    let with_prefix = ScannerSettings { prefix: "GATE1:".to_owned(), ..settings(Suffix::Etx) };
    check(&with_prefix, b"\x02GATE1:]Q1TICKET\x03", &[marked("TICKET", "Q1")]);
    check(&with_prefix, b"TICKET\x03", &[code("TICKET")]);
    check(&with_prefix, b"GATE1TICKET\x03", &[code("GATE1TICKET")]);
}

#[test]
fn symbology_marks_are_stripped_and_recorded() {
    for mark in ["Q1", "C0", "C1", "d2", "d1", "L0", "L2", "A0", "I0", "E0", "F0", "z0"] {
        let bytes = format!("]{mark}{TICKET}\r");
        check_cr(bytes.as_bytes(), &[marked(TICKET, mark)]);
    }
    check_cr(b"]1QX\r", &[code("]1QX")]);
    check_cr(b"]Q-X\r", &[code("]Q-X")]);
    check_cr(b"]Q\r", &[code("]Q")]);
}

#[test]
fn a_start_mark_begins_anew_and_what_stood_before_is_noise() {
    check_cr(b"garbage\x02TICKET\r", &[Frame::Noise(Noise::Partial), code("TICKET")]);
}

#[test]
fn silence_ends_a_code_without_suffix_at_the_limit_and_not_before() {
    for (baud, idle_ms, silence) in [(9_600, None, 50), (57_600, None, 30), (9_600, Some(70), 70)] {
        let settings = ScannerSettings { baud, idle_ms, ..settings(Suffix::None) };
        let mut codec = Codec::new(&settings);
        let mut frames = Vec::new();
        codec.bytes(b"TIC", 100, &mut frames);
        codec.bytes(b"KET", 110, &mut frames);
        assert_eq!(codec.due_ms(), Some(110 + silence));
        codec.tick(110 + silence - 1, &mut frames);
        assert_eq!(frames, []);
        codec.tick(110 + silence, &mut frames);
        assert_eq!(frames, [code("TICKET")]);
        assert_eq!(codec.due_ms(), None);
    }
}

#[test]
fn a_late_timer_does_not_glue_two_codes_together() {
    let mut codec = Codec::new(&settings(Suffix::None));
    let mut frames = Vec::new();
    codec.bytes(b"ONE", 0, &mut frames);
    codec.bytes(b"TWO", 50, &mut frames);
    codec.tick(100, &mut frames);
    assert_eq!(frames, [code("ONE"), code("TWO")]);
}

#[test]
fn with_a_suffix_an_unfinished_code_is_thrown_away_after_the_garbage_time() {
    let mut codec = Codec::new(&settings(Suffix::Cr));
    let mut frames = Vec::new();
    codec.bytes(b"HALF", 0, &mut frames);
    codec.tick(GARBAGE_MS - 1, &mut frames);
    assert_eq!(frames, []);
    codec.tick(GARBAGE_MS, &mut frames);
    assert_eq!(frames, [Frame::Noise(Noise::Partial)]);
    codec.bytes(b"WHOLE\r", GARBAGE_MS + 1, &mut frames);
    assert_eq!(frames, [Frame::Noise(Noise::Partial), code("WHOLE")]);
}

#[test]
fn a_hang_up_in_mid_code_leaves_nothing_behind() {
    let mut codec = Codec::new(&settings(Suffix::Cr));
    let mut frames = Vec::new();
    codec.bytes(b"HALF", 0, &mut frames);
    codec.hang_up();
    codec.bytes(b"WHOLE\r", 1, &mut frames);
    assert_eq!(frames, [code("WHOLE")]);
}

#[test]
fn a_payload_of_512_bytes_passes_and_of_513_is_refused_unread() {
    let longest = "A".repeat(PAYLOAD_BYTES_MAX);
    check_cr(format!("{longest}\r").as_bytes(), &[code(&longest)]);
    let longer = "A".repeat(PAYLOAD_BYTES_MAX + 1);
    check_cr(format!("{longer}\r").as_bytes(), &[Frame::Unreadable(Unreadable::TooLong)]);
    check_cr(format!("]Q1{longest}\r").as_bytes(), &[marked(&longest, "Q1")]);
}

#[test]
fn a_run_of_4096_bytes_is_a_long_symbol_and_of_4097_is_noise_said_once() {
    let run = vec![b'A'; FRAME_BYTES_MAX];
    let at_limit = [run.as_slice(), b"\r"].concat();
    check_cr(&at_limit, &[Frame::Unreadable(Unreadable::TooLong)]);
    let above = [run.as_slice(), &run, &run, b"AA\rTICKET\r"].concat();
    check_cr(&above, &[Frame::Noise(Noise::Overlong), code("TICKET")]);
}

#[test]
fn wrong_speed_garbage_is_noise_and_the_next_code_is_read() {
    let garbage = [0x00, 0x80, 0xFE, 0xF8, 0x00].repeat(2_000);
    let mut codec = Codec::new(&settings(Suffix::Cr));
    let mut frames = Vec::new();
    codec.bytes(&garbage, 0, &mut frames);
    codec.bytes(b"TICKET\r", GARBAGE_MS, &mut frames);
    assert_eq!(frames, [Frame::Noise(Noise::Overlong), code("TICKET")]);
}

#[test]
fn control_characters_make_a_symbol_unreadable() {
    for byte in [0x00, 0x01, 0x09, 0x1B, 0x1D, 0x7F] {
        let bytes = [b"A", &[byte][..], b"B\r"].concat();
        check_cr(&bytes, &[Frame::Unreadable(Unreadable::ControlCharacters)]);
    }
}

#[test]
fn foreign_characters_stay_a_code_as_utf8_or_byte_for_byte() {
    check_cr("Müller\r".as_bytes(), &[code("Müller")]);
    check_cr(b"M\xFCller\r", &[code("Müller")]);
    check_cr(b"\xE9\r", &[code("\u{e9}")]);
}

#[test]
fn no_read_texts_are_ignored_and_only_they() {
    check_cr(b"NR\r\x02NR\x03NRX\rnr\r", &[code("NRX"), code("nr")]);
    let own = ScannerSettings { ignore: vec!["?".to_owned()], ..settings(Suffix::Cr) };
    check(&own, b"?\rNR\r", &[code("NR")]);
}

#[test]
fn the_case_of_a_code_is_left_alone() {
    check_cr(b"u1ceabezyb\r", &[code("u1ceabezyb")]);
}

fn line_byte() -> impl Strategy<Value = u8> {
    prop_oneof![
        4 => b'A'..=b'Z',
        2 => prop::sample::select(vec![b'\r', b'\n', 0x02, 0x03, b']', b'Q', b'1']),
        1 => any::<u8>(),
    ]
}

fn any_suffix() -> impl Strategy<Value = Suffix> {
    prop::sample::select(vec![Suffix::Cr, Suffix::CrLf, Suffix::Etx, Suffix::None])
}

proptest! {
    #[test]
    fn any_chunking_of_a_stream_gives_the_same_frames(
        suffix in any_suffix(),
        bytes in prop::collection::vec(line_byte(), 0..400),
        cuts in prop::collection::vec(1usize..40, 1..60),
    ) {
        let settings = settings(suffix);
        let mut whole = Vec::new();
        let mut one = Codec::new(&settings);
        one.bytes(&bytes, 5, &mut whole);
        one.tick(10_000, &mut whole);

        let mut pieces = Vec::new();
        let mut other = Codec::new(&settings);
        let mut rest = bytes.as_slice();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at((*cut).min(rest.len()));
            other.bytes(piece, 5, &mut pieces);
            rest = after;
        }
        other.tick(10_000, &mut pieces);
        prop_assert_eq!(whole, pieces);
    }

    #[test]
    fn pauses_shorter_than_the_silence_change_nothing(
        codes in prop::collection::vec("[A-Z2-7]{1,40}", 1..6),
        gaps in prop::collection::vec(0u64..49, 1..20),
    ) {
        let mut codec = Codec::new(&settings(Suffix::None));
        let mut frames = Vec::new();
        let mut now_ms = 0;
        let mut gaps = gaps.iter().cycle();
        for text in &codes {
            for byte in text.as_bytes() {
                codec.bytes(&[*byte], now_ms, &mut frames);
                now_ms += gaps.next().unwrap();
            }
            now_ms += 50;
            codec.tick(now_ms, &mut frames);
        }
        let expected: Vec<Frame> = codes.iter().map(|text| code(text)).collect();
        prop_assert_eq!(frames, expected);
    }
}

/// What must hold of every frame, whatever came in.
fn assert_fit(frames: &[Frame]) {
    for frame in frames {
        match frame {
            Frame::Code { payload, .. } => {
                assert!(!payload.is_empty());
                assert!(payload.chars().count() <= PAYLOAD_BYTES_MAX);
                assert!(!payload.chars().any(char::is_control));
            }
            Frame::Unreadable(_) | Frame::Noise(_) => {}
        }
    }
}

#[test]
fn fuzz_after_any_bytes_and_a_suffix_a_ticket_is_framed() {
    check!().with_type::<(u8, Vec<u8>)>().for_each(|(choice, bytes)| {
        let suffix = [Suffix::Cr, Suffix::Lf, Suffix::Etx, Suffix::None][usize::from(choice % 4)];
        let mut codec = Codec::new(&settings(suffix));
        let mut frames = Vec::new();
        codec.bytes(bytes, 0, &mut frames);
        codec.bytes(b"\r", 0, &mut frames);
        assert_fit(&frames);
        frames.clear();
        codec.bytes(format!("{TICKET}\r").as_bytes(), 0, &mut frames);
        assert_eq!(frames, [code(TICKET)]);
    });
}

#[test]
fn fuzz_after_any_bytes_and_silence_a_ticket_is_framed() {
    check!().with_type::<(bool, Vec<(u8, Vec<u8>)>)>().for_each(|(by_silence, pieces)| {
        let suffix = if *by_silence { Suffix::None } else { Suffix::Cr };
        let mut codec = Codec::new(&settings(suffix));
        let mut frames = Vec::new();
        let mut now_ms = 0;
        for (gap, bytes) in pieces {
            now_ms += u64::from(*gap);
            codec.bytes(bytes, now_ms, &mut frames);
        }
        assert_fit(&frames);
        now_ms += GARBAGE_MS;
        codec.tick(now_ms, &mut frames);
        frames.clear();
        codec.bytes(format!("{TICKET}\r").as_bytes(), now_ms, &mut frames);
        assert_eq!(frames, [code(TICKET)]);
    });
}

#[test]
fn a_megabyte_without_a_suffix_is_dropped_and_counted_once() {
    let mut codec = Codec::new(&settings(Suffix::Cr));
    let mut frames = Vec::new();
    for _ in 0..1_024 {
        codec.bytes(&[b'x'; 1_024], 0, &mut frames);
    }
    assert_eq!(frames, [Frame::Noise(Noise::Overlong)]);
}
