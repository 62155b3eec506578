//! The vault: the open set of entries in memory, and its files on disk.
//! `entry` and `schema` are the data, `seal` the encryption, `store` the files, `merge` the joining of copies,
//! `backup` the proved copies.

pub mod backup;
pub mod devices;
pub mod entry;
pub mod merge;
pub mod schema;
pub mod seal;
pub mod stamp;
pub mod store;

use crate::secret::SecretText;
use devices::DeviceTable;
use entry::{Entry, EntryId};
use serde_json::{Map, Value};
use stamp::{Stamp, Stamped};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The payload version this program writes. A higher one opens read-only.
pub const VERSION: u64 = 1;

/// The open vault. Entries are shared, so a changed copy of the vault costs only what changed.
#[derive(Clone, PartialEq)]
pub struct Vault {
    pub version: u64,
    /// 256 random bits, hexadecimal; tells one vault from another.
    pub id: String,
    /// What the user calls it; empty where nothing was set.
    pub name: Stamped<String>,
    /// In no particular order on disk; sorted by id in memory.
    pub entries: Vec<Arc<Entry>>,
    pub methods: Vec<Method>,
    /// Method keys that were replaced, kept so that older copies can still be read.
    pub retired: Vec<RetiredKey>,
    /// The highest stamp ever given by each device, even where a later edit has covered it.
    pub clocks: BTreeMap<u64, Stamp>,
    pub devices: DeviceTable,
    /// Entries that could not be read at all, as their JSON text, sorted; written back unchanged.
    pub unread: Vec<SecretText>,
    /// Unknown fields of the payload, kept for a newer version.
    pub extra: Map<String, Value>,
}

/// One way to open the store: who can, by which recipient.
#[derive(Clone, PartialEq)]
pub struct Method {
    /// The file name under `unlock/` without `.age`, or the name given by the user.
    pub name: String,
    /// `passphrase`, `recovery`, `plugin`, `ssh`, `person`; others are kept.
    pub kind: String,
    /// The age recipient of its method key (`age1…`). Never written in clear outside the payload.
    pub recipient: String,
    pub added: Stamp,
    pub removed: Option<Stamp>,
    pub extra: Map<String, Value>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RetiredKey {
    /// `AGE-SECRET-KEY-1…`
    pub identity: SecretText,
    pub retired: Stamp,
}

/// All but the id, which tells whose vault it is, and the content of `extra`, which may hold secrets.
impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("version", &self.version)
            .field("id", &"[id]")
            .field("name", &self.name)
            .field("entries", &self.entries)
            .field("methods", &self.methods)
            .field("retired", &self.retired)
            .field("clocks", &self.clocks)
            .field("unread", &self.unread)
            .field("extra", &format_args!("[{} unknown]", self.extra.len()))
            .finish()
    }
}

/// All but the recipient, which never stands in clear outside the payload, and the content of `extra`.
impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Method")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("recipient", &"[recipient]")
            .field("added", &self.added)
            .field("removed", &self.removed)
            .field("extra", &format_args!("[{} unknown]", self.extra.len()))
            .finish()
    }
}

/// The kinds of unlock methods that this program knows; others are kept as they are.
pub struct MethodKind;

impl MethodKind {
    /// A key wrapped by scrypt in `unlock/passphrase.age`.
    pub const PASSPHRASE: &str = "passphrase";
    /// An age key kept outside, on paper: a recipient directly.
    pub const RECOVERY: &str = "recovery";
    /// A key wrapped to an age plugin in `unlock/NAME.age`.
    pub const PLUGIN: &str = "plugin";
    /// A key wrapped to an SSH key in `unlock/NAME.age`.
    pub const SSH: &str = "ssh";
    /// Another person's age key: a recipient directly.
    pub const PERSON: &str = "person";
}

impl Method {
    pub fn new(name: impl Into<String>, kind: &str, recipient: String, added: Stamp) -> Self {
        Method { name: name.into(), kind: kind.into(), recipient, added, removed: None, extra: Map::new() }
    }

    /// Whether its key is wrapped in a file of its name under `unlock/`.
    pub fn has_file(&self) -> bool {
        matches!(self.kind.as_str(), MethodKind::PASSPHRASE | MethodKind::PLUGIN | MethodKind::SSH)
    }

    /// The same without the passphrase: its file has one name for good, and is chosen together with its key.
    pub fn has_own_file(&self) -> bool {
        self.has_file() && self.kind != MethodKind::PASSPHRASE
    }

    pub fn in_use(&self) -> bool {
        self.removed.is_none_or(|removed| removed < self.added)
    }
}

impl Vault {
    /// An empty vault of this version.
    pub fn new(id: impl Into<String>) -> Self {
        Vault {
            version: VERSION,
            id: id.into(),
            name: Stamped::new(Stamp::default(), String::new()),
            entries: Vec::new(),
            methods: Vec::new(),
            retired: Vec::new(),
            clocks: BTreeMap::new(),
            devices: DeviceTable::default(),
            unread: Vec::new(),
            extra: Map::new(),
        }
    }

    /// Whether a passphrase is among the methods in use.
    pub fn has_passphrase(&self) -> bool {
        self.methods.iter().any(|method| method.in_use() && method.kind == MethodKind::PASSPHRASE)
    }

    /// The methods in use that have files of their own under `unlock/`.
    pub fn with_own_file(&self) -> impl Iterator<Item = &Method> {
        self.methods.iter().filter(|method| method.in_use() && method.has_own_file())
    }

    /// Whether one of these keys is of a method in use.
    pub fn is_opened_by(&self, keys: &[seal::MethodKey]) -> bool {
        keys.iter().any(|key| self.method_name(&key.recipient()).is_some())
    }

    /// What the method of this recipient is called, if it is in use.
    pub fn method_name(&self, recipient: &str) -> Option<&str> {
        let mut of_it = self.methods.iter().filter(|method| method.in_use() && method.recipient == recipient);
        of_it.next().map(|method| method.name.as_str())
    }

    /// The largest stamp seen in it; what a [`stamp::Stamper`] starts from.
    pub fn highest(&self) -> Stamp {
        self.clocks.values().copied().max().unwrap_or_default()
    }

    /// Remembers that `at` was given.
    pub fn note_stamp(&mut self, at: Stamp) {
        if at > Stamp::default() {
            let clock = self.clocks.entry(at.device).or_insert(at);
            *clock = at.max(*clock);
        }
    }

    /// The entry with this id, in the trash or not.
    pub fn entry(&self, id: EntryId) -> Option<&Arc<Entry>> {
        self.entries.binary_search_by_key(&id, |entry| entry.id).ok().map(|at| &self.entries[at])
    }

    /// For changing one entry in place (copied first if it is shared).
    pub fn entry_mut(&mut self, id: EntryId) -> Option<&mut Entry> {
        let at = self.entries.binary_search_by_key(&id, |entry| entry.id).ok()?;
        Some(Arc::make_mut(&mut self.entries[at]))
    }

    /// Adds an entry, or replaces the one of the same id.
    pub fn insert(&mut self, entry: Entry) {
        match self.entries.binary_search_by_key(&entry.id, |entry| entry.id) {
            Ok(at) => self.entries[at] = Arc::new(entry),
            Err(at) => self.entries.insert(at, Arc::new(entry)),
        }
    }

    /// Entries that are not in the trash.
    pub fn active(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries.iter().filter(|entry| !entry.is_deleted())
    }

    /// Entries in the trash that were not purged.
    pub fn trash(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries.iter().filter(|entry| entry.is_deleted() && !entry.is_purged())
    }
}
