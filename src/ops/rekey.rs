//! The change of the passphrase, once for both front ends, with what belongs to it.

use super::session::Session;
use crate::error::{ErrorKind, Result};
use crate::secret::SecretText;
use crate::vault::backup::Why;
use crate::vault::store::{Rekeyed, WorkFactor};

/// What a change of the passphrase can't reach.
pub const OLDER_COPIES: &str = "Older copies of the vault still open with the old passphrase: delete those you don't need";

/// Changes the passphrase; where it returns, the new one holds. A backup is made and a remembered unlock is forgotten before,
/// and afterwards the backups within reach are sealed anew. Whatever else has to follow a change belongs here, with the old keys
/// and the new recipients of [`Rekeyed`].
pub fn change_passphrase(session: &mut Session, new: &SecretText, work_factor: Option<WorkFactor>) -> Result<Rekeyed> {
    // One that can't be made is told of until it can, and holds up no change; a vault that is busy is not changed either.
    if let Err(error) = session.back_up(Why::Passphrase)
        && error.kind == ErrorKind::Busy
    {
        return Err(error);
    }
    // Before: wherever the change is cut short, nothing opens the vault without the passphrase.
    session.forget_remembered();
    let rekeyed = session.store_mut()?.change_passphrase(new, work_factor)?;
    session.rekey_backups();
    Ok(rekeyed)
}
