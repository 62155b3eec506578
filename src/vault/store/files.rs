//! Where the files of a vault lie, and how each is read and replaced as a whole.

use super::fold::{VaultFiles, is_unlock_file};
use super::{Presence, World, hex};
use crate::error::{Error, ErrorKind, Result, describe_io};
use crate::ports::{LockGuard, Storage};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::ErrorKind as Io;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub const VAULT_FILE: &str = "vault.age";
pub const PASSPHRASE_FILE: &str = "unlock/passphrase.age";
const LOCK_FILE: &str = "vault.lock";
const BACKUPS: &str = "backups";
/// There from the first step of making a vault to the last: what lies beside it without `vault.age` is unfinished.
const UNFINISHED: &str = ".unfinished";
const TEMPORARY: &str = ".tmp";
const PATIENCE: Duration = Duration::from_secs(5);
/// Some 700,000 entries; a longer file is not ours.
const LONGEST_VAULT: u64 = 256 << 20;
const LONGEST_KEY_FILE: u64 = 1 << 20;

/// SHA-256.
pub type Digest = [u8; 32];

pub fn digest(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

/// The files of one vault, symbolic links followed, so that a rename replaces the file and not the link.
pub struct Place {
    pub folder: PathBuf,
    vault: PathBuf,
    passphrase: PathBuf,
}

pub fn presence(storage: &dyn Storage, folder: &Path) -> Result<Presence> {
    match storage.facts(folder) {
        Ok(facts) if facts.is_folder => {}
        Ok(_) => return Err(Error::failed(format!("{} is not a folder", folder.display()))),
        Err(error) if error.kind() == Io::NotFound => return Ok(Presence::Nothing),
        Err(error) => return Err(Error::io("read", folder, &error)),
    }
    if exists(storage, &folder.join(VAULT_FILE))? {
        return Ok(Presence::Vault);
    }
    if exists(storage, &folder.join(PASSPHRASE_FILE))? && !exists(storage, &folder.join(UNFINISHED))? {
        return Err(Error::new(ErrorKind::VaultDamaged, format!("{VAULT_FILE} is missing in {}", folder.display()))
            .hint("wait until your sync has brought it, put it back from a backup, or move the folder away to start anew"));
    }
    Ok(Presence::Nothing)
}

fn exists(storage: &dyn Storage, path: &Path) -> Result<bool> {
    match storage.facts(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == Io::NotFound => Ok(false),
        Err(error) => Err(Error::io("read", path, &error)),
    }
}

impl Place {
    /// Of a vault that is there.
    pub fn find(storage: &dyn Storage, folder: &Path) -> Result<Place> {
        match presence(storage, folder)? {
            Presence::Vault => {}
            Presence::Nothing => {
                return Err(Error::new(ErrorKind::NoVault, format!("there is no vault in {}", folder.display()))
                    .hint("make one with `countersign init`, or name another place with --vault"));
            }
        }
        let follow = |path: PathBuf| storage.canonical(&path).map_err(|error| Error::io("read", &path, &error));
        let given = follow(folder.to_owned())?;
        let vault = follow(given.join(VAULT_FILE))?;
        let folder = vault.parent().unwrap_or(&given).to_owned();
        let passphrase = given.join(PASSPHRASE_FILE);
        match storage.canonical(&passphrase) {
            Ok(passphrase) => Ok(Place { folder, vault, passphrase }),
            Err(error) if error.kind() == Io::NotFound => {
                Err(Error::new(ErrorKind::VaultDamaged, format!("{PASSPHRASE_FILE} is missing in {}", given.display()))
                    .hint("wait until your sync has brought it, or put it back from a backup"))
            }
            Err(error) => Err(Error::io("read", &passphrase, &error)),
        }
    }

    /// Of a vault to be made: its folders are there afterwards.
    pub fn make(storage: &dyn Storage, folder: &Path) -> Result<Place> {
        presence(storage, folder)?;
        let is_missing = |path: &&Path| storage.facts(path).is_err_and(|error| error.kind() == Io::NotFound);
        let missing = folder.ancestors().take_while(is_missing).count();
        storage.make_folder(folder).map_err(|error| Error::io("make", folder, &error))?;
        let folder = storage.canonical(folder).map_err(|error| Error::io("read", folder, &error))?;
        // A new folder survives a power cut only when the one it lies in is synced.
        for outer in folder.ancestors().skip(1).take(missing.max(1)) {
            match storage.sync_folder(outer) {
                // One that may be entered, but not read: it can't be synced, and was there before.
                Err(error) if error.kind() == Io::PermissionDenied => {}
                done => done.map_err(|error| Error::io("sync", outer, &error))?,
            }
        }
        Ok(Place { vault: folder.join(VAULT_FILE), passphrase: folder.join(PASSPHRASE_FILE), folder })
    }

    pub fn lock(&self, storage: &dyn Storage) -> Result<Box<dyn LockGuard>> {
        let path = self.folder.join(LOCK_FILE);
        storage.lock(&path, PATIENCE).map_err(|error| match error.kind() {
            Io::WouldBlock => {
                Error::new(ErrorKind::Busy, "the vault is busy: another program is writing to it").hint("try again in a moment")
            }
            Io::PermissionDenied | Io::ReadOnlyFilesystem => not_writable(&path, &error),
            _ => Error::io("lock", &path, &error),
        })
    }

    pub fn read_vault(&self, storage: &dyn Storage) -> Result<Vec<u8>> {
        self.read(storage, &self.vault, VAULT_FILE, LONGEST_VAULT)
    }

    pub fn read_passphrase_file(&self, storage: &dyn Storage) -> Result<Vec<u8>> {
        self.read(storage, &self.passphrase, PASSPHRASE_FILE, LONGEST_KEY_FILE)
    }

    fn read(&self, storage: &dyn Storage, path: &Path, name: &str, limit: u64) -> Result<Vec<u8>> {
        let broken = |why: &str| self.damaged(name, &Error::failed(why));
        match storage.read(path, limit) {
            Ok(bytes) if bytes.is_empty() => Err(broken("it is empty")),
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == Io::NotFound => Err(broken("it is missing")),
            Err(error) if error.kind() == Io::FileTooLarge => Err(broken("it is too long to be one")),
            Err(error) => Err(Error::io("read", path, &error)),
        }
    }

    /// The name of the vault's file: another one than usual where it is a link.
    pub fn vault_name(&self) -> String {
        self.vault.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned())
    }

    pub fn unlock_folder(&self) -> PathBuf {
        self.passphrase.parent().unwrap_or(&self.folder).to_owned()
    }

    /// A copy of the vault that lies beside it.
    pub fn read_beside(&self, storage: &dyn Storage, path: &Path) -> Result<Vec<u8>> {
        read_whole(storage, path)
    }

    /// The files of unlock methods, by name.
    pub fn read_unlock_files(&self, storage: &dyn Storage) -> Result<BTreeMap<String, Vec<u8>>> {
        read_unlock_folder(storage, &self.unlock_folder())
    }

    /// Replaces a file of an unlock method. The lock is held.
    pub fn write_unlock_file(&self, world: &World, name: &str, bytes: &[u8]) -> Result<()> {
        replace(world, &self.unlock_folder().join(name), bytes).map_err(|unwritten| write_error(&unwritten))
    }

    /// What is left behind opens nothing any more, so trouble is none.
    pub fn remove_unlock_file(&self, world: &World, name: &str) {
        let folder = self.unlock_folder();
        if world.storage.remove(&folder.join(name)).is_ok() {
            let _ = world.storage.sync_folder(&folder);
        }
    }

    /// Moves a file to `backups/`, under its own name where that is free. Returns where it is now.
    pub fn keep_in_backups(&self, storage: &dyn Storage, from: &Path) -> std::io::Result<PathBuf> {
        let backups = self.folder.join(BACKUPS);
        storage.make_folder(&backups)?;
        let name = from.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, "age"));
        let numbered = |number: u32| match number {
            1 => backups.join(&name),
            _ => backups.join(format!("{stem} {number}.{extension}")),
        };
        let is_free = |path: &PathBuf| storage.facts(path).is_err_and(|error| error.kind() == Io::NotFound);
        let to = (1..1000).map(numbered).find(is_free).ok_or(Io::AlreadyExists)?;
        storage.rename(from, &to)?;
        storage.sync_folder(&backups)?;
        storage.sync_folder(&self.folder)?;
        Ok(to)
    }

    /// `the vault is damaged: vault.age: it is cut short`, with what to do.
    pub fn damaged(&self, name: &str, why: &Error) -> Error {
        let usual =
            format!("nothing was changed; put {name} back from a backup or another machine into {}", self.folder.display());
        Error::new(ErrorKind::VaultDamaged, format!("the vault is damaged: {name}: {}", why.what))
            .hint(why.hint.clone().unwrap_or(usual))
    }

    /// Replaces `vault.age`. The lock is held.
    pub fn write_vault(&self, world: &World, sealed: &[u8]) -> Result<()> {
        replace(world, &self.vault, sealed).map_err(|unwritten| write_error(&unwritten))
    }

    /// The first writing of both files. `vault.age` comes last: before it is there, nothing is.
    pub fn write_both(&self, world: &World, wrapped: &[u8], sealed: &[u8]) -> Result<()> {
        let storage = &*world.storage;
        let mark = self.folder.join(UNFINISHED);
        let unlock = self.passphrase.parent().unwrap_or(&self.folder).to_owned();
        let step = |path: &Path, done: std::io::Result<()>| done.map_err(|error| write_error(&Unwritten::new(path, error)));
        match storage.write_new(&mark, b"") {
            Err(error) if error.kind() == Io::AlreadyExists => {}
            done => step(&mark, done)?,
        }
        step(&unlock, storage.make_folder(&unlock))?;
        step(&self.folder, storage.sync_folder(&self.folder))?;
        let files = replace(world, &self.passphrase, wrapped).and_then(|()| replace(world, &self.vault, sealed));
        files.map_err(|unwritten| write_error(&unwritten))?;
        self.remove_mark(storage);
        Ok(())
    }

    /// Left behind it would hide that `vault.age` is missing one day. Where it can't be removed now, the next write tries again.
    fn remove_mark(&self, storage: &dyn Storage) {
        if storage.remove(&self.folder.join(UNFINISHED)).is_ok() {
            let _ = storage.sync_folder(&self.folder);
        }
    }

    /// Removes what a write that was cut short left. The lock is held, so nobody is writing one; `vault.age` is there.
    pub fn remove_stale(&self, storage: &dyn Storage) {
        for path in [&self.vault, &self.passphrase] {
            let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { continue };
            let start = format!(".{}.", name.to_string_lossy());
            let stale = |found: &String| found.starts_with(&start) && found.ends_with(TEMPORARY);
            for found in storage.list(folder).unwrap_or_default().into_iter().filter(stale) {
                let _ = storage.remove(&folder.join(found));
            }
        }
        self.remove_mark(storage);
    }

    pub fn why_read_only(&self, storage: &dyn Storage) -> Option<String> {
        let closed = || Some(format!("the folder {} is read-only", self.folder.display()));
        if storage.facts(&self.folder).is_ok_and(|facts| facts.mode & 0o200 == 0) {
            return closed();
        }
        match storage.lock(&self.folder.join(LOCK_FILE), Duration::ZERO) {
            Err(error) if matches!(error.kind(), Io::PermissionDenied | Io::ReadOnlyFilesystem) => closed(),
            _ => None,
        }
    }
}

