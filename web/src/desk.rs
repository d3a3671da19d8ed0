//! The desk: signing in, the house today, devices with what to do, and the status strip.
//!
//! Forms: `POST /desk/sign-in/password` (`login`, `password`, `onward`), `POST /desk/sign-in`
//! (`token`, `onward`), `POST /desk/sign-out` (none). No secret is ever shown again. Next:
//! `desk/account.rs`, `desk/staff.rs`, `desk/till.rs`, `desk/cart.rs`, `desk/letter.rs`.

pub mod account;
pub mod batch;
pub mod cancellation;
pub mod cart;
pub mod end_of_day;
pub mod journal;
pub mod letter;
pub mod order;
pub mod pad;
pub mod patron;
mod payment;
pub mod report;
pub mod sell;
pub mod staff;
pub mod till;

use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::money::grouped;
use crate::place;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::view::desk::{
    Around, Books, ClockState, Desk, Device, DeviceKind, DeviceState, Disk, SignIn, SignInRefused,
    Store, Strip,
};

const MEBIBYTE: u64 = 1024 * 1024;

pub fn sign_in(templates: &Templates, view: &SignIn, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.frame, words);
    let stop =
        |id: &str, body: String| Some(context! { kind => "stop", title => pen.say(id), body });
    let notice = match view.refused {
        SignInRefused::No => None,
        SignInRefused::NotKnown => stop("sign-in-refused", pen.say("sign-in-refused-body")),
        SignInRefused::TooMany => stop("sign-in-too-many", String::new()),
        SignInRefused::Said(said) => account::notice(&pen, Some(said)),
    };
    let page = context! { plain => true, onward => &view.onward, notice };
    pen.page("sign-in.html", &pen.say("sign-in-title"), "", page)
}

pub fn page(templates: &Templates, view: &Desk, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let houses = view.performances.iter().map(|house| {
        context! {
            time => pen.times.clock(house.starts),
            title => &house.title,
            hall => &house.hall,
            sold => house.sold,
            held => house.held,
            left => house.places_left,
            inside => house.inside,
            cancelled => house.cancelled.map(|id| format!("/desk/cancellations/{id}")),
        }
    });
    let page = context! {
        houses => houses.collect::<Vec<_>>(),
        groups => groups(&pen, &view.devices),
        troubles => troubles(&pen, &view.around.strip),
        ..around(&pen, &view.around)
    };
    pen.page("desk.html", &pen.say("desk-title"), "desk", page)
}

/// What `staff.html` shows around a page: who is signed in, the way to other pages, the strip.
fn around(pen: &Pen<'_>, around: &Around) -> Value {
    let when = pen.times.moment(around.frame.now);
    let who = [("who", around.who.as_str().into()), ("when", when.into())];
    let rights = around.rights;
    context! {
        who => pen.words.tell("desk-who", &who),
        rights => context! {
            door => rights.door,
            monitor => rights.monitor,
            desk => rights.desk,
            account => rights.account,
            staff => rights.staff,
            audit => rights.audit,
            till => rights.till,
            reports => rights.reports,
            day => rights.day,
        },
        strip => strip(pen, &around.strip),
    }
}

/// Items of the strip: `{ class, icon, words, href }`, each leading to what can be done.
fn strip(pen: &Pen<'_>, strip: &Strip) -> Vec<Value> {
    let item = |class: &str, icon: &str, words: String| context! { class, icon, words };
    let (ok, warn, stop) = (("", "tick"), ("warn", "warn"), ("stop", "bar"));
    let at = |look: (&str, &str), words: String| item(look.0, look.1, words);
    let store = match &strip.store {
        Store::Ready => at(ok, pen.say("strip-store")),
        Store::Stopped { .. } => at(stop, pen.say("strip-store-stopped")),
    };
    let clock = match strip.clock {
        ClockState::Trusted => at(ok, pen.say("strip-clock")),
        ClockState::Untrusted => at(warn, pen.say("strip-clock-untrusted")),
    };
    let free = [("free", bytes(strip.disk_free_bytes).into())];
    let disk = match strip.disk {
        Disk::Enough => at(ok, pen.words.tell("strip-disk", &free)),
        Disk::Low => at(warn, pen.words.tell("strip-disk-low", &free)),
        Disk::NoSale => at(stop, pen.say("strip-disk-no-sale")),
        Disk::ScansOnly => at(stop, pen.say("strip-disk-scans")),
    };
    let ready = [("ready", strip.scanners_ready.into()), ("total", strip.scanners_total.into())];
    let scanners = if strip.scanners_ready < strip.scanners_total { warn } else { ok };
    let count = |count: u32| [("count", count.into())];
    let mail = match (strip.mail_errors, strip.mail_waiting) {
        (0, 0) => at(ok, pen.say("strip-mail")),
        (0, waiting) => at(ok, pen.words.tell("strip-mail-waiting", &count(waiting))),
        (errors, _) => at(stop, pen.words.tell("strip-mail-errors", &count(errors))),
    };
    let scanners = at(scanners, pen.words.tell("strip-scanners", &ready));
    let mut items = vec![store, clock, disk, scanners];
    if strip.gates_total > 0 {
        let ready = [("ready", strip.gates_ready.into()), ("total", strip.gates_total.into())];
        let look = if strip.gates_ready < strip.gates_total { warn } else { ok };
        items.push(at(look, pen.words.tell("strip-gates", &ready)));
    }
    items.push(context! { href => "/desk/letters", ..mail });
    match strip.books {
        Books::Unproved | Books::Agree => {}
        Books::Differ { .. } => {
            let item = at(stop, pen.say("strip-books"));
            items.push(context! { href => "/desk/journal", ..item });
        }
    }
    if strip.without_tls {
        items.push(at(warn, pen.say("strip-no-tls")));
    }
    items
}

