//! The card of the demo's payment page: read, checked for shape, and turned into a token.
//!
//! Never stored, never logged, never shown again (trust 2). Whether it is accepted is the
//! gateway's word alone. Next: `shop/checkout.rs`.

use super::form::Fields;
use crate::state::TypedCard;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use usher_rules::at::At;
use usher_rules::view::checkout::{Fault, Field, FieldFault};

const DIGITS: std::ops::RangeInclusive<usize> = 13..=19;
/// Years ahead that a card can be good for.
const YEARS_MAX: i16 = 30;

/// The card as typed, or what is wrong with it, field by field.
pub fn read(fields: &Fields, now: At, zone: &str) -> Result<TypedCard, Vec<FieldFault>> {
    let number = number(fields.text("card-number"));
    let expiry = expiry(fields.text("card-expiry"), now, zone);
    let code = code(fields.text("card-code"));
    match (number, expiry, code) {
        (Ok(number), Ok((expiry_month, expiry_year)), Ok(code)) => {
            Ok(TypedCard { number, expiry_month, expiry_year, code })
        }
        (number, expiry, code) => {
            let found = [
                (Field::CardNumber, number.err()),
                (Field::CardExpiry, expiry.err()),
                (Field::CardCode, code.err()),
            ];
            let fault = |(field, fault): (Field, Option<Fault>)| {
                fault.map(|fault| FieldFault { field, fault })
            };
            Err(found.into_iter().filter_map(fault).collect())
        }
    }
}

fn number(text: &str) -> Result<String, Fault> {
    let digits: String = text.chars().filter(|sign| !matches!(sign, ' ' | '-')).collect();
    if digits.is_empty() {
        return Err(Fault::Missing);
    }
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let sound = plain && DIGITS.contains(&digits.len()) && luhn(&digits);
    if sound { Ok(digits) } else { Err(Fault::NotACard) }
}

fn luhn(digits: &str) -> bool {
    let weighted = digits.bytes().rev().map(|byte| u32::from(byte - b'0')).enumerate();
    let sum: u32 = weighted
        .map(|(index, digit)| match (index % 2, digit) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// `12/27`, `12/2027`, `1227`: good until the end of that month in the venue.
fn expiry(text: &str, now: At, zone: &str) -> Result<(u8, u16), Fault> {
    let plain: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
    if plain.is_empty() {
        return Err(Fault::Missing);
    }
    let parts = plain.split_once(['/', '-']).or_else(|| plain.split_at_checked(2));
    let (month, year) = parts.ok_or(Fault::NotADate)?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(month) || !digits(year) {
        return Err(Fault::NotADate);
    }
    let month: i8 = month.parse().map_err(|_| Fault::NotADate)?;
    let year: i16 = match year.len() {
        2 => 2_000 + year.parse::<i16>().map_err(|_| Fault::NotADate)?,
        4 => year.parse().map_err(|_| Fault::NotADate)?,
        _ => return Err(Fault::NotADate),
    };
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let moment = Timestamp::from_millisecond(now.0).unwrap_or(Timestamp::UNIX_EPOCH);
    let today = moment.to_zoned(zone).date();
    if !(1..=12).contains(&month) || year > today.year() + YEARS_MAX {
        return Err(Fault::NotADate);
    }
    if (year, month) < (today.year(), today.month()) {
        return Err(Fault::Over);
    }
    Ok((month.unsigned_abs(), year.unsigned_abs()))
}

fn code(text: &str) -> Result<String, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Fault::Missing);
    }
    let sound = matches!(text.len(), 3 | 4) && text.bytes().all(|byte| byte.is_ascii_digit());
    if sound { Ok(text.to_owned()) } else { Err(Fault::NotACode) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noon of 31 December 2026, UTC.
    const LAST_DAY: At = At(1_798_718_400_000);

    #[test]
    fn a_number_has_thirteen_to_nineteen_digits_and_adds_up() {
        assert_eq!(number("4242 4242 4242 4242"), Ok("4242424242424242".to_owned()));
        assert_eq!(number("4242-4242-4242-4242"), Ok("4242424242424242".to_owned()));
        assert_eq!(number("  "), Err(Fault::Missing));
        let zeros = |count| "0".repeat(count);
        assert!(number(&zeros(13)).is_ok() && number(&zeros(19)).is_ok());
        for wrong in ["4242424242424241", "4242x", &zeros(12), &zeros(20), "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"]
        {
            assert_eq!(number(wrong), Err(Fault::NotACard), "{wrong}");
        }
    }

    #[test]
    fn a_card_is_good_through_its_last_month_in_the_venue() {
        let read = |text: &str| expiry(text, LAST_DAY, "Europe/London");
        for good in ["12/26", "12/2026", "1226", "12 / 26", "12-26"] {
            assert_eq!(read(good), Ok((12, 2026)), "{good}");
        }
        assert_eq!(read("11/26"), Err(Fault::Over));
        assert_eq!(read("12/25"), Err(Fault::Over));
        // Half a day later it is January in the venue, and an hour before that in Auckland.
        let later = LAST_DAY + usher_rules::at::Span::hours(12);
        assert_eq!(expiry("12/26", later, "Europe/London"), Err(Fault::Over));
        assert_eq!(expiry("12/26", LAST_DAY, "Pacific/Auckland"), Err(Fault::Over));
    }

    #[test]
    fn what_is_no_month_and_year_is_not_a_date() {
        for wrong in ["13/26", "00/26", "1", "12/6", "12/026", "ab/cd", "12/9999", "+1/26", "é/26"]
        {
            assert_eq!(expiry(wrong, LAST_DAY, "UTC"), Err(Fault::NotADate), "{wrong}");
        }
        assert_eq!(expiry("", LAST_DAY, "UTC"), Err(Fault::Missing));
    }

    #[test]
    fn a_code_has_three_or_four_digits() {
        assert!(code("123").is_ok() && code("1234").is_ok());
        for wrong in ["12", "12345", "12a"] {
            assert_eq!(code(wrong), Err(Fault::NotACode), "{wrong}");
        }
        assert_eq!(code(""), Err(Fault::Missing));
    }
}
