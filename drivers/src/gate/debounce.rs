//! One input wire made calm: a level counts when it has stayed for the debounce time.
//! Holds the level believed and the one on trial; time is passed in.
//! Never counts a glitch, and reports the time of the edge, not of the decision.
//! Next: `sequence.rs`, which has one per input.

/// A change that has proved itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    pub active: bool,
    /// When the wire changed, before the debounce time.
    pub at_ms: u64,
}

#[derive(Debug, Clone)]
pub struct Debounce {
    stay_ms: u64,
    active: bool,
    on_trial_since_ms: Option<u64>,
}

impl Debounce {
    pub fn new(stay_ms: u64, active: bool) -> Debounce {
        Debounce { stay_ms, active, on_trial_since_ms: None }
    }

    /// The wire is at this level now.
    pub fn level(&mut self, active: bool, now_ms: u64) {
        if active == self.active {
            self.on_trial_since_ms = None;
        } else {
            self.on_trial_since_ms.get_or_insert(now_ms);
        }
    }

    pub fn due_ms(&self) -> Option<u64> {
        self.on_trial_since_ms.map(|since| since.saturating_add(self.stay_ms))
    }

    /// The edge that has proved itself by now, once.
    pub fn settle(&mut self, now_ms: u64) -> Option<Edge> {
        if self.due_ms().is_none_or(|due| now_ms < due) {
            return None;
        }
        let at_ms = self.on_trial_since_ms.take()?;
        self.active = !self.active;
        Some(Edge { active: self.active, at_ms })
    }
}
