//! An open vault as both front ends hold it: apply a change, take in what others wrote. In memory only for the demo.

use super::change::{Change, Outcome};
use crate::error::Result;
use crate::secret::SecretText;
use crate::vault::Vault;
use crate::vault::store::{self, OpenStore, Trust, WorkFactor, World};
use std::path::Path;

pub struct Session {
    world: World,
    backing: Backing,
}

enum Backing {
    Store(Box<OpenStore>),
    /// `countersign demo`: nothing is written.
    Memory(Vault),
}

impl Session {
    pub fn create(world: &World, folder: &Path, passphrase: &SecretText, work_factor: WorkFactor) -> Result<Session> {
        let store = store::create(world, folder, passphrase, work_factor)?;
        Ok(Session { world: world.clone(), backing: Backing::Store(Box::new(store)) })
    }

    pub fn unlock(world: &World, folder: &Path, passphrase: &SecretText, trust: Trust) -> Result<Session> {
        let store = store::unlock(world, folder, passphrase, trust)?;
        Ok(Session { world: world.clone(), backing: Backing::Store(Box::new(store)) })
    }

    pub fn in_memory(world: &World, vault: Vault) -> Session {
        Session { world: world.clone(), backing: Backing::Memory(vault) }
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

    /// Applies a change and saves it; returns only after it is on the disk.
    pub fn apply(&mut self, change: Change) -> Result<Outcome> {
        let _ = (&self.world, change);
        todo!()
    }

    pub fn refresh(&mut self) -> Result<bool> {
        match &mut self.backing {
            Backing::Store(store) => store.refresh(),
            Backing::Memory(_) => Ok(false),
        }
    }
}
