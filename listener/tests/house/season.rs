//! The season of the test house: a studio tonight, a hidden one, one not on sale, a lawn.
//!
//! Shared by the tests beside it; asserts nothing of its own beyond what it needs to go on.
//! Next: `house/mod.rs`.

use super::{DEVICE, NOW};
use usher_ledger::handle::{Handle, Lane};
use usher_rules::at::{At, Span};
use usher_rules::device::Device;
use usher_rules::fee::{Fee, Per};
use usher_rules::house::{House, Level};
use usher_rules::id::{CategoryNo, LevelNo, PerformanceId, PlanId, ProductionId};
use usher_rules::money::Money;
use usher_rules::performance::{Command as Staged, Event as Played, Planned};
use usher_rules::price::Price;
use usher_rules::production::{Command as Produced, Event as Made, Production};
use usher_rules::{Actor, BusinessDay, Command, Entry, Event, device, house};

const STUDIO: &str = include_str!("../../../config/demo/plans/studio.json");
const STUDIO_OVERLAY: &str = include_str!("../../../config/demo/plans/studio.overlay.json");
const LAWN: &str = include_str!("../../../config/demo/plans/lawn.json");
const LAWN_OVERLAY: &str = include_str!("../../../config/demo/plans/lawn.overlay.json");

pub const ADULT: Money = Money(3_500);

/// Ids as they are written.
#[derive(Clone)]
pub struct Season {
    pub tonight: PerformanceId,
    pub hidden: PerformanceId,
    /// On sale in a week.
    pub later: PerformanceId,
    pub lawn: PerformanceId,
}

pub async fn seed(handle: &Handle) -> Season {
    ask(handle, Command::House(house::Command::Set(settings()))).await;
    ask(handle, Command::Device(device::Command::SetAll(vec![(DEVICE, door())]))).await;
    let studio = plan(handle, STUDIO, STUDIO_OVERLAY).await;
    let lawn = plan(handle, LAWN, LAWN_OVERLAY).await;
    let shown = production(handle, "the-tide-clock", true).await;
    let hidden = production(handle, "the-hidden-one", false).await;
    Season {
        tonight: performance(handle, planned(shown, studio, 3, NOW - Span::hours(1))).await,
        hidden: performance(handle, planned(hidden, studio, 3, NOW - Span::hours(1))).await,
        later: performance(handle, planned(shown, studio, 3, NOW + Span::hours(1))).await,
        lawn: performance(handle, planned(shown, lawn, 2, NOW - Span::hours(1))).await,
    }
}

fn settings() -> House {
    let level = |no, name: &str| Level { no: LevelNo(no), name: name.to_owned() };
    let fee = Fee {
        no: 1,
        name: "Web fee".to_owned(),
        per: Per::Ticket,
        amount: Money(150),
        taxed: false,
    };
    House {
        levels: vec![level(1, "Adult"), level(2, "Concession"), level(3, "Child")],
        fees: vec![fee],
        gateway_deadline: Span(200),
        ..House::default()
    }
}

fn door() -> Device {
    let (name, door) = ("Studio hand scanner".to_owned(), "Studio".to_owned());
    Device { name, door, enabled: true, performance: None }
}

fn planned(production: ProductionId, plan: PlanId, categories: u16, opens: At) -> Planned {
    let prices = (0..categories).flat_map(|category| {
        [(1, ADULT), (2, Money(2_500))].map(|(level, amount)| Price {
            category: CategoryNo(category),
            level: LevelNo(level),
            amount: amount - Money(500).times(i64::from(category)),
        })
    });
    Planned {
        production,
        plan,
        starts_at: NOW + Span::hours(2),
        day: BusinessDay((NOW.0 / 86_400_000) as u32),
        hall: "Studio".to_owned(),
        prices: prices.collect(),
        web_sale_opens: Some(opens),
        web_sale_ends: Some(NOW + Span::hours(6)),
        tickets_per_cart_max: None,
        doors_open: Some(NOW - Span::hours(1)),
        last_admission: Some(NOW + Span::hours(5)),
        running_time: None,
        relax: None,
    }
}

async fn ask(handle: &Handle, command: Command) -> std::sync::Arc<Entry> {
    handle.ask(Lane::Till, Actor::House, None, command).await.unwrap()
}

async fn plan(handle: &Handle, original: &str, overlay: &str) -> PlanId {
    let command = Staged::ImportPlan {
        original: original.as_bytes().to_vec(),
        overlay: overlay.as_bytes().to_vec(),
        rekey_duplicates: false,
    };
    let entry = ask(handle, Command::Performance(command)).await;
    match entry.events.first().unwrap() {
        Event::Performance(Played::PlanImported { plan, .. }) => *plan,
        other => panic!("no plan: {other:?}"),
    }
}

async fn production(handle: &Handle, slug: &str, on_web: bool) -> ProductionId {
    let production = Production {
        slug: slug.to_owned(),
        title: "The Tide Clock".to_owned(),
        code: "TIDE".to_owned(),
        on_web,
        running_time_min: Some(120),
        ..Production::default()
    };
    let entry = ask(handle, Command::Production(Produced::Put(None, production))).await;
    match entry.events.first().unwrap() {
        Event::Production(Made::Put(id, _)) => *id,
        other => panic!("no production: {other:?}"),
    }
}

async fn performance(handle: &Handle, planned: Planned) -> PerformanceId {
    let entry = ask(handle, Command::Performance(Staged::Add(planned))).await;
    match entry.events.first().unwrap() {
        Event::Performance(Played::Put(id, _)) => *id,
        other => panic!("no performance: {other:?}"),
    }
}
