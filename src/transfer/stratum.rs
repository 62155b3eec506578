//! Stratum (once Authenticator Pro): JSON in clear, encrypted in two ways (Argon2id and AES-256-GCM; of old PBKDF2-SHA-1 and
//! AES-256-CBC), and the app's own SQLite database. Categories are joined to accounts by the secret.

use super::read::account::{Account, leftovers};
use super::read::crypto::{needs_password, open_cbc, open_gcm, random, seal_gcm, wrong_password};
use super::read::encoding::to_hex;
use super::read::json::{self, Fields, Refusal, damaged};
use super::read::kdf::{self, Key};
use super::read::sqlite::Database;
use super::target::{COMMON, Tags, Target};
use super::{Draft, Encryption, ForeignFile, Format, Found, Sealing, Writer, Written};
use crate::error::Result;
use crate::otp::Kind;
use crate::secret::SecretText;
use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};
use std::collections::{HashMap, HashSet};
use zeroize::Zeroizing;

pub struct Stratum;

const STRONG: &[u8] = b"AUTHENTICATORPRO";
const LEGACY: &[u8] = b"AuthenticatorPro";
const SALT: usize = 16;
const LEGACY_SALT: usize = 20;
const LEGACY_ROUNDS: u64 = 64_000;
const NONCE: usize = 12;
/// By number from 1.
const KINDS: [Kind; 5] = [Kind::Hotp, Kind::Totp, Kind::Motp, Kind::Steam, Kind::Yandex];
/// By number from 0.
const ALGORITHMS: [&str; 3] = ["SHA1", "SHA256", "SHA512"];

impl Format for Stratum {
    fn id(&self) -> &'static str {
        "stratum"
    }

    fn name(&self) -> &'static str {
        "Stratum (Authenticator Pro)"
    }

    fn how_to_get(&self) -> &'static str {
        "in Stratum: menu, Backup, Backup to file"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        let bytes = file.bytes();
        bytes.starts_with(STRONG)
            || bytes.starts_with(LEGACY)
            || file.json().and_then(Fields::of).is_some_and(|fields| fields.has(&["Authenticators"]))
            || Database::is_sqlite(bytes)
                && Database::open(bytes).is_ok_and(|database| {
                    database.has("authenticator", &["type", "issuer", "username", "secret"])
                        && database.has("authenticatorcategory", &[])
                })
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        let bytes = file.bytes();
        if Database::is_sqlite(bytes) {
            return read_database(&Database::open(bytes)?);
        }
        let open = match (bytes.strip_prefix(STRONG), bytes.strip_prefix(LEGACY)) {
            (Some(rest), _) => open_strong(rest, password)?,
            (_, Some(rest)) => open_legacy(rest, password)?,
            _ => return read_backup(json::of_file(file)?),
        };
        read_backup(&open)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

fn given(password: Option<&SecretText>) -> Result<&SecretText> {
    password.ok_or_else(|| needs_password("the password of the Stratum backup"))
}

fn cut_short() -> crate::error::Error {
    damaged("the Stratum backup is cut short")
}

fn open_strong(rest: &[u8], password: Option<&SecretText>) -> Result<Value> {
    let (salt, rest) = rest.split_at_checked(SALT).ok_or_else(cut_short)?;
    let (nonce, sealed) = rest.split_at_checked(NONCE).ok_or_else(cut_short)?;
    let key = strong_key(given(password)?, salt)?;
    json::of_bytes(&open_gcm(&key, nonce, sealed, b"").ok_or_else(wrong_password)?)
}

fn strong_key(password: &SecretText, salt: &[u8]) -> Result<Key> {
    kdf::argon2id(password, salt, 64 * 1024, 3, 4)
}

/// Nothing but padding and JSON tells a wrong password.
fn open_legacy(rest: &[u8], password: Option<&SecretText>) -> Result<Value> {
    let (salt, rest) = rest.split_at_checked(LEGACY_SALT).ok_or_else(cut_short)?;
    let (iv, sealed) = rest.split_at_checked(16).ok_or_else(cut_short)?;
    if sealed.is_empty() || sealed.len() % 16 != 0 {
        return Err(cut_short());
    }
    let key = kdf::pbkdf2::<Sha1>(given(password)?, salt, LEGACY_ROUNDS)?;
    let plain = open_cbc(&key, iv, sealed).ok_or_else(wrong_password)?;
    json::of_bytes(&plain).map_err(|_| wrong_password())
}

fn read_backup(backup: &Value) -> Result<Found> {
    let backup = Fields::of(backup).filter(|fields| fields.has(&["Authenticators"]));
    let backup = backup.ok_or_else(|| damaged("the Stratum backup has no list of accounts"))?;
    read_lists(backup.list("Authenticators"), backup.list("Categories"), backup.list("AuthenticatorCategories"))
}

fn read_database(database: &Database) -> Result<Found> {
    let list = |table| Ok::<_, crate::error::Error>(database.rows(table)?.iter().map(with_capitals).collect::<Vec<_>>());
    let categories = if database.has("category", &["id", "name"]) { list("category")? } else { Vec::new() };
    let mut found = read_lists(&list("authenticator")?, &categories, &list("authenticatorcategory")?)?;
    found.warnings.extend(database.warning());
    Ok(found)
}

/// The database names its columns as the backup does, but without capitals.
fn with_capitals(row: &Value) -> Value {
    const TWO_WORDS: [(&str, &str); 2] = [("categoryid", "CategoryId"), ("authenticatorsecret", "AuthenticatorSecret")];
    let capital = |name: &str| match TWO_WORDS.iter().find(|(small, _)| *small == name) {
        Some((_, both)) => (*both).to_owned(),
        None => name[..1].to_uppercase() + &name[1..],
    };
    let row = row.as_object().into_iter().flatten().filter(|(name, _)| name.is_ascii() && !name.is_empty());
    Value::Object(row.map(|(name, value)| (capital(name), value.clone())).collect::<Map<_, _>>())
}

