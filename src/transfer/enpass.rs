//! Enpass: JSON, items with fields of many types, of which `totp` is one; and CSV, whose rows are a title, then the name and
//! the value of each field, then the note.

use super::csv::{PASSWORDS, is_column_name};
use super::read::csv::{Row, Table};
use super::read::item::{self, bare};
use super::read::json::{self, Fields, damaged};
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
use crate::otp::uri;
use crate::secret::SecretText;
use serde_json::Value;
use std::collections::HashMap;

pub struct Enpass;

impl Format for Enpass {
    fn id(&self) -> &'static str {
        "enpass"
    }

    fn name(&self) -> &'static str {
        "Enpass"
    }

    fn how_to_get(&self) -> &'static str {
        "in Enpass: File, Export, as .json or .csv"
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
        let export = export.ok_or_else(|| damaged("this is no export of Enpass"))?;
        let folders = export.list("folders").iter().filter_map(Fields::of);
        let folders: HashMap<String, String> =
            folders.filter_map(|folder| Some((folder.text("uuid")?, folder.text("title")?))).collect();
        let mut without = 0;
        let mut read = Vec::new();
        for (index, value) in export.list("items").iter().enumerate() {
            let Some(item) = Fields::of(value) else {
                read.push((index, Err("not an object".to_owned())));
                continue;
            };
            let of_type = |wanted: &str| {
                let fields = item.list("fields").iter().filter_map(Fields::of).filter(|field| !is_set(*field, "deleted"));
                let fields = fields.filter(|field| field.text("type").as_deref() == Some(wanted));
                fields.filter_map(|field| Some((field.text("label"), field.text("value")?))).collect::<Vec<_>>()
            };
            let codes = of_type("totp");
            without += usize::from(codes.is_empty());
            let title = item.text("title");
            let user = [of_type("username"), of_type("email")].concat().into_iter().next().map(|(_, user)| user);
            let user = user.or_else(|| item.text("subtitle"));
            let mut tags = Vec::new();
            let ids = item.list("folders").iter().filter_map(Value::as_str);
            item::tag(&mut tags, ids.map(|id| folders.get(id).map_or(id, String::as_str)));
            let codes = codes.iter().flat_map(|(label, code)| item::codes(code).into_iter().map(move |code| (label, code)));
            for (label, code) in codes {
                let draft = item::draft(&code, title.as_deref(), user.as_deref()).map(|draft| Draft {
                    note: item.text("note").unwrap_or_default(),
                    pinned: is_set(item, "favorite"),
                    deleted: is_set(item, "trashed"),
                    tags: tags.clone(),
                    ..draft
                });
                let draft = draft.map(|mut draft| {
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

/// Whether a row of a table is one of Enpass's, or the header that some versions write. In the header of another table
/// there are names of columns in the places of values, too.
fn is_row(cells: &[&str]) -> bool {
    let pairs = || cells.get(1..).unwrap_or_default().as_chunks::<2>().0.iter().map(|[name, value]| (bare(name), *value));
    let has_code = || pairs().any(|(name, value)| item::is_code_name(&name) && item::looks_like_code(value));
    let has_password = || pairs().any(|(name, _)| PASSWORDS.contains(&name.as_str()));
    let names = || pairs().filter(|(name, _)| is_column_name(name)).count();
    let values = || cells.iter().step_by(2).filter(|value| is_column_name(&bare(value)) && !item::is_word(value)).count();
    cells.get(1..3) == Some(&["Field", "Value"]) || has_code() || has_password() && names() >= 2 && values() == 0
}

fn read_table(text: &str) -> Result<Found> {
    let table = Table::bare(text, is_row)?;
    let mut without = 0;
    let mut read = Vec::new();
    for (index, row) in table.rows().enumerate() {
        if row.at(1) == Some("Field") && row.at(2) == Some("Value") {
            continue;
        }
        let codes = read_row(row);
        without += usize::from(codes.is_empty());
        read.extend(codes.into_iter().map(|code| (index, code)));
    }
    let mut found = Found::collect(read.into_iter())?;
    found.note_without(without);
    Ok(found)
}

fn read_row(row: Row) -> Vec<std::result::Result<Draft, json::Refusal>> {
    let cells: Vec<&str> = row.cells().collect();
    // Behind the pairs, the note makes the number even.
    let note = cells.last().filter(|_| cells.len().is_multiple_of(2)).copied().unwrap_or_default();
    let pairs = || cells.get(1..).unwrap_or_default().as_chunks::<2>().0.iter().map(|[name, value]| (bare(name), *name, *value));
    let pairs = || pairs().filter(|(_, _, value)| !value.trim().is_empty());
    let user = item::USERS.iter().find_map(|user| pairs().find(|(name, ..)| name == user)).map(|(_, _, value)| value);
    let title = cells.first().copied().filter(|title| !title.trim().is_empty());
    let is_of_code = |name: &str, value: &str| item::is_code_name(name) && item::says_something(value);
    let codes = pairs().filter(|(name, _, value)| is_of_code(name, value) || uri::is_link(value.trim()));
    let codes = codes.flat_map(|(_, field, value)| item::codes(value).into_iter().map(move |code| (field, code)));
    let read = codes.map(|(field, code)| {
        let mut draft = item::draft(code.trim(), title, user).map_err(|why| item::of_item(title, why))?;
        draft.note = note.to_owned();
        item::note_field(&mut draft, Some(field));
        Ok(draft)
    });
    read.collect()
}

/// Flags are 0 and 1.
fn is_set(fields: Fields, name: &str) -> bool {
    fields.flag(name) || fields.number(name).is_ok_and(|number| number.is_some_and(|number| number > 0))
}

fn is_export(export: Fields) -> bool {
    let is_item =
        |item: &Value| Fields::of(item).is_some_and(|item| item.has(&["template_type"]) || item.has(&["uuid", "fields"]));
    export.list("items").iter().any(is_item)
}
