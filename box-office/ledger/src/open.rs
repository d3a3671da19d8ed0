//! Opens the store, or makes a new one, without ever losing one (trust 1.8, 1.9).
//!
//! A new store is built under another name and renamed when it is whole. A damaged one is set
//! aside as it was found: nothing is written before it is known to be whole. Every table exists
//! after opening. Next: `handle.rs` starts on it.

use crate::stored::{self, Identity, SCHEMA};
use crate::trial::Trial;
use crate::{Fault, end_of_day, migrate, source, tables};
use redb::{
    Builder, Database, DatabaseError, ReadableDatabase, StorageBackend, TableHandle,
    WriteTransaction,
};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use usher_rules::id::BoxNo;

/// Name of the store in its folder.
pub const STORE: &str = "usher.redb";
const BUILDING: &str = "usher.redb.new";
const LOCK: &str = "usher.lock";
/// Cache of the store when nothing else is set.
pub const CACHE_BYTES: usize = 32 * 1024 * 1024;

/// Why there is no store to work with.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    #[error("{folder}: the store is in use by process {pid}. Stop that one first")]
    InUse { folder: String, pid: String },
    #[error("{folder}: {fault}. Check that the folder exists, is writable and has free space")]
    Folder { folder: String, fault: io::Error },
    #[error(
        "the store was written by usher {version} (schema {schema}); this one knows schema \
         {SCHEMA}. Install that version or a newer one"
    )]
    Newer { version: String, schema: u32 },
    #[error(
        "the store was damaged and is kept as {kept}: {why}. Run `usher restore` with the newest \
         backup"
    )]
    Damaged { kept: String, why: String },
    #[error("{folder} holds a damaged store but no good one. Run `usher restore`")]
    OnlyDamaged { folder: String },
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl OpenFault {
    /// Does the daemon stay up without a store, so that somebody can see why (trust 1.7, 1.8)?
    pub fn stays_up(&self) -> bool {
        match self {
            OpenFault::Damaged { .. } | OpenFault::OnlyDamaged { .. } => true,
            OpenFault::Folder { .. } | OpenFault::Fault(_) => true,
            OpenFault::InUse { .. } | OpenFault::Newer { .. } => false,
        }
    }
}

/// An open store and the lock that keeps other processes out.
#[derive(Debug)]
pub struct Opened {
    pub store: Database,
    pub created: bool,
    pub identity: Identity,
    lock: File,
}

impl Opened {
    /// Takes the store out; the lock lives until the process ends or the lock is dropped.
    pub fn into_parts(self) -> (Database, Identity, File) {
        (self.store, self.identity, self.lock)
    }
}

/// Opens the store in a folder; makes one if the folder holds none.
///
/// `backend` makes of the file what the store writes to: the file itself, or a wrapper.
pub fn open<B: StorageBackend>(
    folder: &Path,
    cache_bytes: usize,
    box_no: BoxNo,
    backend: impl FnOnce(File) -> io::Result<B>,
) -> Result<Opened, OpenFault> {
    let words = folder.display().to_string();
    let io_fault = |fault| OpenFault::Folder { folder: words.clone(), fault };
    fs::create_dir_all(folder).map_err(io_fault)?;
    let lock = lock(folder)?;
    let path = folder.join(STORE);
    let created = !path.exists();
    if created {
        if has_leftovers(folder).map_err(io_fault)? {
            return Err(OpenFault::OnlyDamaged { folder: words });
        }
        create(folder, box_no).map_err(|fault| match fault {
            CreateFault::Io(fault) => io_fault(fault),
            CreateFault::Store(fault) => OpenFault::Fault(fault),
        })?;
    }
    let file = OpenOptions::new().read(true).write(true).open(&path).map_err(io_fault)?;
    let backend = backend(file).map_err(io_fault)?;
    let trial = Trial::new(backend);
    let store = match guarded(trial.clone(), cache_bytes) {
        Ok(store) => store,
        Err(Guarded::Io(fault)) => return Err(io_fault(fault)),
        Err(Guarded::Damaged(why)) => {
            let kept = set_aside(folder).map_err(io_fault)?;
            return Err(OpenFault::Damaged { kept: kept.display().to_string(), why });
        }
    };
    let identity = identity(&store)?;
    if identity.schema > SCHEMA {
        let Identity { written_by: version, schema, .. } = identity;
        return Err(OpenFault::Newer { version, schema });
    }
    trial.accept().map_err(io_fault)?;
    let identity = if identity.schema < SCHEMA {
        // Nothing writes now, so a plain copy is a whole one.
        let kept = folder.join(format!("{STORE}.{}", identity.schema));
        keep_copy(folder, &path, &kept).map_err(io_fault)?;
        migrate::migrate(&store, &identity)?
    } else {
        complete(&store)?;
        identity
    };
    Ok(Opened { store, created, identity, lock })
}

/// Prepares an empty store on any backend; for tests and benches that bring their own.
pub fn prepare(store: &Database, box_no: BoxNo) -> Result<(), Fault> {
    let txn = store.begin_write()?;
    make_tables(&txn)?;
    let identity = Identity {
        schema: SCHEMA,
        box_no: box_no.0,
        epoch: 1,
        written_by: env!("CARGO_PKG_VERSION").to_owned(),
    };
    put_identity(&txn, &identity)?;
    txn.commit()?;
    Ok(())
}

