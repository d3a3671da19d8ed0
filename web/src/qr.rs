//! Ticket codes as QR: SVG for pages, modules for paper, PNG for mail.
//!
//! Alphanumeric mode at level M, so that the short form U1 is version 2: large modules that a
//! poor camera reads from a phone screen. Knows nothing of what the code says.

use fast_qr::{ECL, Mode, QRBuilder, QRCode};
use std::fmt::Write;

/// Light modules around the code; four are asked for by ISO 18004.
pub const QUIET_MODULES: usize = 4;
/// Longest text of a code; U2 has 121 characters.
const CODE_CHARS_MAX: usize = 256;
/// Pixels of one module in a PNG.
const PNG_MODULE_PIXELS: usize = 8;

/// The modules of a code, row by row, without the quiet zone; `true` is dark.
#[derive(Debug, Clone, PartialEq)]
pub struct Modules {
    pub side: usize,
    pub dark: Vec<bool>,
}

impl Modules {
    /// `None` when the text is too long or has characters outside the alphanumeric set.
    pub fn new(code: &str) -> Option<Modules> {
        let set = |letter: char| {
            letter.is_ascii_uppercase() || letter.is_ascii_digit() || " $%*+-./:".contains(letter)
        };
        if code.is_empty() || code.len() > CODE_CHARS_MAX || !code.chars().all(set) {
            return None;
        }
        let drawn = QRBuilder::new(code).mode(Mode::Alphanumeric).ecl(ECL::M).build().ok()?;
        Some(Modules { side: drawn.size, dark: dark(&drawn) })
    }

    /// Is the module dark? Outside the code everything is light.
    pub fn at(&self, x: usize, y: usize) -> bool {
        x < self.side && y < self.side && self.dark[y * self.side + x]
    }

    /// Dark stretches as (x, y, length), row by row.
    pub fn stretches(&self) -> Vec<(usize, usize, usize)> {
        let mut found = Vec::new();
        for y in 0..self.side {
            let mut x = 0;
            while x < self.side {
                let length = (x..self.side).take_while(|x| self.at(*x, y)).count();
                if length > 0 {
                    found.push((x, y, length));
                }
                x += length.max(1);
            }
        }
        found
    }
}

fn dark(code: &QRCode) -> Vec<bool> {
    (0..code.size).flat_map(|y| code[y][..code.size].iter().map(|module| module.value())).collect()
}

/// The code as one SVG path on white, with an accessible name.
pub fn svg(code: &str, label: &str) -> Option<String> {
    Some(drawn(&Modules::new(code)?, label))
}

/// The same of any short text, as of an address that a phone scans to be enrolled.
pub fn svg_of_text(text: &str, label: &str) -> Option<String> {
    if text.is_empty() || text.len() > CODE_CHARS_MAX {
        return None;
    }
    let built = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    Some(drawn(&Modules { side: built.size, dark: dark(&built) }, label))
}

fn drawn(modules: &Modules, label: &str) -> String {
    let side = modules.side + 2 * QUIET_MODULES;
    let label = crate::html::escape(label);
    let mut out = format!(
        r##"<svg class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="{label}"
 shape-rendering="crispEdges"><rect width="{side}" height="{side}" fill="#fff"/>
<path fill="#000" d=""##
    );
    for (x, y, length) in modules.stretches() {
        let (x, y) = (x + QUIET_MODULES, y + QUIET_MODULES);
        write!(out, "M{x} {y}h{length}v1h-{length}z").expect("text can always grow");
    }
    out.push_str("\"/></svg>");
    out
}

/// The code as a black-and-white PNG with its quiet zone, for mail programs that drop SVG.
pub fn png(code: &str) -> Option<Vec<u8>> {
    let modules = Modules::new(code)?;
    let side = (modules.side + 2 * QUIET_MODULES) * PNG_MODULE_PIXELS;
    let row_bytes = side.div_ceil(8);
    let mut pixels = vec![0xff_u8; row_bytes * side];
    for y in 0..side {
        for x in 0..side {
            let module = |pixel: usize| (pixel / PNG_MODULE_PIXELS).wrapping_sub(QUIET_MODULES);
            if modules.at(module(x), module(y)) {
                pixels[y * row_bytes + x / 8] &= !(0x80 >> (x % 8));
            }
        }
    }
    let mut out = Vec::new();
    let width = u32::try_from(side).ok()?;
    let mut encoder = png::Encoder::new(&mut out, width, width);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&pixels).ok()?;
    writer.finish().ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const U1: &str = "U1ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    #[test]
    fn the_short_code_is_version_two() {
        assert_eq!(U1.len(), 34);
        assert_eq!(Modules::new(U1).expect("a code").side, 25);
    }

    #[test]
    fn only_alphanumeric_texts_of_a_sane_length_are_drawn() {
        assert!(Modules::new(&"A".repeat(CODE_CHARS_MAX)).is_some());
        assert!(Modules::new(&"A".repeat(CODE_CHARS_MAX + 1)).is_none());
        for wrong in ["", "u1lower", "U1\n", "Ü"] {
            assert!(Modules::new(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn stretches_cover_each_dark_module_once() {
        let modules = Modules::new(U1).expect("a code");
        let mut drawn = vec![false; modules.side * modules.side];
        for (x, y, length) in modules.stretches() {
            for x in x..x + length {
                assert!(!std::mem::replace(&mut drawn[y * modules.side + x], true));
            }
        }
        assert_eq!(drawn, modules.dark);
    }

    #[test]
    fn the_label_of_a_code_is_escaped() {
        let drawn = svg(U1, "<script>").expect("a code");
        assert!(drawn.contains("&lt;script&gt;") && !drawn.contains("<script>"));
    }
}
