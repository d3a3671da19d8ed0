//! The verdict table against what a door's page decides alone: the cases are made here, by the
//! rule itself, and `tests/browser/alone.test.js` puts them to the script (one engine, Z5).
//!
//! The file of cases is kept in the tree; `USHER_CASES=1` writes it anew. Next:
//! `web/assets/door-alone.js`.

#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use usher_ledger::view::door_list::digest;
use usher_listener::wording::verdict::{reason_name, stop_name, verdict_name};
use usher_rules::admission::{
    Admission, Command, Direction, Event, Facts, Found, Presence, Read, decide, standing,
};
use usher_rules::at::{At, Span};
use usher_rules::cart::Place;
use usher_rules::code::{CodeBody, Form};
use usher_rules::device::{Device, DeviceRow};
use usher_rules::house::{House, ReEntry};
use usher_rules::id::{
    AreaNo, CategoryNo, DeviceNo, LevelNo, OrderId, PerformanceId, PlanId, ProductionId, TicketId,
};
use usher_rules::money::Money;
use usher_rules::performance::Performance;
use usher_rules::ticket::{State, Ticket};
use usher_rules::{Actor, Ask, BusinessDay, Event as AnyEvent};

const OPENS: At = At(1_000_000);
const CLOSES: At = At(2_000_000);
const DAY: BusinessDay = BusinessDay(0);
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/browser/house/alone.json");

fn ticket(blemish: usize, presence: Presence, re_entry: ReEntry) -> Found {
    let performance = Performance {
        no: 1,
        production: ProductionId(1),
        plan: PlanId(1),
        starts_at: CLOSES,
        day: DAY,
        hall: String::new(),
        prices: Vec::new(),
        web_sale_opens: None,
        web_sale_ends: None,
        tickets_per_cart_max: None,
        doors_open: OPENS,
        last_admission: CLOSES,
        re_entry: Some(re_entry),
        min_leftover: None,
        relax: None,
        fire_limit: None,
        cancelled: None,
    };
    let ticket = Ticket {
        order: OrderId(1),
        line: 1,
        performance: PerformanceId(1),
        place: Place::Area(AreaNo(0)),
        level: LevelNo(1),
        category: CategoryNo(0),
        price: Money(1),
        code: CodeBody { key: 1, performance: 1, tag: 1, generation: 0 },
        state: if blemish == 2 { State::Cancelled { at: At(0) } } else { State::Valid },
        blocked: matches!(blemish, 3 | 6),
        replaced_at: None,
    };
    let elsewhere = matches!(blemish, 4 | 6 | 7);
    Found {
        id: TicketId(1),
        newest: blemish != 1,
        performance: Arc::new(performance),
        doors: if elsewhere { vec!["B".to_owned()] } else { Vec::new() },
        wheelchair: false,
        concession: false,
        balance: Money(i64::from(matches!(blemish, 5 | 7))),
        payment_problem: false,
        admission: (presence != Presence::NotUsed).then(|| Admission {
            presence,
            first_in: Some(OPENS),
            last_in: Some(OPENS),
            last_out: None,
            ins: 1,
            outs: u16::from(presence == Presence::Out),
            door: String::new(),
            device: DeviceNo(1),
            scan: 1,
            again: false,
        }),
        inside: 0,
        ticket,
    }
}

/// Blemishes of [`ticket`]: none, replaced, cancelled, blocked, another door, unpaid; and two at
/// once: blocked at another door, unpaid at another door.
const BLEMISHES: usize = 8;

