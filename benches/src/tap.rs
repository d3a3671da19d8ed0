//! A line between the box and a terminal that notes when what comes by on its way to the box.
//!
//! Hands every byte on as it came. Knows of the protocol only how two messages of it begin. Next:
//! `row/pad.rs`.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// How a result and the end of a dialogue begin in ZVT.
const RESULT: [u8; 2] = [0x04, 0x0F];
const COMPLETION: [u8; 2] = [0x06, 0x0F];

/// When the newest of each was here.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    pub result: Option<Instant>,
    pub completion: Option<Instant>,
}

/// See the module.
pub struct Tap {
    pub address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl Tap {
    /// Listens where the box connects to, before the terminal at this address.
    pub async fn open(terminal: SocketAddr) -> anyhow::Result<Tap> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, seen) = (listener.local_addr()?, Arc::<Mutex<Seen>>::default());
        let noted = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(terminal).await else { continue };
                let plain = [&near, &far].into_iter().all(|line| line.set_nodelay(true).is_ok());
                if !plain {
                    continue;
                }
                let ((from_box, to_box), (from_pad, to_pad)) =
                    (near.into_split(), far.into_split());
                tokio::spawn(pass(from_box, to_pad, None));
                tokio::spawn(pass(from_pad, to_box, Some(Arc::clone(&noted))));
            }
        });
        Ok(Tap { address, seen })
    }

    /// Forgets what came by: a payment begins.
    pub fn clear(&self) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Seen::default();
    }

    pub fn seen(&self) -> Seen {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Until one end hangs up.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, noted: Option<Arc<Mutex<Seen>>>) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let here = Instant::now();
        if let Some(noted) = &noted {
            let mut seen = noted.lock().unwrap_or_else(PoisonError::into_inner);
            if bytes.starts_with(&RESULT) {
                seen.result = Some(here);
            }
            if bytes.starts_with(&COMPLETION) {
                seen.completion = Some(here);
            }
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
