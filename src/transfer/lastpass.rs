//! LastPass Authenticator's JSON. What the user renamed an account to comes before what its QR code said.

use super::read::account::Account;
use super::read::json::{self, Fields, Refusal, damaged};
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
use crate::secret::SecretText;
use serde_json::Value;
use std::collections::HashMap;

pub struct LastPass;

const NEWEST: u64 = 3;

impl Format for LastPass {
    fn id(&self) -> &'static str {
        "lastpass"
    }

    fn name(&self) -> &'static str {
        "LastPass Authenticator"
    }

    fn how_to_get(&self) -> &'static str {
        "in LastPass Authenticator: Settings, Transfer accounts, Export accounts to file"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.json().and_then(Fields::of).is_some_and(|fields| {
            fields.get("accounts").is_some_and(Value::is_array) && fields.has(&["folders", "localDeviceId"])
        })
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let export = Fields::of(json::of_file(file)?).ok_or_else(|| damaged("this is no export of LastPass Authenticator"))?;
        if !export.get("accounts").is_some_and(Value::is_array) {
            return Err(damaged("the LastPass export has no list of accounts"));
        }
        let folders: HashMap<u64, String> = export
            .list("folders")
            .iter()
            .filter_map(Fields::of)
            .filter_map(|folder| Some((folder.number("id").ok()??, folder.text("name")?)))
            .collect();
        let mut found = Found::of_list(export.list("accounts"), |account| read_account(account, &folders))?;
        found.note_version("LastPass export", export.number("version"), NEWEST);
        Ok(found)
    }
}

fn read_account(value: &Value, folders: &HashMap<u64, String>) -> std::result::Result<Draft, Refusal> {
    let fields = Fields::of_entry(value)?;
    let account = Account {
        secret: fields.text("secret"),
        algorithm: fields.text("algorithm"),
        digits: fields.number("digits")?,
        period: fields.number("timeStep")?,
        ..Account::default()
    };
    let mut draft = account.draft(value)?;
    let either = |edited, original| if fields.has(&[edited]) { fields.text(edited) } else { fields.text(original) };
    draft.issuer = either("issuerName", "originalIssuerName").unwrap_or_default();
    draft.account = either("userName", "originalUserName").unwrap_or_default();
    draft.pinned = fields.flag("isFavorite");
    let folder = fields.fields("folderData").and_then(|folder| folder.number("folderId").ok()?);
    draft.tags = folder.and_then(|id| folders.get(&id).cloned()).into_iter().collect();
    Ok(draft)
}
