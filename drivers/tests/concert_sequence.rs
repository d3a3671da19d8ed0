//! Guards the dialogue with a Concert terminal row by row: given bytes, asks and times, then
//! steps. No line, no clock. Rows are those of pin-pads 2.
//! Next: `concert_cut.rs` runs it against a terminal.

// Steps of a test are few; a box around each event would only hide the patterns.
#![allow(clippy::unwrap_used, clippy::panic, clippy::large_enum_variant)]

use bolero::check;
use usher_drivers::pin_pad::concert::codec::{ACK, ENQ, EOT, NAK, frame};
use usher_drivers::pin_pad::concert::sequence::{
    ACK_MS_MAX, CALL_PAUSE_MS, CALLS_MAX, Concert, GAP_MS_MAX, HEALTH_MS, HEALTH_RETRY_MS,
    KEPT_MS_MAX, LINK_MS_MAX, LISTEN_MS, SETTLE_MS, SPOILT_QUIET_MS,
};
use usher_drivers::pin_pad::concert::settings::ConcertSettings;
use usher_drivers::pin_pad::{
    Alarm, Ask, Currency, Finding, IntentNo, Kind, Outcome, PinPad, PinPadEvent, Step, Stir, Tender,
};

const INTENT: IntentNo = IntentNo(42);
const REQUEST: &[u8] = b"\x0201000012500109780000000000";

fn tender(intent: IntentNo) -> Box<Tender> {
    let currency = Currency { number: 978, letters: *b"EUR", minor_digits: 2 };
    let (kind, amount_minor) = (Kind::Purchase, 1_250);
    Box::new(Tender { intent, kind, amount_minor, currency, original: None, baseline: None })
}

fn answer(status: char, amount_minor: u32, currency: u16, private: &str) -> Vec<u8> {
    frame(format!("01{status}{amount_minor:08}1{currency:03}{private}").as_bytes())
}

fn ours(status: char) -> Vec<u8> {
    answer(status, 1_250, 978, "U000000042")
}

struct Dialogue {
    pad: Concert,
    now_ms: u64,
}

/// What a row does: written bytes, told events, or the line dropped.
#[derive(Debug, Clone, PartialEq)]
enum Did {
    Wrote(Vec<u8>),
    Told(PinPadEvent),
    HungUp,
}

fn wrote(byte: u8) -> Did {
    Did::Wrote(vec![byte])
}

impl Dialogue {
    fn new(settings: ConcertSettings) -> Dialogue {
        Dialogue { pad: Concert::new(settings), now_ms: 1_000 }
    }

    /// The line is open and nothing was said.
    fn open() -> Dialogue {
        let mut dialogue = Dialogue::new(ConcertSettings::at("unused"));
        assert_eq!(dialogue.stir(Stir::LinkUp), []);
        dialogue
    }

    /// The terminal is known to be there.
    fn idle() -> Dialogue {
        let mut dialogue = Dialogue::open();
        assert_eq!(dialogue.after(SETTLE_MS), [wrote(ENQ)]);
        let did = dialogue.hears(&[ACK]);
        assert!(matches!(&did[..], [Did::Wrote(_), Did::Told(PinPadEvent::Up { .. })]), "{did:?}");
        dialogue.now_ms += 5_000;
        dialogue
    }

    fn ready() -> Dialogue {
        let mut dialogue = Dialogue::idle();
        assert_eq!(dialogue.asks(Ask::Begin(tender(INTENT))), [wrote(ENQ)]);
        let then = [wrote(EOT), Did::Told(PinPadEvent::Ready(INTENT))];
        assert_eq!(dialogue.hears(&[ACK]), then);
        dialogue.now_ms += 5_000;
        dialogue
    }

    /// The request is written.
    fn sent() -> Dialogue {
        let mut dialogue = Dialogue::ready();
        assert_eq!(dialogue.asks(Ask::Go(INTENT)), [wrote(ENQ)]);
        assert!(is_request(&dialogue.hears(&[ACK])));
        dialogue
    }

