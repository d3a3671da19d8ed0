//! Guards the dialogue with a nexo terminal: what leaves when, and what answers and silence mean.
//! Holds a terminal of plain answers and a clock moved by hand; no line, no envelope.
//! Next: `nexo_terminal.rs` for the same over TLS.

#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::{Value, json};
use usher_drivers::pin_pad::nexo::message::Till;
use usher_drivers::pin_pad::nexo::sequence::{ANSWER_MS_MAX, PAYMENT_MS_MAX};
use usher_drivers::pin_pad::nexo::{Sequence, Start};
use usher_drivers::pin_pad::{
    Alarm, Ask, Booking, Currency, Finding, IntentNo, Kind, Outcome, PinPad, PinPadEvent, Step,
    Stir, Tender,
};

const POI_ID: &str = "V400m-346403161";
const EUR: Currency = Currency { number: 978, letters: *b"EUR", minor_digits: 2 };
const INTENT: IntentNo = IntentNo(42);

/// The dialogue, what it wrote and what it told.
struct Bench {
    sequence: Sequence,
    now_ms: u64,
    written: Vec<(u32, Value)>,
    told: Vec<PinPadEvent>,
    hung_up: u32,
}

fn tender() -> Tender {
    Tender {
        intent: INTENT,
        kind: Kind::Purchase,
        amount_minor: 1250,
        currency: EUR,
        original: None,
        baseline: None,
    }
}

impl Bench {
    fn new() -> Bench {
        let till = Till { sale_id: "till-1".to_owned(), poi_id: POI_ID.to_owned() };
        let start = Start { wall_ms: 1_790_000_000_000, seed: 7 };
        let sequence = Sequence::new(till, start);
        Bench { sequence, now_ms: 0, written: Vec::new(), told: Vec::new(), hung_up: 0 }
    }

    /// Connected, with an answer to the first diagnosis.
    fn up() -> Bench {
        let mut bench = Bench::new();
        bench.stir(Stir::LinkUp);
        bench.answer(0, "Diagnosis", "DiagnosisResponse", success());
        assert!(matches!(bench.told.pop(), Some(PinPadEvent::Up { .. })));
        bench.written.clear();
        bench
    }

    /// The payment has left.
    fn sent() -> Bench {
        let mut bench = Bench::up();
        bench.stir(Stir::Ask(Ask::Begin(Box::new(tender()))));
        assert_eq!(bench.told, [PinPadEvent::Ready(INTENT)]);
        assert_eq!(bench.written.len(), 0, "nothing leaves before Go");
        bench.stir(Stir::Ask(Ask::Go(INTENT)));
        assert_eq!(bench.category(0), "Payment");
        bench.told.clear();
        bench
    }

    /// The payment's answer was lost, and it is being looked for.
    fn recovering() -> Bench {
        let mut bench = Bench::sent();
        let exchange = bench.written[0].0;
        bench.stir(Stir::ExchangeLost { exchange });
        assert!(matches!(bench.told[..], [PinPadEvent::Unknown { intent: INTENT, .. }]));
        bench.stir(Stir::Ask(Ask::Recover(Box::new(tender()))));
        assert_eq!(bench.category(1), "TransactionStatus");
        bench.told.clear();
        bench
    }

    fn stir(&mut self, stir: Stir<'_>) {
        let mut steps = Vec::new();
        self.sequence.stir(stir, self.now_ms, &mut steps);
        self.take(steps);
    }

