//! Stylesheet, scripts and posters: embedded, or the venue's own in their place.
//!
//! Never reads a file and never compresses; each asset has a content type and a tag of its
//! content, so that a browser may keep it for good. Next: `listener`, route `/assets/`.

use rust_embed::Embed;
use std::borrow::Cow;
use std::collections::BTreeMap;
use usher_rules::code::base32;

#[derive(Embed)]
#[folder = "assets/"]
struct Files;

/// The venue's own files by path: `pages/cart.html`, `assets/theme.css`, `words/en.ftl`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Skin {
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Skin {
    /// Templates that are text, by the name they replace or add.
    pub(crate) fn pages(&self) -> impl Iterator<Item = (&str, &str)> {
        self.below("pages/")
            .filter_map(|(name, bytes)| Some((name, std::str::from_utf8(bytes).ok()?)))
    }

    /// The venue's own words, if it has a file for this language.
    pub fn words(&self, language: &str) -> Option<&str> {
        let bytes = self.files.get(&format!("words/{language}.ftl"))?;
        std::str::from_utf8(bytes).ok()
    }

    fn below<'a>(&'a self, folder: &'static str) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.files
            .iter()
            .filter_map(move |(path, bytes)| Some((path.strip_prefix(folder)?, &bytes[..])))
    }
}

/// One file as it is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Asset {
    pub bytes: Cow<'static, [u8]>,
    pub content_type: &'static str,
    /// Strong entity tag, without the quotes.
    pub tag: String,
}

/// Everything below `/assets/`.
#[derive(Debug, Clone, Default)]
pub struct Assets {
    files: BTreeMap<String, Asset>,
}

impl Assets {
    pub fn new() -> Assets {
        let files = Files::iter().filter_map(|path| {
            let file = Files::get(&path)?;
            let tag = tag(&file.metadata.sha256_hash());
            let content_type = content_type(&path);
            Some((path.into_owned(), Asset { bytes: file.data, content_type, tag }))
        });
        Assets { files: files.collect() }
    }

    pub(crate) fn with_skin(skin: &Skin) -> Assets {
        let mut assets = Assets::new();
        for (path, bytes) in skin.below("assets/") {
            let asset = Asset {
                bytes: Cow::Owned(bytes.to_vec()),
                content_type: content_type(path),
                tag: tag(&sum(bytes)),
            };
            assets.files.insert(path.to_owned(), asset);
        }
        assets
    }

    /// The file at this path below `/assets/`; exact names only, so no path can climb.
    pub fn get(&self, path: &str) -> Option<&Asset> {
        self.files.get(path)
    }

    /// Where a page finds it; carries the tag, so a changed file has a new address.
    pub fn url(&self, path: &str) -> String {
        match self.files.get(path) {
            Some(asset) => format!("/assets/{path}?v={}", asset.tag),
            None => format!("/assets/{path}"),
        }
    }

    /// The poster of that name, preferring what is smaller on the wire, and its size.
    pub fn poster(&self, name: &str) -> Option<String> {
        ["avif", "webp", "svg", "jpg", "png"]
            .iter()
            .map(|ending| format!("posters/{name}.{ending}"))
            .find(|path| self.files.contains_key(path))
            .map(|path| self.url(&path))
    }

    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}

fn tag(hash: &[u8]) -> String {
    base32(hash).chars().take(12).collect::<String>().to_ascii_lowercase()
}

/// FNV-1a, 64 bits: tells versions of a venue's own file apart, nothing more.
fn sum(bytes: &[u8]) -> [u8; 8] {
    let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step).to_be_bytes()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("avif") => "image/avif",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        Some("webmanifest") => "application/manifest+json",
        Some(_) | None => "application/octet-stream",
    }
}
