//! `GET /monitor`: the wall screen of one business day, all of it or one performance.
//!
//! The page is whole without a script; with one it follows `/feed/scans` from its number on.
//! Next: `staff/door.rs`.

use crate::request::{Staff, need};
use crate::respond;
use crate::shop::form::Asked;
use crate::wording::Trouble;
use axum::response::Response;
use usher_ledger::view::monitor::{Watch, monitor};
use usher_rules::at::Span;
use usher_web::time;

/// From midnight to the middle of a day of any length: never near the hour at which days change.
const NOON: Span = Span::hours(12);

pub async fn page(staff: Staff<need::Read>, Asked(query): Asked) -> Result<Response, Trouble> {
    let shop = staff.shop();
    let handle = staff.handle();
    let zone = &shop.venue().time_zone;
    let picked = time::read_day(query.text("day"));
    let noon = picked.and_then(|day| time::bounds(day, zone)).map(|(start, _)| start + NOON);
    let today = handle.day_of(staff.now());
    let day = noon.map_or(today, |noon| handle.day_of(noon));
    let watch = Watch {
        picked: picked.filter(|_| day != today),
        day,
        performance: query.text("performance").parse().ok(),
        silent: shop.healths().silent(),
        beam_to_screen: shop.metrics().beam_to_screen(),
    };
    let view = monitor(handle, &staff.snapshot()?, shop.frame(0), &watch)?;
    let look = shop.look();
    Ok(respond::page(usher_web::monitor::page(&look.templates, &view, &look.words)))
}
