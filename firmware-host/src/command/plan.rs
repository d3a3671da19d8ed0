//! `usher plan check`: imports a seating plan without a store and reports what it found.
//!
//! Takes the overlay that lies beside the plan as `<stem>.overlay.json`, if there is one. Never
//! writes a file and never opens the store. The rules are `box-office/rules/src/plan/import.rs`.

use super::Exit;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use usher_rules::plan::import::{ImportOptions, import};
use usher_rules::plan::reader::FILE_BYTES_MAX;
use usher_rules::plan::report::{Finding, Flaw, Matter, Remark, Report, Source};
use usher_rules::plan::{HUNDREDTHS, Point};

/// Checks one plan. `rekey` lets seats that share a guid go by their uuid (domain 3.2.3).
pub fn check(
    file: &Path,
    json: bool,
    rekey: bool,
    out: &mut impl Write,
    err: &mut impl Write,
) -> io::Result<Exit> {
    let (plan, overlay) = match read(file).and_then(|plan| Ok((plan, read_overlay(file)?))) {
        Ok(files) => files,
        Err(unreadable) => return refuse_unread(&unreadable, json, out, err),
    };
    let options = ImportOptions { rekey_duplicates: rekey };
    let (report, exit) = match import(&plan, overlay.as_deref(), options) {
        Ok(imported) => (imported.report, Exit::Done),
        Err(report) => (*report, Exit::Refused),
    };
    if json {
        writeln!(out, "{:#}", document(&report))?;
    } else {
        for warning in &report.warnings {
            writeln!(out, "warning {}: {warning}", warning.code())?;
        }
        if exit == Exit::Done {
            writeln!(out, "{}: good: {}", file.display(), figures(&report))?;
        }
    }
    for error in &report.errors {
        writeln!(err, "error {}: {error}", error.code())?;
    }
    Ok(exit)
}

/// A file that could not be read at all, and why.
struct Unreadable {
    path: PathBuf,
    why: io::Error,
}

/// Reads a file up to one byte more than an import takes: enough to see that it is too big.
fn read(path: &Path) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes))
        .map(|_| bytes)
        .map_err(|why| Unreadable { path: path.to_owned(), why })
}

fn read_overlay(plan: &Path) -> Result<Option<Vec<u8>>, Unreadable> {
    match read(&plan.with_extension("overlay.json")) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(unreadable) if unreadable.why.kind() == ErrorKind::NotFound => Ok(None),
        Err(unreadable) => Err(unreadable),
    }
}

fn refuse_unread(
    unreadable: &Unreadable,
    json: bool,
    out: &mut impl Write,
    err: &mut impl Write,
) -> io::Result<Exit> {
    let words = format!("cannot read {}: {}", unreadable.path.display(), unreadable.why);
    if json {
        let mut document = document(&Report::default());
        let error = json!({ "code": "Unreadable", "in": null, "pointer": null, "words": words });
        document["errors"] = Value::Array(vec![error]);
        writeln!(out, "{document:#}")?;
    }
    writeln!(err, "error Unreadable: {words}")?;
    Ok(Exit::Refused)
}

