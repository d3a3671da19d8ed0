//! The demo gateway: a bank made of one file, with the tokens of `interfaces`.
//!
//! Behaves like a real one where it matters: it remembers by key, it can lose an answer, it can
//! not know for a while. What a token does to a charge it does to its refunds as well: their first
//! answer gets lost, or they are decided later. Refuses nothing but by token. Never keeps or prints
//! a card number.
//! Next: `truth.rs` for the file.

use super::truth::{Account, Deed, Fate, Refunds, Truth, TruthFault, hex};
use super::{
    Answer, Authorized, Charge, Gateway, IntentKey, Moved, Refund, Returned, Settled, Settles,
    Standing, Totals,
};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use usher_rules::at::{Clock, Span};
use usher_rules::money::Money;

pub const TOKEN_APPROVED: &str = "tok_4242";
pub const TOKEN_DECLINED: &str = "tok_declined";
pub const TOKEN_TIMEOUT: &str = "tok_timeout";
pub const TOKEN_UNKNOWN: &str = "tok_unknown";
/// Approved; its refunds are refused.
pub const TOKEN_NO_REFUND: &str = "tok_no_refund";

/// How long the patron's page waits for this gateway.
pub const DEADLINE: Duration = Duration::from_secs(2);
/// How long `tok_unknown` stays undecided.
pub const UNDECIDED: Span = Span::seconds(30);
/// An undecided charge whose amount ends so was never booked.
const NEVER_BOOKED_ENDING: i64 = 13;

const CARD_NUMBER: &str = "4242424242424242";
const CARD_CVV: &str = "123";
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;
const CARD_CHARS_MAX: usize = 40;

/// See the head of the file. Cheap to clone: all clones keep one file.
#[derive(Clone)]
pub struct DemoGateway {
    truth: Arc<Mutex<Truth>>,
    clock: Arc<dyn Clock>,
}

/// What is wrong with the fields of the demo's card page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardFault {
    #[error("the card number is not one")]
    Number,
    #[error("the card has expired, or the date is not one")]
    Expiry,
    #[error("the security code is not three or four digits")]
    Cvv,
}

/// A month of a year: the expiry of a card, or today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    pub year: i16,
    pub month: u8,
}

/// Trades what a patron typed on the demo's card page for a token. The number goes no further
/// than this function. The one good card is 4242 4242 4242 4242 with 123 and an expiry of
/// December of this year or later (features O2); any other card that could exist is declined by
/// the bank, as is a wrong security code.
pub fn token_for_card(
    number: &str,
    expiry: Month,
    cvv: &str,
    today: Month,
) -> Result<&'static str, CardFault> {
    if number.len() > CARD_CHARS_MAX {
        return Err(CardFault::Number);
    }
    let number: String = number.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(&number) || !CARD_DIGITS.contains(&number.len()) || !passes_luhn(&number) {
        return Err(CardFault::Number);
    }
    let earliest = Month { year: today.year, month: 12 };
    if !(1..=12).contains(&expiry.month) || expiry < earliest {
        return Err(CardFault::Expiry);
    }
    if !digits(cvv) || !matches!(cvv.len(), 3 | 4) {
        return Err(CardFault::Cvv);
    }
    let good = number == CARD_NUMBER && cvv == CARD_CVV;
    Ok(if good { TOKEN_APPROVED } else { TOKEN_DECLINED })
}

fn passes_luhn(number: &str) -> bool {
    let weigh = |(place, byte): (usize, u8)| {
        let digit = u32::from(byte - b'0') * if place % 2 == 1 { 2 } else { 1 };
        digit / 10 + digit % 10
    };
    let sum: u32 = number.bytes().rev().enumerate().map(weigh).sum();
    sum > 0 && sum.is_multiple_of(10)
}

impl DemoGateway {
    /// Opens the bank's file, or makes it.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<DemoGateway, TruthFault> {
        let truth = Arc::new(Mutex::new(Truth::open(path)?));
        Ok(DemoGateway { truth, clock })
    }

    /// Writes down what was paid before anybody asked: the demo's first buyers paid its seed.
    pub fn paid_before(
        &self,
        paid: &[(IntentKey, Money)],
        currency: &str,
    ) -> Result<(), TruthFault> {
        let at_ms = self.clock.wall().0;
        let both = |(key, amount): &(IntentKey, Money)| {
            let (key, minor, currency) = (hex(key), amount.0, currency.to_owned());
            let (fate, refunds) = (Fate::Approved, Refunds::Done);
            let capture = Deed::Capture { key: key.clone(), minor, at_ms };
            [Deed::Charge { key, minor, currency, fate, at_ms, refunds }, capture]
        };
        let deeds: Vec<Deed> = paid.iter().flat_map(both).collect();
        self.truth.lock().unwrap_or_else(PoisonError::into_inner).record_all(&deeds)
    }

    /// Runs on a thread that may block, because every deed is synced. A bank that cannot write
    /// has not done anything and says it does not know.
    async fn ask<T: Send + 'static>(
        &self,
        unknown: T,
        act: impl FnOnce(&mut Truth, &dyn Clock) -> Result<T, TruthFault> + Send + 'static,
    ) -> T {
        let (truth, clock) = (self.truth.clone(), self.clock.clone());
        let run = move || {
            let mut truth = truth.lock().unwrap_or_else(PoisonError::into_inner);
            act(&mut truth, clock.as_ref())
        };
        match tokio::task::spawn_blocking(run).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(fault)) => {
                tracing::error!(%fault, "the demo gateway cannot keep its file");
                unknown
            }
            Err(_) => unknown,
        }
    }
}

