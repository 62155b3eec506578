//! The environment of this process: variables, and the folders that follow from them.

use super::Environment;
use crate::error::{Error, Result};
use directories::{BaseDirs, ProjectDirs};
use std::env;
use std::path::{Path, PathBuf};

/// Reads it. Fails where there is no home folder.
pub fn read() -> Result<Environment> {
    let folders = ProjectDirs::from("", "", "countersign")
        .ok_or_else(|| Error::failed("there is no home folder").hint("set the variable HOME"))?;
    Ok(Environment {
        data_folder: folders.data_local_dir().to_owned(),
        // Only Linux has a folder for state. No vault's name begins with a dot.
        state_folder: folders.state_dir().map_or_else(|| folders.data_local_dir().join(".state"), Path::to_owned),
        config_file: folders.config_dir().join("config.toml"),
        home: BaseDirs::new().map(|folders| folders.home_dir().to_owned()),
        vault: path("COUNTERSIGN_VAULT"),
        passphrase_file: path("COUNTERSIGN_PASSPHRASE_FILE"),
        color: path("NO_COLOR").is_none() && env::var_os("TERM").is_none_or(|term| term != "dumb"),
    })
}

/// A variable that is set and not empty.
fn path(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
