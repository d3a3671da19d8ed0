//! The plans that ship with the product import as they should, oddities included.
//!
//! Their figures are counted here by hand, not taken from the script that draws them. Never
//! looks at pixels. Next: `config/demo/plans/generate.py`.

use super::*;
use usher_rules::plan::report::{Matter, Remark};

macro_rules! shipped {
    ($name:literal) => {
        (
            include_bytes!(concat!("../../../../config/demo/plans/", $name, ".json")).as_slice(),
            include_bytes!(concat!("../../../../config/demo/plans/", $name, ".overlay.json"))
                .as_slice(),
        )
    };
}

fn opened((plan, overlay): (&[u8], &[u8]), options: ImportOptions) -> Imported {
    let overlay: Value = serde_json::from_slice(overlay).unwrap();
    check(plan, Some(&overlay), options).unwrap_or_else(|report| panic!("refused: {report:?}"))
}

fn seats_of(plan: &Plan, category: &str) -> usize {
    let no = plan.category_nos().find(|no| plan.categories[usize::from(no.0)].name == category);
    plan.seats.iter().filter(|seat| Some(seat.category) == no).count()
}

#[test]
fn the_studio_has_120_seats_on_three_sides() {
    let Imported { plan, report } = opened(shipped!("studio"), PLAIN);
    assert_eq!((plan.seats.len(), plan.zones.len(), plan.blocks.len()), (120, 3, 16));
    assert_eq!(report.warnings, []);
    assert_eq!(plan.seats.iter().filter(|seat| seat.wheelchair).count(), 2);
}

#[test]
fn the_main_house_has_stalls_circle_boxes_and_two_aisles() {
    let Imported { plan, report } = opened(shipped!("main-house"), PLAIN);
    let zones: Vec<&str> = plan.zones.iter().map(|zone| zone.name.as_str()).collect();
    assert_eq!(zones, ["Stalls", "Circle", "Boxes"]);
    assert_eq!(plan.seats.len(), 507);
    // Thirteen and five rows in three parts each, six boxes.
    assert_eq!(plan.blocks.len(), 13 * 3 + 5 * 3 + 6);
    assert_eq!(report.warnings, []);
    let spaces: Vec<&str> =
        plan.seats.iter().filter(|seat| seat.wheelchair).map(|seat| seat.guid.as_str()).collect();
    assert_eq!(spaces, ["S-N-1", "S-N-3", "S-N-22", "S-N-24"]);
    assert_eq!(plan.seats.iter().filter(|seat| seat.companion_of.is_some()).count(), 4);
    let best = plan.seats.iter().filter(|seat| !seat.wheelchair).min_by_key(|seat| seat.cost);
    assert_eq!(best.unwrap().row, "A");
}

#[test]
fn the_opera_house_shows_what_is_odd_about_exports() {
    let report = check(shipped!("opera-house").0, None, PLAIN).unwrap_err();
    assert_eq!(codes(&report.errors), ["DuplicateGuid"]);
    let Imported { plan, report } = opened(shipped!("opera-house"), REKEY);
    assert_eq!((plan.seats.len(), plan.zones.len()), (1_362, 1));
    assert_eq!((report.rows, report.blocks), (120, 121));
    let Matter::Remark(Remark::Rekeyed { guids, count }) = &report.warnings[0].matter else {
        panic!("{report:?}");
    };
    assert_eq!((guids.len(), *count), (21, 42));
    assert_eq!(report.warnings.len(), 1);
    let lowest = plan.seats.iter().map(|seat| seat.y).max().unwrap();
    assert!(plan.focal.unwrap().y > lowest - 10_000, "the stage is at the bottom");
    assert_eq!(seats_of(&plan, "NOT AVAILABLE"), 12);
    assert_eq!(plan.seat_nos().filter(|no| !plan.for_sale(*no)).count(), 12);
}

#[test]
fn the_arena_has_20_000_seats_in_44_sections() {
    let Imported { plan, report } = opened(shipped!("arena"), PLAIN);
    assert_eq!((plan.seats.len(), plan.zones.len()), (20_000, 44));
    assert_eq!((report.rows, report.blocks), (1_000, 1_000));
    assert_eq!(plan.doors.len(), 44);
    assert_eq!(report.warnings, []);
    assert!(shipped!("arena").0.len() < 4 << 20);
}

#[test]
fn the_supper_room_has_ten_tables_and_benches() {
    let Imported { plan, report } = opened(shipped!("supper-room"), PLAIN);
    assert_eq!((plan.seats.len(), plan.tables.len()), (5 * 6 + 5 * 8 + 45, 10));
    assert_eq!(plan.tables.iter().filter(|table| table.whole).count(), 1);
    // Each bench has an aisle; each table is a ring.
    assert_eq!((plan.blocks.len(), report.warnings.len()), (3 * 2 + 10, 0));
    let second = plan.seats.iter().filter(|seat| seat.second_pass).count();
    assert_eq!(second, 5 * 2 + 5 * 4);
}

#[test]
fn the_garden_sells_300_places_and_no_seats() {
    let Imported { plan, report } = opened(shipped!("lawn"), PLAIN);
    assert_eq!((plan.seats.len(), plan.areas.len()), (0, 2));
    assert_eq!(plan.areas.iter().map(|area| area.capacity).sum::<u32>(), 300);
    assert_eq!(report.warnings, []);
}
