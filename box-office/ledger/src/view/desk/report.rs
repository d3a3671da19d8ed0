//! Sales of some business days from the journal and its orders, in one walk.
//!
//! The journal says which orders were sold on these days; each is taken apart in every way at
//! once. Never reads more days than [`DAYS_MAX`]. Next: `rules/view/desk/report.rs`.

mod tender;

use super::till::name;
use crate::source::Source;
use crate::{Fault, Snapshot, checkout, journal, performance, production, stored, tables, write};
use redb::ReadableTable;
use std::collections::{BTreeMap, BTreeSet};
use tender::{Paid, paid, shared, tender, went_to};
use usher_rules::BusinessDay;
use usher_rules::at::At;
use usher_rules::cart::Line;
use usher_rules::fee::FeeLine;
use usher_rules::house::House;
use usher_rules::id::{LevelNo, PadNo, PerformanceId, StaffNo, TicketId};
use usher_rules::money::Money;
use usher_rules::order::Order;
use usher_rules::posting::{Account, Cause, GATEWAY_BATCH, Posting};
use usher_rules::refund::{NOBODY, Refund, fees_back};
use usher_rules::tax::Assessed;
use usher_rules::ticket::State;
use usher_rules::view::desk::report::{Cashier, Row, Sales, Showing, Sums};

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
                let order = order_of(&orders, &posting)?;
                let taken = Taken {
                    back: gives_back(&posting),
                    orders: 1,
                    lines: &order.lines,
                    fees: &order.fees,
                    paid: paid(snapshot, &order, &posting)?,
                    cashier: order.counter.map(|counter| counter.cashier),
                    hour: hour_of(posting.at),
                };
                walk.posted(&posting, taken.counted());
                walk.taken(&taken);
            }
            Cause::Refund | Cause::Exchange => {
                let order = order_of(&orders, &posting)?;
                let back = given_back(snapshot, &order, &posting)?;
                let taken = Taken {
                    back: gives_back(&posting),
                    orders: 0,
                    lines: &back.lines,
                    fees: &back.fees,
                    paid: back.paid.clone(),
                    cashier: Some(back.by),
                    hour: hour_of(posting.at),
                };
                walk.posted(&posting, taken.counted());
                walk.taken(&taken);
            }
            Cause::CardPayment
            | Cause::CashPayment
            | Cause::CardRefund
            | Cause::CardVoid
            | Cause::CashRefund => walk.received(&posting),
            Cause::Float
            | Cause::PayIn
            | Cause::PayOut
            | Cause::OverShort
            | Cause::TillClosed
            | Cause::Deposit
            | Cause::BatchDifference
            | Cause::RevenueRecognised
            | Cause::Transfer => {}
        }
        Ok(())
    })?;
    walk.told(snapshot, &write::house(snapshot)?)
}

fn order_of<T: ReadableTable<u64, &'static [u8]>>(
    orders: &T,
    posting: &Posting,
) -> Result<Order, Fault> {
    let id = posting.order.ok_or_else(|| missing("a sale has no order"))?;
    let row = orders.get(id.0)?.ok_or_else(|| missing("a sold order is gone"))?;
    stored::row(row.value())
}

/// What one refund took back of an order.
struct Back {
    lines: Vec<Line>,
    fees: Vec<FeeLine>,
    by: StaffNo,
    paid: Vec<(Paid, Money)>,
}

/// The refund of an order that this posting is of: of one moment there is one, and what of it went
/// on to another order.
fn given_back(snapshot: &Snapshot, order: &Order, posting: &Posting) -> Result<Back, Fault> {
    if posting.cause == Cause::Exchange {
        return exchanged(snapshot, order, posting);
    }
    let made = order.refunds.iter().flat_map(|refunds| &refunds.made);
    let here: Vec<&Refund> = made.filter(|refund| refund.at == posting.at).collect();
    let refund = here.iter().find(|refund| !refund.tickets.is_empty());
    let refund = refund.ok_or_else(|| missing("a refund is gone"))?;
    let (lines, fees) = ended(snapshot, order, &refund.tickets, posting.at)?;
    let mut paid = Vec::with_capacity(here.len());
    for one in &here {
        paid.push(went_to(snapshot, order, one)?);
    }
    Ok(Back { lines, fees, by: refund.by, paid })
}

