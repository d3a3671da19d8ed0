//! The mail queue's errand boy: writes what is due, sends it, reports what became of it.
//!
//! Its work list is the `mail` table; it reads it at start and whenever the feed rings. A crash
//! between the server's `250` and our own mark sends the letter again with the same Message-ID:
//! SMTP allows no better. Never decides that a letter is owed. Next: `pace.rs`, `smtp.rs`.

use super::Post;
use super::fault::SendFault;
use super::kept;
use super::message::{Addressee, Outgoing, Part, message_id};
use super::pace::{NextDue, Pace, next_due};
use super::smtp::LateAnswer;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use usher_ledger::{Denied, Fault, Handle, Lane, Snapshot, letter};
use usher_rules::at::At;
use usher_rules::id::LetterId;
use usher_rules::letter::{Command as LetterCommand, Event as LetterEvent, Kind, Letter, Words};
use usher_rules::{Actor, Command, Entry, Event};
use usher_web::letter::Mail;
use usher_web::ticket_pdf::PdfFault;

/// Letters under way at the same time at full speed; one while the server asks for patience.
pub const IN_FLIGHT_MAX: usize = 4;
/// Letters whose late answer is awaited at the same time.
pub const LATE_MAX: usize = 64;
/// How long letters under way may take to finish once the box is told to stop.
pub const FINISH_MAX: Duration = Duration::from_secs(8);
const LOOK_EVERY: Duration = Duration::from_millis(250);
const REPORTS_MAX: u32 = 20;
const REPORT_AGAIN: Duration = Duration::from_millis(250);

/// What the queue is to do; told through a watch channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Run,
    /// Nothing leaves; what is under way is finished (features G15).
    Pause,
    /// Finish what is under way, then end.
    Stop,
}

/// A letter in words, and whom it greets.
#[derive(Clone, Debug)]
pub struct Written {
    pub to_name: String,
    pub mail: Mail,
    /// Tokens that stand in the words and must not be kept with them.
    pub secrets: Vec<String>,
}

/// A letter in its envelope, and what will be kept of it.
struct Ready {
    outgoing: Outgoing,
    words: Option<Words>,
}