impl Gateway for DemoGateway {
    fn deadline(&self) -> Duration {
        DEADLINE
    }

    fn authorize(&self, charge: Charge) -> Answer<'_, Authorized> {
        Box::pin(async move {
            let key = charge.key;
            let fate = self.ask(None, move |truth, clock| book(truth, clock, &charge).map(Some));
            match fate.await {
                Some(Fate::Approved) => approved(&key),
                Some(Fate::Declined) => Authorized::Declined { bank_text: BANK_TEXT.to_owned() },
                // The line went dead: only the caller's deadline ends this.
                Some(Fate::Silent | Fate::Undecided) => std::future::pending().await,
                None => Authorized::Unknown,
            }
        })
    }

    fn query(&self, key: IntentKey) -> Answer<'_, Standing> {
        Box::pin(self.ask(Standing::Unknown, move |truth, clock| {
            let Some(account) = truth.account(&key) else {
                return Ok(Standing::NeverBooked);
            };
            Ok(standing(account, &key, clock))
        }))
    }

    fn capture(&self, key: IntentKey) -> Answer<'_, Moved> {
        Box::pin(self.ask(Moved::Unknown, move |truth, clock| {
            let Some(account) = truth.account(&key).cloned() else {
                return Ok(refused("there is no such charge"));
            };
            let at_ms = clock.wall().0;
            match standing(&account, &key, clock) {
                Standing::Approved { .. } if account.captured => Ok(Moved::Done),
                Standing::Approved { .. } => {
                    let (key, minor) = (hex(&key), account.amount.0);
                    truth.record(&Deed::Capture { key, minor, at_ms })?;
                    Ok(Moved::Done)
                }
                Standing::Unknown => Ok(Moved::Unknown),
                Standing::Declined { .. } | Standing::NeverBooked | Standing::Voided => {
                    Ok(refused("the charge is not an authorisation"))
                }
            }
        }))
    }

    fn void(&self, key: IntentKey) -> Answer<'_, Moved> {
        Box::pin(self.ask(Moved::Unknown, move |truth, clock| {
            let Some(account) = truth.account(&key).cloned() else {
                return Ok(Moved::Done);
            };
            match standing(&account, &key, clock) {
                Standing::Approved { .. } if account.captured => {
                    Ok(refused("the charge is captured: refund it instead"))
                }
                Standing::Approved { .. } => {
                    let at_ms = clock.wall().0;
                    truth.record(&Deed::Void { key: hex(&key), at_ms })?;
                    Ok(Moved::Done)
                }
                Standing::Declined { .. } | Standing::NeverBooked | Standing::Voided => {
                    Ok(Moved::Done)
                }
                Standing::Unknown => Ok(Moved::Unknown),
            }
        }))
    }

    fn refund(&self, refund: Refund) -> Answer<'_, Returned> {
        Box::pin(async move {
            let key = refund.key;
            let fate = self.ask(None, move |truth, clock| give(truth, clock, &refund).map(Some));
            match fate.await {
                Some(Given::Told(told)) => told,
                // Booked, and the line went dead.
                Some(Given::Silent) => std::future::pending().await,
                None => {
                    tracing::warn!(key = %hex(&key), "a refund is not known of");
                    Returned::Unknown
                }
            }
        })
    }

    fn query_refund(&self, key: IntentKey) -> Answer<'_, Returned> {
        Box::pin(self.ask(Returned::Unknown, move |truth, clock| Ok(returned(truth, &key, clock))))
    }

    fn settles(&self) -> Option<&dyn Settles> {
        Some(self)
    }
}

impl Settles for DemoGateway {
    fn totals(&self) -> Answer<'_, Option<Totals>> {
        Box::pin(self.ask(None, move |truth, _| Ok(Some(truth.open_totals()))))
    }

    fn settle(&self, key: IntentKey) -> Answer<'_, Settled> {
        Box::pin(self.ask(Settled::Unknown, move |truth, clock| {
            if let Some(totals) = truth.settled(&key) {
                return Ok(Settled::Done(totals));
            }
            let totals = truth.open_totals();
            let (count, minor, at_ms) = (totals.count, totals.sum.0, clock.wall().0);
            truth.record(&Deed::Settle { key: hex(&key), count, minor, at_ms })?;
            Ok(Settled::Done(totals))
        }))
    }
}

