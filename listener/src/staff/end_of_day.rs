//! `/desk/day`: what ending the day would come to, the press that does it, and earlier sheets.
//!
//! Run by somebody senior who has just proved who they are; so are all card batches closed from
//! here. Never decides what is in balance: the rule does, for the page as for the run. Next:
//! `rules/end_of_day.rs`, `rules/batch/wish.rs`, `staff/batch.rs`.

use super::desk::around;
use super::report::{csv_file, may_export, times, xlsx_file};
use crate::request::{Need, Staff, need};
use crate::respond;
use crate::shop::form::{Asked, Fields, Named};
use crate::wording::Trouble;
use axum::http::StatusCode;
use axum::response::Response;
use usher_ledger::end_of_day;
use usher_ledger::view::desk::batch::to_close;
use usher_ledger::view::desk::end_of_day as view;
use usher_rules::at::At;
use usher_rules::batch::Command as Batch;
use usher_rules::end_of_day::{Command as Rule, Event as Done, Run};
use usher_rules::id::{BatchId, RunNo};
use usher_rules::view::desk::end_of_day::{EndOfDay, Notice, Sheet};
use usher_rules::{Command, Event, Refusal};
use usher_web::desk::end_of_day as web;
use usher_web::sheet::Sheet as File;

/// The cut-off as it was typed: none is now, and what cannot be read is no time at all.
enum CutOff {
    Now,
    At(At),
    Unread,
}

impl CutOff {
    fn of<N: Need>(staff: &Staff<N>, text: &str) -> CutOff {
        match text {
            "" => CutOff::Now,
            text => times(staff).read_minute(text).map_or(CutOff::Unread, CutOff::At),
        }
    }
}

pub async fn page(
    staff: Staff<need::SeeEndOfDay>,
    Asked(query): Asked,
) -> Result<Response, Trouble> {
    match CutOff::of(&staff, query.text("cut_off")) {
        CutOff::Now => shown(&staff, StatusCode::OK, None, None),
        CutOff::At(at) => shown(&staff, StatusCode::OK, Some(at), None),
        CutOff::Unread => no_cut_off(&staff),
    }
}

fn no_cut_off<N: Need>(staff: &Staff<N>) -> Result<Response, Trouble> {
    let since = view::last_cut_off(&staff.snapshot()?)?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    shown(staff, status, None, Some(Notice::CutOff { since }))
}

fn shown<N: Need>(
    staff: &Staff<N>,
    status: StatusCode,
    cut_off: Option<At>,
    notice: Option<Notice>,
) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(staff, &snapshot)?;
    let day_of = |at| staff.handle().day_of(at);
    let told = view::preview(&snapshot, staff.account, cut_off, staff.now(), &day_of)?;
    let (run, blocked) = match told {
        Ok(told) => told,
        Err(_) if cut_off.is_some() => return no_cut_off(staff),
        Err(refusal) => return Err(Trouble::Refused(refusal)),
    };
    let face = |no| staff.shop().pad(no).map(|desk| desk.face.borrow().clone());
    let view = EndOfDay {
        around,
        cut_off,
        run,
        blocked,
        batches: to_close(&snapshot, face)?,
        may_run: staff.account.is_some(),
        earlier: view::earlier(&snapshot)?,
        form_key: staff.shop().form_key(),
        notice,
    };
    let look = staff.shop().look();
    Ok(respond::page_with(status, web::page(&look.templates, &view, &look.words)))
}

pub async fn run(staff: Staff<need::EndOfDay>, fields: Fields) -> Result<Response, Trouble> {
    let cut_off = match CutOff::of(&staff, fields.text("cut_off")) {
        CutOff::Now => None,
        CutOff::At(at) => Some(at),
        CutOff::Unread => return no_cut_off(&staff),
    };
    let key = staff.form_key(&fields.key());
    let entry = match staff.ask(key, Command::EndOfDay(Rule::Run { cut_off })).await {
        Ok(entry) => entry,
        Err(Trouble::Refused(Refusal::Malformed { .. })) => return no_cut_off(&staff),
        Err(
            trouble
            @ Trouble::Refused(Refusal::BatchMismatch { .. } | Refusal::OutOfBalance { .. }),
        ) => return shown(&staff, trouble.status(), cut_off, Some(Notice::Refused)),
        Err(trouble) => return Err(trouble),
    };
    let ran = entry.events.iter().find_map(|event| match event {
        Event::EndOfDay(Done::Ran(no, _)) => Some(no.0),
        _ => None,
    });
    Ok(respond::see_other(&format!("/desk/day/{}", ran.ok_or(Trouble::Bug)?)))
}

/// Has every open batch closed: the gateway's now, each pad's as soon as it can (K11).
pub async fn close_batches(
    staff: Staff<need::EndOfDay>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let key = staff.form_key(&fields.key());
    told(&staff, staff.ask(key, Command::Batch(Batch::CloseAll)).await.map(drop))
}

/// Takes the wish to close a batch back.
pub async fn keep_open(
    staff: Staff<need::EndOfDay>,
    Named(batch): Named<BatchId>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let key = staff.form_key(&fields.key());
    told(&staff, staff.ask(key, Command::Batch(Batch::KeepOpen { batch })).await.map(drop))
}

fn told<N: Need>(staff: &Staff<N>, done: Result<(), Trouble>) -> Result<Response, Trouble> {
    let notice = match done {
        Ok(()) => return Ok(respond::see_other("/desk/day#batches")),
        Err(Trouble::Refused(Refusal::Stale)) => Notice::NothingToClose,
        Err(Trouble::Refused(Refusal::BatchClosing)) => Notice::Closing,
        Err(trouble) => return Err(trouble),
    };
    shown(staff, StatusCode::CONFLICT, None, Some(notice))
}

pub async fn sheet(
    staff: Staff<need::SeeEndOfDay>,
    Named(no): Named<u32>,
) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(&staff, &snapshot)?;
    let run = made(&staff, no)?;
    let view = Sheet { around, no: RunNo(no), run, may_export: may_export(&staff) };
    let look = staff.shop().look();
    Ok(respond::page(web::sheet(&look.templates, &view, &look.words)))
}

pub async fn csv(staff: Staff<need::Export>, Named(no): Named<u32>) -> Result<Response, Trouble> {
    csv_file(&staff, &file(&staff, no)?, &format!("day-{no}"))
}

pub async fn xlsx(staff: Staff<need::Export>, Named(no): Named<u32>) -> Result<Response, Trouble> {
    xlsx_file(&staff, &file(&staff, no)?, &format!("day-{no}"))
}

fn made<N: Need>(staff: &Staff<N>, no: u32) -> Result<Run, Trouble> {
    end_of_day::run(&staff.snapshot()?, RunNo(no))?.ok_or_else(Trouble::not_found)
}

fn file<N: Need>(staff: &Staff<N>, no: u32) -> Result<File, Trouble> {
    let run = made(staff, no)?;
    let (look, frame) = (staff.shop().look(), staff.shop().frame(0));
    Ok(web::file(&look.templates, &run, &frame, &look.words))
}
