//! Aegis vaults, in clear and encrypted: JSON with a header of key slots (scrypt, AES-256-GCM) around the database.
//! The secret is base32 for every kind; a HOTP counter is the next one to use.

use super::read::account::{Account, leftovers};
use super::read::crypto::{needs_password, new_uuid, open_gcm, random, seal_gcm, wrong_password};
use super::read::encoding::{base64, hex, to_base64, to_hex};
use super::read::json::{self, Fields, Refusal, damaged};
use super::read::kdf::{self, Key, Scrypt};
use super::target::{COMMON, Tags, Target};
use super::{Draft, Encryption, ForeignFile, Format, Found, Sealing, Writer, Written};
use crate::error::Result;
use crate::otp::{Kind, base32};
use crate::ports::Entropy;
use crate::secret::{Secret, SecretText};
use serde_json::{Value, json};
use std::collections::HashMap;
use zeroize::Zeroizing;

pub struct Aegis;

const NEWEST: u64 = 3;
const PASSWORD_SLOT: u64 = 1;
const ICON_FIELDS: [&str; 1] = ["icon"];

impl Format for Aegis {
    fn id(&self) -> &'static str {
        "aegis"
    }

    fn name(&self) -> &'static str {
        "Aegis"
    }

    fn how_to_get(&self) -> &'static str {
        "in Aegis: Settings, Import & Export, Export, JSON"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.json().and_then(Fields::of).is_some_and(|fields| fields.fields("header").is_some() && fields.has(&["db"]))
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        let fields = Fields::of(json::of_file(file)?).ok_or_else(|| damaged("this is no Aegis vault"))?;
        match fields.get("db") {
            Some(Value::String(sealed)) => {
                let header = fields.fields("header").ok_or_else(|| damaged("the Aegis vault has no header"))?;
                let password = password.ok_or_else(|| needs_password("the password of the Aegis vault"))?;
                let plain = open(header, sealed, password)?;
                read_database(&json::of_bytes(&plain)?)
            }
            Some(database) => read_database(database),
            None => Err(damaged("the Aegis vault has no database")),
        }
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

/// The database of an encrypted vault: one of the password slots gives the key.
fn open(header: Fields, sealed: &str, password: &SecretText) -> Result<Zeroizing<Vec<u8>>> {
    let incomplete = || damaged("the header of the Aegis vault is not complete");
    let master = master_key(header.list("slots"), password)?;
    let params = header.fields("params").ok_or_else(incomplete)?;
    let mut database = base64(sealed).ok_or_else(|| damaged("the database of the Aegis vault is not base64"))?;
    database.extend_from_slice(&bytes(params, "tag").ok_or_else(incomplete)?);
    let nonce = bytes(params, "nonce").ok_or_else(incomplete)?;
    open_gcm(&master, &nonce, &database, b"")
        .ok_or_else(|| damaged("the password is right, but the database of the Aegis vault is damaged"))
}

fn master_key(slots: &[Value], password: &SecretText) -> Result<Key> {
    let (mut tried, mut work) = (0, 0);
    for slot in slots.iter().filter_map(Fields::of).filter(|slot| slot.number("type") == Ok(Some(PASSWORD_SLOT))) {
        tried += 1;
        let number = |name| slot.number(name).ok().flatten().unwrap_or(0);
        let parts = (bytes(slot, "salt"), bytes(slot, "key"), slot.fields("key_params"));
        let (Some(salt), Some(mut sealed), Some(params)) = parts else {
            return Err(damaged("a password slot of the Aegis vault is not complete"));
        };
        let (Some(nonce), Some(tag)) = (bytes(params, "nonce"), bytes(params, "tag")) else {
            return Err(damaged("a password slot of the Aegis vault is not complete"));
        };
        let cost = Scrypt { cost: number("n"), block: number("r"), parallel: number("p") };
        let key = kdf::scrypt(password, &salt, cost, &mut work)?;
        sealed.extend_from_slice(&tag);
        if let Some(master) = open_gcm(&key, &nonce, &sealed, b"").and_then(|master| <[u8; 32]>::try_from(&**master).ok()) {
            return Ok(Zeroizing::new(master));
        }
    }
    match tried {
        0 => Err(damaged("no password opens this Aegis vault: it has none").hint("set one in Aegis and export again")),
        _ => Err(wrong_password()),
    }
}

fn bytes(fields: Fields, name: &str) -> Option<Zeroizing<Vec<u8>>> {
    hex(fields.get(name)?.as_str()?)
}

fn read_database(database: &Value) -> Result<Found> {
    let database = Fields::of(database).ok_or_else(|| damaged("the database of the Aegis vault is not an object"))?;
    if !database.get("entries").is_some_and(Value::is_array) {
        return Err(damaged("the Aegis vault has no list of entries"));
    }
    let groups: HashMap<String, String> = database
        .list("groups")
        .iter()
        .filter_map(Fields::of)
        .filter_map(|group| Some((group.text("uuid")?, group.text("name")?)))
        .collect();
    let mut found = Found::of_list(database.list("entries"), |entry| read_entry(entry, &groups))?;
    found.note_version("Aegis database", database.number("version"), NEWEST);
    Ok(found)
}

