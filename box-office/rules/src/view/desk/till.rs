//! Tills: one's own between float and count, everybody's for those who look after them, and the
//! sheet of one that is closed.
//!
//! What a drawer should hold stands only on the sheet: who counts does not know it. Next:
//! `ledger/view/desk/till.rs`, `web/desk/till.rs`.

use super::Around;
use crate::at::At;
use crate::id::{TillNo, TillSessionId};
use crate::money::Money;
use crate::till::{GivenBack, Movement, Takings};

/// `/desk/till`: what stands at the till of who asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Till {
    pub around: Around,
    pub own: Own,
    /// Every till of the house.
    pub tills: Vec<Choice>,
    /// May count and close what others have open.
    pub senior: bool,
    /// Closed lately, newest first: one's own, or everybody's.
    pub closed: Vec<Closed>,
    pub form_key: String,
    pub typed: Typed,
    pub notice: Option<Notice>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Own {
    /// Has no till open.
    None,
    Open(Open),
}

/// A till of the house, and who has it open.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    pub till: TillNo,
    pub name: String,
    pub open: Option<Opened>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    pub session: TillSessionId,
    pub cashier: String,
    pub since: At,
}

/// An open session.
#[derive(Debug, Clone, PartialEq)]
pub struct Open {
    pub session: TillSessionId,
    pub till: String,
    pub cashier: String,
    pub since: At,
    pub float: Money,
    pub movements: Vec<Movement>,
    /// Sales of every tender.
    pub sales: u32,
    /// The newest count, if no cash moved since.
    pub counted: Option<Counted>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    pub at: At,
    pub amount: Money,
}

/// `/desk/till/{session}` while it is open: somebody senior counts and closes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    pub around: Around,
    pub open: Open,
    pub form_key: String,
    pub typed: Typed,
    pub notice: Option<Notice>,
}

/// One line of the list of closed sessions.
#[derive(Debug, Clone, PartialEq)]
pub struct Closed {
    pub session: TillSessionId,
    pub till: String,
    pub cashier: String,
    pub since: At,
    pub closed: At,
    pub difference: Money,
}

/// `/desk/till/{session}` once it is closed.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub around: Around,
    pub session: TillSessionId,
    pub till: String,
    pub cashier: String,
    pub since: At,
    pub closed: At,
    pub closed_by: String,
    pub float: Money,
    pub movements: Vec<Movement>,
    pub paid_in: Money,
    pub paid_out: Money,
    pub cash: Takings,
    pub cards: Takings,
    pub given_back: GivenBack,
    pub expected: Money,
    pub counted: Money,
    pub difference: Money,
}

/// Which form of the page was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    Open,
    PayIn,
    PayOut,
    Count,
    Close,
}

/// What was typed into a form that must be put right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    pub form: Option<Form>,
    pub till: Option<TillNo>,
    pub amount: String,
    pub reason: String,
    /// How many of each note and coin, by its worth.
    pub pieces: Vec<(Money, String)>,
}

/// What a form is told back.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// No amount can be read from what was typed.
    AmountUnread,
    /// Too much, or nothing where something is wanted.
    AmountLimits {
        /// Nothing is an amount, too.
        zero: bool,
        max: Money,
    },
    /// None, or too long.
    Reason { max: u32 },
    /// So many pay-ins and pay-outs are the limit.
    TooMany { max: u32 },
    /// Somebody was quicker.
    TillTaken { by: String },
    /// Has a till open already.
    OwnOpen,
    /// The books do not have that much in the drawer.
    DrawerShort,
    /// Cash moved since the count, or there was none.
    CountAgain,
    /// Notes and coins make this, the total says that.
    PiecesDiffer { pieces: Money, total: Money },
    /// A card is being charged for a sale of it.
    CardRuns,
    /// It is closed meanwhile.
    Closed,
}
