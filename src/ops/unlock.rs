//! Opening a vault in each of the ways there are, the same for both front ends.

use super::session::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::ports::Prompt;
use crate::secret::SecretText;
use crate::vault::Vault;
use crate::vault::seal::MethodKey;
use crate::vault::seal::identity::{Asking, Identities};
use crate::vault::store::copies::Parcel;
use crate::vault::store::{self, Standing, Trust, World};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a person opens a vault with.
#[derive(Clone, Debug, PartialEq)]
pub enum Opening {
    Passphrase(SecretText),
    /// The content of an identity file: a recovery key, an SSH key, the identity of a plugin; and what to call the file.
    Keys {
        text: SecretText,
        name: String,
    },
    /// An identity file to be read.
    File(PathBuf),
    /// The plugin's method of this name, whose identity lies in the vault.
    Plugin(String),
    /// The key that is remembered in the system's keyring; `WrongPassphrase` where it does not open the vault any more.
    Remembered,
}

/// The longest identity file, in bytes.
const LIMIT: u64 = 64 * 1024;

impl Opening {
    /// What was typed where a passphrase is asked for: a recovery key is known by its form and its checksum.
    pub fn typed(text: SecretText) -> Opening {
        match MethodKey::parse(text.expose().trim()) {
            Some(_) => Opening::Keys { text, name: "the recovery key".into() },
            None => Opening::Passphrase(text),
        }
    }

    pub fn unlock(&self, world: &World, folder: &Path, person: Arc<dyn Prompt>, trust: Trust) -> Result<Session> {
        match self {
            Opening::Passphrase(passphrase) => Session::unlock(world, folder, passphrase, trust),
            Opening::Remembered => Session::unlock_remembered(world, folder, trust)?.ok_or_else(forgotten),
            keys => {
                let keys = keys.identities(world, |name| store::stub(world, folder, name))?;
                Session::unlock_by(world, folder, &keys, person, trust)
            }
        }
    }

    /// Opens a backup of the vault in `folder`, which itself may be damaged; and what its keys tell of that one.
    pub fn open_parcel(&self, world: &World, folder: &Path, parcel: &Parcel, asking: &Asking) -> Result<(Vault, Standing)> {
        let keys = match self {
            Opening::Passphrase(passphrase) => parcel.keys(passphrase)?,
            keys => {
                let stub =
                    |name: &str| parcel.stub(name).map_or_else(|| store::stub(world, folder, name), |stub| Ok(stub.into()));
                parcel.keys_by(&keys.identities(world, stub)?, asking)?
            }
        };
        let vault = parcel.decrypt(&keys)?;
        Ok((vault, store::standing(world, folder, &keys, self.passphrase())?))
    }

    pub fn passphrase(&self) -> Option<&SecretText> {
        match self {
            Opening::Passphrase(passphrase) => Some(passphrase),
            _ => None,
        }
    }

    /// `stub` gives the identity of a plugin's method, by its name.
    fn identities(&self, world: &World, stub: impl FnOnce(&str) -> Result<String>) -> Result<Identities> {
        match self {
            Opening::Passphrase(_) => Err(Error::failed("a passphrase is no key")),
            Opening::Remembered => Err(forgotten()),
            Opening::Keys { text, name } => Identities::parse(text, name),
            Opening::File(path) => Identities::parse(&text_file(world, path)?, &path.display().to_string()),
            Opening::Plugin(name) => Identities::parse(&SecretText::new(stub(name)?), name),
        }
    }
}

/// Whoever tries again asks the person.
fn forgotten() -> Error {
    Error::new(ErrorKind::WrongPassphrase, "the unlock is not remembered any more")
}

/// A file of keys or of public keys.
pub fn text_file(world: &World, path: &Path) -> Result<SecretText> {
    let bytes = world.storage.read_stream(path, LIMIT).map_err(|error| Error::io("read", path, &error))?;
    let bytes = zeroize::Zeroizing::new(bytes);
    let text = std::str::from_utf8(&bytes).map_err(|_| Error::failed(format!("{} is not text", path.display())))?;
    Ok(SecretText::new(text))
}
