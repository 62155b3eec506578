//! Folding in copies of the vault: what would change is shown as a [`Difference`]; what only a person can decide is asked of
//! a [`Judge`]. A copy that opens only with a key that was replaced is never merged without a word of theirs.

use super::session::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretText;
use crate::vault::Vault;
use crate::vault::backup::Why;
use crate::vault::entry::Entry;
use crate::vault::store::{Conflict, Digest, Fate, Keep, OpenedBy, OpenedCopy, PassphraseChange, UnlockChanges, VaultFiles};
use std::path::{Path, PathBuf};

/// How one entry differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    New,
    Changed,
    Trashed,
    Restored,
    /// Removed for good.
    Removed,
}

impl What {
    pub fn word(self) -> &'static str {
        match self {
            What::New => "new",
            What::Changed => "changed",
            What::Trashed => "to the trash",
            What::Restored => "restored",
            What::Removed => "removed for good",
        }
    }
}

/// From one state of a vault to another, without secrets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// How, what the entry is called, and which of its parts: by that order.
    pub entries: Vec<(What, String, Vec<&'static str>)>,
    /// What becomes of unlock methods and the vault as a whole, as sentences without a full stop.
    pub others: Vec<String>,
}

impl Difference {
    pub fn between(before: &Vault, after: &Vault) -> Difference {
        let mut entries = Vec::new();
        for entry in &after.entries {
            let old = before.entry(entry.id);
            if old.is_some_and(|old| old == entry) {
                continue;
            }
            let Some((what, parts)) = compare(old.map(AsRef::as_ref), entry) else { continue };
            let named = if entry.is_purged() { old.map_or(entry, |old| old) } else { entry };
            entries.push((what, named.called(), parts));
        }
        entries.sort();
        let mut others = Vec::new();
        if before.name.value != after.name.value {
            others.push(format!("the vault is called {:?}", after.name.value));
        }
        for method in &after.methods {
            let old = before.methods.iter().find(|old| old.recipient == method.recipient);
            match (old.is_some_and(|old| old.in_use()), method.in_use()) {
                (false, true) => others.push(format!("it opens with another unlock method: {} ({})", method.name, method.kind)),
                (true, false) => others.push(format!("an unlock method goes: {} ({})", method.name, method.kind)),
                _ => {}
            }
        }
        if before.unread.len() != after.unread.len() {
            others.push("there are entries that can't be read; they are kept".into());
        }
        Difference { entries, others }
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.others.is_empty()
    }

    /// `2 new, 1 changed`; `nothing new` where that is so.
    pub fn tally(&self) -> String {
        let all = [What::New, What::Changed, What::Trashed, What::Restored, What::Removed];
        let number = |what: What| self.entries.iter().filter(|(is, ..)| *is == what).count();
        let mut parts: Vec<String> =
            all.into_iter().filter(|what| number(*what) > 0).map(|what| format!("{} {}", number(what), what.word())).collect();
        parts.extend(self.others.iter().cloned());
        if parts.is_empty() { "nothing new".into() } else { parts.join(", ") }
    }
}

/// `None` where the two differ in nothing that a person would see: stamps alone.
fn compare(old: Option<&Entry>, new: &Entry) -> Option<(What, Vec<&'static str>)> {
    let was_there = old.is_some_and(|old| !old.is_purged());
    let Some(old) = old.filter(|_| was_there) else {
        return (!new.is_purged()).then(|| (if new.is_deleted() { What::Trashed } else { What::New }, Vec::new()));
    };
    if new.is_purged() {
        return Some((What::Removed, Vec::new()));
    }
    let pairs = [
        ("issuer", old.issuer.value != new.issuer.value),
        ("account", old.account.value != new.account.value),
        ("secret or parameters", old.credential.value != new.credential.value),
        ("counter", old.counter != new.counter),
        ("new secret to confirm", old.candidate != new.candidate || old.rivals != new.rivals),
        ("replaced secrets", old.history != new.history),
        ("status", old.status.value != new.status.value),
        ("tags", old.tags().ne(new.tags())),
        ("note", old.note.value != new.note.value),
        ("pin", old.pinned.value != new.pinned.value),
        ("order", old.order.value != new.order.value),
        ("recovery codes", old.recovery_codes != new.recovery_codes || old.recovery_history != new.recovery_history),
        ("what this version does not know", old.raw != new.raw || old.extra != new.extra),
    ];
    let parts: Vec<&'static str> = pairs.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part).collect();
    match (old.is_deleted(), new.is_deleted()) {
        (false, true) => Some((What::Trashed, parts)),
        (true, false) => Some((What::Restored, parts)),
        _ if parts.is_empty() => None,
        _ => Some((What::Changed, parts)),
    }
}

