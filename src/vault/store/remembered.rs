//! The remembered unlock: a method key in the system's keyring, which forgets it by itself. Whatever goes wrong with it
//! means that nothing is remembered; only who wants an unlock remembered is told why it can't be.

use super::files::{self, Place};
use super::{OpenStore, Trust, World, open};
use crate::error::{Error, Result};
use crate::vault::seal::{self, MethodKey};
use std::path::Path;
use std::time::Duration;

/// Begins the names of our keys in the keyring.
const NAME: &str = "countersign:";

/// Fails where the keyring can't be used, before anybody is asked for anything.
pub fn can_remember(world: &World, folder: &Path) -> Result<()> {
    world.keyring.get(&name(world, folder)?).map(drop).map_err(cannot)
}

/// Whether a key is remembered for the vault, right or stale.
pub fn is_remembered(world: &World, folder: &Path) -> bool {
    let kept = name(world, folder).ok().and_then(|name| world.keyring.get(&name).ok());
    kept.flatten().is_some()
}

/// Forgets the key of the vault at once; whether one was remembered.
pub fn forget(world: &World, folder: &Path) -> Result<bool> {
    let cannot = |why| Error::failed(format!("no unlock can be forgotten: {why}"));
    world
        .keyring
        .forget(&name(world, folder)?)
        .map_err(|why| cannot(why).hint("one that is remembered ends when its time is over"))
}

/// Opens the vault with the key that is remembered for it. `None` where there is none that opens it; one that does not
/// open it any more is forgotten. An error is the vault's, and would be the same with any key.
pub fn unlock_remembered(world: &World, folder: &Path, trust: Trust) -> Result<Option<OpenStore>> {
    let Ok(place) = Place::find(&*world.storage, folder) else { return Ok(None) };
    let keys = Vec::from_iter(remembered_key(world, &place));
    if keys.is_empty() {
        return Ok(None);
    }
    let sealed = place.read_vault(&*world.storage)?;
    if !seal::is_for(&sealed, &keys) {
        let _ = world.keyring.forget(&name_at(&place.folder));
        return Ok(None);
    }
    let mut store = open(world, place, sealed, keys, None, trust)?;
    if !store.passphrase_keys().is_empty() {
        // As if it had been typed just now: what another program makes of the file from here on is noticed.
        store.passphrase_file = store.place.read_passphrase_file(&*world.storage).ok().map(|file| files::digest(&file));
    }
    Ok(Some(store))
}

/// Right or stale.
pub(super) fn remembered_key(world: &World, place: &Place) -> Option<MethodKey> {
    let text = world.keyring.get(&name_at(&place.folder)).ok()??;
    MethodKey::parse(text.expose())
}

impl OpenStore {
    /// Remembers the key that opened the vault for so long, whichever method's it is, in place of one remembered before.
    pub fn remember(&self, time: Duration) -> Result<()> {
        let in_use = |key: &&MethodKey| {
            let recipient = key.recipient();
            self.vault.methods.iter().any(|method| method.in_use() && method.recipient == recipient)
        };
        let key = self.keys.iter().find(in_use).ok_or_else(|| Error::failed("no key in hand is that of an unlock method"))?;
        self.world.keyring.keep(&name_at(&self.place.folder), &key.text(), time).map_err(cannot)
    }

    /// Forgets the key that is remembered for this vault. Where there is no keyring there is nothing to forget.
    pub fn forget_remembered(&self) {
        let _ = self.world.keyring.forget(&name_at(&self.place.folder));
    }
}

/// Of the vault at this path; links lead to the same name.
fn name(world: &World, folder: &Path) -> Result<String> {
    match Place::find(&*world.storage, folder) {
        Ok(place) => Ok(name_at(&place.folder)),
        // The key of a vault that is damaged or gone can still be forgotten.
        Err(error) => world.storage.canonical(folder).map(|folder| name_at(&folder)).map_err(|_| error),
    }
}

/// The path itself is not shown: keyrings can be listed.
fn name_at(folder: &Path) -> String {
    format!("{NAME}{}", super::path_digest(folder))
}

fn cannot(why: String) -> Error {
    Error::failed(format!("no unlock can be remembered: {why}"))
        .hint("give the passphrase by --passphrase-file FILE, or keep the full-screen program open")
}
