//! Every page in every state from views made by hand: what must be on it, what must not.
//!
//! With `USHER_GALLERY=folder` the pages are written there with their assets, to be looked at.
//! Never opens a socket or a store. Next: `house/gallery.rs`.

mod house;

use house::gallery::gallery;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use usher_rules::at::Span;
use usher_rules::view::performance::Outcome;
use usher_rules::view::whats_on::Chosen;
use usher_web::{Templates, Words};

/// Scripts the shop's pages may load in all, and the monitor's, in bytes (ux 1).
const SHOP_SCRIPT_BYTES_MAX: usize = 40 * 1024;
const MONITOR_SCRIPT_BYTES_MAX: usize = 60 * 1024;
/// A page with a map of 500 seats, uncompressed; it travels at about a seventh.
const PAGE_BYTES_MAX: usize = 160 * 1024;

/// Elements without an end tag.
const BARE: [&str; 8] = ["meta", "link", "input", "img", "br", "hr", "source", "wbr"];

/// Tags of a page as (name, attributes as text, is an end tag, closes itself).
fn tags(html: &str) -> Vec<(String, String, bool, bool)> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        rest = &rest[open + 1..];
        let close = rest.find('>').expect("a tag ends");
        let (tag, after) = (&rest[..close], &rest[close + 1..]);
        rest = after;
        if tag.starts_with('!') {
            continue;
        }
        let (end, tag) = (tag.starts_with('/'), tag.trim_start_matches('/'));
        let shut = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        found.push((name.to_lowercase(), attributes.to_owned(), end, shut));
    }
    found
}

/// The value of an attribute inside the text of a tag.
fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let spaced = format!(" {attributes}");
    let start = spaced.find(&format!(" {name}=\""))? + name.len() + 2;
    let value = &attributes[start..];
    value.split('"').next()
}

/// The page as text, tags left out and entities of ours read back.
fn text(html: &str) -> String {
    let mut out = String::new();
    for piece in html.split('<').skip(1) {
        out.push_str(piece.split_once('>').map_or("", |pair| pair.1));
    }
    let words = out.replace("&amp;", "&").replace("&#x27;", "'").replace("&#x2f;", "/");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of an attribute.
fn said<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = attributes.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(text, _)| text).filter(|text| !text.is_empty())
}

/// A browser keeps a whole form back for a field out of its limits, even one out of sight.
#[test]
fn a_day_that_stands_in_a_field_is_within_its_limits() {
    let mut seen = 0;
    for (name, html) in gallery().pages {
        let tags = tags(html.as_str());
        for (_, attributes, ..) in tags.iter().filter(|(tag, ..)| tag == "input") {
            let attributes = format!(" {attributes}");
            if said(&attributes, "type") != Some("date") {
                continue;
            }
            let Some(value) = said(&attributes, "value") else { continue };
            seen += 1;
            assert!(said(&attributes, "min").is_none_or(|min| min <= value), "{name}:{attributes}");
            assert!(said(&attributes, "max").is_none_or(|max| value <= max), "{name}:{attributes}");
        }
    }
    assert!(seen > 4, "{seen} fields");
}

#[test]
fn write_the_gallery_when_asked() {
    let gallery = gallery();
    assert!(gallery.pages.len() > 45);
    let Some(folder) = std::env::var_os("USHER_GALLERY") else {
        return;
    };
    let folder = std::path::PathBuf::from(folder);
    let assets = gallery.templates.assets();
    for path in assets.paths() {
        let to = folder.join("assets").join(path);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("room");
        std::fs::write(to, &assets.get(path).expect("listed").bytes).expect("room");
    }
    for (name, html) in &gallery.pages {
        std::fs::write(folder.join(format!("{name}.html")), html.as_str()).expect("room");
    }
}

#[test]
fn tags_close_in_order_on_every_page() {
    for (name, html) in gallery().pages {
        let mut open: Vec<String> = Vec::new();
        for (tag, _, end, shut) in tags(html.as_str()) {
            match (end, shut || BARE.contains(&tag.as_str())) {
                (true, _) => assert_eq!(open.pop().as_ref(), Some(&tag), "{name}: </{tag}>"),
                (false, true) => {}
                (false, false) => open.push(tag),
            }
        }
        assert!(open.is_empty(), "{name} leaves open: {open:?}");
    }
}

#[test]
fn no_page_needs_more_than_the_strictest_policy() {
    for (name, html) in gallery().pages {
        for (tag, attributes, end, _) in tags(html.as_str()) {
            let spaced = format!(" {attributes}");
            assert!(!spaced.contains(" style="), "{name}: inline style on {tag}");
            assert_ne!(tag, "style", "{name}");
            let handler = spaced.split_whitespace().any(|part| {
                part.starts_with("on") && part.contains("=\"") && !part.starts_with("one")
            });
            assert!(!handler, "{name}: handler on {tag} {attributes}");
            if tag == "script" && !end {
                let source = attribute(&attributes, "src").expect("scripts are files");
                assert!(source.starts_with("/assets/"), "{name}: {source}");
                assert_eq!(attribute(&attributes, "type"), Some("module"), "{name}");
            }
            for link in ["src", "href", "action", "formaction"] {
                let address = attribute(&attributes, link).unwrap_or("");
                assert!(!address.contains("//"), "{name}: leads outside: {address}");
                assert!(!address.starts_with("data:"), "{name}: {address}");
            }
        }
    }
}

