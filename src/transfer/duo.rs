//! Duo Mobile's `accounts.json`, as it lies on a rooted phone. Issuers are not kept there.

use super::read::account::Account;
use super::read::json::{self, Fields, Refusal, damaged};
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
use crate::secret::SecretText;
use serde_json::Value;

pub struct Duo;

impl Format for Duo {
    fn id(&self) -> &'static str {
        "duo"
    }

    fn name(&self) -> &'static str {
        "Duo Mobile"
    }

    fn how_to_get(&self) -> &'static str {
        "on a rooted phone: files/duokit/accounts.json of com.duosecurity.duomobile"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        let has_generator = |entry: &Value| Fields::of(entry).is_some_and(|fields| fields.has(&["otpGenerator"]));
        file.json().and_then(Value::as_array).is_some_and(|accounts| accounts.iter().any(has_generator))
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let accounts = json::of_file(file)?.as_array().ok_or_else(|| damaged("Duo's accounts are not a list"))?;
        if accounts.is_empty() {
            return Err(damaged("Duo's list of accounts is empty"));
        }
        Found::of_list(accounts, read_account)
    }
}

fn read_account(value: &Value) -> std::result::Result<Draft, Refusal> {
    let fields = Fields::of_entry(value)?;
    let generator = fields.fields("otpGenerator");
    let secret = generator.and_then(|generator| generator.text("otpSecret"));
    let counter = generator.map_or(Ok(None), |generator| generator.number("counter"))?;
    let account = Account {
        kind: Some(if counter.is_some() { "hotp" } else { "totp" }.to_owned()),
        secret: Some(secret.ok_or("its secret is not in the file: Duo's own accounts can only be enrolled anew")?),
        counter,
        ..Account::default()
    };
    let mut draft = account.draft(value)?;
    draft.account = fields.text("name").unwrap_or_default();
    Ok(draft)
}
