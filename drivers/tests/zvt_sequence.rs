//! Guards the dialogue without a line: each row of the payment state machine that the driver
//! decides, what is never sent, and what a recovery may conclude.
//! Given stirs, then steps; time is a number. Next: `zvt_dialogue.rs` for real lines.

#![allow(clippy::unwrap_used, clippy::panic)]

use usher_drivers::pin_pad::zvt::fields::Fields;
use usher_drivers::pin_pad::zvt::sequence::recovery::{
    Judgement, judge, judge_totals, read_receipt,
};
use usher_drivers::pin_pad::zvt::serial::frame;
use usher_drivers::pin_pad::zvt::settings::{Labels, Transport};
use usher_drivers::pin_pad::zvt::{Zvt, ZvtSettings};
use usher_drivers::pin_pad::{
    Alarm, Ask, Booking, BrandTotal, Currency, Display, Finding, IntentNo, Kind, ORPHAN, Outcome,
    PinPad, PinPadEvent, Step, Stir, Tender,
};

const EURO: Currency = Currency { number: 978, letters: *b"EUR", minor_digits: 2 };
const ACK: &str = "80 00 00";
const PAY: &str = "06 01 0A 04 00 00 00 00 12 50 49 09 78";
const APPROVED: &str = "04 0F 13 27 00 04 00 00 00 00 12 50 49 09 78 0B 00 09 76 87 02 32";
const BASELINE: &str = "04 0F 13 27 00 04 00 00 00 00 07 00 49 09 78 0B 00 09 75 87 02 31";
const DONE: &str = "06 0F 00";

