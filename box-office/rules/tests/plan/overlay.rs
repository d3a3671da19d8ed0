//! The overlay: every member, and every way in which it can fail to fit (domain 3.2.7).
//!
//! All of it on one room of two rows, one of them with an aisle. The format is described in
//! `src/plan/overlay.rs`. Next: `shipped.rs`.

use super::*;
use usher_rules::id::{AreaNo, CategoryNo};
use usher_rules::plan::{Point, report::Source};

/// Rows A (five seats, two of them category B) and B (four seats, an aisle in the middle).
fn room() -> Value {
    let mut plan = hall(&[
        line("A", 100.0, &[60.0, 80.0, 100.0, 120.0, 140.0]),
        line("B", 130.0, &[60.0, 80.0, 120.0, 140.0, 160.0]),
    ]);
    for no in [3, 4] {
        plan["zones"][0]["rows"][0]["seats"][no]["category"] = json!("B");
    }
    plan
}

fn laid(member: &str, value: Value) -> Imported {
    with_overlay(&room(), &json!({ "version": 1, member: value }))
}

fn unfit(member: &str, value: Value) -> Vec<(String, String)> {
    let report = refused_overlay(&room(), &json!({ "version": 1, member: value }));
    assert!(report.errors.iter().all(|error| error.source == Source::Overlay));
    let owned = |(code, pointer): (&str, &str)| (code.to_owned(), pointer.to_owned());
    brief(&report.errors).into_iter().map(owned).collect()
}

fn fault(code: &str, pointer: &str) -> Vec<(String, String)> {
    vec![(code.to_owned(), pointer.to_owned())]
}

#[test]
fn an_overlay_that_says_nothing_changes_nothing() {
    assert_eq!(with_overlay(&room(), &json!({ "version": 1 })), accepted(&room()));
}

#[test]
fn only_version_one_and_known_keys_are_taken() {
    let refused = |overlay: Value| brief(&refused_overlay(&room(), &overlay).errors).len();
    assert_eq!(refused(json!({})), 1);
    assert_eq!(refused(json!({ "version": 2 })), 1);
    assert_eq!(refused(json!({ "version": "1" })), 1);
    assert_eq!(refused(json!([])), 1);
    assert_eq!(unfit("seets", json!({})), fault("Schema", "/seets"));
    let flags = json!({ "A-1": { "wheel_chair": true } });
    assert_eq!(unfit("seats", flags), fault("Schema", "/seats/A-1/wheel_chair"));
    let slash = json!({ "A/~1": {} });
    assert_eq!(unfit("seats", slash), fault("UnknownSeat", "/seats/A~1~01"));
}

#[test]
fn limits_stand_before_the_overlay_is_parsed_too() {
    let report = import(&bytes(&room()), Some(&[b'['; 70]), PLAIN).unwrap_err();
    assert_eq!(codes(&report.errors), ["TooBig"]);
    let report = import(&bytes(&room()), Some(b"{"), PLAIN).unwrap_err();
    assert_eq!((codes(&report.errors)[0], report.errors[0].source), ("NotJson", Source::Overlay));
}

#[test]
fn its_focal_point_outranks_the_stage() {
    let imported = laid("focal_point", json!({ "x": 7, "y": 9.5 }));
    assert_eq!(imported.plan.focal, Some(Point { x: 700, y: 950 }));
    assert_eq!(imported.report.focal_point, imported.plan.focal);
    assert_eq!(unfit("focal_point", json!({ "x": 7 })), fault("Schema", "/focal_point/y"));
}

#[test]
fn weights_run_from_0_to_10_and_not_both_0() {
    for (x, y) in [(0.0, 10.0), (10.0, 0.0), (0.5, 0.5)] {
        laid("weights", json!({ "x": x, "y": y }));
    }
    for (x, y) in [(0.0, 0.0), (-1.0, 1.0), (1.0, 10.1)] {
        let weights = json!({ "x": x, "y": y });
        assert_eq!(unfit("weights", weights), fault("Schema", "/weights"));
    }
}

#[test]
fn ranked_rows_come_in_their_order_and_before_all_others() {
    let mut plan = room();
    plan["zones"][0]["rows"].as_array_mut().unwrap().push(line("C", 60.0, &[90.0, 110.0]));
    let ranks = json!([{ "zone": "Stalls", "row": "B", "rank": 1 },
                       { "zone": "Stalls", "row": "A", "rank": 2 }]);
    let plan = with_overlay(&plan, &json!({ "version": 1, "row_ranks": ranks })).plan;
    let dearest = |row: &str| {
        let costs = plan.seats.iter().filter(|seat| seat.row == row).map(|seat| seat.cost);
        (costs.clone().min().unwrap(), costs.max().unwrap())
    };
    assert!(dearest("B").1 < dearest("A").0);
    assert!(dearest("A").1 < dearest("C").0);
    let (near, far) = (plan.seat(SeatNo(2)).cost, plan.seat(SeatNo(0)).cost);
    assert_eq!(far - near, 1_154 - 960);
}