/// The same of tickets that were exchanged.
fn exchanged(snapshot: &Snapshot, order: &Order, posting: &Posting) -> Result<Back, Fault> {
    let made = order.exchanges.iter().flat_map(|exchanges| &exchanges.made);
    let mut made = made.filter(|one| one.at == posting.at);
    let made = made.next().ok_or_else(|| missing("an exchange is gone"))?;
    let (lines, fees) = ended(snapshot, order, &made.tickets, posting.at)?;
    Ok(Back { lines, fees, by: made.by, paid: vec![(Paid::Exchange, made.worth)] })
}

/// Lines and fees that ended with tickets of an order, after those that were good no more before.
fn ended(
    snapshot: &Snapshot,
    order: &Order,
    tickets: &[TicketId],
    at: At,
) -> Result<(Vec<Line>, Vec<FeeLine>), Fault> {
    let (mut lines, mut gone) = (Vec::with_capacity(tickets.len()), 0_u16);
    for id in &order.tickets {
        let ticket = checkout::ticket(snapshot, *id)?;
        let ticket = ticket.ok_or_else(|| missing("a ticket is gone"))?;
        if tickets.contains(id) {
            lines.extend(order.lines.iter().find(|line| line.no == ticket.line).cloned());
        }
        gone += u16::from(match ticket.state {
            State::Valid => false,
            State::Cancelled { at: then } | State::Exchanged { at: then, .. } => then < at,
        });
    }
    let all = u16::try_from(order.tickets.len()).unwrap_or(u16::MAX);
    let then = gone + u16::try_from(tickets.len()).unwrap_or(u16::MAX);
    Ok((lines, fees_back(order, gone..then, all)))
}

fn missing(what: &str) -> Fault {
    Fault::Row(what.to_owned())
}

/// A sale that is posted the other way round credits whom it once charged.
fn gives_back(posting: &Posting) -> bool {
    let charged = posting.lines.iter().filter(|line| line.account == Account::Receivable);
    charged.map(|line| line.amount).sum::<Money>() < Money::ZERO
}

/// What one posting sold, or gave back: lines and fees of an order, as they were priced.
struct Taken<'a> {
    back: bool,
    /// None if tickets of an order are given back and the order stays.
    orders: i64,
    lines: &'a [Line],
    fees: &'a [FeeLine],
    /// What was paid for it, or given back, at once.
    paid: Vec<(Paid, Money)>,
    cashier: Option<StaffNo>,
    hour: u8,
}

