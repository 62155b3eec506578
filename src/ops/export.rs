//! From entries to drafts for an exporter, and what no draft holds.

use crate::transfer::Draft;
use crate::vault::Vault;
use crate::vault::entry::Entry;
use serde_json::{Value, json};

/// The draft that gives the same entry when imported.
pub fn draft_of(entry: &Entry) -> Draft {
    let mut credential = entry.credential.value.clone();
    credential.counter = entry.counter;
    Draft {
        id: Some(entry.id.0),
        issuer: entry.issuer.value.clone(),
        account: entry.account.value.clone(),
        tags: entry.tags().map(str::to_owned).collect(),
        note: entry.note.value.clone(),
        pinned: entry.pinned.value,
        pending: entry.is_pending(),
        recovery_codes: entry.recovery_codes.value.iter().map(|code| (code.code.clone(), code.used.value)).collect(),
        history: entry.history.iter().map(|old| old.value.clone()).collect(),
        candidate: entry.candidate.as_ref().map(|candidate| candidate.value.clone()),
        raw: raw(entry),
        deleted: entry.is_deleted(),
        ..Draft::new(credential)
    }
}

/// What an unknown kind brought; a credential that this version can't read goes along.
fn raw(entry: &Entry) -> Option<Value> {
    match (entry.raw.clone(), entry.extra.get("credential")) {
        (raw, None) => raw,
        (None, Some(unread)) => Some(json!({ "credential": unread })),
        (Some(raw), Some(unread)) => Some(json!({ "credential": unread, "raw": raw })),
    }
}

/// What the vault holds of these entries and their drafts do not, a sentence each.
pub fn left_out<'a>(vault: &Vault, entries: impl Iterator<Item = &'a Entry>) -> Vec<String> {
    let mut said = Vec::new();
    let mut placed = 0;
    for entry in entries {
        let unknown = entry.extra.keys().filter(|field| *field != "credential").count();
        for (number, one, many) in [
            (entry.rivals.len(), "other new secret that was not confirmed", "other new secrets that were not confirmed"),
            (entry.recovery_history.len(), "older set of recovery codes", "older sets of recovery codes"),
            (unknown, "field that this version can't read", "fields that this version can't read"),
        ] {
            match number {
                0 => {}
                1 => said.push(format!("{}: {number} {one} was left out.", entry.called())),
                _ => said.push(format!("{}: {number} {many} were left out.", entry.called())),
            }
        }
        placed += usize::from(!entry.order.value.is_empty());
    }
    match placed {
        0 => {}
        1 => said.push("The place of 1 entry in the list was left out.".into()),
        _ => said.push(format!("The places of {placed} entries in the list were left out.")),
    }
    match vault.unread.len() {
        0 => {}
        1 => said.push("1 entry that can't be read was left out.".into()),
        many => said.push(format!("{many} entries that can't be read were left out.")),
    }
    said
}