#[test]
fn names_and_labels_point_at_what_is_there() {
    for (name, html) in gallery().pages {
        let tags = tags(html.as_str());
        let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, attributes, ..) in &tags {
            if let Some(id) = attribute(attributes, "id") {
                *ids.entry(id).or_default() += 1;
            }
        }
        let twice: Vec<_> = ids.iter().filter(|(_, count)| **count > 1).collect();
        assert!(twice.is_empty(), "{name}: {twice:?}");
        for (tag, attributes, ..) in &tags {
            for pointer in ["for", "aria-labelledby", "aria-describedby"] {
                for id in attribute(attributes, pointer).unwrap_or("").split_whitespace() {
                    assert!(ids.contains_key(id), "{name}: {tag} {pointer}={id}");
                }
            }
            let href = attribute(attributes, "href").unwrap_or("");
            if let Some(id) = href.strip_prefix('#') {
                assert!(ids.contains_key(id), "{name}: #{id}");
            }
            if tag == "img" {
                assert!(attribute(attributes, "alt").is_some(), "{name}: a picture without words");
                assert!(attribute(attributes, "width").is_some(), "{name}: a picture that jumps");
            }
        }
    }
}

#[test]
fn every_field_has_a_name_that_can_be_read_out() {
    for (name, html) in gallery().pages {
        let tags = tags(html.as_str());
        let labelled: BTreeSet<&str> =
            tags.iter().filter_map(|(_, attributes, ..)| attribute(attributes, "for")).collect();
        let mut inside_label = false;
        for (tag, attributes, end, _) in &tags {
            if tag == "label" {
                inside_label = !end;
            }
            if !["input", "select", "textarea"].contains(&tag.as_str()) || *end {
                continue;
            }
            let hidden = attribute(attributes, "type") == Some("hidden");
            let by_id = attribute(attributes, "id").is_some_and(|id| labelled.contains(id));
            let named = inside_label || by_id || attribute(attributes, "aria-label").is_some();
            assert!(hidden || named, "{name}: {tag} {attributes}");
        }
    }
}

#[test]
fn a_form_that_changes_the_house_carries_its_own_key() {
    // Proofs are good once by themselves, or change nothing.
    let without = [
        "/desk/sign-in",
        "/desk/sign-in/password",
        "/desk/sign-in/code",
        "/desk/sign-in/new",
        "/desk/confirm",
        "/desk/account/second-factor/code",
        "/desk/sign-out",
        "/demo/beam",
        "/demo/rotate",
        // A key of a terminal, not of the house.
        "/demo/pads",
    ];
    for (name, html) in gallery().pages {
        let mut keys = BTreeSet::new();
        for form in html.as_str().split("<form").skip(1) {
            let form = form.split("</form>").next().expect("a form ends");
            let head = form.split('>').next().expect("a tag ends");
            let action = attribute(head, "action").expect("a form leads somewhere");
            if !head.contains("method=\"post\"") || without.contains(&action) {
                continue;
            }
            let key =
                form.split("name=\"key\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
            let key = key.unwrap_or_else(|| panic!("{name}: {action} has no key"));
            assert!(!key.is_empty() && keys.insert(key.to_owned()), "{name}: {action} {key}");
        }
    }
}

#[test]
fn no_word_is_missing_and_none_is_left_over() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut used = String::new();
    for part in [
        "pages",
        "src",
        "src/desk",
        "src/desk/end_of_day",
        "src/desk/order",
        "src/desk/sell",
        "src/demo",
    ] {
        for file in std::fs::read_dir(folder.join(part)).expect("a folder") {
            let path = file.expect("a file").path();
            if path.is_file() {
                used.push_str(&std::fs::read_to_string(path).expect("text"));
            }
        }
    }
    let words = Words::english();
    for (start, _) in used.match_indices("t(\"") {
        if used[..start].ends_with(char::is_alphanumeric) {
            continue;
        }
        let piece = &used[start + 3..];
        let id = piece.split('"').next().expect("an id ends");
        let is_id = id.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
        assert!(!is_id || id.is_empty() || words.knows(id), "no words for {id}");
    }
    // These are put together from a name and a prefix or suffix; another test reads them out.
    let made = |id: &str| {
        let prefixed = ["reason-", "short-", "do-"].iter().any(|start| id.starts_with(start));
        prefixed || id.ends_with("-title") || id.ends_with("-body")
    };
    for id in Words::ids() {
        assert!(made(&id) || used.contains(&format!("\"{id}\"")), "nobody says {id}");
    }
}

#[test]
fn every_reason_has_words_in_three_lengths() {
    let words = Words::english();
    for name in usher_web::verdict::NAMES {
        assert!(words.knows(&format!("reason-{name}")), "{name}");
        assert!(words.knows(&format!("short-{name}")), "{name}");
        let let_in = ["OK", "REENTRY", "OUT"].contains(&name);
        assert_eq!(words.knows(&format!("do-{name}")), !let_in, "{name}");
    }
}

