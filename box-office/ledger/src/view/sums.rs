//! Lines, fees, taxes and totals of a cart or an order, in the names of their performances.
//!
//! Adds up nothing that a rule has not added up before: totals are the rule's own. Next:
//! `cart.rs`, `order.rs`.

use super::{level_name, seat_place};
use crate::plan::Drawn;
use crate::{Fault, Snapshot, production};
use std::sync::Arc;
use usher_rules::cart::{Line, Place as Taken};
use usher_rules::fee::FeeLine;
use usher_rules::house::House;
use usher_rules::id::PerformanceId;
use usher_rules::money::Money;
use usher_rules::performance::Performance;
use usher_rules::production::Production;
use usher_rules::tax::{Assessed, Tax};
use usher_rules::view::cart::{self as view, Group, Sums};
use usher_rules::view::venue::Place;

/// A performance as lines name it.
pub(super) struct Named {
    pub id: PerformanceId,
    pub performance: Performance,
    pub production: Production,
    pub drawn: Arc<Drawn>,
}

impl Named {
    pub fn read(snapshot: &Snapshot, id: PerformanceId) -> Result<Named, Fault> {
        let missing = || Fault::Row(format!("performance {id} is missing"));
        let (performance, drawn) = snapshot.staged(id)?.ok_or_else(missing)?;
        let production = production::get(snapshot, performance.production)?;
        let production = production.ok_or_else(missing)?;
        Ok(Named { id, performance, production, drawn })
    }

    /// What a ticket admits to, in the plan's words; `nth` counts places of one area.
    pub fn place(&self, taken: Taken, nth: u32) -> Place {
        match taken {
            Taken::Seat(no) => seat_place(&self.drawn.plan, no),
            Taken::Area(no) => {
                let area = self.drawn.plan.areas.get(usize::from(no.0));
                Place::Area { name: area.map(|area| area.name.clone()).unwrap_or_default(), nth }
            }
        }
    }
}

/// Counts the places of one area as they come by, from 1.
#[derive(Default)]
pub(super) struct Nth {
    seen: Vec<(PerformanceId, Taken, u32)>,
}

impl Nth {
    pub fn of(&mut self, performance: PerformanceId, taken: Taken) -> u32 {
        let known =
            self.seen.iter_mut().find(|(id, place, _)| (*id, *place) == (performance, taken));
        match known {
            Some((_, _, count)) => {
                *count += 1;
                *count
            }
            None => {
                self.seen.push((performance, taken, 1));
                1
            }
        }
    }
}

/// Everything of some lines, performances in the order of their first line.
pub(super) fn sums(
    snapshot: &Snapshot,
    house: &House,
    lines: &[Line],
    fees: &[FeeLine],
    taxes: &[Tax],
) -> Result<Sums, Fault> {
    let mut named: Vec<Named> = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut nth = Nth::default();
    for line in lines {
        let at = match named.iter().position(|known| known.id == line.performance) {
            Some(at) => at,
            None => {
                let here = Named::read(snapshot, line.performance)?;
                groups.push(group(&here));
                named.push(here);
                named.len() - 1
            }
        };
        let place = named[at].place(line.place, nth.of(line.performance, line.place));
        groups[at].lines.push(line_view(house, line, place));
    }
    let parts = || lines.iter().map(|line| &line.price).chain(fees.iter().map(|fee| &fee.amount));
    Ok(Sums {
        groups,
        tickets: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        tickets_total: lines.iter().map(|line| line.listed).sum(),
        fees: fees.iter().map(fee).collect(),
        taxes: taxes.iter().filter_map(|tax| tax_view(tax, parts())).collect(),
        total: parts().map(|part| part.gross).sum(),
    })
}

fn group(named: &Named) -> Group {
    Group {
        performance: named.id,
        slug: named.production.slug.clone(),
        title: named.production.title.clone(),
        poster: named.production.poster.clone(),
        starts: named.performance.starts_at,
        hall: named.performance.hall.clone(),
        cancelled: named.performance.cancelled.is_some(),
        lines: Vec::new(),
    }
}

fn line_view(house: &House, line: &Line, place: Place) -> view::Line {
    view::Line {
        area: match line.place {
            Taken::Seat(_) => None,
            Taken::Area(no) => Some(no),
        },
        place,
        level: line.level,
        level_name: level_name(house, line.level),
        price: line.listed,
    }
}

fn fee(line: &FeeLine) -> view::Fee {
    view::Fee {
        name: line.name.clone(),
        count: u32::from(line.count),
        each: line.each,
        amount: line.each.times(i64::from(line.count)),
    }
}

fn tax_view<'a>(tax: &Tax, parts: impl Iterator<Item = &'a Assessed>) -> Option<view::Tax> {
    let shares = parts.flat_map(|part| &part.taxes).filter(|share| share.tax == tax.no);
    let amount: Money = shares.map(|share| share.amount).sum();
    (amount != Money::ZERO).then(|| view::Tax {
        name: tax.name.clone(),
        rate_ppm: tax.rate_ppm,
        amount,
        included: tax.inclusive,
    })
}
