//! Where the files of a vault lie, and how each is read and replaced as a whole.

use super::fold::VaultFiles;
use super::unlock_files::{read_near, read_unlock_folder};
use super::{Presence, World, hex};
use crate::error::{Error, ErrorKind, Result, describe_io};
use crate::ports::{LockGuard, Storage};
use crate::vault::backup;
use sha2::{Digest as _, Sha256};
use std::io::ErrorKind as Io;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub const VAULT_FILE: &str = "vault.age";
const UNLOCK: &str = "unlock";
pub const PASSPHRASE_FILE: &str = "unlock/passphrase.age";
const LOCK_FILE: &str = "vault.lock";
/// There from the first step of making a vault to the last: what lies beside it without `vault.age` is unfinished.
const UNFINISHED: &str = ".unfinished";
const TEMPORARY: &str = ".tmp";
const PATIENCE: Duration = Duration::from_secs(5);
/// Some 700,000 entries; a longer file is not ours.
pub const LONGEST_VAULT: u64 = 256 << 20;
pub const LONGEST_KEY_FILE: u64 = 1 << 20;

/// SHA-256.
pub type Digest = [u8; 32];

pub fn digest(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

/// The files of one vault, symbolic links followed, so that a rename replaces the file and not the link.
pub struct Place {
    pub folder: PathBuf,
    pub vault: PathBuf,
    /// Perhaps of a file that is not there: a vault may have other unlock methods alone.
    pub passphrase: PathBuf,
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
    let is_known = has_unlock_file(storage, folder)? || has_backup(storage, folder);
    if is_known && !exists(storage, &folder.join(UNFINISHED))? {
        return Err(Error::new(ErrorKind::VaultDamaged, format!("{VAULT_FILE} is missing in {}", folder.display()))
            .hint("wait until your sync has brought it, put it back from a backup, or move the folder away to start anew"));
    }
    Ok(Presence::Nothing)
}

/// Whichever method it is of.
fn has_unlock_file(storage: &dyn Storage, folder: &Path) -> Result<bool> {
    let unlock = folder.join(UNLOCK);
    match storage.list(&unlock) {
        Ok(names) => Ok(names.iter().any(|name| name.ends_with(".age") && !name.starts_with('.'))),
        Err(error) if error.kind() == Io::NotFound => Ok(false),
        Err(error) => Err(Error::io("read", &unlock, &error)),
    }
}

/// A vault that a recovery key alone opens has no unlock files: its backups tell that it was there.
fn has_backup(storage: &dyn Storage, folder: &Path) -> bool {
    backup::list(storage, &folder.join(backup::FOLDER)).is_ok_and(|names| !names.is_empty())
}

pub(super) fn exists(storage: &dyn Storage, path: &Path) -> Result<bool> {
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
            Err(error) if error.kind() == Io::NotFound => Ok(Place { folder, vault, passphrase }),
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
                let who = storage.lock_holder(&path).unwrap_or_else(|| "another program".into());
                Error::new(ErrorKind::Busy, format!("the vault is busy: {who} is writing to it")).hint("try again in a moment")
            }
            Io::PermissionDenied | Io::ReadOnlyFilesystem => not_writable(&path, &error),
            _ => Error::io("lock", &path, &error),
        })
    }

    pub fn read_vault(&self, storage: &dyn Storage) -> Result<Vec<u8>> {
        self.read(storage, &self.vault, VAULT_FILE, LONGEST_VAULT)
    }

    pub fn read_passphrase_file(&self, storage: &dyn Storage) -> Result<Vec<u8>> {
        if !exists(storage, &self.passphrase)? {
            let folder = self.folder.display();
            return Err(Error::new(ErrorKind::VaultDamaged, format!("{PASSPHRASE_FILE} is missing in {folder}")).hint(
                "wait until your sync has brought it, put it back from a backup, or unlock with another key by --identity",
            ));
        }
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

    /// A copy of the vault that lies beside it.
    pub fn read_beside(&self, storage: &dyn Storage, path: &Path) -> Result<Vec<u8>> {
        read_whole(storage, path)
    }

    /// Moves a file to `backups/`, under its own name where that is free. Returns where it is now.
    pub fn keep_in_backups(&self, storage: &dyn Storage, from: &Path) -> std::io::Result<PathBuf> {
        let backups = self.folder.join(backup::FOLDER);
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

    pub fn unlock_folder(&self) -> &Path {
        self.passphrase.parent().unwrap_or(&self.folder)
    }

    /// The folder of the unlock files, where it is missing.
    pub fn make_unlock_folder(&self, world: &World) -> std::result::Result<(), Unwritten> {
        let unlock = self.unlock_folder();
        if world.storage.facts(unlock).is_ok() {
            return Ok(());
        }
        world.storage.make_folder(unlock).map_err(|error| Unwritten::new(unlock, error))?;
        let outer = unlock.parent().unwrap_or(&self.folder);
        world.storage.sync_folder(outer).map_err(|error| Unwritten::new(outer, error))
    }

    /// Replaces `unlock/passphrase.age`, which is read back first. The lock is held.
    pub fn write_passphrase_file(&self, world: &World, wrapped: &[u8]) -> std::result::Result<(), Unwritten> {
        self.make_unlock_folder(world)?;
        replace_read_back(world, &self.passphrase, wrapped)
    }

    /// The first writing of `vault.age`, and of the passphrase's file where there is a passphrase. `vault.age` comes last:
    /// before it is there, nothing is.
    pub fn write_first(&self, world: &World, wrapped: Option<&[u8]>, sealed: &[u8]) -> Result<()> {
        let storage = &*world.storage;
        let unlock = self.passphrase.parent().unwrap_or(&self.folder).to_owned();
        let step = |path: &Path, done: std::io::Result<()>| done.map_err(|error| write_error(&Unwritten::new(path, error)));
        self.mark_unfinished(storage)?;
        step(&unlock, storage.make_folder(&unlock))?;
        step(&self.folder, storage.sync_folder(&self.folder))?;
        let passphrase = wrapped.map_or(Ok(()), |wrapped| replace(world, &self.passphrase, wrapped));
        let files = passphrase.and_then(|()| replace(world, &self.vault, sealed));
        files.map_err(|unwritten| write_error(&unwritten))?;
        self.remove_mark(storage);
        Ok(())
    }

    /// Before the first file of a new vault is written.
    pub fn mark_unfinished(&self, storage: &dyn Storage) -> Result<()> {
        let mark = self.folder.join(UNFINISHED);
        match storage.write_new(&mark, b"") {
            Err(error) if error.kind() != Io::AlreadyExists => Err(write_error(&Unwritten::new(&mark, error))),
            _ => Ok(()),
        }
    }

    /// Left behind it would hide that `vault.age` is missing one day. Where it can't be removed now, the next write tries again.
    fn remove_mark(&self, storage: &dyn Storage) {
        if storage.remove(&self.folder.join(UNFINISHED)).is_ok() {
            let _ = storage.sync_folder(&self.folder);
        }
    }

    /// Removes what a write that was cut short left. The lock is held, so nobody is writing one; `vault.age` is there.
    pub fn remove_stale(&self, storage: &dyn Storage) {
        let of_vault = format!(".{}.", self.vault.file_name().unwrap_or_default().to_string_lossy());
        let vault_folder = self.vault.parent().unwrap_or(&self.folder);
        // Under `unlock/` all files are ours.
        for (folder, start) in [(vault_folder, of_vault.as_str()), (self.unlock_folder(), ".")] {
            let stale = |found: &String| found.starts_with(start) && found.ends_with(TEMPORARY);
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
        let unlock = folder_of(path).join(UNLOCK);
        return Ok(VaultFiles { vault: read_whole(storage, path)?, near: read_near(storage, &unlock), ..VaultFiles::default() });
    }
    let vault = path.join(VAULT_FILE);
    if !exists(storage, &vault)? {
        return Err(Error::failed(format!("there is no {VAULT_FILE} in {}", path.display())));
    }
    let unlock = path.join(PASSPHRASE_FILE);
    let unlock = read_unlock_folder(storage, unlock.parent().unwrap_or(path))?;
    Ok(VaultFiles { vault: read_whole(storage, &vault)?, unlock, near: Vec::new() })
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
    put(world, path, bytes)?;
    sync_folder_of(world, path)
}

/// As [`replace`], for a file that a vault may never do without: what the disk gives back is compared before the old one goes.
pub fn replace_read_back(world: &World, path: &Path, bytes: &[u8]) -> std::result::Result<(), Unwritten> {
    put_checked(world, path, bytes, |temporary| match world.storage.read(temporary, bytes.len() as u64)? == bytes {
        true => Ok(()),
        false => Err(std::io::Error::other("the disk gives back something else than was written")),
    })?;
    sync_folder_of(world, path)
}

/// [`replace`] without its last step, for what may be the old one again after a power cut, but never half of one.
pub(super) fn put(world: &World, path: &Path, bytes: &[u8]) -> std::result::Result<(), Unwritten> {
    put_checked(world, path, bytes, |_| Ok(()))
}

fn put_checked(
    world: &World,
    path: &Path,
    bytes: &[u8],
    check: impl FnOnce(&Path) -> std::io::Result<()>,
) -> std::result::Result<(), Unwritten> {
    let storage = &*world.storage;
    let mut random = [0; 8];
    world.entropy.fill(&mut random);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder_of(path).join(format!(".{name}.{}{TEMPORARY}", hex(&random)));
    let written = storage
        .write_new(&temporary, bytes)
        .and_then(|()| storage.sync_file(&temporary))
        .and_then(|()| check(&temporary))
        .and_then(|()| storage.rename(&temporary, path));
    written.map_err(|error| {
        let _ = storage.remove(&temporary);
        Unwritten::new(path, error)
    })
}

fn sync_folder_of(world: &World, path: &Path) -> std::result::Result<(), Unwritten> {
    world.storage.sync_folder(folder_of(path)).map_err(|error| Unwritten { in_place: true, ..Unwritten::new(path, error) })
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

pub fn write_error(Unwritten { path, error, in_place }: &Unwritten) -> Error {
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
