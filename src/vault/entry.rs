//! An enrolled account as the vault keeps it: every field with its stamp, so that copies can be merged.
//! Nothing is validated on load: an entry that can't be computed is kept and shown as such.

mod counted;
mod credentials;

use super::stamp::{Stamp, Stamped};
use crate::otp::{Credential, Kind};
use crate::secret::{Secret, SecretText};
use crate::words::folded;
pub use counted::Counted;
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
    /// The text of `Display`, without an allocation.
    pub fn write(self, buffer: &mut [u8; 36]) -> &str {
        uuid::Uuid::from_u128(self.0).hyphenated().encode_lower(buffer)
    }

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
    /// Stamped like its set until it is marked.
    pub used: Stamped<bool>,
}

impl RecoveryCode {
    pub fn new(at: Stamp, code: SecretText, used: bool) -> Self {
        RecoveryCode { code, used: Stamped::new(at, used) }
    }
}

/// `Eq`, so that comparing shared entries looks at their addresses first.
#[derive(Clone, PartialEq, Eq)]
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
    pub candidate: Option<Box<Stamped<Credential>>>,
    /// Candidates of other machines that lost against `candidate` in a merge, newest first.
    pub rivals: Vec<Stamped<Credential>>,
    /// Other credentials, newest first, each with its running counter: at most [`HISTORY`] that were replaced on purpose,
    /// and every one that lost a merge.
    pub history: Vec<Stamped<Credential>>,
    /// The stamps of credentials and candidates that gave way on purpose, ascending: by it a merge tells a replaced one from a lost one.
    pub superseded: Vec<Stamp>,
    /// HOTP: which of the credentials count as one.
    pub counted: Counted,
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

/// All but the content of `raw` and `extra`, which may hold secrets in a form of their own.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("id", &self.id)
            .field("created", &self.created)
            .field("issuer", &self.issuer)
            .field("account", &self.account)
            .field("note", &self.note)
            .field("pinned", &self.pinned)
            .field("status", &self.status)
            .field("credential", &self.credential)
            .field("counter", &self.counter)
            .field("candidate", &self.candidate)
            .field("rivals", &self.rivals)
            .field("history", &self.history)
            .field("superseded", &self.superseded)
            .field("counted", &self.counted)
            .field("tags", &self.tags)
            .field("order", &self.order)
            .field("recovery_codes", &self.recovery_codes)
            .field("recovery_history", &self.recovery_history)
            .field("deleted", &self.deleted)
            .field("purged", &self.purged)
            .field("raw", &self.raw.as_ref().map(|_| "[raw]"))
            .field("extra", &format_args!("[{} unknown]", self.extra.len()))
            .finish()
    }
}

/// Sorts by issuer, then account, case aside, then the age. Most comparisons end at the beginning of the text, which is a number
/// here: of ten thousand entries that halves the time to sort them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct NameKey {
    start: u128,
    text: String,
    /// Equal names come in the order their entries were made.
    made: (Stamp, EntryId),
}

