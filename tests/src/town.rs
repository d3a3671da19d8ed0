//! A town with a studio, a lawn, patrons, a bank and two doors, driving one ledger by commands.
//!
//! Seeded, with the clock in its hand: a run repeats exactly. Asks one thing at a time, so that a
//! test knows what was begun and what was acknowledged. Never looks inside the store but by
//! snapshots. Next: `tests/house.rs`.

#![allow(clippy::unwrap_used, clippy::panic)] // a town that cannot go on is a failed test

mod counter;

pub use counter::PAD;

use crate::clock::HandClock;
use crate::dice::Dice;
use minicbor::bytes::ByteArray;
use redb::Database;
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex};
use tokio::runtime::Runtime;
use usher_ledger::checkout::Numbering;
use usher_ledger::handle::{self, Surroundings};
use usher_ledger::source::Source;
use usher_ledger::{Denied, Handle, Lane, copy, journal, performance};
use usher_rules::admission::{self, Direction, Went};
use usher_rules::at::{At, Span};
use usher_rules::cart::{self, Buyer};
use usher_rules::checkout::pad::Command as AtPad;
use usher_rules::checkout::{self, Answer};
use usher_rules::code::{CodeKey, CodeKeys};
use usher_rules::device::{self, Device};
use usher_rules::fee::{Fee, Per};
use usher_rules::hold;
use usher_rules::house::{self, House, Level, Pad, Relax, Till};
use usher_rules::id::{
    AreaNo, BoxNo, CartId, CategoryNo, DeviceNo, LevelNo, OrderId, PatronId, PerformanceId, SeatNo,
    StaffNo, TillNo, compose,
};
use usher_rules::money::Money;
use usher_rules::performance::{self as showing, Planned, StaffHold};
use usher_rules::price::{Places, Price};
use usher_rules::production::{self, Production};
use usher_rules::session;
use usher_rules::staff::{self, CodeHash, PasswordHash, Role};
use usher_rules::tax::Tax;
use usher_rules::{
    Actor, BusinessDay, Command, Entry, Event, Key, batch, end_of_day, journal as book, letter,
    patron, till,
};

/// The moment the town is founded: a Friday noon.
pub const FOUNDED: At = At(1_795_780_800_000);

const STUDIO: &[u8] = include_bytes!("../../config/demo/plans/studio.json");
const STUDIO_OVERLAY: &[u8] = include_bytes!("../../config/demo/plans/studio.overlay.json");
const LAWN: &[u8] = include_bytes!("../../config/demo/plans/lawn.json");
const LAWN_OVERLAY: &[u8] = include_bytes!("../../config/demo/plans/lawn.overlay.json");

/// A town on a store.
pub struct Town {
    pub handle: Handle,
    pub clock: Arc<HandClock>,
    pub dice: Dice,
    pub performances: Vec<PerformanceId>,
    runtime: Runtime,
    /// Carts the town knows to have been opened.
    carts: Vec<CartId>,
    /// Intents waiting for the bank.
    waiting: Vec<Key>,
    /// Codes of tickets sold.
    codes: Vec<String>,
    /// Scans that let somebody in or out.
    scans: Vec<u64>,
    letters: Vec<usher_rules::id::LetterId>,
    /// Scans asked of the box: key, payload, direction.
    asked: Vec<(Key, String, Direction)>,
    /// Whoever goes to a till next.
    pub(crate) cashier: StaffNo,
    /// The cart of a till that is being filled.
    serving: Option<CartId>,
    /// Orders sold at the counter.
    pub(crate) orders: Vec<OrderId>,
}

/// The prices of the town: every category at every level.
fn prices(categories: u16) -> Vec<Price> {
    let mut prices = Vec::new();
    for category in 0..categories {
        for (level, amount) in [(1, 3_500), (2, 3_100), (3, 1_750)] {
            prices.push(Price {
                category: CategoryNo(category),
                level: LevelNo(level),
                amount: Money(amount - 800 * i64::from(category).min(2)),
            });
        }
    }
    prices
}

