//! The store: the vault's files on disk. Every write is: lock; re-read and merge if the ciphertext changed;
//! temporary file in the same folder; fsync; rename; fsync the folder.

mod conflicts;
pub mod copies;
mod files;
mod fold;
mod glance;
mod memory;
mod method_files;
mod methods;
mod rekey;
mod remembered;
mod standing;
mod unlock_files;

use super::entry::Entry;
use super::seal::{self, MethodKey};
pub use super::seal::{DEFAULT_WORK_FACTOR, MAX_WORK_FACTOR, WEAK_WORK_FACTOR, WorkFactor};
use super::stamp::{Stamp, Stamper, WILD_AHEAD_MS};
use super::{Method, MethodKind, VERSION, Vault, merge, schema};
use crate::error::{Error, ErrorKind, Result};
use crate::ports::{Clock, Entropy, Keyring, Storage};
use crate::secret::SecretText;
pub use conflicts::{Conflict, Fate, is_of_vault, left_by};
use files::Place;
pub use files::{Digest, Unwritten, replace};
pub use fold::{
    Keep, OpenedBy, OpenedCopy, PASSPHRASE, PassphraseChange, VaultFiles, is_passphrase_file, is_unlock_file, receive,
};
pub use glance::{Glance, glance};
use memory::Memory;
pub use memory::fingerprint;
pub use method_files::{UnlockChanges, UnlockFile, distinct_names, rename_methods};
pub use methods::{Listed, MethodState, NewMethod, Removed, Way, check_name, stub, unlock_by, ways};
pub use rekey::Rekeyed;
pub use remembered::{can_remember, forget, is_remembered, unlock_remembered};
pub use standing::{Standing, put_passphrase_back, shut, standing};
use std::path::{Path, PathBuf};
use std::sync::Arc;
pub use unlock_files::ENDINGS;

/// What the store needs of the outside world.
#[derive(Clone)]
pub struct World {
    pub storage: Arc<dyn Storage>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// Where an unlock is remembered.
    pub keyring: Arc<dyn Keyring>,
    /// `$XDG_STATE_HOME/countersign`: device id, pinned vaults, highest stamps.
    pub state_folder: PathBuf,
}

/// An open vault and the keys to save it. Dropping it locks the vault.
pub struct OpenStore {
    world: World,
    place: Place,
    keys: Vec<MethodKey>,
    vault: Vault,
    /// Of `vault.age` as last read or written.
    digest: Digest,
    /// Of `unlock/passphrase.age` as last read or written, where the vault was opened by it.
    passphrase_file: Option<Digest>,
    memory: Memory,
    read_only: Option<String>,
    warnings: Vec<String>,
}

/// What is at a place before it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    Nothing,
    Vault,
}

/// An error where parts of a vault are there, but not all.
pub fn presence(world: &World, folder: &Path) -> Result<Presence> {
    files::presence(&*world.storage, folder)
}

/// Whether this machine remembers a vault of this path, as where the disk it is on is not mounted.
pub fn was_here(world: &World, folder: &Path) -> bool {
    whole_path(world, folder).is_some_and(|whole| Memory::is_there(world, &whole))
}

/// Where the repository is that a vault in this folder is synced through. It lies outside of the folder: whoever can write
/// there could have git run programs by its configuration.
pub fn repository_folder(world: &World, folder: &Path) -> PathBuf {
    let whole = whole_path(world, folder).unwrap_or_else(|| folder.to_owned());
    world.state_folder.join("git").join(path_digest(&whole))
}

/// The path of a folder with links followed, as far as there is one: the folder itself may be gone.
fn whole_path(world: &World, folder: &Path) -> Option<PathBuf> {
    let (above, name) = (folder.parent()?, folder.file_name()?);
    let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
    let whole = world.storage.canonical(folder).or_else(|_| world.storage.canonical(above).map(|above| above.join(name)));
    whole.ok()
}

/// Makes a new vault with one passphrase. Refuses (`WouldOverwrite`) where there is any vault already.
pub fn create(world: &World, folder: &Path, passphrase: &SecretText, work_factor: WorkFactor) -> Result<OpenStore> {
    let key = MethodKey::generate();
    let wrapped = seal::wrap(&[&key], passphrase, work_factor)?;
    let place = Place::make(&*world.storage, folder)?;
    let _lock = place.lock(&*world.storage)?;
    if files::presence(&*world.storage, folder)? == Presence::Vault {
        return Err(Error::new(ErrorKind::WouldOverwrite, format!("there is a vault already: {}", folder.display()))
            .hint("unlock it, or choose another place with --vault"));
    }
    let mut memory = Memory::load(world, &place);
    let mut vault = Vault::new(random_hex(&*world.entropy));
    let at = Stamper::new(world.clock.now(), memory.device, Stamp::default()).next();
    vault.note_stamp(at);
    vault.methods.push(Method::new(MethodKind::PASSPHRASE, MethodKind::PASSPHRASE, key.recipient(), at));
    let sealed = seal_vault(&vault)?;
    place.write_first(world, Some(&wrapped), &sealed)?;
    memory.pin(&vault);
    // Whoever chose the work factor knows.
    let _ = memory.weigh(work_factor);
    memory.save(world);
    let warnings = std::mem::take(&mut memory.warnings);
    let digest = files::digest(&sealed);
    let passphrase_file = Some(files::digest(&wrapped));
    Ok(OpenStore {
        world: world.clone(),
        place,
        keys: vec![key],
        vault,
        digest,
        passphrase_file,
        memory,
        read_only: None,
        warnings,
    })
}

