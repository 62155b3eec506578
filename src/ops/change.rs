//! Everything that can be done to the entries of a vault, as values. `apply` is the only code that edits entries,
//! so the command line and the TUI can't differ, and a change can be sent to the worker, tested and undone.
//! A field gets a stamp only where its value really changes. A change is applied to what others wrote meanwhile, not to what was
//! on the screen: so it says only what it changes, and names what it was decided on where that may have been replaced.

mod adopt;
mod credential;
mod enrol;
mod fields;
mod join;
mod revert;

use super::check;
use crate::error::{Error, ErrorKind, Result};
use crate::otp::Credential;
use crate::secret::SecretText;
use crate::transfer::Draft;
use crate::vault::entry::{Entry, EntryId, Status};
use crate::vault::stamp::{Stamp, Stamper};
use crate::vault::{Vault, merge};
use crate::words::is_same;
pub use credential::CredentialEdit;
use fields::Pen;
pub use fields::same_but_counter;
pub use revert::Reversal;
use std::sync::Arc;

/// What is `None` or empty leaves the entry as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edit {
    pub issuer: Option<String>,
    pub account: Option<String>,
    pub note: Option<String>,
    pub pinned: Option<bool>,
    /// Tags to put on.
    pub tag: Vec<String>,
    /// Tags to take off.
    pub untag: Vec<String>,
    /// HOTP: set the next counter by hand (a counter reset: a new credential stamp).
    pub counter: Option<u64>,
    /// Corrected parameters or secret; the old credential goes to the history.
    pub credential: CredentialEdit,
}

impl Edit {
    /// Sets the tags apart that make one set of tags out of another.
    pub fn with_tags(self, before: &[String], now: &[String]) -> Edit {
        let missing = |from: &[String], of: &[String]| {
            of.iter().filter(|tag| !from.iter().any(|other| is_same(other, tag))).cloned().collect()
        };
        Edit { tag: missing(before, now), untag: missing(now, before), ..self }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Enrols drafts. Ids are new; `pending` of each draft decides the status.
    Enrol(Vec<Draft>),
    /// The site accepted a code of the credential of this stamp: pending → active; a candidate takes the place of the old one.
    Confirm(EntryId, Stamp),
    /// A new credential for an account that is there: kept as candidate until confirmed.
    Reenrol(EntryId, Credential),
    /// Drops the candidate; it goes to the history, by which a merge knows that it was dropped.
    DropCandidate(EntryId),
    /// Puts the replaced credential of this stamp back; the current one goes to the history, a candidate stays.
    RestoreCredential(EntryId, Stamp),
    Edit(EntryId, Edit),
    /// To the trash.
    Delete(Vec<EntryId>),
    /// Back from the trash.
    Restore(Vec<EntryId>),
    /// Removes entries for good, as far as they are still in the trash.
    EmptyTrash(Vec<EntryId>),
    /// HOTP: takes the next code. The counter is saved before anybody sees the code.
    NextCode(EntryId),
    /// HOTP: takes the next code of the candidate, to try it at the site.
    NextCandidateCode(EntryId),
    /// Replaces the set of recovery codes; the old set is kept.
    SetRecoveryCodes(EntryId, Vec<SecretText>),
    /// Marks one recovery code (by position in the set of this stamp) as used or unused.
    MarkRecoveryCode {
        id: EntryId,
        set: Stamp,
        index: usize,
        used: bool,
    },
    /// Imports: drafts as planned, with `replace` naming the entries whose credential is replaced by a draft.
    Import {
        add: Vec<Draft>,
        replace: Vec<(EntryId, Draft)>,
    },
    /// Takes in entries of another vault whole, under new ids and stamps.
    Adopt(Vec<Arc<Entry>>),
    /// Entries with one secret become one: the first keeps its names and gets the others' tags, notes and recovery codes;
    /// the others go to the trash.
    Join {
        keep: EntryId,
        others: Vec<EntryId>,
    },
    /// Takes earlier changes back, field by field, where nothing else changed the field since. Comes as [`Outcome::undo`].
    Revert(Vec<Reversal>),
    /// Joins another copy of the same vault.
    MergeCopy(Arc<Vault>),
    /// Several changes as one save (undo of a bulk change).
    Several(Vec<Change>),
}

/// What came of a change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Entries made or touched, in the order asked for.
    pub ids: Vec<EntryId>,
    /// Of `NextCode`: the code and the counter it was made with.
    pub code: Option<(SecretText, u64)>,
    /// What takes the change back, where that is possible.
    pub undo: Option<Box<Change>>,
}

