//! `usher check`: reads and cross-checks the configuration without starting anything.
//!
//! Prints each finding with file, line, column, caret and remedy. Never changes the file and
//! never opens the store. Next: `config/check.rs`.

use super::Exit;
use crate::config::{Config, ConfigFault, Purpose};
use std::io::{self, Write};
use std::path::Path;

/// Checks one file; `credentials` is the folder of the service manager's credentials, if any.
pub fn run(
    path: &Path,
    credentials: Option<&Path>,
    out: &mut impl Write,
    err: &mut impl Write,
) -> io::Result<Exit> {
    match Config::inspect(path, Purpose::Serve, credentials) {
        Ok(config) => {
            let (doors, devices) = (config.door_places.len(), config.devices.len());
            let venue = &config.venue.name;
            let (tills, pads) = (config.tills.len(), config.pin_pads.len());
            let counter = format!("{tills} tills, {pads} pin pads");
            let house = format!("{venue}, {doors} doors, {devices} devices, {counter}");
            writeln!(out, "{}: good: {house}", path.display())?;
            Ok(Exit::Done)
        }
        Err(fault) => {
            writeln!(err, "{fault}")?;
            if let ConfigFault::Wrong { findings, .. } = &fault {
                let things = if findings.len() == 1 { "thing" } else { "things" };
                writeln!(err, "{} {things} to put right", findings.len())?;
            }
            Ok(Exit::Refused)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;

    const LEAST: &str = "[venue]\nname = \"The Tidewell\"\ntime_zone = \"Europe/London\"\n\
                         currency = \"GBP\"\n";

    /// A folder of this test's own; taken away when it goes out of scope.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path = std::env::temp_dir().join(format!("usher-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Folder(path)
        }

        fn check(&self, text: &str) -> (Exit, String, String) {
            let file = self.0.join("usher.toml");
            fs::write(&file, text).unwrap();
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let exit = run(&file, None, &mut out, &mut err).unwrap();
            (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_good_file_ends_with_zero_and_says_so() {
        let (exit, out, err) = Folder::new("check-good").check(LEAST);
        assert_eq!(exit, Exit::Done);
        assert!(
            out.contains("good: The Tidewell, 0 doors, 0 devices, 0 tills, 0 pin pads"),
            "{out}"
        );
        assert_eq!(err, "");
    }

    #[test]
    fn a_wrong_file_ends_with_one_and_names_file_line_and_remedy() {
        let folder = Folder::new("check-wrong");
        let (exit, out, err) = folder.check(&format!("{LEAST}[sale]\nhold_time_min = 4\n"));
        assert_eq!(exit, Exit::Refused);
        assert_eq!(out, "");
        assert!(err.contains("usher.toml:6:17: sale.hold_time_min: 4 is out of range"), "{err}");
        assert!(err.contains("remedy: 5 to 60"), "{err}");
        assert!(err.ends_with("1 thing to put right\n"), "{err}");
    }

    #[test]
    fn a_file_that_is_not_there_is_refused_by_its_path() {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let path = Path::new("/nowhere/usher.toml");
        assert_eq!(run(path, None, &mut out, &mut err).unwrap(), Exit::Refused);
        let err = String::from_utf8(err).unwrap();
        assert!(err.contains("cannot read /nowhere/usher.toml"), "{err}");
    }

    #[test]
    fn files_that_the_configuration_names_must_be_readable() {
        let folder = Folder::new("check-files");
        let listen = "[listen]\npublic_url = \"https://tickets.example\"\n\
                      certificate = \"/nowhere/leaf.pem\"\nkey = \"/nowhere/key.pem\"\n";
        let (exit, _, err) = folder.check(&format!("{LEAST}{listen}"));
        assert_eq!(exit, Exit::Refused);
        assert!(err.contains("usher.toml:7:15: listen.certificate: /nowhere/leaf.pem"), "{err}");
        assert!(err.contains("usher.toml:8:7: listen.key: /nowhere/key.pem"), "{err}");
        assert!(err.ends_with("2 things to put right\n"), "{err}");
    }

    #[test]
    fn files_of_a_pin_pad_are_looked_at_and_a_bare_name_is_a_credential() {
        let folder = Folder::new("check-pad");
        let pad = "[[pin_pad]]\nnumber = 1\nname = \"Bar\"\nplace = \"Bar\"\n[pin_pad.nexo]\n\
                   address = \"192.0.2.8\"\npoi_id = \"V400m-1\"\nsale_id = \"till\"\n\
                   root = \"/nowhere/root.pem\"\npassphrase_file = \"pad-passphrase\"\n\
                   key_identifier = \"k\"\n";
        let text = format!("{LEAST}{pad}");
        let (exit, _, err) = folder.check(&text);
        assert_eq!(exit, Exit::Refused);
        assert!(err.contains("pin_pad[0].nexo.root: /nowhere/root.pem"), "{err}");
        assert!(err.contains("pin_pad[0].nexo.passphrase_file: pad-passphrase"), "{err}");
        fs::write(folder.0.join("pad-passphrase"), "secret").unwrap();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let file = folder.0.join("usher.toml");
        assert_eq!(run(&file, Some(&folder.0), &mut out, &mut err).unwrap(), Exit::Refused);
        let err = String::from_utf8(err).unwrap();
        assert!(err.ends_with("1 thing to put right\n"), "{err}");
    }

    #[test]
    fn a_folder_is_not_a_certificate() {
        let folder = Folder::new("check-folder");
        let place = folder.0.display();
        let listen = format!(
            "[listen]\npublic_url = \"https://tickets.example\"\n\
             certificate = \"{place}\"\nkey = \"{place}\"\n"
        );
        let (exit, _, err) = folder.check(&format!("{LEAST}{listen}"));
        assert_eq!(exit, Exit::Refused);
        assert!(err.contains("is a folder"), "{err}");
    }
}
