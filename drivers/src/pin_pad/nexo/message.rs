//! What the box says to a nexo terminal: header and bodies of the five requests it makes.
//! Holds plain JSON, amounts as exact text. Never a card number, never a nonce, no reading.
//! Next: `answer.rs` for what comes back.

use serde::{Deserialize, Serialize};

use super::amount::Major;
use crate::pin_pad::{Booking, IntentNo, Kind, Tender};

pub const PROTOCOL_VERSION: &str = "3.0";
pub const SERVICE_CLASS: &str = "Service";
/// Intents never have more digits in base 36, so that ten digits are never an intent.
pub const SERVICE_ID_CHARS_MAX: usize = 10;

/// Kind of a message and of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Category {
    Payment,
    Reversal,
    Abort,
    TransactionStatus,
    Diagnosis,
}

/// Stands in front of every message, and comes back in its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Header {
    #[serde(default)]
    pub protocol_version: String,
    pub message_class: String,
    pub message_category: Category,
    pub message_type: String,
    #[serde(rename = "ServiceID")]
    pub service_id: String,
    #[serde(rename = "SaleID")]
    pub sale_id: String,
    #[serde(rename = "POIID")]
    pub poi_id: String,
}

/// Names an earlier message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub category: Category,
    pub service_id: String,
}

impl Reference {
    /// The message that carried this tender. The number alone is enough, also after a restart.
    pub fn of(tender: &Tender) -> Reference {
        Reference { category: category_of(tender), service_id: service_id_of(tender.intent) }
    }
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request<'a> {
    /// `when` is RFC 3339.
    Pay {
        tender: &'a Tender,
        when: String,
    },
    TakeBack {
        tender: &'a Tender,
        original: &'a Booking,
        when: String,
    },
    Abort(&'a Reference),
    Status(&'a Reference),
    Diagnosis,
}

/// Who speaks, and to which terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Till {
    pub sale_id: String,
    pub poi_id: String,
}

impl Till {
    /// The whole message. Names and numbers that are plain always serialise; should one not be,
    /// what comes out is empty, which no envelope seals, and so it never leaves.
    pub fn write(&self, service_id: &str, request: &Request<'_>) -> Vec<u8> {
        let mut body = Body { header: self.header(service_id, request), ..Body::default() };
        match request {
            Request::Pay { tender, when } => body.payment = Some(payment(tender, when)),
            Request::TakeBack { tender, original, when } => {
                body.reversal = Some(reversal(tender, original, when));
            }
            Request::Abort(reference) => {
                let reference = self.reference(reference);
                body.abort = Some(AbortRequest { reason: "MerchantAbort", reference });
            }
            Request::Status(reference) => {
                body.status = Some(StatusRequest {
                    reference: self.reference(reference),
                    reprint: true,
                    copies: ["CashierReceipt", "CustomerReceipt"],
                });
            }
            Request::Diagnosis => body.diagnosis = Some(DiagnosisRequest { host: false }),
        }
        serde_json::to_vec(&Message { body }).unwrap_or_default()
    }

    fn header(&self, service_id: &str, request: &Request<'_>) -> Option<Header> {
        Some(Header {
            protocol_version: PROTOCOL_VERSION.to_owned(),
            message_class: SERVICE_CLASS.to_owned(),
            message_category: request.category(),
            message_type: "Request".to_owned(),
            service_id: service_id.to_owned(),
            sale_id: self.sale_id.clone(),
            poi_id: self.poi_id.clone(),
        })
    }

    fn reference(&self, reference: &Reference) -> MessageReference {
        MessageReference {
            message_category: reference.category,
            sale_id: self.sale_id.clone(),
            service_id: reference.service_id.clone(),
        }
    }
}

impl Request<'_> {
    pub fn category(&self) -> Category {
        match self {
            Request::Pay { .. } => Category::Payment,
            Request::TakeBack { .. } => Category::Reversal,
            Request::Abort(_) => Category::Abort,
            Request::Status(_) => Category::TransactionStatus,
            Request::Diagnosis => Category::Diagnosis,
        }
    }
}

/// A refund that knows its booking takes it back; one that does not wants the card.
pub fn category_of(tender: &Tender) -> Category {
    match (tender.kind, &tender.original) {
        (Kind::Reversal, _) | (Kind::Refund, Some(_)) => Category::Reversal,
        (Kind::Purchase | Kind::KeyedPurchase, _) | (Kind::Refund, None) => Category::Payment,
    }
}

/// The number of an intent in base 36: at most six digits.
pub fn service_id_of(intent: IntentNo) -> String {
    base_36(u64::from(intent.0), 1)
}

/// At least `digits` digits of `number`.
pub fn base_36(mut number: u64, digits: usize) -> String {
    let mut text = Vec::new();
    while number > 0 || text.len() < digits {
        let digit = u32::try_from(number % 36).unwrap_or_default();
        text.push(char::from_digit(digit, 36).unwrap_or('0').to_ascii_uppercase());
        number /= 36;
    }
    text.iter().rev().collect()
}

fn sale_of(tender: &Tender, when: &str) -> SaleData {
    let id = TransactionId { id: tender.intent.0.to_string(), when: when.to_owned() };
    SaleData { transaction: id }
}