    /// The terminal works.
    fn waiting() -> Dialogue {
        let mut dialogue = Dialogue::sent();
        assert_eq!(dialogue.hears(&[ACK]), [wrote(EOT)]);
        dialogue
    }

    /// The terminal's call is answered.
    fn reading() -> Dialogue {
        let mut dialogue = Dialogue::waiting();
        assert_eq!(dialogue.hears(&[ENQ]), [wrote(ACK)]);
        dialogue
    }

    /// Unknown, and the line open again.
    fn unknown() -> Dialogue {
        let mut dialogue = Dialogue::waiting();
        assert!(is_unknown(&dialogue.stir(Stir::LinkLost)));
        assert_eq!(dialogue.stir(Stir::LinkUp), []);
        dialogue
    }

    /// Recovery listens.
    fn recovering() -> Dialogue {
        let mut dialogue = Dialogue::unknown();
        assert_eq!(dialogue.asks(Ask::Recover(tender(INTENT))), []);
        dialogue
    }

    fn stir(&mut self, stir: Stir<'_>) -> Vec<Did> {
        let mut steps = Vec::new();
        self.pad.stir(stir, self.now_ms, &mut steps);
        let did = |step| match step {
            Step::Write { bytes, exchange } => {
                assert_eq!(exchange, 0);
                Did::Wrote(bytes)
            }
            Step::Tell(event) => Did::Told(*event),
            Step::HangUp => Did::HungUp,
        };
        steps.into_iter().map(did).collect()
    }

    fn hears(&mut self, bytes: &[u8]) -> Vec<Did> {
        self.now_ms += 1;
        self.stir(Stir::Bytes { exchange: 0, bytes })
    }

    fn asks(&mut self, ask: Ask) -> Vec<Did> {
        self.stir(Stir::Ask(ask))
    }

    /// Nothing happens before `ms` are over; what happens then.
    fn after(&mut self, ms: u64) -> Vec<Did> {
        assert_eq!(self.pad.due_ms(), Some(self.now_ms + ms));
        self.now_ms += ms - 1;
        assert_eq!(self.stir(Stir::Due), []);
        self.now_ms += 1;
        self.stir(Stir::Due)
    }
}

fn is_request(did: &[Did]) -> bool {
    matches!(did, [Did::Wrote(bytes)] if bytes.len() == 37 && bytes[..17] == REQUEST[..17])
}

fn is_unknown(did: &[Did]) -> bool {
    matches!(did, [Did::Told(PinPadEvent::Unknown { intent: INTENT, .. })])
}

fn is_unknown_and_hung_up(did: &[Did]) -> bool {
    did.last() == Some(&Did::HungUp) && is_unknown(&did[did.len() - 2..did.len() - 1])
}

fn is_not_started(did: &[Did]) -> bool {
    matches!(did, [.., Did::Told(PinPadEvent::NotStarted { .. })])
}

fn is_undecided(did: &[Did]) -> bool {
    let undecided = |did: &Did| match did {
        Did::Told(PinPadEvent::Recovered { finding: Finding::Undecided { evidence }, .. }) => {
            evidence.contains("press duplicate on the terminal; enter approved or not")
        }
        Did::Told(_) | Did::Wrote(_) | Did::HungUp => false,
    };
    did.iter().any(undecided)
}

fn approved(did: &[Did]) -> bool {
    let ended = |did: &Did| match did {
        Did::Told(PinPadEvent::Ended { outcome: Outcome::Approved(booking), .. }) => {
            booking.amount_minor == Some(1_250)
        }
        Did::Told(_) | Did::Wrote(_) | Did::HungUp => false,
    };
    did.iter().any(ended)
}

#[test]
fn row_2_nothing_of_the_payment_leaves_before_go() {
    let mut dialogue = Dialogue::ready();
    assert_eq!(dialogue.pad.due_ms(), None);
    assert_eq!(dialogue.hears(&[ACK, NAK, EOT]), []);
    dialogue.now_ms += 1_000_000;
    assert_eq!(dialogue.stir(Stir::Due), []);
    assert_eq!(dialogue.asks(Ask::Go(INTENT)), [wrote(ENQ)]);
    assert!(is_request(&dialogue.hears(&[ACK])));
}

