//! The published format: limits, keys, guids, labels, drawings (domain 3.1 to 3.3).
//!
//! Agreement with the published schema itself is judged by `tests/plans/referee.py`; here stands
//! what the schema cannot say. Next: `block.rs`.

use super::*;
use usher_rules::plan::report::{FINDINGS_MAX, Flaw, Matter, Remark};
use usher_rules::plan::{Point, Shape, vanish};

/// The five-seat hall with one change made.
fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut plan = five();
    change(&mut plan);
    plan
}

fn first_seat(plan: &mut Value) -> &mut Value {
    &mut plan["zones"][0]["rows"][0]["seats"][0]
}

#[test]
fn a_plan_of_the_format_is_taken_with_its_figures() {
    let imported = accepted(&five());
    let report = &imported.report;
    assert_eq!((report.seats, report.zones, report.rows), (5, 1, 1));
    assert_eq!((report.blocks, report.categories, report.areas), (1, 2, 0));
    assert_eq!(report.focal_point, Some(Point { x: 10_000, y: 4_000 }));
    assert_eq!(report.warnings, []);
    let plan = &imported.plan;
    assert_eq!((plan.name.as_str(), plan.width, plan.height), ("Hall", 400, 300));
    assert_eq!(plan.categories[0].color.as_deref(), Some("#33415c"));
    let seat = plan.seat(SeatNo(1));
    assert_eq!((seat.guid.as_str(), seat.number.as_str(), seat.row.as_str()), ("A-2", "2", "A"));
    assert_eq!((seat.x, seat.y, seat.radius), (8_000, 10_000, 1_000));
}

#[test]
fn a_file_of_8_mib_is_read_and_one_byte_more_is_not() {
    let mut file = bytes(&five());
    file.resize(8 << 20, b' ');
    assert!(check(&file, None, PLAIN).is_ok());
    file.push(b' ');
    let report = check(&file, None, PLAIN).unwrap_err();
    assert_eq!(codes(&report.errors), ["TooBig"]);
}

#[test]
fn nesting_of_64_is_read_and_65_is_not() {
    let nested = |levels: usize| {
        let text = String::from_utf8(bytes(&five())).unwrap();
        let deep = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        text.replacen('{', &format!("{{\"deep\":{deep},"), 1).into_bytes()
    };
    // The plan itself is one level.
    let imported = check(&nested(63), None, PLAIN).unwrap();
    assert_eq!(brief(&imported.report.warnings), [("UnknownKey", "/deep")]);
    let report = check(&nested(64), None, PLAIN).unwrap_err();
    assert_eq!(codes(&report.errors), ["TooBig"]);
}

#[test]
fn brackets_inside_a_text_are_no_nesting() {
    let plan = changed(|plan| plan["name"] = json!("[\"{[".repeat(40)));
    assert_eq!(accepted(&plan).plan.name.len(), 160);
}

#[test]
fn a_hundred_thousand_seats_are_read_and_one_more_is_not() {
    // Short enough that so many seats stay below 8 MiB.
    let seat_of = |no: usize| {
        json!({
            "seat_guid": format!("{no:05x}"), "seat_number": "", "category": "A",
            "position": { "x": no % 50, "y": no / 50 },
        })
    };
    let crowd = |count: usize| {
        let nos: Vec<usize> = (0..count).collect();
        let rows = nos.chunks(50).map(|nos| row("", nos.iter().copied().map(seat_of).collect()));
        hall(&rows.collect::<Vec<Value>>())
    };
    let imported = accepted(&crowd(100_000));
    assert_eq!(imported.report.seats, 100_000);
    assert_eq!(imported.report.blocks, 2_000);
    let report = refused(&crowd(100_001));
    assert_eq!(codes(&report.errors), ["TooBig"]);
}

#[test]
fn a_name_has_200_characters_at_most() {
    let named = |length: usize| {
        let mut plan = five();
        let name = "é".repeat(length);
        plan["name"] = json!(name);
        plan["zones"][0]["name"] = json!(name);
        first_seat(&mut plan)["seat_guid"] = json!(name);
        plan
    };
    assert_eq!(accepted(&named(200)).plan.seats[0].guid.chars().count(), 200);
    let report = refused(&named(201));
    let pointers = ["/name", "/zones/0/name", "/zones/0/rows/0/seats/0/seat_guid"];
    assert_eq!(brief(&report.errors), pointers.map(|pointer| ("TooBig", pointer)));
}

