//! How the house sells: holds, limits per cart, the single-seat rule, levels, fees and taxes.
//!
//! These are the house's defaults; a performance may say otherwise in its own record. Never a
//! price: prices belong to performances. Next: `door.rs`.

use serde::{Deserialize, Deserializer, de};
use std::fmt;

/// `[sale]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sale {
    pub hold_time_min: u32,
    pub tickets_per_cart_max: u32,
    /// Minutes before the start at which the web stops selling.
    pub web_sale_ends_min: u32,
    /// Shortest stretch of free seats a sale may leave; 1 switches the rule off (domain 4.2).
    pub min_leftover: u32,
    pub relax: Relax,
    /// Two seats left at an aisle or wall may be one (domain 4.2).
    pub aisle_single_ok: bool,
    /// Among clean places within this cost slack, one flush with a run end first (domain 4.3).
    pub pack_slack_percent: u32,
    /// Days after its last day on which what is not paid up is cancelled; 0 is never.
    pub cancel_overdue_after_days: u32,
}

impl Default for Sale {
    fn default() -> Sale {
        Sale {
            hold_time_min: 15,
            tickets_per_cart_max: 10,
            web_sale_ends_min: 60,
            min_leftover: 2,
            relax: Relax::default(),
            aisle_single_ok: false,
            pack_slack_percent: 0,
            cancel_overdue_after_days: 0,
        }
    }
}

/// When the single-seat rule gives way (domain 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relax {
    Never,
    LastResort,
    /// `Never` until this share is gone or curtain is this near, `LastResort` from then on.
    NeverUntil {
        sold_percent: u8,
        hours_before: u32,
    },
}

impl Default for Relax {
    fn default() -> Relax {
        Relax::NeverUntil { sold_percent: 90, hours_before: 24 }
    }
}

/// The table form of [`Relax`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Until {
    sold_percent: u8,
    hours_before: u32,
}

impl<'de> Deserialize<'de> for Relax {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Relax, D::Error> {
        input.deserialize_any(RelaxVisitor)
    }
}

/// By hand instead of an untagged enum, which would lose the place and the reason of a mistake.
struct RelaxVisitor;

impl<'de> de::Visitor<'de> for RelaxVisitor {
    type Value = Relax;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("\"never\", \"last-resort\" or { sold_percent = 90, hours_before = 24 }")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Relax, E> {
        match word {
            "never" => Ok(Relax::Never),
            "last-resort" => Ok(Relax::LastResort),
            other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
        }
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Relax, A::Error> {
        let until = Until::deserialize(de::value::MapAccessDeserializer::new(map))?;
        let Until { sold_percent, hours_before } = until;
        Ok(Relax::NeverUntil { sold_percent, hours_before })
    }
}

/// `[[level]]`: a price level, Adult or Concession.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Kept for good: prices and old tickets name it.
    pub number: u32,
    pub name: String,
}

/// `[[fee]]`: a charge beside the tickets, shown as a line of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// Kept for good: old lines name it.
    pub number: u32,
    pub name: String,
    pub amount_minor: i64,
    pub per: FeePer,
    /// The taxes fall on it as on tickets.
    pub taxed: bool,
}

/// What a fee is counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeePer {
    Ticket,
    Order,
    /// Each ticket given up in an exchange at the counter.
    Exchange,
}

/// `[[tax]]`: one tax of this jurisdiction (domain 6.2).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tax {
    /// Kept for good: accounts and old lines name it.
    pub number: u32,
    pub name: String,
    /// Parts per million: 20 % is 200,000.
    pub rate_ppm: u32,
    /// Contained in the printed price, or added to it.
    pub inclusive: bool,
    /// On the net price and the taxes before it; only for taxes on top.
    #[serde(default)]
    pub compound: bool,
}
