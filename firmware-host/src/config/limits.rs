//! How much anyone may ask of the box (trust 3).
//!
//! Per-address rates spare loopback and requests with a staff or device token. Never counts
//! anything itself: the listener does. Next: `usher-listener`'s `accept.rs`.

use serde::Deserialize;

/// `[limits]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    pub pages_per_s_max: u32,
    pub pages_burst_max: u32,
    pub carts_per_s_max: u32,
    pub carts_burst_max: u32,
    pub card_attempts_per_cart_max: u32,
    pub card_attempts_per_hour_max: u32,
    pub log_ins_per_min_max: u32,
    pub body_kib_max: u32,
    pub headers_kib_max: u32,
    pub connections_max: u32,
    pub connections_per_address_max: u32,
    pub websockets_max: u32,
    pub websockets_per_address_max: u32,
    pub websocket_queue_max: u32,
    /// Carts open at once in the whole house.
    pub open_carts_max: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            pages_per_s_max: 50,
            pages_burst_max: 200,
            carts_per_s_max: 5,
            carts_burst_max: 100,
            card_attempts_per_cart_max: 5,
            card_attempts_per_hour_max: 20,
            log_ins_per_min_max: 10,
            body_kib_max: 64,
            headers_kib_max: 16,
            connections_max: 1024,
            connections_per_address_max: 64,
            websockets_max: 256,
            websockets_per_address_max: 8,
            websocket_queue_max: 256,
            open_carts_max: 20_000,
        }
    }
}