#[test]
fn row_3_a_line_lost_before_go_starts_nothing() {
    let mut dialogue = Dialogue::ready();
    assert!(is_not_started(&dialogue.stir(Stir::LinkLost)));
    assert!(is_not_started(&dialogue.asks(Ask::Go(INTENT))));
}

#[test]
fn row_4_a_request_refused_three_times_was_not_begun() {
    let mut dialogue = Dialogue::sent();
    for _ in 0..2 {
        assert_eq!(dialogue.hears(&[NAK]), []);
        assert!(is_request(&dialogue.after(SPOILT_QUIET_MS)));
    }
    assert_eq!(dialogue.hears(&[NAK]), []);
    let did = dialogue.after(SPOILT_QUIET_MS);
    assert!(did[0] == wrote(EOT) && is_not_started(&did), "{did:?}");
    assert_eq!(dialogue.asks(Ask::Begin(tender(IntentNo(43)))), [wrote(ENQ)]);
}

#[test]
fn many_naks_in_a_row_are_one_refusal_and_an_ack_after_nak_is_unknown() {
    let mut dialogue = Dialogue::sent();
    assert_eq!(dialogue.hears(&[NAK, NAK, NAK, NAK]), []);
    assert!(is_request(&dialogue.after(SPOILT_QUIET_MS)));
    let mut dialogue = Dialogue::sent();
    assert!(is_unknown_and_hung_up(&dialogue.hears(&[NAK, ACK])));
}

#[test]
fn row_5_an_approval_is_acknowledged_after_kept_and_not_before() {
    let mut dialogue = Dialogue::reading();
    let did = dialogue.hears(&ours('0'));
    assert!(did.len() == 1 && approved(&did), "{did:?}");
    assert_eq!(dialogue.asks(Ask::Kept(IntentNo(41))), []);
    assert_eq!(dialogue.asks(Ask::Kept(INTENT)), [wrote(ACK)]);
    assert_eq!(dialogue.hears(&[EOT]), [Did::Told(PinPadEvent::Done { intent: INTENT })]);
}

#[test]
fn row_6_and_7_not_done_is_one_outcome_for_all_reasons() {
    let mut dialogue = Dialogue::reading();
    let did = dialogue.hears(&ours('7'));
    let [Did::Told(PinPadEvent::Ended { outcome: Outcome::Declined { code, .. }, .. })] = &did[..]
    else {
        panic!("{did:?}");
    };
    assert_eq!(code, "7");
    assert_eq!(dialogue.asks(Ask::Kept(INTENT)), [wrote(ACK)]);
}

#[test]
fn row_8_silence_after_the_request_is_unknown() {
    let mut dialogue = Dialogue::sent();
    assert!(is_unknown_and_hung_up(&dialogue.after(ACK_MS_MAX)));
}

#[test]
fn row_8_no_answer_in_time_is_unknown() {
    let mut dialogue = Dialogue::waiting();
    assert!(is_unknown_and_hung_up(&dialogue.after(180_000)));
}

#[test]
fn row_8_a_line_lost_after_the_request_is_unknown() {
    for mut dialogue in [Dialogue::sent(), Dialogue::waiting(), Dialogue::reading()] {
        assert!(is_unknown(&dialogue.stir(Stir::LinkLost)));
        assert_eq!(dialogue.stir(Stir::LinkLost), []);
    }
}

#[test]
fn row_8_an_answer_that_does_not_fit_is_unknown() {
    let wrong = [
        answer('9', 1_250, 978, "U000000042"),
        answer('1', 1_250, 978, "U000000042"),
        answer('0', 1_249, 978, "U000000042"),
        answer('7', 0, 978, "U000000042"),
        answer('0', 1_250, 756, "U000000042"),
        answer('0', 1_250, 978, "U000000041"),
        answer('7', 1_250, 978, "U000000043"),
        answer('0', 1_250, 978, "          "),
    ];
    for bytes in wrong {
        let did = Dialogue::reading().hears(&bytes);
        assert!(is_unknown_and_hung_up(&did), "{bytes:02x?} {did:?}");
        assert!(!did.iter().any(|did| matches!(did, Did::Wrote(_))), "not acknowledged");
    }
}

