//! Guards the simulated SSI scanner's own side: answers byte for byte, re-sends, complaints.
//! It is driven with recorded bytes of a host, without the driver and without a line.
//! Next: `ssi_port.rs`, where driver and scanner meet.

#![allow(clippy::unwrap_used, clippy::panic)]

mod ssi;

use std::time::Duration;

use ssi::{
    ACK, ACK_HOST, BEEP_00, DECODE_HELLO, DECODE_HELLO_AGAIN, LED_ON_0, LED_ON_1, NAK_BAD_CONTEXT,
    NAK_DENIED, NAK_RESEND, NAK_RESEND_HOST, PARAM_EE_1, SCAN_ENABLE, VECTORS, bytes, long_symbol,
};
use tokio::time::Instant;
use usher_drivers::scanner::{Feedback, Suffix};
use usher_drivers::sim::ssi::{HOST_BYTE_MS, RESPONSE_MS, SsiScanner};
use usher_drivers::sim::{Act, Heard, Meaning, SsiModel};

struct Peer {
    scanner: SsiScanner,
    now: Instant,
}

impl Peer {
    fn new(model: SsiModel) -> Peer {
        Peer { scanner: SsiScanner::new(model, Suffix::Cr), now: Instant::now() }
    }

    /// Packets are agreed upon.
    fn agreed(model: SsiModel) -> Peer {
        let mut peer = Peer::new(model);
        assert_eq!(peer.hears(PARAM_EE_1), [bytes(ACK)]);
        peer
    }

    fn acts(&mut self, host: &[u8]) -> Vec<Act> {
        let mut acts = Vec::new();
        self.scanner.hear(host, self.now, &mut acts);
        acts
    }

    /// What it sends when it hears this.
    fn hears(&mut self, hex: &str) -> Vec<Vec<u8>> {
        sent(self.acts(&bytes(hex)))
    }

    fn beams(&mut self, code: &str) -> Vec<u8> {
        let mut acts = Vec::new();
        let first = self.scanner.beam(code.as_bytes(), self.now, &mut acts);
        assert_eq!(acts, []);
        first
    }

    fn after(&mut self, ms: u64) -> Vec<Act> {
        self.now += Duration::from_millis(ms);
        let mut acts = Vec::new();
        self.scanner.tick(self.now, &mut acts);
        acts
    }
}

fn sent(acts: Vec<Act>) -> Vec<Vec<u8>> {
    let bytes = acts.into_iter().filter_map(|act| match act {
        Act::Send(bytes) => Some(bytes),
        Act::Tell(_) => None,
    });
    bytes.collect()
}

fn meanings(acts: &[Act]) -> Vec<Meaning> {
    let told = acts.iter().filter_map(|act| match act {
        Act::Tell(Heard::Signal { meaning, .. }) => Some(*meaning),
        Act::Tell(Heard::HostOpened | Heard::HostLeft | Heard::ErrorBeep) | Act::Send(_) => None,
    });
    told.collect()
}

#[test]
fn every_recorded_command_of_a_host_is_answered_and_its_own_bytes_are_not() {
    for (opcode, source, _, _, wire) in VECTORS {
        let answered = Peer::new(SsiModel::default()).hears(wire);
        let expected = match (opcode, source) {
            (_, 0) | (0xD0 | 0xD1, _) => vec![],
            (0x80, _) => vec![bytes(NAK_BAD_CONTEXT)],
            (0xC4 | 0xC5, _) => vec![bytes(NAK_DENIED)],
            (0xA3 | 0xD3, _) => {
                assert_eq!(answered[0][1], opcode + 1);
                continue;
            }
            (0xC7, _) => vec![bytes("07 C6 00 00 FF EE 00 FD 46")],
            _ => vec![bytes(ACK)],
        };
        assert_eq!(answered, expected, "{wire}");
    }
}

#[test]
fn a_changed_parameter_is_told_when_asked_for() {
    let mut peer = Peer::agreed(SsiModel::default());
    assert_eq!(peer.hears("05 C7 04 00 EE FE 42"), [bytes("07 C6 00 00 FF EE 01 FD 45")]);
}

#[test]
fn a_symbol_is_text_until_packets_are_asked_for_and_after_a_loss_of_power() {
    let mut peer = Peer::new(SsiModel::default());
    assert_eq!(peer.beams("HELLO"), b"HELLO\r");
    peer.hears(PARAM_EE_1);
    assert_eq!(peer.beams("HELLO"), bytes(DECODE_HELLO));
    peer.scanner.power_lost();
    assert_eq!(peer.beams("HELLO"), b"HELLO\r");
}

