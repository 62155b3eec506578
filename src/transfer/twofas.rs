//! 2FAS backups of all schemas, in clear and encrypted (PBKDF2-SHA-256, AES-256-GCM). Groups stay in clear.
//! The name of a service is what the user sees and is taken for the issuer; what the QR code said comes second.

use super::read::account::Account;
use super::read::crypto::{needs_password, new_uuid, open_gcm, random, seal_gcm, wrong_password};
use super::read::encoding::{base64, to_base64};
use super::read::json::{self, Fields, Refusal, damaged};
use super::read::kdf;
use super::target::{Tags, Target};
use super::{Draft, Encryption, ForeignFile, Format, Found, Sealing, Writer, Written};
use crate::error::Result;
use crate::otp::{Algorithm, Kind, uri};
use crate::secret::SecretText;
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::HashMap;

pub struct TwoFas;

const NEWEST: u64 = 4;
const ROUNDS: u64 = 10_000;
/// What 2FAS encrypts beside the services, to tell a wrong password.
const REFERENCE: &str = "tRViSsLKzd86Hprh4ceC2OP7xazn4rrt4xhfEUbOjxLX8Rc3mkISXE0lWbmnWfggogbBJhtYgpK6fMl1D6mtsy92R3HkdGfwuXbzLebqVFJsR7IZ2w58t938iymwG4824igYy1wi6n2WDpO1Q1P69zwJGs2F5a1qP4MyIiDSD7NCV2OvidXQCBnDlGfmz0f1BQySRkkt4ryiJeCjD2o4QsveJ9uDBUn8ELyOrESv5R5DMDkD4iAF8TXU7KyoJujd";

impl Format for TwoFas {
    fn id(&self) -> &'static str {
        "2fas"
    }

    fn name(&self) -> &'static str {
        "2FAS"
    }

    fn how_to_get(&self) -> &'static str {
        "in 2FAS: Settings, 2FAS Backup, Export to file"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.json().and_then(Fields::of).is_some_and(|fields| fields.has(&["services", "schemaVersion"]))
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        let backup = Fields::of(json::of_file(file)?).ok_or_else(|| damaged("this is no 2FAS backup"))?;
        let services = match backup.text("servicesEncrypted") {
            Some(sealed) => {
                let password = password.ok_or_else(|| needs_password("the password of the 2FAS backup"))?;
                open(&sealed, password)?
            }
            None => backup.get("services").cloned().ok_or_else(|| damaged("the 2FAS backup has no services"))?,
        };
        let services = services.as_array().ok_or_else(|| damaged("the services of the 2FAS backup are not a list"))?;
        let groups: HashMap<String, String> = backup
            .list("groups")
            .iter()
            .filter_map(Fields::of)
            .filter_map(|group| Some((group.text("id")?, group.text("name")?)))
            .collect();
        let mut found = Found::of_list(services, |service| read_service(service, &groups))?;
        found.note_version("2FAS backup", backup.number("schemaVersion"), NEWEST);
        Ok(found)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