#[test]
fn another_amount_and_another_currency_are_alarms() {
    let did = Dialogue::reading().hears(&answer('0', 1_300, 978, "U000000042"));
    let alarm = Alarm::AmountMismatch { intent: INTENT, asked_minor: 1_250, booked_minor: 1_300 };
    assert_eq!(did[0], Did::Told(PinPadEvent::Alarm(alarm)));
    let did = Dialogue::reading().hears(&answer('0', 1_250, 756, "U000000042"));
    let alarm = Alarm::CurrencyMismatch { found: 756 };
    assert_eq!(did[0], Did::Told(PinPadEvent::Alarm(alarm)));
}

#[test]
fn row_9_a_late_answer_is_found_and_acknowledged_after_kept() {
    let mut dialogue = Dialogue::recovering();
    assert_eq!(dialogue.hears(&[ENQ])[1..], [wrote(ACK)]);
    let did = dialogue.hears(&ours('0'));
    let [Did::Told(PinPadEvent::Recovered { finding: Finding::Booked(booking), .. })] = &did[..]
    else {
        panic!("{did:?}");
    };
    assert_eq!(booking.reference, "U000000042");
    assert_eq!(dialogue.asks(Ask::Kept(INTENT)), [wrote(ACK)]);
    assert_eq!(dialogue.hears(&[EOT]), [Did::Told(PinPadEvent::Done { intent: INTENT })]);
}

#[test]
fn row_10_a_late_not_done_proves_that_nothing_was_booked() {
    let mut dialogue = Dialogue::recovering();
    dialogue.hears(&[ENQ]);
    let did = dialogue.hears(&ours('7'));
    let [Did::Told(PinPadEvent::Recovered { finding, .. })] = &did[..] else {
        panic!("{did:?}");
    };
    assert!(matches!(finding, Finding::NotBooked { .. }));
}

#[test]
fn row_10_a_request_that_never_left_was_not_booked() {
    let mut dialogue = Dialogue::ready();
    assert_eq!(dialogue.asks(Ask::Go(INTENT)), [wrote(ENQ)]);
    assert!(is_unknown(&dialogue.stir(Stir::LinkLost)));
    let did = dialogue.asks(Ask::Recover(tender(INTENT)));
    let [Did::Told(PinPadEvent::Recovered { finding, .. }), Did::Told(PinPadEvent::Done { .. })] =
        &did[..]
    else {
        panic!("{did:?}");
    };
    assert!(matches!(finding, Finding::NotBooked { .. }));
}

#[test]
fn row_11_nothing_heard_in_30_seconds_is_left_to_a_person() {
    let mut dialogue = Dialogue::recovering();
    let did = dialogue.after(LISTEN_MS);
    assert!(is_undecided(&did), "{did:?}");
    assert_eq!(did.last(), Some(&Did::Told(PinPadEvent::Done { intent: INTENT })));
}

#[test]
fn row_11_a_late_answer_that_does_not_fit_is_left_to_a_person() {
    for bytes in [answer('9', 1_250, 978, "U000000042"), answer('0', 1, 978, "U000000042")] {
        let mut dialogue = Dialogue::recovering();
        dialogue.hears(&[ENQ]);
        assert!(is_undecided(&dialogue.hears(&bytes)));
    }
}

#[test]
fn an_answer_of_another_payment_ends_no_recovery() {
    let mut dialogue = Dialogue::recovering();
    dialogue.hears(&[ENQ]);
    let did = dialogue.hears(&answer('0', 1_250, 978, "U000000041"));
    assert!(matches!(&did[..], [Did::Told(PinPadEvent::Alarm(Alarm::Orphan(_)))]), "{did:?}");
    dialogue.now_ms += LISTEN_MS - 2;
    assert!(is_undecided(&dialogue.stir(Stir::Due)));
}

