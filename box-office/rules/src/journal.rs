//! The books beside the postings: what was handed on to the accountants, and the nightly proof.
//!
//! An export takes what was posted since the one before it and is never taken back; a proof says
//! whether the journal, replayed from zero, makes the balances. Never posts anything. Next:
//! `posting.rs`, `ledger/journal.rs`.

use crate::at::At;
use crate::id::{ExportNo, PostingId, ProofNo};
use crate::money::Money;
use crate::{Actor, Ask, BusinessDay, Event as AnyEvent, Refusal};
use minicbor::{Decode, Encode};

/// Postings of one export: its files are made in memory.
pub const EXPORT_POSTINGS_MAX: u64 = 50_000;
/// Differences, and postings out of balance, that a proof keeps by name; it counts them all.
pub const DIFFERENCES_MAX: usize = 20;

/// Stored. Everything posted after one posting, up to another.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Export {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub by: Actor,
    /// The last posting of the export before.
    #[n(2)]
    pub after: PostingId,
    #[n(3)]
    pub upto: PostingId,
    /// No posting of it is of an earlier day.
    #[n(4)]
    pub from: BusinessDay,
    /// No posting of it is of a later day.
    #[n(5)]
    pub to: BusinessDay,
    /// Nothing was left for the next one.
    #[n(6)]
    pub whole: bool,
}

impl Export {
    pub fn postings(&self) -> u64 {
        self.upto.0 - self.after.0
    }

    /// The first day on which a posting after this export can be: the one before that on which it
    /// was made, for a day goes back by one when the hour at which it begins is set anew.
    fn next_from(&self) -> BusinessDay {
        if self.whole { BusinessDay(self.to.0.saturating_sub(2)) } else { self.from }
    }
}

/// Stored. A file of an export, as somebody took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum File {
    #[n(0)]
    Csv,
    #[n(1)]
    Xlsx,
}

impl File {
    /// How its name ends.
    pub fn name(self) -> &'static str {
        match self {
            File::Csv => "csv",
            File::Xlsx => "xlsx",
        }
    }
}

/// An account whose balance is not what its postings make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Difference {
    /// Number of the account; the row may name one that nobody knows.
    #[n(0)]
    pub account: u16,
    #[n(1)]
    pub sub: u64,
    #[n(2)]
    pub kept: Money,
    #[n(3)]
    pub replayed: Money,
}

/// What replaying the journal from zero found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Found {
    #[n(0)]
    pub postings: u64,
    /// All of them, however many are named.
    #[n(1)]
    pub wrong: u64,
    /// And those that cannot be read.
    #[n(2)]
    pub unbalanced: Vec<PostingId>,
    #[n(3)]
    pub differences: Vec<Difference>,
}

/// Stored. A proof that was asked for, and what it found once it is done.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Proof {
    #[n(0)]
    pub asked_at: At,
    #[n(1)]
    pub day: BusinessDay,
    #[n(2)]
    pub done: Option<Done>,
}

/// A proof that is made.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Done {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub found: Found,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Command {
    /// All that was not exported yet.
    #[n(0)]
    Export,
    /// The proof errand sees it and does it.
    #[n(1)]
    AskProof,
    #[n(2)]
    Prove(#[n(0)] ProofNo, #[n(1)] Found),
    /// A file of an export is taken, the first time or again.
    #[n(3)]
    Fetch(#[n(0)] ExportNo, #[n(1)] File),
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Event {
    #[n(0)]
    Exported(#[n(0)] ExportNo, #[n(1)] Export),
    #[n(1)]
    ProofAsked(#[n(0)] ProofNo, #[n(1)] Proof),
    #[n(2)]
    Proved(#[n(0)] ProofNo, #[n(1)] Done),
    /// Changes no row: who took it and when stands in the audit.
    #[n(3)]
    Fetched(#[n(0)] ExportNo, #[n(1)] File),
}

/// What the ledger knows that these commands need.
pub struct Facts {
    pub last_export: Option<(ExportNo, Export)>,
    pub last_proof: Option<(ProofNo, Proof)>,
    /// What comes before the first posting of this box.
    pub before_all: PostingId,
    pub newest: PostingId,
}

pub fn decide(facts: &Facts, command: &Command, ask: &Ask) -> Result<Vec<AnyEvent>, Refusal> {
    let event = match command {
        Command::Export => export(facts, ask)?,
        Command::AskProof => {
            let last = facts.last_proof.as_ref();
            if last.is_some_and(|(_, proof)| proof.done.is_none()) {
                return Err(Refusal::Stale);
            }
            let no = ProofNo(last.map_or(1, |(no, _)| no.0 + 1));
            Event::ProofAsked(no, Proof { asked_at: ask.at, day: ask.day, done: None })
        }
        Command::Prove(no, found) => prove(facts, *no, found, ask)?,
        Command::Fetch(no, file) => {
            let made =
                facts.last_export.as_ref().is_some_and(|(last, _)| (1..=last.0).contains(&no.0));
            if !made {
                return Err(Refusal::NotFound);
            }
            Event::Fetched(*no, *file)
        }
    };
    Ok(vec![AnyEvent::Journal(event)])
}

fn export(facts: &Facts, ask: &Ask) -> Result<Event, Refusal> {
    let last = facts.last_export.as_ref();
    let after = last.map_or(facts.before_all, |(_, export)| export.upto);
    if facts.newest <= after {
        return Err(Refusal::NothingToExport);
    }
    let upto = facts.newest.min(PostingId(after.0 + EXPORT_POSTINGS_MAX));
    let export = Export {
        at: ask.at,
        by: ask.by.clone(),
        after,
        upto,
        from: last.map_or(BusinessDay(0), |(_, export)| export.next_from()),
        // For the same reason what is posted already may be of tomorrow.
        to: BusinessDay(ask.day.0 + 1),
        whole: upto == facts.newest,
    };
    Ok(Event::Exported(ExportNo(last.map_or(1, |(no, _)| no.0 + 1)), export))
}

fn prove(facts: &Facts, no: ProofNo, found: &Found, ask: &Ask) -> Result<Event, Refusal> {
    match ask.by {
        Actor::House => {}
        Actor::Guest(_)
        | Actor::Staff(_)
        | Actor::Device(_)
        | Actor::Account(_)
        | Actor::Console => return Err(Refusal::NotAllowed),
    }
    let named = facts.last_proof.as_ref().filter(|(last, _)| *last == no);
    let (_, proof) = named.ok_or(Refusal::NotFound)?;
    if proof.done.is_some() {
        return Err(Refusal::Stale);
    }
    let mut found = found.clone();
    found.unbalanced.truncate(DIFFERENCES_MAX);
    found.differences.truncate(DIFFERENCES_MAX);
    Ok(Event::Proved(no, Done { at: ask.at, found }))
}
