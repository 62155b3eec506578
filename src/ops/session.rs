//! An open vault as both front ends hold it: apply a change, take in what others wrote. In memory only for the demo.

use super::backup::{Backups, Policy};
use super::change::{self, Change, Outcome};
use crate::error::{Error, Result};
use crate::ports::{Entropy, Prompt};
use crate::secret::SecretText;
use crate::vault::backup::{Name, Why};
use crate::vault::entry::EntryId;
use crate::vault::seal::identity::Identities;
use crate::vault::stamp::Stamper;
use crate::vault::store::{self, OpenStore, Trust, WorkFactor, World};
use crate::vault::{VERSION, Vault};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

pub struct Session {
    world: World,
    backing: Backing,
    /// What was said of conflict copies that stay where they are: once is enough.
    told: BTreeSet<String>,
    /// The names of conflict copies that wait for a person's word.
    waiting: Vec<String>,
}

enum Backing {
    Store(Box<OpenStore>, Backups),
    /// `countersign demo`: nothing is written.
    Memory(Box<Vault>),
}

impl Session {
    pub fn create(world: &World, folder: &Path, passphrase: &SecretText, work_factor: WorkFactor) -> Result<Session> {
        Ok(Session::of(store::create(world, folder, passphrase, work_factor)?))
    }

    pub fn unlock(world: &World, folder: &Path, passphrase: &SecretText, trust: Trust) -> Result<Session> {
        Ok(Session::of(store::unlock(world, folder, passphrase, trust)?))
    }

    /// Around an open store, with the usual backups.
    pub fn of(store: OpenStore) -> Session {
        let backups = Backups::load(&store, Policy::default());
        Session::with(&store.world().clone(), Backing::Store(Box::new(store), backups))
    }

    /// Backups as the configuration wants them.
    pub fn with_backups(mut self, policy: &Policy) -> Session {
        if let Backing::Store(store, backups) = &mut self.backing {
            *backups = Backups::load(store, policy.clone());
        }
        self
    }

    /// By keys of the person instead of a passphrase.
    pub fn unlock_by(world: &World, folder: &Path, keys: &Identities, person: Arc<dyn Prompt>, trust: Trust) -> Result<Session> {
        Ok(Session::of(store::unlock_by(world, folder, keys, person, trust)?))
    }

    /// By the key that is remembered for the vault. `None` where there is none that opens it.
    pub fn unlock_remembered(world: &World, folder: &Path, trust: Trust) -> Result<Option<Session>> {
        Ok(store::unlock_remembered(world, folder, trust)?.map(Session::of))
    }

    /// Forgets the unlock that is remembered for this vault, if any: also other programs ask again.
    pub fn forget_remembered(&self) {
        if let Some(store) = self.store() {
            store.forget_remembered();
        }
    }

    pub fn in_memory(world: &World, vault: Vault) -> Session {
        Session::with(world, Backing::Memory(Box::new(vault)))
    }

    fn with(world: &World, backing: Backing) -> Session {
        Session { world: world.clone(), backing, told: BTreeSet::new(), waiting: Vec::new() }
    }

    /// The files behind the vault, for what concerns them alone.
    pub fn store_mut(&mut self) -> Result<&mut OpenStore> {
        self.on_disk_mut().map(|(store, _)| store)
    }

    pub fn store(&self) -> Option<&OpenStore> {
        match &self.backing {
            Backing::Store(store, _) => Some(store),
            Backing::Memory(_) => None,
        }
    }

    pub fn vault(&self) -> &Vault {
        match &self.backing {
            Backing::Store(store, _) => store.vault(),
            Backing::Memory(vault) => vault,
        }
    }

    pub fn is_demo(&self) -> bool {
        matches!(self.backing, Backing::Memory(_))
    }

    pub fn read_only(&self) -> Option<&str> {
        match &self.backing {
            Backing::Store(store, _) => store.read_only(),
            Backing::Memory(_) => None,
        }
    }