#[test]
fn no_page_shows_an_id_instead_of_words() {
    let ids: HashSet<String> = Words::ids().into_iter().collect();
    for (name, html) in gallery().pages {
        let text = text(html.as_str());
        let mut bare = text.split_whitespace().filter(|word| word.contains('-'));
        let shown = bare.find(|word| *word != "tap-in" && ids.contains(*word));
        assert_eq!(shown, None, "{name}");
        assert!(!text.contains("{ $") && !text.contains("none None"), "{name}");
    }
}

/// Without an address a page with a fragment in its own is only scrolled, and one that answers a
/// form asks for an address that takes forms alone.
#[test]
fn a_page_that_looks_again_says_where_without_a_fragment() {
    let mut found = 0;
    for (name, html) in gallery().pages {
        let Some((_, rest)) = html.as_str().split_once("http-equiv=\"refresh\" content=\"") else {
            continue;
        };
        let content = rest.split('"').next().unwrap_or_default();
        let address = content.split_once("; url=/desk/").map(|(_, address)| address);
        assert!(address.is_some_and(|address| !address.contains('#')), "{name}: {content}");
        found += 1;
    }
    assert!(found >= 3, "only {found} pages look again");
}

/// What a visitor may have typed, or a mail server may have said.
const EVIL: &str = "<script>alert(1)</script>\"'><img src=x>";

fn is_never_markup(pages: &[usher_web::Html]) {
    for (nth, page) in pages.iter().enumerate() {
        assert!(!page.as_str().contains("<script>"), "page {nth}");
        assert!(!page.as_str().contains("<img src=x"), "page {nth}");
    }
}

#[test]
fn what_staff_read_of_visitors_and_servers_is_never_markup() {
    let (templates, words) = (Templates::new(), Words::english());
    let evil = || EVIL.to_owned();
    let mut held = house::staff::held_tickets();
    held.holds[0].title = evil();
    held.holds[0].places = vec![house::seat("Stalls", EVIL, EVIL)];
    let mut letters = house::staff::letters();
    letters.letters[0].to = evil();
    letters.letters[1].subject = Some(evil());
    letters.letters[2].fault = evil();
    let mut letter = house::staff::opened(usher_rules::letter::State::Done);
    letter.glance.to = evil();
    letter.glance.subject = Some(evil());
    letter.text = Some(evil());
    letter.attachments[0].name = evil();
    letter.transcript = evil();
    let mut own = house::account::own(None, None);
    (own.name, own.login, own.sessions[1].about) = (evil(), evil(), evil());
    let mut everybody = house::account::everybody();
    (everybody.members[0].name, everybody.members[0].login) = (evil(), evil());
    everybody.members[0].sessions[0].about = evil();
    let mut audit = house::account::audit();
    audit.rows[1].by = usher_rules::view::desk::staff::By::Token { name: evil() };
    is_never_markup(&[
        usher_web::desk::account::page(&templates, &own, &words),
        usher_web::desk::staff::page(&templates, &everybody, &words),
        usher_web::desk::staff::audit(&templates, &audit, &words),
        usher_web::desk::till::page(&templates, &house::till::evil(EVIL), &words),
        usher_web::desk::batch::page(&templates, &house::batch::evil(EVIL), &words),
        usher_web::desk::cancellation::page(&templates, &house::cancellation::evil(EVIL), &words),
        usher_web::desk::cancellation::list(
            &templates,
            &house::cancellation::evil_list(EVIL),
            &words,
        ),
        usher_web::desk::pad::page(&templates, &house::pad::evil(EVIL), &words),
        usher_web::desk::sell::list(&templates, &house::sell::evil_counter(EVIL), &words),
        usher_web::desk::sell::sale(&templates, &house::sell::evil_sale(EVIL), &words),
        usher_web::desk::sell::sold(&templates, &house::sell::evil_sold(EVIL), &words),
        usher_web::desk::sell::receipts(&templates, &house::sell::evil_sold(EVIL), &words),
        usher_web::desk::till::sheet(&templates, &house::till::evil_sheet(EVIL), &words),
        usher_web::desk::order::page(&templates, &house::order::evil(EVIL), &words),
        usher_web::desk::order::list(&templates, &house::order::evil_list(EVIL), &words),
        usher_web::desk::report::page(&templates, &house::books::evil(EVIL), &words),
        usher_web::desk::journal::page(&templates, &house::books::books(None, EVIL), &words),
        usher_web::desk::end_of_day::sheet(&templates, &house::end_of_day::evil(EVIL), &words),
        usher_web::desk::patron::list(&templates, &house::patron::evil_list(EVIL), &words),
        usher_web::desk::patron::page(&templates, &house::patron::evil_one(EVIL), &words),
        usher_web::desk::cart::page(&templates, &held, &words),
        usher_web::desk::letter::list(&templates, &letters, &words),
        usher_web::desk::letter::page(&templates, &letter, &words),
    ]);
}

