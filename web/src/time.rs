//! Moments as people read them, in the venue's time zone: `Fri 4 Dec, 19:30`.
//!
//! The only place that knows a time zone (domain 1); names of days and months are words like
//! any other. Never reads a clock. Next: `words.rs`.

use crate::words::Words;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use usher_rules::BusinessDay;
use usher_rules::at::{At, Span};
use usher_rules::view::whats_on::{Day, Month};

/// The last business day that has a date.
const BUSINESS_DAY_MAX: u32 = 2_932_896;

/// The venue's clock face: its zone and the words for days and months.
#[derive(Debug, Clone)]
pub struct Times {
    zone: TimeZone,
    words: Words,
}

impl Times {
    /// By IANA name; a name that nobody knows reads as UTC (`usher check` refuses it earlier).
    pub fn new(zone: &str, words: &Words) -> Times {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        Times { zone, words: words.clone() }
    }

    pub fn zoned(&self, at: At) -> Zoned {
        Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::MIN).to_zoned(self.zone.clone())
    }

    pub fn date(&self, at: At) -> Date {
        self.zoned(at).date()
    }

    /// The date of the business day of a moment, which begins so many minutes after midnight.
    pub fn business_date(&self, at: At, rolls_min: u16) -> Date {
        let local = self.zoned(at).datetime();
        local.saturating_sub(i64::from(rolls_min).minutes()).date()
    }

    /// `Fri 4 Dec, 19:30`
    pub fn moment(&self, at: At) -> String {
        let zoned = self.zoned(at);
        let day = self.day(zoned.date());
        self.words.tell("moment", &[("day", day.into()), ("time", clock(&zoned.time()).into())])
    }

    /// `Fri 4 Dec`
    pub fn day(&self, date: Date) -> String {
        self.words.tell(
            "day",
            &[
                ("weekday", self.weekday(date.weekday()).into()),
                ("day", date.day().into()),
                ("month", self.words.say(MONTHS_SHORT[month_index(date)]).into()),
            ],
        )
    }

    /// `Fri 4 Dec 2026`, for what is kept on paper.
    pub fn dated(&self, date: Date) -> String {
        let year = date.year().to_string();
        self.words.tell("dated", &[("day", self.day(date).into()), ("year", year.into())])
    }

    /// `4 Dec 19:30`, for dense lists.
    pub fn short(&self, at: At) -> String {
        let zoned = self.zoned(at);
        let month = self.words.say(MONTHS_SHORT[month_index(zoned.date())]);
        format!("{} {month} {}", zoned.day(), clock(&zoned.time()))
    }

    /// `19:30`
    pub fn clock(&self, at: At) -> String {
        clock(&self.zoned(at).time())
    }

    /// `2026-12-04T19:30`, as a field for a time has it.
    pub fn write_minute(&self, at: At) -> String {
        format!("{}T{}", write_day(self.date(at)), self.clock(at))
    }

    /// Reads what [`Times::write_minute`] writes; the earlier moment where the clock is put back.
    pub fn read_minute(&self, text: &str) -> Option<At> {
        if text.len() != 16 {
            return None;
        }
        let local: DateTime = text.parse().ok()?;
        let zoned = local.to_zoned(self.zone.clone()).ok()?;
        Some(At(zoned.timestamp().as_millisecond()))
    }

    /// `19:07:12`
    pub fn seconds(&self, at: At) -> String {
        let time = self.zoned(at).time();
        format!("{}:{:02}", clock(&time), time.second())
    }

    /// `Fri`
    pub fn weekday(&self, weekday: Weekday) -> String {
        self.words.say(WEEKDAYS[weekday.to_monday_zero_offset() as usize % 7])
    }

    /// `December 2026`
    pub fn month_title(&self, month: Month) -> String {
        self.words.tell(
            "month-title",
            &[("month", self.month_name(month).into()), ("year", month.year.to_string().into())],
        )
    }

    /// `December`
    pub fn month_name(&self, month: Month) -> String {
        let index = usize::try_from(month.month - 1).unwrap_or(0) % 12;
        self.words.say(MONTHS[index])
    }

    /// `2 h 20` or `45 min`
    pub fn length(&self, span: Span) -> String {
        let minutes = span.0.max(0) / 60_000;
        let (hours, rest) = (minutes / 60, minutes % 60);
        match (hours, rest) {
            (0, rest) => self.words.tell("length-minutes", &[("minutes", rest.into())]),
            (hours, 0) => self.words.tell("length-hours", &[("hours", hours.into())]),
            (hours, rest) => {
                let rest = format!("{rest:02}");
                self.words.tell("length", &[("hours", hours.into()), ("minutes", rest.into())])
            }
        }
    }

    /// `Fri 4 Dec`, `Fri 4 and Sat 5 Dec`, `Tue 1 to Sat 12 Dec`: the dates of a run.
    pub fn run(&self, dates: &[Date]) -> String {
        let mut days = dates.to_vec();
        days.sort_unstable();
        days.dedup();
        match days.as_slice() {
            [] => String::new(),
            [one] => self.day(*one),
            [first, second] => self.words.tell(
                "run-and",
                &[("first", self.day_before(*first, *second)), ("last", self.day(*second).into())],
            ),
            [first, .., last] => self.words.tell(
                "run-to",
                &[("first", self.day_before(*first, *last)), ("last", self.day(*last).into())],
            ),
        }
    }

    /// The day without its month when the day after it in the sentence has the same month.
    fn day_before(&self, date: Date, next: Date) -> fluent_bundle::FluentValue<'static> {
        if date.first_of_month() != next.first_of_month() {
            return self.day(date).into();
        }
        format!("{} {}", self.weekday(date.weekday()), date.day()).into()
    }
}

