//! Undo: the fields a change touched get back their earlier values, as new edits, unless something else changed them since.

use super::fields::{Pen, same_but_counter};
use super::{Change, Outcome, existing, no_such_entry};
use crate::error::Result;
use crate::otp::Credential;
use crate::vault::Vault;
use crate::vault::entry::Entry;
use crate::vault::stamp::{Stamped, Stamper};
use std::sync::Arc;

/// An entry before and after a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Reversal {
    pub before: Arc<Entry>,
    pub after: Arc<Entry>,
}

pub(super) fn revert(vault: &mut Vault, stamper: &mut Stamper, reversals: Vec<Reversal>) -> Result<Outcome> {
    let mut ids = Vec::new();
    let mut redo = Vec::new();
    for Reversal { before, after } in reversals.into_iter().rev() {
        let id = before.id;
        let found = vault.entry(id).ok_or_else(no_such_entry)?.clone();
        let entry = existing(vault, id)?;
        take_back(entry, &before, &after, &mut Pen::new(stamper));
        ids.push(id);
        redo.push(Reversal { before: found, after: Arc::new(entry.clone()) });
    }
    Ok(Outcome::of(ids, (!redo.is_empty()).then_some(Change::Revert(redo))))
}

fn take_back(entry: &mut Entry, before: &Entry, after: &Entry, pen: &mut Pen<'_>) {
    let in_trash = entry.is_deleted();
    field(&mut entry.issuer, &before.issuer, &after.issuer, pen);
    field(&mut entry.account, &before.account, &after.account, pen);
    field(&mut entry.note, &before.note, &after.note, pen);
    field(&mut entry.pinned, &before.pinned, &after.pinned, pen);
    field(&mut entry.status, &before.status, &after.status, pen);
    field(&mut entry.order, &before.order, &after.order, pen);
    for (tag, flag) in &mut entry.tags {
        let set = |of: &Entry| of.tags.get(tag).is_some_and(|flag| flag.value);
        if set(before) != set(after) && flag.value == set(after) {
            pen.set(flag, set(before));
        }
    }
    let replaced = before.credential != after.credential && same_but_counter(&entry.credential.value, &after.credential.value);
    let counted = entry.counter;
    if replaced {
        // Codes taken since stay taken: no counter is used twice.
        let same_secret = before.credential.value.secret == after.credential.value.secret;
        let counter = if same_secret && before.counter == after.counter { counted } else { before.counter };
        pen.replace_credential(entry, Credential { counter, ..before.credential.value.clone() });
        entry.count_on(before.credential.at);
    }
    let candidate = |of: &Entry| of.candidate.as_ref().map(|candidate| candidate.value.clone());
    if candidate(before) != candidate(after) && candidate(entry) == candidate(after) {
        let mut again = candidate(before);
        if let Some(again) = again.as_mut().filter(|again| replaced && same_but_counter(again, &after.credential.value)) {
            again.counter = again.counter.max(counted);
        }
        pen.set_candidate(entry, again);
    }
    recovery_codes(entry, before, after, pen);
    if before.raw != after.raw && entry.raw == after.raw {
        entry.raw = before.raw.clone();
    }
    let wanted = match before.is_deleted() != after.is_deleted() && in_trash == after.is_deleted() {
        true => before.is_deleted(),
        false => in_trash,
    };
    if entry.is_deleted() != wanted {
        pen.set_deleted(entry, wanted);
    }
}

fn field<T: Clone + PartialEq>(current: &mut Stamped<T>, before: &Stamped<T>, after: &Stamped<T>, pen: &mut Pen<'_>) {
    if before.value != after.value && current.value == after.value {
        pen.set(current, before.value.clone());
    }
}

fn recovery_codes(entry: &mut Entry, before: &Entry, after: &Entry, pen: &mut Pen<'_>) {
    let texts = |of: &Entry| of.recovery_codes.value.iter().map(|code| code.code.clone()).collect::<Vec<_>>();
    if texts(entry) != texts(after) {
        return;
    }
    if texts(before) != texts(after) {
        let codes = before.recovery_codes.value.iter().map(|code| (code.code.clone(), code.used.value));
        pen.set_recovery_codes(entry, codes.collect());
        return;
    }
    let pairs = before.recovery_codes.value.iter().zip(&after.recovery_codes.value).enumerate();
    for (index, (old, new)) in pairs {
        if old.used.value != new.used.value {
            pen.mark_recovery_code(entry, index, old.used.value);
        }
    }
}
