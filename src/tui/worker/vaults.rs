//! The worker's part in several vaults: which there are, going over to another, sending entries there.

use super::keys::Answers;
use super::{Worker, locked};
use crate::error::{ErrorKind, Result};
use crate::ops::send;
use crate::ops::unlock::Opening;
use crate::ops::vaults::{self, Named};
use crate::secret::SecretText;
use crate::tui::msg::{Done, OtherVault, SendOrder};
use crate::vault::store::{self, Presence, Trust};
use std::path::PathBuf;

impl Worker {
    /// The one at hand is among them, wherever it lies.
    pub(super) fn list_vaults(&self) -> Done {
        let mut vaults = vaults::list(&self.world, &self.beside);
        if vaults.iter().all(|vault| vault.folder != self.vault) && vaults::is_there(&self.world, &self.vault) {
            vaults.insert(0, Named::of(&self.vault));
        }
        let vaults = vaults.into_iter().map(|vault| self.other(vault)).collect();
        Done::Vaults { vaults, beside: self.beside.clone() }
    }

    fn other(&self, vault: Named) -> OtherVault {
        OtherVault {
            ways: store::ways(&self.world, &vault.folder),
            is_current: vault.folder == self.vault,
            is_remembered: store::is_remembered(&self.world, &vault.folder),
            vault,
        }
    }

    /// Locks the open vault; an unlock that is remembered stays so, for nobody went away.
    pub(super) fn switch(&mut self, folder: PathBuf) -> Result<(OtherVault, bool)> {
        let is_there = match store::presence(&self.world, &folder) {
            Ok(presence) => presence != Presence::Nothing,
            // Opening it says what is wrong with it.
            Err(error) if error.kind == ErrorKind::VaultDamaged => true,
            Err(error) => return Err(error),
        };
        self.session = None;
        // What was said of the vault at hand says nothing of others.
        self.trust = Trust::Pinned;
        self.vault = folder;
        Ok((self.other(Named::of(&self.vault)), is_there))
    }

    pub(super) fn send(&mut self, order: SendOrder, opening: &Opening, answers: Vec<SecretText>) -> Done {
        let answers = Answers::new(answers);
        let opened = self.at_home(opening.clone()).unlock(&self.world, &order.to.folder, answers.clone(), Trust::Pinned);
        if let (Err(error), Some(question)) = (&opened, answers.asked())
            && error.kind == ErrorKind::Locked
        {
            return Done::Asked(question);
        }
        let result = opened.and_then(|other| {
            let mut other = other.with_backups(&self.backups);
            let sent = send::send(self.session.as_mut().ok_or_else(locked)?, &mut other, &order.ids, order.sending)?;
            let troubles = other.warnings().iter().cloned().chain(other.backup_troubles());
            Ok((sent, troubles.map(|what| format!("{}: {what}", order.to.name)).collect()))
        });
        Done::Sent { order, snapshot: self.snapshot(), result }
    }
}
