//! Enpass's JSON: items with fields of many types, of which `totp` is one.

use super::read::item;
use super::read::json::{self, Fields, damaged};
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
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
        "in Enpass: File, Export, as .json"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.json().and_then(Fields::of).is_some_and(is_export)
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
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
                fields.filter_map(|field| field.text("value")).collect::<Vec<String>>()
            };
            let codes = of_type("totp");
            without += usize::from(codes.is_empty());
            let title = item.text("title");
            let user = [of_type("username"), of_type("email")].concat().into_iter().next();
            let mut tags = Vec::new();
            let ids = item.list("folders").iter().filter_map(Value::as_str);
            item::tag(&mut tags, ids.map(|id| folders.get(id).map_or(id, String::as_str)));
            for code in codes.iter().flat_map(|code| item::codes(code)) {
                let draft = item::draft(&code, title.as_deref(), user.as_deref()).map(|draft| Draft {
                    note: item.text("note").unwrap_or_default(),
                    pinned: is_set(item, "favorite"),
                    deleted: is_set(item, "trashed"),
                    tags: tags.clone(),
                    ..draft
                });
                read.push((index, draft.map_err(|why| item::of_item(title.as_deref(), why))));
            }
        }
        let mut found = Found::collect(read.into_iter())?;
        found.note_without(without);
        Ok(found)
    }
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