    fn take(&mut self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Write { exchange, bytes } => {
                    let message: Value = serde_json::from_slice(&bytes).unwrap();
                    self.written.push((exchange, message["SaleToPOIRequest"].clone()));
                }
                Step::Tell(event) => self.told.push(*event),
                Step::HangUp => self.hung_up += 1,
            }
        }
    }

    fn due(&mut self) {
        self.now_ms = self.sequence.due_ms().unwrap();
        self.stir(Stir::Due);
    }

    fn category(&self, at: usize) -> &str {
        self.header(at)["MessageCategory"].as_str().unwrap()
    }

    fn header(&self, at: usize) -> &Value {
        &self.written[at].1["MessageHeader"]
    }

    fn answer_with(&mut self, at: usize, header: &Value, name: &str, body: Value) {
        let exchange = self.written[at].0;
        let message = json!({"SaleToPOIResponse": {"MessageHeader": header, name: body}});
        let bytes = message.to_string().into_bytes();
        self.stir(Stir::Bytes { exchange, bytes: &bytes });
    }

    /// Answers the message `at` with its own header turned round.
    fn answer(&mut self, at: usize, category: &str, name: &str, body: Value) {
        let header = self.turned(at);
        assert_eq!(header["MessageCategory"], category);
        self.answer_with(at, &header, name, body);
    }

    fn turned(&self, at: usize) -> Value {
        let mut header = self.header(at).clone();
        header["MessageType"] = json!("Response");
        header
    }

    fn pay(&mut self, body: Value) {
        self.answer(0, "Payment", "PaymentResponse", body);
    }

    /// Answers the newest status question.
    fn status(&mut self, body: Value) {
        let at = self.written.len() - 1;
        self.answer(at, "TransactionStatus", "TransactionStatusResponse", body);
    }

    fn repeat(&mut self, inner: Value) {
        let mut header = self.turned(self.written.len() - 1);
        header["MessageCategory"] = json!("Payment");
        header["ServiceID"] = json!("16");
        self.repeat_as(header, inner);
    }

    fn repeat_as(&mut self, header: Value, inner: Value) {
        self.status(json!({"Response": {"Result": "Success"}, "RepeatedMessageResponse": {
            "MessageHeader": header,
            "RepeatedResponseMessageBody": {"PaymentResponse": inner}}}));
    }

    fn finding(&self) -> Option<&Finding> {
        self.told.iter().find_map(|event| match event {
            PinPadEvent::Recovered { finding, .. } => Some(finding),
            _ => None,
        })
    }
}

fn success() -> Value {
    json!({"Response": {"Result": "Success"}})
}

fn failure(condition: &str) -> Value {
    json!({"Response": {"Result": "Failure", "ErrorCondition": condition}})
}

fn approval() -> Value {
    json!({
        "Response": {"Result": "Success"},
        "POIData": {"POITransactionID":
            {"TransactionID": "BV0q", "TimeStamp": "2026-11-22T10:00:05Z"}},
        "PaymentResult": {"AmountsResp": {"Currency": "EUR", "AuthorizedAmount": 12.5}},
        "PaymentReceipt": [{"DocumentQualifier": "CustomerReceipt",
            "OutputContent": {"OutputText": [{"Text": "name=TOTAL&value=12.50"}]}}],
    })
}

#[test]
fn the_pad_is_up_once_it_answers_and_looks_again_until_then() {
    let mut bench = Bench::new();
    bench.stir(Stir::LinkUp);
    for at in 0..3 {
        assert_eq!(bench.category(at), "Diagnosis");
        let exchange = bench.written[at].0;
        bench.stir(Stir::ExchangeLost { exchange });
        assert_eq!(bench.told, []);
        bench.due();
    }
    bench.answer(3, "Diagnosis", "DiagnosisResponse", success());
    assert!(matches!(bench.told[..], [PinPadEvent::Up { .. }]));
    assert_eq!(bench.sequence.due_ms(), None);
    let ids: std::collections::BTreeSet<_> =
        (0..4).map(|at| bench.header(at)["ServiceID"].to_string()).collect();
    assert_eq!(ids.len(), 4, "each question has a number of its own");
}

#[test]
fn what_begins_before_the_terminal_is_there_waits_for_it_or_is_not_started() {
    let mut bench = Bench::new();
    bench.stir(Stir::Ask(Ask::Begin(Box::new(tender()))));
    assert_eq!((bench.category(0), bench.told.len()), ("Diagnosis", 0));
    bench.answer(0, "Diagnosis", "DiagnosisResponse", success());
    assert_eq!(bench.told.last(), Some(&PinPadEvent::Ready(INTENT)));

    let mut bench = Bench::new();
    bench.stir(Stir::Ask(Ask::Begin(Box::new(tender()))));
    bench.stir(Stir::ExchangeLost { exchange: 1 });
    assert!(matches!(bench.told[..], [PinPadEvent::NotStarted { intent: INTENT, .. }]));
}

