//! The browser extension Authenticator: a JSON object of entries by hash or id, in clear, or encrypted in one of three ways.
//! 1: each secret with the password. 2: each secret with a key that the password opens. 3: each entry, by way of Argon2id.

use super::read::account::{Account, leftovers, unreadable};
use super::read::crypto::{needs_password, wrong_password};
use super::read::cryptojs;
use super::read::encoding::{hex, to_hex};
use super::read::item;
use super::read::json::{self, Fields, Refusal, damaged};
use super::read::kdf;
use super::{Draft, Encryption, ForeignFile, Format, Found};
use crate::error::Result;
use crate::otp::{Kind, base32};
use crate::secret::{Secret, SecretText};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use zeroize::Zeroizing;

pub struct AuthenticatorExtension;

/// Members that are no entries.
const OTHERS: [&str; 3] = ["key", "UserSettings", "LocalStorage"];
/// By number from 1, as old files tell them.
const TYPES: [&str; 6] = ["totp", "hotp", "battle", "steam", "hex", "hhex"];
const ALGORITHMS: [&str; 5] = ["SHA1", "SHA256", "SHA512", "GOST3411_2012_256", "GOST3411_2012_512"];
/// Of the third way: memory in KiB, passes, lanes.
const ARGON2: (u64, u64, u64) = (19 * 1024, 2, 1);
/// Each change of the password leaves one behind at most while entries are still under it.
const MOST_KEYS: usize = 16;

impl Format for AuthenticatorExtension {
    fn id(&self) -> &'static str {
        "authenticator-extension"
    }

    fn name(&self) -> &'static str {
        "Authenticator (browser extension)"
    }

    fn how_to_get(&self) -> &'static str {
        "in the extension: Settings, Backup, Download Backup File, with or without password"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        let Some(object) = file.json().and_then(Value::as_object) else { return false };
        let mut entries = object.iter().filter(|(name, _)| !OTHERS.contains(&name.as_str())).map(|(_, value)| value).peekable();
        entries.peek().is_some() && entries.all(|value| Fields::of(value).is_some_and(is_ours))
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        json::of_file(file)?;
        let members = json::members(file.text().unwrap_or_default())?;
        let is_entry = |(name, value): &&(String, Value)| {
            !OTHERS.contains(&name.as_str()) && value.get("dataType").and_then(Value::as_str) != Some("Key")
        };
        let mut entries: Vec<&Value> = members.iter().filter(is_entry).map(|(_, value)| value).collect();
        entries.sort_by_key(|entry| entry.get("index").and_then(Value::as_u64).unwrap_or(u64::MAX));
        if entries.is_empty() {
            return Err(damaged("there is no entry in this backup"));
        }
        let keys = Keys::open(&members, &entries, password)?;
        let read = |entry| read_entry(entry, &keys).map_err(|why| item::of_item(json::called(entry).as_deref(), why));
        Found::collect(entries.into_iter().map(read).enumerate())
    }
}

/// An entry with its secret, an encrypted entry, or a key.
fn is_ours(fields: Fields) -> bool {
    let kind = fields.text("dataType");
    let has_secret = fields.get("secret").is_some_and(Value::is_string);
    match kind.as_deref() {
        Some("EncOTPStorage") => fields.has(&["data", "keyId"]),
        Some("Key") => fields.has(&["id", "salt"]),
        _ => has_secret,
    }
}

/// The passphrases of encrypted entries.
#[derive(Default)]
struct Keys {
    /// Of the first and the second way.
    of_secrets: Option<Zeroizing<Vec<u8>>>,
    /// Of the third way, by the id of the key.
    of_entries: HashMap<String, Zeroizing<Vec<u8>>>,
}

impl Keys {
    /// A password that opens nothing at all is wrong. Entries may be under several keys with passwords of their own.
    fn open(members: &[(String, Value)], entries: &[&Value], password: Option<&SecretText>) -> Result<Keys> {
        let entries = || entries.iter().filter_map(|entry| Fields::of(entry));
        let sealed_secrets: Vec<String> =
            entries().filter(|entry| entry.flag("encrypted")).filter_map(|entry| entry.text("secret")).collect();
        let sealed_entries: Vec<(String, String)> =
            entries().filter_map(|entry| Some((entry.text("keyId")?, entry.text("data")?))).collect();
        if sealed_secrets.is_empty() && sealed_entries.is_empty() {
            return Ok(Keys::default());
        }
        let password = password.ok_or_else(|| needs_password("the password of the Authenticator extension"))?;
        let mut keys = Keys::default();
        let fields = |wanted: &str| members.iter().find(|(name, _)| name == wanted).and_then(|(_, value)| Fields::of(value));
        let passphrase = match fields("key").and_then(|key| key.text("enc")) {
            Some(sealed) => cryptojs::open(&sealed, password.expose().as_bytes()).map(|key| to_hex(&key).into_bytes()),
            None => Some(password.expose().as_bytes().to_vec()),
        };
        let passphrase = passphrase.map(Zeroizing::new);
        keys.of_secrets =
            passphrase.filter(|passphrase| sealed_secrets.iter().any(|sealed| open_secret(sealed, passphrase).is_some()));
        // Each key is tried once, on the first entry that is under it.
        let mut tried = HashSet::new();
        for (id, sealed) in sealed_entries.iter().filter(|(id, _)| fields(id).is_some()) {
            if !tried.insert(id) {
                continue;
            }
            if tried.len() > MOST_KEYS {
                return Err(damaged("the file holds more keys than the extension ever writes"));
            }
            let Some(salt) = fields(id).and_then(|key| key.text("salt")) else { continue };
            let key = kdf::argon2id(password, salt.as_bytes(), ARGON2.0, ARGON2.1, ARGON2.2)?;
            let passphrase = Zeroizing::new(STANDARD_NO_PAD.encode(*key).into_bytes());
            if open_entry(sealed, &passphrase).is_some() {
                keys.of_entries.insert(id.clone(), passphrase);
            }
        }
        match keys.of_secrets.is_none() && keys.of_entries.is_empty() {
            true => Err(wrong_password()),
            false => Ok(keys),
        }
    }
}

