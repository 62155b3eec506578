//! TOTP Authenticator (BinaryBoot): a backup in base64 (AES-256-CBC under a bare SHA-256 of the password, or of a constant where
//! the user set none; no salt, no check), and the preferences of its Android app. Both hold the same list.

use super::read::account::{Account, leftovers};
use super::read::crypto::{needs_password, open_cbc, wrong_password};
use super::read::encoding::{base64, hex};
use super::read::json::{self, Fields, Refusal, damaged};
use super::read::kdf::Key;
use super::read::xml;
use super::{Draft, Encryption, ForeignFile, Format, Found};
use crate::error::Result;
use crate::otp::{Kind, base32};
use crate::secret::{Secret, SecretText};
use serde_json::Value;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub struct TotpAuthenticator;

const LIST: &str = "STATIC_TOTP_CODES_LIST";
const NO_PASSWORD: &str = "TotpAuthenticator";
const NO_ISSUER: &str = "Unknown";
const BLOCK: usize = 16;
/// One account alone takes more.
const LEAST: usize = 4 * BLOCK;

impl Format for TotpAuthenticator {
    fn id(&self) -> &'static str {
        "totp-authenticator"
    }

    fn name(&self) -> &'static str {
        "TOTP Authenticator"
    }

    fn how_to_get(&self) -> &'static str {
        "in TOTP Authenticator: Backup & Restore, Backup to file"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    /// Whole blocks of noise in base64 and nothing else are a backup, unless a list beside them says that they are Steam's.
    fn detect(&self, file: &ForeignFile) -> bool {
        let is_steam = file.files().iter().any(|beside| beside.name.rsplit('/').next() == Some("manifest.json"));
        file.xml().is_some_and(|root| root.preference(LIST).is_some()) || !is_steam && sealed(file).is_some()
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        if file.xml().is_some() || file.xml_error().is_some() {
            let list = xml::of_file(file)?.preference(LIST).ok_or_else(|| damaged("the list of accounts is missing"))?;
            return read_list(&xml::json_of(list)?);
        }
        let sealed = sealed(file).ok_or_else(|| damaged("this is no backup of TOTP Authenticator, or it is cut short"))?;
        let open = |password: &SecretText| open(&sealed, password);
        let list = match (open(&SecretText::new(NO_PASSWORD)), password) {
            (Some(list), _) => list,
            (None, None) => {
                return Err(needs_password("the password of a TOTP Authenticator backup")
                    .hint("that is what this file looks like, though it bears no mark that would tell"));
            }
            (None, Some(password)) => open(password).ok_or_else(|| {
                wrong_password().hint("or it is no such backup: a Steam maFile is read with its manifest.json beside it")
            })?,
        };
        read_list(&list)
    }
}

fn sealed(file: &ForeignFile) -> Option<Zeroizing<Vec<u8>>> {
    let text = file.text()?.trim();
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(&byte);
    let is_mixed = text.bytes().any(|byte| byte.is_ascii_lowercase()) && text.bytes().any(|byte| byte.is_ascii_uppercase());
    let bytes = (is_mixed && text.bytes().all(is_base64)).then(|| base64(text))??;
    (bytes.len() >= LEAST && bytes.len() % BLOCK == 0).then_some(bytes)
}

/// The list is the key of the only pair of an object; the value is a time.
fn open(sealed: &[u8], password: &SecretText) -> Option<Value> {
    let key: Key = Zeroizing::new(Sha256::digest(password.expose().as_bytes()).into());
    let plain = json::of_bytes(&open_cbc(&key, &[0; BLOCK], sealed)?).ok()?;
    let (list, _) = Fields::of(&plain)?.iter().next()?;
    json::of_bytes(list.as_bytes()).ok()
}

fn read_list(list: &Value) -> Result<Found> {
    let list = list.as_array().ok_or_else(|| xml::no_list("the accounts of TOTP Authenticator"))?;
    if list.is_empty() {
        return Err(damaged("the list of TOTP Authenticator's accounts is empty"));
    }
    Found::of_list(list, read_account)
}

fn read_account(value: &Value) -> std::result::Result<Draft, Refusal> {
    let fields = Fields::of_entry(value)?;
    let key = fields.text("key").ok_or("the secret is missing")?;
    let secret = match fields.number("base")? {
        Some(16) => hex(&key).map(|bytes| Secret::new(bytes.to_vec())),
        Some(32) | None => base32::decode(&key),
        Some(64) => base64(&key).map(|bytes| Secret::new(bytes.to_vec())),
        Some(_) => return Err("its secret is written in a way that is not known".into()),
    };
    let secret = secret.filter(|secret| !secret.is_empty()).ok_or("the secret can't be read")?;
    let account = Account { digits: fields.number("digits")?, period: fields.number("period")?, ..Account::default() };
    let mut draft = account.with_secret(Kind::Totp, secret)?;
    draft.issuer = fields.text("issuer").filter(|issuer| issuer != NO_ISSUER).unwrap_or_default();
    draft.account = fields.text("name").unwrap_or_default();
    draft.pinned = fields.flag("isFavorite");
    draft.raw = leftovers(fields, &["iconLabel", "accountHeaderLabel"]);
    Ok(draft)
}
