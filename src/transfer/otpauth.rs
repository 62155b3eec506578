//! Lists of links: `otpauth://`, `motp://`, `steam://`, one a line or in a JSON array. Transfer links may stand among them.

use super::links;
use super::target::{Tags, Target};
use super::{Draft, Encryption, ForeignFile, Format, Found, Sealing, Writer, Written};
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
        let has_link = match file.json() {
            Some(json) => texts(json).iter().any(|text| links::has_link(text)),
            None => !is_cut(file) && file.text().is_some_and(links::has_link),
        };
        // Links may stand in the files of many programs.
        has_link && !super::FORMATS.iter().any(|format| format.id() != self.id() && format.detect(file))
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        if let Some(json) = file.json() {
            return read_json(json);
        }
        let text = file.text().ok_or_else(|| Error::new(ErrorKind::ForeignDamaged, "the file is not text"))?;
        links::read_text(text)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

/// Whether it is JSON or XML whose end is missing: what is left is no list of links.
fn is_cut(file: &ForeignFile) -> bool {
    let text = file.text().unwrap_or_default().trim();
    let then = |more: &[char]| text[1..].trim_start().starts_with(more);
    let is_json = text.starts_with('{') && then(&['"']) || text.starts_with('[') && then(&['{', '"']);
    file.json_error().is_some() && is_json && !text.ends_with(['}', ']']) || file.xml_error().is_some() && !text.ends_with('>')
}

/// All texts in a JSON value, names of fields included.
fn texts(json: &Value) -> Vec<&str> {
    let (mut texts, mut left) = (Vec::new(), vec![json]);
    while let Some(value) = left.pop() {
        match value {
            Value::String(text) => texts.push(text.as_str()),
            Value::Array(list) => left.extend(list.iter().rev()),
            Value::Object(fields) => {
                texts.extend(fields.keys().map(String::as_str));
                left.extend(fields.values().rev());
            }
            _ => {}
        }
    }
    texts
}

/// A list of links in which each element counts, or links anywhere, under any name.
fn read_json(json: &Value) -> Result<Found> {
    let is_plain = |list: &&Vec<Value>| list.iter().any(|link| link.as_str().is_some_and(links::has_link));
    let list = list(json).filter(is_plain);
    let elements: Vec<&Value> = list.map_or_else(|| vec![json], |list| list.iter().collect());
    let mut all = Vec::new();
    for element in elements {
        let texts: Vec<&str> = texts(element).into_iter().filter(|text| links::has_link(text)).collect();
        match (texts.as_slice(), list) {
            ([], Some(_)) => all.push(element.as_str().unwrap_or_default()),
            _ => all.extend(texts),
        }
    }
    let places = all.into_iter().enumerate().map(|(index, text)| (format!("link {}", index + 1), text));
    let mut found = links::read(places.flat_map(|(place, text)| links::candidates(&place, text)))?;
    if list.is_none_or(|list| list.iter().any(|element| element.is_object() || element.is_array())) {
        found.warnings.push("This JSON is of no known format: only the links in it were taken.".into());
    }
    Ok(found)
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
