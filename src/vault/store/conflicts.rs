//! Conflict copies that sync programs leave beside the vault: found by their names, folded in, and then moved to `backups/`.
//! The merged vault is on the disk before a copy is moved; one that does not open stays where it is, and is told of.

use super::files::{Digest, Place, digest};
use super::fold::{Keep, OpenedBy, PASSPHRASE, PassphraseChange, VaultFiles};
use super::method_files::UnlockChanges;
use super::unlock_files::read_near;
use super::{OpenStore, World};
use crate::error::{Error, Result, describe_io};
use crate::vault::schema;
use crate::vault::seal::{self, MethodKey};
use std::io::ErrorKind as Io;
use std::path::{Path, PathBuf};

/// A conflict copy and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The file's name, under `unlock/` with that.
    pub name: String,
    pub fate: Fate,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Folded in, and moved here.
    Merged(PathBuf),
    /// Folded in, but it can't be moved, for this reason.
    Unmoved(String),
    /// It opens only with a key that was replaced, or changes the passphrase: it waits for a person's word.
    Waits,
    /// None of the keys in hand opens it: it has a passphrase of its own, or is of another vault.
    Shut,
    /// It can't be merged, for this reason.
    Refused(String),
    /// A copy of the passphrase's file: the passphrase was changed on two machines.
    Passphrase,
}

type Pattern = fn(&str) -> bool;

/// How sync programs name the losing file: what stands between the stem and the extension.
const PATTERNS: &[(&str, Pattern)] = &[
    ("Syncthing", |mark| mark.starts_with(".sync-conflict-")),
    ("Dropbox, Nextcloud", |mark| mark.starts_with(" (") && mark.ends_with(')') && has(mark, "conflict")),
    ("ownCloud", |mark| has(mark, "_conflict-")),
    ("Google Drive", |mark| mark.strip_prefix(" (").and_then(|mark| mark.strip_suffix(')')).is_some_and(is_number)),
    ("OneDrive", |mark| mark.starts_with('-') && mark.len() > 1),
    ("iCloud", |mark| mark.strip_prefix(' ').is_some_and(is_number)),
];

fn has(mark: &str, word: &str) -> bool {
    mark.to_ascii_lowercase().contains(word)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Which program leaves conflict copies of this name for a file of that name.
pub fn left_by(file: &str, name: &str) -> Option<&'static str> {
    let (stem, extension) = file.rsplit_once('.')?;
    let mark = name.strip_prefix(stem)?.strip_suffix(extension)?.strip_suffix('.')?;
    PATTERNS.iter().find(|(_, fits)| fits(mark)).map(|(program, _)| *program)
}

pub(super) fn is_copy_of(file: &str, name: &str) -> bool {
    left_by(file, name).is_some()
}

impl OpenStore {
    /// Folds in the conflict copies that lie beside the vault. What became of each is told; the vault is as it was where an error is given.
    /// `before` is called before each that changes the vault.
    pub fn fold_conflict_copies(&mut self, before: &mut dyn FnMut(&OpenStore)) -> Result<Vec<Conflict>> {
        let storage = self.world.storage.clone();
        let mut told = Vec::new();
        for name in storage.list(self.place.unlock_folder()).unwrap_or_default() {
            if is_copy_of(PASSPHRASE, &name) {
                told.push(Conflict { name: format!("unlock/{name}"), fate: Fate::Passphrase });
            }
        }
        if self.read_only.is_some() {
            return Ok(told);
        }
        let vault = self.place.vault_name();
        let found = storage.list(&self.place.folder).map_err(|error| Error::io("list", &self.place.folder, &error))?;
        for name in found.into_iter().filter(|name| is_copy_of(&vault, name)) {
            match self.fold_conflict_copy(&name, before) {
                Ok(Some(fate)) => told.push(Conflict { name, fate }),
                Ok(None) => {}
                Err(error) => told.push(Conflict { name, fate: Fate::Refused(error.what) }),
            }
        }
        if self.memory.has_caught_up(&self.vault) {
            self.settle_older_state();
        }
        Ok(told)
    }

    /// The conflict copy of this name beside the vault, with the passphrase files that may open it.
    pub fn conflict_copy(&self, name: &str) -> Result<VaultFiles> {
        if name.contains('/') || !is_copy_of(&self.place.vault_name(), name) {
            return Err(Error::failed(format!("{} is no conflict copy", crate::words::printable(name))));
        }
        let storage = &*self.world.storage;
        let vault = self.place.read_beside(storage, &self.place.folder.join(name))?;
        Ok(VaultFiles { vault, near: read_near(storage, self.place.unlock_folder()), ..VaultFiles::default() })
    }

