//! The sheet of an end of day as one table for a file: step, line, figure, count, amount.
//!
//! The same run makes the same bytes, whenever it is asked for. Next: `figures.rs` for the page,
//! `sheet.rs` for CSV and XLSX.

use super::figures::{lines_owed, tender};
use crate::desk::journal::account;
use crate::html::Templates;
use crate::layout::Pen;
use crate::sheet::{Cell, Sheet};
use crate::time::{business_date, write_day};
use crate::words::Words;
use usher_rules::end_of_day::{Batch, Day, Run, Sold, Till};
use usher_rules::money::Money;
use usher_rules::till::Takings;
use usher_rules::view::venue::Frame;

/// Rows under their step, as they are written down.
struct Rows<'p, 'w> {
    pen: &'p Pen<'w>,
    part: String,
    rows: Vec<Vec<Cell>>,
}

impl Rows<'_, '_> {
    fn step(&mut self, id: &str) {
        self.part = self.pen.say(id);
    }

    fn line(&mut self, name: &str, figure: &str, count: Option<u32>, amount: Cell) {
        let count = count.map_or(Cell::Empty, |count| Cell::Count(i64::from(count)));
        let text = |text: &str| Cell::Text(text.to_owned());
        let figure = Cell::Text(self.pen.say(figure));
        self.rows.push(vec![text(&self.part), text(name), figure, count, amount]);
    }

    fn money(&mut self, name: &str, figure: &str, amount: Money) {
        self.line(name, figure, None, Cell::Money(amount));
    }

    fn takings(&mut self, name: &str, figure: &str, of: Takings) {
        self.line(name, figure, Some(of.count), Cell::Money(of.sum));
    }
}

/// One run as a table.
pub fn sheet(templates: &Templates, run: &Run, frame: &Frame, words: &Words) -> Sheet {
    let pen = Pen::new(templates, frame, words);
    let mut rows = Rows { pen: &pen, part: String::new(), rows: Vec::new() };
    rows.step("end-of-day-cut-off");
    let cut_off =
        format!("{} {}", write_day(pen.times.date(run.cut_off)), pen.times.seconds(run.cut_off));
    rows.line(&cut_off, "end-of-day-count", u32::try_from(run.postings).ok(), Cell::Empty);
    rows.step("end-of-day-cashiers");
    run.tills.iter().for_each(|till| by_till(&mut rows, till));
    let web = pen.say("cashier-web-listener");
    rows.takings(&web, "end-of-day-taken", run.web.taken);
    rows.takings(&web, "end-of-day-back", run.web.back);
    rows.step("end-of-day-batches");
    run.settled.iter().chain(&run.unsettled).for_each(|one| batch(&mut rows, one));
    rows.step("end-of-day-deposits");
    rows.money("", "end-of-day-banked", run.banked());
    rows.step("end-of-day-sales");
    run.days.iter().for_each(|one| day(&mut rows, one));
    for one in &run.earned {
        let when = pen.times.moment(one.starts);
        rows.money(&format!("{}, {when}", one.title), "account-ticket-revenue", one.amount);
    }
    rows.step("end-of-day-proof");
    proof(&mut rows, run);
    rows.step("end-of-day-lock");
    if let Some(day) = run.locked {
        rows.line(&write_day(business_date(day)), "end-of-day-locked", None, Cell::Empty);
    }
    let head = [
        "end-of-day-part",
        "end-of-day-line",
        "end-of-day-figure",
        "report-payments",
        "report-amount",
    ];
    let head = head.iter().map(|id| pen.say(id)).collect();
    Sheet { name: pen.say("end-of-day-title"), head, rows: rows.rows, made: run.at }
}

fn by_till(rows: &mut Rows<'_, '_>, till: &Till) {
    let cash = format!("{}, {}, {}", till.cashier, till.till, rows.pen.say("tender-cash"));
    let cards = format!("{}, {}, {}", till.cashier, till.till, rows.pen.say("end-of-day-cards"));
    rows.takings(&cash, "end-of-day-taken", till.cash);
    rows.takings(&cash, "end-of-day-back", till.cash_back);
    rows.money(&cash, "end-of-day-expected", till.expected);
    rows.money(&cash, "end-of-day-counted", till.counted);
    rows.money(&cash, "till-difference", till.counted - till.expected);
    rows.takings(&cards, "end-of-day-taken", till.cards);
    rows.takings(&cards, "end-of-day-back", till.cards_back);
}

fn batch(rows: &mut Rows<'_, '_>, one: &Batch) {
    let whose = one.pad.clone().unwrap_or_else(|| rows.pen.say("batch-gateway"));
    let name = format!("{whose} {}", one.batch);
    rows.takings(&name, "end-of-day-ours", one.ours);
    if let Some(told) = one.told {
        rows.takings(&name, "end-of-day-told", told);
    }
}

fn day(rows: &mut Rows<'_, '_>, one: &Day) {
    let name = write_day(business_date(one.day));
    let sides = [("end-of-day-sold", &one.sold), ("end-of-day-refunded", &one.refunds)];
    for (side, of) in sides {
        let name = format!("{name}, {}", rows.pen.say(side));
        let Sold { count, tickets, fees, taxes, gross } = *of;
        rows.line(&name, "end-of-day-gross", Some(count), Cell::Money(gross));
        rows.money(&name, "end-of-day-tickets", tickets);
        rows.money(&name, "end-of-day-fees", fees);
        rows.money(&name, "end-of-day-taxes", taxes);
    }
    for paid in &one.paid {
        let name = format!("{name}, {}", tender(rows.pen, &paid.tender));
        rows.takings(&name, "end-of-day-taken", paid.taken);
        rows.takings(&name, "end-of-day-back", paid.back);
    }
}

fn proof(rows: &mut Rows<'_, '_>, run: &Run) {
    let receivable = rows.pen.say("account-receivable");
    for (id, amount) in lines_owed(&run.receivable) {
        rows.money(&receivable, id, amount);
    }
    for kept in &run.accounts {
        let name = rows.pen.say(account(kept.account));
        rows.money(&name, "end-of-day-opening", kept.opening);
        rows.money(&name, "journal-debit", kept.debit);
        rows.money(&name, "journal-credit", kept.credit);
        rows.money(&name, "end-of-day-closing", kept.closing);
    }
}
