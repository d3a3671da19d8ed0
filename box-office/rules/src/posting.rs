//! Postings: balanced journal entries, debit positive, never edited (domain 6.1).
//!
//! Says which accounts a sale and a payment touch. Never computes a price. The property that
//! every posting sums to zero is checked where they are made. Next: `order.rs`.

use crate::BusinessDay;
use crate::at::At;
use crate::fee::FeeLine;
use crate::id::{OrderId, PerformanceId, TillNo};
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
    /// Card clearing: sub 0 is the gateway's running batch, others are those of a pin pad by its
    /// number.
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
    /// Cash in a drawer, by till.
    #[n(6)]
    DrawerCash,
    /// The safe and the bank behind it.
    #[n(7)]
    Bank,
    /// What a count found too much or too little, by till; from [`PAD_OVER_SHORT`] on: a batch, by
    /// pin pad.
    #[n(8)]
    OverShort,
    /// On its way from one order to another: 0 after every command.
    #[n(9)]
    TransferClearing,
    /// Played; by performance.
    #[n(10)]
    TicketRevenue,
}

impl Account {
    pub const ALL: [Account; 10] = [
        Account::Receivable,
        Account::CardClearing,
        Account::DeferredTickets,
        Account::TaxPayable,
        Account::FeeRevenue,
        Account::DrawerCash,
        Account::Bank,
        Account::OverShort,
        Account::TransferClearing,
        Account::TicketRevenue,
    ];

    /// The account of that number.
    pub fn numbered(no: u16) -> Option<Account> {
        Account::ALL.into_iter().find(|account| account.no() == no)
    }

    /// Number in the `balances` key.
    pub fn no(self) -> u16 {
        match self {
            Account::Receivable => 1,
            Account::CardClearing => 2,
            Account::DeferredTickets => 3,
            Account::TaxPayable => 4,
            Account::FeeRevenue => 5,
            Account::DrawerCash => 6,
            Account::Bank => 7,
            Account::OverShort => 8,
            Account::TransferClearing => 9,
            Account::TicketRevenue => 10,
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

/// Card clearing of what the gateway captured.
pub const GATEWAY_BATCH: u64 = 0;
/// First part of over and short that belongs to batches; tills have numbers below it.
pub const PAD_OVER_SHORT: u64 = 1 << 16;

/// Why it was posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Cause {
    #[n(0)]
    Sale,
    #[n(1)]
    CardPayment,
    #[n(2)]
    CashPayment,
    /// Coins and notes put into a drawer when a till opens.
    #[n(3)]
    Float,
    #[n(4)]
    PayIn,
    #[n(5)]
    PayOut,
    /// A count that differs from what should be there.
    #[n(6)]
    OverShort,
    /// What was counted goes to the safe when a till closes.
    #[n(7)]
    TillClosed,
    /// The sale of some lines, the other way round.
    #[n(8)]
    Refund,
    #[n(9)]
    CashRefund,
    #[n(10)]
    CardRefund,
    /// What a batch has goes to the bank.
    #[n(12)]
    Deposit,
    /// What a batch has and its terminal did not, or the other way round.
    #[n(13)]
    BatchDifference,
    /// A performance is over: what was sold for it is earned.
    #[n(14)]
    RevenueRecognised,
    /// What one order has for another.
    #[n(15)]
    Transfer,
    /// The sale of exchanged tickets, the other way round.
    #[n(16)]
    Exchange,
    /// A card payment that its terminal took back before its batch was closed.
    #[n(17)]
    CardVoid,
}

/// A journal entry.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Posting {
    #[n(0)]
    pub at: At,
    #[n(1)]
    pub day: BusinessDay,
    /// None of drawers and safes.
    #[n(2)]
    pub order: Option<OrderId>,
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
    let lines = sold(order, tickets, fees.iter().map(|fee| (fee.fee, &fee.amount)));
    let posting = Posting { at, day, order: Some(order), cause: Cause::Sale, lines };
    assert!(posting.balanced(), "net and taxes of every line make its gross");
    posting
}

/// Refund: what the sale of these lines posted, the other way round (domain 6.1).
pub fn refund(
    order: OrderId,
    tickets: &[(PerformanceId, &Assessed)],
    fees: &[(u16, Assessed)],
    at: At,
    day: BusinessDay,
) -> Posting {
    let mut lines = sold(order, tickets, fees.iter().map(|(fee, amount)| (*fee, amount)));
    for line in &mut lines {
        line.amount = -line.amount;
    }
    let posting = Posting { at, day, order: Some(order), cause: Cause::Refund, lines };
    assert!(posting.balanced(), "net and taxes of every part make its gross");
    posting
}

/// Exchange: the sale of the tickets that are given up is taken back, at its sold price.
pub fn exchange(
    order: OrderId,
    tickets: &[(PerformanceId, &Assessed)],
    fees: &[(u16, Assessed)],
    at: At,
    day: BusinessDay,
) -> Posting {
    Posting { cause: Cause::Exchange, ..refund(order, tickets, fees, at, day) }
}

/// What one order has for another, by way of transfer clearing: a posting of each.
pub fn transfer(
    from: OrderId,
    to: OrderId,
    amount: Money,
    at: At,
    day: BusinessDay,
) -> [Posting; 2] {
    let clearing = (Account::TransferClearing, 0);
    let of = |order: OrderId| (Account::Receivable, order.0);
    let cause = Cause::Transfer;
    [
        between(Some(from), cause, of(from), clearing, amount, at, day),
        between(Some(to), cause, clearing, of(to), amount, at, day),
    ]
}

fn sold<'a>(
    order: OrderId,
    tickets: &[(PerformanceId, &Assessed)],
    fees: impl Iterator<Item = (u16, &'a Assessed)>,
) -> Vec<Amount> {
    let mut lines = Vec::new();
    let mut gross = Money::ZERO;
    for (performance, price) in tickets {
        gross = gross + price.gross;
        credit(&mut lines, Account::DeferredTickets, performance.0, price.net);
        credit_taxes(&mut lines, price);
    }
    for (fee, amount) in fees {
        gross = gross + amount.gross;
        credit(&mut lines, Account::FeeRevenue, u64::from(fee), amount.net);
        credit_taxes(&mut lines, amount);
    }
    lines.insert(0, Amount { account: Account::Receivable, sub: order.0, amount: gross });
    lines
}

/// Card payment: Dr card clearing of that batch; Cr receivable.
pub fn card_payment(
    order: OrderId,
    batch: u64,
    amount: Money,
    at: At,
    day: BusinessDay,
) -> Posting {
    let to = (Account::CardClearing, batch);
    between(Some(order), Cause::CardPayment, to, (Account::Receivable, order.0), amount, at, day)
}

/// Cash payment: Dr drawer; Cr receivable.
pub fn cash_payment(
    order: OrderId,
    till: TillNo,
    amount: Money,
    at: At,
    day: BusinessDay,
) -> Posting {
    let to = (Account::DrawerCash, u64::from(till.0));
    between(Some(order), Cause::CashPayment, to, (Account::Receivable, order.0), amount, at, day)
}

/// One amount from one account to another: Dr `to`, Cr `from`.
pub fn between(
    order: Option<OrderId>,
    cause: Cause,
    to: (Account, u64),
    from: (Account, u64),
    amount: Money,
    at: At,
    day: BusinessDay,
) -> Posting {
    let lines = vec![
        Amount { account: to.0, sub: to.1, amount },
        Amount { account: from.0, sub: from.1, amount: -amount },
    ];
    Posting { at, day, order, cause, lines }
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