#[test]
fn a_row_is_ranked_by_its_label_where_numbers_repeat() {
    let mut plan = hall(&[line("A", 100.0, &[80.0, 100.0]), line("B", 160.0, &[80.0, 100.0])]);
    for (row, label) in [(0, "Stalls %s"), (1, "Circle %s")] {
        plan["zones"][0]["rows"][row]["row_number"] = json!("A");
        plan["zones"][0]["rows"][row]["row_label"] = json!(label);
    }
    let ranks = json!([{ "zone": "Stalls", "row": "Circle A", "rank": 1 }]);
    let plan = with_overlay(&plan, &json!({ "version": 1, "row_ranks": ranks })).plan;
    assert!(plan.seats[2].cost < plan.seats[0].cost);
}

#[test]
fn row_ranks_name_a_zone_and_a_row_of_the_plan() {
    let rank =
        |zone: &str, row: &str, rank: i64| json!([{ "zone": zone, "row": row, "rank": rank }]);
    laid("row_ranks", rank("Stalls", "A", 1_000));
    let at = |key: &str| format!("/row_ranks/0/{key}");
    assert_eq!(unfit("row_ranks", rank("Pit", "A", 1)), fault("UnknownZone", &at("zone")));
    assert_eq!(unfit("row_ranks", rank("Stalls", "Z", 1)), fault("UnknownRow", &at("row")));
    assert_eq!(unfit("row_ranks", rank("Stalls", "A", 0)), fault("Schema", &at("rank")));
    assert_eq!(unfit("row_ranks", rank("Stalls", "A", 1_001)), fault("Schema", &at("rank")));
}

#[test]
fn flags_are_written_into_their_seats() {
    let plan = laid(
        "seats",
        json!({
            "A-1": { "wheelchair": true, "restricted_view": true },
            "A-2": { "companion_of": "A-1", "house": false },
            "B-1": { "house": true, "second_pass": true },
        }),
    )
    .plan;
    let [first, second, third] = [0, 1, 5].map(|no| plan.seat(SeatNo(no)));
    assert!(first.wheelchair && first.restricted && !first.house && !first.second_pass);
    assert_eq!((second.companion_of, second.wheelchair), (Some(SeatNo(0)), false));
    assert!(third.house && third.second_pass && !third.restricted);
}

#[test]
fn a_best_rank_is_the_cost_and_outranks_row_and_distance() {
    let overlay = json!({
        "version": 1,
        "row_ranks": [{ "zone": "Stalls", "row": "B", "rank": 1 }],
        "seats": { "A-5": { "best_rank": 0 }, "B-1": { "best_rank": 1_000_000 } },
    });
    let plan = with_overlay(&room(), &overlay).plan;
    assert_eq!((plan.seat(SeatNo(4)).cost, plan.seat(SeatNo(5)).cost), (0, 1_000_000));
    let wrong = json!({ "A-1": { "best_rank": 1_000_001 } });
    assert_eq!(unfit("seats", wrong), fault("Schema", "/seats/A-1/best_rank"));
}

#[test]
fn a_companion_belongs_to_a_wheelchair_space_and_three_are_enough() {
    let with = |companions: usize| {
        let mut seats = json!({ "A-1": { "wheelchair": true } });
        for guid in ["A-2", "A-3", "A-4", "A-5"].into_iter().take(companions) {
            seats[guid] = json!({ "companion_of": "A-1" });
        }
        seats
    };
    laid("seats", with(3));
    assert_eq!(unfit("seats", with(4)), fault("TooManyCompanions", "/seats"));
    let lonely = json!({ "A-2": { "companion_of": "A-1" } });
    assert_eq!(unfit("seats", lonely), fault("NotWheelchair", "/seats"));
    let unknown = json!({ "A-2": { "companion_of": "A-9" } });
    assert_eq!(unfit("seats", unknown), fault("UnknownSeat", "/seats/A-2/companion_of"));
}

