//! Staff views of the invented house: the door phone, the wall, the desk and the demo bench.
//!
//! Five minutes to curtain on a busy evening, as the drawings of the pages have it.

use super::{NOW, at, frame, seat};
use usher_rules::at::Span;
use usher_rules::cart::State;
use usher_rules::house::WithoutBox;
use usher_rules::id::{CartId, LetterId, OrderId, TicketId};
use usher_rules::letter::State as LetterState;
use usher_rules::money::Money;
use usher_rules::view::demo::{
    Bench, BenchAbout, BenchCode, BenchPad, BenchPads, BenchPhone, BenchScanner, BenchShown,
};
use usher_rules::view::desk::cart::{Held, HeldTickets};
use usher_rules::view::desk::letter::{Attachment, Glance, Letters, Opened};
use usher_rules::view::desk::{
    Around, Books, ClockState, Desk, Device, DeviceKind, DeviceState, Disk, HouseGlance, Rights,
    SignIn, SignInRefused, Store, Strip,
};
use usher_rules::view::door::{
    Direction, Door, DoorPerformance, Plate, Reason, RecentScan, Signal,
};
use usher_rules::view::monitor::{Curve, Flow, Lane, Monitor, PerformanceGlance, Refused, ScanRow};

pub const NAMES: [&str; 10] = [
    "Ada Merrow",
    "Ruben Castell",
    "Joan Pargeter",
    "Tom Vasey",
    "Nkem Abara",
    "Luz Ferreday",
    "Oren Quill",
    "Edie Tamsin",
    "Bram Hollis",
    "Greta Whitlow",
];

pub fn plate(signal: Signal, reason: Reason) -> Plate {
    Plate {
        signal,
        reason,
        at: at(0, 19, 7),
        ticket: Some(TicketId(7)),
        buyer_name: "Ada Merrow".to_owned(),
        level_name: "Adult".to_owned(),
        place: Some(seat("Stalls", "F", "12")),
        way: "Up the stairs, left".to_owned(),
        title: "The Lamplighter’s Daughter".to_owned(),
        starts: Some(at(0, 19, 30)),
    }
}

pub fn door(last: Option<Plate>) -> Door {
    let recent = NAMES.iter().take(4).zip(0..).map(|(name, nth)| RecentScan {
        seq: 900 - nth,
        signal: Signal::Go,
        reason: Reason::Ok,
        at: at(0, 19, 6) - Span::seconds(nth as i64 * 8),
        buyer_name: (*name).to_owned(),
        place: Some(seat("Stalls", "F", &(3 + nth).to_string())),
        unpassed: nth == 2,
    });
    let first = last.as_ref().map(|last| RecentScan {
        seq: 901,
        signal: last.signal,
        reason: last.reason.clone(),
        at: last.at + Span::seconds(12),
        buyer_name: last.buyer_name.clone(),
        place: last.place.clone(),
        unpassed: false,
    });
    Door {
        frame: frame(0),
        form_key: "n1".to_owned(),
        door: "B".to_owned(),
        direction: Direction::In,
        performance: Some(DoorPerformance {
            performance: super::performance(11),
            title: "Lamplighter’s".to_owned(),
            starts: at(0, 19, 30),
        }),
        tickets_loaded: 486,
        tickets_total: 486,
        inside: 312,
        expected: 486,
        last,
        recent: first.into_iter().chain(recent).collect(),
        without_box: WithoutBox::Snapshot,
        seq: 901,
    }
}

pub fn monitor() -> Monitor {
    let mut frame = frame(0);
    frame.now = at(0, 19, 7) + Span::seconds(12);
    let shown = PerformanceGlance {
        performance: super::performance(11),
        title: "The Lamplighter’s Daughter".to_owned(),
        play_code: "LAMP".to_owned(),
        hall: "Main House".to_owned(),
        starts: at(0, 19, 30),
    };
    Monitor {
        frame,
        day: None,
        performances: vec![shown.clone()],
        shown: Some(shown),
        inside: 312,
        admitted: 313,
        expected: 486,
        curve: Curve {
            from: at(0, 18, 30),
            tonight: TONIGHT.to_vec(),
            usual_tenths: USUAL.to_vec(),
        },
        doors: lanes(),
        refused: vec![
            Refused { reason: Reason::AlreadyUsed { at: NOW, door: String::new() }, count: 5 },
            Refused {
                reason: Reason::WrongPerformance { title: String::new(), starts: NOW },
                count: 3,
            },
            Refused { reason: Reason::WrongDoor { go_to: String::new() }, count: 2 },
            Refused { reason: Reason::Unknown, count: 1 },
        ],
        duplicates: 0,
        without_box: WithoutBox::Snapshot,
        scans: 325,
        rows: rows(),
        seq: 901,
        beam_to_screen: Some(Span(38)),
    }
}

