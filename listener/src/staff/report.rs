//! `/desk/report`: sales of a range of business days, on the screen and as files.
//!
//! Supervisors and managers; a file asks for a proof of the last minutes. Never answers for more
//! days than the ledger reads at once. Next: `staff/journal.rs`, `ledger/view/desk/report.rs`.

use super::desk::around;
use crate::request::{Need, Staff, need};
use crate::respond;
use crate::shop::form::{Asked, Fields};
use crate::token::Right;
use crate::wording::Trouble;
use axum::response::Response;
use usher_ledger::view::desk::report::{self as view, DAYS_MAX};
use usher_rules::BusinessDay;
use usher_rules::view::desk::report::{Notice, Report, Sales};
use usher_web::desk::report as web;
use usher_web::money::Purse;
use usher_web::sheet::{self, Sheet};
use usher_web::time::{Times, business_date, business_day, read_day, write_day};

pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub(super) const CSV: &str = "text/csv; charset=utf-8";

/// What was asked for.
struct Range {
    from: BusinessDay,
    to: BusinessDay,
    notice: Option<Notice>,
}

/// The days of the address; today without any. Cut to what is read at once.
fn range(query: &Fields, today: BusinessDay) -> Range {
    let day = |name| match query.text(name) {
        "" => Some(today),
        text => read_day(text).and_then(business_day),
    };
    let asked = day("from").zip(day("to"));
    let Some((from, to)) = asked.filter(|(from, to)| from <= to && *to <= today) else {
        return Range { from: today, to: today, notice: Some(Notice::NotDays) };
    };
    let last = BusinessDay(from.0 + DAYS_MAX - 1);
    if last < to {
        return Range { from, to: last, notice: Some(Notice::Cut { max: DAYS_MAX }) };
    }
    Range { from, to, notice: None }
}

fn sales<N: Need>(staff: &Staff<N>, range: &Range) -> Result<Sales, Trouble> {
    let times = times(staff);
    let hour = |at| u8::try_from(times.zoned(at).hour()).unwrap_or(0);
    let mut sales = view::sales(&staff.snapshot()?, range.from, range.to, hour)?;
    let rolls_min = staff.shop().venue().day_rolls_min;
    sales.hours.sort_by_key(|row| since_roll(row.of, rolls_min));
    Ok(sales)
}

/// Hours from the one in which a business day begins to this one of the clock.
fn since_roll(hour: u8, rolls_min: u16) -> u16 {
    const HOURS: u16 = 24;
    (u16::from(hour) + HOURS - rolls_min / 60 % HOURS) % HOURS
}

pub(super) fn times<N: Need>(staff: &Staff<N>) -> Times {
    Times::new(&staff.shop().venue().time_zone, &staff.shop().look().words)
}

pub async fn page(
    staff: Staff<need::SeeReports>,
    Asked(query): Asked,
) -> Result<Response, Trouble> {
    let today = staff.handle().day_of(staff.now());
    let range = range(&query, today);
    let (around, _) = around(&staff, &staff.snapshot()?)?;
    let view = Report {
        around,
        sales: sales(&staff, &range)?,
        from: range.from,
        to: range.to,
        today,
        may_export: may_export(&staff),
        notice: range.notice,
    };
    let look = staff.shop().look();
    Ok(respond::page(web::page(&look.templates, &view, &look.words)))
}

/// A file is taken by a person who can prove who it is.
pub(super) fn may_export<N: Need>(staff: &Staff<N>) -> bool {
    staff.account.is_some() && staff.rights.has(Right::Export)
}

pub async fn csv(staff: Staff<need::Export>, Asked(query): Asked) -> Result<Response, Trouble> {
    let (sheet, name) = table(&staff, &query)?;
    csv_file(&staff, &sheet, &name)
}

pub async fn xlsx(staff: Staff<need::Export>, Asked(query): Asked) -> Result<Response, Trouble> {
    let (sheet, name) = table(&staff, &query)?;
    xlsx_file(&staff, &sheet, &name)
}

fn table(staff: &Staff<need::Export>, query: &Fields) -> Result<(Sheet, String), Trouble> {
    let range = range(query, staff.handle().day_of(staff.now()));
    let sales = sales(staff, &range)?;
    let look = staff.shop().look();
    let sheet = web::sheet(&look.templates, &sales, &staff.shop().frame(0), &look.words);
    let day = |day| write_day(business_date(day));
    Ok((sheet, format!("sales-{}-{}", day(range.from), day(range.to))))
}

pub(super) fn csv_file<N: Need>(
    staff: &Staff<N>,
    sheet: &Sheet,
    name: &str,
) -> Result<Response, Trouble> {
    let bytes = sheet::csv(sheet, &purse(staff)).map_err(|fault| unwritten(&fault))?;
    Ok(respond::download(bytes, CSV, &format!("{name}.csv")))
}

pub(super) fn xlsx_file<N: Need>(
    staff: &Staff<N>,
    sheet: &Sheet,
    name: &str,
) -> Result<Response, Trouble> {
    let made = sheet::xlsx(sheet, &purse(staff), &times(staff));
    let bytes = made.map_err(|fault| unwritten(&fault))?;
    Ok(respond::download(bytes, XLSX, &format!("{name}.xlsx")))
}

fn purse<N: Need>(staff: &Staff<N>) -> Purse {
    Purse::new(&staff.shop().venue().currency)
}

fn unwritten(fault: &sheet::SheetFault) -> Trouble {
    tracing::error!(%fault, "a file of the desk could not be made");
    Trouble::Bug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_of_a_day_begin_with_the_one_in_which_it_rolls() {
        let sorted = |rolls_min| {
            let mut hours: Vec<u8> = vec![0, 3, 4, 12, 23];
            hours.sort_by_key(|hour| since_roll(*hour, rolls_min));
            hours
        };
        assert_eq!(sorted(4 * 60), [4, 12, 23, 0, 3]);
        assert_eq!(sorted(4 * 60 + 59), [4, 12, 23, 0, 3]);
        assert_eq!(sorted(3 * 60 + 59), [3, 4, 12, 23, 0]);
        assert_eq!(sorted(0), [0, 3, 4, 12, 23]);
    }
}
