//! Changing settings in the user's file: comments, order and everything else in it stay as they are.

use super::Config;
use crate::error::{Error, ErrorKind, Result};
use toml_edit::{DocumentMut, Item, Value};

/// The value of a simple setting.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    Number(u64),
    Truth(bool),
    Text(String),
}

/// The file's text with these keys set, and what it means then; the error completes "the configuration …".
pub fn set(text: &str, settings: &[(&str, Setting)]) -> Result<(String, Config)> {
    // Where it can't be read, the error of reading tells why and where.
    Config::parse(text)?;
    let mut document: DocumentMut = text.parse().map_err(|_| Error::new(ErrorKind::Usage, "is not valid TOML"))?;
    for (key, setting) in settings {
        let mut value = match setting {
            Setting::Number(number) => Value::from(i64::try_from(*number).unwrap_or(i64::MAX)),
            Setting::Truth(truth) => Value::from(*truth),
            Setting::Text(text) => Value::from(text.as_str()),
        };
        if let Some(before) = document.get(key).and_then(Item::as_value) {
            // A comment behind the value is its decoration.
            *value.decor_mut() = before.decor().clone();
        }
        document[key] = Item::Value(value);
    }
    let text = document.to_string();
    let config = Config::parse(&text)?;
    Ok((text, config))
}
