//! Guards the log: at its most talkative it writes no card, no token, no code and no person.
//!
//! A whole evening on the built program: a purchase in the browser, one over the API, mail by a
//! server with a password, scans by a serial scanner and by a network device, the desk. Next:
//! `firmware-host/src/logging.rs`.

use crate::ask::{Caller, form, header, page};
use crate::peer::{Manner, PASSWORD, PASSWORD_BASE64, PLAIN_BASE64, Peer, USER};
use crate::running::{Folder, LOOK, Running, WAIT_MAX, until};
use crate::sale::{Ticket, browse, scan, tickets};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// How often a beam is tried, and how long anybody looks at the lamp.
const BEAMS_MAX: usize = 6;
const PATIENCE: Duration = Duration::from_secs(10);

const CARD: &str = "4242 4242 4242 4242";
const BUYER: &str = "Philippa Quillfeather";
const EMAIL: &str = "philippa@quillfeather.example";
const NOTE: &str = "my other card is 5555 5555 5555 4444";

/// The demo's configuration as somebody left it who has a mail server.
fn with_mail_server(folder: &Folder, state: &Path, peer: &Peer) {
    let password = folder.join("smtp-password");
    fs::write(&password, PASSWORD).unwrap();
    fs::create_dir_all(state).unwrap();
    let text = format!(
        "[mail]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"starttls\"\nauth = \"plain\"\n\
         user = \"{USER}\"\npassword_file = {password:?}\nca_file = {:?}\n\
         from = \"The Tidewell <box-office@tidewell.example>\"\n",
        peer.port, peer.ca_file
    );
    fs::write(state.join("usher.toml"), text).unwrap();
}

/// Buys in the browser with a card typed on the page; answers the address of the order.
fn bought_on_the_page(demo: &Running, cookie: &str) -> String {
    let shown = page(demo.address, "/checkout", cookie);
    let field = |name: &str| {
        let rest = shown.split_once(&format!("name=\"{name}\" value=\"")).unwrap().1;
        rest.split('"').next().unwrap().to_owned()
    };
    let coded = |text: &str| text.replace(' ', "+").replace('@', "%40");
    let fields = format!(
        "key={}&shown={}&name={}&email={}&note={}&card-number={}&card-expiry=12%2F39&card-code=123",
        field("key"),
        field("shown"),
        coded(BUYER),
        coded(EMAIL),
        coded(NOTE),
        coded(CARD)
    );
    let paid = form(demo.address, "/checkout", cookie, &fields);
    let way = header(&paid, "location").unwrap_or_else(|| panic!("not paid: {paid}"));
    assert!(way.starts_with("/orders/"), "{paid}");
    way.to_owned()
}

/// Buys over the API, too; answers the tickets and every token on the way.
fn bought_by_call(demo: &Running) -> (Vec<Ticket>, String) {
    let opened = demo.caller().post("/api/v1/carts", &json!({}));
    let holder: Caller = demo.caller().with(opened.text("token"));
    let path = format!("/api/v1/carts/{}", opened.text("cart"));
    let places = json!([{ "level": "Adult", "count": 2 }]);
    let best = json!({ "performance": demo.tonight(), "places": places });
    assert_eq!(holder.post(&format!("{path}/best-seats"), &best).status, 200);
    let buyer = json!({ "name": BUYER, "email": EMAIL });
    let body = json!({ "buyer": buyer, "card": { "token": "tok_4242" }, "note": NOTE });
    let paid = holder.post(&format!("{path}/checkout"), &body);
    assert_eq!(paid.status, 200, "{paid:?}");
    (tickets(&paid), opened.text("token").to_owned())
}

