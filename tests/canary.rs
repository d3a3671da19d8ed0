//! The canary (trust 2): twenty test card numbers go into everything that takes words, and none of
//! them is in anything that stays: store, log, letters, state, what a crash leaves.
//!
//! The built program, from outside, over its own sockets and lines; then every byte it left is
//! looked through. The looking itself is proven by planting. Next: `canary/inputs.rs`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[allow(dead_code)] // each test file uses its own part of it
#[path = "box/ask.rs"]
mod ask;
#[path = "canary/desk.rs"]
mod desk;
#[path = "canary/inputs.rs"]
mod inputs;
#[path = "canary/numbers.rs"]
mod numbers;
#[allow(dead_code)] // the same
#[path = "box/pad.rs"]
mod pad;
#[path = "canary/pads.rs"]
mod pads;
#[allow(dead_code)] // the same
#[path = "box/running.rs"]
mod running;
#[path = "canary/scan.rs"]
mod scan;

use ask::Caller;
use desk::Desk;
use pads::{PAYMENTS, Pads, decided_by_a_person, sold_by_card};
use running::{Folder, Running, WAIT_MAX, configure, free_address, program, until};
use scan::Hunt;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What an order of each kind leaves in the folder of the letters.
const LETTERS_OF_A_NUMBER: usize = 2;

/// One digit short of a card number, so it is kept: it shows that the hunt looks where words are.
fn no_card() -> String {
    "42".repeat(6)
}

#[test]
fn the_hunt_finds_what_is_planted_in_files_names_and_memory() {
    let (folder, hunt) = (Folder::new(), Hunt::new());
    for (which, number) in numbers::all().iter().enumerate() {
        for needle in numbers::needles(number) {
            let planted = [b"before ".as_slice(), &needle, b" after"].concat();
            assert_eq!(hunt.in_bytes(&planted), [which], "{number} as {needle:?}");
        }
        for shape in numbers::shapes(number) {
            assert_eq!(hunt.in_bytes(shape.as_bytes()), [which], "{shape}");
        }
        let both_ends: Vec<u8> = number.bytes().flat_map(|digit| [0, digit]).collect();
        assert_eq!(hunt.in_bytes(&both_ends), [which], "the other end first");
    }
    assert_eq!(hunt.in_bytes(no_card().as_bytes()), Vec::<usize>::new());
    assert_eq!(hunt.in_folder(folder.path()), (Vec::new(), 0, 0));
    let first = &numbers::all()[1];
    fs::create_dir(folder.join("deeper")).unwrap();
    fs::write(folder.join("deeper/kept"), first).unwrap();
    fs::write(folder.join(first), "").unwrap();
    assert_eq!(hunt.in_folder(folder.path()).0.len(), 2, "one in a file, one in a name");
    // What this test made of the numbers is in its own memory.
    assert!(hunt.in_memory(std::process::id()).unwrap().0 > 0);
}

#[test]
fn no_card_number_that_anybody_puts_in_is_in_anything_that_stays() {
    let (folder, hunt) = (Folder::new(), Hunt::new());
    let state = folder.join("state");
    let demo = Running::demo_among(&state, &[("USHER_LOG", "trace")]);
    let numbers = numbers::all();
    let browser = numbers::grouped(&numbers[3], " ");
    let [cashier, supervisor, manager] = ["cashier", "supervisor", "manager"]
        .map(|role| Desk::sign_in(demo.address, &demo.told, role, &browser));
    let session = cashier.open_till("1");
    let seats = inputs::free_seats(&demo, numbers.len());
    for (number, seat) in numbers.iter().zip(&seats) {
        inputs::looked(&demo, number);
        inputs::bought_on_the_page(&demo, number);
        inputs::bought_by_call(&demo, number);
        inputs::scanned(&demo, number);
        inputs::knocked(&demo, number);
        inputs::engaged(&manager, number);
        inputs::kept_back(&demo, &manager, seat, number);
        inputs::sold_for_cash(&demo, &cashier, &session, number);
        inputs::plan_checked(&hunt, number);
    }
    let kept = cashier.send(
        "/desk/till/pay-in",
        &[("key", ""), ("session", &session), ("amount", "1"), ("reason", &no_card())],
    );
    assert_eq!(desk::status(&kept), 303, "{kept}");
    let mail = demo.told["mail_dir"].as_str().unwrap().to_owned();
    until("the letters are written", WAIT_MAX, || {
        let letters = fs::read_dir(&mail).unwrap().count();
        (letters >= LETTERS_OF_A_NUMBER * numbers.len()).then_some(())
    });
    let tonight = demo.tonight().to_owned();
    let said = demo.said.clone();
    assert!(demo.stop().success());

    let log = said.lock().unwrap().clone();
    assert!(log.len() > 10_000, "the log is on and talks");
    none_in_log(&hunt, "the demo", &log);
    let pads = Pads::start(&folder, &state);
    let log = paid_by_card_and_crashed(
        &folder,
        &state,
        &hunt,
        &pads,
        |address| [cashier.at(address), supervisor.at(address), manager.at(address)],
        &tonight,
    );
    none_in_log(&hunt, "the box", &log);
    let alarms = log.matches("TerminalSendsClearPan").count();
    assert!(alarms >= 3, "each of three terminals is told of: {alarms}");
    assert_eq!(pads.violations(), "");

    let (found, files, size) = hunt.in_folder(folder.path());
    println!("{files} files of {} KiB looked through", size / 1_024);
    assert_eq!(found, Vec::<String>::new());
    kept_what_is_no_card(&state, Path::new(&mail));
}

