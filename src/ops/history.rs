//! The replaced secrets of an entry, as a person is told of them: which there are, how they came to be replaced, and a
//! mark by which they can be told apart without being shown.

use super::change::same_but_counter;
use crate::error::{Error, ErrorKind, Result};
use crate::otp::Credential;
use crate::ports::UnixMs;
use crate::secret::Secret;
use crate::vault::entry::{Entry, EntryId};
use crate::vault::stamp::Stamp;
use sha2::{Digest, Sha256};

/// A credential that [`super::change::Change::RestoreCredential`] puts back.
#[derive(Debug, PartialEq)]
pub struct Replaced<'e> {
    pub at: Stamp,
    /// With its running counter.
    pub credential: &'e Credential,
    pub fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// In use until the next one was set, at this time.
    Replaced(UnixMs),
    /// Set on one machine while another one set what stayed.
    LostMerge,
    /// A new secret that was dropped, or that waits behind another one, and never was in use.
    NeverConfirmed,
}

/// Newest first. What only differs from the present one by its counter is left out: nothing would be put back.
pub fn of(entry: &Entry) -> Vec<Replaced<'_>> {
    let present = &entry.credential;
    let others = entry.restorable().filter(|old| !same_but_counter(&old.value, &present.value));
    others.map(|old| Replaced { at: old.at, credential: &old.value, fate: fate(entry, old.at) }).collect()
}

fn fate(entry: &Entry, at: Stamp) -> Fate {
    let is_rival = entry.rivals.iter().any(|rival| rival.at == at);
    if is_rival || at > entry.credential.at {
        return Fate::NeverConfirmed;
    }
    if entry.superseded.binary_search(&at).is_err() {
        return Fate::LostMerge;
    }
    let later = entry.history.iter().map(|old| old.at).chain([entry.credential.at]).filter(|other| *other > at);
    later.min().map_or(Fate::NeverConfirmed, |next| Fate::Replaced(next.wall_ms))
}

/// The replaced secret of this number, 1 for the newest.
pub fn nth(entry: &Entry, number: usize) -> Result<Replaced<'_>> {
    let mut all = of(entry);
    match number.checked_sub(1).filter(|at| *at < all.len()) {
        Some(at) => Ok(all.swap_remove(at)),
        None => {
            let called = entry.called();
            let error = Error::new(ErrorKind::NoMatch, format!("{called} has no replaced secret {number}"));
            Err(match all.len() {
                0 => error.hint("none of its secrets was ever replaced"),
                _ => error.hint(format!("those there are: countersign history {}", entry.id)),
            })
        }
    }
}

/// Four hexadecimal digits that tell the secrets of one entry apart. Too few to find out a secret by, and those of another
/// entry with the same secret differ.
pub fn mark(id: EntryId, secret: &Secret) -> String {
    let hash = Sha256::new().chain_update(b"countersign mark of a secret").chain_update(id.0.to_be_bytes());
    let hash = hash.chain_update(secret.expose()).finalize();
    format!("{:02x}{:02x}", hash[0], hash[1])
}
