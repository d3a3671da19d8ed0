//! The close of the gateway's batch: its sums asked, ours held beside them, settled once.
//!
//! While a close is wanted no new capture or refund begins, and the sums are asked only once none
//! is in doubt, so both sides count the same. What a settlement had is asked by its key until it
//! answers. Decides no match: `rules/batch.rs` does. Next: `worker.rs`, which keeps the turns.

use super::worker::{Step, Worker};
use super::{IntentKey, Settled, Totals, by_deadline};
use usher_ledger::batch;
use usher_rules::at::{At, Span};
use usher_rules::batch::{Batch, BrandTotal, Command as Rule, Of, State};
use usher_rules::id::BatchId;
use usher_rules::tender::settlement_key;
use usher_rules::{Command, Key};

/// A close waits so long for captures and refunds in doubt, then the batch goes on.
pub const DOUBT_MAX: Span = Span::seconds(30);
/// A settlement that nobody answered is asked for again after this at the latest: money of the
/// shop waits for it.
pub const AGAIN_MAX: Span = Span::seconds(30);

const IN_DOUBT: &str = "a payment or a refund is not settled: try again once it is";
const NO_ANSWER: &str = "the gateway did not answer: nothing was closed";
const NO_WORD: &str = "this gateway tells no sums: compare its own statement with ours";

/// How far a close that somebody asked for is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub batch: BatchId,
    pub asked_at: At,
    /// The gateway may have settled: nothing may move any more until it said so.
    pub settling: bool,
}

impl Wanted {
    /// Names the questions about it among those about intents.
    pub fn key(&self) -> Key {
        settlement_key(self.batch)
    }

    fn of(batch: BatchId, row: &Batch) -> Option<Wanted> {
        let closing = row.closing.as_ref().filter(|_| row.state == State::Closing)?;
        let settling = closing.before.is_some();
        Some(Wanted { batch, asked_at: closing.at, settling })
    }

    /// What is to be asked now; `doubt`: something that moves money may or may not have happened.
    pub fn step(&self, doubt: bool, now: At) -> Option<Step> {
        match (self.settling, doubt) {
            (true, _) => Some(Step::Settle),
            (false, false) => Some(Step::Totals),
            (false, true) => (now - self.asked_at >= DOUBT_MAX).then_some(Step::LeaveOpen),
        }
    }
}

impl Worker {
    /// The close of the gateway's batch that somebody wants.
    pub(super) fn closing(&self) -> Option<Wanted> {
        let read = self.handle.snapshot().and_then(|found| batch::running(&found, Of::Gateway));
        let found = read.unwrap_or_else(|fault| {
            tracing::error!(%fault, "the gateway's batch cannot be read");
            None
        });
        found.and_then(|(batch, row)| Wanted::of(batch, &row))
    }

    /// `false` when it must be asked again.
    pub(super) async fn close(&self, wanted: &Wanted, step: Step) -> bool {
        let batch = wanted.batch;
        let open = |why: &str| Rule::NotClosed { batch, why: why.to_owned() };
        let Some(settles) = self.gateway.settles() else {
            let why = NO_WORD.to_owned();
            return self.closed(Rule::Unreconciled { batch, why }).await;
        };
        let gateway = self.gateway.as_ref();
        if step == Step::LeaveOpen {
            return self.closed(open(IN_DOUBT)).await;
        }
        if step != Step::Settle {
            return match by_deadline(gateway, settles.totals(), None).await {
                Some(totals) => {
                    self.closed(Rule::Settling { batch, before: vec![told(totals)] }).await
                }
                None => self.closed(open(NO_ANSWER)).await,
            };
        }
        let key: IntentKey = wanted.key().0;
        match by_deadline(gateway, settles.settle(key), Settled::Unknown).await {
            Settled::Done(totals) => {
                let (totals, receipt, why) = (vec![told(totals)], Vec::new(), String::new());
                self.closed(Rule::Closed { batch, totals, receipt, why }).await
            }
            Settled::Refused { reason } => self.closed(open(&reason)).await,
            Settled::Unknown => false,
        }
    }

    async fn closed(&self, rule: Rule) -> bool {
        self.told("the gateway's batch", Command::Batch(rule)).await
    }
}

/// All cards of the shop are one brand: the gateway tells no other.
fn told(totals: Totals) -> BrandTotal {
    BrandTotal { brand: String::new(), count: totals.count, sum: totals.sum }
}
