//! Sample files of other programs. They lie beside the repository, not in it: a test that finds none says so and passes.

use countersign::error::{Error, ErrorKind};
use countersign::transfer::{ForeignFile, Found, NamedFile};
use serde_json::Value;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The folder of sample files, or `None`, said on stdout, where it is missing.
pub fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no sample files at {}", folder.display());
    None
}

/// How many rows of the manifest are read at least, where the sample files are there. `.ci/run` looks for what the test
/// that counts them prints.
pub const EXPECTED_ROWS: usize = 199;

/// A sample file. One that is missing from a folder that is there fails the test.
pub fn bytes(name: &str) -> Option<Vec<u8>> {
    let path = folder()?.join(name);
    Some(read(&path))
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn json(name: &str) -> Option<Value> {
    Some(serde_json::from_slice(&bytes(name)?).unwrap())
}

/// A row of the manifest, with all that reading it takes.
pub struct Sample {
    pub row: Value,
    pub bytes: Vec<u8>,
    /// The files of the folder, or the file that is needed beside this one.
    files: Vec<NamedFile>,
    is_folder: bool,
    key_file: Option<Vec<u8>>,
}

impl Sample {
    pub fn name(&self) -> &str {
        self.row["file"].as_str().unwrap()
    }

    pub fn file(&self) -> ForeignFile<'_> {
        let file = match self.is_folder {
            true => ForeignFile::folder(&self.files),
            false => ForeignFile::new(&self.bytes).among(self.name().rsplit('/').next().unwrap(), &self.files),
        };
        file.with_key_file(self.key_file.as_deref())
    }
}

/// All rows of the manifest.
pub fn samples() -> Vec<Sample> {
    let (Some(folder), Some(Value::Array(manifest))) = (folder(), json("MANIFEST.json")) else { return Vec::new() };
    manifest.into_iter().filter_map(|row| sample(&folder, row)).collect()
}

/// `None`, said on stdout, where a file is missing without which it can't be opened.
fn sample(folder: &Path, row: Value) -> Option<Sample> {
    let path = path_of(folder, &row);
    let beside = |column: &str| row[column].as_str().map(|name| (name, std::fs::read(folder.join(name)).ok()));
    let needed = [beside("key_file"), beside("companion_file").filter(|_| row["encrypted"] == true)];
    if let Some((name, None)) = needed.into_iter().flatten().find(|(_, bytes)| bytes.is_none()) {
        println!("skipped: {} needs {name}, which is missing", path.display());
        return None;
    }
    let key_file = beside("key_file").and_then(|(_, bytes)| bytes);
    let mut files = Vec::new();
    if let Some((name, Some(bytes))) = beside("companion_file") {
        files.push(NamedFile { name: name.rsplit('/').next().unwrap().to_owned(), bytes: Zeroizing::new(bytes) });
    }
    let is_folder = path.is_dir();
    if is_folder {
        files = files_below(&path);
    }
    let bytes = if is_folder { Vec::new() } else { read(&path) };
    Some(Sample { row, bytes, files, is_folder, key_file })
}

/// One file of an OPVault stands in the manifest for the whole folder.
fn path_of(folder: &Path, row: &Value) -> PathBuf {
    let name = row["file"].as_str().unwrap();
    match name.find(".opvault/") {
        Some(at) => folder.join(&name[..at + ".opvault".len()]),
        None => folder.join(name),
    }
}

/// All files of a folder that is one export.
pub fn files_below(path: &Path) -> Vec<NamedFile> {
    let mut files = Vec::new();
    collect(path, "", &mut files);
    files
}

fn collect(path: &Path, prefix: &str, files: &mut Vec<NamedFile>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        match path.is_dir() {
            true => collect(&path, &format!("{name}/"), files),
            false => files.push(NamedFile { name, bytes: Zeroizing::new(read(&path)) }),
        }
    }
}

/// The manifest's rows of one format that are single files, with the bytes of each.
pub fn rows(format: &str) -> Vec<(Value, Vec<u8>)> {
    let of_format = samples().into_iter().filter(|sample| sample.row["format"] == format && !sample.is_folder);
    of_format.map(|sample| (sample.row, sample.bytes)).collect()
}

/// What reading a damaged file may end in: entries, or one of the errors that tell the user what to do.
pub fn assert_clear(outcome: Result<Found, Error>, of: &str) {
    if let Err(error) = outcome {
        let kinds = [ErrorKind::UnknownFormat, ErrorKind::ForeignDamaged, ErrorKind::NeedsPassword, ErrorKind::WrongPassword];
        assert!(kinds.contains(&error.kind) && !error.what.is_empty(), "{of}: {:?} {error}", error.kind);
    }
}
