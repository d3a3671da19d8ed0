//! An SSI scanner made of software: text until packets are agreed, then packets to the letter.
//! Holds the scanner's side of the dialogue as a pure machine: bytes, beams and time in, acts
//! out. Shares no code with the driver's SSI and never goes easy on it.
//! Next: `sim/ssi/packet.rs` (its bytes), `sim/tongue.rs` (how the device uses it).

mod packet;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use self::packet::Wire;
use super::hear::{Heard, Meaning};
use super::tongue::Act;
use crate::scanner::{Feedback, Suffix};

/// Silence inside a command of the host after which it is forgotten.
pub const HOST_BYTE_MS: u64 = 200;
/// How long the host may take to acknowledge, in the factory's setting.
pub const RESPONSE_MS: u64 = 2_000;
/// How often a packet is sent before the scanner gives up and complains.
pub const SENDS_MAX: u8 = 3;

const DECODE_DATA: u8 = 0xF3;
const ACK: u8 = 0xD0;
const NAK: u8 = 0xD1;
const RESEND: u8 = 1;
const BAD_CONTEXT: u8 = 2;
const DENIED: u8 = 6;
const QR: u8 = 0x1C;
const MORE_FOLLOWS: u8 = 2;
const SYMBOL_BYTES_MAX: usize = 250;
const PARAM_PACKETS: u8 = 0xEE;
const PARAM_HANDSHAKE: u8 = 0x9F;
const PARAM_EXTENDED: u8 = 0xF0;
const ALL_PARAMS: u8 = 0xFE;
const FACTORY: [(u8, u8); 4] = [(0x9B, 0x14), (PARAM_HANDSHAKE, 1), (0xEC, 1), (PARAM_PACKETS, 0)];
/// What this model understands, as it tells in its capabilities.
const COMMANDS: [u8; 20] = [
    0xA3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xD0, 0xD1, 0xD2, 0xD3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9,
    0xEA, 0xEB, 0xF3, 0xF6,
];

/// What a make of scanner has, and how it misbehaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsiModel {
    /// Lamps the host may have, bit by bit; the others are denied.
    pub leds: u8,
    /// How long an acknowledgement is waited for.
    pub response_ms: u64,
    /// Falls asleep when the line has been quiet for so long, and begins asleep; the first byte
    /// only wakes it and is lost.
    pub sleep_ms: Option<u64>,
    /// Each packet of a long symbol starts with the code type, not only the first.
    pub repeats_type: bool,
    /// So many packets of the host are taken for damaged.
    pub mishears: u32,
    /// So many acknowledgements of the host are not heard.
    pub misses_acks: u32,
    /// Commands are read and left without an answer.
    pub is_mute: bool,
}

impl Default for SsiModel {
    fn default() -> SsiModel {
        SsiModel {
            leds: 0b11,
            response_ms: RESPONSE_MS,
            sleep_ms: None,
            repeats_type: true,
            mishears: 0,
            misses_acks: 0,
            is_mute: false,
        }
    }
}

/// A packet of ours that the host has yet to acknowledge.
#[derive(Debug)]
struct Sent {
    wire: Wire,
    sends: u8,
    due: Instant,
}

#[derive(Debug)]
pub struct SsiScanner {
    model: SsiModel,
    suffix: Suffix,
    params: BTreeMap<u8, u8>,
    is_enabled: bool,
    is_asleep: bool,
    host: Vec<u8>,
    host_at: Instant,
    /// The last command and what was answered, for a host that did not hear it.
    last: Option<(Wire, Wire)>,
    queue: VecDeque<Wire>,
    sent: Option<Sent>,
    /// The first packet of the last symbol.
    symbol: Option<Wire>,
}

impl SsiScanner {
    pub fn new(model: SsiModel, suffix: Suffix) -> SsiScanner {
        let is_asleep = model.sleep_ms.is_some();
        SsiScanner {
            model,
            suffix,
            params: BTreeMap::from(FACTORY),
            is_enabled: true,
            is_asleep,
            host: Vec::new(),
            host_at: Instant::now(),
            last: None,
            queue: VecDeque::new(),
            sent: None,
            symbol: None,
        }
    }

    /// Temporary settings and all that was under way are gone.
    pub fn power_lost(&mut self) {
        *self = SsiScanner::new(self.model.clone(), self.suffix);
    }

    /// Nobody is there to acknowledge anything; the settings stay.
    pub fn host_left(&mut self) {
        self.host.clear();
        self.queue.clear();
        self.sent = None;
    }

    /// False while the host owes an acknowledgement.
    pub fn is_idle(&self) -> bool {
        self.sent.is_none() && self.queue.is_empty()
    }

