//! Entries with one secret and one set of parameters, which give the same codes: enrolled on two machines, or imported twice. They are told of, and joined when a person wants it
//! (`Change::Join`); a merge never joins them by itself.

use super::change::same_but_counter;
use super::session::Session;
use crate::vault::Vault;
use crate::vault::entry::{Entry, EntryId};
use crate::vault::store::{self, World};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The entries that share a secret and its parameters, the oldest first; those in the trash and those without a secret aside.
pub fn groups(vault: &Vault) -> Vec<Vec<&Arc<Entry>>> {
    // Sorted by the first bytes of their secrets, as a number: nearly all differ there, so that little is looked at for each entry.
    let mut all: Vec<(u64, &Arc<Entry>)> = vault
        .active()
        .filter(|entry| !entry.credential.value.secret.is_empty())
        .map(|entry| (beginning(entry.credential.value.secret.expose()), entry))
        .collect();
    all.sort_unstable_by_key(|(beginning, _)| *beginning);
    let mut groups: Vec<Vec<&Arc<Entry>>> = Vec::new();
    for alike in all.chunk_by(|(one, _), (other, _)| one == other).filter(|alike| alike.len() > 1) {
        let mut same: Vec<Vec<&Arc<Entry>>> = Vec::new();
        for (_, entry) in alike {
            match same.iter_mut().find(|group| gives_the_same(group[0], entry)) {
                Some(group) => group.push(entry),
                None => same.push(vec![entry]),
            }
        }
        groups.extend(same.into_iter().filter(|group| group.len() > 1));
    }
    for group in &mut groups {
        group.sort_by_key(|entry| (entry.created, entry.id));
    }
    groups.sort_by_key(|group| (group[0].created, group[0].id));
    groups
}

/// Whether both give the same codes, so that they can be joined: one secret of another kind is another account's, or a mistake.
fn gives_the_same(one: &Entry, other: &Entry) -> bool {
    same_but_counter(&one.credential.value, &other.credential.value)
}

/// The first eight bytes; zeros where there are fewer.
fn beginning(secret: &[u8]) -> u64 {
    let mut first = [0; 8];
    let length = secret.len().min(first.len());
    first[..length].copy_from_slice(&secret[..length]);
    u64::from_be_bytes(first)
}

/// The others with the secret and the parameters of this entry.
pub fn of(vault: &Vault, entry: &Entry) -> Vec<EntryId> {
    let secret = &entry.credential.value.secret;
    let same = |other: &&Arc<Entry>| other.id != entry.id && gives_the_same(other, entry);
    if secret.is_empty() {
        return Vec::new();
    }
    vault.active().filter(same).map(|other| other.id).collect()
}

/// How to join them, where no screen shows the key.
pub const HOW: &str = "Join them in the full-screen program: select one of them and press J";

/// A file larger than this is not ours.
const LIMIT: u64 = 16 << 20;

/// The names of each group that was not told of on this machine yet, and remembers that they are now. One that only became
/// smaller is not new.
pub fn untold(session: &Session) -> Vec<Vec<String>> {
    let Some(file) = file(session) else { return Vec::new() };
    let all = groups(session.vault());
    let ids = |group: &[&Arc<Entry>]| group.iter().map(|entry| entry.id.to_string()).collect::<BTreeSet<_>>();
    let now: Vec<BTreeSet<String>> = all.iter().map(|group| ids(group)).collect();
    let read = session.world().storage.read(&file, LIMIT).ok();
    let told: Vec<BTreeSet<String>> = read.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    if now != told {
        remember(session.world(), &file, &now);
    }
    let is_new = |ids: &BTreeSet<String>| !told.iter().any(|told| ids.is_subset(told));
    let new = all.into_iter().zip(&now).filter(|(_, ids)| is_new(ids)).map(|(group, _)| group);
    new.map(|group| group.iter().map(|entry| entry.called()).collect()).collect()
}

/// `the same secret is in 2 entries: GitHub (hugo), GitHub (phone)`
pub fn sentence(names: &[String]) -> String {
    format!("the same secret is in {} entries: {}", names.len(), names.join(", "))
}

fn file(session: &Session) -> Option<PathBuf> {
    let store = session.store()?;
    Some(store.world().state_folder.join("duplicates").join(format!("{}.json", store.path_digest())))
}

/// Where it can't be kept they are told of once more.
fn remember(world: &World, file: &Path, groups: &[BTreeSet<String>]) {
    if groups.is_empty() {
        let _ = world.storage.remove(file);
    } else if let (Some(folder), Ok(text)) = (file.parent(), serde_json::to_vec(groups)) {
        let _ = world.storage.make_folder(folder);
        let _ = store::replace(world, file, &text);
    }
}
