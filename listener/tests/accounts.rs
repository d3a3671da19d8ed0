//! Staff as a browser without scripts meets them: signing in, phones, codes, passwords, sessions.
//!
//! The clock stands still until a test moves it, so a phone's code is that of the test's moment.
//! Next: `matrix.rs` for who may go where.

#![allow(clippy::unwrap_used, clippy::panic)] // A test says what it wants and stops.

mod browser;
mod house;

use browser::{Browser, Form, form, says};
use house::people::{PASSWORD, Person};
use house::{Ask, House, Told, token_with};
use usher_listener::token::Right;
use usher_rules::at::Span;
use usher_rules::staff::{FAILURES_MAX, Role, STEP_S};

const STEP: Span = Span::seconds(STEP_S);

async fn login(browser: &mut Browser<'_>, login: &str, password: &str) -> Told {
    let page = browser.go("/desk/sign-in?onward=/desk/carts").await;
    let form = form(&page, "/desk/sign-in/password");
    browser.press(&form.set("login", login).set("password", password)).await
}

fn second(page: &Told, code: &str) -> Form {
    form(page, "/desk/sign-in/code").set("code", code)
}

/// Signs in with password and phone.
async fn enter<'h>(house: &'h House, person: &Person) -> Browser<'h> {
    let mut browser = Browser::new(house);
    let page = login(&mut browser, &person.login, PASSWORD).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let told = browser.press(&second(&page, &house.phone(person))).await;
    assert_eq!(told.header("location"), "/desk/carts", "{}", told.body);
    browser
}

#[tokio::test]
async fn a_login_a_password_and_a_phone_lead_where_one_wanted_to_go() {
    let house = House::open().await;
    let anna = house.engaged("anna", Role::Cashier).await;
    let mut browser = enter(&house, &anna).await;
    let page = browser.go("/desk/carts").await;
    assert_eq!(page.status, 200);
    says(&page, "anna by name");
    assert_eq!(browser.go("/desk/staff").await.status, 403, "a cashier manages nobody");
}

#[tokio::test]
async fn a_door_needs_no_phone_and_begins_at_the_door() {
    let house = House::open().await;
    house.engaged("fenn", Role::Door).await;
    let mut browser = Browser::new(&house);
    let page = browser.go("/desk/sign-in").await;
    let form = form(&page, "/desk/sign-in/password");
    browser.submit(&form.set("login", "Fenn ").set("password", PASSWORD)).await;
    assert_eq!(browser.path, "/door");
}

#[tokio::test]
async fn who_is_not_known_reads_what_a_wrong_password_reads() {
    let house = House::open().await;
    house.engaged("anna", Role::Cashier).await;
    let invited = house.invited("bram", Role::Cashier).await;
    let out = house.engaged("cleo", Role::Cashier).await;
    let set = |staff, disabled| usher_rules::staff::Command::SetDisabled { staff, disabled };
    house.rule(set(out.no, true)).await;
    assert_eq!(invited.0.0, 2);
    let mut told = Vec::new();
    for (who, password) in
        [("anna", "not hers"), ("nessie", PASSWORD), ("bram", PASSWORD), ("cleo", PASSWORD)]
    {
        let mut browser = Browser::new(&house);
        let page = login(&mut browser, who, password).await;
        assert!(browser.cookie.is_none());
        assert!(!page.body.contains(password) && !page.body.contains(who), "{}", page.body);
        told.push((page.status, page.body));
    }
    assert_eq!(told[0].0, 403);
    assert!(told.iter().all(|one| *one == told[0]), "one of them reads differently");
}

#[tokio::test]
async fn a_code_of_the_phone_is_good_once() {
    let house = House::open().await;
    let anna = house.engaged("anna", Role::Cashier).await;
    enter(&house, &anna).await;
    let mut browser = Browser::new(&house);
    let page = login(&mut browser, "anna", PASSWORD).await;
    let told = browser.press(&second(&page, &house.phone(&anna))).await;
    assert_eq!(told.status, 403, "the same code again");
    says(&told, "This code is not good");
    house.clock.pass(STEP);
    let told = browser.press(&second(&told, &house.phone(&anna))).await;
    assert_eq!(told.status, 303, "the next one");
}

#[tokio::test]
async fn a_phone_one_step_off_is_let_in_and_two_steps_off_is_not() {
    for (off, status) in [(-2, 403), (1, 303), (2, 403)] {
        let house = House::open().await;
        let anna = house.engaged("anna", Role::Cashier).await;
        let mut browser = Browser::new(&house);
        let page = login(&mut browser, "anna", PASSWORD).await;
        let at = house.handle.now() + Span(STEP.0 * off);
        let code = anna.seed.as_ref().unwrap().code_at(at).unwrap();
        let told = browser.press(&second(&page, &code)).await;
        assert_eq!(told.status.as_u16(), status, "{off} steps off");
    }
}

