//! The outline of some seats: the polygon around them, and where their name is written.
//!
//! Whole numbers only, in hundredths of a plan unit; the same seats always give the same polygon.
//! Knows nothing of what is free. Next: `seat_map.rs`, which shows it.

use usher_rules::plan::Point;

/// Room around a seat as corners of an octagon, in hundredths of the room asked for.
const OCTAGON: [(i64, i64); 8] = [
    (100, 41),
    (41, 100),
    (-41, 100),
    (-100, 41),
    (-100, -41),
    (-41, -100),
    (41, -100),
    (100, -41),
];
/// A name may stand this many rooms from the next seat; further off it moves onto one.
const STRAY_ROOMS: i64 = 4;
/// Places tried for a name, each way, to find the one with most room about it.
const TRIED: i64 = 24;
/// What is written is about half as wide again as it is high.
const WIDE: i64 = 3;
const HIGH: i64 = 2;

/// The smallest polygon without a dent around all points, clockwise on the screen, with `room`
/// between it and them. Empty for no points.
pub(super) fn outline(points: &[Point], room: i32) -> Vec<Point> {
    let corners = hull(points.to_vec());
    let room = i64::from(room);
    let around = corners.iter().flat_map(|corner| {
        OCTAGON.map(|(x, y)| Point { x: moved(corner.x, x * room), y: moved(corner.y, y * room) })
    });
    hull(around.collect())
}

fn moved(from: i32, by_hundredths: i64) -> i32 {
    let to = i64::from(from) + by_hundredths / 100;
    i32::try_from(to).unwrap_or(from)
}

/// Andrew's walk along the lower and then the upper side.
fn hull(mut points: Vec<Point>) -> Vec<Point> {
    points.sort_unstable();
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let mut corners = half(points.iter());
    corners.pop();
    let mut back = half(points.iter().rev());
    back.pop();
    corners.append(&mut back);
    corners
}

fn half<'a>(points: impl Iterator<Item = &'a Point>) -> Vec<Point> {
    let mut corners: Vec<Point> = Vec::new();
    for point in points {
        while let [.., before, last] = corners.as_slice()
            && !turns(*before, *last, *point)
        {
            corners.pop();
        }
        corners.push(*point);
    }
    corners
}

/// Does the way over `middle` bend clockwise on the screen?
fn turns(from: Point, middle: Point, to: Point) -> bool {
    let (ax, ay) = step(from, middle);
    let (bx, by) = step(from, to);
    ax * by - ay * bx > 0
}

fn step(from: Point, to: Point) -> (i128, i128) {
    (i128::from(to.x) - i128::from(from.x), i128::from(to.y) - i128::from(from.y))
}

/// Where in the outline of these points a name has most room; where their middle is a hollow (a
/// horseshoe), the point nearest to it.
pub(super) fn label(points: &[Point], outline: &[Point], room: i32) -> Point {
    let Some(count) = i64::try_from(points.len()).ok().filter(|count| *count > 0) else {
        return Point::default();
    };
    let mean = |of: fn(&Point) -> i32| {
        i32::try_from(points.iter().map(|point| i64::from(of(point))).sum::<i64>() / count)
            .unwrap_or_default()
    };
    let middle = Point { x: mean(|point| point.x), y: mean(|point| point.y) };
    let away = |point: &&Point| {
        let (x, y) = step(middle, **point);
        x * x + y * y
    };
    let nearest = points.iter().min_by_key(away).copied().unwrap_or(middle);
    let stray = i128::from(STRAY_ROOMS * i64::from(room));
    if away(&&nearest) > stray * stray { nearest } else { roomiest(outline, middle) }
}

/// The place farthest from all edges; the middle, if none is better.
fn roomiest(outline: &[Point], middle: Point) -> Point {
    let extent = |of: fn(&Point) -> i32| {
        let low = outline.iter().map(of).min().unwrap_or_default();
        (i64::from(low), i64::from(outline.iter().map(of).max().unwrap_or_default()))
    };
    let ((left, right), (top, bottom)) = (extent(|point| point.x), extent(|point| point.y));
    let between = |low: i64, high: i64, nth: i64| {
        i32::try_from(low + (high - low) * nth / TRIED).unwrap_or_default()
    };
    let tried = (1..TRIED).flat_map(|column| (1..TRIED).map(move |row| (column, row)));
    let tried = tried.map(|(column, row)| Point {
        x: between(left, right, column),
        y: between(top, bottom, row),
    });
    let mut best = (clearance(outline, middle), middle);
    for point in tried {
        let clear = clearance(outline, point);
        if clear > best.0 {
            best = (clear, point);
        }
    }
    best.1
}