/// How `unlock` treats a vault id that is not the one pinned for this path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Refuse with `NotTrusted`.
    Pinned,
    /// Take the vault as it is and pin it (`--trust-vault`).
    Accept,
}

pub fn unlock(world: &World, folder: &Path, passphrase: &SecretText, trust: Trust) -> Result<OpenStore> {
    let storage = &*world.storage;
    let place = Place::find(storage, folder)?;
    let wrapped = place.find_passphrase_file(world)?;
    let keys = seal::unwrap(&wrapped, passphrase).map_err(|error| match error.kind {
        ErrorKind::VaultDamaged => place.damaged(files::PASSPHRASE_FILE, &error),
        _ => error,
    })?;
    let sealed = place.read_vault(storage)?;
    let mut store = open(world, place, sealed, keys, Some(&wrapped), trust)?;
    store.finish_change_of_passphrase(passphrase, &wrapped);
    Ok(store)
}

const UNFINISHED_TAKING: &str =
    "a merge or sync was cut short that puts another passphrase in the place of this one; do it again to finish it";

/// Opens a vault, as it was read, with the keys at hand. `wrapped` is the passphrase file, where they come from it.
fn open(
    world: &World,
    place: Place,
    sealed: Vec<u8>,
    keys: Vec<MethodKey>,
    wrapped: Option<&[u8]>,
    trust: Trust,
) -> Result<OpenStore> {
    let storage = &*world.storage;
    let sealed = conflicts::right_one(world, &place, sealed, &keys);
    let vault = open_vault(&place, &sealed, &keys)?;
    let digest = files::digest(&sealed);
    drop(sealed);
    let mut memory = Memory::load(world, &place);
    let mut warnings = memory.check(&vault, trust)?;
    warnings.extend(wrapped.and_then(seal::work_factor).and_then(|work_factor| memory.weigh(work_factor)));
    if let Some(sentence) = wild_clocks(&vault, world.clock.now())
        && memory.is_new_wild(vault.highest().wall_ms)
    {
        warnings.push(sentence);
    }
    memory.note_unread(!vault.unread.is_empty());
    if !vault.unread.is_empty() {
        warnings.push(format!("{} could not be read; kept as it is", count(vault.unread.len(), "entry", "entries")));
    }
    if !vault.is_opened_by(&keys) {
        warnings.push(UNFINISHED_TAKING.into());
    }
    memory.save(world);
    warnings.append(&mut memory.warnings);
    let read_only = why_read_only(&vault).or_else(|| place.why_read_only(storage));
    let passphrase_file = wrapped.map(files::digest);
    Ok(OpenStore { world: world.clone(), place, keys, vault, digest, passphrase_file, memory, read_only, warnings })
}

impl OpenStore {
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Why nothing can be saved, if so.
    pub fn read_only(&self) -> Option<&str> {
        self.read_only.as_deref()
    }

    /// Sentences to show once after opening (first opening on this machine with its fingerprint, older state put back, wild clocks …).
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Six words, to compare between machines.
    pub fn fingerprint_words(&self) -> String {
        memory::words(&self.vault)
    }

    /// The folder of the vault, with symbolic links followed.
    pub fn folder(&self) -> &Path {
        &self.place.folder
    }

    /// The one way to change the vault: takes the lock, reads what others wrote, lets `edit` change a copy, writes it, and only then keeps it.
    /// Where `edit` fails nothing is written and the vault stays as it was.
    pub fn change<T>(&mut self, edit: impl FnOnce(&mut Vault, &mut Stamper) -> Result<T>) -> Result<T> {
        self.writable()?;
        let _lock = self.place.lock(&*self.world.storage)?;
        self.change_locked(edit)
    }

    fn writable(&self) -> Result<()> {
        self.read_only.as_deref().map_or(Ok(()), |why| Err(nothing_saved(why)))
    }

    /// As [`OpenStore::change`], for whoever holds the lock.
    fn change_locked<T>(&mut self, edit: impl FnOnce(&mut Vault, &mut Stamper) -> Result<T>) -> Result<T> {
        let Base { vault: base, on_disk, others } = self.base()?;
        let mut vault = base.clone();
        let mut stamper = self.stamper(&vault);
        let before = stamper.last();
        let done = edit(&mut vault, &mut stamper)?;
        if stamper.last() > before {
            vault.note_stamp(stamper.last());
        }
        strip_purged(&mut vault);
        vault.version = vault.version.max(VERSION);
        if !on_disk || vault != base {
            let sealed = seal_to(&vault, &others)?;
            self.write(&vault, &sealed)?;
        }
        self.vault = vault;
        Ok(done)
    }