#[tokio::test]
async fn a_clock_that_is_behind_judges_no_phone_and_says_so() {
    let house = House::open().await;
    let anna = house.engaged("anna", Role::Cashier).await;
    house.clock.jump(Span(-Span::hours(2).0));
    let mut browser = Browser::new(&house);
    let page = login(&mut browser, "anna", PASSWORD).await;
    says(&page, "The clock of the box is wrong");
    let told = browser.press(&second(&page, &house.phone(&anna))).await;
    assert_eq!(told.status, 403);
    let told = browser.press(&second(&page, &anna.recovery[0])).await;
    assert_eq!(told.status, 303, "a recovery code needs no clock");
}

#[tokio::test]
async fn a_recovery_code_is_good_once_however_it_is_typed() {
    let house = House::open().await;
    let anna = house.engaged("anna", Role::Cashier).await;
    let typed = anna.recovery[0].to_lowercase().replace('-', " ");
    for status in [303, 403] {
        let mut browser = Browser::new(&house);
        let page = login(&mut browser, "anna", PASSWORD).await;
        let told = browser.press(&second(&page, &typed)).await;
        assert_eq!(told.status.as_u16(), status);
    }
}

#[tokio::test]
async fn five_wrong_codes_lead_back_to_the_password() {
    let house = House::open().await;
    let anna = house.engaged("anna", Role::Cashier).await;
    let mut browser = Browser::new(&house);
    let page = login(&mut browser, "anna", PASSWORD).await;
    for _ in 0..5 {
        let told = browser.press(&second(&page, "000000")).await;
        form(&told, "/desk/sign-in/code");
    }
    let told = browser.press(&second(&page, &house.phone(&anna))).await;
    assert_eq!(told.status, 403);
    form(&told, "/desk/sign-in/password");
}

#[tokio::test]
async fn the_eleventh_guess_of_a_minute_at_one_login_is_not_looked_at() {
    let house = House::open().await;
    house.engaged("fenn", Role::Door).await;
    for who in ["fenn", "nobody"] {
        let mut statuses = Vec::new();
        for _ in 0..11 {
            let mut browser = Browser::new(&house);
            statuses.push(login(&mut browser, who, "wrong").await.status.as_u16());
        }
        assert_eq!(statuses[..10], [403; 10], "{who}");
        assert_eq!(statuses[10], 429, "{who}: known or not, and from this machine, too");
    }
    let mut browser = Browser::new(&house);
    assert_eq!(login(&mut browser, "fenn", PASSWORD).await.status, 429);
}

#[tokio::test]
async fn a_hundred_failures_in_a_row_lock_the_account() {
    let house = House::open().await;
    let fenn = house.engaged("fenn", Role::Door).await;
    for _ in 0..FAILURES_MAX {
        house.rule(usher_rules::staff::Command::Fail(fenn.no)).await;
    }
    let mut browser = Browser::new(&house);
    let told = login(&mut browser, "fenn", PASSWORD).await;
    assert_eq!(told.status, 403);
    says(&told, "Login or password is not right");
}

async fn take(house: &House, login: &str, code: &str, password: &str) -> (Option<String>, Told) {
    let mut browser = Browser::new(house);
    let page = browser.go("/desk/sign-in/new").await;
    let form = form(&page, "/desk/sign-in/new").set("login", login).set("code", code);
    let told = browser.press(&form.set("password", password)).await;
    (browser.cookie, told)
}

#[tokio::test]
async fn a_one_time_code_lets_its_holder_choose_a_password_once() {
    let house = House::open().await;
    let (_, code) = house.invited("bram", Role::Manager).await;
    let (cookie, told) = take(&house, "bram", code.expose(), PASSWORD).await;
    assert_eq!(told.header("location"), "/desk/account", "first a phone is enrolled");
    let desk = house.send(Ask::get("/desk").with("cookie", &cookie.unwrap())).await;
    assert_eq!(desk.header("location"), "/desk/account", "and nothing else opens");
    let (cookie, told) = take(&house, "bram", code.expose(), PASSWORD).await;
    assert_eq!((cookie, told.status.as_u16()), (None, 403));
}

#[tokio::test]
async fn a_code_that_is_wrong_or_too_old_reads_as_nobodys() {
    let house = House::open().await;
    let (_, code) = house.invited("bram", Role::Manager).await;
    let wrong = take(&house, "bram", "AAAA-AAAA-AAAA-AAAA", PASSWORD).await.1;
    let nobodys = take(&house, "bras", code.expose(), PASSWORD).await.1;
    house.clock.pass(Span::hours(24));
    let old = take(&house, "bram", code.expose(), PASSWORD).await.1;
    assert_eq!(wrong.status, 403);
    assert_eq!(wrong.body, old.body);
    assert_eq!(wrong.body.replace("bram", "bras"), nobodys.body);
}

