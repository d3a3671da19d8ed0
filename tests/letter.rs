//! The mail queue on a whole ledger: what is due leaves, once, and its outcome is on record.
//!
//! Letters go into a folder or to the hostile mail server of `cloud/tests/peer`. Time is the
//! town's, but for the timeout of a send. Next: `cloud/src/mail/worker.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../cloud/tests/peer/mod.rs"]
mod peer;

use peer::{Manner, Peer};
use redb::backends::InMemoryBackend;
use redb::{Builder, Database};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use usher_cloud::mail::Post;
use usher_cloud::mail::queue::{self as queue_limits, WAITING_MAX, WAITING_TIME_MAX};
use usher_cloud::mail::settings::SmtpSettings;
use usher_cloud::mail::worker::{Mode, Scribe, ScribeFault, Worker, Written};
use usher_ledger::handle::TokenKind;
use usher_ledger::{Handle, letter as queue, open, view};
use usher_rules::at::Span;
use usher_rules::cart::{self, Buyer};
use usher_rules::checkout::{self, Answer};
use usher_rules::hold;
use usher_rules::id::{BoxNo, LetterId, LevelNo};
use usher_rules::letter::{self, ATTEMPTS_MAX, Letter, Part, State, TOKEN_SIGN};
use usher_rules::price::Places;
use usher_rules::view::venue::{Frame, Venue};
use usher_rules::{Command, Event, Key};
use usher_tests::town::Town;
use usher_web::letter::{Attachment, Mail};
use usher_web::{Templates, Words};

const WAIT_MAX: Duration = Duration::from_secs(60);
const FROM: &str = "The Tidewell <tickets@tidewell.example>";

struct Office {
    town: Town,
    runtime: Runtime,
    mode: watch::Sender<Mode>,
}

fn store() -> Database {
    let store = Builder::new().create_with_backend(InMemoryBackend::new()).unwrap();
    open::prepare(&store, BoxNo(1)).unwrap();
    store
}

/// Words without a view: the queue is what is tested here.
fn scribe() -> Scribe {
    Arc::new(|_, id, letter| {
        let mail = Mail {
            subject: format!("Letter {id}"),
            html: "<p>Row F</p>".to_owned(),
            text: "Row F".to_owned(),
            attachments: vec![Attachment {
                name: "tickets.pdf".to_owned(),
                content_type: "application/pdf",
                bytes: vec![7; 100],
                content_id: None,
            }],
            fault: None,
        };
        assert!(letter.to.contains('@'));
        Ok(Written { to_name: "Ada Merrow".to_owned(), mail, secrets: Vec::new() })
    })
}

fn venue() -> Venue {
    let word = |text: &str| text.to_owned();
    Venue {
        name: word("The Tidewell"),
        street: word("1 Quay Street"),
        town: word("Saltmere"),
        phone: word("01632 960 100"),
        email: word("tickets@tidewell.example"),
        counter_hours: word("Daily from noon"),
        time_zone: word("Europe/London"),
        day_rolls_min: 240,
        currency: word("GBP"),
        language: word("en-GB"),
        site: word("https://tickets.tidewell.example"),
        links: Vec::new(),
    }
}

fn smtp(peer: &Peer, timeout_s: u32) -> Post {
    let text = format!(
        "host = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nfrom = \"{FROM}\"\n\
         timeout_s = {timeout_s}\nhello_name = \"box.tidewell.example\"\n",
        peer.port
    );
    Post::Smtp(toml::from_str::<SmtpSettings>(&text).unwrap())
}

impl Office {
    fn new() -> Office {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let (mode, _) = watch::channel(Mode::Run);
        Office { town: Town::found(store(), 5), runtime: runtime.unwrap(), mode }
    }

    fn work(&self, post: Post) -> JoinHandle<()> {
        self.work_with(post, scribe())
    }

    fn work_with(&self, post: Post, scribe: Scribe) -> JoinHandle<()> {
        let (handle, from) = (self.town.handle.clone(), FROM.to_owned());
        let worker = Worker { handle, post, from, scribe };
        self.runtime.spawn(worker.run(self.mode.subscribe()))
    }

    fn peer(&self, manner: Manner) -> Peer {
        self.runtime.block_on(Peer::start(manner, false))
    }

