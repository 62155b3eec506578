//! Steam: the app's own file (old: one account, new: several) and the maFiles of Steam Desktop Authenticator and steamguard-cli,
//! in clear or encrypted with what the `manifest.json` beside them tells, one by one or a whole folder.
//! Of an account only the shared secret and its name are taken: never the identity secret, the revocation code or a session.

use super::read::crypto::{needs_password, open_cbc, wrong_password};
use super::read::encoding::base64;
use super::read::json::{self, Fields, Refusal, damaged};
use super::read::kdf::{self, Key};
use super::{Draft, Encryption, ForeignFile, Format, Found, NamedFile, Skipped};
use crate::error::{Error, ErrorKind, Result};
use crate::otp::{Credential, Kind, uri};
use crate::secret::{Secret, SecretText};
use serde_json::Value;
use sha1::Sha1;
use std::collections::{BTreeMap, HashSet};

pub struct Steam;

const ISSUER: &str = "Steam";
const PASSWORD: &str = "the password of the maFiles";
const SDA_ROUNDS: u64 = 50_000;
/// steamguard-cli: memory in KiB, passes, lanes.
const ARGON2: (u64, u64, u64) = (12 * 1024, 3, 12);
/// So many files that a password does not open before any has been opened.
const GIVE_UP_AFTER: usize = 3;
/// The longest file looked into in a folder, in bytes: an account has less than one KiB.
const LONGEST: usize = 1 << 20;

impl Format for Steam {
    fn id(&self) -> &'static str {
        "steam"
    }

    fn name(&self) -> &'static str {
        "Steam"
    }

    fn how_to_get(&self) -> &'static str {
        "the maFiles folder of Steam Desktop Authenticator or steamguard-cli (a maFile with its manifest.json), or the app's Steamguard file"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        if file.is_folder() {
            let held =
                |bytes: &[u8]| ForeignFile::new(bytes).json().is_some_and(|json| holds_accounts(json) || is_manifest(json));
            return short(file.files()).any(|file| held(&file.bytes));
        }
        match file.json() {
            Some(json) => holds_accounts(json) || is_manifest(json),
            None => sealed_blocks(file).is_some() && locks(file.files()).remove(file.name()).flatten().is_some(),
        }
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        if file.is_folder() {
            return read_folder(file.files(), password);
        }
        if let Some(json) = file.json() {
            return match is_manifest(json) {
                // It only belongs to the other files given with it.
                true if file.files().len() > 1 => Ok(Found::default()),
                true => Err(Error::new(
                    ErrorKind::ForeignDamaged,
                    "this is only the list of the accounts, which lie in files of their own",
                )
                .hint("give the whole folder, or the maFiles together with this manifest.json")),
                false => Found::collect(accounts(json).into_iter().map(read_account).enumerate()),
            };
        }
        let sealed = sealed_blocks(file)
            .ok_or_else(|| json::of_file(file).err().unwrap_or_else(|| damaged("this is no file of Steam")))?;
        let lock = locks(file.files()).remove(file.name()).flatten().ok_or_else(|| {
            damaged("the manifest.json that tells how this maFile is encrypted is missing")
                .hint("give the whole folder, or both files together")
        })?;
        let password = password.ok_or_else(|| needs_password(PASSWORD))?;
        let plain = lock.open(&sealed, password)?;
        Found::collect(accounts(&plain).into_iter().map(read_account).enumerate())
    }
}

fn short(files: &[NamedFile]) -> impl Iterator<Item = &NamedFile> {
    files.iter().filter(|file| file.bytes.len() <= LONGEST)
}

/// All accounts of a folder, each a file; the place of an account is that of its file among those that should hold one.
fn read_folder(files: &[NamedFile], password: Option<&SecretText>) -> Result<Found> {
    let mut found = Found::default();
    let mut index = 0;
    let mut not_opened = None;
    let mut locks = locks(files);
    for named in short(files) {
        let file = ForeignFile::new(&named.bytes);
        let opened = match (file.json(), sealed_blocks(&file), locks.remove(&named.name).flatten()) {
            (Some(json), ..) if holds_accounts(json) => Ok(json.clone()),
            (None, Some(sealed), Some(lock)) => match lock.open(&sealed, password.ok_or_else(|| needs_password(PASSWORD))?) {
                Ok(json) => Ok(json),
                // One password is for all: there is no use in trying it on hundreds.
                Err(error) if error.kind == ErrorKind::WrongPassword && found.drafts.is_empty() && index + 1 == GIVE_UP_AFTER => {
                    return Err(error);
                }
                Err(error) => Err(not_opened.insert(error).what.clone()),
            },
            _ => match not_taken(&file, &named.name) {
                Some(reason) => Err(reason.to_owned()),
                None => continue,
            },
        };
        let read = match &opened {
            Ok(json) => accounts(json).into_iter().map(read_account).collect(),
            Err(reason) => vec![Err(reason.clone())],
        };
        for account in read {
            match account {
                Ok(draft) => found.drafts.push(draft),
                Err(reason) => found.skipped.push(Skipped { index, reason: format!("{}: {reason}", named.name) }),
            }
            index += 1;
        }
    }
    let there: HashSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
    for name in locks.keys().filter(|name| !there.contains(name.as_str())) {
        found.skipped.push(Skipped { index, reason: format!("{name}: manifest.json names it, but it is not there") });
        index += 1;
    }
    match (not_opened, found.skipped.first()) {
        (Some(error), _) if found.drafts.is_empty() => Err(error),
        (_, Some(first)) if found.drafts.is_empty() => Err(damaged(&format!("no entry could be read; {}", first.reason))),
        _ => Ok(found),
    }
}

