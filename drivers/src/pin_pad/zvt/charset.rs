//! Characters of receipts and texts: code page 437 unless the terminal's setting says otherwise.
//! Holds the tables. Never fails: a byte without a meaning becomes the replacement character.
//! Source: pin-pads 3.5. Next: `print.rs`.

use serde::Deserialize;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Charset {
    #[default]
    #[serde(rename = "cp437")]
    Cp437,
    #[serde(rename = "iso-8859-15")]
    Iso8859To15,
    #[serde(rename = "utf-8")]
    Utf8,
}

/// The upper half of code page 437, 80 to FF.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»\
░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

impl Charset {
    /// The text of `bytes`, without control characters.
    pub fn text(self, bytes: &[u8]) -> String {
        let text: String = match self {
            Charset::Cp437 => bytes.iter().map(|byte| cp437(*byte)).collect(),
            Charset::Iso8859To15 => bytes.iter().map(|byte| iso8859_15(*byte)).collect(),
            Charset::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
        };
        text.chars().filter(|sign| !sign.is_control()).collect()
    }
}

fn cp437(byte: u8) -> char {
    match byte.checked_sub(0x80) {
        None => char::from(byte),
        Some(index) => CP437.chars().nth(usize::from(index)).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

fn iso8859_15(byte: u8) -> char {
    match byte {
        0xA4 => '€',
        0xA6 => 'Š',
        0xA8 => 'š',
        0xB4 => 'Ž',
        0xB8 => 'ž',
        0xBC => 'Œ',
        0xBD => 'œ',
        0xBE => 'Ÿ',
        _ => char::from(byte),
    }
}
