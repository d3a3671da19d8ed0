//! Mail: how a written letter leaves the box, by SMTP or into a folder.
//!
//! Never decides that a letter is owed and never words one: `rules` opens the letter in the same
//! commit as its cause, `web` writes it from a view. Next: `mail/smtp.rs` for the dialogue,
//! `mail/worker.rs` for the queue, `mail/pace.rs` for when to try again.

mod base64;
pub mod cram_md5;
pub mod fault;
pub mod folder;
pub mod kept;
pub mod message;
pub mod pace;
pub mod queue;
pub mod settings;
pub mod smtp;
mod tap;
mod tls;
pub mod transcript;
pub mod worker;

use fault::SendFault;
use message::Outgoing;
use settings::SmtpSettings;
use smtp::LateAnswer;
use std::path::PathBuf;

/// Where letters go: one per box, chosen by the configuration.
#[derive(Clone, Debug)]
pub enum Post {
    /// A real mail server.
    Smtp(SmtpSettings),
    /// `.eml` files in a folder, as the demo's `mail_dir`.
    Folder(PathBuf),
}

/// What became of one attempt to send one letter.
#[derive(Debug)]
pub struct SendOutcome {
    pub result: Result<(), SendFault>,
    /// The whole dialogue for a technician; secrets masked, the letter's own text left out.
    pub transcript: String,
    /// Set when the time ran out after the whole letter had gone: the answer may still come.
    pub late: Option<LateAnswer>,
}

impl Post {
    /// Sends one letter, once. Trying again is for the caller (`pace::next_due`).
    pub async fn send(&self, outgoing: &Outgoing) -> SendOutcome {
        match self {
            Post::Smtp(settings) => smtp::send(settings, outgoing).await,
            Post::Folder(folder) => folder::deliver(folder, outgoing).await,
        }
    }

    /// Where letters go, in words for a technician.
    pub fn place(&self) -> String {
        match self {
            Post::Smtp(settings) => format!("{}:{}", settings.host, settings.port()),
            Post::Folder(folder) => folder.display().to_string(),
        }
    }

    /// The sender that letters carry. The folder has none of its own.
    pub fn sender(&self) -> Option<&str> {
        match self {
            Post::Smtp(settings) => Some(&settings.from),
            Post::Folder(_) => None,
        }
    }
}
