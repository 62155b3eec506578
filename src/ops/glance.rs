//! The entry meant by a query with the key that is remembered, without opening the whole vault: the quick way to one code.

use super::backup;
use super::find;
use crate::vault::entry::Entry;
use crate::vault::store::{self, World};
use crate::words::folded;
use std::path::Path;
use std::sync::Arc;

/// The entry that [`find::one`] finds in the vault. `None` where nothing is remembered, where opening the vault would have
/// something to tell, and where there is none or several: what opening says then is what counts.
pub fn one(world: &World, folder: &Path, query: &str) -> Option<Arc<Entry>> {
    let wanted = folded(query.trim());
    // Names are also matched as `issuer:account` and `issuer account`, so a word within these marks is in one of the two.
    let word = wanted.split([' ', ':']).max_by_key(|word| word.len())?;
    let glance = store::glance(world, folder, word)?;
    let entry = find::one(glance.vault(), query).ok()?;
    let is_usual = glance.is_once(&entry.id.to_string()) && !backup::has_failed(world, &glance.path_digest);
    is_usual.then(|| entry.clone())
}
