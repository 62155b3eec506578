//! The change of the passphrase. At every moment either the old or the new one opens the vault; what was cut short is
//! finished when the new one next unlocks it. The order of the steps is the whole point: see [`OpenStore::change_passphrase`].

use super::files::{self, Unwritten};
use super::{DEFAULT_WORK_FACTOR, OpenStore, WorkFactor};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretText;
use crate::vault::seal::{self, MethodKey};
use crate::vault::stamp::Stamper;
use crate::vault::{Method, MethodKind, RetiredKey, Vault, merge};
use serde_json::Value;

/// In the new passphrase's method, while the older ones are still to go.
const REPLACES: &str = "replaces";

/// What a change of the passphrase leaves to do for others: copies that are to open with the new one are opened with
/// `old_keys` and sealed to `recipients`, and what remembered an old key forgets it.
pub struct Rekeyed {
    /// The passphrase's keys until now: older copies open with them. Empty where the vault was opened in another way.
    pub old_keys: Vec<MethodKey>,
    /// `age1…` of every unlock method from now on. Never to be written in clear.
    pub recipients: Vec<String>,
    /// The new passphrase holds and the old one does not; the last clearing up did not work and is done at the next unlock.
    pub unfinished: Option<Error>,
}

impl OpenStore {
    /// Gives the passphrase a new key under new words, or gives the vault a passphrase where it had none.
    ///
    /// With the old key at hand: the passphrase file holds both under the new passphrase → the vault is sealed to the new
    /// one in place of the old → the file holds the new one alone. Without it (opened by another method): the vault is
    /// sealed to the new one too → the file holds it → the vault is not sealed to older ones any more.
    /// The work factor stays as it is unless one is given.
    pub fn change_passphrase(&mut self, new: &SecretText, work_factor: Option<WorkFactor>) -> Result<Rekeyed> {
        self.writable()?;
        let work_factor = match work_factor {
            Some(work_factor) => work_factor,
            None => self.present_work_factor()?,
        };
        let key = MethodKey::generate();
        let old = self.passphrase_keys();
        // The slow part comes before the lock, which others wait for.
        let alone = wrap_and_prove(&[&key], new, work_factor)?;
        let unfinished = match old.is_empty() {
            true => self.reset_passphrase(&key, &alone)?,
            false => {
                let both: Vec<&MethodKey> = std::iter::once(&key).chain(&old).collect();
                let both = wrap_and_prove(&both, new, work_factor)?;
                self.replace_passphrase(&key, &old, &both, &alone)?
            }
        };
        // Whoever chose the work factor knows.
        let _ = self.memory.weigh(work_factor);
        self.memory.save(&self.world);
        let recipients = self.vault.methods.iter().filter(|method| method.in_use()).map(|method| method.recipient.clone());
        Ok(Rekeyed { old_keys: old, recipients: recipients.collect(), unfinished })
    }

    /// Whether the vault was opened by its passphrase, which then is asked for again before it is changed.
    pub fn is_by_passphrase(&self) -> bool {
        self.passphrase_file.is_some()
    }

    /// `WrongPassphrase` where it is not the one of the file.
    pub fn check_passphrase(&self, passphrase: &SecretText) -> Result<()> {
        seal::unwrap(&self.place.read_passphrase_file(&*self.world.storage)?, passphrase).map(drop)
    }

    /// The usual one where there is no passphrase file that tells. One that can't be read now is an error: it may ask for more.
    fn present_work_factor(&self) -> Result<WorkFactor> {
        match self.place.read_passphrase_file(&*self.world.storage) {
            Ok(file) => Ok(seal::work_factor(&file).unwrap_or(DEFAULT_WORK_FACTOR)),
            Err(error) if error.kind == ErrorKind::VaultDamaged => Ok(DEFAULT_WORK_FACTOR),
            Err(error) => Err(error),
        }
    }

