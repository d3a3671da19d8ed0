//! The terminal's end of the line: its own framing and checksum, and what goes wrong on it.
//! Holds bytes in and out of one connection, counted from the first byte of a payment.
//! Never knows what an APDU means. Next: `terminal.rs`.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::sim::pin_pad::script::{Direction, LineFault};
use crate::sim::pty::{FarEnd, HostEnd, Pty};

const ACK: u8 = 0x06;
const NAK: u8 = 0x15;
const BYTE_MS: u64 = 200;
const SENDS_MAX: usize = 3;
const DRIP_MS: u64 = 1;
const DRAIN_MS_MAX: u64 = 200;
/// Turns an ACK into a NAK and a DLE into an ETX: the worst single changes there are.
const CORRUPTION: u8 = 0x13;

pub enum Socket {
    Tcp(TcpStream),
    Pty(Box<Pty>),
}

/// The line is gone.
#[derive(Debug)]
pub struct Lost;

pub struct Wire {
    socket: Socket,
    block_ms: u64,
    raw: Vec<u8>,
    inbox: VecDeque<Vec<u8>>,
    signals: VecDeque<u8>,
    last_in: Vec<u8>,
    /// The box took what was answered to `last_in`.
    is_answer_taken: bool,
    fault: Option<LineFault>,
    is_payment: bool,
    sent: u64,
    received: u64,
    is_cut: bool,
}

impl Wire {
    pub fn new(socket: Socket, block_ms: u64) -> Wire {
        Wire {
            socket,
            block_ms,
            raw: Vec::new(),
            inbox: VecDeque::new(),
            signals: VecDeque::new(),
            last_in: Vec::new(),
            is_answer_taken: true,
            fault: None,
            is_payment: false,
            sent: 0,
            received: 0,
            is_cut: false,
        }
    }

    /// What is to go wrong with the next payment; nothing is one now.
    pub fn rest(&mut self, fault: Option<LineFault>) {
        self.fault = fault;
        self.is_payment = false;
        self.sent = 0;
        self.received = 0;
    }

    pub fn cut(&mut self) {
        self.is_cut = true;
    }

    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The next APDU of the box.
    pub async fn hear(&mut self) -> Result<Vec<u8>, Lost> {
        loop {
            if let Some(apdu) = self.inbox.pop_front() {
                return Ok(apdu);
            }
            self.advance().await?;
        }
    }

    pub async fn send(&mut self, apdu: &[u8]) -> Result<(), Lost> {
        if let Socket::Tcp(_) = self.socket {
            return self.write(apdu).await;
        }
        for _ in 0..SENDS_MAX {
            self.signals.clear();
            self.write(&framed(apdu)).await?;
            let until = Instant::now() + Duration::from_millis(self.block_ms);
            if self.is_taken(until).await? {
                self.is_answer_taken = true;
                return Ok(());
            }
        }
        Err(Lost)
    }

    /// Waits for the signal of the box; false when the block must be sent again.
    async fn is_taken(&mut self, until: Instant) -> Result<bool, Lost> {
        let heard_before = self.inbox.len();
        loop {
            match self.signals.pop_front() {
                Some(ACK) => return Ok(true),
                Some(_) => return Ok(false),
                None => {}
            }
            // An answer in place of the signal: the signal was lost.
            if self.inbox.len() > heard_before {
                return Ok(true);
            }
            match timeout_at(until, self.advance()).await {
                Ok(pumped) => pumped?,
                Err(_) => return Ok(false),
            }
        }
    }

    /// One step: the next thing among the bytes that are there, or more bytes from the line.
    /// Never more than one, so that a fault meets the payment it is meant for.
    async fn advance(&mut self) -> Result<(), Lost> {
        self.meet_fault();
        let found = match self.is_serial() {
            true => unframed(&self.raw),
            false => cut_off(&self.raw),
        };
        match found {
            Found::Nothing => return self.pump().await,
            Found::Signal(signal) => {
                self.consume(1);
                self.signals.push_back(signal);
            }
            Found::Noise => self.consume(1),
            Found::Broken(length) => {
                self.consume(length);
                self.write(&[NAK]).await?;
            }
            Found::Apdu(apdu, length) => {
                self.consume(length);
                self.heard(apdu).await?;
            }
        }
        Ok(())
    }

