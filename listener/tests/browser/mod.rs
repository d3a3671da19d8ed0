//! A browser without scripts: keeps cookies, follows redirects, fills in and sends forms.
//!
//! Reads forms out of the pages as they are sent, so a field that a template forgot is missed
//! here, too. Knows no address that a page did not give it. Next: the test files.
#![allow(dead_code)] // Each test file uses its own part of it.

use crate::house::{Ask, House, Told};
use axum::http::header;
use usher_rules::staff::Role;

/// Redirects followed one after another.
const REDIRECTS_MAX: usize = 5;

pub struct Browser<'h> {
    house: &'h House,
    pub cookie: Option<String>,
    /// Where it stands now.
    pub path: String,
    address: Option<&'static str>,
}

/// A form as it stands in a page, filled in as the page filled it.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub post: bool,
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// Types into a field, or ticks it; one that the page does not have is an error of the test.
    pub fn set(mut self, name: &str, value: &str) -> Form {
        let field = self.fields.iter_mut().find(|(known, _)| known == name);
        let (_, text) = field.unwrap_or_else(|| panic!("no field {name} to {}", self.action));
        *text = value.to_owned();
        self
    }

    /// Ticks one more box of a name, or presses a button that carries a value.
    pub fn add(mut self, name: &str, value: &str) -> Form {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    fn body(&self) -> String {
        let part = usher_web::html::url_part;
        let pairs = self.fields.iter().map(|(name, text)| format!("{}={}", part(name), part(text)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

impl<'h> Browser<'h> {
    pub fn new(house: &'h House) -> Browser<'h> {
        Browser { house, cookie: None, path: "/".to_owned(), address: None }
    }

    /// Somebody of the staff with this role, signed in.
    pub async fn of(house: &'h House, login: &str, role: Role) -> Browser<'h> {
        let person = house.engaged(login, role).await;
        let mut browser = Browser::new(house);
        browser.cookie = Some(house.session_of(person.no).await);
        browser
    }

    /// A browser that is not on this machine.
    pub fn far_away(house: &'h House, address: &'static str) -> Browser<'h> {
        Browser { address: Some(address), ..Browser::new(house) }
    }

    async fn send(&mut self, ask: Ask) -> Told {
        let ask = match &self.cookie {
            Some(cookie) => ask.with("cookie", cookie),
            None => ask,
        };
        let ask = match self.address {
            Some(address) => ask.from(address),
            None => ask,
        };
        let told = self.house.send(ask).await;
        if told.headers.contains_key(header::SET_COOKIE) {
            let cookie = told.cookie();
            self.cookie = (!cookie.ends_with('=')).then_some(cookie);
        }
        told
    }

    /// Goes to a page, on through redirects.
    pub async fn go(&mut self, path: &str) -> Told {
        let mut path = path.to_owned();
        for _ in 0..REDIRECTS_MAX {
            self.path = path.clone();
            let told = self.send(Ask::get(&path)).await;
            if told.status != 303 {
                return told;
            }
            path = told.header("location");
        }
        panic!("redirected again and again, last to {path}");
    }

    /// Goes to a page and stays there, whatever it answers.
    pub async fn look(&mut self, path: &str) -> Told {
        self.send(Ask::get(path)).await
    }

    /// Sends a form and shows what it answers, a redirect unfollowed.
    pub async fn press(&mut self, form: &Form) -> Told {
        let referer = format!("http://localhost{}", self.path);
        if form.post {
            let ask = Ask::post(&form.action).form(&form.body()).with("referer", &referer);
            self.send(ask).await
        } else {
            self.send(Ask::get(&format!("{}?{}", form.action, form.body()))).await
        }
    }

    /// Sends a form and follows where it leads.
    pub async fn submit(&mut self, form: &Form) -> Told {
        let told = self.press(form).await;
        if told.status == 303 { self.go(&told.header("location")).await } else { told }
    }
}

pub fn says(page: &Told, words: &str) {
    assert!(page.body.contains(words), "`{words}` is not on the page: {}", page.body);
}

/// A browser that was sent to sign in on its way there, and did.
pub async fn signed_in<'h>(house: &'h House, token: &str, to: &str) -> (Browser<'h>, Told) {
    let mut browser = Browser::new(house);
    let page = browser.go(to).await;
    assert!(browser.path.starts_with("/desk/sign-in?onward="), "{}", browser.path);
    let page = browser.submit(&form(&page, "/desk/sign-in").set("token", token)).await;
    (browser, page)
}

/// The first form of a page whose action ends so.
pub fn form(page: &Told, action_end: &str) -> Form {
    let all = forms(&page.body);
    let actions: Vec<String> = all.iter().map(|form| form.action.clone()).collect();
    all.into_iter()
        .find(|form| form.action.ends_with(action_end))
        .unwrap_or_else(|| panic!("no form to …{action_end}, only {actions:?} in {}", page.body))
}

/// Every form of a page.
pub fn forms(html: &str) -> Vec<Form> {
    html.split("<form ").skip(1).map(|rest| read(rest.split("</form>").next().unwrap())).collect()
}

fn read(html: &str) -> Form {
    let head = html.split('>').next().unwrap();
    let mut fields = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let tag = rest.split('>').next().unwrap();
        let named = attribute(tag, "name");
        match (tag.split_whitespace().next().unwrap_or_default(), named) {
            ("input", Some(name)) if counts(tag) => {
                fields.push((name, attribute(tag, "value").unwrap_or_default()));
            }
            ("select", Some(name)) => {
                let inside = rest.split("</select>").next().unwrap();
                fields.push((name, chosen(inside)));
            }
            ("textarea", Some(name)) => fields.push((name, String::new())),
            _ => {}
        }
    }
    Form {
        action: attribute(head, "action").expect("a form has an action"),
        post: attribute(head, "method").as_deref() == Some("post"),
        fields,
    }
}

/// Is the field sent as it stands? Boxes only when ticked.
fn counts(tag: &str) -> bool {
    match attribute(tag, "type").as_deref() {
        Some("checkbox" | "radio") => tag.split_whitespace().any(|word| word == "checked"),
        _ => true,
    }
}

fn chosen(select: &str) -> String {
    let options: Vec<&str> = select.split("<option ").skip(1).collect();
    let selected =
        options.iter().find(|option| option.split('>').next().unwrap().contains(" selected"));
    let option = selected.or(options.first()).copied().unwrap_or_default();
    attribute(option.split('>').next().unwrap(), "value").unwrap_or_default()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag
        .split_once(&format!(" {name}=\""))
        .or_else(|| tag.strip_prefix(&format!("{name}=\"")).map(|rest| ("", rest)))?;
    Some(unescaped(rest.split('"').next()?))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#x2f;", "/")
        .replace("&amp;", "&")
}