/// Two doors were without the box and have told it so.
pub fn monitor_after_an_outage() -> Monitor {
    let mut view = monitor();
    view.duplicates = 1;
    view.without_box = WithoutBox::Stop;
    for row in &mut view.rows[..3] {
        row.alone = true;
    }
    view.rows[0].dispute = Some(Reason::AlreadyUsed { at: NOW, door: "A".to_owned() });
    view.rows[1].dispute = Some(Reason::Cancelled { at: NOW });
    view
}

const TONIGHT: [u32; 38] = [
    0, 1, 1, 2, 1, 2, 2, 3, 2, 4, 3, 4, 5, 4, 6, 5, 7, 6, 7, 9, 8, 8, 10, 9, 12, 11, 10, 13, 12,
    15, 14, 13, 16, 12, 14, 11, 13, 12,
];
const USUAL: [u32; 60] = [
    3, 5, 7, 10, 12, 15, 20, 22, 28, 30, 34, 40, 42, 46, 50, 56, 60, 64, 70, 74, 80, 88, 94, 100,
    106, 110, 116, 120, 124, 130, 130, 128, 124, 120, 116, 112, 110, 105, 100, 90, 86, 80, 76, 70,
    64, 60, 50, 46, 40, 34, 30, 26, 20, 16, 12, 10, 8, 6, 4, 2,
];

fn lanes() -> Vec<Lane> {
    let lane = |door: &str, to: &str, admitted, tenths, flow| Lane {
        door: door.to_owned(),
        leads_to: to.to_owned(),
        admitted,
        per_minute_tenths: tenths,
        flow,
    };
    vec![
        lane("A", "Stalls left", 143, 62, Flow::Flowing),
        lane("B", "Stalls right", 97, 98, Flow::Queue),
        lane("C", "Circle", 58, 24, Flow::Quiet),
        lane("D", "Step-free", 15, 0, Flow::Silent),
    ]
}

fn rows() -> Vec<ScanRow> {
    let row = |(nth, name): (usize, &&str)| {
        let refused = nth == 3;
        let when = at(0, 19, 7) + Span::seconds(12 - nth as i64 * 6);
        ScanRow {
            seq: 901 - nth as u64,
            performance: Some(super::performance(11)),
            title: "The Lamplighter’s Daughter".to_owned(),
            play_code: "LAMP".to_owned(),
            starts: Some(at(0, 19, 30)),
            at: when,
            buyer_name: (*name).to_owned(),
            ticket: Some(TicketId(nth as u64)),
            place: Some(seat("Stalls", "F", "12")),
            scan_in: Some(if nth == 9 { at(0, 18, 52) } else { when }),
            scan_out: (nth == 9).then_some(when),
            signal: if refused { Signal::Stop } else { Signal::Go },
            reason: if refused {
                Reason::AlreadyUsed { at: when, door: "A".to_owned() }
            } else {
                Reason::Ok
            },
            undone: nth == 5,
            alone: false,
            dispute: None,
            door: "A".to_owned(),
            device: "scanner A".to_owned(),
            share_tenths: 100,
        }
    };
    NAMES.iter().enumerate().map(row).collect()
}

pub fn strip() -> Strip {
    Strip {
        store: Store::Ready,
        clock: ClockState::Trusted,
        disk_free_bytes: 61 << 30,
        disk: Disk::Enough,
        scanners_ready: 1,
        scanners_total: 2,
        gates_ready: 1,
        gates_total: 1,
        mail_waiting: 0,
        mail_errors: 1,
        books: Books::Agree,
        without_tls: true,
    }
}

pub fn around() -> Around {
    let rights = Rights {
        door: true,
        monitor: true,
        desk: true,
        account: true,
        staff: true,
        audit: true,
        till: true,
        reports: true,
        day: true,
    };
    Around { frame: frame(0), who: "manager".to_owned(), rights, strip: strip() }
}

pub fn held_tickets() -> HeldTickets {
    let held = |no, state, numbers: &[&str]| Held {
        code: 'W',
        cart: CartId(no),
        title: "The Lamplighter’s Daughter".to_owned(),
        starts: at(0, 19, 30),
        places: numbers.iter().map(|number| seat("Stalls", "F", number)).collect(),
        state,
        until: NOW + Span::minutes(9),
    };
    let holds = vec![
        held(88_164, State::Active, &["12", "13"]),
        held(88_162, State::CheckingOut, &["4"]),
        held(88_121, State::CheckoutError, &["7"]),
    ];
    HeldTickets { around: around(), holds, next: Some((NOW, CartId(88_121))) }
}

pub fn glance(no: u64, state: LetterState) -> Glance {
    let done = state == LetterState::Done;
    Glance {
        letter: LetterId(no),
        to: "ada@harbourmail.example".to_owned(),
        subject: done.then(|| "Your tickets: The Lamplighter’s Daughter".to_owned()),
        order: OrderId(41),
        state,
        created: at(0, 18, 40),
        due: at(0, 18, 55),
        sent: done.then(|| at(0, 18, 41)),
        attempts: if state == LetterState::Error { 80 } else { 1 },
        fault: if done { String::new() } else { "450 mailbox busy".to_owned() },
    }
}

