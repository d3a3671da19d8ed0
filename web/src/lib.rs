//! Pages, letters and documents as pure functions of a view, and the assets they need.
//!
//! Reads no files, no clock and no store: a view and words in, HTML, PDF or .ics out. Words are
//! in `web/words`, templates in `web/pages`; a venue's skin goes before both. Start at
//! `html.rs` and `layout.rs`, then the file of the noun you look for.

pub mod assets;
mod bars;
pub mod calendar;
pub mod cart;
pub mod checkout;
mod curve;
pub mod demo;
pub mod desk;
pub mod door;
mod found;
pub mod html;
mod layout;
pub mod letter;
pub mod money;
pub mod monitor;
mod month;
pub mod order;
mod overview;
pub mod performance;
pub mod place;
pub mod production;
pub mod qr;
pub mod refused;
mod seat_map;
pub mod sheet;
mod sums;
pub mod ticket_pdf;
pub mod time;
pub mod verdict;
pub mod whats_on;
pub mod words;

pub use assets::{Asset, Assets, Skin};
pub use html::{Html, TemplateFault, Templates};
pub use words::{Words, WordsFault};
