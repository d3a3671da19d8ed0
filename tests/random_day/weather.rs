//! The gateway of the web as it is on a bad day: the demo's bank, with answers that do not come.
//!
//! What it did to which payment is written down. Never changes what the bank booked. Next:
//! `web.rs`.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use usher_cloud::gateway::demo::DemoGateway;
use usher_cloud::gateway::{
    Answer, Authorized, Charge, Gateway, IntentKey, Moved, Refund, Returned, Settled, Settles,
    Standing, Totals,
};
use usher_rules::at::{At, Clock, Span};
use usher_tests::dice::Dice;

/// How much faster the bank's clock runs, so that it makes up its mind within the day.
const BANK_PACE: i64 = 20;
const DEADLINE: Duration = Duration::from_millis(600);
/// In a hundred.
const CAPTURES_THAT_FAIL: u64 = 8;
const QUESTIONS_UNHEARD: u64 = 3;
const REFUNDS_UNHEARD: u64 = 15;
const SETTLEMENTS_UNHEARD: u64 = 30;

pub const CAPTURE_FAILS: &str = "gateway: capture fails once";
pub const QUESTION_UNHEARD: &str = "gateway: a question is not answered";
pub const REFUND_UNHEARD: &str = "gateway: gives back, its answer is lost";
pub const SETTLEMENT_UNHEARD: &str = "gateway: settles, its answer is lost";

#[derive(Clone)]
pub struct Weather {
    bank: DemoGateway,
    dice: Arc<Mutex<Dice>>,
    did: Arc<Mutex<Vec<(IntentKey, &'static str)>>>,
}

impl Weather {
    pub fn over(truth: &Path, seed: u64) -> Weather {
        let clock = Arc::new(Fast { began: std::time::Instant::now() });
        Weather {
            bank: DemoGateway::open(truth, clock).unwrap(),
            dice: Arc::new(Mutex::new(Dice::new(seed))),
            did: Arc::default(),
        }
    }

    /// What it did to whose payment.
    pub fn did(&self) -> Vec<(IntentKey, &'static str)> {
        self.did.lock().unwrap().clone()
    }

    fn does(&self, key: IntentKey, what: &'static str, percent: u64) -> bool {
        let mut did = self.did.lock().unwrap();
        let first = !did.contains(&(key, what));
        let does = first && self.dice.lock().unwrap().chance(percent);
        if does {
            did.push((key, what));
        }
        does
    }
}

impl Gateway for Weather {
    fn deadline(&self) -> Duration {
        DEADLINE
    }

    fn authorize(&self, charge: Charge) -> Answer<'_, Authorized> {
        self.bank.authorize(charge)
    }

    fn query(&self, key: IntentKey) -> Answer<'_, Standing> {
        match self.does(key, QUESTION_UNHEARD, QUESTIONS_UNHEARD) {
            true => Box::pin(std::future::pending()),
            false => self.bank.query(key),
        }
    }

    fn capture(&self, key: IntentKey) -> Answer<'_, Moved> {
        match self.does(key, CAPTURE_FAILS, CAPTURES_THAT_FAIL) {
            true => Box::pin(async { Moved::Refused { reason: "closed for the night".into() } }),
            false => self.bank.capture(key),
        }
    }

    fn void(&self, key: IntentKey) -> Answer<'_, Moved> {
        self.bank.void(key)
    }

    fn refund(&self, refund: Refund) -> Answer<'_, Returned> {
        match self.does(refund.key, REFUND_UNHEARD, REFUNDS_UNHEARD) {
            // Done, and the answer got lost.
            true => Box::pin(async move {
                let _ = self.bank.refund(refund).await;
                std::future::pending().await
            }),
            false => self.bank.refund(refund),
        }
    }

    fn query_refund(&self, key: IntentKey) -> Answer<'_, Returned> {
        self.bank.query_refund(key)
    }

    fn settles(&self) -> Option<&dyn Settles> {
        Some(self)
    }
}

impl Settles for Weather {
    fn totals(&self) -> Answer<'_, Option<Totals>> {
        Settles::totals(&self.bank)
    }

    fn settle(&self, key: IntentKey) -> Answer<'_, Settled> {
        match self.does(key, SETTLEMENT_UNHEARD, SETTLEMENTS_UNHEARD) {
            true => Box::pin(async move {
                let _ = self.bank.settle(key).await;
                std::future::pending().await
            }),
            false => self.bank.settle(key),
        }
    }
}

/// The bank's clock.
struct Fast {
    began: std::time::Instant,
}

impl Clock for Fast {
    fn wall(&self) -> At {
        let passed = i64::try_from(self.began.elapsed().as_millis()).unwrap();
        At(1_795_780_800_000) + Span(passed * BANK_PACE)
    }

    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap()
    }
}
