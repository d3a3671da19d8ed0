//! The list that a door judges by when it has lost the box: tickets by the digest of their code.
//!
//! Whole, or what changed since an entry, so that a door may ask often. Stops come from the verdict
//! table itself. Read from a snapshot, never by the writer. Next: `rules/admission/verdict.rs`.

use super::scan::{Narrator, performances_near};
use crate::handle::Handle;
use crate::source::Source;
use crate::{Fault, Snapshot, checkout, device, events, performance, stored, tables};
use redb::ReadOnlyTable;
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use usher_rules::admission::{Event as Scanned, Found, Presence, standing};
use usher_rules::at::At;
use usher_rules::cart::Place;
use usher_rules::code::CodeBody;
use usher_rules::house::{House, ReEntry, WithoutBox};
use usher_rules::id::{DeviceNo, OrderId, PerformanceId, TicketId};
use usher_rules::money::Money;
use usher_rules::performance::{Event as Staged, Performance};
use usher_rules::posting::Account;
use usher_rules::ticket::Ticket;
use usher_rules::view::door_list::{DIGEST_BYTES, DoorList, ListedPerformance, ListedTicket};
use usher_rules::{BusinessDay, Event, checkout as sale, device as enrolled, house};

/// Tickets on one list.
pub const TICKETS_MAX: usize = 200_000;
/// Entries looked through for what changed; after more the list is whole.
pub const CHANGES_MAX: usize = 5_000;

/// What a door asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub device: DeviceNo,
    /// Only this performance, else the device's, else all that are admitted now.
    pub performance: Option<PerformanceId>,
    /// Only what changed since this entry.
    pub after: Option<u64>,
    pub now: At,
}

/// Why there is no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoList {
    /// Doors of this house wait for the box.
    DoorsWait,
    NoDevice,
    NoPerformance,
    /// More than [`TICKETS_MAX`]; a list cut short would stop people who have paid.
    TooMany,
}

pub fn door_list(
    handle: &Handle,
    snapshot: &Snapshot,
    wanted: &Wanted,
) -> Result<Result<DoorList, NoList>, Fault> {
    let mut narrator = Narrator::new(snapshot)?;
    if narrator.house().without_box == WithoutBox::Stop {
        return Ok(Err(NoList::DoorsWait));
    }
    let row = device::get(snapshot, wanted.device)?;
    let Some(row) = row.filter(|row| row.device.enabled) else {
        return Ok(Err(NoList::NoDevice));
    };
    let today = handle.day_of(wanted.now);
    let set = wanted.performance.or(row.device.performance);
    let Some(admitted) = admitted(snapshot, set, today, wanted.now)? else {
        return Ok(Err(NoList::NoPerformance));
    };
    let seq = events::newest(snapshot)?;
    let changed = match wanted.after {
        Some(after) if after <= seq => changed(snapshot, wanted.device, after)?,
        Some(_) | None => None,
    };
    let mut list = DoorList {
        taken_at: wanted.now,
        seq,
        whole: changed.is_none(),
        performances: Vec::new(),
        tickets: Vec::new(),
    };
    let asks_time = |performance: &Performance| set.is_none() || performance.day >= today;
    for (id, performance) in &admitted {
        list.performances.push(ListedPerformance {
            performance: *id,
            title: narrator.named(*id)?.production.title.clone(),
            starts: performance.starts_at,
            window: asks_time(performance)
                .then_some((performance.doors_open, performance.last_admission)),
        });
        let door = row.device.door.as_str();
        let mut page = Page::open(handle, snapshot, narrator.house(), (*id, performance), door)?;
        match &changed {
            Some(changed) => {
                changed.iter().try_for_each(|ticket| page.list(*ticket, wanted.now))?
            }
            None => page.list_all(wanted.now)?,
        }
        list.tickets.append(&mut page.listed);
        if list.tickets.len() > TICKETS_MAX {
            return Ok(Err(NoList::TooMany));
        }
    }
    Ok(Ok(list))
}