/// Beams at the second serial scanner, again when nothing happens, as anybody would; until the log
/// of scans has the ticket.
fn beamed(demo: &Running, ticket: &Ticket) {
    let bench = demo.told["scanners"][1]["path"].as_str().unwrap();
    assert!(Path::new(bench).exists());
    let fields = format!("scanner=1&code={}", ticket.code);
    let staff = demo.caller_with("api_token");
    let path = format!("/api/v1/scans?performance={}&limit=1000", demo.tonight());
    let recorded = || {
        let scans = staff.get(&path).body["scans"].as_array().unwrap().clone();
        scans.iter().any(|scan| scan["ticket"] == json!(ticket.id))
    };
    for _ in 0..BEAMS_MAX {
        let told = form(demo.address, "/demo/beam", "", &fields);
        assert!(told.starts_with("HTTP/1.1 303"), "the beam was not made: {told}");
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if recorded() {
                return;
            }
            thread::sleep(LOOK);
        }
        println!("a beam was lost");
    }
    let words = demo.words();
    let about = words.lines().filter(|line| line.contains("scanner") || line.contains("device"));
    let newest: Vec<&str> = about.rev().take(40).collect();
    panic!("no beam is on record; newest first:\n{}", newest.join("\n"));
}

#[test]
fn the_most_talkative_log_of_an_evening_holds_no_secret_and_nobody() {
    let folder = Folder::new();
    let state = folder.join("state");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let peer = runtime.block_on(Peer::start(Manner::Polite, false));
    with_mail_server(&folder, &state, &peer);
    let demo = Running::demo_among(&state, &[("USHER_LOG", "trace")]);
    let (cookie, _) = browse(&demo);
    let order = bought_on_the_page(&demo, &cookie);
    let (tickets, cart_token) = bought_by_call(&demo);
    until("both letters are with the server", WAIT_MAX, || {
        (peer.letters().len() == 2).then_some(())
    });
    let door = demo.caller_with("device_token");
    assert_eq!(scan(&door, &tickets[0].code, "n-1").unwrap().body["verdict"], "GO");
    let forged = format!("{}X", tickets[0].code);
    assert_eq!(scan(&door, &forged, "n-2").unwrap().body["verdict"], "STOP");
    beamed(&demo, &tickets[1]);
    let api_token = demo.told["api_token"].as_str().unwrap().to_owned();
    let desk =
        form(demo.address, "/desk/sign-in", "", &format!("token={api_token}&onward=%2Fdesk"));
    let desk = header(&desk, "set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert!(page(demo.address, "/desk", &desk).starts_with("HTTP/1.1 200"));
    let device_token = demo.told["device_token"].as_str().unwrap().to_owned();
    let said = demo.said.clone();
    assert!(demo.stop().success());

    let log = said.lock().unwrap().clone();
    assert!(log.contains("letter sent"), "the log is on and talks: {log}");
    let value = |cookie: &str| cookie.split_once('=').unwrap().1.to_owned();
    let order_token = order.rsplit('-').next().unwrap().to_owned();
    let mut secrets = vec![
        CARD.to_owned(),
        CARD.replace(' ', ""),
        NOTE.to_owned(),
        "5555".to_owned(),
        "tok_4242".to_owned(),
        BUYER.to_owned(),
        "Quillfeather".to_owned(),
        EMAIL.to_owned(),
        "quillfeather".to_owned(),
        value(&cookie),
        value(&desk),
        order_token,
        cart_token,
        api_token,
        device_token,
        forged,
        PASSWORD.to_owned(),
        PASSWORD_BASE64.to_owned(),
        PLAIN_BASE64.to_owned(),
    ];
    secrets.extend(tickets.iter().map(|ticket| ticket.code.clone()));
    for secret in secrets {
        assert!(!log.contains(&secret), "the log holds {secret:?}:\n{log}");
    }
    kept_out_of_the_store(&state, &tickets, &value(&cookie));
}

/// Nor does the store hold what opens something, or a card.
fn kept_out_of_the_store(state: &Path, tickets: &[Ticket], cookie: &str) {
    let store = fs::read(state.join("usher.redb")).unwrap();
    let holds = |needle: &str| store.windows(needle.len()).any(|at| at == needle.as_bytes());
    assert!(holds(BUYER), "what is looked through is the store");
    for secret in ["4242424242424242", CARD, "5555555555554444", "5555 5555 5555 4444", cookie] {
        assert!(!holds(secret), "the store holds {secret:?}");
    }
    for ticket in tickets {
        assert!(!holds(&ticket.code), "the store holds a code");
    }
}