/// What only a person can decide while copies are joined. An error ends the whole, with nothing written.
pub trait Judge {
    /// The passphrase of a copy that none of the keys in hand opens; `again` after a wrong one.
    fn passphrase(&mut self, copy: &str, again: bool) -> Result<SecretText>;
    /// Whether a copy may be merged that opens only with a key that was replaced.
    fn trusts(&mut self, copy: &str, difference: &Difference) -> Result<bool>;
    /// Which passphrase stays, where it was changed on both sides.
    fn passphrase_to_keep(&mut self, copy: &str) -> Result<Keep>;
}

/// How often a person may try.
const TRIES: usize = 3;

/// Opens a copy with the keys in hand, else with those that were replaced, else with its own passphrase.
pub fn open(session: &mut Session, name: &str, files: &VaultFiles, judge: &mut dyn Judge) -> Result<OpenedCopy> {
    let store = session.store_mut()?;
    if let Some(copy) = store.open_other(files).map_err(|error| of_copy(name, error))? {
        // Its own passphrase is to become the vault's, so the file of that has to be known for it.
        let lacks_file = files.is_by_near_passphrase() && store.passphrase_change(&copy)? == PassphraseChange::Theirs;
        if !lacks_file {
            return Ok(copy);
        }
    }
    if !files.has_passphrase() {
        let what = format!("{name} opens with none of the keys in hand");
        return Err(Error::new(ErrorKind::WrongPassphrase, what).hint(
            "unlock with a key that opens both, by --identity; or give the folder it lies in, if its passphrase was changed",
        ));
    }
    let mut tries = 0;
    loop {
        let passphrase = judge.passphrase(name, tries > 0)?;
        tries += 1;
        match store.open_given(files, &passphrase) {
            Err(error) if error.kind == ErrorKind::WrongPassphrase && tries < TRIES => {}
            Err(error) if error.kind == ErrorKind::WrongPassphrase => {
                return Err(Error { what: format!("that passphrase does not open {name}"), ..error });
            }
            opened => return opened.map_err(|error| of_copy(name, error)),
        }
    }
}

fn of_copy(name: &str, error: Error) -> Error {
    Error { what: format!("{name}: {}", error.what), ..error }
}

/// What folding these in would change.
pub fn difference(session: &mut Session, copies: &[OpenedCopy]) -> Result<Difference> {
    let store = session.store_mut()?;
    Ok(Difference::between(store.vault(), &store.preview(copies)?))
}

/// Whether a person has to agree first.
pub fn needs_trust(copies: &[OpenedCopy]) -> bool {
    copies.iter().any(|copy| copy.opened_by == OpenedBy::Retired)
}

/// Folds copies in, with one write, and a backup before where anything comes in. `name` says what they are, where a passphrase
/// has to be chosen. Where another passphrase takes the place of ours, the backups within reach are sealed anew for it.
pub fn fold(
    session: &mut Session,
    name: &str,
    copies: &[OpenedCopy],
    unlock: &UnlockChanges,
    judge: &mut dyn Judge,
) -> Result<Difference> {
    let (store, backups) = session.on_disk_mut()?;
    let mut keep = Keep::Ours;
    for copy in copies {
        if store.passphrase_change(copy)? == PassphraseChange::Both {
            keep = judge.passphrase_to_keep(name)?;
            break;
        }
    }
    let before = store.vault().clone();
    if store.read_only().is_none() && (!unlock.files.is_empty() || store.preview(copies)? != before) {
        // Where it fails that is told, and the merge goes on.
        let _ = backups.make(store, Why::Merge);
    }
    store.fold_in(copies, keep, unlock)?;
    if store.vault().retired != before.retired {
        backups.rekey(store);
    }
    if store.vault().highest() != before.highest() {
        backups.after_change(store);
    }
    Ok(Difference::between(&before, store.vault()))
}

/// The join of copies alone, sealed; nothing is written.
pub fn join(session: &mut Session, copies: &[OpenedCopy]) -> Result<Vec<u8>> {
    session.store_mut()?.join_of(copies)
}

/// Moves the copy of this content that was folded in to the backups, if it is a conflict copy beside the vault. Returns where
/// it is now. An error where it was changed meanwhile: the vault has what was read, and the file is told of.
pub fn put_away(session: &mut Session, copy: &Path, merged: Digest) -> Result<Option<PathBuf>> {
    session.store_mut()?.put_away(copy, merged)
}