fn read_entry(value: &Value, groups: &HashMap<String, String>) -> std::result::Result<Draft, Refusal> {
    let entry = Fields::of_entry(value)?;
    let info = entry.fields("info").ok_or("\"info\" is missing")?;
    let account = Account {
        kind: Some(entry.text("type").ok_or("\"type\" is missing")?),
        secret: info.text("secret"),
        algorithm: info.text("algo"),
        digits: info.number("digits")?,
        period: info.number("period")?,
        counter: info.number("counter")?,
        pin: info.text("pin"),
    };
    let mut draft = match account.kind.as_deref() {
        Some("motp") => {
            let secret = base32::decode(account.secret.as_deref().ok_or("the secret is missing")?);
            let text = to_hex(secret.ok_or("the secret can't be read")?.expose());
            account.with_secret(Kind::Motp, Secret::new(text.into_bytes()))?
        }
        _ => account.draft(value)?,
    };
    draft.issuer = entry.text("issuer").unwrap_or_default();
    draft.account = entry.text("name").unwrap_or_default();
    draft.note = entry.text("note").unwrap_or_default();
    draft.pinned = entry.flag("favorite");
    draft.tags = match entry.list("groups") {
        [] => entry.text("group").into_iter().collect(),
        ids => ids.iter().filter_map(Value::as_str).map(|id| groups.get(id).cloned().unwrap_or_else(|| id.to_owned())).collect(),
    };
    if draft.raw.is_none() {
        draft.raw = leftovers(entry, &ICON_FIELDS);
    }
    Ok(draft)
}

const AEGIS: Target = Target {
    holds: "Aegis holds",
    kinds: &[Kind::Totp, Kind::Hotp, Kind::Steam, Kind::Motp, Kind::Yandex],
    algorithms: COMMON,
    digits: 1..=10,
    tags: Tags::Many,
    notes: true,
    top: true,
    pin: true,
    trash: false,
    raw: false,
};

impl Writer for Aegis {
    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn ending(&self) -> &'static str {
        "json"
    }

    fn write(&self, drafts: &[Draft], sealing: &Sealing) -> Result<Written> {
        let (fit, lost) = AEGIS.sort_but(drafts, |draft| match draft.credential.kind {
            Kind::Motp if hex(draft.credential.secret_text().expose()).is_none() => {
                Some("mOTP secrets that are not hexadecimal of even length")
            }
            _ => None,
        });
        let database = write_database(&fit, sealing.entropy);
        let vault = match sealing.password {
            None => json!({"version": 1, "header": {"slots": null, "params": null}, "db": database}),
            Some(password) => seal(&database, password, sealing.entropy)?,
        };
        Ok(Written::of(drafts, &fit, json::to_bytes(&vault)?, lost))
    }
}

fn write_database(drafts: &[&Draft], entropy: &dyn Entropy) -> Value {
    let new_id = || new_uuid(entropy);
    let mut groups: Vec<(&str, String)> = Vec::new();
    for tag in drafts.iter().flat_map(|draft| &draft.tags) {
        if !groups.iter().any(|(name, _)| name == tag) {
            groups.push((tag, new_id()));
        }
    }
    let entries: Vec<Value> = drafts
        .iter()
        .map(|draft| {
            let ids: Vec<&str> =
                groups.iter().filter(|(name, _)| draft.tags.iter().any(|tag| tag == name)).map(|(_, id)| &**id).collect();
            json!({
                "type": draft.credential.kind.name(), "uuid": new_id(), "name": draft.account, "issuer": draft.issuer,
                "note": draft.note, "favorite": draft.pinned, "icon": null, "info": write_info(draft), "groups": ids,
            })
        })
        .collect();
    let groups: Vec<Value> = groups.iter().map(|(name, id)| json!({"uuid": id, "name": name})).collect();
    json!({"version": NEWEST, "entries": entries, "groups": groups, "icons_optimized": true})
}

fn write_info(draft: &Draft) -> Value {
    let credential = &draft.credential;
    let secret = match credential.kind {
        Kind::Motp => hex(credential.secret_text().expose()).map(|bytes| base32::encode(&Secret::new(bytes.to_vec()))),
        _ => None,
    };
    let secret = secret.unwrap_or_else(|| base32::encode(&credential.secret));
    let mut info = json!({"secret": secret.expose(), "algo": credential.algorithm.name(), "digits": credential.digits});
    match credential.kind {
        Kind::Hotp => info["counter"] = json!(credential.counter),
        _ => info["period"] = json!(credential.period),
    }
    if matches!(credential.kind, Kind::Motp | Kind::Yandex) {
        info["pin"] = json!(credential.pin.as_ref().map_or("", |pin| pin.expose()));
    }
    info
}

/// With the cost that Aegis itself takes.
fn seal(database: &Value, password: &SecretText, entropy: &dyn Entropy) -> Result<Value> {
    const COST: u64 = 1 << 15;
    let (salt, master) = (random::<32>(entropy), Zeroizing::new(random::<32>(entropy)));
    let (key_nonce, nonce) = (random::<12>(entropy), random::<12>(entropy));
    let key = kdf::scrypt(password, &salt, Scrypt { cost: COST, block: 8, parallel: 1 }, &mut 0)?;
    let sealed_key = seal_gcm(&key, &key_nonce, &*master, b"");
    let (sealed_key, key_tag) = sealed_key.split_at(32);
    let sealed = seal_gcm(&master, &nonce, &json::to_bytes(database)?, b"");
    let (sealed, tag) = sealed.split_at(sealed.len() - 16);
    let slot = json!({
        "type": PASSWORD_SLOT, "uuid": new_uuid(entropy),
        "key": to_hex(sealed_key), "key_params": {"nonce": to_hex(&key_nonce), "tag": to_hex(key_tag)},
        "n": COST, "r": 8, "p": 1, "salt": to_hex(&salt), "repaired": true, "is_backup": false,
    });
    let params = json!({"nonce": to_hex(&nonce), "tag": to_hex(tag)});
    Ok(json!({"version": 1, "header": {"slots": [slot], "params": params}, "db": to_base64(sealed)}))
}
