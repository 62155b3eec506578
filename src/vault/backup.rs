//! Backups: copies of the vault's files, each a folder that is a vault itself. One counts only when it was written under a
//! dot name, synced, reopened, compared with what was to be saved, and renamed.

pub mod name;
pub mod rotation;

use super::Vault;
use super::store::copies::{self, Image, Opened, Parcel};
use super::store::{OpenStore, World};
use crate::error::{Error, ErrorKind, Result, describe_io};
use crate::ports::{LockGuard, Storage};
pub use name::{Name, Why};
use std::io::ErrorKind as Io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Beside `vault.age`.
pub const FOLDER: &str = "backups";
/// Of what was set aside because it was damaged: never counted as a backup and never removed.
pub const ASIDE: &str = "set-aside";
const VAULT_FILE: &str = "vault.age";
const UNLOCK: &str = "unlock";
const LOCK_FILE: &str = ".lock";
/// Ends the dot name of what is not proved yet, or not wanted any more.
const UNPROVED: &str = ".tmp";
const PATIENCE: Duration = Duration::from_secs(5);

/// The folder of a vault's own backups.
pub fn own_folder(store: &OpenStore) -> PathBuf {
    store.folder().join(FOLDER)
}

/// The folder of this vault's backups in one that other vaults may use too.
pub fn shared_folder(store: &OpenStore, shared: &Path) -> PathBuf {
    let vault = store.folder().file_name().map_or_else(|| "vault".into(), |name| name.to_string_lossy().into_owned());
    shared.join(format!("{vault}-{}", copies::short_fingerprint(store.vault())))
}

/// The backups of a folder that count, the oldest first; none where there is no such folder.
pub fn list(storage: &dyn Storage, folder: &Path) -> Result<Vec<Name>> {
    let mut names: Vec<Name> = match storage.list(folder) {
        Ok(found) => found.iter().filter_map(|text| Name::parse(text)).collect(),
        Err(error) if error.kind() == Io::NotFound => Vec::new(),
        Err(error) => return Err(Error::io("list", folder, &error)),
    };
    names.sort();
    Ok(names)
}

/// Whether a backup after a change is due: none was made within so many hours. Times ahead of the clock say nothing.
pub fn is_due(names: &[Name], now: u64, every_h: u64) -> bool {
    every_h > 0 && !names.iter().any(|name| name.why == Why::Change && name.unix <= now && now - name.unix < every_h * 3600)
}

/// Makes a backup of what is on the disk into a folder, proves it, and removes those that have served.
/// On an error nothing is left that could be taken for a backup, and every older one is there still.
pub fn make(store: &OpenStore, folder: &Path, why: Why) -> Result<Name> {
    let world = store.world();
    let storage = &*world.storage;
    let image = store.image()?;
    make_folder(storage, folder)?;
    let _lock = lock(storage, folder)?;
    remove_unproved(storage, folder);
    let now = world.clock.now() / 1000;
    let there = list(storage, folder)?;
    let name = free(Name::new(now, why), &there);
    add(store, folder, name, &image)?;
    let all: Vec<Name> = there.into_iter().chain([name]).collect();
    for gone in rotation::superfluous(&all, now, Some(name)) {
        remove(storage, folder, gone);
    }
    Ok(name)
}

/// Writes those that only a retired key opens anew, for the methods of now, proves them, and removes the old ones: after a
/// change of the passphrase the old one opens none of them. Returns how many. On an error every backup is there still, the old
/// or the new one.
pub fn rekey(store: &OpenStore, folder: &Path) -> Result<usize> {
    let storage = &*store.world().storage;
    if list(storage, folder)?.is_empty() {
        return Ok(0);
    }
    let now = store.image()?;
    let _lock = lock(storage, folder)?;
    remove_unproved(storage, folder);
    let mut number = 0;
    for old in list(storage, folder)? {
        let Ok(parcel) = copies::read_parcel(storage, &folder.join(old.to_string())) else { continue };
        let Some(opened) = open(store, &parcel).ok().filter(|opened| opened.by_retired_key) else { continue };
        let (sealed, vault) = store.reseal(opened.vault)?;
        let others = now.files.iter().filter(|(name, _)| name != VAULT_FILE).cloned();
        let files = [(VAULT_FILE.to_owned(), sealed)].into_iter().chain(others).collect();
        add(store, folder, free(old, &list(storage, folder)?), &Image { files, vault })?;
        remove(storage, folder, old);
        number += 1;
    }
    Ok(number)
}

