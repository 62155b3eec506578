//! Other vaults, and what goes to them.

use crate::ops::send::Sending;
use crate::ops::vaults::Named;
use crate::vault::entry::EntryId;
use crate::vault::store::Way;

/// Entries that go to another vault.
#[derive(Clone, Debug, PartialEq)]
pub struct SendOrder {
    pub ids: Vec<EntryId>,
    /// What they are called in a sentence: "GitHub", "3 entries".
    pub what: String,
    pub sending: Sending,
    pub to: Named,
}

/// A vault that can be opened instead of this one.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherVault {
    pub vault: Named,
    /// The ways to unlock it that its files tell of.
    pub ways: Vec<Way>,
    /// It is the one at hand.
    pub is_current: bool,
}

impl SendOrder {
    /// For the footer: what is done at last.
    pub fn verb(&self) -> &'static str {
        match self.sending {
            Sending::Copy => "copy",
            Sending::Move => "move",
        }
    }

    /// "Copied", "Moved".
    pub fn done(&self) -> &'static str {
        match self.sending {
            Sending::Copy => "Copied",
            Sending::Move => "Moved",
        }
    }

    pub fn title(&self) -> String {
        format!("{} {} to", crate::tui::state::sentence(self.verb()), self.what)
    }
}
