//! Seeds the demo: the venue's season and its first buyers, by the commands of real life.
//!
//! Everything but the dates comes from a fixed seed, so two demos seeded at the same moment are
//! the same. Asks are sent stage by stage in one order, in batches as large as a lane takes.
//! Never writes a row. Next: `season.rs` for what is played.

use crate::demo::season::{self, Date, Hall, Run, Sold};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::sync::Arc;
use usher_ledger::{Denied, Handle, Lane};
use usher_rules::at::{At, Span};
use usher_rules::cart::{self, Buyer};
use usher_rules::checkout::{self, Answer};
use usher_rules::hold;
use usher_rules::id::{
    AreaNo, CartId, CategoryNo, LetterId, LevelNo, PerformanceId, PlanId, ProductionId,
};
use usher_rules::money::Money;
use usher_rules::performance::{self, Planned};
use usher_rules::price::{Places, Price};
use usher_rules::{Actor, Command, Entry, Event, Key, letter, production};

/// Asks sent at once; below what a lane holds.
const WAVE_MAX: usize = 900;
/// The first performance starts this long after seeding, and runs this long.
const FIRST_STARTS_AFTER: Span = Span::hours(2);
const FIRST_RUNS: Span = Span::hours(4);
/// Starts are rounded up to this.
const START_GRID_MS: i64 = 300_000;

macro_rules! plan {
    ($name:literal) => {
        (
            include_bytes!(concat!("../../../config/demo/plans/", $name, ".json")).as_slice(),
            include_bytes!(concat!("../../../config/demo/plans/", $name, ".overlay.json"))
                .as_slice(),
        )
    };
}