#[test]
fn recovery_opens_a_used_line_again_and_gives_up_on_one_that_stays_shut() {
    let mut dialogue = Dialogue::waiting();
    assert!(is_unknown_and_hung_up(&dialogue.after(180_000)));
    assert_eq!(dialogue.asks(Ask::Recover(tender(INTENT))), []);
    let did = dialogue.after(LINK_MS_MAX);
    let [Did::Told(PinPadEvent::Recovered { finding, .. })] = &did[..] else {
        panic!("{did:?}");
    };
    assert!(matches!(finding, Finding::NotNow { .. }));
}

#[test]
fn a_program_started_again_recovers_on_the_line_it_has_just_opened() {
    let mut dialogue = Dialogue::open();
    assert_eq!(dialogue.asks(Ask::Recover(tender(INTENT))), []);
    assert!(is_undecided(&dialogue.after(LISTEN_MS)));
    let mut dialogue = Dialogue::new(ConcertSettings::at("unused"));
    assert_eq!(dialogue.asks(Ask::Recover(tender(INTENT))), []);
    assert_eq!(dialogue.stir(Stir::LinkUp), []);
    assert!(is_undecided(&dialogue.after(LISTEN_MS)));
}

#[test]
fn a_new_payment_waits_until_the_last_one_is_settled() {
    let mut dialogue = Dialogue::unknown();
    assert!(is_not_started(&dialogue.asks(Ask::Begin(tender(IntentNo(43))))));
    dialogue.asks(Ask::Recover(tender(INTENT)));
    assert!(is_not_started(&dialogue.asks(Ask::Begin(tender(IntentNo(43))))));
    dialogue.after(LISTEN_MS);
    assert_eq!(dialogue.asks(Ask::Begin(tender(IntentNo(43)))), [wrote(ENQ)]);
}

#[test]
fn an_acknowledgement_that_was_not_heard_is_given_again_without_a_second_outcome() {
    for by in [vec![ENQ], Vec::new()] {
        let mut dialogue = Dialogue::reading();
        assert!(approved(&dialogue.hears(&ours('0'))));
        assert_eq!(dialogue.asks(Ask::Kept(INTENT)), [wrote(ACK)]);
        if by.is_empty() {
            // The terminal says only its message again.
            assert_eq!(dialogue.hears(&ours('0')), [wrote(ACK)]);
        } else {
            assert_eq!(dialogue.hears(&by), [wrote(ACK)]);
            assert_eq!(dialogue.hears(&ours('0')), [wrote(ACK)]);
        }
        assert_eq!(dialogue.hears(&[EOT]), [Did::Told(PinPadEvent::Done { intent: INTENT })]);
    }
}

#[test]
fn an_outcome_kept_too_late_is_acknowledged_at_the_next_call() {
    let mut dialogue = Dialogue::reading();
    assert!(approved(&dialogue.hears(&ours('0'))));
    assert_eq!(dialogue.after(KEPT_MS_MAX), []);
    assert_eq!(dialogue.asks(Ask::Kept(INTENT)), []);
    assert_eq!(dialogue.hears(&[EOT, ENQ]), [wrote(ACK)]);
    assert_eq!(dialogue.hears(&ours('0')), [wrote(ACK)]);
}

#[test]
fn an_approval_whose_dialogue_the_terminal_never_ended_is_unknown_again() {
    let mut dialogue = Dialogue::reading();
    dialogue.hears(&ours('0'));
    dialogue.asks(Ask::Kept(INTENT));
    assert_eq!(dialogue.after(ACK_MS_MAX), []);
    assert!(is_unknown(&dialogue.after(LISTEN_MS)));
    assert_eq!(dialogue.asks(Ask::Recover(tender(INTENT))), [Did::HungUp]);
    assert_eq!(dialogue.stir(Stir::LinkUp), []);
    assert!(is_undecided(&dialogue.after(LISTEN_MS)));
}

