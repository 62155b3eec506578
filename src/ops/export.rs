//! From entries to drafts for an exporter.

use crate::transfer::Draft;
use crate::vault::entry::Entry;

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
        raw: entry.raw.clone(),
        deleted: entry.is_deleted(),
        ..Draft::new(credential)
    }
}
