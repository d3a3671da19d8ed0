//! Card numbers in free text: masked to the last four, track-like text dropped.
//! Holds the scan that every receipt line and every text of a terminal goes through before
//! anything else sees it. Never keeps what it took out. Source: pin-pads 1.9, trust 2.
//! Next: `print.rs`.

const PAN_DIGITS_MIN: usize = 13;
const PAN_DIGITS_MAX: usize = 19;
const KEPT_DIGITS: usize = 4;

/// `text` with every card number in it masked.
pub fn masked(text: &str) -> String {
    let mut signs: Vec<char> = text.chars().collect();
    drop_tracks(&mut signs);
    for run in runs(&signs) {
        mask_run(&mut signs, &run);
    }
    signs.into_iter().collect()
}

/// Places of digits that belong together: at most one space or dash between two of them.
fn runs(signs: &[char]) -> Vec<Vec<usize>> {
    let mut runs: Vec<Vec<usize>> = Vec::new();
    let digits = signs.iter().enumerate().filter(|(_, sign)| sign.is_ascii_digit());
    for (place, _) in digits {
        match runs.last_mut() {
            Some(run) if joined(signs, run.last().copied(), place) => run.push(place),
            Some(_) | None => runs.push(vec![place]),
        }
    }
    runs
}

fn joined(signs: &[char], last: Option<usize>, place: usize) -> bool {
    let Some(last) = last else { return false };
    place == last + 1 || (place == last + 2 && matches!(signs.get(last + 1), Some(' ' | '-')))
}

/// Masks every stretch of card number length that passes the check, longest first. A stretch
/// begins and ends where digits do, unless the digits stand in one piece too long for a card.
fn mask_run(signs: &mut [char], run: &[usize]) {
    let mut first = 0;
    while first < run.len() {
        let longest = PAN_DIGITS_MAX.min(run.len() - first);
        let found = (PAN_DIGITS_MIN..=longest).rev().find(|count| {
            let places = run.get(first..first + count).unwrap_or(&[]);
            may_stand_alone(run, first, first + count) && passes_luhn(signs, places)
        });
        let Some(count) = found else {
            first += 1;
            continue;
        };
        for place in run.iter().skip(first).take(count - KEPT_DIGITS) {
            if let Some(sign) = signs.get_mut(*place) {
                *sign = '*';
            }
        }
        first += count;
    }
}

/// False for a stretch that cuts through a piece of digits that is itself no longer than a card
/// number.
fn may_stand_alone(run: &[usize], first: usize, end: usize) -> bool {
    let adjacent = |left: usize, right: usize| match (run.get(left), run.get(right)) {
        (Some(left), Some(right)) => left + 1 == *right,
        _ => false,
    };
    let cut = (first > 0 && adjacent(first - 1, first)) || adjacent(end - 1, end);
    let piece_first = (0..first).rev().take_while(|at| adjacent(*at, at + 1)).count();
    let piece_last = (end..run.len()).take_while(|at| adjacent(at - 1, *at)).count();
    !cut || piece_first + (end - first) + piece_last > PAN_DIGITS_MAX
}

fn passes_luhn(signs: &[char], places: &[usize]) -> bool {
    let digits = places.iter().rev().filter_map(|place| signs.get(*place)?.to_digit(10));
    let sum: u32 = digits
        .enumerate()
        .map(|(index, digit)| match (index % 2, digit * 2) {
            (0, _) => digit,
            (_, double) if double > 9 => double - 9,
            (_, double) => double,
        })
        .sum();
    places.len() >= PAN_DIGITS_MIN && sum.is_multiple_of(10)
}

/// A number of card length followed by `=` or `D` and a digit is a track: it goes, with all
/// that hangs on it.
fn drop_tracks(signs: &mut Vec<char>) {
    while let Some((from, to)) = track(signs) {
        signs.drain(from..to);
    }
}

fn track(signs: &[char]) -> Option<(usize, usize)> {
    let mark = |place: usize| {
        matches!(signs.get(place), Some('=' | 'D' | 'd'))
            && signs.get(place + 1).is_some_and(char::is_ascii_digit)
    };
    for run in runs(signs) {
        let (Some(from), Some(last)) = (run.first(), run.last()) else { continue };
        if run.len() >= PAN_DIGITS_MIN && mark(last + 1) {
            let rest = signs.iter().skip(last + 1);
            let tail = rest.take_while(|sign| !sign.is_whitespace()).count();
            return Some((*from, last + 1 + tail));
        }
    }
    None
}
