//! Sells a store full: plans, productions, performances, then party after party, by commands.
//!
//! The same commands as a real night, many at once; a party of twenty buys by best seats in an
//! arena of 20,000. Each order has its posting, its tickets, its letter marked as sent. Next:
//! `usher_rules::lib` for what each command means.

use super::{SMALL_HOUSES, Stock};
use crate::plan;
use anyhow::{Context, bail};
use std::sync::Arc;
use std::time::Instant;
use usher_ledger::{Denied, Handle, Lane};
use usher_rules::at::Span;
use usher_rules::cart::{self, Buyer};
use usher_rules::checkout::{self, Answer};
use usher_rules::id::{CartId, CategoryNo, LevelNo, PerformanceId, PlanId, ProductionId};
use usher_rules::money::Money;
use usher_rules::performance::{self, Planned};
use usher_rules::price::{Places, Price};
use usher_rules::production::{self, Production};
use usher_rules::{Actor, Command, Entry, Event, Key, hold, letter};

const ARENA: &[u8] = include_bytes!("../../../config/demo/plans/arena.json");
const ARENA_OVERLAY: &[u8] = include_bytes!("../../../config/demo/plans/arena.overlay.json");
/// Tickets sold of one arena; the last seats would leave no room for parties of twenty.
const ARENA_TICKETS: u64 = 19_000;
const PARTY: u64 = 20;
/// Tickets sold in the two houses whose sizes are compared.
const COMPARED_PARTIES: usize = 45;
/// Asks sent at once; below what a lane holds.
const WAVE_MAX: usize = 900;

/// Sells a prepared, empty store.
pub async fn sell(handle: &Handle, tickets: u64) -> anyhow::Result<Stock> {
    let began = Instant::now();
    let mut stock = Stock::default();
    let production = production(handle).await?;
    let arena = plan(handle, ARENA.to_vec(), any_door(ARENA_OVERLAY)?).await?;
    let mut left = tickets;
    while left > 0 {
        let wanted = left.min(ARENA_TICKETS);
        let id = add(handle, production, arena, 4).await?;
        let mut codes = bought(handle, id, (wanted / PARTY) as usize).await?;
        shuffle(&mut codes);
        if codes.is_empty() {
            bail!("nothing could be sold in an empty arena");
        }
        left = left.saturating_sub(wanted);
        stock.codes.extend(codes);
    }
    let small = plan(handle, plan::house(1_000), plan::focal_point(1_000)).await?;
    for _ in 0..SMALL_HOUSES {
        stock.small.push(add(handle, production, small, 1).await?.to_string());
    }
    let thousand = add(handle, production, small, 1).await?;
    stock.thousand_codes = bought(handle, thousand, COMPARED_PARTIES).await?;
    stock.thousand = thousand.to_string();
    let large = plan(handle, plan::house(100_000), plan::focal_point(100_000)).await?;
    let large = add(handle, production, large, 1).await?;
    stock.hundred_thousand_codes = bought(handle, large, COMPARED_PARTIES).await?;
    stock.hundred_thousand = large.to_string();
    stock.made_in_s = began.elapsed().as_secs_f64();
    Ok(stock)
}

/// The overlay without its doors: one scanner serves the whole arena.
fn any_door(overlay: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut overlay: serde_json::Value = serde_json::from_slice(overlay)?;
    overlay.as_object_mut().context("an overlay is an object")?.remove("doors");
    Ok(serde_json::to_vec(&overlay)?)
}

async fn one(handle: &Handle, command: Command) -> anyhow::Result<Arc<Entry>> {
    let asked = handle.ask(Lane::Shop, Actor::House, None, command).await;
    asked.map_err(|denied| anyhow::anyhow!("denied: {denied:?}"))
}

async fn wave(handle: &Handle, commands: Vec<Command>) -> Vec<Result<Arc<Entry>, Denied>> {
    let mut answers = Vec::with_capacity(commands.len());
    let mut rest = commands.into_iter().peekable();
    while rest.peek().is_some() {
        let asks = rest.by_ref().take(WAVE_MAX);
        let asks = asks.map(|command| handle.ask(Lane::Shop, Actor::House, None, command));
        answers.extend(futures_util::future::join_all(asks.collect::<Vec<_>>()).await);
    }
    answers
}

async fn production(handle: &Handle) -> anyhow::Result<ProductionId> {
    let play = Production {
        slug: "long-run".into(),
        title: "The Long Run".into(),
        code: "LONG".into(),
        genre: "Theatre".into(),
        on_web: true,
        ..Production::default()
    };
    let entry = one(handle, Command::Production(production::Command::Put(None, play))).await?;
    let id = entry.events.iter().find_map(|event| match event {
        Event::Production(production::Event::Put(id, _)) => Some(*id),
        _ => None,
    });
    id.context("a production left no trace")
}

async fn plan(handle: &Handle, original: Vec<u8>, overlay: Vec<u8>) -> anyhow::Result<PlanId> {
    let import = performance::Command::ImportPlan { original, overlay, rekey_duplicates: false };
    let entry = one(handle, Command::Performance(import)).await?;
    let id = entry.events.iter().find_map(|event| match event {
        Event::Performance(performance::Event::PlanImported { plan, .. }) => Some(*plan),
        _ => None,
    });
    id.context("a plan left no trace")
}

