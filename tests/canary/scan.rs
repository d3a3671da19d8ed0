//! Looks for canaries in bytes: files of a folder, a log, the memory of a program.
//!
//! Proven by planting one of each kind (`tests/canary.rs`). Never prints what it found, only where
//! and which of the twenty. Next: `numbers.rs`.

use crate::numbers;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Every needle is at least so long, and is looked up by so many of its first bytes.
const HEAD_BYTES: usize = 6;
/// Read at once of a program's memory.
const CHUNK_BYTES: usize = 1 << 20;

/// All needles of all canaries.
pub struct Hunt {
    needles: HashMap<[u8; HEAD_BYTES], Vec<(usize, Vec<u8>)>>,
    begins: [bool; 256],
    longest: usize,
}

impl Hunt {
    pub fn new() -> Hunt {
        let mut hunt = Hunt { needles: HashMap::new(), begins: [false; 256], longest: 0 };
        for (which, number) in numbers::all().iter().enumerate() {
            for needle in numbers::needles(number) {
                let head: [u8; HEAD_BYTES] = needle[..HEAD_BYTES].try_into().unwrap();
                hunt.begins[usize::from(head[0])] = true;
                hunt.longest = hunt.longest.max(needle.len());
                hunt.needles.entry(head).or_default().push((which, needle));
            }
        }
        hunt
    }

    /// Numbers of the canaries that are in it, each as often as it is.
    pub fn in_bytes(&self, bytes: &[u8]) -> Vec<usize> {
        let mut found = Vec::new();
        for (at, first) in bytes.iter().enumerate() {
            if !self.begins[usize::from(*first)] {
                continue;
            }
            let Some(head) = bytes[at..].first_chunk::<HEAD_BYTES>() else { break };
            let known = self.needles.get(head).into_iter().flatten();
            let here = known.filter(|(_, needle)| bytes[at..].starts_with(needle));
            found.extend(here.map(|(which, _)| *which));
        }
        found
    }

    /// `path: which` of every find in the files below a folder, names included; how many files
    /// and bytes were looked through.
    pub fn in_folder(&self, folder: &Path) -> (Vec<String>, usize, u64) {
        let (mut found, mut files, mut size) = (Vec::new(), 0, 0);
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            let name = entry.file_name();
            found.extend(self.told(&path, &self.in_bytes(name.as_encoded_bytes())));
            if kind.is_dir() {
                let (more, count, bytes) = self.in_folder(&path);
                found.extend(more);
                (files, size) = (files + count, size + bytes);
            } else if kind.is_file() {
                let bytes = fs::read(&path).unwrap();
                found.extend(self.told(&path, &self.in_bytes(&bytes)));
                (files, size) = (files + 1, size + bytes.len() as u64);
            }
        }
        (found, files, size)
    }

    fn told(&self, path: &Path, found: &[usize]) -> Vec<String> {
        found.iter().map(|which| format!("{}: canary {which}", path.display())).collect()
    }

    /// How many canaries are in the memory that a program can write, and of how many bytes.
    pub fn in_memory(&self, process: u32) -> io::Result<(usize, u64)> {
        let maps = fs::read_to_string(format!("/proc/{process}/maps"))?;
        let mut memory = File::open(format!("/proc/{process}/mem"))?;
        let (mut found, mut size) = (0, 0);
        for line in maps.lines().filter(|line| line.contains(" rw")) {
            let range = line.split(' ').next().and_then(|range| range.split_once('-'));
            let Some((from, to)) = range else { continue };
            let address = |hex| u64::from_str_radix(hex, 16).unwrap();
            let (mut at, end) = (address(from), address(to));
            while at < end {
                let mut bytes = vec![0; CHUNK_BYTES.min((end - at) as usize)];
                memory.seek(SeekFrom::Start(at))?;
                // A page that went meanwhile holds nothing.
                if memory.read_exact(&mut bytes).is_ok() {
                    found += self.in_bytes(&bytes).len();
                    size += bytes.len() as u64;
                }
                let whole = bytes.len() == CHUNK_BYTES;
                at += if whole { (CHUNK_BYTES - self.longest) as u64 } else { end - at };
            }
        }
        Ok((found, size))
    }
}