    pub fn hear(&mut self, bytes: &[u8], now: Instant, out: &mut Vec<Act>) {
        self.tick(now, out);
        let heard = if std::mem::take(&mut self.is_asleep) { 1 } else { 0 };
        self.host.extend(bytes.iter().skip(heard));
        self.host_at = now;
        while let Some(wire) = Wire::cut(&mut self.host) {
            self.packet(wire, now, out);
        }
    }

    pub fn due(&self) -> Option<Instant> {
        let command = (!self.host.is_empty()).then(|| self.host_at + HOST_BYTE);
        let sent = self.sent.as_ref().map(|sent| sent.due);
        let sleep = self.sleep_at().filter(|_| !self.is_asleep && self.is_idle());
        command.into_iter().chain(sent).chain(sleep).min()
    }

    pub fn tick(&mut self, now: Instant, out: &mut Vec<Act>) {
        if now >= self.host_at + HOST_BYTE {
            self.host.clear();
        }
        if self.is_idle() && self.sleep_at().is_some_and(|at| now >= at) {
            self.is_asleep = true;
        }
        if self.sent.as_ref().is_some_and(|sent| now >= sent.due) {
            self.send_again(now, out);
        }
    }

    /// The bytes of one symbol; of a long one the first packet, the others follow its
    /// acknowledgement. Nothing while scanning is disabled.
    pub fn beam(&mut self, code: &[u8], now: Instant, out: &mut Vec<Act>) -> Vec<u8> {
        self.is_asleep = false;
        self.host_at = now;
        if !self.is_enabled {
            return Vec::new();
        }
        if !self.is_on(PARAM_PACKETS) {
            return [code, self.suffix.bytes()].concat();
        }
        self.queue.extend(symbol(code, self.model.repeats_type));
        self.symbol = self.queue.front().cloned();
        self.next(now, out);
        match out.pop() {
            Some(Act::Send(bytes)) => bytes,
            other => {
                out.extend(other);
                Vec::new()
            }
        }
    }

    /// The last symbol once more, as if its acknowledgement had not been heard.
    pub fn once_more(&self) -> Vec<u8> {
        self.symbol.as_ref().map(|wire| wire.again().0).unwrap_or_default()
    }

    fn is_on(&self, param: u8) -> bool {
        self.params.get(&param) == Some(&1)
    }

    fn sleep_at(&self) -> Option<Instant> {
        self.model.sleep_ms.map(|ms| self.host_at + Duration::from_millis(ms))
    }

    fn packet(&mut self, wire: Wire, now: Instant, out: &mut Vec<Act>) {
        if !wire.is_good() || lessen(&mut self.model.mishears) {
            return out.push(answer(&nak(RESEND)));
        }
        if !wire.is_from_host() {
            return;
        }
        match wire.opcode() {
            ACK if lessen(&mut self.model.misses_acks) => {}
            ACK => {
                self.sent = None;
                self.next(now, out);
            }
            NAK if wire.data().first() == Some(&RESEND) => self.send_again(now, out),
            NAK => self.host_left(),
            _ if self.model.is_mute => {}
            _ => self.command(wire, now, out),
        }
    }

    fn command(&mut self, wire: Wire, now: Instant, out: &mut Vec<Act>) {
        if let Some((last, answered)) = &self.last
            && wire.is_marked_again()
            && wire.is_same_as(last)
        {
            return out.push(answer(answered));
        }
        let reply = self.obey(&wire);
        out.push(Act::Tell(Heard::Signal {
            meaning: if reply.opcode() == NAK { Meaning::Dialogue } else { meaning(&wire) },
            bytes: wire.0.clone(),
            at: now.into_std(),
        }));
        self.last = Some((wire, reply.clone()));
        if reply.opcode() == ACK || reply.opcode() == NAK {
            return out.push(answer(&reply));
        }
        // A reply with content is itself acknowledged.
        self.queue.push_front(reply);
        self.next(now, out);
    }

    /// Does what the host wants and gives the answer.
    fn obey(&mut self, wire: &Wire) -> Wire {
        let data = wire.data();
        match wire.opcode() {
            0xA3 => return Wire::of(0xA4, 0, b"USHER-SIM-SSI 1 SIM NBRPUAWC"),
            0xD3 => return Wire::of(0xD4, 0, &[&[0x03, 0xFF, 0x07, 0x01], &COMMANDS[..]].concat()),
            0xC7 => return Wire::of(0xC6, 0, &self.params_asked(data)),
            0xC4 | 0xC5 => return nak(DENIED),
            0xE7 | 0xE8 if !self.has_leds(wire) => return nak(DENIED),
            0xC6 => self.set_params(data),
            0xC8 => self.params = BTreeMap::from(FACTORY),
            0xD2 => self.queue.clear(),
            0xE9 => self.is_enabled = true,
            0xEA => self.is_enabled = false,
            0xEB => self.is_asleep = true,
            0xE4..=0xE8 => {}
            _ => return nak(BAD_CONTEXT),
        }
        Wire::of(ACK, 0, &[])
    }

