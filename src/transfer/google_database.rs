//! The database of Google Authenticator, as it lies on a rooted phone. Hash, digits and period are not kept there.

use super::read::account::{Account, split_label};
use super::read::json::{Fields, Refusal};
use super::read::sqlite::Database;
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
use crate::secret::SecretText;
use serde_json::Value;

pub struct GoogleDatabase;

impl Format for GoogleDatabase {
    fn id(&self) -> &'static str {
        "google-database"
    }

    fn name(&self) -> &'static str {
        "Google Authenticator database"
    }

    fn how_to_get(&self) -> &'static str {
        "on a rooted phone: databases/databases of com.google.android.apps.authenticator2"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        Database::is_sqlite(file.bytes())
            && Database::open(file.bytes())
                .is_ok_and(|database| database.has("accounts", &["email", "secret", "counter", "type"]))
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
    if row.flag("isencrypted") {
        return Err("its secret is encrypted with a key that never leaves the phone: use Transfer accounts there".into());
    }
    let kind = match row.number("type")? {
        None | Some(0) => "totp".to_owned(),
        Some(1) => "hotp".to_owned(),
        Some(other) => format!("type {other}"),
    };
    let account = Account { kind: Some(kind), secret: row.text("secret"), counter: row.number("counter")?, ..Account::default() };
    let mut draft = account.draft(value)?;
    (draft.issuer, draft.account) = named(row);
    Ok(draft)
}

/// Issuer and account of a row; without an issuer both may stand in the label.
pub(super) fn named(row: Fields) -> (String, String) {
    let label = row.text("email").unwrap_or_default();
    match row.text("issuer") {
        Some(issuer) => {
            let account = label.strip_prefix(&format!("{issuer}:")).map(|account| account.trim_start().to_owned());
            (issuer, account.unwrap_or(label))
        }
        None if label.matches(':').count() == 1 => split_label(&label, ":"),
        None => (String::new(), label),
    }
}
