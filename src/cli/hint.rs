//! Adds `--vault` and `--config` to the commands that messages name, so that they act on the same vault.

use super::{Globals, Line};
use clap::CommandFactory;
use std::path::Path;

/// The commands that a text names, with these options behind the program's name. What works without the vault stays as it is.
pub fn complete_commands(text: &str, options: &str) -> String {
    const WITHOUT: [&str; 3] = ["demo", "formats", "vaults"];
    if options.is_empty() || !text.contains(PROGRAM) {
        return text.to_owned();
    }
    let line = Line::command();
    let is_command = |word: &str| line.get_subcommands().any(|command| command.get_name() == word && !WITHOUT.contains(&word));
    let mut parts = text.split(PROGRAM);
    let mut completed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(part.len());
        let options = if is_command(&part[..end]) || &part[..end] == "--identity" { options } else { "" };
        completed.extend([PROGRAM, options, part]);
    }
    completed
}

/// How a command begins that is named in a message.
const PROGRAM: &str = "countersign ";

/// Quotes a word for the shell.
fn shell_word(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_plain = |c: char| c.is_alphanumeric() || "-_./~+,:@%=".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.into_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

impl Globals {
    /// The options that a command needs, to be for the same vault and by the same configuration as this one.
    pub fn in_commands(&self) -> String {
        self.in_commands_on(self.vault.as_deref())
    }

    /// The same for another vault.
    pub(super) fn in_commands_on(&self, vault: Option<&Path>) -> String {
        let option = |(name, path): (&str, Option<&Path>)| path.map(|path| format!("{name} {} ", shell_word(path)));
        [("--vault", vault), ("--config", self.config.as_deref())].into_iter().filter_map(option).collect()
    }
}