#[test]
fn a_payment_leaves_once_whatever_is_asked() {
    let mut bench = Bench::sent();
    assert_eq!(bench.header(0)["ServiceID"], "16");
    for _ in 0..3 {
        bench.stir(Stir::Ask(Ask::Go(INTENT)));
        bench.stir(Stir::Ask(Ask::Begin(Box::new(tender()))));
    }
    let payments = bench.written.iter().filter(|(_, m)| m.get("PaymentRequest").is_some());
    assert_eq!(payments.count(), 1);
    assert_eq!(bench.told, [], "and is never called not started while it is on its way");
    bench.stir(Stir::Ask(Ask::Go(IntentNo(43))));
    assert!(matches!(bench.told[..], [PinPadEvent::Unknown { intent: IntentNo(43), .. }]));
    assert_eq!(bench.written.len(), 1);
}

#[test]
fn an_intent_that_was_sent_is_never_begun_again() {
    let mut bench = Bench::sent();
    bench.stir(Stir::LinkLost);
    bench.told.clear();
    bench.stir(Stir::Ask(Ask::Begin(Box::new(tender()))));
    assert!(matches!(bench.told[..], [PinPadEvent::Unknown { intent: INTENT, .. }]));
    bench.stir(Stir::Ask(Ask::Go(INTENT)));
    assert_eq!(bench.written.len(), 1);
}

#[test]
fn an_outcome_is_kept_before_receipts_and_done() {
    let mut bench = Bench::sent();
    bench.pay(approval());
    let [PinPadEvent::Ended { outcome: Outcome::Approved(booking), .. }] = &bench.told[..] else {
        panic!("{:?}", bench.told)
    };
    assert_eq!((booking.amount_minor, booking.reference.as_str()), (Some(1250), "BV0q"));
    bench.told.clear();
    bench.stir(Stir::Ask(Ask::Kept(IntentNo(43))));
    assert_eq!(bench.told, [], "that is another intent");
    bench.stir(Stir::Ask(Ask::Begin(Box::new(Tender { intent: IntentNo(43), ..tender() }))));
    assert!(matches!(bench.told[..], [PinPadEvent::NotStarted { .. }]), "busy until it is kept");
    bench.told.clear();
    bench.stir(Stir::Ask(Ask::Kept(INTENT)));
    assert!(matches!(
        bench.told[..],
        [PinPadEvent::Receipt { .. }, PinPadEvent::Done { intent: INTENT }]
    ));
}

#[test]
fn each_word_ends_the_payment_as_the_page_says() {
    let check = |condition: &str, wanted: fn(&PinPadEvent) -> bool| {
        let mut bench = Bench::sent();
        bench.pay(failure(condition));
        assert!(
            matches!(&bench.told[..], [event] if wanted(event)),
            "{condition} {:?}",
            bench.told
        );
    };
    let declined = |event: &PinPadEvent| {
        matches!(event, PinPadEvent::Ended { outcome: Outcome::Declined { .. }, .. })
    };
    let cancelled = |event: &PinPadEvent| {
        matches!(event, PinPadEvent::Ended { outcome: Outcome::Cancelled, .. })
    };
    let not_started = |event: &PinPadEvent| matches!(event, PinPadEvent::NotStarted { .. });
    let unknown = |event: &PinPadEvent| matches!(event, PinPadEvent::Unknown { .. });
    for condition in ["Refusal", "InvalidCard", "WrongPIN", "PaymentRestriction"] {
        check(condition, declined);
    }
    for condition in ["Cancel", "Aborted"] {
        check(condition, cancelled);
    }
    for condition in ["Busy", "MessageFormat", "NotAllowed", "LoggedOut", "DeviceOut"] {
        check(condition, not_started);
    }
    let strange = ["UnreachableHost", "UnavailableService", "InProgress", "NotFound", "Whatever"];
    for condition in strange {
        check(condition, unknown);
    }
}

