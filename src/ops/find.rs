//! Which entry is meant: exact or one substring match for commands, fuzzy ranking for search as you type.

mod search;

use crate::error::{Error, ErrorKind, Result};
use crate::vault::Vault;
use crate::vault::entry::{Entry, EntryId};
use crate::words::printable;
pub use search::{Search, TagFilter, rank_texts};
use std::sync::Arc;

/// How many entries a hint names.
const NAMED: usize = 10;

/// The one entry meant by `query`: an exact match of issuer, account or id (case aside), else the only substring match;
/// `NoMatch` (with fuzzy suggestions in the hint) or `SeveralMatch` (candidates in the hint) otherwise. A fuzzy match is never taken.
/// `issuer:account` and `issuer account` are matched as one text, too. Entries in the trash are not seen.
pub fn one<'v>(vault: &'v Vault, query: &str) -> Result<&'v Arc<Entry>> {
    one_of(vault.active().collect(), query, "countersign list")
}

/// As [`one`], among the entries in the trash.
pub fn one_in_trash<'v>(vault: &'v Vault, query: &str) -> Result<&'v Arc<Entry>> {
    one_of(vault.trash().collect(), query, "countersign trash")
}

/// All entries whose issuer, account, tags, note or id hold the query (case aside); all of them for an empty query.
pub fn all<'v>(entries: impl Iterator<Item = &'v Arc<Entry>>, query: &str) -> Vec<&'v Arc<Entry>> {
    let query = query.to_lowercase();
    entries
        .filter(|entry| {
            names(entry).iter().any(|name| name.contains(&query))
                || entry.tags().any(|tag| tag.to_lowercase().contains(&query))
                || entry.note.value.to_lowercase().contains(&query)
                || EntryId::parse(&query) == Some(entry.id)
        })
        .collect()
}

/// Issuer, account and both together, in lower case.
fn names(entry: &Entry) -> [String; 4] {
    let (issuer, account) = (entry.issuer.value.to_lowercase(), entry.account.value.to_lowercase());
    let (colon, space) = (format!("{issuer}:{account}"), format!("{issuer} {account}"));
    [issuer, account, colon, space]
}

/// `lists` is the command that shows all of them.
fn one_of<'v>(entries: Vec<&'v Arc<Entry>>, query: &str, lists: &str) -> Result<&'v Arc<Entry>> {
    let wanted = query.trim().to_lowercase();
    if wanted.is_empty() {
        return Err(Error::new(ErrorKind::Usage, "the query is empty").hint("give an issuer, an account or an id"));
    }
    if let Some(id) = EntryId::parse(&wanted) {
        let found = entries.iter().find(|entry| entry.id == id);
        return found.copied().ok_or_else(|| Error::new(ErrorKind::NoMatch, format!("no entry has the id {wanted}")));
    }
    let exact: Vec<_> = entries.iter().copied().filter(|entry| names(entry).contains(&wanted)).collect();
    let found = match exact.is_empty() {
        false => exact,
        true => entries.iter().copied().filter(|entry| names(entry).iter().any(|name| name.contains(&wanted))).collect(),
    };
    match found.as_slice() {
        [] => Err(no_match(&entries, query, lists)),
        [one] => Ok(one),
        several => Err(Error::new(ErrorKind::SeveralMatch, format!("{} entries match \"{}\"", several.len(), printable(query)))
            .hint(format!("say which, by account or id:\n{}", listed(several)))),
    }
}

fn no_match(entries: &[&Arc<Entry>], query: &str, lists: &str) -> Error {
    let error = Error::new(ErrorKind::NoMatch, format!("no entry matches \"{}\"", printable(query)));
    let owned: Vec<Arc<Entry>> = entries.iter().map(|entry| Arc::clone(entry)).collect();
    let near: Vec<_> = Search::default().rank(&owned, query, &TagFilter::All).into_iter().map(|at| &owned[at]).take(3).collect();
    match near.is_empty() {
        false => error.hint(format!("near are:\n{}", listed(&near))),
        true => error.hint(format!("see them all with: {lists}")),
    }
}

/// One line an entry: issuer, account, id.
fn listed(entries: &[&Arc<Entry>]) -> String {
    let mut lines: Vec<String> = entries.iter().take(NAMED).map(|entry| line(entry)).collect();
    if entries.len() > NAMED {
        lines.push(format!("  … and {} more", entries.len() - NAMED));
    }
    lines.join("\n")
}

fn line(entry: &Entry) -> String {
    let names: Vec<String> = [&entry.issuer.value, &entry.account.value]
        .into_iter()
        .filter(|text| !text.is_empty())
        .map(|text| printable(text))
        .collect();
    let names = if names.is_empty() { entry.label().to_owned() } else { names.join(" · ") };
    format!("  {names}  {}", entry.id)
}