/// A copy of a vault named by a person: a folder with `vault.age`, or such a file alone.
pub fn read_copy(storage: &dyn Storage, path: &Path) -> Result<VaultFiles> {
    let facts = storage.facts(path).map_err(|error| Error::io("read", path, &error))?;
    if !facts.is_folder {
        return Ok(VaultFiles { vault: read_whole(storage, path)?, unlock: BTreeMap::new() });
    }
    let vault = path.join(VAULT_FILE);
    if !exists(storage, &vault)? {
        return Err(Error::failed(format!("there is no {VAULT_FILE} in {}", path.display())));
    }
    let unlock = path.join(PASSPHRASE_FILE);
    let unlock = read_unlock_folder(storage, unlock.parent().unwrap_or(path))?;
    Ok(VaultFiles { vault: read_whole(storage, &vault)?, unlock })
}

fn read_whole(storage: &dyn Storage, path: &Path) -> Result<Vec<u8>> {
    match storage.read(path, LONGEST_VAULT) {
        Ok(bytes) if bytes.is_empty() => Err(Error::new(ErrorKind::VaultDamaged, format!("{} is empty", path.display()))),
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == Io::FileTooLarge => {
            Err(Error::new(ErrorKind::VaultDamaged, format!("{} is too long to be a vault", path.display())))
        }
        Err(error) => Err(Error::io("read", path, &error)),
    }
}