#[tokio::test]
async fn a_short_or_common_password_is_not_taken_and_costs_no_code() {
    let house = House::open().await;
    let (_, door) = house.invited("fenn", Role::Door).await;
    for (password, words) in [
        ("wax lamp plints", None),
        ("wax lamp plint", Some("A password has 15 characters or more")),
        ("passwordpassword", Some("among the first that anybody would try")),
    ]
    .into_iter()
    .rev()
    {
        let (_, told) = take(&house, "fenn", door.expose(), password).await;
        match words {
            Some(words) => {
                assert_eq!(told.status, 422);
                says(&told, words);
                assert!(!told.body.contains(password));
            }
            None => assert_eq!(told.status, 303, "{}", told.body),
        }
    }
}

#[tokio::test]
async fn a_phone_is_enrolled_with_its_first_code_and_recovery_codes_are_shown_once() {
    let house = House::open().await;
    let (_, code) = house.invited("bram", Role::Cashier).await;
    let mut browser = Browser::new(&house);
    let page = browser.go("/desk/sign-in/new").await;
    let first = form(&page, "/desk/sign-in/new").set("login", "bram").set("code", code.expose());
    let page = browser.submit(&first.set("password", PASSWORD)).await;
    says(&page, "First enrol a phone");
    let page = browser.press(&form(&page, "/second-factor")).await;
    says(&page, "<svg");
    let seed = page.body.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let bytes = usher_rules::code::from_base32(&seed).unwrap();
    let mut luck = [0; 32];
    luck[..bytes.len()].copy_from_slice(&bytes);
    let phone = usher_listener::second_factor::Seed::fresh(&luck);
    let wrong = browser.press(&form(&page, "/second-factor/code").set("code", "000000")).await;
    assert_eq!(wrong.status, 403);
    let shown = phone.code_at(house.handle.now()).unwrap();
    let page = browser.press(&form(&wrong, "/second-factor/code").set("code", &shown)).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let codes: Vec<&str> = page.body.split("<li><code>").skip(1).collect();
    assert_eq!(codes.len(), 10);
    let recovery = codes[0].split('<').next().unwrap().to_owned();
    assert_eq!(browser.go("/desk").await.status, 200, "now the desk opens");
    let again = browser.go("/desk/account").await;
    assert!(!again.body.contains(&recovery) && !again.body.contains(&seed));
    let mut other = Browser::new(&house);
    let page = login(&mut other, "bram", PASSWORD).await;
    assert_eq!(other.press(&second(&page, &recovery)).await.status, 303);
}

#[tokio::test]
async fn another_password_ends_the_other_sessions_and_keeps_this_one() {
    let house = House::open().await;
    let anna = house.engaged("anna", Role::Cashier).await;
    let other = house.session_of(anna.no).await;
    let mut browser = enter(&house, &anna).await;
    let page = browser.go("/desk/account").await;
    let change = form(&page, "/desk/account/password").set("new", "another plinth lamp");
    let told = browser.press(&change.clone().set("old", "wrong")).await;
    assert_eq!(told.status, 403);
    let told = browser.submit(&change.set("old", PASSWORD)).await;
    says(&told, "The password is changed");
    assert_eq!(browser.go("/desk").await.status, 200);
    let ended = house.send(Ask::get("/desk").with("cookie", &other)).await;
    assert!(ended.header("location").starts_with("/desk/sign-in"));
    let mut fresh = Browser::new(&house);
    assert_eq!(login(&mut fresh, "anna", PASSWORD).await.status, 403, "the old one is no good");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let house = House::open().await;
    let anna = house.engaged("anna", Role::Cashier).await;
    let other = house.session_of(anna.no).await;
    let mut browser = enter(&house, &anna).await;
    let page = browser.go("/desk/account").await;
    says(&page, "Here");
    let page = browser.submit(&form(&page, "/desk/account/end")).await;
    says(&page, "Signed out there");
    let ended = house.send(Ask::get("/desk").with("cookie", &other)).await;
    assert!(ended.header("location").starts_with("/desk/sign-in"));
    assert_eq!(browser.go("/desk").await.status, 200);
}