fn open_secret(sealed: &str, passphrase: &[u8]) -> Option<String> {
    let plain = cryptojs::open(sealed, passphrase)?;
    let text = std::str::from_utf8(&plain).ok().filter(|text| !text.is_empty())?;
    Some(text.to_owned())
}

fn open_entry(sealed: &str, passphrase: &[u8]) -> Option<Value> {
    serde_json::from_slice(&cryptojs::open(sealed, passphrase)?).ok().filter(Value::is_object)
}

fn read_entry(value: &Value, keys: &Keys) -> std::result::Result<Draft, Refusal> {
    let opened;
    let mut value = value;
    if let (Some(id), Some(sealed)) = (value.get("keyId").and_then(Value::as_str), value.get("data").and_then(Value::as_str)) {
        let passphrase = keys.of_entries.get(id).ok_or("it is encrypted with another key or password")?;
        opened = open_entry(sealed, passphrase).ok_or("the password does not open it, or it is damaged")?;
        value = &opened;
    }
    let entry = Fields::of_entry(value)?;
    let mut secret = entry.text("secret").ok_or("the secret is missing")?;
    // Inside an encrypted entry the mark stands as well, though the secret is in clear there.
    if entry.flag("encrypted") && cryptojs::is_sealed(&secret) {
        let passphrase = keys.of_secrets.as_ref().ok_or("it is encrypted with another password")?;
        secret = open_secret(&secret, passphrase).ok_or("the password does not open it, or it is damaged")?;
    }
    let mut draft = read_account(value, entry, &secret)?;
    let issuer = entry.text("issuer").unwrap_or_default();
    let site = issuer.split_once("::").map(|(name, _)| name.to_owned());
    if site.is_some() && draft.raw.is_none() {
        draft.raw = leftovers(entry, &["issuer"]);
    }
    draft.issuer = site.unwrap_or(issuer);
    draft.account = entry.text("account").unwrap_or_default();
    draft.pinned = entry.flag("pinned");
    Ok(draft)
}

fn read_account(value: &Value, entry: Fields, secret: &str) -> std::result::Result<Draft, Refusal> {
    let mut kind = named(entry, "type", &TYPES).unwrap_or_else(|| "totp".to_owned());
    let mut secret = secret;
    for (prefix, name) in [("blz-", "battle"), ("bliz-", "battle"), ("stm-", "steam")] {
        if let Some(rest) = secret.strip_prefix(prefix) {
            (secret, kind) = (rest, name.to_owned());
        }
    }
    let bare: String = secret.split_whitespace().collect();
    let is_hex = bare.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (kind, digits, is_hex) = match kind.as_str() {
        "totp" => (Kind::Totp, None, is_hex && base32::decode(&bare).is_none()),
        "hotp" => (Kind::Hotp, None, is_hex && base32::decode(&bare).is_none()),
        "hex" => (Kind::Totp, None, is_hex),
        "hhex" => (Kind::Hotp, None, is_hex),
        "battle" => (Kind::Totp, Some(8), false),
        "steam" => (Kind::Steam, None, false),
        _ => (Kind::Unknown, None, false),
    };
    let account = Account {
        kind: Some(named(entry, "type", &TYPES).unwrap_or_default()),
        secret: Some(secret.to_owned()),
        algorithm: named(entry, "algorithm", &ALGORITHMS),
        digits: digits.map_or_else(|| entry.number("digits"), |digits| Ok(Some(digits)))?,
        period: entry.number("period")?.filter(|period| *period > 0),
        counter: entry.number("counter")?,
        pin: None,
    };
    if kind == Kind::Unknown {
        return account.draft(value);
    }
    let secret = if is_hex { from_hex(&bare) } else { kind.read_secret(&bare) };
    account.with_secret(kind, secret.filter(|secret| !secret.is_empty()).ok_or_else(|| unreadable(kind, &bare))?)
}

/// A name, or the number that stands for one.
fn named(entry: Fields, field: &str, names: &[&str]) -> Option<String> {
    let text = entry.text(field)?;
    let by_number = text.parse::<usize>().ok().and_then(|number| names.get(number.checked_sub(1)?));
    Some(by_number.map_or(text, |name| (*name).to_owned()))
}

/// Of odd length it is mended as the extension does: a last 0 is one too many, else one is missing.
fn from_hex(text: &str) -> Option<Secret> {
    let text = match (text.len().is_multiple_of(2), text.strip_suffix('0')) {
        (true, _) => text.to_owned(),
        (false, Some(shorter)) => shorter.to_owned(),
        (false, None) => format!("{text}0"),
    };
    hex(&text).map(|bytes| Secret::new(bytes.to_vec()))
}
