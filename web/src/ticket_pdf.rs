//! Tickets on paper: a PDF, three tickets to the page, each with its QR code.
//!
//! Lays out with fixed measures that fit A4 and Letter alike; fonts are embedded. Only valid
//! tickets are printed. Next: `qr.rs`, `letter.rs`.

use crate::money::Purse;
use crate::order;
use crate::place;
use crate::qr::{Modules, QUIET_MODULES};
use crate::time::Times;
use crate::words::Words;
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use usher_rules::id::written;
use usher_rules::view::order::{Order, Ticket, TicketState, Visit};

const ROBOTO: &[u8] = include_bytes!("../fonts/Roboto-Regular.ttf");
const ROBOTO_BOLD: &[u8] = include_bytes!("../fonts/Roboto-Bold.ttf");
const SLAB_LIGHT: &[u8] = include_bytes!("../fonts/RobotoSlab-Light.otf");

/// A4 in points; Letter is wider and the bottom margin takes what it lacks in height.
const PAGE_WIDTH: f32 = 595.0;
const PAGE_HEIGHT: f32 = 842.0;
const MARGIN: f32 = 42.0;
const TICKETS_ON_PAGE: usize = 3;
const TICKET_HEIGHT: f32 = 232.0;
/// Side of a code with its quiet zone: 48 mm.
const CODE_SIDE: f32 = 136.0;
/// Share of the code's side that is quiet zone, for the short code of 25 modules.
const QUIET_SHARE: f32 = 4.0 / 33.0;
/// Tickets of one order that are printed; more than any cart may hold.
const TICKETS_MAX: usize = 200;
/// Mean width of a letter as a share of its size, for fitting a line.
const LETTER_SHARE: f32 = 0.53;

/// What a document of ours cannot do without.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PdfFault {
    #[error("an embedded font cannot be read")]
    Font,
    #[error("the page could not be written: {reason}")]
    Page { reason: String },
}

/// The tickets of an order. An order without valid tickets makes one page that says whose it is.
pub fn write(view: &Order, words: &Words) -> Result<Vec<u8>, PdfFault> {
    let paper = Paper::new(view, words)?;
    let mut document = Document::new();
    let number = written(view.order.0);
    let title = words.tell("paper-title", &[("order", number.into())]);
    let metadata = Metadata::new()
        .title(title)
        .authors(vec![view.frame.venue.name.clone()])
        .language(words.language());
    document.set_metadata(metadata);
    let valid: Vec<(&Visit, &Ticket)> = view
        .visits
        .iter()
        .flat_map(|visit| visit.tickets.iter().map(move |ticket| (visit, ticket)))
        .filter(|(_, ticket)| !ticket.code.is_empty() && is_good(ticket.state))
        .take(TICKETS_MAX)
        .collect();
    let mut pages: Vec<&[(&Visit, &Ticket)]> = valid.chunks(TICKETS_ON_PAGE).collect();
    if pages.is_empty() {
        pages.push(&[]);
    }
    for tickets in pages {
        let settings = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT)
            .ok_or_else(|| PdfFault::Page { reason: "its size".to_owned() })?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        paper.head(&mut surface);
        for (index, (visit, ticket)) in tickets.iter().enumerate() {
            paper.ticket(&mut surface, MARGIN + 44.0 + index as f32 * TICKET_HEIGHT, visit, ticket);
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| PdfFault::Page { reason: format!("{error:?}") })
}

fn is_good(state: TicketState) -> bool {
    match state {
        TicketState::Valid | TicketState::In { .. } | TicketState::Out { .. } => true,
        TicketState::Cancelled { .. }
        | TicketState::PerformanceCancelled
        | TicketState::Replaced { .. } => false,
    }
}

/// Fonts, words and times of one document.
struct Paper<'a> {
    view: &'a Order,
    words: &'a Words,
    times: Times,
    purse: Purse,
    plain: Font,
    bold: Font,
    slab: Font,
}

