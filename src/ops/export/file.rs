//! The exported file: new, 0600, whole or not at all, and read back.

use crate::error::{Error, ErrorKind, Result};
use crate::ports::Storage;
use crate::vault::store::{self, World};
use std::io;
use std::path::Path;
use zeroize::Zeroizing;

/// Whether an export may go there, before time is spent on it: `WouldOverwrite` where a file is there that must stay.
pub fn check_place(storage: &dyn Storage, path: &Path, overwrite: bool) -> Result<()> {
    match storage.facts(path) {
        Ok(facts) if facts.is_folder => Err(Error::failed(format!("{} is a folder", path.display())).hint("name a file in it")),
        Ok(_) if !overwrite => Err(would_overwrite(path)),
        _ => Ok(()),
    }
}

/// What is there already stays.
pub fn would_overwrite(path: &Path) -> Error {
    Error::new(ErrorKind::WouldOverwrite, format!("{} is there already", path.display())).hint("choose another name")
}

/// Writes a file and reads it back. Neither half an export nor half the old file is left where the disk is full.
pub fn save(world: &World, path: &Path, bytes: &[u8], overwrite: bool) -> Result<()> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => would_overwrite(path),
        _ => Error::io("write", path, &error),
    };
    // Where nothing may be overwritten the name is taken first, so that no file that appears meanwhile is replaced.
    if !overwrite {
        world.storage.write_new(path, b"").map_err(failed)?;
    }
    store::replace(world, path, bytes).map_err(|unwritten| {
        if !overwrite && !unwritten.in_place {
            let _ = world.storage.remove(path);
        }
        failed(unwritten.error)
    })?;
    read_back(&*world.storage, path, bytes)
}

/// The bytes are those written.
fn read_back(storage: &dyn Storage, path: &Path, bytes: &[u8]) -> Result<()> {
    let back = storage.read(path, bytes.len() as u64).map(Zeroizing::new);
    match back {
        Ok(back) if *back == bytes => Ok(()),
        Err(error) if error.kind() != io::ErrorKind::FileTooLarge => Err(Error::io("read", path, &error)),
        _ => Err(Error::failed(format!("{} was written, but what is read back differs", path.display()))
            .hint("do not rely on it; is the disk failing?")),
    }
}
