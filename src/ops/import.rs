//! What an import would do: each draft new, same, alike or in conflict with what the vault holds.

use super::change::Change;
use crate::otp::{Credential, Kind};
use crate::transfer::{Draft, Found, Skipped};
use crate::vault::Vault;
use crate::vault::entry::{Entry, EntryId};
use crate::words::{folded, spelled};
use std::collections::{HashMap, HashSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConflict {
    KeepBoth,
    Skip,
    Replace,
}

impl OnConflict {
    /// Whether a draft of this standing would be taken.
    pub fn takes(self, standing: Standing) -> bool {
        !matches!((standing, self), (Standing::Same(_), _) | (Standing::Conflict(_), OnConflict::Skip))
    }
}

/// How a draft stands to the vault (DESIGN "Command line").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    New,
    /// Secret, parameters, issuer and account are in the vault already, the names in any spelling.
    Same(EntryId),
    /// The secret is there under another name: taken, and said.
    Alike(EntryId),
    /// Issuer and account are there with another secret or other parameters. Without the secret to tell, an accent may
    /// make another name; case does not.
    Conflict(EntryId),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// In the order of the file.
    pub rows: Vec<(Draft, Standing)>,
    pub skipped: Vec<Skipped>,
    pub warnings: Vec<String>,
}

/// Drafts are compared with the vault, never with each other. Entries in the trash count as absent,
/// except to drafts that go to the trash themselves: those would pile up with each import.
pub fn plan(vault: &Vault, found: Found) -> Plan {
    let active = Index::of(vault.active().map(AsRef::as_ref));
    let all =
        found.drafts.iter().any(|draft| draft.deleted).then(|| Index::of(vault.active().chain(vault.trash()).map(AsRef::as_ref)));
    let rows = found.drafts.into_iter().map(|draft| {
        let standing = match &all {
            Some(all) if draft.deleted => all.same(&draft).map_or(Standing::New, Standing::Same),
            _ => active.standing(&draft),
        };
        (draft, standing)
    });
    Plan { rows: rows.collect(), skipped: found.skipped, warnings: found.warnings }
}

/// Why an account gives no codes, where it should. It is kept, but its export should be kept, too.
pub fn no_codes(draft: &Draft) -> Option<String> {
    let is_received = draft.credential.kind == Kind::Received;
    draft.credential.check().err().filter(|_| !is_received && !draft.deleted).map(|why| why.to_string())
}

impl Plan {
    /// `1 account gives no codes: GitHub (the hash XYZ is not known)`, of what would be taken; `None` where all give codes.
    pub fn without_codes(&self, on_conflict: OnConflict) -> Option<String> {
        const NAMED: usize = 5;
        let taken = self.rows.iter().filter(|(_, standing)| on_conflict.takes(*standing));
        let all: Vec<String> =
            taken.filter_map(|(draft, _)| no_codes(draft).map(|why| format!("{} ({why})", draft.label()))).collect();
        let named = all.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        match all.len() {
            0 => None,
            1 => Some(format!("1 account gives no codes: {named}")),
            count if count > NAMED => Some(format!("{count} accounts give no codes: {named} and {} more", count - NAMED)),
            count => Some(format!("{count} accounts give no codes: {named}")),
        }
    }

    /// The change that carries the plan out; `None` where nothing is left to do.
    /// With `Replace`, an entry is replaced by the first draft in conflict with it; further ones are kept beside it, so that none is lost.
    pub fn change(self, on_conflict: OnConflict) -> Option<Change> {
        let (mut add, mut replace, mut replaced) = (Vec::new(), Vec::new(), HashSet::new());
        for (draft, standing) in self.rows {
            match (standing, on_conflict) {
                _ if !on_conflict.takes(standing) => {}
                (Standing::Conflict(id), OnConflict::Replace) if replaced.insert(id) => replace.push((id, draft)),
                _ => add.push(draft),
            }
        }
        (!add.is_empty() || !replace.is_empty()).then_some(Change::Import { add, replace })
    }
}

/// Entries by what drafts are compared by.
struct Index<'v> {
    by_secret: HashMap<&'v [u8], Vec<&'v Entry>>,
    by_folded_name: HashMap<(String, String), Vec<&'v Entry>>,
    by_spelled_name: HashMap<(String, String), Vec<&'v Entry>>,
}

impl<'v> Index<'v> {
    fn of(entries: impl Iterator<Item = &'v Entry>) -> Self {
        let mut index = Index { by_secret: HashMap::new(), by_folded_name: HashMap::new(), by_spelled_name: HashMap::new() };
        for entry in entries {
            let (issuer, account) = (&entry.issuer.value, &entry.account.value);
            index.by_secret.entry(entry.credential.value.secret.expose()).or_default().push(entry);
            index.by_folded_name.entry(names(issuer, account, folded)).or_default().push(entry);
            index.by_spelled_name.entry(names(issuer, account, spelled)).or_default().push(entry);
        }
        index
    }

    fn standing(&self, draft: &Draft) -> Standing {
        if let Some(id) = self.same(draft) {
            return Standing::Same(id);
        }
        // Two accounts without any name are not one account.
        let nameless = draft.issuer.is_empty() && draft.account.is_empty();
        if let Some(entry) = self.namesake(draft).filter(|_| !nameless) {
            return Standing::Conflict(entry.id);
        }
        match self.by_secret.get(draft.credential.secret.expose()).and_then(|entries| entries.first()) {
            Some(entry) if !draft.credential.secret.is_empty() => Standing::Alike(entry.id),
            _ => Standing::New,
        }
    }

    fn same(&self, draft: &Draft) -> Option<EntryId> {
        let named = self.by_folded_name.get(&names(&draft.issuer, &draft.account, folded))?;
        named.iter().find(|entry| is_same(entry, draft)).map(|entry| entry.id)
    }

    /// The first entry of this name, rather one that has it letter by letter.
    fn namesake(&self, draft: &Draft) -> Option<&'v Entry> {
        let named = self.by_spelled_name.get(&names(&draft.issuer, &draft.account, spelled))?;
        let is_typed = |entry: &&&Entry| entry.issuer.value == draft.issuer && entry.account.value == draft.account;
        named.iter().find(is_typed).or(named.first()).copied()
    }
}

fn names(issuer: &str, account: &str, form: fn(&str) -> String) -> (String, String) {
    (form(issuer), form(account))
}

/// The same credential. The counter of HOTP moves with use: one that is behind the vault's tells nothing new.
fn is_same(entry: &Entry, draft: &Draft) -> bool {
    let settled = |credential: &Credential| Credential { counter: 0, ..credential.clone() };
    let Credential { kind, secret, .. } = &draft.credential;
    settled(&entry.credential.value) == settled(&draft.credential)
        && (*kind != Kind::Hotp || draft.credential.counter <= entry.counter)
        && (!secret.is_empty() || entry.raw == draft.raw)
}
