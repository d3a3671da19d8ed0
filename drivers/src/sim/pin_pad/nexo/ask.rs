//! What a simulated nexo terminal reads: a request, and its amounts as they were written.
//! Holds shapes only, and the shape of a repeated answer. Never a float: an amount stays text
//! until the currency is known. Next: `terminal.rs`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Deserialize)]
pub struct Message {
    #[serde(rename = "SaleToPOIRequest")]
    pub request: RequestBody,
}

#[derive(Deserialize)]
pub struct RequestBody {
    #[serde(rename = "MessageHeader")]
    pub header: Value,
    #[serde(flatten)]
    pub bodies: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(rename = "SaleToPOIRequest")]
    pub request: AskedAmounts,
}

/// The amounts again, as they were written.
#[derive(Deserialize)]
pub struct AskedAmounts {
    #[serde(rename = "PaymentRequest")]
    pub payment: Option<AskedPayment>,
    #[serde(rename = "ReversalRequest")]
    pub reversal: Option<AskedReversal>,
}

#[derive(Deserialize)]
pub struct AskedPayment {
    #[serde(rename = "PaymentTransaction")]
    pub transaction: AskedTransaction,
}

#[derive(Deserialize)]
pub struct AskedTransaction {
    #[serde(rename = "AmountsReq")]
    pub amounts: AskedMoney,
}

#[derive(Deserialize)]
pub struct AskedMoney {
    #[serde(rename = "Currency")]
    pub currency: String,
    #[serde(rename = "RequestedAmount")]
    pub amount: Box<RawValue>,
}

#[derive(Deserialize)]
pub struct AskedReversal {
    #[serde(rename = "ReversedAmount")]
    pub amount: Option<Box<RawValue>>,
}

#[derive(Serialize)]
pub struct Found<'a> {
    #[serde(rename = "Response")]
    pub response: Value,
    #[serde(rename = "RepeatedMessageResponse")]
    pub repeated: Repeated<'a>,
}

#[derive(Serialize)]
pub struct Repeated<'a> {
    #[serde(rename = "MessageHeader")]
    pub header: Value,
    #[serde(rename = "RepeatedResponseMessageBody")]
    pub body: BTreeMap<&'static str, &'a RawValue>,
}

/// Category and id of the message that another one is about.
pub fn referred(body: &Value) -> Result<(String, String), String> {
    let of = |key: &str| {
        let reference = body.get("MessageReference").and_then(|reference| reference.get(key));
        reference.and_then(Value::as_str).ok_or(format!("a reference without {key}"))
    };
    let id = format!("{}/{}", of("SaleID")?, of("ServiceID")?);
    Ok((of("MessageCategory")?.to_owned(), id))
}
