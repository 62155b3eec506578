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

/// All rows of the manifest that are single files, with the bytes of each.
pub fn all_rows() -> Vec<(Value, Vec<u8>)> {
    rows_where(|_| true)
}

/// The manifest's rows of one format that are single files, with the bytes of each.
pub fn rows(format: &str) -> Vec<(Value, Vec<u8>)> {
    rows_where(|row| row["format"] == format)
}

fn rows_where(wanted: impl Fn(&Value) -> bool) -> Vec<(Value, Vec<u8>)> {
    let (Some(folder), Some(Value::Array(manifest))) = (folder(), json("MANIFEST.json")) else { return Vec::new() };
    let of_format = manifest.into_iter().filter(wanted);
    let with_path = of_format.map(|row| (folder.join(row["file"].as_str().unwrap()), row));
    with_path.filter(|(path, _)| path.is_file()).map(|(path, row)| (row, std::fs::read(path).unwrap())).collect()
}
