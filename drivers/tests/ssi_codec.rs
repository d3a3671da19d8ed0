//! Guards the bytes of SSI: every recorded packet both ways, resynchronising, text beside it.
//! Holds vectors, the chunking and round-trip properties and the fuzz of the codec; no IO.
//! Next: `ssi_sequence.rs` for what a packet leads to.

#![allow(clippy::unwrap_used, clippy::panic)]

mod ssi;

use bolero::check;
use proptest::prelude::*;
use ssi::{ACK, DECODE_HELLO, DECODE_HELLO_AGAIN, TICKET, VECTORS, bytes, long_symbol};
use usher_drivers::scanner::frame::{Frame, Noise};
use usher_drivers::scanner::ssi::codec::{Codec, DATA_BYTES_MAX, Heard, INTER_BYTE_MS, Packet};
use usher_drivers::scanner::{ScannerSettings, Suffix};

fn codec(suffix: Suffix) -> Codec {
    Codec::new(&ScannerSettings { suffix, ..ScannerSettings::at("unused") })
}

/// What is heard of these bytes in one piece, and when the line has been quiet after them.
fn heard(input: &[u8]) -> Vec<Heard> {
    let (mut codec, mut out) = (codec(Suffix::Cr), Vec::new());
    codec.bytes(input, 0, &mut out);
    codec.tick(INTER_BYTE_MS, &mut out);
    out
}

fn packet(hex: &str) -> Heard {
    Heard::Packet(Packet::read(&bytes(hex)).unwrap())
}

fn code(payload: &str) -> Heard {
    Heard::Text(Frame::Code { payload: payload.to_owned(), symbology: None })
}

/// A decoded symbol as a scanner sends it.
fn decode(payload: &str) -> Vec<u8> {
    let data = [&[0x1C], payload.as_bytes()].concat();
    Packet { opcode: 0xF3, source: 0, status: 0, data }.bytes()
}

#[test]
fn every_recorded_packet_is_read_and_written_byte_for_byte() {
    for (opcode, source, status, data, wire) in VECTORS {
        let packet = Packet { opcode, source, status, data: bytes(data) };
        assert_eq!(packet.bytes(), bytes(wire), "{wire}");
        assert_eq!(Packet::read(&bytes(wire)), Some(packet.clone()), "{wire}");
        // The line brings what a scanner says, and nothing else is a packet there.
        let said = heard(&bytes(wire));
        assert_eq!(said.contains(&Heard::Packet(packet)), source == 0, "{wire}: {said:?}");
    }
}

#[test]
fn a_symbol_of_300_characters_is_the_recorded_pair_of_packets() {
    for repeats_type in [true, false] {
        let (text, first, rest) = long_symbol(repeats_type);
        assert_eq!(first.len(), 257);
        let said = heard(&[first, rest].concat());
        let parts: Vec<&Packet> = said
            .iter()
            .map(|heard| match heard {
                Heard::Packet(packet) => packet,
                other => panic!("no packet: {other:?}"),
            })
            .collect();
        assert_eq!((parts[0].continues(), parts[1].continues()), (true, false));
        assert_eq!(parts[0].data[1..], text.as_bytes()[..250]);
        assert!(parts[1].data.ends_with(&text.as_bytes()[250..]));
    }
}

#[test]
fn the_mark_of_a_repeat_is_bit_0_and_changes_the_checksum() {
    let first = Packet::read(&bytes(DECODE_HELLO)).unwrap();
    assert!(!first.is_retransmitted());
    assert_eq!(first.again().bytes(), bytes(DECODE_HELLO_AGAIN));
    assert!(Packet::read(&bytes(DECODE_HELLO_AGAIN)).unwrap().is_retransmitted());
}

#[test]
fn every_single_wrong_bit_of_a_packet_is_noticed() {
    let good = bytes(DECODE_HELLO);
    for at in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[at / 8] ^= 1 << (at % 8);
        let said = heard(&bad);
        let packets = said.iter().filter(|heard| matches!(heard, Heard::Packet(_)));
        assert_eq!(packets.count(), 0, "bit {at}: {said:?}");
    }
}

