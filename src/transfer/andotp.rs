//! andOTP backups: a JSON array, in clear or encrypted in two ways (PBKDF2-SHA-1 or bare SHA-256; AES-256-GCM).
//! An encrypted one bears no mark: any noise may be one, and only the password tells. The old export of GNOME's Authenticator has this shape.

use super::otp_auth;
use super::read::account::{Account, leftovers, split_label};
use super::read::crypto::{needs_password, open_gcm, random, seal_gcm};
use super::read::json::{self, Fields, Refusal, damaged};
use super::read::kdf::{self, Key};
use super::target::{COMMON, Tags, Target};
use super::{Draft, Encryption, ForeignFile, Format, Found, Sealing, Writer, Written, authenticator_plus};
use crate::error::{Error, ErrorKind, Result};
use crate::otp::{Kind, base32};
use crate::secret::{Secret, SecretText};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub struct AndOtp;

const ROUNDS: u32 = 150_000;

impl Format for AndOtp {
    fn id(&self) -> &'static str {
        "andotp"
    }

    fn name(&self) -> &'static str {
        "andOTP"
    }

    fn how_to_get(&self) -> &'static str {
        "in andOTP: menu, Backups, plain-text or encrypted backup"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        match file.json().and_then(Value::as_array) {
            Some(entries) => {
                let named = |fields: Fields| fields.has(&["secret", "label", "type", "algorithm"]);
                entries.iter().any(|entry| Fields::of(entry).is_some_and(named))
            }
            None => {
                let bare = file.bytes().len() > NONCE + TAG && file.is_noise();
                bare && !authenticator_plus::is_in_pages(file) && !otp_auth::is_wrapped(file.bytes())
            }
        }
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        if file.json_error().is_some() || file.json().is_some() {
            return read_entries(json::of_file(file)?);
        }
        if file.bytes().len() <= NONCE + TAG || !file.is_noise() {
            return Err(damaged("this is no andOTP backup"));
        }
        let password = password.ok_or_else(|| {
            needs_password("the password of an andOTP backup")
                .hint("that is what this file looks like, though it bears no mark that would tell")
        })?;
        read_entries(&json::of_bytes(&open(file.bytes(), password)?)?)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

const SALT: usize = 12;
const NONCE: usize = 12;
const TAG: usize = 16;

/// The new layout, rounds ‖ salt ‖ nonce ‖ sealed, where the rounds make sense; else the old one, nonce ‖ sealed.
fn open(bytes: &[u8], password: &SecretText) -> Result<Zeroizing<Vec<u8>>> {
    if let Some((rounds, rest)) = bytes.split_first_chunk::<4>()
        && let Some((salt, rest)) = rest.split_at_checked(SALT)
        && let Some((nonce, sealed)) = rest.split_at_checked(NONCE)
        && (1..=kdf::MOST_PBKDF2_ROUNDS).contains(&u32::from_be_bytes(*rounds).into())
    {
        let key = kdf::pbkdf2::<Sha1>(password, salt, u32::from_be_bytes(*rounds).into())?;
        if let Some(plain) = open_gcm(&key, nonce, sealed, b"") {
            return Ok(plain);
        }
    }
    let (nonce, sealed) = bytes.split_at_checked(NONCE).ok_or_else(|| damaged("the file is too short"))?;
    let key: Key = Zeroizing::new(Sha256::digest(password.expose()).into());
    open_gcm(&key, nonce, sealed, b"").ok_or_else(|| {
        Error::new(ErrorKind::WrongPassword, "the password does not open the file, or it is not an andOTP backup")
            .hint("such a backup bears no mark, so a file of an unknown or damaged kind can't be told from it")
    })
}

fn read_entries(entries: &Value) -> Result<Found> {
    let entries = entries.as_array().ok_or_else(|| damaged("the andOTP backup is not a list"))?;
    if entries.is_empty() {
        return Err(damaged("the andOTP backup is empty"));
    }
    Found::of_list(entries, read_entry)
}

