//! What a plan can sell to the public at most, and what of it is left of one performance.
//!
//! Kept beside the plan when it is imported, so that nobody reads a whole house to count it.
//! Accessible seats are counted apart: they are kept out of every general request (domain 4.4).
//! Next: `inventory.rs` keeps the tally this is compared with.

use crate::source::{self, Source};
use crate::{Fault, inventory, tables};
use minicbor::{Decode, Encode};
use usher_rules::id::{AreaNo, CategoryNo, PerformanceId, PlanId};
use usher_rules::plan::{Admits, Plan};

/// Stored beside each plan; made of the plan alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Capacity {
    /// By category number.
    #[n(0)]
    pub categories: Vec<Category>,
    /// By area number.
    #[n(1)]
    pub areas: Vec<Area>,
    #[n(2)]
    pub wheelchair_places: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Category {
    #[n(0)]
    pub name: String,
    /// Seats anybody may ask for.
    #[n(1)]
    pub seats: u32,
    #[n(2)]
    pub not_for_sale: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Area {
    #[n(0)]
    pub name: String,
    #[n(1)]
    pub category: CategoryNo,
    #[n(2)]
    pub places: u32,
}

impl Capacity {
    pub fn of(plan: &Plan) -> Capacity {
        let category = |category: &usher_rules::plan::Category| Category {
            name: category.name.clone(),
            seats: 0,
            not_for_sale: category.not_for_sale,
        };
        let area = |area: &usher_rules::plan::GaArea| Area {
            name: area.name.clone(),
            category: area.category,
            places: area.capacity,
        };
        let mut capacity = Capacity {
            categories: plan.categories.iter().map(category).collect(),
            areas: plan.areas.iter().map(area).collect(),
            wheelchair_places: 0,
        };
        for no in plan.seat_nos() {
            match plan.admits(no) {
                Admits::Anybody => {
                    capacity.categories[usize::from(plan.seat(no).category.0)].seats += 1;
                }
                Admits::Wheelchair => capacity.wheelchair_places += 1,
                Admits::Companion | Admits::Nobody => {}
            }
        }
        capacity
    }

    pub fn category_nos(&self) -> impl Iterator<Item = CategoryNo> + use<> {
        (0..self.categories.len() as u16).map(CategoryNo)
    }

    pub fn area_nos(&self) -> impl Iterator<Item = AreaNo> + use<> {
        (0..self.areas.len() as u16).map(AreaNo)
    }

    /// What is left of it for a performance: the tally is taken off, nothing is walked over.
    pub fn left<S: Source>(&self, source: &S, id: PerformanceId) -> Result<Left, Fault> {
        let tally = inventory::tally(source, id)?;
        let mut by_category: Vec<(u32, u32)> =
            self.categories.iter().map(|category| (category.seats, category.seats)).collect();
        for (no, taken) in &tally.by_category {
            if let Some((left, _)) = by_category.get_mut(usize::from(no.0)) {
                *left = left.saturating_sub(*taken);
            }
        }
        let mut by_area = Vec::with_capacity(self.areas.len());
        for (no, area) in self.area_nos().zip(&self.areas) {
            let row = inventory::area(source, id, no)?;
            by_area.push((area.places.saturating_sub(row.held + row.sold), area.places));
        }
        let wheelchair = self.wheelchair_places.saturating_sub(tally.wheelchairs);
        Ok(Left { by_category, by_area, wheelchair })
    }
}

/// Of a plan version.
pub fn get<S: Source>(source: &S, id: PlanId) -> Result<Capacity, Fault> {
    let found = source::get(source, tables::CAPACITIES, id.0)?;
    found.ok_or_else(|| Fault::Row(format!("plan {id} has not been counted")))
}

/// Places left for the public.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Seats by category: left, and what there ever was.
    pub by_category: Vec<(u32, u32)>,
    /// Places by general-admission area, in the same way.
    pub by_area: Vec<(u32, u32)>,
    pub wheelchair: u32,
}

impl Left {
    /// All places left, and what there ever was.
    pub fn all(&self) -> (u32, u32) {
        let both = self.by_category.iter().chain(&self.by_area);
        both.fold((0, 0), |(left, of), (more, of_more)| (left + more, of + of_more))
    }

    /// Places left in an area.
    pub fn in_area(&self, no: AreaNo) -> (u32, u32) {
        self.by_area.get(usize::from(no.0)).copied().unwrap_or_default()
    }

    /// Seats of a category and places of its areas that are left.
    pub fn in_category(&self, capacity: &Capacity, no: CategoryNo) -> u32 {
        let seats = self.by_category.get(usize::from(no.0)).map_or(0, |(left, _)| *left);
        let areas = capacity.areas.iter().zip(&self.by_area);
        let here = areas.filter(|(area, _)| area.category == no);
        seats + here.map(|(_, (left, _))| *left).sum::<u32>()
    }
}
