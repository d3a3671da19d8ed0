//! Card batches of the invented house: open, being closed, matched, and one that does not match.
//!
//! Two pads and the gateway; nobody here is real.

use super::staff::around;
use super::{NOW, at};
use usher_rules::at::Span;
use usher_rules::batch::{BrandTotal, State};
use usher_rules::id::{BatchId, BoxNo, OrderId, compose};
use usher_rules::money::Money;
use usher_rules::till::Takings;
use usher_rules::view::desk::batch::{
    Batch, Batches, Glance, NoMatch, Notice, Orphan, Payment, Settled, Stands, ToClose,
};
use usher_web::desk::batch;
use usher_web::{Html, Templates, Words};

fn glance(no: u64, pad: Option<&str>, state: State, settled: Option<Settled>) -> Glance {
    Glance {
        batch: BatchId(compose(BoxNo(2), no)),
        pad: pad.map(str::to_owned),
        opened: at(0, 16, 30),
        state,
        count: 12,
        sum: Money(48_150),
        ended: matches!(state, State::Mismatched | State::Settled).then_some(NOW),
        settled,
        wanted: false,
    }
}

/// Every way a batch can be kept from being closed, and one that nobody wants closed.
pub fn to_close() -> Vec<ToClose> {
    let wished = |no, pad, stands| ToClose {
        glance: glance(no, pad, State::Open, None),
        wish: Some(("Luz Ferreday".to_owned(), NOW)),
        stands,
    };
    let (till, why) = ("Foyer right".to_owned(), "the host did not answer".to_owned());
    vec![
        ToClose { wish: None, ..wished(40, None, Stands::Ready) },
        wished(41, Some("Foyer left"), Stands::Closing),
        wished(42, Some("Foyer right"), Stands::Busy { till }),
        wished(43, Some("Booth"), Stands::Off),
        wished(44, Some("Terrace"), Stands::Exchanged),
        wished(45, Some("Old bar"), Stands::Unserved),
        wished(46, Some("Bar"), Stands::Failed { why }),
        wished(47, Some("Cloakroom"), Stands::Ready),
    ]
}

fn list() -> Batches {
    let settled = |no, pad, how| glance(no, pad, State::Settled, Some(how));
    Batches {
        around: around(),
        unsettled: vec![
            glance(40, None, State::Open, None),
            glance(41, Some("Foyer left"), State::Closing, None),
            Glance { wanted: true, ..glance(42, Some("Booth"), State::Open, None) },
            glance(39, Some("Foyer right"), State::Mismatched, None),
        ],
        settled: vec![
            settled(31, Some("Foyer left"), Settled::Matched),
            settled(30, None, Settled::ByOurBooks),
            settled(29, Some("Foyer right"), Settled::NoMatch),
        ],
    }
}

fn payment(no: u64, unmatched: bool) -> Payment {
    Payment {
        at: NOW - Span::minutes(40),
        order: Some(OrderId(compose(BoxNo(2), no))),
        amount: Money(6_000),
        brand: "Mastercard".to_owned(),
        last_four: "4444".to_owned(),
        unmatched,
    }
}

fn one(state: State, settled: Option<Settled>) -> Batch {
    let is_over = matches!(state, State::Mismatched | State::Settled);
    let mismatch = state == State::Mismatched;
    let brand = BrandTotal { brand: "Mastercard".to_owned(), count: 12, sum: Money(48_150) };
    Batch {
        around: around(),
        glance: glance(41, Some("Foyer left"), state, settled),
        closed_by: is_over.then(|| "Nkem Abara".to_owned()),
        why: String::new(),
        told: is_over.then_some(Takings { count: 12, sum: Money(48_150) }),
        brands: if is_over { vec![brand] } else { Vec::new() },
        receipt: if is_over { vec!["END OF DAY 12".to_owned()] } else { Vec::new() },
        payments: vec![payment(104_233, mismatch), payment(104_240, false)],
        more: false,
        orphans: Vec::new(),
        no_match: None,
        may_close: state == State::Open,
        may_force: mismatch,
        form_key: "KEY".to_owned(),
        reason: String::new(),
        notice: None,
    }
}

fn mismatched() -> Batch {
    let orphan = Orphan {
        at: NOW - Span::minutes(3),
        amount: Some(Money(1_250)),
        brand: "Visa".to_owned(),
        last_four: "4242".to_owned(),
        approval: "123456".to_owned(),
    };
    Batch { orphans: vec![orphan], ..one(State::Mismatched, None) }
}

fn forced() -> Batch {
    let (by, reason) = ("Luz Ferreday".to_owned(), "Slip lost".to_owned());
    let no_match = Some(NoMatch { at: NOW, by, reason });
    Batch { no_match, more: true, ..one(State::Settled, Some(Settled::NoMatch)) }
}

/// Everything that somebody typed or a terminal told.
pub fn evil(evil: &str) -> Batch {
    let text = || evil.to_owned();
    let mut view = mismatched();
    view.glance.pad = Some(text());
    (view.closed_by, view.why, view.reason) = (Some(text()), text(), text());
    (view.brands[0].brand, view.receipt[0]) = (text(), text());
    (view.payments[0].brand, view.payments[0].last_four) = (text(), text());
    (view.orphans[0].brand, view.orphans[0].approval) = (text(), text());
    view.no_match = Some(NoMatch { at: NOW, by: text(), reason: text() });
    view.notice = Some(Notice::Busy { till: text() });
    view
}

/// The same of the gateway, which tells one sum for all cards.
fn of_gateway(state: State, settled: Option<Settled>) -> Batch {
    let view = one(state, settled);
    let brands = view.brands.into_iter();
    let brands = brands.map(|sum| BrandTotal { brand: String::new(), ..sum }).collect();
    Batch { glance: glance(44, None, state, settled), brands, ..view }
}

pub fn pages(templates: &Templates, words: &Words) -> Vec<(&'static str, Html)> {
    let page = |view: &Batch| batch::page(templates, view, words);
    let told = |notice| page(&Batch { notice: Some(notice), ..one(State::Open, None) });
    let none = Batches { unsettled: Vec::new(), settled: Vec::new(), ..list() };
    let empty = Batch { payments: Vec::new(), ..one(State::Settled, Some(Settled::ByOurBooks)) };
    vec![
        ("desk-batches", batch::list(templates, &list(), words)),
        ("desk-batches-none", batch::list(templates, &none, words)),
        ("desk-batch-open", page(&one(State::Open, None))),
        ("desk-batch-closing", page(&one(State::Closing, None))),
        ("desk-batch-matched", page(&one(State::Settled, Some(Settled::Matched)))),
        ("desk-batch-by-our-books", page(&Batch { told: None, ..empty })),
        ("desk-batch-mismatched", page(&mismatched())),
        ("desk-batch-no-match", page(&forced())),
        ("desk-batch-web-open", page(&of_gateway(State::Open, None))),
        ("desk-batch-web-closing", page(&of_gateway(State::Closing, None))),
        ("desk-batch-web-mismatched", page(&of_gateway(State::Mismatched, None))),
        ("desk-batch-web-matched", page(&of_gateway(State::Settled, Some(Settled::Matched)))),
        ("desk-batch-busy", told(Notice::Busy { till: "Foyer left".to_owned() })),
        ("desk-batch-runs", told(Notice::Closing)),
        ("desk-batch-silent", told(Notice::Silent)),
        ("desk-batch-changed", told(Notice::Changed)),
        ("desk-batch-reason", told(Notice::Reason { max: 120 })),
    ]
}
