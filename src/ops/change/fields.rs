//! The single fields of an entry: set with a stamp where the value changes, credentials and sets kept in the histories.

use super::{CredentialEdit, Edit};
use crate::error::{Error, Result};
use crate::ops::check;
use crate::otp::{Credential, Kind};
use crate::secret::SecretText;
use crate::vault::entry::{Entry, RecoveryCode};
use crate::vault::stamp::{Stamp, Stamped, Stamper};
use crate::words::is_same;

/// Writes fields of one entry. All it changes carries one stamp, taken when the first field changes.
pub(super) struct Pen<'a> {
    stamper: &'a mut Stamper,
    at: Option<Stamp>,
}

impl<'a> Pen<'a> {
    pub fn new(stamper: &'a mut Stamper) -> Self {
        Pen { stamper, at: None }
    }

    fn at(&mut self) -> Stamp {
        *self.at.get_or_insert_with(|| self.stamper.next())
    }

    pub fn set<T: PartialEq>(&mut self, field: &mut Stamped<T>, value: T) {
        if field.value != value {
            *field = Stamped::new(self.at(), value);
        }
    }

    pub fn put_tag_on(&mut self, entry: &mut Entry, tag: &str) {
        if entry.tags().any(|on| is_same(on, tag)) {
            return;
        }
        match entry.tags.get_mut(tag) {
            Some(flag) => self.set(flag, true),
            None => drop(entry.tags.insert(tag.to_owned(), Stamped::new(self.at(), true))),
        }
    }

    /// The tag stays as a stamped flag, so that a merge knows.
    pub fn take_tag_off(&mut self, entry: &mut Entry, tag: &str) {
        for (_, flag) in entry.tags.iter_mut().filter(|(on, _)| is_same(on, tag)) {
            self.set(flag, false);
        }
    }

    /// Puts a credential in the place of the current one, which goes to the history unless only the counter differs.
    /// `credential.counter` is the next counter to use.
    pub fn replace_credential(&mut self, entry: &mut Entry, credential: Credential) {
        let mut current = entry.credential.value.clone();
        current.counter = entry.counter;
        if current == credential {
            return;
        }
        entry.replace_credential(self.at(), credential);
    }

    /// Whether there is a candidate of this stamp, which then is the credential.
    pub fn confirm_candidate(&mut self, entry: &mut Entry, tried: Stamp) -> bool {
        let is_there = entry.candidate.as_deref().into_iter().chain(&entry.rivals).any(|candidate| candidate.at == tried);
        if is_there {
            entry.confirm_candidate(self.at(), tried);
        }
        is_there
    }

    /// Whether there is a replaced credential of this stamp, which then is the current one.
    pub fn restore_credential(&mut self, entry: &mut Entry, of: Stamp) -> bool {
        let Some(old) = entry.restorable().find(|old| old.at == of) else { return false };
        // One that lost a merge against its equal is there already.
        if !same_but_counter(&old.value, &entry.credential.value) {
            entry.restore_credential(self.at(), of);
        }
        true
    }

    /// A candidate that gives way goes to the history. It has a stamp of its own: by it credentials are told apart,
    /// and the current one may have been set by the same change.
    pub fn set_candidate(&mut self, entry: &mut Entry, candidate: Option<Credential>) {
        if entry.candidate.as_ref().map(|old| &old.value) != candidate.as_ref() {
            let drops = candidate.is_none();
            entry.set_candidate(self.stamper.next(), candidate);
            if drops {
                self.touch(entry);
            }
        }
    }

    /// A new set of recovery codes and whether each was used; the old set, if it held any, goes to the history.
    pub fn set_recovery_codes(&mut self, entry: &mut Entry, codes: Vec<(SecretText, bool)>) {
        let same = entry.recovery_codes.value.iter().map(|code| &code.code).eq(codes.iter().map(|(code, _)| code));
        if !same {
            let at = self.at();
            entry.set_recovery_codes(at, codes.into_iter().map(|(code, used)| RecoveryCode::new(at, code, used)).collect());
        }
    }

    pub fn mark_recovery_code(&mut self, entry: &mut Entry, index: usize, used: bool) {
        self.set(&mut entry.recovery_codes.value[index].used, used);
    }

    /// Coming back takes an edit newer than the deletion.
    pub fn set_deleted(&mut self, entry: &mut Entry, deleted: bool) {
        // Newer than what this pen wrote before.
        let at = self.stamper.next();
        self.at = Some(at);
        match deleted {
            true => entry.deleted = Some(at),
            false => self.touch(entry),
        }
    }

    /// Stamps an edit that no field shows: the manual order is the one where a new stamp does the least.
    pub fn touch(&mut self, entry: &mut Entry) {
        entry.order.at = self.at();
    }
}

/// Whether both give the same codes, whatever was counted so far.
pub fn same_but_counter(one: &Credential, other: &Credential) -> bool {
    Credential { counter: other.counter, ..one.clone() } == *other
}

pub(super) fn edit(entry: &mut Entry, edit: Edit, pen: &mut Pen<'_>) -> Result<()> {
    let Edit { issuer, account, note, pinned, tag, untag, counter, credential } = edit;
    if let Some(issuer) = issuer.filter(|new| *new != entry.issuer.value) {
        check::name("issuer", &issuer)?;
        pen.set(&mut entry.issuer, issuer);
    }
    if let Some(account) = account.filter(|new| *new != entry.account.value) {
        check::name("account", &account)?;
        pen.set(&mut entry.account, account);
    }
    if let Some(note) = note.filter(|new| *new != entry.note.value) {
        check::note(&note)?;
        pen.set(&mut entry.note, note);
    }
    if let Some(pinned) = pinned {
        pen.set(&mut entry.pinned, pinned);
    }
    let new: Vec<String> = tag.into_iter().filter(|tag| !entry.tags().any(|old| old == tag)).collect();
    check::tags(&new)?;
    new.iter().for_each(|tag| pen.put_tag_on(entry, tag));
    untag.iter().for_each(|tag| pen.take_tag_off(entry, tag));
    if credential != CredentialEdit::default() || counter.is_some() {
        let current = Credential { counter: entry.counter, ..entry.credential.value.clone() };
        let mut new = credential.over(&current)?;
        if let Some(counter) = counter {
            if new.kind != Kind::Hotp {
                return Err(Error::new(crate::error::ErrorKind::Usage, format!("{} has no counter", entry.label()))
                    .hint("only HOTP entries count"));
            }
            new.counter = counter;
        }
        // The same secret counts on, also with other parameters, and one that was replaced goes on where it was left; a counter
        // that is set begins anew.
        let goes_on = match counter {
            None if new.secret == current.secret && current.kind == Kind::Hotp => vec![entry.credential.at],
            None if new.secret != current.secret && new.kind == Kind::Hotp => {
                new.counter = entry.counter_of(&new);
                entry.of_one_secret(&new)
            }
            _ => Vec::new(),
        };
        if new != current {
            check::credential(&new)?;
            pen.replace_credential(entry, new);
            goes_on.into_iter().for_each(|of| entry.count_on(of));
        }
    }
    Ok(())
}
