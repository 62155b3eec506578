//! Lists of links: `otpauth://`, `motp://`, `steam://`, one a line or in a JSON array. Transfer links may stand among them.

use super::links::{self, Candidate};
use super::target::{Tags, Target};
use super::{Draft, Encryption, ForeignFile, Format, Found, Sealing, Writer, Written};
use super::{ente, google};
use crate::error::{Error, ErrorKind, Result};
use crate::otp::uri;
use crate::secret::SecretText;
use serde_json::Value;
use zeroize::Zeroizing;

pub struct Otpauth;

impl Format for Otpauth {
    fn id(&self) -> &'static str {
        "otpauth"
    }

    fn name(&self) -> &'static str {
        "List of otpauth links"
    }

    fn how_to_get(&self) -> &'static str {
        "a text file with one otpauth:// link a line, as many programs export it"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        match file.json() {
            Some(json) => list(json).is_some_and(|links| links.iter().any(|link| link.as_str().is_some_and(links::is_link))),
            None => file.text().is_some_and(|text| {
                let has_link = links::lines(text).any(|line| links::is_link(line.text));
                has_link && !links::lines(text).any(|line| google::is_transfer(line.text)) && !ente::is_ente_text(text)
            }),
        }
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        if let Some(links) = file.json().and_then(list) {
            return links::read(links.iter().enumerate().map(|(index, link)| Candidate {
                place: format!("link {}", index + 1),
                text: link.as_str().unwrap_or_default().trim(),
            }));
        }
        let text = file.text().ok_or_else(|| Error::new(ErrorKind::ForeignDamaged, "the file is not text"))?;
        links::read(links::lines(text))
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

/// A bare array, or cotp's `{"items": […]}`.
fn list(json: &Value) -> Option<&Vec<Value>> {
    json.as_array().or_else(|| json.get("items")?.as_array())
}

impl Writer for Otpauth {
    fn encryption(&self) -> Encryption {
        Encryption::Never
    }

    fn ending(&self) -> &'static str {
        "txt"
    }

    fn write(&self, drafts: &[Draft], _: &Sealing) -> Result<Written> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(drafts.len() * 128));
        let (mut fit, mut rest) = (Vec::new(), Vec::new());
        for draft in drafts {
            match link(draft) {
                Some(link) => {
                    bytes.extend_from_slice(link.expose().as_bytes());
                    bytes.push(b'\n');
                    fit.push(draft);
                }
                None => rest.push(draft),
            }
        }
        Ok(Written::of(drafts, &fit, bytes, lost(&fit, &rest)))
    }
}

/// The link of an account; `None` where no link can hold it.
pub fn link(draft: &Draft) -> Option<SecretText> {
    uri::write(&draft.labelled()).filter(|_| !draft.credential.secret.is_empty())
}

/// What links can't hold, a sentence each.
fn lost(fit: &[&Draft], rest: &[&Draft]) -> Vec<String> {
    let mut lost: Vec<String> =
        rest.iter().map(|draft| format!("{} was left out: a link can't hold such an entry.", draft.label())).collect();
    lost.extend(LINKS.unheld(fit));
    lost
}

/// Which kinds fit, the writer of links tells.
const LINKS: Target = Target {
    holds: "Links hold",
    kinds: &[],
    algorithms: &[],
    digits: 1..=10,
    tags: Tags::None,
    notes: false,
    top: false,
    pin: true,
    trash: false,
    raw: true,
};
