//! The worker's part in several vaults: which there are, whether one can be gone over to, sending entries there.

use super::keys::Answers;
use super::{Worker, locked};
use crate::error::{Error, ErrorKind, Result};
use crate::ops::send;
use crate::ops::unlock::Opening;
use crate::ops::vaults::{self, Named};
use crate::secret::SecretText;
use crate::tui::msg::{Done, OtherVault, SendOrder};
use crate::vault::store::{self, Presence, Trust};
use std::path::Path;

impl Worker {
    /// Those beside each other, and this one wherever it lies.
    pub(super) fn list_vaults(&self, vault: &Path, at_hand: bool) -> Done {
        let mut vaults = vaults::list(&self.world, &self.beside);
        if vaults.iter().all(|other| other.folder != vault) && vaults::is_there(&self.world, vault) {
            vaults.insert(0, Named::of(vault));
        }
        let other = |other: Named| OtherVault { is_current: at_hand && other.folder == vault, ..self.look_at(other) };
        Done::Vaults { vaults: vaults.into_iter().map(other).collect(), beside: self.beside.clone() }
    }

    fn look_at(&self, vault: Named) -> OtherVault {
        OtherVault {
            ways: store::ways(&self.world, &vault.folder),
            is_current: false,
            is_remembered: store::is_remembered(&self.world, &vault.folder),
            vault,
        }
    }

    /// A damaged vault is found, too: opening it says what is wrong with it.
    pub(super) fn find_vault(&self, folder: &Path) -> Result<OtherVault> {
        match store::presence(&self.world, folder) {
            Ok(Presence::Nothing) => {
                let what = format!("there is no vault in {}", folder.display());
                Err(Error::new(ErrorKind::NoVault, what).hint("is its disk mounted?"))
            }
            Err(error) if error.kind != ErrorKind::VaultDamaged => Err(error),
            _ => Ok(self.look_at(Named::of(folder))),
        }
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
