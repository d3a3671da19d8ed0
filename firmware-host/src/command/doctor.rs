//! `usher doctor`: a red and green list of what the box needs, with the next step for each red.
//!
//! Looks, and changes nothing. What a running box holds is judged from outside; what is free is
//! opened. Exit 0 only if all is green.

mod pad;

use crate::clock::{ClockTrust, MachineClock, built};
use crate::command::Exit;
use crate::config::{Config, Device, DeviceKind, Purpose};
use crate::errand::disk;
use pad::pad;
use serde::Serialize;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;
use usher_ledger::open::{self, OpenFault};
use usher_ledger::{plan::Plans, proof, source};
use usher_rules::at::Clock;
use usher_rules::id::BoxNo;

/// How long the mail server may take to greet.
const GREETING_MAX: Duration = Duration::from_secs(5);

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub what: String,
    pub green: bool,
    /// What was found; for a red one also what to do.
    pub words: String,
}

#[derive(Serialize)]
struct Report<'a> {
    green: bool,
    findings: &'a [Finding],
}

/// Writes the list, as text or as one JSON document.
pub fn run(
    path: &Path,
    credentials: Option<&Path>,
    json: bool,
    out: &mut impl Write,
) -> io::Result<Exit> {
    let findings = look(path, credentials);
    let green = findings.iter().all(|finding| finding.green);
    if json {
        serde_json::to_writer_pretty(&mut *out, &Report { green, findings: &findings })?;
        writeln!(out)?;
    } else {
        for finding in &findings {
            let mark = if finding.green { "green" } else { "RED  " };
            writeln!(out, "{mark}  {}: {}", finding.what, finding.words)?;
        }
    }
    Ok(if green { Exit::Done } else { Exit::Refused })
}

fn finding(what: impl Into<String>, judged: Result<String, String>) -> Finding {
    let (green, words) = match judged {
        Ok(words) => (true, words),
        Err(words) => (false, words),
    };
    Finding { what: what.into(), green, words }
}

fn look(path: &Path, credentials: Option<&Path>) -> Vec<Finding> {
    let config = match Config::read(path, Purpose::Serve) {
        Ok(config) => config,
        Err(fault) => return vec![finding("configuration", Err(fault.to_string()))],
    };
    let read = format!("{} is in order", path.display());
    let mut findings = vec![finding("configuration", Ok(read))];
    let (running, judged) = store(&config);
    findings.push(finding("store", judged));
    findings.push(finding("clock", clock()));
    findings.push(finding("disk", space(&config.store.folder)));
    for address in &config.listen.shop {
        let judged = if running {
            TcpStream::connect_timeout(address, GREETING_MAX)
                .map(|_| "answers".to_owned())
                .map_err(|fault| format!("{fault}. Is the box listening there? See its log"))
        } else {
            TcpListener::bind(address)
                .map(|_| "free".to_owned())
                .map_err(|fault| format!("{fault}. Stop what listens there, or change listen.shop"))
        };
        findings.push(finding(format!("port {address}"), judged));
    }
    findings.push(finding("certificate", certificate(&config)));
    findings.push(finding("mail", mail(&config, credentials)));
    findings.push(finding("cloud", Ok("not configured".to_owned())));
    findings.extend(config.devices.iter().filter(|device| device.enabled).map(device));
    let pads = config.pin_pads.iter().filter(|pad| pad.enabled);
    findings.extend(pads.map(|one| pad(one, running, credentials)));
    findings
}

/// Is a box running on it, and is it whole?
fn store(config: &Config) -> (bool, Result<String, String>) {
    let folder = &config.store.folder;
    if !folder.join(open::STORE).exists() {
        let writable = fs::metadata(folder).is_ok_and(|found| !found.permissions().readonly());
        let judged = if writable {
            Ok("none yet; made at first start".to_owned())
        } else {
            Err(format!("{} is not there or not writable: create it", folder.display()))
        };
        return (false, judged);
    }
    let opened = open::open(folder, open::CACHE_BYTES, BoxNo(config.store.box_no), |file| {
        redb::backends::FileBackend::new(file).map_err(io::Error::other)
    });
    match opened {
        Err(OpenFault::InUse { pid, .. }) => (true, Ok(format!("in use by process {pid}"))),
        Err(fault) => (false, Err(fault.to_string())),
        Ok(opened) => (false, proven(opened)),
    }
}

