//! The venue as pages, letters and the listener want it, made from the configuration.
//!
//! Only turns one shape into another. Never reads a request and never keeps anything. Next:
//! `start.rs`, which hands it out.

use crate::config::{self, Config};
use crate::skin;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::sync::Arc;
use usher_cloud::gateway::demo::{CardFault, Month, token_for_card};
use usher_cloud::mail::worker::{Scribe, ScribeFault, Written};
use usher_ledger::handle::TokenKind;
use usher_ledger::{Handle, view};
use usher_listener::state::{Look, Shop, TokenForCard, TypedCard};
use usher_listener::token::{DeviceToken, Right, Rights, StaffToken, TokenHash};
use usher_rules::BusinessDay;
use usher_rules::at::At;
use usher_rules::id::DeviceNo;
use usher_rules::view::checkout::{Fault, Field, FieldFault};
use usher_rules::view::venue::Venue;
use usher_web::{Templates, Words};

/// Language of the pages until a venue can choose.
const LANGUAGE: &str = "en-GB";
/// The skin's own words: `words/en.ftl`.
const SKIN_WORDS: &str = "en";
const DAY_MS: i64 = 86_400_000;

/// Business day of a moment: the venue's date, rolling so many minutes after midnight (domain 1).
pub fn business_day(zone: &TimeZone, rolls_min: u16, at: At) -> BusinessDay {
    let bounded = at.0.clamp(0, i64::from(u32::MAX) * DAY_MS / 2);
    let moment = Timestamp::from_millisecond(bounded).unwrap_or(Timestamp::UNIX_EPOCH);
    let offset_s = i64::from(zone.to_offset(moment).seconds());
    let local_ms = bounded + offset_s * 1_000 - i64::from(rolls_min) * 60_000;
    BusinessDay(u32::try_from(local_ms.div_euclid(DAY_MS)).unwrap_or(0))
}

/// The venue as every page carries it.
pub fn of(config: &Config) -> Venue {
    let venue = &config.venue;
    let (street, town) = match venue.address.rsplit_once(',') {
        Some((street, town)) => (street.trim().to_owned(), town.trim().to_owned()),
        None => (venue.address.clone(), String::new()),
    };
    Venue {
        name: venue.name.clone(),
        street,
        town,
        phone: venue.phone.clone(),
        email: venue.email.clone(),
        counter_hours: venue.counter_hours.clone(),
        time_zone: venue.time_zone.clone(),
        day_rolls_min: venue.business_day_rolls_at.minutes(),
        currency: venue.currency.clone(),
        language: LANGUAGE.to_owned(),
        site: config.listen.public_url.trim_end_matches('/').to_owned(),
        links: Vec::new(),
    }
}

/// Who sends letters when nothing else is said.
pub fn sender(config: &Config) -> String {
    let address =
        if config.venue.email.is_empty() { "box-office@localhost" } else { &config.venue.email };
    format!("{} <{address}>", config.venue.name.replace(['<', '>', '"', '\\'], ""))
}

/// Staff tokens with their rights.
pub fn staff_tokens(config: &Config) -> Vec<StaffToken> {
    let right = |right: &config::Right| match right {
        config::Right::Read => Right::Read,
        config::Right::Feed => Right::Feed,
        config::Right::Desk => Right::Desk,
        config::Right::Door => Right::Door,
        config::Right::Metrics => Right::Metrics,
    };
    let staff = config.tokens.iter().map(|token| StaffToken {
        name: token.name.clone(),
        rights: Rights::of(&token.rights.iter().map(right).collect::<Vec<_>>()),
        sha256: TokenHash(token.sha256.0),
    });
    staff.collect()
}

/// Tokens of devices that scan over the network.
pub fn device_tokens(config: &Config) -> Vec<DeviceToken> {
    let enabled = config.devices.iter().filter(|device| device.enabled);
    let tokens = enabled.filter_map(|device| {
        let sha256 = TokenHash(device.network.as_ref()?.sha256.0);
        Some(DeviceToken { device: DeviceNo(device.number), sha256 })
    });
    tokens.collect()
}

/// Trades a card typed on the demo's page for its token, or says which field is wrong.
pub fn demo_cards(handle: Handle) -> Arc<TokenForCard> {
    Arc::new(move |card: &TypedCard| {
        let today = month(handle.now());
        let year = i16::try_from(card.expiry_year).unwrap_or(0);
        let expiry = Month { year, month: card.expiry_month };
        let token = token_for_card(&card.number, expiry, &card.code, today);
        token.map(str::to_owned).map_err(|fault| match fault {
            CardFault::Number => FieldFault { field: Field::CardNumber, fault: Fault::NotACard },
            CardFault::Expiry => FieldFault { field: Field::CardExpiry, fault: Fault::Over },
            CardFault::Cvv => FieldFault { field: Field::CardCode, fault: Fault::NotACode },
        })
    })
}

fn month(at: At) -> Month {
    let moment = Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
    let date = moment.to_zoned(TimeZone::UTC).date();
    Month { year: date.year(), month: u8::try_from(date.month()).unwrap_or(1) }
}

/// Words letters from the store at the moment they are sent.
pub fn scribe(handle: Handle, shop: Arc<Shop>) -> Scribe {
    Arc::new(move |snapshot, id, row| -> Result<Written, ScribeFault> {
        let found = view::letter::letter(&handle, snapshot, shop.frame(0), id)?;
        let letter = found.ok_or(ScribeFault::Gone)?;
        let look = shop.look();
        let mail = usher_web::letter::write(&look.templates, &letter, &look.words)?;
        let secrets = vec![handle.token(TokenKind::Order, row.kind.order().0)];
        Ok(Written { to_name: letter.to_name, mail, secrets })
    })
}

/// The pages and words: the venue's skin over the embedded ones. The error is for a technician.
pub fn look(config: &Config) -> Result<Look, String> {
    let Some(folder) = &config.skin.folder else {
        return Ok(Look { templates: Templates::new(), words: Words::english(), version: 1 });
    };
    let skin = skin::read(folder).map_err(|fault| fault.to_string())?;
    let (templates, faults) = Templates::with_skin(&skin);
    for fault in faults {
        tracing::warn!(%fault, "a page of the skin is wrong; the standard one stands in");
    }
    let (words, faults) = match skin.words(SKIN_WORDS) {
        Some(own) => Words::with_own(own),
        None => (Words::english(), Vec::new()),
    };
    for fault in faults {
        tracing::warn!(%fault, "a word of the skin is wrong; the standard one stands in");
    }
    Ok(Look { templates, words, version: 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_business_day_rolls_at_the_set_hour_in_venue_time() {
        let zone = TimeZone::get("Europe/London").unwrap();
        let day = |text: &str| {
            let at: Timestamp = text.parse().unwrap();
            business_day(&zone, 240, At(at.as_millisecond())).0
        };
        let friday = day("2026-12-04T12:00:00Z");
        assert_eq!(day("2026-12-05T03:59:59Z"), friday);
        assert_eq!(day("2026-12-05T04:00:00Z"), friday + 1);
        // In summer the venue is an hour ahead.
        let monday = day("2026-07-06T12:00:00Z");
        assert_eq!(day("2026-07-07T02:59:59Z"), monday);
        assert_eq!(day("2026-07-07T03:00:00Z"), monday + 1);
    }
}