/// What the manifests tell of the files beside them, by their paths: how each is encrypted, if it is.
fn locks(files: &[NamedFile]) -> BTreeMap<String, Option<Lock>> {
    let mut locks = BTreeMap::new();
    for manifest in short(files) {
        let file = ForeignFile::new(&manifest.bytes);
        let Some(json) = file.json().filter(|json| is_manifest(json)) else { continue };
        let entries = json.get("entries").and_then(Value::as_array).into_iter().flatten().filter_map(Fields::of);
        for entry in entries {
            let path = entry.text("filename").map(|name| format!("{}{name}", folder_of(&manifest.name)));
            locks.extend(path.map(|path| (path, Lock::of(entry))));
        }
    }
    locks
}

/// With its last slash.
fn folder_of(name: &str) -> &str {
    &name[..name.rfind('/').map_or(0, |at| at + 1)]
}

/// Why a file that should hold an account gives none; `None` for files of other kinds.
fn not_taken(file: &ForeignFile, name: &str) -> Option<&'static str> {
    let why = match (file.json(), sealed_blocks(file)) {
        (None, Some(_)) => "it is encrypted, and no manifest.json tells how",
        (Some(_), _) => "it holds no shared secret",
        (None, None) => "it is damaged",
    };
    name.to_ascii_lowercase().ends_with(".mafile").then_some(why)
}

/// The ciphertext of an encrypted maFile: nothing but base64 of whole blocks.
fn sealed_blocks(file: &ForeignFile) -> Option<Vec<u8>> {
    let bytes = base64(file.text()?)?;
    (!bytes.is_empty() && bytes.len().is_multiple_of(16)).then(|| bytes.to_vec())
}

fn holds_accounts(json: &Value) -> bool {
    let is_account = |value: &Value| Fields::of(value).is_some_and(|fields| fields.has(&["shared_secret"]));
    is_account(json) || json.get("accounts").and_then(Value::as_object).is_some_and(|all| all.values().any(is_account))
}

fn accounts(json: &Value) -> Vec<&Value> {
    match json.get("accounts").and_then(Value::as_object) {
        Some(all) => all.values().collect(),
        None => vec![json],
    }
}

fn is_manifest(json: &Value) -> bool {
    let names_account = |entry: &Value| {
        Fields::of(entry).is_some_and(|entry| entry.has(&["filename"]) && (entry.has(&["steamid"]) || entry.has(&["steam_id"])))
    };
    let entries = json.get("entries").and_then(Value::as_array);
    entries.is_some_and(|entries| !entries.is_empty() && entries.iter().all(names_account))
}

/// How a maFile is encrypted.
struct Lock {
    scheme: String,
    salt: Vec<u8>,
    iv: Vec<u8>,
}

impl Lock {
    /// What a manifest tells of one file.
    fn of(entry: Fields) -> Option<Lock> {
        let bytes = |text: Option<String>| base64(&text?).map(|bytes| bytes.to_vec());
        let (scheme, salt, iv) = match entry.fields("encryption") {
            Some(how) => (how.text("scheme")?, how.text("salt"), how.text("iv")),
            None => (SDA.to_owned(), entry.text("encryption_salt"), entry.text("encryption_iv")),
        };
        Some(Lock { scheme, salt: bytes(salt)?, iv: bytes(iv)? })
    }

    fn key(&self, password: &SecretText) -> Result<Key> {
        match self.scheme.as_str() {
            SDA => kdf::pbkdf2::<Sha1>(password, &self.salt, SDA_ROUNDS),
            "Argon2idAes256" => kdf::argon2id(password, &self.salt, ARGON2.0, ARGON2.1, ARGON2.2),
            _ => Err(damaged("the maFile is encrypted in a way that is not known")),
        }
    }

    /// Nothing is authenticated: what is no account was opened with a wrong password.
    fn open(&self, sealed: &[u8], password: &SecretText) -> Result<Value> {
        let plain = open_cbc(&self.key(password)?, &self.iv, sealed).ok_or_else(wrong_password)?;
        serde_json::from_slice(&plain).ok().filter(holds_accounts).ok_or_else(wrong_password)
    }
}

/// As steamguard-cli calls the way of Steam Desktop Authenticator.
const SDA: &str = "LegacySdaCompatible";

fn read_account(value: &Value) -> std::result::Result<Draft, Refusal> {
    let fields = Fields::of_entry(value)?;
    let text = fields.text("shared_secret").ok_or("the shared secret is missing")?;
    let credential = Credential::new(Kind::Steam, shared_secret(&text).ok_or("the shared secret can't be read")?);
    let of_link = || uri::parse(&fields.text("uri")?).ok()?.account;
    let id = || fields.text("steamid").or_else(|| fields.text("steam_id")).or_else(|| fields.fields("Session")?.text("SteamID"));
    let account = fields.text("account_name").or_else(of_link).or_else(id).unwrap_or_default();
    Ok(Draft { issuer: ISSUER.into(), account, ..Draft::new(credential) })
}

fn shared_secret(text: &str) -> Option<Secret> {
    base64(text).filter(|bytes| !bytes.is_empty()).map(|bytes| Secret::new(bytes.to_vec()))
}

/// The secret in the `data` that WinAuth puts into its links for Steam: their own `secret` may be any.
pub(super) fn secret_of_winauth(data: &SecretText) -> Option<Secret> {
    let json: Value = serde_json::from_str(data.expose()).ok()?;
    shared_secret(&Fields::of(&json)?.text("shared_secret")?)
}