impl Outcome {
    fn of(ids: Vec<EntryId>, undo: Option<Change>) -> Self {
        Outcome { ids, code: None, undo: undo.map(Box::new) }
    }
}

/// Applies a change to the vault in memory. Ids come from `new_id`. On an error the vault may be half changed: the caller drops it.
pub fn apply(vault: &mut Vault, stamper: &mut Stamper, new_id: &mut dyn FnMut() -> EntryId, change: Change) -> Result<Outcome> {
    match change {
        Change::Enrol(drafts) => {
            drafts.iter().try_for_each(check::draft)?;
            Ok(enrol::add(vault, stamper, new_id, drafts))
        }
        Change::Import { add, replace } => enrol::import(vault, stamper, new_id, add, replace),
        Change::Confirm(id, tried) => alter(vault, stamper, id, |entry, pen| {
            if tried != entry.credential.at && !pen.confirm_candidate(entry, tried) {
                return Err(replaced(entry, "the credential that was tried"));
            }
            pen.set(&mut entry.status, Status::Active);
            Ok(())
        }),
        Change::Reenrol(id, credential) => alter(vault, stamper, id, |entry, pen| {
            check::credential(&credential)?;
            pen.set_candidate(entry, Some(credential));
            Ok(())
        }),
        Change::DropCandidate(id) => alter(vault, stamper, id, |entry, pen| {
            pen.set_candidate(entry, None);
            Ok(())
        }),
        Change::RestoreCredential(id, of) => alter(vault, stamper, id, |entry, pen| match pen.restore_credential(entry, of) {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::NoMatch, format!("{} has no such replaced secret any more", entry.label()))
                .hint("look at what is there now, and try again")),
        }),
        Change::Edit(id, edit) => alter(vault, stamper, id, |entry, pen| fields::edit(entry, edit, pen)),
        Change::SetRecoveryCodes(id, codes) => alter(vault, stamper, id, |entry, pen| {
            check::recovery_codes(&codes)?;
            pen.set_recovery_codes(entry, codes.into_iter().map(|code| (code, false)).collect());
            Ok(())
        }),
        Change::MarkRecoveryCode { id, set, index, used } => alter(vault, stamper, id, |entry, pen| {
            if entry.recovery_codes.at != set {
                return Err(replaced(entry, "the set of recovery codes"));
            }
            if index >= entry.recovery_codes.value.len() {
                return Err(Error::new(ErrorKind::NoMatch, format!("there is no recovery code {}", index + 1)));
            }
            pen.mark_recovery_code(entry, index, used);
            Ok(())
        }),
        Change::Delete(ids) => {
            let touched = toggle_trash(vault, stamper, ids, true)?;
            let undo = (!touched.is_empty()).then(|| Change::Restore(touched.clone()));
            Ok(Outcome::of(touched, undo))
        }
        Change::Restore(ids) => {
            let touched = toggle_trash(vault, stamper, ids, false)?;
            let undo = (!touched.is_empty()).then(|| Change::Delete(touched.clone()));
            Ok(Outcome::of(touched, undo))
        }
        Change::EmptyTrash(ids) => Ok(Outcome::of(empty_trash(vault, stamper, ids), None)),
        Change::NextCode(id) => next_code(vault, stamper, id, Which::Current),
        Change::NextCandidateCode(id) => next_code(vault, stamper, id, Which::Candidate),
        Change::Adopt(entries) => adopt::adopt(vault, stamper, new_id, entries),
        Change::Join { keep, others } => join::join(vault, stamper, keep, others),
        Change::Revert(reversals) => revert::revert(vault, stamper, reversals),
        Change::MergeCopy(copy) => {
            *vault = merge::vault(vault, &copy)?;
            Ok(Outcome::default())
        }
        Change::Several(changes) => {
            let mut whole = Outcome::default();
            let mut undos = Vec::new();
            for change in changes {
                let part = apply(vault, stamper, new_id, change)?;
                whole.ids.extend(part.ids);
                whole.code = part.code.or(whole.code);
                undos.extend(part.undo.map(|undo| *undo));
            }
            undos.reverse();
            whole.undo = (!undos.is_empty()).then(|| Box::new(Change::Several(undos)));
            Ok(whole)
        }
    }
}

