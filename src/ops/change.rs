//! Everything that can be done to the entries of a vault, as values. `apply` is the only code that edits entries,
//! so the command line and the TUI can't differ, and a change can be sent to the worker, tested and undone.

use crate::error::Result;
use crate::otp::Credential;
use crate::secret::SecretText;
use crate::transfer::Draft;
use crate::vault::Vault;
use crate::vault::entry::EntryId;
use crate::vault::stamp::Stamper;

/// `None` in a field of [`Edit`] leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edit {
    pub issuer: Option<String>,
    pub account: Option<String>,
    pub note: Option<String>,
    pub pinned: Option<bool>,
    /// The whole new set of tags.
    pub tags: Option<Vec<String>>,
    /// HOTP: set the next counter by hand (a counter reset: a new credential stamp).
    pub counter: Option<u64>,
    /// Corrected parameters or secret; the old credential goes to the history.
    pub credential: Option<Credential>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Enrols drafts. Ids are new; `pending` of each draft decides the status.
    Enrol(Vec<Draft>),
    /// The site accepted a code: pending → active; a candidate credential takes the place of the old one.
    Confirm(EntryId),
    /// A new credential for an account that is there: kept as candidate until confirmed.
    Reenrol(EntryId, Credential),
    /// Drops the candidate.
    DropCandidate(EntryId),
    Edit(EntryId, Edit),
    /// To the trash.
    Delete(Vec<EntryId>),
    /// Back from the trash.
    Restore(Vec<EntryId>),
    /// Removes everything in the trash for good.
    EmptyTrash,
    /// HOTP: takes the next code. The counter is saved before anybody sees the code.
    NextCode(EntryId),
    /// Replaces the set of recovery codes; the old set is kept.
    SetRecoveryCodes(EntryId, Vec<SecretText>),
    /// Marks one recovery code (by position) as used or unused.
    MarkRecoveryCode {
        id: EntryId,
        index: usize,
        used: bool,
    },
    /// Imports: drafts as planned, with `replace` naming the entries whose credential is replaced by a draft.
    Import {
        add: Vec<Draft>,
        replace: Vec<(EntryId, Draft)>,
    },
    /// Several changes as one save (undo of a bulk change).
    Several(Vec<Change>),
}

/// What came of a change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Entries made or touched, in the order asked for.
    pub ids: Vec<EntryId>,
    /// Of `NextCode`: the code and the counter it was made with.
    pub code: Option<(SecretText, u64)>,
    /// What takes the change back, where that is possible.
    pub undo: Option<Box<Change>>,
}

/// Applies a change to the vault in memory. Ids come from `new_id`. On an error the vault may be half changed: the caller drops it.
pub fn apply(vault: &mut Vault, stamper: &mut Stamper, new_id: &mut dyn FnMut() -> EntryId, change: Change) -> Result<Outcome> {
    let _ = (vault, stamper, new_id, change);
    todo!()
}
