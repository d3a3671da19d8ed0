//! The demo bank on a bad line: it does what it is asked, and its answers come when it likes.
//!
//! Never changes what the bank books. Next: `back.rs`, `settle.rs`.

use super::*;
use std::sync::atomic::AtomicBool;
use usher_cloud::gateway::{Settled, Totals};

/// How long callers wait for it.
const DEADLINE: Duration = Duration::from_millis(60);

#[derive(Clone)]
pub struct Moody {
    pub bank: DemoGateway,
    /// Gives back, and says nothing; nor does it tell what became of it.
    pub mute: Arc<AtomicBool>,
    /// Hears nothing at all about refunds.
    pub deaf: Arc<AtomicBool>,
    /// Answers that get lost after it has settled.
    pub settlements_lost: Arc<AtomicU32>,
    /// Tells no sums now.
    pub away: Arc<AtomicBool>,
    /// Has no word for sums.
    pub wordless: bool,
}

impl Moody {
    pub fn over(bank: &DemoGateway) -> Moody {
        Moody {
            bank: bank.clone(),
            mute: Arc::default(),
            deaf: Arc::default(),
            settlements_lost: Arc::default(),
            away: Arc::default(),
            wordless: false,
        }
    }
}

impl Gateway for Moody {
    fn deadline(&self) -> Duration {
        DEADLINE
    }
    fn authorize(&self, charge: Charge) -> Answer<'_, Authorized> {
        self.bank.authorize(charge)
    }
    fn query(&self, key: IntentKey) -> Answer<'_, Standing> {
        self.bank.query(key)
    }
    fn capture(&self, key: IntentKey) -> Answer<'_, Moved> {
        self.bank.capture(key)
    }
    fn void(&self, key: IntentKey) -> Answer<'_, Moved> {
        self.bank.void(key)
    }
    fn refund(&self, refund: Refund) -> Answer<'_, Returned> {
        Box::pin(async move {
            if self.deaf.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            let told = self.bank.refund(refund).await;
            if self.mute.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            told
        })
    }
    fn query_refund(&self, key: IntentKey) -> Answer<'_, Returned> {
        let silent = self.mute.load(Ordering::SeqCst) || self.deaf.load(Ordering::SeqCst);
        if silent { Box::pin(std::future::pending()) } else { self.bank.query_refund(key) }
    }
    fn settles(&self) -> Option<&dyn Settles> {
        (!self.wordless).then_some(self)
    }
}

impl Settles for Moody {
    fn totals(&self) -> Answer<'_, Option<Totals>> {
        match self.away.load(Ordering::SeqCst) {
            true => Box::pin(std::future::pending()),
            false => Settles::totals(&self.bank),
        }
    }
    fn settle(&self, key: IntentKey) -> Answer<'_, Settled> {
        let lost = &self.settlements_lost;
        let left =
            lost.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match left {
            Ok(_) => Box::pin(async move {
                let _ = self.bank.settle(key).await;
                std::future::pending().await
            }),
            Err(_) => self.bank.settle(key),
        }
    }
}