#[test]
fn what_people_typed_is_never_markup() {
    let (templates, words) = (Templates::new(), Words::english());
    let evil = || EVIL.to_owned();
    let mut season = house::whats_on(Chosen::default());
    season.productions[0].title = evil();
    season.productions[0].genre = evil();
    season.productions[0].slug = evil();
    season.chosen.genre = Some(evil());
    let mut event = house::production();
    event.lede = evil();
    event.blurb = vec![evil()];
    event.facilities = vec![evil()];
    event.levels[0] = evil();
    let mut tickets =
        house::tickets(Outcome::SeatTaken { seats: vec![house::seat("Stalls", EVIL, EVIL)] });
    tickets.title = evil();
    tickets.levels[0].name = evil();
    tickets.categories[0].name = evil();
    let mut map = house::seats::house(&[]);
    if let usher_rules::view::seat_map::Show::Seats { zones } = &mut map.show {
        zones[0].name = evil();
        zones[0].rows[0].label = evil();
        zones[0].rows[0].seats[0].guid = evil();
        zones[0].rows[0].seats[0].number = evil();
        zones[0].rows[0].seats[0].state = usher_rules::view::seat_map::SeatState::Free;
    }
    map.drawings[0].text.as_mut().expect("the stage").words = evil();
    tickets.map = Some(map);
    let mut checkout = house::checkout();
    checkout.buyer.name = evil();
    checkout.buyer.note = evil();
    let mut order = house::order();
    order.buyer_name = evil();
    order.visits[0].tickets[0].door = evil();
    let mut monitor = house::staff::monitor();
    monitor.rows[0].buyer_name = evil();
    monitor.doors[0].door = evil();
    let mut plate = house::staff::plate(
        usher_rules::view::door::Signal::Go,
        usher_rules::view::door::Reason::Ok,
    );
    plate.buyer_name = evil();
    let mut desk = house::staff::desk();
    desk.devices[0].fault = evil();
    desk.around.who = evil();
    let pages = [
        usher_web::whats_on::page(&templates, &season, &words),
        usher_web::production::page(&templates, &event, &words),
        usher_web::performance::page(&templates, &tickets, &words),
        usher_web::performance::chosen_fragment(&templates, &tickets, &words),
        usher_web::performance::map_fragment(&templates, &tickets, &words),
        usher_web::checkout::page(&templates, &checkout, &words),
        usher_web::order::page(&templates, &order, &words),
        usher_web::monitor::page(&templates, &monitor, &words),
        usher_web::door::page(&templates, &house::staff::door(Some(plate)), &words),
        usher_web::desk::page(&templates, &desk, &words),
    ];
    is_never_markup(&pages);
}

#[test]
fn scripts_and_pages_stay_small() {
    let gallery = gallery();
    let size = |name: &str| gallery.templates.assets().get(name).expect(name).bytes.len();
    let shop: usize = ["seatmap.js", "seats-feed.js", "quantity.js", "countdown.js", "wait.js"]
        .map(size)
        .iter()
        .sum();
    assert!(shop <= SHOP_SCRIPT_BYTES_MAX, "{shop}");
    let staff: usize = ["monitor.js", "door.js", "door-alone.js"].map(size).iter().sum();
    assert!(staff <= MONITOR_SCRIPT_BYTES_MAX, "{staff}");
    for (name, html) in &gallery.pages {
        assert!(html.as_str().len() <= PAGE_BYTES_MAX, "{name}: {}", html.as_str().len());
    }
}

#[test]
fn scripts_never_write_markup() {
    let templates = Templates::new();
    let assets = templates.assets();
    for path in assets.paths().filter(|path| path.ends_with(".js")) {
        let asset = assets.get(path).expect("listed");
        let script = std::str::from_utf8(&asset.bytes).expect("text");
        for sink in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
            assert!(!script.contains(sink), "{path}: {sink}");
        }
    }
}

/// What a page must show, in its own words.
fn check(page: &str, shown: &[&str], absent: &[&str]) {
    let gallery = gallery();
    let (_, html) = gallery.pages.iter().find(|(name, _)| *name == page).expect(page);
    let text = text(html.as_str());
    for words in shown {
        assert!(text.contains(words) || html.as_str().contains(words), "{page} lacks: {words}");
    }
    for words in absent {
        assert!(!text.contains(words), "{page} shows: {words}");
    }
}

#[test]
fn what_is_on_shows_tonight_first_and_every_production() {
    check(
        "whats-on",
        &[
            "Tonight, Fri 4 Dec",
            "19:30",
            "Last few",
            "Limited",
            "Good availability",
            "from £18.00",
            "Family, Sat 5 to Sat 19 Dec",
            "A House with Nine Doors",
            "Members first until Mon 7 Dec, 10:00",
            "On sale Sat 12 Dec, 10:00",
            "Cart, 6 tickets",
        ],
        &["Nothing on the programme"],
    );
    check(
        "whats-on-weekend",
        &["Twelve Ways to Lose a Hat"],
        &["The Winter Fleet Music", "Moth Hour"],
    );
    check("whats-on-none", &["Nothing on the programme fits that choice."], &["Cinders"]);
    check(
        "month",
        &["December 2026", "January", "Past", "Sold out", "?view=month&"],
        &["November"],
    );
}