/// The name, with the next number that none of the others of its second has.
fn free(mut name: Name, there: &[Name]) -> Name {
    while there.iter().any(|other| (other.unix, other.number) == (name.unix, name.number)) {
        name.number += 1;
    }
    name
}

fn add(store: &OpenStore, folder: &Path, name: Name, image: &Image) -> Result<()> {
    let storage = &*store.world().storage;
    let unproved = folder.join(format!(".{name}{UNPROVED}"));
    let made = write(storage, folder, &unproved, image)
        .and_then(|()| prove(store, &unproved, image))
        .and_then(|()| rename(storage, folder, &unproved, &folder.join(name.to_string())));
    if made.is_err() {
        remove_tree(storage, &unproved);
    }
    made
}

/// Half removed it must not count, so it loses its name first. What fails here is tried again by the next backup.
fn remove(storage: &dyn Storage, folder: &Path, name: Name) {
    let going = folder.join(format!(".{name}{UNPROVED}"));
    if storage.rename(&folder.join(name.to_string()), &going).is_ok() {
        remove_tree(storage, &going);
    }
}

fn make_folder(storage: &dyn Storage, folder: &Path) -> Result<()> {
    if storage.facts(folder).is_ok_and(|facts| facts.is_folder) {
        return Ok(());
    }
    storage.make_folder(folder).map_err(|error| Error::io("make", folder, &error))?;
    match folder.parent() {
        Some(outer) => storage.sync_folder(outer).map_err(|error| Error::io("sync", outer, &error)),
        None => Ok(()),
    }
}

/// The vault's own lock is not held meanwhile: a slow disk must not keep others from saving.
fn lock(storage: &dyn Storage, folder: &Path) -> Result<Box<dyn LockGuard>> {
    let path = folder.join(LOCK_FILE);
    storage.lock(&path, PATIENCE).map_err(|error| match error.kind() {
        Io::WouldBlock => Error::new(ErrorKind::Busy, "another program is making a backup there"),
        _ => Error::io("lock", &path, &error),
    })
}

fn write(storage: &dyn Storage, folder: &Path, unproved: &Path, image: &Image) -> Result<()> {
    let step = |path: &Path, done: std::io::Result<()>| done.map_err(|error| Error::io("write", path, &error));
    let unlock = unproved.join(UNLOCK);
    step(&unlock, storage.make_folder(&unlock))?;
    for (name, bytes) in &image.files {
        let path = unproved.join(name);
        step(&path, storage.write_new(&path, bytes).and_then(|()| storage.sync_file(&path)))?;
    }
    [&unlock, unproved, folder].into_iter().try_for_each(|folder| step(folder, storage.sync_folder(folder)))
}

/// Reopens what was written: the same files, and a vault that opens with the keys in hand to what was to be saved.
fn prove(store: &OpenStore, unproved: &Path, image: &Image) -> Result<()> {
    let storage = &*store.world().storage;
    let wrong = |what: &str| {
        Error::failed(format!("the backup in {} does not read back as it was written: {what}", unproved.display()))
            .hint("is the disk failing?")
    };
    let parcel = copies::read_parcel(storage, unproved).map_err(|error| wrong(&error.what))?;
    let sorted = |files: &[(String, Vec<u8>)]| {
        let mut files = files.to_vec();
        files.sort();
        files
    };
    if sorted(&parcel.files) != sorted(&image.files) {
        return Err(wrong("a file differs"));
    }
    match store.opens(parcel.sealed()?).map_err(|error| wrong(&error.what))? == image.vault {
        true => Ok(()),
        false => Err(wrong("its entries differ")),
    }
}

