//! 1Password: 1PUX (a zip with JSON), that JSON alone, OPVault (a folder of encrypted items), and CSV.
//! An item may have several one-time passwords; each is an entry.

mod opvault;

use super::read::csv::Table;
use super::read::item;
use super::read::json::{self, Fields, damaged};
use super::read::zip::Archive;
use super::{Encryption, ForeignFile, Format, Found};
use crate::error::Result;
use crate::secret::SecretText;
use serde_json::Value;

pub struct OnePassword;

const DATA: &str = "export.data";

impl Format for OnePassword {
    fn id(&self) -> &'static str {
        "1password"
    }

    fn name(&self) -> &'static str {
        "1Password (1PUX, OPVault, CSV)"
    }

    fn how_to_get(&self) -> &'static str {
        "in 1Password: File, Export, 1PUX or CSV; of old versions the folder that ends in .opvault"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        if file.is_folder() {
            return opvault::is_vault(file.files());
        }
        if Archive::is_zip(file.bytes()) {
            return Archive::open(file.bytes()).is_ok_and(|archive| archive.has(DATA));
        }
        match file.json() {
            Some(json) => Fields::of(json).is_some_and(is_data),
            None => self.is_part(file) || file.text().is_some_and(|text| Table::names(text, &COLUMNS)),
        }
    }

    fn is_part(&self, file: &ForeignFile) -> bool {
        opvault::is_part(file.bytes())
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        if file.is_folder() {
            return opvault::read(file.files(), password);
        }
        if Archive::is_zip(file.bytes()) {
            let bytes = Archive::open(file.bytes())?.read(DATA, password, "the password of the zip archive")?;
            return read_data(&json::of_bytes(&bytes)?);
        }
        if self.is_part(file) {
            return Err(damaged("this is one file of a 1Password vault, which is a folder")
                .hint("import the whole folder, the one that ends in .opvault"));
        }
        match file.text() {
            Some(text) if Table::names(text, &COLUMNS) => read_table(&Table::with(text, &COLUMNS)?),
            _ => read_data(json::of_file(file)?),
        }
    }
}

fn is_data(data: Fields) -> bool {
    let has_vaults = |account: &Value| Fields::of(account).is_some_and(|account| account.has(&["vaults"]));
    data.list("accounts").iter().any(has_vaults)
}

/// Apple's passwords have a column of the same name, but `URL`.
const COLUMNS: [&str; 4] = ["OTPAuth", "Title", "Url", "Username"];

fn read_data(data: &Value) -> Result<Found> {
    let data = Fields::of(data).filter(|data| is_data(*data)).ok_or_else(|| damaged("this is no export of 1Password"))?;
    let vaults = data.list("accounts").iter().filter_map(Fields::of).flat_map(|account| account.list("vaults"));
    let items = vaults.filter_map(Fields::of).flat_map(|vault| {
        let name = vault.fields("attrs").and_then(|attrs| attrs.text("name")).unwrap_or_default();
        vault.list("items").iter().map(move |item| (name.clone(), item))
    });
    let (mut without, mut archived) = (0, 0);
    let mut read = Vec::new();
    for (index, (vault, value)) in items.enumerate() {
        // Exports of 2021 have one object more around each item.
        let item = Fields::of(value).map(|item| item.fields("item").unwrap_or(item));
        let Some(item) = item else {
            read.push((index, Err("not an object".to_owned())));
            continue;
        };
        let overview = item.fields("overview");
        let details = item.fields("details");
        let codes = details.map(codes).unwrap_or_default();
        without += usize::from(codes.is_empty());
        archived += usize::from(!codes.is_empty() && item.text("state").as_deref() == Some("archived"));
        let title = overview.and_then(|overview| overview.text("title"));
        let user = details.and_then(user);
        let mut tags = Vec::new();
        let own = overview.map_or(&[][..], |overview| overview.list("tags"));
        item::tag(&mut tags, [vault.as_str()].into_iter().chain(own.iter().filter_map(Value::as_str)));
        let codes = codes.iter().flat_map(|(field, code)| item::codes(code).into_iter().map(move |code| (field, code)));
        for (field, code) in codes {
            let draft = item::draft(&code, title.as_deref(), user.as_deref()).map(|mut draft| {
                draft.note = details.and_then(|details| details.text("notesPlain")).unwrap_or_default();
                draft.pinned = item.number("favIndex").is_ok_and(|place| place.is_some_and(|place| place > 0));
                draft.tags = tags.clone();
                item::note_field(&mut draft, field.as_deref());
                draft
            });
            read.push((index, draft.map_err(|why| item::of_item(title.as_deref(), why))));
        }
    }
    let mut found = Found::collect(read.into_iter())?;
    found.note_without(without);
    match archived {
        0 => {}
        1 => found.warnings.push("1 item is archived in 1Password; it was taken like the others.".into()),
        _ => found.warnings.push(format!("{archived} items are archived in 1Password; they were taken like the others.")),
    }
    Ok(found)
}

/// The one-time passwords of an item, each with the title of its field.
fn codes(details: Fields) -> Vec<(Option<String>, String)> {
    let sections = details.list("sections").iter().filter_map(Fields::of);
    let fields = sections.flat_map(|section| section.list("fields")).filter_map(Fields::of);
    fields.filter_map(|field| Some((field.text("title"), field.fields("value")?.text("totp")?))).collect()
}

fn user(details: Fields) -> Option<String> {
    let fields = details.list("loginFields").iter().filter_map(Fields::of);
    fields.filter(|field| field.text("designation").as_deref() == Some("username")).find_map(|field| field.text("value"))
}

fn read_table(table: &Table) -> Result<Found> {
    let mut without = 0;
    let mut read = Vec::new();
    for (index, row) in table.rows().enumerate() {
        let Some(code) = row.text("OTPAuth") else {
            without += 1;
            continue;
        };
        let title = row.text("Title");
        for code in item::codes(code) {
            let draft = item::draft(&code, title, row.text("Username")).map(|mut draft| {
                draft.note = row.text("Notes").unwrap_or_default().to_owned();
                draft.pinned = row.text("Favorite").is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
                item::tag(&mut draft.tags, row.text("Tags").unwrap_or_default().split([';', ',']));
                draft
            });
            read.push((index, draft.map_err(|why| item::of_item(title, why))));
        }
    }
    let mut found = Found::collect(read.into_iter())?;
    found.note_without(without);
    Ok(found)
}
