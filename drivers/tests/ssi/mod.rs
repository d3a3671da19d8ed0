//! The recorded SSI packets that driver and simulated scanner are both held to.
//! The first four were published by the maker; the others follow from the same checksum.
//! Next: `ssi_codec.rs` (the driver's side), `sim_ssi.rs` (the scanner's).

#![allow(dead_code)]

pub const TICKET: &str = "U1CEABEZYBAIBQIBICTUJ4HMLKIFNGOLDT";

pub const ACK_HOST: &str = "04 D0 04 00 FF 28";
pub const ACK: &str = "04 D0 00 00 FF 2C";
pub const NAK_RESEND_HOST: &str = "05 D1 04 00 01 FF 25";
pub const NAK_RESEND: &str = "05 D1 00 00 01 FF 29";
pub const NAK_BAD_CONTEXT: &str = "05 D1 00 00 02 FF 28";
pub const NAK_DENIED: &str = "05 D1 00 00 06 FF 24";
pub const BEEP_00: &str = "05 E6 04 00 00 FF 11";
pub const BEEP_10: &str = "05 E6 04 00 10 FF 01";
pub const BEEP_17: &str = "05 E6 04 00 17 FE FA";
pub const LED_ON_0: &str = "05 E7 04 00 01 FF 0F";
pub const LED_OFF_0: &str = "05 E8 04 00 01 FF 0E";
pub const LED_ON_1: &str = "05 E7 04 00 02 FF 0E";
pub const SCAN_ENABLE: &str = "04 E9 04 00 FF 0F";
pub const FLUSH_QUEUE: &str = "04 D2 04 00 FF 26";
pub const REQUEST_REVISION: &str = "04 A3 04 00 FF 55";
pub const CAPABILITIES_REQUEST: &str = "04 D3 04 00 FF 25";
pub const PARAM_EE_1: &str = "07 C6 04 00 FF EE 01 FD 41";
pub const PARAM_9F_1: &str = "07 C6 04 00 FF 9F 01 FD 90";
pub const PARAM_EC_0: &str = "07 C6 04 00 FF EC 00 FD 44";
pub const DECODE_12345678: &str = "0D F3 00 00 03 31 32 33 34 35 36 37 38 FD 59";
pub const DECODE_HELLO: &str = "0A F3 00 00 1C 48 45 4C 4C 4F FD 73";
pub const DECODE_HELLO_AGAIN: &str = "0A F3 00 01 1C 48 45 4C 4C 4F FD 72";
pub const EVENT_01: &str = "05 F6 00 00 01 FF 04";

/// Opcode, source, status, data, and the whole packet.
pub const VECTORS: [(u8, u8, u8, &str, &str); 38] = [
    (0x80, 4, 0, "00 06 20 00 FF FF", "0A 80 04 00 00 06 20 00 FF FF FD 4E"),
    (0x80, 0, 0, "00 08 20 00 00 F0 00 F0", "0C 80 00 00 00 08 20 00 00 F0 00 F0 FD 6C"),
    (0x80, 4, 0, "00 08 02 00 27 4D 42 00", "0C 80 04 00 00 08 02 00 27 4D 42 00 FE B0"),
    (
        0x80,
        0,
        0,
        "00 1D 02 00 27 4D 41 01 42 00 0E 00 00 00 00 01 03 02 03 03 03 04 03 05 03 06 03 FF FF",
        "21 80 00 00 00 1D 02 00 27 4D 41 01 42 00 0E 00 00 00 00 01 03 02 03 03 03 04 03 05 03 \
         06 03 FF FF FC 15",
    ),
    (0xD0, 4, 0, "", ACK_HOST),
    (0xD0, 0, 0, "", ACK),
    (0xD1, 4, 0, "01", NAK_RESEND_HOST),
    (0xD1, 0, 0, "01", NAK_RESEND),
    (0xD1, 0, 0, "02", NAK_BAD_CONTEXT),
    (0xD1, 0, 0, "06", NAK_DENIED),
    (0xE6, 4, 0, "00", BEEP_00),
    (0xE6, 4, 0, "0F", "05 E6 04 00 0F FF 02"),
    (0xE6, 4, 1, "0F", "05 E6 04 01 0F FF 01"),
    (0xE6, 4, 0, "10", BEEP_10),
    (0xE6, 4, 0, "14", "05 E6 04 00 14 FE FD"),
    (0xE6, 4, 0, "17", BEEP_17),
    (0xE7, 4, 0, "01", LED_ON_0),
    (0xE8, 4, 0, "01", LED_OFF_0),
    (0xE7, 4, 0, "02", LED_ON_1),
    (0xE8, 4, 0, "FF", "05 E8 04 00 FF FE 10"),
    (0xC5, 4, 0, "", "04 C5 04 00 FF 33"),
    (0xC4, 4, 0, "", "04 C4 04 00 FF 34"),
    (0xE9, 4, 0, "", SCAN_ENABLE),
    (0xEA, 4, 0, "", "04 EA 04 00 FF 0E"),
    (0xE4, 4, 0, "", "04 E4 04 00 FF 14"),
    (0xE5, 4, 0, "", "04 E5 04 00 FF 13"),
    (0xD2, 4, 0, "", FLUSH_QUEUE),
    (0xEB, 4, 0, "", "04 EB 04 00 FF 0D"),
    (0xA3, 4, 0, "", REQUEST_REVISION),
    (0xD3, 4, 0, "", CAPABILITIES_REQUEST),
    (0xC6, 4, 0, "FF EE 01", PARAM_EE_1),
    (0xC6, 4, 8, "FF EE 01", "07 C6 04 08 FF EE 01 FD 39"),
    (0xC6, 4, 0, "FF 9F 01", PARAM_9F_1),
    (0xC6, 4, 0, "FF EC 00", PARAM_EC_0),
    (0xC7, 4, 0, "EE", "05 C7 04 00 EE FE 42"),
    (0xC6, 0, 0, "FF EE 01", "07 C6 00 00 FF EE 01 FD 45"),
    (0xF3, 0, 0, "03 31 32 33 34 35 36 37 38", DECODE_12345678),
    (0xF6, 0, 0, "01", EVENT_01),
];

pub fn bytes(hex: &str) -> Vec<u8> {
    hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// The symbol of 300 characters in two packets, the second with the code type or without.
pub fn long_symbol(repeats_type: bool) -> (String, Vec<u8>, Vec<u8>) {
    let text = format!("UT1{}", "A".repeat(297));
    let (first, rest) = text.as_bytes().split_at(250);
    let first = [&[0xFF, 0xF3, 0, 2, 0x1C], first, &[0xBE, 0x5F]].concat();
    let rest = if repeats_type {
        [&[0x37, 0xF3, 0, 0, 0x1C], rest, &[0xF2, 0x08]].concat()
    } else {
        [&[0x36, 0xF3, 0, 0], rest, &[0xF2, 0x25]].concat()
    };
    (text, first, rest)
}
