//! Proton Authenticator: JSON around links, in clear and encrypted (Argon2id, AES-256-GCM). A Steam link has no label; its name stands beside it.

use super::read::crypto::{needs_password, new_uuid, open_gcm, random, seal_gcm, wrong_password};
use super::read::encoding::{base64, to_base64};
use super::read::json::{self, Fields, Refusal, damaged};
use super::read::kdf::{self, Key};
use super::target::{COMMON, Tags, Target};
use super::{Draft, Encryption, ForeignFile, Format, Found, Sealing, Writer, Written, otpauth};
use crate::error::Result;
use crate::otp::{Kind, base32, uri};
use crate::secret::SecretText;
use serde_json::{Value, json};

pub struct ProtonAuthenticator;

const NEWEST: u64 = 1;
const NONCE: usize = 12;
/// The issuer of a Steam link, which names none.
const STEAM: &str = "Steam";
const ASSOCIATED: &[u8] = b"proton.authenticator.export.v1";

impl Format for ProtonAuthenticator {
    fn id(&self) -> &'static str {
        "proton-authenticator"
    }

    fn name(&self) -> &'static str {
        "Proton Authenticator"
    }

    fn how_to_get(&self) -> &'static str {
        "in Proton Authenticator: Settings, Export"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        let Some(fields) = file.json().and_then(Fields::of) else { return false };
        let link = |entry: &Value| Fields::of(entry)?.fields("content")?.get("uri").cloned();
        fields.has(&["version"])
            && (is_sealed(fields) || fields.list("entries").first().is_some_and(|entry| link(entry).is_some()))
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        let export = Fields::of(json::of_file(file)?).ok_or_else(|| damaged("this is no export of Proton Authenticator"))?;
        if !is_sealed(export) {
            return read_entries(export);
        }
        let password = password.ok_or_else(|| needs_password("the password of the Proton Authenticator export"))?;
        let bytes = |name| export.text(name).and_then(|text| base64(&text));
        let incomplete = || damaged("the encrypted export of Proton Authenticator is not complete");
        let (salt, content) = (bytes("salt").ok_or_else(incomplete)?, bytes("content").ok_or_else(incomplete)?);
        let (nonce, sealed) = content.split_at_checked(NONCE).ok_or_else(incomplete)?;
        let plain = open_gcm(&key(password, &salt)?, nonce, sealed, ASSOCIATED).ok_or_else(wrong_password)?;
        read_entries(Fields::of(&json::of_bytes(&plain)?).ok_or_else(incomplete)?)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

fn is_sealed(fields: Fields) -> bool {
    ["salt", "content"].iter().all(|name| fields.get(name).is_some_and(Value::is_string))
}

fn key(password: &SecretText, salt: &[u8]) -> Result<Key> {
    kdf::argon2id(password, salt, 19 * 1024, 2, 1)
}

fn read_entries(export: Fields) -> Result<Found> {
    if !export.get("entries").is_some_and(Value::is_array) {
        return Err(damaged("the export of Proton Authenticator has no list of entries"));
    }
    let mut found = Found::of_list(export.list("entries"), read_entry)?;
    found.note_version("Proton Authenticator export", export.number("version"), NEWEST);
    Ok(found)
}

fn read_entry(value: &Value) -> std::result::Result<Draft, Refusal> {
    let entry = Fields::of_entry(value)?;
    let content = entry.fields("content").ok_or("\"content\" is missing")?;
    let link = content.text("uri").ok_or("the link is missing")?;
    let mut draft = Draft::from(uri::parse(&link).map_err(|error| error.to_string())?);
    if draft.account.is_empty() {
        // The name of an account without one repeats its issuer.
        draft.account = content.text("name").filter(|name| *name != draft.issuer).unwrap_or_default();
    }
    if draft.credential.kind == Kind::Steam && draft.issuer.is_empty() {
        draft.issuer = STEAM.to_owned();
    }
    draft.note = entry.text("note").unwrap_or_default();
    Ok(draft)
}

const PROTON: Target = Target {
    holds: "Proton Authenticator holds",
    kinds: &[Kind::Totp, Kind::Steam],
    algorithms: COMMON,
    digits: 1..=10,
    tags: Tags::None,
    notes: true,
    top: false,
    pin: false,
    trash: false,
    raw: false,
};

impl Writer for ProtonAuthenticator {
    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn ending(&self) -> &'static str {
        "json"
    }

    fn write(&self, drafts: &[Draft], sealing: &Sealing) -> Result<Written> {
        let (fit, mut lost) = PROTON.sort(drafts);
        for draft in fit.iter().filter(|draft| draft.credential.kind == Kind::Steam && draft.issuer != STEAM) {
            lost.push(format!("{}: {} no issuer of Steam codes but Steam.", draft.label(), PROTON.holds));
        }
        let entries: Vec<Value> = fit
            .iter()
            .filter_map(|draft| {
                let (kind, link) = match draft.credential.kind {
                    Kind::Steam => {
                        ("Steam", SecretText::new(format!("steam://{}", base32::encode(&draft.credential.secret).expose())))
                    }
                    _ => ("Totp", otpauth::link(&Draft { raw: None, ..(*draft).clone() })?),
                };
                let repeats = draft.account.is_empty() && draft.credential.kind != Kind::Steam;
                let name = if repeats { &draft.issuer } else { &draft.account };
                let note = (!draft.note.is_empty()).then_some(&draft.note);
                Some(json!({
                    "id": new_uuid(sealing.entropy), "note": note,
                    "content": {"uri": link.expose(), "entry_type": kind, "name": name},
                }))
            })
            .collect();
        let plain = json::to_bytes(&json!({"version": NEWEST, "entries": entries}))?;
        let Some(password) = sealing.password else { return Ok(Written::of(drafts, &fit, plain, lost)) };
        let (salt, nonce) = (random::<16>(sealing.entropy), random::<NONCE>(sealing.entropy));
        let sealed = seal_gcm(&key(password, &salt)?, &nonce, &plain, ASSOCIATED);
        let export = json!({"version": NEWEST, "salt": to_base64(&salt), "content": to_base64(&[&nonce[..], &sealed].concat())});
        Ok(Written::of(drafts, &fit, json::to_bytes(&export)?, lost))
    }
}