/// The settings of the town: two fees, one tax inside.
pub fn settings() -> House {
    let level = |no, name: &str| Level { no: LevelNo(no), name: name.to_owned() };
    let fee = |no, name: &str, per, minor| Fee {
        no,
        name: name.to_owned(),
        per,
        amount: Money(minor),
        taxed: per == Per::Ticket,
    };
    let till = |no, name: &str| Till { no: TillNo(no), name: name.to_owned(), pad: Some(PAD) };
    House {
        tills: vec![till(1, "Left"), till(2, "Right")],
        pads: vec![Pad { no: PAD, name: "Middle".to_owned(), place: "Foyer".to_owned() }],
        relax: Relax::LastResort,
        levels: vec![level(1, "Adult"), level(2, "Concession"), level(3, "Child")],
        fees: vec![fee(1, "Web fee", Per::Ticket, 125), fee(2, "Order fee", Per::Order, 50)],
        taxes: vec![Tax {
            no: 1,
            name: "VAT".into(),
            rate_ppm: 200_000,
            inclusive: true,
            compound: false,
        }],
        ..House::default()
    }
}

/// Starts a ledger on a store with this clock and luck.
pub fn ledger(store: Database, clock: Arc<HandClock>, seed: u64) -> Handle {
    let mut codes = CodeKeys::default();
    codes.set(1, CodeKey::new([7; 32]));
    let luck = Arc::new(Mutex::new(Dice::new(seed)));
    let surroundings = Surroundings {
        clock,
        day_of: Arc::new(|at: At| BusinessDay((at.0 / 86_400_000) as u32)),
        luck: Arc::new(move || luck.lock().unwrap().bytes()),
        numbering: Numbering { box_no: BoxNo(1), epoch: 1, key: 1 },
        codes,
        tokens: [9; 32],
    };
    handle::start(store, surroundings).unwrap()
}

impl Town {
    /// Founds a town on a prepared, empty store.
    pub fn found(store: Database, seed: u64) -> Town {
        let clock = Arc::new(HandClock::default());
        clock.jump_to(FOUNDED);
        let mut town = Town::on(store, clock, seed);
        town.build();
        town
    }

    /// Takes up a town on a store that holds one.
    pub fn take_up(store: Database, seed: u64) -> Town {
        let clock = Arc::new(HandClock::default());
        clock.jump_to(FOUNDED + Span::hours(1));
        let mut town = Town::on(store, clock, seed);
        let snapshot = town.handle.snapshot().unwrap();
        let all = performance::starting(&snapshot, At(0), At(i64::MAX)).unwrap();
        town.performances = all.into_iter().map(|(id, _)| id).collect();
        town
    }

    fn on(store: Database, clock: Arc<HandClock>, seed: u64) -> Town {
        Town {
            handle: ledger(store, Arc::clone(&clock), seed),
            clock,
            dice: Dice::new(seed ^ 0xfeed),
            performances: Vec::new(),
            runtime: tokio::runtime::Builder::new_current_thread().build().unwrap(),
            carts: Vec::new(),
            waiting: Vec::new(),
            codes: Vec::new(),
            scans: Vec::new(),
            letters: Vec::new(),
            asked: Vec::new(),
            cashier: StaffNo(1),
            serving: None,
            orders: Vec::new(),
        }
    }

    fn build(&mut self) {
        self.must(Command::House(house::Command::Set(settings())));
        let device = |door: &str| Device {
            name: format!("Scanner {door}"),
            door: door.to_owned(),
            enabled: true,
            performance: None,
        };
        let devices = vec![(DeviceNo(1), device("A")), (DeviceNo(2), device("B"))];
        self.must(Command::Device(device::Command::SetAll(devices)));
        let play = Production {
            slug: "salt".into(),
            title: "Salt".into(),
            code: "SALT".into(),
            genre: "Theatre".into(),
            on_web: true,
            ..Production::default()
        };
        self.must(Command::Production(production::Command::Put(None, play)));
        for (plan, overlay) in [(STUDIO, STUDIO_OVERLAY), (LAWN, LAWN_OVERLAY)] {
            self.must(Command::Performance(showing::Command::ImportPlan {
                original: plan.to_vec(),
                overlay: overlay.to_vec(),
                rekey_duplicates: false,
            }));
        }
        for (plan, categories, hours) in [(1, 3, 3), (1, 3, 27), (2, 2, 4)] {
            self.add_performance(plan, categories, hours);
        }
    }

