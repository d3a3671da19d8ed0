//! What is played: a meadow with room for everybody, and a studio whose seats run out.
//!
//! Never sells anything. Next: `cashier.rs`, `web.rs`.

use super::day::Day;
use usher_rules::at::Span;
use usher_rules::id::{AreaNo, CartId, CategoryNo, LevelNo, PerformanceId, PlanId, ProductionId};
use usher_rules::money::Money;
use usher_rules::performance::{self, Planned};
use usher_rules::price::{Places, Price};
use usher_rules::production::{self, Production};
use usher_rules::{Actor, Command, Event, hold};
use usher_tests::dice::Dice;

const LAWN: &[u8] = include_bytes!("../../config/demo/plans/lawn.json");
const LAWN_OVERLAY: &str = include_str!("../../config/demo/plans/lawn.overlay.json");
const STUDIO: &[u8] = include_bytes!("../../config/demo/plans/studio.json");
const STUDIO_OVERLAY: &[u8] = include_bytes!("../../config/demo/plans/studio.overlay.json");
/// Evenings in the studio, from tomorrow on.
const EVENINGS: i64 = 3;
/// A charge that ends so is never booked by the bank of the web, when it is in doubt.
const AMOUNTS: [i64; 3] = [3_500, 2_113, 1_945];

pub struct Stage {
    lawn: PerformanceId,
    studio: Vec<PerformanceId>,
}

impl Stage {
    pub async fn build(day: &Day) -> Stage {
        let play = Production {
            slug: "salt".into(),
            title: "Salt".into(),
            code: "SALT".into(),
            on_web: true,
            ..Production::default()
        };
        let play = Command::Production(production::Command::Put(None, play));
        let entry = day.must(Actor::House, play).await;
        let production = entry.events.iter().find_map(|event| match event {
            Event::Production(production::Event::Put(id, _)) => Some(*id),
            _ => None,
        });
        let production = production.unwrap();
        let wide = LAWN_OVERLAY.replace("\"capacity\":240", "\"capacity\":20000");
        let lawn = plan(day, LAWN, wide.as_bytes()).await;
        let studio = plan(day, STUDIO, STUDIO_OVERLAY).await;
        let mut evenings = Vec::new();
        for evening in 1..=EVENINGS {
            evenings.push(planned(day, production, studio, Span::hours(24 * evening)).await);
        }
        let lawn = planned(day, production, lawn, Span::hours(30)).await;
        Stage { lawn, studio: evenings }
    }

    /// Somebody's wish: seats side by side in the studio, or a place on the meadow.
    pub fn wish(&self, cart: CartId, dice: &mut Dice) -> Command {
        if dice.chance(40) {
            return self.meadow(cart, dice);
        }
        let performance = *dice.pick(&self.studio);
        Command::Hold(hold::Command::Best {
            cart,
            performance,
            places: places(dice),
            category: None,
            zone: None,
            wheelchair: 0,
            companions: 0,
            allow_split: dice.chance(50),
            allow_alone: true,
        })
    }

    /// There is always room here.
    pub fn meadow(&self, cart: CartId, dice: &mut Dice) -> Command {
        let (performance, area) = (self.lawn, AreaNo(0));
        Command::Hold(hold::Command::Area { cart, performance, area, places: places(dice) })
    }
}

fn places(dice: &mut Dice) -> Vec<Places> {
    vec![Places { level: LevelNo(1), count: 1 + dice.below(3) as u8 }]
}

async fn plan(day: &Day, original: &[u8], overlay: &[u8]) -> PlanId {
    let import = performance::Command::ImportPlan {
        original: original.to_vec(),
        overlay: overlay.to_vec(),
        rekey_duplicates: false,
    };
    let entry = day.must(Actor::House, Command::Performance(import)).await;
    let plan = entry.events.iter().find_map(|event| match event {
        Event::Performance(performance::Event::PlanImported { plan, .. }) => Some(*plan),
        _ => None,
    });
    plan.unwrap()
}

async fn planned(day: &Day, production: ProductionId, plan: PlanId, from: Span) -> PerformanceId {
    let now = day.handle(|handle| handle.now()).await;
    let starts_at = now + from;
    let amounts = AMOUNTS.into_iter().zip(0..);
    let price = |(amount, category)| Price {
        category: CategoryNo(category),
        level: LevelNo(1),
        amount: Money(amount),
    };
    let planned = Planned {
        production,
        plan,
        starts_at,
        day: day.handle(|handle| handle.day_of(starts_at)).await,
        hall: "Studio".into(),
        prices: amounts.map(price).collect(),
        web_sale_opens: Some(now - Span::hours(1)),
        web_sale_ends: Some(starts_at),
        tickets_per_cart_max: None,
        doors_open: None,
        last_admission: None,
        running_time: None,
        relax: None,
    };
    let add = Command::Performance(performance::Command::Add(planned));
    let entry = day.must(Actor::House, add).await;
    let id = entry.events.iter().find_map(|event| match event {
        Event::Performance(performance::Event::Put(id, _)) => Some(*id),
        _ => None,
    });
    id.unwrap()
}
