//! Keeper: JSON, records with a schema, whose one-time password is a custom field `$oneTimeCode`, perhaps with a label and a
//! number; and CSV without header, whose rows end in the names and values of the custom fields.

use super::read::csv::Table;
use super::read::item;
use super::read::json::{self, Fields, damaged};
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
use crate::secret::SecretText;
use serde_json::Value;

pub struct Keeper;

const CODE: &str = "$oneTimeCode";
/// The name of that field in tables.
const TABLE_CODE: &str = "TFC:Keeper";
/// Where the custom fields of a row begin: before them are folder, title, login, password, address, note, shared folder.
const CUSTOM: usize = 7;

impl Format for Keeper {
    fn id(&self) -> &'static str {
        "keeper"
    }

    fn name(&self) -> &'static str {
        "Keeper"
    }

    fn how_to_get(&self) -> &'static str {
        "in Keeper: Settings, Export, JSON or CSV"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        match file.json() {
            Some(json) => Fields::of(json).is_some_and(is_export),
            None => file.json_error().is_none() && file.text().is_some_and(|text| Table::has(text, is_row)),
        }
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        if let (None, Some(text)) = (file.json(), file.text().filter(|text| Table::has(text, is_row))) {
            return read_table(text);
        }
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
            let codes = codes.iter().flat_map(|(label, code)| item::codes(code).into_iter().map(move |code| (label, code)));
            for (label, code) in codes {
                let draft = item::draft(&code, title.as_deref(), record.text("login").as_deref());
                let note = record.text("notes").unwrap_or_default();
                let draft = draft.map(|draft| {
                    let mut draft = Draft { note, tags: tags.clone(), ..draft };
                    item::note_field(&mut draft, label.as_deref());
                    draft
                });
                read.push((index, draft.map_err(|why| item::of_item(title.as_deref(), why))));
            }
        }
        let mut found = Found::collect(read.into_iter())?;
        found.note_without(without);
        Ok(found)
    }
}

fn is_export(export: Fields) -> bool {
    let is_record = |record: &Value| Fields::of(record).is_some_and(|record| record.has(&["$type"]) || !codes(record).is_empty());
    let records = export.list("records");
    export.get("records").is_some_and(Value::is_array)
        && (records.iter().any(is_record) || records.is_empty() && export.has(&["shared_folders"]))
}

/// The values of all fields of this kind, a text or several, each with the label of its field.
fn codes(record: Fields) -> Vec<(Option<String>, String)> {
    let fields = record.fields("custom_fields").into_iter().flat_map(Fields::iter);
    let all = fields.filter_map(|(name, value)| Some((label(name)?, value))).flat_map(|(label, value)| {
        let values = match value {
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
            value => value.as_str().into_iter().collect::<Vec<&str>>(),
        };
        values.into_iter().map(move |value| (label.map(str::to_owned), value.to_owned()))
    });
    all.filter(|(_, value)| !value.is_empty()).collect()
}

/// Of a field of one-time passwords: `$oneTimeCode:label:number`, both of which may be missing.
fn label(name: &str) -> Option<Option<&str>> {
    let rest = name.strip_prefix(CODE)?;
    let mut parts = rest.split(':');
    parts.next().filter(|rest| rest.is_empty())?;
    Some(parts.next().filter(|label| !label.is_empty() && label.parse::<u32>().is_err()))
}

fn is_row(cells: &[&str]) -> bool {
    let names = cells.iter().skip(CUSTOM).step_by(2);
    names.into_iter().any(|name| *name == TABLE_CODE || label(name).is_some())
}

fn read_table(text: &str) -> Result<Found> {
    let mut without = 0;
    let mut read = Vec::new();
    for (index, row) in Table::bare(text, is_row)?.rows().enumerate() {
        let cells: Vec<&str> = row.cells().collect();
        let custom = cells.get(CUSTOM..).unwrap_or_default().as_chunks::<2>().0.iter();
        let label = |name: &str| if name == TABLE_CODE { Some(None) } else { label(name).map(|label| label.map(str::to_owned)) };
        let codes = custom.filter_map(|[name, code]| Some((label(name)?, *code))).filter(|(_, code)| !code.trim().is_empty());
        let codes: Vec<(Option<String>, &str)> = codes.collect();
        without += usize::from(codes.is_empty());
        let title = row.at(1);
        let codes = codes.iter().flat_map(|(label, code)| item::codes(code).into_iter().map(move |code| (label, code)));
        for (label, code) in codes {
            let draft = item::draft(code.trim(), title, row.at(2)).map(|mut draft| {
                draft.note = row.at(5).unwrap_or_default().to_owned();
                item::tag(&mut draft.tags, [row.at(0), row.at(6)].into_iter().flatten());
                item::note_field(&mut draft, label.as_deref());
                draft
            });
            read.push((index, draft.map_err(|why| item::of_item(title, why))));
        }
    }
    let mut found = Found::collect(read.into_iter())?;
    found.note_without(without);
    Ok(found)
}