    fn consume(&mut self, count: usize) {
        let gone = self.raw.drain(..count).count();
        if self.is_payment {
            self.received += u64::try_from(gone).unwrap_or(0);
        }
    }

    /// Takes some bytes from the line.
    async fn pump(&mut self) -> Result<(), Lost> {
        if self.is_cut {
            return Err(Lost);
        }
        let is_partial = self.raw.first() == Some(&0x10);
        let mut buf = [0; 1_024];
        let read = read(&mut self.socket, &mut buf);
        let count = match is_partial {
            false => read.await?,
            true => match timeout(Duration::from_millis(BYTE_MS), read).await {
                Ok(count) => count?,
                Err(_) => {
                    self.raw.clear();
                    return self.write(&[NAK]).await;
                }
            },
        };
        self.raw.extend(buf.get(..count).unwrap_or(&[]));
        Ok(())
    }

    /// Counts from the first byte of a payment; changes and cuts what comes in.
    fn meet_fault(&mut self) {
        self.is_payment |= is_payment(&self.raw, self.is_serial());
        if !self.is_payment {
            return;
        }
        match self.fault {
            Some(LineFault::Corrupt { direction: Direction::FromBox, byte }) => {
                let mut raw = std::mem::take(&mut self.raw);
                self.corrupt(&mut raw, byte, self.received);
                self.raw = raw;
            }
            Some(LineFault::Cut { direction: Direction::FromBox, after })
                if self.received + len(&self.raw) >= after =>
            {
                let room = usize::try_from(after.saturating_sub(self.received)).unwrap_or(0);
                self.raw.truncate(room);
                self.is_cut = true;
            }
            Some(LineFault::Corrupt { .. } | LineFault::Cut { .. } | LineFault::Drip) | None => {}
        }
    }

    fn corrupt(&mut self, bytes: &mut [u8], byte: u64, before: u64) {
        let place = byte.checked_sub(before).and_then(|place| usize::try_from(place).ok());
        if let Some(byte) = place.and_then(|place| bytes.get_mut(place)) {
            *byte ^= CORRUPTION;
            self.fault = None;
        }
    }

    fn is_serial(&self) -> bool {
        matches!(self.socket, Socket::Pty(_))
    }

