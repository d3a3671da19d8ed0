//! A small venue on a store in memory, driven by real commands, with its clock in the hand.
//!
//! Two evenings of one play in the studio, a lawn, and whatever a test adds. Never looks into the
//! store but by snapshots. Next: `view.rs`, the tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tokio::runtime::Runtime;
use usher_ledger::checkout::Numbering;
use usher_ledger::handle::{self, Surroundings};
use usher_ledger::{Denied, Handle, Lane, Snapshot, open};
use usher_rules::admission::{self, Direction};
use usher_rules::at::{At, Clock, Span};
use usher_rules::cart::{self, Buyer};
use usher_rules::checkout::{self, Answer};
use usher_rules::code::{CodeKey, CodeKeys};
use usher_rules::device::{self, Device};
use usher_rules::fee::{Fee, Per};
use usher_rules::hold;
use usher_rules::house::{self, House as Settings, Level, Relax};
use usher_rules::id::{
    AreaNo, BoxNo, CartId, CategoryNo, DeviceNo, LevelNo, OrderId, PerformanceId, PlanId,
    ProductionId, SeatNo, compose,
};
use usher_rules::money::Money;
use usher_rules::performance::{self as showing, Planned};
use usher_rules::price::{Places, Price};
use usher_rules::production::{self, Production};
use usher_rules::tax::Tax;
use usher_rules::view::venue::{Frame, Venue};
use usher_rules::{Actor, BusinessDay, Command, Entry, Event, Key};

/// A Friday noon, UTC.
pub const FOUNDED: At = At(1_795_780_800_000);

macro_rules! plan {
    ($name:literal) => {
        (
            include_bytes!(concat!("../../../../config/demo/plans/", $name, ".json")),
            include_bytes!(concat!("../../../../config/demo/plans/", $name, ".overlay.json")),
        )
    };
}

/// A clock that moves only when told.
#[derive(Default)]
pub struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn wall(&self) -> At {
        At(FOUNDED.0 + self.0.load(Ordering::SeqCst))
    }
    fn monotonic_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst) as u64
    }
}

pub struct House {
    pub handle: Handle,
    clock: Arc<HandClock>,
    runtime: Runtime,
}

pub fn id(no: u64) -> u64 {
    compose(BoxNo(1), no)
}

fn settings() -> Settings {
    let level = |no, name: &str| Level { no: LevelNo(no), name: name.to_owned() };
    let fee = |no, name: &str, per, amount, taxed| Fee {
        no,
        name: name.to_owned(),
        per,
        amount: Money(amount),
        taxed,
    };
    Settings {
        relax: Relax::Never,
        levels: vec![level(1, "Adult"), level(2, "Child")],
        fees: vec![
            fee(1, "Web fee", Per::Ticket, 125, true),
            fee(2, "Order fee", Per::Order, 50, false),
        ],
        taxes: vec![Tax {
            no: 1,
            name: "VAT".to_owned(),
            rate_ppm: 200_000,
            inclusive: true,
            compound: false,
        }],
        ..Settings::default()
    }
}

/// 35.00 and 17.50 in the first category, 8.00 less in each after it.
pub fn prices(categories: u16) -> Vec<Price> {
    let price = |category: u16, level, amount: i64| Price {
        category: CategoryNo(category),
        level: LevelNo(level),
        amount: Money(amount - 800 * i64::from(category)),
    };
    (0..categories).flat_map(|no| [price(no, 1, 3_500), price(no, 2, 1_750 + 800)]).collect()
}

impl House {
    /// An empty store with settings, two doors and two productions.
    pub fn new() -> House {
        let store = redb::Database::builder()
            .create_with_backend(redb::backends::InMemoryBackend::new())
            .unwrap();
        open::prepare(&store, BoxNo(1)).unwrap();
        let clock = Arc::new(HandClock::default());
        let drawn = AtomicU64::new(1);
        let mut codes = CodeKeys::default();
        codes.set(1, CodeKey::new([7; 32]));
        let surroundings = Surroundings {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            day_of: Arc::new(|at: At| BusinessDay((at.0 / 86_400_000) as u32)),
            luck: Arc::new(move || {
                let mut luck = [0; 32];
                luck[..8].copy_from_slice(&drawn.fetch_add(1, Ordering::SeqCst).to_be_bytes());
                luck
            }),
            numbering: Numbering { box_no: BoxNo(1), epoch: 1, key: 1 },
            codes,
            tokens: [9; 32],
        };
        let handle = handle::start(store, surroundings).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let house = House { handle, clock, runtime };
        house.must(Command::House(house::Command::Set(settings())));
        let device = |no, door: &str| {
            let name = format!("Scanner {door}");
            let door = door.to_owned();
            (DeviceNo(no), Device { name, door, enabled: true, performance: None })
        };
        let devices = vec![device(1, "Studio"), device(2, "Garden gate")];
        house.must(Command::Device(device::Command::SetAll(devices)));
        house.production("salt", "Salt", 90);
        house.production("carols", "Carols on the Lawn", 60);
        house
    }

