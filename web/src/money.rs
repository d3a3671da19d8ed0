//! Money as people read it: `£35.00`, `-£5.40`, `CHF 12.00`.
//!
//! Integer arithmetic only; knows the currency's sign and digits, never a rate.
//! Next: `usher_rules::money`.

use iso_currency::Currency;
use usher_rules::money::Money;

/// The one currency of the box, ready to write amounts in.
#[derive(Debug, Clone, PartialEq)]
pub struct Purse {
    sign: String,
    digits: u32,
}

impl Purse {
    /// By ISO 4217 letters; an unknown currency is written by its letters with two digits.
    pub fn new(code: &str) -> Purse {
        let Some(currency) = Currency::from_code(code) else {
            return Purse { sign: format!("{code} "), digits: 2 };
        };
        let symbol = currency.symbol().to_string();
        // Only signs that mean one currency to everybody; `$` does not, but is what is expected.
        let sign = match symbol.as_str() {
            "£" | "€" | "$" | "¥" | "₹" => symbol,
            _ => format!("{code} "),
        };
        Purse { sign, digits: currency.exponent().map_or(2, u32::from) }
    }

    /// The amount with its sign, as in `£35.00`.
    pub fn write(&self, amount: Money) -> String {
        let unit = 10_u64.pow(self.digits);
        let minor = amount.0.unsigned_abs();
        let minus = if amount.0 < 0 { "-" } else { "" };
        let whole = grouped(minor / unit);
        let width = self.digits as usize;
        if width == 0 {
            return format!("{minus}{}{whole}", self.sign);
        }
        format!("{minus}{}{whole}.{:0width$}", self.sign, minor % unit)
    }
}

/// Thousands set off by commas, as in `12,480`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_carry_sign_digits_and_groups() {
        for (code, minor, expected) in [
            ("GBP", 3500, "£35.00"),
            ("GBP", 5, "£0.05"),
            ("GBP", -540, "-£5.40"),
            ("EUR", 123_456_789, "€1,234,567.89"),
            ("JPY", 4200, "¥4,200"),
            ("CHF", 1200, "CHF 12.00"),
            ("KWD", 1234, "KWD 1.234"),
            ("XQZ", 100, "XQZ 1.00"),
            ("GBP", 99_999, "£999.99"),
            ("GBP", 100_000, "£1,000.00"),
        ] {
            assert_eq!(Purse::new(code).write(Money(minor)), expected, "{code} {minor}");
        }
    }
}