    /// Sells a ticket on the lawn; tells the letter that it owes.
    fn sell(&mut self) -> LetterId {
        let opened = self.town.must(Command::Cart(cart::Command::Open {
            source: String::new(),
            user_agent: "Office".into(),
            session: None,
        }));
        let cart = opened.events.iter().find_map(|event| match event {
            Event::Cart(cart::Event::Opened(id, _)) => Some(*id),
            _ => None,
        });
        let cart = cart.unwrap();
        let performance = self.town.performances[2];
        let area = usher_rules::id::AreaNo(0);
        let places = vec![Places { level: LevelNo(1), count: 1 }];
        self.town.must(Command::Hold(hold::Command::Area { cart, performance, area, places }));
        let begun = self.town.must(Command::Checkout(checkout::Command::Begin {
            cart,
            buyer: Buyer {
                name: "Ada Merrow".into(),
                email: "ada@harbourmail.example".into(),
                patron: None,
            },
            token: "tok_4242".into(),
            note: String::new(),
            shown: None,
        }));
        let key = begun.events.iter().find_map(|event| match event {
            Event::Checkout(checkout::Event::Intent(key, _)) => Some(*key),
            _ => None,
        });
        self.settle(key.unwrap())
    }

    fn settle(&mut self, key: Key) -> LetterId {
        let yes = Answer::Approved { approval: "1".into(), reference: "r".into() };
        let first = self.town.must(Command::Checkout(checkout::Command::Answered(key, yes)));
        let last = self.town.must(Command::Checkout(checkout::Command::Captured(key)));
        let letter = first.events.iter().chain(&last.events).find_map(|event| match event {
            Event::Letter(letter::Event::Put(id, _)) => Some(*id),
            _ => None,
        });
        letter.unwrap()
    }

    fn letter(&self, id: LetterId) -> Letter {
        queue::get(&self.town.handle.snapshot().unwrap(), id).unwrap().unwrap()
    }

