//! Letters: the list, newest on top, and one with its words, files and conversation.
//!
//! The text is shown as plain text, never as a page of its own. Next: `../letter.rs`, which
//! writes them.

use super::around;
use crate::html::{Html, Templates};
use crate::layout::Pen;
use crate::money::grouped;
use crate::words::Words;
use minijinja::{Value, context};
use usher_rules::letter::State;
use usher_rules::view::desk::letter::{Attachment, Glance, Letters, Opened};

pub fn list(templates: &Templates, view: &Letters, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let page = context! {
        letters => view.letters.iter().map(|letter| glance(&pen, letter)).collect::<Vec<_>>(),
        next => view.next.map(|letter| format!("/desk/letters?before={letter}")),
        ..around(&pen, &view.around)
    };
    pen.page("desk-letters.html", &pen.say("letters-heading"), "letters", page)
}

pub fn page(templates: &Templates, view: &Opened, words: &Words) -> Html {
    let pen = Pen::new(templates, &view.around.frame, words);
    let title = words.tell("letter-heading", &[("letter", view.glance.letter.to_string().into())]);
    let page = context! {
        letter => glance(&pen, &view.glance),
        text => &view.text,
        attachments => view.attachments.iter().map(|one| attachment(&pen, one)).collect::<Vec<_>>(),
        transcript => &view.transcript,
        ..around(&pen, &view.around)
    };
    pen.page("desk-letter.html", &title, "letters", page)
}

fn glance(pen: &Pen<'_>, letter: &Glance) -> Value {
    let (mark, icon, state) = match letter.state {
        State::NotDone => ("meh", "ring", "letter-not-done"),
        State::Done => ("ok", "tick", "letter-done"),
        State::Error => ("bad", "bar", "letter-error"),
    };
    let order = [("order", letter.order.to_string().into())];
    let about = pen.words.tell("letter-about", &order);
    context! {
        id => letter.letter.to_string(),
        to => &letter.to,
        subject => letter.subject.as_ref().unwrap_or(&about),
        about => &about,
        mark,
        icon,
        state => pen.say(state),
        attempts => letter.attempts,
        fault => &letter.fault,
        created => pen.times.moment(letter.created),
        sent => letter.sent.map(|sent| pen.times.moment(sent)),
        due => (letter.state == State::NotDone).then(|| pen.times.moment(letter.due)),
    }
}

fn attachment(pen: &Pen<'_>, one: &Attachment) -> String {
    let parts = [("name", one.name.as_str().into()), ("bytes", grouped(one.bytes).into())];
    pen.words.tell("letter-attachment", &parts)
}