/// Performances whose tickets pass row 9 of the table; `None`: the one that is set is not known.
fn admitted(
    snapshot: &Snapshot,
    set: Option<PerformanceId>,
    today: BusinessDay,
    now: At,
) -> Result<Option<Vec<(PerformanceId, Performance)>>, Fault> {
    if let Some(id) = set {
        return Ok(performance::get(snapshot, id)?.map(|found| vec![(id, found)]));
    }
    let open = |row: &Performance| row.doors_open <= now && now < row.last_admission;
    let near = performances_near(snapshot, today)?;
    Ok(Some(near.into_iter().filter(|(_, row)| row.day == today || open(row)).collect()))
}

/// Tickets that entries after a number were about; `None`: so much changed that all must be told.
fn changed(
    snapshot: &Snapshot,
    device: DeviceNo,
    after: u64,
) -> Result<Option<BTreeSet<TicketId>>, Fault> {
    let entries = events::after(snapshot, after, CHANGES_MAX + 1)?;
    if entries.len() > CHANGES_MAX {
        return Ok(None);
    }
    let mut tickets = BTreeSet::new();
    for event in entries.iter().flat_map(|entry| &entry.events) {
        match touched(event, device) {
            Touched::Nothing => {}
            Touched::Everything => return Ok(None),
            Touched::Ticket(id) => {
                tickets.insert(id);
            }
            Touched::Order(id) => {
                let order = checkout::order(snapshot, id)?;
                tickets.extend(order.into_iter().flat_map(|order| order.tickets));
            }
        }
    }
    Ok(Some(tickets))
}

/// What of a list an event may have changed.
enum Touched {
    Nothing,
    Ticket(TicketId),
    Order(OrderId),
    Everything,
}

fn touched(event: &Event, device: DeviceNo) -> Touched {
    match event {
        Event::House(house::Event::Set(_)) | Event::Production(_) => Touched::Everything,
        // What bad codes were brought to another one changes nothing here.
        Event::Device(enrolled::Event::Put(no, _)) if *no == device => Touched::Everything,
        Event::Performance(
            Staged::Put(..) | Staged::PlanAdopted { .. } | Staged::Cancelled(..),
        ) => Touched::Everything,
        Event::Checkout(
            sale::Event::Sold { id, .. }
            | sale::Event::Refunded { order: id, .. }
            | sale::Event::Exchanged { order: id, .. }
            | sale::Event::PaymentMoved(id, _)
            | sale::Event::PaymentMade(id, _)
            | sale::Event::Posted(_, usher_rules::posting::Posting { order: Some(id), .. }),
        ) => Touched::Order(*id),
        Event::Admission(Scanned::Scanned(scan) | Scanned::Overridden { admitted: scan, .. }) => {
            scan.ticket.map_or(Touched::Nothing, Touched::Ticket)
        }
        Event::Admission(Scanned::Undone { ticket, .. }) => Touched::Ticket(*ticket),
        Event::House(house::Event::HoldsShifted { .. })
        | Event::Performance(
            Staged::PlanImported { .. }
            | Staged::Killed(..)
            | Staged::Revived(..)
            | Staged::StaffHeld { .. }
            | Staged::StaffHoldEnded(..),
        )
        | Event::Checkout(
            sale::Event::Intent(..)
            | sale::Event::CartMoved { .. }
            | sale::Event::BuyerNamed(..)
            | sale::Event::Posted(_, usher_rules::posting::Posting { order: None, .. })
            | sale::Event::LinesLost(..)
            | sale::Event::RefundBegun(..)
            | sale::Event::PaymentBegun(..)
            | sale::Event::ExchangeLeft(..)
            | sale::Event::Orphaned(..)
            | sale::Event::OrphanSeen(..),
        )
        | Event::Device(enrolled::Event::Put(..))
        | Event::Cart(_)
        | Event::Hold(_)
        | Event::Letter(_)
        | Event::Session(_)
        | Event::Staff(_)
        | Event::Till(_)
        | Event::Journal(_)
        | Event::Batch(_)
        | Event::Patron(_)
        | Event::EndOfDay(_) => Touched::Nothing,
    }
}

