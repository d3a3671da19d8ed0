//! What a scanner protocol is to the owner task: bytes, answers and time in, steps out.
//! Holds the one trait that each protocol fills and the steps it may ask for.
//! Never does IO and keeps no clock: `now_ms` counts from the start of the task.
//! Next: `ascii.rs` and `ssi.rs` (the two there are), `task.rs` (drives one).

use std::borrow::Cow;
use std::fmt::Debug;

use super::frame::Noise;
use super::{Answer, Unreadable};

/// What the owner task has to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Ask the box about this code.
    Ask { read: u64, payload: String, symbology: Option<String> },
    /// Tell the box that something unreadable was shown; it is refused already.
    Report(Unreadable),
    /// Put these bytes on the line.
    Write(Cow<'static, [u8]>),
    /// Count this.
    Noise(Noise),
    /// Count this: the box did not answer in time.
    Unanswered,
    /// Count this: the scanner did not answer a command, however often it was sent.
    Silent,
}

/// The dialogue on one line. A call may come late, but never with an earlier time.
pub trait Dialogue: Debug + Send {
    /// The line is open: nothing from before counts any more.
    fn connected(&mut self, now_ms: u64, out: &mut Vec<Step>);

    /// Bytes that arrived at `now_ms`. How they were cut into calls makes no difference.
    fn bytes(&mut self, bytes: &[u8], now_ms: u64, out: &mut Vec<Step>);

    /// The box has answered. An answer that comes too late or twice is dropped.
    fn answer(&mut self, answer: Answer, now_ms: u64, out: &mut Vec<Step>);

    /// When `tick` wants to be called, if nothing happens before.
    fn due_ms(&self) -> Option<u64>;

    fn tick(&mut self, now_ms: u64, out: &mut Vec<Step>);

    /// The line hung up: what was begun is not a code.
    fn hang_up(&mut self);
}
