//! Guards the books: an export takes what is new and nothing twice, a proof is made once.
//!
//! Given the newest export and the newest posting, then what the next export takes, or the
//! refusal. Next: `rules/journal.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use usher_rules::at::{At, Span};
use usher_rules::id::{BoxNo, ExportNo, PostingId, ProofNo, StaffNo, compose};
use usher_rules::journal::{
    Command, DIFFERENCES_MAX, Difference, Done, EXPORT_POSTINGS_MAX, Event, Export, Facts, Found,
    Proof, decide,
};
use usher_rules::money::Money;
use usher_rules::posting::Account;
use usher_rules::{Actor, Ask, BusinessDay, Event as AnyEvent, Refusal};

const NOW: At = At(1_796_403_600_000);
const TODAY: BusinessDay = BusinessDay(20_000);

fn posting(no: u64) -> PostingId {
    PostingId(compose(BoxNo(2), no))
}

fn ask(by: Actor) -> Ask {
    Ask { by, at: NOW, day: TODAY, random: [0; 32] }
}

fn anna() -> Ask {
    ask(Actor::Account(StaffNo(3)))
}

/// So many postings, and nothing done with them.
fn facts(posted: u64) -> Facts {
    Facts { last_export: None, last_proof: None, before_all: posting(0), newest: posting(posted) }
}

fn told(facts: &Facts, command: &Command, ask: &Ask) -> Result<Event, Refusal> {
    let events = decide(facts, command, ask)?;
    let [AnyEvent::Journal(event)] = events.as_slice() else { panic!("one event: {events:?}") };
    Ok(event.clone())
}

fn exported(facts: &Facts) -> Result<(ExportNo, Export), Refusal> {
    match told(facts, &Command::Export, &anna())? {
        Event::Exported(no, export) => Ok((no, export)),
        other => panic!("no export: {other:?}"),
    }
}

#[test]
fn an_export_takes_all_that_is_new_and_the_next_one_nothing() {
    let (no, first) = exported(&facts(7)).unwrap();
    assert_eq!((no, first.after, first.upto), (ExportNo(1), posting(0), posting(7)));
    assert_eq!((first.postings(), first.whole), (7, true));
    assert_eq!((first.by.clone(), first.at), (Actor::Account(StaffNo(3)), NOW));
    let after = |posted| Facts { last_export: Some((no, first.clone())), ..facts(posted) };
    assert_eq!(exported(&after(7)), Err(Refusal::NothingToExport));
    let (second_no, second) = exported(&after(8)).unwrap();
    assert_eq!((second_no, second.after, second.upto), (ExportNo(2), posting(7), posting(8)));
    assert_eq!(exported(&facts(0)), Err(Refusal::NothingToExport));
}

#[test]
fn an_export_has_so_many_postings_and_leaves_the_rest_to_the_next() {
    let most = EXPORT_POSTINGS_MAX;
    let (_, fits) = exported(&facts(most)).unwrap();
    assert_eq!((fits.postings(), fits.whole), (most, true));
    let (no, cut) = exported(&facts(most + 1)).unwrap();
    assert_eq!((cut.postings(), cut.whole, cut.from), (most, false, BusinessDay(0)));
    let rest = Facts { last_export: Some((no, cut)), ..facts(most + 1) };
    let (_, rest) = exported(&rest).unwrap();
    assert_eq!((rest.postings(), rest.whole), (1, true));
    assert_eq!(rest.from, BusinessDay(0), "what was left may be of any day");
}

#[test]
fn the_days_of_an_export_reach_beyond_a_day_that_begins_anew() {
    let (no, first) = exported(&facts(1)).unwrap();
    assert_eq!((first.from, first.to), (BusinessDay(0), BusinessDay(TODAY.0 + 1)));
    let (_, second) = exported(&Facts { last_export: Some((no, first)), ..facts(2) }).unwrap();
    let around = (BusinessDay(TODAY.0 - 1), BusinessDay(TODAY.0 + 1));
    assert_eq!((second.from, second.to), around);
}

fn asked(done: Option<Done>) -> Facts {
    let proof = Proof { asked_at: NOW - Span::minutes(1), day: TODAY, done };
    Facts { last_proof: Some((ProofNo(4), proof)), ..facts(3) }
}

fn made() -> Facts {
    asked(Some(Done { at: NOW, found: Found::default() }))
}

#[test]
fn a_proof_is_asked_for_once_and_made_once_and_by_the_house_alone() {
    let proof = Proof { asked_at: NOW, day: TODAY, done: None };
    let ask_proof = |facts: &Facts| told(facts, &Command::AskProof, &anna());
    assert_eq!(ask_proof(&facts(3)), Ok(Event::ProofAsked(ProofNo(1), proof.clone())));
    assert_eq!(ask_proof(&asked(None)), Err(Refusal::Stale));
    assert_eq!(ask_proof(&made()), Ok(Event::ProofAsked(ProofNo(5), proof)));
    let found = Found { postings: 3, ..Found::default() };
    let prove = |no| Command::Prove(ProofNo(no), found.clone());
    let house = ask(Actor::House);
    let done = Done { at: NOW, found: found.clone() };
    assert_eq!(told(&asked(None), &prove(4), &house), Ok(Event::Proved(ProofNo(4), done)));
    assert_eq!(told(&made(), &prove(4), &house), Err(Refusal::Stale));
    assert_eq!(told(&asked(None), &prove(3), &house), Err(Refusal::NotFound));
    assert_eq!(told(&facts(3), &prove(1), &house), Err(Refusal::NotFound));
    for by in [Actor::Guest(None), Actor::Console, Actor::Staff("token".to_owned())] {
        assert_eq!(told(&asked(None), &prove(4), &ask(by)), Err(Refusal::NotAllowed));
    }
    assert_eq!(told(&asked(None), &prove(4), &anna()), Err(Refusal::NotAllowed));
}

#[test]
fn a_proof_names_so_many_differences_and_counts_them_all() {
    let one = Difference { account: 1, sub: 2, kept: Money(3), replayed: Money(4) };
    for (given, kept) in
        [(DIFFERENCES_MAX, DIFFERENCES_MAX), (DIFFERENCES_MAX + 1, DIFFERENCES_MAX)]
    {
        let found = Found {
            postings: 3,
            wrong: 99,
            unbalanced: vec![posting(1); given],
            differences: vec![one; given],
        };
        let command = Command::Prove(ProofNo(4), found);
        let Ok(Event::Proved(_, done)) = told(&asked(None), &command, &ask(Actor::House)) else {
            panic!("not proved")
        };
        assert_eq!((done.found.unbalanced.len(), done.found.differences.len()), (kept, kept));
        assert_eq!(done.found.wrong, 99);
    }
}

#[test]
fn every_account_has_a_number_that_leads_back_to_it() {
    for account in Account::ALL {
        assert_eq!(Account::numbered(account.no()), Some(account));
    }
    assert_eq!(Account::numbered(0), None);
}
