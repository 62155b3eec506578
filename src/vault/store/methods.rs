//! The unlock methods beside the passphrase: opening by them, listing, adding, removing. Each change is one rewrite of
//! `vault.age`. A file under `unlock/` comes before the vault is sealed to its key and goes after it is no more: cut short
//! in between, a file is left that opens nothing.

use super::files::{self, Place};
use super::{OpenStore, Trust, World, hex, open};
use crate::error::{Error, ErrorKind, Result};
use crate::ports::Prompt;
use crate::vault::entry::EntryId;
use crate::vault::seal::identity::{Asking, Identities};
use crate::vault::seal::{self, MethodKey};
use crate::vault::{Method, MethodKind, RetiredKey, Vault, merge};
use std::path::Path;
use std::sync::Arc;

/// A way to unlock that the files tell of before anything is opened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    Passphrase,
    /// The name of the method; its identity lies beside it.
    Plugin(String),
    /// The name of the method; the SSH key is to be named.
    Ssh(String),
}

/// The ways that have files under `unlock/`. A recovery key has none and may be there all the same.
pub fn ways(world: &World, folder: &Path) -> Vec<Way> {
    let Ok(place) = Place::find(&*world.storage, folder) else { return Vec::new() };
    let names = place.unlock_names(&*world.storage).unwrap_or_default();
    let way = |name: String| match name.as_str() {
        MethodKind::PASSPHRASE => Way::Passphrase,
        _ if place.read_stub(&*world.storage, &name).is_ok() => Way::Plugin(name),
        _ => Way::Ssh(name),
    };
    let mut ways: Vec<Way> = names.into_iter().map(way).collect();
    ways.sort();
    ways
}

/// The identity file of a plugin's method, as it lies in the vault.
pub fn stub(world: &World, folder: &Path, name: &str) -> Result<String> {
    check_name(name)?;
    Place::find(&*world.storage, folder)?.read_stub(&*world.storage, name)
}

/// Opens the vault by keys of the person: an age key opens it itself, others by the files under `unlock/`.
/// `WrongPassphrase` where none does.
pub fn unlock_by(world: &World, folder: &Path, keys: &Identities, person: Arc<dyn Prompt>, trust: Trust) -> Result<OpenStore> {
    let storage = &*world.storage;
    let place = Place::find(storage, folder)?;
    let sealed = place.read_vault(storage)?;
    let names = place.unlock_names(storage)?.into_iter().filter(|name| *name != MethodKind::PASSPHRASE);
    let files = names.map(|name| place.read_unlock_file(storage, &name));
    let found = keys_for(&sealed, files, keys, &Asking::new(person))?.ok_or_else(|| {
        Error::new(ErrorKind::WrongPassphrase, "this key does not open the vault")
            .hint("it was never added, or was removed: `countersign keys list` tells which there are")
    })?;
    let mut store = open(world, place, sealed, found, None, trust)?;
    // A file under `unlock/` that opens nothing may be planted: whoever knows an SSH key's public half can make one. Its key
    // must not count as one in hand, or it would vouch for copies.
    let is_of_vault = |key: &MethodKey| store.vault.method_name(&key.recipient()).is_some();
    let known: Vec<MethodKey> = store.keys.iter().filter(|key| is_of_vault(key)).cloned().collect();
    if !known.is_empty() {
        store.keys = known;
    }
    Ok(store)
}

/// The method keys that keys of a person give: an age key is one itself, others open one of the `files` under `unlock/`.
/// `None` where none of them opens the vault. A vault whose header can't be read is for all of them.
pub(super) fn keys_for(
    sealed: &[u8],
    files: impl Iterator<Item = Result<Vec<u8>>>,
    keys: &Identities,
    asking: &Asking,
) -> Result<Option<Vec<MethodKey>>> {
    let mut found = keys.age_keys();
    for file in files {
        if seal::is_for(sealed, &found) {
            break;
        }
        found.extend(keys.unwrap(&file?, asking)?.unwrap_or_default());
    }
    Ok(seal::is_for(sealed, &found).then_some(found))
}

/// What to add.
pub enum NewMethod<'a> {
    /// `age1…`: the vault is sealed to it directly.
    Direct { kind: &'a str, recipient: &'a str },
    /// A key in a file of its own, `wrapped`; with the identity of a plugin, as a file for `age -i`.
    Wrapped { kind: &'a str, key: &'a MethodKey, wrapped: &'a [u8], stub: Option<&'a str> },
}