/// What is wrong and what to do about it, as notices on top of the page.
fn troubles(pen: &Pen<'_>, strip: &Strip) -> Vec<Value> {
    let trouble =
        |kind: &str, id: &str, body: String| context! { kind, title => pen.say(id), body };
    let mut found = Vec::new();
    if let Store::Stopped { fault } = &strip.store {
        let body = pen.words.tell("do-store", &[("fault", fault.as_str().into())]);
        found.push(trouble("stop", "strip-store-stopped", body));
    }
    match strip.clock {
        ClockState::Trusted => {}
        ClockState::Untrusted => {
            found.push(trouble("warn", "strip-clock-untrusted", pen.say("do-clock")));
        }
    }
    match strip.disk {
        Disk::Enough => {}
        Disk::Low => {
            let free = [("free", bytes(strip.disk_free_bytes).into())];
            let title = pen.words.tell("strip-disk-low", &free);
            found.push(context! { kind => "warn", title, body => pen.say("do-disk") });
        }
        Disk::NoSale => found.push(trouble("stop", "strip-disk-no-sale", pen.say("do-disk"))),
        Disk::ScansOnly => found.push(trouble("stop", "strip-disk-scans", pen.say("do-disk"))),
    }
    match strip.books {
        Books::Unproved | Books::Agree => {}
        Books::Differ { .. } => found.push(trouble("stop", "strip-books", pen.say("do-books"))),
    }
    if strip.without_tls {
        found.push(trouble("warn", "strip-no-tls", pen.say("do-tls")));
    }
    found
}

fn bytes(count: u64) -> String {
    let mebibytes = count / MEBIBYTE;
    if mebibytes < 1024 {
        return format!("{mebibytes} MiB");
    }
    format!("{} GiB", grouped(mebibytes / 1024))
}

/// Devices by kind, in the order of the kinds.
fn groups(pen: &Pen<'_>, devices: &[Device]) -> Vec<Value> {
    [
        (DeviceKind::Scanner, "kind-scanners"),
        (DeviceKind::Gate, "kind-gates"),
        (DeviceKind::NetworkDoor, "kind-network"),
        (DeviceKind::Mail, "kind-mail"),
    ]
    .into_iter()
    .filter_map(|(kind, id)| {
        let lines: Vec<Value> = devices
            .iter()
            .filter(|device| device.kind == kind)
            .map(|device| device_value(pen, device))
            .collect();
        (!lines.is_empty()).then(|| context! { name => pen.say(id), lines })
    })
    .collect()
}

fn device_value(pen: &Pen<'_>, device: &Device) -> Value {
    let (mark, icon, state, todo) = match device.state {
        DeviceState::Ready => ("ok", "tick", pen.say("state-ready"), ""),
        DeviceState::Waiting => {
            // A phone at a door is nothing to plug in.
            let network = device.kind == DeviceKind::NetworkDoor;
            let todo = if network { "do-waiting-network" } else { "do-waiting" };
            ("meh", "warn", pen.say("state-waiting"), todo)
        }
        DeviceState::Retrying { after } => {
            let seconds = [("seconds", (after.0 / 1_000).into())];
            ("bad", "bar", pen.words.tell("state-retrying", &seconds), "do-retrying")
        }
        DeviceState::Locked => ("bad", "bar", pen.say("state-locked"), "do-locked"),
        DeviceState::Off => {
            let todo = if device.kind == DeviceKind::Mail { "do-off-mail" } else { "do-off" };
            ("muted", "ring", pen.say("state-off"), todo)
        }
    };
    let todo = if todo.is_empty() { String::new() } else { pen.say(todo) };
    let advice: Vec<&str> =
        [device.fault.as_str(), &todo].into_iter().filter(|text| !text.is_empty()).collect();
    let name = match device.kind {
        DeviceKind::Mail => pen.say("mail-server"),
        DeviceKind::Scanner | DeviceKind::Gate | DeviceKind::NetworkDoor => device.name.clone(),
    };
    context! {
        name,
        stands_at => place::door_name(&device.stands_at, "Door-named", pen.words),
        port => &device.port,
        mark,
        icon,
        state,
        seen => device.seen.map_or_else(|| pen.say("seen-never"), |seen| pen.times.seconds(seen)),
        advice => advice.join(" "),
    }
}
