//! A line between a box and a terminal that can be cut: it carries bytes, and stops when told to.
//!
//! Counts from the moment it is armed; unplugged, it carries nothing at all. Never reads what
//! it carries. Next: `batch.rs`.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use usher_drivers::sim::pin_pad::script::Direction;

/// Where the next cut is: so many bytes more that way.
type Armed = Arc<Mutex<Option<(Direction, usize)>>>;

pub struct CutLine {
    pub address: SocketAddr,
    armed: Armed,
    plugged: watch::Sender<bool>,
}

impl CutLine {
    pub async fn to(terminal: SocketAddr) -> CutLine {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, armed) = (listener.local_addr().unwrap(), Armed::default());
        let cuts = Arc::clone(&armed);
        let (plugged, mut there_is_one) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((box_side, _)) = listener.accept().await {
                if !*there_is_one.borrow_and_update() {
                    continue;
                }
                let Ok(terminal_side) = TcpStream::connect(terminal).await else { continue };
                let (from_box, to_box) = box_side.into_split();
                let (from_terminal, to_terminal) = terminal_side.into_split();
                let there = carry(from_box, to_terminal, Direction::FromBox, &cuts);
                let back = carry(from_terminal, to_box, Direction::ToBox, &cuts);
                // The one that ends takes the other with it: both ends see the line go.
                tokio::select! { () = there => {} () = back => {} _ = there_is_one.changed() => {} }
            }
        });
        CutLine { address, armed, plugged }
    }

    /// Pulls the plug, or puts it back.
    pub fn plug(&self, plugged: bool) {
        self.plugged.send_replace(plugged);
    }

    /// Cuts once, so many bytes from now.
    pub fn cut_after(&self, direction: Direction, bytes: usize) {
        *self.armed.lock().unwrap() = Some((direction, bytes));
    }

    /// Was it never cut since it was armed? It is not cut any more then.
    pub fn spare(&self) -> bool {
        self.armed.lock().unwrap().take().is_some()
    }
}

async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    direction: Direction,
    armed: &Armed,
) {
    let mut bytes = [0; 4096];
    loop {
        let Ok(read @ 1..) = from.read(&mut bytes).await else { return };
        let left = left(armed, direction, read);
        if to.write_all(&bytes[..left.unwrap_or(read)]).await.is_err() || left.is_some() {
            return;
        }
    }
}

/// How many of these bytes still get through, if the line is cut in them.
fn left(armed: &Armed, direction: Direction, read: usize) -> Option<usize> {
    let mut armed = armed.lock().unwrap();
    let (way, bytes) = (*armed)?;
    if way != direction {
        return None;
    }
    *armed = (bytes > read).then_some((way, bytes.saturating_sub(read)));
    (bytes <= read).then_some(bytes)
}
