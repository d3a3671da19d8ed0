//! The load client: kept-alive connections that ask, wait for the answer and ask again.
//!
//! One thread, plain HTTP/1.1 over loopback, as little work per request as can be, because it
//! shares the processor with what it measures. The same client drives floors and the box. Never
//! judges a figure. Next: `tally.rs`.

use crate::tally::Tally;
use anyhow::{Context, bail};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// Longest answer taken; a seat map of a large house is far below.
const ANSWER_BYTES_MAX: usize = 32 * 1024 * 1024;
/// How long one answer may take before the run is given up.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// Where scanners come from, and where the public does.
pub const SCANNERS: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 1));
pub const PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// One kept-alive connection.
pub struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, borrowed from the connection's buffer.
#[derive(Debug)]
pub struct Reply<'a> {
    pub status: u16,
    pub head: &'a str,
    pub body: &'a [u8],
}

impl Reply<'_> {
    pub fn ok(&self) -> bool {
        self.status < 300
    }

    /// The body as JSON.
    pub fn json(&self) -> anyhow::Result<serde_json::Value> {
        let words = || String::from_utf8_lossy(self.body).chars().take(300).collect::<String>();
        serde_json::from_slice(self.body).with_context(words)
    }
}

impl Line {
    /// `source`: the address to come from.
    pub async fn open(address: SocketAddr, source: IpAddr) -> anyhow::Result<Line> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(source, 0))?;
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Line { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends one request and waits for its whole answer.
    pub async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Reply<'_>> {
        tokio::time::timeout(ANSWER_MAX, self.exchange(request)).await.context("no answer")??;
        let (head_end, body_start) = head_end(&self.buffer).context("no head")?;
        let head = std::str::from_utf8(&self.buffer[..head_end])?;
        let status = head.get(9..12).context("no status")?.parse()?;
        Ok(Reply { status, head, body: &self.buffer[body_start..] })
    }

    async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<()> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        while !whole(&self.buffer)? {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the connection was closed in the middle of an answer");
            }
            if self.buffer.len() > ANSWER_BYTES_MAX {
                bail!("an answer of more than {ANSWER_BYTES_MAX} bytes");
            }
        }
        Ok(())
    }
}

fn head_end(bytes: &[u8]) -> Option<(usize, usize)> {
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some((at, at + 4))
}

fn whole(bytes: &[u8]) -> anyhow::Result<bool> {
    let Some((head, body)) = head_end(bytes) else { return Ok(false) };
    let head = std::str::from_utf8(&bytes[..head])?;
    for line in head.split("\r\n").skip(1) {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            return Ok(bytes.len() - body >= value.trim().parse::<usize>()?);
        }
        if name.eq_ignore_ascii_case("transfer-encoding") {
            return Ok(bytes.ends_with(b"0\r\n\r\n"));
        }
    }
    let status = head.get(9..12).unwrap_or_default();
    if matches!(status, "204" | "303" | "304") {
        return Ok(true);
    }
    bail!("an answer without a length: {head}");
}

/// A GET of a path.
pub fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{headers}\r\n").into_bytes()
}

/// A POST of JSON.
pub fn post(path: &str, token: &str, body: &str) -> Vec<u8> {
    let credential = match token {
        "" => String::new(),
        token => format!("authorization: Bearer {token}\r\n"),
    };
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\nsec-fetch-site: same-origin\r\n{credential}\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// How many ask at once, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub connections: usize,
    /// Where they come from: connections are counted by address.
    pub source: IpAddr,
    pub warm: Duration,
    pub span: Duration,
}

impl Shape {
    /// So many connections for the usual span of a short round.
    pub fn of(connections: usize) -> Shape {
        let (warm, span) = (Duration::from_millis(300), Duration::from_millis(2_000));
        Shape { connections, source: SCANNERS, warm, span }
    }

    /// The same from another address.
    pub fn from(self, source: IpAddr) -> Shape {
        Shape { source, ..self }
    }

    pub fn lasting(self, span: Duration) -> Shape {
        Shape { span, ..self }
    }
}

/// Drives one address. `next` makes the requests and ends the run early with `None`; `judge`
/// says whether an answer counts.
pub fn drive(
    address: SocketAddr,
    shape: Shape,
    next: impl Fn() -> Option<Vec<u8>>,
    judge: impl Fn(&Reply) -> bool,
) -> anyhow::Result<Tally> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut lines = Vec::with_capacity(shape.connections);
        for _ in 0..shape.connections {
            lines.push(Line::open(address, shape.source).await?);
        }
        let from = Instant::now() + shape.warm;
        let until = from + shape.span;
        let clients = lines.into_iter().map(|line| client(line, from, until, &next, &judge));
        let tallies = futures_util::future::try_join_all(clients).await?;
        let ended = Instant::now().min(until);
        Ok(Tally::of(tallies, ended.saturating_duration_since(from)))
    })
}

async fn client(
    mut line: Line,
    from: Instant,
    until: Instant,
    next: &impl Fn() -> Option<Vec<u8>>,
    judge: &impl Fn(&Reply) -> bool,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    loop {
        if Instant::now() >= until {
            return Ok(tally);
        }
        // Whatever is taken is asked: the next round's scans build on this one's.
        let Some(request) = next() else { return Ok(tally) };
        let asked = Instant::now();
        let reply = line.ask(&request).await?;
        let answered = Instant::now();
        let good = judge(&reply);
        if answered < from || answered > until {
            continue;
        }
        if good {
            tally.add(answered - asked);
        } else {
            tally.refuse(&reply);
        }
    }
}

/// Asks a list of requests over a few connections, in order, and keeps what `take` makes of the
/// answers. For preparing, not for measuring.
pub fn all<T>(
    address: SocketAddr,
    requests: &[Vec<u8>],
    take: impl Fn(&Reply) -> anyhow::Result<T>,
) -> anyhow::Result<Vec<T>> {
    const AT_ONCE: usize = 16;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let share = requests.len().div_ceil(AT_ONCE).max(1);
        let take = &take;
        let parts = requests.chunks(share).map(|part| async move {
            let mut line = Line::open(address, SCANNERS).await?;
            let mut taken = Vec::with_capacity(part.len());
            for request in part {
                taken.push(take(&line.ask(request).await?)?);
            }
            anyhow::Ok(taken)
        });
        Ok(futures_util::future::try_join_all(parts).await?.into_iter().flatten().collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_length_is_there_and_not_before() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        for cut in 0..answer.len() {
            assert!(!whole(&answer[..cut]).unwrap(), "{cut}");
        }
        assert!(whole(answer).unwrap());
    }

    #[test]
    fn an_answer_in_chunks_ends_with_the_empty_one() {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        assert!(!whole(format!("{head}5\r\nhello\r\n").as_bytes()).unwrap());
        assert!(whole(format!("{head}5\r\nhello\r\n0\r\n\r\n").as_bytes()).unwrap());
    }

    #[test]
    fn an_answer_without_a_length_is_a_fault() {
        assert!(whole(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(whole(b"HTTP/1.1 303 See Other\r\n\r\n").unwrap());
    }
}
