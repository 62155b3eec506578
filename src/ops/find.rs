//! Which entry is meant: exact or one substring match for commands, fuzzy ranking for search as you type.

mod search;

use crate::error::{Error, ErrorKind, Result};
use crate::vault::Vault;
use crate::vault::entry::{Entry, EntryId};
use crate::words::{folded, printable, spelled};
pub use search::{Search, TagFilter, rank_texts};
use std::sync::Arc;

/// How many entries a hint names.
const NAMED: usize = 10;

/// The one entry meant by `query`: an exact match of issuer, account or id (case aside), else the only one that is it without
/// accents, else the only substring match; `NoMatch` (with fuzzy suggestions in the hint) or `SeveralMatch` (candidates in the
/// hint) otherwise. A fuzzy match is never taken. `issuer:account` and `issuer account` are matched as one text, too. Entries in
/// the trash are not seen.
pub fn one<'v>(vault: &'v Vault, query: &str) -> Result<&'v Arc<Entry>> {
    one_of(vault.active().collect(), query, "countersign list")
}

/// As [`one`], among the entries in the trash.
pub fn one_in_trash<'v>(vault: &'v Vault, query: &str) -> Result<&'v Arc<Entry>> {
    one_of(vault.trash().collect(), query, "countersign trash")
}

/// All entries whose issuer, account, tags, note or id hold the query, in any spelling; all of them for an empty query.
pub fn all<'v>(entries: impl Iterator<Item = &'v Arc<Entry>>, query: &str) -> Vec<&'v Arc<Entry>> {
    let query = folded(query);
    entries
        .filter(|entry| {
            names(entry, folded).iter().any(|name| name.contains(&query))
                || entry.tags().any(|tag| folded(tag).contains(&query))
                || folded(&entry.note.value).contains(&query)
                || EntryId::parse(&query) == Some(entry.id)
        })
        .collect()
}

/// Keeps the entries with a tag, case aside. Where none has it in this spelling, those that have it without its accents.
pub fn retain_tagged(entries: &mut Vec<&Arc<Entry>>, tag: &str) {
    let having = |form: fn(&str) -> String| {
        let wanted = form(tag);
        move |entry: &&Arc<Entry>| entry.tags().any(|set| form(set) == wanted)
    };
    let form = if entries.iter().any(having(spelled)) { spelled } else { folded };
    entries.retain(having(form));
}

/// Issuer, account and both together, in this form.
fn names(entry: &Entry, form: fn(&str) -> String) -> [String; 4] {
    let (issuer, account) = (form(&entry.issuer.value), form(&entry.account.value));
    let (colon, space) = (format!("{issuer}:{account}"), format!("{issuer} {account}"));
    [issuer, account, colon, space]
}

/// `lists` is the command that shows all of them.
fn one_of<'v>(entries: Vec<&'v Arc<Entry>>, query: &str, lists: &str) -> Result<&'v Arc<Entry>> {
    let query = query.trim();
    let (wanted, loose) = (spelled(query), folded(query));
    if wanted.is_empty() {
        return Err(Error::new(ErrorKind::Usage, "the query is empty").hint("give an issuer, an account or an id"));
    }
    if let Some(id) = EntryId::parse(&wanted) {
        let found = entries.iter().find(|entry| entry.id == id);
        return found.copied().ok_or_else(|| Error::new(ErrorKind::NoMatch, format!("no entry has the id {wanted}")));
    }
    let is_exact = |entry: &Entry| names(entry, spelled).contains(&wanted);
    // Accents that were typed are meant: a longer name that has them is as near as a whole one without.
    let is_near = |entry: &Entry| {
        names(entry, folded).contains(&loose)
            || wanted != loose && names(entry, spelled).iter().any(|name| name.contains(&wanted))
    };
    let holds = |entry: &Entry| names(entry, folded).iter().any(|name| name.contains(&loose));
    let levels: [&dyn Fn(&Entry) -> bool; 3] = [&is_exact, &is_near, &holds];
    let of_level = |level: &&dyn Fn(&Entry) -> bool| entries.iter().copied().filter(|entry| level(entry)).collect::<Vec<_>>();
    let found = levels.iter().map(of_level).find(|found| !found.is_empty()).unwrap_or_default();
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
