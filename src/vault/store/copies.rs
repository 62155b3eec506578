//! What backups and restoring need of the files: all of them at one moment, copies opened with the keys in hand, and a
//! vault whose files are lost put back.

use super::files::{self, Place, Unwritten, write_error};
use super::fold::OpenedBy;
use super::memory::Memory;
use super::{Method, MethodKey, OpenStore, Trust, WorkFactor, World, methods, open_vault, seal, seal_vault};
use crate::error::{Error, ErrorKind, Result};
use crate::ports::Storage;
use crate::secret::SecretText;
use crate::vault::seal::identity::{Asking, Identities};
use crate::vault::stamp::Stamper;
use crate::vault::{Vault, schema};
use std::io::ErrorKind as Io;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The name of the folder of unlock methods.
const UNLOCK: &str = "unlock";

/// The files of a vault at one moment, by their names within its folder (`vault.age`, `unlock/NAME`), and what they hold.
pub struct Image {
    pub files: Vec<(String, Vec<u8>)>,
    pub vault: Vault,
}

/// A copy that was opened, and by which key.
#[derive(Clone, Debug)]
pub struct Opened {
    pub vault: Vault,
    /// No key in use opened it, only one that was replaced.
    pub by_retired_key: bool,
}

impl OpenStore {
    /// The files as they are on the disk now, read under the lock.
    pub(in crate::vault) fn image(&self) -> Result<Image> {
        let storage = &*self.world.storage;
        let _lock = self.place.lock(storage)?;
        let sealed = self.place.read_vault(storage)?;
        let vault = match files::digest(&sealed) == self.digest {
            true => self.vault.clone(),
            false => open_vault(&self.place, &sealed, &self.keys)?,
        };
        let mut all = vec![(files::VAULT_FILE.to_owned(), sealed)];
        // A vault may be opened by other methods alone.
        if vault.has_passphrase() {
            let wrapped = self.place.read_passphrase_file(storage)?;
            seal::work_factor(&wrapped).ok_or_else(|| {
                self.place.damaged(files::PASSPHRASE_FILE, &Error::failed("it is not protected by a passphrase"))
            })?;
            all.push((files::PASSPHRASE_FILE.to_owned(), wrapped));
        }
        if let Some(unlock) = self.place.passphrase.parent() {
            all.extend(other_unlock_files(storage, unlock)?);
        }
        Ok(Image { files: all, vault })
    }

    /// Opens the bytes of another `vault.age` with the keys in hand, or else with those that were replaced.
    pub fn open_copy(&self, sealed: &[u8]) -> Result<Opened> {
        let (payload, _, opened_by) = self.decrypt_copy(sealed)?.ok_or_else(seal::for_other_keys)?;
        Ok(Opened { vault: schema::read(&payload)?, by_retired_key: opened_by == OpenedBy::Retired })
    }

    /// The keys in hand open it at once: not one that was replaced.
    pub(in crate::vault) fn opens(&self, sealed: &[u8]) -> Result<Vault> {
        seal::open(sealed, &self.keys).and_then(|(payload, _)| schema::read(&payload))
    }

