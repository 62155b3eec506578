//! An open vault as both front ends hold it: apply a change, take in what others wrote. In memory only for the demo.

use super::change::{self, Change, Outcome};
use crate::error::{Error, Result};
use crate::ports::Entropy;
use crate::secret::SecretText;
use crate::vault::Vault;
use crate::vault::entry::EntryId;
use crate::vault::stamp::Stamper;
use crate::vault::store::{self, OpenStore, Trust, WorkFactor, World};
use std::collections::BTreeSet;
use std::path::Path;

pub struct Session {
    world: World,
    backing: Backing,
    /// What was said of conflict copies that stay where they are: once is enough.
    told: BTreeSet<String>,
}

enum Backing {
    Store(Box<OpenStore>),
    /// `countersign demo`: nothing is written.
    Memory(Box<Vault>),
}

impl Session {
    pub fn create(world: &World, folder: &Path, passphrase: &SecretText, work_factor: WorkFactor) -> Result<Session> {
        let store = store::create(world, folder, passphrase, work_factor)?;
        Ok(Session::with(world, Backing::Store(Box::new(store))))
    }

    pub fn unlock(world: &World, folder: &Path, passphrase: &SecretText, trust: Trust) -> Result<Session> {
        let store = store::unlock(world, folder, passphrase, trust)?;
        Ok(Session::with(world, Backing::Store(Box::new(store))))
    }

    pub fn in_memory(world: &World, vault: Vault) -> Session {
        Session::with(world, Backing::Memory(Box::new(vault)))
    }

    fn with(world: &World, backing: Backing) -> Session {
        Session { world: world.clone(), backing, told: BTreeSet::new() }
    }

    pub fn vault(&self) -> &Vault {
        match &self.backing {
            Backing::Store(store) => store.vault(),
            Backing::Memory(vault) => vault,
        }
    }

    pub fn is_demo(&self) -> bool {
        matches!(self.backing, Backing::Memory(_))
    }

    pub fn read_only(&self) -> Option<&str> {
        match &self.backing {
            Backing::Store(store) => store.read_only(),
            Backing::Memory(_) => None,
        }
    }

    /// Sentences to show once after opening.
    pub fn warnings(&self) -> &[String] {
        match &self.backing {
            Backing::Store(store) => store.warnings(),
            Backing::Memory(_) => &[],
        }
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    /// Applies a change and saves it; returns only after it is on the disk. On an error the vault is as it was.
    pub fn apply(&mut self, change: Change) -> Result<Outcome> {
        let entropy = self.world.entropy.clone();
        let mut new_id = || random_id(&*entropy);
        match &mut self.backing {
            Backing::Store(store) => store.change(|vault, stamper| change::apply(vault, stamper, &mut new_id, change)),
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

    /// Where the vault's files are; `None` for the demo.
    pub fn folder(&self) -> Option<&Path> {
        match &self.backing {
            Backing::Store(store) => Some(store.folder()),
            Backing::Memory(_) => None,
        }
    }

    pub(super) fn store(&mut self) -> Result<&mut OpenStore> {
        match &mut self.backing {
            Backing::Store(store) => Ok(store),
            Backing::Memory(_) => Err(Error::failed("the demo has no files")),
        }
    }

    /// Folds in the conflict copies that lie beside the vault, and says what became of each that was not told of before.
    pub fn fold_conflict_copies(&mut self) -> Vec<String> {
        if self.is_demo() {
            return Vec::new();
        }
        let (mut said, standing) = super::merge::fold_conflict_copies(self);
        said.extend(standing.into_iter().filter(|sentence| self.told.insert(sentence.clone())));
        said
    }

    pub fn refresh(&mut self) -> Result<bool> {
        match &mut self.backing {
            Backing::Store(store) => store.refresh(),
            Backing::Memory(_) => Ok(false),
        }
    }
}

/// 122 random bits as a UUID of version 4.
fn random_id(entropy: &dyn Entropy) -> EntryId {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    EntryId(uuid::Builder::from_random_bytes(bytes).into_uuid().as_u128())
}
