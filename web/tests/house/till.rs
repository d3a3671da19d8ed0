//! Tills of the invented house: none open, one between float and count, and the sheet after it.
//!
//! Two tills on a busy evening; nobody here is real.

use super::staff::around;
use super::{NOW, at};
use usher_rules::at::Span;
use usher_rules::id::{BoxNo, TillNo, TillSessionId, compose};
use usher_rules::money::Money;
use usher_rules::till::{GivenBack, Movement, Takings, Way};
use usher_rules::view::desk::till::{
    Choice, Closed, Counted, Form, Left, Notice, Open, Opened, Own, Sheet, Till, Typed,
};
use usher_web::desk::till;
use usher_web::{Html, Templates, Words};

fn session(no: u64) -> TillSessionId {
    TillSessionId(compose(BoxNo(2), no))
}

fn movements() -> Vec<Movement> {
    let one = |minutes, way, amount, reason: &str| {
        let at = NOW - Span::minutes(minutes);
        Movement { at, way, amount: Money(amount), reason: reason.to_owned() }
    };
    vec![
        one(95, Way::In, 4_000, "Change from the café"),
        one(20, Way::Out, 1_250, "Stamps for the mailing"),
    ]
}

fn open(counted: Option<Money>) -> Open {
    Open {
        session: session(17),
        till: "Foyer left".to_owned(),
        cashier: "Nkem Abara".to_owned(),
        since: at(0, 16, 30),
        float: Money(15_000),
        movements: movements(),
        sales: 42,
        counted: counted.map(|amount| Counted { at: NOW, amount }),
    }
}

fn choice(no: u16, name: &str, open: Option<&str>) -> Choice {
    let open = open.map(|cashier| Opened {
        session: session(16 + u64::from(no)),
        cashier: cashier.to_owned(),
        since: at(0, 16, 30),
    });
    Choice { till: TillNo(no), name: name.to_owned(), open }
}

fn closed(no: u64, difference: i64) -> Closed {
    Closed {
        session: session(no),
        till: "Foyer left".to_owned(),
        cashier: "Luz Ferreday".to_owned(),
        since: at(-1, 16, 30),
        closed: at(-1, 22, 10),
        difference: Money(difference),
    }
}

fn view(own: Own) -> Till {
    Till {
        around: around(),
        own,
        tills: vec![choice(1, "Foyer left", Some("Nkem Abara")), choice(2, "Foyer right", None)],
        senior: true,
        closed: vec![closed(12, 0), closed(11, 200), closed(9, -350)],
        form_key: "KEY".to_owned(),
        typed: Typed::default(),
        notice: None,
    }
}

fn sheet(difference: i64) -> Sheet {
    Sheet {
        around: around(),
        session: session(17),
        till: "Foyer left".to_owned(),
        cashier: "Nkem Abara".to_owned(),
        since: at(0, 16, 30),
        closed: at(0, 22, 10),
        closed_by: "Nkem Abara".to_owned(),
        float: Money(15_000),
        movements: movements(),
        paid_in: Money(4_000),
        paid_out: Money(1_250),
        cash: Takings { count: 28, sum: Money(98_000) },
        cards: Takings { count: 14, sum: Money(61_250) },
        given_back: GivenBack {
            cash: Takings { count: 1, sum: Money(3_500) },
            cards: Takings { count: 2, sum: Money(7_250) },
        },
        expected: Money(112_250),
        counted: Money(112_250 + difference),
        difference: Money(difference),
    }
}

fn typed(form: Form) -> Typed {
    Typed {
        form: Some(form),
        till: Some(TillNo(2)),
        amount: "12,345.678".to_owned(),
        reason: "Stamps".to_owned(),
        pieces: vec![(Money(2_000), "3".to_owned())],
    }
}

/// Whatever somebody named or typed.
pub fn evil(text: &str) -> Till {
    let mut shown = open(None);
    (shown.till, shown.cashier) = (text.to_owned(), text.to_owned());
    shown.movements[0].reason = text.to_owned();
    let mut page = view(Own::Open(shown));
    page.tills[0] = choice(1, text, Some(text));
    page.closed[0].cashier = text.to_owned();
    page.typed = Typed { amount: text.to_owned(), ..typed(Form::Count) };
    page.notice = Some(Notice::TillTaken { by: text.to_owned() });
    page
}

pub fn evil_sheet(text: &str) -> Sheet {
    let mut shown = sheet(0);
    (shown.till, shown.cashier) = (text.to_owned(), text.to_owned());
    shown.closed_by = text.to_owned();
    shown.movements[0].reason = text.to_owned();
    shown
}

fn notices() -> Vec<Notice> {
    vec![
        Notice::AmountUnread,
        Notice::AmountLimits { zero: true, max: Money(10_000_000) },
        Notice::AmountLimits { zero: false, max: Money(10_000_000) },
        Notice::Reason { max: 120 },
        Notice::TooMany { max: 200 },
        Notice::TillTaken { by: "Nkem Abara".to_owned() },
        Notice::OwnOpen,
        Notice::DrawerShort,
        Notice::CountAgain,
        Notice::PiecesDiffer { pieces: Money(4_150), total: Money(4_100) },
        Notice::CardRuns,
        Notice::Closed,
    ]
}

pub fn pages(templates: &Templates, words: &Words) -> Vec<(&'static str, Html)> {
    let page = |view: &Till| till::page(templates, view, words);
    let running = || view(Own::Open(open(None)));
    let counted = || view(Own::Open(open(Some(Money(115_550)))));
    let cashier = Till { senior: false, closed: Vec::new(), ..view(Own::None) };
    let taken = vec![choice(1, "Foyer left", Some("Nkem Abara"))];
    let left = Left {
        around: around(),
        open: open(None),
        form_key: "KEY".to_owned(),
        typed: Typed::default(),
        notice: None,
    };
    let counted_left = Left { open: open(Some(Money(115_550))), ..left.clone() };
    let mut all = vec![
        ("desk-till-none", page(&cashier)),
        ("desk-till-senior", page(&view(Own::None))),
        ("desk-till-no-tills", page(&Till { tills: Vec::new(), ..cashier.clone() })),
        ("desk-till-taken", page(&Till { tills: taken, ..cashier.clone() })),
        ("desk-till", page(&Till { senior: false, ..running() })),
        ("desk-till-counted", page(&counted())),
        ("desk-till-left", till::left(templates, &left, words)),
        ("desk-till-left-counted", till::left(templates, &counted_left, words)),
        ("desk-till-sheet", till::sheet(templates, &sheet(-200), words)),
        ("desk-till-sheet-over", till::sheet(templates, &sheet(150), words)),
        ("desk-till-sheet-right", till::sheet(templates, &sheet(0), words)),
    ];
    for form in [Form::Open, Form::PayIn, Form::PayOut, Form::Count, Form::Close] {
        for view in [cashier.clone(), running(), counted()] {
            all.push(("desk-till-typed", page(&Till { typed: typed(form), ..view })));
        }
    }
    for notice in notices() {
        all.push(("desk-till-told", page(&Till { notice: Some(notice), ..running() })));
    }
    all
}