    fn add_performance(&mut self, plan: u64, categories: u16, hours: i64) {
        let id = |no| usher_rules::id::compose(BoxNo(1), no);
        let starts_at = FOUNDED + Span::hours(hours);
        let planned = Planned {
            production: usher_rules::id::ProductionId(id(1)),
            plan: usher_rules::id::PlanId(id(plan)),
            starts_at,
            day: self.handle.day_of(starts_at),
            hall: "Studio".into(),
            prices: prices(categories),
            web_sale_opens: Some(FOUNDED),
            web_sale_ends: Some(starts_at + Span::hours(1)),
            tickets_per_cart_max: None,
            doors_open: Some(FOUNDED),
            last_admission: None,
            running_time: None,
            relax: None,
        };
        let entry = self.must(Command::Performance(showing::Command::Add(planned)));
        for event in &entry.events {
            if let Event::Performance(showing::Event::Put(id, _)) = event {
                self.performances.push(*id);
            }
        }
    }

    fn nonce(&mut self) -> [u8; 16] {
        let bytes = self.dice.bytes();
        std::array::from_fn(|index| bytes[index])
    }

    /// Asks something that may be refused.
    pub fn ask(&mut self, command: Command) -> Result<Arc<Entry>, Denied> {
        let (lane, by) = match &command {
            Command::Admission(
                admission::Command::Scan { device, .. }
                | admission::Command::Offline { device, .. },
            ) => (Lane::Door, Actor::Device(*device)),
            Command::Admission(_) => (Lane::Door, Actor::Staff("manager".into())),
            Command::Session(_) => (Lane::Till, Actor::Account(StaffNo(1))),
            Command::Staff(_) => (Lane::Till, Actor::Console),
            Command::Till(_)
            | Command::Cart(cart::Command::OpenAtTill(_))
            | Command::Checkout(
                checkout::Command::Cash { .. }
                | checkout::Command::Deposit { .. }
                | checkout::Command::Payment(_)
                | checkout::Command::Refund(_)
                | checkout::Command::Exchange(_)
                | checkout::Command::Pad(AtPad::Begin { .. } | AtPad::Decide { .. }),
            )
            | Command::Batch(
                batch::Command::Close { .. }
                | batch::Command::NoMatch { .. }
                | batch::Command::CloseGateway,
            )
            | Command::EndOfDay(_) => (Lane::Till, Actor::Account(self.cashier)),
            Command::Journal(_) => (Lane::Shop, Actor::House),
            _ => (Lane::Shop, Actor::House),
        };
        let asked = match &command {
            Command::Admission(admission::Command::Scan { payload, direction, .. }) => {
                Some((Key(self.nonce()), payload.clone(), *direction))
            }
            _ => None,
        };
        let key = asked.as_ref().map(|(key, ..)| *key);
        let ask = self.handle.ask(lane, by, key, command);
        let entry = self.runtime.block_on(ask)?;
        self.asked.extend(asked);
        self.remember(&entry);
        Ok(entry)
    }

    /// Asks something that must not be refused.
    pub fn must(&mut self, command: Command) -> Arc<Entry> {
        let words = format!("{command:?}");
        let words: String = words.chars().take(200).collect();
        self.ask(command).unwrap_or_else(|denied| panic!("{words} was denied: {denied:?}"))
    }

    fn remember(&mut self, entry: &Entry) {
        for event in &entry.events {
            match event {
                Event::Cart(cart::Event::Opened(id, row)) if row.till.is_some() => {
                    self.serving = Some(*id);
                }
                Event::Cart(cart::Event::Opened(id, _)) => self.carts.push(*id),
                Event::Checkout(checkout::Event::Intent(key, intent)) => {
                    self.waiting.retain(|other| other != key);
                    if intent.state.open() && intent.pad.is_none() {
                        self.waiting.push(*key);
                    }
                }
                Event::Checkout(checkout::Event::Sold { id, order, tickets }) => {
                    if order.counter.is_some() {
                        self.orders.push(*id);
                    }
                    let codes =
                        tickets.iter().filter_map(|(_, ticket)| self.handle.code(&ticket.code));
                    self.codes.extend(codes);
                }
                Event::Admission(admission::Event::Scanned(scan)) if scan.admission.is_some() => {
                    self.scans.push(entry.seq);
                }
                Event::Letter(letter::Event::Put(id, row)) => {
                    self.letters.retain(|other| other != id);
                    if row.state == letter::State::NotDone {
                        self.letters.push(*id);
                    }
                }
                _ => {}
            }
        }
    }

