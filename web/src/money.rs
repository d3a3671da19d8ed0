//! Money as people read and type it: `£35.00`, `-£5.40`, `CHF 12.00`, and its notes and coins.
//!
//! Integer arithmetic only; knows the currency's sign and digits, never a rate.
//! Next: `usher_rules::money`.

use iso_currency::Currency;
use usher_rules::money::Money;

/// Longest amount that is read, in bytes.
pub const TYPED_BYTES_MAX: usize = 20;

/// The one currency of the box, ready to write amounts in.
#[derive(Debug, Clone, PartialEq)]
pub struct Purse {
    sign: String,
    digits: u32,
    pieces: &'static [i64],
}

impl Purse {
    /// By ISO 4217 letters; an unknown currency is written by its letters with two digits.
    pub fn new(code: &str) -> Purse {
        let Some(currency) = Currency::from_code(code) else {
            return Purse { sign: format!("{code} "), digits: 2, pieces: &[] };
        };
        let symbol = currency.symbol().to_string();
        // Only signs that mean one currency to everybody; `$` does not, but is what is expected.
        let sign = match symbol.as_str() {
            "£" | "€" | "$" | "¥" | "₹" => symbol,
            _ => format!("{code} "),
        };
        let digits = currency.exponent().map_or(2, u32::from);
        Purse { sign, digits, pieces: pieces(code) }
    }

    /// Notes and coins to count by, the largest first; empty where they are not known.
    pub fn pieces(&self) -> impl Iterator<Item = Money> {
        self.pieces.iter().copied().map(Money)
    }

    /// An amount as people type it: `12`, `12.5`, `12,50`, `£1,250.00`. Never below zero.
    pub fn read(&self, typed: &str) -> Option<Money> {
        let plain: String = typed.chars().filter(|sign| !sign.is_whitespace()).collect();
        let plain = plain.strip_prefix(self.sign.trim_end()).unwrap_or(&plain);
        if plain.is_empty() || plain.len() > TYPED_BYTES_MAX {
            return None;
        }
        let mark = plain.rfind(['.', ',']);
        let mark = mark.filter(|at| (1..=self.digits as usize).contains(&(plain.len() - at - 1)));
        let (whole, part) = mark.map_or((plain, ""), |at| (&plain[..at], &plain[at + 1..]));
        let whole = ungrouped(whole, mark.and_then(|at| plain[at..].chars().next()))?;
        let width = self.digits as usize;
        let digits = format!("{whole}{part:0<width$}");
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        if plain { digits.parse().ok().map(Money) } else { None }
    }

    /// Digits after the point.
    pub fn digits(&self) -> u32 {
        self.digits
    }

    /// The amount as a figure alone, as in `-1250.00`: for files.
    pub fn plain(&self, amount: Money) -> String {
        let unit = 10_u64.pow(self.digits);
        let minor = amount.0.unsigned_abs();
        let minus = if amount.0 < 0 { "-" } else { "" };
        let width = self.digits as usize;
        if width == 0 {
            return format!("{minus}{minor}");
        }
        format!("{minus}{}.{:0width$}", minor / unit, minor % unit)
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

/// What cash there is of a currency, in minor units.
fn pieces(code: &str) -> &'static [i64] {
    match code {
        "GBP" => &[5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
        "EUR" => &[20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
        "USD" => &[10_000, 5_000, 2_000, 1_000, 500, 100, 50, 25, 10, 5, 1],
        "CHF" => &[20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5],
        _ => &[],
    }
}

/// Digits without the sign that sets off thousands: a comma, or a point before a decimal comma. A
/// point alone that three digits follow is a slip, and no thousand.
fn ungrouped(whole: &str, mark: Option<char>) -> Option<String> {
    let Some(sign) = whole.chars().find(|sign| [',', '.'].contains(sign)) else {
        return Some(whole.to_owned());
    };
    let groups: Vec<&str> = whole.split(sign).collect();
    let first = groups.first().is_some_and(|group| (1..=3).contains(&group.len()));
    let rest = groups.iter().skip(1).all(|group| group.len() == 3);
    let sets_off = if sign == '.' { mark == Some(',') } else { mark != Some(',') };
    (sets_off && first && rest).then(|| groups.concat())
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
    fn amounts_are_read_as_people_type_them() {
        for (code, typed, expected) in [
            ("GBP", "12", Some(1_200)),
            ("GBP", "12.5", Some(1_250)),
            ("GBP", "12,50", Some(1_250)),
            ("GBP", " £1,250.00 ", Some(125_000)),
            ("EUR", "1.250,75", Some(125_075)),
            ("GBP", "1,250", Some(125_000)),
            ("GBP", "1 250", Some(125_000)),
            ("GBP", ".50", Some(50)),
            ("GBP", "0", Some(0)),
            ("JPY", "4,200", Some(4_200)),
            ("CHF", "CHF 12", Some(1_200)),
            ("KWD", "1.234", Some(1_234)),
            ("GBP", "", None),
            ("GBP", "£", None),
            ("GBP", "-5", None),
            ("GBP", "12.", None),
            ("GBP", "12.345", None),
            ("EUR", "1.250", None),
            ("GBP", "1,25,00", None),
            ("GBP", "1,250,00", None),
            ("GBP", "12x", None),
            ("GBP", "１２", None),
            ("JPY", "4.5", None),
            ("GBP", "12345678901234567890", None),
            ("GBP", "123456789012345678901", None),
        ] {
            assert_eq!(Purse::new(code).read(typed), expected.map(Money), "{code} {typed:?}");
        }
    }

    #[test]
    fn notes_and_coins_are_told_from_the_largest_down() {
        for code in ["GBP", "EUR", "USD", "CHF"] {
            let pieces: Vec<Money> = Purse::new(code).pieces().collect();
            assert!(pieces.len() > 8 && pieces.is_sorted_by(|one, two| one > two), "{code}");
        }
        assert_eq!(Purse::new("KWD").pieces().count(), 0);
    }

    #[test]
    fn files_have_figures_alone() {
        for (code, minor, expected) in [
            ("GBP", -123_456, "-1234.56"),
            ("GBP", 5, "0.05"),
            ("JPY", 1_200, "1200"),
            ("KWD", 1_234_567, "1234.567"),
        ] {
            assert_eq!(Purse::new(code).plain(Money(minor)), expected, "{code} {minor}");
        }
    }

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
