//! The terminals of the counter: simulated ones, on a line of their own, with a truth of their own.
//!
//! They speak the real bytes; nothing of them is reached but over the line. Next: `cuts.rs`.

use super::cuts::{Lane, Line};
use super::house::Stand;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
};
use std::fs;
use std::path::{Path, PathBuf};
use usher_drivers::sim::pin_pad::concert::{SimConcert, SimConcertSettings};
use usher_drivers::sim::pin_pad::nexo::{SimNexo, SimNexoSettings};
use usher_drivers::sim::pin_pad::script::Script;
use usher_drivers::sim::pin_pad::truth::{Deed, Line as Booked, Of, Truth};
use usher_drivers::sim::pin_pad::zvt::{Place, SimZvt, SimZvtSettings};
use usher_tests::folder::Folder;

const LOOPBACK: &str = "127.0.0.1:0";
const POI_ID: &str = "V400m-346403161";
const KEY_IDENTIFIER: &str = "tidewell";

/// One terminal that runs.
pub enum Terminal {
    Zvt(SimZvt),
    Concert(SimConcert),
    Nexo(SimNexo, PathBuf),
}

/// Switches on the terminal of a lane.
pub async fn start(folder: &Folder, lane: &Lane) -> Terminal {
    switch_on(folder, lane, Script::new(lane.scenes.clone()), 1).await
}

/// The same with a script of its own; a terminal with a clock of its own runs at this pace.
pub async fn switch_on(folder: &Folder, lane: &Lane, script: Script, pace: u32) -> Terminal {
    let link = folder.join(&format!("{}.line", lane.name));
    match lane.line {
        Line::ZvtTcp | Line::ZvtSerial => {
            let place = match lane.line {
                Line::ZvtTcp => Place::Tcp(LOOPBACK.parse().unwrap()),
                _ => Place::Pty(link),
            };
            let settings = SimZvtSettings { script, ..SimZvtSettings::new(place, &lane.truth) };
            Terminal::Zvt(SimZvt::start(settings).await.unwrap())
        }
        Line::Concert => {
            let truth = lane.truth.clone();
            let settings = SimConcertSettings { link, truth, script, pace };
            Terminal::Concert(SimConcert::start(settings).unwrap())
        }
        Line::Nexo => {
            let papers = papers(folder, &lane.name);
            let own = (papers.join("leaf.pem"), papers.join("leaf.key"));
            let settings = SimNexoSettings::of_certificate(
                LOOPBACK.parse().unwrap(),
                own,
                papers.join("passphrase"),
                lane.truth.clone(),
            );
            Terminal::Nexo(SimNexo::start(settings.unwrap(), script).await.unwrap(), papers)
        }
    }
}

/// A root, a certificate below it that carries the terminal's name, and a passphrase.
fn papers(folder: &Folder, name: &str) -> PathBuf {
    let papers = folder.join(&format!("{name}.papers"));
    fs::create_dir_all(&papers).unwrap();
    let root_key = KeyPair::generate().unwrap();
    let mut root_params = CertificateParams::new(Vec::new()).unwrap();
    root_params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = root_params.self_signed(&root_key).unwrap();
    let issuer = Issuer::new(root_params, root_key);
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    let mut of = DistinguishedName::new();
    of.push(DnType::CommonName, format!("{POI_ID}.test.terminal.adyen.com"));
    params.distinguished_name = of;
    let leaf = params.signed_by(&key, &issuer).unwrap();
    fs::write(papers.join("root.pem"), root.pem()).unwrap();
    fs::write(papers.join("leaf.pem"), leaf.pem()).unwrap();
    fs::write(papers.join("leaf.key"), key.serialize_pem()).unwrap();
    fs::write(papers.join("passphrase"), "a passphrase of the house").unwrap();
    papers
}

impl Terminal {
    /// Its table in the configuration.
    pub fn table(&self, folder: &Folder, lane: &Lane) -> String {
        let link = folder.join(&format!("{}.line", lane.name));
        match self {
            Terminal::Zvt(terminal) => {
                let place = match terminal.address() {
                    Some(address) => {
                        format!("address = \"{address}\"\nterminal_id = \"52523535\"")
                    }
                    None => format!("path = {link:?}"),
                };
                format!(
                    "[pin_pad.zvt]\n{place}\ntimers = {{ byte_ms = 200, block_ms = 1000, \
                     answer_ms = 1500, word_ms = 4000, enquiry_ms = 60000, busy_ms = 200, \
                     commit_ms = 1000, go_ms = 5000 }}\n"
                )
            }
            Terminal::Concert(_) => format!("[pin_pad.concert]\npath = {link:?}\n"),
            Terminal::Nexo(terminal, papers) => format!(
                "[pin_pad.nexo]\naddress = \"{}\"\npoi_id = \"{POI_ID}\"\nsale_id = {:?}\n\
                 root = {:?}\npassphrase_file = {:?}\nkey_identifier = \"{KEY_IDENTIFIER}\"\n\
                 environment = \"test\"\n",
                terminal.address(),
                lane.name,
                papers.join("root.pem"),
                papers.join("passphrase"),
            ),
        }
    }