    /// Does one thing somebody in the town would do; refusals are part of life.
    pub fn step(&mut self) -> Option<Result<Arc<Entry>, Denied>> {
        if self.dice.chance(11) {
            return self.counter().map(|command| self.ask(command));
        }
        let command = match self.dice.below(100) {
            0..=10 => Command::Cart(cart::Command::Open {
                source: "poster".into(),
                user_agent: "Town".into(),
                session: self.dice.chance(50).then(|| self.dice.bytes()),
            }),
            11..=14 => self.till(),
            15..=44 => self.hold()?,
            45..=52 => self.give_back()?,
            53..=64 => self.pay()?,
            65..=76 => self.bank()?,
            77..=88 => self.door()?,
            89 => self.post()?,
            90 => self.desk(),
            91 => self.people(),
            92 if self.dice.chance(25) => {
                Command::EndOfDay(end_of_day::Command::Run { cut_off: None })
            }
            92 => self.books(),
            93 => self.patron(),
            94..=96 => self.tidy_up()?,
            _ => {
                let minutes = self.dice.below(6) as i64;
                self.clock.pass(Span::minutes(minutes));
                return None;
            }
        };
        Some(self.ask(command))
    }

    /// What happens among the staff of a house.
    fn people(&mut self) -> Command {
        let staff = StaffNo(1 + self.dice.below(4) as u32);
        let code = CodeHash::new([staff.0 as u8; 32]);
        let session = [1 + self.dice.below(6) as u8; 32];
        let password = PasswordHash("$argon2id$of-the-town".into());
        Command::Staff(match self.dice.below(10) {
            0 | 1 => {
                let login = format!("staff-{}", self.dice.below(5));
                staff::Command::Add { login, name: "Kit".into(), role: Role::Manager, code }
            }
            2 => staff::Command::Offer { staff, code, forget_second_factor: true },
            3 => staff::Command::Take { staff, code, password },
            4 => staff::Command::SetRole { staff, role: Role::Cashier },
            5 => staff::Command::SetDisabled { staff, disabled: self.dice.chance(50) },
            6 => staff::Command::Fail(staff),
            7 => {
                let keep = Some(ByteArray::from(session));
                staff::Command::SetPassword { staff, password, keep }
            }
            8 => return Command::Session(session::Command::End { session }),
            _ => {
                let about = "Town".into();
                let sign_in = session::Command::SignIn { session, account: staff, about };
                return Command::Session(sign_in);
            }
        })
    }

    /// Somebody is put into the register, or changed there.
    fn patron(&mut self) -> Command {
        let names = ["Ada Merrow", "Zoë O'Dell", "Bram Quill", ""];
        let name = (*self.dice.pick(&names)).to_owned();
        let email = if self.dice.chance(50) { "ada@example.org" } else { "" }.to_owned();
        let details = patron::Details { name, email, phone: "01632 960 1".into() };
        let id = PatronId(compose(BoxNo(1), 1 + self.dice.below(6) as u64));
        Command::Patron(match self.dice.below(3) {
            0 => patron::Command::Register(details),
            _ => patron::Command::Change(id, details),
        })
    }

    fn cart(&mut self) -> Option<CartId> {
        if self.carts.is_empty() {
            return None;
        }
        let recent = self.carts.len().saturating_sub(8);
        Some(*self.dice.pick(&self.carts[recent..]))
    }