    /// Reads what others wrote. The lock is held.
    fn base(&self) -> Result<Base> {
        let sealed = self.place.read_vault(&*self.world.storage)?;
        self.place.remove_stale(&*self.world.storage);
        let (vault, on_disk) = match self.take_in(&sealed)? {
            Some((merged, same)) => match why_read_only(&merged) {
                Some(why) => return Err(nothing_saved(&why)),
                None => (merged, same),
            },
            None => (self.vault.clone(), true),
        };
        let others = match vault.is_opened_by(&self.keys) {
            true => Vec::new(),
            false => {
                let keys = self.keys.iter().filter(|key| seal::is_for(&sealed, std::slice::from_ref(*key)));
                keys.map(MethodKey::recipient).collect()
            }
        };
        Ok(Base { vault, on_disk, others })
    }

    fn stamper(&self, vault: &Vault) -> Stamper {
        Stamper::new(self.world.clock.now(), self.memory.device, vault.highest())
    }

    /// Replaces `vault.age`. The lock is held.
    fn write(&mut self, vault: &Vault, sealed: &[u8]) -> Result<()> {
        self.place.write_vault(&self.world, sealed)?;
        self.digest = files::digest(sealed);
        self.memory.take(vault);
        self.memory.save(&self.world);
        Ok(())
    }

    /// Takes in what another process wrote since. Returns whether anything changed.
    pub fn refresh(&mut self) -> Result<bool> {
        let sealed = self.place.read_vault(&*self.world.storage)?;
        let Some((merged, _)) = self.take_in(&sealed)? else { return Ok(false) };
        self.digest = files::digest(&sealed);
        let changed = merged != self.vault;
        self.read_only = why_read_only(&merged).or(self.read_only.take());
        self.vault = merged;
        self.memory.see(&self.vault);
        self.memory.save(&self.world);
        Ok(changed)
    }

    /// What is on the disk, merged with what is in memory, and whether that equals what is on the disk; `None` where the file is as it was.
    fn take_in(&self, sealed: &[u8]) -> Result<Option<(Vault, bool)>> {
        if files::digest(sealed) == self.digest {
            return Ok(None);
        }
        let theirs = open_vault(&self.place, sealed, &self.keys)?;
        let merged = merge::vault(&self.vault, &theirs)?;
        let same = merged == theirs;
        Ok(Some((merged, same)))
    }
}

/// Where a change starts from: what is on the disk joined with what is in memory.
struct Base {
    vault: Vault,
    /// Whether the disk has all of it.
    on_disk: bool,
    /// The keys in hand, where none is of a method in use and the file on the disk is for them all the same: another passphrase
    /// was about to take the place of theirs, and its file is not there yet. Until then they have to open the vault.
    others: Vec<String>,
}

fn nothing_saved(why: &str) -> Error {
    Error::new(ErrorKind::ReadOnly, format!("nothing can be saved: {why}"))
}

fn open_vault(place: &Place, sealed: &[u8], keys: &[MethodKey]) -> Result<Vault> {
    let (payload, _) = seal::open(sealed, keys).map_err(|error| place.damaged(files::VAULT_FILE, &error))?;
    schema::read(&payload)
}

fn seal_vault(vault: &Vault) -> Result<Vec<u8>> {
    seal_to(vault, &[])
}

/// To all methods in use, and to others for a moment.
fn seal_to(vault: &Vault, others: &[String]) -> Result<Vec<u8>> {
    let in_use = vault.methods.iter().filter(|method| method.in_use()).map(|method| method.recipient.as_str());
    let mut recipients: Vec<&str> = in_use.chain(others.iter().map(String::as_str)).collect();
    recipients.sort();
    recipients.dedup();
    seal::seal(&schema::write(vault), &recipients)
}

/// A purge leaves id and stamp: what a merge brought back of it goes again.
fn strip_purged(vault: &mut Vault) {
    for entry in &mut vault.entries {
        let stripped = || Entry::tombstone(entry.id, entry.purged);
        if entry.is_purged() && **entry != stripped() {
            *entry = Arc::new(stripped());
        }
    }
}

fn why_read_only(vault: &Vault) -> Option<String> {
    if vault.version > VERSION {
        return Some(format!("a newer version of countersign wrote this vault (format {})", vault.version));
    }
    schema::has_unread_methods(vault).then(|| "it has an unlock method that this version can't write for".into())
}

fn wild_clocks(vault: &Vault, now: u64) -> Option<String> {
    let ahead_ms = vault.highest().wall_ms.saturating_sub(now);
    (ahead_ms > WILD_AHEAD_MS).then(|| {
        let days = count((ahead_ms / WILD_AHEAD_MS) as usize, "day", "days");
        format!("an edit in this vault is dated {days} ahead of this machine's clock: a clock is or was wrong, here or on another device")
    })
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// 256 random bits in hexadecimal.
fn random_hex(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    hex(&bytes)
}

/// Of the folder of a vault, links followed.
fn path_digest(folder: &Path) -> String {
    hex(&files::digest(folder.as_os_str().as_encoded_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