fn payment(tender: &Tender, when: &str) -> PaymentRequest {
    let amounts = Amounts {
        currency: tender.currency.letters.iter().map(|letter| char::from(*letter)).collect(),
        requested: Major::from_minor(tender.amount_minor, tender.currency.minor_digits),
    };
    let kind = match tender.kind {
        Kind::Refund => Some(PaymentData { kind: "Refund" }),
        Kind::Purchase | Kind::KeyedPurchase | Kind::Reversal => None,
    };
    let keyed = tender.kind == Kind::KeyedPurchase;
    let conditions = keyed.then_some(Conditions { entry: ["Keyed"] });
    PaymentRequest {
        sale: sale_of(tender, when),
        transaction: PaymentTransaction { amounts, conditions },
        kind,
    }
}

fn reversal(tender: &Tender, original: &Booking, when: &str) -> ReversalRequest {
    let part = original.amount_minor.is_none_or(|whole| tender.amount_minor < whole);
    let id = TransactionId { id: original.reference.clone(), when: original.when.clone() };
    ReversalRequest {
        original: OriginalTransaction { id },
        reason: "MerchantCancel",
        amount: part.then(|| Major::from_minor(tender.amount_minor, tender.currency.minor_digits)),
        sale: sale_of(tender, when),
    }
}

#[derive(Serialize)]
struct Message {
    #[serde(rename = "SaleToPOIRequest")]
    body: Body,
}

#[derive(Default, Serialize)]
struct Body {
    #[serde(rename = "MessageHeader")]
    header: Option<Header>,
    #[serde(rename = "PaymentRequest", skip_serializing_if = "Option::is_none")]
    payment: Option<PaymentRequest>,
    #[serde(rename = "ReversalRequest", skip_serializing_if = "Option::is_none")]
    reversal: Option<ReversalRequest>,
    #[serde(rename = "AbortRequest", skip_serializing_if = "Option::is_none")]
    abort: Option<AbortRequest>,
    #[serde(rename = "TransactionStatusRequest", skip_serializing_if = "Option::is_none")]
    status: Option<StatusRequest>,
    #[serde(rename = "DiagnosisRequest", skip_serializing_if = "Option::is_none")]
    diagnosis: Option<DiagnosisRequest>,
}

#[derive(Serialize)]
struct PaymentRequest {
    #[serde(rename = "SaleData")]
    sale: SaleData,
    #[serde(rename = "PaymentTransaction")]
    transaction: PaymentTransaction,
    #[serde(rename = "PaymentData", skip_serializing_if = "Option::is_none")]
    kind: Option<PaymentData>,
}

#[derive(Serialize)]
struct SaleData {
    #[serde(rename = "SaleTransactionID")]
    transaction: TransactionId,
}

#[derive(Serialize)]
struct TransactionId {
    #[serde(rename = "TransactionID")]
    id: String,
    #[serde(rename = "TimeStamp")]
    when: String,
}

#[derive(Serialize)]
struct PaymentTransaction {
    #[serde(rename = "AmountsReq")]
    amounts: Amounts,
    #[serde(rename = "TransactionConditions", skip_serializing_if = "Option::is_none")]
    conditions: Option<Conditions>,
}

/// How the card is to come, where the till says so.
#[derive(Serialize)]
struct Conditions {
    #[serde(rename = "ForceEntryMode")]
    entry: [&'static str; 1],
}

#[derive(Serialize)]
struct Amounts {
    #[serde(rename = "Currency")]
    currency: String,
    #[serde(rename = "RequestedAmount")]
    requested: Major,
}

#[derive(Serialize)]
struct PaymentData {
    #[serde(rename = "PaymentType")]
    kind: &'static str,
}

#[derive(Serialize)]
struct ReversalRequest {
    #[serde(rename = "OriginalPOITransaction")]
    original: OriginalTransaction,
    #[serde(rename = "ReversalReason")]
    reason: &'static str,
    #[serde(rename = "ReversedAmount", skip_serializing_if = "Option::is_none")]
    amount: Option<Major>,
    #[serde(rename = "SaleData")]
    sale: SaleData,
}

#[derive(Serialize)]
struct OriginalTransaction {
    #[serde(rename = "POITransactionID")]
    id: TransactionId,
}

#[derive(Serialize)]
struct AbortRequest {
    #[serde(rename = "AbortReason")]
    reason: &'static str,
    #[serde(rename = "MessageReference")]
    reference: MessageReference,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MessageReference {
    message_category: Category,
    #[serde(rename = "SaleID")]
    sale_id: String,
    #[serde(rename = "ServiceID")]
    service_id: String,
}

#[derive(Serialize)]
struct StatusRequest {
    #[serde(rename = "MessageReference")]
    reference: MessageReference,
    #[serde(rename = "ReceiptReprintFlag")]
    reprint: bool,
    #[serde(rename = "DocumentQualifier")]
    copies: [&'static str; 2],
}

#[derive(Serialize)]
struct DiagnosisRequest {
    #[serde(rename = "HostDiagnosisFlag")]
    host: bool,
}
