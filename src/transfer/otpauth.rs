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
            None if file.is_page() => false,
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
        let (linked, lost) = links_of(drafts, &LINKS);
        let mut bytes = Zeroizing::new(Vec::with_capacity(drafts.len() * 128));
        for (_, link) in &linked {
            bytes.extend_from_slice(link.expose().as_bytes());
            bytes.push(b'\n');
        }
        let fit: Vec<&Draft> = linked.iter().map(|(draft, _)| *draft).collect();
        Ok(Written::of(drafts, &fit, bytes, lost))
    }
}

/// The link of an account; `None` where no link can hold it.
pub fn link(draft: &Draft) -> Option<SecretText> {
    uri::write(&draft.labelled()).filter(|_| !draft.credential.secret.is_empty())
}

/// Without the parameters that every reader takes for granted: for a smaller code. In the rest of a link `&` is escaped.
pub fn brief(link: &SecretText) -> SecretText {
    SecretText::new(link.expose().replacen("&algorithm=SHA1&digits=6&period=30", "", 1))
}

/// The accounts that a link can hold, each with its link, and what links can't hold, a sentence each.
pub(super) fn links_of<'d>(drafts: &'d [Draft], target: &Target) -> (Vec<(&'d Draft, SecretText)>, Vec<String>) {
    let (mut linked, mut lost) = (Vec::new(), Vec::new());
    for draft in drafts {
        match link(draft) {
            Some(link) => linked.push((draft, link)),
            None => lost.push(format!("{} was left out: a link can't hold such an entry.", draft.label())),
        }
    }
    let fit: Vec<&Draft> = linked.iter().map(|(draft, _)| *draft).collect();
    lost.extend(target.unheld(&fit));
    (linked, lost)
}

/// Which kinds fit, the writer of links tells.
pub(super) const LINKS: Target = Target {
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