#[test]
fn cuts_make_aisles_between_neighbours() {
    let plan = laid("cuts", json!([["A-2", "A-3"], ["A-5", "A-4"]])).plan;
    assert_eq!(blocks(&plan), ["A-1 A-2", "A-3 A-4", "A-5", "B-1 B-2", "B-3 B-4 B-5"]);
    for pair in [["A-1", "A-3"], ["B-2", "B-3"], ["A-5", "B-1"]] {
        assert_eq!(unfit("cuts", json!([pair])), fault("NotNeighbours", "/cuts/0"));
    }
    let wrong = unfit("cuts", json!([["A-1", "A-2"], ["A-2", "A-4"]]));
    assert_eq!(wrong, fault("NotNeighbours", "/cuts/1"));
    assert_eq!(unfit("cuts", json!([["A-1"]])), fault("Schema", "/cuts/0"));
    assert_eq!(unfit("cuts", json!([["A-1", "A-0"]])), fault("UnknownSeat", "/cuts/0/1"));
}

#[test]
fn joins_close_aisles_that_are_not_real() {
    let plan = laid("joins", json!([["B-3", "B-2"]])).plan;
    assert_eq!(blocks(&plan), ["A-1 A-2 A-3 A-4 A-5", "B-1 B-2 B-3 B-4 B-5"]);
    let plan = laid("joins", json!([["A-5", "B-5"]])).plan;
    assert_eq!(blocks(&plan), ["A-1 A-2 A-3 A-4 A-5 B-5 B-4 B-3", "B-1 B-2"]);
    for pair in [["A-1", "A-5"], ["A-2", "B-1"], ["B-1", "B-1"]] {
        assert_eq!(unfit("joins", json!([pair])), fault("NotBlockEnds", "/joins/0"));
    }
    let twice = json!([["B-2", "B-3"], ["B-2", "A-1"]]);
    assert_eq!(unfit("joins", twice), fault("NotBlockEnds", "/joins/1"));
}

#[test]
fn joins_come_before_cuts() {
    let overlay = json!({ "version": 1, "joins": [["B-2", "B-3"]], "cuts": [["B-2", "B-3"]] });
    let plan = with_overlay(&room(), &overlay).plan;
    assert_eq!(blocks(&plan), blocks(&accepted(&room()).plan));
}

#[test]
fn a_table_is_a_block_of_its_own_in_ring_order() {
    let tables = json!([{ "name": "Oak", "seats": ["A-3", "A-4", "B-1"], "whole": true },
                        { "name": "Elm", "seats": ["B-5"] }]);
    let plan = laid("tables", tables).plan;
    assert_eq!(blocks(&plan), ["A-1 A-2", "A-5", "B-2", "B-3 B-4", "A-3 A-4 B-1", "B-5"]);
    assert_eq!((plan.tables[0].name.as_str(), plan.tables[0].whole), ("Oak", true));
    assert_eq!((plan.tables[1].block, plan.tables[1].whole), (5, false));
    assert_eq!(plan.blocks[4].table, Some(0));
    assert_eq!(plan.blocks[0].table, None);
}

#[test]
fn a_seat_stands_at_one_table_only() {
    let table = |name: &str, seats: &[&str]| json!({ "name": name, "seats": seats });
    let twice = json!([table("Oak", &["A-1", "A-2"]), table("Elm", &["A-3", "A-1"])]);
    assert_eq!(unfit("tables", twice), fault("SeatUsedTwice", "/tables/1/seats/1"));
    let same = json!([table("Oak", &["A-1"]), table("Oak", &["A-2"])]);
    assert_eq!(unfit("tables", same), fault("NameTwice", "/tables/1/name"));
    let empty = json!([table("Oak", &[])]);
    assert_eq!(unfit("tables", empty), fault("Schema", "/tables/0/seats"));
}

fn area(name: &str, capacity: i64, category: &str) -> Value {
    json!({
        "name": name, "capacity": capacity, "category": category,
        "points": [{ "x": 0, "y": 200 }, { "x": 90, "y": 200 }, { "x": 90, "y": 290.5 }],
    })
}

#[test]
fn areas_bring_capacity_category_and_outline() {
    let imported = laid("areas", json!([area("Lawn", 300, "B"), area("Bank", 1_000_000, "A")]));
    assert_eq!(imported.report.areas, 2);
    let lawn = &imported.plan.areas[0];
    assert_eq!((lawn.name.as_str(), lawn.capacity, lawn.category), ("Lawn", 300, CategoryNo(1)));
    assert_eq!(lawn.outline[2], Point { x: 9_000, y: 29_050 });
    assert_eq!(imported.plan.area_nos().collect::<Vec<_>>(), [AreaNo(0), AreaNo(1)]);
}

