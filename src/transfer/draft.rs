//! An account not yet enrolled: what an importer or the wizard has, without stamps.

use super::steam;
use crate::otp::uri::Labelled;
use crate::otp::{Credential, Kind};
use crate::secret::SecretText;
use crate::words::composed;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fmt;

#[derive(Clone, PartialEq)]
pub struct Draft {
    /// Of our own JSON: which entry it was in the vault it came from. Never the id of a new entry.
    pub id: Option<u128>,
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
    /// A new credential that the site has not accepted yet.
    pub candidate: Option<Credential>,
    /// What an unknown kind brought, or the unknown parameters of a link.
    pub raw: Option<Value>,
    /// Of our own JSON: in the trash.
    pub deleted: bool,
    /// Names that stand beside a link which names itself otherwise: they are said of the file, and not kept.
    pub other_names: Vec<String>,
}

impl Draft {
    pub fn new(credential: Credential) -> Self {
        Draft {
            id: None,
            issuer: String::new(),
            account: String::new(),
            credential,
            tags: Vec::new(),
            note: String::new(),
            pinned: false,
            pending: false,
            recovery_codes: Vec::new(),
            history: Vec::new(),
            candidate: None,
            raw: None,
            deleted: false,
            other_names: Vec::new(),
        }
    }

    /// Parameters of the link it came from that this program has no place for.
    pub fn unknown_parameters(&self) -> Vec<(String, SecretText)> {
        let parameters = self.raw.as_ref().and_then(|raw| raw.get("parameters"));
        parameters.and_then(|list| Vec::deserialize(list).ok()).unwrap_or_default()
    }

    /// What a link can tell of it.
    pub fn labelled(&self) -> Labelled {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Labelled {
            issuer: text(&self.issuer),
            account: text(&self.account),
            credential: self.credential.clone(),
            unknown: self.unknown_parameters(),
        }
    }

    /// A tag is there or not: a file may list one twice.
    pub fn drop_repeated_tags(&mut self) {
        let mut seen = HashSet::new();
        self.tags.retain(|tag| seen.insert(composed(tag).into_owned()));
    }

    /// What to call it in a sentence: issuer and account, as far as there are any.
    pub fn label(&self) -> String {
        label(&self.issuer, &self.account).unwrap_or_else(|| "unnamed".to_owned())
    }
}

/// Issuer and account in one, as far as there are any.
pub(super) fn label(issuer: &str, account: &str) -> Option<String> {
    match (issuer, account) {
        ("", "") => None,
        ("", one) | (one, "") => Some(one.to_owned()),
        (issuer, account) => Some(format!("{issuer} ({account})")),
    }
}

/// All but the content of `raw`, which may hold secrets in a form of its own.
impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("id", &self.id)
            .field("issuer", &self.issuer)
            .field("account", &self.account)
            .field("credential", &self.credential)
            .field("tags", &self.tags)
            .field("note", &self.note)
            .field("pinned", &self.pinned)
            .field("pending", &self.pending)
            .field("recovery_codes", &self.recovery_codes)
            .field("history", &self.history)
            .field("candidate", &self.candidate)
            .field("raw", &self.raw.as_ref().map(|_| "[raw]"))
            .field("deleted", &self.deleted)
            .finish()
    }
}

impl From<Labelled> for Draft {
    fn from(labelled: Labelled) -> Self {
        // WinAuth's `data` holds Steam's session tokens, which have no business in a vault, and the true secret.
        let (data, unknown): (Vec<_>, Vec<_>) =
            labelled.unknown.into_iter().partition(|(name, _)| name.eq_ignore_ascii_case("data"));
        let mut credential = labelled.credential;
        let secret = data.iter().find_map(|(_, data)| steam::secret_of_winauth(data));
        if let (Kind::Steam, Some(secret)) = (credential.kind, secret) {
            credential.secret = secret;
        }
        Draft {
            issuer: labelled.issuer.unwrap_or_default(),
            account: labelled.account.unwrap_or_default(),
            raw: (!unknown.is_empty()).then(|| json!({ "parameters": unknown })),
            ..Draft::new(credential)
        }
    }
}