#[test]
fn a_place_is_a_million_units_away_at_most() {
    let far = |x: f64| changed(|plan| first_seat(plan)["position"]["x"] = json!(x));
    assert_eq!(accepted(&far(-1_000_000.0)).plan.seats[0].x, -100_000_000);
    let report = refused(&far(1_000_000.5));
    assert_eq!(brief(&report.errors), [("TooBig", "/zones/0/rows/0/seats/0/position")]);
}

#[test]
fn each_missing_key_is_named_with_its_pointer() {
    let cases = [
        ("", "name"),
        ("", "categories"),
        ("", "zones"),
        ("/size", "width"),
        ("/size", "height"),
        ("/categories/0", "name"),
        ("/zones/0", "position"),
        ("/zones/0", "rows"),
        ("/zones/0/position", "x"),
        ("/zones/0/rows/0", "seats"),
        ("/zones/0/rows/0", "row_number"),
        ("/zones/0/rows/0/seats/0", "seat_guid"),
        ("/zones/0/rows/0/seats/0", "seat_number"),
        ("/zones/0/rows/0/seats/0", "position"),
        ("/zones/0/rows/0/seats/0", "category"),
        ("/zones/0/rows/0/seats/0/position", "y"),
        ("/zones/0/areas/0/rectangle", "height"),
        ("/zones/0/areas/0/text", "text"),
        ("/zones/0/areas/0/text", "position"),
    ];
    for (object, key) in cases {
        let plan = changed(|plan| {
            plan.pointer_mut(object).unwrap().as_object_mut().unwrap().remove(key).unwrap();
        });
        let report = refused(&plan);
        let wanted = format!("{object}/{key}");
        assert!(brief(&report.errors).contains(&("Schema", wanted.as_str())), "{report:?}");
    }
}

#[test]
fn values_of_the_wrong_kind_are_named_with_their_pointer() {
    let cases = [
        ("/name", json!(5)),
        ("/size/width", json!(10.5)),
        ("/size", json!([])),
        ("/categories", json!({})),
        ("/categories/0", json!("A")),
        ("/zones/0/rows/0/row_label", json!(7)),
        ("/zones/0/rows/0/row_number_position", json!("middle")),
        ("/zones/0/rows/0/seats/0/seat_number", json!(1)),
        ("/zones/0/rows/0/seats/0/position/x", json!("60")),
        ("/zones/0/rows/0/seats/0/radius", json!("10")),
        ("/zones/0/rows/0/seats/0/uuid", json!(null)),
        ("/zones/0/areas/0/shape", json!("star")),
        ("/zones/0/areas/0/rotation", json!(null)),
    ];
    for (pointer, wrong) in cases {
        let plan = changed(|plan| {
            let (object, key) = pointer.rsplit_once('/').unwrap();
            match plan.pointer_mut(object).unwrap() {
                Value::Object(members) => drop(members.insert(key.to_owned(), wrong.clone())),
                Value::Array(list) => list[key.parse::<usize>().unwrap()] = wrong.clone(),
                other => panic!("{other} holds nothing"),
            }
        });
        let report = refused(&plan);
        assert!(brief(&report.errors).contains(&("Schema", pointer)), "{pointer}: {report:?}");
    }
}

#[test]
fn what_is_no_json_is_refused_with_line_and_column() {
    let report = check(b"{\n  \"name\": nope\n}", None, PLAIN).unwrap_err();
    let flaw = Matter::Flaw(Flaw::NotJson { line: 2, column: 12 });
    assert_eq!(report.errors[0].matter, flaw);
    for file in [&b""[..], b"[", b"\xff", b"{}{}", b"\xef\xbb\xbf{}"] {
        let report = check(file, None, PLAIN).unwrap_err();
        assert_eq!(codes(&report.errors), ["NotJson"], "{file:?}");
    }
}