fn read_lists(accounts: &[Value], categories: &[Value], joins: &[Value]) -> Result<Found> {
    let names: HashMap<String, String> = categories
        .iter()
        .filter_map(Fields::of)
        .filter_map(|category| Some((category.text("Id")?, category.text("Name")?)))
        .collect();
    let mut tags: HashMap<String, Vec<String>> = HashMap::new();
    for join in joins.iter().filter_map(Fields::of) {
        if let (Some(secret), Some(id)) = (join.text("AuthenticatorSecret"), join.text("CategoryId")) {
            tags.entry(secret).or_default().push(names.get(&id).cloned().unwrap_or(id));
        }
    }
    Found::of_list(accounts, |account| read_account(account, &tags))
}

fn read_account(value: &Value, tags: &HashMap<String, Vec<String>>) -> std::result::Result<Draft, Refusal> {
    let fields = Fields::of_entry(value)?;
    let number = fields.number("Type")?.ok_or("\"Type\" is missing")?;
    let kind = number.checked_sub(1).and_then(|at| KINDS.get(usize::try_from(at).ok()?)).copied().unwrap_or(Kind::Unknown);
    let secret = fields.text("Secret");
    let algorithm = fields.number("Algorithm")?.map(|number| match ALGORITHMS.get(number as usize) {
        Some(name) => (*name).to_owned(),
        None => format!("number {number}"),
    });
    let account = Account {
        kind: Some(kind.name().to_owned()),
        secret: secret.clone(),
        algorithm,
        digits: fields.number("Digits")?,
        period: fields.number("Period")?,
        counter: fields.number("Counter")?,
        pin: fields.text("Pin"),
    };
    let mut draft = account.draft(value)?;
    draft.issuer = fields.text("Issuer").unwrap_or_default();
    draft.account = fields.text("Username").unwrap_or_default();
    draft.tags = secret.and_then(|secret| tags.get(&secret).cloned()).unwrap_or_default();
    if draft.raw.is_none() && !fields.text("Icon").is_some_and(|icon| icon.starts_with('@')) {
        draft.raw = leftovers(fields, &["Icon", "CopyCount"]);
    }
    Ok(draft)
}

const STRATUM: Target = Target {
    holds: "Stratum holds",
    kinds: &KINDS,
    algorithms: COMMON,
    digits: 6..=10,
    tags: Tags::Many,
    notes: false,
    top: false,
    pin: true,
    trash: false,
    raw: false,
};

impl Writer for Stratum {
    fn encryption(&self) -> Encryption {
        Encryption::Always
    }

    fn ending(&self) -> &'static str {
        "authpro"
    }

    fn write(&self, drafts: &[Draft], sealing: &Sealing) -> Result<Written> {
        let (mut fit, mut lost) = STRATUM.sort(drafts);
        let mut secrets = HashSet::new();
        fit.retain(|draft| {
            let is_first = secrets.insert(draft.credential.secret_text().expose().to_owned());
            if !is_first {
                lost.push(format!("{} was left out: Stratum holds only one account with the same secret.", draft.label()));
            }
            is_first
        });
        let plain = json::to_bytes(&write_backup(&fit))?;
        let (salt, nonce) = (random::<SALT>(sealing.entropy), random::<NONCE>(sealing.entropy));
        let sealed = seal_gcm(&strong_key(given(sealing.password)?, &salt)?, &nonce, &plain, b"");
        Ok(Written::of(drafts, &fit, Zeroizing::new([STRONG, &salt, &nonce, &sealed].concat()), lost))
    }
}

fn write_backup(drafts: &[&Draft]) -> Value {
    // As the app makes the id of a category.
    let id = |tag: &str| to_hex(&Sha1::digest(tag))[..8].to_owned();
    let (mut categories, mut joins): (Vec<&str>, Vec<Value>) = (Vec::new(), Vec::new());
    let mut accounts = Vec::new();
    for (ranking, draft) in drafts.iter().enumerate() {
        let credential = &draft.credential;
        let secret = credential.secret_text();
        for tag in &draft.tags {
            if !categories.contains(&tag.as_str()) {
                categories.push(tag);
            }
            joins.push(json!({"CategoryId": id(tag), "AuthenticatorSecret": secret.expose(), "Ranking": ranking}));
        }
        let place = |found: Option<usize>, from: usize| found.unwrap_or_default() + from;
        accounts.push(json!({
            "Type": place(KINDS.iter().position(|kind| *kind == credential.kind), 1),
            "Icon": null, "Issuer": draft.issuer, "Username": draft.account, "Secret": secret.expose(),
            "Pin": credential.pin.as_ref().map(|pin| pin.expose()),
            "Algorithm": place(ALGORITHMS.iter().position(|name| *name == credential.algorithm.name()), 0),
            "Digits": credential.digits, "Period": if credential.kind == Kind::Hotp { 30 } else { credential.period },
            "Counter": credential.counter, "CopyCount": 0, "Ranking": ranking,
        }));
    }
    let categories: Vec<Value> =
        categories.iter().enumerate().map(|(ranking, tag)| json!({"Id": id(tag), "Name": tag, "Ranking": ranking})).collect();
    json!({"Authenticators": accounts, "Categories": categories, "AuthenticatorCategories": joins, "CustomIcons": []})
}
