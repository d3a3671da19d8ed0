//! Guards the bytes of Concert C-E+: the vectors of pin-pads 5.5 both ways, every check byte,
//! pieces of any size, and that no card number leaves the codec. No IO, no clock.
//! Next: `concert_sequence.rs` for what a message leads to.

#![allow(clippy::unwrap_used, clippy::panic)]

use bolero::check;
use proptest::prelude::*;
use usher_drivers::pin_pad::IntentNo;
use usher_drivers::pin_pad::concert::codec::{
    AMOUNT_MINOR_MAX, Answer, CURRENCY_MAX, Decoder, Dialect, Heard, Private, Request, Status,
    TILL_MAX, frame,
};

/// A test number of the card schemes; no card has it.
const TEST_PAN: &str = "4242424242424242";

fn bytes(hex: &str) -> Vec<u8> {
    hex.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

fn debit(amount_minor: u32, private: Private) -> Request {
    Request { till: 1, amount_minor, type_code: '0', currency: 978, private }
}

fn answer(status: Status, private: Private) -> Answer {
    let (means, had_report) = (b'1', false);
    Answer { till: 1, status, amount_minor: 1_250, means, currency: 978, private, had_report }
}

fn heard(bytes: &[u8]) -> Vec<Heard> {
    let mut decoder = Decoder::default();
    bytes.iter().filter_map(|byte| decoder.byte(*byte)).collect()
}

/// The text of an answer, spelled from the terminal's side.
fn text(answer: &Answer, report: &str) -> Vec<u8> {
    let status = match answer.status {
        Status::Done => '0',
        Status::NotDone => '7',
        Status::NotVerified => '9',
        Status::Other(digit) => char::from(digit),
    };
    let means = char::from(answer.means);
    let head = format!("{:02}{status}{:08}{means}{report}", answer.till, answer.amount_minor);
    [head.as_bytes(), format!("{:03}", answer.currency).as_bytes(), &answer.private.0].concat()
}

const REQUESTS: [(&str, u32, char, Option<u32>); 4] = [
    (
        "02 30 31 30 30 30 30 31 32 35 30 30 31 30 39 37 38 20 20 20 20 20 20 20 20 20 20 \
         41 30 31 30 42 30 31 30 03 00",
        1_250,
        '0',
        None,
    ),
    (
        "02 30 31 30 30 30 30 31 32 35 30 30 31 30 39 37 38 55 30 30 30 30 30 30 30 34 32 \
         41 30 31 30 42 30 31 30 03 63",
        1_250,
        '0',
        Some(42),
    ),
    (
        "02 30 31 30 30 30 30 39 39 39 39 30 31 30 39 37 38 55 30 30 30 30 30 30 30 34 35 \
         41 30 31 30 42 30 31 30 03 62",
        9_999,
        '0',
        Some(45),
    ),
    (
        "02 30 31 30 30 31 32 33 34 35 36 30 31 32 39 37 38 20 20 20 20 20 20 20 20 20 20 \
         41 30 31 30 42 30 31 30 03 03",
        123_456,
        '2',
        None,
    ),
];

const ANSWERS: [(&str, Status, Option<u32>); 5] = [
    (
        "02 30 31 30 30 30 30 30 31 32 35 30 31 39 37 38 20 20 20 20 20 20 20 20 20 20 03 33",
        Status::Done,
        None,
    ),
    (
        "02 30 31 37 30 30 30 30 31 32 35 30 31 39 37 38 20 20 20 20 20 20 20 20 20 20 03 34",
        Status::NotDone,
        None,
    ),
    (
        "02 30 31 30 30 30 30 30 31 32 35 30 31 39 37 38 55 30 30 30 30 30 30 30 34 32 03 50",
        Status::Done,
        Some(42),
    ),
    (
        "02 30 31 37 30 30 30 30 31 32 35 30 31 39 37 38 55 30 30 30 30 30 30 30 34 32 03 57",
        Status::NotDone,
        Some(42),
    ),
    (
        "02 30 31 39 30 30 30 30 31 32 35 30 31 39 37 38 55 30 30 30 30 30 30 30 34 32 03 59",
        Status::NotVerified,
        Some(42),
    ),
];

fn private(intent: Option<u32>) -> Private {
    intent.map_or(Private::BLANK, |intent| Private::of(IntentNo(intent)))
}

#[test]
fn requests_are_the_vectors_byte_for_byte() {
    for (hex, amount_minor, type_code, intent) in REQUESTS {
        let request = Request { type_code, ..debit(amount_minor, private(intent)) };
        assert_eq!(request.frame(Dialect::Plus), bytes(hex));
        assert_eq!(bytes(hex).len(), 37);
    }
}

#[test]
fn a_request_of_a_plain_terminal_lacks_the_two_options() {
    let request = debit(1_250, private(Some(42)));
    let plain = request.frame(Dialect::Plain);
    assert_eq!(plain.len(), 29);
    assert_eq!(plain[..27], request.frame(Dialect::Plus)[..27]);
    assert_eq!(plain, frame(&plain[1..27]));
}

#[test]
fn answers_are_read_as_the_vectors_say() {
    for (hex, status, intent) in ANSWERS {
        let then = answer(status, private(intent));
        assert_eq!(heard(&bytes(hex)), [Heard::Answer(then)]);
        assert_eq!(frame(&text(&then, "")), bytes(hex), "the vector from the other side");
    }
}

#[test]
fn the_byte_after_etx_is_the_check_byte_whatever_it_is() {
    let mut seen = [false; 256];
    for high in b' '..=0x7f {
        for low in b' '..=0x7f {
            let mut field = *b"U        \x20";
            field[8..].copy_from_slice(&[high, low ^ 0x40]);
            let then = answer(Status::Done, Private(field));
            let framed = frame(&text(&then, ""));
            if low ^ 0x40 == 0x03 || high == 0x03 {
                continue;
            }
            seen[usize::from(framed[27])] = true;
            let followed = [framed.as_slice(), &[0x04]].concat();
            assert_eq!(heard(&followed), [Heard::Answer(then), Heard::Eot], "{framed:02x?}");
        }
    }
    for check in [0x00, 0x02, 0x03, 0x04, 0x05, 0x06, 0x15] {
        assert!(seen[check], "no answer had check byte {check:02x}");
    }
}

#[test]
fn signals_inside_a_message_are_text() {
    let then = answer(Status::Done, Private(*b"\x02\x04\x05\x06\x15\x02\x04\x05\x06\x15"));
    assert_eq!(heard(&frame(&text(&then, ""))), [Heard::Answer(then)]);
}

#[test]
fn signals_between_messages_are_told_one_by_one() {
    let then = [Heard::Enq, Heard::Ack, Heard::Nak, Heard::Eot, Heard::Stray, Heard::Stray];
    assert_eq!(heard(&[0x05, 0x06, 0x15, 0x04, b'0', 0x03]), then);
}

#[test]
fn one_wrong_byte_spoils_a_message() {
    let right = bytes(ANSWERS[2].0);
    for at in 1..right.len() {
        for mask in 1..=255_u8 {
            let mut wrong = right.clone();
            wrong[at] ^= mask;
            let all = heard(&wrong);
            let read = all.iter().any(|one| matches!(one, Heard::Answer(_)));
            assert!(!read, "byte {at} changed by {mask:02x}: {all:?}");
        }
    }
}

#[test]
fn a_report_is_dropped_unread_and_leaves_nothing_behind() {
    let then = Answer { had_report: true, ..answer(Status::Done, private(Some(42))) };
    let report = format!("{TEST_PAN:<55}");
    let framed = frame(&text(&then, &report));
    assert_eq!(framed.len(), 83);
    let mut decoder = Decoder::default();
    for (at, byte) in framed.iter().enumerate() {
        let heard = decoder.byte(*byte);
        let shown = format!("{decoder:?} {heard:?}");
        for digits in [TEST_PAN.to_owned(), format!("{:?}", TEST_PAN.as_bytes())] {
            assert!(!shown.contains(&digits[1..digits.len() - 1]), "byte {at}: {shown}");
        }
        assert_eq!(heard.is_some(), at == 82);
    }
    assert_eq!(heard(&framed), [Heard::Answer(then)]);
}

#[test]
fn a_report_of_anything_is_dropped_alike() {
    let then = Answer { had_report: true, ..answer(Status::NotDone, private(Some(7))) };
    for filling in ["X", "0", "\u{5}", "\u{15}"] {
        assert_eq!(heard(&frame(&text(&then, &filling.repeat(55)))), [Heard::Answer(then)]);
    }
}

#[test]
fn a_text_of_any_other_length_is_no_answer() {
    for chars in (0..=200).filter(|chars| ![25, 80].contains(chars)) {
        assert_eq!(heard(&frame(&vec![b'0'; chars])), [Heard::Spoilt], "{chars}");
    }
}

#[test]
fn letters_where_digits_belong_make_no_answer() {
    let good = text(&answer(Status::Done, private(Some(42))), "");
    for at in [0, 1, 3, 10, 12, 14] {
        let mut wrong = good.clone();
        wrong[at] = b'x';
        assert_eq!(heard(&frame(&wrong)), [Heard::Spoilt], "{at}");
    }
}

#[test]
fn only_u_and_nine_digits_name_an_intent() {
    assert_eq!(Private::of(IntentNo(42)).intent(), Some(IntentNo(42)));
    assert_eq!(Private::of(IntentNo(999_999_999)).intent(), Some(IntentNo(999_999_999)));
    for other in [b"          ", b"X000000042", b"U00000042 ", b"u000000042", b"U0000000-1"] {
        assert_eq!(Private(*other).intent(), None);
    }
}

#[test]
fn a_reset_forgets_half_a_message() {
    let framed = bytes(ANSWERS[2].0);
    for cut in 1..framed.len() {
        let mut decoder = Decoder::default();
        assert!(framed[..cut].iter().all(|byte| decoder.byte(*byte).is_none()));
        assert!(decoder.is_within());
        decoder.reset();
        assert!(!decoder.is_within());
        assert_eq!(decoder.byte(0x05), Some(Heard::Enq));
    }
}

#[test]
fn any_bytes_do_no_harm() {
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        let mut decoder = Decoder::default();
        let count = bytes.iter().filter_map(|byte| decoder.byte(*byte)).count();
        assert!(count <= bytes.len());
        decoder.reset();
        assert_eq!(decoder.byte(0x06), Some(Heard::Ack));
    });
}

