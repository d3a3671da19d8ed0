//! Plans in memory: compiled once from what the store holds, shared by writer and readers.
//!
//! A plan version never changes, so this cache is never invalid. Never keeps more than
//! [`PLANS_MAX`] at a time. Next: `inventory.rs`.

use crate::capacity::{self, Capacity};
use crate::source::{self, Source};
use crate::stored::PlanRow;
use crate::{Fault, tables};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use usher_rules::id::PlanId;
use usher_rules::plan::Plan;
use usher_rules::plan::import::{ImportOptions, import};
use usher_rules::plan::report::Report;
use usher_rules::seat::Layout;

/// Capacities kept in memory.
pub const CAPACITIES_MAX: usize = 1_024;
/// Compiled plans kept in memory.
pub const PLANS_MAX: usize = 64;

/// A plan with what best seats need of it.
#[derive(Debug)]
pub struct Drawn {
    pub plan: Plan,
    pub layout: Layout,
}

/// Cloning shares the cache.
#[derive(Clone, Debug, Default)]
pub struct Plans {
    drawn: Arc<Mutex<HashMap<PlanId, Arc<Drawn>>>>,
    capacities: Arc<Mutex<HashMap<PlanId, Arc<Capacity>>>>,
    /// Held while one is made: a large house takes much memory meanwhile.
    making: Arc<Mutex<()>>,
}

impl Plans {
    /// The compiled plan, made on first use. `None`: no such plan in the store.
    pub fn get<S: Source>(&self, source: &S, id: PlanId) -> Result<Option<Arc<Drawn>>, Fault> {
        if let Some(drawn) = self.kept(id) {
            return Ok(Some(drawn));
        }
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(drawn) = self.kept(id) {
            return Ok(Some(drawn));
        }
        let Some(row) = source::get::<_, _, PlanRow>(source, tables::PLANS, id.0)? else {
            return Ok(None);
        };
        let drawn = Arc::new(draw(&row).map_err(|report| {
            let words = report.errors.first().map(ToString::to_string).unwrap_or_default();
            Fault::Row(format!("plan {id} does not import any more: {words}"))
        })?);
        let mut cache = self.lock();
        if cache.len() >= PLANS_MAX {
            cache.clear();
        }
        cache.insert(id, Arc::clone(&drawn));
        Ok(Some(drawn))
    }

    /// What the plan can sell at most, without compiling it.
    pub fn capacity<S: Source>(&self, source: &S, id: PlanId) -> Result<Arc<Capacity>, Fault> {
        let cache = || self.capacities.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(capacity) = cache().get(&id) {
            return Ok(Arc::clone(capacity));
        }
        let capacity = Arc::new(capacity::get(source, id)?);
        let mut cache = cache();
        if cache.len() >= CAPACITIES_MAX {
            cache.clear();
        }
        cache.insert(id, Arc::clone(&capacity));
        Ok(capacity)
    }

    fn kept(&self, id: PlanId) -> Option<Arc<Drawn>> {
        self.lock().get(&id).map(Arc::clone)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<PlanId, Arc<Drawn>>> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Compiles a plan from its stored form.
pub fn draw(row: &PlanRow) -> Result<Drawn, Box<Report>> {
    let overlay = (!row.overlay.is_empty()).then_some(row.overlay.as_slice());
    let options = ImportOptions { rekey_duplicates: row.rekey_duplicates };
    let plan = import(&row.original, overlay, options)?.plan;
    let layout = Layout::of(&plan);
    Ok(Drawn { plan, layout })
}
