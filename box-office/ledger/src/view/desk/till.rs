//! Tills as the desk shows them, from one snapshot.
//!
//! What a drawer should hold leaves here only once its till is closed (domain 6.3). Never says
//! who may look: the listener does. Next: `rules/view/desk/till.rs`.

use crate::{Fault, Snapshot, staff, till, write};
use usher_rules::house::House;
use usher_rules::id::{StaffNo, TillNo, TillSessionId};
use usher_rules::till::{State, TillSession, Way};
use usher_rules::view::desk::Around;
use usher_rules::view::desk::till::{Choice, Closed, Counted, Open, Opened, Own, Sheet};

/// Sessions looked through for closed ones.
const SESSIONS_MAX: usize = 200;
/// Closed sessions that are listed.
pub const CLOSED_MAX: usize = 12;

/// The till that a cashier has open.
pub fn own(snapshot: &Snapshot, cashier: StaffNo) -> Result<Own, Fault> {
    let found = till::open_of(snapshot, cashier)?;
    let open = found.map(|(id, row)| opened(snapshot, id, row)).transpose()?;
    Ok(open.map_or(Own::None, Own::Open))
}

/// One session that is open; none when it is closed.
pub fn left(snapshot: &Snapshot, id: TillSessionId) -> Result<Option<Open>, Fault> {
    match till::get(snapshot, id)? {
        Some(row) if row.state == State::Open => opened(snapshot, id, row).map(Some),
        Some(_) | None => Ok(None),
    }
}

fn opened(snapshot: &Snapshot, id: TillSessionId, row: TillSession) -> Result<Open, Fault> {
    Ok(Open {
        session: id,
        till: till_name(&write::house(snapshot)?, row.till),
        cashier: name(snapshot, row.cashier)?,
        since: row.opened_at,
        float: row.float,
        sales: row.cash.count.saturating_add(row.cards.count),
        counted: row.count.map(|count| Counted { at: count.at, amount: count.counted }),
        movements: row.movements,
    })
}

/// Every till of the house with who has it open, and those that the house has given up and that
/// somebody still has open.
pub fn choices(snapshot: &Snapshot) -> Result<Vec<Choice>, Fault> {
    let house = write::house(snapshot)?;
    let mut choices: Vec<Choice> = house
        .tills
        .iter()
        .map(|known| Choice { till: known.no, name: known.name.clone(), open: None })
        .collect();
    for (session, row) in till::open(snapshot)? {
        let cashier = name(snapshot, row.cashier)?;
        let open = Some(Opened { session, cashier, since: row.opened_at });
        match choices.iter_mut().find(|choice| choice.till == row.till) {
            Some(choice) => choice.open = open,
            None => {
                let name = till_name(&house, row.till);
                choices.push(Choice { till: row.till, name, open });
            }
        }
    }
    Ok(choices)
}

/// Sessions closed lately, of one cashier or of all.
pub fn closed(snapshot: &Snapshot, of: Option<StaffNo>) -> Result<Vec<Closed>, Fault> {
    let house = write::house(snapshot)?;
    let mut found = Vec::new();
    for (session, row) in till::newest(snapshot, SESSIONS_MAX)? {
        let wanted = of.is_none_or(|cashier| cashier == row.cashier);
        let (Some(closing), Some(count), true) = (row.closed, row.count, wanted) else { continue };
        if found.len() >= CLOSED_MAX {
            break;
        }
        found.push(Closed {
            session,
            till: till_name(&house, row.till),
            cashier: name(snapshot, row.cashier)?,
            since: row.opened_at,
            closed: closing.at,
            difference: count.difference(),
        });
    }
    Ok(found)
}

/// The sheet of a closed session; none while it is open.
pub fn sheet(
    snapshot: &Snapshot,
    around: Around,
    id: TillSessionId,
) -> Result<Option<Sheet>, Fault> {
    let Some(row) = till::get(snapshot, id)? else { return Ok(None) };
    let (Some(closing), Some(count)) = (row.closed, row.count) else { return Ok(None) };
    Ok(Some(Sheet {
        around,
        session: id,
        till: till_name(&write::house(snapshot)?, row.till),
        cashier: name(snapshot, row.cashier)?,
        since: row.opened_at,
        closed: closing.at,
        closed_by: name(snapshot, closing.by)?,
        float: row.float,
        paid_in: row.moved(Way::In),
        paid_out: row.moved(Way::Out),
        cash: row.cash,
        cards: row.cards,
        given_back: row.given_back.unwrap_or_default(),
        expected: count.expected,
        counted: count.counted,
        difference: count.difference(),
        movements: row.movements,
    }))
}

/// The name of a member of staff.
pub fn name(snapshot: &Snapshot, no: StaffNo) -> Result<String, Fault> {
    Ok(staff::get(snapshot, no)?.map(|account| account.name).unwrap_or_default())
}

/// The name of a till, or its number if the house has given it up.
pub(super) fn till_name(house: &House, no: TillNo) -> String {
    let known = house.tills.iter().find(|till| till.no == no);
    known.map_or_else(|| no.0.to_string(), |till| till.name.clone())
}
