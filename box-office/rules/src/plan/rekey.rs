//! Makes every seat's guid its own, or says which are not (domain 3.2.3).
//!
//! Published exports repeat guids while their uuids are unique; on request all seats that share
//! a guid go by their uuid, the first one too, so that no seat's name depends on the order of
//! the file. Never invents a name. Next: `plan/import.rs`.

use super::original::{Original, is_guid};
use super::report::{Flaw, GUIDS_LISTED_MAX, Remark, Report, Source};
use std::collections::{BTreeMap, BTreeSet};

/// Settles duplicate guids: re-keyed and remarked, or refused.
pub(super) fn settle(original: &mut Original, rekey: bool, report: &mut Report) {
    let sharing = sharing(original);
    if sharing.is_empty() {
        return;
    }
    let guids: BTreeSet<&str> =
        sharing.iter().map(|seat| original.seats[*seat].guid.as_str()).collect();
    let listed: Vec<String> =
        guids.iter().take(GUIDS_LISTED_MAX).map(|guid| (*guid).to_owned()).collect();
    if !rekey {
        let flaw = Flaw::DuplicateGuid { count: guids.len() as u32, guids: listed };
        return report.refuse(Source::Plan, None, flaw);
    }
    match fresh_names(original, &sharing) {
        Err(guid) => report.refuse(Source::Plan, None, Flaw::CannotRekey { guid }),
        Ok(names) => {
            let count = sharing.len() as u32;
            for (seat, name) in sharing.into_iter().zip(names) {
                original.seats[seat].guid = name;
            }
            report.remark(Source::Plan, None, Remark::Rekeyed { guids: listed, count });
        }
    }
}

/// Indices of all seats whose guid another seat has too, in import order.
fn sharing(original: &Original) -> Vec<usize> {
    let mut count: BTreeMap<&str, u32> = BTreeMap::new();
    for seat in &original.seats {
        *count.entry(seat.guid.as_str()).or_default() += 1;
    }
    let guid = |seat: &usize| original.seats[*seat].guid.as_str();
    (0..original.seats.len()).filter(|seat| count[guid(seat)] > 1).collect()
}

/// The uuids of those seats, if each can serve as a guid; else a guid that stays doubled.
fn fresh_names(original: &Original, sharing: &[usize]) -> Result<Vec<String>, String> {
    let mut used: BTreeSet<&str> = original.seats.iter().map(|seat| seat.guid.as_str()).collect();
    let mut names = Vec::with_capacity(sharing.len());
    for seat in sharing {
        let uuid = original.uuids[*seat].as_deref().filter(|uuid| is_guid(uuid));
        match uuid.filter(|uuid| used.insert(uuid)) {
            Some(uuid) => names.push(uuid.to_owned()),
            None => return Err(original.seats[*seat].guid.clone()),
        }
    }
    Ok(names)
}
