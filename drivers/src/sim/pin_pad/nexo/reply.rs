//! The words of a simulated nexo terminal: bodies of its answers, as such terminals write them.
//! Holds JSON only; amounts are written from minor units as text. Never holds a whole card number
//! but the one made up for the scene that wants it. Next: `terminal.rs`.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use crate::sim::pin_pad::truth::{Line, Of};

/// Currencies the terminal was given: letters, ISO 4217 number, minor digits.
const CURRENCIES: [(&str, u16, usize); 6] = [
    ("EUR", 978, 2),
    ("CHF", 756, 2),
    ("GBP", 826, 2),
    ("USD", 840, 2),
    ("JPY", 392, 0),
    ("KWD", 414, 3),
];
/// The time of its first booking, 2026-01-01; each later one is a second later.
const FIRST_BOOKING_S: i64 = 1_767_225_600;

/// One answer, before it is sealed.
pub type Body = (&'static str, Box<RawValue>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    pub letters: &'static str,
    pub number: u16,
    digits: usize,
}

impl Money {
    pub fn of_letters(wanted: &str) -> Option<Money> {
        CURRENCIES.iter().find(|(letters, ..)| *letters == wanted).map(Money::of)
    }

    pub fn of_number(wanted: u16) -> Option<Money> {
        CURRENCIES.iter().find(|(_, number, _)| *number == wanted).map(Money::of)
    }

    fn of(&(letters, number, digits): &(&'static str, u16, usize)) -> Money {
        Money { letters, number, digits }
    }

    /// Strict: no more than the minor digits of the currency, and more than nothing. A number of
    /// JSON may leave out zeros at its end, and the vendor's own till does: `12.5`.
    pub fn minor(self, text: &str) -> Option<u64> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let plain = format!("{whole}{part:0<digits$}", digits = self.digits);
        let good = part.len() <= self.digits
            && part.is_empty() != text.contains('.')
            && !whole.is_empty()
            && (whole == "0" || !whole.starts_with('0'))
            && plain.bytes().all(|byte| byte.is_ascii_digit());
        if good { plain.parse().ok().filter(|minor| *minor > 0) } else { None }
    }

    /// As such terminals do it, without zeros at the end: `12.5`.
    pub fn major(self, minor: u64) -> String {
        let text = format!("{minor:0>width$}", width = self.digits + 1);
        let (whole, part) = text.split_at(text.len() - self.digits);
        let part = part.trim_end_matches('0');
        if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
    }
}

/// How a payment is told to have gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    pub partial: bool,
    pub clear_pan: bool,
    /// The number of the card was typed.
    pub keyed: bool,
}

pub fn success() -> Value {
    json!({ "Result": "Success" })
}

pub fn failure(condition: &str, additional: &str) -> Value {
    json!({ "Result": "Failure", "ErrorCondition": condition, "AdditionalResponse": additional })
}

pub fn body(name: &'static str, value: &impl Serialize) -> Option<Body> {
    Some((name, to_raw_value(value).ok()?))
}

/// An answer that says only how it went.
pub fn bare(name: &'static str, response: &Value) -> Option<Body> {
    body(name, &json!({ "Response": response }))
}

pub fn approved(line: &Line, told: Told) -> Option<Body> {
    let money = Money::of_number(line.currency)?;
    let result = if told.partial { "Partial" } else { "Success" };
    // A well-known test number, in the open for the scene that wants one.
    let pan = if told.clear_pan { "42".repeat(8) } else { "424242 **** 4242".to_owned() };
    let entry = if told.keyed { "Keyed" } else { "ICC" };
    let card = json!({
        "PaymentBrand": "visa",
        "MaskedPan": pan,
        "EntryMode": [entry],
        "SensitiveCardData": { "ExpiryDate": "1230" },
    });
    body(
        "PaymentResponse",
        &Payment {
            response: json!({
                "Result": result,
                "AdditionalResponse": format!(
                    "expiryMonth=12&expiryYear=2030&posEntryMode={entry}"
                ),
            }),
            poi: json!({ "POITransactionID": transaction(line) }),
            result: PaymentResult {
                amounts: Amounts {
                    currency: money.letters,
                    authorized: RawValue::from_string(money.major(line.amount_minor)).ok()?,
                },
                instrument: json!({ "PaymentInstrumentType": "Card", "CardData": card }),
                acquirer: json!({ "ApprovalCode": format!("{:06}", line.trace) }),
                online: true,
            },
            receipts: json!([receipt("CashierReceipt", line), receipt("CustomerReceipt", line)]),
        },
    )
}

