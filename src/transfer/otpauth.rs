//! Lists of links: `otpauth://`, `motp://`, `steam://`, one a line or in a JSON array. Transfer links may stand among them.

use super::links::{self, Candidate};
use super::{Draft, ForeignFile, Format, Found, Writer, Written};
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
            None => file.text().is_some_and(|text| links::lines(text).any(|line| links::is_link(line.text))),
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
    fn encrypted(&self) -> bool {
        false
    }

    fn write(&self, drafts: &[Draft], _: Option<&SecretText>) -> Result<Written> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(drafts.len() * 128));
        let (mut fit, mut rest) = (Vec::new(), Vec::new());
        for draft in drafts {
            match uri::write(&draft.labelled()).filter(|_| !draft.credential.secret.is_empty()) {
                Some(link) => {
                    bytes.extend_from_slice(link.expose().as_bytes());
                    bytes.push(b'\n');
                    fit.push(draft);
                }
                None => rest.push(draft),
            }
        }
        Ok(Written { bytes, lost: lost(&fit, &rest) })
    }
}

/// What links can't hold, a sentence each.
fn lost(fit: &[&Draft], rest: &[&Draft]) -> Vec<String> {
    let mut lost: Vec<String> =
        rest.iter().map(|draft| format!("{} was left out: a link can't hold such an entry.", draft.label())).collect();
    let mut count = |what: &str, has: fn(&Draft) -> bool| {
        let entries = fit.iter().filter(|draft| has(draft)).count();
        if entries > 0 {
            lost.push(format!(
                "Links hold no {what}: left out for {entries} {}.",
                if entries == 1 { "entry" } else { "entries" }
            ));
        }
    };
    count("tags", |draft| !draft.tags.is_empty());
    count("notes", |draft| !draft.note.is_empty());
    count("pins to the top", |draft| draft.pinned);
    count("recovery codes", |draft| !draft.recovery_codes.is_empty());
    count("earlier secrets", |draft| !draft.history.is_empty());
    count("unconfirmed new secrets", |draft| draft.candidate.is_some());
    count("mark of being unconfirmed", |draft| draft.pending);
    count("mark of being in the trash", |draft| draft.deleted);
    lost
}
