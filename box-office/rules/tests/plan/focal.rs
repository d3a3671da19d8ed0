//! The focal point and the costs of seats (domain 3.2.6, 4.1).
//!
//! Stages are moved, turned and renamed around one row of five seats. Ranks that outrank
//! distance are not here. Next: `overlay.rs`.

use super::*;
use usher_rules::plan::Point;

fn focal_of(areas: Value) -> Imported {
    let mut plan = five();
    plan["zones"][0]["areas"] = areas;
    accepted(&plan)
}

fn text_area(text: &str, x: f64, y: f64) -> Value {
    json!({
        "shape": "text", "position": { "x": x, "y": y },
        "text": { "text": text, "position": { "x": 0, "y": 0 } },
    })
}

fn units(point: Option<Point>) -> Option<(i32, i32)> {
    point.map(|point| (point.x / 100, point.y / 100))
}

#[test]
fn the_words_of_every_tongue_are_known_letters_only() {
    let words = [
        "Stage",
        "SCREEN",
        "Buehne",
        "Bühne",
        "Bu\u{308}hne",
        "Scene",
        "Scène",
        "sce\u{300}ne",
        "Escenario",
        "palco",
        "Pitch",
        "Field",
        "Court",
        " * stage 1 * ",
        "S-T-A-G-E",
    ];
    for word in words {
        let imported = focal_of(json!([text_area(word, 33.0, 7.0)]));
        assert_eq!(units(imported.plan.focal), Some((33, 7)), "{word}");
    }
    for word in ["Main stage", "Backstage", "Stages", "Bar", "", "舞台"] {
        let imported = focal_of(json!([text_area(word, 33.0, 7.0)]));
        assert_eq!(imported.plan.focal, None, "{word}");
        assert_eq!(codes(&imported.report.warnings), ["NoFocalPoint"]);
        assert!(imported.plan.seats.iter().all(|seat| seat.cost == 0));
    }
}

#[test]
fn it_is_the_middle_of_the_edge_nearest_to_the_seats() {
    // The seats' middle is (100, 100).
    let stage_at = |x: f64, y: f64| {
        let mut area = stage();
        area["position"] = json!({ "x": x, "y": y });
        units(focal_of(json!([area])).plan.focal)
    };
    assert_eq!(stage_at(0.0, 0.0), Some((100, 40)));
    assert_eq!(stage_at(0.0, 260.0), Some((100, 260)));
    assert_eq!(stage_at(400.0, 80.0), Some((400, 100)));
    assert_eq!(stage_at(-400.0, 80.0), Some((-200, 100)));
}

#[test]
fn a_turned_stage_is_turned_before_its_edges_are_measured() {
    let mut area = stage();
    // A quarter turn clockwise around (100, 150): now 40 wide, from x 60 to 100, y 150 to 350.
    area["position"] = json!({ "x": 100, "y": 150 });
    area["rotation"] = json!(90);
    assert_eq!(units(focal_of(json!([area])).plan.focal), Some((80, 150)));
}

#[test]
fn round_and_cornered_stages_have_edges_too() {
    let round = json!({
        "shape": "circle", "position": { "x": 100, "y": 0 }, "circle": { "radius": 30 },
        "text": { "text": "Stage", "position": { "x": 0, "y": 0 } },
    });
    assert_eq!(units(focal_of(json!([round])).plan.focal), Some((100, 30)));
    let oval = json!({
        "shape": "ellipse", "position": { "x": 100, "y": 0 },
        "ellipse": { "radius": { "x": 90, "y": 25 } },
        "text": { "text": "Stage", "position": { "x": 0, "y": 0 } },
    });
    assert_eq!(units(focal_of(json!([oval])).plan.focal), Some((100, 25)));
    let points = json!([{ "x": -60, "y": 0 }, { "x": 60, "y": 0 }, { "x": 40, "y": 50 },
                        { "x": -40, "y": 50 }]);
    let cornered = json!({
        "shape": "polygon", "position": { "x": 100, "y": 0 }, "polygon": { "points": points },
        "text": { "text": "Stage", "position": { "x": 0, "y": 20 } },
    });
    assert_eq!(units(focal_of(json!([cornered])).plan.focal), Some((100, 50)));
}

#[test]
fn of_several_stages_the_first_is_used_and_the_number_remarked() {
    let areas = json!([text_area("Stage", 10.0, 10.0), text_area("Screen", 90.0, 10.0)]);
    let imported = focal_of(areas);
    assert_eq!(units(imported.plan.focal), Some((10, 10)));
    assert_eq!(codes(&imported.report.warnings), ["SeveralFocalPoints"]);
}

#[test]
fn a_cost_is_sixteen_times_the_distance_rounded() {
    let plan = accepted(&five()).plan;
    // Focal point (100, 40): row A is 60 behind it, seats 40, 20 and 0 to the side.
    let costs: Vec<u32> = plan.seats.iter().map(|seat| seat.cost).collect();
    assert_eq!(costs, [1_154, 1_012, 960, 1_012, 1_154]);
}

#[test]
fn weights_stretch_the_house() {
    let weighed = |x: f64, y: f64| {
        let overlay = json!({ "version": 1, "weights": { "x": x, "y": y } });
        let plan = with_overlay(&five(), &overlay).plan;
        plan.seats.iter().map(|seat| seat.cost).collect::<Vec<u32>>()
    };
    assert_eq!(weighed(1.0, 1.0), [1_154, 1_012, 960, 1_012, 1_154]);
    assert_eq!(weighed(0.0, 1.0), [960; 5]);
    assert_eq!(weighed(2.0, 0.0), [1_280, 640, 0, 640, 1_280]);
}

#[test]
fn a_mirrored_plan_costs_the_same() {
    let xs = [61.37, 80.11, 99.99, 123.45, 144.44];
    let mirror: Vec<f64> = xs.iter().map(|x| 200.0 - x).collect();
    let costs = |xs: &[f64]| {
        let plan = accepted(&hall(&[line("A", 100.37, xs), line("B", 133.33, xs)])).plan;
        plan.seats.iter().map(|seat| seat.cost).collect::<Vec<u32>>()
    };
    assert_eq!(costs(&xs), costs(&mirror));
}
