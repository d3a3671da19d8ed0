//! The line to the mail server, with a transcript listening on it.
//!
//! A handle that can be cloned: one half is given to the mail crate, the other stays with
//! `smtp.rs`, which reads the transcript and swaps TCP for TLS underneath. Never looks into the
//! bytes itself. Next: `transcript.rs`.

use super::transcript::Transcript;
use lettre::transport::smtp::client::AsyncTokioStream;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Gone,
}

struct Line {
    stream: Stream,
    transcript: Transcript,
    /// Bytes to hand out before the stream's own, kept out of the transcript.
    replay: &'static [u8],
    /// The server has closed its side.
    closed: bool,
    /// Bytes read since we last said something.
    reply_bytes: usize,
}

/// Longest reply to one command; a server that sends more is not listened to any longer.
pub const REPLY_BYTES_MAX: usize = 32 * 1024;

/// See the head of the file.
#[derive(Clone)]
pub struct Tap(Arc<Mutex<Line>>);

impl Tap {
    pub fn new(transcript: Transcript) -> Tap {
        let line =
            Line { stream: Stream::Gone, transcript, replay: b"", closed: false, reply_bytes: 0 };
        Tap(Arc::new(Mutex::new(line)))
    }

    pub fn note(&self, text: &str) {
        self.line().transcript.note(text);
    }

    pub fn put_plain(&self, stream: TcpStream) {
        self.line().stream = Stream::Plain(stream);
    }

    /// TLS takes the place of TCP. After STARTTLS no greeting comes, but the mail crate begins
    /// every connection by reading one: `greeting` is played to it.
    pub fn put_tls(&self, stream: TlsStream<TcpStream>, greeting: &'static [u8]) {
        let mut line = self.line();
        line.stream = Stream::Tls(Box::new(stream));
        line.replay = greeting;
    }

    /// The bare connection back, for the TLS handshake. `None` when it is not bare.
    pub fn take_plain(&self) -> Option<TcpStream> {
        let mut line = self.line();
        match std::mem::replace(&mut line.stream, Stream::Gone) {
            Stream::Plain(stream) => Some(stream),
            Stream::Tls(_) | Stream::Gone => None,
        }
    }

    pub fn server_closed(&self) -> bool {
        self.line().closed
    }

    pub fn flooded(&self) -> bool {
        self.line().reply_bytes > REPLY_BYTES_MAX
    }

    pub fn letter_ended(&self) -> bool {
        self.line().transcript.letter_ended()
    }

    pub fn transcript(&self) -> String {
        self.line().transcript.finish()
    }

    /// Nothing awaits while it holds the lock, and one task at a time uses the line.
    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn gone() -> io::Error {
    io::Error::from(io::ErrorKind::NotConnected)
}

impl fmt::Debug for Tap {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Tap")
    }
}

impl AsyncTokioStream for Tap {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.line().stream {
            Stream::Plain(stream) => stream.peer_addr(),
            Stream::Tls(stream) => stream.get_ref().0.peer_addr(),
            Stream::Gone => Err(gone()),
        }
    }
}

impl AsyncRead for Tap {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut line = self.line();
        let line = &mut *line;
        if !line.replay.is_empty() {
            let (now, later) = line.replay.split_at(line.replay.len().min(buffer.remaining()));
            buffer.put_slice(now);
            line.replay = later;
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let polled = match &mut line.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Gone => Poll::Ready(Err(gone())),
        };
        if let Poll::Ready(Ok(())) = &polled {
            let fresh = &buffer.filled()[before..];
            line.closed |= fresh.is_empty();
            line.reply_bytes += fresh.len();
            line.transcript.received(fresh);
            if line.reply_bytes > REPLY_BYTES_MAX {
                return Poll::Ready(Err(io::Error::from(io::ErrorKind::FileTooLarge)));
            }
        }
        polled
    }
}

impl AsyncWrite for Tap {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut line = self.line();
        let polled = match &mut line.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Gone => Poll::Ready(Err(gone())),
        };
        if let Poll::Ready(Ok(count)) = &polled {
            line.transcript.sent(&bytes[..*count]);
            line.reply_bytes = 0;
        }
        polled
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.line().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(context),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(context),
            Stream::Gone => Poll::Ready(Err(gone())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.line().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Gone => Poll::Ready(Ok(())),
        }
    }
}