pub fn letters() -> Letters {
    let letters = vec![
        glance(9, LetterState::NotDone),
        glance(8, LetterState::Done),
        glance(7, LetterState::Error),
    ];
    Letters { around: around(), letters, next: Some(LetterId(7)) }
}

pub fn opened(state: LetterState) -> Opened {
    let done = state == LetterState::Done;
    Opened {
        around: around(),
        glance: glance(8, state),
        text: done.then(|| "Hello Ada,\nyour tickets: /orders/***\n".to_owned()),
        attachments: if done {
            vec![Attachment { name: "tickets.pdf".to_owned(), bytes: 48_213 }]
        } else {
            Vec::new()
        },
        transcript: "C: EHLO box\nS: 450 mailbox busy\n".to_owned(),
    }
}

pub fn desk() -> Desk {
    let device = |name: &str, kind, state, fault: &str| Device {
        name: name.to_owned(),
        kind,
        stands_at: "Door A".to_owned(),
        port: "/dev/usher/scanner-a".to_owned(),
        state,
        seen: (state == DeviceState::Ready).then_some(NOW),
        fault: fault.to_owned(),
    };
    let retrying = DeviceState::Retrying { after: Span::seconds(4) };
    Desk {
        around: around(),
        devices: vec![
            device("Scanner A", DeviceKind::Scanner, DeviceState::Ready, ""),
            device("Scanner B", DeviceKind::Scanner, retrying, "The line went away at 18:31."),
            device("Lamp A", DeviceKind::Gate, DeviceState::Ready, ""),
            device("Phone C", DeviceKind::NetworkDoor, DeviceState::Waiting, ""),
            device("Phone D", DeviceKind::NetworkDoor, DeviceState::Locked, ""),
            device("Outgoing mail", DeviceKind::Mail, DeviceState::Off, ""),
        ],
        performances: vec![
            tonight(),
            HouseGlance {
                cancelled: Some(super::performance(21)),
                starts: at(0, 15, 0),
                inside: 0,
                ..tonight()
            },
        ],
    }
}

fn tonight() -> HouseGlance {
    HouseGlance {
        title: "The Lamplighter’s Daughter".to_owned(),
        hall: "Main House".to_owned(),
        starts: at(0, 19, 30),
        sold: 486,
        held: 6,
        places_left: 8,
        inside: 312,
        cancelled: None,
    }
}

pub fn sign_in(refused: SignInRefused) -> SignIn {
    SignIn { frame: frame(0), onward: "/monitor".to_owned(), refused }
}

pub fn bench() -> Bench {
    let scanner = |name: &str, door: &str, lamp, unpassed| BenchScanner {
        name: name.to_owned(),
        door: door.to_owned(),
        path: format!("/tmp/scanner-{door}"),
        lamp,
        passage_s: (door == "A").then_some(8),
        last: Some(RecentScan {
            seq: 900,
            signal: Signal::Go,
            reason: Reason::Ok,
            at: at(0, 18, 50),
            buyer_name: "Ada Merrow".to_owned(),
            place: Some(seat("Stalls", "F", "12")),
            unpassed,
        }),
    };
    let code = |code: &str, about, title: &str, seat: &str| BenchCode {
        code: code.to_owned(),
        about,
        title: title.to_owned(),
        seat: seat.to_owned(),
    };
    Bench {
        frame: frame(0),
        scanners: vec![
            scanner("Scanner A", "A", None, true),
            scanner("Scanner B", "B", Some(Signal::Go), false),
        ],
        codes: vec![
            code(super::CODES[0], BenchAbout::Valid, "The Lamplighter’s Daughter", "Stalls F 12"),
            code(super::CODES[1], BenchAbout::OtherPerformance, "Moth Hour", "Circle B 4"),
            code(super::CODES[2], BenchAbout::Forged, "", ""),
        ],
        chosen: 0,
        typed: String::new(),
    }
}

/// Two card terminals; the cable of the second is out while its customer is asked for something.
pub fn pads(shown: [BenchShown; 2]) -> BenchPads {
    let names = [("Left pad", "Left window"), ("Right pad", "Right window")];
    let pads = names.iter().zip(shown).enumerate().map(|(no, ((name, till), shown))| BenchPad {
        name: (*name).to_owned(),
        till: (*till).to_owned(),
        line: format!("zvt, /tmp/pin-pad-{no}"),
        shown,
        amount: (shown != BenchShown::Idle).then_some(Money(7_000)),
        is_plugged_in: no == 0 || shown != BenchShown::EnterPin,
        is_linked: no == 0,
    });
    let phone = BenchPhone { login: "cashier".to_owned(), code: "492039".to_owned() };
    BenchPads { frame: frame(0), pads: pads.collect(), phones: vec![phone] }
}
