//! Settings: defaults < file < environment < flags. An unknown key is an error with a suggestion.
//! A new setting is a field, its default and a row in `take`.

pub mod edit;

use crate::error::{Error, ErrorKind, Result};
use crate::ports::Storage;
use crate::words::nearest;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Seconds without a key until the vault locks; 0 never.
    pub lock_after_s: u64,
    /// Seconds until the clipboard is cleared; 0 never.
    pub clipboard_clear_s: u64,
    /// A copy of a code with fewer seconds left gives the next one.
    pub min_left_s: u64,
    pub mouse: bool,
    /// `default`, `mono` or another built-in theme.
    pub theme: String,
    pub hide_codes: bool,
    /// A program that writes a PNG of the screen to the path given as its last argument.
    pub screenshot_command: Option<Vec<String>>,
    /// Command name → keys, replacing the defaults of that command. The names are checked by the keymap.
    pub keys: BTreeMap<String, Vec<String>>,
    /// A folder, or a name beside the default vault.
    pub vault: Option<PathBuf>,
    /// Hours until a change makes another backup; 0 only before imports and the like.
    pub backup_every_h: u64,
    /// A second folder for backups.
    pub backup_folder: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            lock_after_s: 300,
            clipboard_clear_s: 30,
            min_left_s: 3,
            mouse: true,
            theme: "default".into(),
            hide_codes: false,
            screenshot_command: None,
            keys: BTreeMap::new(),
            vault: None,
            backup_every_h: 24,
            backup_folder: None,
        }
    }
}

/// Every key of the file, as documented.
pub const KEYS: [&str; 11] = [
    "lock_after_s",
    "clipboard_clear_s",
    "min_left_s",
    "mouse",
    "theme",
    "hide_codes",
    "screenshot_command",
    "keys",
    "vault",
    "backup_every_h",
    "backup_folder",
];

/// A larger file is not a configuration.
const LIMIT: u64 = 1024 * 1024;
/// The longest time a setting may name, in seconds: a day.
const DAY_S: i64 = 24 * 60 * 60;

impl Config {
    /// The settings of a file. One that is missing gives the defaults, unless the user `named` it.
    pub fn load(storage: &dyn Storage, path: &Path, named: bool) -> Result<Config> {
        let bytes = match storage.read_stream(path, LIMIT) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !named => return Ok(Config::default()),
            Err(error) => return Err(Error::io("read the configuration", path, &error)),
            Ok(bytes) => bytes,
        };
        let wrong = |what: &str| Error::new(ErrorKind::Usage, format!("the configuration {} {what}", path.display()));
        let text = str::from_utf8(&bytes).map_err(|_| wrong("is not UTF-8 text"))?;
        Config::parse(text).map_err(|error| Error { what: wrong(&error.what).what, ..error })
    }

    /// Reads TOML; the error completes "the configuration …".
    pub fn parse(text: &str) -> Result<Config> {
        let table: Table = toml::from_str(text).map_err(|error| {
            let line =
                error.span().map_or(String::new(), |span| format!(" in line {}", text[..span.start].matches('\n').count() + 1));
            usage(format!("is not valid TOML{line}: {}", error.message().trim_end_matches('.')))
        })?;
        let mut config = Config::default();
        table.into_iter().try_for_each(|(key, value)| config.take(&key, value))?;
        Ok(config)
    }

    fn take(&mut self, key: &str, value: Value) -> Result<()> {
        match key {
            "lock_after_s" => self.lock_after_s = seconds(key, &value, DAY_S)?,
            "clipboard_clear_s" => self.clipboard_clear_s = seconds(key, &value, DAY_S)?,
            "min_left_s" => self.min_left_s = seconds(key, &value, 60)?,
            "mouse" => self.mouse = truth(key, &value)?,
            "hide_codes" => self.hide_codes = truth(key, &value)?,
            "theme" => self.theme = text(key, value)?,
            "backup_every_h" => self.backup_every_h = number(key, &value, 24 * 365, "hours")?,
            "backup_folder" => self.backup_folder = Some(PathBuf::from(text(key, value)?)),
            "vault" => self.vault = Some(PathBuf::from(text(key, value)?)),
            "screenshot_command" => {
                let words = texts(key, value)?;
                if words.first().is_none_or(String::is_empty) {
                    return Err(expected(key, "a program and its arguments, e.g. [\"grim\"]"));
                }
                self.screenshot_command = Some(words);
            }
            "keys" => {
                let Value::Table(table) = value else { return Err(expected(key, "a table of command = \"key\"")) };
                for (command, keys) in table {
                    let keys = match keys {
                        Value::String(one) => vec![one],
                        several => texts(&format!("keys.{command}"), several)?,
                    };
                    self.keys.insert(command, keys);
                }
            }
            unknown => {
                let error = usage(format!("has an unknown key \"{}\"", unknown.escape_debug()));
                return Err(error.hint(match nearest(unknown, &KEYS) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("the keys are {}", KEYS.join(", ")),
                }));
            }
        }
        Ok(())
    }
}

fn usage(what: String) -> Error {
    Error::new(ErrorKind::Usage, what)
}

fn expected(key: &str, what: &str) -> Error {
    usage(format!("has a wrong value for {key}")).hint(format!("{key} is {what}"))
}

fn seconds(key: &str, value: &Value, most: i64) -> Result<u64> {
    number(key, value, most, "seconds")
}

fn number(key: &str, value: &Value, most: i64, unit: &str) -> Result<u64> {
    let number = value.as_integer().filter(|number| (0..=most).contains(number));
    number.map(i64::unsigned_abs).ok_or_else(|| expected(key, &format!("a number of {unit} from 0 to {most}")))
}

fn truth(key: &str, value: &Value) -> Result<bool> {
    value.as_bool().ok_or_else(|| expected(key, "true or false"))
}

fn text(key: &str, value: Value) -> Result<String> {
    match value {
        Value::String(text) if !text.is_empty() => Ok(text),
        _ => Err(expected(key, "a text")),
    }
}

fn texts(key: &str, value: Value) -> Result<Vec<String>> {
    let Value::Array(values) = value else { return Err(expected(key, "a list of texts")) };
    values.into_iter().map(|value| value.as_str().map(str::to_owned).ok_or_else(|| expected(key, "a list of texts"))).collect()
}
