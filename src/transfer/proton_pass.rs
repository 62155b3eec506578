//! Proton Pass: JSON, mostly in a zip. A login has one one-time password of its own and any number in custom fields.

use super::read::item;
use super::read::json::{self, Fields, damaged};
use super::read::zip::Archive;
use super::{Draft, Encryption, ForeignFile, Format, Found};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretText;
use serde_json::{Value, json};

pub struct ProtonPass;

const MEMBER: &str = "Proton Pass/data.json";
const PGP_MEMBER: &str = "Proton Pass/data.pgp";
const TRASHED: u64 = 2;

impl Format for ProtonPass {
    fn id(&self) -> &'static str {
        "proton-pass"
    }

    fn name(&self) -> &'static str {
        "Proton Pass"
    }

    fn how_to_get(&self) -> &'static str {
        "in Proton Pass: Settings, Export, ZIP or JSON without PGP encryption"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        if Archive::is_zip(file.bytes()) {
            return Archive::open(file.bytes()).is_ok_and(|archive| archive.has(MEMBER) || archive.has(PGP_MEMBER));
        }
        file.json().and_then(Fields::of).is_some_and(is_export)
    }

    fn encryption(&self) -> Encryption {
        Encryption::Never
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        if !Archive::is_zip(file.bytes()) {
            return read_export(json::of_file(file)?);
        }
        let mut archive = Archive::open(file.bytes())?;
        if archive.has(PGP_MEMBER) && !archive.has(MEMBER) {
            let what = "the export of Proton Pass is encrypted with PGP, which is not read here";
            return Err(Error::new(ErrorKind::ForeignDamaged, what)
                .hint("export without encryption, or unzip it, run gpg --decrypt on data.pgp and import what comes out"));
        }
        read_export(&json::of_bytes(&archive.read(MEMBER, password, "the password of the zip archive")?)?)
    }
}

fn is_export(export: Fields) -> bool {
    let is_vault = |(_, vault): (&String, &Value)| Fields::of(vault).is_some_and(|vault| vault.has(&["items"]));
    export.fields("vaults").is_some_and(|vaults| vaults.iter().next().is_none() || vaults.iter().any(is_vault))
}

fn read_export(export: &Value) -> Result<Found> {
    let export = Fields::of(export).filter(|export| is_export(*export));
    let export = export.ok_or_else(|| damaged("this is no export of Proton Pass"))?;
    let vaults = export.fields("vaults").into_iter().flat_map(Fields::iter).filter_map(|(_, vault)| Fields::of(vault));
    let items = vaults.flat_map(|vault| vault.list("items").iter().map(move |item| (vault, item)));
    let mut without = 0;
    let mut read = Vec::new();
    for (index, (vault, value)) in items.enumerate() {
        let Some((item, data)) = Fields::of(value).and_then(|item| Some((item, item.fields("data")?))) else {
            read.push((index, Err("\"data\" is missing".to_owned())));
            continue;
        };
        let (content, metadata) = (data.fields("content"), data.fields("metadata"));
        let own = content.and_then(|content| content.text("totpUri")).map(|code| (None, code));
        // Items made of sections have their fields there.
        let sections = content.map_or(&[][..], |content| content.list("sections")).iter().filter_map(Fields::of);
        let fields = data.list("extraFields").iter().chain(sections.flat_map(|section| section.list("sectionFields")));
        let more = fields.filter_map(Fields::of).filter(|field| field.text("type").as_deref() == Some("totp"));
        let more = more.filter_map(|field| Some((field.text("fieldName"), field.fields("data")?.text("totpUri")?)));
        let codes: Vec<(Option<String>, String)> = own.into_iter().chain(more).collect();
        without += usize::from(codes.is_empty());
        let title = metadata.and_then(|metadata| metadata.text("name"));
        let user = |name| content.and_then(|content| content.text(name));
        let user = user("itemUsername").or_else(|| user("username")).or_else(|| user("itemEmail"));
        for (field, code) in codes.iter().flat_map(|(field, code)| item::codes(code).into_iter().map(move |code| (field, code))) {
            let draft = item::draft(&code, title.as_deref(), user.as_deref()).map(|draft| Draft {
                note: metadata.and_then(|metadata| metadata.text("note")).unwrap_or_default(),
                pinned: item.flag("pinned"),
                deleted: item.number("state") == Ok(Some(TRASHED)),
                tags: vault.text("name").into_iter().collect(),
                ..draft
            });
            let draft = draft.map(|draft| match field {
                Some(field) if draft.raw.is_none() => Draft { raw: Some(json!({ "kept": { "fieldName": field } })), ..draft },
                _ => draft,
            });
            let named = |why| match field {
                Some(field) => item::of_item(title.as_deref(), format!("field \"{field}\": {why}")),
                None => item::of_item(title.as_deref(), why),
            };
            read.push((index, draft.map_err(named)));
        }
    }
    let mut found = Found::collect(read.into_iter())?;
    found.note_without(without);
    Ok(found)
}
