//! Joining entries that hold one secret: one keeps its names and gets what only the others have; the others go to the trash.

use super::fields::{Pen, same_but_counter};
use super::{Change, Outcome, Reversal, existing, no_such_entry};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretText;
use crate::vault::Vault;
use crate::vault::entry::{Entry, EntryId, Status};
use crate::vault::stamp::Stamper;
use std::sync::Arc;

pub(super) fn join(vault: &mut Vault, stamper: &mut Stamper, keep: EntryId, others: Vec<EntryId>) -> Result<Outcome> {
    let before = active(vault, keep)?;
    let mut reversals = Vec::new();
    let mut ids = vec![keep];
    for id in others.into_iter().filter(|id| *id != keep) {
        let other = active(vault, id)?;
        if !same_but_counter(&before.credential.value, &other.credential.value) {
            let what = format!("{} and {} do not give the same codes", before.called(), other.called());
            return Err(Error::new(ErrorKind::NoMatch, what).hint("only entries with the same secret and parameters are joined"));
        }
        let mut pen = Pen::new(stamper);
        absorb(existing(vault, keep)?, &other, &mut pen);
        Pen::new(stamper).set_deleted(existing(vault, id)?, true);
        ids.push(id);
        reversals.push(id);
    }
    let after = active(vault, keep)?;
    let mut undo = vec![Change::Restore(reversals)];
    if before != after {
        undo.push(Change::Revert(vec![Reversal { before, after }]));
    }
    Ok(Outcome::of(ids, Some(Change::Several(undo))))
}

fn active(vault: &Vault, id: EntryId) -> Result<Arc<Entry>> {
    vault.entry(id).filter(|entry| !entry.is_deleted()).cloned().ok_or_else(no_such_entry)
}

fn absorb(entry: &mut Entry, other: &Entry, pen: &mut Pen<'_>) {
    for tag in other.tags() {
        pen.put_tag_on(entry, tag);
    }
    for (ours, theirs) in [(&mut entry.issuer, &other.issuer), (&mut entry.account, &other.account)] {
        if ours.value.is_empty() {
            pen.set(ours, theirs.value.clone());
        }
    }
    let (ours, theirs) = (entry.note.value.clone(), &other.note.value);
    if ours.is_empty() {
        pen.set(&mut entry.note, theirs.clone());
    } else if !theirs.is_empty() && !ours.contains(theirs.as_str()) {
        pen.set(&mut entry.note, format!("{ours}\n{theirs}"));
    }
    if other.pinned.value {
        pen.set(&mut entry.pinned, true);
    }
    if other.status.value == Status::Active {
        pen.set(&mut entry.status, Status::Active);
    }
    let mut codes: Vec<(SecretText, bool)> = Vec::new();
    for code in entry.recovery_codes.value.iter().chain(&other.recovery_codes.value) {
        match codes.iter_mut().find(|(known, _)| *known == code.code) {
            Some((_, used)) => *used |= code.used.value,
            None => codes.push((code.code.clone(), code.used.value)),
        }
    }
    let same_codes = codes.len() == entry.recovery_codes.value.len();
    match same_codes {
        false => pen.set_recovery_codes(entry, codes),
        true => codes.iter().enumerate().for_each(|(at, (_, used))| pen.mark_recovery_code(entry, at, *used)),
    }
    // A counter that was used on either side is used.
    entry.counter = entry.counter.max(other.counter);
    entry.share_counters();
}