#[test]
fn an_answer_to_something_else_is_unknown_never_declined() {
    for (key, value) in [
        ("ServiceID", "17"),
        ("SaleID", "till-2"),
        ("POIID", "V400m-1"),
        ("MessageClass", "Event"),
        ("MessageCategory", "Reversal"),
        ("MessageType", "Request"),
        ("ProtocolVersion", "2.0"),
    ] {
        let mut bench = Bench::sent();
        let mut header = bench.turned(0);
        header[key] = json!(value);
        bench.answer_with(0, &header, "PaymentResponse", failure("Refusal"));
        let last = bench.told.last();
        assert!(matches!(last, Some(PinPadEvent::Unknown { .. })), "{key}: {:?}", bench.told);
        let alarmed = bench.told.iter().any(|event| {
            matches!(event, PinPadEvent::Alarm(Alarm::OtherTerminal { found, .. })
                if found == "V400m-1")
        });
        assert_eq!(alarmed, key == "POIID");
    }
    for bytes in [&b""[..], b"{}", b"nonsense", b"{\"SaleToPOIResponse\":null}"] {
        let mut bench = Bench::sent();
        bench.stir(Stir::Bytes { exchange: 2, bytes });
        assert!(matches!(bench.told[..], [PinPadEvent::Unknown { .. }]), "{bytes:?}");
    }
}

#[test]
fn silence_is_unknown_at_its_limit_and_the_line_is_dropped() {
    let mut bench = Bench::sent();
    bench.now_ms = PAYMENT_MS_MAX - 1;
    bench.stir(Stir::Due);
    assert_eq!((bench.told.len(), bench.hung_up), (0, 0));
    bench.now_ms = PAYMENT_MS_MAX;
    bench.stir(Stir::Due);
    assert!(matches!(bench.told[..], [PinPadEvent::Unknown { .. }]));
    assert_eq!(bench.hung_up, 1, "a late answer cannot come");
    bench.told.clear();
    bench.pay(approval());
    assert_eq!(bench.told, [], "and is not heard");
}

#[test]
fn what_never_left_was_never_started() {
    let mut bench = Bench::sent();
    let mut steps = Vec::new();
    let exchange = bench.written[0].0;
    bench.sequence.unsent(exchange, 0, &mut steps);
    bench.take(steps);
    assert!(matches!(bench.told[..], [PinPadEvent::NotStarted { intent: INTENT, .. }]));
}

#[test]
fn an_abort_goes_beside_the_payment_and_the_payments_answer_decides() {
    for (answer, approved) in [(failure("Aborted"), false), (approval(), true)] {
        let mut bench = Bench::sent();
        bench.stir(Stir::Ask(Ask::Abort(INTENT)));
        assert_eq!(bench.category(1), "Abort");
        assert_ne!(bench.written[0].0, bench.written[1].0, "on another connection");
        let reference = &bench.written[1].1["AbortRequest"]["MessageReference"];
        let wanted = json!({"MessageCategory": "Payment", "SaleID": "till-1", "ServiceID": "16"});
        assert_eq!(*reference, wanted);
        let exchange = bench.written[1].0;
        bench.stir(Stir::Bytes { exchange, bytes: b"" });
        assert_eq!(bench.told, []);
        bench.pay(answer);
        let [PinPadEvent::Ended { outcome, .. }] = &bench.told[..] else { panic!() };
        assert_eq!(matches!(outcome, Outcome::Approved(_)), approved);
    }
    let mut bench = Bench::sent();
    bench.stir(Stir::Ask(Ask::Abort(INTENT)));
    let exchange = bench.written[1].0;
    bench.stir(Stir::ExchangeLost { exchange });
    assert_eq!(bench.told, [], "a lost abort changes nothing");

    let mut bench = Bench::new();
    bench.stir(Stir::Ask(Ask::Begin(Box::new(tender()))));
    bench.stir(Stir::Ask(Ask::Abort(INTENT)));
    assert!(matches!(bench.told[..], [PinPadEvent::NotStarted { .. }]));
    bench.answer(0, "Diagnosis", "DiagnosisResponse", success());
    assert!(matches!(bench.told[1..], [PinPadEvent::Up { .. }]), "it is not wanted any more");

    let mut bench = Bench::up();
    bench.stir(Stir::Ask(Ask::Begin(Box::new(tender()))));
    bench.told.clear();
    bench.stir(Stir::Ask(Ask::Abort(INTENT)));
    assert!(matches!(bench.told[..], [PinPadEvent::NotStarted { .. }]));
    assert_eq!(bench.written.len(), 0, "nothing had left");
}

