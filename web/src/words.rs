//! Every text of the pages, by id, from Fluent files; a venue overrides any of them.
//!
//! Holds no text in code and formats no money or time: those come in as finished arguments.
//! Next: `web/words/en.ftl`, `time.rs`, `money.rs`.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use minijinja::value::{Kwargs, Value, ValueKind};
use std::fmt;
use std::sync::Arc;
use unic_langid::LanguageIdentifier;

const ENGLISH: &str = include_str!("../words/en.ftl");

/// One file of words that cannot be used, or parts of it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("words of the skin: {reason}")]
pub struct WordsFault {
    pub reason: String,
}

/// The words of one language; cheap to clone.
#[derive(Clone)]
pub struct Words {
    language: LanguageIdentifier,
    own: Option<Arc<FluentBundle<FluentResource>>>,
    embedded: Arc<FluentBundle<FluentResource>>,
}

impl fmt::Debug for Words {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Words({})", self.language)
    }
}

impl Words {
    /// English as shipped.
    pub fn english() -> Words {
        let language: LanguageIdentifier = "en-GB".parse().expect("a language tag");
        let (embedded, faults) = bundle(&language, ENGLISH);
        assert!(faults.is_empty(), "the embedded words are tested");
        Words { language, own: None, embedded: Arc::new(embedded) }
    }

    /// English with the venue's own messages in front, and what could not be read of them.
    pub fn with_own(text: &str) -> (Words, Vec<WordsFault>) {
        let mut words = Words::english();
        let (own, faults) = bundle(&words.language, text);
        words.own = Some(Arc::new(own));
        (words, faults)
    }

    pub fn language(&self) -> String {
        self.language.to_string()
    }

    /// The message of this id. An id that nobody knows is shown as it is, for tests to find.
    pub fn say(&self, id: &str) -> String {
        self.tell(id, &[])
    }

    /// The message of this id with its arguments.
    pub fn tell(&self, id: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        let mut given = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            given.set(*name, value.clone());
        }
        self.format(id, &given)
    }

    pub fn knows(&self, id: &str) -> bool {
        self.embedded.has_message(id) || self.own.as_ref().is_some_and(|own| own.has_message(id))
    }

    /// Ids of all messages of the embedded file.
    pub fn ids() -> Vec<String> {
        ENGLISH
            .lines()
            .filter(|line| line.starts_with(|letter: char| letter.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" ="))
            .map(|(id, _)| id.to_owned())
            .collect()
    }

    fn format(&self, id: &str, args: &FluentArgs<'_>) -> String {
        let own = self.own.as_deref().and_then(|own| message(own, id, args));
        own.or_else(|| message(&self.embedded, id, args)).unwrap_or_else(|| id.to_owned())
    }

    pub(crate) fn say_in_template(&self, id: &str, args: &Kwargs) -> String {
        let mut given = FluentArgs::new();
        for name in args.args() {
            if let Ok(value) = args.get::<Value>(name) {
                given.set(name.to_owned(), fluent_value(&value));
            }
        }
        self.format(id, &given)
    }
}

fn fluent_value(value: &Value) -> FluentValue<'static> {
    match (value.kind(), value.as_i64()) {
        (ValueKind::Number, Some(number)) => FluentValue::from(number),
        _ => FluentValue::from(value.to_string()),
    }
}

fn message(
    bundle: &FluentBundle<FluentResource>,
    id: &str,
    args: &FluentArgs<'_>,
) -> Option<String> {
    let pattern = bundle.get_message(id)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
    errors.is_empty().then_some(text)
}

fn bundle(
    language: &LanguageIdentifier,
    text: &str,
) -> (FluentBundle<FluentResource>, Vec<WordsFault>) {
    let mut faults = Vec::new();
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(rest, errors)| {
        let reasons = errors.iter().map(|error| WordsFault { reason: error.to_string() });
        faults.extend(reasons);
        rest
    });
    let mut bundle = FluentBundle::new_concurrent(vec![language.clone()]);
    // Isolation marks are invisible characters that mail and PDF would carry along.
    bundle.set_use_isolating(false);
    if let Err(errors) = bundle.add_resource(resource) {
        faults.extend(errors.iter().map(|error| WordsFault { reason: error.to_string() }));
    }
    (bundle, faults)
}
