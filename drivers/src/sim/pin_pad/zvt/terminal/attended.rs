//! A payment at a terminal that a person plays: it waits for the customer and says so to the box.
//! Holds no state beyond the terminal's own and its [`Hand`]. A line that is lost meanwhile does
//! not stop the customer. Never approves what is not booked yet.
//! Next: `../../customer.rs`.

use std::time::Duration;

use tokio::time::timeout;

use super::{CANCELLED, Deed, Lost, Sum, Terminal, Wire};
use crate::sim::pin_pad::customer::{Bill, Hand, Shown, Verdict};

/// How often the box hears what the display shows, and can say that it wants to stop.
const STATUS: Duration = Duration::from_millis(300);
/// Result codes: refused by the bank, and for the number.
const REFUSED: u8 = 0x05;
const WRONG_PIN: u8 = 0x37;

impl Terminal {
    pub(super) async fn attend(
        &mut self,
        wire: &mut Wire,
        hand: &mut Hand,
        sum: Sum,
        repeats: u8,
    ) -> Result<(), Lost> {
        let Sum { of, amount_minor, currency } = sum;
        hand.begin(Bill { of, keyed: false, amount_minor, currency });
        let verdict = loop {
            self.show(wire, progress(hand.shown())).await?;
            if self.is_aborted {
                hand.stop();
                break Verdict::Cancel;
            }
            if let Ok(Some(verdict)) = timeout(STATUS, hand.turn()).await {
                break verdict;
            }
        };
        let (deed, code) = match verdict {
            Verdict::Approve => {
                let Ok(kept) = self.bank.book(sum) else { return self.fail(wire).await };
                hand.show(verdict.shown());
                return self.approve(wire, kept, false, repeats).await;
            }
            Verdict::Decline => (Deed::Declined, REFUSED),
            Verdict::WrongPin => (Deed::Declined, WRONG_PIN),
            Verdict::Cancel | Verdict::TimeOut => (Deed::Cancelled, CANCELLED),
        };
        hand.show(verdict.shown());
        self.refuse(wire, deed, sum, code).await
    }

    /// The line is gone, the customer is not.
    pub(super) async fn go_on_alone(&mut self) {
        let Some(hand) = self.hand.clone() else { return };
        let mut hand = hand.lock().await;
        if !hand.is_busy() {
            return;
        }
        let verdict = hand.finish().await;
        let Some(running) = self.running.take() else { return };
        let sum = running.sum;
        let written = match verdict {
            Verdict::Approve => self.bank.book(sum),
            Verdict::Decline => self.bank.refuse(Deed::Declined, sum, REFUSED),
            Verdict::WrongPin => self.bank.refuse(Deed::Declined, sum, WRONG_PIN),
            Verdict::Cancel | Verdict::TimeOut => self.bank.refuse(Deed::Cancelled, sum, CANCELLED),
        };
        match written {
            Ok(_) => hand.show(verdict.shown()),
            Err(_) => self.violations.add("the truth could not be written"),
        }
    }
}

/// What the display shows, as the protocol says it.
fn progress(shown: Shown) -> u8 {
    match shown {
        Shown::Idle | Shown::PresentCard | Shown::TypeCard => 0x0A,
        Shown::EnterPin => 0x02,
        Shown::WrongPin => 0x15,
        Shown::Asking => 0x04,
        Shown::Approved => 0x1C,
        Shown::Declined | Shown::Cancelled | Shown::TimedOut => 0x1D,
    }
}
