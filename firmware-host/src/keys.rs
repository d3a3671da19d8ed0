//! The box's own secrets: the keys of ticket codes and of cart and order tokens.
//!
//! One file beside the store, readable by the service user alone, made at first start; a systemd
//! credential of the same name stands above it. Part of every backup. Never logged.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use usher_rules::code::{CodeKey, CodeKeys, KEY_SLOTS};

/// Name of the file, and of the credential.
pub const KEYS: &str = "keys";
/// Slot of the first code key.
const FIRST_SLOT: u8 = 1;

/// Everything secret that the ledger is handed.
#[derive(Clone, Debug)]
pub struct Keys {
    pub codes: CodeKeys,
    /// Slot that new codes are made with: the highest one there is.
    pub slot: u8,
    pub tokens: TokenKey,
}

/// Key of cart and order tokens.
#[derive(Clone)]
pub struct TokenKey(pub [u8; 32]);

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("TokenKey(***)")
    }
}

#[derive(Debug, thiserror::Error)]
pub enum KeysFault {
    #[error("{path}: {fault}. The service user must be able to read and make it")]
    File { path: String, fault: io::Error },
    #[error("{path}, line {line}: not `code <slot> <64 hex digits>` or `tokens <64 hex digits>`")]
    Line { path: String, line: usize },
    #[error("{path}: `tokens` or every `code` is missing; restore it from the newest backup")]
    Missing { path: String },
}

/// Reads the keys, or makes them in a folder that has none. `luck` gives 32 random bytes.
pub fn open(
    folder: &Path,
    credentials: Option<&Path>,
    luck: impl Fn() -> [u8; 32],
) -> Result<Keys, KeysFault> {
    let credential = credentials.map(|folder| folder.join(KEYS)).filter(|path| path.exists());
    let path = credential.unwrap_or_else(|| folder.join(KEYS));
    let words = path.display().to_string();
    let file_fault = |fault| KeysFault::File { path: words.clone(), fault };
    if !path.exists() {
        let text = format!(
            "# Secrets of this box. Keep them with the backups; never show them to anybody.\n\
             code {FIRST_SLOT} {}\ntokens {}\n",
            hex(&luck()),
            hex(&luck())
        );
        write_new(folder, &path, &text).map_err(file_fault)?;
    }
    let text = fs::read_to_string(&path).map_err(file_fault)?;
    read(&text, &words)
}

fn write_new(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    let building = path.with_extension("new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&building)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&building, path)?;
    File::open(folder)?.sync_all()
}

fn read(text: &str, path: &str) -> Result<Keys, KeysFault> {
    let mut codes = CodeKeys::default();
    let mut slot = None;
    let mut tokens = None;
    for (index, line) in text.lines().enumerate() {
        let wrong = || KeysFault::Line { path: path.to_owned(), line: index + 1 };
        let mut words = line.split_whitespace();
        match words.next() {
            None => {}
            Some(word) if word.starts_with('#') => {}
            Some("code") => {
                let number: u8 =
                    words.next().and_then(|word| word.parse().ok()).ok_or_else(wrong)?;
                let secret = words.next().and_then(from_hex).ok_or_else(wrong)?;
                if usize::from(number) >= KEY_SLOTS {
                    return Err(wrong());
                }
                codes.set(number, CodeKey::new(secret));
                slot = slot.max(Some(number));
            }
            Some("tokens") => {
                let secret = words.next().and_then(from_hex).ok_or_else(wrong)?;
                tokens = Some(TokenKey(secret));
            }
            Some(_) => return Err(wrong()),
        }
    }
    match (slot, tokens) {
        (Some(slot), Some(tokens)) => Ok(Keys { codes, slot, tokens }),
        _ => Err(KeysFault::Missing { path: path.to_owned() }),
    }
}

fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn keys_are_made_once_for_the_service_user_alone() {
        let folder = std::env::temp_dir().join(format!("usher-keys-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let made = open(&folder, None, || [7; 32]).unwrap();
        let again = open(&folder, None, || [8; 32]).unwrap();
        assert_eq!(made.tokens.0, again.tokens.0);
        assert_eq!(made.codes.get(1).unwrap().secret(), again.codes.get(1).unwrap().secret());
        let mode = fs::metadata(folder.join(KEYS)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_highest_slot_makes_new_codes_and_the_others_still_read() {
        let (a, b, t) = ("aa".repeat(32), "bb".repeat(32), "cc".repeat(32));
        let text = format!("code 2 {b}\ncode 1 {a}\n\n# old\ntokens {t}\n");
        let keys = read(&text, "keys").unwrap();
        assert_eq!(keys.slot, 2);
        assert!(keys.codes.get(1).is_some());
    }

    #[test]
    fn a_bent_line_is_named() {
        let wrong = |text: &str| read(text, "keys").unwrap_err().to_string();
        assert!(wrong("code 16 00").contains("line 1"));
        assert!(wrong("tokens xyz").contains("line 1"));
        assert!(wrong("\nsecret 1").contains("line 2"));
        assert!(wrong("").contains("missing"));
    }

    #[test]
    fn secrets_do_not_print() {
        let text = format!("code 1 {}\ntokens {}\n", "0a".repeat(32), "0b".repeat(32));
        let printed = format!("{:?}", read(&text, "keys").unwrap());
        assert!(!printed.contains("0a0a") && !printed.contains("11, 11"), "{printed}");
    }
}
