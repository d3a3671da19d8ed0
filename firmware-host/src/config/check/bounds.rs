//! The range of every number in the configuration, on one page.
//!
//! Each row: key, value, least, most. The sample states the same ranges in words. Never judges
//! one number by another, but for the per-address limits at the end. Next: `device.rs`.

use crate::config::{Config, Finding, Limits, Relax};
use usher_cloud::mail::settings::TIMEOUT_S_MAX;
use usher_rules::house::TICKETS_PER_CART_MAX;
use usher_rules::refund::CANCEL_AFTER_MAX;

struct Row {
    key: String,
    value: i64,
    least: i64,
    most: i64,
}

fn row(key: impl Into<String>, value: impl Into<i64>, least: i64, most: i64) -> Row {
    Row { key: key.into(), value: value.into(), least, most }
}

pub(super) fn check(config: &Config, found: &mut Vec<Finding>) {
    let mut rows = house(config);
    rows.extend(tables(config));
    rows.extend(rates(&config.limits));
    rows.extend(sizes(&config.limits));
    for Row { key, value, least, most } in rows {
        if value < least || value > most {
            let says = format!("{value} is out of range");
            found.push(Finding::new(key, says, format!("{least} to {most}")));
        }
    }
    within_all(&config.limits, found);
}

fn house(config: &Config) -> Vec<Row> {
    let Config { store, sale, door, mail, .. } = config;
    let mut rows = vec![
        row("store.cache_mib", store.cache_mib, 8, 4096),
        row("store.box_no", store.box_no, 1, 65_535),
        row("sale.hold_time_min", sale.hold_time_min, 5, 60),
        row(
            "sale.tickets_per_cart_max",
            sale.tickets_per_cart_max,
            1,
            i64::from(TICKETS_PER_CART_MAX),
        ),
        row("sale.web_sale_ends_min", sale.web_sale_ends_min, 0, 10_080),
        row("sale.min_leftover", sale.min_leftover, 1, 5),
        row("sale.pack_slack_percent", sale.pack_slack_percent, 0, 25),
        row(
            "sale.cancel_overdue_after_days",
            sale.cancel_overdue_after_days,
            0,
            i64::from(CANCEL_AFTER_MAX),
        ),
        row("door.doors_open_min", door.doors_open_min, 0, 720),
        row("mail.timeout_s", mail.timeout_s, 1, i64::from(TIMEOUT_S_MAX)),
        row("gateway.deadline_s", config.gateway.deadline_s, 2, 120),
    ];
    if let Relax::NeverUntil { sold_percent, hours_before } = sale.relax {
        rows.push(row("sale.relax.sold_percent", sold_percent, 0, 100));
        rows.push(row("sale.relax.hours_before", hours_before, 0, 8760));
    }
    rows.extend(mail.port.map(|port| row("mail.port", port, 1, 65_535)));
    rows
}

/// What stands in tables that may be given more than once.
fn tables(config: &Config) -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(kept_numbers("level", config.levels.iter().map(|level| level.number)));
    rows.extend(kept_numbers("fee", config.fees.iter().map(|fee| fee.number)));
    rows.extend(kept_numbers("tax", config.taxes.iter().map(|tax| tax.number)));
    rows.extend(kept_numbers("device", config.devices.iter().map(|device| device.number)));
    rows.extend(kept_numbers("pin_pad", config.pin_pads.iter().map(|pad| pad.number)));
    rows.extend(kept_numbers("till", config.tills.iter().map(|till| till.number)));
    for (index, fee) in config.fees.iter().enumerate() {
        rows.push(row(format!("fee[{index}].amount_minor"), fee.amount_minor, 0, 10_000_000));
    }
    for (index, tax) in config.taxes.iter().enumerate() {
        rows.push(row(format!("tax[{index}].rate_ppm"), tax.rate_ppm, 0, 1_000_000));
    }
    rows
}

fn kept_numbers(table: &str, given: impl Iterator<Item = u32>) -> Vec<Row> {
    let rows = given.enumerate();
    rows.map(|(index, number)| row(format!("{table}[{index}].number"), number, 1, 65_535)).collect()
}

/// How often anyone may ask.
fn rates(limits: &Limits) -> Vec<Row> {
    let (cart, hour) = (limits.card_attempts_per_cart_max, limits.card_attempts_per_hour_max);
    let rate = |key: &str, value: u32, most| row(format!("limits.{key}"), value, 1, most);
    vec![
        rate("pages_per_s_max", limits.pages_per_s_max, 100_000),
        rate("pages_burst_max", limits.pages_burst_max, 100_000),
        rate("carts_per_s_max", limits.carts_per_s_max, 10_000),
        rate("carts_burst_max", limits.carts_burst_max, 10_000),
        rate("card_attempts_per_cart_max", cart, 100),
        rate("card_attempts_per_hour_max", hour, 10_000),
        rate("log_ins_per_min_max", limits.log_ins_per_min_max, 1000),
    ]
}

/// How much, and how many at once.
fn sizes(limits: &Limits) -> Vec<Row> {
    let connections = limits.connections_per_address_max;
    let websockets = limits.websockets_per_address_max;
    let size =
        |key: &str, value: u32, least, most| row(format!("limits.{key}"), value, least, most);
    vec![
        size("body_kib_max", limits.body_kib_max, 16, 1024),
        size("headers_kib_max", limits.headers_kib_max, 8, 64),
        size("connections_max", limits.connections_max, 16, 65_536),
        size("connections_per_address_max", connections, 1, 65_536),
        size("websockets_max", limits.websockets_max, 1, 16_384),
        size("websockets_per_address_max", websockets, 1, 16_384),
        size("websocket_queue_max", limits.websocket_queue_max, 16, 65_536),
        size("open_carts_max", limits.open_carts_max, 100, 1_000_000),
    ]
}

/// What one address may have cannot be more than what all may have.
fn within_all(limits: &Limits, found: &mut Vec<Finding>) {
    let pairs = [
        ("connections", limits.connections_per_address_max, limits.connections_max),
        ("websockets", limits.websockets_per_address_max, limits.websockets_max),
    ];
    for (what, one, all) in pairs {
        if one > all {
            let key = format!("limits.{what}_per_address_max");
            let says = format!("{one} for one address, and {all} for all of them");
            found.push(Finding::new(key, says, format!("at most limits.{what}_max")));
        }
    }
}
