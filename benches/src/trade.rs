//! A box with a past: a store prepared with tickets sold and houses to sell, by real commands.
//!
//! Made once and copied for every run, so that each starts from the same store. The codes of its
//! tickets stand beside it, as patrons have them. Never writes a row. Next: `trade/sell.rs`.

mod sell;

use anyhow::Context;
use jiff::tz::TimeZone;
use redb::StorageBackend;
use redb::backends::FileBackend;
use serde::{Deserialize, Serialize};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use usher::clock::MachineClock;
use usher::config::{Config, Purpose};
use usher::counted::{Counted, Written};
use usher::demo::{self, DemoFile};
use usher::{keys, settle, venue};
use usher_ledger::Handle;
use usher_ledger::checkout::Numbering;
use usher_ledger::handle::{self, Surroundings};
use usher_ledger::open;
use usher_rules::id::BoxNo;

/// Houses of a thousand seats to hold and buy in.
const SMALL_HOUSES: usize = 120;
/// A prepared store is tonight's and of one program; else it is made again.
const GOOD_FOR: Duration = Duration::from_secs(4 * 3_600);
const BEFORE: &str = "before.json";

/// What a prepared store holds for those who load it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Stock {
    /// Codes of sold tickets: performance after performance, in no order inside one.
    pub codes: Vec<String>,
    /// Performances of a thousand free seats each.
    pub small: Vec<String>,
    /// One more of them, and one of a hundred thousand seats; with a few tickets sold in each.
    pub thousand: String,
    pub hundred_thousand: String,
    pub thousand_codes: Vec<String>,
    pub hundred_thousand_codes: Vec<String>,
    /// How long the commands took.
    pub made_in_s: f64,
}

/// A folder with a box in it.
#[derive(Debug)]
pub struct Trade {
    pub folder: PathBuf,
    pub stock: Stock,
}

impl Trade {
    /// A fresh copy of the prepared store of so many sold tickets, under a name.
    pub fn copy(work: &Path, tickets: u64, name: &str) -> anyhow::Result<Trade> {
        let prepared = prepared(work, tickets)?;
        let folder = work.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        for found in fs::read_dir(&prepared)? {
            let found = found?;
            if found.file_type()?.is_file() {
                fs::copy(found.path(), folder.join(found.file_name()))?;
            }
        }
        // Written back now, so that it is not written back while something is measured.
        fs::File::open(folder.join(open::STORE))?.sync_all()?;
        let mut file = DemoFile::read(&folder)?.context("a prepared store has its demo.json")?;
        file.mail_dir = folder.join("mail");
        for scanner in &mut file.scanners {
            let link = scanner.path.file_name().context("a scanner has a link")?.to_owned();
            scanner.path = folder.join(link);
        }
        file.write(&folder)?;
        let stock = serde_json::from_slice(&fs::read(folder.join(BEFORE))?)?;
        Ok(Trade { folder, stock })
    }

    pub fn tokens(&self) -> anyhow::Result<DemoFile> {
        DemoFile::read(&self.folder)?.context("demo.json is missing")
    }

    /// Bytes of the store's file.
    pub fn store_bytes(&self) -> anyhow::Result<u64> {
        Ok(fs::metadata(self.folder.join(open::STORE))?.len())
    }

    /// Takes the folder away again: copies are large.
    pub fn drop_folder(self) -> anyhow::Result<()> {
        Ok(fs::remove_dir_all(self.folder)?)
    }
}

/// The configuration that `usher demo` would write into a folder.
pub fn configuration(folder: &Path, address: SocketAddr) -> anyhow::Result<Config> {
    let file = DemoFile::read(folder)?.context("demo.json is missing")?;
    fs::create_dir_all(&file.mail_dir)?;
    let text = demo::config_text(folder, address, &file);
    let parsed = Config::parse(&text, Purpose::Demo);
    parsed.map_err(|findings| anyhow::anyhow!("the demo's configuration: {findings:?}"))
}

/// A ledger on the store of a folder, without workers, devices or listener.
pub struct Bare {
    pub handle: Handle,
    pub written: Arc<Written>,
    _lock: fs::File,
}

/// Starts one; `wrap` may put something between the ledger and the counted file.
pub async fn ledger<B: StorageBackend>(
    config: &Config,
    wrap: impl FnOnce(Counted) -> B,
) -> anyhow::Result<Bare> {
    let folder = &config.store.folder;
    let written = Arc::new(Written::default());
    let counted = Arc::clone(&written);
    let opened = open::open(folder, open::CACHE_BYTES, BoxNo(config.store.box_no), |file| {
        let backend = FileBackend::new(file).map_err(std::io::Error::other)?;
        Ok(wrap(Counted::new(backend, counted)))
    })?;
    let (store, identity, lock) = opened.into_parts();
    let keys = keys::open(folder, None, rand::random)?;
    let numbering =
        Numbering { box_no: BoxNo(identity.box_no), epoch: identity.epoch, key: keys.slot };
    let zone = TimeZone::get(&config.venue.time_zone)?;
    let rolls_min = config.venue.business_day_rolls_at.minutes();
    let surroundings = Surroundings {
        clock: Arc::new(MachineClock::new()),
        day_of: Arc::new(move |at| venue::business_day(&zone, rolls_min, at)),
        luck: Arc::new(rand::random),
        numbering,
        codes: keys.codes,
        tokens: keys.tokens.0,
    };
    let handle = handle::start(store, surroundings)?;
    settle::settings(&handle, config).await.map_err(anyhow::Error::msg)?;
    Ok(Bare { handle, written, _lock: lock })
}

impl Bare {
    /// Closes the store in good order.
    pub async fn stop(self) {
        self.handle.close();
        self.handle.ended().await;
    }
}

fn prepared(work: &Path, tickets: u64) -> anyhow::Result<PathBuf> {
    let folder = work.join(format!("prepared-{tickets}"));
    if is_good(&folder.join(BEFORE)).unwrap_or(false) {
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    eprintln!("preparing a store of {tickets} tickets by commands");
    DemoFile::fresh(&folder, [rand::random(), rand::random()]).write(&folder)?;
    let config = configuration(&folder, "127.0.0.1:8080".parse()?)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let stock = runtime.block_on(async {
        let bare = ledger(&config, |counted| counted).await?;
        let stock = sell::sell(&bare.handle, tickets).await?;
        bare.stop().await;
        anyhow::Ok(stock)
    })?;
    eprintln!("prepared in {:.0} s", stock.made_in_s);
    fs::write(folder.join(BEFORE), serde_json::to_vec(&stock)?)?;
    Ok(folder)
}

/// Made tonight, and by this very program?
fn is_good(before: &Path) -> anyhow::Result<bool> {
    let made = fs::metadata(before)?.modified()?;
    let program = fs::metadata(std::env::current_exe()?)?.modified()?;
    let age = SystemTime::now().duration_since(made).unwrap_or_default();
    Ok(age < GOOD_FOR && program < made)
}
