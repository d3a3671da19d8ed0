//! Guards the bytes of ZVT: every vector of the protocol page, both directions, and the mask.
//! Holds tables, round trips and fuzz of the codec; no time, no line.
//! Next: `zvt_link.rs` for frames that go wrong, `zvt_sequence.rs` for the dialogue.

#![allow(clippy::unwrap_used, clippy::panic)]

use bolero::check;
use proptest::prelude::*;
use usher_drivers::pin_pad::zvt::apdu::{Apdu, Stream};
use usher_drivers::pin_pad::zvt::charset::Charset;
use usher_drivers::pin_pad::zvt::fields::Fields;
use usher_drivers::pin_pad::zvt::message::{Command, Condition, Reply, Said, bcd};
use usher_drivers::pin_pad::zvt::print::Type;
use usher_drivers::pin_pad::zvt::redact::masked;
use usher_drivers::pin_pad::zvt::serial::{Deframer, Piece, crc, frame};
use usher_drivers::pin_pad::zvt::tlv;
use usher_drivers::pin_pad::{Booking, Currency, IntentNo, Kind, Tender};

const EURO: Currency = Currency { number: 978, letters: *b"EUR", minor_digits: 2 };

fn hex(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

fn tender(kind: Kind, amount_minor: u64) -> Tender {
    let original = Booking { receipt: Some(231), ..Booking::default() };
    let original = (kind == Kind::Reversal).then_some(original);
    Tender { intent: IntentNo(7), kind, amount_minor, currency: EURO, original, baseline: None }
}

/// What, APDU, serial frame; as the page has them.
const VECTORS: [(&str, &str, &str); 26] = [
    ("ack", "80 00 00", "10 02 80 00 00 10 03 F5 1F"),
    (
        "registration, empty TLV",
        "06 00 08 00 00 00 BE 09 78 06 00",
        "10 02 06 00 08 00 00 00 BE 09 78 06 00 10 03 8F 9F",
    ),
    (
        "registration",
        "06 00 10 00 00 00 BE 09 78 03 01 06 06 26 04 0A 02 06 D3",
        "10 02 06 00 10 10 00 00 00 BE 09 78 03 01 06 06 26 04 0A 02 06 D3 10 03 D7 DE",
    ),
    (
        "completion",
        "06 0F 0A 19 00 29 52 52 35 35 49 09 78",
        "10 02 06 0F 0A 19 00 29 52 52 35 35 49 09 78 10 03 74 40",
    ),
    (
        "pay 12.50",
        "06 01 0A 04 00 00 00 00 12 50 49 09 78",
        "10 02 06 01 0A 04 00 00 00 00 12 50 49 09 78 10 03 13 1D",
    ),
    (
        "pay 10.10",
        "06 01 0A 04 00 00 00 00 10 10 49 09 78",
        "10 02 06 01 0A 04 00 00 00 00 10 10 10 10 49 09 78 10 03 67 D4",
    ),
    ("insert card", "04 FF 01 0A", "10 02 04 FF 01 0A 10 03 F5 7D"),
    (
        "approved",
        "04 0F 1C 27 00 04 00 00 00 00 12 50 49 09 78 0B 00 09 75 0C 22 55 58 0D 04 05 87 02 31 \
         19 60",
        "10 02 04 0F 1C 27 00 04 00 00 00 00 12 50 49 09 78 0B 00 09 75 0C 22 55 58 0D 04 05 87 \
         02 31 19 60 10 03 AF E2",
    ),
    ("declined 05", "04 0F 02 27 05", "10 02 04 0F 02 27 05 10 03 3B 80"),
    ("abort 6C", "06 1E 01 6C", "10 02 06 1E 01 6C 10 03 C9 F2"),
    ("empty completion", "06 0F 00", "10 02 06 0F 00 10 03 C6 33"),
    ("box aborts", "06 B0 00", "10 02 06 B0 00 10 03 43 F3"),
    ("goods not issued", "84 66 00", "10 02 84 66 00 10 03 8D BE"),
    ("wait", "84 9C 00", "10 02 84 9C 00 10 03 C3 41"),
    ("unknown command", "84 83 00", "10 02 84 83 00 10 03 91 8E"),
    ("repeat receipt", "06 20 03 00 00 00", "10 02 06 20 03 00 00 00 10 03 FA F2"),
    ("status enquiry", "05 01 03 00 00 00", "10 02 05 01 03 00 00 00 10 03 DF DB"),
    ("reversal", "06 30 06 00 00 00 87 02 31", "10 02 06 30 06 00 00 00 87 02 31 10 03 D8 AF"),
    (
        "refund 12.50",
        "06 31 0D 00 00 00 04 00 00 00 00 12 50 49 09 78",
        "10 02 06 31 0D 00 00 00 04 00 00 00 00 12 50 49 09 78 10 03 DE 2B",
    ),
    ("end of day", "06 50 03 00 00 00", "10 02 06 50 03 00 00 00 10 03 FB 37"),
    ("totals", "06 10 03 00 00 00", "10 02 06 10 10 03 00 00 00 10 03 2A 35"),
    ("diagnosis", "06 70 00", "10 02 06 70 00 10 03 D9 F9"),
    ("log-off", "06 02 00", "10 02 06 02 00 10 03 B9 CC"),
    ("Hello", "06 D1 06 00 48 65 6C 6C 6F", "10 02 06 D1 06 00 48 65 6C 6C 6F 10 03 E8 BB"),
    ("open pre-auth?", "06 23 03 87 FF FF", "10 02 06 23 03 87 FF FF 10 03 FB BD"),
    ("none open", "06 1E 04 B8 87 FF FF", "10 02 06 1E 04 B8 87 FF FF 10 03 B6 4B"),
];

const MERCHANT_BLOCK: &str = "06 D3 2D 06 2B 1F 07 01 01 25 25 07 13 2A 2A 20 4D 45 52 43 48 41 \
    4E 54 20 43 4F 50 59 20 2A 2A 07 09 45 55 52 20 31 32 2E 35 30 07 00 09 01 FF";
const FULL_APPROVAL: &str = "04 0F 61 27 00 04 00 00 00 00 12 50 49 09 78 0B 00 09 75 0C 22 55 \
    58 0D 04 05 0E 24 05 17 00 01 19 60 22 F0 F8 55 98 83 EE EE EE 80 74 29 52 52 35 35 87 02 31 \
    88 00 09 75 8A 06 8C 01 2A 38 30 34 30 31 31 39 32 36 20 20 20 20 20 20 3B 37 35 30 30 37 31 \
    00 00 8B F1 F1 4D 61 73 74 65 72 43 61 72 64 00";
const DAY_TOTALS: &str = "04 0F 4D 27 00 04 00 00 00 00 25 00 \
    0B 00 09 82 0C 08 17 06 0D 04 06 60 F0 F5 F3 02 \
    33 02 34 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00 00 00 00 25 00 00 00 00 00 \
    00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00";

fn pieces(bytes: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    Deframer::default().bytes(bytes, &mut pieces);
    pieces
}

fn said(text: &str) -> Said {
    Said::read(Apdu::read(&hex(text)).unwrap(), Charset::Cp437)
}

fn status(text: &str) -> Fields {
    match said(text) {
        Said::Status(fields) => *fields,
        other => panic!("no status: {other:?}"),
    }
}

#[test]
fn every_vector_becomes_its_frame_and_comes_back_out_of_it() {
    for (what, apdu, framed) in VECTORS {
        let (apdu, framed) = (hex(apdu), hex(framed));
        assert_eq!(frame(&apdu), framed, "{what}");
        assert_eq!(pieces(&framed), [Piece::Frame(apdu.clone())], "{what}");
        assert_eq!(Apdu::read(&apdu).unwrap().bytes(), apdu, "{what}");
    }
    for (apdu, crc) in [(MERCHANT_BLOCK, "C6 BE"), (FULL_APPROVAL, "37 9B")] {
        let framed = frame(&hex(apdu));
        assert_eq!(framed[framed.len() - 2..], hex(crc)[..]);
        assert_eq!(pieces(&framed), [Piece::Frame(hex(apdu))]);
    }
}

#[test]
fn the_checksum_is_the_one_called_kermit() {
    assert_eq!(crc(*b"123456789"), 0x2189);
}

#[test]
fn every_command_of_the_box_is_the_bytes_of_the_page() {
    let password = 0;
    let purchase = |amount| tender(Kind::Purchase, amount);
    let (pay_1250, pay_1010) = (purchase(1_250), purchase(1_010));
    let (refund, reversal) = (tender(Kind::Refund, 1_250), tender(Kind::Reversal, 1_250));
    let pay = |tender| Command::Pay { tender, password, repeats: 0 };
    let table: [(Command<'_>, &str); 12] = [
        (Command::Register { password, currency: 978, width: None }, "registration"),
        (pay(&pay_1250), "pay 12.50"),
        (pay(&pay_1010), "pay 10.10"),
        (pay(&refund), "refund 12.50"),
        (pay(&reversal), "reversal"),
        (Command::Abort, "box aborts"),
        (Command::RepeatReceipt { password }, "repeat receipt"),
        (Command::StatusEnquiry { password }, "status enquiry"),
        (Command::EndOfDay { password }, "end of day"),
        (Command::Totals { password }, "totals"),
        (Command::Diagnosis, "diagnosis"),
        (Command::LogOff, "log-off"),
    ];
    for (command, what) in table {
        let (_, apdu, _) = VECTORS.iter().find(|(name, ..)| *name == what).unwrap();
        assert_eq!(command.apdu().unwrap().bytes(), hex(apdu), "{what}");
    }
    for (reply, bytes) in
        [(Reply::Yes, "80 00 00"), (Reply::Wait, "84 9C 00"), (Reply::Unknown, "84 83 00")]
    {
        assert_eq!(reply.apdu().bytes(), hex(bytes));
    }
}

#[test]
fn a_password_a_width_and_repeats_stand_where_they_belong() {
    let register = Command::Register { password: 123_456, currency: 756, width: Some(40) };
    let expected = "06 00 13 12 34 56 BE 07 56 03 01 06 09 12 01 28 26 04 0A 02 06 D3";
    assert_eq!(register.apdu().unwrap().bytes(), hex(expected));
    let purchase = tender(Kind::Purchase, 1_250);
    let pay = Command::Pay { tender: &purchase, password: 0, repeats: 10 };
    let expected = "06 01 0C 04 00 00 00 00 12 50 49 09 78 02 0A";
    assert_eq!(pay.apdu().unwrap().bytes(), hex(expected));
    let initialise = Command::Initialise { password: 10_203 };
    assert_eq!(initialise.apdu().unwrap().bytes(), hex("06 93 03 01 02 03"));
}

#[test]
fn amounts_that_the_field_cannot_carry_are_not_said() {
    let said = |tender: &Tender| Command::Pay { tender, password: 0, repeats: 0 }.apdu();
    assert!(said(&tender(Kind::Purchase, 999_999_999_999)).is_some());
    assert!(said(&tender(Kind::Purchase, 1_000_000_000_000)).is_none());
    assert!(said(&tender(Kind::Purchase, 1)).is_some());
    assert!(said(&tender(Kind::Purchase, 0)).is_none());
    let no_original = Tender { original: None, ..tender(Kind::Reversal, 1_250) };
    assert!(said(&no_original).is_none());
    assert!(said(&tender(Kind::KeyedPurchase, 1_250)).is_none(), "no word for it");
}

#[test]
fn the_terminals_words_are_read_as_the_page_says() {
    assert_eq!(said("80 00 00"), Said::Yes);
    assert_eq!(said("84 00 00"), Said::Yes);
    assert_eq!(said("84 83 00"), Said::No(0x83));
    assert_eq!(said("04 FF 01 0A"), Said::Progress { code: 0x0A, minutes: None });
    assert_eq!(said("04 FF 02 0E 12"), Said::Progress { code: 0x0E, minutes: Some(12) });
    assert_eq!(said("04 FF 03 0E 06 00"), Said::Progress { code: 0x0E, minutes: None });
    assert_eq!(said("04 01 00"), Said::Clock);
    assert!(matches!(said("06 0F 00"), Said::Completed(_)));
    assert!(matches!(said("06 1E 01 6C"), Said::Aborted { code: 0x6C, .. }));
    assert!(matches!(said("06 1E 00"), Said::Aborted { code: 0xFF, .. }));
    assert!(matches!(said("06 F0 00"), Said::Other));
    assert_eq!(status("04 0F 02 27 05").result, Some(5));
    match said("06 D1 06 00 48 65 6C 6C 6F") {
        Said::Line(line) => assert_eq!((line.text.as_str(), line.is_last), ("Hello", false)),
        other => panic!("no line: {other:?}"),
    }
}

#[test]
fn the_short_approval_is_read() {
    let (_, approved, _) = VECTORS[7];
    let fields = status(approved);
    let booking = Booking {
        amount_minor: Some(1_250),
        currency: Some(978),
        trace: Some(975),
        receipt: Some(231),
        when: "0405 225558".to_owned(),
        ..Booking::default()
    };
    assert_eq!((fields.result, fields.booking), (Some(0), booking));
    assert!(!fields.unparsed_tail && !fields.clear_pan);
}

#[test]
fn the_full_approval_keeps_what_may_be_kept_and_no_more() {
    let fields = status(FULL_APPROVAL);
    let booking = Booking {
        amount_minor: Some(1_250),
        currency: Some(978),
        trace: Some(975),
        receipt: Some(231),
        turnover: Some(975),
        when: "0405 225558".to_owned(),
        approval: "750071".to_owned(),
        terminal_id: "52523535".to_owned(),
        brand: "MasterCard".to_owned(),
        last_four: "8074".to_owned(),
        ..Booking::default()
    };
    assert_eq!(fields.booking, booking);
    assert!(!fields.unparsed_tail && !fields.clear_pan);
    let shown = format!("{fields:?} {:?}", Apdu::read(&hex(FULL_APPROVAL)).unwrap());
    assert!(!shown.contains("559883") && !shown.contains("2405"), "{shown}");
}

#[test]
fn a_card_number_without_a_mask_is_cut_to_four_and_told() {
    let clear = status("04 0F 0D 27 00 22 F0 F8 42 42 42 42 42 42 42 42");
    assert!(clear.clear_pan);
    assert_eq!(clear.booking.last_four, "4242");
    assert!(!format!("{clear:?}").contains("42424"));
    let padded = status("04 0F 0E 27 00 22 F0 F9 42 42 42 42 42 42 42 42 FF");
    assert!(padded.clear_pan);
    let short = status("04 0F 07 27 00 22 F0 F2 42 42");
    assert!(!short.clear_pan);
    assert_eq!(short.booking.last_four, "4242");
}

#[test]
fn day_totals_are_read_brand_by_brand() {
    let fields = status(DAY_TOTALS);
    let totals = fields.totals.unwrap();
    assert_eq!(totals.len(), 1);
    assert_eq!((totals[0].brand.as_str(), totals[0].count), ("Mastercard", 2));
    assert_eq!(totals[0].sum_minor, 2_500);
    assert_eq!(fields.booking.amount_minor, Some(2_500));
}

#[test]
fn an_unknown_field_keeps_what_came_before_it() {
    let fields = status("04 0F 0C 27 00 87 02 31 77 01 02 03 04 00 00");
    assert!(fields.unparsed_tail);
    assert_eq!((fields.result, fields.booking.receipt), (Some(0), Some(231)));
    assert_eq!(status("04 0F 03 87 FF FF").booking.receipt, None);
}

#[test]
fn the_merchant_block_is_read_as_its_lines() {
    let Said::Block(block) = said(MERCHANT_BLOCK) else { panic!("no block") };
    assert_eq!(block.lines, ["** MERCHANT COPY **", "EUR 12.50", ""]);
    assert_eq!((block.of, block.is_last), (Some(Type::Merchant), true));
}

#[test]
fn a_long_block_has_its_length_in_two_bytes() {
    let mut text = Vec::new();
    tlv::put(&mut text, tlv::LINE, &[b'x'; 0x124]);
    let mut container = Vec::new();
    tlv::put(&mut container, tlv::TEXT, &text);
    let mut body = Vec::new();
    tlv::put(&mut body, 0x06, &container);
    let bytes = Apdu::new(0x06, 0xD3, body).bytes();
    assert_eq!(bytes[..17], hex("06 D3 FF 30 01 06 82 01 2C 25 82 01 28 07 82 01 24")[..]);
    assert_eq!(bytes.len(), 309);
    let Said::Block(block) = Said::read(Apdu::read(&bytes).unwrap(), Charset::Cp437) else {
        panic!("no block")
    };
    assert_eq!(block.lines, ["x".repeat(0x124)]);
}

#[test]
fn the_answer_to_a_status_enquiry_has_a_layout_of_its_own() {
    let body = hex("F0 F0 F5 31 2E 30 2E 37 9C 06 0A E4 08 1F 40 04 41 38 30 00 00");
    let condition = Condition::read(&body[..19], Charset::Cp437);
    assert_eq!(condition.status, Some(0x9C));
    assert_eq!(condition.identity.software, "1.0.7");
    assert_eq!(Condition::read(&[0x00], Charset::Cp437).status, Some(0));
    assert_eq!(Condition::read(&[], Charset::Cp437).status, None);
}

#[test]
fn a_container_hung_on_a_line_is_cut_off_and_a_lone_06_is_not() {
    let line = |text: &str| match said(text) {
        Said::Line(line) => line.text,
        other => panic!("no line: {other:?}"),
    };
    assert_eq!(line("06 D1 09 00 41 42 43 06 03 14 01 FF"), "ABC");
    assert_eq!(line("06 D1 06 80 41 42 43 06 44"), "ABCD");
}

#[test]
fn text_is_of_the_configured_character_set() {
    assert_eq!(Charset::Cp437.text(b"B\x81hne \xE1"), "Bühne ß");
    assert_eq!(Charset::Iso8859To15.text(b"B\xFChne \xA4"), "Bühne €");
    assert_eq!(Charset::Utf8.text("Bühne €".as_bytes()), "Bühne €");
}

#[test]
fn card_numbers_in_text_are_masked_and_tracks_dropped() {
    let table = [
        ("4242424242424242", "************4242"),
        ("4242 4242 4242 4242", "**** **** **** 4242"),
        ("PAN 5555-5555-5555-4444 OK", "PAN ****-****-****-4444 OK"),
        ("4242 4242 4242 4242 0405", "**** **** **** 4242 0405"),
        ("0231 4242 4242 4242 4242", "0231 **** **** **** 4242"),
        ("4242424242424241", "4242424242424241"),
        ("Trace 000975 Beleg 0231", "Trace 000975 Beleg 0231"),
        (";4242424242424242=24051010000?", ";"),
        ("X 4242424242424242D2405 Y", "X  Y"),
        ("EUR 12.50", "EUR 12.50"),
        ("Grüße 4242424242424242", "Grüße ************4242"),
    ];
    for (text, expected) in table {
        assert_eq!(masked(text), expected);
    }
}

#[test]
fn thirteen_and_nineteen_digits_are_a_card_and_twelve_and_twenty_are_not_one_piece() {
    assert_eq!(masked("4222222222222"), "*********2222");
    assert_eq!(masked("422222222222"), "422222222222");
    assert_eq!(masked("6304000000000000000"), "***************0000");
    let longer = masked("00004242424242424242");
    assert!(!longer.contains("424242424242"), "{longer}");
}

#[test]
fn one_stream_split_and_merged_anywhere_is_the_same_apdus() {
    let all: Vec<u8> = VECTORS.iter().flat_map(|(_, apdu, _)| hex(apdu)).collect();
    for size in [1, 2, 3, 7, all.len()] {
        let (mut stream, mut apdus) = (Stream::default(), Vec::new());
        all.chunks(size).for_each(|piece| stream.bytes(piece, &mut apdus));
        let bytes: Vec<Vec<u8>> = apdus.iter().map(Apdu::bytes).collect();
        let expected: Vec<Vec<u8>> = VECTORS.iter().map(|(_, apdu, _)| hex(apdu)).collect();
        assert_eq!(bytes, expected, "pieces of {size}");
        assert_eq!(stream.waiting(), 0);
    }
}

#[test]
fn a_length_without_its_bytes_waits_and_keeps_no_room_for_them() {
    let (mut stream, mut apdus) = (Stream::default(), Vec::new());
    stream.bytes(&hex("06 D3 FF FF FF"), &mut apdus);
    assert_eq!((apdus.len(), stream.waiting()), (0, 5));
}

#[test]
fn broken_frames_are_told_and_the_next_one_is_read() {
    let good = hex("10 02 80 00 00 10 03 F5 1F");
    let table = [
        ("10 02 80 00 00 10 03 F5 1E", vec![Piece::Broken]),
        ("10 02 80 10 41 00 10 03 F5 1F 06 15", vec![Piece::Broken]),
        ("41 42 06 15", vec![Piece::Ack, Piece::Nak]),
        ("10 02 80 00 10 02", vec![]),
        ("", vec![]),
    ];
    for (before, mut expected) in table {
        let bytes = [hex(before), good.clone()].concat();
        let restarts = before.ends_with("10 02");
        let bytes = if restarts { bytes[4..].to_vec() } else { bytes };
        expected.push(Piece::Frame(hex("80 00 00")));
        assert_eq!(pieces(&bytes), expected, "{before}");
    }
    let mut cut = Deframer::default();
    cut.bytes(&good[..5], &mut Vec::new());
    assert!(cut.is_partial());
    assert_eq!(cut.silence(), Some(Piece::Broken));
    assert_eq!(cut.silence(), None);
}

proptest! {
    #[test]
    fn any_apdu_survives_stream_and_frame_in_any_pieces(
        class: u8, instr: u8,
        body in prop::collection::vec(any::<u8>(), 0..600),
        size in 1usize..50,
    ) {
        let apdu = Apdu::new(class, instr, body);
        let (mut stream, mut apdus) = (Stream::default(), Vec::new());
        apdu.bytes().chunks(size).for_each(|piece| stream.bytes(piece, &mut apdus));
        prop_assert_eq!(&apdus, std::slice::from_ref(&apdu));

        let (mut deframer, mut pieces) = (Deframer::default(), Vec::new());
        frame(&apdu.bytes()).chunks(size).for_each(|piece| deframer.bytes(piece, &mut pieces));
        prop_assert_eq!(pieces, [Piece::Frame(apdu.bytes())]);
    }

    #[test]
    fn any_amount_is_read_back(amount in 0u64..=999_999_999_999) {
        let bytes = [&[0x04][..], &bcd::<6>(amount)].concat();
        let fields = Fields::read(&bytes, Charset::Cp437);
        prop_assert_eq!(fields.booking.amount_minor, Some(amount));
    }

    #[test]
    fn any_container_is_read_back(
        entries in prop::collection::vec(
            (prop::sample::select(vec![0x07u16, 0x25, 0x1F07, 0x9F10]),
             prop::collection::vec(any::<u8>(), 0..300)), 0..6),
    ) {
        let mut bytes = Vec::new();
        for (tag, value) in &entries {
            tlv::put(&mut bytes, *tag, value);
        }
        let read = tlv::entries(&bytes).unwrap();
        let read: Vec<(u16, Vec<u8>)> = read.into_iter().map(|(t, v)| (t, v.to_vec())).collect();
        prop_assert_eq!(read, entries);
    }

    #[test]
    fn a_test_card_number_never_stays_whole(
        before in "[ A-Za-z.:]{0,12}", after in "[ A-Za-z.:]{0,12}", joint in "[ -]?",
    ) {
        let card = ["4242"; 4].join(&joint);
        let text = masked(&format!("{before}{card}{after}"));
        prop_assert!(!text.replace([' ', '-'], "").contains("42424242"));
    }
}

#[test]
fn fuzz_no_bytes_upset_the_reading_of_an_apdu() {
    check!().with_type::<(u8, u8, Vec<u8>)>().for_each(|(class, instr, body)| {
        for charset in [Charset::Cp437, Charset::Iso8859To15, Charset::Utf8] {
            let _ = Said::read(Apdu::new(*class, *instr, body.clone()), charset);
            let _ = Condition::read(body, charset);
            let fields = Fields::read(body, charset);
            assert!(fields.booking.last_four.len() <= 4);
        }
    });
}

#[test]
fn fuzz_after_any_bytes_and_silence_a_frame_is_read() {
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        let (mut deframer, mut pieces) = (Deframer::default(), Vec::new());
        deframer.bytes(bytes, &mut pieces);
        deframer.silence();
        pieces.clear();
        deframer.bytes(&hex("10 02 80 00 00 10 03 F5 1F"), &mut pieces);
        assert_eq!(pieces, [Piece::Frame(hex("80 00 00"))]);
        let (mut stream, mut apdus) = (Stream::default(), Vec::new());
        stream.bytes(bytes, &mut apdus);
        assert!(stream.waiting() <= bytes.len());
    });
}

#[test]
fn fuzz_the_mask_leaves_no_card_number_of_its_own_making() {
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        let text = Charset::Cp437.text(bytes);
        assert_eq!(masked(&masked(&text)).chars().count(), masked(&text).chars().count());
    });
}
