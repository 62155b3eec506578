//! One entry of our own JSON, out and in. Reading names what it refuses and never quotes a value.

use crate::otp::{Algorithm, Credential, Kind};
use crate::secret::{Secret, SecretText};
use crate::transfer::Draft;
use crate::transfer::read::account::unreadable;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

#[derive(Serialize)]
pub struct EntryOut<'a> {
    id: Option<String>,
    kind: &'static str,
    issuer: Option<&'a str>,
    account: Option<&'a str>,
    #[serde(flatten)]
    credential: CredentialOut<'a>,
    tags: &'a [String],
    note: Option<&'a str>,
    pinned: bool,
    status: &'static str,
    recovery_codes: Vec<RecoveryCodeOut<'a>>,
    history: Vec<WholeCredentialOut<'a>>,
    /// Written only where there is one: a re-enrolment not confirmed yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<WholeCredentialOut<'a>>,
    raw: Option<&'a Value>,
    deleted: bool,
}

#[derive(Serialize)]
struct CredentialOut<'a> {
    secret: Option<SecretText>,
    algorithm: &'a str,
    digits: u32,
    period: Option<u64>,
    counter: Option<u64>,
    pin: Option<&'a SecretText>,
}

#[derive(Serialize)]
struct WholeCredentialOut<'a> {
    kind: &'static str,
    #[serde(flatten)]
    rest: CredentialOut<'a>,
}

#[derive(Serialize)]
struct RecoveryCodeOut<'a> {
    code: &'a SecretText,
    used: bool,
}

impl<'a> EntryOut<'a> {
    pub fn of(draft: &'a Draft) -> Self {
        EntryOut {
            id: draft.id.map(|id| uuid::Uuid::from_u128(id).to_string()),
            kind: draft.credential.kind.name(),
            issuer: some(&draft.issuer),
            account: some(&draft.account),
            credential: CredentialOut::of(&draft.credential),
            tags: &draft.tags,
            note: some(&draft.note),
            pinned: draft.pinned,
            status: if draft.pending { "pending" } else { "active" },
            recovery_codes: draft.recovery_codes.iter().map(|(code, used)| RecoveryCodeOut { code, used: *used }).collect(),
            history: draft.history.iter().map(WholeCredentialOut::of).collect(),
            candidate: draft.candidate.as_ref().map(WholeCredentialOut::of),
            raw: draft.raw.as_ref(),
            deleted: draft.deleted,
        }
    }
}

impl<'a> CredentialOut<'a> {
    fn of(credential: &'a Credential) -> Self {
        let is_hotp = credential.kind == Kind::Hotp;
        CredentialOut {
            secret: (!credential.secret.is_empty()).then(|| credential.secret_text()),
            algorithm: credential.algorithm.name(),
            digits: credential.digits,
            period: (!is_hotp || credential.period != 0).then_some(credential.period),
            counter: (is_hotp || credential.counter != 0).then_some(credential.counter),
            pin: credential.pin.as_ref(),
        }
    }
}

