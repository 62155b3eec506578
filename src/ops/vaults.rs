//! The vaults that lie beside each other in the data folder, by their names.

use crate::error::{Error, ErrorKind, Result};
use crate::ports::Storage;
use crate::vault::store::{self, Presence, World};
use crate::words::{folded, is_obeyed, is_same};
use std::path::{Path, PathBuf};

/// A vault, and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub name: String,
    pub folder: PathBuf,
}

impl Named {
    /// A vault anywhere, called by its folder.
    pub fn of(folder: &Path) -> Named {
        let name = folder.file_name().unwrap_or(folder.as_os_str());
        Named { name: name.to_string_lossy().into_owned(), folder: folder.to_owned() }
    }
}

/// Those in `beside`, by name. None where the folder can't be listed.
pub fn list(world: &World, beside: &Path) -> Vec<Named> {
    let names = world.storage.list(beside).unwrap_or_default();
    let folders = names.into_iter().map(|name| beside.join(name));
    let mut vaults: Vec<Named> = folders.filter(|folder| is_there(world, folder)).map(|folder| Named::of(&folder)).collect();
    vaults.sort_by_cached_key(|vault| (folded(&vault.name), vault.name.clone()));
    vaults
}

/// Whether a folder holds a vault. A damaged one is a vault, too: opening it says what is wrong.
pub fn is_there(world: &World, folder: &Path) -> bool {
    match store::presence(world, folder) {
        Ok(presence) => presence != Presence::Nothing,
        Err(error) => error.kind == ErrorKind::VaultDamaged,
    }
}

/// That there is no vault in a folder. One that was here before is not made anew without a thought.
pub fn missing(world: &World, folder: &Path) -> Error {
    if store::was_here(world, folder) {
        let what = format!("the vault that was in {} is gone", folder.display());
        return Error::new(ErrorKind::NoVault, what)
            .hint("is its disk mounted? else put it back with countersign restore-backup FOLDER, of a backup in another place");
    }
    let what = format!("there is no vault in {}", folder.display());
    Error::new(ErrorKind::NoVault, what).hint("create one with: countersign init")
}

/// Whether a path is a name beside the default vault rather than a place.
pub fn is_bare_name(path: &Path) -> bool {
    let name = path.as_os_str();
    name != "." && name != ".." && !name.to_string_lossy().contains('/')
}

/// The folder of the vault of this name. macOS takes letters and accents apart in the names of files: where there is no folder
/// of the name as it is written, the only one that looks the same is meant.
pub fn folder_of(storage: &dyn Storage, beside: &Path, name: &Path) -> PathBuf {
    let folder = beside.join(name);
    let text = name.to_string_lossy();
    if text.is_ascii() || storage.facts(&folder).is_ok() {
        return folder;
    }
    let names = storage.list(beside).unwrap_or_default();
    let mut alike = names.iter().filter(|other| is_same(other, &text));
    match (alike.next(), alike.next()) {
        (Some(one), None) => beside.join(one),
        _ => folder,
    }
}

/// The folder of a new vault of this name.
pub fn place_of(beside: &Path, name: &str) -> Result<PathBuf> {
    let name = name.trim();
    if name.is_empty() || name.starts_with('.') || !is_bare_name(Path::new(name)) || name.contains(is_obeyed) {
        return Err(Error::new(ErrorKind::Usage, "a vault's name has no slash and does not begin with a dot"));
    }
    Ok(beside.join(name))
}
