//! What the demo's terminal in the network is known by: an authority of its own, a certificate with
//! the terminal's name, and a passphrase.
//!
//! Made once by the first start and kept in the state folder; no other box trusts them. Next:
//! `pads.rs`.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
};
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use usher_rules::code::base32;

/// Model and serial number of the invented terminal.
pub const POI_ID: &str = "V400m-346403161";
/// Only its owner looks into what proves who somebody is.
const MODE: u32 = 0o600;

#[derive(Debug, thiserror::Error)]
pub enum PaperFault {
    #[error("{path}: {fault}")]
    File { path: String, fault: io::Error },
    #[error("the certificate of a simulated terminal: {0}")]
    Certificate(#[from] rcgen::Error),
}

/// Where they lie.
#[derive(Debug, Clone)]
pub struct Papers {
    pub root: PathBuf,
    pub cert: PathBuf,
    pub key: PathBuf,
    pub passphrase: PathBuf,
}

impl Papers {
    pub fn below(folder: &Path) -> Papers {
        Papers {
            root: folder.join("pad-root.pem"),
            cert: folder.join("pad-cert.pem"),
            key: folder.join("pad-key.pem"),
            passphrase: folder.join("pad-passphrase"),
        }
    }

    /// Those of an earlier start, or fresh ones with a passphrase of this luck.
    pub fn keep(folder: &Path, luck: [u8; 32]) -> Result<Papers, PaperFault> {
        let papers = Papers::below(folder);
        // The passphrase is written last, so that with it all of them are there.
        if !papers.passphrase.exists() {
            papers.make(&luck)?;
        }
        Ok(papers)
    }

    fn make(&self, luck: &[u8; 32]) -> Result<(), PaperFault> {
        let issuer_key = KeyPair::generate()?;
        let mut issuer = named("Terminals of Saltmere")?;
        issuer.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = issuer.self_signed(&issuer_key)?.pem();
        let own_key = KeyPair::generate()?;
        let own = named(&format!("{POI_ID}.test.terminal.adyen.com"))?;
        let cert = own.signed_by(&own_key, &Issuer::new(issuer, issuer_key))?.pem();
        write(&self.root, &root)?;
        write(&self.cert, &cert)?;
        write(&self.key, &own_key.serialize_pem())?;
        write(&self.passphrase, &base32(luck))
    }
}

fn named(name: &str) -> Result<CertificateParams, PaperFault> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}

fn write(path: &Path, text: &str) -> Result<(), PaperFault> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(MODE);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|fault| PaperFault::File { path: path.display().to_string(), fault })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_are_made_once_and_only_their_owner_reads_them() {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::env::temp_dir().join(format!("usher-papers-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let read = |papers: &Papers| {
            let Papers { root, cert, key, passphrase } = papers;
            [root, cert, key, passphrase].map(|path| fs::read_to_string(path).unwrap())
        };
        let first = read(&Papers::keep(&folder, [1; 32]).unwrap());
        let papers = Papers::keep(&folder, [2; 32]).unwrap();
        assert_eq!(read(&papers), first);
        assert_eq!(first[3], base32(&[1; 32]));
        for path in [&papers.key, &papers.passphrase] {
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, MODE);
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
