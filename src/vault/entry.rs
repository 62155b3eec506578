//! An enrolled account as the vault keeps it: every field with its stamp, so that copies can be merged.
//! Nothing is validated on load: an entry that can't be computed is kept and shown as such.

use super::stamp::{Stamp, Stamped};
use crate::otp::Credential;
use crate::secret::SecretText;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// 128 random bits, written as a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub u128);

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        uuid::Uuid::from_u128(self.0).fmt(f)
    }
}

impl EntryId {
    pub fn parse(text: &str) -> Option<EntryId> {
        uuid::Uuid::try_parse(text).ok().map(|id| EntryId(id.as_u128()))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Saved, but the site has not yet accepted a code.
    Pending,
    Active,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Active => "active",
        }
    }
}

/// One of a site's own backup codes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecoveryCode {
    pub code: SecretText,
    pub used: Option<Stamp>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub id: EntryId,
    pub created: Stamp,
    pub issuer: Stamped<String>,
    pub account: Stamped<String>,
    pub note: Stamped<String>,
    pub pinned: Stamped<bool>,
    pub status: Stamped<Status>,
    /// The credential codes are made of. Its stamp tells credentials apart.
    pub credential: Stamped<Credential>,
    /// HOTP: the next counter to use with `credential`; a merge takes the larger.
    pub counter: u64,
    /// A re-enrolment not confirmed yet; `credential` stays in use until it is.
    pub candidate: Option<Stamped<Credential>>,
    /// Replaced credentials, newest first, at most [`HISTORY`].
    pub history: Vec<Stamped<Credential>>,
    pub tags: BTreeMap<String, Stamped<bool>>,
    /// Manual order: a fractional index, empty where none was set.
    pub order: Stamped<String>,
    /// The current set, stamped when it was pasted.
    pub recovery_codes: Stamped<Vec<RecoveryCode>>,
    /// Older sets, newest first.
    pub recovery_history: Vec<Stamped<Vec<RecoveryCode>>>,
    /// Moved to the trash. An edit newer than it brings the entry back.
    pub deleted: Option<Stamp>,
    /// Taken out of the trash for good: only id and stamps stay.
    pub purged: Option<Stamp>,
    /// What an unknown kind brought, as it came.
    pub raw: Option<Value>,
    /// Unknown fields, kept for a newer version.
    pub extra: Map<String, Value>,
}

/// How many replaced credentials and recovery sets are kept.
pub const HISTORY: usize = 3;

impl Entry {
    /// An entry as first enrolled: every field carries the creation stamp.
    pub fn new(id: EntryId, at: Stamp, credential: Credential) -> Self {
        Entry {
            id,
            created: at,
            issuer: Stamped::new(at, String::new()),
            account: Stamped::new(at, String::new()),
            note: Stamped::new(at, String::new()),
            pinned: Stamped::new(at, false),
            status: Stamped::new(at, Status::Active),
            counter: credential.counter,
            credential: Stamped::new(at, credential),
            candidate: None,
            history: Vec::new(),
            tags: BTreeMap::new(),
            order: Stamped::new(at, String::new()),
            recovery_codes: Stamped::new(at, Vec::new()),
            recovery_history: Vec::new(),
            deleted: None,
            purged: None,
            raw: None,
            extra: Map::new(),
        }
    }

    /// The largest stamp of any edit (deletion is not one).
    pub fn newest_edit(&self) -> Stamp {
        let mut newest = self.created;
        let mut see = |at: Stamp| newest = newest.max(at);
        see(self.issuer.at);
        see(self.account.at);
        see(self.note.at);
        see(self.pinned.at);
        see(self.status.at);
        see(self.credential.at);
        see(self.order.at);
        see(self.recovery_codes.at);
        self.candidate.iter().for_each(|candidate| see(candidate.at));
        self.tags.values().for_each(|tag| see(tag.at));
        self.recovery_codes.value.iter().filter_map(|code| code.used).for_each(&mut see);
        newest
    }

    pub fn is_deleted(&self) -> bool {
        self.is_purged() || self.deleted.is_some_and(|at| at > self.newest_edit())
    }

    pub fn is_purged(&self) -> bool {
        self.purged.is_some_and(|at| at > self.newest_edit())
    }

    pub fn is_pending(&self) -> bool {
        self.status.value == Status::Pending
    }

    /// The tags that are set, sorted.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.iter().filter(|(_, flag)| flag.value).map(|(tag, _)| tag.as_str())
    }

    /// What to call it in a sentence: the issuer, else the account, else "unnamed entry".
    pub fn label(&self) -> &str {
        [self.issuer.value.as_str(), self.account.value.as_str()]
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or("unnamed entry")
    }

    pub fn recovery_codes_left(&self) -> usize {
        self.recovery_codes.value.iter().filter(|code| code.used.is_none()).count()
    }
}
