//! The store: the vault's files on disk. Every write is: lock; re-read and merge if the ciphertext changed;
//! temporary file in the same folder; fsync; rename; fsync the folder.

use super::Vault;
use crate::error::Result;
use crate::ports::{Clock, Entropy, Storage};
use crate::secret::SecretText;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the store needs of the outside world.
#[derive(Clone)]
pub struct World {
    pub storage: Arc<dyn Storage>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// `$XDG_STATE_HOME/countersign`: device id, pinned vaults, highest stamps.
    pub state_folder: PathBuf,
}

/// log2 N of scrypt.
pub type WorkFactor = u8;
pub const DEFAULT_WORK_FACTOR: WorkFactor = 18;

/// An open vault and the keys to save it. Dropping it locks the vault.
pub struct OpenStore {
    _todo: (),
}

/// What is at a place before it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    Nothing,
    Vault,
}

pub fn presence(world: &World, folder: &Path) -> Result<Presence> {
    let _ = (world, folder);
    todo!()
}

/// Makes a new vault with one passphrase. Refuses (`WouldOverwrite`) where there is any vault already.
pub fn create(world: &World, folder: &Path, passphrase: &SecretText, work_factor: WorkFactor) -> Result<OpenStore> {
    let _ = (world, folder, passphrase, work_factor);
    todo!()
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
    let _ = (world, folder, passphrase, trust);
    todo!()
}

impl OpenStore {
    pub fn vault(&self) -> &Vault {
        todo!()
    }

    /// Why nothing can be saved, if so.
    pub fn read_only(&self) -> Option<&str> {
        todo!()
    }

    /// Sentences to show once after opening (first opening on this machine with its fingerprint, older state put back, wild clocks …).
    pub fn warnings(&self) -> &[String] {
        todo!()
    }

    /// The one way to change the vault: takes the lock, reads what others wrote, lets `edit` change a copy, writes it, and only then keeps it.
    /// Where `edit` fails nothing is written and the vault stays as it was.
    pub fn change<T>(&mut self, edit: impl FnOnce(&mut Vault, &mut super::stamp::Stamper) -> Result<T>) -> Result<T> {
        let _ = edit;
        todo!()
    }

    /// Takes in what another process wrote since. Returns whether anything changed.
    pub fn refresh(&mut self) -> Result<bool> {
        todo!()
    }
}
