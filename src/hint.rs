//! Adds `--vault` and `--config` to the commands that messages name, so that they act on the same vault.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// How a command begins that is named in a message.
const PROGRAM: &str = "countersign ";

/// How messages name commands.
#[derive(Clone, Debug)]
pub struct Naming {
    /// Whether there is a command of this name that takes a vault.
    pub takes_vault: fn(&str) -> bool,
    /// The vault that a command has to be told of; `None` where it is the one that is used anyway.
    pub vault: Option<PathBuf>,
    pub config: Option<PathBuf>,
}

impl Naming {
    /// The same for another vault.
    pub fn on(&self, vault: Option<&Path>) -> Naming {
        Naming { vault: vault.map(Path::to_owned), ..self.clone() }
    }

    /// A text with the options in each command that it names. What works without the vault stays as it is.
    pub fn complete<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let options = self.options();
        if options.is_empty() || !text.contains(PROGRAM) {
            return text.into();
        }
        let mut parts = text.split(PROGRAM);
        let mut completed = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(part.len());
            let word = &part[..end];
            let options = if word == "--identity" || (self.takes_vault)(word) { &options } else { "" };
            completed.extend([PROGRAM, options, part]);
        }
        completed.into()
    }

    fn options(&self) -> String {
        let option = |(name, path): (&str, &Option<PathBuf>)| Some(format!("{name} {} ", shell_word(path.as_deref()?)));
        [("--vault", &self.vault), ("--config", &self.config)].into_iter().filter_map(option).collect()
    }
}

/// Quotes a word for the shell.
fn shell_word(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_plain = |c: char| c.is_alphanumeric() || "-_./~+,:@%=".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.into_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}