fn proven(opened: open::Opened) -> Result<String, String> {
    let (store, ..) = opened.into_parts();
    let snapshot = source::snapshot(&store).map_err(|fault| fault.to_string())?;
    let wrong = proof::of(&snapshot, &Plans::default()).map_err(|fault| fault.to_string())?;
    match wrong.first() {
        None => Ok("whole; every index and balance proven".to_owned()),
        Some(first) => {
            Err(format!("{} things do not agree, first: {first}. Restore a backup", wrong.len()))
        }
    }
}

fn clock() -> Result<String, String> {
    let now = MachineClock::new().wall();
    match ClockTrust::judge(now, built(), built()) {
        ClockTrust::Trusted => Ok(crate::demo::rfc3339(now)),
        ClockTrust::BeforeBuild | ClockTrust::BehindRecords => Err(format!(
            "{} is before this program was made: set the clock",
            crate::demo::rfc3339(now)
        )),
    }
}

fn space(folder: &Path) -> Result<String, String> {
    let free = disk::free(folder)
        .map_err(|fault| format!("{}: {fault}. Create the folder", folder.display()))?;
    let mib = free / (1024 * 1024);
    if free >= disk::WARN_BELOW {
        Ok(format!("{mib} MiB free"))
    } else {
        Err(format!("only {mib} MiB free in {}: make room", folder.display()))
    }
}

fn certificate(config: &Config) -> Result<String, String> {
    match (&config.listen.certificate, &config.listen.key) {
        (Some(chain), Some(key)) => match usher_listener::tls::Tls::read(chain, key) {
            Ok(_) => Ok(format!("{} reads", chain.display())),
            Err(fault) => Err(fault.to_string()),
        },
        _ => Ok("none; plain HTTP".to_owned()),
    }
}

/// Connects and reads the greeting; sends nothing.
fn mail(config: &Config, credentials: Option<&Path>) -> Result<String, String> {
    use usher_cloud::mail::Post;
    match config.mail.post(credentials) {
        None => Err("no mail server is configured: letters wait in the store, three days at \
                     most. Give mail.host and mail.from"
            .to_owned()),
        Some(Post::Folder(folder)) => match fs::metadata(&folder) {
            Ok(found) if found.is_dir() => Ok(format!("as files in {}", folder.display())),
            Ok(_) | Err(_) => Err(format!("{} is no folder: create it", folder.display())),
        },
        Some(Post::Smtp(smtp)) => {
            let address = format!("{}:{}", smtp.host, smtp.port());
            let what = |fault: io::Error| {
                format!("{address}: {fault}. Check mail.host, mail.port and the firewall")
            };
            let first = address.to_socket_addrs().map_err(what)?.next();
            let socket =
                first.ok_or_else(|| format!("{address} has no address: check mail.host"))?;
            let stream = TcpStream::connect_timeout(&socket, GREETING_MAX).map_err(what)?;
            stream.set_read_timeout(Some(GREETING_MAX)).map_err(what)?;
            if smtp.security == usher_cloud::mail::settings::Security::Smtps {
                return Ok(format!("{address} takes connections"));
            }
            let mut greeting = String::new();
            BufReader::new(stream).read_line(&mut greeting).map_err(what)?;
            if greeting.starts_with("220") {
                Ok(format!("{address} greets"))
            } else {
                Err(format!("{address} does not greet as a mail server: check mail.port"))
            }
        }
    }
}

fn device(device: &Device) -> Finding {
    let judged = match device.kind {
        DeviceKind::Scanner => {
            let path = device.scanner.as_ref().map(|scanner| scanner.path.clone());
            let path = path.unwrap_or_default();
            if path.exists() {
                Ok(format!("{} is there", path.display()))
            } else {
                Err(format!("{} is not there: check cable, power and `path`", path.display()))
            }
        }
        DeviceKind::Gate => match device.gate.as_ref().map(|gate| gate.check()) {
            Some(Err(fault)) => Err(fault.to_string()),
            Some(Ok(())) | None => Ok("settings in order".to_owned()),
        },
        DeviceKind::Network => Ok("has a token; seen when it scans".to_owned()),
    };
    finding(format!("{} ({})", device.name, device.door), judged)
}