#[test]
fn a_wrong_checksum_is_told_and_the_next_packet_is_read() {
    let mut bad = bytes(DECODE_HELLO);
    *bad.last_mut().unwrap() ^= 1;
    assert_eq!(heard(&bad), [Heard::Garbled]);
    assert_eq!(heard(&[bad, bytes(ACK)].concat()), [Heard::Garbled, packet(ACK)]);
}

#[test]
fn a_packet_may_pause_just_short_of_the_limit_and_is_given_up_at_it() {
    let whole = bytes(DECODE_HELLO);
    let (begin, end) = whole.split_at(6);
    for (pause, then) in
        [(INTER_BYTE_MS - 1, vec![packet(DECODE_HELLO)]), (INTER_BYTE_MS, vec![Heard::Lost])]
    {
        let (mut codec, mut out) = (codec(Suffix::Cr), Vec::new());
        codec.bytes(begin, 0, &mut out);
        assert_eq!(codec.due_ms(), Some(INTER_BYTE_MS));
        codec.bytes(end, pause, &mut out);
        out.retain(|heard| !matches!(heard, Heard::Text(_)));
        assert_eq!(out, then, "{pause} ms");
    }
}

#[test]
fn lengths_below_four_are_skipped() {
    for length in 0..4 {
        let said = heard(&[&[length; 5][..], &bytes(ACK)].concat());
        assert_eq!(said.last(), Some(&packet(ACK)), "{length}: {said:?}");
    }
}

#[test]
fn a_packet_inside_of_what_looked_like_a_longer_one_is_found() {
    let false_start = [0xFF, 0xF3, 0x00, 0x00, b'x'];
    let input = [&false_start[..], &bytes(DECODE_HELLO), &bytes(ACK)].concat();
    assert_eq!(heard(&input), [packet(DECODE_HELLO), packet(ACK)]);
}

#[test]
fn a_hang_up_in_mid_packet_leaves_nothing_behind() {
    let (mut codec, mut out) = (codec(Suffix::Cr), Vec::new());
    codec.bytes(&bytes(DECODE_HELLO)[..7], 0, &mut out);
    codec.hang_up();
    assert_eq!(codec.due_ms(), None);
    codec.bytes(&bytes(ACK), 1, &mut out);
    assert_eq!(out, [packet(ACK)]);
}

#[test]
fn text_is_ended_by_its_suffix_at_once_and_a_packet_right_behind_it_is_read() {
    for end in ["\r", "\n", "\r\n", "\u{3}"] {
        let (mut codec, mut out) = (codec(Suffix::Cr), Vec::new());
        codec.bytes(format!("{TICKET}{end}").as_bytes(), 0, &mut out);
        assert_eq!(out, [code(TICKET)], "{end:?}");
        codec.bytes(&bytes(DECODE_HELLO), 0, &mut out);
        codec.bytes(b"NEXT\r", 0, &mut out);
        assert_eq!(out, [code(TICKET), packet(DECODE_HELLO), code("NEXT")], "{end:?}");
    }
}

#[test]
fn a_packet_whose_length_is_a_carriage_return_is_no_text() {
    assert_eq!(heard(&bytes(ssi::DECODE_12345678)), [packet(ssi::DECODE_12345678)]);
}

#[test]
fn text_without_suffix_ends_after_the_pause_that_packets_may_have() {
    let (mut codec, mut out) = (codec(Suffix::None), Vec::new());
    codec.bytes(b"TICKET", 0, &mut out);
    codec.tick(INTER_BYTE_MS - 1, &mut out);
    assert_eq!(out, []);
    codec.tick(INTER_BYTE_MS, &mut out);
    assert_eq!(out, [code("TICKET")]);
    codec.bytes(&bytes(ACK)[..1], 1_000, &mut out);
    codec.bytes(&bytes(ACK)[1..], 1_000 + INTER_BYTE_MS - 1, &mut out);
    assert_eq!(out, [code("TICKET"), packet(ACK)]);
}