/// Not in a name, not under a key that nobody reads, not as a number, and not as a key.
#[test]
fn a_plan_in_which_a_card_number_stands_is_refused_and_the_number_is_not_said() {
    let number = "42".repeat(8);
    let whole: u64 = number.parse().unwrap();
    let hidden = |put: &dyn Fn(&mut Value)| {
        let mut plan = hall(&[line("A", 100.0, &[0.0, 20.0])]);
        put(&mut plan);
        plan
    };
    for plan in [
        hidden(&|plan| plan["name"] = json!(format!("Hall {number}"))),
        hidden(&|plan| plan["zones"][0]["name"] = json!("4242-4242-4242-4242")),
        hidden(&|plan| plan["remarks"] = json!([{ "of": number }])),
        hidden(&|plan| plan["remarks"] = json!(whole)),
        hidden(&|plan| plan[&number] = json!(true)),
    ] {
        let report = refused(&plan);
        assert_eq!(codes(&report.errors), ["CardNumber"], "{plan}");
        assert!(!format!("{} {report:?}", report.errors[0]).contains("4242424242424242"));
    }
    for plan in [
        hidden(&|plan| plan["remarks"] = json!(number[..12])),
        hidden(&|plan| plan["remarks"] = json!("4242x4242x4242x4242")),
        hidden(&|plan| plan["remarks"] = json!(whole / 10_000)),
        hidden(&|plan| plan["remarks"] = json!("42424242-4242-4242-a000-000000000000")),
    ] {
        let bytes = serde_json::to_vec(&plan).unwrap();
        assert!(check(&bytes, None, PLAIN).is_ok(), "{plan}");
    }
}

#[test]
fn long_lists_of_findings_are_cut_and_counted() {
    let many = |count: usize| {
        let xs: Vec<f64> = (0..count).map(|x| x as f64).collect();
        let mut plan = hall(&[line("A", 100.0, &xs)]);
        for seat in plan["zones"][0]["rows"][0]["seats"].as_array_mut().unwrap() {
            seat["category"] = json!("C");
        }
        refused(&plan)
    };
    assert_eq!(many(FINDINGS_MAX).errors.len(), FINDINGS_MAX);
    let report = many(FINDINGS_MAX + 3);
    assert_eq!(report.errors.len(), FINDINGS_MAX + 1);
    let last = &report.errors[FINDINGS_MAX].matter;
    assert_eq!(last, &Matter::Flaw(Flaw::More { count: 3 }));
}

#[test]
fn unknown_keys_are_listed_and_change_nothing() {
    let plan = changed(|plan| {
        plan["by"] = json!("an editor");
        for seat in plan["zones"][0]["rows"][0]["seats"].as_array_mut().unwrap() {
            seat["sold"] = json!({ "a": [1] });
        }
    });
    let imported = accepted(&plan);
    assert_eq!(imported.plan, accepted(&five()).plan);
    let found = [("UnknownKey", "/by"), ("UnknownKey", "/zones/0/rows/0/seats/0/sold")];
    assert_eq!(brief(&imported.report.warnings), found);
    let remark = Remark::UnknownKey { kind: "seat", key: "sold".to_owned(), count: 5 };
    assert_eq!(imported.report.warnings[1].matter, Matter::Remark(remark));
}

#[test]
fn a_missing_or_unusable_size_is_computed_with_5_percent_margin() {
    let missing = changed(|plan| drop(plan.as_object_mut().unwrap().remove("size")));
    let imported = accepted(&missing);
    // Seats from 60 to 140 at y 100: 140 + 80 / 20, and 100 + 0.
    assert_eq!((imported.plan.width, imported.plan.height), (144, 100));
    assert_eq!(codes(&imported.report.warnings), ["SizeComputed"]);
    for width in [json!(0), json!(-5), json!(1e12), json!(4_000_001)] {
        let plan = changed(|plan| plan["size"]["width"] = width.clone());
        assert_eq!(accepted(&plan).plan.width, 144, "{width}");
    }
    let whole = changed(|plan| plan["size"]["width"] = json!(4_000_000.0));
    assert_eq!(accepted(&whole).plan.width, 4_000_000);
}

#[test]
fn a_category_that_is_not_defined_is_refused() {
    let plan = changed(|plan| first_seat(plan)["category"] = json!("Pit"));
    let report = refused(&plan);
    let found = [("UnknownCategory", "/zones/0/rows/0/seats/0/category")];
    assert_eq!(brief(&report.errors), found);
}

