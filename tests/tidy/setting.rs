//! Every setting of the configuration is read by something.
//!
//! A setting that is checked, documented and then read by nobody is a promise not kept. Looks for
//! the name only: one that two tables share counts once. Next: `source.rs`.

use super::tree::File;

const CONFIG: &str = "firmware-host/src/config";
/// Looks whether a value is in its range, and does nothing with it.
const BOUNDS: &str = "firmware-host/src/config/check/bounds.rs";

/// Settings, and those of them that do nothing, in words.
pub fn unread(sources: &[File]) -> (usize, Vec<String>) {
    let settings: Vec<(&str, &str)> =
        sources.iter().filter(|file| file.path.starts_with(CONFIG)).flat_map(fields).collect();
    let readers: Vec<&File> = sources.iter().filter(|file| file.path != BOUNDS).collect();
    let nobody = |name: &str| !readers.iter().any(|file| reads(&file.text, name));
    let unread = settings.iter().filter(|(_, name)| nobody(name));
    let words = unread.map(|(path, name)| format!("{path}: `{name}` does nothing")).collect();
    (settings.len(), words)
}

fn fields(file: &File) -> Vec<(&str, &str)> {
    let public = file.text.lines().filter_map(|line| line.strip_prefix("    pub "));
    let names = public.filter_map(|line| Some(line.split_once(": ")?.0));
    let plain = |name: &&str| name.chars().all(|sign| sign.is_ascii_lowercase() || sign == '_');
    names.filter(plain).map(|name| (file.path.as_str(), name)).collect()
}

fn reads(text: &str, name: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
    text.split(&format!(".{name}")).skip(1).any(ends)
}
