//! A disk that remembers every write, so that the power can be cut after each of them.
//!
//! Records writes, lengths and syncs in order, with the workload's own marks between. Builds the
//! images a cut could leave: unsynced writes dropped, reordered, torn (trust 5). Next:
//! `tests/power_cut.rs`.

#![allow(clippy::unwrap_used)] // a poisoned tape is a failed test

use crate::dice::Dice;
use redb::StorageBackend;
use std::io;
use std::sync::{Arc, Mutex};

/// Smallest piece a disk writes whole.
pub const SECTOR: usize = 512;

/// One thing that happened, in order.
#[derive(Clone, Debug)]
pub enum Log {
    Write {
        offset: usize,
        bytes: Vec<u8>,
    },
    SetLen(usize),
    Sync,
    /// The workload began its k-th act.
    Begin(usize),
    /// The k-th act was acknowledged; what the store must hold then.
    Acked(usize, [u8; 32]),
}

/// Image of the disk and everything that led to it.
#[derive(Debug, Default)]
pub struct Tape {
    pub image: Vec<u8>,
    pub log: Vec<Log>,
    /// Lies about syncs: nothing is recorded as durable.
    pub ignore_sync: bool,
}

/// The recording disk; clones share the tape.
#[derive(Clone, Debug, Default)]
pub struct Recorder(pub Arc<Mutex<Tape>>);

impl Recorder {
    pub fn mark(&self, mark: Log) {
        self.0.lock().unwrap().log.push(mark);
    }

    /// A disk that starts from an image, with an empty tape.
    pub fn from_image(image: Vec<u8>) -> Recorder {
        Recorder(Arc::new(Mutex::new(Tape { image, ..Tape::default() })))
    }
}

impl StorageBackend for Recorder {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().image.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let tape = self.0.lock().unwrap();
        let from = offset as usize;
        let bytes = tape
            .image
            .get(from..from + out.len())
            .ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        out.copy_from_slice(bytes);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut tape = self.0.lock().unwrap();
        tape.image.resize(len as usize, 0);
        tape.log.push(Log::SetLen(len as usize));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut tape = self.0.lock().unwrap();
        if !tape.ignore_sync {
            tape.log.push(Log::Sync);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut tape = self.0.lock().unwrap();
        let from = offset as usize;
        tape.image[from..from + data.len()].copy_from_slice(data);
        tape.log.push(Log::Write { offset: from, bytes: data.to_vec() });
        Ok(())
    }
}

/// What a cut does to the writes since the last sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    All,
    None,
    SomeWrites,
    SomeSectors,
    SectorsOutOfOrder,
    LastTorn,
    GrowthOnly,
    DataWithoutGrowth,
}

pub const FATES: [Fate; 8] = [
    Fate::All,
    Fate::None,
    Fate::SomeWrites,
    Fate::SomeSectors,
    Fate::SectorsOutOfOrder,
    Fate::LastTorn,
    Fate::GrowthOnly,
    Fate::DataWithoutGrowth,
];

/// The disk as a cut would leave it, moved along the log.
#[derive(Clone, Debug)]
pub struct Disk {
    /// Everything up to the last sync.
    durable: Vec<u8>,
    /// What came after it.
    loose: Vec<Log>,
}

impl Disk {
    pub fn new(durable: Vec<u8>) -> Disk {
        Disk { durable, loose: Vec::new() }
    }

    /// Takes one step of the log.
    pub fn step(&mut self, log: &Log) {
        match log {
            Log::Sync => {
                for step in std::mem::take(&mut self.loose) {
                    put(&mut self.durable, &step);
                }
            }
            Log::Write { .. } | Log::SetLen(_) => self.loose.push(log.clone()),
            Log::Begin(_) | Log::Acked(..) => {}
        }
    }

    /// Is anything unsynced?
    pub fn settled(&self) -> bool {
        self.loose.is_empty()
    }

    /// One image a cut here could leave.
    pub fn cut(&self, fate: Fate, dice: &mut Dice) -> Vec<u8> {
        let mut image = self.durable.clone();
        match fate {
            Fate::All => self.loose.iter().for_each(|step| put(&mut image, step)),
            Fate::None => {}
            Fate::SomeWrites => {
                let kept = self.loose.iter().filter(|_| dice.chance(50));
                kept.for_each(|step| put(&mut image, step));
            }
            Fate::SomeSectors | Fate::SectorsOutOfOrder => {
                let mut sectors = self.sectors();
                if fate == Fate::SectorsOutOfOrder {
                    shuffle(&mut sectors, dice);
                }
                let kept = sectors.iter().filter(|_| dice.chance(50));
                kept.for_each(|step| put(&mut image, step));
            }
            Fate::LastTorn => {
                if let Some((last, before)) = self.loose.split_last() {
                    before.iter().for_each(|step| put(&mut image, step));
                    if let Log::Write { offset, bytes } = last {
                        let kept = bytes[..dice.below(bytes.len() + 1)].to_vec();
                        put(&mut image, &Log::Write { offset: *offset, bytes: kept });
                    }
                }
            }
            Fate::GrowthOnly => {
                let growth = self.loose.iter().filter(|step| matches!(step, Log::SetLen(_)));
                growth.for_each(|step| put(&mut image, step));
            }
            Fate::DataWithoutGrowth => {
                let length = image.len();
                self.loose.iter().for_each(|step| put(&mut image, step));
                image.truncate(length);
            }
        }
        image
    }

    fn sectors(&self) -> Vec<Log> {
        let mut sectors = Vec::new();
        for step in &self.loose {
            match step {
                Log::Write { offset, bytes } => {
                    for (n, piece) in bytes.chunks(SECTOR).enumerate() {
                        let offset = offset + n * SECTOR;
                        sectors.push(Log::Write { offset, bytes: piece.to_vec() });
                    }
                }
                other => sectors.push(other.clone()),
            }
        }
        sectors
    }
}

fn shuffle(steps: &mut [Log], dice: &mut Dice) {
    for last in (1..steps.len()).rev() {
        steps.swap(last, dice.below(last + 1));
    }
}

fn put(image: &mut Vec<u8>, step: &Log) {
    match step {
        Log::SetLen(length) => image.resize(*length, 0),
        Log::Write { offset, bytes } => {
            // A write beyond a growth that was lost has nowhere to go.
            if let Some(place) = image.get_mut(*offset..offset + bytes.len()) {
                place.copy_from_slice(bytes);
            }
        }
        Log::Sync | Log::Begin(_) | Log::Acked(..) => {}
    }
}
