//! The folders under `tests/import`: `<format>/<case>/` holds a file, or a folder that is one export, its password where it has
//! one, and what is read of it.
//! `SNAPSHOTS=overwrite` writes what is read anew.

use crate::support::fixtures;
use crate::support::world::FakeEntropy;
use countersign::secret::SecretText;
use countersign::transfer::{self, FORMATS, ForeignFile, Sealing};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

fn folders(path: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

/// The files below a folder, by their paths from there, sorted.
/// All that an import tells: the entries in the form of our JSON, and what else was said; or the error.
fn told(format: &str, file: &ForeignFile, password: Option<&SecretText>) -> Value {
    match transfer::detect(file) {
        Ok(detected) => assert_eq!(detected.id(), format),
        Err(error) => return json!({"error": format!("{:?}", error.kind), "what": error.what, "hint": error.hint}),
    }
    match transfer::by_id(format).unwrap().read(file, password) {
        Err(error) => json!({"error": format!("{:?}", error.kind), "what": error.what, "hint": error.hint}),
        Ok(found) => {
            let entropy = FakeEntropy::seed(1);
            let sealing = Sealing::new(None, &entropy);
            let written = transfer::by_id("json").unwrap().writer().unwrap().write(&found.drafts, &sealing).unwrap();
            let mut whole: Value = serde_json::from_slice(&written.bytes).unwrap();
            for entry in whole["entries"].as_array_mut().unwrap() {
                // What says nothing makes the file long.
                let says = |value: &Value| {
                    !matches!(value, Value::Null | Value::Bool(false)) && value.as_array().is_none_or(|list| !list.is_empty())
                };
                entry.as_object_mut().unwrap().retain(|name, value| says(value) && name != "status");
            }
            let skipped: Vec<Value> =
                found.skipped.iter().map(|skipped| json!({"index": skipped.index, "reason": skipped.reason})).collect();
            json!({"entries": whole["entries"], "skipped": skipped, "warnings": found.warnings})
        }
    }
}

#[test]
fn each_case_is_read_as_it_should() {
    let mut differ = Vec::new();
    for format in folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import")) {
        let id = format.file_name().unwrap().to_str().unwrap();
        for case in folders(&format) {
            let named = |start: &str| folders(&case).into_iter().find(|path| path.file_stem().unwrap() == start);
            let path = named("file").or_else(|| named("files")).unwrap();
            let files = if path.is_dir() { fixtures::files_below(&path) } else { Vec::new() };
            let bytes = if path.is_dir() { Vec::new() } else { fs::read(&path).unwrap() };
            let file = if path.is_dir() { ForeignFile::folder(&files) } else { ForeignFile::new(&bytes) };
            let password = named("password").map(|path| SecretText::new(fs::read_to_string(path).unwrap().trim_end()));
            let told = serde_json::to_string_pretty(&told(id, &file, password.as_ref())).unwrap() + "\n";
            let expected = case.join("expected.json");
            if std::env::var("SNAPSHOTS").is_ok_and(|wish| wish == "overwrite") {
                fs::write(&expected, &told).unwrap();
            } else if fs::read_to_string(&expected).unwrap_or_default() != told {
                differ.push(format!("{}:\n{told}", case.display()));
            }
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// Without a password, so that no key is derived: what a reader looks at before it asks for one, and all that is in clear.
#[test]
fn a_cut_altered_or_foreign_file_is_a_clear_error_or_gives_entries() {
    for format in folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import")) {
        let own = transfer::by_id(format.file_name().unwrap().to_str().unwrap()).unwrap();
        for case in folders(&format) {
            let Some(path) = folders(&case).into_iter().find(|path| path.file_stem().unwrap() == "file" && path.is_file()) else {
                continue;
            };
            let whole = fs::read(path).unwrap();
            let read = |bytes: &[u8], format: &dyn transfer::Format, how: &str| {
                let outcome = format.read(&ForeignFile::new(bytes), None);
                fixtures::assert_clear(outcome, &format!("{} as {}, {how}", case.display(), format.id()));
            };
            FORMATS.iter().for_each(|format| read(&whole, *format, "whole"));
            for at in (0..whole.len()).step_by(whole.len() / 40 + 1) {
                read(&whole[..at], own, &format!("cut to {at}"));
                let mut altered = whole.clone();
                altered[at] ^= 0x11;
                read(&altered, own, &format!("altered at {at}"));
            }
        }
    }
}
