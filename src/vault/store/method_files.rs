//! The files of unlock methods while copies are folded in: a method that gets another name takes its file along, and one that
//! goes takes it away. A file that the vault on the disk needs is overwritten only after `vault.age` needs it no more.

use super::fold::is_unlock_file;
use super::unlock_files::ENDINGS;
use super::{OpenStore, files};
use crate::error::Result;
use crate::vault::{Method, MethodKind, Vault};
use std::collections::BTreeSet;

/// A file under `unlock/` to write, or to remove.
pub type UnlockFile = (String, Option<Vec<u8>>);

/// What is to become of unlock methods beside what their join says.
#[derive(Clone, Debug, Default)]
pub struct UnlockChanges {
    pub files: Vec<UnlockFile>,
    /// Recipient → the name from now on.
    pub names: Vec<(String, String)>,
}

/// Names for methods with files that share one: the oldest keeps it. Every machine comes to the same.
pub fn distinct_names(vault: &Vault) -> Vec<(String, String)> {
    let in_use = vault.methods.iter().filter(|method| method.in_use());
    let mut taken: BTreeSet<String> = in_use.map(|method| method.name.clone()).collect();
    let mut with_file: Vec<_> = vault.with_own_file().collect();
    with_file.sort_by_key(|method| (method.added, &method.recipient));
    let (mut seen, mut names) = (BTreeSet::new(), Vec::new());
    for method in with_file {
        if !seen.insert(&method.name) {
            let free = (2..).map(|number| format!("{}-{number}", method.name)).find(|name| !taken.contains(name));
            let name = free.unwrap_or_default();
            taken.insert(name.clone());
            names.push((method.recipient.clone(), name));
        }
    }
    names
}

/// A longer name wins a merge over the one it begins with, so no stamp is needed.
pub fn rename_methods(vault: &mut Vault, names: &[(String, String)]) {
    for (recipient, name) in names {
        vault.methods.iter_mut().filter(|method| method.recipient == *recipient).for_each(|method| method.name = name.clone());
    }
}

/// Files under `unlock/` with their content.
type Files = Vec<(String, Vec<u8>)>;

/// What is written before `vault.age`, and what only after it.
pub(super) struct Writes {
    pub before: Files,
    pub after: Files,
}

/// The names of the methods in use that have files under `unlock/`.
fn file_names(vault: &Vault) -> BTreeSet<&str> {
    let with_file = vault.methods.iter().filter(|method| method.in_use() && method.has_file());
    with_file.map(|method| method.name.as_str()).collect()
}

fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

impl OpenStore {
    /// The files to write on the way from `base`, which is on the disk, to `vault`.
    pub(super) fn writes(&self, base: &Vault, vault: &Vault, changes: &UnlockChanges) -> Result<Writes> {
        let given = changes.files.iter().filter(|(name, _)| is_unlock_file(name));
        let mut files: Files = given.filter_map(|(name, bytes)| Some((name.clone(), bytes.clone()?))).collect();
        files.extend(self.files_of_renamed(base, vault, changes)?);
        // A method's name only grows. So a file goes to its new name before what is to lie at the old one comes.
        files.sort_by(|(a, _), (b, _)| stem(b).cmp(stem(a)));
        let is_needed = |name: &str| {
            base.with_own_file().any(|method| method.name == name && vault.method_name(&method.recipient) != Some(name))
        };
        let (after, before) = files.into_iter().partition(|(name, _)| is_needed(stem(name)));
        Ok(Writes { before, after })
    }

    /// Of each method that gets another name, its files under that. Where there is one already, whoever gave the name has
    /// brought it.
    fn files_of_renamed(&self, base: &Vault, vault: &Vault, changes: &UnlockChanges) -> Result<Files> {
        let name = |method: &Method| vault.method_name(&method.recipient).map(|to| (method.name.clone(), to.to_owned()));
        let renamed: Vec<_> = base.with_own_file().filter_map(name).filter(|(from, to)| from != to).collect();
        if renamed.is_empty() {
            return Ok(Vec::new());
        }
        let disk = self.place.read_unlock_files(&*self.world.storage)?;
        let is_there = |name: &str| {
            let key_file = format!("{name}{}", ENDINGS[0]);
            disk.contains_key(&key_file) || changes.files.iter().any(|(name, _)| *name == key_file)
        };
        let copies = renamed.iter().filter(|(_, to)| !is_there(to)).flat_map(|(from, to)| {
            let disk = &disk;
            let copy = move |ending| Some((format!("{to}{ending}"), disk.get(&format!("{from}{ending}"))?.clone()));
            ENDINGS.into_iter().filter_map(copy)
        });
        Ok(copies.collect())
    }

    /// A method that went takes its files along, or they would offer what opens nothing. What can't be removed does no harm.
    pub(super) fn remove_files_of_gone(&mut self, base: &Vault) {
        let kept = file_names(&self.vault);
        for name in file_names(base).difference(&kept) {
            if *name == MethodKind::PASSPHRASE {
                let on_disk = self.place.read_passphrase_file(&*self.world.storage).ok().map(|file| files::digest(&file));
                // Another file than the one known may be of a passphrase that a sync program is just bringing.
                if self.passphrase_file.is_none() || on_disk != self.passphrase_file {
                    continue;
                }
                self.passphrase_file = None;
            } else if !base.with_own_file().filter(|method| method.name == *name).all(|method| self.is_without(name, method)) {
                continue;
            }
            let _ = self.place.remove_unlock_files(&self.world, name);
        }
    }

    /// Whether the method does without the file it had under this name: it is out of use, or another name has the same file.
    fn is_without(&self, name: &str, method: &Method) -> bool {
        let file = |name: &str| self.place.read_unlock_file(&*self.world.storage, name).ok();
        self.vault.method_name(&method.recipient).is_none_or(|now| file(now).is_some_and(|now| file(name) == Some(now)))
    }
}
