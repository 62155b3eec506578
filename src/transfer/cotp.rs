//! cotp: its JSON, in clear as it exports it, and its own database, encrypted (Argon2id, XChaCha20-Poly1305).
//! Old databases are the bare list of elements; in clear such a list has the shape of andOTP's.

use super::read::account::Account;
use super::read::crypto::{needs_password, open_xchacha, wrong_password};
use super::read::encoding::base64;
use super::read::json::{self, Fields, Refusal, damaged};
use super::read::kdf;
use super::{Draft, Encryption, ForeignFile, Format, Found};
use crate::error::Result;
use crate::secret::SecretText;
use serde_json::Value;
use zeroize::Zeroizing;

pub struct Cotp;

const NEWEST: u64 = 2;
const MEMORY_KIB: u64 = 32_768;
const PASSES: u64 = 4;
const LANES: u64 = 4;

impl Format for Cotp {
    fn id(&self) -> &'static str {
        "cotp"
    }

    fn name(&self) -> &'static str {
        "cotp"
    }

    fn how_to_get(&self) -> &'static str {
        "cotp export; or its database, ~/.local/share/cotp/db.cotp, of old ~/.cotp/db.cotp"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.json().and_then(Fields::of).is_some_and(|fields| {
            fields.has(&["version", "nonce", "salt", "cipher"])
                || fields.has(&["version"]) && fields.get("elements").is_some_and(Value::is_array)
        })
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        let whole = json::of_file(file)?;
        match Fields::of(whole).filter(|fields| fields.has(&["cipher"])) {
            Some(sealed) => read_database(&json::of_bytes(&open(sealed, password)?)?),
            None if whole.is_object() => read_database(whole),
            None => Err(damaged("this is no export of cotp")),
        }
    }
}

fn open(sealed: Fields, password: Option<&SecretText>) -> Result<Zeroizing<Vec<u8>>> {
    let part =
        |name| sealed.text(name).and_then(|text| base64(&text)).ok_or_else(|| damaged("the cotp database is not complete"));
    let (nonce, salt, cipher) = (part("nonce")?, part("salt")?, part("cipher")?);
    let password = password.ok_or_else(|| needs_password("the password of the cotp database"))?;
    let key = kdf::argon2id(password, &salt, MEMORY_KIB, PASSES, LANES)?;
    open_xchacha(&key, &nonce, &cipher).ok_or_else(wrong_password)
}

fn read_database(database: &Value) -> Result<Found> {
    let fields = Fields::of(database);
    let elements = database.as_array().or_else(|| fields?.get("elements")?.as_array());
    let elements = elements.ok_or_else(|| damaged("the cotp database has no list of elements"))?;
    let mut found = Found::of_list(elements, read_element)?;
    if let Some(fields) = fields {
        found.note_version("cotp database", fields.number("version"), NEWEST);
    }
    Ok(found)
}

fn read_element(value: &Value) -> std::result::Result<Draft, Refusal> {
    let element = Fields::of_entry(value)?;
    let account = Account {
        kind: element.text("type"),
        secret: element.text("secret"),
        algorithm: element.text("algorithm"),
        digits: element.number("digits")?,
        period: element.number("period")?,
        counter: element.number("counter")?,
        pin: element.text("pin"),
    };
    let mut draft = account.draft(value)?;
    draft.issuer = element.text("issuer").unwrap_or_default();
    draft.account = element.text("label").unwrap_or_default();
    Ok(draft)
}
