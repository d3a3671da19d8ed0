//! The files of the repository, as the checks see them.
//!
//! Walks the folders, what git ignores left out. Never follows a link and never writes. Next:
//! `source.rs`.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold nothing of ours.
const SKIPPED: [&str; 6] = [".git", ".cache", "artefacts", "node_modules", "target", "__pycache__"];
/// Deeper than any tree of ours.
const DEPTH_MAX: usize = 12;

/// One text file; the path is from the top of the repository.
pub struct File {
    pub path: String,
    pub text: String,
}

/// The top of the repository.
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the tests package stands in the workspace").to_owned()
}

/// Every file with one of these endings.
pub fn files(endings: &[&str]) -> Vec<File> {
    let mut found = Vec::new();
    walk(&root(), &root(), endings, DEPTH_MAX, &mut found);
    found.sort_by(|one, two| one.path.cmp(&two.path));
    found
}

fn walk(top: &Path, folder: &Path, endings: &[&str], depth: usize, found: &mut Vec<File>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|fault| panic!("{folder:?}: {fault}"));
    for entry in entries.map(|entry| entry.expect("a folder can be listed")) {
        let path = entry.path();
        let name = entry.file_name();
        let kind = entry.file_type().expect("an entry has a kind");
        if kind.is_dir() && depth > 0 && !SKIPPED.iter().any(|skipped| name == *skipped) {
            walk(top, &path, endings, depth - 1, found);
        }
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
        if kind.is_file() && endings.contains(&ending) {
            let bytes = fs::read(&path).unwrap_or_else(|fault| panic!("{path:?}: {fault}"));
            let text = String::from_utf8(bytes).unwrap_or_else(|_| panic!("{path:?} is not UTF-8"));
            let path = path.strip_prefix(top).expect("walked from the top");
            found.push(File { path: path.to_string_lossy().into_owned(), text });
        }
    }
}

/// Names in one folder, sorted.
pub fn names_in(folder: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(root().join(folder)) else {
        return Vec::new();
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// One file by its path.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|fault| panic!("{path}: {fault}"))
}
