//! What a simulated nexo terminal does with a message, and what it remembers.
//! Holds one payment at a time, the truth it has booked, and the box's violations. Never tells an
//! approval that is not in the truth yet. Source: pin-pads 4.2, 4.3, 7. Next: `reply.rs`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::ask::{Asked, AskedPayment, AskedReversal, Found, Message, Repeated, referred};
use super::reply::{self, Body, Money, Told};
use crate::Fault;
use crate::sim::pin_pad::books;
use crate::sim::pin_pad::customer::{Bill, Verdict};
use crate::sim::pin_pad::script::{Play, Scene, Script};
use crate::sim::pin_pad::truth::{Deed, Line, Of, Truth};
use crate::sim::pin_pad::violation::Violations;

const SERVICE_ID_CHARS_MAX: usize = 10;
/// What such terminals give as the bank's reason for a plain refusal.
const REFUSED: u8 = 2;

/// How many messages of each kind were taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heard {
    pub payments: u32,
    pub reversals: u32,
    pub aborts: u32,
    pub status: u32,
    pub diagnoses: u32,
}

pub struct Terminal {
    poi_id: String,
    path: PathBuf,
    truth: Truth,
    armed: VecDeque<Scene>,
    script: Script,
    /// Answers by till and service id, as status questions want them.
    log: BTreeMap<String, (&'static str, Body)>,
    seen: BTreeSet<String>,
    busy: Option<(String, CancellationToken)>,
    violations: Violations,
    heard: Heard,
}

/// What becomes of one message.
pub enum Taken {
    /// The whole answer, plain.
    Reply(String),
    Empty,
    /// Against the protocol; noted.
    Wrong,
    Working(Working),
}

/// A payment that goes on by itself.
pub struct Working {
    header: Value,
    id: String,
    play: Play,
    of: Of,
    keyed: bool,
    amount_minor: u64,
    money: Money,
    abort: CancellationToken,
}

impl Working {
    /// What a customer is asked for.
    pub fn bill(&self) -> Bill {
        let Working { of, keyed, amount_minor, .. } = *self;
        Bill { of, keyed, amount_minor, currency: self.money.number }
    }

    /// Told when the box wants to stop.
    pub fn abort(&self) -> CancellationToken {
        self.abort.clone()
    }

    /// It ends as the customer wants it, or as the box did.
    pub fn decided(self, verdict: Option<Verdict>) -> Working {
        let play = match verdict {
            Some(Verdict::Approve) => Play::Approve,
            Some(Verdict::Decline) => Play::Decline { code: REFUSED },
            Some(Verdict::WrongPin) => Play::WrongPin,
            Some(Verdict::Cancel) => Play::Cancel,
            Some(Verdict::TimeOut) => Play::Timeout,
            None => Play::Silent,
        };
        Working { play, ..self }
    }

    /// As long as cardholder and host take.
    pub async fn wait(&self) {
        match &self.play {
            Play::Slow { ms } => tokio::time::sleep(Duration::from_millis(*ms)).await,
            Play::Silent | Play::ApproveAfterAbort => self.abort.cancelled().await,
            Play::Approve
            | Play::Decline { .. }
            | Play::Cancel
            | Play::Timeout
            | Play::WrongPin
            | Play::Busy
            | Play::Reboot { .. }
            | Play::WrongAmount { .. }
            | Play::ClearPan => {}
        }
    }
}

impl Terminal {
    pub fn open(poi_id: &str, path: &Path, script: Script) -> Result<Terminal, Fault> {
        let (truth, violations) = books(path)?;
        let mut terminal = Terminal {
            poi_id: poi_id.to_owned(),
            path: path.to_owned(),
            truth,
            armed: VecDeque::new(),
            script,
            log: BTreeMap::new(),
            seen: BTreeSet::new(),
            busy: None,
            violations,
            heard: Heard::default(),
        };
        terminal.remember();
        Ok(terminal)
    }

    /// Off and on: what was only in memory is gone.
    pub fn restart(&mut self) -> io::Result<()> {
        self.truth = Truth::open(&self.path)?;
        self.busy = None;
        self.log.clear();
        self.remember();
        Ok(())
    }

