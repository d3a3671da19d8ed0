//! Bytes in and out of a device: a serial line, a TCP stream, or a recorded capture.
//! Holds opening (every way it fails told apart) and what counts as a hang-up.
//! Never frames, never interprets, never retries by itself.
//! Next: `port/reconnect.rs` tries again, `port/replay.rs` plays captures.

pub mod reconnect;
pub mod replay;

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_serial::{ClearBuffer, DataBits, ErrorKind, SerialPort, SerialStream, StopBits};

use crate::Fault;
use crate::scanner::{Framing, Parity};
use replay::Replay;

/// A path that starts so names a capture file instead of a device.
pub const REPLAY_PREFIX: &str = "replay:";

/// How long a device on the network may take to answer the knock.
pub const DIAL_MS_MAX: u64 = 5_000;

const ENXIO: i32 = 6;
const EIO: i32 = 5;
const EBADF: i32 = 9;
const ENODEV: i32 = 19;

/// An open device.
#[derive(Debug)]
pub enum Port {
    Serial(SerialStream),
    Tcp(TcpStream),
    Replay(Replay),
}

/// Line speed and character framing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    pub baud: u32,
    pub framing: Framing,
}

impl Port {
    /// Opens `path` for this process alone and throws away what was typed before.
    pub async fn open(path: &Path, line: Line) -> Result<Port, Fault> {
        if let Some(file) = path.to_str().and_then(|text| text.strip_prefix(REPLAY_PREFIX)) {
            return Replay::open(Path::new(file)).map(Port::Replay);
        }
        let name = path.to_path_buf();
        // A sick USB device can hold the open for seconds: not on a thread that serves doors.
        let opened = tokio::task::spawn_blocking(move || open_serial(&name, line)).await;
        opened.map_err(|error| Fault::port(path, error.to_string()))?.map(Port::Serial)
    }

    /// Connects to `address` (host and port). The kernel looks after a silent peer.
    pub async fn dial(address: &str) -> Result<Port, Fault> {
        let fault = |error: io::Error| Fault::port(Path::new(address), error.to_string());
        let dialled = timeout(Duration::from_millis(DIAL_MS_MAX), dial(address)).await;
        match dialled {
            Ok(stream) => stream.map(Port::Tcp).map_err(fault),
            Err(_) => Err(fault(io::ErrorKind::TimedOut.into())),
        }
    }
}

async fn dial(address: &str) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for peer in lookup_host(address).await? {
        let socket = if peer.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_keepalive(true)?;
        socket.set_nodelay(true)?;
        match socket.connect(peer).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn open_serial(path: &Path, line: Line) -> Result<SerialStream, Fault> {
    let framing = line.framing;
    let builder = tokio_serial::new(path.to_string_lossy(), line.baud)
        .data_bits(if framing.data_bits == 7 { DataBits::Seven } else { DataBits::Eight })
        .parity(match framing.parity {
            Parity::None => tokio_serial::Parity::None,
            Parity::Even => tokio_serial::Parity::Even,
            Parity::Odd => tokio_serial::Parity::Odd,
        })
        .stop_bits(if framing.stop_bits == 2 { StopBits::Two } else { StopBits::One });
    let stream = SerialStream::open(&builder).map_err(|error| open_fault(path, &error))?;
    // Bytes from before belong to nobody at the door now.
    stream.clear(ClearBuffer::Input).map_err(|error| open_fault(path, &error))?;
    Ok(stream)
}

/// The library says `NoDevice` for a port that somebody else holds, `NotFound` for none.
fn open_fault(path: &Path, error: &tokio_serial::Error) -> Fault {
    let path = path.to_path_buf();
    match error.kind() {
        ErrorKind::NoDevice => Fault::InUse { path },
        ErrorKind::Io(io::ErrorKind::NotFound) => Fault::Missing { path },
        ErrorKind::Io(io::ErrorKind::PermissionDenied) => Fault::Denied { path },
        ErrorKind::InvalidInput | ErrorKind::Unknown | ErrorKind::Io(_) if !is_device(&path) => {
            Fault::NotSerial { path }
        }
        ErrorKind::InvalidInput | ErrorKind::Unknown | ErrorKind::Io(_) => {
            Fault::Port { path, detail: error.to_string() }
        }
    }
}

fn is_device(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::metadata(path).is_ok_and(|meta| meta.file_type().is_char_device())
}

/// The fault when reading gave `read`, if that means the device is gone.
/// Zero bytes is a hang-up: it would be returned for ever, so the port must be dropped.
pub fn hang_up(path: &Path, read: &io::Result<usize>) -> Option<Fault> {
    match read {
        Ok(0) => Some(Fault::Unplugged { path: path.to_path_buf() }),
        Ok(_) => None,
        Err(error) if is_pause(error) => None,
        Err(error) => Some(gone(path, error)),
    }
}

/// The fault for an error of the open port.
pub fn gone(path: &Path, error: &io::Error) -> Fault {
    match error.raw_os_error() {
        Some(EIO | ENXIO | ENODEV | EBADF) => Fault::Unplugged { path: path.to_path_buf() },
        Some(_) | None => Fault::port(path, error.to_string()),
    }
}

/// Not an error: the call was interrupted or came too early.
pub fn is_pause(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock)
}

impl AsyncRead for Port {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Port::Serial(stream) => Pin::new(stream).poll_read(cx, buf),
            Port::Tcp(stream) => Pin::new(stream).poll_read(cx, buf),
            Port::Replay(replay) => Pin::new(replay).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Port {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Port::Serial(stream) => Pin::new(stream).poll_write(cx, bytes),
            Port::Tcp(stream) => Pin::new(stream).poll_write(cx, bytes),
            Port::Replay(replay) => Pin::new(replay).poll_write(cx, bytes),
        }
    }

    // Draining a serial line blocks the thread for as long as the wire needs, so nobody does.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