fn rename(storage: &dyn Storage, folder: &Path, from: &Path, to: &Path) -> Result<()> {
    storage
        .rename(from, to)
        .and_then(|()| storage.sync_folder(folder))
        .map_err(|error| Error::failed(format!("can't finish the backup {}: {}", to.display(), describe_io(&error))))
}

/// What was cut short, here or while removing.
fn remove_unproved(storage: &dyn Storage, folder: &Path) {
    let ours = |name: &String| {
        let inner = name.strip_prefix('.').and_then(|name| name.strip_suffix(UNPROVED));
        inner.is_some_and(|name| Name::parse(name).is_some())
    };
    for name in storage.list(folder).unwrap_or_default().iter().filter(|name| ours(name)) {
        remove_tree(storage, &folder.join(name));
    }
}

/// A backup's own files and folders; what else lies there keeps its folder.
fn remove_tree(storage: &dyn Storage, folder: &Path) {
    for inner in [folder.join(UNLOCK), folder.to_owned()] {
        for name in storage.list(&inner).unwrap_or_default() {
            if storage.facts(&inner.join(&name)).is_ok_and(|facts| !facts.is_folder) {
                let _ = storage.remove(&inner.join(name));
            }
        }
        let _ = storage.remove_folder(&inner);
    }
}

/// Reads the files of a backup, or of another folder that is a vault.
pub fn read(storage: &dyn Storage, folder: &Path) -> Result<Parcel> {
    copies::read_parcel(storage, folder)
}

/// The unlock files of a vault whose `vault.age` is not read.
pub fn read_beside(storage: &dyn Storage, folder: &Path) -> Result<Parcel> {
    copies::read_unlock_files(storage, folder)
}

/// What reopening a backup showed.
pub struct Checked {
    pub name: Name,
    pub path: PathBuf,
    pub result: Result<Opened>,
}

/// Reopens every backup of a folder.
pub fn check(store: &OpenStore, folder: &Path) -> Result<Vec<Checked>> {
    let storage = &*store.world().storage;
    let names = list(storage, folder)?;
    let checked = names.into_iter().map(|name| {
        let path = folder.join(name.to_string());
        let result = copies::read_parcel(storage, &path).and_then(|parcel| open(store, &parcel));
        Checked { name, path, result }
    });
    Ok(checked.collect())
}

/// Opens a copy with the keys in hand, or those that were replaced. Its own unlock file must look like one.
fn open(store: &OpenStore, parcel: &Parcel) -> Result<Opened> {
    let opened = store.open_copy(parcel.sealed()?)?;
    if opened.vault.has_passphrase() {
        parcel.check_passphrase_file()?;
    }
    match opened.vault.id == store.vault().id {
        true => Ok(opened),
        false => Err(Error::new(ErrorKind::NotTrusted, "it is of another vault")),
    }
}

/// The newest backup of a folder that opens with the keys in hand.
pub fn newest_that_opens(store: &OpenStore, folder: &Path) -> Option<(Name, Vault)> {
    let storage = &*store.world().storage;
    let mut names = list(storage, folder).ok()?;
    names.reverse();
    names.into_iter().find_map(|name| {
        let parcel = copies::read_parcel(storage, &folder.join(name.to_string())).ok()?;
        let opened = open(store, &parcel).ok().filter(|opened| !opened.by_retired_key)?;
        Some((name, opened.vault))
    })
}

/// The newest backup of a folder whose files look whole, which is all that can be said without a key; and whether a passphrase
/// opens it.
pub fn newest_whole(world: &World, folder: &Path) -> Option<(Name, bool)> {
    let storage = &*world.storage;
    let mut names = list(storage, folder).ok()?;
    names.reverse();
    names.into_iter().find_map(|name| {
        let parcel = copies::read_parcel(storage, &folder.join(name.to_string())).ok()?;
        parcel.check_form().ok().map(|()| (name, parcel.has_passphrase()))
    })
}
