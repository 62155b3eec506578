//! Our own documented JSON, in clear: `{"version":1,"entries":[…]}`. Scripts and tests use it; what is written here reads back the same.
//! `secret` is base32 without padding, hexadecimal for mOTP; absent values are `null`; an unknown kind is kept whole in `raw`.

mod entry;

use super::read::json::{damaged, of_file};
use super::{Draft, Encryption, ForeignFile, Format, Found, Sealing, Writer, Written};
use crate::error::{Error, Result};
use crate::secret::SecretText;
use entry::EntryOut;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// The version of the form that is written.
pub const VERSION: u64 = 1;

pub struct Json;

impl Format for Json {
    fn id(&self) -> &'static str {
        "json"
    }

    fn name(&self) -> &'static str {
        "countersign JSON"
    }

    fn how_to_get(&self) -> &'static str {
        "countersign export --format json"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        let Some(json) = file.json() else { return false };
        let Some(entries) = entries(json) else { return false };
        json.get("version").is_some_and(Value::is_u64) && entries.first().is_none_or(|entry| entry.get("content").is_none())
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let json = of_file(file)?;
        let entries = entries(json).ok_or_else(|| damaged("the file has no list of entries"))?;
        let mut unknown_fields = BTreeMap::new();
        let mut found = Found::of_list(entries, |value| entry::read(value, &mut unknown_fields))?;
        match json.get("version").and_then(Value::as_u64) {
            Some(version) if version <= VERSION => {}
            Some(version) => found.warnings.push(format!(
                "The file is of version {version}, newer than this program knows: what it does not know was not taken."
            )),
            None => found.warnings.push("The file does not tell its version.".into()),
        }
        found.warnings.extend(unknown_fields.iter().map(|(field, count)| {
            let entries = if *count == 1 { "1 entry has".to_owned() } else { format!("{count} entries have") };
            let field: String = field.chars().take(40).collect();
            format!("{entries} a field \"{}\" that this program does not know; it was not taken.", field.escape_debug())
        }));
        Ok(found)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

fn entries(json: &Value) -> Option<&Vec<Value>> {
    json.get("entries")?.as_array()
}

#[derive(Serialize)]
struct FileOut<'a> {
    version: u64,
    entries: Vec<EntryOut<'a>>,
}

impl Writer for Json {
    fn encryption(&self) -> Encryption {
        Encryption::Never
    }

    fn ending(&self) -> &'static str {
        "json"
    }

    fn write(&self, drafts: &[Draft], _: &Sealing) -> Result<Written> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(512 * (drafts.len() + 1)));
        let file = FileOut { version: VERSION, entries: drafts.iter().map(EntryOut::of).collect() };
        serde_json::to_writer_pretty(&mut *bytes, &file).map_err(|error| Error::failed(format!("can't write JSON: {error}")))?;
        bytes.push(b'\n');
        Ok(Written { bytes, left_out: Vec::new(), lost: Vec::new() })
    }
}