/// A method as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub name: String,
    pub kind: String,
    /// Tells methods of one name apart: the first of the SHA-256 of its recipient, which itself is never shown.
    pub id: String,
    /// Wall clock, ms; of the newest passphrase, when it was set.
    pub added_ms: u64,
    pub state: MethodState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodState {
    Usable,
    /// Its file under `unlock/` is not there.
    FileMissing,
    /// A file under `unlock/` that opens nothing: a change was cut short, or a sync is under way.
    Stray,
    /// Of a newer version of this program.
    Unknown,
}

/// What a removal leaves to do.
#[derive(Debug)]
pub struct Removed {
    pub name: String,
    pub kind: String,
    /// Who had this key may have read the secrets of these: they are to be enrolled anew where that matters.
    pub exposed: Vec<EntryId>,
    /// Its file could not be removed; it opens nothing any more.
    pub left_behind: Option<Error>,
}

impl OpenStore {
    /// All methods in use, oldest first, and stray files.
    pub fn methods(&self) -> Vec<Listed> {
        let files = self.place.unlock_names(&*self.world.storage).unwrap_or_default();
        let in_use = || self.vault.methods.iter().filter(|method| method.in_use());
        // Of several passphrases, which a change that was cut short leaves, the newest stands for them.
        let is_covered = |method: &&Method| {
            method.kind == MethodKind::PASSPHRASE && in_use().any(|other| other.kind == method.kind && other.added > method.added)
        };
        let mut all: Vec<Listed> = in_use().filter(|method| !is_covered(method)).map(|method| listed(method, &files)).collect();
        let strays =
            files.iter().filter(|file| !self.vault.methods.iter().any(|method| method.in_use() && method.name == **file));
        all.extend(strays.map(|file| Listed {
            name: file.clone(),
            kind: String::new(),
            id: String::new(),
            added_ms: 0,
            state: MethodState::Stray,
        }));
        all
    }

    /// The ways of [`ways`], of the open vault.
    pub fn ways(&self) -> Vec<Way> {
        ways(&self.world, &self.place.folder)
    }

    pub fn add_method(&mut self, name: &str, new: NewMethod) -> Result<()> {
        self.writable()?;
        check_name(name)?;
        let world = self.world.clone();
        let _lock = self.place.lock(&*world.storage)?;
        // What others did meanwhile is known before any file is written.
        self.change_locked(|_, _| Ok(()))?;
        if self.vault.methods.iter().any(|method| method.in_use() && method.name == name) {
            return Err(Error::new(ErrorKind::WouldOverwrite, format!("there is an unlock method {name} already"))
                .hint("give another name with --name"));
        }
        let (kind, recipient) = match &new {
            NewMethod::Direct { kind, recipient } => (*kind, (*recipient).to_owned()),
            NewMethod::Wrapped { kind, key, wrapped, stub } => {
                self.place.write_unlock_files(&world, name, wrapped, *stub)?;
                (*kind, key.recipient())
            }
        };
        self.change_locked(|vault, stamper| {
            if vault.methods.iter().any(|method| method.in_use() && method.recipient == recipient) {
                return Err(Error::new(ErrorKind::WouldOverwrite, "this key can unlock the vault already"));
            }
            // One that was removed comes back: the merge takes the later of its stamps.
            vault.methods.retain_mut(|method| method.recipient != recipient || method.removed.is_some());
            let added = stamper.next();
            match vault.methods.iter_mut().find(|method| method.recipient == recipient) {
                Some(method) => (method.name, method.kind, method.added) = (name.into(), kind.into(), added),
                None => vault.methods.push(Method::new(name, kind, recipient, added)),
            }
            merge::sort_methods(&mut vault.methods);
            Ok(())
        })
    }

