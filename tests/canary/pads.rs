//! Three terminals that send a clear card number, one a protocol, and a sale at each.
//!
//! They are processes of their own and speak their wire protocols only. Never looks into the box.
//! Next: `tests/canary.rs`.

use crate::ask::header;
use crate::desk::{Desk, between, status};
use crate::numbers::{self, shapes};
use crate::pad::{Terminal, script};
use crate::running::{Folder, WAIT_MAX, until};
use serde_json::json;
use std::path::Path;
use usher::demo::papers::{POI_ID, Papers};

/// Payments that each terminal is asked for.
pub const PAYMENTS: usize = 2;
/// The terminal number of the simulated ZVT twin.
const TERMINAL_ID: &str = "52523535";

pub struct Pads {
    terminals: Vec<Terminal>,
    /// Pads and tills as a technician writes them.
    pub config: String,
}

impl Pads {
    /// `state` is a demo's: its second terminal has the papers of one that speaks nexo.
    pub fn start(folder: &Folder, state: &Path) -> Pads {
        let mut scenes = vec![json!({ "play": { "do": "clear-pan" } }); PAYMENTS];
        // For the one after them: nobody but a person can say how it ended.
        scenes.push(json!({ "play": { "do": "reboot", "booked": true } }));
        let script = script(folder, &scenes);
        let start = |at: &[&str], truth| Terminal::start(at, &folder.join(truth), Some(&script));
        let line = folder.join("concert-line");
        let papers = Papers::below(state);
        let [cert, key, passphrase] =
            [&papers.cert, &papers.key, &papers.passphrase].map(|path| path.to_str().unwrap());
        let at = "127.0.0.1:0";
        let nexo = ["nexo", "--tcp", at, "--cert", cert, "--key", key, "--passphrase-file"];
        let zvt = start(&["zvt", "--tcp", at], "zvt-truth");
        let concert = start(&["concert", "--link", line.to_str().unwrap()], "concert-truth");
        let nexo = start(&[&nexo[..], &[passphrase]].concat(), "nexo-truth");
        let tables = [
            format!(
                "[pin_pad.zvt]\naddress = {:?}\nterminal_id = {TERMINAL_ID:?}\n",
                zvt.address()
            ),
            format!("[pin_pad.concert]\npath = {line:?}\n"),
            format!(
                "[pin_pad.nexo]\naddress = {:?}\npoi_id = {POI_ID:?}\nsale_id = \"tidewell-1\"\n\
                 root = {:?}\npassphrase_file = {passphrase:?}\nkey_identifier = \"tidewell\"\n\
                 environment = \"test\"\n",
                nexo.address(),
                papers.root,
            ),
        ];
        let one = |(no, table): (usize, &String)| {
            format!(
                "[[pin_pad]]\nnumber = {no}\nname = \"Pad {no}\"\nplace = \"Foyer\"\n{table}\
                 [[till]]\nnumber = {no}\nname = \"Till {no}\"\npin_pad = \"Pad {no}\"\n"
            )
        };
        let config = (1..).zip(&tables).map(one).collect();
        Pads { terminals: vec![zvt, concert, nexo], config }
    }

    /// What the box did against their protocols.
    pub fn violations(&self) -> String {
        self.terminals.iter().map(Terminal::violations).collect()
    }
}

/// Two tickets by card; the page of what was sold, and of its receipts.
pub fn sold_by_card(desk: &Desk, performance: &str) -> [String; 2] {
    let sale = desk.take_two(performance);
    // A pad that is being called after the start is not there yet.
    until("the pad takes the payment", WAIT_MAX, || {
        let told = desk.send(&format!("{sale}/card"), &[("key", "")]);
        (status(&told) == 303 && standing(desk, &sale) != "open").then_some(())
    });
    until("it is sold", WAIT_MAX, || (standing(desk, &sale) == "sold").then_some(()));
    let told = desk.page(&sale);
    let order = header(&told, "location").unwrap_or_else(|| panic!("no order: {told}"));
    [desk.page(order), desk.page(&format!("{order}/receipts"))]
}

/// A sale whose terminal goes away in the middle; somebody senior says how it ended, with card
/// numbers in everything that is typed. `desk` sits at the till of the terminal that cannot be
/// asked afterwards. Answers every page that was shown.
pub fn decided_by_a_person(desk: &Desk, senior: &Desk, performance: &str) -> Vec<String> {
    let sale = desk.take_two(performance);
    until("the pad takes the payment", WAIT_MAX, || {
        let told = desk.send(&format!("{sale}/card"), &[("key", "")]);
        (status(&told) == 303 && standing(desk, &sale) != "open").then_some(())
    });
    until("a person is asked", WAIT_MAX, || (standing(desk, &sale) == "undecided").then_some(()));
    let shown = senior.page(&sale);
    let intent = between(&shown, "name=\"intent\" value=\"", "\"");
    let intent = intent.unwrap_or_else(|| panic!("nothing to decide: {shown}"));
    let decide = |name: &str, evidence: &str, reason: &str| {
        let typed = [
            ("key", ""),
            ("intent", intent),
            ("charged", "yes"),
            ("name", name),
            ("evidence", evidence),
            ("reason", reason),
        ];
        senior.send(&format!("{sale}/decide"), &typed)
    };
    let all = numbers::all();
    for number in &all {
        let [bare, spaced, dashed, first, _] = shapes(number);
        // Without a name nothing is decided; what was typed is shown again to whoever typed it.
        assert_eq!(status(&decide("", &bare, &first)), 422);
        assert_eq!(status(&decide(&spaced, "", &dashed)), 422);
    }
    let [bare, spaced, dashed, first, second] = shapes(&all[5]);
    let reason = format!("{first} {second} {spaced}");
    let told = decide(&format!("Ada {dashed}"), &format!("approval {bare}"), &reason);
    let order = header(&told, "location").unwrap_or_else(|| panic!("not decided: {told}"));
    vec![senior.page(order), desk.page(order), desk.page(&format!("{order}/receipts"))]
}

fn standing(desk: &Desk, sale: &str) -> String {
    let told = desk.page(&format!("{sale}/pad"));
    between(&told, "\"standing\":\"", "\"").unwrap_or_else(|| panic!("{told}")).to_owned()
}
