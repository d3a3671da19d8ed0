//! Guards who may do what, and how an account is made, proven, changed and put out.
//!
//! Given an account and a moment, then the account after the command or the refusal. The house
//! knows only hashes here; nothing is hashed. Next: `rules/staff.rs`, `rules/staff/right.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use minicbor::bytes::ByteArray;
use usher_rules::at::{At, Span};
use usher_rules::id::StaffNo;
use usher_rules::staff::account::{LOGIN_CHARS_MAX, NAME_CHARS_MAX};
use usher_rules::staff::{
    Account, CodeHash, Command, Event, FAILURES_MAX, Facts, OFFER_KEPT, Offer, PasswordHash,
    RECOVERY_MAX, Right, Role, Sealed, SecondFactor, decide, may, step_at,
};
use usher_rules::{Actor, Ask, BusinessDay, Event as AnyEvent, Refusal, session};

const NOW: At = At(1_796_403_600_000);
const ANNA: StaffNo = StaffNo(3);
const HERS: [u8; 32] = [1; 32];
const OTHER: [u8; 32] = [2; 32];

fn code(byte: u8) -> CodeHash {
    CodeHash::new([byte; 32])
}

fn hash(text: &str) -> PasswordHash {
    PasswordHash(text.to_owned())
}

fn step() -> u64 {
    step_at(NOW).unwrap()
}

fn anna() -> Account {
    Account {
        login: "anna".to_owned(),
        name: "Anna".to_owned(),
        role: Role::Manager,
        password: Some(hash("old")),
        second_factor: Some(SecondFactor {
            seed: Sealed(vec![9; 48]),
            last_step: step() - 5,
            recovery: vec![code(10), code(11)],
        }),
        offer: None,
        disabled: false,
        sessions_since: NOW - Span::hours(9),
        failures: 0,
    }
}

fn facts(account: Option<Account>) -> Facts {
    let sessions = vec![HERS, OTHER];
    Facts { next: StaffNo(8), login_taken: false, account, other_manager: true, sessions }
}

fn asked(facts: &Facts, command: &Command) -> Result<Vec<AnyEvent>, Refusal> {
    let ask = Ask { by: Actor::Console, at: NOW, day: BusinessDay(20_000), random: [0; 32] };
    decide(facts, command, &ask)
}

/// The account after a command, and the sessions that it ended.
fn after(facts: &Facts, command: &Command) -> Result<(Account, Vec<[u8; 32]>), Refusal> {
    let mut events = asked(facts, command)?.into_iter();
    let Some(AnyEvent::Staff(Event::Put { account, .. })) = events.next() else {
        panic!("no account came of {command:?}");
    };
    let ended = events.map(|event| match event {
        AnyEvent::Session(session::Event::Ended { session }) => session,
        other => panic!("{other:?}"),
    });
    Ok((account, ended.collect()))
}

