//! What an import would do: each draft new, same, alike or in conflict with what the vault holds.

use super::change::Change;
use crate::transfer::{Draft, Found, Skipped};
use crate::vault::Vault;
use crate::vault::entry::EntryId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConflict {
    KeepBoth,
    Skip,
    Replace,
}

/// How a draft stands to the vault (DESIGN "Command line").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    New,
    /// Secret, parameters, issuer and account are in the vault already.
    Same(EntryId),
    /// The secret is there under another name: taken, and said.
    Alike(EntryId),
    /// Issuer and account are there with another secret.
    Conflict(EntryId),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub rows: Vec<(Draft, Standing)>,
    pub skipped: Vec<Skipped>,
    pub warnings: Vec<String>,
}

/// Drafts are compared with the vault, never with each other. Entries in the trash count as absent.
pub fn plan(vault: &Vault, found: Found) -> Plan {
    let _ = (vault, found);
    todo!()
}

impl Plan {
    /// The change that carries the plan out; `None` where nothing is left to do.
    pub fn change(self, on_conflict: OnConflict) -> Option<Change> {
        let _ = on_conflict;
        todo!()
    }
}
