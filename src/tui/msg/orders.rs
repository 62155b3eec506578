//! What some jobs are told in detail: what to read, what to export, what to do about unlock methods.

use crate::secret::SecretText;
use crate::vault::entry::EntryId;
use std::path::PathBuf;

/// What is to be read, and what opens it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub from: Origin,
    pub password: Option<SecretText>,
    pub key_file: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    ClipboardPicture,
    Screen,
    /// Files read together, or a folder.
    Files(Vec<PathBuf>),
    Text(SecretText),
}

/// Which entries are exported.
#[derive(Clone, Debug, PartialEq)]
pub enum Which {
    /// All that are not in the trash.
    All,
    Marked(Vec<EntryId>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct ExportOrder {
    /// The format's id.
    pub format: &'static str,
    pub which: Which,
    pub password: Option<SecretText>,
    pub path: PathBuf,
    pub overwrite: bool,
}

/// What is done about unlock methods.
#[derive(Clone, Debug, PartialEq)]
pub enum KeysAct {
    ChangePassphrase {
        /// As it is now, where the vault was opened by it.
        old: Option<SecretText>,
        new: SecretText,
    },
    /// Makes a recovery key, which is no method yet.
    MakeRecovery,
    /// The recovery key that was made and typed back.
    AddRecovery(SecretText),
    AddSsh {
        path: String,
        name: Option<String>,
    },
    AddPlugin {
        path: String,
        name: Option<String>,
    },
    AddPerson {
        recipient: String,
        name: Option<String>,
    },
    /// By its name or id.
    Remove(String),
}

#[derive(Clone, Debug, PartialEq)]
pub enum KeysDone {
    /// A recovery key to be shown once.
    Made(SecretText),
    /// For a toast, with what is said more quietly.
    Said(String, String),
    /// The method, and the entries whose secrets its holder may have read.
    Removed { name: String, exposed: Vec<String> },
}
