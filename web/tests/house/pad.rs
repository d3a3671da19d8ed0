//! The page of pin pads, in every state that it knows.
//!
//! Next: `gallery.rs`.

use super::sell::{booking, other, waiting};
use super::{NOW, staff};
use usher_rules::id::PadNo;
use usher_rules::money::Money;
use usher_rules::tender::orphan::OrphanId;
use usher_rules::tender::pad::Booking;
use usher_rules::view::desk::pad::{Link, Listed, Notice, Orphan, Pads};
use usher_web::{Html, Templates, Words};

fn listed(name: &str, link: Option<Link>, busy: Option<&str>) -> Listed {
    let (name, place) = (name.to_owned(), "Foyer, left window".to_owned());
    Listed { name, place, link, busy: busy.map(str::to_owned) }
}

pub fn pads() -> Pads {
    let up = || Some(Link::Up { terminal: "A80 80101207".to_owned() });
    let down = Some(Link::Down { why: "The cable is out.".to_owned() });
    let amount = Some(Money(4_200));
    Pads {
        around: staff::around(),
        pads: vec![
            listed("Pad 1", up(), None),
            listed("Pad 2", up(), Some("2")),
            listed("Pad 3", down, None),
            listed("Pad 4", Some(Link::Exchanged(other())), None),
            listed("Pad 5", Some(Link::Starting), None),
            listed("Pad 6", None, None),
        ],
        waiting: vec![waiting(true)],
        orphans: vec![orphan(2, Booking { amount, ..booking() }), orphan(3, Booking::default())],
        more: true,
        may_sell: true,
        may_see: true,
        form_key: "K".to_owned(),
        notice: Some(Notice::Seen),
    }
}

fn orphan(no: u16, booking: Booking) -> Orphan {
    let id = OrphanId { pad: PadNo(no), entry: 70 + u64::from(no) };
    Orphan { id, pad: format!("Pad {no}"), at: NOW, booking }
}

/// What a terminal or a technician wrote, in every place that shows it.
pub fn evil(text: &str) -> Pads {
    let evil = || text.to_owned();
    let mut view = pads();
    (view.pads[0].name, view.pads[0].place) = (evil(), evil());
    view.pads[0].link = Some(Link::Up { terminal: evil() });
    view.pads[2].link = Some(Link::Down { why: evil() });
    let mut exchanged = other();
    (exchanged.listed, exchanged.told) = (evil(), evil());
    view.pads[3].link = Some(Link::Exchanged(exchanged));
    view.waiting[0].till = Some(evil());
    view.orphans[0].pad = evil();
    view.orphans[0].booking.brand = evil();
    view.orphans[0].booking.approval = evil();
    view
}

pub fn pages(templates: &Templates, words: &Words) -> Vec<(&'static str, Html)> {
    let page = |view: &_| usher_web::desk::pad::page(templates, view, words);
    let none = Pads {
        pads: Vec::new(),
        waiting: Vec::new(),
        orphans: Vec::new(),
        more: false,
        may_sell: false,
        may_see: false,
        notice: Some(Notice::Reason { max: 120 }),
        ..pads()
    };
    vec![("desk-pads", page(&pads())), ("desk-pads-none", page(&none))]
}