/// The report as scripts read it.
fn document(report: &Report) -> Value {
    json!({
        "seats": report.seats,
        "zones": report.zones,
        "rows": report.rows,
        "blocks": report.blocks,
        "categories": report.categories,
        "areas": report.areas,
        "focal_point": report.focal_point.map(|at| {
            let (x, y) = units(at);
            json!({ "x": x, "y": y })
        }),
        "warnings": report.warnings.iter().map(finding).collect::<Vec<_>>(),
        "errors": report.errors.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn finding(finding: &Finding) -> Value {
    let source = match finding.source {
        Source::Plan => "plan",
        Source::Overlay => "overlay",
    };
    let mut value = json!({
        "code": finding.code(),
        "in": source,
        "pointer": finding.pointer,
        "words": finding.words(),
    });
    if let Matter::Flaw(Flaw::DuplicateGuid { guids, count })
    | Matter::Remark(Remark::Rekeyed { guids, count }) = &finding.matter
    {
        value["guids"] = json!(guids);
        value["count"] = json!(count);
    }
    value
}

/// The report in one line.
fn figures(report: &Report) -> String {
    let focal = report.focal_point.map_or_else(
        || "no focal point".to_owned(),
        |at| {
            let (x, y) = units(at);
            format!("focal point {x}, {y}")
        },
    );
    format!(
        "{} seats, {} zones, {} row objects, {} blocks, {} categories, {} areas, {focal}",
        report.seats, report.zones, report.rows, report.blocks, report.categories, report.areas
    )
}

/// A place in plan units, as the file writes them.
fn units(at: Point) -> (f64, f64) {
    let unit = f64::from(HUNDREDTHS);
    (f64::from(at.x) / unit, f64::from(at.y) / unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A plan file in a folder of its own; taken away when it goes out of scope.
    struct Shelf(PathBuf);

    impl Shelf {
        fn new(name: &str, plan: &[u8]) -> Shelf {
            let path = std::env::temp_dir().join(format!("usher-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            fs::write(path.join("hall.json"), plan).unwrap();
            Shelf(path)
        }

        fn overlay(self, overlay: &[u8]) -> Shelf {
            fs::write(self.0.join("hall.overlay.json"), overlay).unwrap();
            self
        }

        fn check(&self, json: bool, rekey: bool) -> (Exit, String, String) {
            checked(&self.0.join("hall.json"), json, rekey)
        }
    }

    impl Drop for Shelf {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn checked(path: &Path, json: bool, rekey: bool) -> (Exit, String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let exit = check(path, json, rekey, &mut out, &mut err).unwrap();
        (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    fn hall(second_guid: &str) -> Vec<u8> {
        let seat = |guid: &str, number: &str, x: u32, uuid: &str| {
            json!({
                "seat_guid": guid, "seat_number": number, "category": "A", "uuid": uuid,
                "position": { "x": x, "y": 50 },
            })
        };
        let stage = json!({
            "shape": "rectangle", "position": { "x": 0, "y": 0 },
            "rectangle": { "width": 50, "height": 10 },
            "text": { "text": "Stage", "position": { "x": 25, "y": 5 } },
        });
        let seats = [seat("s-1", "1", 12, "u-1"), seat(second_guid, "2", 38, "u-2")];
        serde_json::to_vec(&json!({
            "name": "Hall",
            "size": { "width": 50, "height": 60 },
            "categories": [{ "name": "A" }],
            "zones": [{
                "name": "Stalls", "position": { "x": 0, "y": 0 }, "areas": [stage],
                "rows": [{ "row_number": "A", "seats": seats }],
            }],
        }))
        .unwrap()
    }

    #[test]
    fn a_good_plan_ends_with_zero_and_its_figures() {
        let shelf = Shelf::new("plan-good", &hall("s-2"));
        let (exit, out, err) = shelf.check(false, false);
        assert_eq!((exit, err.as_str()), (Exit::Done, ""));
        let figures = "2 seats, 1 zones, 1 row objects, 1 blocks, 1 categories, 0 areas, \
                       focal point 25, 10\n";
        assert!(out.ends_with(figures), "{out}");
        let (_, out, _) = shelf.check(true, false);
        let document: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(document["seats"], 2);
        assert_eq!(document["focal_point"], json!({ "x": 25.0, "y": 10.0 }));
        assert_eq!(document["errors"], json!([]));
    }

    #[test]
    fn duplicate_guids_end_with_one_unless_rekeyed() {
        let shelf = Shelf::new("plan-twice", &hall("s-1"));
        let (exit, out, err) = shelf.check(true, false);
        assert_eq!(exit, Exit::Refused);
        let document: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(document["errors"][0]["code"], "DuplicateGuid");
        assert_eq!(document["errors"][0]["guids"], json!(["s-1"]));
        assert!(err.starts_with("error DuplicateGuid: plan: 1 seat_guid"), "{err}");
        let (exit, out, _) = shelf.check(true, true);
        assert_eq!(exit, Exit::Done);
        let document: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(document["warnings"][0]["code"], "Rekeyed");
    }

    #[test]
    fn the_overlay_beside_the_plan_is_taken() {
        let wrong = br#"{"version": 1, "seats": {"s-9": {"wheelchair": true}}}"#;
        let shelf = Shelf::new("plan-overlay", &hall("s-2")).overlay(wrong);
        let (exit, out, _) = shelf.check(true, false);
        assert_eq!(exit, Exit::Refused);
        let document: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(document["errors"][0]["in"], "overlay");
        assert_eq!(document["errors"][0]["pointer"], "/seats/s-9");
    }

    #[test]
    fn a_file_that_is_not_there_is_refused_by_its_path() {
        let (exit, out, err) = checked(Path::new("/nowhere/hall.json"), true, false);
        assert_eq!(exit, Exit::Refused);
        assert!(err.contains("cannot read /nowhere/hall.json"), "{err}");
        let document: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(document["errors"][0]["code"], "Unreadable");
    }

    #[test]
    fn a_file_of_more_than_8_mib_is_too_big() {
        let shelf = Shelf::new("plan-big", &vec![b' '; FILE_BYTES_MAX + 1]);
        let (exit, _, err) = shelf.check(false, false);
        assert_eq!(exit, Exit::Refused);
        assert!(err.starts_with("error TooBig"), "{err}");
    }
}