    /// An older copy sealed as this vault is now: to the methods of now, which it also names as its own.
    pub(in crate::vault) fn reseal(&self, copy: Vault) -> Result<(Vec<u8>, Vault)> {
        let (methods, retired) = (self.vault.methods.clone(), self.vault.retired.clone());
        // What is read again also counts the stamps of the methods.
        let vault = schema::read(&schema::write(&Vault { methods, retired, ..copy }))?;
        Ok((seal_vault(&vault)?, vault))
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    /// The name of what is remembered of the vault at this path: SHA-256 in hexadecimal.
    pub fn path_digest(&self) -> String {
        super::path_digest(&self.place.folder)
    }

    /// Whether an older state than the one last seen here was put back, and what is missing is missing still.
    pub fn is_older_state(&self) -> bool {
        self.warnings.iter().any(|warning| warning == super::memory::OLDER_STATE)
    }

    /// What is missing is here again: it is not told of any more.
    pub fn settle_older_state(&mut self) {
        self.warnings.retain(|warning| warning != super::memory::OLDER_STATE);
        self.give_up_missing();
    }

    /// Nothing at hand has what is missing: it is told of this once.
    pub fn give_up_missing(&mut self) {
        if !self.memory.is_newly_older() {
            self.warnings.retain(|warning| warning != super::memory::OLDER_STATE);
        }
        self.memory.settle_older_state(&self.vault);
        self.memory.save(&self.world);
    }

    /// The work factor of the passphrase as it is on the disk.
    pub fn work_factor(&self) -> Option<WorkFactor> {
        seal::work_factor(&self.place.read_passphrase_file(&*self.world.storage).ok()?)
    }

    /// The whole payload, to be read by people with `age` and by [`Parcel`].
    pub fn payload(&self) -> Zeroizing<Vec<u8>> {
        schema::write(&self.vault)
    }
}

/// The files of the other unlock methods.
fn other_unlock_files(storage: &dyn Storage, folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut others = Vec::new();
    for name in storage.list(folder).map_err(|error| Error::io("list", folder, &error))? {
        let path = folder.join(&name);
        let is_file = storage.facts(&path).is_ok_and(|facts| !facts.is_folder);
        let name = format!("{UNLOCK}/{name}");
        if name.starts_with("unlock/.") || name == files::PASSPHRASE_FILE || !is_file {
            continue;
        }
        let bytes = storage.read(&path, files::LONGEST_KEY_FILE).map_err(|error| Error::io("read", &path, &error))?;
        others.push((name, bytes));
    }
    Ok(others)
}

/// Where a vault is that may be damaged or missing.
pub(super) fn place_around(storage: &dyn Storage, folder: &Path) -> Result<Place> {
    storage.make_folder(folder).map_err(|error| Error::io("make", folder, &error))?;
    let given = storage.canonical(folder).map_err(|error| Error::io("read", folder, &error))?;
    let follow = |name: &str| storage.canonical(&given.join(name)).unwrap_or_else(|_| given.join(name));
    let vault = follow(files::VAULT_FILE);
    let folder = vault.parent().unwrap_or(&given).to_owned();
    Ok(Place { folder, vault, passphrase: follow(files::PASSPHRASE_FILE) })
}

/// The first 8 hexadecimal digits of a vault's fingerprint.
pub(in crate::vault) fn short_fingerprint(vault: &Vault) -> String {
    super::hex(&files::digest(vault.id.as_bytes())[..4])
}

/// A vault in files other than those at its place: a backup, or a copy of the folder.
pub struct Parcel {
    pub files: Vec<(String, Vec<u8>)>,
}

impl Parcel {
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.files.iter().find(|(file, _)| file == name).map(|(_, bytes)| bytes.as_slice())
    }

    pub fn sealed(&self) -> Result<&[u8]> {
        self.get(files::VAULT_FILE).ok_or_else(|| damaged(format!("{} is missing", files::VAULT_FILE)))
    }

    /// Whether its files look whole, as far as that shows without a key.
    pub fn check_form(&self) -> Result<()> {
        seal::check_form(self.sealed()?)?;
        if self.has_passphrase() { self.check_passphrase_file() } else { Ok(()) }
    }

    /// Whether it can be opened by a passphrase.
    pub fn has_passphrase(&self) -> bool {
        self.get(files::PASSPHRASE_FILE).is_some()
    }

