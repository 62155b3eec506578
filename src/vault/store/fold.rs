//! Copies of the vault from elsewhere: another folder, a conflict copy, what a sync brought. Each is opened with the keys in
//! hand and folded in as a whole; a copy that needs a key that was replaced says so, and it is the caller who asks.

use super::files::Place;
use super::method_files::{UnlockChanges, Writes, rename_methods};
use super::{Base, OpenStore, Presence, World, files, nothing_saved, presence, seal_to, seal_vault, strip_purged, why_read_only};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretText;
use crate::vault::seal::{self, MethodKey};
use crate::vault::{MethodKind, RetiredKey, VERSION, Vault, merge, schema};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use zeroize::Zeroizing;

/// The files of a vault that travel: `vault.age`, and those under `unlock/` by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VaultFiles {
    pub vault: Vec<u8>,
    pub unlock: BTreeMap<String, Vec<u8>>,
    /// Of a `vault.age` alone: passphrase files that lie near it, of which one may open it. They are no part of it.
    pub near: Vec<Vec<u8>>,
}

impl VaultFiles {
    /// Of `vault.age`: by it a copy is known again.
    pub fn digest(&self) -> files::Digest {
        files::digest(&self.vault)
    }
}

/// The name of the passphrase's file under `unlock/`.
pub const PASSPHRASE: &str = "passphrase.age";

/// What opened a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenedBy {
    /// A key of the vault as it is now.
    Current,
    /// Only a key that was replaced: whoever knew it once may have made this copy, so it is never merged unasked.
    Retired,
    /// The copy's own passphrase, given for it.
    Given,
}

/// A copy of this vault, open.
pub struct OpenedCopy {
    pub vault: Vault,
    pub opened_by: OpenedBy,
    key: MethodKey,
    files: VaultFiles,
}

/// The payload of a copy, and which key opened it.
type Decrypted = (Zeroizing<Vec<u8>>, MethodKey, OpenedBy);

/// How the passphrase of a copy stands to the vault's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassphraseChange {
    /// It is the same, or was changed here alone.
    Ours,
    /// It was changed in the copy alone: from the merge on it is the vault's.
    Theirs,
    /// It was changed on both sides: one has to stay.
    Both,
}

/// Which passphrase stays where it was changed on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    Ours,
    Theirs,
}

/// Whether a file of this name under `unlock/` belongs to an unlock method. Names come from hostile places.
pub fn is_unlock_file(name: &str) -> bool {
    let is_plain = !name.starts_with('.') && !name.contains(['/', '\\', '\0']);
    is_plain && (name.ends_with(".age") || name.ends_with(".identity")) && !super::conflicts::is_copy_of(PASSPHRASE, name)
}

/// The recipients of the passphrases in use.
fn passphrases(vault: &Vault) -> BTreeSet<&str> {
    let methods = vault.methods.iter().filter(|method| method.in_use() && method.kind == MethodKind::PASSPHRASE);
    methods.map(|method| method.recipient.as_str()).collect()
}

/// The passphrase file of a copy whose passphrase is in use in this vault already: where ours is still to give way to it.
fn passphrase_still_to_come(vault: &Vault, copies: &[OpenedCopy]) -> Option<Vec<u8>> {
    let in_use = passphrases(vault);
    let mut given = copies.iter().filter(|copy| copy.opened_by == OpenedBy::Given);
    let copy = given.find(|copy| in_use.contains(copy.key.recipient().as_str()))?;
    copy.files.unlock.get(PASSPHRASE).cloned()
}

impl OpenStore {
    /// The files as they are on the disk.
    pub fn files(&self) -> Result<VaultFiles> {
        let storage = &*self.world.storage;
        // Where the folder can't be written nobody writes it, and there is no lock.
        let _lock = self.read_only.is_none().then(|| self.place.lock(storage)).transpose()?;
        let (vault, unlock) = (self.place.read_vault(storage)?, self.place.read_unlock_files(storage)?);
        Ok(VaultFiles { vault, unlock, near: Vec::new() })
    }

    /// Opens a copy with the keys in hand, else with those that were replaced. `None` where none opens it;
    /// `NotTrusted` where it is of another vault.
    pub fn open_other(&self, files: &VaultFiles) -> Result<Option<OpenedCopy>> {
        let decrypted = self.decrypt_copy(&files.vault)?;
        decrypted.map(|(payload, key, opened_by)| self.opened(&payload, key, opened_by, files)).transpose()
    }