    fn hold(&mut self) -> Option<Command> {
        let cart = self.cart()?;
        let which = self.dice.below(3);
        let performance = self.performances[which];
        let mut places = vec![Places { level: LevelNo(1), count: 1 + self.dice.below(4) as u8 }];
        Some(Command::Hold(if which == 2 {
            let area = AreaNo(self.dice.below(2) as u16);
            hold::Command::Area { cart, performance, area, places }
        } else if self.dice.chance(60) {
            hold::Command::Best {
                cart,
                performance,
                places,
                category: self.dice.chance(50).then(|| CategoryNo(self.dice.below(3) as u16)),
                zone: None,
                wheelchair: 0,
                companions: 0,
                allow_split: self.dice.chance(30),
                allow_alone: false,
            }
        } else {
            let first = self.dice.below(116) as u32;
            let seats = (0..u32::from(places[0].count)).map(|n| SeatNo(first + n)).collect();
            places[0].level = LevelNo(1 + self.dice.below(3) as u16);
            hold::Command::Seats { cart, performance, seats, places }
        }))
    }

    fn give_back(&mut self) -> Option<Command> {
        let cart = self.cart()?;
        let performance = self.performances[self.dice.below(2)];
        Some(match self.dice.below(5) {
            0 => Command::Hold(hold::Command::Release { cart, lines: vec![1] }),
            1 | 2 => Command::Hold(hold::Command::OneFewer(cart, performance)),
            3 => Command::Hold(hold::Command::TryOther { cart, performance }),
            _ => Command::Cart(cart::Command::Close(cart)),
        })
    }

    fn pay(&mut self) -> Option<Command> {
        let cart = self.cart()?;
        let buyer = Buyer {
            name: "Ada Merrow".into(),
            email: "ada@harbourmail.example".into(),
            patron: None,
        };
        let token = "tok_4242".to_owned();
        let note = "Row near the door, please".to_owned();
        Some(Command::Checkout(checkout::Command::Begin { cart, buyer, token, note, shown: None }))
    }

    fn bank(&mut self) -> Option<Command> {
        if self.waiting.is_empty() {
            return None;
        }
        let key = *self.dice.pick(&self.waiting);
        Some(Command::Checkout(match self.dice.below(10) {
            0 => checkout::Command::Answered(key, Answer::NoAnswer),
            1 => checkout::Command::Answered(
                key,
                Answer::Declined { bank_text: "Do not honour".into() },
            ),
            2 => checkout::Command::Answered(key, Answer::NeverBooked),
            3 => checkout::Command::CaptureFailed { intent: key, reason: "slow".into() },
            4..=6 => checkout::Command::Captured(key),
            _ => checkout::Command::Answered(
                key,
                Answer::Approved { approval: "A1".into(), reference: "r-1".into() },
            ),
        }))
    }

    fn door(&mut self) -> Option<Command> {
        if self.dice.chance(10) && !self.scans.is_empty() {
            let scan = *self.dice.pick(&self.scans);
            return Some(Command::Admission(if self.dice.chance(50) {
                admission::Command::Undo { scan }
            } else {
                admission::Command::PassageTimedOut { scan }
            }));
        }
        let payload = if self.codes.is_empty() || self.dice.chance(10) {
            "U1CEABEZYBAIBQIBICTUJ4HMLKIFNGOLDT".to_owned()
        } else {
            self.dice.pick(&self.codes).clone()
        };
        let direction = *self.dice.pick(&[Direction::In, Direction::In, Direction::Out]);
        if self.dice.chance(30) {
            return Some(self.told(payload, direction));
        }
        Some(Command::Admission(admission::Command::Scan {
            device: DeviceNo(1 + self.dice.below(2) as u32),
            payload,
            typed: false,
            direction,
            performance: None,
        }))
    }

    /// A door that was without the box tells what it did; now and then of a scan that it believes
    /// unanswered.
    fn told(&mut self, payload: String, direction: Direction) -> Command {
        let ago = Span::minutes(self.dice.below(40) as i64);
        let unheard = self.asked.last().cloned().filter(|_| self.dice.chance(40));
        let (attempt, payload, direction) = match unheard {
            Some((key, payload, direction)) => (Some(key), payload, direction),
            None => (None, payload, direction),
        };
        Command::Admission(admission::Command::Offline {
            device: DeviceNo(1 + self.dice.below(2) as u32),
            payload,
            direction,
            went: if self.dice.chance(70) { Went::Go } else { Went::Stop },
            at: self.handle.now() - ago,
            attempt,
        })
    }

