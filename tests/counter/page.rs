//! The page of an order as a cashier reads it, from the box's own view and templates.
//!
//! Never asks the box for anything. Next: `listener/staff/order.rs`, which shows it.

use super::house::House;
use usher_ledger::view::desk::order::{Asked, opened};
use usher_rules::id::OrderId;
use usher_rules::view::desk::{Around, Books, ClockState, Disk, Rights, Store, Strip};

pub fn of(house: &House, order: OrderId) -> String {
    let shop = house.shop();
    let strip = Strip {
        store: Store::Ready,
        clock: ClockState::Trusted,
        disk_free_bytes: 0,
        disk: Disk::Enough,
        scanners_ready: 0,
        scanners_total: 0,
        gates_ready: 0,
        gates_total: 0,
        mail_waiting: 0,
        mail_errors: 0,
        books: Books::Unproved,
        without_tls: false,
    };
    let (frame, who, rights) = (shop.frame(0), "A cashier".to_owned(), Rights::default());
    let around = Around { frame, who, rights, strip };
    let view = opened(house.handle(), &house.snapshot(), around, order, Asked::default());
    let (view, look) = (view.unwrap().unwrap(), shop.look());
    usher_web::desk::order::page(&look.templates, &view, &look.words).as_str().to_owned()
}
