//! Guards whole dialogues: the owner task against the simulated terminal, every scene of the
//! script, over a real pseudo terminal and over TCP. The truth ledger is the referee.
//! Nothing is asserted on time. Next: `zvt_cut.rs` for lines that die.

#![allow(clippy::unwrap_used, clippy::panic)]

mod pad;

use pad::{Folder, State, Till, tcp, timers};
use usher_drivers::pin_pad::zvt::ZvtSettings;
use usher_drivers::pin_pad::{Alarm, Ask, Copy, Kind, PinPadEvent};
use usher_drivers::sim::pin_pad::script::{
    Direction, LineFault, Play, Scene, Script, Unacknowledged,
};
use usher_drivers::sim::pin_pad::truth::{Deed, Line, Of};
use usher_drivers::sim::pin_pad::zvt::{Paper, Place, Repeat, SimZvtSettings};

fn scene(play: Play) -> Scene {
    Scene { play, ..Scene::default() }
}

fn places(folder: &Folder) -> [Place; 2] {
    [tcp(), Place::Pty(folder.join("pad"))]
}

/// One payment of 12.50 played so over both links, after a first one that just works.
async fn played(name: &str, play: Play, check: impl Fn(&Till, State)) {
    for (at, on_pty) in [false, true].into_iter().enumerate() {
        let folder = Folder::new(&format!("zvt-{name}-{at}"));
        let place = if on_pty { Place::Pty(folder.join("pad")) } else { tcp() };
        let scenes = vec![Scene::default(), scene(play.clone())];
        let mut till = Till::open(place, &folder, scenes).await;
        assert!(matches!(till.buy(700).await, State::Approved(_)), "{play:?}");
        let state = till.buy(1_250).await;
        let is_open = matches!(state, State::NeedsOperator(_));
        check(&till, state);
        if !is_open {
            // The terminal is free again, whatever happened.
            let bookings = till.standing().len();
            assert!(matches!(till.buy(800).await, State::Approved(_)), "{play:?}");
            assert_eq!(till.standing().len(), bookings + 1, "{play:?}");
        }
        till.close().await;
    }
}