impl<'a> Paper<'a> {
    fn new(view: &'a Order, words: &'a Words) -> Result<Paper<'a>, PdfFault> {
        let font = |bytes: &'static [u8]| Font::new(bytes.into(), 0).ok_or(PdfFault::Font);
        Ok(Paper {
            view,
            words,
            times: Times::new(&view.frame.venue.time_zone, words),
            purse: Purse::new(&view.frame.venue.currency),
            plain: font(ROBOTO)?,
            bold: font(ROBOTO_BOLD)?,
            slab: font(SLAB_LIGHT)?,
        })
    }

    fn head(&self, surface: &mut Surface<'_>) {
        let venue = &self.view.frame.venue;
        let right = PAGE_WIDTH - MARGIN;
        self.text(surface, (MARGIN, MARGIN + 12.0), &self.slab, 16.0, &venue.name);
        let order = format!("{} {}", self.words.say("paper-order"), written(self.view.order.0));
        let total = self.purse.write(self.view.sums.total);
        let line = format!("{order}, {total}");
        // Stands over the codes, flush with their dark edge.
        let left = right - CODE_SIDE + CODE_SIDE * QUIET_SHARE;
        self.text(surface, (left, MARGIN + 12.0), &self.plain, 9.0, &line);
        bar(surface, (MARGIN, MARGIN + 24.0), (right - MARGIN, 1.2));
    }

    fn ticket(&self, surface: &mut Surface<'_>, top: f32, visit: &Visit, ticket: &Ticket) {
        let right = PAGE_WIDTH - MARGIN;
        let text_width = right - MARGIN - CODE_SIDE - 24.0;
        let size = fitted(&visit.title, 20.0, text_width);
        self.text(surface, (MARGIN, top + 24.0), &self.slab, size, &visit.title);
        let when = self.times.moment(visit.starts);
        let args = [("when", when.into()), ("hall", visit.hall.as_str().into())];
        let line = self.words.tell("perf-line", &args);
        self.text(surface, (MARGIN, top + 42.0), &self.plain, 11.0, &line);
        let seat = place::phrase(std::slice::from_ref(&ticket.place), self.words);
        let size = fitted(&seat, 17.0, text_width);
        self.text(surface, (MARGIN, top + 84.0), &self.bold, size, &seat);
        self.facts(surface, top + 112.0, visit, ticket);
        let note = self.words.say("paper-note");
        self.text(surface, (MARGIN, top + 176.0), &self.plain, 8.0, &note);
        let venue = &self.view.frame.venue;
        let address = format!("{}, {}, {}", venue.name, venue.street, venue.town);
        self.text(surface, (MARGIN, top + 188.0), &self.plain, 8.0, &address);
        self.code(surface, (right - CODE_SIDE, top + 6.0), ticket);
        dashes(surface, top + TICKET_HEIGHT - 16.0);
    }

    /// Doors, start, door and kind of ticket side by side.
    fn facts(&self, surface: &mut Surface<'_>, top: f32, visit: &Visit, ticket: &Ticket) {
        let facts = [
            ("paper-doors", self.times.clock(visit.doors_open)),
            ("paper-starts", self.times.clock(visit.starts)),
            ("paper-door", ticket.door.clone()),
            ("paper-ticket", ticket.level_name.clone()),
        ];
        let shown = facts.iter().filter(|(_, text)| !text.is_empty());
        for (index, (id, text)) in shown.enumerate() {
            let left = MARGIN + index as f32 * 86.0;
            self.text(surface, (left, top), &self.plain, 8.0, &self.words.say(id));
            let size = fitted(text, 13.0, 82.0);
            self.text(surface, (left, top + 16.0), &self.bold, size, text);
        }
    }

    fn code(&self, surface: &mut Surface<'_>, (left, top): (f32, f32), ticket: &Ticket) {
        let Some(modules) = Modules::new(&ticket.code) else {
            return;
        };
        let module = CODE_SIDE / (modules.side + 2 * QUIET_MODULES) as f32;
        let mut path = PathBuilder::new();
        for (x, y, length) in modules.stretches() {
            let at = |count: usize| (count + QUIET_MODULES) as f32 * module;
            let stretch =
                Rect::from_xywh(left + at(x), top + at(y), length as f32 * module, module);
            if let Some(stretch) = stretch {
                path.push_rect(stretch);
            }
        }
        if let Some(path) = path.finish() {
            surface.set_fill(Some(ink()));
            surface.draw_path(&path);
        }
        let number = written(ticket.ticket.0);
        let indent = CODE_SIDE / 2.0 - number.chars().count() as f32 * 9.0 * LETTER_SHARE / 2.0;
        let below = (left + indent, top + CODE_SIDE + 8.0);
        self.text(surface, below, &self.plain, 9.0, &number);
        let typed = (left + 2.0, top + CODE_SIDE + 20.0);
        let size = fitted(&ticket.code, 6.5, CODE_SIDE * 0.8);
        self.text(surface, typed, &self.plain, size, &ticket.code);
    }

    fn text(&self, surface: &mut Surface<'_>, at: (f32, f32), font: &Font, size: f32, text: &str) {
        surface.set_fill(Some(ink()));
        let start = Point::from_xy(at.0, at.1);
        surface.draw_text(start, font.clone(), size, text, false, TextDirection::Auto);
    }
}

/// The size at which the line still fits, not above the one wished for.
fn fitted(text: &str, size: f32, width: f32) -> f32 {
    let letters = text.chars().count().max(1) as f32;
    size.min(width / (letters * LETTER_SHARE)).max(5.0)
}

fn ink() -> Fill {
    Fill {
        paint: rgb::Color::new(25, 25, 29).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }
}

fn bar(surface: &mut Surface<'_>, (left, top): (f32, f32), (width, height): (f32, f32)) {
    let mut path = PathBuilder::new();
    if let Some(bar) = Rect::from_xywh(left, top, width, height) {
        path.push_rect(bar);
    }
    if let Some(path) = path.finish() {
        surface.set_fill(Some(ink()));
        surface.draw_path(&path);
    }
}

/// The line to cut or fold along.
fn dashes(surface: &mut Surface<'_>, top: f32) {
    let mut left = MARGIN;
    while left < PAGE_WIDTH - MARGIN {
        bar(surface, (left, top), (4.0, 0.6));
        left += 9.0;
    }
}

/// Name of the file as it is sent.
pub fn file_name(view: &Order) -> String {
    format!("tickets-{}.pdf", written(view.order.0))
}

/// Where the same document stands on this site.
pub fn address(view: &Order) -> String {
    format!("{}/tickets.pdf", order::address(view))
}
