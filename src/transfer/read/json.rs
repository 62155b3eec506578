//! JSON of other programs, read leniently: absent, `null`, empty and words such as `null` are one, numbers may be text.

use crate::error::{Error, ErrorKind, Result};
use crate::transfer::ForeignFile;
use serde::Deserializer;
use serde::de::{MapAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;
use zeroize::Zeroizing;

/// Why an entry is not taken: lower-case, no full stop, and no value of the file.
pub type Refusal = String;

/// What programs write where they have no text.
pub const NO_TEXT: [&str; 4] = ["null", "undefined", "(null)", "None"];

/// The whole file as JSON.
pub fn of_file<'f>(file: &'f ForeignFile) -> Result<&'f Value> {
    file.json().ok_or_else(|| match file.json_error() {
        Some(error) => damaged(&format!("the file is damaged JSON: {error}")),
        None => damaged("the file is not JSON"),
    })
}

/// JSON that lay encrypted or packed in a file.
pub fn of_bytes(bytes: &[u8]) -> Result<Value> {
    parse(bytes).map_err(|error| damaged(&format!("what the file holds is damaged JSON: {error}")))
}

/// What its values may take, in bytes.
const MOST_MEMORY: usize = 256 << 20;

/// Any JSON. Few bytes of it can take much memory, so that is reckoned before any is taken. The error is a position or a
/// reason, never content.
pub fn parse(bytes: &[u8]) -> std::result::Result<Value, String> {
    // About: an object takes a node of a tree, a list its first places, each value a place of its own.
    let mut memory = 0;
    for byte in bytes {
        memory += match byte {
            b'{' => 640,
            b'[' => 160,
            b',' | b':' => 64,
            _ => continue,
        };
        if memory > MOST_MEMORY {
            return Err("it holds more values than are taken".into());
        }
    }
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

/// The members of the object that a text is, in the order in which they stand there: [`Value`] does not keep it.
pub fn members(text: &str) -> Result<Vec<(String, Value)>> {
    let members = serde_json::Deserializer::from_str(text).deserialize_map(InOrder);
    members.map_err(|error| damaged(&format!("the file is damaged JSON: {error}")))
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

/// Indented, with a newline at the end.
pub fn to_bytes(value: &Value) -> Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    serde_json::to_writer_pretty(&mut *bytes, value).map_err(|error| Error::failed(format!("can't write JSON: {error}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}

pub fn damaged(what: &str) -> Error {
    Error::new(ErrorKind::ForeignDamaged, what)
}

/// The name that stands in an entry, or in the part of it that has the names. A link is none: it holds the secret.
pub fn called(entry: &Value) -> Option<String> {
    #[rustfmt::skip]
    const NAMES: [&str; 11] = [
        "issuer", "issuerExt", "issuerName", "originalIssuerName", "service",
        "name", "originalName", "label", "account", "username", "originalUserName",
    ];
    const PARTS: [&str; 2] = ["otp", "content"];
    let fields = Fields::of(entry)?;
    let member = |name: &&str| fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    let text =
        |(key, value): (&String, &Value)| value.as_str().and_then(|_| fields.text(key)).filter(|text| !text.contains("://"));
    let named = NAMES.iter().filter_map(member).find_map(text);
    named.or_else(|| PARTS.iter().filter_map(member).find_map(|(_, part)| called(part)))
}

/// The whole number that a text is, also as `6.0`; `None` where it is empty or a word for nothing. Never negative.
pub fn whole(name: &str, text: &str) -> std::result::Result<Option<u64>, Refusal> {
    let text = text.trim();
    if text.is_empty() || NO_TEXT.contains(&text) {
        return Ok(None);
    }
    let is_whole = |number: &f64| *number >= 0.0 && number.fract() == 0.0 && *number < 9e15;
    let number = text.parse().ok().or_else(|| text.parse().ok().filter(is_whole).map(|number| number as u64));
    number.map(Some).ok_or_else(|| format!("\"{name}\" is out of range"))
}

/// The fields of an object.
#[derive(Clone, Copy)]
pub struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Fields)
    }

    /// As [`Fields::of`], for an entry in a list.
    pub fn of_entry(value: &'a Value) -> std::result::Result<Self, Refusal> {
        Fields::of(value).ok_or_else(|| "not an object".into())
    }

    pub fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Text that is neither empty nor one of [`NO_TEXT`]; the digits of a number.
    pub fn text(self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) if text.is_empty() || NO_TEXT.contains(&text.as_str()) => None,
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    pub fn fields(self, name: &str) -> Option<Fields<'a>> {
        self.get(name).and_then(Fields::of)
    }

    /// The elements of a list; none where there is no list.
    pub fn list(self, name: &str) -> &'a [Value] {
        self.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    pub fn flag(self, name: &str) -> bool {
        match self.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true") || text == "1",
            Some(Value::Number(number)) => number.as_u64() == Some(1),
            _ => false,
        }
    }

    /// A whole number that is not negative, also as text.
    pub fn number(self, name: &str) -> std::result::Result<Option<u64>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => whole(name, text),
            Some(Value::Number(number)) => whole(name, &number.to_string()),
            Some(_) => Err(format!("\"{name}\" is out of range")),
        }
    }

    /// Whether each of the names is there, `null` or not.
    pub fn has(self, names: &[&str]) -> bool {
        names.iter().all(|name| self.0.contains_key(*name))
    }

    pub fn iter(self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.0.iter()
    }
}