    /// By a key in hand, else by one that was replaced.
    pub(super) fn decrypt_copy(&self, sealed: &[u8]) -> Result<Option<Decrypted>> {
        let retired: Vec<MethodKey> =
            self.vault.retired.iter().filter_map(|key| MethodKey::parse(key.identity.expose())).collect();
        let is_retired = |key: &&MethodKey| retired.iter().any(|old| old.recipient() == key.recipient());
        let (old, current): (Vec<&MethodKey>, Vec<&MethodKey>) = self.keys.iter().partition(is_retired);
        let current: Vec<MethodKey> = current.into_iter().cloned().collect();
        let old: Vec<MethodKey> = old.into_iter().chain(&retired).cloned().collect();
        for (keys, opened_by) in [(current, OpenedBy::Current), (old, OpenedBy::Retired)] {
            if let Some((payload, at)) = seal::open_if_any(sealed, &keys)? {
                return Ok(Some((payload, keys[at].clone(), opened_by)));
            }
        }
        Ok(None)
    }

    /// Opens a copy with its own passphrase. `WrongPassphrase` where it is not that.
    pub fn open_given(&self, files: &VaultFiles, passphrase: &SecretText) -> Result<OpenedCopy> {
        let mut shut = None;
        for wrapped in files.unlock.get(PASSPHRASE).into_iter().chain(&files.near) {
            let opened = seal::unwrap(wrapped, passphrase)
                .and_then(|keys| seal::open(&files.vault, &keys).map(|(payload, at)| (payload, keys[at].clone())));
            match opened {
                Ok((payload, key)) => {
                    // Which of them it was is known now.
                    let mut files = files.clone();
                    files.unlock.insert(PASSPHRASE.into(), wrapped.clone());
                    return self.opened(&payload, key, OpenedBy::Given, &files);
                }
                Err(error) => drop(shut.get_or_insert(error)),
            }
        }
        Err(shut.unwrap_or_else(|| {
            Error::new(ErrorKind::Locked, "the copy opens with none of the keys in hand")
                .hint("if its passphrase was changed, give the folder it lies in")
        }))
    }

    fn opened(&self, payload: &[u8], key: MethodKey, opened_by: OpenedBy, files: &VaultFiles) -> Result<OpenedCopy> {
        let vault = schema::read(payload)?;
        // Refuses another vault's.
        merge::vault(&self.vault, &vault)?;
        Ok(OpenedCopy { vault, opened_by, key, files: files.clone() })
    }

    /// What folding in would make of the vault; nothing is written.
    pub fn preview(&self, copies: &[OpenedCopy]) -> Result<Vault> {
        let mut vault = self.vault.clone();
        for copy in copies {
            vault = merge::vault(&vault, &copy.vault)?;
        }
        strip_purged(&mut vault);
        Ok(vault)
    }

    pub fn passphrase_change(&self, copy: &OpenedCopy) -> Result<PassphraseChange> {
        let merged = merge::vault(&self.vault, &copy.vault)?;
        let (ours, merged) = (passphrases(&self.vault), passphrases(&merged));
        Ok(match merged.is_subset(&ours) {
            true => PassphraseChange::Ours,
            false if merged.is_disjoint(&ours) => PassphraseChange::Theirs,
            false => PassphraseChange::Both,
        })
    }