    /// `None` where another program was faster.
    fn fold_conflict_copy(&mut self, name: &str, before: &mut dyn FnMut(&OpenStore)) -> Result<Option<Fate>> {
        let storage = self.world.storage.clone();
        let from = self.place.folder.join(name);
        if storage.facts(&from).is_err_and(|error| error.kind() == Io::NotFound) {
            return Ok(None);
        }
        let bytes = self.place.read_beside(&*storage, &from)?;
        let read = digest(&bytes);
        let Some(copy) = self.open_other(&VaultFiles { vault: bytes, ..VaultFiles::default() })? else {
            return Ok(Some(Fate::Shut));
        };
        if copy.opened_by == OpenedBy::Retired || self.passphrase_change(&copy)? != PassphraseChange::Ours {
            return Ok(Some(Fate::Waits));
        }
        let copies = [copy];
        if self.preview(&copies)? != self.vault {
            before(self);
        }
        self.fold_in(&copies, Keep::Ours, &UnlockChanges::default())?;
        Ok(match self.place.keep_in_backups(&*storage, &from) {
            Ok(to) if storage.read(&to, u64::MAX).is_ok_and(|bytes| digest(&bytes) == read) => Some(Fate::Merged(to)),
            Ok(to) => Some(Fate::Refused(format!("it was changed while it was merged, and is now {}", to.display()))),
            Err(error) if error.kind() == Io::NotFound => None,
            Err(error) => Some(Fate::Unmoved(describe_io(&error))),
        })
    }

    /// Moves a copy that was folded in on a person's word, if it lies beside the vault. An error where it is not that one
    /// any more: what came in its place was not merged.
    pub fn put_away(&self, copy: &Path, merged: Digest) -> Result<Option<PathBuf>> {
        let storage = &*self.world.storage;
        let Ok(place) = storage.canonical(copy) else { return Ok(None) };
        let Some(name) = place.file_name().and_then(|name| name.to_str()) else { return Ok(None) };
        if place.parent() != Some(&*self.place.folder) || !is_copy_of(&self.place.vault_name(), name) {
            return Ok(None);
        }
        let is_merged = |path: &Path| storage.read(path, u64::MAX).is_ok_and(|bytes| digest(&bytes) == merged);
        let changed = |path: &Path| {
            let what = format!("{name} was changed while it was merged; what it holds now is not, and is in {}", path.display());
            Err(Error::failed(what).hint("merge that, too, once you have looked at it"))
        };
        if !is_merged(&place) {
            return changed(&place);
        }
        match self.place.keep_in_backups(storage, &place) {
            Ok(to) if is_merged(&to) => Ok(Some(to)),
            Ok(to) => changed(&to),
            Err(_) => Ok(None),
        }
    }
}

/// The vault to open. Where the file of that name was written with a replaced key, while a conflict copy beside it opens with
/// the keys in hand and knows that older key, a sync program chose the wrong one of the two: they change places. What was
/// `vault.age` becomes a conflict copy, which waits for a person's word.
pub(super) fn right_one(world: &World, place: &Place, sealed: Vec<u8>, keys: &[MethodKey]) -> Vec<u8> {
    // The header tells, and is quickly read.
    match seal::is_for(&sealed, keys) {
        true => sealed,
        false => find_right_one(world, place, &sealed, keys).unwrap_or(sealed),
    }
}

fn find_right_one(world: &World, place: &Place, sealed: &[u8], keys: &[MethodKey]) -> Option<Vec<u8>> {
    let (storage, vault) = (&*world.storage, place.vault_name());
    let names = storage.list(&place.folder).ok()?;
    for name in names.into_iter().filter(|name| is_copy_of(&vault, name)) {
        let from = place.folder.join(&name);
        let Ok(bytes) = place.read_beside(storage, &from) else { continue };
        let Ok(Some((payload, _))) = seal::open_if_any(&bytes, keys) else { continue };
        let Ok(newer) = schema::read(&payload) else { continue };
        let retired: Vec<MethodKey> = newer.retired.iter().filter_map(|key| MethodKey::parse(key.identity.expose())).collect();
        let Ok(Some((payload, _))) = seal::open_if_any(sealed, &retired) else { continue };
        if !schema::read(&payload).is_ok_and(|older| older.id == newer.id) {
            continue;
        }
        let _lock = place.lock(storage).ok()?;
        place.read_vault(storage).ok().filter(|now| now == sealed)?;
        let stem = vault.rsplit_once('.').map_or(vault.as_str(), |(stem, _)| stem);
        let aside = place.folder.join(format!("{stem} (conflict, older passphrase).age"));
        // Nothing is replaced before it lies elsewhere, too.
        storage.write_new(&aside, sealed).and_then(|()| storage.sync_file(&aside)).ok()?;
        storage.sync_folder(&place.folder).ok()?;
        place.write_vault(world, &bytes).ok()?;
        let _ = place.keep_in_backups(storage, &from);
        return Some(bytes);
    }
    None
}

/// Whether a change of this file in the folder of a vault is of interest to who has it open.
pub fn is_of_vault(name: &str) -> bool {
    name.ends_with(".age") && !name.starts_with('.')
}
