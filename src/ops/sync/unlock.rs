//! Which files of unlock methods a sync writes and removes. A file that only the other side has changed is taken over; two
//! methods that were given one name on two machines get a name, and a file, each.

use super::{Meeting, UNLOCK, unlock_name};
use crate::error::Result;
use crate::vault::store::{self, OpenStore, OpenedCopy, PASSPHRASE, PassphraseChange, UnlockChanges, UnlockFile, VaultFiles};
use crate::vault::{Method, Vault};
use std::collections::{BTreeMap, BTreeSet};

/// `files` are those of the other side, `copy` the vault among them.
pub(super) fn changes(store: &OpenStore, meeting: &Meeting, files: &VaultFiles, copy: &OpenedCopy) -> Result<UnlockChanges> {
    let same_passphrase = store.passphrase_change(copy)? == PassphraseChange::Ours;
    let mut merged = store.preview(std::slice::from_ref(copy))?;
    let names = store::distinct_names(&merged);
    store::rename_methods(&mut merged, &names);
    let mut changed: BTreeMap<String, Option<Vec<u8>>> = changed_there(meeting, files, &merged).into_iter().collect();
    changed.retain(|name, bytes| match bytes {
        Some(bytes) if name == PASSPHRASE => same_passphrase && store::is_passphrase_file(bytes),
        _ => true,
    });
    let disk = store.files()?.unlock;
    let met = Met { ours: store.vault(), disk: &disk, theirs: &copy.vault, files: &files.unlock };
    for (stem, from, side) in met.moved(&merged) {
        let source = if side == Side::Ours { &disk } else { &files.unlock };
        let is_there = source.contains_key(&key_file(&from));
        for ending in store::ENDINGS {
            let bytes = source.get(&format!("{from}{ending}"));
            let to = format!("{stem}{ending}");
            changed.remove(&to);
            // What a plugin needs is no part of the method that takes its name.
            if is_there && disk.get(&to) != bytes {
                changed.insert(to, bytes.cloned());
            }
        }
    }
    Ok(UnlockChanges { files: changed.into_iter().collect(), names })
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Ours,
    Theirs,
}

/// The vault of each side, and its files under `unlock/`.
struct Met<'a> {
    ours: &'a Vault,
    disk: &'a BTreeMap<String, Vec<u8>>,
    theirs: &'a Vault,
    files: &'a BTreeMap<String, Vec<u8>>,
}

fn key_file(name: &str) -> String {
    format!("{name}{}", store::ENDINGS[0])
}

impl Met<'_> {
    /// The methods whose file is not simply the one of their name on both sides: the name from now on, the name and the side
    /// where the file is.
    fn moved(&self, merged: &Vault) -> Vec<(String, String, Side)> {
        let names: Vec<&str> = merged.with_own_file().map(|method| method.name.as_str()).collect();
        let from = |method: &Method| {
            let name = method.name.as_str();
            let is_whole_there = self.files.contains_key(&key_file(name));
            let (from, side) = match (self.ours.method_name(&method.recipient), self.theirs.method_name(&method.recipient)) {
                (Some(our), Some(their)) if our == name && their == name => {
                    self.is_rest(name, &names).then_some((name, Side::Theirs))?
                }
                (_, Some(their)) if their == name && is_whole_there => (name, Side::Theirs),
                // A sync that was cut short has moved it.
                (Some(our), their) if their != Some(our) && self.has_theirs(our) => return None,
                (Some(our), _) => (our, Side::Ours),
                (None, their) => (their?, Side::Theirs),
            };
            Some((name.to_owned(), from.to_owned(), side))
        };
        merged.with_own_file().filter_map(from).collect()
    }

    /// Whether here lies the file that a method of this name has there.
    fn has_theirs(&self, name: &str) -> bool {
        let is_used = self.theirs.with_own_file().any(|method| method.name == name);
        let file = key_file(name);
        is_used && self.disk.contains_key(&file) && self.disk.get(&file) == self.files.get(&file)
    }

    /// Whether what lies here under this name is the file of a method that was called so before, and has another name by now:
    /// a sync was cut short before it put the file from there in its place.
    fn is_rest(&self, name: &str, names: &[&str]) -> bool {
        let (here, there) = (self.disk.get(&key_file(name)), self.files.get(&key_file(name)));
        let is_of = |other: &str| [self.disk, self.files].into_iter().any(|files| files.get(&key_file(other)) == here);
        let differs = here.is_some() && there.is_some() && here != there;
        differs && names.iter().any(|other| *other != name && is_of(other))
    }
}

/// The files of unlock methods that only the other side has changed since both were the same.
fn changed_there(meeting: &Meeting, files: &VaultFiles, merged: &Vault) -> Vec<UnlockFile> {
    let Meeting { base, our_tree: ours, their_tree: theirs, .. } = meeting;
    let path = |name: &str| [UNLOCK, b"/", name.as_bytes()].concat();
    let ours_names = ours.keys().filter_map(|path| unlock_name(path));
    let names: BTreeSet<String> = files.unlock.keys().cloned().chain(ours_names).collect();
    let mut changed = Vec::new();
    for name in names {
        let [base, our, their] = [base, ours, theirs].map(|tree| tree.get(&path(&name)).map(|item| &item.id));
        let is_used = || {
            merged
                .methods
                .iter()
                .any(|method| method.in_use() && name.rsplit_once('.').is_some_and(|(stem, _)| stem == method.name))
        };
        match their {
            _ if our == their => {}
            // Where both had it and it went here with its method, it does not come back from there.
            Some(_) if our.is_none() && base.is_some() && !is_used() => {}
            Some(_) if our == base || our.is_none() => changed.push((name.clone(), files.unlock.get(&name).cloned())),
            None if our == base && !is_used() => changed.push((name.clone(), None)),
            _ => {}
        }
    }
    changed
}
