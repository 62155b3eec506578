//! Names that tell entries apart where they are not cut: equal ones are numbered in the order the entries were made.

use crate::vault::Vault;
use crate::vault::entry::{Entry, EntryId};
use crate::vault::stamp::Stamp;
use crate::words::{composed, is_same};
use std::collections::{HashMap, HashSet};

/// Sorts entries in the order they were made.
pub fn made(entry: &Entry) -> (Stamp, EntryId) {
    (entry.created, entry.id)
}

/// The texts, each unlike the others: behind those that occur more than once stands a number, in the order given.
pub fn numbered(texts: &[String]) -> Vec<String> {
    let mut times: HashMap<&str, usize> = HashMap::new();
    texts.iter().for_each(|text| *times.entry(text).or_default() += 1);
    let mut last: HashMap<&str, usize> = HashMap::new();
    let mut taken: HashSet<String> = HashSet::new();
    let mut unlike = Vec::with_capacity(texts.len());
    for text in texts {
        let mut shown = text.clone();
        while times.get(shown.as_str()).is_some_and(|times| *times > 1 || shown != *text) || taken.contains(&shown) {
            let number = last.entry(text).or_default();
            *number += 1;
            shown = if text.is_empty() { format!("#{number}") } else { format!("{text} #{number}") };
        }
        taken.insert(shown.clone());
        unlike.push(shown);
    }
    unlike
}

/// What the entries outside of the trash are called in sentences, with a number where several have names that look the same.
pub fn all(vault: &Vault) -> HashMap<EntryId, String> {
    let mut entries: Vec<&Entry> = vault.active().map(|entry| entry.as_ref()).collect();
    let names = |entry: &Entry| (composed(&entry.issuer.value).into_owned(), composed(&entry.account.value).into_owned());
    entries.sort_by_cached_key(|entry| (names(entry), made(entry)));
    let look_alike = |one: &Entry, other: &Entry| {
        is_same(&one.issuer.value, &other.issuer.value) && is_same(&one.account.value, &other.account.value)
    };
    let alike = entries.chunk_by(|one, other| look_alike(one, other));
    let called = |group: &[&Entry]| match group {
        [one] => vec![one.called()],
        _ => numbered(&group.iter().map(|entry| composed(&entry.called()).into_owned()).collect::<Vec<_>>()),
    };
    let ids = entries.iter().map(|entry| entry.id);
    ids.zip(alike.flat_map(called)).collect()
}
