//! Amounts as nexo writes them: a JSON number in major units, made and read as text.
//! Holds exact conversions only; never a float, never a rounding: what does not fit is refused.
//! Next: `message.rs`.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::value::RawValue;

/// No currency has more minor digits.
pub const MINOR_DIGITS_MAX: u8 = 4;
/// Longest number that is read; a u64 has 20 digits.
const NUMBER_CHARS_MAX: usize = 32;

/// A number as it stands on the wire, such as `12.50`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Major(String);

impl Major {
    /// `1250` with two minor digits is `12.50`.
    pub fn from_minor(minor: u64, digits: u8) -> Major {
        let digits = usize::from(digits.min(MINOR_DIGITS_MAX));
        let text = format!("{minor:0>width$}", width = digits + 1);
        let (whole, part) = text.split_at(text.len() - digits);
        Major(if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") })
    }

    /// `None` for what is no plain amount in this currency.
    pub fn minor(&self, digits: u8) -> Option<u64> {
        let digits = usize::from(digits.min(MINOR_DIGITS_MAX));
        let (whole, part) = self.0.split_once('.').unwrap_or((&self.0, ""));
        let (kept, rest) = part.split_at_checked(digits).unwrap_or((part, ""));
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(kept) || rest.bytes().any(|b| b != b'0') {
            return None;
        }
        format!("{whole}{kept:0<digits$}").parse().ok()
    }
}

impl Serialize for Major {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone()).map_err(ser::Error::custom)?.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Major {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Major, D::Error> {
        let raw = Box::<RawValue>::deserialize(from)?;
        let text = raw.get();
        let number = text.starts_with(|first: char| first.is_ascii_digit() || first == '-');
        if !number || text.len() > NUMBER_CHARS_MAX {
            return Err(de::Error::custom("an amount must be a number"));
        }
        Ok(Major(text.to_owned()))
    }
}
