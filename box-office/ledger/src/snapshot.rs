//! The house as of one commit: what pages, workers and the API read.
//!
//! Holds no lock that a writer waits for. Never changes anything; a page reads one snapshot and
//! is consistent in itself. Next: the `read` functions of the noun files.

use crate::capacity::Capacity;
use crate::plan::{Drawn, Plans};
use crate::source::Source;
use crate::turnout::SharedTurnouts;
use crate::{Fault, performance};
use redb::{Key, ReadOnlyTable, ReadTransaction, TableDefinition, Value};
use std::sync::Arc;
use usher_rules::id::{PerformanceId, PlanId};
use usher_rules::performance::Performance;

/// One moment of the store.
pub struct Snapshot {
    pub(crate) txn: ReadTransaction,
    pub(crate) plans: Plans,
    pub(crate) turnouts: SharedTurnouts,
}

impl Source for Snapshot {
    type Opened<'a, K: Key + 'static, V: Value + 'static> = ReadOnlyTable<K, V>;

    fn open<K: Key + 'static, V: Value + 'static>(
        &self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<ReadOnlyTable<K, V>, Fault> {
        self.txn.open(table)
    }
}

impl Snapshot {
    /// A plan version, compiled.
    pub fn plan(&self, id: PlanId) -> Result<Option<Arc<Drawn>>, Fault> {
        self.plans.get(&self.txn, id)
    }

    /// What a plan version can sell at most.
    pub fn capacity(&self, id: PlanId) -> Result<Arc<Capacity>, Fault> {
        self.plans.capacity(&self.txn, id)
    }

    /// A performance with its plan.
    pub fn staged(&self, id: PerformanceId) -> Result<Option<(Performance, Arc<Drawn>)>, Fault> {
        let Some(performance) = performance::get(&self.txn, id)? else {
            return Ok(None);
        };
        let drawn = self.plan(performance.plan)?;
        let drawn = drawn.ok_or_else(|| Fault::Row(format!("plan of {id} is missing")))?;
        Ok(Some((performance, drawn)))
    }

    /// The shared cache of compiled plans.
    pub fn plans(&self) -> &Plans {
        &self.plans
    }
}
