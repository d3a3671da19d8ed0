//! The venue's own templates, words and assets: taken where they are sound, never believed.
//!
//! Whatever a skin holds, a page comes out. Next: `web/src/html.rs`.

mod house;

use usher_rules::view::cart::State;
use usher_web::{Html, Skin, Templates, Words};

fn skin(files: &[(&str, &str)]) -> Skin {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    Skin { files: files.collect() }
}

fn empty_cart(templates: &Templates, words: &Words) -> Html {
    usher_web::cart::page(templates, &house::cart(State::Empty), words)
}

#[test]
fn a_template_of_the_venue_takes_the_place_of_ours() {
    let own =
        "{% extends \"layout.html\" %}{% block main %}<h1>Our own: {{ title }}</h1>{% endblock %}";
    let (templates, faults) = Templates::with_skin(&skin(&[("pages/void.html", own)]));
    assert_eq!(faults, []);
    let page = empty_cart(&templates, &Words::english());
    assert!(page.as_str().contains("Our own: The cart is empty"));
    assert_eq!(page.fault(), None);
}

#[test]
fn a_template_that_cannot_be_read_is_named_and_ours_is_used() {
    let (templates, faults) = Templates::with_skin(&skin(&[("pages/void.html", "{% if %}")]));
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].name, "void.html");
    assert!(empty_cart(&templates, &Words::english()).as_str().contains("The lamp is on"));
}

#[test]
fn a_template_that_fails_or_never_ends_costs_no_page() {
    let endless = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
    for wrong in [endless, "{{ nothing.of.that.kind }}", "{% include \"not-there.html\" %}"] {
        let (templates, _) = Templates::with_skin(&skin(&[("pages/void.html", wrong)]));
        let page = empty_cart(&templates, &Words::english());
        assert!(page.as_str().contains("The lamp is on"), "{wrong}");
        assert!(page.fault().is_some(), "{wrong}");
    }
}

#[test]
fn a_template_longer_than_the_limit_is_refused() {
    let fits = "x".repeat(usher_web::html::TEMPLATE_BYTES_MAX);
    let (_, faults) = Templates::with_skin(&skin(&[("pages/void.html", &fits)]));
    assert_eq!(faults, []);
    let (_, faults) = Templates::with_skin(&skin(&[("pages/void.html", &format!("{fits}x"))]));
    assert_eq!(faults.len(), 1);
}

#[test]
fn a_stylesheet_of_the_venue_is_served_under_a_new_address() {
    let ours = Templates::new().assets().url("theme.css");
    let (templates, _) = Templates::with_skin(&skin(&[("assets/theme.css", ":root{}")]));
    let assets = templates.assets();
    assert_eq!(&assets.get("theme.css").expect("there").bytes[..], b":root{}");
    assert_ne!(assets.url("theme.css"), ours);
    let page = empty_cart(&templates, &Words::english());
    assert!(page.as_str().contains(&assets.url("theme.css")));
}

#[test]
fn no_path_leads_out_of_the_assets() {
    let templates = Templates::new();
    for path in ["../Cargo.toml", "/etc/passwd", "", ".", "posters", "posters/../theme.css"] {
        assert_eq!(templates.assets().get(path), None, "{path}");
    }
}

#[test]
fn assets_have_types_and_tags_of_their_content() {
    let templates = Templates::new();
    let assets = templates.assets();
    for path in assets.paths() {
        let asset = assets.get(path).expect("listed");
        assert_ne!(asset.content_type, "application/octet-stream", "{path}");
        assert_eq!(asset.tag.len(), 12, "{path}");
    }
    let tags: std::collections::BTreeSet<_> =
        assets.paths().map(|path| assets.get(path).expect("listed").tag.clone()).collect();
    assert_eq!(tags.len(), assets.paths().count());
}

#[test]
fn at_least_twelve_posters_are_drawn_and_load_nothing() {
    let templates = Templates::new();
    let posters: Vec<&str> =
        templates.assets().paths().filter(|path| path.starts_with("posters/")).collect();
    assert!(posters.len() >= 12);
    for path in posters {
        let asset = templates.assets().get(path).expect("listed");
        let drawing = std::str::from_utf8(&asset.bytes).expect("text");
        let outside = drawing.replace("http://www.w3.org/2000/svg", "");
        for word in ["http", "<script", "<style", " style=", "href", "<image"] {
            assert!(!outside.contains(word), "{path}: {word}");
        }
    }
}

#[test]
fn a_venue_says_it_in_its_own_words() {
    let (words, faults) = Words::with_own("empty-title = Nothing here yet\n");
    assert_eq!(faults, []);
    let page = empty_cart(&Templates::new(), &words);
    assert!(page.as_str().contains("<h1>Nothing here yet</h1>"));
    assert!(page.as_str().contains("The lamp is on"));
}

#[test]
fn words_that_cannot_be_read_are_named_and_the_rest_holds() {
    let (words, faults) = Words::with_own("empty-title = Nothing\nbroken {\nskip = Jump\n");
    assert!(!faults.is_empty());
    assert_eq!(words.say("empty-title"), "Nothing");
    assert_eq!(words.say("skip"), "Jump");
}

#[test]
fn a_message_that_asks_for_what_is_not_given_falls_back_to_ours() {
    let (words, _) = Words::with_own("tickets = { $colour } tickets\n");
    assert_eq!(words.tell("tickets", &[("count", 2.into())]), "2 tickets");
}

#[test]
fn words_are_text_and_never_markup() {
    let (words, _) = Words::with_own("empty-title = <b>Loud</b>\n");
    let page = empty_cart(&Templates::new(), &words);
    assert!(page.as_str().contains("&lt;b&gt;Loud") && !page.as_str().contains("<b>Loud"));
}
