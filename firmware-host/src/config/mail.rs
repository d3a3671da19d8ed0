//! How letters leave the house and how cards are charged.
//!
//! With neither `host` nor `folder` letters wait in the store and the status page says so. Never
//! holds a password: only the file or the credential it is in. Next: `usher-cloud`'s `mail`.

use serde::Deserialize;
use std::path::{Path, PathBuf};
use usher_cloud::mail::Post;
use usher_cloud::mail::settings::{AuthKind, Security, SmtpSettings};

/// `[mail]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// Name of the server; excludes `folder`.
    pub host: Option<String>,
    /// None: the usual one of `security`.
    pub port: Option<u16>,
    pub security: Security,
    pub auth: AuthKind,
    pub user: Option<String>,
    /// A path, or the name of a systemd credential when it holds no slash.
    pub password_file: Option<PathBuf>,
    /// `Name <address>` or a bare address.
    pub from: Option<String>,
    /// The name we greet the server with; none is the host name of the box.
    pub hello_name: Option<String>,
    /// For the whole sending of one letter, connect to quit.
    pub timeout_s: u32,
    /// PEM file of authorities to trust instead of the machine's.
    pub ca_file: Option<PathBuf>,
    /// Letters are written here as `.eml` files instead of being sent.
    pub folder: Option<PathBuf>,
}

impl Default for Mail {
    fn default() -> Mail {
        Mail {
            host: None,
            port: None,
            security: Security::Starttls,
            auth: AuthKind::None,
            user: None,
            password_file: None,
            from: None,
            hello_name: None,
            timeout_s: 30,
            ca_file: None,
            folder: None,
        }
    }
}

impl Mail {
    /// Where letters go; `None` keeps them waiting in the store.
    pub fn post(&self, credentials: Option<&Path>) -> Option<Post> {
        if let Some(folder) = &self.folder {
            return Some(Post::Folder(folder.clone()));
        }
        let smtp = SmtpSettings {
            host: self.host.clone()?,
            port: self.port,
            security: self.security,
            auth: self.auth,
            user: self.user.clone().unwrap_or_default(),
            password: None,
            password_file: self.password_path(credentials),
            from: self.from.clone()?,
            hello_name: self.hello_name.clone(),
            timeout_s: self.timeout_s,
            ca_file: self.ca_file.clone(),
        };
        Some(Post::Smtp(smtp))
    }

    /// Where the password is: a bare name is a credential in the service manager's folder.
    pub fn password_path(&self, credentials: Option<&Path>) -> Option<PathBuf> {
        Some(super::credential(self.password_file.as_ref()?, credentials))
    }
}

/// `[gateway]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gateway {
    pub kind: GatewayKind,
    /// After this an answer that did not come counts as unknown, never as declined.
    pub deadline_s: u32,
}

impl Default for Gateway {
    fn default() -> Gateway {
        Gateway { kind: GatewayKind::None, deadline_s: 20 }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GatewayKind {
    /// No cards on the web: the shop says where tickets can be bought.
    #[default]
    None,
    /// Invented cards; refused outside `usher demo`.
    Demo,
}

#[cfg(test)]
mod tests {
    use super::{Mail, Post};
    use std::path::{Path, PathBuf};

    fn with(file: &str) -> Mail {
        Mail { password_file: Some(PathBuf::from(file)), ..Mail::default() }
    }

    #[test]
    fn a_bare_name_is_a_credential_and_a_path_is_a_path() {
        let folder = Some(Path::new("/run/credentials/usher.service"));
        let credential = PathBuf::from("/run/credentials/usher.service/smtp-password");
        assert_eq!(with("smtp-password").password_path(folder), Some(credential));
        let path = PathBuf::from("/etc/usher/smtp-password");
        assert_eq!(with("/etc/usher/smtp-password").password_path(folder), Some(path));
        assert_eq!(with("near/by").password_path(folder), Some(PathBuf::from("near/by")));
        assert_eq!(with("here").password_path(None), Some(PathBuf::from("here")));
        assert_eq!(Mail::default().password_path(folder), None);
    }

    #[test]
    fn letters_go_to_the_folder_or_the_server_or_wait() {
        assert!(Mail::default().post(None).is_none());
        let folder = Mail { folder: Some(PathBuf::from("/letters")), ..Mail::default() };
        assert!(matches!(folder.post(None), Some(Post::Folder(path)) if path.ends_with("letters")));
        let server = Mail {
            host: Some("mail.example".to_owned()),
            from: Some("box@tidewell.example".to_owned()),
            ..Mail::default()
        };
        assert!(matches!(server.post(None), Some(Post::Smtp(smtp)) if smtp.port() == 587));
    }
}