    /// Folds copies in, with one write, and files of unlock methods with them. `keep` decides where the passphrase was
    /// changed on both sides. On an error nothing was written, or the old passphrase still opens the vault, or files of
    /// `changes` are still to come, which the same changes bring once more.
    pub fn fold_in(&mut self, copies: &[OpenedCopy], keep: Keep, changes: &UnlockChanges) -> Result<()> {
        self.writable()?;
        let world = self.world.clone();
        let _lock = self.place.lock(&*world.storage)?;
        let Base { vault: base, on_disk, others } = self.base()?;
        let mut vault = base.clone();
        for copy in copies {
            vault = merge::vault(&vault, &copy.vault)?;
        }
        if let Some(why) = why_read_only(&vault) {
            return Err(nothing_saved(&why));
        }
        rename_methods(&mut vault, &changes.names);
        let taken = match self.settle_passphrase(&base, &mut vault, copies, keep)? {
            None => passphrase_still_to_come(&vault, copies).filter(|_| !others.is_empty()).map(|file| (file, others)),
            taken => taken,
        };
        strip_purged(&mut vault);
        if vault != base {
            vault.version = vault.version.max(VERSION);
        }
        let keys = self.keys_after(&vault, copies)?;
        let Writes { before, after } = self.writes(&base, &vault, changes)?;
        for (name, bytes) in &before {
            self.place.write_unlock_file(&world, name, bytes)?;
        }
        let given = before.iter().find(|(name, _)| name == PASSPHRASE);
        let mut passphrase_file = given.map(|(_, bytes)| files::digest(bytes));
        // What another machine has written already is taken as it is, or each sync would make a new file of it.
        let same = copies.iter().find(|copy| copy.vault == vault && copy.opened_by != OpenedBy::Retired);
        let sealed = match same {
            _ if on_disk && vault == base && taken.is_none() => None,
            Some(copy) => Some(copy.files.vault.clone()),
            None => Some(seal_vault(&vault)?),
        };
        if let Some((wrapped, old)) = taken {
            // Until the new passphrase is in its place the old one opens the vault.
            let both = seal_to(&vault, &old)?;
            self.write(&vault, &both)?;
            // The keys are still ours: where it ends here, a save goes on sealing to them, too.
            self.vault = vault.clone();
            self.place.write_unlock_file(&world, PASSPHRASE, &wrapped)?;
            self.keys = keys.clone();
            passphrase_file = Some(files::digest(&wrapped));
        }
        if let Some(sealed) = sealed {
            self.write(&vault, &sealed)?;
        }
        self.keys = keys;
        self.vault = vault;
        // A later change of the passphrase is of this file, where its key is in hand now.
        if passphrase_file.is_some() {
            self.passphrase_file = passphrase_file.filter(|_| !self.passphrase_keys().is_empty());
        }
        for (name, bytes) in &after {
            self.place.write_unlock_file(&world, name, bytes)?;
        }
        for (name, _) in changes.files.iter().filter(|(name, bytes)| is_unlock_file(name) && bytes.is_none()) {
            self.place.remove_unlock_file(&world, name);
        }
        self.remove_files_of_gone(&base);
        for copy in copies.iter().filter(|copy| copy.opened_by == OpenedBy::Given) {
            // Its key is in the vault, in use or retired: the conflict copy of its file has served.
            copy.files.unlock.get(PASSPHRASE).into_iter().for_each(|file| self.place.put_passphrase_copies_away(&world, file));
        }
        Ok(())
    }

    /// Leaves one passphrase in use. Where it is the copy's: its file, and the recipients that it takes the place of.
    fn settle_passphrase(
        &self,
        base: &Vault,
        vault: &mut Vault,
        copies: &[OpenedCopy],
        keep: Keep,
    ) -> Result<Option<(Vec<u8>, Vec<String>)>> {
        let owned = |of: &Vault| passphrases(of).into_iter().map(str::to_owned).collect::<BTreeSet<String>>();
        let (ours, merged) = (owned(base), owned(vault));
        if merged.is_subset(&ours) {
            return Ok(None);
        }
        let stays = |recipient: &String| ours.contains(recipient);
        let takes_theirs = keep == Keep::Theirs || !merged.iter().any(stays);
        let copy = copies.iter().find(|copy| passphrases(&copy.vault).iter().any(|theirs| !ours.contains(*theirs)));
        let wrapped = copy.and_then(|copy| copy.files.unlock.get(PASSPHRASE)).filter(|_| takes_theirs);
        if takes_theirs && wrapped.is_none() {
            return Err(Error::new(ErrorKind::Locked, "the passphrase was changed in this copy, and its new one is not with it")
                .hint("merge the whole folder that the copy lies in"));
        }
        let theirs = copy.map(|copy| owned(&copy.vault)).unwrap_or_default();
        let goes = |recipient: &&String| if takes_theirs { !theirs.contains(*recipient) } else { !ours.contains(*recipient) };
        let mut stamper = self.stamper(vault);
        for recipient in merged.iter().filter(goes) {
            let at = stamper.next();
            vault.note_stamp(at);
            vault.methods.iter_mut().filter(|method| method.recipient == *recipient).for_each(|method| method.removed = Some(at));
            let mut keys = self.keys.iter().chain(copies.iter().map(|copy| &copy.key));
            if let Some(key) = keys.find(|key| key.recipient() == *recipient) {
                vault.retired.push(RetiredKey { identity: key.text(), retired: at });
            }
        }
        merge::sort_retired(&mut vault.retired);
        Ok(wrapped.map(|wrapped| (wrapped.clone(), ours.into_iter().collect())))
    }