/// What goes wrong when a demo is seeded.
#[derive(Debug, thiserror::Error)]
pub enum SeedFault {
    #[error("the demo could not be seeded: {what} was denied: {denied:?}")]
    Denied { what: &'static str, denied: Denied },
    #[error("the demo could not be seeded: {0} left no trace in its entry")]
    Missing(&'static str),
    #[error("the demo's time zone is unknown: {0}")]
    TimeZone(#[from] jiff::Error),
}

/// One performance as seeded, for `demo.json`.
#[derive(Clone, Debug)]
pub struct Seeded {
    pub id: PerformanceId,
    pub title: String,
    pub starts_at: At,
    pub about: String,
}

/// All that was seeded.
pub struct Season {
    /// The first is tonight's.
    pub performances: Vec<Seeded>,
    /// What the first buyers paid, for the bank.
    pub paid: Vec<(Key, Money)>,
}

struct Seeder<'a> {
    handle: &'a Handle,
    zone: TimeZone,
    moment: At,
    /// Requests sent so far: their keys come from this.
    sent: u64,
    plans: HashMap<&'static str, PlanId>,
}

/// Seeds an empty store.
pub async fn seed(handle: &Handle, zone: &str, moment: At) -> Result<Season, SeedFault> {
    let zone = TimeZone::get(zone)?;
    let mut seeder = Seeder { handle, zone, moment, sent: 0, plans: HashMap::new() };
    let mut all = Vec::new();
    let tonight = season::tonight();
    let mut wanted = Vec::new();
    seeder.run(&tonight, true, &mut all, &mut wanted).await?;
    for run in season::others() {
        seeder.run(&run, false, &mut all, &mut wanted).await?;
    }
    let paid = seeder.sell(wanted).await?;
    Ok(Season { performances: all, paid })
}

/// A party that is to have bought.
struct Party {
    performance: PerformanceId,
    area: Option<AreaNo>,
    places: Vec<Places>,
    buyer: Buyer,
}

impl Seeder<'_> {
    fn next_key(&mut self) -> Key {
        self.sent += 1;
        let mut key = *b"demo seed\0\0\0\0\0\0\0";
        key[8..].copy_from_slice(&self.sent.to_be_bytes());
        Key(key)
    }

    async fn one(&mut self, what: &'static str, command: Command) -> Result<Arc<Entry>, SeedFault> {
        let key = Some(self.next_key());
        let asked = self.handle.ask(Lane::Shop, Actor::House, key, command).await;
        asked.map_err(|denied| SeedFault::Denied { what, denied })
    }

    /// Sends commands in order, many at once; the answers come in the same order.
    async fn wave(&mut self, commands: Vec<Command>) -> Vec<Result<Arc<Entry>, Denied>> {
        let mut answers = Vec::with_capacity(commands.len());
        let mut rest = commands.into_iter().peekable();
        while rest.peek().is_some() {
            let asks: Vec<_> = rest
                .by_ref()
                .take(WAVE_MAX)
                .map(|command| {
                    let key = Some(self.next_key());
                    self.handle.ask(Lane::Shop, Actor::House, key, command)
                })
                .collect();
            answers.extend(futures_util::future::join_all(asks).await);
        }
        answers
    }

    async fn plan(&mut self, hall: Hall) -> Result<PlanId, SeedFault> {
        let (name, _) = hall_words(hall);
        if let Some(id) = self.plans.get(name) {
            return Ok(*id);
        }
        let (original, overlay) = match hall {
            Hall::MainHouse => plan!("main-house"),
            Hall::Studio => plan!("studio"),
            Hall::OperaHouse => plan!("opera-house"),
            Hall::Arena => plan!("arena"),
            Hall::Garden => plan!("lawn"),
            Hall::SupperRoom => plan!("supper-room"),
        };
        let entry = self
            .one(
                "a plan",
                Command::Performance(performance::Command::ImportPlan {
                    original: original.to_vec(),
                    overlay: overlay.to_vec(),
                    rekey_duplicates: hall == Hall::OperaHouse,
                }),
            )
            .await?;
        let id = entry.events.iter().find_map(|event| match event {
            Event::Performance(performance::Event::PlanImported { plan, .. }) => Some(*plan),
            _ => None,
        });
        let id = id.ok_or(SeedFault::Missing("a plan"))?;
        self.plans.insert(name, id);
        Ok(id)
    }

    async fn run(
        &mut self,
        run: &Run,
        first: bool,
        all: &mut Vec<Seeded>,
        wanted: &mut Vec<Party>,
    ) -> Result<(), SeedFault> {
        let plan = self.plan(run.hall).await?;
        let put = production::Command::Put(None, run.production.clone());
        let entry = self.one("a production", Command::Production(put)).await?;
        let production = entry.events.iter().find_map(|event| match event {
            Event::Production(production::Event::Put(id, _)) => Some(*id),
            _ => None,
        });
        let production = production.ok_or(SeedFault::Missing("a production"))?;
        let mut planned = Vec::new();
        if first {
            planned.push((self.first(run, production, plan), Sold::Share(15)));
        }
        for date in &run.dates {
            planned.push((self.dated(run, production, plan, date)?, date.sold));
        }
        for (planned, sold) in planned {
            let starts_at = planned.starts_at;
            let add = Command::Performance(performance::Command::Add(planned));
            let entry = self.one("a performance", add).await?;
            let id = entry.events.iter().find_map(|event| match event {
                Event::Performance(performance::Event::Put(id, _)) => Some(*id),
                _ => None,
            });
            let id = id.ok_or(SeedFault::Missing("a performance"))?;
            wanted.extend(parties(run, id, sold));
            let title = run.production.title.clone();
            all.push(Seeded { id, title, starts_at, about: about(run, sold, all.is_empty()) });
        }
        Ok(())
    }

    fn first(&self, run: &Run, production: ProductionId, plan: PlanId) -> Planned {
        let raw = (self.moment + FIRST_STARTS_AFTER).0;
        let starts_at = At(raw.div_euclid(START_GRID_MS) * START_GRID_MS
            + if raw % START_GRID_MS == 0 { 0 } else { START_GRID_MS });
        let ends = starts_at + FIRST_RUNS;
        Planned {
            web_sale_opens: Some(self.moment),
            web_sale_ends: Some(ends),
            doors_open: Some(self.moment),
            last_admission: Some(ends),
            running_time: Some(FIRST_RUNS),
            ..self.planned(run, production, plan, starts_at)
        }
    }

    fn dated(
        &self,
        run: &Run,
        production: ProductionId,
        plan: PlanId,
        date: &Date,
    ) -> Result<Planned, SeedFault> {
        let seeded = Timestamp::from_millisecond(self.moment.0)?.to_zoned(self.zone.clone());
        let day = seeded.date().checked_add(jiff::Span::new().days(i64::from(date.day)))?;
        let starts = day.at(date.hour, date.minute, 0, 0).to_zoned(self.zone.clone())?;
        let starts_at = At(starts.timestamp().as_millisecond());
        let mut planned = self.planned(run, production, plan, starts_at);
        if date.sold == Sold::NotYet {
            planned.web_sale_opens = Some(self.moment + Span::hours(24 * 7));
        }
        Ok(planned)
    }

    fn planned(&self, run: &Run, production: ProductionId, plan: PlanId, starts_at: At) -> Planned {
        let minutes = i64::from(run.production.running_time_min.unwrap_or(120));
        Planned {
            production,
            plan,
            starts_at,
            day: self.handle.day_of(starts_at),
            hall: hall_words(run.hall).1.to_owned(),
            prices: prices(run),
            web_sale_opens: Some(self.moment - Span::hours(24)),
            web_sale_ends: None,
            tickets_per_cart_max: None,
            doors_open: None,
            last_admission: None,
            running_time: Some(Span::minutes(minutes)),
            relax: None,
        }
    }

    /// Lets every party buy: open, hold, pay, be approved, be captured, have its letter done.
    /// Tells what was paid.
    async fn sell(&mut self, parties: Vec<Party>) -> Result<Vec<(Key, Money)>, SeedFault> {
        let open = |_| {
            Command::Cart(cart::Command::Open {
                source: "season".to_owned(),
                user_agent: "The box office".to_owned(),
                session: None,
            })
        };
        let carts = opened(&self.wave(parties.iter().map(open).collect()).await)?;
        let holds = parties.iter().zip(&carts).map(|(party, cart)| held(party, *cart)).collect();
        let held = self.wave(holds).await;
        let mut begun = Vec::new();
        let mut empty = Vec::new();
        for ((party, cart), answer) in parties.iter().zip(&carts).zip(&held) {
            match answer {
                Ok(_) => begun.push(Command::Checkout(checkout::Command::Begin {
                    cart: *cart,
                    buyer: party.buyer.clone(),
                    token: "tok_4242".to_owned(),
                    note: String::new(),
                    shown: None,
                })),
                // A full house turns the last parties away.
                Err(_) => empty.push(Command::Cart(cart::Command::Close(*cart))),
            }
        }
        self.wave(empty).await;
        let begun = self.wave(begun).await;
        let keys: Vec<Key> = begun.iter().flatten().filter_map(|entry| intent(entry)).collect();
        let approve = |key: &Key| {
            let approval = "DEMO".to_owned();
            let reference = "seeded".to_owned();
            let answer = Answer::Approved { approval, reference };
            Command::Checkout(checkout::Command::Answered(*key, answer))
        };
        self.wave(keys.iter().map(approve).collect()).await;
        let capture = |key: &Key| Command::Checkout(checkout::Command::Captured(*key));
        let captured = self.wave(keys.iter().map(capture).collect()).await;
        let letters = captured.iter().flatten().filter_map(|entry| letter_of(entry));
        let done = |letter| {
            let transcript = "Not sent: the order was seeded with the demo.".to_owned();
            Command::Letter(letter::Command::Sent { letter, transcript, words: None })
        };
        self.wave(letters.map(done).collect()).await;
        Ok(captured.iter().flatten().filter_map(|entry| paid(entry)).collect())
    }
}

/// What a capture took.
fn paid(entry: &Entry) -> Option<(Key, Money)> {
    entry.events.iter().find_map(|event| match event {
        Event::Checkout(checkout::Event::Intent(key, intent)) => Some((*key, intent.amount)),
        _ => None,
    })
}

fn opened(answers: &[Result<Arc<Entry>, Denied>]) -> Result<Vec<CartId>, SeedFault> {
    let mut carts = Vec::with_capacity(answers.len());
    for answer in answers {
        let entry = answer
            .as_ref()
            .map_err(|denied| SeedFault::Denied { what: "a cart", denied: denied.clone() })?;
        let id = entry.events.iter().find_map(|event| match event {
            Event::Cart(cart::Event::Opened(id, _)) => Some(*id),
            _ => None,
        });
        carts.push(id.ok_or(SeedFault::Missing("a cart"))?);
    }
    Ok(carts)
}

fn held(party: &Party, cart: CartId) -> Command {
    let (performance, places) = (party.performance, party.places.clone());
    Command::Hold(match party.area {
        Some(area) => hold::Command::Area { cart, performance, area, places },
        None => hold::Command::Best {
            cart,
            performance,
            places,
            category: None,
            zone: None,
            wheelchair: 0,
            companions: 0,
            allow_split: true,
            allow_alone: false,
        },
    })
}

fn intent(entry: &Entry) -> Option<Key> {
    entry.events.iter().find_map(|event| match event {
        Event::Checkout(checkout::Event::Intent(key, _)) => Some(*key),
        _ => None,
    })
}

fn letter_of(entry: &Entry) -> Option<LetterId> {
    entry.events.iter().find_map(|event| match event {
        Event::Letter(letter::Event::Put(id, _)) => Some(*id),
        _ => None,
    })
}

/// Name of the plan and of the hall.
fn hall_words(hall: Hall) -> (&'static str, &'static str) {
    match hall {
        Hall::MainHouse => ("main-house", "Main House"),
        Hall::Studio => ("studio", "Studio"),
        Hall::OperaHouse => ("opera-house", "Opera House"),
        Hall::Arena => ("arena", "Arena"),
        Hall::Garden => ("lawn", "Garden"),
        Hall::SupperRoom => ("supper-room", "Supper Room"),
    }
}

/// Seats of a hall, for how many parties make a share of it.
fn capacity(hall: Hall) -> usize {
    match hall {
        Hall::MainHouse => 540,
        Hall::Studio => 120,
        Hall::OperaHouse => 1_300,
        Hall::Arena => 20_000,
        Hall::Garden => 240,
        Hall::SupperRoom => 110,
    }
}

/// Adult as listed, Concession at nine tenths, Child at half, each to the next 50.
fn prices(run: &Run) -> Vec<Price> {
    let rounded = |amount: i64| Money((amount + 25) / 50 * 50);
    let mut prices = Vec::new();
    for (category, adult) in (0..).map(CategoryNo).zip(run.prices) {
        for (level, tenths) in [(1, 10), (2, 9), (3, 5)] {
            let amount = rounded(adult * tenths / 10);
            prices.push(Price { category, level: LevelNo(level), amount });
        }
    }
    prices
}

const FIRST_NAMES: [&str; 16] = [
    "Ada", "Bram", "Cleo", "Dov", "Edie", "Fenn", "Greta", "Hollis", "Ines", "Joss", "Kit", "Luz",
    "Mabel", "Nkem", "Oren", "Petra",
];
const LAST_NAMES: [&str; 16] = [
    "Abara",
    "Castell",
    "Duning",
    "Ferreday",
    "Harrowgate",
    "Joyce-Lund",
    "Merrow",
    "Oakes",
    "Pargeter",
    "Quill",
    "Rushmere",
    "Sallow",
    "Tamsin",
    "Vasey",
    "Whitlow",
    "Yarrow",
];

/// Parties until the share is reached; always the same ones for the same performance.
fn parties(run: &Run, performance: PerformanceId, sold: Sold) -> Vec<Party> {
    let house = capacity(run.hall);
    let wanted = match sold {
        Sold::Share(percent) => house * usize::from(percent) / 100,
        Sold::Out => house + 20,
        Sold::NotYet => return Vec::new(),
    };
    let mut luck = performance.0.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut draw = |bound: u64| {
        luck ^= luck >> 12;
        luck ^= luck << 25;
        luck ^= luck >> 27;
        luck.wrapping_mul(0x2545_f491_4f6c_dd1d) % bound
    };
    let mut parties = Vec::new();
    let mut people = 0;
    while people < wanted {
        // A house that must be full ends on pairs and singles.
        let left = wanted - people;
        let size = if sold == Sold::Out && left < 60 { 1 + draw(2) } else { 2 + draw(5) };
        people += size as usize;
        let first = FIRST_NAMES[draw(16) as usize];
        let last = LAST_NAMES[draw(16) as usize];
        let email = format!("{}.{}@harbourmail.example", first, last).to_lowercase();
        parties.push(Party {
            performance,
            area: (run.hall == Hall::Garden).then(|| AreaNo(draw(2) as u16)),
            places: vec![Places { level: LevelNo(1), count: size as u8 }],
            buyer: Buyer { name: format!("{first} {last}"), email, patron: None },
        });
    }
    parties
}

fn about(run: &Run, sold: Sold, first: bool) -> String {
    let hall = hall_words(run.hall).1;
    let words = match sold {
        _ if first => "tonight, on sale, doors open".to_owned(),
        Sold::Share(_) if run.hall == Hall::Garden => "general admission".to_owned(),
        Sold::Share(percent) => format!("about {percent} % sold"),
        Sold::Out => "sold out".to_owned(),
        Sold::NotYet => "not yet on sale".to_owned(),
    };
    format!("{hall}, {words}")
}