#[test]
fn the_table_of_roles_and_rights_is_as_the_house_wants_it() {
    let held = |role: Role| {
        let held = Right::ALL.into_iter().filter(|right| may(role, *right));
        held.map(Right::name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(held(Role::Door), "door");
    assert_eq!(held(Role::Cashier), "read feed desk door sell-at-counter exchange close-till");
    assert_eq!(
        held(Role::Supervisor),
        "read feed desk door sell-at-counter refund cancel-performance exchange override undo-scan \
         staff-holds force-close export close-till see-reports end-of-day"
    );
    let all: Vec<&str> = Right::ALL.map(Right::name).to_vec();
    assert_eq!(held(Role::Manager), all.join(" "));
    assert_eq!(held(Role::Technician), "read feed desk metrics manage-devices");
}

#[test]
fn every_role_but_the_door_needs_a_second_factor_and_reads_back_by_name() {
    for role in Role::ALL {
        assert_eq!(role.needs_second_factor(), role != Role::Door, "{role:?}");
        assert_eq!(Role::named(role.name()), Some(role));
    }
    assert_eq!(Role::named("Manager"), None);
}

fn add(login: &str, name: &str) -> Command {
    let (login, name) = (login.to_owned(), name.to_owned());
    Command::Add { login, name, role: Role::Cashier, code: code(1) }
}

#[test]
fn a_new_account_opens_nothing_until_its_code_is_taken() {
    let (account, _) = after(&facts(None), &add("b.reed", "B. Reed")).unwrap();
    assert!(!account.able() && account.password.is_none());
    assert_eq!(account.offer.unwrap().until, NOW + OFFER_KEPT);
}

#[test]
fn a_login_is_short_plain_and_taken_once() {
    let malformed = |field| Err(Refusal::Malformed { field });
    let check = |login: &str, name: &str| asked(&facts(None), &add(login, name)).map(|_| ());
    assert_eq!(check(&"a".repeat(LOGIN_CHARS_MAX), &"n".repeat(NAME_CHARS_MAX)), Ok(()));
    for login in ["", "Anna", "an na", "änna", &"a".repeat(LOGIN_CHARS_MAX + 1)] {
        assert_eq!(check(login, "Anna"), malformed("login"), "{login}");
    }
    for name in ["", " Anna", "An\nna", &"n".repeat(NAME_CHARS_MAX + 1)] {
        assert_eq!(check("anna", name), malformed("name"), "{name}");
    }
    let taken = Facts { login_taken: true, ..facts(None) };
    assert_eq!(asked(&taken, &add("anna", "Anna")), Err(Refusal::LoginTaken));
}

fn offered(until: At, forget_second_factor: bool) -> Account {
    Account { offer: Some(Offer { code: code(1), until, forget_second_factor }), ..anna() }
}

fn take(byte: u8) -> Command {
    Command::Take { staff: ANNA, code: code(byte), password: hash("new") }
}

#[test]
fn a_one_time_code_is_good_once_until_its_time_and_ends_all_sessions() {
    let locked = Account { failures: FAILURES_MAX, ..offered(NOW + Span(1), false) };
    let (account, ended) = after(&facts(Some(locked)), &take(1)).unwrap();
    assert_eq!(account.password, Some(hash("new")));
    assert_eq!((account.failures, account.sessions_since), (0, NOW));
    assert_eq!(ended, [HERS, OTHER]);
    assert!(account.second_factor.is_some(), "a code does not get round the second factor");
    let refused = |account: Account, byte| after(&facts(Some(account)), &take(byte)).err();
    assert_eq!(refused(account, 1), Some(Refusal::CodeRefused), "twice");
    assert_eq!(refused(offered(NOW, false), 1), Some(Refusal::CodeRefused), "too late");
    assert_eq!(refused(offered(NOW + Span(1), false), 2), Some(Refusal::CodeRefused), "wrong");
    let out = Account { disabled: true, ..offered(NOW + Span(1), false) };
    assert_eq!(refused(out, 1), Some(Refusal::CodeRefused), "put out");
}

#[test]
fn a_code_for_a_lost_phone_forgets_the_second_factor() {
    let (account, _) = after(&facts(Some(offered(NOW + Span(1), true))), &take(1)).unwrap();
    assert!(account.second_factor.is_none() && account.owes_second_factor());
}

#[test]
fn another_password_ends_the_other_sessions_and_keeps_its_own() {
    let keep = Some(ByteArray::from(HERS));
    let set = Command::SetPassword { staff: ANNA, password: hash("new"), keep };
    let (account, ended) = after(&facts(Some(offered(NOW + Span(1), false))), &set).unwrap();
    assert_eq!((account.password, account.offer), (Some(hash("new")), None));
    assert_eq!(ended, [OTHER]);
    assert!(account.sessions_since < NOW, "or its own would be over, too");
}

fn use_step(account: Account, step: u64) -> Result<Account, Refusal> {
    let used = Command::UseStep { staff: ANNA, step };
    after(&facts(Some(account)), &used).map(|(account, _)| account)
}

#[test]
fn a_step_is_good_once_and_so_is_every_step_before_it() {
    let account = use_step(anna(), step()).unwrap();
    assert_eq!(account.second_factor.as_ref().unwrap().last_step, step());
    for used in [step(), step() - 1] {
        assert_eq!(use_step(account.clone(), used), Err(Refusal::CodeRefused));
    }
    assert!(use_step(account, step() + 1).is_ok());
}

#[test]
fn a_phone_may_be_one_step_off_and_no_more() {
    for (step, good) in
        [(step() - 2, false), (step() - 1, true), (step() + 1, true), (step() + 2, false)]
    {
        assert_eq!(use_step(anna(), step).is_ok(), good, "{step}");
    }
}

#[test]
fn a_recovery_code_is_good_once() {
    let used = |account: Account, byte| {
        let command = Command::UseRecovery { staff: ANNA, code: code(byte) };
        after(&facts(Some(account)), &command).map(|(account, _)| account)
    };
    let account = used(Account { failures: 7, ..anna() }, 10).unwrap();
    assert_eq!(account.second_factor.as_ref().unwrap().recovery, [code(11)]);
    assert_eq!(account.failures, 0);
    assert_eq!(used(account.clone(), 10), Err(Refusal::CodeRefused));
    assert_eq!(used(account.clone(), 12), Err(Refusal::CodeRefused));
    assert!(used(account, 11).is_ok());
}

#[test]
fn a_second_factor_is_set_with_a_code_of_now_and_at_most_ten_to_recover() {
    let set = |step, count: usize| {
        let recovery = (0..count).map(|nth| code(nth as u8)).collect();
        let (seed, keep) = (Sealed(vec![1]), Some(ByteArray::from(HERS)));
        let command = Command::SetSecondFactor { staff: ANNA, seed, step, recovery, keep };
        after(&facts(Some(anna())), &command)
    };
    let (account, ended) = set(step(), RECOVERY_MAX).unwrap();
    assert_eq!(ended, [OTHER]);
    assert_eq!(use_step(account, step()), Err(Refusal::CodeRefused), "it was shown already");
    assert!(set(step(), RECOVERY_MAX + 1).is_err());
    assert_eq!(set(step() - 2, 1).err(), Some(Refusal::CodeRefused));
}

#[test]
fn a_hundred_failures_in_a_row_lock_an_account_until_a_new_code() {
    let account = Account { failures: FAILURES_MAX - 1, ..anna() };
    assert!(!account.locked() && use_step(account.clone(), step()).is_ok());
    let (account, _) = after(&facts(Some(account)), &Command::Fail(ANNA)).unwrap();
    assert!(account.locked());
    assert_eq!(use_step(account.clone(), step()), Err(Refusal::CodeRefused));
    assert_eq!(
        asked(&facts(Some(account.clone())), &Command::Pass(ANNA)),
        Err(Refusal::CodeRefused)
    );
    let (account, _) = after(&facts(Some(account)), &Command::Fail(ANNA)).unwrap();
    assert_eq!(account.failures, FAILURES_MAX, "counted no further");
}

#[test]
fn whoever_is_put_out_is_out_at_once_and_cannot_prove_anything() {
    let out = Command::SetDisabled { staff: ANNA, disabled: true };
    let (account, ended) = after(&facts(Some(anna())), &out).unwrap();
    assert!(account.disabled && !account.able());
    assert_eq!((ended, account.sessions_since), (vec![HERS, OTHER], NOW));
    assert_eq!(use_step(account, step()), Err(Refusal::CodeRefused));
}

#[test]
fn the_last_manager_who_can_sign_in_stays_one() {
    let alone = |account| Facts { other_manager: false, ..facts(Some(account)) };
    let out = Command::SetDisabled { staff: ANNA, disabled: true };
    let down = Command::SetRole { staff: ANNA, role: Role::Supervisor };
    let same = Command::SetRole { staff: ANNA, role: Role::Manager };
    assert_eq!(asked(&alone(anna()), &out), Err(Refusal::LastManager));
    assert_eq!(asked(&alone(anna()), &down), Err(Refusal::LastManager));
    assert!(asked(&alone(anna()), &same).is_ok());
    assert!(asked(&facts(Some(anna())), &out).is_ok(), "another one can sign in");
    let never = Account { password: None, ..anna() };
    assert!(asked(&alone(never), &out).is_ok(), "who never could is nobody's last");
    let cashier = Account { role: Role::Cashier, ..anna() };
    assert!(asked(&alone(cashier), &out).is_ok());
}

#[test]
fn another_role_ends_all_sessions() {
    let set = Command::SetRole { staff: ANNA, role: Role::Door };
    let (account, ended) = after(&facts(Some(anna())), &set).unwrap();
    assert_eq!((account.role, ended.len()), (Role::Door, 2));
}

#[test]
fn what_is_asked_about_nobody_is_not_found() {
    for command in [Command::Fail(ANNA), take(1), Command::UseStep { staff: ANNA, step: step() }] {
        assert_eq!(asked(&facts(None), &command), Err(Refusal::NotFound));
    }
}

#[test]
fn secrets_of_an_account_do_not_print() {
    let printed = format!("{:?}", offered(NOW, false));
    for secret in ["old", "9, 9", "10, 10", "1, 1, 1"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
    assert!(printed.contains("***"));
}
