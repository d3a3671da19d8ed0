//! What holds for any bytes: nothing panics, order of keys is nothing, what is accepted is sound.
//!
//! Soundness itself is `assert_sound` in `plan.rs`, applied to every accepted plan. Never tests a
//! figure. Next: `format.rs`.

use super::*;
use proptest::prelude::*;

/// JSON with the keys of every object in an order that `seed` decides.
fn shuffled(value: &Value, seed: &mut u64) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            for last in (1..members.len()).rev() {
                members.swap(last, (step(seed) % (last as u64 + 1)) as usize);
            }
            let written = members.iter().map(|(key, value)| {
                format!("{}: {}", Value::from(key.as_str()), shuffled(value, seed))
            });
            format!("{{{}}}", written.collect::<Vec<_>>().join(", "))
        }
        Value::Array(list) => {
            let written = list.iter().map(|value| shuffled(value, seed));
            format!("[{}]", written.collect::<Vec<_>>().join(",\n"))
        }
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            plain.to_string()
        }
    }
}

/// A small generator of its own (xorshift), so that a seed is enough to repeat a failure.
fn step(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

/// Rows of arbitrary seats on a coarse grid, so that steps, turns and spots coincide often.
fn rows() -> impl Strategy<Value = Vec<Vec<(i8, i8)>>> {
    let place = (-6_i8..6, -3_i8..3);
    prop::collection::vec(prop::collection::vec(place, 0..9), 0..7)
}

fn hall_of(rows: &[Vec<(i8, i8)>]) -> Value {
    let row_of = |(no, places): (usize, &Vec<(i8, i8)>)| {
        let seats = places.iter().enumerate().map(|(index, (x, y))| {
            seat(&format!("{no}-{index}"), f64::from(*x) * 20.0, f64::from(*y) * 20.0)
        });
        row(["A", "B"][no % 2], seats.collect())
    };
    hall(&rows.iter().enumerate().map(row_of).collect::<Vec<_>>())
}

const STUDIO: &[u8] = include_bytes!("../../../../config/demo/plans/studio.json");

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_keys_is_nothing(seed in 1_u64..) {
        let plan: Value = serde_json::from_slice(STUDIO).unwrap();
        let other = check(shuffled(&plan, &mut { seed }).as_bytes(), None, PLAIN);
        prop_assert_eq!(other, check(STUDIO, None, PLAIN));
    }

    #[test]
    fn any_rows_give_a_sound_plan_and_the_same_one_twice(rows in rows()) {
        let plan = hall_of(&rows);
        let once = accepted(&plan);
        prop_assert_eq!(&accepted(&plan), &once);
        for block in &once.plan.blocks {
            let row = &once.plan.seat(block.seats[0]).row;
            prop_assert!(block.seats.iter().all(|no| &once.plan.seat(*no).row == row));
        }
    }

    #[test]
    fn mirrored_rows_give_mirrored_blocks_and_equal_costs(rows in rows()) {
        let turned: Vec<Vec<(i8, i8)>> =
            rows.iter().map(|row| row.iter().map(|(x, y)| (-x, *y)).collect()).collect();
        let mut mirrored = hall_of(&turned);
        let mut plan = hall_of(&rows);
        for plan in [&mut plan, &mut mirrored] {
            plan["zones"][0]["areas"][0]["position"]["x"] = json!(-100);
        }
        let (plan, mirrored) = (accepted(&plan).plan, accepted(&mirrored).plan);
        prop_assert_eq!(blocks(&plan), blocks(&mirrored));
        let costs = |plan: &Plan| plan.seats.iter().map(|seat| seat.cost).collect::<Vec<_>>();
        prop_assert_eq!(costs(&plan), costs(&mirrored));
    }

    #[test]
    fn damaged_plans_never_panic(cut in 0..STUDIO.len(), at in 0..STUDIO.len(), byte: u8) {
        let _ = check(&STUDIO[..cut], None, REKEY);
        let mut file = STUDIO.to_vec();
        file[at] = byte;
        let _ = check(&file, None, REKEY);
    }

    #[test]
    fn arbitrary_bytes_never_panic(file: Vec<u8>, overlay: Vec<u8>) {
        let _ = check(&file, None, PLAIN);
        let _ = import(STUDIO, Some(&overlay), PLAIN);
    }
}
