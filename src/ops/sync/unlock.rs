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
    let disk = store.files()?;
    for (stem, from, side) in moved(store.vault(), &copy.vault, &merged) {
        let source = if side == Side::Ours { &disk } else { files };
        for ending in [".age", ".identity"] {
            let bytes = source.unlock.get(&format!("{from}{ending}"));
            let to = format!("{stem}{ending}");
            changed.remove(&to);
            if let Some(bytes) = bytes.filter(|bytes| disk.unlock.get(&to) != Some(bytes)) {
                changed.insert(to, Some(bytes.clone()));
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

/// The methods whose file is not simply the one of their name on both sides: the name from now on, the name and the side where
/// the file is.
fn moved(ours: &Vault, theirs: &Vault, merged: &Vault) -> Vec<(String, String, Side)> {
    let named = |vault: &Vault, method: &Method| {
        let mut known = vault.methods.iter().filter(|known| known.in_use() && known.recipient == method.recipient);
        known.next().map(|known| known.name.clone())
    };
    let with_file = merged.methods.iter().filter(|method| method.in_use() && method.has_own_file());
    let from = |method: &Method| match (named(ours, method), named(theirs, method)) {
        (Some(our), Some(their)) if our == their && our == method.name => None,
        (Some(our), _) => Some((method.name.clone(), our, Side::Ours)),
        (None, Some(their)) => Some((method.name.clone(), their, Side::Theirs)),
        (None, None) => None,
    };
    with_file.filter_map(from).collect()
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