#[test]
fn the_board_is_of_the_business_day_on_both_sides_of_the_roll() {
    let board = |hour, minute, minutes_later| {
        let mut season = house::whats_on(Chosen::default());
        season.frame.now = house::at(1, hour, minute);
        let showing = &mut season.productions[0].showings[0];
        showing.starts = season.frame.now + Span::minutes(minutes_later);
        showing.ends = showing.starts + Span::hours(2);
        let html = usher_web::whats_on::page(&Templates::new(), &season, &Words::english());
        text(html.as_str())
    };
    let tonight = "Tonight, Fri 4 Dec";
    assert!(board(0, 30, -60).contains(tonight), "what began before midnight still plays");
    assert!(board(0, 30, 15).contains(tonight), "what begins after midnight is of that evening");
    assert!(board(3, 59, -60).contains(tonight), "the last minute of the day");
    assert!(board(4, 0, 60).contains("Tonight, Sat 5 Dec"), "the first minute of the next");
    assert!(!board(4, 0, -60).contains(tonight), "the evening before is over");
}

#[test]
fn a_month_begins_with_this_week_and_a_past_one_is_shown_whole() {
    let rows = |now: usher_rules::at::At, month: &str| {
        let layout = usher_rules::view::whats_on::Layout::Month(usher_web::time::read_month(month));
        let mut season = house::whats_on(Chosen { layout, ..Chosen::default() });
        season.frame.now = now;
        let html = usher_web::whats_on::page(&Templates::new(), &season, &Words::english());
        let body = html.as_str().split("<tbody>").nth(1).expect("weeks").to_owned();
        body.split("</tbody>").next().expect("they end").matches("<tr>").count()
    };
    assert_eq!(rows(house::at(0, 18, 0), "2026-12"), 5);
    assert_eq!(rows(house::at(18, 18, 0), "2026-12"), 2, "from Tuesday, the 22nd");
    assert_eq!(rows(house::at(18, 18, 0), "2027-01"), 5);
    assert_eq!(rows(house::at(18, 18, 0), "2026-11"), 6, "all of it is over");
}

#[test]
fn an_event_shows_its_dates_prices_and_access() {
    check(
        "event",
        &[
            "Theatre, Main House, Fri 4 to Sat 12 Dec",
            "Sat 5 Dec, 14:30",
            "Sold out",
            "£17.50",
            "2 h 20",
            "Open 45 min before",
            "A web fee of £1.25 a ticket",
            "/performances/2-17",
            "/events/lamplighter/calendar.ics",
        ],
        &[],
    );
}

#[test]
fn tickets_can_be_had_by_best_seats_map_and_list() {
    check(
        "tickets",
        &[
            "Best seats for 4",
            "name=\"qty-1\"",
            "name=\"qty-3\"",
            "Choose my own seats",
            "value=\"category-0\"",
            "Row F seat 12, Stalls, £35.00, free",
            "wheelchair space, free",
            "companion seat, free",
            "Choose from a list",
            "F 12, £35.00",
            "/feed/seats?performance=2-17&amp;",
            "data-seq=\"4711\"",
        ],
        &["Your seats"],
    );
    check("lawn", &["Add to cart", "value=\"area-0\""], &["Seat map", "Choose my own"]);
    check(
        "overview",
        &[
            "840 left",
            "from £25.00",
            "Block 101, from £25.00, 840 left",
            "Block 104, Sold out",
            "?part=0#map",
        ],
        &["Row F"],
    );
    check("part", &["Whole house", "Block 102", "?part=1&amp;pick="], &[]);
}

fn page(name: &str) -> String {
    let gallery = gallery();
    let (_, html) = gallery.pages.iter().find(|(other, _)| *other == name).expect(name);
    html.as_str().to_owned()
}

#[test]
fn a_part_of_a_large_house_is_the_outline_of_its_seats_and_bears_its_name_alone() {
    let html = page("overview");
    let outlines: Vec<&str> = html.split("<polygon points=\"").skip(1).collect();
    assert_eq!(outlines.len(), 16);
    let corners = outlines[0].split('"').next().expect("points end").split_whitespace().count();
    assert_eq!(corners, 5, "as many as the outline has, not a box");
    assert_eq!(html.matches(">101</text>").count(), 1, "the plan's own name is not written, too");
    assert!(html.contains(">Bar</text>"), "what names no part stays");
    assert_eq!(html.matches("<text class=\"part-name\"").count(), 16);
    assert!(html.contains(">109</text>") && !html.contains(">Block 109</text>"), "one common word");
    assert_eq!(html.matches("<li><a class=\"tap\" href=\"?part=").count(), 16, "and as a list");
}

#[test]
fn a_zones_name_keeps_clear_of_row_names_that_stand_at_its_height() {
    let height = |view: &usher_rules::view::performance::Tickets| {
        let html = usher_web::performance::page(&Templates::new(), view, &Words::english());
        let text = html.as_str().split("<text class=\"zone-name\"").nth(1).expect("a name");
        let y = text.split(" y=\"").nth(1).and_then(|rest| rest.split('"').next());
        y.and_then(|y| y.parse::<f64>().ok()).expect("a height")
    };
    let with = |row_name_below: i32| {
        let mut view = house::tickets(Outcome::Nothing);
        let mut map = house::seats::house(&[]);
        if let usher_rules::view::seat_map::Show::Seats { zones } = &mut map.show {
            let mut at = zones[0].label_at.expect("it has a name");
            at.y += row_name_below;
            zones[0].rows[0].labels_at = vec![at];
        }
        view.map = Some(map);
        height(&view)
    };
    let far = with(20_000);
    let near = with(500);
    assert!(near < far, "{near} {far}: it moves up");
    assert!((far - near - 20.0).abs() < 1.0, "by what keeps the two apart: {near} {far}");
    assert!(with(0) < near);
}