    async fn heard(&mut self, apdu: Vec<u8>) -> Result<(), Lost> {
        let is_command = !matches!(apdu.first(), Some(0x80 | 0x84));
        let is_again = self.is_serial() && is_command && !self.is_answer_taken;
        let is_again = is_again && apdu == self.last_in;
        if is_command && !is_again {
            self.is_answer_taken = false;
        }
        if !is_again {
            self.last_in = apdu.clone();
            self.inbox.push_back(apdu);
        }
        // A command that was heard whole is obeyed even if the line dies now.
        match self.is_serial() {
            true if self.is_cut => Ok(()),
            true => match self.write(&[ACK]).await {
                Err(Lost) if !self.inbox.is_empty() => Ok(()),
                written => written,
            },
            false => Ok(()),
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        if self.is_cut {
            return Err(Lost);
        }
        let mut bytes = bytes.to_vec();
        if self.is_payment {
            if let Some(LineFault::Corrupt { direction: Direction::ToBox, byte }) = self.fault {
                self.corrupt(&mut bytes, byte, self.sent);
            }
            if let Some(LineFault::Cut { direction: Direction::ToBox, after }) = self.fault
                && self.sent + len(&bytes) >= after
            {
                let room = usize::try_from(after.saturating_sub(self.sent)).unwrap_or(0);
                bytes.truncate(room);
                self.is_cut = true;
            }
            self.sent += len(&bytes);
        }
        self.put(&bytes).await?;
        if self.is_cut {
            self.drain().await;
            return Err(Lost);
        }
        Ok(())
    }

    async fn put(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        let size = match (&self.fault, self.is_payment) {
            (Some(LineFault::Drip), true) => 1,
            _ => bytes.len().max(1),
        };
        for piece in bytes.chunks(size) {
            let written = match &mut self.socket {
                Socket::Tcp(stream) => stream.write_all(piece).await,
                Socket::Pty(pty) => pty.master.write_all(piece).await,
            };
            written.map_err(|_| Lost)?;
            if size == 1 {
                sleep(Duration::from_millis(DRIP_MS)).await;
            }
        }
        Ok(())
    }

    /// Gives the box time to read what was sent before the line dies.
    async fn drain(&mut self) {
        let Socket::Pty(pty) = &self.socket else { return };
        let until = Instant::now() + Duration::from_millis(DRAIN_MS_MAX);
        let mut clean_looks = 0;
        while clean_looks < 2 && Instant::now() < until {
            sleep(Duration::from_millis(1)).await;
            clean_looks = if pty.unread() == 0 { clean_looks + 1 } else { 0 };
        }
    }
}

async fn read(socket: &mut Socket, buf: &mut [u8]) -> Result<usize, Lost> {
    match socket {
        Socket::Tcp(stream) => match stream.read(buf).await {
            Ok(count) if count > 0 => Ok(count),
            Ok(_) | Err(_) => Err(Lost),
        },
        Socket::Pty(pty) => loop {
            match pty.stirred(buf).await {
                FarEnd::Said(count) => return Ok(count),
                FarEnd::Host(HostEnd::Opened) => {}
                FarEnd::Host(HostEnd::Left) => return Err(Lost),
            }
        },
    }
}

fn len(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Do these bytes begin with a command that moves money?
fn is_payment(bytes: &[u8], is_serial: bool) -> bool {
    let apdu = if is_serial { bytes.strip_prefix(&[0x10, 0x02]) } else { Some(bytes) };
    matches!(apdu, Some([0x06, 0x01 | 0x30 | 0x31, ..]))
}

enum Found {
    Nothing,
    Noise,
    Signal(u8),
    Broken(usize),
    Apdu(Vec<u8>, usize),
}

/// The first APDU of a plain stream.
fn cut_off(raw: &[u8]) -> Found {
    let length = match raw {
        [_, _, 0xFF, low, high, ..] => 5 + (usize::from(*high) << 8) + usize::from(*low),
        [_, _, 0xFF, ..] => return Found::Nothing,
        [_, _, length, ..] => 3 + usize::from(*length),
        _ => return Found::Nothing,
    };
    match raw.get(..length) {
        Some(apdu) => Found::Apdu(apdu.to_vec(), length),
        None => Found::Nothing,
    }
}

/// The first thing on a serial line.
fn unframed(raw: &[u8]) -> Found {
    match raw {
        [signal @ (ACK | NAK), ..] => return Found::Signal(*signal),
        [0x10] => return Found::Nothing,
        [0x10, 0x02, ..] => {}
        [] => return Found::Nothing,
        _ => return Found::Noise,
    }
    let mut apdu = Vec::new();
    let mut at = 2;
    loop {
        match raw.get(at..) {
            Some([0x10, 0x10, ..]) => {
                apdu.push(0x10);
                at += 2;
            }
            Some([0x10, 0x03, low, high, ..]) => {
                let sum = checksum(&apdu);
                let good = sum == (u16::from(*high) << 8 | u16::from(*low));
                let whole =
                    matches!(cut_off(&apdu), Found::Apdu(_, length) if length == apdu.len());
                return if good && whole {
                    Found::Apdu(apdu, at + 4)
                } else {
                    Found::Broken(at + 4)
                };
            }
            Some([0x10, 0x03, ..] | [0x10] | []) | None => return Found::Nothing,
            Some([0x10, ..]) => return Found::Broken(raw.len()),
            Some([byte, ..]) => {
                apdu.push(*byte);
                at += 1;
            }
        }
    }
}

fn framed(apdu: &[u8]) -> Vec<u8> {
    let stuffed = apdu.iter().flat_map(|byte| match byte {
        0x10 => vec![0x10, 0x10],
        byte => vec![*byte],
    });
    let sum = checksum(apdu);
    let tail = [0x10, 0x03, (sum & 0xFF) as u8, (sum >> 8) as u8];
    [0x10, 0x02].into_iter().chain(stuffed).chain(tail).collect()
}

/// CRC of the APDU and its ETX, four bits at a time.
fn checksum(apdu: &[u8]) -> u16 {
    let mut sum: u16 = 0;
    for byte in apdu.iter().chain(&[0x03]) {
        for nibble in [byte & 0x0F, byte >> 4] {
            let index = (sum & 0x0F) ^ u16::from(nibble);
            sum = (sum >> 4) ^ (index * 0x1081);
        }
    }
    sum
}
