//! Tables as files: CSV for everybody, XLSX for spreadsheets, the same rows in both.
//!
//! No text of a cell is ever taken for a formula. An amount is a figure without sign or grouping.
//! Made in memory and the same for the same rows, whenever it is asked for. Next:
//! `desk/report.rs`, `desk/journal.rs`.

use crate::money::Purse;
use crate::time::Times;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use usher_rules::at::At;
use usher_rules::money::Money;

/// What a spreadsheet program may take for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// Width of a column of text, in characters.
const COLUMN_CHARS: f64 = 18.0;

/// One table with its head.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// At most 31 characters.
    pub name: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
    /// What the file says it was made at.
    pub made: At,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    Count(i64),
    Money(Money),
    /// Nothing at all.
    Empty,
}

/// A file that could not be written: too many rows for its kind.
#[derive(Debug, thiserror::Error)]
pub enum SheetFault {
    #[error("the table could not be written as XLSX: {0}. Choose fewer days")]
    Xlsx(#[from] XlsxError),
    #[error("the table could not be written as CSV: {0}")]
    Csv(#[from] csv::Error),
}

/// A text that begins like a formula gets an apostrophe in front.
fn harmless(text: &str) -> String {
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

/// RFC 4180 in UTF-8.
pub fn csv(sheet: &Sheet, purse: &Purse) -> Result<Vec<u8>, SheetFault> {
    let mut out =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    out.write_record(sheet.head.iter().map(|text| harmless(text)))?;
    for row in &sheet.rows {
        out.write_record(row.iter().map(|cell| match cell {
            Cell::Text(text) => harmless(text),
            Cell::Count(count) => count.to_string(),
            Cell::Money(amount) => purse.plain(*amount),
            Cell::Empty => String::new(),
        }))?;
    }
    out.into_inner().map_err(|fault| csv::Error::from(fault.into_error()).into())
}

/// One worksheet with a head that stays in sight.
pub fn xlsx(sheet: &Sheet, purse: &Purse, times: &Times) -> Result<Vec<u8>, SheetFault> {
    let mut book = Workbook::new();
    let made = times.zoned(sheet.made);
    let date = made.date();
    let made = ExcelDateTime::from_ymd(
        u16::try_from(date.year()).unwrap_or(1970),
        u8::try_from(date.month()).unwrap_or(1),
        u8::try_from(date.day()).unwrap_or(1),
    )?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let page = book.add_worksheet();
    page.set_name(&sheet.name)?;
    page.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    for (column, text) in (0_u16..).zip(&sheet.head) {
        page.write_string_with_format(0, column, text, &bold)?;
        page.set_column_width(column, COLUMN_CHARS)?;
    }
    let amounts = Format::new().set_num_format(figures(purse.digits()));
    for (line, row) in (1_u32..).zip(&sheet.rows) {
        for (column, cell) in (0_u16..).zip(row) {
            write(page, (line, column), cell, purse.digits(), &amounts)?;
        }
    }
    Ok(book.save_to_buffer()?)
}

/// A string cell is text and never computed, whatever it begins with; figures are doubles there.
#[allow(clippy::cast_precision_loss)] // A spreadsheet has nothing better; 15 digits are exact.
fn write(
    page: &mut Worksheet,
    (line, column): (u32, u16),
    cell: &Cell,
    digits: u32,
    amounts: &Format,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(text) => page.write_string(line, column, text)?,
        Cell::Count(count) => page.write_number(line, column, *count as f64)?,
        Cell::Money(amount) => {
            let unit = 10_f64.powi(i32::try_from(digits).unwrap_or(0));
            page.write_number_with_format(line, column, amount.0 as f64 / unit, amounts)?
        }
        Cell::Empty => return Ok(()),
    };
    Ok(())
}

/// The number format of amounts.
fn figures(digits: u32) -> String {
    if digits == 0 {
        return "#,##0".to_owned();
    }
    format!("#,##0.{}", "0".repeat(digits as usize))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Words;
    use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
    use std::io::Cursor;

    fn sheet() -> Sheet {
        let text = |text: &str| Cell::Text(text.to_owned());
        Sheet {
            name: "Sales".to_owned(),
            head: vec!["What".to_owned(), "Count".to_owned(), "Sum".to_owned()],
            rows: vec![
                vec![text("Salt, \"and\" light"), Cell::Count(3), Cell::Money(Money(-123_456))],
                vec![text("=1+1"), Cell::Empty, Cell::Money(Money(5))],
            ],
            made: At(1_796_403_600_000),
        }
    }

    fn pounds() -> Purse {
        Purse::new("GBP")
    }

    #[test]
    fn csv_has_plain_figures_and_no_formula() {
        let bytes = csv(&sheet(), &pounds()).expect("small");
        let text = String::from_utf8(bytes).expect("text");
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines[0], "What,Count,Sum");
        assert_eq!(lines[1], "\"Salt, \"\"and\"\" light\",3,-1234.56");
        assert_eq!(lines[2], "'=1+1,,0.05");
    }

    #[test]
    fn every_beginning_of_a_formula_is_made_harmless() {
        for text in ["=1", "+1", "-1", "@a", "\tx", "\rx"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        assert_eq!(harmless("Ada = Bo"), "Ada = Bo");
    }

    #[test]
    fn xlsx_opens_with_the_same_rows_and_is_the_same_each_time() {
        let times = Times::new("Europe/London", &Words::english());
        let bytes = xlsx(&sheet(), &pounds(), &times).expect("small");
        assert_eq!(bytes, xlsx(&sheet(), &pounds(), &times).expect("small"));
        let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).expect("a workbook");
        let range = book.worksheet_range("Sales").expect("a sheet");
        let rows: Vec<Vec<Data>> = range.rows().map(<[Data]>::to_vec).collect();
        assert_eq!(rows[1][1], Data::Float(3.0));
        assert_eq!(rows[1][2], Data::Float(-1234.56));
        assert_eq!(rows[2][0], Data::String("=1+1".to_owned()));
        assert!(book.worksheet_formula("Sales").is_ok_and(|all| all.used_cells().count() == 0));
    }
}
