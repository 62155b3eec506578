//! Entries of another vault become entries of this one, with all that is known of them: histories, older sets of recovery
//! codes, candidates. Only the place in the list and the trash stay behind.

use super::{Change, Outcome};
use crate::error::{Error, Result};
use crate::vault::Vault;
use crate::vault::entry::{Entry, EntryId};
use crate::vault::stamp::{Stamp, Stamper};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) fn adopt(
    vault: &mut Vault,
    stamper: &mut Stamper,
    new_id: &mut dyn FnMut() -> EntryId,
    entries: Vec<Arc<Entry>>,
) -> Result<Outcome> {
    let mut ids = Vec::with_capacity(entries.len());
    for entry in entries {
        if !entry.extra.is_empty() {
            let what = format!("{} has fields that this version can't read", entry.label());
            return Err(Error::failed(what).hint("use the version of the program that wrote them"));
        }
        let mut entry = Entry::clone(&entry);
        entry.id = new_id();
        (entry.deleted, entry.purged) = (None, None);
        entry.order.value.clear();
        stamp_anew(&mut entry, stamper);
        ids.push(entry.id);
        vault.insert(entry);
    }
    let undo = (!ids.is_empty()).then(|| Change::Delete(ids.clone()));
    Ok(Outcome::of(ids, undo))
}

/// The stamps of another vault mean nothing here: new ones in the same order, equal where the old ones were, since by them
/// credentials and sets are told apart.
fn stamp_anew(entry: &mut Entry, stamper: &mut Stamper) {
    let mut old = BTreeSet::new();
    entry.each_stamp(|at| {
        old.insert(at);
    });
    // What was never set has no stamp there either.
    old.remove(&Stamp::default());
    let new: BTreeMap<Stamp, Stamp> = old.into_iter().map(|at| (at, stamper.next())).collect();
    entry.each_stamp_mut(|at| {
        if let Some(new) = new.get(at) {
            *at = *new;
        }
    });
}
