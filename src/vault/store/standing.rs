//! What of a vault still stands when it does not open: a `vault.age` that is whole is never put aside for an older one.

use super::files::{self, Place, write_error};
use super::{MethodKey, World, copies, seal};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretText;
use crate::vault::schema;
use crate::vault::store::copies::Parcel;
use std::path::{Path, PathBuf};

/// What the keys of a backup tell of the `vault.age` at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is missing or damaged: a backup may take its place.
    Fallen,
    /// It opens with them: it lacks an unlock file at most.
    Open,
    /// It is whole as far as can be told, and sealed for other keys.
    Shut,
}

/// The passphrase may open keys of the vault's own that those of the backup are not.
pub fn standing(world: &World, folder: &Path, keys: &[MethodKey], passphrase: Option<&SecretText>) -> Result<Standing> {
    let storage = &*world.storage;
    let place = copies::place_around(storage, folder)?;
    let sealed = match place.read_vault(storage) {
        Ok(sealed) if seal::check_form(&sealed).is_ok() => sealed,
        Ok(_) => return Ok(Standing::Fallen),
        Err(error) if error.kind == ErrorKind::VaultDamaged => return Ok(Standing::Fallen),
        Err(error) => return Err(error),
    };
    let by = |keys: &[MethodKey]| match seal::open_if_any(&sealed, keys) {
        Ok(Some((payload, _))) if schema::read(&payload).is_ok() => Standing::Open,
        Ok(None) => Standing::Shut,
        Ok(Some(_)) | Err(_) => Standing::Fallen,
    };
    match (by(keys), passphrase) {
        (Standing::Shut, Some(passphrase)) => {
            let own = place.read_passphrase_file(storage).and_then(|file| seal::unwrap(&file, passphrase));
            Ok(own.map_or(Standing::Shut, |keys| by(&keys)))
        }
        (standing, _) => Ok(standing),
    }
}

/// Puts the passphrase file of a backup, whose key opens the vault, in its place; the vault stays as it is. What is there is
/// kept in `backups/aside` first.
pub fn put_passphrase_back(world: &World, folder: &Path, parcel: &Parcel, aside: &str) -> Result<Option<PathBuf>> {
    let place = copies::place_around(&*world.storage, folder)?;
    let file = parcel.get(files::PASSPHRASE_FILE).ok_or_else(|| shut(folder))?;
    let _lock = place.lock(&*world.storage)?;
    let kept = copies::set_aside(world, &place, aside)?;
    place.write_passphrase_file(world, file).map_err(|unwritten| write_error(&unwritten))?;
    Ok(kept)
}

/// The refusal to put a backup over a vault that is whole.
pub fn shut(folder: &Path) -> Error {
    let what = format!("{} in {} is whole: an older one does not take its place", files::VAULT_FILE, folder.display());
    Error::new(ErrorKind::WouldOverwrite, what).hint(
        "nothing was changed; unlock it by a key that opens it, or let your sync bring all files; \
         if it is lost all the same, move it away and try again",
    )
}

impl Place {
    /// The file that the passphrase opens. Where it is not there while the vault itself is whole, the vault may well have no
    /// passphrase: nothing is damaged as far as can be told.
    pub(super) fn find_passphrase_file(&self, world: &World) -> Result<Vec<u8>> {
        let storage = &*world.storage;
        let is_whole = || self.read_vault(storage).is_ok_and(|sealed| seal::check_form(&sealed).is_ok());
        if files::exists(storage, &self.passphrase)? || !is_whole() {
            return self.read_passphrase_file(storage);
        }
        Err(Error::new(ErrorKind::WrongPassphrase, "this vault has no passphrase here: unlock it by a key").hint(format!(
            "if it had one, wait until your sync has brought {}, or put that back with: countersign restore-backup NAME",
            files::PASSPHRASE_FILE
        )))
    }
}
