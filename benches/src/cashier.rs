//! Somebody of the desk as a browser: an account with a phone, a till of its own, forms sent and
//! pages read. Engaged by the commands of real life, so every page asks for the rights it asks for.
//! Never times anything. Next: `row/pad.rs`.

use crate::load::{Line, Reply, SCANNERS, get};
use anyhow::{Context, bail, ensure};
use std::net::SocketAddr;
use usher_ledger::{Handle, Lane};
use usher_listener::second_factor::{Code, Sealer, Seed};
use usher_listener::session;
use usher_rules::id::{StaffNo, TillNo};
use usher_rules::money::Money;
use usher_rules::session::Command as Session;
use usher_rules::staff::{Command as Staff, Event as Happened, PasswordHash, Role, step_at};
use usher_rules::{Actor, Command, Event, till};

const FLOAT: Money = Money(10_000);

/// See the module.
pub struct Cashier {
    line: Line,
    cookie: String,
}

impl Cashier {
    /// Engages somebody, opens this till for them and a connection to the box.
    pub async fn at(
        handle: &Handle,
        role: Role,
        till: TillNo,
        address: SocketAddr,
    ) -> anyhow::Result<Cashier> {
        let no = engaged(handle, role, &format!("cashier-{}", till.0)).await?;
        let open = Command::Till(till::Command::Open { till, float: FLOAT });
        ask(handle, Actor::Account(no), open).await?;
        let fresh = session::fresh(&handle.luck(), false);
        let (session, about) = (fresh.key.0, "bench".to_owned());
        let sign_in = Command::Session(Session::SignIn { session, account: no, about });
        ask(handle, Actor::Account(no), sign_in).await?;
        let cookie = fresh.cookie.to_str()?.split(';').next().context("no cookie")?.to_owned();
        Ok(Cashier { line: Line::open(address, SCANNERS).await?, cookie })
    }

    /// A page as it comes.
    pub async fn page(&mut self, path: &str) -> anyhow::Result<Reply<'_>> {
        let request = get(path, &format!("cookie: {}\r\n", self.cookie));
        self.line.ask(&request).await
    }

    /// A form; where it leads.
    pub async fn send(&mut self, path: &str, fields: &str) -> anyhow::Result<String> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\nsec-fetch-site: same-origin\r\ncookie: {}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{fields}",
            self.cookie,
            fields.len()
        );
        let reply = self.line.ask(request.as_bytes()).await?;
        let lines = reply.head.split("\r\n").filter_map(|line| line.split_once(": "));
        let mut to = lines.filter(|(name, _)| name.eq_ignore_ascii_case("location"));
        let Some((_, to)) = to.next() else {
            bail!("{path} answers {}: {}", reply.status, String::from_utf8_lossy(reply.body));
        };
        Ok(to.to_owned())
    }

    /// Two best seats of a performance in hand: the address of the sale.
    pub async fn take_two(&mut self, performance: &str) -> anyhow::Result<String> {
        let path = format!("/desk/sell/{performance}/best-seats");
        let sale = self.send(&path, "key=&qty-1=2&where=any").await?;
        ensure!(sale.starts_with("/desk/sell/cart/"), "no sale: {sale}");
        Ok(sale)
    }
}

async fn engaged(handle: &Handle, role: Role, login: &str) -> anyhow::Result<StaffNo> {
    let offered = Code::fresh(&handle.luck());
    let (name, code) = (login.to_owned(), offered.hash());
    let add = Staff::Add { login: login.to_owned(), name, role, code };
    let events = ask(handle, Actor::House, Command::Staff(add)).await?;
    let staff = events.iter().find_map(|event| match event {
        Event::Staff(Happened::Put { staff, .. }) => Some(*staff),
        _ => None,
    });
    let staff = staff.context("no account")?;
    let password = PasswordHash("nobody signs in with it".to_owned());
    let take = Staff::Take { staff, code: offered.hash(), password };
    ask(handle, Actor::House, Command::Staff(take)).await?;
    let sealer = Sealer::new(&handle.sealing_key());
    let seed = sealer.seal(staff, &Seed::fresh(&handle.luck())).context("no seed")?;
    let step = step_at(handle.now()).unwrap_or_default();
    let (recovery, keep) = (Vec::new(), None);
    let enrol = Staff::SetSecondFactor { staff, seed, step, recovery, keep };
    ask(handle, Actor::House, Command::Staff(enrol)).await?;
    Ok(staff)
}

async fn ask(handle: &Handle, by: Actor, command: Command) -> anyhow::Result<Vec<Event>> {
    let asked = handle.ask(Lane::Till, by, None, command).await;
    let entry = asked.map_err(|denied| anyhow::anyhow!("the house says {denied:?}"))?;
    Ok(entry.events.clone())
}