#[test]
fn a_symbol_of_300_characters_is_the_recorded_pair_of_packets() {
    for repeats_type in [true, false] {
        let (text, first, rest) = long_symbol(repeats_type);
        let mut peer = Peer::agreed(SsiModel { repeats_type, ..SsiModel::default() });
        assert_eq!(peer.beams(&text), first);
        assert_eq!(peer.hears(ACK_HOST), [rest]);
        assert!(!peer.scanner.is_idle());
        assert_eq!(peer.hears(ACK_HOST), Vec::<Vec<u8>>::new());
        assert!(peer.scanner.is_idle());
    }
}

#[test]
fn any_wrong_bit_of_a_command_is_never_obeyed() {
    let good = bytes(SCAN_ENABLE);
    for at in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[at / 8] ^= 1 << (at % 8);
        let mut peer = Peer::new(SsiModel::default());
        let mut acts = peer.acts(&bad);
        acts.extend(peer.after(HOST_BYTE_MS));
        assert_eq!(meanings(&acts), [], "bit {at}");
        assert!(sent(acts).iter().all(|answer| *answer == bytes(NAK_RESEND)), "bit {at}");
        assert_eq!(peer.hears(SCAN_ENABLE), [bytes(ACK)], "after bit {at}");
    }
}

#[test]
fn a_command_that_comes_again_is_answered_again_and_obeyed_once() {
    let mut peer = Peer::new(SsiModel::default());
    let first = peer.acts(&bytes("05 E6 04 00 0F FF 02"));
    assert_eq!(meanings(&first), [Meaning::Signal(Feedback::Closed)]);
    let second = peer.acts(&bytes("05 E6 04 01 0F FF 01"));
    assert_eq!(meanings(&second), []);
    assert_eq!(sent(second), [bytes(ACK)]);
}

#[test]
fn a_lamp_that_the_model_does_not_have_is_denied() {
    let mut peer = Peer::new(SsiModel { leds: 0b01, ..SsiModel::default() });
    assert_eq!(peer.hears(LED_ON_0), [bytes(ACK)]);
    assert_eq!(peer.hears(LED_ON_1), [bytes(NAK_DENIED)]);
}

#[test]
fn without_an_acknowledgement_a_read_is_sent_three_times_and_then_complained_about() {
    let mut peer = Peer::agreed(SsiModel::default());
    peer.beams("HELLO");
    for _ in 0..2 {
        assert_eq!(peer.after(RESPONSE_MS - 1), []);
        assert_eq!(sent(peer.after(1)), [bytes(DECODE_HELLO_AGAIN)]);
    }
    assert_eq!(peer.after(RESPONSE_MS), [Act::Tell(Heard::ErrorBeep)]);
    assert!(peer.scanner.is_idle());
    assert_eq!(peer.after(10 * RESPONSE_MS), []);
}

#[test]
fn a_read_that_the_host_wants_again_is_sent_with_bit_0() {
    let mut peer = Peer::agreed(SsiModel::default());
    peer.beams("HELLO");
    assert_eq!(peer.hears(NAK_RESEND_HOST), [bytes(DECODE_HELLO_AGAIN)]);
    assert_eq!(peer.hears(ACK_HOST), Vec::<Vec<u8>>::new());
    assert!(peer.scanner.is_idle());
}

#[test]
fn the_first_byte_to_a_sleeping_scanner_is_lost_and_wakes_it() {
    let model = SsiModel { sleep_ms: Some(500), ..SsiModel::default() };
    let mut peer = Peer::new(model);
    assert_eq!(peer.hears(BEEP_00), Vec::<Vec<u8>>::new());
    peer.after(HOST_BYTE_MS);
    assert_eq!(peer.hears(BEEP_00), [bytes(ACK)]);
    peer.after(500);
    assert_eq!(sent(peer.acts(&[&[0], bytes(BEEP_00).as_slice()].concat())), [bytes(ACK)]);
}

#[test]
fn a_disabled_scanner_reads_nothing() {
    let mut peer = Peer::agreed(SsiModel::default());
    assert_eq!(peer.hears("04 EA 04 00 FF 0E"), [bytes(ACK)]);
    assert_eq!(peer.beams("HELLO"), b"");
    assert_eq!(peer.hears(SCAN_ENABLE), [bytes(ACK)]);
    assert_eq!(peer.beams("HELLO"), bytes(DECODE_HELLO));
}

#[test]
fn fuzz_after_any_bytes_and_a_pause_a_command_is_obeyed() {
    bolero::check!().with_type::<Vec<u8>>().for_each(|noise| {
        let mut peer = Peer::new(SsiModel::default());
        peer.acts(noise);
        peer.after(HOST_BYTE_MS);
        let acts = peer.acts(&bytes(BEEP_00));
        let accept = Meaning::Signal(Feedback::Accept);
        assert!(meanings(&acts).contains(&accept), "{noise:02x?}: {acts:?}");
    });
}
