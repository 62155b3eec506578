//! Chronos (iOS): a JSON object with a list of tokens.

use super::read::account::Account;
use super::read::json::{self, Fields, Refusal, damaged};
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
use crate::secret::SecretText;
use serde_json::Value;

pub struct Chronos;

impl Format for Chronos {
    fn id(&self) -> &'static str {
        "chronos"
    }

    fn name(&self) -> &'static str {
        "Chronos"
    }

    fn how_to_get(&self) -> &'static str {
        "in Chronos: Settings, Export, JSON"
    }

    /// FreeOTP+ has the order of its tokens beside them.
    fn detect(&self, file: &ForeignFile) -> bool {
        let is_token = |token: &Value| Fields::of(token).is_some_and(|token| token.has(&["issuer", "account", "type"]));
        file.json()
            .and_then(Fields::of)
            .is_some_and(|export| !export.has(&["tokenOrder"]) && export.list("tokens").iter().any(is_token))
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let export = Fields::of(json::of_file(file)?).ok_or_else(|| damaged("this is no export of Chronos"))?;
        if !export.get("tokens").is_some_and(Value::is_array) {
            return Err(damaged("the export of Chronos has no list of tokens"));
        }
        Found::of_list(export.list("tokens"), read_token)
    }
}

fn read_token(value: &Value) -> std::result::Result<Draft, Refusal> {
    let token = Fields::of_entry(value)?;
    let account = Account {
        kind: token.text("type"),
        secret: token.text("secret"),
        algorithm: token.text("algorithm"),
        digits: token.number("digits")?,
        period: token.number("period")?,
        counter: token.number("counter")?,
        pin: None,
    };
    let mut draft = account.draft(value)?;
    draft.issuer = token.text("issuer").unwrap_or_default();
    draft.account = token.text("account").unwrap_or_default();
    draft.pinned = token.flag("pinned");
    draft.tags = token.list("tags").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(draft)
}