    fn post(&mut self) -> Option<Command> {
        if self.letters.is_empty() {
            return None;
        }
        let letter = *self.dice.pick(&self.letters);
        let transcript = "250 accepted".to_owned();
        Some(Command::Letter(if self.dice.chance(70) {
            letter::Command::Sent { letter, transcript, words: None }
        } else {
            let again = Some(self.handle.now() + Span::minutes(5));
            letter::Command::Failed { letter, transcript, again }
        }))
    }

    /// Staff keep a few seats to themselves, or let them go.
    fn desk(&mut self) -> Command {
        let performance = self.performances[self.dice.below(2)];
        let first = self.dice.below(40) as u32 * 3;
        let seats = (0..1 + self.dice.below(3) as u32).map(|n| SeatNo(first + n)).collect();
        Command::Performance(if self.dice.chance(60) {
            let hold = StaffHold { code: 'H', note: "House manager".to_owned() };
            showing::Command::HoldForStaff { performance, seats, hold }
        } else {
            showing::Command::EndStaffHold { performance, seats }
        })
    }

    /// Three cashiers at two tills.
    fn till(&mut self) -> Command {
        self.cashier = StaffNo(1 + self.dice.below(3) as u32);
        let open = usher_ledger::till::open(&self.handle.snapshot().unwrap()).unwrap();
        let own = open.iter().find(|(_, row)| row.cashier == self.cashier).or(open.first());
        let amount = Money(self.dice.below(200) as i64 * 100);
        let Some((session, row)) = own else {
            let till = TillNo(1 + self.dice.below(3) as u16);
            return Command::Till(till::Command::Open { till, float: amount });
        };
        if self.dice.chance(70) {
            self.cashier = row.cashier;
        }
        let (session, reason, senior) = (*session, "Change".to_owned(), self.dice.chance(50));
        Command::Till(match self.dice.below(8) {
            0 => till::Command::PayIn { session, amount, reason },
            1 => till::Command::PayOut { session, amount, reason },
            2 => till::Command::Open { till: row.till, float: amount },
            3 => till::Command::Open { till: TillNo(3 - row.till.0), float: amount },
            4 | 5 => till::Command::Count { session, counted: amount, senior },
            _ => till::Command::Close { session, senior },
        })
    }

    /// What is new goes to the accountants, and the journal is proved.
    fn books(&mut self) -> Command {
        let snapshot = self.handle.snapshot().unwrap();
        let asked = journal::last_proof(&snapshot).unwrap();
        Command::Journal(match (self.dice.below(3), asked) {
            (0, _) => book::Command::Export,
            (1, Some((no, _))) => book::Command::Prove(no, journal::replay(&snapshot).unwrap()),
            _ => book::Command::AskProof,
        })
    }

    fn tidy_up(&mut self) -> Option<Command> {
        let cart = self.cart()?;
        Some(match self.dice.below(3) {
            0 => Command::Cart(cart::Command::Expire { cart, seen: None }),
            1 => Command::Cart(cart::Command::Touch { cart, seen: self.handle.now() }),
            _ => Command::House(house::Command::ShiftHolds(Span::minutes(1))),
        })
    }

    /// Resolves every open intent as the bank has it in the end.
    pub fn settle(&mut self) {
        for key in std::mem::take(&mut self.waiting) {
            let approved = Answer::Approved { approval: "A2".into(), reference: "r-2".into() };
            let answered = self.ask(Command::Checkout(checkout::Command::Answered(key, approved)));
            if answered.is_err() {
                assert!(!self.waiting.contains(&key), "an answered intent waits again");
            }
            let captured = self.ask(Command::Checkout(checkout::Command::Captured(key)));
            let voided = self.ask(Command::Checkout(checkout::Command::Voided(key)));
            assert!(captured.is_ok() || voided.is_ok(), "intent {key:?} does not end");
        }
    }

    /// Stops the ledger and waits until its thread has let go of the store.
    pub fn stop(self) {
        self.handle.close();
        self.runtime.block_on(self.handle.ended());
    }
}

/// One number for everything a store holds.
pub fn fingerprint<S: Source>(source: &S) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (table, key, value) in copy::rows(source).unwrap() {
        for part in [table.as_bytes(), &key, &value] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hash.finalize().into()
}
