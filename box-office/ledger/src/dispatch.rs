//! The two matches of the house: which facts a command needs, and which rows an event changes.
//!
//! One arm a noun, nothing else. Never branches on what is inside a command. Next: the noun
//! files.

use crate::checkout::Numbering;
use crate::write::Write;
use crate::{
    Fault, admission, audit, batch, cart, checkout, device, end_of_day, events, hold, house,
    journal, letter, patron, performance, production, session, staff, till,
};
use std::sync::Arc;
use usher_rules::at::At;
use usher_rules::code::CodeKeys;
use usher_rules::{Ask, BusinessDay, Command, Entry, Event, Refusal};

/// What deciding needs beside the store.
pub struct Setting {
    pub numbering: Numbering,
    pub keys: CodeKeys,
    /// Business day of a moment that is not now.
    pub day_of: Arc<dyn Fn(At) -> BusinessDay + Send + Sync>,
}

/// Loads the facts of a command and lets its rule decide. Writes nothing.
pub fn decide(
    write: &mut Write,
    setting: &Setting,
    command: &Command,
    ask: &Ask,
) -> Result<Result<Vec<Event>, Refusal>, Fault> {
    use usher_rules as rules;
    let box_no = setting.numbering.box_no;
    if !matches!(command, Command::Admission(rules::admission::Command::Scan { .. })) {
        write.leave_door();
    }
    let decided = match command {
        Command::House(command) => {
            rules::house::decide(&house::load(write.txn, command)?, command, ask)
        }
        Command::Production(command) => {
            let facts = production::load(write.txn, &write.counters, box_no, command)?;
            rules::production::decide(&facts, command)
        }
        Command::Performance(command) => {
            let counters = &write.counters;
            let facts = performance::load(write.txn, write.plans, counters, box_no, command)?;
            rules::performance::decide(&facts, command, ask)
        }
        Command::Cart(command) => {
            let facts = cart::load(write.txn, &write.counters, box_no, command)?;
            rules::cart::decide(&facts, command, ask)
        }
        Command::Hold(command) => hold::decide(write, command, ask)?,
        Command::Checkout(command) => {
            let facts = checkout::load(write, setting.numbering, command, ask)?;
            rules::checkout::decide(&facts, command, ask)
        }
        Command::Admission(command) => {
            let facts = admission::load(write, setting, command, ask)?;
            rules::admission::decide(&facts, command, ask)
        }
        Command::Letter(command) => {
            rules::letter::decide(&letter::load(write.txn, command)?, command, ask)
        }
        Command::Session(command) => {
            rules::session::decide(&session::load(write.txn, command)?, command, ask)
        }
        Command::Device(command) => rules::device::decide(&device::load(write.txn)?, command),
        Command::Staff(command) => {
            rules::staff::decide(&staff::load(write.txn, command)?, command, ask)
        }
        Command::Till(command) => {
            rules::till::decide(&till::load(write, box_no, command, ask)?, command, ask)
        }
        Command::Journal(command) => {
            rules::journal::decide(&journal::load(write, box_no)?, command, ask)
        }
        Command::Batch(command) => {
            rules::batch::decide(&batch::load(write, box_no, command)?, command, ask)
        }
        Command::Patron(command) => {
            rules::patron::decide(&patron::load(write.txn, box_no, command)?, command, ask)
        }
        Command::EndOfDay(command) => {
            let day_of = &*setting.day_of;
            let facts = end_of_day::load(write, box_no, command, ask, day_of)?;
            rules::end_of_day::decide(&facts, command, ask)
        }
    };
    completed(write, decided)
}

/// What holds of every decision: a payment begins its batch, and nothing is dated into a locked
/// date.
fn completed(
    write: &Write,
    decided: Result<Vec<Event>, Refusal>,
) -> Result<Result<Vec<Event>, Refusal>, Fault> {
    let mut events = match decided {
        Ok(events) => events,
        Err(refusal) => return Ok(Err(refusal)),
    };
    batch::open_for(write.txn, &mut events)?;
    Ok(end_of_day::unlocked(write.txn, &events)?.map(|()| events))
}

/// Writes an entry: its events to the tables, itself to the log. Everything comes from the entry.
pub fn apply(write: &mut Write, entry: &Entry) -> Result<(), Fault> {
    write.seq = entry.seq;
    for event in &entry.events {
        write.memory.programme.note(event);
        match event {
            Event::House(event) => house::apply(write, event)?,
            Event::Production(event) => production::apply(write, event)?,
            Event::Performance(event) => performance::apply(write, event)?,
            Event::Cart(event) => cart::apply(write, event)?,
            Event::Hold(event) => hold::apply(write, event)?,
            Event::Checkout(event) => checkout::apply(write, event)?,
            Event::Admission(event) => admission::apply(write, event)?,
            Event::Letter(event) => letter::apply(write, event)?,
            Event::Session(event) => session::apply(write, event)?,
            Event::Device(event) => device::apply(write, event)?,
            Event::Staff(event) => staff::apply(write, event)?,
            Event::Till(event) => till::apply(write, event)?,
            Event::Journal(event) => journal::apply(write, event)?,
            Event::Batch(event) => batch::apply(write, event)?,
            Event::Patron(event) => patron::apply(write, event)?,
            Event::EndOfDay(event) => end_of_day::apply(write, event)?,
        }
    }
    audit::apply(write, entry)?;
    events::append(write, entry)
}
