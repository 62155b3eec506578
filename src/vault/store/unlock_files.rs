//! The files under `unlock/`: `NAME.age` wraps the key of a method, `NAME.identity` is what a plugin needs to open it.

use super::World;
use super::conflicts::is_copy_of;
use super::files::{LONGEST_KEY_FILE, Place, Unwritten, replace, replace_read_back, write_error};
use super::fold::{PASSPHRASE, is_unlock_file};
use crate::error::{Error, Result};
use crate::ports::Storage;
use std::collections::BTreeMap;
use std::io::ErrorKind as Io;
use std::path::{Path, PathBuf};

const AGE: &str = ".age";
const STUB: &str = ".identity";
/// Of the files of a method: that of its key, and that of a plugin.
pub const ENDINGS: [&str; 2] = [AGE, STUB];

impl Place {
    fn unlock_file(&self, name: &str, ending: &str) -> PathBuf {
        self.unlock_folder().join(format!("{name}{ending}"))
    }

    /// The names of all `NAME.age`, sorted; conflict copies of the passphrase's are no methods.
    pub fn unlock_names(&self, storage: &dyn Storage) -> Result<Vec<String>> {
        let folder = self.unlock_folder();
        let names = match storage.list(folder) {
            Ok(names) => names,
            Err(error) if error.kind() == Io::NotFound => Vec::new(),
            Err(error) => return Err(Error::io("read", folder, &error)),
        };
        let name = |file: &String| file.strip_suffix(AGE).filter(|_| is_unlock_file(file)).map(str::to_owned);
        Ok(names.iter().filter_map(name).collect())
    }

    pub fn read_unlock_file(&self, storage: &dyn Storage, name: &str) -> Result<Vec<u8>> {
        let path = self.unlock_file(name, AGE);
        storage.read(&path, LONGEST_KEY_FILE).map_err(|error| Error::io("read", &path, &error))
    }

    /// The identity that a plugin needs.
    pub fn read_stub(&self, storage: &dyn Storage, name: &str) -> Result<String> {
        let path = self.unlock_file(name, STUB);
        let bytes = storage.read(&path, LONGEST_KEY_FILE).map_err(|error| Error::io("read", &path, &error))?;
        String::from_utf8(bytes).map_err(|_| Error::failed(format!("{} is not text", path.display())))
    }

    /// The lock is held, and no method in use has this name: what lies there opens nothing.
    pub fn write_unlock_files(&self, world: &World, name: &str, wrapped: &[u8], stub: Option<&str>) -> Result<()> {
        let write = || -> std::result::Result<(), Unwritten> {
            self.make_unlock_folder(world)?;
            match stub {
                Some(stub) => replace(world, &self.unlock_file(name, STUB), stub.as_bytes())?,
                None => remove(world, &self.unlock_file(name, STUB))?,
            }
            replace_read_back(world, &self.unlock_file(name, AGE), wrapped)
        };
        write().map_err(|unwritten| write_error(&unwritten))
    }

    /// The key file first: a stub alone offers nothing.
    pub fn remove_unlock_files(&self, world: &World, name: &str) -> Result<()> {
        let folder = self.unlock_folder();
        let done = ENDINGS.into_iter().try_for_each(|ending| remove(world, &self.unlock_file(name, ending)));
        done.and_then(|()| world.storage.sync_folder(folder).map_err(|error| Unwritten::new(folder, error)))
            .map_err(|Unwritten { path, error, .. }| Error::io("remove", &path, &error))
    }

    /// Moves conflict copies of the passphrase's file that are this one to the backups. What stays does no harm.
    pub fn put_passphrase_copies_away(&self, world: &World, file: &[u8]) {
        let (storage, folder) = (&*world.storage, self.unlock_folder());
        for name in storage.list(folder).unwrap_or_default().into_iter().filter(|name| is_copy_of(PASSPHRASE, name)) {
            let path = folder.join(name);
            if storage.read(&path, LONGEST_KEY_FILE).is_ok_and(|bytes| bytes == file) {
                let _ = self.keep_in_backups(storage, &path);
            }
        }
    }

    /// The files of unlock methods, by name.
    pub fn read_unlock_files(&self, storage: &dyn Storage) -> Result<BTreeMap<String, Vec<u8>>> {
        read_unlock_folder(storage, self.unlock_folder())
    }

    /// Replaces a file of an unlock method, which is read back first. The lock is held.
    pub fn write_unlock_file(&self, world: &World, name: &str, bytes: &[u8]) -> Result<()> {
        let written = match name {
            PASSPHRASE => self.write_passphrase_file(world, bytes),
            name => {
                self.make_unlock_folder(world).and_then(|()| replace_read_back(world, &self.unlock_folder().join(name), bytes))
            }
        };
        written.map_err(|unwritten| write_error(&unwritten))
    }

    /// What is left behind opens nothing any more, so trouble is none.
    pub fn remove_unlock_file(&self, world: &World, name: &str) {
        let folder = self.unlock_folder();
        if world.storage.remove(&folder.join(name)).is_ok() {
            let _ = world.storage.sync_folder(folder);
        }
    }
}

pub(super) fn read_unlock_folder(storage: &dyn Storage, folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let names = match storage.list(folder) {
        Ok(names) => names,
        Err(error) if error.kind() == Io::NotFound => Vec::new(),
        Err(error) => return Err(Error::io("list", folder, &error)),
    };
    let mut files = BTreeMap::new();
    for name in names.into_iter().filter(|name| is_unlock_file(name)) {
        let path = folder.join(&name);
        let bytes = storage.read(&path, LONGEST_KEY_FILE).map_err(|error| Error::io("read", &path, &error))?;
        files.insert(name, bytes);
    }
    Ok(files)
}

/// The passphrase's file in a folder and the conflict copies of it: one of them may open a copy of the vault that lies near.
pub(super) fn read_near(storage: &dyn Storage, folder: &Path) -> Vec<Vec<u8>> {
    /// Each takes as long as unlocking.
    const MOST: usize = 4;
    let names = storage.list(folder).unwrap_or_default();
    let mut names: Vec<String> = names.into_iter().filter(|name| name == PASSPHRASE || is_copy_of(PASSPHRASE, name)).collect();
    // The copies first: the file itself is that of the vault.
    names.sort_by_key(|name| (name == PASSPHRASE, name.clone()));
    names.iter().filter_map(|name| storage.read(&folder.join(name), LONGEST_KEY_FILE).ok()).take(MOST).collect()
}

fn remove(world: &World, path: &Path) -> std::result::Result<(), Unwritten> {
    match world.storage.remove(path) {
        Err(error) if error.kind() != Io::NotFound => Err(Unwritten::new(path, error)),
        _ => Ok(()),
    }
}
