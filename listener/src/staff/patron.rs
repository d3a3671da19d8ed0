//! `/desk/patrons`: the register of patrons, for whoever sells at the counter.
//!
//! With `sale` in the address somebody is looked for to buy that sale. Never shows a card, and no
//! page of the shop leads here. Next: `sell/patron.rs`, `rules/patron.rs`.

use super::desk::around;
use super::sell;
use crate::request::{Staff, need, step};
use crate::respond;
use crate::shop::form::{Asked, Fields, Named, act};
use crate::wording::Trouble;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use usher_ledger::patron as register;
use usher_ledger::view::desk::patron as view;
use usher_rules::id::{CartId, PatronId};
use usher_rules::patron::{Command as Rule, Details, Event as Happened};
use usher_rules::view::desk::patron::{Opened, Patrons};
use usher_rules::{Command, Entry, Event, Key, Refusal};
use usher_web::desk::patron as pages;

/// Longest search that is looked at, in characters.
const FIND_CHARS_MAX: usize = 120;
/// Patrons below a field of a sale.
const MATCHES_MAX: usize = 8;

type Cashier = Staff<need::SellAtCounter>;

fn wish(query: &Fields) -> String {
    query.text("find").trim().chars().take(FIND_CHARS_MAX).collect()
}

/// What was sent of somebody, and why it was not taken.
#[derive(Default)]
struct Sent {
    typed: Details,
    wrong: Vec<&'static str>,
}

pub async fn list(staff: Cashier, Asked(query): Asked) -> Result<Response, Trouble> {
    listed(&staff, &query, StatusCode::OK, Sent::default())
}

fn listed(
    staff: &Cashier,
    fields: &Fields,
    status: StatusCode,
    sent: Sent,
) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let (around, _) = around(staff, &snapshot)?;
    let find = wish(fields);
    let before = fields.get("before").map(|_| fields.known("before")).transpose()?;
    let (found, next) = match find.is_empty() {
        true => view::newest(&snapshot, before)?,
        false => (view::found(&snapshot, &find, view::PATRONS_MAX)?, None),
    };
    let view = Patrons {
        around,
        sale: sale_of(fields)?,
        found,
        next,
        form_key: staff.shop().form_key(),
        typed: typed_or(sent.typed, &find),
        wrong: sent.wrong,
        find,
    };
    let look = staff.shop().look();
    Ok(respond::page_with(status, pages::list(&look.templates, &view, &look.words)))
}

/// What was looked for in vain is likely the name of somebody new.
fn typed_or(typed: Details, find: &str) -> Details {
    let named = typed != Details::default() || find.contains(|sign: char| sign.is_ascii_digit());
    match (named, find.contains('@')) {
        (true, _) => typed,
        (false, true) => Details { email: find.to_owned(), ..typed },
        (false, false) => Details { name: find.to_owned(), ..typed },
    }
}

fn sale_of(fields: &Fields) -> Result<Option<CartId>, Trouble> {
    match fields.text("sale") {
        "" => Ok(None),
        _ => fields.known("sale").map(Some),
    }
}

fn details(fields: &Fields) -> Details {
    let text = |name: &str| fields.text(name).trim().to_owned();
    Details { name: text("name"), email: text("email"), phone: text("phone") }
}

/// Somebody new; with a sale they are chosen for it at once.
pub async fn register(staff: Cashier, fields: Fields) -> Result<Response, Trouble> {
    let sale = sale_of(&fields)?;
    if let Some(sale) = sale {
        sell::own_sale(&staff, &staff.snapshot()?, sale)?;
    }
    let (typed, key) = (details(&fields), staff.form_key(&fields.key()));
    let id = match put(&staff, act(key), Rule::Register(typed.clone())).await {
        Ok(id) => id,
        Err(Trouble::Refused(Refusal::MissingData { fields: wrong })) => {
            let sent = Sent { typed, wrong };
            return listed(&staff, &fields, StatusCode::UNPROCESSABLE_ENTITY, sent);
        }
        Err(trouble) => return Err(trouble),
    };
    match sale {
        Some(sale) => sell::patron::set(&staff, step(key, "choose"), sale, Some(id)).await,
        None => Ok(respond::see_other(&address(id))),
    }
}

/// Keeps somebody in the register; their number.
pub(super) async fn put(
    staff: &Cashier,
    key: Option<Key>,
    rule: Rule,
) -> Result<PatronId, Trouble> {
    let entry = staff.ask(key, Command::Patron(rule)).await?;
    number(&entry).ok_or(Trouble::Bug)
}

fn number(entry: &Entry) -> Option<PatronId> {
    entry.events.iter().find_map(|event| match event {
        Event::Patron(Happened::Put(id, _)) => Some(*id),
        _ => None,
    })
}

fn address(id: PatronId) -> String {
    format!("/desk/patrons/{id}")
}

pub async fn page(staff: Cashier, Named(id): Named<PatronId>) -> Result<Response, Trouble> {
    opened(&staff, id, StatusCode::OK, None)
}

fn opened(
    staff: &Cashier,
    id: PatronId,
    status: StatusCode,
    sent: Option<Sent>,
) -> Result<Response, Trouble> {
    let snapshot = staff.snapshot()?;
    let row = register::get(&snapshot, id)?.ok_or_else(Trouble::not_found)?;
    let (around, _) = around(staff, &snapshot)?;
    let (orders, more) = view::orders(&snapshot, id)?;
    let Sent { typed, wrong } = sent.unwrap_or_else(|| {
        let (name, email, phone) = (row.name.clone(), row.email.clone(), row.phone.clone());
        Sent { typed: Details { name, email, phone }, wrong: Vec::new() }
    });
    let view = Opened {
        around,
        patron: id,
        name: row.name,
        since: row.since,
        form_key: staff.shop().form_key(),
        typed,
        wrong,
        orders,
        more,
    };
    let look = staff.shop().look();
    Ok(respond::page_with(status, pages::page(&look.templates, &view, &look.words)))
}

pub async fn change(
    staff: Cashier,
    Named(id): Named<PatronId>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let typed = details(&fields);
    let key = staff.form_key(&fields.key());
    match put(&staff, key, Rule::Change(id, typed.clone())).await {
        Ok(id) => Ok(respond::see_other(&address(id))),
        Err(Trouble::Refused(Refusal::MissingData { fields: wrong })) => {
            let sent = Some(Sent { typed, wrong });
            opened(&staff, id, StatusCode::UNPROCESSABLE_ENTITY, sent)
        }
        Err(trouble) => Err(trouble),
    }
}

/// Those that fit what is typed at a sale, for its script.
#[derive(Serialize)]
struct Told {
    patrons: Vec<Match>,
    /// How many they are, in words.
    said: String,
}

#[derive(Serialize)]
struct Match {
    patron: String,
    name: String,
    about: String,
}

pub async fn matches(staff: Cashier, Asked(query): Asked) -> Result<Response, Trouble> {
    let found = view::found(&staff.snapshot()?, &wish(&query), MATCHES_MAX)?;
    let look = staff.shop().look();
    let frame = staff.shop().frame(0);
    let said = pages::matches(&look.templates, &frame, &found, &look.words);
    let one = |one: pages::Match| Match { patron: one.patron, name: one.name, about: one.about };
    let told = Told { patrons: said.matches.into_iter().map(one).collect(), said: said.said };
    let mut response = Json(told).into_response();
    respond::personal(&mut response);
    Ok(response)
}
