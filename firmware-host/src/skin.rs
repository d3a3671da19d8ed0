//! Reads the venue's skin folder: templates, words and assets that stand before the embedded ones.
//!
//! Only plain files below `pages`, `assets` and `words`, each of a bounded size. Never follows a
//! link out of the folder and never judges what it read: `web` does.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use usher_web::Skin;

/// Files of a skin, and bytes of each.
pub const FILES_MAX: usize = 500;
pub const FILE_BYTES_MAX: u64 = 2 * 1024 * 1024;
const FOLDERS: [&str; 3] = ["pages", "assets", "words"];
/// How deep folders may be nested below those.
const DEPTH_MAX: usize = 3;

#[derive(Debug, thiserror::Error)]
pub enum SkinFault {
    #[error("skin.folder: {path}: {fault}")]
    File { path: String, fault: io::Error },
    #[error("skin.folder: more than {FILES_MAX} files; take out what is not needed")]
    TooMany,
    #[error("skin.folder: {path} is larger than {FILE_BYTES_MAX} bytes; make it smaller")]
    TooLarge { path: String },
}

/// Reads a whole skin folder.
pub fn read(folder: &Path) -> Result<Skin, SkinFault> {
    let mut files = BTreeMap::new();
    for name in FOLDERS {
        let below = folder.join(name);
        if below.is_dir() {
            walk(&below, name, DEPTH_MAX, &mut files)?;
        }
    }
    Ok(Skin { files })
}

fn walk(
    folder: &Path,
    name: &str,
    depth: usize,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> Result<(), SkinFault> {
    let file_fault =
        |path: &Path, fault| SkinFault::File { path: path.display().to_string(), fault };
    for found in fs::read_dir(folder).map_err(|fault| file_fault(folder, fault))? {
        let found = found.map_err(|fault| file_fault(folder, fault))?;
        let path = found.path();
        let kind = found.file_type().map_err(|fault| file_fault(&path, fault))?;
        let own = format!("{name}/{}", found.file_name().to_string_lossy());
        if kind.is_dir() && depth > 0 {
            walk(&path, &own, depth - 1, files)?;
        } else if kind.is_file() {
            let length = found.metadata().map_err(|fault| file_fault(&path, fault))?.len();
            if length > FILE_BYTES_MAX {
                return Err(SkinFault::TooLarge { path: own });
            }
            if files.len() >= FILES_MAX {
                return Err(SkinFault::TooMany);
            }
            files.insert(own, fs::read(&path).map_err(|fault| file_fault(&path, fault))?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_files_of_the_three_folders_are_read() {
        let folder = std::env::temp_dir().join(format!("usher-skin-{}", std::process::id()));
        fs::create_dir_all(folder.join("pages/parts")).unwrap();
        fs::create_dir_all(folder.join("secret")).unwrap();
        fs::write(folder.join("pages/cart.html"), "cart").unwrap();
        fs::write(folder.join("pages/parts/a.html"), "a").unwrap();
        fs::write(folder.join("secret/key"), "no").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.join("pages/out.html")).unwrap();
        let skin = read(&folder).unwrap();
        let names: Vec<&str> = skin.files.keys().map(String::as_str).collect();
        assert_eq!(names, ["pages/cart.html", "pages/parts/a.html"]);
        fs::write(folder.join("pages/big.html"), vec![b' '; FILE_BYTES_MAX as usize + 1]).unwrap();
        assert!(matches!(read(&folder), Err(SkinFault::TooLarge { .. })));
        fs::remove_dir_all(&folder).unwrap();
    }
}
