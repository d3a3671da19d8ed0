//! One APDU: class, instruction, length, body; and the cutting of a TCP stream into them.
//! Holds bytes as they are. Never looks into a body, and its `Debug` never shows one: a body
//! may carry a card number. Source: pin-pads 3.1, 3.3. Next: `message.rs`.

/// Longest body that the length field can say.
pub const BODY_BYTES_MAX: usize = 65_535;
/// Class, instruction and the longer of the two length fields.
pub const HEAD_BYTES_MAX: usize = 5;

/// The length byte that says that two more follow.
const LONG: u8 = 0xFF;

#[derive(Clone, PartialEq, Eq)]
pub struct Apdu {
    pub class: u8,
    pub instr: u8,
    body: Vec<u8>,
}

impl std::fmt::Debug for Apdu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02X} {:02X} ({} bytes)", self.class, self.instr, self.body.len())
    }
}

impl Apdu {
    /// What does not fit the length field is cut off.
    pub fn new(class: u8, instr: u8, body: impl Into<Vec<u8>>) -> Apdu {
        let mut body = body.into();
        body.truncate(BODY_BYTES_MAX);
        Apdu { class, instr, body }
    }

    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.class, self.instr];
        match u8::try_from(self.body.len()) {
            Ok(length) if length < LONG => bytes.push(length),
            Ok(_) | Err(_) => {
                let length = u16::try_from(self.body.len()).unwrap_or(u16::MAX);
                bytes.push(LONG);
                bytes.extend(length.to_le_bytes());
            }
        }
        bytes.extend(&self.body);
        bytes
    }

    /// Reads exactly one; `None` when bytes are missing or left over.
    pub fn read(bytes: &[u8]) -> Option<Apdu> {
        let (apdu, rest) = split(bytes)?;
        rest.is_empty().then_some(apdu)
    }
}

/// The first APDU and what follows it; `None` while it is not all there.
fn split(bytes: &[u8]) -> Option<(Apdu, &[u8])> {
    let (&[class, instr, short], rest) = bytes.split_first_chunk()?;
    let (length, rest) = if short == LONG {
        let (length, rest) = rest.split_first_chunk()?;
        (usize::from(u16::from_le_bytes(*length)), rest)
    } else {
        (usize::from(short), rest)
    };
    let (body, rest) = rest.split_at_checked(length)?;
    Some((Apdu::new(class, instr, body), rest))
}

/// A stream of APDUs, split and merged anywhere. Keeps no more than one of them waiting.
#[derive(Default)]
pub struct Stream {
    waiting: Vec<u8>,
}

impl Stream {
    pub fn bytes(&mut self, bytes: &[u8], apdus: &mut Vec<Apdu>) {
        self.waiting.extend_from_slice(bytes);
        let mut rest = self.waiting.as_slice();
        while let Some((apdu, after)) = split(rest) {
            apdus.push(apdu);
            rest = after;
        }
        let done = self.waiting.len() - rest.len();
        self.waiting.drain(..done);
    }

    /// Bytes of an APDU that is not all there.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub fn clear(&mut self) {
        self.waiting.clear();
    }
}
