//! A browser of the desk: signs in with password and phone, and sends forms.
//!
//! Never decides anything. Next: `inputs.rs`.

use crate::ask::{form, header, page, raw};
use crate::numbers::coded;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};
use usher_listener::second_factor::Seed;
use usher_rules::at::At;

/// Who sits at it.
#[derive(Clone, Debug)]
pub struct Desk {
    pub address: SocketAddr,
    pub cookie: String,
}

/// Status of a raw answer.
pub fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
}

/// What a page has between these two.
pub fn between<'a>(page: &'a str, before: &str, after: &str) -> Option<&'a str> {
    page.split_once(before)?.1.split(after).next()
}

pub fn fields(pairs: &[(&str, &str)]) -> String {
    let coded = pairs.iter().map(|(name, text)| format!("{name}={}", coded(text)));
    coded.collect::<Vec<_>>().join("&")
}

fn cookie_of(answer: &str) -> String {
    let set = header(answer, "set-cookie").unwrap_or_else(|| panic!("no cookie: {answer}"));
    set.split(';').next().unwrap().to_owned()
}

impl Desk {
    /// One of the demo's staff, whose browser calls itself like this.
    pub fn sign_in(address: SocketAddr, told: &Value, role: &str, browser: &str) -> Desk {
        let staff = told["staff"].as_array().unwrap();
        let one = staff.iter().find(|one| one["role"] == role).unwrap();
        let text = |name: &str| one[name].as_str().unwrap();
        let typed = fields(&[("login", text("login")), ("password", text("password"))]);
        let step = form(address, "/desk/sign-in/password", "", &typed);
        let step = between(&step, "name=\"step\" value=\"", "\"").unwrap().to_owned();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let seed = Seed::read(text("totp_secret")).unwrap();
        let code = seed.code_at(At(i64::try_from(now).unwrap())).unwrap();
        let body = fields(&[("step", &step), ("code", &code)]);
        let told = raw(
            address,
            &format!(
                "POST /desk/sign-in/code HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
                 origin: http://{address}\r\nuser-agent: {browser}\r\n\
                 content-type: application/x-www-form-urlencoded\r\n\
                 content-length: {}\r\n\r\n{body}",
                body.len()
            ),
        );
        Desk { address, cookie: cookie_of(&told) }
    }

    pub fn at(&self, address: SocketAddr) -> Desk {
        Desk { address, cookie: self.cookie.clone() }
    }

    pub fn page(&self, path: &str) -> String {
        page(self.address, path, &self.cookie)
    }

    pub fn send(&self, path: &str, pairs: &[(&str, &str)]) -> String {
        form(self.address, path, &self.cookie, &fields(pairs))
    }

    /// Opens a till; its session.
    pub fn open_till(&self, till: &str) -> String {
        self.send("/desk/till/open", &[("key", ""), ("till", till), ("float", "100")]);
        let shown = self.page("/desk/till");
        let session = between(&shown, "name=\"session\" value=\"", "\"");
        session.unwrap_or_else(|| panic!("no till: {shown}")).to_owned()
    }

    /// Two best seats in hand; the address of the sale.
    pub fn take_two(&self, performance: &str) -> String {
        let path = format!("/desk/sell/{performance}/best-seats");
        let told = self.send(&path, &[("key", ""), ("qty-1", "2"), ("where", "any")]);
        let sale = header(&told, "location").unwrap_or_else(|| panic!("no seats: {told}"));
        sale.to_owned()
    }
}
