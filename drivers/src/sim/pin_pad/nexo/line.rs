//! The plain side of a TLS stream, with what goes wrong on it: cut, spoiled or dripping.
//! Holds counters of the HTTP bytes in both directions. Never knows what a message means beyond
//! its category, which stands open in front of it. Next: `../nexo.rs`.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

use crate::sim::pin_pad::script::{Direction, LineFault};

const HEAD_BYTES_MAX: usize = 16 * 1024;
const PIECE_BYTES: usize = 4 * 1024;
const CATEGORY: &str = "\"MessageCategory\"";

/// Does the terminal play a scene for it?
pub fn moves_money(category: &str) -> bool {
    matches!(category, "Payment" | "Reversal")
}

pub struct Line<S> {
    inner: S,
    /// Read already, to see the category.
    ahead: Vec<u8>,
    taken: usize,
    fault: Option<LineFault>,
    from_box: u64,
    to_box: u64,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    pub fn new(inner: S) -> Line<S> {
        Line { inner, ahead: Vec::new(), taken: 0, fault: None, from_box: 0, to_box: 0 }
    }

    pub fn spoil(&mut self, fault: LineFault) {
        self.fault = Some(fault);
    }

    /// Reads until the category of the message is seen; empty if there is none.
    pub async fn category(&mut self) -> io::Result<String> {
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let count = self.inner.read(&mut piece).await?;
            self.ahead.extend_from_slice(piece.get(..count).unwrap_or(&[]));
            let text = String::from_utf8_lossy(&self.ahead);
            let mut behind = text.split_once(CATEGORY).map(|(_, behind)| behind.splitn(3, '"'));
            let word = behind.as_mut().and_then(|parts| parts.nth(1));
            // The word is whole once its closing quote is there.
            if let Some(word) = word
                && behind.is_some_and(|mut parts| parts.next().is_some())
            {
                return Ok(word.to_owned());
            }
            if count == 0 || self.ahead.len() > HEAD_BYTES_MAX {
                return Ok(String::new());
            }
        }
    }

    /// How many of `wanted` bytes may still pass in this direction.
    fn passes(&self, direction: Direction, wanted: usize) -> usize {
        match &self.fault {
            Some(LineFault::Cut { direction: cut, after }) if *cut == direction => {
                let left = after.saturating_sub(self.count(direction));
                wanted.min(usize::try_from(left).unwrap_or(usize::MAX))
            }
            Some(LineFault::Drip) if direction == Direction::ToBox => wanted.min(1),
            Some(LineFault::Cut { .. } | LineFault::Corrupt { .. } | LineFault::Drip) | None => {
                wanted
            }
        }
    }

    fn count(&self, direction: Direction) -> u64 {
        match direction {
            Direction::FromBox => self.from_box,
            Direction::ToBox => self.to_box,
        }
    }

    /// Changes the one byte that is to be changed, if it is among these.
    fn corrupt(&self, direction: Direction, bytes: &mut [u8]) {
        let Some(LineFault::Corrupt { direction: here, byte }) = &self.fault else { return };
        let at = byte.checked_sub(self.count(direction)).and_then(|at| usize::try_from(at).ok());
        if *here == direction
            && let Some(byte) = at.and_then(|at| bytes.get_mut(at))
        {
            *byte ^= 1;
        }
    }
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "the line is cut")
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Line<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let room = self.passes(Direction::FromBox, buf.remaining().min(PIECE_BYTES));
        if room == 0 {
            return Poll::Ready(Err(cut()));
        }
        let mut piece = vec![0; room];
        let ahead = self.ahead.get(self.taken..).unwrap_or(&[]);
        let count = if ahead.is_empty() {
            let mut space = ReadBuf::new(&mut piece);
            ready!(Pin::new(&mut self.inner).poll_read(context, &mut space))?;
            space.filled().len()
        } else {
            let count = room.min(ahead.len());
            piece.iter_mut().zip(ahead).for_each(|(to, from)| *to = *from);
            self.taken += count;
            count
        };
        piece.truncate(count);
        self.corrupt(Direction::FromBox, &mut piece);
        buf.put_slice(&piece);
        self.from_box += count as u64;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Line<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let room = self.passes(Direction::ToBox, bytes.len());
        if room == 0 && !bytes.is_empty() {
            // What was let through arrives before the end does.
            ready!(Pin::new(&mut self.inner).poll_flush(context))?;
            return Poll::Ready(Err(cut()));
        }
        let mut piece = bytes.get(..room).unwrap_or(&[]).to_vec();
        self.corrupt(Direction::ToBox, &mut piece);
        let count = ready!(Pin::new(&mut self.inner).poll_write(context, &piece))?;
        self.to_box += count as u64;
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