fn judged(found: Option<Found>, direction: Direction, now: At) -> (Value, Value) {
    let device = Device { name: String::new(), door: "A".into(), enabled: true, performance: None };
    let facts = Facts {
        house: Arc::default(),
        device: Some(Arc::new(DeviceRow { device, bad: Vec::new(), locked_until: None })),
        read: Read::Code { form: Form::Keyed, found: found.map(Box::new) },
        performance: None,
        performance_id: None,
        may_lack_sales: false,
        next_seq: 2,
        earlier: None,
        standing: None,
        day: DAY,
        attempt: None,
    };
    let command = Command::Scan {
        device: DeviceNo(1),
        payload: String::new(),
        typed: false,
        direction,
        performance: None,
    };
    let by = Actor::Device(DeviceNo(1));
    let events = decide(&facts, &command, &Ask { by, at: now, day: DAY, random: [0; 32] }).unwrap();
    let [AnyEvent::Admission(Event::Scanned(scan))] = events.as_slice() else {
        panic!("{events:?} is no scan");
    };
    let reason = match reason_name(&scan.verdict) {
        "ADMITTED" => "OK",
        other => other,
    };
    (json!(verdict_name(&scan.verdict)), json!(reason))
}

/// `[stop, state, re_entry, direction, now, went, reason]`, one a line; `state` null: not listed.
fn cases() -> Vec<Value> {
    let mut cases = BTreeSet::new();
    let times = [OPENS - Span(1), OPENS, CLOSES - Span(1), CLOSES];
    let ways = [(Direction::In, "in"), (Direction::Out, "out")];
    let presences = [(Presence::NotUsed, "unused"), (Presence::In, "in"), (Presence::Out, "out")];
    for (direction, way) in ways {
        let (went, reason) = judged(None, direction, OPENS);
        cases.insert(json!([null, null, false, way, OPENS.0, went, reason]).to_string());
        for (now, blemish) in times.iter().flat_map(|now| (0..BLEMISHES).map(move |no| (*now, no)))
        {
            for (presence, state) in presences {
                for policy in [ReEntry::Never, ReEntry::AfterOut, ReEntry::Unlimited] {
                    let found = ticket(blemish, presence, policy);
                    let stop = standing(&found, &House::default(), "A", now);
                    // A door alone cannot know whether who is in came out elsewhere: it lets
                    // nobody in who is in, even where the house would (domain 9.3).
                    let strict = match (presence, policy) {
                        (Presence::In, ReEntry::Unlimited) => ReEntry::AfterOut,
                        (_, policy) => policy,
                    };
                    let asked = ticket(blemish, presence, strict);
                    let (went, reason) = judged(Some(asked), direction, now);
                    let stop = stop.as_ref().map(stop_name);
                    let again = policy != ReEntry::Never;
                    let case = json!([stop, state, again, way, now.0, went, reason]);
                    cases.insert(case.to_string());
                }
            }
        }
    }
    cases.iter().map(|case| serde_json::from_str(case).unwrap()).collect()
}

fn written() -> String {
    let code = "U1CEABEZYBAIBQIBICTUJ4HMLKIFNGOLDT";
    let hex: String = digest(code).iter().map(|byte| format!("{byte:02x}")).collect();
    let cases: Vec<String> = cases().iter().map(|case| format!("  {case}")).collect();
    format!(
        "{{\n\"opens\": {}, \"closes\": {}, \"code\": \"{code}\", \"digest_hex\": \"{hex}\",\n\
         \"cases\": [\n{}\n]}}\n",
        OPENS.0,
        CLOSES.0,
        cases.join(",\n")
    )
}

#[test]
fn the_cases_put_to_the_script_of_the_door_are_those_of_the_table() {
    let made = written();
    if std::env::var_os("USHER_CASES").is_some() {
        std::fs::write(FILE, &made).unwrap();
    }
    let kept = std::fs::read_to_string(FILE).unwrap();
    assert!(made == kept, "the table changed: run with USHER_CASES=1 and look at what did");
    let cases = cases();
    assert!(cases.len() > 200, "{}", cases.len());
    for reason in ["OK", "REENTRY", "OUT", "UNKNOWN", "REPLACED", "CANCELLED", "BLOCKED"] {
        assert!(cases.iter().any(|case| case[6] == reason), "no case of {reason}");
    }
    for reason in
        ["ALREADY_USED", "NO_REENTRY", "WRONG_DOOR", "TOO_EARLY", "TOO_LATE", "UNPAID", "NOT_IN"]
    {
        assert!(cases.iter().any(|case| case[6] == reason), "no case of {reason}");
    }
}