    /// The keys at hand that are the passphrase's: all but those of other methods.
    pub(super) fn passphrase_keys(&self) -> Vec<MethodKey> {
        let is_other = |key: &&MethodKey| {
            let recipient = key.recipient();
            self.vault.methods.iter().any(|method| method.recipient == recipient && method.kind != MethodKind::PASSPHRASE)
        };
        self.keys.iter().filter(|key| !is_other(key)).cloned().collect()
    }

    fn replace_passphrase(&mut self, key: &MethodKey, old: &[MethodKey], both: &[u8], alone: &[u8]) -> Result<Option<Error>> {
        let world = self.world.clone();
        let _lock = self.place.lock(&*world.storage)?;
        // The vault must open with the keys at hand, or the file that opens it would be written over.
        self.change_locked(|_, _| Ok(()))?;
        let file = self.place.read_passphrase_file(&*world.storage)?;
        if self.passphrase_file != Some(files::digest(&file)) {
            return Err(Error::failed("another program has changed the passphrase meanwhile")
                .hint("nothing was changed; lock, unlock with the passphrase that holds now, and try again"));
        }
        let written = self.place.write_passphrase_file(&world, both);
        if written.as_ref().err().is_none_or(|unwritten| unwritten.in_place) {
            self.passphrase_file = Some(files::digest(both));
        }
        written.map_err(|unwritten| not_begun(&unwritten))?;
        self.keys.insert(0, key.clone());
        self.change_locked(|vault, stamper| {
            adopt(vault, stamper, key, old);
            Ok(())
        })
        .map_err(|error| {
            error.hint("the new passphrase opens the vault, the old one does not; unlock with the new one to finish the change")
        })?;
        self.forget(old);
        Ok(self.clear_up(alone))
    }

    /// The file with the new key alone. The keys of a change are taken from it, so what remains there is no danger.
    fn clear_up(&mut self, alone: &[u8]) -> Option<Error> {
        match self.place.write_passphrase_file(&self.world, alone) {
            Ok(()) => {
                self.passphrase_file = Some(files::digest(alone));
                None
            }
            Err(unwritten) => {
                if unwritten.in_place {
                    self.passphrase_file = Some(files::digest(alone));
                }
                Some(files::write_error(&unwritten).hint("the next unlock tries again"))
            }
        }
    }

    fn reset_passphrase(&mut self, key: &MethodKey, alone: &[u8]) -> Result<Option<Error>> {
        let world = self.world.clone();
        let _lock = self.place.lock(&*world.storage)?;
        self.change_locked(|vault, stamper| {
            let mut method = Method::new(MethodKind::PASSPHRASE, MethodKind::PASSPHRASE, key.recipient(), stamper.next());
            method.extra.insert(REPLACES.into(), Value::Bool(true));
            vault.methods.push(method);
            merge::sort_methods(&mut vault.methods);
            Ok(())
        })?;
        self.place.write_passphrase_file(&world, alone).map_err(|unwritten| not_begun(&unwritten))?;
        let adopted = self.change_locked(|vault, stamper| {
            adopt(vault, stamper, key, &[]);
            Ok(())
        });
        Ok(adopted.err().map(|error| error.hint("the new passphrase holds; unlock with it to finish the change")))
    }

    fn forget(&mut self, old: &[MethodKey]) {
        let is_old = |key: &MethodKey| old.iter().any(|old| old.recipient() == key.recipient());
        self.keys.retain(|key| !is_old(key));
    }

    /// After unlocking with `passphrase`, whose file is `wrapped`: goes on where a change was cut short. What can't be
    /// done now is told of and keeps nothing shut.
    pub(super) fn finish_change_of_passphrase(&mut self, passphrase: &SecretText, wrapped: &[u8]) {
        if self.read_only.is_some() {
            return;
        }
        match self.try_to_finish(passphrase, wrapped) {
            Ok(false) => {}
            Ok(true) => self.warnings.push("a change of the passphrase had been cut short; it is finished now".into()),
            Err(error) => self.warnings.push(format!(
                "a change of the passphrase was cut short and can't be finished now: {}; the next unlock tries again",
                error.what
            )),
        }
    }

