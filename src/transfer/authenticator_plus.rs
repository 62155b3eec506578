//! Authenticator Plus: its export, links in a zip with a password, and its own database, which SQLCipher encrypts.
//! The database bears no mark: noise in whole pages may be one, and only the password tells.

use super::google_database::named;
use super::links;
use super::read::account::{Account, leftovers};
use super::read::crypto::needs_password;
use super::read::encoding::hex;
use super::read::json::{Fields, Refusal, damaged};
use super::read::sqlcipher::{self, PAGE};
use super::read::sqlite::Database;
use super::read::zip::Archive;
use super::{Draft, Encryption, ForeignFile, Format, Found};
use crate::error::{Error, ErrorKind, Result};
use crate::otp::Kind;
use crate::secret::{Secret, SecretText};
use serde_json::Value;

pub struct AuthenticatorPlus;

const MEMBER: &str = "Accounts.txt";
const PASSWORD: &str = "the password of Authenticator Plus";
/// By `type`.
const BATTLE_NET: u64 = 2;
/// The category of accounts that are in none.
const NO_CATEGORY: &str = "All Accounts";

impl Format for AuthenticatorPlus {
    fn id(&self) -> &'static str {
        "authenticator-plus"
    }

    fn name(&self) -> &'static str {
        "Authenticator Plus"
    }

    fn how_to_get(&self) -> &'static str {
        "in Authenticator Plus: Settings, Backup & Restore, Export as Text and HTML"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Always
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        let bytes = file.bytes();
        if Archive::is_zip(bytes) {
            return Archive::open(bytes).is_ok_and(|archive| archive.has(MEMBER));
        }
        is_in_pages(file)
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        let bytes = file.bytes();
        if Archive::is_zip(bytes) {
            let text = Archive::open(bytes)?.read(MEMBER, password, PASSWORD)?;
            let file = ForeignFile::new(&text);
            let text = file.text().ok_or_else(|| damaged("the list of accounts is not text"))?;
            let mut found = links::read_text(text)?;
            found.note_guess(&file);
            return Ok(found);
        }
        if !is_in_pages(file) {
            return Err(damaged("this is no backup of Authenticator Plus"));
        }
        let password = password.ok_or_else(|| {
            needs_password(PASSWORD).hint("its database is what this file looks like, though it bears no mark that would tell")
        })?;
        let plain = sqlcipher::open(bytes, password)?.ok_or_else(not_opened)?;
        let database = Database::open(&plain)?;
        let rows = database.rows("accounts")?;
        Found::collect(rows.iter().enumerate().map(|(index, row)| (index, read_row(row))))
    }
}

/// Whether the file is noise in whole pages, as other formats without a mark are only by chance.
pub(super) fn is_in_pages(file: &ForeignFile) -> bool {
    file.bytes().len() >= 2 * PAGE && file.bytes().len().is_multiple_of(PAGE) && file.is_noise()
}

fn not_opened() -> Error {
    Error::new(ErrorKind::WrongPassword, "the password does not open the file, or it is no database of Authenticator Plus")
        .hint("such a database bears no mark; an andOTP backup of just this length is read with --format andotp")
}

fn read_row(value: &Value) -> std::result::Result<Draft, Refusal> {
    let row = Fields::of_entry(value)?;
    let account = Account { secret: row.text("secret"), counter: row.number("counter")?, ..Account::default() };
    let kind = |name: &str| Account { kind: Some(name.to_owned()), ..account.clone() };
    let mut draft = match row.number("type")?.unwrap_or(0) {
        0 => kind("totp").draft(value)?,
        1 => kind("hotp").draft(value)?,
        BATTLE_NET => {
            let text = account.secret.as_deref().ok_or("the secret is missing")?;
            let bytes = hex(text).filter(|bytes| !bytes.is_empty()).ok_or("the secret can't be read")?;
            Account { digits: Some(8), ..Account::default() }.with_secret(Kind::Totp, Secret::new(bytes.to_vec()))?
        }
        other => kind(&format!("type {other}")).draft(value)?,
    };
    (draft.issuer, draft.account) = named(row);
    if row.number("type")? == Some(BATTLE_NET) {
        // The app's own name for all of them; what it keeps as the original name is their serial number.
        draft.issuer = Some(draft.issuer).filter(|issuer| issuer != "Battle.net®").unwrap_or_else(|| "Blizzard".to_owned());
        draft.raw = leftovers(row, &["original_name"]);
    }
    draft.tags = row.text("category").into_iter().filter(|category| category != NO_CATEGORY).collect();
    Ok(draft)
}
