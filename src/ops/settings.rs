//! Saving settings that were changed in the program to the user's configuration.

use crate::config::Config;
use crate::config::edit::{self, Setting};
use crate::error::{Error, Result};
use crate::vault::store::{self, World};
use std::io;
use std::path::Path;

/// A larger file is not a configuration.
const LIMIT: u64 = 1024 * 1024;

/// Sets these keys in the file, which is made where it is missing; a link to it stays a link. Returns the settings of the file.
pub fn save(world: &World, path: &Path, settings: &[(&'static str, Setting)]) -> Result<Config> {
    let storage = &*world.storage;
    let real = storage.canonical(path).unwrap_or_else(|_| path.to_owned());
    let bytes = match storage.read(&real, LIMIT) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        read => read.map_err(|error| Error::io("read the configuration", path, &error))?,
    };
    let wrong = |error: Error| Error { what: format!("the configuration {} {}", path.display(), error.what), ..error };
    let text = String::from_utf8(bytes).map_err(|_| wrong(Error::failed("is not UTF-8 text")))?;
    let (text, config) = edit::set(&text, settings).map_err(wrong)?;
    if let Some(folder) = real.parent() {
        storage.make_folder(folder).map_err(|error| Error::io("make", folder, &error))?;
    }
    store::replace(world, &real, text.as_bytes()).map_err(|unwritten| Error::io("write", path, &unwritten.error))?;
    Ok(config)
}