#[test]
fn a_finding_whose_dialogue_the_terminal_never_ended_is_told_to_staff() {
    let mut dialogue = Dialogue::recovering();
    dialogue.hears(&[ENQ]);
    dialogue.hears(&ours('0'));
    dialogue.asks(Ask::Kept(INTENT));
    assert_eq!(dialogue.after(ACK_MS_MAX), []);
    let did = dialogue.after(LISTEN_MS);
    let [Did::Told(PinPadEvent::Failed { what, .. }), Did::Told(PinPadEvent::Done { .. })] =
        &did[..]
    else {
        panic!("{did:?}");
    };
    assert_eq!(*what, "acknowledgement");
}

#[test]
fn a_call_is_tried_three_times_with_eot_and_a_pause() {
    let mut dialogue = Dialogue::open();
    let mut did = dialogue.after(SETTLE_MS);
    for call in 1..=CALLS_MAX {
        assert_eq!(did, [wrote(ENQ)]);
        did = dialogue.after(ACK_MS_MAX);
        assert_eq!(did[0], wrote(EOT));
        if call < CALLS_MAX {
            did = dialogue.after(CALL_PAUSE_MS);
        }
    }
    assert!(matches!(&did[1..], [Did::Told(PinPadEvent::Down { .. })]), "{did:?}");
    assert_eq!(dialogue.after(HEALTH_RETRY_MS), [wrote(ENQ)]);
}

#[test]
fn a_terminal_that_does_not_answer_is_told_down_once_and_up_again() {
    let mut dialogue = Dialogue::open();
    let mut told = Vec::new();
    for _ in 0..30 {
        dialogue.now_ms = dialogue.pad.due_ms().unwrap();
        let did = dialogue.stir(Stir::Due);
        told.extend(did.into_iter().filter(|did| matches!(did, Did::Told(_))));
    }
    assert_eq!(told.len(), 1, "{told:?}");
    loop {
        dialogue.now_ms = dialogue.pad.due_ms().unwrap();
        if dialogue.stir(Stir::Due) == [wrote(ENQ)] {
            break;
        }
    }
    let did = dialogue.hears(&[ACK]);
    assert!(matches!(&did[..], [_, Did::Told(PinPadEvent::Up { .. })]), "{did:?}");
}

#[test]
fn go_without_an_answer_to_the_call_is_unknown_and_recovery_knows_better() {
    let mut dialogue = Dialogue::ready();
    dialogue.asks(Ask::Go(INTENT));
    let mut did = Vec::new();
    while !is_unknown(did.get(1..2).unwrap_or(&[])) {
        dialogue.now_ms = dialogue.pad.due_ms().unwrap();
        did = dialogue.stir(Stir::Due);
        assert!(!is_request(&did));
    }
    assert_eq!(did.last(), Some(&Did::HungUp));
    let did = dialogue.asks(Ask::Recover(tender(INTENT)));
    assert!(matches!(
        &did[0],
        Did::Told(PinPadEvent::Recovered { finding: Finding::NotBooked { .. }, .. })
    ));
}

#[test]
fn the_line_must_be_quiet_before_a_call() {
    let mut dialogue = Dialogue::idle();
    assert_eq!(dialogue.hears(b"xx\x06\x15"), []);
    assert_eq!(dialogue.asks(Ask::Begin(tender(INTENT))), []);
    assert_eq!(dialogue.after(100), [wrote(ENQ)]);
}

#[test]
fn a_spoilt_answer_is_refused_once_the_line_is_quiet_and_wanted_again() {
    let mut dialogue = Dialogue::reading();
    let mut spoilt = ours('0');
    spoilt[5] ^= 1;
    for _ in 0..2 {
        assert_eq!(dialogue.hears(&spoilt), []);
        assert_eq!(dialogue.after(SPOILT_QUIET_MS), [wrote(NAK)]);
    }
    assert!(approved(&dialogue.hears(&ours('0'))));
}

#[test]
fn an_answer_spoilt_three_times_is_unknown() {
    let mut dialogue = Dialogue::reading();
    let mut spoilt = ours('7');
    spoilt[27] ^= 1;
    for _ in 0..2 {
        dialogue.hears(&spoilt);
        assert_eq!(dialogue.after(SPOILT_QUIET_MS), [wrote(NAK)]);
    }
    dialogue.hears(&spoilt);
    assert!(is_unknown_and_hung_up(&dialogue.after(SPOILT_QUIET_MS)));
}

