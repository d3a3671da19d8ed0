//! How many places a performance has left for the public, by category and area.
//!
//! From the tally, never from a walk over the seats' rows. Accessible seats are left out: they are
//! kept out of every general request (domain 4.4). Next: `api/performance.rs`.

use std::collections::HashMap;
use std::rc::Rc;
use usher_ledger::plan::Drawn;
use usher_ledger::{Fault, Snapshot, inventory};
use usher_rules::id::{PerformanceId, PlanId, SeatNo};
use usher_rules::plan::Plan;

/// What a plan can sell to the public at most.
struct Capacity {
    /// Seats by category.
    seats: Vec<u32>,
    access: Vec<SeatNo>,
}

impl Capacity {
    fn of(plan: &Plan) -> Capacity {
        let mut seats = vec![0; plan.categories.len()];
        let mut access = Vec::new();
        for no in plan.seat_nos().filter(|no| plan.for_sale(*no)) {
            let seat = plan.seat(no);
            if seat.wheelchair || seat.companion_of.is_some() {
                access.push(no);
            } else if let Some(count) = seats.get_mut(usize::from(seat.category.0)) {
                *count += 1;
            }
        }
        Capacity { seats, access }
    }
}

/// Places left; indexes are those of the plan.
pub(super) struct Left {
    /// Seats and places of areas of that category.
    pub by_category: Vec<u32>,
    pub by_area: Vec<u32>,
}

impl Left {
    pub fn all(&self) -> u32 {
        self.by_category.iter().sum()
    }
}

/// Counts performances; works each plan out once.
#[derive(Default)]
pub(super) struct Counting {
    capacities: HashMap<PlanId, Rc<Capacity>>,
}

impl Counting {
    pub fn left(
        &mut self,
        snapshot: &Snapshot,
        id: PerformanceId,
        plan: PlanId,
        drawn: &Drawn,
    ) -> Result<Left, Fault> {
        let plan_id = plan;
        let plan = &drawn.plan;
        let fresh = || Rc::new(Capacity::of(plan));
        let capacity = Rc::clone(self.capacities.entry(plan_id).or_insert_with(fresh));
        let tally = inventory::tally(snapshot, id)?;
        let mut by_category = capacity.seats.clone();
        for (category, taken) in tally.by_category {
            if let Some(left) = by_category.get_mut(usize::from(category.0)) {
                *left = left.saturating_sub(taken);
            }
        }
        for no in &capacity.access {
            // Counted as taken above, though it was never counted as a place.
            if inventory::seat(snapshot, id, *no)?.is_some()
                && let Some(left) = by_category.get_mut(usize::from(plan.seat(*no).category.0))
            {
                *left += 1;
            }
        }
        let mut by_area = Vec::with_capacity(plan.areas.len());
        for (no, area) in plan.area_nos().zip(&plan.areas) {
            let row = inventory::area(snapshot, id, no)?;
            let left = area.capacity.saturating_sub(row.held + row.sold);
            by_area.push(left);
            if let Some(sum) = by_category.get_mut(usize::from(area.category.0)) {
                *sum += left;
            }
        }
        Ok(Left { by_category, by_area })
    }
}
