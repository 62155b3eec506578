//! What a command works with: the ports, the settings, the open vault. Opening asks for the passphrase where it must.

use super::Globals;
use super::output::Output;
use super::source;
use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};
use crate::ops::session::Session;
use crate::ports::{Clipboard, ClipboardRoute, Environment, Git, Prompt, ScreenCapture};
use crate::secret::SecretText;
use crate::vault::entry::Entry;
use crate::vault::store::{self, Presence, World};
use std::path::{Path, PathBuf};

/// Given the user's own screenshot command, if one is configured.
pub type OpenCapture = Box<dyn Fn(Option<Vec<String>>) -> Box<dyn ScreenCapture>>;

/// Copies a code so that it outlives this process by at most so many seconds (0: no limit).
pub type HandOver = Box<dyn Fn(&SecretText, u64) -> std::result::Result<ClipboardRoute, String>>;

/// The real world, or a test's. What may be slow to open is opened when needed.
pub struct Outside {
    pub world: World,
    pub environment: Environment,
    pub prompt: Box<dyn Prompt>,
    pub clipboard: Box<dyn Fn() -> Box<dyn Clipboard>>,
    pub capture: OpenCapture,
    pub hand_over: HandOver,
    /// Given whether it may ask at the terminal.
    pub git: Box<dyn Fn(bool) -> Box<dyn Git>>,
}

pub struct Desk {
    pub globals: Globals,
    pub outside: Outside,
    pub output: Output,
    /// Which option took stdin.
    stdin: Option<&'static str>,
}

/// How often a person may try.
const TRIES: usize = 3;

impl Desk {
    pub fn new(globals: Globals, outside: Outside, output: Output) -> Self {
        Desk { globals, outside, output, stdin: None }
    }

    pub fn config(&self) -> Result<Config> {
        self.globals.load_config(&*self.outside.world.storage, &self.outside.environment)
    }

    pub fn vault_folder(&self) -> Result<PathBuf> {
        self.globals.vault_folder(&self.config()?, &self.outside.environment)
    }

    /// Opens the vault and takes in conflict copies that lie beside it; its warnings are printed.
    pub fn open(&mut self) -> Result<Session> {
        let mut session = self.unlock()?;
        for sentence in session.fold_conflict_copies() {
            self.output.warn(&sentence);
        }
        Ok(session)
    }

    /// Opens the vault without writing anything to its folder; its warnings are printed.
    pub fn unlock(&mut self) -> Result<Session> {
        let folder = self.vault_folder()?;
        let world = self.outside.world.clone();
        if store::presence(&world, &folder)? == Presence::Nothing {
            let what = format!("there is no vault in {}", folder.display());
            return Err(Error::new(ErrorKind::NoVault, what).hint("create one with: countersign init"));
        }
        let trust = self.globals.trust();
        let session = match self.given_passphrase()? {
            Some(passphrase) => Session::unlock(&world, &folder, &passphrase, trust)?,
            None => self.ask_until_right(|passphrase| Session::unlock(&world, &folder, passphrase, trust))?,
        };
        for warning in session.warnings() {
            self.output.warn(warning);
        }
        Ok(session)
    }

    /// As [`Desk::open`], for a command that changes something.
    pub fn open_to_change(&mut self) -> Result<Session> {
        let session = self.open()?;
        match session.read_only() {
            Some(why) => Err(Error::new(ErrorKind::ReadOnly, format!("the vault can only be read: {why}"))),
            None => Ok(session),
        }
    }

    fn ask_until_right(&mut self, unlock: impl Fn(&SecretText) -> Result<Session>) -> Result<Session> {
        let mut tries = 0;
        loop {
            let passphrase = self.ask_secret("Passphrase: ")?;
            tries += 1;
            match unlock(&passphrase) {
                Err(error) if error.kind == ErrorKind::WrongPassphrase && tries < TRIES => {
                    self.output.warn("that is not the passphrase")
                }
                result => return result,
            }
        }
    }

    /// The passphrase from the file named by flag or environment; `None` where a person is to be asked.
    pub fn given_passphrase(&mut self) -> Result<Option<SecretText>> {
        let Some((file, name)) = self.passphrase_file() else { return Ok(None) };
        self.read_line_secret(&file, name, "the passphrase").map(Some)
    }

    /// The file and which option or variable names it.
    fn passphrase_file(&self) -> Option<(PathBuf, &'static str)> {
        self.globals.passphrase_from(&self.outside.environment)
    }

    /// Asks at the terminal; `Locked` where there is none.
    pub fn ask_secret(&mut self, question: &str) -> Result<SecretText> {
        if !self.outside.prompt.is_interactive() {
            return Err(Error::new(ErrorKind::Locked, "the vault is locked, and there is no terminal to ask for the passphrase")
                .hint("give it with --passphrase-file FILE, or - for stdin"));
        }
        self.outside.prompt.secret(question).map_err(|error| no_answer(&error))
    }

    /// A question before many entries change. Yes without asking under `--yes` and away from a terminal.
    pub fn agreed(&mut self, question: &str) -> Result<bool> {
        if self.globals.yes || !self.outside.prompt.is_interactive() {
            return Ok(true);
        }
        self.asked(question)
    }

    /// A question that away from a terminal is refused, and answered by `--yes` alone.
    pub fn confirmed(&mut self, question: &str) -> Result<bool> {
        if self.globals.yes {
            return Ok(true);
        }
        if !self.outside.prompt.is_interactive() {
            return Err(Error::new(ErrorKind::NotTrusted, "this needs your word, and there is no terminal to ask for it")
                .hint("look at what would change, and go on with --yes if it is yours"));
        }
        self.asked(question)
    }

    /// A question at the terminal.
    pub fn asked(&mut self, question: &str) -> Result<bool> {
        self.outside.prompt.confirm(question).map_err(|error| no_answer(&error))
    }

    /// A file, or stdin for `-`, of at most `limit` bytes. `option` is named where stdin is asked for twice.
    pub fn read(&mut self, path: &Path, option: &'static str, limit: u64) -> Result<zeroize::Zeroizing<Vec<u8>>> {
        if path.as_os_str() != "-" {
            return source::file(&*self.outside.world.storage, path, limit);
        }
        // The passphrase is read last, so its claim is looked up beforehand: nothing may have been done by then.
        let passphrase = self.passphrase_file().filter(|(file, name)| file.as_os_str() == "-" && *name != option);
        if let Some(first) = self.stdin.replace(option).or(passphrase.map(|(_, name)| name)) {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("stdin can be read only once: both {first} and {option} ask for it"),
            )
            .hint("give one of them a file"));
        }
        source::stdin(limit)
    }

    /// A secret text from a file: UTF-8, one newline at the end left out, not empty. `what` names it in errors.
    pub fn read_line_secret(&mut self, path: &Path, option: &'static str, what: &str) -> Result<SecretText> {
        let bytes = self.read(path, option, source::LINE_LIMIT)?;
        source::line(&bytes, path, what)
    }
}

fn no_answer(error: &std::io::Error) -> Error {
    Error::failed(format!("no answer from the terminal: {}", crate::error::describe_io(error)))
}

/// How an entry is called in a sentence.
pub fn called(entry: &Entry) -> String {
    entry.called()
}