    /// The identity of a plugin's method, as it lies in it.
    pub fn stub(&self, name: &str) -> Option<&str> {
        self.get(&format!("{UNLOCK}/{name}.identity")).and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    /// Whether its passphrase file is one, as far as that shows without the passphrase.
    pub fn check_passphrase_file(&self) -> Result<()> {
        let name = files::PASSPHRASE_FILE;
        let wrapped = self.get(name).ok_or_else(|| damaged(format!("{name} is missing")))?;
        match seal::work_factor(wrapped) {
            Some(_) => Ok(()),
            None => Err(damaged(format!("{name}: it is not protected by a passphrase"))),
        }
    }

    /// Opens it by its own passphrase.
    pub fn open(&self, passphrase: &SecretText) -> Result<Vault> {
        self.decrypt(&self.keys(passphrase)?)
    }

    /// The keys that its own passphrase opens.
    pub fn keys(&self, passphrase: &SecretText) -> Result<Vec<MethodKey>> {
        let wrapped =
            self.get(files::PASSPHRASE_FILE).ok_or_else(|| damaged(format!("{} is missing", files::PASSPHRASE_FILE)))?;
        seal::unwrap(wrapped, passphrase)
    }

    /// The keys that those of a person give. `WrongPassphrase` where none opens it.
    pub fn keys_by(&self, keys: &Identities, asking: &Asking) -> Result<Vec<MethodKey>> {
        let is_method = |name: &str| name.ends_with(".age") && name != files::VAULT_FILE && name != files::PASSPHRASE_FILE;
        let others = self.files.iter().filter(|(name, _)| is_method(name)).map(|(_, bytes)| Ok(bytes.clone()));
        methods::keys_for(self.sealed()?, others, keys, asking)?
            .ok_or_else(|| Error::new(ErrorKind::WrongPassphrase, "this key does not open the backup"))
    }

    pub fn decrypt(&self, keys: &[MethodKey]) -> Result<Vault> {
        seal::open(self.sealed()?, keys).and_then(|(payload, _)| schema::read(&payload))
    }
}

fn damaged(why: String) -> Error {
    Error::new(ErrorKind::VaultDamaged, why)
}

/// Whether it is a file under a passphrase alone.
pub fn is_wrapped(file: &[u8]) -> bool {
    seal::work_factor(file).is_some()
}

/// Of such a file.
pub fn work_factor(file: &[u8]) -> Option<WorkFactor> {
    seal::work_factor(file)
}

/// The payload of a file that is wrapped by a passphrase alone, as [`wrap_payload`] writes it.
pub fn open_wrapped(file: &[u8], passphrase: &SecretText) -> Result<Vault> {
    let payload = seal::unwrap_bytes(file, passphrase)?;
    schema::read(&payload).map_err(|_| {
        damaged("the passphrase opens it, but it is no whole vault".into())
            .hint("if it is an export, take it in with: countersign import FILE")
    })
}

/// The whole vault in one file that `age -d` opens with the passphrase.
pub fn wrap_payload(store: &OpenStore, passphrase: &SecretText, work_factor: WorkFactor) -> Result<Vec<u8>> {
    seal::wrap_bytes(&store.payload(), passphrase, work_factor)
}

/// Puts the files of `parcel`, which holds `vault`, in the place of a vault that is damaged or gone. What is there is kept in
/// `backups/aside`, in its own folder, first. Refuses a vault that is not the one pinned for this path, unless trusted.
pub fn put_back(
    world: &World,
    folder: &Path,
    parcel: &Parcel,
    vault: &Vault,
    trust: Trust,
    aside: &str,
) -> Result<Option<PathBuf>> {
    let storage = &*world.storage;
    let place = place_around(storage, folder)?;
    let _lock = place.lock(storage)?;
    Memory::load(world, &place).check(vault, trust)?;
    let kept = set_aside(world, &place, aside)?;
    let unlock = place.passphrase.parent().unwrap_or(&place.folder).to_owned();
    storage.make_folder(&unlock).map_err(|error| Error::io("make", &unlock, &error))?;
    storage.sync_folder(&place.folder).map_err(|error| Error::io("sync", &place.folder, &error))?;
    // `vault.age` comes last: before it is there, the vault is as damaged as it was.
    let mut files: Vec<(PathBuf, &[u8])> = Vec::new();
    for (name, bytes) in parcel.files.iter().filter(|(name, _)| name != files::VAULT_FILE) {
        let path = match name.as_str() {
            files::PASSPHRASE_FILE => place.passphrase.clone(),
            name => unlock.join(name.rsplit('/').next().unwrap_or(name)),
        };
        files.push((path, bytes));
    }
    files.push((place.vault.clone(), parcel.sealed()?));
    for (path, bytes) in files {
        files::replace(world, &path, bytes).map_err(|unwritten| write_error(&unwritten))?;
    }
    Ok(kept)
}

/// Copies the files that are there, whatever their state, and proves the copies; the folder, where there was any file.
pub(super) fn set_aside(world: &World, place: &Place, name: &str) -> Result<Option<PathBuf>> {
    let storage = &*world.storage;
    let mut found = Vec::new();
    for (name, path) in [(files::VAULT_FILE, &place.vault), (files::PASSPHRASE_FILE, &place.passphrase)] {
        match storage.read(path, files::LONGEST_VAULT) {
            Ok(bytes) => found.push((name.to_owned(), bytes)),
            Err(error) if error.kind() == Io::NotFound => {}
            Err(error) => return Err(Error::io("read", path, &error)),
        }
    }
    if let Some(unlock) = place.passphrase.parent().filter(|folder| storage.facts(folder).is_ok()) {
        found.extend(other_unlock_files(storage, unlock)?);
    }
    if found.is_empty() {
        return Ok(None);
    }
    let backups = place.folder.join(crate::vault::backup::FOLDER);
    let taken = storage.list(&backups).unwrap_or_default();
    let name = (1..).map(|n| if n == 1 { name.to_owned() } else { format!("{name}-{n}") }).find(|name| !taken.contains(name));
    let aside = backups.join(name.unwrap_or_default());
    let step = |path: &Path, done: std::io::Result<()>| done.map_err(|error| write_error(&Unwritten::new(path, error)));
    step(&aside, storage.make_folder(&aside.join(UNLOCK)))?;
    for (name, bytes) in &found {
        let path = aside.join(name);
        step(&path, storage.write_new(&path, bytes).and_then(|()| storage.sync_file(&path)))?;
        if storage.read(&path, files::LONGEST_VAULT).ok().as_ref() != Some(bytes) {
            return Err(Error::failed(format!("{} reads back otherwise than it was written", path.display())));
        }
    }
    for folder in [aside.join(UNLOCK).as_path(), &aside, &backups, &place.folder] {
        step(folder, storage.sync_folder(folder))?;
    }
    Ok(Some(aside))
}

/// The files of a vault made of `vault`, opened by this passphrase. The methods it had stay: where the vault lives on
/// elsewhere, a later merge must not lock anybody out.
pub fn pack(world: &World, mut vault: Vault, passphrase: &SecretText, work_factor: WorkFactor) -> Result<(Parcel, Vault)> {
    let key = MethodKey::generate();
    // The device that opens it stamps its own edits; this one stamp only has to be the largest.
    let mut stamper = Stamper::new(world.clock.now(), vault.highest().device, vault.highest());
    let at = stamper.next();
    vault.methods.push(Method {
        name: "passphrase".into(),
        kind: "passphrase".into(),
        recipient: key.recipient(),
        added: at,
        removed: None,
        extra: Default::default(),
    });
    vault.note_stamp(at);
    let wrapped = seal::wrap(&[&key], passphrase, work_factor)?;
    let sealed = seal_vault(&vault)?;
    let files = vec![(files::VAULT_FILE.to_owned(), sealed), (files::PASSPHRASE_FILE.to_owned(), wrapped)];
    Ok((Parcel { files }, vault))
}

/// The files of a folder that is a vault, all of them.
pub fn read_parcel(storage: &dyn Storage, folder: &Path) -> Result<Parcel> {
    let sealed = read_part(storage, folder, files::VAULT_FILE, files::LONGEST_VAULT)?;
    let mut parcel = read_unlock_files(storage, folder)?;
    parcel.files.insert(0, sealed);
    Ok(parcel)
}

/// The same without `vault.age`.
pub fn read_unlock_files(storage: &dyn Storage, folder: &Path) -> Result<Parcel> {
    // A vault may be opened by other methods alone; one that has the method is found without its file when it is opened.
    let mut files = match storage.facts(&folder.join(files::PASSPHRASE_FILE)) {
        Err(error) if error.kind() == Io::NotFound => Vec::new(),
        _ => vec![read_part(storage, folder, files::PASSPHRASE_FILE, files::LONGEST_KEY_FILE)?],
    };
    files.extend(other_unlock_files(storage, &folder.join(UNLOCK))?);
    Ok(Parcel { files })
}

fn read_part(storage: &dyn Storage, folder: &Path, name: &str, limit: u64) -> Result<(String, Vec<u8>)> {
    let path = folder.join(name);
    match storage.read(&path, limit) {
        Ok(bytes) if bytes.is_empty() => Err(damaged(format!("{name}: it is empty"))),
        Ok(bytes) => Ok((name.to_owned(), bytes)),
        Err(error) if error.kind() == Io::NotFound => Err(damaged(format!("{name} is missing"))),
        Err(error) => Err(Error::io("read", &path, &error)),
    }
}
