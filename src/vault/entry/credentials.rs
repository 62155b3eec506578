//! How the credentials of an entry take each other's place: every one that gives way is kept, and no counter goes back.

use super::Entry;
use crate::otp::{Credential, Kind};
use crate::vault::merge;
use crate::vault::stamp::{Stamp, Stamped};
use serde_json::Value;

impl Entry {
    /// Puts `credential` in the place of the current one, which goes to the history with its running counter.
    pub fn replace_credential(&mut self, at: Stamp, credential: Credential) {
        let was_unread = self.keep_unread_credential();
        let counter = std::mem::replace(&mut self.counter, credential.counter);
        let mut old = std::mem::replace(&mut self.credential, Stamped::new(at, credential));
        old.value.counter = old.value.counter.max(counter);
        match was_unread {
            true => self.note_superseded(old.at),
            false => self.supersede(old),
        }
    }

    /// Sets or drops the candidate; the one before goes to the history, and so do its rivals.
    pub fn set_candidate(&mut self, at: Stamp, candidate: Option<Credential>) {
        let new = candidate.map(|value| Box::new(Stamped::new(at, value)));
        let old = std::mem::replace(&mut self.candidate, new);
        let rivals = std::mem::take(&mut self.rivals);
        for mut old in rivals.into_iter().chain(old.map(|old| *old)) {
            if old.value.kind == Kind::Hotp && !self.counted.stamps().any(|at| at == old.at) {
                // No code of it was used, so its counter says nothing beyond that of an equal one.
                old.value.counter = self.counter_of_equal(&old.value).unwrap_or(old.value.counter);
            }
            self.supersede(old);
        }
    }

    /// The largest counter of those in use or kept that are this credential but for the counter.
    fn counter_of_equal(&self, of: &Credential) -> Option<u64> {
        let is_equal = |other: &Credential| merge::compare_values(other, of).is_eq();
        let current = is_equal(&self.credential.value).then_some(self.counter);
        self.history.iter().filter(|old| is_equal(&old.value)).map(|old| old.value.counter).chain(current).max()
    }

    /// A code of the candidate was taken: where it is the secret in use or one that is kept, that code is used there too,
    /// whatever becomes of the candidate. One that was only set has used none.
    pub fn count_candidate(&mut self) {
        let Some(tried) = self.candidate.as_deref().filter(|tried| tried.value.kind == Kind::Hotp) else { return };
        let equal = [&self.credential].into_iter().chain(&self.history);
        let equal = equal.filter(|other| merge::compare_values(&other.value, &tried.value).is_eq());
        equal.for_each(|other| self.counted.go_on(tried.at, other.at));
    }

    /// The candidate or rival of the stamp `tried` takes the place of the credential. Does nothing where there is none.
    pub fn confirm_candidate(&mut self, at: Stamp, tried: Stamp) {
        let mut all: Vec<_> =
            self.candidate.take().map(|candidate| *candidate).into_iter().chain(std::mem::take(&mut self.rivals)).collect();
        if let Some(place) = all.iter().position(|candidate| candidate.at == tried) {
            self.promote(at, all.remove(place));
            all.into_iter().for_each(|old| self.supersede(old));
        } else {
            let mut all = all.into_iter();
            self.candidate = all.next().map(Box::new);
            self.rivals = all.collect();
        }
    }

    /// A candidate, or a rival of one, takes the place of the credential.
    fn promote(&mut self, at: Stamp, Stamped { at: enrolled, value }: Stamped<Credential>) {
        // One that counts keeps its stamp, by which a merge knows the counter that other machines used of it.
        let keeps_stamp = value.kind == Kind::Hotp && enrolled > self.credential.at;
        match keeps_stamp {
            true => {
                self.status.at = at;
                self.replace_credential(enrolled, value);
            }
            false => {
                self.replace_credential(at, value);
                self.note_superseded(enrolled);
                self.count_on(enrolled);
            }
        }
    }