pub(crate) fn put_identity(txn: &WriteTransaction, identity: &Identity) -> Result<(), Fault> {
    txn.open_table(tables::META)?.insert(SCHEMA_KEY, stored::bytes(identity).as_slice())?;
    Ok(())
}

/// Copies the store as it was before a migration; one that is there already is older and stays.
fn keep_copy(folder: &Path, store: &Path, kept: &Path) -> io::Result<()> {
    if kept.exists() {
        return Ok(());
    }
    let building = folder.join(BUILDING);
    fs::copy(store, &building)?;
    File::open(&building)?.sync_all()?;
    fs::rename(&building, kept)?;
    File::open(folder)?.sync_all()
}

const SCHEMA_KEY: &str = "schema";

/// Which store this is.
pub fn identity(store: &Database) -> Result<Identity, Fault> {
    let snapshot = source::snapshot(store)?;
    let found = source::get(&snapshot, tables::META, SCHEMA_KEY)?;
    found.ok_or_else(|| Fault::Row("the store does not say what it is".to_owned()))
}

pub(crate) fn make_tables(txn: &WriteTransaction) -> Result<(), Fault> {
    macro_rules! make {
        ($table:ident) => {
            txn.open_table(tables::$table)?;
        };
    }
    tables::every!(make);
    Ok(())
}

/// Makes the tables that whoever wrote this store did not know yet; they change no row. What is
/// kept beside the journal is made from it.
fn complete(store: &Database) -> Result<(), Fault> {
    let reading = store.begin_read()?;
    let there: BTreeSet<String> =
        reading.list_tables()?.map(|table| table.name().to_owned()).collect();
    let mut missing = false;
    macro_rules! look {
        ($table:ident) => {
            missing |= !there.contains(tables::$table.name());
        };
    }
    tables::every!(look);
    if missing {
        let txn = store.begin_write()?;
        make_tables(&txn)?;
        if !there.contains(tables::END_OF_DAY_MINUTES.name()) {
            end_of_day::make(&txn)?;
        }
        txn.commit()?;
    }
    Ok(())
}

fn lock(folder: &Path) -> Result<File, OpenFault> {
    let words = folder.display().to_string();
    let io_fault = |fault| OpenFault::Folder { folder: words.clone(), fault };
    let path = folder.join(LOCK);
    let mut options = OpenOptions::new();
    let mut file =
        options.read(true).write(true).create(true).truncate(false).open(path).map_err(io_fault)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            let mut pid = String::new();
            // The number is a courtesy; the lock itself is what counts.
            let _ = file.read_to_string(&mut pid);
            let pid = pid.trim().to_owned();
            return Err(OpenFault::InUse { folder: words, pid });
        }
        Err(fs::TryLockError::Error(fault)) => return Err(io_fault(fault)),
    }
    let write_pid = |file: &mut File| {
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(std::process::id().to_string().as_bytes())
    };
    write_pid(&mut file).map_err(io_fault)?;
    Ok(file)
}

enum CreateFault {
    Io(io::Error),
    Store(Fault),
}

/// Builds a store under a temporary name, then renames it: a cut at any instant leaves either no
/// store or a whole one (trust 1.9).
fn create(folder: &Path, box_no: BoxNo) -> Result<(), CreateFault> {
    let building = folder.join(BUILDING);
    match fs::remove_file(&building) {
        Ok(()) => {}
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
        Err(fault) => return Err(CreateFault::Io(fault)),
    }
    let store =
        Builder::new().create(&building).map_err(|fault| CreateFault::Store(fault.into()))?;
    prepare(&store, box_no).map_err(CreateFault::Store)?;
    drop(store);
    let finish = || -> io::Result<()> {
        File::open(&building)?.sync_all()?;
        fs::rename(&building, folder.join(STORE))?;
        File::open(folder)?.sync_all()
    };
    finish().map_err(CreateFault::Io)
}

fn has_leftovers(folder: &Path) -> io::Result<bool> {
    for found in fs::read_dir(folder)? {
        let name = found?.file_name();
        if name.to_string_lossy().starts_with("usher.redb.damaged") {
            return Ok(true);
        }
    }
    Ok(false)
}

enum Guarded {
    Io(io::Error),
    Damaged(String),
}

/// Opening may refuse or panic on a damaged file; neither takes the process down.
fn guarded<B: StorageBackend>(backend: B, cache_bytes: usize) -> Result<Database, Guarded> {
    let opened = catch_unwind(AssertUnwindSafe(|| {
        let mut builder = Builder::new();
        builder.set_cache_size(cache_bytes).set_check_integrity_on_open(true);
        builder.create_with_backend(backend)
    }));
    match opened {
        Ok(Ok(store)) => Ok(store),
        Ok(Err(DatabaseError::Storage(redb::StorageError::Io(fault)))) if !torn(&fault) => {
            Err(Guarded::Io(fault))
        }
        Ok(Err(fault)) => Err(Guarded::Damaged(fault.to_string())),
        Err(_) => Err(Guarded::Damaged("reading it failed".to_owned())),
    }
}

/// Does the fault speak of what is in the file, and not of reaching it?
fn torn(fault: &io::Error) -> bool {
    matches!(fault.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}

fn set_aside(folder: &Path) -> io::Result<PathBuf> {
    for n in 1.. {
        let kept = folder.join(format!("{STORE}.damaged-{n}"));
        if !kept.exists() {
            fs::rename(folder.join(STORE), &kept)?;
            File::open(folder)?.sync_all()?;
            return Ok(kept);
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
