//! Entries with one secret: enrolled on two machines, or imported twice. They are told of, and joined when a person wants it
//! (`Change::Join`); a merge never joins them by itself.

use crate::vault::Vault;
use crate::vault::entry::{Entry, EntryId};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The entries that share a secret, the oldest first; those in the trash and those without a secret aside.
pub fn groups(vault: &Vault) -> Vec<Vec<&Arc<Entry>>> {
    let mut by_secret: HashMap<&[u8], Vec<&Arc<Entry>>> = HashMap::new();
    for entry in vault.active().filter(|entry| !entry.credential.value.secret.is_empty()) {
        by_secret.entry(entry.credential.value.secret.expose()).or_default().push(entry);
    }
    let mut groups: Vec<_> = by_secret.into_values().filter(|group| group.len() > 1).collect();
    for group in &mut groups {
        group.sort_by_key(|entry| (entry.created, entry.id));
    }
    groups.sort_by_key(|group| (group[0].created, group[0].id));
    groups
}

/// The others with the secret of this entry.
pub fn of(vault: &Vault, entry: &Entry) -> Vec<EntryId> {
    let secret = &entry.credential.value.secret;
    let same = |other: &&Arc<Entry>| other.id != entry.id && other.credential.value.secret == *secret;
    if secret.is_empty() {
        return Vec::new();
    }
    vault.active().filter(same).map(|other| other.id).collect()
}

/// A sentence for each group that was not there before.
pub fn new_ones(before: &Vault, after: &Vault) -> Vec<String> {
    let ids = |group: &[&Arc<Entry>]| group.iter().map(|entry| entry.id).collect::<BTreeSet<_>>();
    let known: BTreeSet<BTreeSet<EntryId>> = groups(before).iter().map(|group| ids(group)).collect();
    let new = groups(after).into_iter().filter(|group| !known.contains(&ids(group)));
    new.map(|group| {
        let names: Vec<String> = group.iter().map(|entry| entry.called()).collect();
        format!("the same secret is in {} entries: {}", names.len(), names.join(", "))
    })
    .collect()
}
