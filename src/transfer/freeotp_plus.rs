//! FreeOTP+'s JSON. Secrets are lists of signed bytes, a counter is the last one used, and Steam is told by the issuer alone.

use super::read::account::{Account, kind_of};
use super::read::json::{self, Fields, Refusal, damaged};
use super::target::{Tags, Target};
use super::{Draft, Encryption, ForeignFile, Format, Found, Sealing, Writer, Written};
use crate::error::Result;
use crate::otp::{Algorithm, Kind};
use crate::secret::{Secret, SecretText};
use serde_json::{Value, json};
use std::collections::HashSet;

pub struct FreeOtpPlus;

impl Format for FreeOtpPlus {
    fn id(&self) -> &'static str {
        "freeotp-plus"
    }

    fn name(&self) -> &'static str {
        "FreeOTP+"
    }

    fn how_to_get(&self) -> &'static str {
        "in FreeOTP+: menu, Backup, Export JSON format"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.json().and_then(Fields::of).is_some_and(|fields| fields.has(&["tokenOrder", "tokens"]))
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let backup = Fields::of(json::of_file(file)?).ok_or_else(|| damaged("this is no backup of FreeOTP+"))?;
        if !backup.get("tokens").is_some_and(Value::is_array) {
            return Err(damaged("the FreeOTP+ backup has no list of tokens"));
        }
        Found::collect(backup.list("tokens").iter().enumerate().map(|(index, token)| (index, read_token(token))))
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

/// A token as FreeOTP 1 and FreeOTP+ keep it.
pub(super) fn read_token(value: &Value) -> std::result::Result<Draft, Refusal> {
    let token = Fields::of_entry(value)?;
    let issuer = token.text("issuerExt").or_else(|| token.text("issuerInt")).unwrap_or_default();
    let kind = match (token.text("type").as_deref().map_or(Kind::Totp, kind_of), is_steam(&issuer)) {
        (Kind::Totp, true) => Kind::Steam,
        (kind, _) => kind,
    };
    let account = Account {
        kind: token.text("type"),
        algorithm: token.text("algo"),
        digits: token.number("digits")?,
        period: token.number("period")?,
        counter: Some(next_counter(token)?),
        ..Account::default()
    };
    let mut draft = match kind {
        Kind::Unknown => account.draft(value)?,
        _ => account.with_secret(kind, read_secret(token.list("secret"))?)?,
    };
    draft.issuer = issuer;
    draft.account = token.text("label").unwrap_or_default();
    Ok(draft)
}

fn is_steam(issuer: &str) -> bool {
    issuer.eq_ignore_ascii_case("steam")
}

/// The one after the last used; −1 before the first.
fn next_counter(token: Fields) -> std::result::Result<u64, Refusal> {
    let last = match token.get("counter") {
        None => return Ok(0),
        Some(last) => last.as_i64(),
    };
    last.and_then(|last| u64::try_from(last.checked_add(1)?).ok()).ok_or_else(|| "\"counter\" is out of range".into())
}

fn read_secret(bytes: &[Value]) -> std::result::Result<Secret, Refusal> {
    let byte = |value: &Value| value.as_i64().filter(|byte| (-128..=255).contains(byte)).map(|byte| byte as u8);
    let bytes: Option<Vec<u8>> = bytes.iter().map(byte).collect();
    match bytes {
        None => Err("the secret can't be read".into()),
        Some(bytes) if bytes.is_empty() => Err("the secret is missing".into()),
        Some(bytes) => Ok(Secret::new(bytes)),
    }
}

const FREEOTP_PLUS: Target = Target {
    holds: "FreeOTP+ holds",
    kinds: &[Kind::Totp, Kind::Hotp, Kind::Steam],
    algorithms: &[Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512, Algorithm::Md5],
    digits: 1..=10,
    tags: Tags::None,
    notes: false,
    top: false,
    pin: false,
    trash: false,
    raw: false,
};

impl Writer for FreeOtpPlus {
    fn encryption(&self) -> Encryption {
        Encryption::Never
    }

    fn ending(&self) -> &'static str {
        "json"
    }

    fn write(&self, drafts: &[Draft], _: &Sealing) -> Result<Written> {
        let (mut fit, mut lost) = FREEOTP_PLUS.sort_but(drafts, |draft| match (draft.credential.kind, is_steam(&draft.issuer)) {
            (Kind::Steam, false) => Some("Steam codes of another issuer than Steam"),
            (Kind::Totp, true) => Some("codes of the issuer Steam that are not Steam's own"),
            (Kind::Hotp, _) if i64::try_from(draft.credential.counter).is_err() => Some("counters so large"),
            _ => None,
        });
        let mut names = HashSet::new();
        fit.retain(|draft| {
            let is_first = names.insert(name(draft));
            if !is_first {
                lost.push(format!("{} was left out: FreeOTP+ holds only one account of this name.", draft.label()));
            }
            is_first
        });
        let names: Vec<String> = fit.iter().map(|draft| name(draft)).collect();
        let tokens: Vec<Value> = fit.iter().map(|draft| write_token(draft)).collect();
        Ok(Written::of(drafts, &fit, json::to_bytes(&json!({"tokenOrder": names, "tokens": tokens}))?, lost))
    }
}

/// What FreeOTP+ tells tokens apart by.
fn name(draft: &Draft) -> String {
    if draft.issuer.is_empty() { draft.account.clone() } else { format!("{}:{}", draft.issuer, draft.account) }
}

fn write_token(draft: &Draft) -> Value {
    let credential = &draft.credential;
    let secret: Vec<i8> = credential.secret.expose().iter().map(|byte| *byte as i8).collect();
    json!({
        "algo": credential.algorithm.name(), "digits": credential.digits, "issuerExt": draft.issuer, "issuerInt": draft.issuer,
        "counter": if credential.kind == Kind::Hotp { credential.counter as i64 - 1 } else { 0 },
        "label": draft.account, "period": if credential.kind == Kind::Hotp { 30 } else { credential.period },
        "secret": secret, "type": if credential.kind == Kind::Hotp { "HOTP" } else { "TOTP" },
    })
}