/// A performance of tonight, on sale and with its doors open for days.
async fn add(
    handle: &Handle,
    production: ProductionId,
    plan: PlanId,
    categories: u16,
) -> anyhow::Result<PerformanceId> {
    let now = handle.now();
    let starts_at = now + Span::hours(30);
    let price = |category| {
        let levels = [(1, 3_500), (2, 3_100), (3, 1_750)];
        levels.map(|(level, amount)| Price {
            category: CategoryNo(category),
            level: LevelNo(level),
            amount: Money(amount),
        })
    };
    let planned = Planned {
        production,
        plan,
        starts_at,
        day: handle.day_of(starts_at),
        hall: "House".into(),
        prices: (0..categories).flat_map(price).collect(),
        web_sale_opens: Some(now - Span::hours(1)),
        web_sale_ends: Some(starts_at),
        tickets_per_cart_max: Some(PARTY as u8),
        doors_open: Some(now - Span::hours(1)),
        last_admission: Some(starts_at + Span::hours(2)),
        running_time: None,
        relax: None,
    };
    let add = performance::Command::Add(planned);
    let entry = one(handle, Command::Performance(add)).await?;
    let id = entry.events.iter().find_map(|event| match event {
        Event::Performance(performance::Event::Put(id, _)) => Some(*id),
        _ => None,
    });
    id.context("a performance left no trace")
}

/// Lets parties of twenty buy; answers the codes of their tickets.
async fn bought(
    handle: &Handle,
    performance: PerformanceId,
    parties: usize,
) -> anyhow::Result<Vec<String>> {
    let open = cart::Command::Open {
        source: "poster".to_owned(),
        user_agent: "Firefox".to_owned(),
        session: None,
    };
    let opened = wave(handle, vec![Command::Cart(open); parties]).await;
    let carts = ids(&opened, |event| match event {
        Event::Cart(cart::Event::Opened(id, _)) => Some(*id),
        _ => None,
    });
    wave(handle, carts.iter().map(|cart| best(*cart, performance)).collect()).await;
    let begun = wave(handle, carts.iter().map(|cart| begin(*cart)).collect()).await;
    let keys: Vec<Key> = ids(&begun, |event| match event {
        Event::Checkout(checkout::Event::Intent(key, _)) => Some(*key),
        _ => None,
    });
    let approved = wave(handle, keys.iter().map(|key| approve(*key)).collect()).await;
    let capture = |key: &Key| Command::Checkout(checkout::Command::Captured(*key));
    let captured = wave(handle, keys.iter().map(capture).collect()).await;
    let letters = ids(&captured, |event| match event {
        Event::Letter(letter::Event::Put(id, _)) => Some(*id),
        _ => None,
    });
    let sent = letters.into_iter().map(|letter| {
        let transcript = "Sold before the run.".to_owned();
        Command::Letter(letter::Command::Sent { letter, transcript, words: None })
    });
    wave(handle, sent.collect()).await;
    let sold = approved.iter().flatten().flat_map(|entry| &entry.events);
    let tickets = sold.filter_map(|event| match event {
        Event::Checkout(checkout::Event::Sold { tickets, .. }) => Some(tickets),
        _ => None,
    });
    Ok(tickets.flatten().filter_map(|(_, ticket)| handle.code(&ticket.code)).collect())
}

fn ids<T>(answers: &[Result<Arc<Entry>, Denied>], find: impl Fn(&Event) -> Option<T>) -> Vec<T> {
    let entries = answers.iter().flatten();
    entries.filter_map(|entry| entry.events.iter().find_map(&find)).collect()
}

fn best(cart: CartId, performance: PerformanceId) -> Command {
    Command::Hold(hold::Command::Best {
        cart,
        performance,
        places: vec![Places { level: LevelNo(1), count: PARTY as u8 }],
        category: None,
        zone: None,
        wheelchair: 0,
        companions: 0,
        allow_split: true,
        allow_alone: false,
    })
}

fn begin(cart: CartId) -> Command {
    Command::Checkout(checkout::Command::Begin {
        cart,
        buyer: Buyer {
            name: "Ada Merrow".into(),
            email: "ada@harbourmail.example".into(),
            patron: None,
        },
        token: "tok_4242".to_owned(),
        note: String::new(),
        shown: None,
    })
}

fn approve(key: Key) -> Command {
    let answer = Answer::Approved { approval: "A1".into(), reference: "r-1".into() };
    Command::Checkout(checkout::Command::Answered(key, answer))
}

/// The order people come to the door in.
fn shuffle(codes: &mut [String]) {
    let mut luck = 0x9e37_79b9_7f4a_7c15_u64;
    for at in (1..codes.len()).rev() {
        luck ^= luck << 13;
        luck ^= luck >> 7;
        luck ^= luck << 17;
        codes.swap(at, (luck % (at as u64 + 1)) as usize);
    }
}