    /// What the box did against the protocol.
    pub fn violations(&self) -> Vec<String> {
        match self {
            Terminal::Zvt(terminal) => terminal.violations(),
            Terminal::Concert(terminal) => terminal.violations(),
            Terminal::Nexo(terminal, _) => terminal.violations(),
        }
    }
}

/// The configuration of a box with these terminals, each beside a till of its own; the till of
/// `second` shares the first one's.
pub fn config(folder: &Folder, terminals: &[(Lane, Terminal)], second: Stand) -> String {
    let mut text = format!(
        "[venue]\nname = \"The Tidewell\"\ntime_zone = \"Europe/London\"\ncurrency = \"EUR\"\n\
         [store]\nfolder = {:?}\n[[level]]\nnumber = 1\nname = \"Adult\"\n",
        folder.join("store")
    );
    for (lane, terminal) in terminals {
        let (no, name) = (lane.stand.pad.0, &lane.name);
        text += &format!(
            "[[pin_pad]]\nnumber = {no}\nname = {name:?}\nplace = \"Foyer\"\n{}\
             [[till]]\nnumber = {}\nname = {name:?}\npin_pad = {name:?}\n",
            terminal.table(folder, lane),
            lane.stand.till.0
        );
    }
    let first = &terminals[0].0.name;
    let no = second.till.0;
    text + &format!("[[till]]\nnumber = {no}\nname = \"Second\"\npin_pad = {first:?}\n")
}

/// The same with a serial number in the list of pads.
pub fn listed(config: &str, serial_number: &str) -> String {
    let place = "place = \"Foyer\"\n";
    config.replace(place, &format!("{place}serial_number = {serial_number:?}\n"))
}

/// The same where somebody tried what Concert terminals do with a refund.
pub fn giving_back(config: &str) -> String {
    config.replace("[pin_pad.concert]\n", "[pin_pad.concert]\nrefunds = true\n")
}

/// What a terminal booked and did not take back, in minor units: one amount a booking.
pub fn standing(truth: &Path) -> Vec<u64> {
    let truth = Truth::open(truth).unwrap();
    let mut standing: Vec<&Booked> = Vec::new();
    for line in truth.lines().iter().filter(|line| line.of == Of::Purchase) {
        match line.deed {
            Deed::Booked => standing.push(line),
            Deed::Reversed => standing.retain(|booked| booked.trace != line.trace),
            Deed::Declined | Deed::Cancelled | Deed::Acknowledged | Deed::Settled => {}
        }
    }
    standing.into_iter().map(|line| line.amount_minor).collect()
}

/// What a terminal gave back and stands by, in minor units: as a booking of its own, or out of the
/// purchase. Of purchases that nobody doubted, a reversal is money given back.
pub fn given_back_minor(truth: &Path) -> i64 {
    let truth = Truth::open(truth).unwrap();
    let sum = |deed, of| -> u64 {
        let lines = truth.lines().iter().filter(|line| (line.deed, line.of) == (deed, of));
        lines.map(|line| line.amount_minor).sum()
    };
    let back = sum(Deed::Booked, Of::Refund) + sum(Deed::Reversed, Of::Purchase);
    i64::try_from(back).unwrap() - i64::try_from(sum(Deed::Reversed, Of::Refund)).unwrap()
}

/// Everything a terminal took, whether or not it gave it back.
pub fn taken_minor(truth: &Path) -> i64 {
    let truth = Truth::open(truth).unwrap();
    let taken = |line: &&Booked| (line.deed, line.of) == (Deed::Booked, Of::Purchase);
    let sum: u64 = truth.lines().iter().filter(taken).map(|line| line.amount_minor).sum();
    i64::try_from(sum).unwrap()
}

/// The sum of [`standing`].
pub fn standing_minor(truth: &Path) -> i64 {
    standing(truth).into_iter().map(|amount| i64::try_from(amount).unwrap()).sum()
}