/// Why a letter cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ScribeFault {
    #[error("what it is about is not in the store")]
    Gone,
    #[error(transparent)]
    Store(#[from] Fault),
    #[error("its tickets cannot be drawn: {0}")]
    Pdf(#[from] PdfFault),
    #[error("writing it broke off by a mistake of ours; the log says where")]
    Bug,
}

/// Words a letter from a view, at sending time.
pub type Scribe =
    Arc<dyn Fn(&Snapshot, LetterId, &Letter) -> Result<Written, ScribeFault> + Send + Sync>;

/// The worker. One per box; [`Worker::run`] is its life.
#[derive(Clone)]
pub struct Worker {
    pub handle: Handle,
    pub post: Post,
    /// Sender of every letter: `Name <box@venue.org>`.
    pub from: String,
    pub scribe: Scribe,
}

/// What came of one errand.
enum Landed {
    Sent,
    Failed(SendFault),
    /// The late answer of a letter that had failed already; it says nothing about the pace.
    Late,
    /// Not tried: the words were wrong.
    Unsent,
}

/// What an errand brings home.
struct Landing {
    landed: Landed,
    /// The answer that may still come, and what is kept if it is good.
    late: Option<(LateAnswer, Option<Words>)>,
    /// The ledger knows what became of it.
    reported: bool,
}

struct Rounds {
    pace: Pace,
    flying: JoinSet<Landing>,
    letters: HashMap<Id, (LetterId, Letter)>,
    late: usize,
    /// Letters whose outcome the ledger did not take. It still lists them as due: sending them
    /// again would send them for ever.
    stuck: HashSet<LetterId>,
}

impl Worker {
    /// Works until it is told to stop or the ledger is gone.
    pub async fn run(self, mut mode: watch::Receiver<Mode>) {
        let mut bell = self.handle.feed().entries();
        let mut rounds = Rounds {
            pace: Pace::default(),
            flying: JoinSet::new(),
            letters: HashMap::new(),
            late: 0,
            stuck: HashSet::new(),
        };
        loop {
            let now_mode = *mode.borrow_and_update();
            match now_mode {
                Mode::Run => self.look(&mut rounds),
                Mode::Pause => {}
                Mode::Stop => return self.finish(rounds).await,
            }
            tokio::select! {
                Some(landed) = rounds.flying.join_next_with_id() => self.land(&mut rounds, landed),
                rang = rings(&mut bell) => if !rang { return },
                told = mode.changed() => if told.is_err() { return self.finish(rounds).await },
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Sends off what is due, as fast as the pace allows.
    fn look(&self, rounds: &mut Rounds) {
        let now = self.handle.now();
        let room = if rounds.pace.is_full() { IN_FLIGHT_MAX } else { 1 };
        if now < rounds.pace.quiet_until || rounds.under_way() >= room {
            return;
        }
        let due = self.handle.snapshot().and_then(|snapshot| letter::due(&snapshot, now));
        let mut due = due.unwrap_or_else(|fault| {
            tracing::error!(%fault, "the mail queue cannot be read");
            Vec::new()
        });
        let held = |id: &LetterId| rounds.letters.values().any(|(other, _)| other == id);
        due.retain(|(id, _)| !held(id) && !rounds.stuck.contains(id));
        // The sort is stable: among equals the longest due stays first.
        due.sort_by_key(|(_, letter)| rank(letter.kind));
        for (id, letter) in due.into_iter().take(room - rounds.under_way()) {
            let task = rounds.flying.spawn(self.clone().errand(id, letter.clone()));
            rounds.letters.insert(task.id(), (id, letter));
        }
    }

    async fn errand(self, id: LetterId, letter: Letter) -> Landing {
        let Ready { outgoing, words } = match self.write(id, letter.clone()).await {
            Ok(ready) => ready,
            Err(fault) => {
                tracing::error!(letter = %id, %fault, "a letter cannot be written");
                let transcript = format!("-- not sent: {fault}\n");
                let failed = LetterCommand::Failed { letter: id, transcript, again: None };
                let reported = self.report(failed).await;
                return Landing { landed: Landed::Unsent, late: None, reported };
            }
        };
        let sent = self.post.send(&outgoing).await;
        let reported = self.tell(id, &letter, &sent.result, sent.transcript, words.clone()).await;
        let landed = match sent.result {
            Ok(()) => Landed::Sent,
            Err(fault) => Landed::Failed(fault),
        };
        Landing { landed, late: sent.late.map(|late| (late, words)), reported }
    }

    /// Reports what became of a letter; `false` when the ledger did not take it.
    async fn tell(
        &self,
        id: LetterId,
        letter: &Letter,
        result: &Result<(), SendFault>,
        transcript: String,
        words: Option<Words>,
    ) -> bool {
        let fault = match result {
            Ok(()) => {
                tracing::info!(letter = %id, "letter sent");
                return self.report(LetterCommand::Sent { letter: id, transcript, words }).await;
            }
            Err(fault) => fault,
        };
        tracing::warn!(letter = %id, %fault, "letter not sent");
        let attempt = letter.attempts.saturating_add(1);
        let again = match next_due(attempt, self.handle.now(), fault) {
            NextDue::At(at) => Some(at),
            NextDue::Never => None,
        };
        self.report(LetterCommand::Failed { letter: id, transcript, again }).await
    }

    /// The words and the PDF are made on a thread that may be busy for a while.
    async fn write(&self, id: LetterId, letter: Letter) -> Result<Ready, ScribeFault> {
        let (handle, scribe, from) = (self.handle.clone(), self.scribe.clone(), self.from.clone());
        let writing = tokio::task::spawn_blocking(move || {
            let written = scribe(&handle.snapshot()?, id, &letter)?;
            let secrets = written.secrets.clone();
            let outgoing = envelope(id, &letter, written, from);
            let words = kept::keep(&outgoing, &secrets);
            Ok(Ready { outgoing, words })
        });
        writing.await.unwrap_or(Err(ScribeFault::Bug))
    }

    fn land(&self, rounds: &mut Rounds, landed: Result<(Id, Landing), JoinError>) {
        let now = self.handle.now();
        let (task, landing) = match landed {
            Ok(landed) => landed,
            Err(fault) => {
                tracing::error!(%fault, "sending a letter ended badly");
                let (landed, late) = (Landed::Unsent, None);
                (fault.id(), Landing { landed, late, reported: false })
            }
        };
        let Some((id, letter)) = rounds.letters.remove(&task) else {
            return;
        };
        match landing.landed {
            Landed::Sent => rounds.pace = rounds.pace.after_success(now),
            Landed::Failed(fault) => rounds.pace = rounds.pace.after_fault(now, &fault),
            Landed::Late => rounds.late = rounds.late.saturating_sub(1),
            Landed::Unsent => {}
        }
        if !landing.reported {
            tracing::error!(letter = %id, "the ledger does not know what became of a letter");
            rounds.stuck.insert(id);
        }
        if let Some((late, words)) = landing.late
            && rounds.late < LATE_MAX
        {
            self.await_late(rounds, id, letter, late, words);
        }
    }

    /// While the late answer is awaited the letter stays in our hands and is not sent again.
    fn await_late(
        &self,
        rounds: &mut Rounds,
        id: LetterId,
        letter: Letter,
        late: LateAnswer,
        words: Option<Words>,
    ) {
        let (worker, row) = (self.clone(), letter.clone());
        let task = rounds.flying.spawn(async move {
            let (result, transcript) = late.wait().await;
            let reported = worker.tell(id, &row, &result, transcript, words).await;
            Landing { landed: Landed::Late, late: None, reported }
        });
        rounds.late += 1;
        rounds.letters.insert(task.id(), (id, letter));
    }

    /// Lets what is under way end. What does not in time is sent again after the next start.
    async fn finish(&self, mut rounds: Rounds) {
        let rest = async {
            while rounds.under_way() > 0 {
                let Some(landed) = rounds.flying.join_next_with_id().await else {
                    return;
                };
                self.land(&mut rounds, landed);
            }
        };
        if tokio::time::timeout(FINISH_MAX, rest).await.is_err() {
            tracing::warn!("letters under way were cut off; they go again after the next start");
        }
    }

    async fn report(&self, command: LetterCommand) -> bool {
        for _ in 0..REPORTS_MAX {
            let command = Command::Letter(command.clone());
            match self.handle.ask(Lane::Till, Actor::House, None, command).await {
                Ok(_) => return true,
                Err(Denied::Refused(refusal)) => {
                    tracing::warn!(?refusal, "the outcome of a letter was refused");
                    return true;
                }
                Err(Denied::Busy) => tokio::time::sleep(REPORT_AGAIN).await,
                Err(Denied::Bug) => return false,
            }
        }
        false
    }
}

impl Rounds {
    /// Letters being sent now; those that only await a late answer need no room.
    fn under_way(&self) -> usize {
        self.flying.len().saturating_sub(self.late)
    }
}

/// Letters that a person waits for in front of the screen go before all others (features G1).
fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::Confirmation(_) => 1,
        Kind::Cancelled(_) | Kind::PerformanceCancelled(..) => 2,
    }
}

/// A letter sent before goes under a new Message-ID; a retry keeps its own (`message_id`).
fn envelope(id: LetterId, letter: &Letter, written: Written, from: String) -> Outgoing {
    let issue = letter.sent_at.map_or(0, |at| u64::try_from(at.0).unwrap_or(0));
    let Written { to_name, mail, secrets: _ } = written;
    if let Some(fault) = &mail.fault {
        tracing::warn!(letter = %id, fault, "the venue's own letter template was not used");
    }
    let (mut attachments, mut inline) = (Vec::new(), Vec::new());
    for attachment in mail.attachments {
        let (name, list) = match attachment.content_id {
            Some(content_id) => (content_id, &mut inline),
            None => (attachment.name, &mut attachments),
        };
        let content_type = attachment.content_type.to_owned();
        list.push(Part { name, content_type, bytes: attachment.bytes });
    }
    Outgoing {
        message_id: message_id(id, issue, &from),
        date: date(letter),
        to: Addressee {
            name: (!to_name.is_empty()).then_some(to_name),
            address: letter.to.clone(),
        },
        from,
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        attachments,
        inline,
    }
}

/// The same at every attempt.
fn date(letter: &Letter) -> At {
    letter.sent_at.unwrap_or(letter.created_at)
}

/// Waits for an entry that changed a letter, or for word that some were missed. `false` when
/// there will be no more.
async fn rings(bell: &mut Receiver<Arc<Entry>>) -> bool {
    loop {
        match bell.recv().await {
            Ok(entry) if !changes_a_letter(&entry) => {}
            Ok(_) | Err(RecvError::Lagged(_)) => return true,
            Err(RecvError::Closed) => return false,
        }
    }
}

fn changes_a_letter(entry: &Entry) -> bool {
    let changes = |event: &Event| matches!(event, Event::Letter(LetterEvent::Put(..)));
    entry.events.iter().any(changes)
}
