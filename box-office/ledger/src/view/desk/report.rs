//! Sales of some business days from the journal and its orders, in one walk.
//!
//! The journal says which orders were sold on these days; each is taken apart in every way at
//! once. Never reads more days than [`DAYS_MAX`]. Next: `rules/view/desk/report.rs`.

use super::till::name;
use crate::source::Source;
use crate::{Fault, Snapshot, checkout, journal, performance, production, stored, tables, write};
use std::collections::{BTreeMap, BTreeSet};
use usher_rules::BusinessDay;
use usher_rules::at::At;
use usher_rules::house::House;
use usher_rules::id::{LevelNo, PadNo, PerformanceId, StaffNo};
use usher_rules::money::Money;
use usher_rules::order::{Order, Payment};
use usher_rules::posting::{Account, Cause, GATEWAY_BATCH, Posting};
use usher_rules::tax::Assessed;
use usher_rules::view::desk::report::{Cashier, Row, Sales, Showing, Sums, Tender};

/// Days of one report.
pub const DAYS_MAX: u32 = 31;

/// Sales of these days; `hour_of` says which hour of the day a moment is in the venue.
pub fn sales(
    snapshot: &Snapshot,
    from: BusinessDay,
    to: BusinessDay,
    hour_of: impl Fn(At) -> u8,
) -> Result<Sales, Fault> {
    let to = BusinessDay(to.0.min(from.0.saturating_add(DAYS_MAX - 1)));
    let mut walk = Walk::default();
    let orders = snapshot.open(tables::ORDERS)?;
    journal::of_days(snapshot, from, to, |_, posting| {
        match posting.cause {
            Cause::Sale => {
                let id = posting.order.ok_or_else(|| missing("a sale has no order"))?;
                let row = orders.get(id.0)?.ok_or_else(|| missing("a sold order is gone"))?;
                let order: Order = stored::row(row.value())?;
                walk.posted(&posting);
                let paid = paid(snapshot, &order)?;
                walk.sold(&order, paid, hour_of(order.created_at));
            }
            Cause::CardPayment | Cause::CashPayment => walk.received(&posting),
            Cause::Float | Cause::PayIn | Cause::PayOut | Cause::OverShort | Cause::TillClosed => {}
        }
        Ok(())
    })?;
    walk.told(snapshot, &write::house(snapshot)?)
}

fn missing(what: &str) -> Fault {
    Fault::Row(what.to_owned())
}

/// How an order is paid, by number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Paid {
    Cash,
    Pad(PadNo),
    Gateway,
    Nothing,
}

fn paid(snapshot: &Snapshot, order: &Order) -> Result<Paid, Fault> {
    match order.payment {
        Payment::NothingToPay => return Ok(Paid::Nothing),
        Payment::CapturePending | Payment::Captured | Payment::Paid => {}
    }
    let Some(key) = order.intent else { return Ok(Paid::Cash) };
    let intent = checkout::intent(snapshot, key)?.ok_or_else(|| missing("an intent is gone"))?;
    Ok(intent.pad.map_or(Paid::Gateway, |at| Paid::Pad(at.pad)))
}

/// Everything counted so far, by number; names come last.
#[derive(Default)]
struct Walk {
    performances: BTreeMap<PerformanceId, Sums>,
    levels: BTreeMap<LevelNo, Sums>,
    fees: BTreeMap<u16, (String, Sums)>,
    tenders: BTreeMap<Paid, Sums>,
    cashiers: BTreeMap<Option<StaffNo>, Sums>,
    hours: BTreeMap<u8, Sums>,
    total: Sums,
    posted: Sums,
    received: BTreeMap<Paid, Sums>,
}

/// One amount, of so many tickets.
fn part(tickets: u32, price: &Assessed) -> Sums {
    let tax = price.taxes.iter().map(|part| part.amount).sum();
    Sums { orders: 0, tickets, net: price.net, tax, gross: price.gross }
}

fn add<K: Ord>(to: &mut BTreeMap<K, Sums>, key: K, sums: Sums) {
    let old = to.entry(key).or_default();
    *old = old.with(sums);
}

const ONE: Sums =
    Sums { orders: 1, tickets: 0, net: Money::ZERO, tax: Money::ZERO, gross: Money::ZERO };

impl Walk {
    /// What the journal has of a sale: net is what was credited to tickets and fees.
    fn posted(&mut self, posting: &Posting) {
        let mut sums = ONE;
        for line in &posting.lines {
            match line.account {
                Account::Receivable => sums.gross = sums.gross + line.amount,
                Account::DeferredTickets | Account::FeeRevenue => sums.net = sums.net - line.amount,
                Account::TaxPayable => sums.tax = sums.tax - line.amount,
                Account::CardClearing
                | Account::DrawerCash
                | Account::Bank
                | Account::OverShort => {}
            }
        }
        self.posted = self.posted.with(sums);
    }

