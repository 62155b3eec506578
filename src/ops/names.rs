//! Names that tell entries apart where they are not cut: equal ones are numbered in the order the entries were made.

use crate::vault::Vault;
use crate::vault::entry::{Entry, EntryId};
use crate::vault::stamp::Stamp;
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

/// What an entry is called in a sentence, with a number where others outside of the trash are called the same.
pub fn called(vault: &Vault, entry: &Entry) -> String {
    let called = entry.called();
    let mut alike: Vec<&Entry> = vault.active().map(|other| other.as_ref()).filter(|other| other.called() == called).collect();
    alike.sort_by_key(|entry| made(entry));
    let at = alike.iter().position(|other| other.id == entry.id);
    let names = numbered(&vec![called.clone(); alike.len()]);
    at.and_then(|at| names.into_iter().nth(at)).unwrap_or(called)
}