/// RFC 3339 in UTC, for `datetime` attributes.
pub fn iso(at: At) -> String {
    Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::MIN).to_string()
}

/// Minutes and seconds left, as `12:40`; never below zero.
pub fn digits(span: Span) -> String {
    let seconds = span.0.max(0) / 1_000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Reads `2026-12-05`, as a form sends it.
pub fn read_day(text: &str) -> Option<Day> {
    if text.len() != 10 {
        return None;
    }
    let date: Date = text.parse().ok()?;
    Some(Day { year: date.year(), month: date.month(), day: date.day() })
}

/// The date of a business day.
pub fn business_date(day: BusinessDay) -> Date {
    let days = i64::from(day.0.min(BUSINESS_DAY_MAX));
    Date::constant(1970, 1, 1).saturating_add(days.days())
}

/// The business day of a date; none before 1970.
pub fn business_day(date: Day) -> Option<BusinessDay> {
    let since = date_of(date)?.since(Date::constant(1970, 1, 1)).ok()?;
    u32::try_from(since.get_days()).ok().map(BusinessDay)
}

/// Reads `2026-12`.
pub fn read_month(text: &str) -> Option<Month> {
    let day = read_day(&format!("{text}-01"))?;
    Some(Month { year: day.year, month: day.month })
}

/// Writes what [`read_day`] reads.
pub fn write_day(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

/// Writes what [`read_month`] reads.
pub fn write_month(month: Month) -> String {
    format!("{:04}-{:02}", month.year, month.month)
}

pub(crate) fn date_of(day: Day) -> Option<Date> {
    Date::new(day.year, day.month, day.day).ok()
}

/// The moment this day begins in the venue, and the moment the next one does.
pub fn bounds(day: Day, zone: &str) -> Option<(At, At)> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let date = date_of(day)?;
    let start = |date: Date| date.to_zoned(zone.clone()).ok();
    let next = date.checked_add(1.day()).ok()?;
    let milliseconds = |zoned: Zoned| At(zoned.timestamp().as_millisecond());
    Some((milliseconds(start(date)?), milliseconds(start(next)?)))
}

fn clock(time: &Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

fn month_index(date: Date) -> usize {
    usize::try_from(date.month() - 1).unwrap_or(0) % 12
}

const WEEKDAYS: [&str; 7] = [
    "weekday-mon",
    "weekday-tue",
    "weekday-wed",
    "weekday-thu",
    "weekday-fri",
    "weekday-sat",
    "weekday-sun",
];
const MONTHS_SHORT: [&str; 12] = [
    "month-jan",
    "month-feb",
    "month-mar",
    "month-apr",
    "month-may",
    "month-jun",
    "month-jul",
    "month-aug",
    "month-sep",
    "month-oct",
    "month-nov",
    "month-dec",
];
const MONTHS: [&str; 12] = [
    "month-january",
    "month-february",
    "month-march",
    "month-april",
    "month-may-long",
    "month-june",
    "month-july",
    "month-august",
    "month-september",
    "month-october",
    "month-november",
    "month-december",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn tidewell() -> Times {
        Times::new("Europe/London", &Words::english())
    }

    fn at(text: &str) -> At {
        At(text.parse::<Timestamp>().expect("a time").as_millisecond())
    }

    #[test]
    fn times_are_the_venues_in_summer_and_winter() {
        assert_eq!(tidewell().moment(at("2026-12-04T19:30:00Z")), "Fri 4 Dec, 19:30");
        assert_eq!(tidewell().moment(at("2026-07-03T18:30:00Z")), "Fri 3 Jul, 19:30");
        assert_eq!(tidewell().seconds(at("2026-12-04T19:07:09Z")), "19:07:09");
        assert_eq!(tidewell().short(at("2026-12-04T09:05:00Z")), "4 Dec 09:05");
    }

    #[test]
    fn lengths_are_hours_and_minutes() {
        let write = |minutes| tidewell().length(Span::minutes(minutes));
        assert_eq!(
            [write(45), write(60), write(140), write(125)],
            ["45 min", "1 h", "2 h 20", "2 h 05"]
        );
        assert_eq!(digits(Span::seconds(760)), "12:40");
        assert_eq!(digits(Span::seconds(-3)), "0:00");
    }

    #[test]
    fn runs_name_the_month_once_where_it_is_one() {
        let date = |text: &str| text.parse::<Date>().expect("a date");
        let run = |texts: &[&str]| {
            tidewell().run(&texts.iter().map(|text| date(text)).collect::<Vec<_>>())
        };
        assert_eq!(run(&["2026-12-04"]), "Fri 4 Dec");
        assert_eq!(run(&["2026-12-05", "2026-12-04"]), "Fri 4 and Sat 5 Dec");
        assert_eq!(run(&["2026-12-01", "2026-12-02", "2026-12-12"]), "Tue 1 to Sat 12 Dec");
        assert_eq!(run(&["2026-12-18", "2026-12-19", "2027-01-03"]), "Fri 18 Dec to Sun 3 Jan");
    }

    #[test]
    fn days_of_a_form_are_read_strictly() {
        assert_eq!(read_day("2026-12-05"), Some(Day { year: 2026, month: 12, day: 5 }));
        for wrong in ["", "2026-13-01", "2026-02-30", "05/12/2026", "2026-12-5", "x026-12-05"] {
            assert_eq!(read_day(wrong), None, "{wrong}");
        }
        assert_eq!(read_month("2026-12"), Some(Month { year: 2026, month: 12 }));
        assert_eq!(read_month("2026"), None);
    }

    #[test]
    fn business_days_are_dates_and_back() {
        let day = read_day("2026-12-05").expect("a day");
        let of = business_day(day).expect("after 1970");
        assert_eq!(of, BusinessDay(20_792));
        assert_eq!(write_day(business_date(of)), "2026-12-05");
        assert_eq!(business_day(read_day("1969-12-31").expect("a day")), None);
        assert_eq!(write_day(business_date(BusinessDay(0))), "1970-01-01");
        assert_eq!(write_day(business_date(BusinessDay(u32::MAX))), "9999-12-31");
    }

    #[test]
    fn a_day_of_a_clock_change_is_as_long_as_it_is() {
        let day = Day { year: 2026, month: 10, day: 25 };
        let (start, end) = bounds(day, "Europe/London").expect("a day");
        assert_eq!(end - start, Span::hours(25));
    }
}