/// Distance to the nearest edge, widths counted less than heights; negative outside.
fn clearance(outline: &[Point], point: Point) -> i128 {
    let squashed = |(x, y): (i128, i128)| (x * i128::from(HIGH), y * i128::from(WIDE));
    let next = outline.iter().cycle().skip(1);
    let from_edge = |(from, to): (&Point, &Point)| {
        let ((ax, ay), (bx, by)) = (squashed(step(*from, *to)), squashed(step(*from, point)));
        (ax * by - ay * bx) / (ax * ax + ay * ay).isqrt().max(1)
    };
    outline.iter().zip(next).map(from_edge).min().unwrap_or_default()
}

/// Is this point inside, or on an edge? Only for outlines as made here.
pub(super) fn encloses(outline: &[Point], point: Point) -> bool {
    let next = outline.iter().cycle().skip(1);
    let side = |(from, to): (&Point, &Point)| {
        let ((ax, ay), (bx, by)) = (step(*from, *to), step(*from, point));
        ax * by - ay * bx >= 0
    };
    !outline.is_empty() && outline.iter().zip(next).all(side)
}

/// Twice the area inside.
pub(super) fn area(outline: &[Point]) -> i128 {
    let next = outline.iter().cycle().skip(1);
    let cross = |(one, other): (&Point, &Point)| {
        i128::from(one.x) * i128::from(other.y) - i128::from(one.y) * i128::from(other.x)
    };
    outline.iter().zip(next).map(cross).sum::<i128>().abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: i32, y: i32) -> Point {
        Point { x, y }
    }

    #[test]
    fn inner_points_and_those_on_an_edge_are_no_corners() {
        let square = [at(0, 0), at(5, 0), at(10, 0), at(10, 10), at(0, 10), at(4, 6)];
        assert_eq!(outline(&square, 0), [at(0, 0), at(10, 0), at(10, 10), at(0, 10)]);
        assert_eq!(area(&outline(&square, 0)), 200);
        assert!(encloses(&outline(&square, 0), at(10, 10)));
        assert!(!encloses(&outline(&square, 0), at(11, 10)));
        assert!(!encloses(&[], at(0, 0)));
    }

    #[test]
    fn room_is_kept_on_every_side_of_a_single_seat_too() {
        let corners = outline(&[at(1_000, 1_000)], 100);
        assert_eq!(corners.len(), 8);
        let far = |of: fn(&Point) -> i32| {
            let least = corners.iter().map(of).min();
            (least, corners.iter().map(of).max())
        };
        assert_eq!(far(|point| point.x), (Some(900), Some(1_100)));
        assert_eq!(far(|point| point.y), (Some(900), Some(1_100)));
        assert!(outline(&[], 100).is_empty());
    }

    #[test]
    fn a_name_stands_in_the_middle_but_never_in_the_hollow_of_a_horseshoe() {
        let block = [at(0, 0), at(100, 0), at(100, 100), at(0, 100)];
        assert_eq!(label(&block, &outline(&block, 50), 50), at(50, 50));
        let shoe = [at(0, 0), at(0, 900), at(450, 1_000), at(900, 900), at(900, 0)];
        assert_eq!(label(&shoe, &outline(&shoe, 50), 50), at(450, 1_000));
    }

    #[test]
    fn a_name_stands_in_the_wide_end_of_a_wedge() {
        let wedge = [at(0, 0), at(1_000, 0), at(1_000, 900), at(500, 300), at(800, 100)];
        let around = outline(&wedge, 100);
        let label = label(&wedge, &around, 1_000);
        assert!(encloses(&around, label));
        let mean = at(660, 260);
        assert!(clearance(&around, label) > clearance(&around, mean), "{label:?}");
    }
}