#[test]
fn a_repeated_answer_is_judged_by_what_is_inside() {
    let mut bench = Bench::recovering();
    let reference = &bench.written[1].1["TransactionStatusRequest"]["MessageReference"];
    assert_eq!(reference["ServiceID"], "16");
    assert_ne!(bench.header(1)["ServiceID"], "16", "the question has its own number");
    bench.repeat(approval());
    assert!(matches!(
        &bench.told[..],
        [
            PinPadEvent::Recovered { finding: Finding::Booked(Booking { .. }), .. },
            PinPadEvent::Receipt { .. },
            PinPadEvent::Done { .. },
        ]
    ));
    for (condition, not_booked) in
        [("Refusal", true), ("Aborted", true), ("Busy", true), ("UnreachableHost", false)]
    {
        let mut bench = Bench::recovering();
        bench.repeat(failure(condition));
        let found = bench.finding().unwrap();
        assert_eq!(matches!(found, Finding::NotBooked { .. }), not_booked, "{condition}");
        assert_eq!(matches!(found, Finding::Undecided { .. }), !not_booked, "{condition}");
    }
}

#[test]
fn a_repeated_answer_to_another_message_decides_nothing() {
    for (key, value) in [
        ("ServiceID", "15"),
        ("SaleID", "till-2"),
        ("POIID", "V400m-1"),
        ("MessageCategory", "Reversal"),
    ] {
        let mut bench = Bench::recovering();
        let mut header = bench.turned(1);
        header["MessageCategory"] = json!("Payment");
        header["ServiceID"] = json!("16");
        header[key] = json!(value);
        bench.repeat_as(header, approval());
        assert!(matches!(bench.finding(), Some(Finding::Undecided { .. })), "{key}");
    }
}

#[test]
fn not_found_is_believed_the_second_time_half_a_minute_later() {
    let mut bench = Bench::recovering();
    for _ in 0..6 {
        bench.status(failure("NotFound"));
        assert_eq!(bench.finding(), None, "after {} ms", bench.now_ms);
        bench.due();
    }
    assert_eq!(bench.now_ms, 30_000);
    bench.now_ms -= 1;
    bench.status(failure("NotFound"));
    assert_eq!(bench.finding(), None, "a moment too soon");
    bench.due();
    bench.status(failure("NotFound"));
    assert!(matches!(bench.finding(), Some(Finding::NotBooked { .. })));
    assert_eq!(bench.written.iter().filter(|(_, m)| m.get("PaymentRequest").is_some()).count(), 1);
}

#[test]
fn not_found_is_counted_anew_after_any_other_answer() {
    let mut bench = Bench::recovering();
    bench.status(failure("NotFound"));
    bench.now_ms = 29_000;
    bench.stir(Stir::Due);
    bench.status(failure("InProgress"));
    bench.due();
    bench.status(failure("NotFound"));
    assert_eq!(bench.finding(), None, "34 s after the first, but it was at it between");
    bench.now_ms += 30_000;
    bench.stir(Stir::Due);
    bench.status(failure("NotFound"));
    assert!(matches!(bench.finding(), Some(Finding::NotBooked { .. })));
}

