//! Raivo (iOS): a JSON array whose values are all text, bare or in a zip with the master password.

use super::read::account::{Account, leftovers};
use super::read::json::{self, Fields, Refusal, damaged};
use super::read::zip::Archive;
use super::{Draft, Encryption, ForeignFile, Format, Found};
use crate::error::Result;
use crate::secret::SecretText;
use serde_json::Value;

pub struct Raivo;

const MEMBER: &str = "raivo-otp-export.json";

impl Format for Raivo {
    fn id(&self) -> &'static str {
        "raivo"
    }

    fn name(&self) -> &'static str {
        "Raivo OTP"
    }

    fn how_to_get(&self) -> &'static str {
        "in Raivo: Settings, Export OTPs to ZIP archive"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        if Archive::is_zip(file.bytes()) {
            return Archive::open(file.bytes()).is_ok_and(|archive| archive.has(MEMBER));
        }
        let named = |entry: &Value| Fields::of(entry).is_some_and(|fields| fields.has(&["kind", "timer"]));
        file.json().and_then(Value::as_array).is_some_and(|entries| entries.iter().any(named))
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        if Archive::is_zip(file.bytes()) {
            let bytes = Archive::open(file.bytes())?.read(MEMBER, password, "the master password of Raivo")?;
            return read_entries(&json::of_bytes(&bytes)?);
        }
        read_entries(json::of_file(file)?)
    }
}

fn read_entries(entries: &Value) -> Result<Found> {
    let entries = entries.as_array().ok_or_else(|| damaged("Raivo's export is not a list"))?;
    if entries.is_empty() {
        return Err(damaged("Raivo's export is empty"));
    }
    Found::of_list(entries, read_entry)
}

fn read_entry(value: &Value) -> std::result::Result<Draft, Refusal> {
    let entry = Fields::of_entry(value)?;
    let account = Account {
        kind: entry.text("kind"),
        secret: entry.text("secret"),
        algorithm: entry.text("algorithm"),
        digits: entry.number("digits")?,
        period: entry.number("timer")?,
        counter: entry.number("counter")?,
        pin: None,
    };
    let mut draft = account.draft(value)?;
    draft.issuer = entry.text("issuer").unwrap_or_default();
    draft.account = entry.text("account").unwrap_or_default();
    draft.pinned = entry.flag("pinned");
    if draft.raw.is_none() {
        draft.raw = leftovers(entry, &["iconValue"]);
    }
    Ok(draft)
}