    /// The present credential, if it counts, goes on where the one of this stamp was or will be left.
    pub fn count_on(&mut self, of: Stamp) {
        if self.credential.value.kind == Kind::Hotp {
            self.counted.go_on(self.credential.at, of);
            merge::tidy_history(self);
        }
    }

    /// After a code was taken, or a counter was raised: those that count as one have one counter.
    pub fn share_counters(&mut self) {
        if !self.counted.is_empty() {
            merge::tidy_history(self);
        }
    }

    /// Those that [`Entry::restore_credential`] can put back, newest first: the history, and the rivals of the candidate.
    pub fn restorable(&self) -> impl Iterator<Item = &Stamped<Credential>> {
        let (mut history, mut rivals) = (self.history.iter().peekable(), self.rivals.iter().peekable());
        std::iter::from_fn(move || match (history.peek(), rivals.peek()) {
            (Some(old), Some(rival)) if old.at > rival.at => history.next(),
            (_, Some(_)) => rivals.next(),
            _ => history.next(),
        })
    }

    /// The replaced credential of the stamp `of` takes the place of the current one, which goes to the history.
    /// Does nothing where there is none. No counter of its secret is given out twice.
    pub fn restore_credential(&mut self, at: Stamp, of: Stamp) {
        let Some(mut old) = self.restorable().find(|old| old.at == of).cloned() else { return };
        let mut others = self.of_one_secret(&old.value);
        others.push(of);
        if old.value.kind == Kind::Hotp {
            old.value.counter = self.counter_of(&old.value);
        }
        if let Some(place) = self.rivals.iter().position(|rival| rival.at == of) {
            self.rivals.remove(place);
            self.promote(at, old);
        } else {
            // One that lost a merge gives way to itself, or it would be kept twice.
            self.note_superseded(of);
            self.replace_credential(at, old.value);
        }
        others.into_iter().for_each(|other| self.count_on(other));
    }

    /// The stamps of those that count with the same secret and are or were in use.
    pub fn of_one_secret(&self, of: &Credential) -> Vec<Stamp> {
        if of.kind != Kind::Hotp {
            return Vec::new();
        }
        let is_same = |other: &&Stamped<Credential>| other.value.kind == Kind::Hotp && other.value.secret == of.secret;
        self.history.iter().chain([&self.credential]).filter(is_same).map(|other| other.at).collect()
    }

    /// The largest counter known of a secret that counts, whatever its other parameters.
    pub fn counter_of(&self, of: &Credential) -> u64 {
        let current = (self.credential.value.secret == of.secret).then_some(self.counter);
        let others = self.history.iter().chain(self.candidate.as_deref()).chain(&self.rivals);
        let others = others.filter(|other| other.value.secret == of.secret).map(|other| other.value.counter);
        others.chain(current).fold(of.counter, u64::max)
    }

    /// A credential that could not be read is in `extra`; its JSON goes to the history's there, or another one would cover it.
    pub(in crate::vault) fn keep_unread_credential(&mut self) -> bool {
        let Some(unread) = self.extra.remove("credential") else { return false };
        match self.extra.entry("history").or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(history) => history.push(unread),
            odd => *odd = Value::Array(vec![odd.take(), unread]),
        }
        true
    }

    fn note_superseded(&mut self, at: Stamp) {
        if let Err(place) = self.superseded.binary_search(&at) {
            self.superseded.insert(place, at);
        }
    }

    fn supersede(&mut self, old: Stamped<Credential>) {
        self.note_superseded(old.at);
        // Only one of several equal ones is kept: it must not go back behind what another has counted.
        if old.value.kind == Kind::Hotp {
            let same = self.history.iter().filter(|other| merge::compare_values(&other.value, &old.value).is_eq());
            same.for_each(|other| self.counted.go_on(old.at, other.at));
        }
        self.history.push(old);
        merge::tidy_history(self);
    }
}