#[test]
fn half_an_answer_is_refused_after_the_gap_and_a_slow_one_is_not() {
    let whole = ours('0');
    let mut dialogue = Dialogue::reading();
    assert_eq!(dialogue.hears(&whole[..20]), []);
    assert_eq!(dialogue.after(GAP_MS_MAX), [wrote(NAK)]);
    for byte in &whole[..27] {
        assert_eq!(dialogue.hears(&[*byte]), []);
        dialogue.now_ms += GAP_MS_MAX - 2;
        assert_eq!(dialogue.stir(Stir::Due), []);
    }
    assert!(approved(&dialogue.hears(&whole[27..])));
}

#[test]
fn a_call_without_a_message_is_waited_for_again() {
    let mut dialogue = Dialogue::reading();
    assert_eq!(dialogue.after(ACK_MS_MAX), []);
    assert_eq!(dialogue.hears(&[ENQ]), [wrote(ACK)]);
    assert!(approved(&dialogue.hears(&ours('0'))));
}

#[test]
fn an_answer_with_a_card_number_is_an_alarm_and_nothing_of_it_is_told() {
    let text = format!("01000001250{}{:<55}978U000000042", 1, "4242424242424242");
    let did = Dialogue::reading().hears(&frame(text.as_bytes()));
    assert_eq!(did[0], Did::Told(PinPadEvent::Alarm(Alarm::TerminalSendsClearPan)));
    assert!(approved(&did) && !format!("{did:?}").contains("4242"), "{did:?}");
}

#[test]
fn an_abort_before_go_starts_nothing_and_after_it_says_what_to_press() {
    let mut dialogue = Dialogue::ready();
    assert!(is_not_started(&dialogue.asks(Ask::Abort(INTENT))));
    for mut dialogue in [Dialogue::sent(), Dialogue::waiting(), Dialogue::reading()] {
        let did = dialogue.asks(Ask::Abort(INTENT));
        let [Did::Told(PinPadEvent::Failed { what: "abort", why })] = &did[..] else {
            panic!("{did:?}");
        };
        assert!(why.contains("on the terminal"), "{why}");
    }
}

#[test]
fn an_approval_nobody_asked_for_is_an_alarm_once_and_not_acknowledged() {
    let mut dialogue = Dialogue::idle();
    assert_eq!(dialogue.hears(&[ENQ]), [wrote(ACK)]);
    let did = dialogue.hears(&ours('0'));
    let [Did::Told(PinPadEvent::Alarm(Alarm::Orphan(booking)))] = &did[..] else {
        panic!("{did:?}");
    };
    assert_eq!(booking.reference, "U000000042");
    assert_eq!(dialogue.after(KEPT_MS_MAX), []);
    assert_eq!(dialogue.hears(&[ENQ]), [wrote(ACK)]);
    assert_eq!(dialogue.hears(&ours('0')), []);
    assert_eq!(dialogue.asks(Ask::Kept(INTENT)), [wrote(ACK)]);
}

#[test]
fn a_recovery_asked_for_while_the_answer_is_held_uses_it() {
    let mut dialogue = Dialogue::unknown();
    dialogue.hears(&[ENQ]);
    assert_eq!(dialogue.hears(&ours('0')), [], "no orphan: its recovery is expected");
    let did = dialogue.asks(Ask::Recover(tender(INTENT)));
    assert!(matches!(
        &did[..],
        [Did::Told(PinPadEvent::Recovered { finding: Finding::Booked(_), .. })]
    ));
}

#[test]
fn an_idle_terminal_is_asked_every_minute() {
    let mut dialogue = Dialogue::open();
    dialogue.after(SETTLE_MS);
    dialogue.hears(&[ACK]);
    assert_eq!(dialogue.after(HEALTH_MS), [wrote(ENQ)]);
    let did = dialogue.hears(&[ACK]);
    assert!(matches!(&did[..], [_, Did::Told(PinPadEvent::Healthy { .. })]), "{did:?}");
}