    pub fn production(&self, slug: &str, title: &str, minutes: u16) -> ProductionId {
        let production = Production {
            slug: slug.to_owned(),
            title: title.to_owned(),
            code: slug.to_uppercase(),
            lede: "One line.".to_owned(),
            description: "First.\n\nSecond.".to_owned(),
            genre: "Theatre".to_owned(),
            poster: slug.to_owned(),
            running_time_min: Some(minutes),
            on_web: true,
            ..Production::default()
        };
        let entry = self.must(Command::Production(production::Command::Put(None, production)));
        match entry.events.first() {
            Some(Event::Production(production::Event::Put(id, _))) => *id,
            other => panic!("no production: {other:?}"),
        }
    }

    pub fn plan(&self, name: &str) -> PlanId {
        let (plan, overlay): (&[u8], &[u8]) = match name {
            "studio" => split(plan!("studio")),
            "lawn" => split(plan!("lawn")),
            "arena" => split(plan!("arena")),
            other => panic!("no plan {other}"),
        };
        let import = showing::Command::ImportPlan {
            original: plan.to_vec(),
            overlay: overlay.to_vec(),
            rekey_duplicates: false,
        };
        match self.must(Command::Performance(import)).events.first() {
            Some(Event::Performance(showing::Event::PlanImported { plan, .. })) => *plan,
            other => panic!("no plan: {other:?}"),
        }
    }

    /// `production` by number, some hours after the founding.
    pub fn performance(
        &self,
        production: u64,
        plan: PlanId,
        categories: u16,
        hours: i64,
    ) -> PerformanceId {
        let starts_at = FOUNDED + Span::hours(hours);
        self.planned(Planned {
            production: ProductionId(id(production)),
            plan,
            starts_at,
            day: self.handle.day_of(starts_at),
            hall: "Studio".to_owned(),
            prices: prices(categories),
            web_sale_opens: Some(FOUNDED),
            web_sale_ends: None,
            tickets_per_cart_max: None,
            doors_open: None,
            last_admission: None,
            running_time: None,
            relax: None,
        })
    }

    pub fn planned(&self, planned: Planned) -> PerformanceId {
        match self.must(Command::Performance(showing::Command::Add(planned))).events.first() {
            Some(Event::Performance(showing::Event::Put(id, _))) => *id,
            other => panic!("no performance: {other:?}"),
        }
    }

    /// Salt in the studio, three hours from the founding.
    pub fn tonight(&self) -> PerformanceId {
        let studio = self.plan("studio");
        self.performance(1, studio, 3, 3)
    }

    pub fn pass(&self, span: Span) {
        self.clock.0.fetch_add(span.0, Ordering::SeqCst);
    }

    pub fn ask(&self, command: Command) -> Result<Arc<Entry>, Denied> {
        let by = match &command {
            Command::Admission(admission::Command::PassageTimedOut { .. }) => {
                Actor::Device(DeviceNo(1))
            }
            Command::Admission(_) => Actor::Staff("manager".to_owned()),
            _ => Actor::House,
        };
        self.runtime.block_on(self.handle.ask(Lane::Shop, by, None, command))
    }

    pub fn must(&self, command: Command) -> Arc<Entry> {
        self.ask(command).unwrap_or_else(|denied| panic!("denied: {denied:?}"))
    }

    pub fn snapshot(&self) -> Snapshot {
        self.handle.snapshot().unwrap()
    }

    pub fn frame(&self) -> Frame {
        let venue = Venue {
            name: "The Tidewell".to_owned(),
            street: String::new(),
            town: "Saltmere".to_owned(),
            phone: String::new(),
            email: String::new(),
            counter_hours: String::new(),
            time_zone: "Europe/London".to_owned(),
            day_rolls_min: 240,
            currency: "GBP".to_owned(),
            language: "en-GB".to_owned(),
            site: "https://tidewell.example".to_owned(),
            links: Vec::new(),
        };
        Frame { venue: Arc::new(venue), now: self.handle.now(), cart_places: 0, demo: false }
    }