#[test]
fn an_empty_choice_takes_no_room() {
    let html = page("tickets");
    assert!(html.contains("<div id=\"chosen\" data-chosen></div>"), "not even a blank inside");
    assert!(html.contains("<div data-judged></div>"));
}

#[test]
fn what_was_found_is_said_in_words_with_what_to_do_next() {
    check(
        "tickets-found",
        &[
            "Stalls, row F, seats 12 to 15",
            "All four together.",
            "Held for you until 19:07.",
            "2 Adult, 2 Child",
            "£105.00",
            "Go to cart",
            "Try other seats",
            "One fewer",
            "name=\"instead\" value=\"S-F-12\"",
        ],
        &["Take the split"],
    );
    check("tickets-found", &["Best seats for 4 more"], &["There are no other seats"]);
    check(
        "tickets-no-other",
        &["There are no other seats together for your party here. These stay yours.", "Your seats"],
        &[],
    );
    check(
        "tickets-split",
        &[
            "No 4 together in Best",
            "Stalls, row E, seats 13, 14 and row F, seats 13, 14",
            "Nothing is held yet.",
            "Take the split",
            "Standard, together",
            "name=\"allow_split\"",
        ],
        &["Your seats"],
    );
    check(
        "tickets-picked",
        &[
            "That would leave one seat alone",
            "Take Stalls, row F, seats 10 and 11",
            "Hold these 2 seats",
            "Give back Stalls F 11",
            "Row F seat 11, Stalls, £35.00, chosen",
        ],
        &[],
    );
    check("tickets-taken", &["Somebody was faster", "Stalls, row F, seat 9 went just now"], &[]);
}

#[test]
fn a_picked_seat_leads_to_the_page_without_it_and_a_free_one_to_the_page_with_both() {
    let gallery = gallery();
    let page = gallery.pages.iter().find(|(name, _)| *name == "tickets-picked").expect("a page");
    let html = page.1.as_str();
    assert!(html.contains("href=\"?pick=S-F-12#map\" data-i=\"125\" data-g=\"S-F-11\""));
    assert!(html.contains("href=\"?pick=S-F-11&amp;pick=S-F-12&amp;pick=S-F-10#map\""));
}

#[test]
fn a_closed_sale_says_why_and_until_when() {
    check("closed-not-yet", &["Not on sale yet", "Mon 7 Dec, 10:00"], &["Best seats"]);
    check("closed-presale", &["Presale only", "Mon 7 Dec, 10:00"], &["Best seats"]);
    check("closed-ended", &["The web sale is over", "01632 960 144"], &["Best seats"]);
    check("closed-off", &["Not sold on the web"], &["Best seats"]);
    check("closed-sold-out", &["Sold out", "Other dates"], &["Best seats"]);
}

#[test]
fn a_cart_shows_lines_sums_and_time() {
    check(
        "cart",
        &[
            "12:40",
            "held until 19:04",
            "Stalls F 12, Adult",
            "Lawn, place 2, Adult",
            "Web fee, 6 at £1.25",
            "Includes £23.42 VAT at 20 %.",
            "£140.50",
            "Go to checkout",
            "Remove Stalls F 12, Adult",
            "name=\"guid\" value=\"S-F-12\"",
            "name=\"area\" value=\"0\"",
        ],
        &["Under two minutes"],
    );
    check(
        "cart-urgent",
        &["1:48", "Under two minutes left.", "Keep my seats", "clock urgent"],
        &[],
    );
    check("cart-empty", &["The cart is empty"], &["To pay"]);
    check("cart-expired", &["Your seats went back on sale"], &["To pay"]);
    check(
        "cart-confirming",
        &["We are confirming your payment; do not pay again"],
        &["Go to checkout", "Remove"],
    );
    check(
        "cart-keeps-single",
        &["That would leave one seat alone", "Give back Stalls F 12", "Give back Stalls F 15"],
        &[],
    );
}

#[test]
fn a_checkout_ties_each_fault_to_its_field() {
    check(
        "checkout",
        &["Pay £140.50", "autocomplete=\"cc-number\"", "4242 4242 4242 4242"],
        &["put right"],
    );
    check(
        "checkout-faults",
        &[
            "3 things to put right",
            "href=\"#card-number\"",
            "aria-describedby=\"email-h email-e\"",
            "aria-invalid=\"true\"",
            "value=\"marianne.oakes@harbourmail\"",
        ],
        &[],
    );
    check(
        "checkout-declined",
        &[
            "Card was not accepted",
            "Nothing was charged",
            "still held until 19:01",
            "Try another card",
        ],
        &[],
    );
    check(
        "checkout-confirming",
        &["We are confirming your payment; do not pay again", "data-wait"],
        &["Pay £"],
    );
    check("checkout-price", &["The total was £1.00 and is now £1.20. Nothing was charged."], &[]);
    let aside = page("checkout");
    let aside = aside.split("<aside").nth(1).expect("the order stands aside");
    assert!(!aside.contains("6 tickets"), "the groups are not summed up once more");
    assert_eq!(aside.matches("<ul class=\"total\">").count(), 1, "one list");
    assert!(aside.contains("Web fee, 6 at £1.25") && aside.contains("£140.50"));
    check("checkout-attempts", &["Too many attempts", "01632 960 144"], &["Security code"]);
}

