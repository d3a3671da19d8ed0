//! The house itself: what it is called, where it stands, how it counts days and money.
//!
//! Printed on tickets, letters and pages. Never holds a rule of sale (`sale.rs`) or of the door
//! (`door.rs`). Next: `sale.rs`.

use serde::{Deserialize, Deserializer, de};

/// `[venue]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Venue {
    pub name: String,
    #[serde(default)]
    pub address: String,
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    pub email: String,
    /// When the counter is open, as patrons read it.
    #[serde(default)]
    pub counter_hours: String,
    /// IANA name, `Europe/London`. For display, opening hours and the business date only.
    pub time_zone: String,
    /// ISO 4217 code. One currency to a box.
    pub currency: String,
    #[serde(default)]
    pub business_day_rolls_at: TimeOfDay,
}

/// A time of day in venue time, written `HH:MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay {
    pub hour: u8,
    pub minute: u8,
}

impl TimeOfDay {
    /// Minutes since midnight.
    pub fn minutes(self) -> u16 {
        u16::from(self.hour) * 60 + u16::from(self.minute)
    }

    fn read(text: &str) -> Option<TimeOfDay> {
        let (hour, minute) = text.split_once(':')?;
        let two_digits = |part: &str| {
            let plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| part.parse::<u8>().ok()).flatten()
        };
        let (hour, minute) = (two_digits(hour)?, two_digits(minute)?);
        (hour < 24 && minute < 60).then_some(TimeOfDay { hour, minute })
    }
}

impl Default for TimeOfDay {
    /// 04:00: the last bar has closed and no matinee has opened (domain 1).
    fn default() -> TimeOfDay {
        TimeOfDay { hour: 4, minute: 0 }
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<TimeOfDay, D::Error> {
        let text = String::deserialize(input)?;
        TimeOfDay::read(&text).ok_or_else(|| {
            de::Error::custom(format_args!("`{text}` is not a time of day such as \"04:00\""))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::TimeOfDay;

    #[test]
    fn a_time_of_day_has_two_digits_each_and_ends_before_midnight() {
        assert_eq!(TimeOfDay::read("00:00").map(TimeOfDay::minutes), Some(0));
        assert_eq!(TimeOfDay::read("23:59").map(TimeOfDay::minutes), Some(1439));
        for wrong in ["24:00", "12:60", "4:00", "04:0", "0400", "+4:00", "04:00:00", ""] {
            assert_eq!(TimeOfDay::read(wrong), None, "{wrong}");
        }
    }
}