pub fn reversed(line: &Line) -> Option<Body> {
    body(
        "ReversalResponse",
        &json!({ "Response": success(), "POIData": {
        "POITransactionID": transaction(line) } }),
    )
}

pub fn reference(line: &Line) -> String {
    format!("SIM{:09}", line.trace)
}

/// As a real terminal tells that it cannot open a message.
pub fn crypto_error(why: &str) -> String {
    json!({ "errors": [format!("Nexo Service: crypto error: {why}")], "ServiceID": "" }).to_string()
}

fn transaction(line: &Line) -> Value {
    let when = jiff::Timestamp::from_second(FIRST_BOOKING_S + i64::from(line.trace));
    json!({ "TransactionID": reference(line), "TimeStamp": when.unwrap_or_default().to_string() })
}

fn receipt(qualifier: &str, line: &Line) -> Value {
    let sum = Money::of_number(line.currency)
        .map(|money| format!("{}%20{}", money.letters, money.major(line.amount_minor)))
        .unwrap_or_default();
    let what = match line.of {
        Of::Purchase => "SALE",
        Of::Refund => "REFUND",
    };
    let heading = match qualifier {
        "CashierReceipt" => "MERCHANT%20COPY",
        _customer => "CARDHOLDER%20COPY",
    };
    let lines = [
        format!("name={heading}&key=header"),
        "key=filler".to_owned(),
        format!("name={what}&value={sum}&key=totalAmount&format=Bold"),
        "name=Card&value=%2A%2A%2A%2A%204242&key=pan".to_owned(),
        format!("name=Ref&value={}&key=txRef", reference(line)),
    ];
    let text = |line: &String| json!({ "Text": line, "EndOfLineFlag": true });
    json!({
        "DocumentQualifier": qualifier,
        "RequiredSignatureFlag": false,
        "OutputContent": {
            "OutputFormat": "Text",
            "OutputText": lines.iter().map(text).collect::<Vec<_>>(),
        },
    })
}

#[derive(Serialize)]
struct Payment {
    #[serde(rename = "Response")]
    response: Value,
    #[serde(rename = "POIData")]
    poi: Value,
    #[serde(rename = "PaymentResult")]
    result: PaymentResult,
    #[serde(rename = "PaymentReceipt")]
    receipts: Value,
}

#[derive(Serialize)]
struct PaymentResult {
    #[serde(rename = "AmountsResp")]
    amounts: Amounts,
    #[serde(rename = "PaymentInstrumentData")]
    instrument: Value,
    #[serde(rename = "PaymentAcquirerData")]
    acquirer: Value,
    #[serde(rename = "OnlineFlag")]
    online: bool,
}

#[derive(Serialize)]
struct Amounts {
    #[serde(rename = "Currency")]
    currency: &'static str,
    #[serde(rename = "AuthorizedAmount")]
    authorized: Box<RawValue>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_exactly_with_or_without_zeros_at_its_end() {
        let pound = Money::of_letters("GBP").unwrap();
        for (text, then) in [
            ("12.50", Some(1_250)),
            ("12.5", Some(1_250)),
            ("12", Some(1_200)),
            ("0.01", Some(1)),
            ("12.505", None),
            ("12.", None),
            (".5", None),
            ("012.5", None),
            ("1e3", None),
            ("-12.5", None),
            ("0", None),
        ] {
            assert_eq!(pound.minor(text), then, "{text}");
        }
    }
}