    fn try_to_finish(&mut self, passphrase: &SecretText, wrapped: &[u8]) -> Result<bool> {
        let (Some(key), old) = (self.keys.first().cloned(), self.keys[1..].to_vec()) else { return Ok(false) };
        if old.is_empty() && !self.is_replacing(&key) {
            return Ok(false);
        }
        let work_factor = seal::work_factor(wrapped).unwrap_or(DEFAULT_WORK_FACTOR);
        let alone = match old.is_empty() {
            true => None,
            false => Some(wrap_and_prove(&[&key], passphrase, work_factor)?),
        };
        let world = self.world.clone();
        let _lock = self.place.lock(&*world.storage)?;
        let file = self.place.read_passphrase_file(&*world.storage)?;
        if files::digest(&file) != files::digest(wrapped) {
            // Somebody else is at it, or has done it.
            return Ok(false);
        }
        self.change_locked(|vault, stamper| {
            adopt(vault, stamper, &key, &old);
            Ok(())
        })?;
        self.forget(&old);
        match alone.and_then(|alone| self.clear_up(&alone)) {
            Some(error) => Err(error),
            None => Ok(true),
        }
    }

    /// Whether older passphrases were to go when this key came, and that was cut short.
    fn is_replacing(&self, key: &MethodKey) -> bool {
        let recipient = key.recipient();
        self.vault.methods.iter().any(|method| method.recipient == recipient && method.extra.contains_key(REPLACES))
    }
}

/// The passphrase file of these keys, decrypted again before anything relies on it.
fn wrap_and_prove(keys: &[&MethodKey], passphrase: &SecretText, work_factor: WorkFactor) -> Result<Vec<u8>> {
    let wrapped = seal::wrap(keys, passphrase, work_factor)?;
    let back = seal::unwrap(&wrapped, passphrase)?;
    match back.iter().map(MethodKey::text).eq(keys.iter().map(|key| key.text())) {
        true => Ok(wrapped),
        false => Err(Error::failed("the new passphrase file does not hold what was put in").hint("nothing was changed")),
    }
}

/// The passphrase's method is that of `key`, and no other; the keys it replaces are kept for reading older copies.
fn adopt(vault: &mut Vault, stamper: &mut Stamper, key: &MethodKey, old: &[MethodKey]) {
    let recipient = key.recipient();
    match vault.methods.iter_mut().find(|method| method.recipient == recipient && method.in_use()) {
        Some(method) => drop(method.extra.remove(REPLACES)),
        None => {
            vault.methods.retain(|method| method.recipient != recipient);
            let added = stamper.next();
            vault.methods.push(Method::new(MethodKind::PASSPHRASE, MethodKind::PASSPHRASE, recipient.clone(), added));
        }
    }
    let is_old = |method: &&mut Method| method.kind == MethodKind::PASSPHRASE && method.in_use() && method.recipient != recipient;
    for method in vault.methods.iter_mut().filter(is_old) {
        method.removed = Some(stamper.next());
        method.extra.remove(REPLACES);
    }
    for old in old {
        let identity = old.text();
        if !vault.retired.iter().any(|key| key.identity == identity) {
            vault.retired.push(RetiredKey { identity, retired: stamper.next() });
        }
    }
    merge::sort_methods(&mut vault.methods);
    merge::sort_retired(&mut vault.retired);
}

fn not_begun(unwritten: &Unwritten) -> Error {
    let error = files::write_error(unwritten);
    match (unwritten.in_place, error.kind) {
        (true, _) => error.hint("the new passphrase may hold already: try it first, and the old one where it does not open"),
        (false, ErrorKind::ReadOnly) => error,
        (false, _) => error.hint("nothing was changed; the old passphrase holds"),
    }
}
