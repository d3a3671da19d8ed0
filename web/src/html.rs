//! Pages as text that is safe to send, and the templates they are made from.
//!
//! Reads no files: the caller hands over the venue's skin. A template of the skin that fails,
//! in any way, never costs a page: the embedded one is used and the fault is handed back.
//! Next: `layout.rs` for what every page carries.

use crate::assets::{Assets, Skin};
use crate::words::Words;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Value};
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior};
use rust_embed::Embed;
use std::borrow::Cow;
use std::sync::Arc;

/// Steps one page may take; the largest page of ours takes about a fiftieth.
const FUEL_MAX: u64 = 2_000_000;
/// Longest template text taken from a skin, in bytes.
pub const TEMPLATE_BYTES_MAX: usize = 256 * 1024;

#[derive(Embed)]
#[folder = "pages/"]
struct Pages;

/// A finished page.
#[derive(Debug, Clone, PartialEq)]
pub struct Html {
    text: String,
    fault: Option<String>,
}

impl Html {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn into_string(self) -> String {
        self.text
    }

    /// What was wrong with the venue's own template, when the embedded one stood in for it.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }
}

/// A template of the skin that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("skin template {name}: {reason}")]
pub struct TemplateFault {
    pub name: String,
    pub reason: String,
}

/// All templates, the venue's own before the embedded ones.
pub struct Templates {
    embedded: Environment<'static>,
    skinned: Option<Environment<'static>>,
    assets: Arc<Assets>,
}

impl Templates {
    /// The embedded templates and assets, without any skin.
    pub fn new() -> Templates {
        Templates { embedded: embedded(), skinned: None, assets: Arc::new(Assets::new()) }
    }

    /// The same with the venue's `pages/*.html` and `assets/*` in front, and what was refused.
    pub fn with_skin(skin: &Skin) -> (Templates, Vec<TemplateFault>) {
        let mut faults = Vec::new();
        let mut skinned = embedded();
        let mut any = false;
        for (name, text) in skin.pages() {
            match add_from_skin(&mut skinned, name, text) {
                Ok(()) => any = true,
                Err(reason) => faults.push(TemplateFault { name: name.to_owned(), reason }),
            }
        }
        let assets = Arc::new(Assets::with_skin(skin));
        let skinned = any.then_some(skinned);
        (Templates { embedded: embedded(), skinned, assets }, faults)
    }

    /// What `/assets/` serves, with the addresses that these templates write.
    pub fn assets(&self) -> &Arc<Assets> {
        &self.assets
    }

    /// Makes one page. `page` is what the template sees beside `t(..)` and `asset(..)`.
    pub(crate) fn render(&self, name: &str, words: &Words, page: Value) -> Html {
        let context = self.context(words, page);
        let mut fault = None;
        if let Some(skinned) = &self.skinned {
            match render(skinned, name, &context) {
                Ok(text) => return Html { text, fault: None },
                Err(error) => fault = Some(format!("{error:#}")),
            }
        }
        let text = render(&self.embedded, name, &context).expect("embedded templates are tested");
        Html { text, fault }
    }

    fn context(&self, words: &Words, page: Value) -> Value {
        let say = words.clone();
        let assets = Arc::clone(&self.assets);
        minijinja::context! {
            t => Value::from_function(move |id: &str, args: Kwargs| say.say_in_template(id, &args)),
            asset => Value::from_function(move |path: &str| assets.url(path)),
            ..page
        }
    }
}

impl Default for Templates {
    fn default() -> Templates {
        Templates::new()
    }
}

fn embedded() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL_MAX));
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|name| {
        if name.ends_with(".txt") { AutoEscape::None } else { AutoEscape::Html }
    });
    environment.set_syntax(blocks_leave_no_blanks());
    environment.set_formatter(write_value);
    for name in Pages::iter() {
        let file = Pages::get(&name).expect("the name came from the same list");
        let text = String::from_utf8_lossy(&file.data).into_owned();
        environment
            .add_template_owned(name.into_owned(), text)
            .expect("embedded templates are tested");
    }
    environment
}

/// As the default one does, but with our `escape`: a slash in an address stays a slash.
fn write_value(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    match (state.auto_escape(), value.as_str()) {
        (AutoEscape::Html, Some(text)) if !value.is_safe() => Ok(out.write_str(&escape(text))?),
        _ => minijinja::escape_formatter(out, state, value),
    }
}

fn blocks_leave_no_blanks() -> SyntaxConfig {
    SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .expect("the delimiters are the usual ones")
}

fn add_from_skin(
    environment: &mut Environment<'static>,
    name: &str,
    text: &str,
) -> Result<(), String> {
    if text.len() > TEMPLATE_BYTES_MAX {
        return Err(format!("longer than {TEMPLATE_BYTES_MAX} bytes"));
    }
    environment
        .add_template_owned(name.to_owned(), text.to_owned())
        .map_err(|error| format!("{error:#}"))
}

fn render(environment: &Environment<'_>, name: &str, context: &Value) -> Result<String, Error> {
    environment.get_template(name)?.render(context)
}

/// Text as it may stand in HTML, between tags or inside a quoted attribute.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

/// Text as one part of a path or query value (RFC 3986 unreserved stay).
pub fn url_part(text: &str) -> Cow<'_, str> {
    let stays = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    if text.as_bytes().iter().all(stays) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if stays(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Cow::Owned(out)
}
