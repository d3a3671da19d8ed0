//! Letters as `.eml` files in a folder: the demo's mail server.
//!
//! A file appears whole or not at all and is on the disk before the letter counts as sent. Never
//! deletes anything. Next: `message.rs` for what is written.

use super::SendOutcome;
use super::fault::{SendFault, SendFaultKind};
use super::message::{self, Outgoing};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

static DRAFTS: AtomicU64 = AtomicU64::new(0);

/// Writes one letter. The file is named by its Message-ID: a repeat replaces the first copy.
pub async fn deliver(folder: &Path, outgoing: &Outgoing) -> SendOutcome {
    let mail = match message::build(outgoing) {
        Ok(mail) => mail.formatted(),
        Err(fault) => {
            let fault_text = format!("-- {fault}\n");
            return outcome(Err(SendFault::new(SendFaultKind::Mailbox)), fault_text);
        }
    };
    let path = folder.join(file_name(&outgoing.message_id));
    let place = path.clone();
    let written = tokio::task::spawn_blocking(move || write_whole(&place, &mail)).await;
    match written.unwrap_or_else(|bug| Err(io::Error::other(bug))) {
        Ok(()) => outcome(Ok(()), format!("-- written to {}\n", path.display())),
        Err(fault) => {
            let text = format!("-- cannot write {}: {fault}\n", path.display());
            outcome(Err(SendFault::new(SendFaultKind::Other)), text)
        }
    }
}

fn outcome(result: Result<(), SendFault>, transcript: String) -> SendOutcome {
    SendOutcome { result, transcript, late: None }
}

/// Letters, digits, dots and hyphens of the id; anything else becomes a hyphen.
fn file_name(message_id: &str) -> String {
    let local = message_id.trim_start_matches('<').split('@').next().unwrap_or_default();
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
    let name: String = local.chars().map(|c| if fits(c) { c } else { '-' }).take(100).collect();
    format!("{}.eml", name.trim_start_matches('.'))
}

fn write_whole(path: &Path, mail: &[u8]) -> io::Result<()> {
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    fs::create_dir_all(&folder)?;
    // A name of its own: a send that was given up may still be writing the same letter.
    let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
    let draft = path.with_extension(format!("{}-{number}.part", std::process::id()));
    let mut file = File::create(&draft)?;
    file.write_all(mail)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    File::open(&folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::message::Addressee;
    use usher_rules::at::At;

    fn outgoing(subject: &str) -> Outgoing {
        Outgoing {
            message_id: "<letter-1-7.0@tidewell.example>".to_owned(),
            date: At(1_795_305_600_000),
            to: Addressee { name: None, address: "ada@x.example".to_owned() },
            from: "tickets@tidewell.example".to_owned(),
            subject: subject.to_owned(),
            text: "Hello".to_owned(),
            html: "<p>Hello</p>".to_owned(),
            attachments: Vec::new(),
            inline: Vec::new(),
        }
    }

    fn fresh_folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("usher-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[tokio::test]
    async fn a_repeated_letter_is_one_file() {
        let folder = fresh_folder("mail-folder");
        for subject in ["first", "second"] {
            let sent = deliver(&folder, &outgoing(subject)).await;
            assert_eq!(sent.result, Ok(()), "{}", sent.transcript);
        }
        let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
        assert_eq!(files, [folder.join("letter-1-7.0.eml")]);
        assert!(fs::read_to_string(&files[0]).unwrap().contains("Subject: second\r\n"));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_made_is_a_fault_with_its_reason() {
        let folder = fresh_folder("mail-blocked");
        fs::write(&folder, "a file in the way").unwrap();
        let sent = deliver(&folder.join("mail"), &outgoing("x")).await;
        assert_eq!(sent.result.unwrap_err().kind, SendFaultKind::Other);
        assert!(sent.transcript.contains("cannot write"), "{}", sent.transcript);
        fs::remove_file(&folder).unwrap();
    }

    #[test]
    fn an_id_cannot_leave_the_folder() {
        assert_eq!(file_name("<../../etc/x@y>"), "-..-etc-x.eml");
        assert_eq!(file_name("<.hidden@y>"), "hidden.eml");
    }
}
