//! Houses drawn as text, front row first, and answers drawn into them.
//!
//! `.` free, `B` free in another category, `X` taken, `M` kept for members, `W` wheelchair place,
//! `C` companion seat of the nearest place in its row (of none if there is none), `#` second
//! pass, `O` held by the asking cart,
//! `|` aisle. `(....)` is a table by chairs, `[....]` a table sold whole.
//! Holds no judgement: that is in `oracle.rs`. Cost: 100 a row, 1 a seat from the left.

use usher_rules::id::{CategoryNo, SeatNo};
use usher_rules::plan::{Block, Category, Plan, Point, Seat, Table, Zone};
use usher_rules::seat::{Found, House, Layout, NoSeats, Request, SeatSet, SingleRule, best};

pub const ROW_COST: u32 = 100;

pub struct Hall {
    pub plan: Plan,
    pub layout: Layout,
    pub in_play: SeatSet,
    pub takeable: SeatSet,
    pub own: Vec<SeatNo>,
    rows: Vec<String>,
}

impl Hall {
    pub fn drawn(rows: &[&str]) -> Hall {
        Hall::with_costs(rows, |row, column| row * ROW_COST + column)
    }

    pub fn with_costs(rows: &[&str], cost: impl Fn(u32, u32) -> u32) -> Hall {
        let mut plan = Plan {
            zones: vec![Zone::default()],
            categories: vec![Category::default(), Category::default()],
            focal: Some(Point { x: 0, y: -5_000 }),
            ..Plan::default()
        };
        for (row, text) in rows.iter().enumerate() {
            draw_row(&mut plan, row as u32, text, &cost);
        }
        let marks: Vec<char> = rows.iter().flat_map(|row| row.chars()).filter(is_seat).collect();
        let pick = |wanted: &str| {
            let seats = marks.iter().zip(0..).filter(|(mark, _)| wanted.contains(**mark));
            SeatSet::of(marks.len(), seats.map(|(_, no)| SeatNo(no)))
        };
        let layout = Layout::of(&plan);
        let (in_play, takeable) = (pick(".B#WC"), pick(".B#WC"));
        let own = pick("O").iter().collect();
        let rows = rows.iter().map(|row| String::from(*row)).collect();
        Hall { plan, layout, in_play, takeable, own, rows }
    }

    pub fn house(&self) -> House<'_> {
        House {
            layout: &self.layout,
            in_play: &self.in_play,
            takeable: &self.takeable,
            own: &self.own,
        }
    }

    pub fn best(&self, request: &Request, rule: &SingleRule) -> Result<Found, NoSeats> {
        best(&self.house(), request, rule)
    }

    /// The house with the parts of an answer numbered into it.
    pub fn picture(&self, parts: &[Vec<SeatNo>]) -> Vec<String> {
        let mut no = 0;
        let mut row_of = |row: &String| {
            let marks = row.chars().map(|mark| {
                if !is_seat(&mark) {
                    return mark;
                }
                no += 1;
                let part = parts.iter().position(|part| part.contains(&SeatNo(no - 1)));
                part.map_or(mark, |part| char::from(b'1' + part as u8))
            });
            marks.collect::<String>()
        };
        self.rows.iter().map(&mut row_of).collect()
    }

    /// Seats marked `1` in a picture of the same house.
    pub fn marked(&self, picture: &[&str]) -> Vec<SeatNo> {
        let marks = picture.iter().flat_map(|row| row.chars()).filter(is_seat);
        marks.zip(0..).filter(|(mark, _)| *mark == '1').map(|(_, no)| SeatNo(no)).collect()
    }
}

fn is_seat(mark: &char) -> bool {
    !"|()[] ".contains(*mark)
}

fn draw_row(plan: &mut Plan, row: u32, text: &str, cost: &impl Fn(u32, u32) -> u32) {
    let mut block = Block { row: row.to_string(), ..Block::default() };
    let first = plan.seats.len();
    for (mark, column) in text.chars().zip(0..) {
        let no = SeatNo(plan.seats.len() as u32);
        match mark {
            ' ' => {}
            '|' | '(' | '[' => close(plan, &mut block, None),
            ')' => close(plan, &mut block, Some(false)),
            ']' => close(plan, &mut block, Some(true)),
            _ => {
                plan.seats.push(Seat {
                    row: row.to_string(),
                    category: CategoryNo(u16::from(mark == 'B')),
                    x: column as i32 * 1_000,
                    y: row as i32 * 1_000,
                    cost: cost(row, column),
                    wheelchair: mark == 'W',
                    second_pass: mark == '#',
                    ..Seat::default()
                });
                block.seats.push(no);
            }
        }
    }
    close(plan, &mut block, None);
    let marks: Vec<char> = text.chars().filter(is_seat).collect();
    for at in (0..marks.len()).filter(|at| marks[*at] == 'C') {
        let places = (0..marks.len()).filter(|place| marks[*place] == 'W');
        let nearest = places.min_by_key(|place| (place.abs_diff(at), *place));
        plan.seats[first + at].companion_of = Some(
            nearest.map_or(SeatNo((first + at) as u32), |place| SeatNo((first + place) as u32)),
        );
    }
}

fn close(plan: &mut Plan, block: &mut Block, table: Option<bool>) {
    let next = Block { row: block.row.clone(), ..Block::default() };
    let mut done = std::mem::replace(block, next);
    if done.seats.is_empty() {
        return;
    }
    if let Some(whole) = table {
        done.table = Some(plan.tables.len() as u16);
        let (seats, block) = (done.seats.clone(), plan.blocks.len() as u32);
        plan.tables.push(Table { seats, whole, block, ..Table::default() });
    }
    plan.blocks.push(done);
}

pub fn last_resort() -> SingleRule {
    SingleRule { last_resort: true, ..SingleRule::default() }
}

pub fn never() -> SingleRule {
    SingleRule::default()
}

pub fn split(party: u8) -> Request {
    Request { allow_split: true, ..Request::of(party) }
}

pub fn alone(party: u8) -> Request {
    Request { allow_alone: true, ..split(party) }
}

/// Given a house, when somebody asks, then this rung and these seats.
#[track_caller]
pub fn check(hall: &Hall, request: &Request, rule: &SingleRule, rung: &str, picture: &[&str]) {
    match hall.best(request, rule) {
        Ok(found) => {
            assert_eq!(hall.picture(&found.parts), picture, "{found:?}");
            assert_eq!(found.rung.name(), rung, "{found:?}");
        }
        Err(refusal) => assert_eq!(format!("{refusal:?}"), rung),
    }
}

/// Given a house, when somebody asks, then the party cannot sit together.
#[track_caller]
pub fn refused(
    hall: &Hall,
    request: &Request,
    rule: &SingleRule,
    largest_together: u8,
    split_possible: bool,
) {
    let expected = NoSeats::NoSeatsTogether { largest_together, split_possible };
    assert_eq!(hall.best(request, rule), Err(expected));
}
