//! Ente Auth: lines of links with a `codeDisplay` of its own (tags, note, pin, trash), in clear and encrypted
//! (Argon2id, one message of libsodium's secretstream).

use super::links;
use super::read::account::leftovers;
use super::read::crypto::{needs_password, open_stream, random, seal_stream, wrong_password};
use super::read::encoding::{base64, to_base64};
use super::read::json::{self, Fields, damaged};
use super::read::kdf;
use super::target::{COMMON, Tags, Target};
use super::{Draft, Encryption, ForeignFile, Format, Found, Sealing, Writer, Written};
use crate::error::Result;
use crate::otp::{Kind, uri};
use crate::secret::SecretText;
use serde_json::{Value, json};
use zeroize::Zeroizing;

pub struct Ente;

const NEWEST: u64 = 1;
const DISPLAY: &str = "codeDisplay";
/// Argon2id as it is written: 64 MiB, which a phone can spare.
const MEMORY_BYTES: u64 = 64 << 20;
const PASSES: u64 = 4;

impl Format for Ente {
    fn id(&self) -> &'static str {
        "ente"
    }

    fn name(&self) -> &'static str {
        "Ente Auth"
    }

    fn how_to_get(&self) -> &'static str {
        "in Ente Auth: Settings, Data, Export codes"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        match file.json().and_then(Fields::of) {
            Some(fields) => fields.has(&["kdfParams", "encryptedData", "encryptionNonce"]),
            None => !file.is_page() && file.text().is_some_and(is_ente_text),
        }
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        if file.json().is_some() || file.json_error().is_some() {
            let export = Fields::of(json::of_file(file)?).ok_or_else(|| damaged("this is no export of Ente Auth"))?;
            let plain = open(export, password)?;
            let inner = ForeignFile::new(&plain);
            let mut found = read_text(inner.text().ok_or_else(|| damaged("what the file holds is not text"))?)?;
            found.note_guess(&inner);
            found.note_version("Ente Auth export", export.number("version"), NEWEST);
            return Ok(found);
        }
        read_text(file.text().ok_or_else(|| damaged("the file is not text"))?)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

/// Whether a text is a list of links as Ente writes it.
pub fn is_ente_text(text: &str) -> bool {
    text.contains("codeDisplay=") && links::each(text).any(|link| link.contains("codeDisplay="))
}

fn open(export: Fields, password: Option<&SecretText>) -> Result<Zeroizing<Vec<u8>>> {
    let incomplete = || damaged("the encrypted export of Ente Auth is not complete");
    let params = export.fields("kdfParams").ok_or_else(incomplete)?;
    let number = |name| params.number(name).ok().flatten().ok_or_else(incomplete);
    let bytes = |fields: Fields, name| fields.text(name).and_then(|text| base64(&text)).ok_or_else(incomplete);
    let (salt, sealed, header) = (bytes(params, "salt")?, bytes(export, "encryptedData")?, bytes(export, "encryptionNonce")?);
    let header = <[u8; 24]>::try_from(&**header).map_err(|_| incomplete())?;
    let (memory, passes) = (number("memLimit")?, number("opsLimit")?);
    let password = password.ok_or_else(|| {
        let needed = needs_password("the password of the Ente Auth export");
        if memory > 512 << 20 { needed.hint(format!("opening it takes {} MiB of memory", memory >> 20)) } else { needed }
    })?;
    let key = kdf::argon2id(password, &salt, memory >> 10, passes, 1)?;
    open_stream(&key, header, &sealed).ok_or_else(wrong_password)
}

fn read_text(text: &str) -> Result<Found> {
    let mut found = links::read_text(text)?;
    found.drafts.iter_mut().for_each(take_display);
    Ok(found)
}

/// Moves what Ente keeps in `codeDisplay` to its places.
fn take_display(draft: &mut Draft) {
    let mut parameters = draft.unknown_parameters();
    // The last that can be read: one that can't stays among the parameters, also when it is written again.
    let display = |(at, (name, value)): (usize, &(String, SecretText))| {
        (name == DISPLAY).then(|| Some((at, serde_json::from_str::<Value>(value.expose()).ok()?))).flatten()
    };
    let Some((at, display)) = parameters.iter().enumerate().rev().find_map(display) else { return };
    let Some(fields) = Fields::of(&display) else { return };
    draft.pinned = fields.flag("pinned");
    draft.deleted = fields.flag("trashed");
    draft.note = fields.text("note").unwrap_or_default();
    draft.tags = fields.list("tags").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    draft.drop_repeated_tags();
    parameters.remove(at);
    let mut raw = leftovers(fields, &["iconSrc", "iconID", "tapCount"]).unwrap_or_else(|| json!({}));
    if !parameters.is_empty() {
        raw["parameters"] = json!(parameters);
    }
    draft.raw = raw.as_object().is_some_and(|raw| !raw.is_empty()).then_some(raw);
}

const ENTE: Target = Target {
    holds: "Ente Auth holds",
    kinds: &[Kind::Totp, Kind::Hotp, Kind::Steam],
    algorithms: COMMON,
    digits: 1..=10,
    tags: Tags::Many,
    notes: true,
    top: true,
    pin: false,
    trash: true,
    raw: true,
};

impl Writer for Ente {
    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn ending(&self) -> &'static str {
        "txt"
    }

    fn write(&self, drafts: &[Draft], sealing: &Sealing) -> Result<Written> {
        let (fit, lost) = ENTE.sort(drafts);
        let mut plain = Zeroizing::new(Vec::new());
        for (position, draft) in fit.iter().enumerate() {
            let display = json!({
                "pinned": draft.pinned, "trashed": draft.deleted, "lastUsedAt": 0, "tapCount": 0, "tags": draft.tags,
                "note": draft.note, "position": position, "iconSrc": "", "iconID": "",
            });
            let mut labelled = draft.labelled();
            labelled.unknown.push((DISPLAY.to_owned(), SecretText::new(display.to_string())));
            if let Some(link) = uri::write(&labelled) {
                plain.extend_from_slice(link.expose().as_bytes());
                plain.push(b'\n');
            }
        }
        let Some(password) = sealing.password else { return Ok(Written::of(drafts, &fit, plain, lost)) };
        let (salt, header) = (random::<16>(sealing.entropy), random::<24>(sealing.entropy));
        let key = kdf::argon2id(password, &salt, MEMORY_BYTES >> 10, PASSES, 1)?;
        let export = json!({
            "version": NEWEST,
            "kdfParams": {"memLimit": MEMORY_BYTES, "opsLimit": PASSES, "salt": to_base64(&salt)},
            "encryptedData": to_base64(&seal_stream(&key, header, &plain)?),
            "encryptionNonce": to_base64(&header),
        });
        Ok(Written::of(drafts, &fit, json::to_bytes(&export)?, lost))
    }
}