    fn sold(&mut self, order: &Order, paid: Paid, hour: u8) {
        let mut whole = ONE;
        let (mut performances, mut levels) = (BTreeSet::new(), BTreeSet::new());
        for line in &order.lines {
            let sums = part(1, &line.price);
            whole = whole.with(sums);
            add(&mut self.performances, line.performance, sums);
            add(&mut self.levels, line.level, sums);
            performances.insert(line.performance);
            levels.insert(line.level);
        }
        performances.into_iter().for_each(|id| add(&mut self.performances, id, ONE));
        levels.into_iter().for_each(|no| add(&mut self.levels, no, ONE));
        for fee in &order.fees {
            let sums = part(0, &fee.amount);
            whole = whole.with(sums);
            let old =
                self.fees.entry(fee.fee).or_insert_with(|| (fee.name.clone(), Sums::default()));
            old.1 = old.1.with(sums).with(ONE);
        }
        add(&mut self.tenders, paid, whole);
        add(&mut self.cashiers, order.counter.map(|counter| counter.cashier), whole);
        add(&mut self.hours, hour, whole);
        self.total = self.total.with(whole);
    }

    fn received(&mut self, posting: &Posting) {
        for line in &posting.lines {
            let paid = match line.account {
                Account::DrawerCash => Paid::Cash,
                Account::CardClearing if line.sub == GATEWAY_BATCH => Paid::Gateway,
                Account::CardClearing => {
                    Paid::Pad(PadNo(u16::try_from(line.sub).unwrap_or(u16::MAX)))
                }
                Account::Receivable
                | Account::DeferredTickets
                | Account::TaxPayable
                | Account::FeeRevenue
                | Account::Bank
                | Account::OverShort => continue,
            };
            add(&mut self.received, paid, Sums { gross: line.amount, ..ONE });
        }
    }

    /// The same with names, in the order of the page.
    fn told(self, snapshot: &Snapshot, house: &House) -> Result<Sales, Fault> {
        let mut performances = Vec::new();
        for (id, sums) in self.performances {
            performances.push(Row { of: showing(snapshot, id)?, sums });
        }
        performances.sort_by_key(|row| row.of.starts);
        let place = |no: LevelNo| house.levels.iter().position(|level| level.no == no);
        let mut levels: Vec<(LevelNo, Sums)> = self.levels.into_iter().collect();
        levels.sort_by_key(|(no, _)| (place(*no).unwrap_or(usize::MAX), *no));
        let level = |(no, sums)| Row { of: crate::view::level_name(house, no), sums };
        let mut cashiers = Vec::new();
        for (no, sums) in self.cashiers {
            let of = match no {
                Some(no) => Cashier::Named(name(snapshot, no)?),
                None => Cashier::WebListener,
            };
            cashiers.push(Row { of, sums });
        }
        cashiers.sort_by(|one, two| two.sums.gross.cmp(&one.sums.gross).then(one.of.cmp(&two.of)));
        let tender = |(paid, sums): (Paid, Sums)| Row { of: tender(house, paid), sums };
        Ok(Sales {
            performances,
            levels: levels.into_iter().map(level).collect(),
            fees: self.fees.into_values().map(|(of, sums)| Row { of, sums }).collect(),
            tenders: self.tenders.into_iter().map(tender).collect(),
            cashiers,
            hours: self.hours.into_iter().map(|(of, sums)| Row { of, sums }).collect(),
            total: self.total,
            posted: Sums { tickets: self.total.tickets, ..self.posted },
            received: self.received.into_iter().map(tender).collect(),
        })
    }
}

fn showing(snapshot: &Snapshot, id: PerformanceId) -> Result<Showing, Fault> {
    let row = performance::get(snapshot, id)?.ok_or_else(|| missing("a performance is gone"))?;
    let of = production::get(snapshot, row.production)?;
    Ok(Showing { title: of.map(|one| one.title).unwrap_or_default(), starts: row.starts_at })
}

fn tender(house: &House, paid: Paid) -> Tender {
    match paid {
        Paid::Cash => Tender::Cash,
        Paid::Pad(no) => {
            let known = house.pads.iter().find(|pad| pad.no == no);
            Tender::Pad(known.map_or_else(|| no.0.to_string(), |pad| pad.name.clone()))
        }
        Paid::Gateway => Tender::Gateway,
        Paid::Nothing => Tender::Nothing,
    }
}
