//! An account not yet enrolled: what an importer or the wizard has, without ids and stamps.

use crate::otp::Credential;
use crate::otp::uri::Labelled;
use crate::secret::SecretText;
use serde_json::Value;

#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub issuer: String,
    pub account: String,
    /// `credential.counter` is the next counter to use.
    pub credential: Credential,
    pub tags: Vec<String>,
    pub note: String,
    pub pinned: bool,
    pub pending: bool,
    /// The code and whether it was used.
    pub recovery_codes: Vec<(SecretText, bool)>,
    /// Replaced credentials, newest first.
    pub history: Vec<Credential>,
    /// What an unknown kind brought.
    pub raw: Option<Value>,
    /// Of our own JSON: in the trash.
    pub deleted: bool,
}

impl Draft {
    pub fn new(credential: Credential) -> Self {
        Draft {
            issuer: String::new(),
            account: String::new(),
            credential,
            tags: Vec::new(),
            note: String::new(),
            pinned: false,
            pending: false,
            recovery_codes: Vec::new(),
            history: Vec::new(),
            raw: None,
            deleted: false,
        }
    }
}

impl From<Labelled> for Draft {
    fn from(labelled: Labelled) -> Self {
        Draft {
            issuer: labelled.issuer.unwrap_or_default(),
            account: labelled.account.unwrap_or_default(),
            ..Draft::new(labelled.credential)
        }
    }
}