    /// Sentences to show once after opening.
    pub fn warnings(&self) -> &[String] {
        match &self.backing {
            Backing::Store(store, _) => store.warnings(),
            Backing::Memory(_) => &[],
        }
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    /// Applies a change and saves it; returns only after it is on the disk. On an error the vault is as it was.
    pub fn apply(&mut self, change: Change) -> Result<Outcome> {
        if let Backing::Store(store, backups) = &mut self.backing
            && store.read_only().is_none()
            && let Some(why) = why_before(store.vault(), &change)
        {
            // Where it fails that is told, and the change goes on.
            let _ = backups.make(store, why);
        }
        self.apply_backed_up(change)
    }

    /// The same where what is there was backed up a moment ago.
    pub fn apply_backed_up(&mut self, change: Change) -> Result<Outcome> {
        let entropy = self.world.entropy.clone();
        let mut new_id = || random_id(&*entropy);
        match &mut self.backing {
            Backing::Store(store, backups) => {
                let before = store.vault().highest();
                let outcome = store.change(|vault, stamper| change::apply(vault, stamper, &mut new_id, change))?;
                if store.vault().highest() != before {
                    backups.after_change(store);
                }
                Ok(outcome)
            }
            Backing::Memory(vault) => {
                let mut changed = Vault::clone(vault);
                let mut stamper = Stamper::new(self.world.clock.now(), 0, vault.highest());
                let outcome = change::apply(&mut changed, &mut stamper, &mut new_id, change)?;
                changed.note_stamp(stamper.last());
                **vault = changed;
                Ok(outcome)
            }
        }
    }

    /// Makes a backup of what is on the disk now; the error is of the vault's own folder.
    pub fn back_up(&mut self, why: Why) -> Result<Name> {
        match &mut self.backing {
            Backing::Store(store, backups) => backups.make(store, why),
            Backing::Memory(_) => Err(Error::failed("the demo has no backups")),
        }
    }

    /// After a change of the passphrase: seals the backups that can be reached anew. Returns how many; what failed is among the
    /// troubles.
    pub fn rekey_backups(&mut self) -> usize {
        match &mut self.backing {
            Backing::Store(store, backups) => backups.rekey(store),
            Backing::Memory(_) => 0,
        }
    }

    /// What is wrong with the backups, a sentence each, until it is mended.
    pub fn backup_troubles(&self) -> Vec<String> {
        match &self.backing {
            Backing::Store(_, backups) => backups.troubles(),
            Backing::Memory(_) => Vec::new(),
        }
    }

    /// The files and the backups of a vault that has them.
    pub fn on_disk(&self) -> Option<(&OpenStore, &Backups)> {
        match &self.backing {
            Backing::Store(store, backups) => Some((store, backups)),
            Backing::Memory(_) => None,
        }
    }

    /// Where the vault's files are; `None` for the demo.
    pub fn folder(&self) -> Option<&Path> {
        self.store().map(OpenStore::folder)
    }

    /// The files and the backups of a vault that has them, for what is to be backed up in between.
    pub(super) fn on_disk_mut(&mut self) -> Result<(&mut OpenStore, &mut Backups)> {
        match &mut self.backing {
            Backing::Store(store, backups) => Ok((store, backups)),
            Backing::Memory(_) => Err(Error::failed("the demo has no files").hint("create a vault of your own first")),
        }
    }

    /// Folds in the conflict copies that lie beside the vault, and says what became of each that was not told of before.
    pub fn fold_conflict_copies(&mut self) -> Vec<String> {
        if self.is_demo() {
            return Vec::new();
        }
        let (mut said, standing, waiting) = super::merge::fold_conflict_copies(self);
        self.waiting = waiting;
        said.extend(standing.into_iter().filter(|sentence| self.told.insert(sentence.clone())));
        let is_older = self.store().is_some_and(OpenStore::is_older_state);
        if is_older
            && self.waiting.is_empty()
            && super::restore::offer(self).is_none()
            && let Ok(store) = self.store_mut()
        {
            store.give_up_missing();
        }
        said
    }

    /// The names of conflict copies that wait for a person's word, as of the last look.
    pub fn waiting(&self) -> &[String] {
        &self.waiting
    }

    /// It was taken in.
    pub(super) fn forget_waiting(&mut self, name: &str) {
        self.waiting.retain(|waiting| waiting != name);
    }

    pub fn refresh(&mut self) -> Result<bool> {
        match &mut self.backing {
            Backing::Store(store, _) => store.refresh(),
            Backing::Memory(_) => Ok(false),
        }
    }
}

/// What a change is to be backed up before, if anything.
fn why_before(vault: &Vault, change: &Change) -> Option<Why> {
    match change {
        _ if vault.version < VERSION => Some(Why::Migration),
        Change::Import { .. } | Change::Adopt(_) => Some(Why::Import),
        Change::MergeCopy(_) => Some(Why::Merge),
        Change::Several(changes) => changes.iter().find_map(|change| why_before(vault, change)),
        _ => None,
    }
}

/// 122 random bits as a UUID of version 4.
pub(super) fn random_id(entropy: &dyn Entropy) -> EntryId {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    EntryId(uuid::Builder::from_random_bytes(bytes).into_uuid().as_u128())
}
