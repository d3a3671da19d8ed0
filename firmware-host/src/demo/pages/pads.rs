//! The faces of the demo's card terminals, and what their customer does.
//!
//! The acts go to the simulated terminal alone; the box hears of them over the line, as it hears of
//! a real customer. Next: `demo/pads.rs`, `usher-web`'s `demo/pad.rs`.

use super::Bench;
use crate::demo::pads::PADS;
use crate::demo::{PinPad, StaffLogin};
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;
use usher_drivers::sim::pin_pad::customer::{Act, Customer, Screen, Shown};
use usher_listener::second_factor::Seed;
use usher_rules::at::At;
use usher_rules::id::PadNo;
use usher_rules::money::Money;
use usher_rules::view::demo::{BenchPad, BenchPads, BenchPhone, BenchShown};
use usher_rules::view::desk::pad::Link;

/// What a form says that the customer does.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Doing {
    Tap,
    TapRefused,
    Insert,
    RightPin,
    WrongPin,
    TypeCard,
    RedKey,
    PullCable,
    PlugIn,
}

#[derive(Deserialize)]
pub struct Pressed {
    pad: usize,
    act: Doing,
}

pub async fn page(State(bench): State<Arc<Bench>>) -> Response {
    let now = bench.handle.now();
    let pads = bench.pads.customers().zip(PADS).zip(&bench.told);
    let view = BenchPads {
        frame: bench.shop.frame(0),
        pads: pads.map(|((one, known), told)| face(&bench, one, known, told)).collect(),
        phones: bench.staff.iter().filter_map(|login| phone(login, now)).collect(),
    };
    let look = bench.shop.look();
    let page = usher_web::demo::pad::page(&look.templates, &view, &look.words);
    let headers = [("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store")];
    (headers, page.into_string()).into_response()
}

pub async fn press(State(bench): State<Arc<Bench>>, Form(pressed): Form<Pressed>) -> Response {
    let Some(customer) = bench.pads.customer(pressed.pad) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // What does not fit the moment does nothing at the terminal.
    let act = match pressed.act {
        Doing::Tap => Act::Tap,
        Doing::TapRefused => Act::TapRefused,
        Doing::Insert => Act::Insert,
        Doing::RightPin => Act::RightPin,
        Doing::WrongPin => Act::WrongPin,
        Doing::TypeCard => Act::TypeCard,
        Doing::RedKey => Act::RedKey,
        Doing::PullCable => {
            customer.pull_cable();
            return back(pressed.pad);
        }
        Doing::PlugIn => {
            customer.plug_in();
            return back(pressed.pad);
        }
    };
    match customer.act(act) {
        true => back(pressed.pad),
        false => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn back(pad: usize) -> Response {
    Redirect::to(&format!("/demo/pads#pad-{pad}")).into_response()
}

fn face(
    bench: &Bench,
    (no, customer): &(PadNo, Customer),
    (_, name, till, protocol): (u16, &str, &str, &str),
    told: &PinPad,
) -> BenchPad {
    let Screen { shown, bill, .. } = customer.screen();
    let at = match (&told.path, told.tcp) {
        (Some(path), _) => path.display().to_string(),
        (None, address) => address.map(|address| address.to_string()).unwrap_or_default(),
    };
    let amount = bill.and_then(|bill| i64::try_from(bill.amount_minor).ok()).map(Money);
    let link = bench.shop.pad(*no).map(|desk| desk.face.borrow().link.clone());
    BenchPad {
        name: name.to_owned(),
        till: till.to_owned(),
        line: format!("{protocol}, {at}"),
        shown: shown_as(shown),
        amount: amount.filter(|_| shown != Shown::Idle),
        is_plugged_in: customer.is_plugged_in(),
        is_linked: matches!(link, Some(Link::Up { .. })),
    }
}

fn shown_as(shown: Shown) -> BenchShown {
    match shown {
        Shown::Idle => BenchShown::Idle,
        Shown::PresentCard => BenchShown::PresentCard,
        Shown::TypeCard => BenchShown::TypeCard,
        Shown::EnterPin => BenchShown::EnterPin,
        Shown::WrongPin => BenchShown::WrongPin,
        Shown::Asking => BenchShown::Asking,
        Shown::Approved => BenchShown::Approved,
        Shown::Declined => BenchShown::Declined,
        Shown::Cancelled => BenchShown::Cancelled,
        Shown::TimedOut => BenchShown::TimedOut,
    }
}

/// What this login's phone shows now.
fn phone(login: &StaffLogin, now: At) -> Option<BenchPhone> {
    let code = Seed::read(login.totp_secret.as_deref()?)?.code_at(now)?;
    Some(BenchPhone { login: login.login.clone(), code })
}
