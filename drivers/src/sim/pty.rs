//! A pseudo terminal with a link that can be pointed at it: the socket of a scanner made of
//! software. Holds the pair, raw from the start, its link, and an ear for a host that opens or
//! leaves. Never sends or reads by itself. Next: `sim/scanner.rs`, which owns one.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::StreamExt;
use inotify::{EventMask, EventStream, Inotify, WatchMask};
use tokio::io::AsyncReadExt;
use tokio::time::sleep;
use tokio_serial::{SerialPort, SerialStream};

use crate::Fault;

const EVENT_BYTES_MAX: usize = 1_024;
const LOOK_MS: u64 = 50;

/// One plugged-in line. Dropping it is pulling the cable.
pub struct Pty {
    pub master: SerialStream,
    /// Kept open so that reading the master is quiet while no host is there, and so that
    /// unread bytes can be counted. Nothing is ever read from it.
    slave: SerialStream,
    name: PathBuf,
    link: PathBuf,
    hosts: Option<Hosts>,
}

/// The link goes before the pair does: the kernel gives a closed pair's name to the next one, and
/// by then a link to that name is another device's.
impl Drop for Pty {
    fn drop(&mut self) {
        if std::fs::read_link(&self.link).is_ok_and(|to| to == self.name) {
            // A link that stays behind points nowhere, which a host reads as unplugged, too.
            let _ = std::fs::remove_file(&self.link);
        }
    }
}

struct Hosts {
    events: EventStream<Vec<u8>>,
    open: usize,
}

/// What came from the other end of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FarEnd {
    /// So many bytes.
    Said(usize),
    Host(HostEnd),
}

/// What happened at the host's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostEnd {
    Opened,
    /// The last host closed it; a fresh pair must take this one's place, because a host that
    /// was killed leaves its claim on the old one.
    Left,
}

impl Pty {
    /// Opens a pair and points `link` at it, which may stand for an older one.
    pub fn open(link: &Path) -> Result<Pty, Fault> {
        let pair = SerialStream::pair();
        let (master, slave) = pair.map_err(|error| pseudo_terminal(&error.to_string()))?;
        let name = slave.name().ok_or_else(|| pseudo_terminal("it has no name"))?;
        let name = PathBuf::from(name);
        let hosts = Hosts::listen(&name).ok();
        point(link, &name)?;
        Ok(Pty { master, slave, name, link: link.to_path_buf(), hosts })
    }

    /// Bytes sent that no host has read yet.
    pub fn unread(&self) -> u32 {
        self.slave.bytes_to_read().unwrap_or(0)
    }

    /// False where the kernel gives no ear: then a host is taken to be there.
    pub fn hears_hosts(&self) -> bool {
        self.hosts.is_some()
    }

    /// Waits for bytes from a host, or for one to come or go.
    pub async fn stirred(&mut self, buf: &mut [u8]) -> FarEnd {
        let Pty { master, hosts, .. } = self;
        tokio::select! {
            count = read(master, buf) => FarEnd::Said(count),
            end = host_end(hosts) => FarEnd::Host(end),
        }
    }
}

async fn read(master: &mut SerialStream, buf: &mut [u8]) -> usize {
    loop {
        match master.read(buf).await {
            Ok(count) if count > 0 => return count,
            // Our own slave end is open, so this passes; looking slowly keeps it from spinning.
            Ok(_) | Err(_) => sleep(Duration::from_millis(LOOK_MS)).await,
        }
    }
}

async fn host_end(hosts: &mut Option<Hosts>) -> HostEnd {
    match hosts {
        Some(hosts) => hosts.next().await,
        None => std::future::pending().await,
    }
}

impl Hosts {
    fn listen(name: &Path) -> io::Result<Hosts> {
        let inotify = Inotify::init()?;
        let mask = WatchMask::OPEN | WatchMask::CLOSE_WRITE | WatchMask::CLOSE_NOWRITE;
        inotify.watches().add(name, mask)?;
        let events = inotify.into_event_stream(vec![0; EVENT_BYTES_MAX])?;
        Ok(Hosts { events, open: 0 })
    }

    async fn next(&mut self) -> HostEnd {
        while let Some(Ok(event)) = self.events.next().await {
            if event.mask.contains(EventMask::OPEN) {
                self.open += 1;
                return HostEnd::Opened;
            }
            // A second program that was refused also opens and closes.
            self.open = self.open.saturating_sub(1);
            if self.open == 0 {
                return HostEnd::Left;
            }
        }
        std::future::pending().await
    }
}

/// Points `link` at `target` in one step: a host sees the old one or the new one.
fn point(link: &Path, target: &Path) -> Result<(), Fault> {
    let fault = |error: io::Error| link_fault(link, &error.to_string());
    match std::fs::symlink_metadata(link) {
        Ok(meta) if !meta.file_type().is_symlink() => {
            return Err(link_fault(link, "something that is not a link stands there"));
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(fault(error)),
    }
    let mut fresh = link.as_os_str().to_os_string();
    fresh.push(format!(".{}", std::process::id()));
    let fresh = PathBuf::from(fresh);
    match std::fs::remove_file(&fresh) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(fault(error)),
    }
    std::os::unix::fs::symlink(target, &fresh).map_err(fault)?;
    std::fs::rename(&fresh, link).map_err(fault)
}

fn pseudo_terminal(detail: &str) -> Fault {
    Fault::PseudoTerminal { detail: detail.to_owned() }
}

fn link_fault(link: &Path, detail: &str) -> Fault {
    Fault::Link { link: link.to_path_buf(), detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn a_line_that_goes_takes_its_own_link_and_no_newer_one() {
        let link = std::env::temp_dir().join(format!("usher-pty-{}", std::process::id()));
        let old = Pty::open(&link).unwrap();
        assert_eq!(std::fs::read_link(&link).unwrap(), old.name);
        let new = Pty::open(&link).unwrap();
        drop(old);
        assert_eq!(std::fs::read_link(&link).unwrap(), new.name);
        drop(new);
        assert!(std::fs::symlink_metadata(&link).is_err());
    }
}
