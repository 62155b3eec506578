//! totp-cli: namespaces of accounts as JSON, which it keeps in an age file with a passphrase: the `backup` format opens that.
//! Before its version 1.2.8 it wrote bare AES without a mark, which it replaces itself the first time that it writes.

use super::read::account::Account;
use super::read::json::{self, Fields, Refusal, damaged};
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
use crate::otp::base32;
use crate::secret::SecretText;
use serde_json::Value;

pub struct TotpCli;

impl Format for TotpCli {
    fn id(&self) -> &'static str {
        "totp-cli"
    }

    fn name(&self) -> &'static str {
        "totp-cli"
    }

    fn how_to_get(&self) -> &'static str {
        "the file totp-cli keeps, ~/.config/totp-cli/credentials: an age file, which needs no decrypting first"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.json().is_some_and(|whole| is_new(whole) || is_old(whole))
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let whole = json::of_file(file)?;
        match is_new(whole) || is_old(whole) {
            true => read_namespaces(whole),
            false => Err(not_ours()),
        }
    }
}

fn is_new(whole: &Value) -> bool {
    let is_namespace = |value: &Value| Fields::of(value).is_some_and(|fields| fields.has(&["name", "accounts"]));
    whole.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(is_namespace))
}

/// Names and secrets, and nothing that other programs call a field.
fn is_old(whole: &Value) -> bool {
    let is_secret = |(name, value): (&String, &Value)| {
        name != "secret"
            && name != "type"
            && value.as_str().is_some_and(|text| base32::decode(text).is_some_and(|s| !s.is_empty()))
    };
    let is_namespace = |value: &Value| value.as_object().is_some_and(|inside| !inside.is_empty() && inside.iter().all(is_secret));
    whole.as_object().is_some_and(|namespaces| !namespaces.is_empty() && namespaces.values().all(is_namespace))
}

/// New: a list of objects. Old: an object of objects, whose values are the secrets.
fn read_namespaces(whole: &Value) -> Result<Found> {
    let mut accounts: Vec<(String, std::result::Result<Draft, Refusal>)> = Vec::new();
    match whole {
        Value::Array(namespaces) => {
            for namespace in namespaces.iter().filter_map(Fields::of) {
                let name = namespace.text("name").unwrap_or_default();
                accounts.extend(namespace.list("accounts").iter().map(|account| (name.clone(), read_account(account))));
            }
        }
        Value::Object(namespaces) => {
            for (name, secrets) in namespaces {
                let secrets = Fields::of(secrets).ok_or_else(not_ours)?;
                accounts.extend(secrets.iter().map(|(account, secret)| (name.clone(), read_old(account, secret))));
            }
        }
        _ => return Err(not_ours()),
    }
    let in_namespace = |(name, account): (String, std::result::Result<Draft, Refusal>)| {
        account.map(|mut draft| {
            draft.tags.extend(Some(name).filter(|name| !name.is_empty()));
            draft
        })
    };
    Found::collect(accounts.into_iter().map(in_namespace).enumerate())
}

fn not_ours() -> crate::error::Error {
    damaged("this is no file of totp-cli")
}

fn read_account(value: &Value) -> std::result::Result<Draft, Refusal> {
    let fields = Fields::of_entry(value)?;
    // 0 stands for what is usual.
    let usual = |number: Option<u64>| number.filter(|number| *number > 0);
    let account = Account {
        secret: fields.text("token"),
        algorithm: fields.text("algorithm"),
        digits: usual(fields.number("length")?),
        period: usual(fields.number("timePeriod")?),
        ..Account::default()
    };
    let mut draft = account.draft(value)?;
    draft.account = fields.text("name").unwrap_or_default();
    if let Some(prefix) = fields.text("prefix") {
        draft.note = format!("In totp-cli each code of this account has before it: {prefix}");
    }
    Ok(draft)
}

fn read_old(name: &str, secret: &Value) -> std::result::Result<Draft, Refusal> {
    let account = Account { secret: secret.as_str().map(str::to_owned), ..Account::default() };
    Ok(Draft { account: name.to_owned(), ..account.draft(secret)? })
}
