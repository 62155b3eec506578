//! An account as most programs tell it, a few named texts and numbers, and the draft it makes.

use super::json::{Fields, Refusal};
use crate::otp::{Algorithm, Credential, Kind};
use crate::secret::{Secret, SecretText};
use crate::transfer::Draft;
use serde_json::{Value, json};

/// What the file says; absent is `None`.
#[derive(Clone, Default)]
pub struct Account {
    /// The kind by the name the file gives it; none is TOTP.
    pub kind: Option<String>,
    pub secret: Option<String>,
    pub algorithm: Option<String>,
    pub digits: Option<u64>,
    pub period: Option<u64>,
    /// The next one to use.
    pub counter: Option<u64>,
    pub pin: Option<String>,
}

/// Why a secret is refused, without quoting it.
pub fn unreadable(kind: Kind, text: &str) -> Refusal {
    format!("the secret can't be read: {}", kind.why_no_secret(text))
}

/// Names of kinds met in exports.
pub fn kind_of(name: &str) -> Kind {
    match name.to_ascii_lowercase().as_str() {
        "totp" | "time-based" | "time based" | "timebased" | "totp (time)" | "totp (time-based)" | "time-based (totp)" => {
            Kind::Totp
        }
        "hotp" | "counter-based" | "counter based" | "hotp (counter)" | "hotp (counter-based)" | "counter-based (hotp)" => {
            Kind::Hotp
        }
        "steam" | "steamtotp" => Kind::Steam,
        "motp" => Kind::Motp,
        "yandex" | "yaotp" => Kind::Yandex,
        _ => Kind::Unknown,
    }
}

impl Account {
    /// The draft, still without a name. An unknown kind is kept with `raw`, its whole entry.
    pub fn draft(&self, raw: &Value) -> Result<Draft, Refusal> {
        let kind = self.kind.as_deref().map_or(Kind::Totp, kind_of);
        if kind == Kind::Unknown {
            let secret = self.secret.as_deref().and_then(|text| kind.read_secret(text));
            let credential = Credential::new(kind, secret.unwrap_or_else(|| Secret::new(Vec::new())));
            return Ok(Draft { raw: Some(raw.clone()), ..Draft::new(credential) });
        }
        let text = self.secret.as_deref().ok_or("the secret is missing")?;
        let secret = kind.read_secret(text).ok_or_else(|| unreadable(kind, text))?;
        self.with_secret(kind, secret)
    }

    /// The draft of a known kind whose secret was read otherwise. Parameters that a kind fixes are not looked at.
    pub fn with_secret(&self, kind: Kind, secret: Secret) -> Result<Draft, Refusal> {
        let mut credential = Credential::new(kind, secret);
        if matches!(kind, Kind::Totp | Kind::Hotp) {
            if let Some(name) = &self.algorithm {
                credential.algorithm = Algorithm::from_name(name);
            }
            if let Some(digits) = self.digits {
                let digits = u32::try_from(digits).ok().filter(|digits| (1..=10).contains(digits));
                credential.digits = digits.ok_or("its codes would have a length that can't be computed")?;
            }
        }
        if kind == Kind::Totp {
            credential.period = self.period.unwrap_or(credential.period);
            if credential.period == 0 {
                return Err("its codes would last 0 s".into());
            }
        }
        if kind == Kind::Hotp {
            credential.counter = self.counter.unwrap_or(0);
        }
        if matches!(kind, Kind::Motp | Kind::Yandex) {
            credential.pin = self.pin.as_deref().map(SecretText::new);
        }
        Ok(Draft::new(credential))
    }
}

/// The fields of these names that say something, for [`Draft::raw`]: what has no place of its own is kept there.
pub fn leftovers(fields: Fields, names: &[&str]) -> Option<Value> {
    let says = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty() && text.len() <= 200,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Array(list) => !list.is_empty(),
        _ => true,
    };
    let kept: serde_json::Map<String, Value> = names
        .iter()
        .filter_map(|name| fields.get(name).filter(|value| says(value)).map(|value| ((*name).to_owned(), value.clone())))
        .collect();
    (!kept.is_empty()).then(|| json!({ "kept": kept }))
}

/// Issuer and account of a label that holds both, cut at the first `separator`.
pub fn split_label(label: &str, separator: &str) -> (String, String) {
    match label.split_once(separator) {
        Some((issuer, account)) if !issuer.trim().is_empty() => (issuer.trim().to_owned(), account.trim().to_owned()),
        _ => (String::new(), label.to_owned()),
    }
}