#[tokio::test]
async fn a_manager_adds_changes_and_puts_out_and_all_of_it_is_audited() {
    let house = House::open().await;
    let greta = house.engaged("greta", Role::Manager).await;
    let anna = house.engaged("anna", Role::Cashier).await;
    let hers = house.session_of(anna.no).await;
    let mut browser = enter(&house, &greta).await;
    let page = browser.go("/desk/staff").await;
    let add = form(&page, "/desk/staff").set("login", "Bram").set("name", "Bram Reed");
    let shown = browser.press(&add.clone().set("role", "door")).await;
    says(&shown, "One-time code for bram");
    let code = shown.body.split("<code>").nth(1).unwrap().split('<').next().unwrap();
    assert_eq!(take(&house, "bram", code, "another plinth lamp").await.1.status, 303);
    let twice = browser.press(&add).await;
    assert_eq!(twice.status, 409);
    says(&twice, "Somebody has this login already");
    let set = form(&page, "/desk/staff/2/role").set("role", "supervisor");
    says(&browser.submit(&set).await, "Done");
    let ended = house.send(Ask::get("/desk").with("cookie", &hers)).await;
    assert!(ended.header("location").starts_with("/desk/sign-in"), "a new role, a new sign-in");
    let page = browser.go("/desk/staff").await;
    browser.submit(&form(&page, "/desk/staff/2/entry")).await;
    let mut out = Browser::new(&house);
    assert_eq!(login(&mut out, "anna", PASSWORD).await.status, 403);
    let audit = browser.go("/desk/audit").await;
    for words in ["staff-added bram", "staff-role-set anna", "staff-disabled anna", "greta"] {
        says(&audit, words);
    }
}

#[tokio::test]
async fn the_last_manager_cannot_put_themselves_out() {
    let house = House::open().await;
    let greta = house.engaged("greta", Role::Manager).await;
    let mut browser = enter(&house, &greta).await;
    let page = browser.go("/desk/staff").await;
    for told in [
        browser.press(&form(&page, "/desk/staff/1/entry")).await,
        browser.press(&form(&page, "/desk/staff/1/role").set("role", "cashier")).await,
    ] {
        assert_eq!(told.status, 409);
        says(&told, "make another manager first");
    }
}

#[tokio::test]
async fn a_change_to_the_staff_asks_who_it_is_after_five_minutes() {
    let house = House::open().await;
    let greta = house.engaged("greta", Role::Manager).await;
    let mut browser = enter(&house, &greta).await;
    let page = browser.go("/desk/staff").await;
    let add = form(&page, "/desk/staff").set("login", "bram").set("name", "Bram");
    house.clock.pass(Span::minutes(5));
    assert_eq!(browser.go("/desk/staff").await.status, 200, "looking needs no proof");
    let told = browser.press(&add).await;
    assert_eq!(told.header("location"), "/desk/confirm?onward=%2Fdesk%2Fstaff");
    let page = browser.go(&told.header("location")).await;
    let proof = form(&page, "/desk/confirm");
    assert_eq!(browser.press(&proof.clone().set("proof", "wrong")).await.status, 403);
    browser.submit(&proof.set("proof", PASSWORD)).await;
    assert_eq!(browser.path, "/desk/staff");
    says(&browser.press(&add).await, "One-time code for bram");
    house.clock.pass(Span::minutes(5));
    let page = browser.go("/desk/confirm?onward=//evil.example").await;
    let by_phone = form(&page, "/desk/confirm").set("proof", &house.phone(&greta));
    assert_eq!(browser.press(&by_phone).await.header("location"), "/desk");
    assert_eq!(browser.press(&add).await.status, 409);
}

#[tokio::test]
async fn a_lost_phone_is_forgotten_with_the_code_that_a_manager_gave() {
    let house = House::open().await;
    let greta = house.engaged("greta", Role::Manager).await;
    let anna = house.engaged("anna", Role::Cashier).await;
    let mut browser = enter(&house, &greta).await;
    let code_for = async |browser: &mut Browser<'_>, forget: bool| {
        let page = browser.go("/desk/staff").await;
        let mut ask = form(&page, "/desk/staff/2/code");
        if forget {
            ask = ask.add("forget", "yes");
        }
        let shown = browser.press(&ask).await;
        shown.body.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    let code = code_for(&mut browser, false).await;
    let (cookie, told) = take(&house, "anna", &code, "another plinth lamp").await;
    assert!(cookie.is_none(), "the phone is asked for all the same");
    let mut hers = Browser::new(&house);
    assert_eq!(hers.press(&second(&told, &house.phone(&anna))).await.status, 303);
    let code = code_for(&mut browser, true).await;
    let (cookie, told) = take(&house, "anna", &code, "another plinth lamp").await;
    assert!(cookie.is_some());
    assert_eq!(told.header("location"), "/desk/account");
}

#[tokio::test]
async fn a_token_has_no_account_and_no_staff_pages() {
    let house = House::open().await;
    let (mut browser, _) = browser::signed_in(&house, &token_with(Right::Desk), "/desk").await;
    for path in ["/desk/account", "/desk/staff", "/desk/audit"] {
        assert_eq!(browser.go(path).await.status, 403, "{path}");
    }
}
