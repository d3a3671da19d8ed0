//! The report of sales: the orders of some business days, taken apart in several ways.
//!
//! Every way adds up to the same total, and that to what the journal has. Never holds a buyer.
//! Next: `desk/journal.rs`, `ledger/view/desk/report.rs`.

use super::Around;
use crate::BusinessDay;
use crate::at::At;
use crate::money::Money;

#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub around: Around,
    pub from: BusinessDay,
    pub to: BusinessDay,
    pub today: BusinessDay,
    pub sales: Sales,
    /// Who looks may take the files.
    pub may_export: bool,
    pub notice: Option<Notice>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// What was asked for is no range of days; today is shown.
    NotDays,
    /// The range was cut after so many days.
    Cut { max: u32 },
}

/// What was sold. A fee of an order stands beside its tickets and is in every total.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sales {
    /// By the time they start.
    pub performances: Vec<Row<Showing>>,
    /// As the venue lists them.
    pub levels: Vec<Row<String>>,
    pub fees: Vec<Row<String>>,
    pub tenders: Vec<Row<Tender>>,
    /// Whoever sold most first.
    pub cashiers: Vec<Row<Cashier>>,
    /// By the hour of the day in the venue.
    pub hours: Vec<Row<u8>>,
    pub total: Sums,
    /// The sales that the journal has of these days.
    pub posted: Sums,
    /// Payments of these days, of whatever day their sale was.
    pub received: Vec<Row<Tender>>,
}

/// One line of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<T> {
    pub of: T,
    pub sums: Sums,
}

/// `net + tax = gross`. Below zero where more was given back than sold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    pub orders: i64,
    pub tickets: i64,
    pub net: Money,
    pub tax: Money,
    pub gross: Money,
}

impl Sums {
    /// The same, given back.
    pub fn back(self) -> Sums {
        Sums {
            orders: -self.orders,
            tickets: -self.tickets,
            net: -self.net,
            tax: -self.tax,
            gross: -self.gross,
        }
    }

    /// All of both.
    pub fn with(self, other: Sums) -> Sums {
        Sums {
            orders: self.orders.saturating_add(other.orders),
            tickets: self.tickets.saturating_add(other.tickets),
            net: self.net + other.net,
            tax: self.tax + other.tax,
            gross: self.gross + other.gross,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Showing {
    pub title: String,
    pub starts: At,
}

/// How an order is paid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tender {
    Cash,
    /// By card, at this pin pad.
    Pad(String),
    /// By card, in the shop.
    Gateway,
    /// By tickets that were given up for it.
    Exchange,
    Nothing,
    /// Paid or given back at another time than the sale or its refund.
    Later,
}

/// Who sold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cashier {
    Named(String),
    /// The built-in cashier of all web sales (domain 6.3).
    WebListener,
    /// What the box took back by itself.
    House,
}