    pub fn cart(&self) -> CartId {
        let open =
            cart::Command::Open { source: String::new(), user_agent: String::new(), session: None };
        match self.must(Command::Cart(open)).events.first() {
            Some(Event::Cart(cart::Event::Opened(id, _))) => *id,
            other => panic!("no cart: {other:?}"),
        }
    }

    pub fn seat(&self, id: PerformanceId, guid: &str) -> SeatNo {
        let (_, drawn) = self.snapshot().staged(id).unwrap().unwrap();
        drawn.plan.seat_no(guid).unwrap_or_else(|| panic!("no seat {guid}"))
    }

    /// Takes exactly these seats as adults, whatever they strand.
    pub fn hold(&self, cart: CartId, id: PerformanceId, guids: &[&str]) {
        let seats: Vec<SeatNo> = guids.iter().map(|guid| self.seat(id, guid)).collect();
        let count = seats.len() as u8;
        self.must(Command::Hold(hold::Command::Seats {
            cart,
            performance: id,
            seats,
            places: vec![Places { level: LevelNo(1), count }],
        }));
    }

    pub fn hold_area(&self, cart: CartId, id: PerformanceId, count: u8) {
        self.must(Command::Hold(hold::Command::Area {
            cart,
            performance: id,
            area: AreaNo(0),
            places: vec![Places { level: LevelNo(1), count }],
        }));
    }

    pub fn kill(&self, id: PerformanceId, guids: &[&str]) {
        let seats = guids.iter().map(|guid| self.seat(id, guid)).collect();
        let kill = showing::Command::Kill { performance: id, seats, back: false };
        self.must(Command::Performance(kill));
    }

    /// Presses pay; the bank has not answered yet.
    pub fn begin(&self, cart: CartId) -> Key {
        let begin = checkout::Command::Begin {
            cart,
            buyer: Buyer {
                name: "Edda Crane".to_owned(),
                email: "edda@tidewell.example".to_owned(),
                patron: None,
            },
            token: "tok_4242".to_owned(),
            note: String::new(),
            shown: None,
        };
        let entry = self.must(Command::Checkout(begin));
        let mut intents = entry.events.iter().filter_map(|event| match event {
            Event::Checkout(checkout::Event::Intent(key, _)) => Some(*key),
            _ => None,
        });
        intents.next().expect("money was asked for")
    }

    pub fn answer(&self, intent: Key, answer: Answer) -> Arc<Entry> {
        self.must(Command::Checkout(checkout::Command::Answered(intent, answer)))
    }

    /// Sells what a cart holds.
    pub fn sell(&self, cart: CartId) -> OrderId {
        let intent = self.begin(cart);
        let approved = Answer::Approved { approval: "A1".to_owned(), reference: "R1".to_owned() };
        let entry = self.answer(intent, approved);
        self.must(Command::Checkout(checkout::Command::Captured(intent)));
        let mut sold = entry.events.iter().filter_map(|event| match event {
            Event::Checkout(checkout::Event::Sold { id, .. }) => Some(*id),
            _ => None,
        });
        sold.next().expect("the cart was sold")
    }

    /// The codes of an order's tickets.
    pub fn codes(&self, order: OrderId) -> Vec<String> {
        let snapshot = self.snapshot();
        let order = usher_ledger::checkout::order(&snapshot, order).unwrap().unwrap();
        let code = |id| {
            let ticket = usher_ledger::checkout::ticket(&snapshot, id).unwrap().unwrap();
            self.handle.code(&ticket.code).unwrap()
        };
        order.tickets.into_iter().map(code).collect()
    }

    pub fn scan(&self, device: u32, code: &str, direction: Direction) -> u64 {
        let scan = admission::Command::Scan {
            device: DeviceNo(device),
            payload: code.to_owned(),
            typed: false,
            direction,
            performance: None,
        };
        self.must(Command::Admission(scan)).seq
    }

    /// Nobody went through the gate that this scan opened.
    pub fn unpassed(&self, scan: u64) {
        self.must(Command::Admission(admission::Command::PassageTimedOut { scan }));
    }
}

fn split<const A: usize, const B: usize>(
    plan: (&'static [u8; A], &'static [u8; B]),
) -> (&'static [u8], &'static [u8]) {
    (plan.0, plan.1)
}