#[test]
fn of_two_categories_with_one_name_the_first_is_used() {
    let plan = changed(|plan| {
        let list = plan["categories"].as_array_mut().unwrap();
        list.insert(1, json!({ "name": "A", "color": "#000" }));
    });
    let imported = accepted(&plan);
    assert_eq!(imported.plan.categories.len(), 2);
    assert_eq!(imported.plan.categories[0].color.as_deref(), Some("#33415c"));
    assert_eq!(brief(&imported.report.warnings), [("CategoryTwice", "/categories/1")]);
}

#[test]
fn a_guid_has_the_published_shape() {
    let with = |guid: &str| changed(|plan| first_seat(plan)["seat_guid"] = json!(guid));
    for guid in ["s1", "a b", "\tab", "ab\n", "s\n", "ab\u{a0}", "<b>"] {
        assert_eq!(accepted(&with(guid)).plan.seats[0].guid, guid);
    }
    for guid in ["", " ", "s", " s", "s ", "  ", " ab", "ab ", "a\nb"] {
        let report = refused(&with(guid));
        let found = [("Schema", "/zones/0/rows/0/seats/0/seat_guid")];
        assert_eq!(brief(&report.errors), found, "{guid:?}");
    }
}

/// Two rows of two seats; `guids` and `uuids` in order, "" = none.
fn quartet(guids: [&str; 4], uuids: [&str; 4]) -> Value {
    let seat_of = |index: usize, x: f64, y: f64| {
        let mut seat = seat(guids[index], x, y);
        seat["seat_number"] = json!(index.to_string());
        if !uuids[index].is_empty() {
            seat["uuid"] = json!(uuids[index]);
        }
        seat
    };
    hall(&[
        row("A", vec![seat_of(0, 80.0, 100.0), seat_of(1, 100.0, 100.0)]),
        row("B", vec![seat_of(2, 80.0, 130.0), seat_of(3, 100.0, 130.0)]),
    ])
}

#[test]
fn duplicate_guids_are_refused_and_listed() {
    let plan = quartet(["g1", "g2", "g2", "g1"], ["u1", "u2", "u3", "u4"]);
    let report = refused(&plan);
    let flaw = Flaw::DuplicateGuid { guids: vec!["g1".into(), "g2".into()], count: 2 };
    assert_eq!(report.errors[0].matter, Matter::Flaw(flaw));
    assert_eq!(report.errors.len(), 1);
}

#[test]
fn duplicates_go_by_their_uuid_on_request_the_first_one_too() {
    let plan = quartet(["g1", "g2", "g3", "g1"], ["u1", "u2", "u3", "u4"]);
    let imported = check(&bytes(&plan), None, REKEY).unwrap();
    let guids: Vec<&str> = imported.plan.seats.iter().map(|seat| seat.guid.as_str()).collect();
    assert_eq!(guids, ["u1", "g2", "g3", "u4"]);
    let remark = Remark::Rekeyed { guids: vec!["g1".into()], count: 2 };
    assert_eq!(imported.report.warnings[0].matter, Matter::Remark(remark));
}

#[test]
fn a_plan_without_duplicates_keeps_its_guids_when_rekeyed() {
    let plan = quartet(["g1", "g2", "g3", "g4"], ["u1", "u2", "u3", "u4"]);
    let rekeyed = check(&bytes(&plan), None, REKEY).unwrap();
    assert_eq!(rekeyed, accepted(&plan));
}

#[test]
fn duplicates_without_uuids_of_their_own_cannot_be_rekeyed() {
    let guids = ["g1", "g2", "g3", "g1"];
    for uuids in [
        ["", "u2", "u3", "u4"],
        ["u1", "u2", "u3", "u1"],
        ["u1", "u2", "u3", "g2"],
        ["u1", "u2", "u3", " u"],
    ] {
        let plan = quartet(guids, uuids);
        let report = check(&bytes(&plan), None, REKEY).unwrap_err();
        assert_eq!(codes(&report.errors), ["CannotRekey"], "{uuids:?}");
    }
    // A uuid that only seats with sound guids share harms nobody.
    let plan = quartet(guids, ["u1", "u5", "u5", "u4"]);
    assert!(check(&bytes(&plan), None, REKEY).is_ok());
}

