//! The canaries: test card numbers that every bank knows, in the shapes in which they get about.
//!
//! Made of body and check digit, so that no list of numbers stands in the source. Never a real
//! card. Next: `scan.rs`.

use std::fmt::Write;

/// Bodies of test numbers of five brands; the check digit comes behind.
const BODIES: [&str; 20] = [
    "424242424242424",
    "411111111111111",
    "401288888888188",
    "400005665566555",
    "422222222222",
    "400000000000000",
    "491761000000000",
    "555555555555444",
    "510510510510510",
    "520082828282821",
    "222300312200322",
    "545454545454545",
    "37828224631000",
    "37144963539843",
    "37873449367100",
    "601111111111111",
    "601100099013942",
    "353011133330000",
    "356600202036050",
    "3056930902590",
];

/// All twenty.
pub fn all() -> Vec<String> {
    BODIES.iter().map(|body| format!("{body}{}", check_digit(body))).collect()
}

fn check_digit(body: &str) -> u32 {
    let digits = body.chars().rev().map(|digit| digit.to_digit(10).unwrap());
    let weighed = digits.enumerate().map(|(at, digit)| match (at % 2, digit) {
        (0, 5..) => digit * 2 - 9,
        (0, _) => digit * 2,
        _ => digit,
    });
    (10 - weighed.sum::<u32>() % 10) % 10
}

/// Four by four, with this between them.
pub fn grouped(number: &str, between: &str) -> String {
    let groups: Vec<&str> = (0..number.len())
        .step_by(4)
        .map(|from| &number[from..number.len().min(from + 4)])
        .collect();
    groups.join(between)
}

/// As people type it and readers read it: bare, in groups, and both tracks of the stripe.
pub fn shapes(number: &str) -> [String; 5] {
    [
        number.to_owned(),
        grouped(number, " "),
        grouped(number, "-"),
        format!("%B{number}^QUILL/ADA^2912101000000000?"),
        format!(";{number}=29121010000000000000?"),
    ]
}

/// The bytes that must be nowhere: in one byte a digit, in groups, in two bytes a digit, and two
/// digits a byte as terminals send it.
pub fn needles(number: &str) -> Vec<Vec<u8>> {
    let mut wide: Vec<u8> = number.bytes().flat_map(|digit| [digit, 0]).collect();
    // Without its last zero it is the same bytes with either end first.
    wide.pop();
    let mut found = vec![number.as_bytes().to_vec(), wide];
    found.extend([" ", "-", "+", "%20"].map(|between| grouped(number, between).into_bytes()));
    if number.len().is_multiple_of(2) {
        let pairs = number.as_bytes().chunks(2);
        found.push(pairs.map(|pair| (pair[0] - b'0') << 4 | (pair[1] - b'0')).collect());
    }
    found
}

/// A field of a form.
pub fn coded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        let _ = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.write_char(char::from(byte)),
            _ => write!(out, "%{byte:02X}"),
        };
        out
    })
}