/// What the one who asked for a refund hears.
enum Given {
    Told(Returned),
    Silent,
}

/// One refund a key: a repeat finds the first one, and another amount under the key is refused.
fn give(truth: &mut Truth, clock: &dyn Clock, refund: &Refund) -> Result<Given, TruthFault> {
    let no = |reason: &str| Ok(Given::Told(Returned::Refused { reason: reason.to_owned() }));
    let charge = hex(&refund.charge);
    if let Some(known) = truth.refund(&refund.key) {
        let same = known.amount == refund.amount && known.charge == charge;
        return match same {
            true => Ok(Given::Told(returned(truth, &refund.key, clock))),
            false => no("another refund has this key"),
        };
    }
    let Some(account) = truth.account(&refund.charge) else {
        return no("there is no such charge");
    };
    if !account.captured {
        return no("the charge is not captured: void it instead");
    }
    if refund.amount <= Money::ZERO || refund.amount > account.amount - account.back {
        return no("more than is left of the charge");
    }
    let fate = match account.refunds {
        Refunds::Refused => Fate::Declined,
        Refunds::Done => account.fate,
    };
    truth.record(&Deed::Refund {
        key: hex(&refund.key),
        charge,
        minor: refund.amount.0,
        fate,
        at_ms: clock.wall().0,
    })?;
    Ok(match fate {
        Fate::Silent => Given::Silent,
        Fate::Approved | Fate::Declined | Fate::Undecided => {
            Given::Told(returned(truth, &refund.key, clock))
        }
    })
}

fn returned(truth: &Truth, key: &IntentKey, clock: &dyn Clock) -> Returned {
    let Some(refund) = truth.refund(key) else { return Returned::NeverAsked };
    match refund.fate {
        Fate::Declined => Returned::Refused { reason: BANK_TEXT.to_owned() },
        Fate::Undecided if clock.wall() - refund.asked_at < UNDECIDED => Returned::Unknown,
        Fate::Approved | Fate::Silent | Fate::Undecided => {
            Returned::Done { reference: reference(key) }
        }
    }
}

const BANK_TEXT: &str = "Do not honour";

fn refused(reason: &str) -> Moved {
    Moved::Refused { reason: reason.to_owned() }
}

/// One charge a key: a repeat finds the first one, and another amount under the key is declined.
fn book(truth: &mut Truth, clock: &dyn Clock, charge: &Charge) -> Result<Fate, TruthFault> {
    if let Some(account) = truth.account(&charge.key) {
        let same = account.amount == charge.amount && account.currency == charge.currency;
        return Ok(match (same, standing(account, &charge.key, clock)) {
            (true, Standing::Approved { .. }) => Fate::Approved,
            (true, Standing::Unknown) => Fate::Undecided,
            (true, Standing::Declined { .. } | Standing::NeverBooked | Standing::Voided)
            | (false, _) => Fate::Declined,
        });
    }
    let fate = match charge.token.as_str() {
        TOKEN_APPROVED | TOKEN_NO_REFUND if charge.amount > Money::ZERO => Fate::Approved,
        TOKEN_TIMEOUT => Fate::Silent,
        TOKEN_UNKNOWN => Fate::Undecided,
        _ => Fate::Declined,
    };
    let refunds = match charge.token.as_str() {
        TOKEN_NO_REFUND => Refunds::Refused,
        _ => Refunds::Done,
    };
    truth.record(&Deed::Charge {
        refunds,
        key: hex(&charge.key),
        minor: charge.amount.0,
        currency: charge.currency.clone(),
        fate,
        at_ms: clock.wall().0,
    })?;
    Ok(fate)
}

fn standing(account: &Account, key: &IntentKey, clock: &dyn Clock) -> Standing {
    let undecided = clock.wall() - account.asked_at < UNDECIDED;
    let never_booked = account.amount.0.rem_euclid(100) == NEVER_BOOKED_ENDING;
    match account.fate {
        Fate::Approved | Fate::Silent | Fate::Undecided if account.voided => Standing::Voided,
        Fate::Undecided if undecided => Standing::Unknown,
        Fate::Undecided if never_booked => Standing::NeverBooked,
        Fate::Approved | Fate::Silent | Fate::Undecided => {
            Standing::Approved { approval: approval(key), reference: reference(key) }
        }
        Fate::Declined => Standing::Declined { bank_text: BANK_TEXT.to_owned() },
    }
}

fn approved(key: &IntentKey) -> Authorized {
    Authorized::Approved { approval: approval(key), reference: reference(key) }
}

/// Six digits made from the key, so that a repeat says the same.
fn approval(key: &IntentKey) -> String {
    let mixed =
        key.iter().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    format!("{:06}", mixed % 1_000_000)
}

fn reference(key: &IntentKey) -> String {
    format!("demo-{}", hex(key))
}

#[cfg(test)]
#[path = "demo_tests.rs"]
mod tests;