/// The tickets of one performance, with what their lines are made from.
struct Page<'a> {
    handle: &'a Handle,
    snapshot: &'a Snapshot,
    house: &'a House,
    door: &'a str,
    id: PerformanceId,
    performance: Arc<Performance>,
    drawn: Option<Arc<crate::plan::Drawn>>,
    presences: HashMap<TicketId, Presence>,
    tickets: ReadOnlyTable<u64, &'static [u8]>,
    balances: ReadOnlyTable<(u16, u64), i64>,
    listed: Vec<ListedTicket>,
}

impl<'a> Page<'a> {
    fn open(
        handle: &'a Handle,
        snapshot: &'a Snapshot,
        house: &'a House,
        (id, performance): (PerformanceId, &Performance),
        door: &'a str,
    ) -> Result<Page<'a>, Fault> {
        let presences = snapshot.turnouts.look(snapshot, id, |turnout| {
            turnout.admissions().map(|(ticket, row)| (*ticket, row.presence)).collect()
        })?;
        Ok(Page {
            handle,
            snapshot,
            house,
            door,
            id,
            performance: Arc::new(performance.clone()),
            drawn: snapshot.plan(performance.plan)?,
            presences,
            tickets: snapshot.open(tables::TICKETS)?,
            balances: snapshot.open(tables::BALANCES)?,
            listed: Vec::new(),
        })
    }

    /// Every ticket that was ever sold for it.
    fn list_all(&mut self, now: At) -> Result<(), Fault> {
        let sold = performance::tickets(self.snapshot, &self.performance, TICKETS_MAX + 1)?;
        sold.into_iter().try_for_each(|ticket| self.list(ticket, now))
    }

    /// Lists a ticket if it is for this performance, and its older issues as what they are.
    fn list(&mut self, id: TicketId, now: At) -> Result<(), Fault> {
        let Some(bytes) = self.tickets.get(id.0)? else { return Ok(()) };
        let ticket: Ticket = stored::row(bytes.value())?;
        if ticket.performance != self.id {
            return Ok(());
        }
        let code = ticket.code;
        let mut found = self.found(id, ticket)?;
        for generation in 0..=code.generation {
            found.newest = generation == code.generation;
            self.put(&found, &CodeBody { generation, ..code }, now);
        }
        Ok(())
    }

    fn put(&mut self, found: &Found, code: &CodeBody, now: At) {
        let Some(digest) = self.handle.code(code).map(|code| digest(&code)) else { return };
        let seat = match (found.ticket.place, &self.drawn) {
            (Place::Seat(no), Some(drawn)) => drawn.plan.seat_at(no).map(|seat| seat.guid.clone()),
            (Place::Seat(_) | Place::Area(_), _) => None,
        };
        let re_entry = self.performance.re_entry.unwrap_or(self.house.re_entry);
        self.listed.push(ListedTicket {
            digest,
            performance: self.id,
            presence: self.presences.get(&found.id).copied().unwrap_or(Presence::NotUsed),
            stop: standing(found, self.house, self.door, now),
            re_entry: re_entry != ReEntry::Never,
            seat,
        });
    }

    /// As far as it stops a ticket for good; who is in stands beside it.
    fn found(&self, id: TicketId, ticket: Ticket) -> Result<Found, Fault> {
        let doors = match (ticket.place, &self.drawn) {
            (Place::Seat(no), Some(drawn)) => drawn.plan.doors_of(no).to_vec(),
            (Place::Seat(_) | Place::Area(_), _) => Vec::new(),
        };
        let owed = self.balances.get((Account::Receivable.no(), ticket.order.0))?;
        let balance = Money(owed.map_or(0, |amount| amount.value()));
        let payment_problem = checkout::payment_problem(self.snapshot, ticket.order, balance)?;
        Ok(Found {
            id,
            newest: true,
            performance: Arc::clone(&self.performance),
            doors,
            wheelchair: false,
            concession: false,
            balance,
            payment_problem,
            admission: None,
            inside: 0,
            ticket,
        })
    }
}

/// What stands for a code on a door's list.
pub fn digest(code: &str) -> [u8; DIGEST_BYTES] {
    let whole: [u8; 32] = Sha256::digest(code).into();
    std::array::from_fn(|index| whole[index])
}