fn hex(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

struct Bench {
    zvt: Zvt,
    now_ms: u64,
    transport: Transport,
    told: Vec<PinPadEvent>,
    hung_up: bool,
}

impl Bench {
    fn new(settings: ZvtSettings) -> Bench {
        let transport = settings.transport;
        let zvt = Zvt::new(settings);
        Bench { zvt, now_ms: 1_000, transport, told: Vec::new(), hung_up: false }
    }

    /// Does it, and gives what was written.
    fn stir(&mut self, stir: Stir<'_>) -> Vec<Vec<u8>> {
        let mut steps = Vec::new();
        self.zvt.stir(stir, self.now_ms, &mut steps);
        let mut written = Vec::new();
        for step in steps {
            match step {
                Step::Write { exchange, bytes } => {
                    assert_eq!(exchange, 0);
                    written.push(bytes);
                }
                Step::Tell(event) => self.told.push(*event),
                Step::HangUp => self.hung_up = true,
            }
        }
        written
    }

    fn ask(&mut self, ask: Ask) -> Vec<Vec<u8>> {
        self.stir(Stir::Ask(ask))
    }

    /// The terminal says an APDU; what the box writes must be these.
    fn hear(&mut self, apdu: &str, then: &[&str]) {
        let bytes = match self.transport {
            Transport::Tcp => hex(apdu),
            Transport::Serial => frame(&hex(apdu)),
        };
        let written = self.stir(Stir::Bytes { exchange: 0, bytes: &bytes });
        let expected: Vec<Vec<u8>> = then.iter().map(|text| hex(text)).collect();
        assert_eq!(written, expected, "after {apdu}; told {:?}", self.told);
    }

    fn take(&mut self) -> Vec<PinPadEvent> {
        std::mem::take(&mut self.told)
    }

    fn wait(&mut self) -> Vec<Vec<u8>> {
        self.now_ms = self.zvt.due_ms().expect("something is due");
        self.stir(Stir::Due)
    }
}

const REGISTER: &str = "06 00 10 00 00 00 BE 09 78 03 01 06 06 26 04 0A 02 06 D3";
const REPEAT: &str = "06 20 03 00 00 00";
const ENQUIRE: &str = "05 01 03 00 00 00";
const TOTALS: &str = "06 10 03 00 00 00";

fn settings() -> ZvtSettings {
    ZvtSettings {
        transport: Transport::Tcp,
        terminal_id: "52523535".to_owned(),
        ..ZvtSettings::default()
    }
}

/// A terminal that is up, with a booking of 7.00 before.
fn up(settings: ZvtSettings) -> Bench {
    let mut bench = Bench::new(settings);
    connect(&mut bench);
    let told = bench.take();
    assert!(matches!(told.last(), Some(PinPadEvent::Up { newest: Some(_), .. })), "{told:?}");
    bench
}

fn connect(bench: &mut Bench) {
    assert_eq!(bench.stir(Stir::LinkUp), [hex(REGISTER)]);
    bench.hear(ACK, &[]);
    bench.hear("06 0F 0A 19 00 29 52 52 35 35 49 09 78", &[ACK, ENQUIRE]);
    bench.hear(ACK, &[]);
    bench.hear("06 0F 01 00", &[ACK, REPEAT]);
    bench.hear(ACK, &[]);
    bench.hear(BASELINE, &[ACK]);
    bench.hear(DONE, &[ACK]);
}

fn baseline() -> Booking {
    Booking { trace: Some(975), receipt: Some(231), ..Booking::default() }
}

fn tender() -> Tender {
    Tender {
        intent: IntentNo(7),
        kind: Kind::Purchase,
        amount_minor: 1_250,
        currency: EURO,
        original: None,
        baseline: Some(baseline()),
    }
}

fn begin(bench: &mut Bench) {
    assert!(bench.ask(Ask::Begin(Box::new(tender()))).is_empty());
    assert_eq!(bench.take(), [PinPadEvent::Ready(IntentNo(7))]);
}

/// A terminal that has said yes to the payment.
fn going(settings: ZvtSettings) -> Bench {
    let mut bench = up(settings);
    begin(&mut bench);
    let _ = bench.ask(Ask::Go(IntentNo(7)));
    bench.hear(ACK, &[]);
    bench
}

fn is_unknown(told: &[PinPadEvent]) -> bool {
    told.iter().any(|e| matches!(e, PinPadEvent::Unknown { intent: IntentNo(7), .. }))
}

fn not_started(told: &[PinPadEvent]) -> bool {
    told.iter().any(|e| matches!(e, PinPadEvent::NotStarted { intent: IntentNo(7), .. }))
}

fn ended(told: &[PinPadEvent]) -> Option<Outcome> {
    told.iter().find_map(|event| match event {
        PinPadEvent::Ended { intent: IntentNo(7), outcome } => Some(outcome.clone()),
        _ => None,
    })
}

#[test]
fn row_2_nothing_of_a_payment_leaves_before_go() {
    let mut bench = up(settings());
    begin(&mut bench);
    assert_eq!(bench.ask(Ask::Go(IntentNo(7))), [hex(PAY)]);
    assert!(bench.ask(Ask::Go(IntentNo(7))).is_empty());
}

#[test]
fn row_3_a_go_that_comes_too_late_starts_nothing_and_says_so() {
    let mut bench = up(settings());
    begin(&mut bench);
    assert!(bench.wait().is_empty());
    assert!(not_started(&bench.take()));
    assert!(bench.ask(Ask::Go(IntentNo(7))).is_empty());
    assert!(not_started(&bench.take()));
}

#[test]
fn row_4_a_refusal_before_the_start_charges_nothing() {
    for code in ["84 9C 00", "84 A0 00", "84 83 00", "84 6B 00"] {
        let mut bench = up(settings());
        begin(&mut bench);
        let _ = bench.ask(Ask::Go(IntentNo(7)));
        bench.hear(code, &[]);
        let told = bench.take();
        assert!(not_started(&told) && !is_unknown(&told), "{code}");
    }
}

#[test]
fn row_5_an_approval_is_acknowledged_only_when_it_is_kept() {
    let mut bench = going(settings());
    bench.hear("04 FF 01 0A", &[ACK]);
    bench.hear(APPROVED, &[]);
    let told = bench.take();
    let display = Display::InsertCard;
    assert_eq!(told[0], PinPadEvent::Display { intent: IntentNo(7), display });
    let Some(Outcome::Approved(booking)) = ended(&told) else { panic!("{told:?}") };
    assert_eq!((booking.trace, booking.receipt), (Some(976), Some(232)));
    assert_eq!(bench.zvt.due_ms(), None);
    assert!(bench.ask(Ask::Kept(IntentNo(8))).is_empty());
    assert_eq!(bench.ask(Ask::Kept(IntentNo(7))), [hex(ACK)]);
    bench.hear(DONE, &[ACK]);
    assert_eq!(bench.take(), [PinPadEvent::Done { intent: IntentNo(7) }]);
}

#[test]
fn row_6_a_refusal_is_decided_by_its_code_and_kept_before_it_is_acknowledged() {
    let table = [
        (vec!["04 0F 02 27 05", "06 1E 01 05"], "05"),
        (vec!["04 0F 02 27 05", DONE], "05"),
        (vec!["06 1E 01 64"], "64"),
    ];
    for (words, expected) in table {
        let mut bench = going(settings());
        bench.hear(words[0], &[]);
        match ended(&bench.take()) {
            Some(Outcome::Declined { code, .. }) => assert_eq!(code, expected),
            other => panic!("{other:?}"),
        }
        assert_eq!(bench.ask(Ask::Kept(IntentNo(7))), [hex(ACK)]);
        for word in &words[1..] {
            bench.hear(word, &[ACK]);
        }
        assert_eq!(bench.take().last(), Some(&PinPadEvent::Done { intent: IntentNo(7) }));
    }
}

#[test]
fn row_7_the_red_key_is_a_cancel_in_either_spelling() {
    for word in ["04 0F 02 27 6C", "06 1E 01 6C"] {
        let mut bench = going(settings());
        bench.hear(word, &[]);
        assert_eq!(ended(&bench.take()), Some(Outcome::Cancelled));
    }
}

#[test]
fn row_8_silence_and_a_lost_link_are_unknown_at_every_point_after_go() {
    for words in [0, 1, 2] {
        for by_silence in [false, true] {
            let mut bench = up(settings());
            begin(&mut bench);
            let _ = bench.ask(Ask::Go(IntentNo(7)));
            for (word, answers) in [(ACK, &[][..]), ("04 FF 01 0A", &[ACK])].into_iter().take(words)
            {
                bench.hear(word, answers);
            }
            if by_silence {
                assert!(bench.wait().is_empty());
                assert!(bench.hung_up);
            } else {
                bench.stir(Stir::LinkLost);
            }
            let told = bench.take();
            assert!(is_unknown(&told) && ended(&told).is_none(), "{words} {told:?}");
        }
    }
}

#[test]
fn row_8_an_end_without_a_result_is_unknown_and_blocks_the_next_payment() {
    let mut bench = going(settings());
    bench.hear(DONE, &[ACK]);
    assert!(is_unknown(&bench.take()));
    let next = Tender { intent: IntentNo(8), ..tender() };
    assert!(bench.ask(Ask::Begin(Box::new(next))).is_empty());
    let told = bench.take();
    assert!(matches!(told[..], [PinPadEvent::NotStarted { intent: IntentNo(8), .. }]));
}

#[test]
fn an_approval_that_the_terminal_may_not_know_heard_is_unknown_when_the_link_dies() {
    for kept in [false, true] {
        let mut bench = going(settings());
        bench.hear(APPROVED, &[]);
        if kept {
            assert_eq!(bench.ask(Ask::Kept(IntentNo(7))), [hex(ACK)]);
        }
        bench.take();
        bench.stir(Stir::LinkLost);
        assert!(is_unknown(&bench.take()), "kept: {kept}");
    }
    let mut bench = going(settings());
    bench.hear(APPROVED, &[]);
    let _ = bench.ask(Ask::Kept(IntentNo(7)));
    bench.hear("06 D1 01 80", &[ACK]);
    bench.take();
    bench.stir(Stir::LinkLost);
    assert_eq!(bench.take(), [PinPadEvent::Done { intent: IntentNo(7) }]);
}

#[test]
fn an_approval_taken_back_before_it_was_acknowledged_is_unknown() {
    let mut bench = going(settings());
    bench.hear(APPROVED, &[]);
    bench.hear("06 1E 01 FF", &[]);
    assert!(is_unknown(&bench.take()));
    assert!(bench.hung_up);
}

#[test]
fn an_abort_is_sent_once_and_an_approval_wins_over_it() {
    let mut bench = going(settings());
    assert_eq!(bench.ask(Ask::Abort(IntentNo(7))), [hex("06 B0 00")]);
    assert!(bench.ask(Ask::Abort(IntentNo(7))).is_empty());
    bench.hear(ACK, &[]);
    bench.hear(APPROVED, &[]);
    assert!(matches!(ended(&bench.take()), Some(Outcome::Approved(_))));
}

#[test]
fn an_abort_before_the_start_waits_for_the_start_or_starts_nothing() {
    let mut bench = up(settings());
    begin(&mut bench);
    assert!(bench.ask(Ask::Abort(IntentNo(7))).is_empty());
    assert!(not_started(&bench.take()));
    let mut bench = up(settings());
    begin(&mut bench);
    let _ = bench.ask(Ask::Go(IntentNo(7)));
    assert!(bench.ask(Ask::Abort(IntentNo(7))).is_empty());
    bench.hear(ACK, &["06 B0 00"]);
}

#[test]
fn a_slow_commit_tells_the_terminal_to_wait_as_often_as_agreed() {
    let mut bench = up(ZvtSettings { repeats: 2, ..settings() });
    begin(&mut bench);
    let pay = hex("06 01 0C 04 00 00 00 00 12 50 49 09 78 02 02");
    assert_eq!(bench.ask(Ask::Go(IntentNo(7))), [pay]);
    bench.hear(ACK, &[]);
    for _ in 0..2 {
        bench.hear(APPROVED, &[]);
        assert_eq!(bench.wait(), [hex("84 9C 00")]);
    }
    bench.hear(APPROVED, &[]);
    assert_eq!(bench.zvt.due_ms(), None);
    assert_eq!(bench.ask(Ask::Kept(IntentNo(7))), [hex(ACK)]);
    let outcomes = bench.take();
    let told = outcomes.iter().filter(|e| matches!(e, PinPadEvent::Ended { .. })).count();
    assert_eq!(told, 1);
}

#[test]
fn a_commit_that_ends_between_two_tellings_is_acknowledged_at_the_next() {
    let mut bench = up(ZvtSettings { repeats: 2, ..settings() });
    begin(&mut bench);
    let _ = bench.ask(Ask::Go(IntentNo(7)));
    bench.hear(ACK, &[]);
    bench.hear(APPROVED, &[]);
    assert_eq!(bench.wait(), [hex("84 9C 00")]);
    assert!(bench.ask(Ask::Kept(IntentNo(7))).is_empty());
    bench.hear(APPROVED, &[ACK]);
}

#[test]
fn an_orphan_approval_is_kept_before_it_is_acknowledged() {
    let mut bench = up(settings());
    bench.hear(APPROVED, &[]);
    let told = bench.take();
    assert!(matches!(told[..], [PinPadEvent::Alarm(Alarm::Orphan(_))]), "{told:?}");
    assert_eq!(bench.ask(Ask::Kept(ORPHAN)), [hex(ACK)]);
}

#[test]
fn a_late_approval_of_an_unknown_payment_is_that_payments() {
    let mut bench = going(settings());
    bench.stir(Stir::LinkLost);
    bench.take();
    assert_eq!(bench.stir(Stir::LinkUp), [hex(REGISTER)]);
    bench.hear(APPROVED, &[]);
    assert!(matches!(ended(&bench.take()), Some(Outcome::Approved(_))));
    assert_eq!(bench.ask(Ask::Kept(IntentNo(7))), [hex(ACK)]);
}

#[test]
fn an_idle_terminal_is_asked_once_a_minute_and_silence_then_is_a_dead_link() {
    let mut bench = up(settings());
    assert_eq!(bench.zvt.due_ms(), Some(61_000));
    assert_eq!(bench.wait(), [hex(ENQUIRE)]);
    bench.hear(ACK, &[]);
    bench.hear("06 0F 01 00", &[ACK]);
    assert_eq!(bench.wait(), [hex(ENQUIRE)]);
    assert!(bench.wait().is_empty());
    assert!(bench.hung_up);
}

#[test]
fn a_busy_terminal_is_asked_again_to_register() {
    let mut bench = Bench::new(settings());
    bench.stir(Stir::LinkUp);
    bench.hear("84 9C 00", &[]);
    assert_eq!(bench.wait(), [hex(REGISTER)]);
}

#[test]
fn a_terminal_with_another_currency_is_refused_with_an_alarm() {
    let mut bench = Bench::new(settings());
    bench.stir(Stir::LinkUp);
    bench.hear(ACK, &[]);
    bench.hear("06 0F 0A 19 00 29 52 52 35 35 49 07 56", &[ACK]);
    assert_eq!(bench.take(), [PinPadEvent::Alarm(Alarm::CurrencyMismatch { found: 756 })]);
    assert!(bench.hung_up);
}

#[test]
fn asks_wait_for_their_turn_up_to_the_limit() {
    let mut bench = going(settings());
    for _ in 0..8 {
        bench.ask(Ask::Totals);
        assert!(bench.take().is_empty());
    }
    bench.ask(Ask::Totals);
    assert!(matches!(bench.take()[..], [PinPadEvent::Failed { what: "totals", .. }]));
}

fn recovered(bench: &mut Bench, record: &[&str]) -> Option<Finding> {
    bench.stir(Stir::LinkLost);
    bench.take();
    connect(bench);
    bench.take();
    assert_eq!(bench.ask(Ask::Recover(Box::new(tender()))), [hex(ENQUIRE)]);
    bench.hear(ACK, &[]);
    bench.hear("06 0F 01 00", &[ACK, REPEAT]);
    bench.hear(ACK, &[]);
    for word in record {
        bench.hear(word, &[ACK]);
    }
    let bytes = hex(DONE);
    let written = bench.stir(Stir::Bytes { exchange: 0, bytes: &bytes });
    let went_on = written == [hex(ACK), hex(TOTALS)];
    if went_on {
        bench.hear("84 83 00", &[]);
    }
    let told = bench.take();
    let over = PinPadEvent::Done { intent: tender().intent };
    assert_eq!(told.last(), Some(&over), "the pad is free again: {told:?}");
    told.into_iter().find_map(|event| match event {
        PinPadEvent::Recovered { finding, .. } => Some(finding),
        _ => None,
    })
}

#[test]
fn rows_9_to_11_recovery_finds_what_the_terminal_says_and_nothing_else() {
    let found = recovered(&mut going(settings()), &[APPROVED]);
    assert!(matches!(found, Some(Finding::Booked(_))), "{found:?}");
    let found = recovered(&mut going(settings()), &[BASELINE]);
    assert!(matches!(found, Some(Finding::NotBooked { .. })), "{found:?}");
    let found = recovered(&mut going(settings()), &[]);
    assert!(matches!(found, Some(Finding::Undecided { .. })), "{found:?}");
}

#[test]
fn a_terminal_that_is_busy_or_away_cannot_be_asked_now() {
    let mut bench = up(settings());
    bench.ask(Ask::Recover(Box::new(tender())));
    bench.hear(ACK, &[]);
    bench.hear("06 0F 01 9C", &[ACK]);
    let told = bench.take();
    assert!(matches!(told[..], [PinPadEvent::Recovered { finding: Finding::NotNow { .. }, .. }]));
    bench.stir(Stir::LinkLost);
    bench.ask(Ask::Recover(Box::new(tender())));
    let told = bench.take();
    assert!(matches!(told[..], [PinPadEvent::Recovered { finding: Finding::NotNow { .. }, .. }]));
}

fn record(trace: u32, amount_minor: u64) -> Fields {
    let booking = Booking {
        trace: Some(trace),
        receipt: Some(232),
        amount_minor: Some(amount_minor),
        ..Booking::default()
    };
    Fields { result: Some(0), booking, ..Fields::default() }
}

#[test]
fn a_record_is_judged_by_number_amount_currency_and_terminal() {
    let with = |change: fn(&mut Fields)| {
        let mut fields = record(976, 1_250);
        change(&mut fields);
        judge(&tender(), &fields, "52523535")
    };
    assert!(matches!(with(|_| {}), Judgement::Booked(_)));
    assert!(matches!(with(|f| f.booking.amount_minor = Some(1_251)), Judgement::Open(_)));
    assert!(matches!(with(|f| f.booking.currency = Some(756)), Judgement::Open(_)));
    assert!(matches!(with(|f| f.booking.terminal_id = "1".into()), Judgement::Open(_)));
    assert!(matches!(with(|f| f.result = Some(5)), Judgement::NotBooked(_)));
    assert!(matches!(with(|f| f.booking = baseline()), Judgement::NotBooked(_)));
    assert!(matches!(with(|f| f.booking.original_trace = Some(976)), Judgement::NotBooked(_)));
    assert!(matches!(with(|f| f.booking.original_trace = Some(975)), Judgement::Open(_)));
    let numberless = |f: &mut Fields| (f.booking.trace, f.booking.receipt) = (None, None);
    assert!(matches!(with(numberless), Judgement::Open(_)));
    let unknown = Tender { baseline: None, ..tender() };
    assert!(matches!(judge(&unknown, &record(976, 1_250), ""), Judgement::Fits(_)));
}

#[test]
fn a_reversal_is_judged_by_the_booking_it_took_back() {
    let original = Some(Booking { trace: Some(975), receipt: Some(231), ..Booking::default() });
    let void = Tender { kind: Kind::Reversal, original, ..tender() };
    let mut fields = record(976, 1_250);
    assert!(matches!(judge(&void, &fields, ""), Judgement::Open(_)));
    fields.booking.original_trace = Some(975);
    assert!(matches!(judge(&void, &fields, ""), Judgement::Booked(_)));
    fields.booking.original_trace = Some(970);
    assert!(matches!(judge(&void, &fields, ""), Judgement::Open(_)));
}

#[test]
fn sums_prove_a_payment_only_when_they_differ_by_exactly_it_or_not_at_all() {
    let sums = |count, sum_minor| vec![BrandTotal { brand: "Visa".to_owned(), count, sum_minor }];
    let judged = |before: (u32, i64), now: (u32, i64)| {
        judge_totals(&tender(), &sums(before.0, before.1), &sums(now.0, now.1), None)
    };
    assert!(matches!(judged((1, 700), (2, 1_950)), Judgement::Booked(_)));
    assert!(matches!(judged((1, 700), (1, 700)), Judgement::NotBooked(_)));
    assert!(matches!(judged((0, 0), (0, 0)), Judgement::Open(_)));
    assert!(matches!(judged((0, 0), (1, 1_250)), Judgement::Booked(_)));
    assert!(matches!(judged((1, 700), (2, 1_951)), Judgement::Open(_)));
    assert!(matches!(judged((1, 700), (3, 1_950)), Judgement::Open(_)));
}

#[test]
fn a_receipt_proves_something_only_with_the_word_that_only_bookings_have() {
    let labels = Labels {
        approved: "APPROVED".to_owned(),
        trace: "TRACE".to_owned(),
        receipt: "RECEIPT".to_owned(),
        amount: "EUR".to_owned(),
    };
    let lines = |word: &str| {
        ["TRACE 000976", "RECEIPT 0232", "EUR 12,50", word].map(str::to_owned).to_vec()
    };
    let fields = read_receipt(&lines("APPROVED"), &labels).unwrap();
    assert_eq!((fields.booking.trace, fields.booking.receipt), (Some(976), Some(232)));
    assert_eq!(fields.booking.amount_minor, Some(1_250));
    assert!(read_receipt(&lines("DECLINED"), &labels).is_none());
    assert!(read_receipt(&lines("APPROVED"), &Labels::default()).is_none());
}

fn serial() -> Bench {
    let mut bench = Bench::new(ZvtSettings { transport: Transport::Serial, ..settings() });
    let words =
        [ACK, "06 0F 0A 19 00 29 52 52 35 35 49 09 78", ACK, "06 0F 01 00", ACK, BASELINE, DONE];
    bench.stir(Stir::LinkUp);
    for word in words {
        let framed = frame(&hex(word));
        bench.stir(Stir::Bytes { exchange: 0, bytes: &[0x06] });
        bench.stir(Stir::Bytes { exchange: 0, bytes: &framed });
        bench.stir(Stir::Bytes { exchange: 0, bytes: &[0x06] });
    }
    assert!(matches!(bench.take().last(), Some(PinPadEvent::Up { .. })));
    begin(&mut bench);
    assert_eq!(bench.ask(Ask::Go(IntentNo(7))), [frame(&hex(PAY))]);
    bench
}

#[test]
fn a_payment_is_sent_again_on_a_nak_and_three_of_them_charge_nothing() {
    let mut bench = serial();
    for _ in 0..2 {
        let again = bench.stir(Stir::Bytes { exchange: 0, bytes: &[0x15] });
        assert_eq!(again, [frame(&hex(PAY))]);
    }
    assert!(bench.stir(Stir::Bytes { exchange: 0, bytes: &[0x15] }).is_empty());
    assert!(not_started(&bench.take()));
}

#[test]
fn a_payment_is_never_sent_again_on_silence() {
    let mut bench = serial();
    assert!(bench.wait().is_empty());
    assert!(is_unknown(&bench.take()));
}

#[test]
fn a_repeated_frame_is_acknowledged_and_its_answer_repeated_but_not_heard_twice() {
    let mut bench = serial();
    bench.stir(Stir::Bytes { exchange: 0, bytes: &[0x06] });
    bench.stir(Stir::Bytes { exchange: 0, bytes: &frame(&hex(ACK)) });
    let progress = frame(&hex("04 FF 01 0A"));
    let answer = [vec![0x06], frame(&hex(ACK))];
    assert_eq!(bench.stir(Stir::Bytes { exchange: 0, bytes: &progress }), answer);
    assert_eq!(bench.stir(Stir::Bytes { exchange: 0, bytes: &progress }), answer);
    assert_eq!(bench.take().len(), 1);
    // Once the answer was taken, the same words are new words.
    bench.stir(Stir::Bytes { exchange: 0, bytes: &[0x06] });
    assert_eq!(bench.stir(Stir::Bytes { exchange: 0, bytes: &progress }), answer);
    assert_eq!(bench.take().len(), 1);
}

/// The byte may be a late answer to the block before.
#[test]
fn an_ack_of_the_line_does_not_say_that_an_approval_was_heard() {
    let mut bench = serial();
    bench.stir(Stir::Bytes { exchange: 0, bytes: &[0x06] });
    bench.stir(Stir::Bytes { exchange: 0, bytes: &frame(&hex(ACK)) });
    bench.stir(Stir::Bytes { exchange: 0, bytes: &frame(&hex(APPROVED)) });
    assert_eq!(bench.ask(Ask::Kept(IntentNo(7))), [frame(&hex(ACK))]);
    bench.stir(Stir::Bytes { exchange: 0, bytes: &[0x06] });
    bench.take();
    bench.stir(Stir::LinkLost);
    assert!(is_unknown(&bench.take()));
}

#[test]
fn a_broken_frame_is_refused_and_three_of_them_are_unknown() {
    let mut bench = serial();
    bench.stir(Stir::Bytes { exchange: 0, bytes: &[0x06] });
    let mut broken = frame(&hex(ACK));
    *broken.last_mut().unwrap() ^= 1;
    for _ in 0..2 {
        assert_eq!(bench.stir(Stir::Bytes { exchange: 0, bytes: &broken }), [vec![0x15]]);
        assert!(bench.take().is_empty());
    }
    bench.stir(Stir::Bytes { exchange: 0, bytes: &broken });
    assert!(is_unknown(&bench.take()) && bench.hung_up);
}

#[test]
fn fuzz_no_words_of_a_terminal_decline_or_repeat_a_payment_by_themselves() {
    bolero::check!().with_type::<Vec<Vec<u8>>>().for_each(|words| {
        let mut bench = going(settings());
        for word in words {
            for written in bench.stir(Stir::Bytes { exchange: 0, bytes: word }) {
                assert_ne!(written, hex(PAY));
            }
            bench.now_ms += 10;
        }
        bench.stir(Stir::LinkLost);
        let told = bench.take();
        assert!(is_unknown(&told) || ended(&told).is_some() || not_started(&told), "{told:?}");
    });
}