#[test]
fn a_printed_label_on_two_seats_of_a_zone_is_remarked() {
    let twice = |label: Option<&str>| {
        let mut upper = line("A", 150.0, &[60.0, 80.0]);
        upper["seats"][0]["seat_guid"] = json!("U-1");
        upper["seats"][1]["seat_guid"] = json!("U-2");
        upper["row_label"] = json!(label);
        hall(&[line("A", 100.0, &[60.0, 80.0, 100.0]), upper])
    };
    let imported = accepted(&twice(None));
    let remark = Remark::AmbiguousLabel { label: "Stalls, row A".to_owned(), count: 4 };
    assert_eq!(imported.report.warnings[0].matter, Matter::Remark(remark));
    assert_eq!(accepted(&twice(Some("Upper %s"))).report.warnings, []);
}

#[test]
fn labels_are_filled_with_the_number_they_stand_for() {
    let plan = changed(|plan| {
        let row = &mut plan["zones"][0]["rows"][0];
        row["row_label"] = json!("Bench %s");
        row["seat_label"] = json!("place %s of %s");
    });
    let imported = accepted(&plan);
    let seat = imported.plan.seat(SeatNo(2));
    assert_eq!(seat.row_label.as_deref(), Some("Bench A"));
    assert_eq!(seat.seat_label.as_deref(), Some("place 3 of 3"));
}

#[test]
fn a_filled_label_has_400_characters_at_most() {
    let filled = |times: usize| {
        changed(|plan| {
            let row = &mut plan["zones"][0]["rows"][0];
            row["row_number"] = json!("r".repeat(50));
            row["row_label"] = json!("%s".repeat(times));
        })
    };
    let label = accepted(&filled(8)).plan.seats[0].row_label.clone().unwrap();
    assert_eq!(label.len(), 400);
    let report = refused(&filled(9));
    assert_eq!(brief(&report.errors), [("TooBig", "/zones/0/rows/0/row_label")]);
    let many = changed(|plan| {
        plan["zones"][0]["rows"][0]["seat_label"] = json!("%s".repeat(100));
        first_seat(plan)["seat_number"] = json!("12345");
    });
    let report = refused(&many);
    assert_eq!(brief(&report.errors), [("TooBig", "/zones/0/rows/0/seats/0/seat_number")]);
}

#[test]
fn a_seat_stands_at_zone_plus_row_plus_seat() {
    let plan = changed(|plan| {
        plan["zones"][0]["position"] = json!({ "x": 1000, "y": -20.5 });
        plan["zones"][0]["rows"][0]["position"] = json!({ "x": 0.25, "y": 7 });
    });
    let seat = &accepted(&plan).plan.seats[0];
    assert_eq!((seat.x, seat.y), (106_025, 8_650));
}

#[test]
fn a_zone_without_a_name_goes_by_its_id_or_by_nothing() {
    let unnamed = |id: Option<&str>| {
        let plan = changed(|plan| {
            let zone = plan["zones"][0].as_object_mut().unwrap();
            zone.remove("name");
            if let Some(id) = id {
                zone.insert("zone_id".into(), json!(id));
            }
        });
        accepted(&plan).plan.zones[0].name.clone()
    };
    assert_eq!(unnamed(Some("stalls")), "stalls");
    assert_eq!(unnamed(None), "");
}

#[test]
fn row_names_stand_one_step_beyond_the_ends_asked_for() {
    let marks = |place: Value| {
        let plan = changed(|plan| {
            let row = &mut plan["zones"][0]["rows"][0];
            row["row_number_position"] = place;
            row["seats"].as_array_mut().unwrap().reverse();
        });
        let marks = accepted(&plan).plan.row_marks;
        marks.iter().map(|mark| mark.at.x / 100).collect::<Vec<i32>>()
    };
    assert_eq!(marks(json!(null)), [0_i32; 0]);
    assert_eq!(marks(json!("start")), [160]);
    assert_eq!(marks(json!("end")), [40]);
    assert_eq!(marks(json!("both")), [160, 40]);
    assert_eq!(marks(json!("left")), [40]);
    assert_eq!(marks(json!("right")), [160]);
}

