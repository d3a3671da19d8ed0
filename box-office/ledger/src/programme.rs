//! Settings, performances, productions and devices in the writer's memory while they stay.
//!
//! Every scan and every hold looks at them, and they change a few times a day: any event about one
//! of them clears all. Never seen by readers. Next: `write.rs`.

use crate::{Fault, device, performance, production, source::Source};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use usher_rules::Event;
use usher_rules::device::DeviceRow;
use usher_rules::house::House;
use usher_rules::id::{DeviceNo, PerformanceId, ProductionId};
use usher_rules::performance::Performance;
use usher_rules::production::Production;

/// Rows of one kind that are kept.
pub const KEPT_MAX: usize = 256;

/// See the module.
#[derive(Debug, Default)]
pub struct Programme {
    house: Option<Arc<House>>,
    performances: HashMap<PerformanceId, Arc<Performance>>,
    productions: HashMap<ProductionId, Arc<Production>>,
    devices: HashMap<DeviceNo, Arc<DeviceRow>>,
}

impl Programme {
    pub fn house<S: Source>(&mut self, source: &S) -> Result<Arc<House>, Fault> {
        if let Some(house) = &self.house {
            return Ok(Arc::clone(house));
        }
        let house = Arc::new(crate::write::house(source)?);
        self.house = Some(Arc::clone(&house));
        Ok(house)
    }

    pub fn performance<S: Source>(
        &mut self,
        source: &S,
        id: PerformanceId,
    ) -> Result<Option<Arc<Performance>>, Fault> {
        kept(&mut self.performances, id, || performance::get(source, id))
    }

    pub fn production<S: Source>(
        &mut self,
        source: &S,
        id: ProductionId,
    ) -> Result<Option<Arc<Production>>, Fault> {
        kept(&mut self.productions, id, || production::get(source, id))
    }

    pub fn device<S: Source>(
        &mut self,
        source: &S,
        no: DeviceNo,
    ) -> Result<Option<Arc<DeviceRow>>, Fault> {
        kept(&mut self.devices, no, || device::get(source, no))
    }

    /// Forgets everything if this event is about one of them.
    pub fn note(&mut self, event: &Event) {
        match event {
            Event::House(_) | Event::Production(_) | Event::Performance(_) | Event::Device(_) => {
                self.clear();
            }
            Event::Cart(_)
            | Event::Hold(_)
            | Event::Checkout(_)
            | Event::Admission(_)
            | Event::Letter(_)
            | Event::Session(_)
            | Event::Staff(_)
            | Event::Till(_)
            | Event::Journal(_)
            | Event::Batch(_)
            | Event::EndOfDay(_)
            | Event::Patron(_) => {}
        }
    }

    /// Forgets everything: the transaction it followed was dropped.
    pub fn clear(&mut self) {
        *self = Programme::default();
    }
}

fn kept<K: Copy + Eq + Hash, T>(
    rows: &mut HashMap<K, Arc<T>>,
    key: K,
    read: impl FnOnce() -> Result<Option<T>, Fault>,
) -> Result<Option<Arc<T>>, Fault> {
    if let Some(row) = rows.get(&key) {
        return Ok(Some(Arc::clone(row)));
    }
    let Some(row) = read()? else { return Ok(None) };
    if rows.len() >= KEPT_MAX {
        rows.clear();
    }
    let row = Arc::new(row);
    rows.insert(key, Arc::clone(&row));
    Ok(Some(row))
}