    /// The answers that the truth still knows.
    fn remember(&mut self) {
        for line in self.truth.lines() {
            let plain = Told { partial: false, clear_pan: false, keyed: false };
            let known = match line.deed {
                Deed::Booked => ("Payment", reply::approved(line, plain)),
                Deed::Reversed => ("Reversal", reply::reversed(line)),
                Deed::Declined => ("Payment", refused("Refusal", "")),
                Deed::Cancelled => ("Payment", refused("Cancel", "")),
                Deed::Acknowledged | Deed::Settled => continue,
            };
            if let (category, Some(body)) = known {
                self.log.insert(line.reference.clone(), (category, body));
            }
        }
    }

    pub fn arm(&mut self, scene: Scene) {
        self.armed.push_back(scene);
    }

    pub fn next_scene(&mut self) -> Scene {
        let scene = self.armed.pop_front().unwrap_or_else(|| self.script.next_scene());
        self.script.played().add(&scene);
        scene
    }

    pub fn violations(&self) -> Vec<String> {
        self.violations.all()
    }

    pub fn violate(&self, what: String) {
        self.violations.add(what);
    }

    pub fn heard(&self) -> Heard {
        self.heard
    }

    pub fn take(&mut self, plain: &str, scene: Scene) -> Taken {
        let taken = self.understand(plain, scene);
        taken.unwrap_or_else(|why| {
            self.violate(why);
            Taken::Wrong
        })
    }

    fn understand(&mut self, plain: &str, scene: Scene) -> Result<Taken, String> {
        let wrong = |error: serde_json::Error| format!("not as the page wants it: {error}");
        let message: Message = serde_json::from_str(plain).map_err(wrong)?;
        let asked: Asked = serde_json::from_str(plain).map_err(wrong)?;
        let header = message.request.header;
        let (category, id) = self.check(&header)?;
        let name = format!("{category}Request");
        let body = message.request.bodies.get(&name).ok_or(format!("no {name}"))?;
        match category.as_str() {
            "Payment" => self.payment(header, id, body, asked.request.payment, scene),
            "Reversal" => self.reversal(&header, &id, body, asked.request.reversal),
            "Abort" => self.abort(body),
            "TransactionStatus" => self.status(&header, body),
            "Diagnosis" => {
                self.heard.diagnoses += 1;
                let status = json!({ "GlobalStatus": "OK", "CommunicationOKFlag": true });
                let value = json!({ "Response": reply::success(), "POIStatus": status });
                Ok(answer(&header, reply::body("DiagnosisResponse", &value)))
            }
            other => Err(format!("the category {other}")),
        }
    }

    /// Category, and till with service id: unique, for this terminal, of the right class.
    fn check(&mut self, header: &Value) -> Result<(String, String), String> {
        let word = |key: &str| {
            let word = header.get(key).and_then(Value::as_str).unwrap_or_default();
            if word.is_empty() { Err(format!("no {key}")) } else { Ok(word.to_owned()) }
        };
        let fixed = [
            ("ProtocolVersion", "3.0"),
            ("MessageClass", "Service"),
            ("MessageType", "Request"),
            ("POIID", &self.poi_id),
        ];
        for (key, wanted) in fixed {
            let found = word(key)?;
            if found != wanted {
                return Err(format!("{key} {found}"));
            }
        }
        let service_id = word("ServiceID")?;
        let good = service_id.len() <= SERVICE_ID_CHARS_MAX
            && service_id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let id = format!("{}/{service_id}", word("SaleID")?);
        if !good || !self.seen.insert(id.clone()) {
            return Err(format!("the service id {id}, bad or for the second time"));
        }
        Ok((word("MessageCategory")?, id))
    }