impl<'a> WholeCredentialOut<'a> {
    fn of(credential: &'a Credential) -> Self {
        WholeCredentialOut { kind: credential.kind.name(), rest: CredentialOut::of(credential) }
    }
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

const FIELDS: [&str; 19] = [
    "id",
    "kind",
    "issuer",
    "account",
    "secret",
    "algorithm",
    "digits",
    "period",
    "counter",
    "pin",
    "tags",
    "note",
    "pinned",
    "status",
    "recovery_codes",
    "history",
    "candidate",
    "raw",
    "deleted",
];

/// Why an entry is not taken: lower-case, no full stop.
type Refusal = String;

/// Reads one entry. Fields that are not known are counted in `unknown_fields`; those of an unknown kind stay in its `raw`.
pub fn read(value: &Value, unknown_fields: &mut BTreeMap<String, usize>) -> Result<Draft, Refusal> {
    let fields = Fields(value.as_object().ok_or("not an object")?);
    let mut draft = Draft::new(fields.credential()?);
    draft.id = fields.text("id")?.and_then(|id| uuid::Uuid::try_parse(id).ok()).map(|id| id.as_u128());
    draft.issuer = fields.text("issuer")?.unwrap_or_default().to_owned();
    draft.account = fields.text("account")?.unwrap_or_default().to_owned();
    draft.note = fields.text("note")?.unwrap_or_default().to_owned();
    draft.pinned = fields.flag("pinned")?;
    draft.deleted = fields.flag("deleted")?;
    draft.pending = match fields.text("status")? {
        None | Some("active") => false,
        Some("pending") => true,
        Some(_) => return Err("\"status\" is neither \"active\" nor \"pending\"".into()),
    };
    draft.tags = fields.each("tags", |tag| tag.as_str().map(str::to_owned).ok_or("a tag is not text".into()))?;
    draft.recovery_codes = fields.each("recovery_codes", read_recovery_code)?;
    draft.history = fields.each("history", |value| Fields(value.as_object().ok_or("\"history\" is malformed")?).credential())?;
    draft.candidate = match fields.get("candidate") {
        Some(value) => Some(Fields(value.as_object().ok_or("\"candidate\" is not an object")?).credential()?),
        None => None,
    };
    draft.raw = fields.get("raw").cloned();
    if fields.is_foreign_kind() {
        draft.raw = Some(value.clone());
    } else {
        for field in fields.0.keys().filter(|field| !FIELDS.contains(&field.as_str())) {
            *unknown_fields.entry(field.clone()).or_default() += 1;
        }
    }
    Ok(draft)
}

fn read_recovery_code(value: &Value) -> Result<(SecretText, bool), Refusal> {
    let fields = Fields(value.as_object().ok_or("a recovery code is not an object")?);
    let code = fields.text("code")?.ok_or("a recovery code has no \"code\"")?;
    Ok((SecretText::new(code), fields.flag("used")?))
}

/// The fields of an object, absent where `null`.
struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        self.get(name).map(|value| value.as_str().ok_or_else(|| format!("\"{name}\" is not text"))).transpose()
    }

    fn number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        self.get(name).map(|value| value.as_u64().ok_or_else(|| format!("\"{name}\" is out of range"))).transpose()
    }

    fn flag(&self, name: &str) -> Result<bool, Refusal> {
        self.get(name).map_or(Ok(false), |value| value.as_bool().ok_or_else(|| format!("\"{name}\" is neither true nor false")))
    }

    fn each<T>(&self, name: &str, read: impl Fn(&'a Value) -> Result<T, Refusal>) -> Result<Vec<T>, Refusal> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => values.iter().map(read).collect(),
            Some(_) => Err(format!("\"{name}\" is not a list")),
        }
    }

    /// A kind that this version does not know by name.
    fn is_foreign_kind(&self) -> bool {
        self.0.get("kind").and_then(Value::as_str).is_some_and(|kind| Kind::from_name(kind).is_none())
    }

    fn credential(&self) -> Result<Credential, Refusal> {
        let kind = self.text("kind")?.ok_or("\"kind\" is missing")?;
        let known = Kind::from_name(kind);
        let kind = known.unwrap_or(Kind::Unknown);
        let secret = match (kind, self.text("secret")) {
            (Kind::Unknown, text) => text.ok().flatten().and_then(|text| kind.read_secret(text)),
            (_, text) => text?.map(|text| kind.read_secret(text).ok_or_else(|| unreadable(kind, text))).transpose()?,
        };
        let secret = match kind {
            Kind::Received | Kind::Unknown => secret.unwrap_or_else(|| Secret::new(Vec::new())),
            _ => secret.ok_or("the secret is missing")?,
        };
        let mut credential = Credential::new(kind, secret);
        if known.is_none() {
            return Ok(credential);
        }
        if let Some(name) = self.text("algorithm")? {
            credential.algorithm = Algorithm::from_name(name);
        }
        if let Some(digits) = self.number("digits")? {
            credential.digits = u32::try_from(digits).map_err(|_| "\"digits\" is out of range")?;
        }
        credential.period = self.number("period")?.unwrap_or(credential.period);
        credential.counter = self.number("counter")?.unwrap_or(0);
        credential.pin = self.text("pin")?.map(SecretText::new);
        Ok(credential)
    }
}
