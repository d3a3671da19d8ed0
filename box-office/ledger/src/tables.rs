//! Every table of the store on one page: key, value, use (domain 11).
//!
//! Values are minicbor with numbered fields (`stored.rs` and the row types of `rules`); ids are
//! bare numbers here, because a key's type must never change its name. Indexes are written by one
//! function each, beside their primary. Next: `stored.rs`.

use redb::TableDefinition;

type Rows<K> = TableDefinition<'static, K, &'static [u8]>;
type Index<K> = TableDefinition<'static, K, ()>;

/// "counters", "house", "schema".
pub const META: Rows<&str> = TableDefinition::new("meta");

/// Entry by sequence number: append only.
pub const EVENTS: Rows<u64> = TableDefinition::new("events");
/// (kind of [`crate::events::Entity`], id, block of [`crate::events::BLOCK`] entries about it).
pub const EVENTS_BY_ENTITY: Index<(u8, u64, u64)> = TableDefinition::new("events_by_entity");

pub const PLANS: Rows<u64> = TableDefinition::new("plans");
/// Plan -> what it can sell at most; derived from `plans`.
pub const CAPACITIES: Rows<u64> = TableDefinition::new("capacities");
pub const PRODUCTIONS: Rows<u64> = TableDefinition::new("productions");
pub const PRODUCTIONS_BY_SLUG: TableDefinition<'static, &str, u64> =
    TableDefinition::new("productions_by_slug");
pub const PERFORMANCES: Rows<u64> = TableDefinition::new("performances");
/// Code number -> performance.
pub const PERFORMANCES_BY_NO: TableDefinition<'static, u32, u64> =
    TableDefinition::new("performances_by_no");
/// (starts_at, performance).
pub const PERFORMANCES_BY_START: Index<(i64, u64)> = TableDefinition::new("performances_by_start");

/// (performance, seat): only rows that are not Free.
pub const SEATS: Rows<(u64, u32)> = TableDefinition::new("seats");
/// (performance, area) -> places held and sold.
pub const GA: Rows<(u64, u16)> = TableDefinition::new("ga");
/// What of a performance is taken, by category; derived from `seats` and `ga`.
pub const TALLIES: Rows<u64> = TableDefinition::new("tallies");

pub const CARTS: Rows<u64> = TableDefinition::new("carts");
/// (until, cart), for the sweeper.
pub const HOLDS_BY_DUE: Index<(i64, u64)> = TableDefinition::new("holds_by_due");
/// (state, changed_at, cart).
pub const CARTS_BY_STATE: Index<(u8, i64, u64)> = TableDefinition::new("carts_by_state");
/// (cart, n): the numbered log lines.
pub const CART_LOG: Rows<(u64, u32)> = TableDefinition::new("cart_log");

pub const INTENTS: Rows<u128> = TableDefinition::new("intents");
/// (state, key): what is still to be done or asked.
pub const INTENTS_OPEN: Index<(u8, u128)> = TableDefinition::new("intents_open");

/// (pin pad, entry) -> what the pad booked and no intent asked for.
pub const ORPHANS: Rows<(u16, u64)> = TableDefinition::new("orphans");
/// The same key -> who looked into it.
pub const ORPHANS_SEEN: Rows<(u16, u64)> = TableDefinition::new("orphans_seen");

pub const ORDERS: Rows<u64> = TableDefinition::new("orders");
/// Order -> the cart that gives tickets of it up, while that runs.
pub const EXCHANGES_OPEN: TableDefinition<'static, u64, u64> =
    TableDefinition::new("exchanges_open");
pub const TICKETS: Rows<u64> = TableDefinition::new("tickets");
/// (performance number, tag) -> ticket. The generation is compared with the ticket's row.
pub const TICKET_CODES: TableDefinition<'static, (u32, u64), u64> =
    TableDefinition::new("ticket_codes");
/// (business day, posting).
pub const JOURNAL: Rows<(u32, u64)> = TableDefinition::new("journal");
/// (account, sub) -> minor units; rebuilt from the journal and compared.
pub const BALANCES: TableDefinition<'static, (u16, u64), i64> = TableDefinition::new("balances");

/// What of the journal was exported, by the number of the export.
pub const EXPORTS: Rows<u32> = TableDefinition::new("exports");
/// Proofs of the journal by their number; the newest may still be to be made.
pub const PROOFS: Rows<u32> = TableDefinition::new("proofs");

