//! Row 6: the shop's pages, anonymous and personal, 8 connections; row 0: the bare floors.
//!
//! The demo's own season: What's on for everybody, and the cart of somebody with two seats in it.
//! The floor is a bare page of the same size in the same round. Next: `redeem.rs`.

use super::{Ground, Row, count, ms, percent};
use crate::floor::commit;
use crate::floor::scans;
use crate::load::{self, PUBLIC, Reply, Shape, drive};
use crate::peer::Peer;
use crate::tally::{ROUNDS, Tally, median, middle};
use anyhow::Context;
use std::time::Duration;

const PAGE_15_KB: usize = 15 * 1024;

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let floor = bare(ground)?;
    let folder = ground.work.join("shop");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let ours = Peer::demo(&ground.binary, &folder)?;
    let (status, page, _) = ours.get("/")?;
    anyhow::ensure!(status == 200, "the shop answers {status}");
    let cookie = session(&ours, &folder)?;
    let personal = load::get("/cart", &format!("cookie: {cookie}\r\n"));
    let (status, cart, _) = ours.once(&personal)?;
    anyhow::ensure!(status == 200, "the cart answers {status}");
    let anonymous = load::get("/", "");
    let at_size = load::get(&format!("/page/{}", page.len()), "");
    let (mut floors, mut pages, mut carts) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        floors.push(asked(&floor, &at_size)?);
        pages.push(asked(&ours, &anonymous)?);
        carts.push(asked(&ours, &personal)?);
    }
    drop((floor, ours));
    std::fs::remove_dir_all(folder)?;
    let mut row = Row {
        no: "6",
        what: format!(
            "anonymous shop page/s ({} KB), personal page/s (cart of 2, {} KB), 8 connections",
            page.len() / 1024,
            cart.len() / 1024
        ),
        must: "5k/s",
        aim: "30 % of bare hyper at that size; personal 8k/s",
        ..Row::default()
    };
    let pairs = pages.iter().zip(&floors).map(|(ours, floor)| ours.rate() / floor.rate());
    let share = row.keep("share", median(&pairs.collect::<Vec<_>>()));
    let rate = row.keep("anonymous_per_s", middle(&pages, Tally::rate));
    let personal = row.keep("personal_per_s", middle(&carts, Tally::rate));
    let bare = row.keep("floor_per_s", middle(&floors, Tally::rate));
    let p99 = row.keep("anonymous_p99_ms", middle(&pages, Tally::p99_ms));
    let personal99 = row.keep("personal_p99_ms", middle(&carts, Tally::p99_ms));
    row.keep("page_bytes", page.len() as f64);
    row.floor = format!("bare hyper at that size {}/s", count(bare));
    row.figure = format!(
        "{}/s = {}, p99 {}; personal {}/s, p99 {}",
        count(rate),
        percent(share),
        ms(p99),
        count(personal),
        ms(personal99)
    );
    row.must_met = Some(rate >= 5_000.0);
    row.aim_met = Some(share >= 0.30 && personal >= 8_000.0);
    Ok(vec![row])
}

/// Row 0: what hyper and redb give here when nothing else is done.
pub fn floors(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let floor = bare(ground)?;
    let mut row = Row {
        no: "0",
        what: "floors: bare hyper, 5 bytes and 15 KB, at 8 connections; lone redb commit"
            .to_owned(),
        floor: "-".to_owned(),
        must: "-",
        aim: "-",
        ..Row::default()
    };
    let (mut five, mut page, mut commits, mut bytes) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        five.push(asked(&floor, &load::get("/page/5", ""))?);
        page.push(asked(&floor, &load::get(&format!("/page/{PAGE_15_KB}"), ""))?);
        let (tally, written) = commit::alone(&ground.work, Duration::from_millis(1_000))?;
        commits.push(tally);
        bytes.push(written);
    }
    let five = row.keep("hyper_5_bytes_per_s", middle(&five, Tally::rate));
    let page = row.keep("hyper_15_kb_per_s", middle(&page, Tally::rate));
    let rate = row.keep("commits_per_s", middle(&commits, Tally::rate));
    let p50 = row.keep("commit_p50_ms", middle(&commits, Tally::p50_ms));
    let p99 = row.keep("commit_p99_ms", middle(&commits, Tally::p99_ms));
    let bytes = row.keep("commit_bytes", median(&bytes)) / 1024.0;
    row.figure = format!(
        "{}/s; {}/s; {}/s, p50 {}, p99 {}, {bytes:.1} KB",
        count(five),
        count(page),
        count(rate),
        ms(p50),
        ms(p99)
    );
    Ok(vec![row])
}

fn bare(ground: &Ground) -> anyhow::Result<Peer> {
    let path = ground.work.join("floor.redb");
    if path.exists() {
        std::fs::remove_file(&path)?;
    }
    scans::prepare(&path, 1)?;
    Peer::part("floor", &path)
}

fn asked(peer: &Peer, request: &[u8]) -> anyhow::Result<Tally> {
    let shape = Shape::of(8).from(PUBLIC);
    let tally = drive(peer.address, shape, || Some(request.to_vec()), |reply: &Reply| reply.ok())?;
    let words = tally.first_refusal.clone().unwrap_or_default();
    anyhow::ensure!(tally.refused == 0, "{} pages were refused: {words}", tally.refused);
    Ok(tally)
}

/// The cookie of somebody who has taken two seats for tonight.
fn session(peer: &Peer, folder: &std::path::Path) -> anyhow::Result<String> {
    let file = usher::demo::DemoFile::read(folder)?.context("demo.json is missing")?;
    let tonight = file.performances.first().context("nothing is on")?;
    let body = "qty-1=2";
    let request = format!(
        "POST /performances/{}/best-seats HTTP/1.1\r\nhost: {}\r\nsec-fetch-site: same-origin\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        tonight.id,
        peer.address,
        body.len()
    );
    let (status, _, head) = peer.once(request.as_bytes())?;
    let cookie = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("set-cookie").then(|| value.split(';').next())?
    });
    let cookie = cookie.with_context(|| format!("no session: {status} {head}"))?;
    Ok(cookie.to_owned())
}