#[test]
fn noise_in_text_is_counted_and_never_a_code() {
    let (mut codec, mut out) = (codec(Suffix::Cr), Vec::new());
    codec.bytes(b"HALF", 0, &mut out);
    codec.tick(10_000, &mut out);
    assert_eq!(out, [Heard::Text(Frame::Noise(Noise::Partial))]);
}

proptest! {
    #[test]
    fn any_packet_survives_the_line(
        opcode in 0x80u8..,
        status in 0u8..16,
        data in prop::collection::vec(any::<u8>(), 0..=DATA_BYTES_MAX),
    ) {
        let packet = Packet { opcode, source: 0, status, data };
        prop_assert_eq!(Packet::read(&packet.bytes()), Some(packet.clone()));
        let said = heard(&packet.bytes());
        prop_assert_eq!(said.last(), Some(&Heard::Packet(packet)));
    }

    #[test]
    fn any_chunking_of_a_stream_is_heard_alike(
        pieces in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..40),
                "[A-Z2-7]{1,20}\r".prop_map(String::into_bytes),
                "[A-Z2-7]{1,40}".prop_map(|payload| decode(&payload)),
                Just(vec![0x27, 0xF3, 0x00]),
            ],
            0..12,
        ),
        cuts in prop::collection::vec(1usize..40, 1..60),
    ) {
        let stream = pieces.concat();
        let mut rest = stream.as_slice();
        let (mut codec, mut out) = (codec(Suffix::Cr), Vec::new());
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at((*cut).min(rest.len()));
            codec.bytes(piece, 0, &mut out);
            rest = after;
        }
        codec.tick(INTER_BYTE_MS, &mut out);
        prop_assert_eq!(out, heard(&stream));
    }
}

/// The ticket is heard after this, unless the noise happens to be the beginning of a whole packet
/// with a right checksum that ends in the ticket: nobody can know that it was noise.
fn ticket_is_heard_after(noise: &[u8]) {
    let ticket = decode(TICKET);
    let stream = [noise, &ticket].concat();
    let said = heard(&stream);
    let is_swallowed = |start: usize| {
        let end = start + usize::from(noise[start]) + 2;
        end > noise.len() && stream.get(start..end).and_then(Packet::read).is_some()
    };
    let heard = said.contains(&Heard::Packet(Packet::read(&ticket).unwrap()));
    assert!(heard || (0..noise.len()).any(is_swallowed), "{noise:02x?}: {said:?}");
}

#[test]
fn fuzz_after_any_bytes_a_packet_with_a_ticket_is_read() {
    check!().with_type::<Vec<u8>>().for_each(|noise| ticket_is_heard_after(noise));
}

#[test]
fn fuzz_after_any_beginnings_of_packets_a_packet_with_a_ticket_is_read() {
    check!().with_type::<Vec<(u8, u8, u8, Vec<u8>)>>().for_each(|starts| {
        let mut noise = Vec::new();
        for (length, opcode, status, data) in starts {
            noise.extend([*length, opcode | 0x80, 0, status & 0x0F]);
            noise.extend(data);
        }
        ticket_is_heard_after(&noise);
    });
}

#[test]
fn fuzz_after_any_bytes_and_silence_a_ticket_in_text_is_read() {
    check!().with_type::<Vec<u8>>().for_each(|noise| {
        let (mut codec, mut out) = (codec(Suffix::Cr), Vec::new());
        codec.bytes(noise, 0, &mut out);
        codec.tick(1_000, &mut out);
        out.clear();
        codec.bytes(format!("{TICKET}\r").as_bytes(), 1_000, &mut out);
        assert_eq!(out, [code(TICKET)], "{noise:02x?}");
    });
}
