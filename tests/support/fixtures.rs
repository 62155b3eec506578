//! Sample files of other programs. They lie beside the repository, not in it: a test that finds none says so and passes.

use serde_json::Value;
use std::path::PathBuf;

/// The folder of sample files, or `None`, said on stdout, where it is missing.
pub fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no sample files at {}", folder.display());
    None
}

/// A sample file. One that is missing from a folder that is there fails the test.
pub fn bytes(name: &str) -> Option<Vec<u8>> {
    let path = folder()?.join(name);
    Some(std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

pub fn json(name: &str) -> Option<Value> {
    Some(serde_json::from_slice(&bytes(name)?).unwrap())
}
