//! What a nexo terminal answers, reduced while it is read to what may be kept.
//! Holds the shapes of answers; a card number becomes its last four digits before anything else
//! sees it, expiry and track are not even named here. Never judges. Next: `verdict.rs`.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::amount::Major;
use super::message::Header;
use super::receipt::{PaymentReceipt, masked};

/// Longest text of a terminal that is kept.
pub const TEXT_CHARS_MAX: usize = 200;
const RECEIPTS_MAX: usize = 8;
const ENTRIES_MAX: usize = 8;
const PAN_DIGITS_MIN: usize = 13;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the answer is no nexo message")]
pub struct NotNexo;

/// One answer: header, and the body that came with it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Answer {
    #[serde(rename = "MessageHeader")]
    pub header: Header,
    #[serde(rename = "PaymentResponse")]
    pub payment: Option<PaymentAnswer>,
    #[serde(rename = "ReversalResponse")]
    pub reversal: Option<ReversalAnswer>,
    #[serde(rename = "TransactionStatusResponse")]
    pub status: Option<StatusAnswer>,
    #[serde(rename = "DiagnosisResponse")]
    pub diagnosis: Option<DiagnosisAnswer>,
}

impl Answer {
    pub fn read(plain: &[u8]) -> Result<Answer, NotNexo> {
        #[derive(Deserialize)]
        struct Message {
            #[serde(rename = "SaleToPOIResponse")]
            answer: Answer,
        }
        // The reader's own words could repeat what it read; they are dropped.
        let message: Message = serde_json::from_slice(plain).map_err(|_| NotNexo)?;
        Ok(message.answer)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Success {
    Success,
    Partial,
    Failure,
}

/// How the terminal judges its own doing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Response {
    #[serde(rename = "Result")]
    pub result: Success,
    #[serde(rename = "ErrorCondition", default)]
    pub condition: Option<Condition>,
    /// For staff: the terminal's reason, without card numbers.
    #[serde(rename = "AdditionalResponse", default, deserialize_with = "reason")]
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    Aborted,
    Busy,
    Cancel,
    DeviceOut,
    InProgress,
    InsertedCard,
    InvalidCard,
    LoggedOut,
    MessageFormat,
    NotAllowed,
    NotFound,
    PaymentRestriction,
    Refusal,
    UnavailableDevice,
    UnavailableService,
    UnreachableHost,
    WrongPin,
    /// A word that is not on the page.
    Other(String),
}

impl Condition {
    pub fn of(word: &str) -> Condition {
        match word {
            "Aborted" => Condition::Aborted,
            "Busy" => Condition::Busy,
            "Cancel" => Condition::Cancel,
            "DeviceOut" => Condition::DeviceOut,
            "InProgress" => Condition::InProgress,
            "InsertedCard" => Condition::InsertedCard,
            "InvalidCard" => Condition::InvalidCard,
            "LoggedOut" => Condition::LoggedOut,
            "MessageFormat" => Condition::MessageFormat,
            "NotAllowed" => Condition::NotAllowed,
            "NotFound" => Condition::NotFound,
            "PaymentRestriction" => Condition::PaymentRestriction,
            "Refusal" => Condition::Refusal,
            "UnavailableDevice" => Condition::UnavailableDevice,
            "UnavailableService" => Condition::UnavailableService,
            "UnreachableHost" => Condition::UnreachableHost,
            "WrongPIN" => Condition::WrongPin,
            other => Condition::Other(short(other)),
        }
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Condition, D::Error> {
        Ok(Condition::of(&String::deserialize(from)?))
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PaymentAnswer {
    #[serde(rename = "Response")]
    pub response: Response,
    #[serde(rename = "POIData", default)]
    pub poi: PoiData,
    #[serde(rename = "PaymentResult", default)]
    pub result: PaymentResult,
    #[serde(rename = "PaymentReceipt", default, deserialize_with = "receipts")]
    pub receipts: Vec<PaymentReceipt>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ReversalAnswer {
    #[serde(rename = "Response")]
    pub response: Response,
    #[serde(rename = "POIData", default)]
    pub poi: PoiData,
    #[serde(rename = "ReversedAmount")]
    pub amount: Option<Major>,
    #[serde(rename = "PaymentReceipt", default, deserialize_with = "receipts")]
    pub receipts: Vec<PaymentReceipt>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StatusAnswer {
    #[serde(rename = "Response")]
    pub response: Response,
    #[serde(rename = "RepeatedMessageResponse")]
    pub repeated: Option<Repeated>,
}

/// What the terminal answered, or would have, the first time.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Repeated {
    #[serde(rename = "MessageHeader")]
    pub header: Header,
    #[serde(rename = "RepeatedResponseMessageBody")]
    pub body: RepeatedBody,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RepeatedBody {
    #[serde(rename = "PaymentResponse")]
    pub payment: Option<PaymentAnswer>,
    #[serde(rename = "ReversalResponse")]
    pub reversal: Option<ReversalAnswer>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DiagnosisAnswer {
    #[serde(rename = "Response")]
    pub response: Response,
    #[serde(rename = "POIStatus", default)]
    pub status: PoiStatus,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct PoiStatus {
    #[serde(rename = "GlobalStatus", default, deserialize_with = "text")]
    pub global: String,
    #[serde(rename = "CommunicationOKFlag")]
    pub communication: Option<bool>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct PoiData {
    #[serde(rename = "POITransactionID", default)]
    pub transaction: PoiTransaction,
}

/// The terminal's own name of a booking; wanted back for a refund.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct PoiTransaction {
    #[serde(rename = "TransactionID", default, deserialize_with = "reference")]
    pub id: String,
    #[serde(rename = "TimeStamp", default, deserialize_with = "text")]
    pub when: String,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct PaymentResult {
    #[serde(rename = "AmountsResp", default)]
    pub amounts: AmountsResp,
    #[serde(rename = "PaymentInstrumentData", default)]
    pub instrument: InstrumentData,
    #[serde(rename = "PaymentAcquirerData", default)]
    pub acquirer: AcquirerData,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct AmountsResp {
    #[serde(rename = "Currency", default, deserialize_with = "text")]
    pub currency: String,
    #[serde(rename = "AuthorizedAmount")]
    pub authorized: Option<Major>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct InstrumentData {
    #[serde(rename = "CardData", default)]
    pub card: CardData,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct CardData {
    #[serde(rename = "PaymentBrand", default, deserialize_with = "text")]
    pub brand: String,
    #[serde(rename = "MaskedPan", default)]
    pub pan: LastFour,
    #[serde(rename = "EntryMode", default, deserialize_with = "entries")]
    pub entries: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct AcquirerData {
    #[serde(rename = "ApprovalCode", default, deserialize_with = "text")]
    pub approval: String,
}

/// What is left of a card number once it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastFour {
    pub digits: String,
    /// It came without a mask.
    pub clear: bool,
}

impl LastFour {
    pub fn of(pan: &str) -> LastFour {
        let is_gap = |c: &char| matches!(c, ' ' | '-');
        let clear = pan.chars().filter(|c| !is_gap(c)).all(|c| c.is_ascii_digit())
            && pan.chars().filter(char::is_ascii_digit).count() >= PAN_DIGITS_MIN;
        // Only digits behind the mask: of a number that is masked to its end nothing is left.
        let tail = pan.chars().rev().filter(|c| !is_gap(c)).take_while(char::is_ascii_digit);
        let mut digits: Vec<char> = tail.take(4).collect();
        digits.reverse();
        LastFour { digits: digits.into_iter().collect(), clear }
    }
}

impl<'de> Deserialize<'de> for LastFour {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<LastFour, D::Error> {
        Ok(LastFour::of(&String::deserialize(from)?))
    }
}

/// Short, without card numbers.
pub fn short(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    masked(&plain).unwrap_or_default().chars().take(TEXT_CHARS_MAX).collect()
}

/// A text of the terminal, short and without card numbers.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(short(&Option::<String>::deserialize(from)?.unwrap_or_default()))
}

/// Wanted back to the letter: whole, or not at all. Only what is nothing but a card number goes.
fn reference<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = Option::<String>::deserialize(from)?.unwrap_or_default();
    let bare = text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-'));
    let card = bare && masked(&text).is_none_or(|kept| kept != text);
    let long = text.chars().count() > TEXT_CHARS_MAX || text.chars().any(char::is_control);
    Ok(if card || long { String::new() } else { text })
}

/// Only the reason is taken: what stands beside it is about the card.
fn reason<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let form = Option::<String>::deserialize(from)?.unwrap_or_default();
    let of = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(form.as_bytes());
        pairs.find(|(key, _)| key == wanted).map(|(_, value)| short(&value))
    };
    let found = ["refusalReason", "message", "errors"].into_iter().find_map(of);
    Ok(found.unwrap_or_default())
}

fn entries<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Modes {
        Many(Vec<String>),
        One(String),
        Strange(IgnoredAny),
    }
    let modes = match Modes::deserialize(from)? {
        Modes::Many(modes) => modes,
        Modes::One(mode) => vec![mode],
        Modes::Strange(_) => Vec::new(),
    };
    Ok(modes.iter().take(ENTRIES_MAX).map(|mode| short(mode)).collect())
}

fn receipts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PaymentReceipt>, D::Error> {
    let mut receipts = Option::<Vec<PaymentReceipt>>::deserialize(from)?.unwrap_or_default();
    receipts.truncate(RECEIPTS_MAX);
    Ok(receipts)
}
