//! A bank that says yes at once and keeps nothing: a checkout without a card network.
//!
//! What is left is the box's own work. Never in the product: its demo bank keeps its record on
//! disk before it answers. Next: `usher_cloud::gateway`.

use std::time::Duration;
use usher_cloud::gateway::{
    Answer, Authorized, Charge, Gateway, IntentKey, Moved, Refund, Returned, Standing,
};

/// See the module.
pub struct Prompt;

fn now<'a, T: Send + 'a>(answer: T) -> Answer<'a, T> {
    Box::pin(std::future::ready(answer))
}

impl Gateway for Prompt {
    fn deadline(&self) -> Duration {
        Duration::from_secs(2)
    }

    fn authorize(&self, _: Charge) -> Answer<'_, Authorized> {
        let (approval, reference) = ("A1".to_owned(), "r-1".to_owned());
        now(Authorized::Approved { approval, reference })
    }

    fn query(&self, _: IntentKey) -> Answer<'_, Standing> {
        now(Standing::Unknown)
    }

    fn capture(&self, _: IntentKey) -> Answer<'_, Moved> {
        now(Moved::Done)
    }

    fn void(&self, _: IntentKey) -> Answer<'_, Moved> {
        now(Moved::Done)
    }

    fn refund(&self, _: Refund) -> Answer<'_, Returned> {
        now(Returned::Done { reference: "r-2".to_owned() })
    }

    fn query_refund(&self, _: IntentKey) -> Answer<'_, Returned> {
        now(Returned::Unknown)
    }
}
