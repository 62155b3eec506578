//! Bitwarden and Bitwarden Authenticator: JSON in clear or with a password (PBKDF2 or Argon2id, AES-256-CBC with HMAC), and CSV.
//! Most items of a vault have no one-time password: they are counted, not named.

use super::read::crypto::{needs_password, new_uuid, open_cbc, wrong_password};
use super::read::csv::Table;
use super::read::encoding::base64;
use super::read::item;
use super::read::json::{self, Fields, Refusal, damaged};
use super::read::kdf::{self, Key};
use super::target::{COMMON, Tags, Target};
use super::{Draft, Encryption, ForeignFile, Format, Found, Sealing, Writer, Written, otpauth};
use crate::error::Result;
use crate::otp::{Kind, base32};
use crate::secret::SecretText;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::HashMap;
use zeroize::Zeroizing;

pub struct Bitwarden;

const COLUMN: &str = "login_totp";
/// Zoho Vault has a column of the same name, but names its items otherwise.
const COLUMNS: [&str; 2] = [COLUMN, "name"];

impl Format for Bitwarden {
    fn id(&self) -> &'static str {
        "bitwarden"
    }

    fn name(&self) -> &'static str {
        "Bitwarden, Bitwarden Authenticator"
    }

    fn how_to_get(&self) -> &'static str {
        "in Bitwarden: Settings, Export vault, .json, .json (encrypted, password protected) or .csv"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        match file.json().and_then(Fields::of) {
            Some(fields) if fields.get("encrypted").is_some_and(Value::is_boolean) => {
                fields.has(&["items"]) || fields.has(&["data"])
            }
            Some(fields) => {
                let is_item = |item: Fields| {
                    item.get("type").is_some_and(Value::is_u64)
                        || item.fields("login").is_some()
                        || !item.has(&["fields"]) && !item.has(&["uuid"])
                };
                let items = fields.list("items");
                fields.has(&["folders"])
                    && items.iter().any(|item| Fields::of(item).is_some_and(is_item))
                    && !items.iter().any(|item| Fields::of(item).is_some_and(|item| item.has(&["template_type"])))
            }
            None => file.json().is_none() && file.text().is_some_and(|text| Table::names(text, &COLUMNS)),
        }
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        if file.json().is_none() && file.text().is_some_and(|text| Table::names(text, &COLUMNS)) {
            return read_table(&Table::with(file.text().unwrap_or_default(), &COLUMNS)?);
        }
        let export = json::of_file(file)?;
        let fields = Fields::of(export).ok_or_else(|| damaged("this is no export of Bitwarden"))?;
        if !fields.flag("encrypted") {
            return read_vault(fields);
        }
        if !fields.flag("passwordProtected") {
            return Err(damaged("the export can be opened in the Bitwarden account alone that it was made in")
                .hint("export again as .json, or as .json (encrypted) of the type \"password protected\""));
        }
        let password = password.ok_or_else(|| needs_password("the password of the Bitwarden export"))?;
        let plain = json::of_bytes(&open(fields, password)?)?;
        read_vault(Fields::of(&plain).ok_or_else(|| damaged("what the file holds is no Bitwarden vault"))?)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

fn open(export: Fields, password: &SecretText) -> Result<Zeroizing<Vec<u8>>> {
    let incomplete = || damaged("the encrypted Bitwarden export is not complete");
    let number = |name| export.number(name).ok().flatten().ok_or_else(incomplete);
    // The salt is taken as it is written, not decoded.
    let salt = export.text("salt").ok_or_else(incomplete)?;
    let rounds = number("kdfIterations")?;
    let key = match number("kdfType")? {
        0 => kdf::pbkdf2::<Sha256>(password, salt.as_bytes(), rounds)?,
        1 => {
            let memory = number("kdfMemory")?.saturating_mul(1024);
            kdf::argon2id(password, &Sha256::digest(&salt), memory, rounds, number("kdfParallelism")?)?
        }
        _ => return Err(damaged("the Bitwarden export derives its key in a way that is not known")),
    };
    let (cipher_key, mac_key) = (expand(&key, b"enc"), expand(&key, b"mac"));
    let text = |name| export.text(name).ok_or_else(incomplete);
    decrypt(&text("encKeyValidation_DO_NOT_EDIT")?, &cipher_key, &mac_key).ok_or_else(wrong_password)?;
    decrypt(&text("data")?, &cipher_key, &mac_key)
        .ok_or_else(|| damaged("the password is right, but the Bitwarden export is damaged"))
}

fn expand(key: &Key, info: &[u8]) -> Key {
    let mut expanded = Key::default();
    let hkdf = Hkdf::<Sha256>::from_prk(&**key).expect("the key has the 32 bytes that are asked for");
    hkdf.expand(info, &mut *expanded).expect("HKDF gives up to 8160 bytes");
    expanded
}

/// `2.IV|CIPHERTEXT|MAC`, each base64.
fn decrypt(sealed: &str, cipher_key: &Key, mac_key: &Key) -> Option<Zeroizing<Vec<u8>>> {
    let mut parts = sealed.strip_prefix("2.")?.split('|').map(base64);
    let (iv, sealed, mac) = (parts.next()??, parts.next()??, parts.next()??);
    let mut check = <Hmac<Sha256> as KeyInit>::new_from_slice(&**mac_key).ok()?;
    check.update(&iv);
    check.update(&sealed);
    check.verify_slice(&mac).ok()?;
    open_cbc(cipher_key, &iv, &sealed)
}

