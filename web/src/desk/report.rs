//! The report of sales: a chart by the hour and one table for each way to take the sales apart.
//!
//! The choice of days lives in the address. Its files are in `sheet.rs`' two kinds, one row a line
//! of a table. Never adds up what the view has not. Next: `bars.rs`, `desk/journal.rs`.

use super::around;
use crate::bars;
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::sheet::{Cell, Sheet};
use crate::time::{business_date, write_day};
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::BusinessDay;
use usher_rules::view::desk::report::{Cashier, Notice, Report, Row, Sales, Showing, Sums, Tender};
use usher_rules::view::venue::Frame;

pub fn page(templates: &Templates, view: &Report, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let range = format!("from={}&to={}", written(view.from), written(view.to));
    let agrees = view.sales.total == view.sales.posted;
    let page = context! {
        from => written(view.from),
        to => written(view.to),
        today => written(view.today),
        heading => heading(&pen, view.from, view.to),
        any => !view.sales.hours.is_empty(),
        chart => bars::svg(&pen, &view.sales.hours).map(Value::from_safe_string),
        total => sums(&pen, view.sales.total),
        tables => tables(&pen, &view.sales),
        received => received(&pen, &view.sales),
        agrees,
        csv => format!("/desk/report/sales.csv?{range}"),
        xlsx => format!("/desk/report/sales.xlsx?{range}"),
        may_export => view.may_export,
        notice => view.notice.map(|one| notice(&pen, one)),
        ..around(&pen, &view.around)
    };
    pen.page("desk-report.html", &pen.say("report-title"), "report", page)
}

fn written(day: BusinessDay) -> String {
    write_day(business_date(day))
}

fn heading(pen: &Pen<'_>, from: BusinessDay, to: BusinessDay) -> String {
    let day = |day| pen.times.dated(business_date(day));
    if from == to {
        return day(from);
    }
    pen.words.tell("run-to", &[("first", day(from).into()), ("last", day(to).into())])
}

fn notice(pen: &Pen<'_>, notice: Notice) -> Value {
    let (title, body) = match notice {
        Notice::NotDays => (pen.say("report-not-days"), pen.say("report-not-days-more")),
        Notice::Cut { max } => {
            (pen.words.tell("report-cut", &[("max", max.into())]), pen.say("report-cut-more"))
        }
    };
    context! { kind => "warn", title, body }
}

fn sums(pen: &Pen<'_>, sums: Sums) -> Value {
    context! {
        orders => sums.orders,
        tickets => sums.tickets,
        net => pen.money(sums.net),
        tax => pen.money(sums.tax),
        gross => pen.money(sums.gross),
    }
}

/// One way to take the sales apart, with every line named.
struct Table {
    /// Its address on the page.
    id: &'static str,
    title: &'static str,
    column: &'static str,
    rows: Vec<(String, Sums)>,
}

fn named<T>(rows: &[Row<T>], name: impl Fn(&T) -> String) -> Vec<(String, Sums)> {
    rows.iter().map(|row| (name(&row.of), row.sums)).collect()
}

fn all(pen: &Pen<'_>, sales: &Sales) -> Vec<Table> {
    let fee = |name: &String| pen.words.tell("report-fee", &[("fee", name.as_str().into())]);
    let fees = || named(&sales.fees, fee);
    let with_fees = |mut rows: Vec<(String, Sums)>| {
        rows.extend(fees());
        rows
    };
    let showings = named(&sales.performances, |one| showing(pen, one));
    let levels = named(&sales.levels, |level| unnamed(pen, level));
    let table = |id, title, column, rows| Table { id, title, column, rows };
    vec![
        table("performances", "report-by-performance", "report-performance", with_fees(showings)),
        table("levels", "report-by-level", "report-level", with_fees(levels)),
        table(
            "tenders",
            "report-by-tender",
            "report-tender",
            named(&sales.tenders, |one| tender(pen, one)),
        ),
        table(
            "cashiers",
            "report-by-cashier",
            "report-cashier",
            named(&sales.cashiers, |one| cashier(pen, one)),
        ),
        table("hours", "report-by-hour", "report-hour", named(&sales.hours, |of| bars::hour(*of))),
    ]
}

fn unnamed(pen: &Pen<'_>, name: &str) -> String {
    if name.is_empty() { pen.say("report-no-name") } else { name.to_owned() }
}

fn showing(pen: &Pen<'_>, one: &Showing) -> String {
    let when = pen.times.moment(one.starts);
    let parts = [("title", unnamed(pen, &one.title).into()), ("when", when.into())];
    pen.words.tell("report-showing", &parts)
}

fn tender(pen: &Pen<'_>, one: &Tender) -> String {
    match one {
        Tender::Cash => pen.say("tender-cash"),
        Tender::Pad(pad) => pen.words.tell("tender-pad", &[("pad", pad.as_str().into())]),
        Tender::Gateway => pen.say("tender-gateway"),
        Tender::Exchange => pen.say("tender-exchange"),
        Tender::Nothing => pen.say("tender-nothing"),
        Tender::Later => pen.say("tender-later"),
    }
}

fn cashier(pen: &Pen<'_>, one: &Cashier) -> String {
    match one {
        Cashier::Named(name) => unnamed(pen, name),
        Cashier::WebListener => pen.say("cashier-web-listener"),
        Cashier::House => pen.say("audit-house"),
    }
}

fn tables(pen: &Pen<'_>, sales: &Sales) -> Vec<Value> {
    let table = |table: Table| {
        let rows: Vec<Value> =
            table.rows.into_iter().map(|(name, of)| context! { name, ..sums(pen, of) }).collect();
        context! {
            id => table.id,
            title => pen.say(table.title),
            column => pen.say(table.column),
            rows,
        }
    };
    all(pen, sales).into_iter().map(table).collect()
}

fn received(pen: &Pen<'_>, sales: &Sales) -> Vec<Value> {
    let row = |(name, of): (String, Sums)| {
        context! { name, payments => of.orders, amount => pen.money(of.gross) }
    };
    named(&sales.received, |one| tender(pen, one)).into_iter().map(row).collect()
}

/// The report as a table for a file: what it is taken apart by, the line, its sums.
pub fn sheet(templates: &Templates, view: &Sales, frame: &Frame, words: &Words) -> Sheet {
    let pen = Pen::new(templates, frame, words);
    let columns =
        ["report-by", "report-line", "report-orders", "report-tickets", "report-net", "report-tax"];
    let mut head: Vec<String> = columns.iter().map(|id| pen.say(id)).collect();
    head.push(pen.say("report-gross"));
    let mut rows = Vec::new();
    for table in all(&pen, view) {
        let by = pen.say(table.column);
        rows.extend(table.rows.into_iter().map(|(name, of)| line(&by, name, of)));
    }
    rows.push(line(&pen.say("report-total"), String::new(), view.total));
    Sheet { name: pen.say("report-title"), head, rows, made: frame.now }
}

fn line(by: &str, name: String, of: Sums) -> Vec<Cell> {
    vec![
        Cell::Text(by.to_owned()),
        Cell::Text(name),
        Cell::Count(of.orders),
        Cell::Count(of.tickets),
        Cell::Money(of.net),
        Cell::Money(of.tax),
        Cell::Money(of.gross),
    ]
}
