//! 2FAuth: a JSON object with a list of accounts. The pictures in it are not taken, only their names.

use super::read::account::{Account, leftovers};
use super::read::json::{self, Fields, Refusal, damaged};
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
use crate::secret::SecretText;
use serde_json::Value;

pub struct TwoFAuth;

const NEWEST: u64 = 1;

impl Format for TwoFAuth {
    fn id(&self) -> &'static str {
        "2fauth"
    }

    fn name(&self) -> &'static str {
        "2FAuth"
    }

    fn how_to_get(&self) -> &'static str {
        "in 2FAuth: Manage, select the accounts, Export"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.json().and_then(Fields::of).is_some_and(|export| {
            let is_ours = export.text("app").is_some_and(|app| app.to_ascii_lowercase().starts_with("2fauth"));
            is_ours && export.get("data").is_some_and(Value::is_array)
        })
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let export = Fields::of(json::of_file(file)?).ok_or_else(|| damaged("this is no export of 2FAuth"))?;
        if !export.get("data").is_some_and(Value::is_array) {
            return Err(damaged("the export of 2FAuth has no list of accounts"));
        }
        let mut found = Found::of_list(export.list("data"), read_account)?;
        found.note_version("export of 2FAuth", export.number("schema"), NEWEST);
        Ok(found)
    }
}

fn read_account(value: &Value) -> std::result::Result<Draft, Refusal> {
    let fields = Fields::of_entry(value)?;
    let account = Account {
        kind: Some(fields.text("otp_type").ok_or("\"otp_type\" is missing")?),
        secret: fields.text("secret"),
        algorithm: fields.text("algorithm"),
        digits: fields.number("digits")?,
        period: fields.number("period")?,
        counter: fields.number("counter")?,
        pin: None,
    };
    let mut draft = account.draft(value)?;
    draft.issuer = fields.text("service").unwrap_or_default();
    draft.account = fields.text("account").unwrap_or_default();
    if draft.raw.is_none() {
        draft.raw = leftovers(fields, &["icon"]);
    }
    Ok(draft)
}
