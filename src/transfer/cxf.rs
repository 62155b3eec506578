//! The FIDO Alliance's Credential Exchange Format: JSON with accounts, items, and credentials of many types, of which `totp` is one.
//! Some programs write one bare account.

use super::read::account::Account;
use super::read::item;
use super::read::json::{self, Fields, Refusal, damaged};
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
use crate::secret::SecretText;
use serde_json::Value;
use std::collections::HashMap;

pub struct Cxf;

/// Collections may lie in collections.
const DEEPEST: usize = 32;

impl Format for Cxf {
    fn id(&self) -> &'static str {
        "cxf"
    }

    fn name(&self) -> &'static str {
        "Credential Exchange Format (CXF)"
    }

    fn how_to_get(&self) -> &'static str {
        "a JSON file that a password manager wrote as FIDO Credential Exchange"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.json().and_then(Fields::of).is_some_and(is_exchange)
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let whole = Fields::of(json::of_file(file)?).filter(|whole| is_exchange(*whole));
        let whole = whole.ok_or_else(|| damaged("this is no Credential Exchange file"))?;
        let accounts: Vec<Fields> = match whole.list("accounts") {
            [] => vec![whole],
            accounts => accounts.iter().filter_map(Fields::of).collect(),
        };
        let mut without = 0;
        let mut read = Vec::new();
        let mut index = 0;
        for account in accounts {
            let collections = collections(account);
            for value in account.list("items") {
                let before = read.len();
                read.extend(read_item(value, &collections).into_iter().map(|one| (index, one)));
                without += usize::from(read.len() == before);
                index += 1;
            }
        }
        let mut found = Found::collect(read.into_iter())?;
        found.note_without(without);
        let version = whole.fields("version").map_or(Ok(None), |version| version.number("major"));
        if whole.has(&["version"]) && version != Ok(Some(0)) {
            found.note_version("Credential Exchange file", version, 1);
        }
        Ok(found)
    }
}

fn is_exchange(whole: Fields) -> bool {
    let is_item = |item: &Value| Fields::of(item).is_some_and(|item| item.get("credentials").is_some_and(Value::is_array));
    let has_items = |account: Fields| account.list("items").iter().any(is_item);
    whole.has(&["exporterRpId", "accounts"])
        || has_items(whole)
        || whole.list("accounts").iter().filter_map(Fields::of).any(has_items)
}

/// The paths of the collections each item is in, by its id.
fn collections(account: Fields) -> HashMap<String, Vec<String>> {
    let mut paths: HashMap<String, Vec<String>> = HashMap::new();
    let mut open: Vec<(String, Fields, usize)> = Vec::new();
    for collection in account.list("collections").iter().rev().filter_map(Fields::of) {
        open.push((String::new(), collection, 0));
    }
    while let Some((above, collection, depth)) = open.pop() {
        let title = collection.text("title").unwrap_or_default();
        let path = if above.is_empty() { title } else { format!("{above}/{title}") };
        for linked in collection.list("items").iter().filter_map(Fields::of) {
            if let Some(id) = linked.text("item") {
                paths.entry(id).or_default().push(path.clone());
            }
        }
        if depth < DEEPEST {
            let below = collection.list("subCollections").iter().rev().filter_map(Fields::of);
            open.extend(below.map(|below| (path.clone(), below, depth + 1)));
        }
    }
    paths
}

/// All one-time passwords of an item.
fn read_item(value: &Value, collections: &HashMap<String, Vec<String>>) -> Vec<std::result::Result<Draft, Refusal>> {
    let Some(item) = Fields::of(value) else { return vec![Err("not an object".into())] };
    let of_type = |wanted: &'static str| {
        let credentials = item.list("credentials").iter();
        credentials.filter(move |value| Fields::of(value).is_some_and(|it| it.text("type").as_deref() == Some(wanted)))
    };
    // A field is an object with its value, in drafts of the format the bare value.
    let text = |fields: Fields, name: &str| fields.fields(name).map_or_else(|| fields.text(name), |field| field.text("value"));
    let user = of_type("basic-auth").filter_map(Fields::of).find_map(|login| text(login, "username"));
    let note = of_type("note").filter_map(Fields::of).find_map(|note| text(note, "content"));
    let title = item.text("title");
    let mut tags = Vec::new();
    let own = item.list("tags").iter().filter_map(Value::as_str);
    let collections = item.text("id").and_then(|id| collections.get(&id)).map_or(&[][..], Vec::as_slice);
    item::tag(&mut tags, collections.iter().map(String::as_str).chain(own));
    let read = of_type("totp").map(|value| {
        let mut draft = read_totp(value).map_err(|why| item::of_item(title.as_deref(), why))?;
        item::name(&mut draft, title.as_deref(), user.as_deref());
        draft.note = note.clone().unwrap_or_default();
        draft.pinned = item.flag("favorite");
        draft.tags = tags.clone();
        Ok(draft)
    });
    read.collect()
}

fn read_totp(value: &Value) -> std::result::Result<Draft, Refusal> {
    let totp = Fields::of_entry(value)?;
    let account = Account {
        secret: totp.text("secret"),
        algorithm: totp.text("algorithm"),
        digits: totp.number("digits")?,
        period: totp.number("period")?,
        ..Account::default()
    };
    let mut draft = account.draft(value)?;
    draft.issuer = totp.text("issuer").unwrap_or_default();
    draft.account = totp.text("username").unwrap_or_default();
    Ok(draft)
}