#[test]
fn card_fields_always_come_back_empty() {
    for (name, html) in gallery().pages {
        for (_, attributes, ..) in tags(html.as_str()) {
            if attribute(&attributes, "name").is_some_and(|field| field.starts_with("card-")) {
                assert_eq!(attribute(&attributes, "value"), Some(""), "{name}");
            }
        }
    }
}

#[test]
fn an_order_shows_a_ticket_with_its_code_for_each_seat() {
    let gallery = gallery();
    let page = gallery.pages.iter().find(|(name, _)| *name == "order").expect("a page");
    assert_eq!(page.1.as_str().matches("<svg class=\"qr\"").count(), 4);
    check(
        "order",
        &[
            "Thank you, Marianne Oakes",
            "Order 2-104233, £140.50 paid",
            "Row F, seat 15",
            "4 of 4",
            "18:45. It starts at 19:30",
            "/orders/MFRGGZDFMZTWQ2LK/tickets.pdf",
            "/orders/MFRGGZDFMZTWQ2LK/calendar.ics",
            house::CODES[3],
            "noindex",
            "<span>Paid</span>",
        ],
        &["To pay"],
    );
    check("order-confirming", &["do not pay again", "data-wait"], &["Thank you"]);
    check("order-not", &["This order did not come about", "Nothing was charged"], &["Thank you"]);
}

#[test]
fn the_door_says_its_verdict_in_a_sign_a_word_and_a_line() {
    check(
        "door",
        &[
            "Door B, in",
            "Lamplighter’s, 19:30",
            "Ready",
            "486 of 486 tickets loaded",
            "of 486 in",
            "value=\"check\"",
            "Joan Pargeter, nobody went through",
        ],
        &["GO"],
    );
    check(
        "door-go",
        &["plate go", "GO", "Ada Merrow, Adult", "Stalls F 12", "Up the stairs"],
        &["STOP"],
    );
    check(
        "door-stop",
        &["plate stop", "Already in at 19:04, door A", "Send to the desk"],
        &["invalid"],
    );
    check("door-ask", &["plate ask", "CHECK", "Ask for ID, then let in."], &["invalid"]);
}

#[test]
fn the_door_carries_the_words_of_what_it_says_alone_only_where_it_may_judge() {
    check(
        "door",
        &[
            "data-alone=\"1\"",
            "data-words-alone=\"Judged without the box, by its list of {time}\"",
            "data-words-waits=\"{count} scans wait for the box\"",
            "data-name=\"UNKNOWN\" data-do=\"Send to the desk\">Not on the list",
            "data-name=\"OK\" data-do=\"\">In",
            "<template data-sign=\"stop\">",
        ],
        &["Judged without"],
    );
    let (templates, words) = (Templates::new(), Words::english());
    let mut door = house::staff::door(None);
    door.without_box = usher_rules::house::WithoutBox::Stop;
    let html = usher_web::door::page(&templates, &door, &words);
    assert!(!html.as_str().contains("data-alone"), "it waits for the box");
    assert!(html.as_str().contains("<template data-sign=\"ask\">"));
}

#[test]
fn the_monitor_marks_what_doors_did_without_the_box_and_says_what_they_may() {
    check(
        "monitor-alone",
        &[
            "1 duplicate admission",
            "Duplicate admission",
            "Let in, but: Cancelled",
            "Doors without the box: wait",
        ],
        &[],
    );
    assert_eq!(page("monitor-alone").matches("without the box</span>").count(), 3);
    check("monitor", &["Doors without the box: judge by their last list"], &["uplicate admission"]);
}

#[test]
fn the_monitor_shows_counts_curve_doors_and_the_columns_of_the_scan_list() {
    check(
        "monitor",
        &[
            "312",
            "of 486 expected",
            "173 to come, 23 minutes to curtain",
            "Tonight, 12 a minute",
            "usually 10.",
            "Usual evening",
            "Stalls right",
            "9.8",
            "Queue",
            "No answer",
            "Refused, 11 of 325 scans",
            "Wrong performance",
            "Play Title",
            "Play Code",
            "Performance",
            "Time",
            "First/Last Name",
            "Scan In",
            "Scan Out",
            "% Records",
            "19:07:12",
            "Tom Vasey, Already in",
            "Beam to screen 38 ms",
            "/feed/scans?after=",
            "data-seq=\"901\"",
            "data-name=\"ALREADY_USED\"",
            "Luz Ferreday, taken back",
        ],
        &[],
    );
    check(
        "monitor-only",
        &[
            "<h1>The Lamplighter’s Daughter</h1>",
            "Fri 4 Dec, 19:30, Main House",
            "23 minutes to curtain",
            "Beam to screen under 1 ms",
            "data-shown=\"\" ",
            "data-counted=\"2-11\"",
        ],
        &["All of", " 0 ms"],
    );
    check("monitor-two", &["<h1>All of Fri 4 Dec</h1>", "173 to come"], &["to curtain"]);
    assert_eq!(page("monitor").matches("class=\"undone\"").count(), 1);
    check(
        "monitor-quiet",
        &["Nothing plays on Fri 4 Dec", "No scan yet", "No one was refused", "not measured yet"],
        &["Usual evening"],
    );
}