fn none_in_log(hunt: &Hunt, whose: &str, log: &str) {
    for line in log.lines() {
        assert_eq!(hunt.in_bytes(line.as_bytes()), Vec::<usize>::new(), "{whose} says {line}");
    }
}

/// What was looked through is what the box keeps: the words around the numbers are there.
fn kept_what_is_no_card(state: &Path, mail: &Path) {
    let holds =
        |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|at| at == text.as_bytes());
    let store = fs::read(state.join("usher.redb")).unwrap();
    for text in [no_card().as_str(), "Ada ****", "card ****", "QUILL/ADA"] {
        assert!(holds(&store, text), "the store holds {text:?}");
    }
    let letters = fs::read_dir(mail).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    assert!(letters.into_iter().any(|letter| holds(&letter, "Ada ****")), "a letter greets");
}

/// Serves the same store beside three terminals that send clear numbers, sells at each, and is
/// killed by the signal of a crash. Answers its log.
fn paid_by_card_and_crashed(
    folder: &Folder,
    state: &Path,
    hunt: &Hunt,
    pads: &Pads,
    desks: impl Fn(std::net::SocketAddr) -> [Desk; 3],
    tonight: &str,
) -> String {
    let (address, here) = (free_address(), folder.join("here"));
    fs::create_dir(&here).unwrap();
    let config = configure(folder, state, address, &pads.config);
    let mut command = Command::new("sh");
    // As on a machine whose owner asked for everything that a crash can leave.
    command.args(["-c", "ulimit -c unlimited; exec \"$0\" serve --config \"$1\""]);
    command.arg(program()).arg(&config).current_dir(&here).env("USHER_LOG", "trace");
    let mut daemon = Running::spawn(&mut command, address);
    until("the daemon answers", WAIT_MAX, || {
        assert!(daemon.ended().is_none(), "the daemon ended: {}", daemon.words());
        Caller::to(address).ask("GET", "/healthz", None, None).ok()
    });
    for (till, desk) in ["1", "2", "3"].iter().zip(desks(address)) {
        if *till != "1" {
            desk.open_till(till);
        }
        for _ in 0..PAYMENTS {
            for page in sold_by_card(&desk, tonight) {
                assert_eq!(hunt.in_bytes(page.as_bytes()), Vec::<usize>::new(), "{page}");
            }
        }
    }
    let [_, at_concert, senior] = desks(address);
    for page in decided_by_a_person(&at_concert, &senior, tonight) {
        assert_eq!(hunt.in_bytes(page.as_bytes()), Vec::<usize>::new(), "{page}");
    }
    let buyer = json!({ "name": "Ada", "email": "ada@tidewell.example" });
    let opened = daemon.caller().post("/api/v1/carts", &json!({}));
    let path = format!("/api/v1/carts/{}/checkout", opened.text("cart"));
    let note = numbers::all().join(" ");
    let body = json!({ "buyer": buyer, "note": note });
    daemon.caller().with(opened.text("token")).post(&path, &body);
    match hunt.in_memory(daemon.child.id()) {
        Ok((found, size)) => println!("{found} numbers in {} MiB of live memory", size >> 20),
        Err(fault) => println!("the memory of a live box cannot be read here: {fault}"),
    }
    let number = daemon.child.id().to_string();
    assert!(Command::new("kill").args(["-ABRT", &number]).status().unwrap().success());
    let ended = daemon.wait();
    assert!(!ended.success());
    println!("a program without this care leaves a core here: {}", leaves_cores(folder));
    let left: Vec<_> = fs::read_dir(&here).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, Vec::<std::path::PathBuf>::new(), "a crash leaves nothing behind");
    daemon.words()
}

/// Does this machine write what a crash leaves beside the program?
fn leaves_cores(folder: &Folder) -> bool {
    let there = folder.join("there");
    fs::create_dir(&there).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -c unlimited; kill -ABRT $$"]).current_dir(&there);
    shell.status().unwrap();
    let left = fs::read_dir(&there).unwrap().count() > 0;
    fs::remove_dir_all(&there).unwrap();
    left
}