#[test]
fn any_text_in_a_frame_is_an_answer_or_none() {
    check!().with_type::<Vec<u8>>().for_each(|text| {
        let text: Vec<u8> = text.iter().copied().filter(|byte| *byte != 0x03).collect();
        let all = heard(&frame(&text));
        assert_eq!(all.len(), 1);
        if let Heard::Answer(answer) = all[0] {
            let mut report = Vec::new();
            if answer.had_report {
                report = text[12..67].to_vec();
            }
            let head = &text[..12];
            let spelled = whole_text(&answer, head, &report);
            assert_eq!(spelled, text);
        }
    });
}

/// The text again, with what an answer does not keep.
fn whole_text(answer: &Answer, head: &[u8], report: &[u8]) -> Vec<u8> {
    let short = text(answer, "");
    assert_eq!(&short[..2], &head[..2]);
    [&short[..12], report, &short[12..]].concat()
}

proptest! {
    #[test]
    fn an_answer_comes_back_whole_in_any_pieces(
        till in 0..=TILL_MAX,
        digit in b'0'..=b'9',
        amount_minor in 0..=AMOUNT_MINOR_MAX,
        currency in 0..=CURRENCY_MAX,
        intent in 1..=999_999_999_u32,
        means in b' '..=b'~',
        before in proptest::collection::vec(proptest::sample::select(&[5_u8, 6, 0x15][..]), 0..4),
    ) {
        let status = match digit {
            b'0' => Status::Done,
            b'7' => Status::NotDone,
            b'9' => Status::NotVerified,
            other => Status::Other(other),
        };
        let private = Private::of(IntentNo(intent));
        let then = Answer {
            till, status, amount_minor, means, currency, private, had_report: false,
        };
        let all = [before.as_slice(), &frame(&text(&then, ""))].concat();
        let heard = heard(&all);
        prop_assert_eq!(heard.len(), before.len() + 1);
        prop_assert_eq!(heard.last(), Some(&Heard::Answer(then)));
        prop_assert_eq!(private.intent(), Some(IntentNo(intent)));
    }

    #[test]
    fn a_request_is_34_characters_with_no_report_wanted(
        till in 1..=TILL_MAX,
        amount_minor in 1..=AMOUNT_MINOR_MAX,
        currency in 0..=CURRENCY_MAX,
        intent in 1..=999_999_999_u32,
    ) {
        let private = Private::of(IntentNo(intent));
        let request = Request { till, amount_minor, type_code: '0', currency, private };
        let framed = request.frame(Dialect::Plus);
        prop_assert_eq!(framed.len(), 37);
        prop_assert_eq!(framed[11], b'0');
        prop_assert_eq!(&framed[27..35], b"A010B010");
        prop_assert_eq!(framed[36], framed[1..36].iter().fold(0, |sum, byte| sum ^ byte));
        let fields = String::from_utf8(framed[1..27].to_vec()).unwrap();
        prop_assert_eq!(fields[2..10].parse(), Ok(amount_minor));
        prop_assert_eq!(fields[13..16].parse(), Ok(currency));
        prop_assert_eq!(&fields[16..], format!("U{intent:09}"));
    }
}