    /// Removes a method by its name, or by its id where several have the name.
    pub fn remove_method(&mut self, name: &str) -> Result<Removed> {
        self.writable()?;
        let world = self.world.clone();
        let _lock = self.place.lock(&*world.storage)?;
        let files = self.place.unlock_names(&*world.storage)?;
        let keys = self.keys.clone();
        let removed = self.change_locked(|vault, stamper| {
            let gone = find(vault, name, &files)?;
            let Some(first) = gone.first() else { return Ok(None) };
            let remains = |method: &&Method| method.in_use() && !gone.contains(&method.recipient) && is_own(method);
            if !vault.methods.iter().filter(remains).any(|method| listed(method, &files).state == MethodState::Usable) {
                return Err(Error::failed("this is the last method that unlocks the vault for you")
                    .hint("add another one first: countersign keys add recovery"));
            }
            let at = stamper.next();
            // A removed passphrase's key stays for reading older copies, as a changed one's does.
            for key in keys.iter().filter(|key| gone.contains(&key.recipient())) {
                vault.retired.push(RetiredKey { identity: key.text(), retired: at });
            }
            merge::sort_retired(&mut vault.retired);
            for method in vault.methods.iter_mut().filter(|method| gone.contains(&method.recipient)) {
                method.removed = Some(at);
            }
            Ok(vault
                .methods
                .iter()
                .find(|method| method.recipient == *first)
                .map(|method| (method.name.clone(), method.kind.clone())))
        })?;
        let (name, kind) = removed.unwrap_or_else(|| (name.to_owned(), String::new()));
        // Another one of that name, from another machine, may be the file's owner.
        let is_owned = self.vault.methods.iter().any(|method| method.in_use() && method.name == name && method.has_file());
        let left_behind = match is_owned {
            true => None,
            false => self.place.remove_unlock_files(&world, &name).err(),
        };
        let exposed = match kind.is_empty() {
            true => Vec::new(),
            false => self.vault.active().map(|entry| entry.id).collect(),
        };
        Ok(Removed { name, kind, exposed, left_behind })
    }
}

/// The recipients of the method meant; none of a stray file. A change of the passphrase that was cut short leaves two of
/// it, which go together.
fn find(vault: &Vault, name: &str, files: &[String]) -> Result<Vec<String>> {
    let in_use = || vault.methods.iter().filter(|method| method.in_use());
    let named: Vec<&Method> = in_use().filter(|method| method.name == name).collect();
    let named = if named.is_empty() { in_use().filter(|method| id(method) == name).collect() } else { named };
    let recipients = |of: &[&Method]| of.iter().map(|method| method.recipient.clone()).collect();
    match &named[..] {
        [method, ..] if method.kind == MethodKind::PASSPHRASE => {
            Ok(recipients(&in_use().filter(|method| method.kind == MethodKind::PASSPHRASE).collect::<Vec<_>>()))
        }
        [_] => Ok(recipients(&named)),
        [] if files.iter().any(|file| file == name) => Ok(Vec::new()),
        [] => Err(Error::new(ErrorKind::NoMatch, format!("there is no unlock method {}", crate::words::printable(name)))
            .hint("`countersign keys list` tells which there are")),
        _ => Err(Error::new(ErrorKind::SeveralMatch, format!("several unlock methods are called {name}"))
            .hint("name it by the id that `countersign keys list` shows")),
    }
}

fn listed(method: &Method, files: &[String]) -> Listed {
    let state = match method.kind.as_str() {
        MethodKind::RECOVERY | MethodKind::PERSON => MethodState::Usable,
        _ if !method.has_file() => MethodState::Unknown,
        _ if files.contains(&method.name) => MethodState::Usable,
        _ => MethodState::FileMissing,
    };
    Listed { name: method.name.clone(), kind: method.kind.clone(), id: id(method), added_ms: method.added.wall_ms, state }
}

/// Another person's key is no way in for whoever keeps the vault.
fn is_own(method: &Method) -> bool {
    method.kind != MethodKind::PERSON
}

fn id(method: &Method) -> String {
    hex(&files::digest(method.recipient.as_bytes())[..4])
}

/// A name is that of a file, and is typed.
pub fn check_name(name: &str) -> Result<()> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_good = !name.is_empty() && name.chars().count() <= 40 && name.chars().all(fits) && !name.starts_with('.');
    match is_good && name != MethodKind::PASSPHRASE {
        true => Ok(()),
        false => {
            Err(Error::new(ErrorKind::Usage, format!("an unlock method can't be called {:?}", crate::words::printable(name)))
                .hint("letters, digits, - _ and . make a name; passphrase is taken"))
        }
    }
}
