//! One HTTP request at a time, written and read here, so that nothing repeats it unasked.
//!
//! An answer counts only when every byte of it has arrived: a half one is an error, for it was
//! not acknowledged. Never follows a redirect. Next: `sale.rs`.

use serde_json::{Value, json};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A box that takes longer than this does not answer at all.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// Who asks: where, with which token.
#[derive(Clone, Debug)]
pub struct Caller {
    pub address: SocketAddr,
    pub token: Option<String>,
    /// A browser's cookie.
    pub cookie: Option<String>,
}

/// What came back, whole.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// A member of the body that is text.
    pub fn text(&self, member: &str) -> &str {
        self.body[member].as_str().unwrap_or_else(|| panic!("no {member} in {self:?}"))
    }
}

impl Caller {
    pub fn to(address: SocketAddr) -> Caller {
        Caller { address, token: None, cookie: None }
    }

    pub fn with(&self, token: &str) -> Caller {
        Caller { address: self.address, token: Some(token.to_owned()), cookie: None }
    }

    /// As scripts of a page call: with the visitor's cookie.
    pub fn with_cookie(&self, cookie: &str) -> Caller {
        Caller { address: self.address, token: None, cookie: Some(cookie.to_owned()) }
    }

    /// A call that must get through.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, None, None).unwrap()
    }

    /// The same.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, None, Some(body)).unwrap()
    }

    /// A call that may break off, under a key that makes it safe to repeat.
    pub fn try_post(&self, path: &str, key: &str, body: &Value) -> io::Result<Answer> {
        self.ask("POST", path, Some(key), Some(body))
    }

    pub fn ask(
        &self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> io::Result<Answer> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        let mut line = |name: &str, value: &str| head.push_str(&format!("{name}: {value}\r\n"));
        line("connection", "close");
        if let Some(token) = &self.token {
            line("authorization", &format!("Bearer {token}"));
        }
        if let Some(cookie) = &self.cookie {
            line("cookie", cookie);
        }
        if let Some(key) = key {
            line("idempotency-key", key);
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        if method != "GET" {
            line("content-type", "application/json");
            line("content-length", &body.len().to_string());
            line("origin", &format!("http://{}", self.address));
        }
        let mut stream = TcpStream::connect_timeout(&self.address, ANSWER_MAX)?;
        stream.set_read_timeout(Some(ANSWER_MAX))?;
        stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        read(&bytes)
    }
}

/// What a browser writes, byte by byte, and all that comes back. The connection must say that it
/// closes.
pub fn raw(address: SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_MAX).unwrap();
    stream.set_read_timeout(Some(ANSWER_MAX)).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A form as a page of ours sends it, with the cookies of the visitor.
pub fn form(address: SocketAddr, path: &str, cookie: &str, fields: &str) -> String {
    let mut head = format!("POST {path} HTTP/1.1\r\n");
    let mut line = |name: &str, value: &str| head.push_str(&format!("{name}: {value}\r\n"));
    line("host", &address.to_string());
    line("connection", "close");
    line("origin", &format!("http://{address}"));
    if !cookie.is_empty() {
        line("cookie", cookie);
    }
    line("content-type", "application/x-www-form-urlencoded");
    line("content-length", &fields.len().to_string());
    head.push_str("\r\n");
    raw(address, &format!("{head}{fields}"))
}

/// A page as the visitor with these cookies sees it.
pub fn page(address: SocketAddr, path: &str, cookie: &str) -> String {
    let host = format!("host: {address}\r\nconnection: close\r\ncookie: {cookie}\r\n");
    raw(address, &format!("GET {path} HTTP/1.1\r\n{host}\r\n"))
}

/// The value of a header of a raw answer.
pub fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn read(bytes: &[u8]) -> io::Result<Answer> {
    let broken = |what: &str| io::Error::new(ErrorKind::UnexpectedEof, what.to_owned());
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or_else(|| broken("the head broke off"))?;
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let body = &bytes[end + 4..];
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: Option<usize> = length.and_then(|length| length.parse().ok());
    if length != Some(body.len()) {
        return Err(broken("the body broke off"));
    }
    let text = String::from_utf8_lossy(body);
    let body = serde_json::from_str(&text).unwrap_or_else(|_| json!(text));
    Ok(Answer { status: status.ok_or_else(|| broken("no status"))?, body })
}