fn read_entry(value: &Value) -> std::result::Result<Draft, Refusal> {
    let entry = Fields::of_entry(value)?;
    let account = Account {
        kind: entry.text("type"),
        secret: entry.text("secret"),
        algorithm: entry.text("algorithm"),
        digits: entry.number("digits")?,
        period: entry.number("period")?,
        counter: entry.number("counter")?,
        pin: None,
    };
    let is_motp = account.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("motp"));
    let mut draft = match is_motp {
        true => account.with_secret(Kind::Motp, read_motp(account.secret.as_deref().ok_or("the secret is missing")?)?)?,
        false => account.draft(value)?,
    };
    let label = entry.text("label").unwrap_or_default();
    (draft.issuer, draft.account) = match entry.text("issuer") {
        Some(issuer) => {
            let account = label.strip_prefix(&format!("{issuer}:")).map(|rest| rest.trim_start().to_owned());
            (issuer, account.unwrap_or(label))
        }
        None if entry.has(&["issuer"]) => (String::new(), label),
        None => split_label(&label, " - "),
    };
    draft.tags = entry.list("tags").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    if draft.raw.is_none() {
        let has_icon = entry.text("thumbnail").is_some_and(|name| name != "Default");
        let kept: &[&str] = if has_icon { &["thumbnail", "used_frequency"] } else { &["used_frequency"] };
        draft.raw = leftovers(entry, kept);
    }
    Ok(draft)
}

/// andOTP keeps the text of an mOTP secret, in base32.
fn read_motp(text: &str) -> std::result::Result<Secret, Refusal> {
    let bytes = base32::decode(text).ok_or("the secret can't be read")?;
    let text = std::str::from_utf8(bytes.expose()).map_err(|_| "the secret can't be read")?;
    Kind::Motp.read_secret(text).ok_or_else(|| "the secret can't be read".into())
}

const ANDOTP: Target = Target {
    holds: "andOTP holds",
    kinds: &[Kind::Totp, Kind::Hotp, Kind::Steam, Kind::Motp],
    algorithms: COMMON,
    digits: 1..=10,
    tags: Tags::Many,
    notes: false,
    top: false,
    pin: false,
    trash: false,
    raw: false,
};

impl Writer for AndOtp {
    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn ending(&self) -> &'static str {
        "json"
    }

    fn write(&self, drafts: &[Draft], sealing: &Sealing) -> Result<Written> {
        let (fit, lost) = ANDOTP.sort(drafts);
        let plain = json::to_bytes(&fit.iter().map(|draft| write_entry(draft)).collect())?;
        let Some(password) = sealing.password else { return Ok(Written::of(drafts, &fit, plain, lost)) };
        let (salt, nonce) = (random::<SALT>(sealing.entropy), random::<NONCE>(sealing.entropy));
        let key = kdf::pbkdf2::<Sha1>(password, &salt, ROUNDS.into())?;
        let sealed = seal_gcm(&key, &nonce, &plain, b"");
        Ok(Written::of(drafts, &fit, Zeroizing::new([&ROUNDS.to_be_bytes()[..], &salt, &nonce, &sealed].concat()), lost))
    }
}

fn write_entry(draft: &Draft) -> Value {
    let credential = &draft.credential;
    let mut entry = json!({
        "secret": base32::encode(&credential.secret).expose(), "issuer": draft.issuer, "label": draft.account,
        "digits": credential.digits, "type": credential.kind.name().to_uppercase(), "algorithm": credential.algorithm.name(),
        "thumbnail": "Default", "last_used": 0, "used_frequency": 0, "tags": draft.tags,
    });
    match credential.kind {
        Kind::Hotp => entry["counter"] = json!(credential.counter),
        Kind::Totp => entry["period"] = json!(credential.period),
        _ => {}
    }
    entry
}
