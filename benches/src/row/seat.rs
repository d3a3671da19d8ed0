//! Row S: best seats in houses of 1,000, 10,000 and 100,000 seats, by the rule alone.
//!
//! Half-sold houses, parties of one to eight, the search beside the full scan that is its
//! yardstick. No ledger, no store. Next: `usher_rules::seat`.

use super::{Ground, Row, ms};
use crate::plan;
use crate::tally::Tally;
use anyhow::{Context, ensure};
use std::time::Instant;
use usher_rules::id::SeatNo;
use usher_rules::plan::import::{ImportOptions, import};
use usher_rules::seat::{
    Found, House, Layout, NoSeats, Request, SeatSet, SingleRule, best, best_by_full_scan,
};

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
const ASKS: usize = 2_000;
const FULL_SCANS: usize = 300;

pub fn measure(_: &Ground) -> anyhow::Result<Vec<Row>> {
    let mut row = Row {
        no: "S",
        what: "best seats p50 / p99 at 1k, 10k, 100k seats, half sold; beside it every block \
               visited"
            .to_owned(),
        must: "-",
        aim: "p99 of the full scan: 0.008 / 0.09 / 0.81 ms",
        ..Row::default()
    };
    let (mut found, mut scanned) = (Vec::new(), Vec::new());
    let mut aim_met = true;
    for (seats, aim_ms) in SIZES.into_iter().zip([0.008, 0.09, 0.81]) {
        let (search, scan) = house(seats)?;
        aim_met &= row.keep(&format!("p99_ms_{seats}"), search.p99_ms()) <= aim_ms;
        row.keep(&format!("p50_ms_{seats}"), search.p50_ms());
        row.keep(&format!("full_scan_p99_ms_{seats}"), scan.p99_ms());
        found.push(format!("{} / {}", ms(search.p50_ms()), ms(search.p99_ms())));
        scanned.push(ms(scan.p99_ms()));
    }
    row.figure = found.join("; ");
    row.floor = format!("full scan p99 {}", scanned.join("; "));
    row.aim_met = Some(aim_met);
    Ok(vec![row])
}

fn house(seats: usize) -> anyhow::Result<(Tally, Tally)> {
    let (original, overlay) = (plan::house(seats), plan::focal_point(seats));
    let imported = import(&original, Some(&overlay), ImportOptions { rekey_duplicates: false });
    let plan = imported.ok().context("the house does not import")?.plan;
    let layout = Layout::of(&plan);
    let mut luck = 0x2545_f491_4f6c_dd1d_u64;
    let mut draw = move |bound: u64| {
        luck ^= luck << 13;
        luck ^= luck >> 7;
        luck ^= luck << 17;
        luck % bound
    };
    // Sold as it happens: parties side by side, not seat by seat.
    let mut free = vec![true; seats];
    let mut sold = 0;
    while sold < seats / 2 {
        let (first, party) = (draw(seats as u64) as usize, 1 + draw(6) as usize);
        for seat in free.iter_mut().skip(first).take(party).filter(|seat| **seat) {
            *seat = false;
            sold += 1;
        }
    }
    let open = (0..).zip(&free).filter(|(_, free)| **free).map(|(no, _)| SeatNo(no));
    let in_play = SeatSet::of(seats, open);
    let house = House { layout: &layout, in_play: &in_play, takeable: &in_play, own: &[] };
    let rule = SingleRule { last_resort: true, ..SingleRule::default() };
    let parties: Vec<Request> = (0..ASKS).map(|_| Request::of(1 + draw(8) as u8)).collect();
    for request in parties.iter().take(20) {
        let same = best(&house, request, &rule) == best_by_full_scan(&house, request, &rule);
        ensure!(same, "search and full scan differ for {request:?}");
    }
    let search = timed(&parties, |request| best(&house, request, &rule));
    let scan = timed(&parties[..FULL_SCANS], |request| best_by_full_scan(&house, request, &rule));
    Ok((search, scan))
}

fn timed(asks: &[Request], ask: impl Fn(&Request) -> Result<Found, NoSeats>) -> Tally {
    let timed = asks.iter().map(|request| {
        let began = Instant::now();
        let _ = std::hint::black_box(ask(std::hint::black_box(request)));
        began.elapsed()
    });
    Tally::alone(timed.collect())
}