fn read_unlock_folder(storage: &dyn Storage, folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
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

/// Why a file was not replaced, or not for certain.
#[derive(Debug)]
pub struct Unwritten {
    pub path: PathBuf,
    pub error: std::io::Error,
    /// The new file is in its place, but the disk did not confirm it.
    pub in_place: bool,
}

impl Unwritten {
    pub fn new(path: &Path, error: std::io::Error) -> Self {
        Unwritten { path: path.to_owned(), error, in_place: false }
    }
}

/// The one way to write a file as a whole: temporary file in the same folder, fsync, rename, fsync of the folder.
/// A file that is there is replaced; where that fails it is as it was, and nothing is left beside it.
pub fn replace(world: &World, path: &Path, bytes: &[u8]) -> std::result::Result<(), Unwritten> {
    let storage = &*world.storage;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut random = [0; 8];
    world.entropy.fill(&mut random);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".{name}.{}{TEMPORARY}", hex(&random)));
    let written = storage
        .write_new(&temporary, bytes)
        .and_then(|()| storage.sync_file(&temporary))
        .and_then(|()| storage.rename(&temporary, path));
    if let Err(error) = written {
        let _ = storage.remove(&temporary);
        return Err(Unwritten::new(path, error));
    }
    storage.sync_folder(folder).map_err(|error| Unwritten { in_place: true, ..Unwritten::new(path, error) })
}

fn write_error(Unwritten { path, error, in_place }: &Unwritten) -> Error {
    if *in_place {
        return Error::failed(format!(
            "{} was written, but the disk does not confirm it: {}",
            path.display(),
            describe_io(error)
        ))
        .hint("it may be gone after a power cut; see whether the change is there, and save again");
    }
    match error.kind() {
        Io::PermissionDenied | Io::ReadOnlyFilesystem => not_writable(path, error),
        Io::StorageFull | Io::QuotaExceeded => {
            Error::io("write", path, error).hint("make room on the disk and try again; the vault is as it was")
        }
        _ => Error::io("write", path, error).hint("the vault is as it was"),
    }
}

fn not_writable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::ReadOnly, format!("can't write {}: {}", path.display(), describe_io(error)))
        .hint("check who owns the folder and its permissions")
}