fn read_vault(export: Fields) -> Result<Found> {
    if !export.get("items").is_some_and(Value::is_array) {
        return Err(damaged("the Bitwarden export has no list of items"));
    }
    let groups: HashMap<String, String> = ["folders", "collections"]
        .iter()
        .flat_map(|list| export.list(list))
        .filter_map(Fields::of)
        .filter_map(|group| Some((group.text("id")?, group.text("name")?)))
        .collect();
    let items = export.list("items");
    let all = items.iter().enumerate().map(|(index, item)| (index, read_item(item, &groups)));
    collect(all.collect())
}

/// The one-time passwords of an item.
fn read_item(value: &Value, groups: &HashMap<String, String>) -> Vec<Read> {
    let login = Fields::of(value).and_then(|item| Some((item, item.fields("login")?)));
    let Some((item, login, totp)) = login.and_then(|(item, login)| Some((item, login, login.text("totp")?))) else {
        return Vec::new();
    };
    let (name, user) = (item.text("name"), login.text("username"));
    let read = |code: Cow<str>| {
        let draft = item::draft(&code, name.as_deref(), user.as_deref()).map(|mut draft| {
            draft.note = item.text("notes").unwrap_or_default();
            draft.pinned = item.flag("favorite");
            draft.deleted = item.get("deletedDate").is_some();
            let ids = item.list("collectionIds").iter().filter_map(Value::as_str).map(str::to_owned);
            draft.tags = item.text("folderId").into_iter().chain(ids).filter_map(|id| groups.get(&id).cloned()).collect();
            draft
        });
        draft.map_err(|why| item::of_item(name.as_deref(), why))
    };
    item::codes(&totp).into_iter().map(read).collect()
}

fn read_table(table: &Table) -> Result<Found> {
    let all = table.rows().enumerate().map(|(index, row)| {
        let codes = row.text(COLUMN).map(item::codes).unwrap_or_default();
        let read = |code: Cow<str>| {
            let draft = item::draft(&code, row.text("name"), row.text("login_username")).map(|mut draft| {
                draft.note = row.text("notes").unwrap_or_default().to_owned();
                draft.pinned = row.text("favorite") == Some("1");
                draft.tags = row.text("folder").or_else(|| row.text("collections")).map(str::to_owned).into_iter().collect();
                draft
            });
            draft.map_err(|why| item::of_item(row.text("name"), why))
        };
        (index, codes.into_iter().map(read).collect())
    });
    collect(all.collect())
}

type Read = std::result::Result<Draft, Refusal>;

/// What the items gave, and how many gave nothing.
fn collect(items: Vec<(usize, Vec<Read>)>) -> Result<Found> {
    let without = items.iter().filter(|(_, codes)| codes.is_empty()).count();
    let all = items.into_iter().flat_map(|(index, codes)| codes.into_iter().map(move |code| (index, code)));
    let mut found = Found::collect(all)?;
    found.note_without(without);
    Ok(found)
}

const BITWARDEN: Target = Target {
    holds: "Bitwarden holds",
    kinds: &[Kind::Totp, Kind::Steam],
    algorithms: COMMON,
    digits: 1..=10,
    tags: Tags::One,
    notes: true,
    top: true,
    pin: false,
    trash: false,
    raw: false,
};

impl Writer for Bitwarden {
    fn encryption(&self) -> Encryption {
        Encryption::Never
    }

    fn ending(&self) -> &'static str {
        "json"
    }

    fn write(&self, drafts: &[Draft], sealing: &Sealing) -> Result<Written> {
        let (fit, lost) = BITWARDEN.sort(drafts);
        let mut folders: Vec<(&str, String)> = Vec::new();
        for tag in fit.iter().filter_map(|draft| draft.tags.first()) {
            if !folders.iter().any(|(name, _)| name == tag) {
                folders.push((tag, new_uuid(sealing.entropy)));
            }
        }
        let items: Vec<Value> = fit
            .iter()
            .filter_map(|draft| {
                let link = match draft.credential.kind {
                    Kind::Steam => SecretText::new(format!("steam://{}", base32::encode(&draft.credential.secret).expose())),
                    _ => otpauth::link(&Draft { raw: None, ..(*draft).clone() })?,
                };
                let folder = draft.tags.first().and_then(|tag| folders.iter().find(|(name, _)| name == tag)).map(|(_, id)| id);
                let repeats = draft.issuer.is_empty() && draft.credential.kind != Kind::Steam;
                let name = if repeats { &draft.account } else { &draft.issuer };
                let notes = (!draft.note.is_empty()).then_some(&draft.note);
                Some(json!({
                    "id": new_uuid(sealing.entropy), "organizationId": null, "folderId": folder, "type": 1, "reprompt": 0,
                    "name": name, "notes": notes, "favorite": draft.pinned, "fields": [], "collectionIds": null,
                    "login": {"uris": [], "username": draft.account, "password": null, "totp": link.expose()},
                }))
            })
            .collect();
        let folders: Vec<Value> = folders.iter().map(|(name, id)| json!({"id": id, "name": name})).collect();
        Ok(Written::of(drafts, &fit, json::to_bytes(&json!({"encrypted": false, "folders": folders, "items": items}))?, lost))
    }
}