fn no_such_entry() -> Error {
    Error::new(ErrorKind::NoMatch, "there is no such entry")
        .hint("it may have been removed for good by another program or machine")
}

fn replaced(entry: &Entry, what: &str) -> Error {
    Error::new(ErrorKind::NoMatch, format!("{what} was replaced by another program or machine: {}", entry.label()))
        .hint("look at what is there now, and try again")
}

/// The entry, in the trash or not; what was purged is gone.
fn existing(vault: &mut Vault, id: EntryId) -> Result<&mut Entry> {
    vault.entry_mut(id).filter(|entry| !entry.is_purged()).ok_or_else(no_such_entry)
}

/// Changes one entry; the way back is the difference between before and after.
fn alter(
    vault: &mut Vault,
    stamper: &mut Stamper,
    id: EntryId,
    edit: impl FnOnce(&mut Entry, &mut Pen<'_>) -> Result<()>,
) -> Result<Outcome> {
    let before = vault.entry(id).filter(|entry| !entry.is_purged()).ok_or_else(no_such_entry)?.clone();
    let entry = existing(vault, id)?;
    edit(entry, &mut Pen::new(stamper))?;
    let after = vault.entry(id).ok_or_else(no_such_entry)?.clone();
    let undo = (before != after).then(|| Change::Revert(vec![Reversal { before, after }]));
    Ok(Outcome::of(vec![id], undo))
}

/// Moves entries into the trash or out of it; returns those that were not there already.
fn toggle_trash(vault: &mut Vault, stamper: &mut Stamper, ids: Vec<EntryId>, to_trash: bool) -> Result<Vec<EntryId>> {
    let mut touched = Vec::new();
    for id in ids {
        let entry = existing(vault, id)?;
        if entry.is_deleted() != to_trash {
            Pen::new(stamper).set_deleted(entry, to_trash);
            touched.push(id);
        }
    }
    Ok(touched)
}

/// Returns those that were in the trash.
fn empty_trash(vault: &mut Vault, stamper: &mut Stamper, mut ids: Vec<EntryId>) -> Vec<EntryId> {
    ids.retain(|id| {
        let found = vault.entry_mut(*id).filter(|entry| entry.is_deleted() && !entry.is_purged());
        found.map(|entry| entry.purge(stamper.next())).is_some()
    });
    ids
}

#[derive(Clone, Copy)]
enum Which {
    Current,
    Candidate,
}

/// Advances the counter by one. It carries no stamp, since a merge takes the larger; one is given all the same,
/// so that an older vault put back is noticed by the clocks.
fn next_code(vault: &mut Vault, stamper: &mut Stamper, id: EntryId, which: Which) -> Result<Outcome> {
    let entry = existing(vault, id)?;
    if entry.is_deleted() {
        return Err(Error::new(ErrorKind::NoMatch, format!("{} is in the trash", entry.label())).hint("restore it first"));
    }
    let label = entry.label().to_owned();
    let (credential, counter) = match (which, &mut entry.candidate) {
        (Which::Current, _) => (entry.credential.value.clone(), &mut entry.counter),
        (Which::Candidate, Some(candidate)) => (candidate.value.clone(), &mut candidate.value.counter),
        (Which::Candidate, None) => return Err(Error::failed(format!("{label} has no new credential to try"))),
    };
    let used = *counter;
    let refused = |why: &dyn std::fmt::Display| Error::failed(format!("{label} gives no code: {why}"));
    let code = credential.code_for(used).map_err(|why| refused(&why))?;
    *counter = used.checked_add(1).ok_or_else(|| refused(&crate::otp::NotComputable::CounterExhausted))?;
    if matches!(which, Which::Candidate) {
        entry.count_candidate();
    }
    entry.share_counters();
    stamper.next();
    Ok(Outcome { ids: vec![id], code: Some((code, used)), undo: None })
}
