//! Keeper's JSON: records with a schema; the one-time password is a custom field `$oneTimeCode`, perhaps with a label and a number.

use super::read::item;
use super::read::json::{self, Fields, damaged};
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
use crate::secret::SecretText;
use serde_json::Value;

pub struct Keeper;

const CODE: &str = "$oneTimeCode";

impl Format for Keeper {
    fn id(&self) -> &'static str {
        "keeper"
    }

    fn name(&self) -> &'static str {
        "Keeper"
    }

    fn how_to_get(&self) -> &'static str {
        "in Keeper: Settings, Export, Keeper JSON"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.json().and_then(Fields::of).is_some_and(is_export)
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let export = Fields::of(json::of_file(file)?).filter(|export| is_export(*export));
        let records = export.ok_or_else(|| damaged("this is no export of Keeper"))?.list("records");
        let mut without = 0;
        let mut read = Vec::new();
        for (index, value) in records.iter().enumerate() {
            let Some(record) = Fields::of(value) else {
                read.push((index, Err("not an object".to_owned())));
                continue;
            };
            let codes = codes(record);
            without += usize::from(codes.is_empty());
            let title = record.text("title");
            let mut tags = Vec::new();
            let folders = record.list("folders").iter().filter_map(Fields::of);
            let paths = folders.flat_map(|folder| [folder.text("shared_folder"), folder.text("folder")]).flatten();
            paths.for_each(|path| item::tag(&mut tags, [path.replace('\\', "/").as_str()]));
            for code in codes.iter().flat_map(|code| item::codes(code)) {
                let draft = item::draft(&code, title.as_deref(), record.text("login").as_deref());
                let note = record.text("notes").unwrap_or_default();
                let draft = draft.map(|draft| Draft { note, tags: tags.clone(), ..draft });
                read.push((index, draft.map_err(|why| item::of_item(title.as_deref(), why))));
            }
        }
        let mut found = Found::collect(read.into_iter())?;
        found.note_without(without);
        Ok(found)
    }
}

fn is_export(export: Fields) -> bool {
    let is_record = |record: &Value| Fields::of(record).is_some_and(|record| record.has(&["$type"]) || codes(record) != [""; 0]);
    let records = export.list("records");
    export.get("records").is_some_and(Value::is_array)
        && (records.iter().any(is_record) || records.is_empty() && export.has(&["shared_folders"]))
}

/// The values of all fields of this kind: a text, or several.
fn codes(record: Fields) -> Vec<String> {
    let fields = record.fields("custom_fields").into_iter().flat_map(Fields::iter);
    let of_kind = |name: &str| name.strip_prefix(CODE).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
    let values = fields.filter(|(name, _)| of_kind(name)).flat_map(|(_, value)| match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        value => value.as_str().into_iter().collect::<Vec<&str>>(),
    });
    values.filter(|value| !value.is_empty()).map(str::to_owned).collect()
}