#[tokio::test]
async fn an_approval_is_booked_acknowledged_and_printed_twice() {
    played("approve", Play::Approve, |till, state| {
        let State::Approved(booking) = state else { panic!("{state:?}") };
        assert_eq!((booking.amount_minor, booking.last_four.as_str()), (Some(1_250), "4242"));
        assert_eq!((booking.trace, booking.receipt), (Some(976), Some(232)));
        assert_eq!(till.standing(), [(975, 700), (976, 1_250)]);
        let copies: Vec<Copy> = till.receipts.iter().map(|(_, receipt)| receipt.copy).collect();
        assert_eq!(copies, [Copy::Merchant, Copy::Customer, Copy::Merchant, Copy::Customer]);
        assert!(till.displays >= 2);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_declined_with_its_code_and_nothing_is_booked() {
    played("decline", Play::Decline { code: 0x05 }, |till, state| {
        assert_eq!(state, State::Declined("05".to_owned()));
        assert_eq!(till.standing().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_red_key_and_the_terminals_clock_cancel() {
    for play in [Play::Cancel, Play::Timeout] {
        played("cancel", play, |till, state| {
            assert_eq!((state, till.standing().len()), (State::Cancelled, 1));
        })
        .await;
    }
}

#[tokio::test]
async fn a_wrong_pin_and_a_slow_host_are_waited_for() {
    for play in [Play::WrongPin, Play::Slow { ms: 300 }] {
        played("slow", play, |till, state| {
            assert!(matches!(state, State::Approved(_)));
            assert_eq!(till.standing().len(), 2);
        })
        .await;
    }
}

#[tokio::test]
async fn a_silent_terminal_is_unknown_and_then_asked() {
    played("silent", Play::Silent, |till, state| {
        assert_eq!((state, till.standing().len()), (State::NotCharged, 1));
        let unknown = |event: &PinPadEvent| matches!(event, PinPadEvent::Unknown { .. });
        assert!(till.log.iter().any(unknown));
    })
    .await;
}

#[tokio::test]
async fn a_busy_terminal_has_charged_nothing() {
    played("busy", Play::Busy, |till, state| {
        assert_eq!((state, till.standing().len()), (State::NotCharged, 1));
    })
    .await;
}

#[tokio::test]
async fn a_reboot_is_asked_about_whether_it_booked_or_not() {
    for booked in [false, true] {
        played("reboot", Play::Reboot { booked }, move |till, state| {
            assert_eq!(matches!(state, State::Approved(_)), booked);
            assert_eq!(till.standing().len(), if booked { 2 } else { 1 });
        })
        .await;
    }
}

#[tokio::test]
async fn another_amount_is_approved_with_an_alarm() {
    played("amount", Play::WrongAmount { minor: 1_300 }, |till, state| {
        let State::Approved(booking) = state else { panic!("{state:?}") };
        assert_eq!(booking.amount_minor, Some(1_300));
        let alarm = till.alarms.iter().any(|alarm| {
            matches!(alarm, Alarm::AmountMismatch { asked_minor: 1_250, booked_minor: 1_300, .. })
        });
        assert!(alarm);
    })
    .await;
}

#[tokio::test]
async fn a_clear_card_number_raises_an_alarm_and_never_gets_through() {
    played("clear", Play::ClearPan, |till, state| {
        let State::Approved(booking) = state else { panic!("{state:?}") };
        assert_eq!(booking.last_four, "4242");
        assert!(till.alarms.contains(&Alarm::TerminalSendsClearPan));
        let lines = till.receipts.iter().flat_map(|(_, receipt)| &receipt.lines);
        assert!(lines.clone().any(|line| line == "CARD **** **** **** 4242"));
    })
    .await;
}

#[tokio::test]
async fn the_box_can_stop_a_payment_and_an_approval_wins_over_it() {
    for (play, approved) in [(Play::Slow { ms: 5_000 }, false), (Play::ApproveAfterAbort, true)] {
        for on_pty in [false, true] {
            let folder = Folder::new(&format!("zvt-abort-{approved}-{on_pty}"));
            let place = if on_pty { Place::Pty(folder.join("pad")) } else { tcp() };
            let mut till = Till::open(place, &folder, vec![scene(play.clone())]).await;
            let tender = till.tender(Kind::Purchase, 1_250);
            let state = till.pay_with(tender, true).await;
            assert_eq!(matches!(state, State::Approved(_)), approved, "{state:?}");
            assert_eq!(till.standing().len(), usize::from(approved));
            till.close().await;
        }
    }
}

#[tokio::test]
async fn the_newest_booking_can_be_reversed_and_an_older_one_cannot() {
    for place in places(&Folder::new("zvt-reverse")) {
        let folder = Folder::new("zvt-reverse-truth");
        let place = match place {
            Place::Pty(_) => Place::Pty(folder.join("pad")),
            Place::Tcp(_) => place,
        };
        let mut till = Till::open(place, &folder, Vec::new()).await;
        till.buy(700).await;
        let older = till.newest.clone();
        till.buy(1_250).await;
        let mut wrong = till.tender(Kind::Reversal, 700);
        wrong.original = older;
        assert_eq!(till.pay(wrong).await, State::NotCharged);
        let void = till.tender(Kind::Reversal, 1_250);
        let State::Approved(booking) = till.pay(void).await else { panic!("not reversed") };
        assert_eq!(booking.original_trace, Some(976));
        assert_eq!(till.standing(), [(975, 700)]);
        let refund = till.tender(Kind::Refund, 300);
        assert!(matches!(till.pay(refund).await, State::Approved(_)));
        till.close().await;
    }
}

#[tokio::test]
async fn receipts_come_whatever_the_paper_and_whichever_is_first() {
    let papers = [Paper::Blocks, Paper::Lines, Paper::PlainLines, Paper::MerchantOnly];
    for paper in papers {
        for customer_first in [false, true] {
            let folder = Folder::new(&format!("zvt-paper-{paper:?}-{customer_first}"));
            let settings = SimZvtSettings {
                paper,
                customer_first,
                ..SimZvtSettings::new(tcp(), folder.join("truth.jsonl"))
            };
            let zvt = ZvtSettings { timers: timers(), ..ZvtSettings::default() };
            let mut till = Till::with(settings, zvt).await;
            till.buy(1_250).await;
            let copies: Vec<Copy> = till.receipts.iter().map(|(_, told)| told.copy).collect();
            let expected = match (paper, customer_first) {
                (Paper::MerchantOnly, _) => vec![Copy::Merchant],
                (_, false) => vec![Copy::Merchant, Copy::Customer],
                (_, true) => vec![Copy::Customer, Copy::Merchant],
            };
            assert_eq!(copies, expected, "{paper:?}");
            for (_, receipt) in &till.receipts {
                assert_eq!(receipt.lines.len(), 6, "{paper:?}");
                assert!(receipt.lines.contains(&"EUR 12.50".to_owned()));
            }
            let asked = till.receipts.len();
            till.ask(Ask::Receipts(usher_drivers::pin_pad::IntentNo(1))).await;
            while !matches!(till.event().await, PinPadEvent::Done { .. }) {}
            assert_eq!(till.receipts.len(), 2 * asked, "{paper:?}");
            till.close().await;
        }
    }
}

#[tokio::test]
async fn totals_a_closed_batch_and_a_diagnosis_are_told() {
    for on_pty in [false, true] {
        let folder = Folder::new(&format!("zvt-day-{on_pty}"));
        let place = if on_pty { Place::Pty(folder.join("pad")) } else { tcp() };
        let mut till = Till::open(place, &folder, Vec::new()).await;
        till.buy(700).await;
        till.buy(1_250).await;
        till.ask(Ask::Totals).await;
        let PinPadEvent::Totals(totals) = till.event().await else { panic!("no totals") };
        assert_eq!((totals[0].brand.as_str(), totals[0].count), ("Visa", 2));
        assert_eq!(totals[0].sum_minor, 1_950);
        till.ask(Ask::Diagnosis).await;
        let PinPadEvent::Healthy { text } = till.event().await else { panic!("not healthy") };
        assert_eq!(text, "DIAGNOSIS OK");
        till.ask(Ask::CloseBatch).await;
        let PinPadEvent::BatchClosed { totals, receipt } = till.event().await else {
            panic!("not closed")
        };
        assert_eq!((totals[0].count, totals[0].sum_minor), (2, 1_950));
        assert_eq!(receipt, ["END OF DAY 2", "SUM 1950"]);
        till.up().await;
        till.newest = None;
        assert!(matches!(till.buy(500).await, State::Approved(_)));
        till.close().await;
    }
}

#[tokio::test]
async fn another_terminal_is_refused_with_one_alarm() {
    let folder = Folder::new("zvt-other");
    let settings = SimZvtSettings::new(tcp(), folder.join("truth.jsonl"));
    let zvt = ZvtSettings {
        terminal_id: "11111111".to_owned(),
        timers: timers(),
        ..ZvtSettings::default()
    };
    let mut till = Till::without_up(settings, zvt).await;
    let expected = "11111111".to_owned();
    let found = "52523535".to_owned();
    let alarm = PinPadEvent::Alarm(Alarm::OtherTerminal { expected, found });
    assert_eq!(till.event().await, alarm);
    assert!(matches!(till.event().await, PinPadEvent::Down { .. }));
    assert_eq!(till.buy(1_250).await, State::NotCharged);
    assert_eq!(till.alarms.len(), 1);
    till.close().await;
}

#[tokio::test]
async fn receipt_numbers_wrap_and_recovery_is_not_confused() {
    let folder = Folder::new("zvt-wrap");
    let cut = LineFault::Cut { direction: Direction::FromBox, after: 20 };
    let cut = Scene { fault: Some(cut), ..Scene::default() };
    let settings = SimZvtSettings {
        first_receipt: 9_999,
        script: Script::new(vec![Scene::default(), cut]),
        ..SimZvtSettings::new(tcp(), folder.join("truth.jsonl"))
    };
    let zvt = ZvtSettings { timers: timers(), ..ZvtSettings::default() };
    let mut till = Till::with(settings, zvt).await;
    let State::Approved(first) = till.buy(1_250).await else { panic!("not approved") };
    let State::Approved(second) = till.buy(1_250).await else { panic!("not recovered") };
    assert_eq!((first.receipt, second.receipt), (Some(9_999), Some(1)));
    till.close().await;
}

#[tokio::test]
async fn a_terminal_that_repeats_no_record_is_judged_by_text_or_sums_or_left_to_a_person() {
    for repeat in [Repeat::TextOnly, Repeat::Bare, Repeat::Refused] {
        for (booked, policy) in [(true, Unacknowledged::Keep), (false, Unacknowledged::Reverse)] {
            let folder = Folder::new(&format!("zvt-repeat-{repeat:?}-{booked}"));
            let cut = LineFault::Cut { direction: Direction::FromBox, after: 16 };
            let cut = Scene { fault: Some(cut), unacknowledged: policy, ..Scene::default() };
            let settings = SimZvtSettings {
                repeat,
                script: Script::new(vec![Scene::default(), cut]),
                ..SimZvtSettings::new(tcp(), folder.join("truth.jsonl"))
            };
            let zvt = ZvtSettings { timers: timers(), ..ZvtSettings::default() };
            let mut till = Till::with(settings, zvt).await;
            till.buy(700).await;
            till.newest = None;
            let state = till.buy(1_250).await;
            assert_eq!(matches!(state, State::Approved(_)), booked, "{repeat:?} {state:?}");
            assert_eq!(till.standing().len(), if booked { 2 } else { 1 });
            till.restart_box().await;
            till.close().await;
        }
    }
}

/// Pays until `stop` is told, and then kills the terminal. What the till finds afterwards, and
/// how many bookings stand.
async fn killed(name: &str, on_pty: bool, stop: impl Fn(&PinPadEvent) -> bool) -> (State, usize) {
    let folder = Folder::new(name);
    let place = if on_pty { Place::Pty(folder.join("pad")) } else { tcp() };
    let mut till = Till::open(place, &folder, Vec::new()).await;
    till.buy(1_250).await;
    let tender = till.tender(Kind::Purchase, 1_250);
    till.ask(Ask::Begin(Box::new(tender.clone()))).await;
    loop {
        let event = till.event().await;
        if let PinPadEvent::Ready(intent) = event {
            till.ask(Ask::Go(intent)).await;
        }
        if stop(&event) {
            break;
        }
    }
    till.restart_terminal(|_| ()).await;
    let unknown = |event: &PinPadEvent| matches!(event, PinPadEvent::Unknown { .. });
    while !unknown(&till.event().await) {}
    let state = till.recover(&tender).await;
    let standing = till.standing().len();
    till.close().await;
    (state, standing)
}

#[tokio::test]
async fn a_terminal_that_was_killed_is_asked_when_it_is_back() {
    for on_pty in [false, true] {
        let at_display = |event: &PinPadEvent| matches!(event, PinPadEvent::Display { .. });
        let (state, standing) = killed("zvt-kill-early", on_pty, at_display).await;
        assert_eq!(matches!(state, State::Approved(_)), standing == 2, "{state:?}");
        let at_end = |event: &PinPadEvent| matches!(event, PinPadEvent::Ended { .. });
        let (state, standing) = killed("zvt-kill-late", on_pty, at_end).await;
        assert!(matches!(state, State::Approved(_)), "{state:?}");
        assert_eq!(standing, 2);
    }
}

#[tokio::test]
async fn a_batch_closed_between_cut_and_recovery_leaves_it_to_a_person() {
    let folder = Folder::new("zvt-day-between");
    let mut till = Till::open(tcp(), &folder, vec![Scene::default(), scene(Play::Silent)]).await;
    till.buy(700).await;
    let tender = till.tender(Kind::Purchase, 1_250);
    till.ask(Ask::Begin(Box::new(tender.clone()))).await;
    assert_eq!(till.until_done(&tender, false).await, State::Unknown);
    till.restart_terminal(|truth| {
        let settled = Line {
            deed: Deed::Settled,
            of: Of::Purchase,
            amount_minor: 700,
            currency: 978,
            trace: 980,
            receipt: 236,
            reference: String::new(),
        };
        truth.write(settled).unwrap();
    })
    .await;
    let state = till.recover(&tender).await;
    assert!(matches!(state, State::NeedsOperator(_)), "{state:?}");
    till.close().await;
}
