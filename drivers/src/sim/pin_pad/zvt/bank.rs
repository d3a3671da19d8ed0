//! What the simulated terminal knows of its money: numbers, the newest record, the batch.
//! Holds the truth ledger and nothing that is not in it, so a kill loses nothing.
//! Never talks. Next: `truth.rs`, `terminal.rs`.

use std::io;

use crate::sim::pin_pad::truth::{Deed, Line, Of, Truth};

const RECEIPT_MAX: u32 = 9_999;
const TRACE_MAX: u32 = 999_999;

/// What the box asks for, read off the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    pub of: Of,
    pub amount_minor: u64,
    pub currency: u16,
}

/// One record as the terminal would repeat it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub sum: Sum,
    pub trace: u32,
    pub receipt: u32,
    pub result: u8,
    /// Trace of the booking that it took back.
    pub original: Option<u32>,
}

pub struct Bank {
    truth: Truth,
    first_receipt: u32,
}

impl Bank {
    pub fn new(truth: Truth, first_receipt: u32) -> Bank {
        Bank { truth, first_receipt }
    }

    /// Books and keeps it on disk before anybody hears of it.
    pub fn book(&mut self, sum: Sum) -> io::Result<Kept> {
        let (trace, receipt) = self.next_numbers();
        self.write(Deed::Booked, sum, trace, receipt, String::new())?;
        Ok(Kept { sum, trace, receipt, result: 0, original: None })
    }

    pub fn refuse(&mut self, deed: Deed, sum: Sum, result: u8) -> io::Result<Kept> {
        let (trace, receipt) = self.next_numbers();
        self.write(deed, sum, trace, receipt, format!("{result}"))?;
        Ok(Kept { sum, trace, receipt, result, original: None })
    }

    /// Takes a booking back. The line names the booking; its own numbers are the reference.
    pub fn reverse(&mut self, kept: &Kept) -> io::Result<Kept> {
        let (trace, receipt) = self.next_numbers();
        let own = format!("{trace}/{receipt}");
        self.write(Deed::Reversed, kept.sum, kept.trace, kept.receipt, own)?;
        Ok(Kept { sum: kept.sum, trace, receipt, result: 0, original: Some(kept.trace) })
    }

    pub fn acknowledge(&mut self, kept: &Kept) -> io::Result<()> {
        let trace = kept.original.unwrap_or(kept.trace);
        self.write(Deed::Acknowledged, kept.sum, trace, kept.receipt, String::new())
    }

    pub fn settle(&mut self, currency: u16) -> io::Result<(u32, i64)> {
        let (count, total) = self.batch();
        let (trace, receipt) = self.next_numbers();
        let amount_minor = u64::try_from(total).unwrap_or(0);
        let sum = Sum { of: Of::Purchase, amount_minor, currency };
        self.write(Deed::Settled, sum, trace, receipt, String::new())?;
        Ok((count, total))
    }

    fn write(
        &mut self,
        deed: Deed,
        sum: Sum,
        trace: u32,
        receipt: u32,
        reference: String,
    ) -> io::Result<()> {
        let Sum { of, amount_minor, currency } = sum;
        self.truth.write(Line { deed, of, amount_minor, currency, trace, receipt, reference })
    }

    /// Count and sum of what is booked and not taken back since the last settlement.
    pub fn batch(&self) -> (u32, i64) {
        let lines = self.truth.lines();
        let open = lines.rsplit(|line| line.deed == Deed::Settled).next().unwrap_or(&[]);
        let mut batch: (u32, i64) = (0, 0);
        for line in open {
            let amount = i64::try_from(line.amount_minor).unwrap_or(i64::MAX);
            let amount = if line.of == Of::Refund { -amount } else { amount };
            match line.deed {
                Deed::Booked => batch = (batch.0 + 1, batch.1 + amount),
                Deed::Reversed => batch = (batch.0.saturating_sub(1), batch.1 - amount),
                Deed::Declined | Deed::Cancelled | Deed::Acknowledged | Deed::Settled => {}
            }
        }
        batch
    }

    /// The newest record; none after a settlement.
    pub fn newest(&self) -> Option<Kept> {
        let line = self.truth.lines().iter().rev().find(|line| match line.deed {
            Deed::Booked | Deed::Reversed | Deed::Declined | Deed::Settled => true,
            Deed::Cancelled | Deed::Acknowledged => false,
        })?;
        let sum = Sum { of: line.of, amount_minor: line.amount_minor, currency: line.currency };
        let (trace, receipt) = (line.trace, line.receipt);
        match line.deed {
            Deed::Booked => Some(Kept { sum, trace, receipt, result: 0, original: None }),
            Deed::Reversed => {
                let (own_trace, own_receipt) = own_numbers(line)?;
                let original = Some(trace);
                Some(Kept { sum, trace: own_trace, receipt: own_receipt, result: 0, original })
            }
            Deed::Declined => {
                let result = line.reference.parse().unwrap_or(5);
                Some(Kept { sum, trace, receipt, result, original: None })
            }
            Deed::Settled | Deed::Cancelled | Deed::Acknowledged => None,
        }
    }

    fn next_numbers(&self) -> (u32, u32) {
        let numbered = self.truth.lines().iter().rev().find(|l| l.deed != Deed::Acknowledged);
        match numbered.map(|line| own_numbers(line).unwrap_or((line.trace, line.receipt))) {
            None => (975, self.first_receipt),
            Some((trace, receipt)) => (
                if trace >= TRACE_MAX { 1 } else { trace + 1 },
                if receipt >= RECEIPT_MAX { 1 } else { receipt + 1 },
            ),
        }
    }
}

fn own_numbers(line: &Line) -> Option<(u32, u32)> {
    let (trace, receipt) = line.reference.split_once('/')?;
    Some((trace.parse().ok()?, receipt.parse().ok()?))
}