impl Taken<'_> {
    fn way(&self, sums: Sums) -> Sums {
        if self.back { sums.back() } else { sums }
    }

    /// Its orders alone.
    fn counted(&self) -> Sums {
        self.way(Sums { orders: self.orders, ..Sums::default() })
    }
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
fn part(tickets: i64, price: &Assessed) -> Sums {
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
    fn posted(&mut self, posting: &Posting, counted: Sums) {
        let mut sums = counted;
        for line in &posting.lines {
            match line.account {
                Account::Receivable => sums.gross = sums.gross + line.amount,
                Account::DeferredTickets | Account::FeeRevenue => sums.net = sums.net - line.amount,
                Account::TaxPayable => sums.tax = sums.tax - line.amount,
                Account::CardClearing
                | Account::DrawerCash
                | Account::Bank
                | Account::OverShort
                | Account::TicketRevenue
                | Account::TransferClearing => {}
            }
        }
        self.posted = self.posted.with(sums);
    }

    fn taken(&mut self, taken: &Taken<'_>) {
        let counted = taken.counted();
        let mut whole = counted;
        let (mut performances, mut levels) = (BTreeSet::new(), BTreeSet::new());
        for line in taken.lines {
            let sums = taken.way(part(1, &line.price));
            whole = whole.with(sums);
            add(&mut self.performances, line.performance, sums);
            add(&mut self.levels, line.level, sums);
            performances.insert(line.performance);
            levels.insert(line.level);
        }
        performances.into_iter().for_each(|id| add(&mut self.performances, id, counted));
        levels.into_iter().for_each(|no| add(&mut self.levels, no, counted));
        for fee in taken.fees {
            let sums = taken.way(part(0, &fee.amount));
            whole = whole.with(sums);
            let old =
                self.fees.entry(fee.fee).or_insert_with(|| (fee.name.clone(), Sums::default()));
            old.1 = old.1.with(sums).with(counted);
        }
        for (paid, share) in shared(whole, &taken.paid) {
            add(&mut self.tenders, paid, share);
        }
        add(&mut self.cashiers, taken.cashier, whole);
        add(&mut self.hours, taken.hour, whole);
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
                | Account::OverShort
                | Account::TicketRevenue
                | Account::TransferClearing => continue,
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
                Some(NOBODY) => Cashier::House,
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

#[cfg(test)]
mod tests {
    use super::*;
    use usher_rules::cart::Place;
    use usher_rules::id::{CategoryNo, OrderId, SeatNo};
    use usher_rules::posting;
    use usher_rules::tax::{Tax, assess};

    fn price() -> Assessed {
        let (name, rate_ppm) = ("VAT".to_owned(), 200_000);
        assess(Money(3_000), &[Tax { no: 1, name, rate_ppm, inclusive: true, compound: false }])
    }

    fn line(no: u16, level: u16) -> Line {
        Line {
            no,
            performance: PerformanceId(7),
            place: Place::Seat(SeatNo(u32::from(no))),
            level: LevelNo(level),
            category: CategoryNo(1),
            listed: Money(3_000),
            price: price(),
        }
    }

    fn fee() -> FeeLine {
        let amount = assess(Money(150), &[]);
        FeeLine { fee: 2, name: "Web fee".to_owned(), count: 1, each: Money(150), amount }
    }

    /// Lines of an order in cash, sold at 19 o'clock or given back an hour later.
    fn taken<'a>(back: bool, orders: i64, lines: &'a [Line], fees: &'a [FeeLine]) -> Taken<'a> {
        let hour = if back { 20 } else { 19 };
        let cashier = Some(StaffNo(3));
        let parts = lines.iter().map(|line| line.price.gross);
        let gross = parts.chain(fees.iter().map(|fee| fee.amount.gross)).sum();
        Taken { back, orders, lines, fees, paid: vec![(Paid::Cash, gross)], cashier, hour }
    }

    fn counted(all: &[Taken<'_>]) -> Walk {
        let mut walk = Walk::default();
        for taken in all {
            let tickets: Vec<_> =
                taken.lines.iter().map(|line| (line.performance, &line.price)).collect();
            let mut posting =
                posting::sale(OrderId(1), &tickets, taken.fees, At(0), BusinessDay(1));
            if taken.back {
                posting.lines.iter_mut().for_each(|line| line.amount = -line.amount);
            }
            assert_eq!(gives_back(&posting), taken.back);
            walk.posted(&posting, taken.counted());
            walk.taken(taken);
        }
        walk
    }

    fn same_as_the_journal(walk: &Walk) {
        assert_eq!(Sums { tickets: walk.total.tickets, ..walk.posted }, walk.total);
    }

    #[test]
    fn what_is_sold_and_given_back_whole_comes_to_nothing_in_every_way_but_the_hour() {
        let (lines, fees) = ([line(1, 1), line(2, 2)], [fee()]);
        let walk = counted(&[taken(false, 1, &lines, &fees), taken(true, 1, &lines, &fees)]);
        same_as_the_journal(&walk);
        assert_eq!(walk.total, Sums::default());
        assert_eq!(walk.performances[&PerformanceId(7)], Sums::default());
        assert_eq!((walk.levels[&LevelNo(1)], walk.levels[&LevelNo(2)]), Default::default());
        assert_eq!(walk.tenders[&Paid::Cash], Sums::default());
        assert_eq!(walk.cashiers[&Some(StaffNo(3))], Sums::default());
        assert_eq!(walk.fees[&2].1, Sums::default());
        assert_eq!((walk.hours[&19].tickets, walk.hours[&20].tickets), (2, -2));
        assert_eq!(walk.hours[&20].gross, Money(-6_150));
    }

    #[test]
    fn a_ticket_given_back_leaves_the_order_and_the_rest_of_it() {
        let (lines, fees) = ([line(1, 1), line(2, 2)], [fee()]);
        let walk = counted(&[taken(false, 1, &lines, &fees), taken(true, 0, &lines[1..], &[])]);
        same_as_the_journal(&walk);
        assert_eq!((walk.total.orders, walk.total.tickets), (1, 1));
        assert_eq!(walk.total.gross, Money(3_150));
        assert_eq!(walk.levels[&LevelNo(2)].gross, Money::ZERO);
    }

    #[test]
    fn a_day_that_only_gave_back_is_below_zero() {
        let lines = [line(1, 1)];
        let walk = counted(&[taken(true, 0, &lines, &[])]);
        same_as_the_journal(&walk);
        let sums = walk.total;
        assert_eq!((sums.net, sums.tax, sums.gross), (Money(-2_500), Money(-500), Money(-3_000)));
        assert_eq!((sums.orders, sums.tickets), (0, -1));
    }
}
