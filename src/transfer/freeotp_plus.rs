//! FreeOTP+'s JSON. Secrets are lists of signed bytes, a counter is the next one to use, and Steam is told by the issuer alone.

use super::draft::label;
use super::read::account::{Account, kind_of, leftovers};
use super::read::item;
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
    read_named(token, &[], || {
        let kind = match token.text("type").as_deref().map_or(Kind::Totp, kind_of) {
            Kind::Totp if is_steam(&issuer(token).unwrap_or_default()) => Kind::Steam,
            kind => kind,
        };
        let account = Account {
            kind: token.text("type"),
            algorithm: token.text("algo"),
            digits: token.number("digits")?,
            period: token.number("period")?,
            counter: if kind == Kind::Hotp { next_counter(token)? } else { None },
            ..Account::default()
        };
        match kind {
            Kind::Unknown => account.draft(value),
            _ => account.with_secret(kind, read_secret(token.list("secret"))?),
        }
    })
}

/// Puts the names of a token on what `read` makes of it, or in front of the reason why it makes nothing. Names that the
/// user gave win over those of the link; these are kept in `raw`, as are the fields in `more`.
pub(super) fn read_named(
    token: Fields,
    more: &[&'static str],
    read: impl FnOnce() -> std::result::Result<Draft, Refusal>,
) -> std::result::Result<Draft, Refusal> {
    let (own_issuer, own_label) = (own_name(token, "issuerAlt"), own_name(token, "labelAlt"));
    let mut kept = more.to_vec();
    kept.extend(own_issuer.as_ref().and(Some("issuerExt")));
    kept.extend(own_label.as_ref().and(Some("label")));
    let issuer = own_issuer.or_else(|| issuer(token)).unwrap_or_default();
    let account = own_label.or_else(|| token.text("label")).unwrap_or_default();
    let mut draft = read().map_err(|why| item::of_item(label(&issuer, &account).as_deref(), why))?;
    (draft.issuer, draft.account) = (issuer, account);
    draft.note = token.text("alias").unwrap_or_default();
    let categories = token.list("category").iter().filter_map(Value::as_str);
    item::tag(&mut draft.tags, token.text("category").as_deref().into_iter().chain(categories));
    if draft.raw.is_none() {
        draft.raw = leftovers(token, &kept);
    }
    Ok(draft)
}

/// A name that the user gave; blanks are none.
fn own_name(token: Fields, name: &str) -> Option<String> {
    token.text(name).filter(|name| !name.trim().is_empty())
}

/// As the link had it.
fn issuer(token: Fields) -> Option<String> {
    token.text("issuerExt").or_else(|| token.text("issuerInt"))
}

fn is_steam(issuer: &str) -> bool {
    issuer.eq_ignore_ascii_case("steam")
}

/// As it stands: the app computes a code with the stored counter and counts up afterwards. A token enrolled with the
/// counter 0 is stored as −1, and its first code is that of 0.
pub(super) fn next_counter(token: Fields) -> std::result::Result<Option<u64>, Refusal> {
    match token.text("counter").as_deref().map(str::trim) {
        Some("-1") => Ok(Some(0)),
        _ => token.number("counter"),
    }
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
        "counter": if credential.kind == Kind::Hotp { credential.counter } else { 0 },
        "label": draft.account, "period": if credential.kind == Kind::Hotp { 30 } else { credential.period },
        "secret": secret, "type": if credential.kind == Kind::Hotp { "HOTP" } else { "TOTP" },
    })
}
