//! The wall monitor: headline, arrival curve, doors as lanes, refusals, and the live list.
//!
//! Drawn whole by the server; `monitor.js` adds rows as they come over `/feed/scans`, fetches
//! the sums again, and answers each row it has drawn with `{"drawn": seq}`. The form picks
//! `day` and `performance` by GET. Next: `curve.rs`, `verdict.rs`.

use crate::curve;
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::time::{date_of, write_day};
use crate::verdict;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::at::Span;
use usher_rules::house::WithoutBox;
use usher_rules::view::door::Reason;
use usher_rules::view::monitor::{Flow, Lane, Monitor, PerformanceGlance, ScanRow};

/// Admissions a minute that fill a gauge, in tenths; a brisk door does ten.
const GAUGE_FULL_TENTHS: u32 = 100;

pub fn page(templates: &Templates, view: &Monitor, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.frame, words);
    let today = pen.times.date(view.frame.now);
    let day = view.day.and_then(date_of).unwrap_or(today);
    let day_words = pen.times.day(day);
    let all = [("day", day_words.as_str().into())];
    let (heading, middle) = match named(view) {
        Some(shown) => (shown.title.clone(), shown_words(&pen, shown)),
        None if view.performances.is_empty() => {
            (words.tell("monitor-nothing", &all), String::new())
        }
        None => (words.tell("monitor-all", &all), String::new()),
    };
    let refused: u32 = view.refused.iter().map(|line| line.count).sum();
    let counts = [("refused", refused.into()), ("scans", view.scans.into())];
    let page = context! {
        heading,
        middle,
        live => view.day.is_none_or(|_| day == today),
        now => pen.times.seconds(view.frame.now),
        zone => &view.frame.venue.time_zone,
        inside => view.inside,
        expected => view.expected,
        of => words.tell("monitor-of", &[("expected", view.expected.into())]),
        to_come => to_come(&pen, view),
        curve => Value::from_safe_string(curve::svg(&pen, &view.curve)),
        lanes => view.doors.iter().map(|lane| lane_value(&pen, lane)).collect::<Vec<_>>(),
        refused_title => words.tell("monitor-refused", &counts),
        refused => view.refused.iter().map(|line| context! {
            count => line.count, words => verdict::short(&line.reason, words),
        }).collect::<Vec<_>>(),
        duplicates => (view.duplicates > 0).then(|| {
            words.tell("monitor-duplicates", &[("count", view.duplicates.into())])
        }),
        without_box => words.say(match view.without_box {
            WithoutBox::Snapshot => "monitor-without-box-snapshot",
            WithoutBox::Stop => "monitor-without-box-stop",
        }),
        rows => view.rows.iter().map(|row| row_value(&pen, row)).collect::<Vec<_>>(),
        reasons => verdict::NAMES.iter().map(|name| context! {
            name => *name, words => words.say(&format!("short-{name}")),
        }).collect::<Vec<_>>(),
        seq => view.seq,
        shown => view.shown.as_ref().map(|shown| shown.performance.to_string()),
        counted => named(view).map(|named| named.performance.to_string()),
        day => write_day(day),
        performances => view.performances.iter().map(|one| context! {
            id => one.performance.to_string(),
            words => format!("{} {}", pen.times.clock(one.starts), one.title),
            chosen => view.shown.as_ref().is_some_and(|shown| shown.performance == one.performance),
        }).collect::<Vec<_>>(),
        beam => beam_words(&pen, view.beam_to_screen),
    };
    let title = [("inside", view.inside.into()), ("expected", view.expected.into())];
    pen.page("monitor.html", &words.tell("monitor-title", &title), "monitor", page)
}

/// The performance that the figures are of: the one chosen, or the only one of the day.
fn named(view: &Monitor) -> Option<&PerformanceGlance> {
    match (&view.shown, view.performances.as_slice()) {
        (Some(shown), _) => Some(shown),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

/// Never a figure that was not measured, and never nought.
fn beam_words(pen: &Pen<'_>, beam: Option<Span>) -> String {
    match beam {
        None => pen.say("monitor-beam-none"),
        Some(beam) if beam < Span(1) => pen.say("monitor-beam-under"),
        Some(beam) => pen.words.tell("monitor-beam", &[("ms", beam.0.into())]),
    }
}

fn shown_words(pen: &Pen<'_>, shown: &PerformanceGlance) -> String {
    let when = pen.times.moment(shown.starts);
    pen.words.tell("perf-line", &[("when", when.into()), ("hall", shown.hall.as_str().into())])
}

fn to_come(pen: &Pen<'_>, view: &Monitor) -> String {
    let count = view.expected.saturating_sub(view.admitted);
    // A minute begun counts: nobody comes too late for reading this.
    let minutes = |left: Span| (left.0.max(0) + 59_999) / 60_000;
    match named(view).map(|shown| minutes(shown.starts - view.frame.now)) {
        Some(minutes) if minutes > 0 => {
            let minutes = pen.words.tell("minutes", &[("count", minutes.into())]);
            let args = [("count", count.into()), ("minutes", minutes.into())];
            pen.words.tell("monitor-to-come-curtain", &args)
        }
        Some(_) | None => pen.words.tell("monitor-to-come", &[("count", count.into())]),
    }
}

fn lane_value(pen: &Pen<'_>, lane: &Lane) -> Value {
    let (class, mark, icon, id) = match lane.flow {
        Flow::Flowing => ("", "ok", "tick", "flow-flowing"),
        Flow::Queue => (" slow", "bad", "warn", "flow-queue"),
        Flow::Quiet => ("", "muted", "ring", "flow-quiet"),
        Flow::Silent => ("", "bad", "bar", "flow-silent"),
    };
    let tenths = lane.per_minute_tenths;
    context! {
        door => &lane.door,
        to => &lane.leads_to,
        admitted => lane.admitted,
        rate => format!("{}.{}", tenths / 10, tenths % 10),
        gauge => (tenths * 100 / GAUGE_FULL_TENTHS).min(100),
        class,
        mark,
        icon,
        state => pen.say(id),
    }
}

/// What a door without its box let in, as the manager reads it.
fn dispute(pen: &Pen<'_>, reason: &Reason) -> String {
    match reason {
        Reason::AlreadyUsed { .. } => pen.say("monitor-duplicate"),
        other => {
            let reason = verdict::short(other, pen.words);
            pen.words.tell("monitor-dispute", &[("reason", reason.into())])
        }
    }
}

fn row_value(pen: &Pen<'_>, row: &ScanRow) -> Value {
    let (_, mark, icon) = verdict::look(row.signal);
    let time = |at: Option<usher_rules::at::At>| at.map(|at| pen.times.clock(at));
    context! {
        seq => row.seq,
        mark,
        icon,
        title => &row.title,
        code => &row.play_code,
        performance => row.starts.map(|starts| pen.times.short(starts)),
        time => pen.times.seconds(row.at),
        name => &row.buyer_name,
        undone => row.undone,
        alone => row.alone,
        dispute => row.dispute.as_ref().map(|reason| dispute(pen, reason)),
        reason => verdict::short(&row.reason, pen.words),
        refused => row.signal == usher_rules::view::door::Signal::Stop,
        scan_in => time(row.scan_in),
        scan_out => time(row.scan_out),
        share => format!("{}.{}", row.share_tenths / 10, row.share_tenths % 10),
    }
}