#[test]
fn areas_need_places_three_corners_a_category_and_their_own_name() {
    let at = |key: &str| format!("/areas/0/{key}");
    let wrong = |area: Value| unfit("areas", json!([area]));
    assert_eq!(wrong(area("Lawn", 0, "A")), fault("Schema", &at("capacity")));
    assert_eq!(wrong(area("Lawn", 1_000_001, "A")), fault("Schema", &at("capacity")));
    assert_eq!(wrong(area("Lawn", 5, "C")), fault("UnknownCategory", &at("category")));
    let mut flat = area("Lawn", 5, "A");
    flat["points"].as_array_mut().unwrap().pop();
    assert_eq!(wrong(flat), fault("Schema", &at("points")));
    let twice = json!([area("Lawn", 5, "A"), area("Lawn", 6, "A")]);
    assert_eq!(unfit("areas", twice), fault("NameTwice", "/areas/1/name"));
}

#[test]
fn a_plan_of_areas_alone_may_be_sold() {
    let mut plan = hall(&[]);
    plan.as_object_mut().unwrap().remove("size");
    let overlay = json!({ "version": 1, "areas": [area("Lawn", 300, "A")] });
    let imported = with_overlay(&plan, &overlay);
    assert_eq!(codes(&imported.report.warnings), ["SizeComputed"]);
    // Corners from 0 to 90 and from 200 to 290.5, and a twentieth of that.
    assert_eq!((imported.plan.width, imported.plan.height), (95, 296));
}

#[test]
fn doors_are_given_to_every_zone_of_that_name() {
    let mut plan = room();
    plan["zones"].as_array_mut().unwrap().push(zone("Stalls", &[]));
    let doors = json!([{ "zone": "Stalls", "doors": ["Left", "Right"] }]);
    let plan = with_overlay(&plan, &json!({ "version": 1, "doors": doors })).plan;
    let zones: Vec<u16> = plan.doors.iter().map(|doors| doors.zone).collect();
    assert_eq!(zones, [0, 1]);
    assert_eq!(plan.doors[1].doors, ["Left", "Right"]);
    let wrong = json!([{ "zone": "Circle", "doors": [] }]);
    assert_eq!(unfit("doors", wrong), fault("UnknownZone", "/doors/0/zone"));
    let many = |count: usize| json!([{ "zone": "Stalls", "doors": vec!["Left"; count] }]);
    assert_eq!(laid("doors", many(100)).plan.doors[0].doors.len(), 100);
    assert_eq!(unfit("doors", many(101)), fault("TooBig", "/doors/0/doors"));
    let wrong = json!([{ "zone": "Stalls", "doors": [5] }]);
    assert_eq!(unfit("doors", wrong), fault("Schema", "/doors/0/doors/0"));
}

#[test]
fn a_category_that_is_not_for_sale_takes_its_seats_out() {
    let plan = laid("not_for_sale", json!(["B"])).plan;
    let sold: Vec<bool> = plan.seat_nos().map(|no| plan.for_sale(no)).collect();
    assert_eq!(sold, [true, true, true, false, false, true, true, true, true, true]);
    assert_eq!(unfit("not_for_sale", json!(["C"])), fault("UnknownCategory", "/not_for_sale/0"));
    assert_eq!(unfit("not_for_sale", json!([1])), fault("Schema", "/not_for_sale/0"));
}

#[test]
fn a_rekeyed_seat_goes_by_its_uuid() {
    let mut plan = room();
    for (no, uuid) in [(0, "u-1"), (1, "u-2")] {
        let seat = &mut plan["zones"][0]["rows"][0]["seats"][no];
        seat["seat_guid"] = json!("twice");
        seat["uuid"] = json!(uuid);
    }
    let flags = |guid: &str| json!({ "version": 1, "seats": { guid: { "house": true } } });
    let imported = check(&bytes(&plan), Some(&flags("u-2")), REKEY).unwrap();
    assert!(imported.plan.seat(SeatNo(1)).house);
    let report = check(&bytes(&plan), Some(&flags("twice")), REKEY).unwrap_err();
    assert_eq!(brief(&report.errors), [("UnknownSeat", "/seats/twice")]);
}

#[test]
fn zones_of_one_name_do_not_multiply_an_overlay_beyond_its_limits() {
    let mut plan = room();
    let zones = plan["zones"].as_array_mut().unwrap();
    zones.extend(vec![zone("Stalls", &[]); 4_999]);
    let entries = |count: usize| {
        let doors = vec![json!({ "zone": "Stalls", "doors": ["Left"] }); count];
        json!({ "version": 1, "doors": doors })
    };
    assert_eq!(with_overlay(&plan, &entries(2)).plan.doors.len(), 10_000);
    let report = refused_overlay(&plan, &entries(3));
    assert_eq!(brief(&report.errors), [("TooBig", "/doors/2")]);
}