/// Sessions of tills.
pub const TILL_SESSIONS: Rows<u64> = TableDefinition::new("till_sessions");
/// Till -> the session that is open on it.
pub const TILLS_OPEN: TableDefinition<'static, u16, u64> = TableDefinition::new("tills_open");

/// What pin pads and the gateway captured between two closes.
pub const BATCHES: Rows<u64> = TableDefinition::new("batches");
/// (part of card clearing, batch): not settled yet.
pub const BATCHES_UNSETTLED: Index<(u64, u64)> = TableDefinition::new("batches_unsettled");
/// (batch, posting) -> business day of the posting.
pub const BATCH_PAYMENTS: TableDefinition<'static, (u64, u64), u32> =
    TableDefinition::new("batch_payments");

/// Runs of the end of day by their number.
pub const END_OF_DAYS: Rows<u32> = TableDefinition::new("end_of_days");
/// (minute, business day) -> what was posted in it, until a run takes it.
pub const END_OF_DAY_MINUTES: Rows<(i64, u32)> = TableDefinition::new("end_of_day_minutes");
/// (minute, kind, id): what ended in it, until a run takes it.
pub const END_OF_DAY_DUE: Index<(i64, u8, u64)> = TableDefinition::new("end_of_day_due");

pub const LETTERS: Rows<u64> = TableDefinition::new("letters");
/// (state, due, letter).
pub const MAIL: Index<(u8, i64, u64)> = TableDefinition::new("mail");

pub const SESSIONS: Rows<&[u8; 32]> = TableDefinition::new("sessions");
/// (member of staff, session).
pub const STAFF_SESSIONS: Index<(u32, &[u8; 32])> = TableDefinition::new("staff_sessions");
pub const DEVICES: Rows<u32> = TableDefinition::new("devices");

pub const STAFF: Rows<u32> = TableDefinition::new("staff");
pub const STAFF_BY_LOGIN: TableDefinition<'static, &str, u32> =
    TableDefinition::new("staff_by_login");
/// Number of the entry -> row of the audit.
pub const AUDIT: Rows<u64> = TableDefinition::new("audit");

pub const PATRONS: Rows<u64> = TableDefinition::new("patrons");
/// (word a patron is found by, patron).
pub const PATRON_WORDS: Index<(&str, u64)> = TableDefinition::new("patron_words");
/// (patron, when, order).
pub const ORDERS_BY_PATRON: Index<(u64, i64, u64)> = TableDefinition::new("orders_by_patron");

/// Hands every table to a macro, one after the other, so that no list of them exists twice.
macro_rules! every {
    ($each:ident) => {
        $each!(META);
        $each!(EVENTS);
        $each!(EVENTS_BY_ENTITY);
        $each!(PLANS);
        $each!(CAPACITIES);
        $each!(PRODUCTIONS);
        $each!(PRODUCTIONS_BY_SLUG);
        $each!(PERFORMANCES);
        $each!(PERFORMANCES_BY_NO);
        $each!(PERFORMANCES_BY_START);
        $each!(SEATS);
        $each!(GA);
        $each!(TALLIES);
        $each!(CARTS);
        $each!(HOLDS_BY_DUE);
        $each!(CARTS_BY_STATE);
        $each!(CART_LOG);
        $each!(INTENTS);
        $each!(INTENTS_OPEN);
        $each!(ORPHANS);
        $each!(ORPHANS_SEEN);
        $each!(ORDERS);
        $each!(EXCHANGES_OPEN);
        $each!(TICKETS);
        $each!(TICKET_CODES);
        $each!(JOURNAL);
        $each!(BALANCES);
        $each!(EXPORTS);
        $each!(PROOFS);
        $each!(TILL_SESSIONS);
        $each!(TILLS_OPEN);
        $each!(BATCHES);
        $each!(BATCHES_UNSETTLED);
        $each!(BATCH_PAYMENTS);
        $each!(END_OF_DAYS);
        $each!(END_OF_DAY_MINUTES);
        $each!(END_OF_DAY_DUE);
        $each!(LETTERS);
        $each!(MAIL);
        $each!(SESSIONS);
        $each!(STAFF_SESSIONS);
        $each!(DEVICES);
        $each!(STAFF);
        $each!(STAFF_BY_LOGIN);
        $each!(AUDIT);
        $each!(PATRONS);
        $each!(PATRON_WORDS);
        $each!(ORDERS_BY_PATRON);
    };
}
pub(crate) use every;
