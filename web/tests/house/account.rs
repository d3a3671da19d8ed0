//! Pages of accounts, the staff and the audit, with whatever can stand on them.
//!
//! Nobody here is real, and no code here opens anything.

use super::staff::around;
use super::{NOW, frame};
use usher_rules::at::Span;
use usher_rules::id::StaffNo;
use usher_rules::staff::Role;
use usher_rules::view::desk::account::{
    Account, Codes, Confirm, Enrol, FirstTime, Notice, OpenSession, SecondStep,
};
use usher_rules::view::desk::staff::{Act, Audit, By, Done, Member, Staff, Standing};
use usher_web::desk::{account, staff};
use usher_web::{Html, Templates, Words};

const NOTICES: [Notice; 16] = [
    Notice::NotKnown,
    Notice::TooMany,
    Notice::CodeRefused,
    Notice::ClockBehind,
    Notice::PasswordShort { min: 15 },
    Notice::PasswordLong { max: 128 },
    Notice::PasswordCommon,
    Notice::PasswordWrong,
    Notice::PasswordSet,
    Notice::SecondFactorSet,
    Notice::Owes,
    Notice::SessionEnded,
    Notice::LoginTaken,
    Notice::LoginMalformed,
    Notice::LastManager,
    Notice::StaffChanged,
];

fn session(name: &str, own: bool) -> OpenSession {
    let about = if own { String::new() } else { "Browser <b>".to_owned() };
    OpenSession { name: name.to_owned(), opened: NOW - Span::hours(1), about, own }
}

pub fn own(notice: Option<Notice>, recovery_left: Option<u32>) -> Account {
    Account {
        around: around(),
        login: "greta".to_owned(),
        name: "Greta Whitlow".to_owned(),
        role: Role::Manager,
        recovery_left,
        sessions: vec![session("AAAA", true), session("BBBB", false)],
        form_key: "KEY".to_owned(),
        notice,
    }
}

pub fn everybody() -> Staff {
    let standings = [
        Standing::Active,
        Standing::Invited { until: NOW + Span::hours(3) },
        Standing::Lapsed,
        Standing::Locked,
        Standing::Disabled,
    ];
    let member = |(no, (role, standing)): (u32, (Role, Standing))| Member {
        no: StaffNo(no),
        login: format!("login-{no}"),
        name: "Oren Quill".to_owned(),
        role,
        standing,
        second_factor: no % 2 == 0,
        sessions: if no == 1 { vec![session("CCCC", false)] } else { Vec::new() },
    };
    let members = (1..).zip(Role::ALL.into_iter().zip(standings)).map(member).collect();
    Staff { around: around(), members, form_key: "KEY".to_owned(), notice: None }
}

pub fn audit() -> Audit {
    let row = |entry, by| Done {
        entry,
        at: NOW,
        by,
        what: vec![Act { name: "staff-added", to: "bram".to_owned() }],
    };
    let rows = vec![
        row(9, By::Account { login: "greta".to_owned() }),
        row(7, By::Token { name: "manager".to_owned() }),
        row(2, By::Console),
    ];
    Audit { around: around(), rows, next: Some(2) }
}

pub fn pages(templates: &Templates, words: &Words) -> Vec<(&'static str, Html)> {
    let step = |notice| SecondStep { frame: frame(0), step: "STEP".to_owned(), notice };
    let enrol = Enrol {
        around: around(),
        step: "STEP".to_owned(),
        address: "otpauth://totp/Tidewell:greta?secret=ABCD".to_owned(),
        seed: "ABCD".to_owned(),
        notice: None,
    };
    let login = "greta".to_owned();
    let first = FirstTime { frame: frame(0), login: login.clone(), notice: None };
    let confirm = Confirm { frame: frame(0), onward: "/desk".to_owned(), notice: None };
    let codes = |login| Codes { around: around(), login, codes: vec!["AAAA-BBBB".to_owned()] };
    let nobody = Staff { members: Vec::new(), ..everybody() };
    let quiet = Audit { rows: Vec::new(), next: None, ..audit() };
    let mut all = vec![
        ("sign-in-step", account::second_step(templates, &step(None), words)),
        ("sign-in-new", account::first_time(templates, &first, words)),
        ("confirm", account::confirm(templates, &confirm, words)),
        ("desk-account", account::page(templates, &own(None, Some(1)), words)),
        ("desk-account-owes", account::page(templates, &own(Some(Notice::Owes), None), words)),
        ("desk-enrol", account::enrol(templates, &enrol, words)),
        ("desk-codes", account::codes(templates, &codes(None), words)),
        ("desk-codes-offer", account::codes(templates, &codes(Some(login)), words)),
        ("desk-staff", staff::page(templates, &everybody(), words)),
        ("desk-staff-none", staff::page(templates, &nobody, words)),
        ("desk-audit", staff::audit(templates, &audit(), words)),
        ("desk-audit-none", staff::audit(templates, &quiet, words)),
    ];
    for notice in NOTICES {
        all.push(("sign-in-told", account::second_step(templates, &step(Some(notice)), words)));
    }
    all
}