    /// The keys in hand that open the vault as it will be. There must be one.
    fn keys_after(&self, vault: &Vault, copies: &[OpenedCopy]) -> Result<Vec<MethodKey>> {
        let opens = |key: &&MethodKey| {
            let recipient = key.recipient();
            vault.methods.iter().any(|method| method.in_use() && method.recipient == recipient)
        };
        let given = copies.iter().map(|copy| &copy.key);
        let keys: Vec<MethodKey> = self.keys.iter().chain(given).filter(opens).cloned().collect();
        match keys.is_empty() {
            true => Err(Error::new(ErrorKind::NotTrusted, "after this merge the vault would open with none of the keys in hand")
                .hint("nothing was changed; unlock with the method that is to stay, and merge again")),
            false => Ok(keys),
        }
    }

    /// The join of copies alone, sealed: for git, which puts it where it belongs.
    pub fn join_of(&self, copies: &[OpenedCopy]) -> Result<Vec<u8>> {
        let [first, rest @ ..] = copies else { return Err(Error::failed("there is nothing to merge")) };
        let mut vault = first.vault.clone();
        for copy in rest {
            vault = merge::vault(&vault, &copy.vault)?;
        }
        if let Some(why) = why_read_only(&vault) {
            return Err(nothing_saved(&why));
        }
        strip_purged(&mut vault);
        match copies.iter().find(|copy| copy.vault == vault && copy.opened_by != OpenedBy::Retired) {
            Some(copy) => Ok(copy.files.vault.clone()),
            None => seal_vault(&vault),
        }
    }
}

impl VaultFiles {
    /// Whether it may be opened by a passphrase of its own.
    pub fn has_passphrase(&self) -> bool {
        self.unlock.contains_key(PASSPHRASE) || !self.near.is_empty()
    }

    /// Whether only the passphrase tells which of the files near it is its own.
    pub fn is_by_near_passphrase(&self) -> bool {
        !self.unlock.contains_key(PASSPHRASE) && !self.near.is_empty()
    }

    /// Of a copy given by a person: a folder of a vault or a backup, or the file `vault.age` alone.
    pub fn read(world: &World, path: &Path) -> Result<VaultFiles> {
        files::read_copy(&*world.storage, path)
    }
}

/// Whether it looks like a key wrapped by a passphrase that can be asked for.
pub fn is_passphrase_file(bytes: &[u8]) -> bool {
    seal::work_factor(bytes).is_some_and(|factor| factor <= seal::MAX_WORK_FACTOR)
}

/// Writes a vault brought from elsewhere to a folder that has none. `vault.age` comes last: before it is there, nothing is.
pub fn receive(world: &World, folder: &Path, files: &VaultFiles) -> Result<()> {
    let broken = |name: &str, why: &str| {
        Error::new(ErrorKind::VaultDamaged, format!("what was brought is damaged: {name}: {why}"))
            .hint("sync it from the other machine again")
    };
    seal::check_form(&files.vault).map_err(|error| broken(files::VAULT_FILE, &error.what))?;
    // A vault may be opened by other methods alone.
    let wrapped = files.unlock.get(PASSPHRASE);
    if wrapped.is_some_and(|bytes| !is_passphrase_file(bytes)) {
        return Err(broken(files::PASSPHRASE_FILE, "it is not protected by a passphrase"));
    }
    let place = Place::make(&*world.storage, folder)?;
    let _lock = place.lock(&*world.storage)?;
    if presence(world, folder)? == Presence::Vault {
        return Err(Error::new(ErrorKind::WouldOverwrite, format!("there is a vault already: {}", folder.display())));
    }
    place.mark_unfinished(&*world.storage)?;
    for (name, bytes) in files.unlock.iter().filter(|(name, _)| *name != PASSPHRASE) {
        place.write_unlock_file(world, name, bytes)?;
    }
    place.write_first(world, wrapped.map(Vec::as_slice), &files.vault)
}
