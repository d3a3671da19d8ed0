//! Postings: balanced journal entries, debit positive, never edited (domain 6.1).
//!
//! Says which accounts a sale and a payment touch. Never computes a price. The property that
//! every posting sums to zero is checked where they are made. Next: `order.rs`.

use crate::BusinessDay;
use crate::at::At;
use crate::fee::FeeLine;
use crate::id::{OrderId, PerformanceId};
use crate::money::Money;
use crate::tax::Assessed;
use minicbor::{Decode, Encode};

/// Accounts in use so far; the `sub` of a line says which one of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Account {
    /// Receivable, by order.
    #[n(1)]
    Receivable,
    /// Card clearing, by batch; sub 0 is the gateway's running one.
    #[n(2)]
    CardClearing,
    /// Sold, not yet played; by performance.
    #[n(3)]
    DeferredTickets,
    /// By tax number.
    #[n(4)]
    TaxPayable,
    /// By fee number.
    #[n(5)]
    FeeRevenue,
}

impl Account {
    /// Number in the `balances` key.
    pub fn no(self) -> u16 {
        match self {
            Account::Receivable => 1,
            Account::CardClearing => 2,
            Account::DeferredTickets => 3,
            Account::TaxPayable => 4,
            Account::FeeRevenue => 5,
        }
    }
}

/// One line of a posting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Amount {
    #[n(0)]
    pub account: Account,
    #[n(1)]
    pub sub: u64,
    #[n(2)]
    pub amount: Money,
}

/// Why it was posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Cause {
    #[n(0)]
    Sale,
    #[n(1)]
    CardPayment,
}

/// A journal entry.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Posting {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub day: BusinessDay,
    #[n(2)]
    pub order: OrderId,
    #[n(3)]
    pub cause: Cause,
    #[n(4)]
    pub lines: Vec<Amount>,
}

impl Posting {
    /// Do debits equal credits?
    pub fn balanced(&self) -> bool {
        self.lines.iter().map(|line| line.amount).sum::<Money>() == Money::ZERO
    }
}

/// Sale: Dr receivable gross; Cr deferred tickets net, tax payable, fee revenue (domain 6.1).
pub fn sale(
    order: OrderId,
    tickets: &[(PerformanceId, &Assessed)],
    fees: &[FeeLine],
    at: At,
    day: BusinessDay,
) -> Posting {
    let mut lines = Vec::new();
    let mut gross = Money::ZERO;
    for (performance, price) in tickets {
        gross = gross + price.gross;
        credit(&mut lines, Account::DeferredTickets, performance.0, price.net);
        credit_taxes(&mut lines, price);
    }
    for fee in fees {
        gross = gross + fee.amount.gross;
        credit(&mut lines, Account::FeeRevenue, u64::from(fee.fee), fee.amount.net);
        credit_taxes(&mut lines, &fee.amount);
    }
    lines.insert(0, Amount { account: Account::Receivable, sub: order.0, amount: gross });
    let posting = Posting { at, day, order, cause: Cause::Sale, lines };
    assert!(posting.balanced(), "net and taxes of every line make its gross");
    posting
}

/// Card payment: Dr card clearing; Cr receivable.
pub fn card_payment(order: OrderId, amount: Money, at: At, day: BusinessDay) -> Posting {
    let lines = vec![
        Amount { account: Account::CardClearing, sub: 0, amount },
        Amount { account: Account::Receivable, sub: order.0, amount: -amount },
    ];
    Posting { at, day, order, cause: Cause::CardPayment, lines }
}

fn credit_taxes(lines: &mut Vec<Amount>, price: &Assessed) {
    for part in &price.taxes {
        credit(lines, Account::TaxPayable, u64::from(part.tax), part.amount);
    }
}

fn credit(lines: &mut Vec<Amount>, account: Account, sub: u64, amount: Money) {
    match lines.iter_mut().find(|line| line.account == account && line.sub == sub) {
        Some(line) => line.amount = line.amount - amount,
        None => lines.push(Amount { account, sub, amount: -amount }),
    }
}
