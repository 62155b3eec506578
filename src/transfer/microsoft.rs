//! The database of Microsoft Authenticator, as it lies on a rooted phone. Work accounts that only push have no secret there.

use super::read::account::Account;
use super::read::encoding::base64;
use super::read::json::{Fields, Refusal};
use super::read::sqlite::Database;
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
use crate::otp::Kind;
use crate::secret::{Secret, SecretText};
use serde_json::Value;

pub struct Microsoft;

/// By `account_type`.
const ORDINARY: u64 = 0;
const MICROSOFT_ACCOUNT: u64 = 1;
const WORK_ACCOUNT: u64 = 2;

impl Format for Microsoft {
    fn id(&self) -> &'static str {
        "microsoft"
    }

    fn name(&self) -> &'static str {
        "Microsoft Authenticator"
    }

    fn how_to_get(&self) -> &'static str {
        "on a rooted phone: databases/PhoneFactor of com.azure.authenticator"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        Database::is_sqlite(file.bytes())
            && Database::open(file.bytes()).is_ok_and(|database| database.has("accounts", &["oath_secret_key", "account_type"]))
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let database = Database::open(file.bytes())?;
        let rows = database.rows("accounts")?;
        let mut found = Found::collect(rows.iter().enumerate().map(|(index, row)| (index, read_row(row))))?;
        found.warnings.extend(database.warning());
        Ok(found)
    }
}

fn read_row(value: &Value) -> std::result::Result<Draft, Refusal> {
    let row = Fields::of_entry(value)?;
    let secret = row.text("oath_secret_key");
    let mut draft = match row.number("account_type")?.unwrap_or(ORDINARY) {
        WORK_ACCOUNT => return Err("a work account that signs in by push only: it has no secret of its own".into()),
        _ if secret.is_none() && row.text("encrypted_oath_secret_key").is_some() => {
            return Err("its secret is encrypted with a key that never leaves the phone".into());
        }
        ORDINARY => Account { secret, ..Account::default() }.draft(value)?,
        MICROSOFT_ACCOUNT => {
            let bytes = secret.as_deref().map(|text| base64(text).filter(|bytes| !bytes.is_empty()));
            let bytes = bytes.ok_or("the secret is missing")?.ok_or("the secret can't be read")?;
            Account { digits: Some(8), ..Account::default() }.with_secret(Kind::Totp, Secret::new(bytes.to_vec()))?
        }
        other => Account { kind: Some(format!("type {other}")), secret, ..Account::default() }.draft(value)?,
    };
    draft.issuer = row.text("name").unwrap_or_default();
    draft.account = row.text("username").unwrap_or_default();
    Ok(draft)
}