/// `CIPHERTEXT:SALT:NONCE`, each base64.
fn open(sealed: &str, password: &SecretText) -> Result<Value> {
    let mut parts = sealed.split(':').map(base64);
    let (Some(Some(sealed)), Some(Some(salt)), Some(Some(nonce)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(damaged("the encrypted part of the 2FAS backup is not complete"));
    };
    let key = kdf::pbkdf2::<Sha256>(password, &salt, ROUNDS)?;
    json::of_bytes(&open_gcm(&key, &nonce, &sealed, b"").ok_or_else(wrong_password)?)
}

fn read_service(value: &Value, groups: &HashMap<String, String>) -> std::result::Result<Draft, Refusal> {
    let service = Fields::of_entry(value)?;
    let otp = service.fields("otp");
    let text = |name| otp.and_then(|otp| otp.text(name));
    let number = |name| otp.map_or(Ok(None), |otp| otp.number(name));
    let account = Account {
        kind: text("tokenType"),
        secret: service.text("secret"),
        algorithm: text("algorithm"),
        digits: number("digits")?,
        // A counter has none, and 2FAS writes 0 there.
        period: number("period")?,
        counter: number("counter")?,
        pin: None,
    };
    let mut draft = account.draft(value)?;
    draft.issuer = service.text("name").or_else(|| text("issuer")).unwrap_or_default();
    let of_link = || uri::parse(&text("link")?).ok()?.account;
    let of_label = || {
        let label = text("label")?;
        let prefix = text("issuer").map(|issuer| format!("{issuer}:"));
        Some(prefix.and_then(|prefix| label.strip_prefix(&prefix).map(str::to_owned)).unwrap_or(label))
    };
    draft.account = text("account").or_else(of_link).or_else(of_label).unwrap_or_default();
    draft.tags = service.text("groupId").map(|id| groups.get(&id).cloned().unwrap_or(id)).into_iter().collect();
    Ok(draft)
}

const TWOFAS: Target = Target {
    holds: "2FAS holds",
    kinds: &[Kind::Totp, Kind::Hotp, Kind::Steam],
    algorithms: &[Algorithm::Sha1, Algorithm::Sha224, Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512, Algorithm::Md5],
    digits: 5..=8,
    tags: Tags::One,
    notes: false,
    top: false,
    pin: false,
    trash: false,
    raw: false,
};

impl Writer for TwoFas {
    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn ending(&self) -> &'static str {
        "2fas"
    }

    fn write(&self, drafts: &[Draft], sealing: &Sealing) -> Result<Written> {
        let (fit, lost) = TWOFAS.sort(drafts);
        let mut groups: Vec<(&str, String)> = Vec::new();
        for tag in fit.iter().filter_map(|draft| draft.tags.first()) {
            if !groups.iter().any(|(name, _)| name == tag) {
                groups.push((tag, new_uuid(sealing.entropy)));
            }
        }
        let services: Vec<Value> =
            fit.iter().enumerate().map(|(position, draft)| write_service(draft, position, &groups)).collect();
        let groups: Vec<Value> = groups.iter().map(|(name, id)| json!({"id": id, "name": name, "isExpanded": true})).collect();
        let mut backup = json!({
            "services": services, "groups": groups, "updatedAt": 0, "schemaVersion": NEWEST,
            "appVersionCode": 5000012, "appVersionName": "5.3.5", "appOrigin": "android",
        });
        if let Some(password) = sealing.password {
            let salt = random::<256>(sealing.entropy);
            let key = kdf::pbkdf2::<Sha256>(password, &salt, ROUNDS)?;
            let seal = |plain: &[u8]| {
                let nonce = random::<12>(sealing.entropy);
                let parts = [&seal_gcm(&key, &nonce, plain, b"")[..], &salt, &nonce].map(to_base64);
                json!(parts.join(":"))
            };
            backup["servicesEncrypted"] = seal(&json::to_bytes(&backup["services"])?);
            backup["reference"] = seal(REFERENCE.as_bytes());
            backup["services"] = json!([]);
        }
        Ok(Written::of(drafts, &fit, json::to_bytes(&backup)?, lost))
    }
}

fn write_service(draft: &Draft, position: usize, groups: &[(&str, String)]) -> Value {
    let credential = &draft.credential;
    let mut otp = json!({
        "account": draft.account, "issuer": draft.issuer, "digits": credential.digits, "algorithm": credential.algorithm.name(),
        "period": if credential.kind == Kind::Hotp { 30 } else { credential.period },
        "counter": credential.counter, "tokenType": credential.kind.name().to_uppercase(), "source": "Manual",
    });
    otp["label"] = json!(draft.account);
    let letters: String = draft.label().chars().filter(|c| c.is_alphanumeric()).take(2).flat_map(char::to_uppercase).collect();
    let group = draft.tags.first().and_then(|tag| groups.iter().find(|(name, _)| name == tag)).map(|(_, id)| id);
    let mut service = json!({
        "name": draft.issuer, "secret": credential.secret_text().expose(), "updatedAt": 0, "otp": otp,
        "order": {"position": position},
        "icon": {"selected": "Label", "label": {"text": letters, "backgroundColor": "Default"}},
    });
    if let Some(group) = group {
        service["groupId"] = json!(group);
    }
    service
}
