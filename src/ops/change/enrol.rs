//! Drafts become entries.

use super::fields::Pen;
use super::{Change, Outcome, Reversal, existing, no_such_entry};
use crate::error::Result;
use crate::ops::check;
use crate::transfer::Draft;
use crate::vault::Vault;
use crate::vault::entry::{Entry, EntryId, HISTORY, RecoveryCode, Status};
use crate::vault::stamp::{Stamped, Stamper};
use crate::words::is_obeyed;

/// Adds each draft as a new entry.
pub(super) fn add(vault: &mut Vault, stamper: &mut Stamper, new_id: &mut dyn FnMut() -> EntryId, drafts: Vec<Draft>) -> Outcome {
    let mut ids = Vec::with_capacity(drafts.len());
    let mut new = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let id = new_id();
        ids.push(id);
        new.push(entry_of(draft, id, stamper).into());
    }
    // One sort instead of an insertion each: ten thousand insertions into a sorted list are slow.
    vault.entries.append(&mut new);
    vault.entries.sort_by_key(|entry| entry.id);
    let undo = (!ids.is_empty()).then(|| Change::Delete(ids.clone()));
    Outcome::of(ids, undo)
}

pub(super) fn import(
    vault: &mut Vault,
    stamper: &mut Stamper,
    new_id: &mut dyn FnMut() -> EntryId,
    drafts: Vec<Draft>,
    replace: Vec<(EntryId, Draft)>,
) -> Result<Outcome> {
    let mut outcome = add(vault, stamper, new_id, drafts);
    let mut undos: Vec<Change> = outcome.undo.take().map(|undo| *undo).into_iter().collect();
    let mut reversals = Vec::new();
    for (id, draft) in replace {
        let before = vault.entry(id).ok_or_else(no_such_entry)?.clone();
        take_over(existing(vault, id)?, draft, &mut Pen::new(stamper));
        let after = vault.entry(id).ok_or_else(no_such_entry)?.clone();
        if before != after {
            reversals.push(Reversal { before, after });
        }
        outcome.ids.push(id);
    }
    if !reversals.is_empty() {
        undos.push(Change::Revert(reversals));
    }
    undos.reverse();
    outcome.undo = match undos.len() {
        0 | 1 => undos.pop().map(Box::new),
        _ => Some(Box::new(Change::Several(undos))),
    };
    Ok(outcome)
}

/// The draft's credential takes the place of the entry's; tags are added, and what the entry lacks is filled in.
fn take_over(entry: &mut Entry, draft: Draft, pen: &mut Pen<'_>) {
    pen.replace_credential(entry, draft.credential);
    if !draft.pending {
        pen.set(&mut entry.status, Status::Active);
    }
    if entry.note.value.is_empty() {
        pen.set(&mut entry.note, draft.note);
    }
    draft.tags.iter().filter_map(|tag| tidy_tag(tag)).for_each(|tag| pen.put_tag_on(entry, &tag));
    if entry.recovery_codes.value.is_empty() {
        pen.set_recovery_codes(entry, draft.recovery_codes);
    }
    if draft.raw.is_some() {
        entry.raw = draft.raw;
    }
}

fn entry_of(draft: Draft, id: EntryId, stamper: &mut Stamper) -> Entry {
    // Oldest first, so that newest first is the order of their stamps, too.
    let mut history: Vec<_> =
        draft.history.into_iter().rev().map(|credential| Stamped::new(stamper.next(), credential)).collect();
    history.reverse();
    let at = stamper.next();
    let mut entry = Entry::new(id, at, draft.credential);
    entry.issuer.value = draft.issuer;
    entry.account.value = draft.account;
    entry.note.value = draft.note;
    entry.pinned.value = draft.pinned;
    entry.status.value = if draft.pending { Status::Pending } else { Status::Active };
    // Older ones than are kept of those replaced here stay like ones that lost a merge: an import drops nothing.
    entry.superseded = history.iter().take(HISTORY).rev().map(|old| old.at).collect();
    entry.history = history;
    entry.candidate = draft.candidate.map(|candidate| Box::new(Stamped::new(stamper.next(), candidate)));
    entry.tags = draft.tags.iter().filter_map(|tag| tidy_tag(tag)).map(|tag| (tag, Stamped::new(at, true))).collect();
    entry.recovery_codes.value = draft.recovery_codes.into_iter().map(|(code, used)| RecoveryCode::new(at, code, used)).collect();
    entry.raw = draft.raw;
    entry.deleted = draft.deleted.then(|| stamper.next());
    entry
}

/// Groups and folders of other programs as a tag of ours: commas and control characters become spaces; `None` where nothing is left.
fn tidy_tag(text: &str) -> Option<String> {
    let plain: String = text.chars().map(|c| if c == ',' || is_obeyed(c) { ' ' } else { c }).take(check::TAG_LENGTH).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    (!plain.is_empty()).then_some(plain)
}
