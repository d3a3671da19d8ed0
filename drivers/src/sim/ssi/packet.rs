//! SSI packets as a scanner cuts them out of the host's bytes and builds its own.
//! Written apart from the driver's codec on purpose, so that a wrong byte there is refused here.
//! Never answers and knows no dialogue. Next: `sim/ssi.rs`.

/// One packet on the wire, from its length to its checksum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wire(pub Vec<u8>);

impl Wire {
    /// A packet of the scanner.
    pub fn of(opcode: u8, status: u8, data: &[u8]) -> Wire {
        let mut wire = vec![0, opcode, 0, status];
        wire.extend_from_slice(data);
        let length = wire.len();
        if let Some(first) = wire.first_mut() {
            *first = u8::try_from(length).unwrap_or(u8::MAX);
        }
        let sum: u32 = wire.iter().map(|byte| u32::from(*byte)).sum();
        let rest = (0x1_0000 - (sum & 0xFFFF)) & 0xFFFF;
        wire.extend(rest.to_be_bytes().into_iter().skip(2));
        Wire(wire)
    }

    /// Takes the first packet off the front: `None` while more bytes are needed. Bytes that are
    /// too small for a length are skipped.
    pub fn cut(bytes: &mut Vec<u8>) -> Option<Wire> {
        let skipped = bytes.iter().take_while(|byte| **byte < 4).count();
        bytes.drain(..skipped);
        let size = usize::from(*bytes.first()?) + 2;
        (bytes.len() >= size).then(|| Wire(bytes.drain(..size).collect()))
    }

    /// All bytes of a good packet and its checksum as one number make nothing.
    pub fn is_good(&self) -> bool {
        let Some((body, [high, low])) = self.0.split_last_chunk::<2>() else { return false };
        let sum: u32 = body.iter().map(|byte| u32::from(*byte)).sum();
        (sum + u32::from(*high) * 256 + u32::from(*low)).is_multiple_of(0x1_0000)
    }

    pub fn opcode(&self) -> u8 {
        self.0.get(1).copied().unwrap_or(0)
    }

    pub fn is_from_host(&self) -> bool {
        self.0.get(2) == Some(&4)
    }

    pub fn is_marked_again(&self) -> bool {
        self.0.get(3).is_some_and(|status| status % 2 == 1)
    }

    pub fn data(&self) -> &[u8] {
        let end = self.0.len().saturating_sub(2);
        self.0.get(4..end).unwrap_or(&[])
    }

    /// The same packet of ours, marked as sent before.
    pub fn again(&self) -> Wire {
        let status = self.0.get(3).copied().unwrap_or(0);
        Wire::of(self.opcode(), status | 1, self.data())
    }

    /// Equal but for the mark and what follows from it.
    pub fn is_same_as(&self, other: &Wire) -> bool {
        self.opcode() == other.opcode() && self.data() == other.data()
    }
}