    /// Switching off what is not there does no harm.
    fn has_leds(&self, wire: &Wire) -> bool {
        let leds = wire.data().first().copied().unwrap_or(0);
        wire.opcode() == 0xE8 && leds == u8::MAX || leds & !self.model.leds == 0
    }

    /// After the beep byte: number, value, number, value.
    fn set_params(&mut self, data: &[u8]) {
        let mut pairs = data.iter().skip(1);
        while let Some(number) = pairs.next() {
            // Those above 255 are taken and have no effect here.
            let is_known = *number != PARAM_EXTENDED || pairs.next().is_none();
            if let Some(value) = pairs.next()
                && is_known
            {
                self.params.insert(*number, *value);
            }
        }
    }

    fn params_asked(&self, numbers: &[u8]) -> Vec<u8> {
        let asked = |number: &u8| numbers.contains(number) || numbers.contains(&ALL_PARAMS);
        let found = self.params.iter().filter(|(number, _)| asked(number));
        let pairs = found.flat_map(|(number, value)| [*number, *value]);
        std::iter::once(0xFF).chain(pairs).collect()
    }

    /// Sends what waits, as far as the host has acknowledged what went before.
    fn next(&mut self, now: Instant, out: &mut Vec<Act>) {
        while self.sent.is_none()
            && let Some(wire) = self.queue.pop_front()
        {
            out.push(answer(&wire));
            if self.is_on(PARAM_HANDSHAKE) {
                self.sent = Some(Sent { wire, sends: 1, due: now + self.response() });
            }
        }
    }

    fn send_again(&mut self, now: Instant, out: &mut Vec<Act>) {
        let due = now + self.response();
        match self.sent.as_mut() {
            None => {}
            Some(sent) if sent.sends < SENDS_MAX => {
                sent.sends += 1;
                sent.due = due;
                out.push(answer(&sent.wire.again()));
            }
            Some(_) => {
                self.host_left();
                out.push(Act::Tell(Heard::ErrorBeep));
            }
        }
    }

    fn response(&self) -> Duration {
        Duration::from_millis(self.model.response_ms)
    }
}

const HOST_BYTE: Duration = Duration::from_millis(HOST_BYTE_MS);

fn answer(wire: &Wire) -> Act {
    Act::Send(wire.0.clone())
}

fn nak(cause: u8) -> Wire {
    Wire::of(NAK, 0, &[cause])
}

/// True as often as there is something left.
fn lessen(left: &mut u32) -> bool {
    let is_left = *left > 0;
    *left = left.saturating_sub(1);
    is_left
}

fn symbol(code: &[u8], repeats_type: bool) -> Vec<Wire> {
    let pieces = code.chunks(SYMBOL_BYTES_MAX);
    let count = pieces.len();
    let packet = |(at, piece): (usize, &[u8])| {
        let status = if at + 1 < count { MORE_FOLLOWS } else { 0 };
        let kind: &[u8] = if at == 0 || repeats_type { &[QR] } else { &[] };
        Wire::of(DECODE_DATA, status, &[kind, piece].concat())
    };
    pieces.enumerate().map(packet).collect()
}

/// What a command is to the person with the scanner.
fn meaning(wire: &Wire) -> Meaning {
    match (wire.opcode(), wire.data()) {
        (0xE6, [0x00]) => Meaning::Signal(Feedback::Accept),
        (0xE6, [0x17]) => Meaning::Signal(Feedback::AcceptNotice),
        (0xE6, [0x10]) => Meaning::Signal(Feedback::RefuseUsed),
        (0xE6, [0x06]) => Meaning::Signal(Feedback::RefuseElsewhere),
        (0xE6, [0x13]) => Meaning::Signal(Feedback::Refuse),
        (0xE6, [0x0F]) => Meaning::Signal(Feedback::Closed),
        (0xE6, [0x15]) => Meaning::Signal(Feedback::Wait),
        (0xE7, [_]) => Meaning::LedOn,
        (0xE8, [_]) => Meaning::LedOff,
        (0xE9, []) => Meaning::Enable,
        (0xE6..=0xE8 | 0xEA, _) => Meaning::Other,
        _ => Meaning::Dialogue,
    }
}
