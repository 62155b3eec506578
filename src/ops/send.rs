//! Entries go from one open vault to another: copied, or moved. They are on the disk there before they leave here, and what
//! is there already is not added again, so that a move that was broken off is simply repeated.

use super::change::{Change, Outcome};
use super::export::draft_of;
use super::session::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::otp::{Credential, Kind};
use crate::transfer::Draft;
use crate::vault::Vault;
use crate::vault::entry::{Entry, EntryId, RecoveryCode};
use crate::vault::stamp::Stamped;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    Copy,
    /// To the trash here, when they are there.
    Move,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sent {
    pub added: usize,
    /// Were in the other vault already.
    pub there: usize,
    /// Copied entries that count their codes: each copy goes on by itself, and a site takes only one count.
    pub counters: Vec<String>,
    /// Of this vault; nothing of the other is taken back by it.
    pub outcome: Outcome,
}

impl Sent {
    /// What is said behind the name of the other vault of those that were there.
    pub fn already(&self) -> String {
        match (self.added, self.there) {
            (_, 0) => String::new(),
            (0, _) => ", where all was already".into(),
            (_, some) => format!(", where {some} of them were already"),
        }
    }
}

/// Sends active entries of `from` to `to`. On an error nothing has left `from`; the error says whether `to` has them.
pub fn send(from: &mut Session, to: &mut Session, ids: &[EntryId], sending: Sending) -> Result<Sent> {
    if from.vault().id == to.vault().id {
        return Err(Error::new(ErrorKind::Usage, "that is the same vault").hint("choose another one"));
    }
    let writable = |session: &Session, which: &str| match session.read_only() {
        Some(why) => Err(Error::new(ErrorKind::ReadOnly, format!("{which} vault can only be read: {why}"))),
        None => Ok(()),
    };
    writable(to, "the other")?;
    if sending == Sending::Move {
        writable(from, "this")?;
    }
    // A counter that another program has taken further must not fall back.
    from.refresh()?;
    let entries = ids.iter().map(|id| active(from.vault(), *id)).collect::<Result<Vec<_>>>()?;
    let mut by_secret: HashMap<&[u8], Vec<&Arc<Entry>>> = HashMap::new();
    for entry in to.vault().active() {
        by_secret.entry(entry.credential.value.secret.expose()).or_default().push(entry);
    }
    let is_there = |entry: &Arc<Entry>| {
        let alike = by_secret.get(entry.credential.value.secret.expose());
        alike.is_some_and(|alike| alike.iter().any(|there| is_same(there, entry)))
    };
    let (there, new): (Vec<_>, Vec<_>) = entries.into_iter().partition(is_there);
    let mut sent = Sent { added: new.len(), there: there.len(), ..Sent::default() };
    if sending == Sending::Copy {
        let counts = |entry: &&Arc<Entry>| entry.credential.value.kind == Kind::Hotp;
        sent.counters = new.iter().filter(counts).map(|entry| entry.called()).collect();
    }
    if !new.is_empty() {
        to.apply(Change::Adopt(new))?;
    }
    if sending == Sending::Move {
        sent.outcome = from.apply(Change::Delete(ids.to_vec())).map_err(|error| {
            let error = Error { what: format!("the other vault has them now, but they are still here: {}", error.what), ..error };
            error.hint("nothing is lost; move them again when that is mended")
        })?;
    }
    Ok(sent)
}

fn active(vault: &Vault, id: EntryId) -> Result<Arc<Entry>> {
    let entry = vault.entry(id).filter(|entry| !entry.is_deleted());
    entry.cloned().ok_or_else(|| Error::new(ErrorKind::NoMatch, "an entry is not there any more").hint("look at the list again"))
}

/// Whether one vault's entry is the other's in every field; the counter may be further there, and more may be kept.
fn is_same(there: &Entry, here: &Entry) -> bool {
    let codes = |set: &Stamped<Vec<RecoveryCode>>| set.value.iter().map(|code| code.code.clone()).collect::<Vec<_>>();
    let has_set = |set| there.recovery_history.iter().any(|known| codes(known) == codes(set));
    let has_rival = |rival: &Stamped<Credential>| there.rivals.iter().any(|known| known.value == rival.value);
    if !here.recovery_history.iter().all(has_set) || !here.rivals.iter().all(has_rival) {
        return false;
    }
    let own = |entry: &Entry| Draft { id: None, pinned: false, ..draft_of(entry) };
    let (mut there, here) = (own(there), own(here));
    there.credential.counter = there.credential.counter.min(here.credential.counter);
    for (there, here) in there.history.iter_mut().zip(&here.history) {
        there.counter = there.counter.min(here.counter);
    }
    there == here
}