/// How many replaced credentials are kept.
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
            rivals: Vec::new(),
            history: Vec::new(),
            superseded: Vec::new(),
            counted: Counted::default(),
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

    /// The stamps of the fields that have one of their own.
    pub fn field_stamps(&self) -> [Stamp; 8] {
        [
            self.issuer.at,
            self.account.at,
            self.note.at,
            self.pinned.at,
            self.status.at,
            self.credential.at,
            self.order.at,
            self.recovery_codes.at,
        ]
    }

    /// Whether nothing but the enrolment ever happened to it, so that it has one stamp.
    pub fn is_untouched(&self) -> bool {
        let is_plain = self.tags.is_empty() && self.recovery_codes.value.is_empty() && self.recovery_history.is_empty();
        let is_settled = self.candidate.is_none()
            && self.rivals.is_empty()
            && self.history.is_empty()
            && self.superseded.is_empty()
            && self.counted.is_empty();
        let is_there = self.deleted.is_none() && self.purged.is_none();
        is_plain && is_settled && is_there && self.field_stamps().iter().all(|at| *at == self.created)
    }

    /// The stamps of everything that counts as an edit: all but deletion and purge.
    fn edits(&self) -> impl Iterator<Item = Stamp> {
        let credentials = self.candidate.as_deref().into_iter().chain(&self.rivals).chain(&self.history).map(|one| one.at);
        let sets = [&self.recovery_codes].into_iter().chain(&self.recovery_history);
        let sets = sets.flat_map(|set| set.value.iter().map(|code| code.used.at).chain([set.at]));
        let others = credentials.chain(self.superseded.iter().copied()).chain(sets).chain(self.tags.values().map(|tag| tag.at));
        self.field_stamps().into_iter().chain([self.created]).chain(others)
    }

    /// The largest stamp of any edit (deletion is not one).
    pub fn newest_edit(&self) -> Stamp {
        self.edits().fold(self.created, Stamp::max)
    }

    /// Every stamp in it, in any order.
    pub fn each_stamp(&self, see: impl FnMut(Stamp)) {
        self.edits().chain(self.counted.stamps()).chain(self.deleted).chain(self.purged).for_each(see);
    }

    /// Every stamp in it, to be changed.
    pub fn each_stamp_mut(&mut self, mut change: impl FnMut(&mut Stamp)) {
        let fields = [
            &mut self.created,
            &mut self.issuer.at,
            &mut self.account.at,
            &mut self.note.at,
            &mut self.pinned.at,
            &mut self.status.at,
            &mut self.credential.at,
            &mut self.order.at,
        ];
        let credentials = self.candidate.as_deref_mut().into_iter().chain(&mut self.rivals).chain(&mut self.history);
        let sets = [&mut self.recovery_codes].into_iter().chain(&mut self.recovery_history);
        let sets = sets.flat_map(|set| set.value.iter_mut().map(|code| &mut code.used.at).chain([&mut set.at]));
        let others = credentials.map(|one| &mut one.at).chain(&mut self.superseded).chain(self.counted.stamps_mut()).chain(sets);
        let tags = self.tags.values_mut().map(|tag| &mut tag.at);
        let ends = self.deleted.iter_mut().chain(&mut self.purged);
        fields.into_iter().chain(others).chain(tags).chain(ends).for_each(&mut change);
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

    /// What stays of an entry that was purged: its id and the stamp. All else is older than any edit.
    pub fn tombstone(id: EntryId, purged: Option<Stamp>) -> Self {
        let nothing = Credential::new(Kind::Unknown, Secret::new(Vec::new()));
        let mut entry = Entry::new(id, Stamp::default(), nothing);
        entry.purged = purged;
        entry
    }

    /// Whether the place of the credential is empty, as a purge leaves it.
    pub fn has_no_credential(&self) -> bool {
        let Credential { kind, secret, .. } = &self.credential.value;
        self.credential.at == Stamp::default() && *kind == Kind::Unknown && secret.is_empty()
    }

    /// Takes everything out but the id and the stamp of the purge.
    pub fn purge(&mut self, at: Stamp) {
        *self = Entry::tombstone(self.id, Some(at));
    }

    /// Whether a new secret waits to be confirmed while the old one stays in use.
    pub fn has_waiting_secret(&self) -> bool {
        self.candidate.is_some() && !self.is_pending()
    }

    /// A new set of recovery codes; the old one is kept if it held any.
    pub fn set_recovery_codes(&mut self, at: Stamp, codes: Vec<RecoveryCode>) {
        let old = std::mem::replace(&mut self.recovery_codes, Stamped::new(at, codes));
        if !old.value.is_empty() {
            self.recovery_history.push(old);
            self.recovery_history.sort_by(|a, b| b.cmp(a));
        }
    }

    /// The tags that are set, sorted.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.iter().filter(|(_, flag)| flag.value).map(|(tag, _)| tag.as_str())
    }

    /// What tells it from others in a sentence: "GitHub (hugo)", else the one name there is. As it was written: whoever shows it cleans it.
    pub fn called(&self) -> String {
        match (self.issuer.value.as_str(), self.account.value.as_str()) {
            ("", _) | (_, "") => self.label().to_owned(),
            (issuer, account) => format!("{issuer} ({account})"),
        }
    }

    /// Pinned first, then by issuer and account, case and accents aside.
    pub fn sort_key(&self) -> impl Ord + use<> {
        (!self.pinned.value, self.name_key())
    }

    pub fn name_key(&self) -> NameKey {
        let mut text = folded(&self.issuer.value);
        // Before every other character: a shorter issuer comes first.
        text.push('\0');
        text.push_str(&folded(&self.account.value));
        let mut start = [0; 16];
        let length = text.len().min(start.len());
        start[..length].copy_from_slice(&text.as_bytes()[..length]);
        NameKey { start: u128::from_be_bytes(start), text, made: (self.created, self.id) }
    }

    /// What to call it in a sentence: the issuer, else the account, else "unnamed entry".
    pub fn label(&self) -> &str {
        [self.issuer.value.as_str(), self.account.value.as_str()]
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or("unnamed entry")
    }

    pub fn recovery_codes_left(&self) -> usize {
        self.recovery_codes.value.iter().filter(|code| !code.used.value).count()
    }
}
