//! Plays the captures of terminals in `replay/` through each protocol's sequence, as they are and
//! in odd pieces, and compares what the driver writes, byte by byte, with what the capture says.
//! The captures are written from the published bytes, not from a device here; nexo has none, its
//! envelope is sealed with a fresh key each time. Next: `drivers/src/port/replay.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use usher_drivers::pin_pad::concert::sequence::Concert;
use usher_drivers::pin_pad::concert::settings::ConcertSettings;
use usher_drivers::pin_pad::zvt::settings::Transport;
use usher_drivers::pin_pad::zvt::{Zvt, ZvtSettings};
use usher_drivers::pin_pad::{
    Ask, Booking, Copy, Currency, IntentNo, Kind, Outcome, PinPad, PinPadEvent, Step, Stir, Tender,
};
use usher_drivers::port::replay::parse;

const ZVT_TCP: &str = include_str!("replay/zvt_tcp.txt");
const ZVT_SERIAL: &str = include_str!("replay/zvt_serial.txt");
const CONCERT: &str = include_str!("replay/concert.txt");
/// Lengths of the pieces in which a terminal's bytes arrive.
const PIECES: [usize; 6] = [usize::MAX, 1, 2, 3, 5, 7];
const INTENT: IntentNo = IntentNo(42);

/// A till at the terminal of a capture: it pays 12.50 once the terminal is there.
struct Till<P> {
    pad: P,
    now_ms: u64,
    written: Vec<u8>,
    told: Vec<PinPadEvent>,
    has_begun: bool,
}

impl<P: PinPad> Till<P> {
    fn stir(&mut self, stir: Stir<'_>) {
        let mut steps = Vec::new();
        self.pad.stir(stir, self.now_ms, &mut steps);
        let mut asks = Vec::new();
        for step in steps {
            match step {
                Step::Write { bytes, .. } => self.written.extend(bytes),
                Step::Tell(event) => {
                    match *event {
                        PinPadEvent::Ready(no) => asks.push(Ask::Go(no)),
                        PinPadEvent::Ended { intent, .. } => asks.push(Ask::Kept(intent)),
                        _ => {}
                    }
                    self.told.push(*event);
                }
                Step::HangUp => panic!("hung up: {:?}", self.told),
            }
        }
        for ask in asks {
            self.stir(Stir::Ask(ask));
        }
    }

    /// What the driver does next by itself, or the payment.
    fn goes_on(&mut self) {
        let up = self.told.iter().find_map(|event| match event {
            PinPadEvent::Up { newest, .. } => Some(newest.clone()),
            _ => None,
        });
        match up.filter(|_| !self.has_begun) {
            Some(baseline) => {
                self.has_begun = true;
                let currency = Currency { number: 978, letters: *b"EUR", minor_digits: 2 };
                self.stir(Stir::Ask(Ask::Begin(Box::new(Tender {
                    intent: INTENT,
                    kind: Kind::Purchase,
                    amount_minor: 1_250,
                    currency,
                    original: None,
                    baseline,
                }))));
            }
            None => {
                self.now_ms = self.pad.due_ms().expect("the driver has something to say");
                self.stir(Stir::Due);
            }
        }
    }
}

/// Plays a capture in pieces of so many bytes, and gives what the driver told.
fn played(pad: impl PinPad, capture: &str, piece: usize) -> Vec<PinPadEvent> {
    let (written, told) = (Vec::new(), Vec::new());
    let mut till = Till { pad, now_ms: 1_000, written, told, has_begun: false };
    till.stir(Stir::LinkUp);
    for (line, said) in parse(capture).unwrap().into_iter().enumerate() {
        till.now_ms += said.after_ms;
        if said.from_device {
            assert!(till.written.is_empty(), "{line}: {:02x?} is not in it", till.written);
            for bytes in said.bytes.chunks(piece) {
                till.stir(Stir::Bytes { exchange: 0, bytes });
            }
            continue;
        }
        while till.written.len() < said.bytes.len() {
            till.goes_on();
        }
        let rest = till.written.split_off(said.bytes.len());
        assert_eq!(till.written, said.bytes, "{line}");
        till.written = rest;
    }
    assert!(till.written.is_empty(), "{:02x?} is not in it", till.written);
    till.told
}

fn zvt(transport: Transport) -> Zvt {
    let terminal_id = "52523535".to_owned();
    Zvt::new(ZvtSettings { transport, terminal_id, ..ZvtSettings::default() })
}

fn approved(told: &[PinPadEvent]) -> Booking {
    let ended = told.iter().find_map(|event| match event {
        PinPadEvent::Ended { intent: INTENT, outcome } => Some(outcome.clone()),
        _ => None,
    });
    let Some(Outcome::Approved(booking)) = ended else { panic!("{told:?}") };
    assert_eq!(told.last(), Some(&PinPadEvent::Done { intent: INTENT }));
    booking
}

#[test]
fn a_zvt_terminal_of_a_capture_is_paid_with_in_whatever_pieces_its_bytes_come() {
    for (transport, capture) in [(Transport::Tcp, ZVT_TCP), (Transport::Serial, ZVT_SERIAL)] {
        for piece in PIECES {
            let told = played(zvt(transport), capture, piece);
            let booking = approved(&told);
            assert_eq!((booking.amount_minor, booking.trace), (Some(1_250), Some(975)));
            assert_eq!((booking.receipt, booking.last_four.as_str()), (Some(231), "8074"));
            let receipts = told.iter().filter_map(|event| match event {
                PinPadEvent::Receipt { receipt, .. } => Some((receipt.copy, &receipt.lines[1])),
                _ => None,
            });
            let amount = "EUR 12.50".to_owned();
            let both = [(Copy::Merchant, &amount), (Copy::Customer, &amount)];
            assert_eq!(receipts.collect::<Vec<_>>(), both);
        }
    }
}

#[test]
fn a_concert_terminal_of_a_capture_is_paid_with_in_whatever_pieces_its_bytes_come() {
    for piece in PIECES {
        let told = played(Concert::new(ConcertSettings::at("unused")), CONCERT, piece);
        assert_eq!(approved(&told).amount_minor, Some(1_250));
    }
}