    fn payment(
        &mut self,
        header: Value,
        id: String,
        body: &Value,
        asked: Option<AskedPayment>,
        scene: Scene,
    ) -> Result<Taken, String> {
        self.heard.payments += 1;
        let amounts = asked.ok_or("a payment without amounts")?.transaction.amounts;
        let money = Money::of_letters(&amounts.currency).ok_or("an unknown currency")?;
        let amount_minor = money.minor(amounts.amount.get()).ok_or("no exact amount")?;
        let sale = body.pointer("/SaleData/SaleTransactionID").ok_or("no SaleTransactionID")?;
        let when = sale.get("TimeStamp").and_then(Value::as_str).unwrap_or_default();
        if sale.get("TransactionID").and_then(Value::as_str).is_none_or(str::is_empty)
            || when.parse::<jiff::Timestamp>().is_err()
        {
            return Err("a SaleTransactionID without number or time".to_owned());
        }
        if let Some((other, _)) = &self.busy {
            let said = format!("message=Busy+with+{other}");
            return Ok(answer(&header, refused("Busy", &said)));
        }
        if scene.play == Play::Busy {
            return Ok(answer(&header, refused("Busy", "message=Busy+with+the+menu")));
        }
        let of = match body.pointer("/PaymentData/PaymentType").and_then(Value::as_str) {
            None | Some("Normal") => Of::Purchase,
            Some("Refund") => Of::Refund,
            Some(other) => return Err(format!("the PaymentType {other}")),
        };
        let keyed = keyed(body)?;
        let abort = CancellationToken::new();
        self.busy = Some((id.clone(), abort.clone()));
        let play = scene.play;
        Ok(Taken::Working(Working { header, id, play, of, keyed, amount_minor, money, abort }))
    }

    /// The end of a payment: truth first, then the answer. `None` when the terminal restarts.
    pub fn finish(&mut self, working: Working) -> Option<String> {
        self.busy = None;
        let plain = Told { partial: false, clear_pan: false, keyed: false };
        let asked_minor = working.amount_minor;
        let body = match working.play {
            Play::Approve | Play::Slow { .. } | Play::ApproveAfterAbort => {
                self.book(&working, asked_minor, plain)
            }
            Play::ClearPan => self.book(&working, asked_minor, Told { clear_pan: true, ..plain }),
            Play::WrongAmount { minor } => {
                let partial = minor < asked_minor;
                self.book(&working, minor, Told { partial, ..plain })
            }
            Play::Decline { code } => {
                self.write(&working, Deed::Declined, asked_minor)?;
                refused("Refusal", &format!("refusalReason={code}+Declined"))
            }
            Play::WrongPin => {
                self.write(&working, Deed::Declined, asked_minor)?;
                refused("WrongPIN", "refusalReason=129+Invalid+online+PIN")
            }
            Play::Cancel | Play::Timeout => {
                self.write(&working, Deed::Cancelled, asked_minor)?;
                refused("Cancel", "message=108+Shopper+cancelled+tx")
            }
            Play::Silent | Play::Busy => {
                self.write(&working, Deed::Cancelled, asked_minor)?;
                refused("Aborted", "message=104+Merchant+cancelled+tx")
            }
            Play::Reboot { booked } => {
                if booked {
                    self.write(&working, Deed::Booked, asked_minor)?;
                }
                return None;
            }
        }?;
        let plain = whole(&working.header, &body);
        self.log.insert(working.id, ("Payment", body));
        plain
    }

    fn book(&mut self, working: &Working, amount_minor: u64, told: Told) -> Option<Body> {
        let line = self.write(working, Deed::Booked, amount_minor)?;
        reply::approved(&line, Told { keyed: working.keyed, ..told })
    }

    fn write(&mut self, working: &Working, deed: Deed, amount_minor: u64) -> Option<Line> {
        let trace = self.newest_trace() + 1;
        let line = Line {
            deed,
            of: working.of,
            amount_minor,
            currency: working.money.number,
            trace,
            receipt: trace,
            reference: working.id.clone(),
        };
        self.truth.write(line.clone()).ok()?;
        Some(line)
    }

    fn newest_trace(&self) -> u32 {
        self.truth.lines().iter().map(|line| line.trace).max().unwrap_or_default()
    }