    /// Waits for something about a letter; the town's clock is moved by `tick` between looks.
    fn until(&self, id: LetterId, tick: Span, fits: impl Fn(&Letter) -> bool) -> Letter {
        let deadline = Instant::now() + WAIT_MAX;
        loop {
            let row = self.letter(id);
            if fits(&row) {
                return row;
            }
            assert!(Instant::now() < deadline, "awaited in vain: {row:?}");
            self.town.clock.pass(tick);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn done(&self, id: LetterId, tick: Span) -> Letter {
        self.until(id, tick, |row| row.state == State::Done)
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("usher-office-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, |entries| entries.count())
}

fn different_ids(letters: &[String]) -> usize {
    let ids = letters.iter().flat_map(|text| text.lines().find(|l| l.starts_with("Message-ID")));
    ids.collect::<BTreeSet<_>>().len()
}

#[test]
fn a_sold_ticket_leaves_a_letter_in_the_folder() {
    let folder = folder("folder");
    let mut office = Office::new();
    office.work(Post::Folder(folder.clone()));
    let id = office.sell();
    let row = office.done(id, Span::ZERO);
    assert_eq!((row.attempts, row.sent_at.is_some()), (1, true));
    assert!(row.transcript.contains(".eml"), "{}", row.transcript);
    let mail = std::fs::read_to_string(folder.join(format!("letter-{id}.0.eml"))).unwrap();
    assert!(mail.contains("To: \"Ada Merrow\" <ada@harbourmail.example>\r\n"), "{mail}");
    assert!(mail.contains("filename=\"tickets.pdf\""));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn what_was_due_before_the_start_leaves_after_it_and_only_once() {
    let folder = folder("backlog");
    let mut office = Office::new();
    let ids: Vec<LetterId> = (0..25).map(|_| office.sell()).collect();
    let first = office.work(Post::Folder(folder.clone()));
    office.done(ids[0], Span::ZERO);
    first.abort();
    office.work(Post::Folder(folder.clone()));
    for id in &ids {
        office.done(*id, Span::ZERO);
    }
    assert_eq!(files(&folder), ids.len());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_letter_sent_again_on_purpose_has_an_id_of_its_own() {
    let mut office = Office::new();
    let peer = office.peer(Manner::Polite);
    office.work(smtp(&peer, 60));
    let id = office.sell();
    office.done(id, Span::ZERO);
    office.town.must(Command::Letter(letter::Command::Resend(id)));
    office.until(id, Span::ZERO, |row| row.state == State::Done && row.attempts == 2);
    let letters = peer.letters();
    assert_eq!((letters.len(), different_ids(&letters)), (2, 2));
}

#[test]
fn a_pause_holds_everything_and_resuming_sends_each_once() {
    let folder = folder("pause");
    let mut office = Office::new();
    office.mode.send_replace(Mode::Pause);
    office.work(Post::Folder(folder.clone()));
    let ids: Vec<LetterId> = (0..5).map(|_| office.sell()).collect();
    // The worker hears of each sale; give it every chance to be wrong.
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(files(&folder), 0);
    office.mode.send_replace(Mode::Run);
    for id in &ids {
        assert_eq!(office.done(*id, Span::ZERO).attempts, 1);
    }
    assert_eq!(files(&folder), ids.len());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn told_to_stop_the_worker_ends_by_itself() {
    let office = Office::new();
    let worker = office.work(Post::Folder(folder("stop")));
    office.mode.send_replace(Mode::Stop);
    office.runtime.block_on(worker).unwrap();
}

#[test]
fn a_storm_of_421_delays_and_loses_nothing() {
    let mut office = Office::new();
    let peer = office.peer(Manner::Storm(6));
    office.work(smtp(&peer, 60));
    let ids: Vec<LetterId> = (0..8).map(|_| office.sell()).collect();
    let mut attempts = 0;
    for id in &ids {
        attempts += u32::from(office.done(*id, Span::seconds(1)).attempts);
    }
    assert_eq!(attempts, 8 + 6);
    let letters = peer.letters();
    assert_eq!((letters.len(), different_ids(&letters)), (8, 8));
}

#[test]
fn a_lasting_refusal_waits_for_staff_with_its_dialogue() {
    let mut office = Office::new();
    let peer = office.peer(Manner::RefuseAddress(550));
    office.work(smtp(&peer, 60));
    let id = office.sell();
    let row = office.until(id, Span::ZERO, |row| row.state == State::Error);
    assert_eq!(row.attempts, 1);
    assert!(row.transcript.contains("S: 550 not this one"), "{}", row.transcript);
}

#[test]
fn a_server_that_is_away_is_tried_again_until_the_limit() {
    let mut office = Office::new();
    let peer = office.peer(Manner::RefuseAddress(450));
    office.work(smtp(&peer, 60));
    let id = office.sell();
    let row = office.until(id, Span::minutes(1), |row| row.state == State::Error);
    assert_eq!(row.attempts, ATTEMPTS_MAX);
    assert!(row.transcript.contains("S: 450"), "{}", row.transcript);
}

#[test]
fn a_late_answer_marks_the_letter_done_without_a_second_copy() {
    let mut office = Office::new();
    let peer = office.peer(Manner::LateAnswer);
    office.work(smtp(&peer, 1));
    let id = office.sell();
    let row = office.until(id, Span::ZERO, |row| row.attempts == 1);
    assert_eq!(row.state, State::NotDone);
    assert!(row.transcript.contains("the time of 1 s is over"), "{}", row.transcript);
    // Long past the next attempt's time: the letter is in hand and must not be sent again.
    office.town.clock.pass(Span::hours(2));
    std::thread::sleep(Duration::from_millis(300));
    peer.answer_now();
    let row = office.done(id, Span::seconds(1));
    assert!(row.transcript.contains("S: 250 taken"), "{}", row.transcript);
    assert_eq!(peer.letters().len(), 1);
}

#[test]
fn a_letter_that_cannot_be_written_waits_for_staff() {
    let mut office = Office::new();
    let peer = office.peer(Manner::Polite);
    office.work_with(smtp(&peer, 60), Arc::new(|_, _, _| Err(ScribeFault::Gone)));
    let id = office.sell();
    let row = office.until(id, Span::ZERO, |row| row.state == State::Error);
    assert!(row.transcript.contains("not in the store"), "{}", row.transcript);
    assert!(peer.commands().is_empty());
}

/// The words as the daemon makes them, from the store.
fn true_scribe(handle: Handle) -> Scribe {
    let (venue, templates, words) = (Arc::new(venue()), Templates::new(), Words::english());
    Arc::new(move |snapshot, id, row| {
        let venue = Arc::clone(&venue);
        let frame = Frame { venue, now: handle.now(), cart_places: 0, demo: false };
        let found = view::letter::letter(&handle, snapshot, frame, id)?;
        let found = found.ok_or(ScribeFault::Gone)?;
        let mail = usher_web::letter::write(&templates, &found, &words)?;
        let secrets = vec![handle.token(TokenKind::Order, row.kind.order().0)];
        Ok(Written { to_name: found.to_name, mail, secrets })
    })
}

#[test]
fn a_confirmation_leaves_with_codes_tickets_and_calendar() {
    let mut office = Office::new();
    let scribe = true_scribe(office.town.handle.clone());
    let peer = office.peer(Manner::Polite);
    office.work_with(smtp(&peer, 60), scribe.clone());
    let id = office.sell();
    office.done(id, Span::ZERO);
    let sent = peer.letters().remove(0);
    for part in ["application/pdf", "text/calendar", "image/png", "text/plain", "text/html"] {
        assert!(sent.contains(part), "no {part} in\n{sent}");
    }
    let snapshot = office.town.handle.snapshot().unwrap();
    let written = scribe(&snapshot, id, &office.letter(id)).unwrap();
    assert_eq!(written.to_name, "Ada Merrow");
    assert!(written.mail.subject.contains("Salt"), "{}", written.mail.subject);
    assert!(written.mail.text.contains("https://tickets.tidewell.example/orders/"));
    let pdf = written.mail.attachments.iter().find(|part| part.name.ends_with(".pdf")).unwrap();
    assert!(pdf.bytes.starts_with(b"%PDF"));
    the_sent_words_are_kept(&office.letter(id), &written, pdf);
}

/// Beside the transcript stands what was sent, without the token that opens the order.
fn the_sent_words_are_kept(row: &Letter, written: &Written, pdf: &Attachment) {
    let kept = row.words.as_ref().expect("what was sent is kept");
    let token = &written.secrets[0];
    let stored = usher_ledger::stored::bytes(row);
    let holds = |needle: &str| stored.windows(needle.len()).any(|at| at == needle.as_bytes());
    assert!(holds("Ada Merrow") && !holds(token), "the row holds words, never a token");
    let whole = |text: &str| {
        let named = written.secrets.iter().enumerate();
        let mark = |nth| format!("{TOKEN_SIGN}{nth}{TOKEN_SIGN}");
        named.fold(text.to_owned(), |text, (nth, secret)| text.replace(&mark(nth), secret))
    };
    let mail = &written.mail;
    let shown = (whole(&kept.subject), whole(&kept.text), whole(&kept.html));
    assert_eq!((&shown.0, &shown.1, &shown.2), (&mail.subject, &mail.text, &mail.html));
    assert!(shown.1.contains(token));
    let sha256: [u8; 32] = Sha256::digest(&pdf.bytes).into();
    let part = Part { name: pdf.name.clone(), bytes: pdf.bytes.len() as u64, sha256 };
    assert!(kept.parts.contains(&part), "the same PDF is drawn again");
    assert_eq!(kept.parts.len(), mail.attachments.len());
}

#[test]
fn without_a_way_out_a_letter_waits_three_days_and_then_for_staff() {
    let mut office = Office::new();
    let id = office.sell();
    let round = |office: &Office, way_out| {
        let handle = office.town.handle.clone();
        office.runtime.block_on(queue_limits::round(&handle, way_out, WAITING_MAX)).unwrap()
    };
    let due = office.letter(id).due;
    office.town.clock.pass(due + WAITING_TIME_MAX - office.town.handle.now());
    assert_eq!(round(&office, false), 0);
    office.town.clock.pass(Span(1));
    assert_eq!(round(&office, true), 0, "with a way out the attempts are counted, not the days");
    assert_eq!(round(&office, false), 1);
    let row = office.letter(id);
    assert_eq!((row.state, row.words), (State::Error, None));
    assert!(row.transcript.contains("no mail server is configured"), "{}", row.transcript);
}

#[test]
fn more_letters_than_the_queue_holds_wait_for_staff_the_longest_due_first() {
    let mut office = Office::new();
    let ids: Vec<LetterId> = (0..4)
        .map(|_| {
            office.town.clock.pass(Span(1));
            office.sell()
        })
        .collect();
    let handle = office.town.handle.clone();
    let round = |max| office.runtime.block_on(queue_limits::round(&handle, true, max)).unwrap();
    assert_eq!(round(4), 0);
    assert_eq!(round(3), 1);
    let states: Vec<State> = ids.iter().map(|id| office.letter(*id).state).collect();
    assert_eq!(states, [State::Error, State::NotDone, State::NotDone, State::NotDone]);
    assert!(office.letter(ids[0]).transcript.contains("more letters wait"));
}

#[test]
fn a_mistake_in_one_letter_stops_no_other() {
    let folder = folder("mistake");
    let mut office = Office::new();
    let bad = office.sell();
    let good = office.sell();
    let words = scribe();
    let clumsy: Scribe = Arc::new(move |snapshot, id, letter| {
        assert_ne!(id, bad, "the mistake");
        words(snapshot, id, letter)
    });
    office.work_with(Post::Folder(folder.clone()), clumsy);
    office.done(good, Span::ZERO);
    let row = office.until(bad, Span::ZERO, |row| row.state == State::Error);
    assert!(row.transcript.contains("mistake of ours"), "{}", row.transcript);
    std::fs::remove_dir_all(&folder).unwrap();
}