#[test]
fn a_terminal_that_was_away_may_have_forgotten() {
    let mut bench = Bench::recovering();
    let exchange = bench.written[1].0;
    bench.stir(Stir::ExchangeLost { exchange });
    bench.due();
    bench.status(failure("NotFound"));
    bench.now_ms += 30_000;
    bench.stir(Stir::Due);
    bench.status(failure("NotFound"));
    assert!(matches!(bench.finding(), Some(Finding::Undecided { .. })), "{:?}", bench.told);

    let mut bench = Bench::recovering();
    let exchange = bench.written[1].0;
    bench.stir(Stir::ExchangeLost { exchange });
    bench.due();
    bench.repeat(approval());
    assert!(matches!(bench.finding(), Some(Finding::Booked(_))), "what it knows, it knows");
}

#[test]
fn a_terminal_that_cannot_be_reached_is_asked_later() {
    let mut bench = Bench::recovering();
    while bench.finding().is_none() {
        let exchange = bench.written.last().unwrap().0;
        bench.stir(Stir::ExchangeLost { exchange });
        if bench.finding().is_none() {
            bench.due();
        }
    }
    assert!(matches!(bench.finding(), Some(Finding::NotNow { .. })));
    assert_eq!(bench.now_ms, 60_000);
    bench.told.clear();
    bench.stir(Stir::Ask(Ask::Recover(Box::new(tender()))));
    bench.status(failure("NotFound"));
    bench.now_ms += 30_000;
    bench.stir(Stir::Due);
    bench.status(failure("NotFound"));
    assert!(matches!(bench.finding(), Some(Finding::Undecided { .. })), "it was away before");
}

#[test]
fn a_question_without_an_answer_is_asked_again() {
    let mut bench = Bench::recovering();
    bench.now_ms = ANSWER_MS_MAX;
    bench.stir(Stir::Due);
    assert_eq!((bench.hung_up, bench.written.len()), (1, 2));
    bench.due();
    assert_eq!((bench.now_ms, bench.written.len()), (ANSWER_MS_MAX + 5_000, 3));
}

#[test]
fn one_thing_at_a_time() {
    let mut bench = Bench::sent();
    let other = Tender { intent: IntentNo(43), ..tender() };
    bench.stir(Stir::Ask(Ask::Recover(Box::new(other))));
    assert!(matches!(bench.finding(), Some(Finding::NotNow { .. })));
    bench.told.clear();
    bench.stir(Stir::Ask(Ask::Diagnosis));
    bench.stir(Stir::Ask(Ask::Receipts(INTENT)));
    assert!(matches!(
        bench.told[..],
        [
            PinPadEvent::Failed { what: "diagnosis", .. },
            PinPadEvent::Failed { what: "receipts", .. }
        ]
    ));
    assert_eq!(bench.written.len(), 1);
}

#[test]
fn no_order_of_events_sends_a_payment_twice_or_declines_on_silence() {
    bolero::check!().with_type::<Vec<(u8, u16)>>().for_each(|moves| {
        let mut bench = Bench::new();
        for (kind, span) in moves {
            let exchange = bench.written.last().map_or(0, |(exchange, _)| *exchange);
            match kind % 10 {
                0 => bench.stir(Stir::LinkUp),
                1 => bench.stir(Stir::LinkLost),
                2 => bench.stir(Stir::ExchangeLost { exchange }),
                3 => bench.stir(Stir::Ask(Ask::Begin(Box::new(tender())))),
                4 => bench.stir(Stir::Ask(Ask::Recover(Box::new(tender())))),
                5 => bench.stir(Stir::Ask(Ask::Abort(INTENT))),
                6 => bench.stir(Stir::Bytes { exchange, bytes: b"{" }),
                7 if !bench.written.is_empty() => {
                    let at = bench.written.len() - 1;
                    let header = bench.turned(at);
                    bench.answer_with(at, &header, "DiagnosisResponse", success());
                }
                7 | 8 => bench.stir(Stir::Ask(Ask::Go(INTENT))),
                _ => {
                    bench.now_ms += u64::from(*span);
                    bench.stir(Stir::Due);
                }
            }
        }
        let sent = bench.written.iter().filter(|(_, m)| m.get("PaymentRequest").is_some()).count();
        assert!(sent <= 1, "{sent} payments for one intent");
        let ended = bench.told.iter().any(|event| matches!(event, PinPadEvent::Ended { .. }));
        assert!(!ended, "no terminal ever said how it ended");
    });
}
