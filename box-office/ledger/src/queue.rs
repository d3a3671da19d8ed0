//! Three bounded queues into the writer: door before till before shop.
//!
//! A full lane answers "busy" at once; the door is always served first. Never waits for a timer:
//! whoever is there when the writer is free goes into its next commit. Next: `writer.rs`.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Asks that can wait in one lane.
pub const LANE_MAX: usize = 1_024;
/// Asks decided in one commit.
pub const BATCH_MAX: usize = 256;
/// Asks of the shop in one commit; while the door is busy, a crowd there must not make it wait for
/// a long one.
pub const SHOP_BATCH_MAX: usize = 32;
pub const SHOP_BATCH_BESIDE_DOOR_MAX: usize = 4;
/// Commits without the door after which it is not busy any more.
pub const DOOR_BUSY_BATCHES: u8 = 16;

/// Which queue an ask waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    Door = 0,
    Till = 1,
    Shop = 2,
}

/// The three lanes.
#[derive(Debug)]
pub struct Queues<T> {
    waiting: Mutex<Waiting<T>>,
    bell: Condvar,
}

#[derive(Debug)]
struct Waiting<T> {
    lanes: [VecDeque<T>; 3],
    /// Batches until the door counts as quiet.
    door_busy: u8,
    /// The writer waits for the bell.
    asleep: bool,
    closed: bool,
}

impl<T> Default for Queues<T> {
    fn default() -> Queues<T> {
        let lanes = [VecDeque::new(), VecDeque::new(), VecDeque::new()];
        Queues {
            waiting: Mutex::new(Waiting { lanes, door_busy: 0, asleep: false, closed: false }),
            bell: Condvar::new(),
        }
    }
}

impl<T> Queues<T> {
    /// Puts an ask in its lane, or gives it back when the lane is full or closed.
    pub fn push(&self, lane: Lane, ask: T) -> Result<(), T> {
        let mut waiting = self.lock();
        if waiting.closed || waiting.lanes[lane as usize].len() >= LANE_MAX {
            return Err(ask);
        }
        waiting.lanes[lane as usize].push_back(ask);
        // Ringing is a system call, and the writer seldom sleeps when many ask.
        let asleep = std::mem::take(&mut waiting.asleep);
        drop(waiting);
        if asleep {
            self.bell.notify_one();
        }
        Ok(())
    }

    /// Waits for one ask, then takes what is there, door first. `None`: closed and empty.
    pub fn take(&self) -> Option<Vec<T>> {
        let mut waiting = self.lock();
        loop {
            let batch = waiting.batch();
            if !batch.is_empty() {
                return Some(batch);
            }
            if waiting.closed {
                return None;
            }
            waiting.asleep = true;
            waiting = self.bell.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Adds to a batch who came to a door or till while it was decided, up to so many.
    pub fn join(&self, batch: &mut Vec<T>, asks_max: usize) {
        let mut waiting = self.lock();
        let [door, till, _] = &mut waiting.lanes;
        for lane in [door, till] {
            let count = lane.len().min(asks_max.saturating_sub(batch.len()));
            batch.extend(lane.drain(..count));
        }
    }

    /// Takes no more asks; those that wait are still served.
    pub fn close(&self) {
        self.lock().closed = true;
        self.bell.notify_all();
    }

    /// Closes and gives back everything that waits.
    pub fn drain(&self) -> Vec<T> {
        let mut waiting = self.lock();
        waiting.closed = true;
        waiting.lanes.iter_mut().flat_map(|lane| lane.drain(..)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Waiting<T> {
    fn batch(&mut self) -> Vec<T> {
        let [door, till, shop] = &mut self.lanes;
        self.door_busy = match door.is_empty() {
            true => self.door_busy.saturating_sub(1),
            false => DOOR_BUSY_BATCHES,
        };
        let shop_max = if self.door_busy > 0 { SHOP_BATCH_BESIDE_DOOR_MAX } else { SHOP_BATCH_MAX };
        let mut batch = Vec::new();
        for (lane, max) in [(door, BATCH_MAX), (till, BATCH_MAX), (shop, shop_max)] {
            let room = BATCH_MAX - batch.len();
            let count = lane.len().min(room).min(max);
            batch.extend(lane.drain(..count));
        }
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_door_is_taken_first_whoever_came_first() {
        let queues = Queues::default();
        for (lane, ask) in [(Lane::Shop, 1), (Lane::Till, 2), (Lane::Door, 3), (Lane::Door, 4)] {
            queues.push(lane, ask).unwrap();
        }
        assert_eq!(queues.take().unwrap(), [3, 4, 2, 1]);
    }

    #[test]
    fn a_full_lane_gives_the_ask_back_and_the_others_still_take() {
        let queues = Queues::default();
        for ask in 0..LANE_MAX {
            queues.push(Lane::Shop, ask).unwrap();
        }
        assert_eq!(queues.push(Lane::Shop, 7), Err(7));
        assert_eq!(queues.push(Lane::Door, 8), Ok(()));
    }

    #[test]
    fn a_batch_takes_many_of_the_door_and_few_of_the_shop() {
        let queues = Queues::default();
        for ask in 0..LANE_MAX {
            queues.push(Lane::Shop, ask).unwrap();
        }
        assert_eq!(queues.take().unwrap().len(), SHOP_BATCH_MAX);
        for ask in 0..=BATCH_MAX {
            queues.push(Lane::Door, ask).unwrap();
        }
        assert_eq!(queues.take().unwrap().len(), BATCH_MAX);
        assert_eq!(queues.take().unwrap().len(), 1 + SHOP_BATCH_BESIDE_DOOR_MAX);
    }

    #[test]
    fn the_shop_gets_its_whole_share_again_when_the_door_has_been_quiet() {
        let queues = Queues::default();
        for ask in 0..LANE_MAX {
            queues.push(Lane::Shop, ask).unwrap();
        }
        queues.push(Lane::Door, 0).unwrap();
        assert_eq!(queues.take().unwrap().len(), 1 + SHOP_BATCH_BESIDE_DOOR_MAX);
        for _ in 1..DOOR_BUSY_BATCHES {
            assert_eq!(queues.take().unwrap().len(), SHOP_BATCH_BESIDE_DOOR_MAX);
        }
        assert_eq!(queues.take().unwrap().len(), SHOP_BATCH_MAX);
    }

    #[test]
    fn who_comes_to_a_door_or_till_meanwhile_joins_the_batch_up_to_its_limit() {
        let queues = Queues::default();
        queues.push(Lane::Door, 0).unwrap();
        let mut batch = queues.take().unwrap();
        for (lane, ask) in [(Lane::Shop, 1), (Lane::Till, 2), (Lane::Door, 3), (Lane::Door, 4)] {
            queues.push(lane, ask).unwrap();
        }
        queues.join(&mut batch, 1);
        assert_eq!(batch, [0]);
        queues.join(&mut batch, 3);
        assert_eq!(batch, [0, 3, 4]);
        queues.join(&mut batch, BATCH_MAX);
        assert_eq!(batch, [0, 3, 4, 2]);
        assert_eq!(queues.take().unwrap(), [1]);
    }

    #[test]
    fn closed_queues_take_nothing_and_end_after_the_last_ask() {
        let queues = Queues::default();
        queues.push(Lane::Till, 1).unwrap();
        queues.close();
        assert_eq!(queues.push(Lane::Till, 2), Err(2));
        assert_eq!(queues.take(), Some(vec![1]));
        assert_eq!(queues.take(), None);
    }
}
