//! A capture of a device's bytes, played back as if the device were there.
//! Holds the text form (one piece a line: `in 12 5531...`, milliseconds and hex) and the
//! player. Never loops and never ends: after the last piece the line is silent.
//! Next: `drivers/tests/replay` for captures, `port.rs` for how a path names one.

use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::Fault;

pub const CAPTURE_BYTES_MAX: u64 = 1 << 20;

/// What one side said at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub from_device: bool,
    /// Silence before it.
    pub after_ms: u64,
    pub bytes: Vec<u8>,
}

/// Reads a capture: `in` lines came from the device, `out` lines from the host, `#` is a note.
pub fn parse(text: &str) -> Result<Vec<Piece>, Fault> {
    let lines = text.lines().enumerate();
    let spoken = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    spoken.map(|(at, line)| piece(line).ok_or_else(|| unreadable_line(at))).collect()
}

fn unreadable_line(at: usize) -> Fault {
    Fault::setting("path", format!("capture line {} is not `in|out MS HEX`", at + 1))
}

fn piece(line: &str) -> Option<Piece> {
    let mut words = line.split_whitespace();
    let from_device = match words.next()? {
        "in" => true,
        "out" => false,
        _ => return None,
    };
    let after_ms = words.next()?.parse().ok()?;
    let bytes = unhex(words.next()?)?;
    words.next().is_none().then_some(Piece { from_device, after_ms, bytes })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match std::str::from_utf8(pair) {
            Ok(pair) if pair.len() == 2 => u8::from_str_radix(pair, 16).ok(),
            Ok(_) | Err(_) => None,
        })
        .collect()
}

/// The device side of a capture.
#[derive(Debug)]
pub struct Replay {
    pieces: std::vec::IntoIter<Piece>,
    current: Option<(Pin<Box<Sleep>>, Vec<u8>)>,
}

impl Replay {
    pub fn open(path: &Path) -> Result<Replay, Fault> {
        let size = std::fs::metadata(path).map_err(|error| Fault::port(path, error.to_string()))?;
        if size.len() > CAPTURE_BYTES_MAX {
            return Err(Fault::port(path, "the capture is longer than 1 MiB".to_owned()));
        }
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|error| Fault::port(path, error.to_string()))?;
        parse(&text).map(Replay::new)
    }

    /// Plays the device's pieces; what the host said is there to compare with, not to play.
    pub fn new(pieces: Vec<Piece>) -> Replay {
        let spoken: Vec<Piece> = pieces.into_iter().filter(|piece| piece.from_device).collect();
        Replay { pieces: spoken.into_iter(), current: None }
    }
}

impl AsyncRead for Replay {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let replay = self.get_mut();
        if replay.current.is_none() {
            let Some(piece) = replay.pieces.next() else {
                return Poll::Pending;
            };
            let wait = Box::pin(sleep(Duration::from_millis(piece.after_ms)));
            replay.current = Some((wait, piece.bytes));
        }
        let Some((wait, bytes)) = replay.current.as_mut() else {
            return Poll::Pending;
        };
        std::task::ready!(wait.as_mut().poll(cx));
        let rest = bytes.split_off(buf.remaining().min(bytes.len()));
        buf.put_slice(bytes);
        *bytes = rest;
        if bytes.is_empty() {
            replay.current = None;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Replay {
    /// A capture takes every answer and beeps at nobody.
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
