//! `/desk/journal`: days of the journal, exporting what is new, and asking for a proof.
//!
//! An export is remembered before its files are made, and its files are made again whenever they
//! are asked for. Never proves anything itself: an errand does. Next: `rules/journal.rs`.

use super::desk::around;
use super::report::{csv_file, may_export, xlsx_file};
use crate::request::{Need, Staff, need};
use crate::respond;
use crate::shop::form::{Asked, Fields, Named};
use crate::wording::Trouble;
use axum::response::Response;
use usher_ledger::journal;
use usher_ledger::view::desk::journal as view;
use usher_rules::id::ExportNo;
use usher_rules::journal::{Command as Rule, Event as Done, File};
use usher_rules::view::desk::journal::{Journal, Notice};
use usher_rules::{Command, Event, Refusal};
use usher_web::desk::journal as web;
use usher_web::sheet::Sheet;
use usher_web::time::{business_day, read_day};

pub async fn page(
    staff: Staff<need::SeeReports>,
    Asked(query): Asked,
) -> Result<Response, Trouble> {
    let notice = match (query.text("done"), query.text("export").parse()) {
        ("export", Ok(no)) => Some(Notice::Exported { no: ExportNo(no) }),
        ("nothing", _) => Some(Notice::NothingToExport),
        ("proof", _) => Some(Notice::ProofAsked),
        _ => None,
    };
    let before = read_day(query.text("before")).and_then(business_day);
    let snapshot = staff.snapshot()?;
    let (around, _) = around(&staff, &snapshot)?;
    let (days, older) = view::days(&snapshot, before)?;
    let (proving, proof) = view::proof(&snapshot)?;
    let view = Journal {
        around,
        days,
        older,
        waiting: journal::waiting(&snapshot)?,
        exports: view::exports(&snapshot)?,
        may_export: may_export(&staff),
        proving,
        proof,
        form_key: staff.shop().form_key(),
        notice,
    };
    let look = staff.shop().look();
    Ok(respond::page(web::page(&look.templates, &view, &look.words)))
}

/// Everything that no export has yet.
pub async fn export(staff: Staff<need::Export>, fields: Fields) -> Result<Response, Trouble> {
    let key = staff.form_key(&fields.key());
    let entry = match staff.ask(key, Command::Journal(Rule::Export)).await {
        Ok(entry) => entry,
        Err(Trouble::Refused(Refusal::NothingToExport)) => {
            return Ok(respond::see_other("/desk/journal?done=nothing"));
        }
        Err(trouble) => return Err(trouble),
    };
    let made = entry.events.iter().find_map(|event| match event {
        Event::Journal(Done::Exported(no, _)) => Some(no.0),
        _ => None,
    });
    let no = made.ok_or(Trouble::Bug)?;
    Ok(respond::see_other(&format!("/desk/journal?done=export&export={no}")))
}

/// The errand sees it and begins.
pub async fn proof(staff: Staff<need::SeeReports>, fields: Fields) -> Result<Response, Trouble> {
    let key = staff.form_key(&fields.key());
    match staff.ask(key, Command::Journal(Rule::AskProof)).await {
        // Somebody asked already: it is being made.
        Ok(_) | Err(Trouble::Refused(Refusal::Stale)) => {
            Ok(respond::see_other("/desk/journal?done=proof"))
        }
        Err(trouble) => Err(trouble),
    }
}

pub async fn csv(staff: Staff<need::Export>, Named(no): Named<u32>) -> Result<Response, Trouble> {
    let table = fetched(&staff, ExportNo(no), File::Csv).await?;
    csv_file(&staff, &table, &format!("journal-{no}"))
}

pub async fn xlsx(staff: Staff<need::Export>, Named(no): Named<u32>) -> Result<Response, Trouble> {
    let table = fetched(&staff, ExportNo(no), File::Xlsx).await?;
    xlsx_file(&staff, &table, &format!("journal-{no}"))
}

/// What is handed out stands in the audit first.
async fn fetched<N: Need>(staff: &Staff<N>, no: ExportNo, file: File) -> Result<Sheet, Trouble> {
    let table = table(staff, no)?;
    staff.ask(None, Command::Journal(Rule::Fetch(no, file))).await?;
    Ok(table)
}

fn table<N: Need>(staff: &Staff<N>, no: ExportNo) -> Result<Sheet, Trouble> {
    let snapshot = staff.snapshot()?;
    let export = journal::export(&snapshot, no)?.ok_or_else(Trouble::not_found)?;
    let lines = view::lines(&snapshot, no)?.ok_or_else(Trouble::not_found)?;
    let (look, frame) = (staff.shop().look(), staff.shop().frame(0));
    Ok(web::sheet(&look.templates, &lines, export.at, &frame, &look.words))
}