#[test]
fn the_desk_names_what_is_wrong_and_what_to_do() {
    check(
        "desk",
        &[
            "Scanners 1 of 2",
            "Gates 1 of 1",
            "Gates and lamps",
            "Mail, 1 error",
            "No TLS",
            "Disk, 61 GiB free",
            "Trying again in 4 s",
            "Check cable and power.",
            "The line went away at 18:31.",
            "manager, Fri 4 Dec, 18:52",
            "Locked, too many bad codes",
            "Open /door on the phone",
            "Give mail.host and mail.from.",
            "href=\"/desk/carts\"",
            "href=\"/desk/letters\"",
        ],
        &["Plug it in"],
    );
    check(
        "sign-in",
        &["name=\"token\"", "type=\"password\"", "value=\"/monitor\""],
        &["does not open"],
    );
    check("sign-in-refused", &["This token does not open the desk"], &[]);
    check(
        "demo",
        &[
            "Beam",
            "Lamp: Green",
            "Lamp: Dark",
            "Turn the turnstile",
            "Forged",
            "18:50:00 Ada Merrow, Stalls F 12: In",
            "Door A, /tmp/scanner-A",
            "Scanner A, door A",
            "Nobody went through within 8 s; the ticket is valid again",
        ],
        &[],
    );
    check(
        "demo-pads",
        &[
            "£70.00",
            "Tap or insert a card",
            "Enter PIN",
            "Connected to the box",
            "The cable is out",
            "href=\"/desk/sell\"",
            "Beside the till Left window.",
            "id=\"pad-0-right-pin\" name=\"act\" value=\"right-pin\" data-live aria-disabled",
            "id=\"pad-1-right-pin\" name=\"act\" value=\"right-pin\" data-live>",
            "id=\"phone-cashier\" data-live>492039<",
        ],
        &[],
    );
    check("demo-pads-ended", &["Approved", "Declined", "Not connected to the box"], &["£0"]);
    check("demo-pads-idle", &["Ready"], &["£", "Approved"]);
    assert_eq!(page("demo").matches("Nobody went through").count(), 1, "a lamp alone undoes none");
}

#[test]
fn the_foot_of_a_page_names_only_what_the_venue_has() {
    let foot = |change: fn(&mut usher_rules::view::venue::Venue)| {
        let mut venue = house::venue();
        change(&mut venue);
        let mut season = house::whats_on(Chosen::default());
        season.frame.venue = std::sync::Arc::new(venue);
        let html = usher_web::whats_on::page(&Templates::new(), &season, &Words::english());
        text(html.as_str().split("<footer").nth(1).expect("a foot"))
    };
    assert!(foot(|_| ()).contains("Box office 01632 960 144, Mon to Sat, 10:00 to 20:00"));
    let plain = foot(|venue| venue.counter_hours.clear());
    assert!(plain.contains("Box office 01632 960 144 "), "{plain}");
    assert!(!plain.contains("144,"), "{plain}");
    let silent = foot(|venue| venue.phone.clear());
    assert!(!silent.contains("Box office"), "{silent}");
    let roadless = foot(|venue| venue.street.clear());
    assert!(roadless.contains("The Tidewell, Saltmere"), "{roadless}");
}

#[test]
fn pages_for_trouble_say_what_did_not_happen_and_lead_on() {
    check("not-found", &["This page is not on the programme", "See what’s on"], &[]);
    check("too-many", &["try again in 7 seconds", "Try again"], &[]);
    check("busy", &["nothing was charged", "Tide 4-7-K"], &[]);
    check("full", &["The web shop is resting"], &[]);
    check("offline", &["Tickets you have stay valid at the door"], &["Go to the cart"]);
    check("changed", &["Nothing was charged"], &[]);
}

#[test]
fn held_tickets_say_whose_they_are_and_until_when() {
    check(
        "desk-carts",
        &[
            "<caption",
            "<strong>W</strong>",
            "0-88164",
            "Stalls, row F, seats 12 and 13",
            "Active, checking out",
            "Expired, Checkout - Errors Processing Cart",
            "Fri 4 Dec, 19:01",
            "_0-88121\"",
        ],
        &["Active, Active", "No cart holds"],
    );
    check("desk-carts-none", &["No cart holds a ticket now."], &["<table"]);
}

#[test]
fn letters_say_what_became_of_them_and_never_how_to_open_the_order() {
    check(
        "desk-letters",
        &[
            "<caption",
            "Not Done",
            "Done",
            "Error",
            "450 mailbox busy",
            "?before=0-7",
            "/desk/letters/0-9",
        ],
        &["No letter was made"],
    );
    check("desk-letters-none", &["No letter was made yet."], &["<table"]);
    check(
        "desk-letter",
        &["your tickets: /orders/***", "tickets.pdf, 48,213 bytes", "S: 450 mailbox busy"],
        &["Nothing was sent yet"],
    );
    check("desk-letter-waiting", &["Nothing was sent yet", "None.", "Goes out"], &["***"]);
}