/// Folds in what sync programs left beside the vault. Sentences of what was done, and of what stays as it is.
/// And the names of those that wait for a person's word.
pub(super) fn fold_conflict_copies(session: &mut Session) -> (Vec<String>, Vec<String>, Vec<String>) {
    let before = session.vault().clone();
    let mut is_backed_up = false;
    let folded = session.on_disk_mut().and_then(|(store, backups)| {
        store.fold_conflict_copies(&mut |store| {
            if !std::mem::replace(&mut is_backed_up, true) {
                // Where it fails that is told, and the merge goes on.
                let _ = backups.make(store, Why::Merge);
            }
        })
    });
    let told = match folded {
        Ok(told) => told,
        Err(error) => {
            return (Vec::new(), vec![format!("conflict copies could not be looked for: {}", error.what)], Vec::new());
        }
    };
    let (merged, standing): (Vec<_>, Vec<_>) = told.iter().partition(|conflict| matches!(conflict.fate, Fate::Merged(_)));
    let mut done: Vec<String> = merged.into_iter().map(sentence).collect();
    if !done.is_empty() {
        done.push(format!("the conflict copies brought: {}", Difference::between(&before, session.vault()).tally()));
    }
    let waits = |conflict: &&&Conflict| matches!(conflict.fate, Fate::Waits | Fate::Shut);
    let waiting = standing.iter().filter(waits).map(|conflict| conflict.name.clone()).collect();
    (done, standing.into_iter().map(sentence).collect(), waiting)
}

/// What taking in a conflict copy would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub difference: Difference,
    pub opened_by: OpenedBy,
    pub change: PassphraseChange,
    /// Of the file that was looked into: the word of the person is for that one.
    pub digest: Digest,
}

/// Of one that waits for a person's word. `Locked` where it opens only with a passphrase of its own.
pub fn plan(session: &mut Session, name: &str, passphrase: Option<&SecretText>) -> Result<Plan> {
    let files = session.store_mut()?.conflict_copy(name)?;
    let copy = open(session, name, &files, &mut Given { passphrase, keep: Keep::Ours })?;
    let change = session.store_mut()?.passphrase_change(&copy)?;
    let opened_by = copy.opened_by;
    Ok(Plan { difference: difference(session, &[copy])?, opened_by, change, digest: files.digest() })
}

/// Folds it in, on the person's word, and moves it to the backups. The word is for the file of this digest alone.
pub fn take(
    session: &mut Session,
    name: &str,
    planned: Digest,
    passphrase: Option<&SecretText>,
    keep: Keep,
) -> Result<Difference> {
    let files = session.store_mut()?.conflict_copy(name)?;
    if files.digest() != planned {
        return Err(Error::new(ErrorKind::NotTrusted, "it has changed meanwhile, and nothing was merged")
            .hint("leave it, and look at it again"));
    }
    let copy = open(session, name, &files, &mut Given { passphrase, keep })?;
    let brought = fold(session, name, &[copy], &UnlockChanges::default(), &mut Given { passphrase, keep })?;
    let path = session.store_mut()?.folder().join(name);
    put_away(session, &path, planned)?;
    session.forget_waiting(name);
    Ok(brought)
}

/// What was asked and answered before.
struct Given<'a> {
    passphrase: Option<&'a SecretText>,
    keep: Keep,
}

impl Judge for Given<'_> {
    fn passphrase(&mut self, copy: &str, again: bool) -> Result<SecretText> {
        match self.passphrase {
            Some(passphrase) if !again => Ok(passphrase.clone()),
            Some(_) => Err(Error::new(ErrorKind::WrongPassphrase, "that passphrase does not open it")),
            None => Err(Error::new(ErrorKind::Locked, format!("{copy} opens with a passphrase of its own"))),
        }
    }

    fn trusts(&mut self, _copy: &str, _difference: &Difference) -> Result<bool> {
        Ok(true)
    }

    fn passphrase_to_keep(&mut self, _copy: &str) -> Result<Keep> {
        Ok(self.keep)
    }
}

fn sentence(Conflict { name, fate }: &Conflict) -> String {
    match fate {
        Fate::Merged(_) => format!("merged a conflict copy, now in backups: {name}"),
        Fate::Unmoved(why) => format!("merged a conflict copy that can't be moved to backups: {name}: {why}"),
        Fate::Waits => format!(
            "a conflict copy from before or after a change of the passphrase waits for you: \
             countersign merge with {name} takes it in"
        ),
        Fate::Shut => format!("a conflict copy was left where it is: {name}: none of the keys in hand opens it"),
        Fate::Refused(why) => format!("a conflict copy was left where it is: {name}: {why}"),
        Fate::Passphrase => format!(
            "the passphrase was changed on two machines: the other one's key is in {name}; \
             remove that file once you know that all entries are here"
        ),
    }
}