#[test]
fn amounts_and_kinds_are_refused_on_both_sides_of_their_limits() {
    let begin = |settings: ConcertSettings, kind, amount_minor| {
        let mut dialogue = Dialogue::new(settings);
        dialogue.stir(Stir::LinkUp);
        let tender = Tender { kind, amount_minor, ..*tender(INTENT) };
        dialogue.asks(Ask::Begin(Box::new(tender))) == [wrote(ENQ)]
    };
    let plain = || ConcertSettings::at("unused");
    for (amount_minor, then) in [(0, false), (1, true), (99_999_999, true), (100_000_000, false)] {
        assert_eq!(begin(plain(), Kind::Purchase, amount_minor), then, "{amount_minor}");
    }
    let narrow =
        || ConcertSettings { amount_minor_min: 100, amount_minor_max: 9_999_999, ..plain() };
    for (amount_minor, then) in [(99, false), (100, true), (9_999_999, true), (10_000_000, false)] {
        assert_eq!(begin(narrow(), Kind::Purchase, amount_minor), then, "{amount_minor}");
    }
    assert!(!begin(plain(), Kind::KeyedPurchase, 1_250), "no word for it");
    for kind in [Kind::Refund, Kind::Reversal] {
        assert!(!begin(plain(), kind, 1_250));
        let on = ConcertSettings { refunds: true, cancellations: true, ..plain() };
        assert!(begin(on, kind, 1_250));
    }
}

#[test]
fn settings_are_refused_where_they_cannot_work() {
    let good = || ConcertSettings::at("pad");
    assert_eq!(good().check(), Ok(()));
    let bad = [
        ConcertSettings::at(""),
        ConcertSettings { baud: 0, ..good() },
        ConcertSettings { till: 0, ..good() },
        ConcertSettings { till: 100, ..good() },
        ConcertSettings { answer_wait_s: 119, ..good() },
        ConcertSettings { answer_wait_s: 901, ..good() },
        ConcertSettings { amount_minor_min: 0, ..good() },
        ConcertSettings { amount_minor_max: 100_000_000, ..good() },
        ConcertSettings { amount_minor_min: 5, amount_minor_max: 4, ..good() },
        ConcertSettings { refund_code: '0', ..good() },
        ConcertSettings { cancellation_code: '\u{3}', ..good() },
    ];
    for settings in bad {
        assert!(settings.check().is_err(), "{settings:?}");
    }
    assert_eq!(ConcertSettings { answer_wait_s: 120, till: 99, ..good() }.check(), Ok(()));
    assert_eq!(ConcertSettings { answer_wait_s: 900, till: 1, ..good() }.check(), Ok(()));
}

#[test]
fn any_bytes_asks_and_times_never_give_an_approval_nobody_sent() {
    check!().with_type::<Vec<(u8, u8)>>().for_each(|stirs| {
        let mut dialogue = Dialogue::open();
        for (what, byte) in stirs {
            let did = match what % 12 {
                0 => dialogue.stir(Stir::LinkUp),
                1 => dialogue.stir(Stir::LinkLost),
                2 => dialogue.asks(Ask::Begin(tender(INTENT))),
                3 => dialogue.asks(Ask::Go(INTENT)),
                4 => dialogue.asks(Ask::Kept(INTENT)),
                5 => dialogue.asks(Ask::Abort(INTENT)),
                6 => dialogue.asks(Ask::Recover(tender(INTENT))),
                7 => {
                    dialogue.now_ms = dialogue.pad.due_ms().unwrap_or(dialogue.now_ms);
                    dialogue.stir(Stir::Due)
                }
                8 => dialogue.hears(&ours('7')),
                9 => dialogue.hears(&[[ENQ, ACK, NAK, EOT][usize::from(byte % 4)]]),
                _ => dialogue.hears(&[*byte]),
            };
            assert!(!approved(&did));
            if let Some(due) = dialogue.pad.due_ms() {
                assert!(due < dialogue.now_ms + 1_000_000);
            }
        }
    });
}