#[test]
fn drawings_keep_shape_turn_words_and_harmless_colours() {
    let area = |more: Value| {
        let mut area = json!({ "position": { "x": 5, "y": 6 }, "rotation": -30.5 });
        area.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        area
    };
    let plan = changed(|plan| {
        plan["zones"][0]["position"] = json!({ "x": 100, "y": 0 });
        plan["zones"][0]["areas"] = json!([
            area(json!({ "shape": "circle", "circle": { "radius": 7.5 }, "color": "red" })),
            area(json!({ "shape": "ellipse", "ellipse": { "radius": { "x": 3, "y": 4 } },
                         "border_color": "url(javascript:alert(1))" })),
            area(json!({ "shape": "polygon", "polygon": { "points": [
                { "x": 0, "y": 0 }, { "x": 10, "y": 0 }, { "x": 0, "y": 10 }] } })),
            area(json!({ "text": { "text": "Bar", "position": { "x": 1, "y": 2 }, "size": 9 } })),
            area(json!({ "shape": "rectangle" })),
        ]);
    });
    let imported = accepted(&plan);
    let drawings = &imported.plan.drawings;
    assert_eq!(drawings.len(), 4);
    assert_eq!(drawings[0].shape, Shape::Circle { radius: 750 });
    assert_eq!((drawings[0].at, drawings[0].rotation), (Point { x: 10_500, y: 600 }, -3_050));
    assert_eq!(drawings[0].color.as_deref(), Some("red"));
    assert_eq!(drawings[1].shape, Shape::Ellipse { radius_x: 300, radius_y: 400 });
    assert_eq!(drawings[1].border_color, None);
    let corner = |x, y| Point { x, y };
    let points = vec![corner(10_500, 600), corner(11_500, 600), corner(10_500, 1_600)];
    assert_eq!(drawings[2].shape, Shape::Polygon { points });
    let text = drawings[3].text.as_ref().unwrap();
    assert_eq!((text.text.as_str(), text.at, text.size), ("Bar", Point { x: 10_600, y: 800 }, 900));
    let found =
        [("ColorDropped", "/zones/0/areas/1/border_color"), ("ShapeMissing", "/zones/0/areas/4")];
    assert_eq!(brief(&imported.report.warnings)[..2], found);
}

#[test]
fn an_unusable_radius_is_drawn_with_ten() {
    let with = |radius: f64| changed(|plan| first_seat(plan)["radius"] = json!(radius));
    assert_eq!(accepted(&with(7.25)).plan.seats[0].radius, 725);
    for radius in [0.0, -3.0, 1e9] {
        let imported = accepted(&with(radius));
        assert_eq!(imported.plan.seats[0].radius, 1_000);
        assert_eq!(codes(&imported.report.warnings), ["RadiusDropped"], "{radius}");
    }
}

#[test]
fn a_plan_with_nothing_to_sell_is_taken_with_a_remark() {
    let imported = accepted(&hall(&[]));
    assert_eq!(codes(&imported.report.warnings), ["NothingToSell"]);
}

#[test]
fn taken_seats_whose_guid_is_gone_would_vanish() {
    let from = accepted(&five()).plan;
    let to = accepted(&hall(&[line("A", 100.0, &[60.0, 80.0, 100.0])])).plan;
    let taken = [SeatNo(0), SeatNo(3), SeatNo(4)];
    assert_eq!(vanish(&from, &to, &taken), ["A-4", "A-5"]);
    assert_eq!(vanish(&from, &to, &[SeatNo(2)]), Vec::<String>::new());
    assert_eq!(vanish(&to, &from, &[SeatNo(0), SeatNo(2)]), Vec::<String>::new());
}

#[test]
fn findings_say_where_and_what_to_do() {
    let plan = changed(|plan| first_seat(plan)["category"] = json!("Pit"));
    let said = refused(&plan).errors[0].to_string();
    let wanted = "plan /zones/0/rows/0/seats/0/category: category \"Pit\" is not in the plan's \
                  categories: define or correct it";
    assert_eq!(said, wanted);
}