    fn reversal(
        &mut self,
        header: &Value,
        id: &str,
        body: &Value,
        asked: Option<AskedReversal>,
    ) -> Result<Taken, String> {
        self.heard.reversals += 1;
        let original = body
            .pointer("/OriginalPOITransaction/POITransactionID")
            .ok_or("a reversal of nothing")?;
        let when = original.get("TimeStamp").and_then(Value::as_str).unwrap_or_default();
        let reason = body.get("ReversalReason").and_then(Value::as_str);
        if when.parse::<jiff::Timestamp>().is_err() || reason != Some("MerchantCancel") {
            return Err("a reversal without time or reason".to_owned());
        }
        let wanted = original.get("TransactionID").and_then(Value::as_str).unwrap_or_default();
        let lines = self.truth.lines();
        let booked =
            lines.iter().find(|line| line.deed == Deed::Booked && reply::reference(line) == wanted);
        let Some(booked) = booked.cloned() else {
            let body = reply::bare("ReversalResponse", &reply::failure("NotFound", ""));
            return Ok(answer(header, body));
        };
        let is_its = |line: &&Line| line.deed == Deed::Reversed && line.trace == booked.trace;
        let back_minor: u64 = lines.iter().filter(is_its).map(|line| line.amount_minor).sum();
        let money = Money::of_number(booked.currency).ok_or("an unknown currency")?;
        let amount_minor = match asked.and_then(|asked| asked.amount) {
            Some(amount) => money.minor(amount.get()).ok_or("no exact amount")?,
            None => booked.amount_minor,
        };
        if back_minor + amount_minor > booked.amount_minor {
            let body = reply::bare("ReversalResponse", &reply::failure("Refusal", ""));
            return Ok(answer(header, body));
        }
        let line = Line { deed: Deed::Reversed, amount_minor, reference: id.to_owned(), ..booked };
        self.truth.write(line.clone()).map_err(|error| error.to_string())?;
        let body = reply::reversed(&line).ok_or("no answer")?;
        let plain = whole(header, &body).ok_or("no answer")?;
        self.log.insert(id.to_owned(), ("Reversal", body));
        Ok(Taken::Reply(plain))
    }

    fn abort(&mut self, body: &Value) -> Result<Taken, String> {
        self.heard.aborts += 1;
        if body.get("AbortReason").and_then(Value::as_str) != Some("MerchantAbort") {
            return Err("an abort without reason".to_owned());
        }
        let (_, id) = referred(body)?;
        if let Some((busy, abort)) = &self.busy
            && *busy == id
        {
            abort.cancel();
        }
        Ok(Taken::Empty)
    }

    fn status(&mut self, header: &Value, body: &Value) -> Result<Taken, String> {
        self.heard.status += 1;
        let (category, id) = referred(body)?;
        if body.get("ReceiptReprintFlag") != Some(&json!(true)) {
            return Err("a status question without receipts".to_owned());
        }
        let name = "TransactionStatusResponse";
        if self.busy.as_ref().is_some_and(|(busy, _)| *busy == id) {
            let body = reply::bare(name, &reply::failure("InProgress", ""));
            return Ok(answer(header, body));
        }
        let Some((_, (body_name, body))) =
            self.log.get(&id).filter(|(known, _)| *known == category)
        else {
            let body = reply::bare(name, &reply::failure("NotFound", ""));
            return Ok(answer(header, body));
        };
        let mut repeated = header_back(header);
        let service_id = id.rsplit_once('/').map(|(_, service_id)| service_id);
        if let Some(fields) = repeated.as_object_mut() {
            fields.insert("MessageCategory".to_owned(), json!(category));
            fields.insert("ServiceID".to_owned(), json!(service_id));
        }
        let found = Found {
            response: reply::success(),
            repeated: Repeated {
                header: repeated,
                body: BTreeMap::from([(*body_name, body.as_ref())]),
            },
        };
        Ok(answer(header, reply::body(name, &found)))
    }
}

/// Does the till want the number of the card typed?
fn keyed(body: &Value) -> Result<bool, String> {
    match body.pointer("/PaymentTransaction/TransactionConditions/ForceEntryMode") {
        None => Ok(false),
        Some(modes) if *modes == json!(["Keyed"]) => Ok(true),
        Some(other) => Err(format!("the ForceEntryMode {other}")),
    }
}

fn refused(condition: &str, additional: &str) -> Option<Body> {
    reply::bare("PaymentResponse", &reply::failure(condition, additional))
}

fn answer(header: &Value, body: Option<Body>) -> Taken {
    body.and_then(|body| whole(header, &body)).map_or(Taken::Wrong, Taken::Reply)
}

fn header_back(header: &Value) -> Value {
    let mut back = header.clone();
    if let Some(fields) = back.as_object_mut() {
        fields.insert("MessageType".to_owned(), json!("Response"));
    }
    back
}

/// The whole answer to a message with this header.
fn whole(header: &Value, (name, body): &Body) -> Option<String> {
    let header = to_raw_value(&header_back(header)).ok()?;
    let inner = BTreeMap::from([("MessageHeader", header), (*name, body.clone())]);
    serde_json::to_string(&BTreeMap::from([("SaleToPOIResponse", inner)])).ok()
}
