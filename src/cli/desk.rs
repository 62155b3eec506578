//! What a command works with: the ports, the settings, the open vault. Opening asks for the passphrase where it must.

use super::Globals;
use super::output::Output;
use super::source;
use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};
use crate::hint::Naming;
use crate::ops::backup::{self, Policy};
use crate::ops::change::{Change, Outcome};
use crate::ops::session::Session;
use crate::ops::unlock::Opening;
use crate::ops::vaults::{self, Named};
use crate::ops::{duplicates, glance, restore};
use crate::ports::{Clipboard, ClipboardRoute, Environment, Git, Process, Prompt, ScreenCapture};
use crate::secret::SecretText;
use crate::vault::entry::Entry;
use crate::vault::store::{self, Presence, Trust, Way, World};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Given the user's own screenshot command, if one is configured.
pub type OpenCapture = Box<dyn Fn(Option<Vec<String>>) -> Box<dyn ScreenCapture>>;

/// Copies a code so that it outlives this process by at most so many seconds (0: no limit).
pub type HandOver = Box<dyn Fn(&SecretText, u64) -> std::result::Result<ClipboardRoute, String>>;

/// The real world, or a test's. What may be slow to open is opened when needed.
pub struct Outside {
    pub world: World,
    pub environment: Environment,
    pub prompt: Arc<dyn Prompt>,
    pub clipboard: Box<dyn Fn() -> Box<dyn Clipboard>>,
    pub capture: OpenCapture,
    pub process: Arc<dyn Process>,
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
    /// What the vault was last tried with.
    passphrase: Option<SecretText>,
    /// The same, where it was a key instead.
    tried: Option<Opening>,
    /// Whether a remembered unlock does not do.
    asks_anew: bool,
    /// What was told of the backups already.
    told_of_backups: Vec<String>,
}

/// How often a person may try.
const TRIES: usize = 3;

impl Desk {
    pub fn new(globals: Globals, outside: Outside, output: Output) -> Self {
        Desk {
            globals,
            outside,
            output,
            stdin: None,
            passphrase: None,
            tried: None,
            asks_anew: false,
            told_of_backups: Vec::new(),
        }
    }

    pub fn config(&self) -> Result<Config> {
        self.globals.load_config(&*self.outside.world.storage, &self.outside.environment)
    }

    pub fn vault_folder(&self) -> Result<PathBuf> {
        self.globals.vault_folder(&*self.outside.world.storage, &self.config()?, &self.outside.environment)
    }

    pub fn backup_policy(&self) -> Result<Policy> {
        let config = self.config()?;
        Ok(self.globals.backup_policy(&config, &self.outside.environment))
    }

    /// Opens the vault and takes in conflict copies that lie beside it; its warnings are printed.
    pub fn open(&mut self) -> Result<Session> {
        let mut session = self.unlock_silently()?;
        let said = session.fold_conflict_copies();
        self.tell_of_opening(&session, &self.globals.naming());
        for sentence in &said {
            self.output.warn(sentence);
        }
        if !said.is_empty() {
            self.warn_of_duplicates(&session);
        }
        self.warn_of_backups(&session);
        Ok(session)
    }

    /// Opens the vault and leaves conflict copies where they are; its warnings are printed.
    pub fn unlock(&mut self) -> Result<Session> {
        let session = self.unlock_silently()?;
        self.tell_of_opening(&session, &self.globals.naming());
        Ok(session)
    }

    /// Opens another vault beside the usual one, or anywhere, with its own passphrase. `--trust-vault` is said of the usual one.
    pub fn unlock_other(&mut self, vault: &Path, passphrase_file: Option<&Path>, option: &'static str) -> Result<Session> {
        let folder = self.globals.folder_of(&*self.outside.world.storage, vault, &self.outside.environment)?;
        let given = passphrase_file.map(|file| self.read_line_secret(file, option, "the passphrase")).transpose()?;
        let name = Named::of(&folder).name;
        let naming = self.globals.naming().on(Some(vault));
        let session = self.unlock_in(&folder, given.map(Opening::Passphrase), &format!(" of {name}"), Trust::Pinned);
        let session = session.map_err(|error| {
            let hint = error.hint.map(|hint| naming.complete(&hint.replace("--passphrase-file", option)).into_owned());
            Error { what: format!("{name}: {}", error.what), hint, ..error }
        })?;
        self.tell_of_opening(&session, &naming);
        Ok(session)
    }

    fn unlock_silently(&mut self) -> Result<Session> {
        let (folder, given) = (self.vault_folder()?, self.given_opening()?);
        self.unlock_in(&folder, given, "", self.globals.trust())
    }

    fn unlock_in(&mut self, folder: &Path, given: Option<Opening>, whose: &str, trust: Trust) -> Result<Session> {
        let world = self.outside.world.clone();
        let offer = |error| backup::with_offer(&world, folder, error, "countersign restore-backup");
        if store::presence(&world, folder).map_err(offer)? == Presence::Nothing {
            return Err(vaults::missing(&world, folder));
        }
        let person = self.outside.prompt.clone();
        let unlock = |opening: &Opening| opening.unlock(&world, folder, person.clone(), trust);
        let session = match given {
            Some(opening) => {
                self.note_passphrase(&opening);
                unlock(&opening)
            }
            None => match self.remembered(folder, trust) {
                Ok(None) => {
                    let has_passphrase = store::ways(&world, folder).contains(&Way::Passphrase);
                    if !has_passphrase && !self.outside.prompt.is_interactive() {
                        return Err(Error::new(
                            ErrorKind::Locked,
                            "the vault is locked, and there is no terminal to ask for a key",
                        )
                        .hint("it has no passphrase; give a key with --identity FILE, or - for stdin"));
                    }
                    let what = if has_passphrase { "Passphrase" } else { "Recovery key" };
                    self.ask_until_right(&format!("{what}{whose}: "), unlock)
                }
                Ok(Some(session)) => Ok(session),
                Err(error) => Err(error),
            },
        };
        session.map_err(offer).and_then(|session| Ok(session.with_backups(&self.backup_policy()?)))
    }

    fn tell_of_opening(&mut self, session: &Session, naming: &Naming) {
        for warning in session.warnings() {
            self.output.warn(&naming.complete(warning));
        }
        if let Some(offer) = restore::offer(session) {
            let what = format!(
                "the backup of {} has more ({}): merge it with countersign restore-backup {}, or keep the older state with --trust-vault",
                offer.name.when(),
                offer.difference.tally(),
                offer.name
            );
            self.output.warn(&naming.complete(&what));
        }
        self.warn_of_backups(session);
    }

    /// The entry meant, where the unlock is remembered and opening the vault would have nothing else to tell.
    pub fn glance(&self, query: &str) -> Result<Option<Arc<Entry>>> {
        let is_given = self.globals.identity.is_some() || self.has_passphrase_file() || self.globals.trust_vault;
        match is_given || self.asks_anew {
            true => Ok(None),
            false => Ok(glance::one(&self.outside.world, &self.vault_folder()?, query)),
        }
    }

    fn remembered(&self, folder: &Path, trust: Trust) -> Result<Option<Session>> {
        match self.asks_anew {
            true => Ok(None),
            false => Session::unlock_remembered(&self.outside.world, folder, trust),
        }
    }

    /// From now on opening asks the person, or takes what is given, whatever is remembered: for what only the holder of a key
    /// may do.
    pub fn ask_anew(&mut self) {
        self.asks_anew = true;
    }

    /// As [`Desk::open`], with the passphrase that opened it.
    pub fn open_with_passphrase(&mut self) -> Result<(Session, SecretText)> {
        self.ask_anew();
        let session = self.open()?;
        match self.passphrase.take() {
            Some(passphrase) => Ok((session, passphrase)),
            None => self.ask_secret("Passphrase: ").map(|passphrase| (session, passphrase)),
        }
    }

    /// What the vault was last tried with, right or wrong.
    pub fn last_passphrase(&self) -> Option<&SecretText> {
        self.passphrase.as_ref()
    }

    /// What the vault was last tried with, a passphrase or a key; else what the command line names; else what is asked for.
    pub fn last_opening(&mut self, question: &str) -> Result<Opening> {
        match self.tried.clone() {
            Some(opening) => Ok(opening),
            None => match self.given_opening()? {
                Some(opening) => Ok(opening),
                None => self.ask_secret(question).map(Opening::typed),
            },
        }
    }

    /// Saves a change; what is wrong with the backups is told.
    pub fn save(&mut self, session: &mut Session, change: Change) -> Result<Outcome> {
        let outcome = session.apply(change);
        self.warn_of_backups(session);
        outcome
    }

    /// Each sentence once.
    pub fn warn_of_backups(&mut self, session: &Session) {
        for why in session.backup_troubles() {
            let trouble = format!("{}: {why}", backup::FAILED);
            if !self.told_of_backups.contains(&trouble) {
                self.output.warn(&trouble);
                self.told_of_backups.push(trouble);
            }
        }
    }

    /// After copies were joined: entries that share a secret, once on this machine.
    pub fn warn_of_duplicates(&mut self, session: &Session) {
        let untold = duplicates::untold(session);
        for names in &untold {
            self.output.warn(&duplicates::sentence(names));
        }
        if !untold.is_empty() {
            self.output.say(duplicates::HOW);
        }
    }

    /// As [`Desk::open`], for a command that changes something.
    pub fn open_to_change(&mut self) -> Result<Session> {
        let session = self.open()?;
        match session.read_only() {
            Some(why) => Err(Error::new(ErrorKind::ReadOnly, format!("the vault can only be read: {why}"))),
            None => Ok(session),
        }
    }

    fn ask_until_right(&mut self, question: &str, unlock: impl Fn(&Opening) -> Result<Session>) -> Result<Session> {
        let mut tries = 0;
        loop {
            let opening = Opening::typed(self.ask_secret(question)?);
            tries += 1;
            self.note_passphrase(&opening);
            match unlock(&opening) {
                Err(error) if error.kind == ErrorKind::WrongPassphrase && tries < TRIES => match opening {
                    Opening::Passphrase(_) if error.hint.is_none() => self.output.warn("that is not the passphrase"),
                    _ => self.output.warn(&error.what),
                },
                result => return result,
            }
        }
    }

    /// The passphrase from the file named by flag or environment, or else asked for.
    pub fn passphrase(&mut self, question: &str) -> Result<SecretText> {
        match self.given_passphrase()? {
            Some(passphrase) => Ok(passphrase),
            None => self.ask_secret(question),
        }
    }

    fn note_passphrase(&mut self, opening: &Opening) {
        self.tried = Some(opening.clone());
        if let Opening::Passphrase(passphrase) = opening {
            self.passphrase = Some(passphrase.clone());
        }
    }

    /// The key or the passphrase that the command line or the environment names; `None` where a person is to be asked.
    fn given_opening(&mut self) -> Result<Option<Opening>> {
        if self.globals.identity.is_some() && self.globals.passphrase_file.is_some() {
            return Err(Error::new(ErrorKind::Usage, "--identity and --passphrase-file exclude each other"));
        }
        match self.globals.given_key(&*self.outside.world.storage) {
            Some(Opening::File(path)) if path.as_os_str() == "-" => {
                source::keys(&self.read(&path, "--identity", source::LINE_LIMIT)?).map(Some)
            }
            Some(opening) => Ok(Some(opening)),
            None => Ok(self.given_passphrase()?.map(Opening::Passphrase)),
        }
    }

    /// The passphrase from the file named by flag or environment; `None` where a person is to be asked.
    pub fn given_passphrase(&mut self) -> Result<Option<SecretText>> {
        let Some((file, name)) = self.passphrase_file() else { return Ok(None) };
        self.read_line_secret(&file, name, "the passphrase").map(Some)
    }

    pub fn has_passphrase_file(&self) -> bool {
        self.passphrase_file().is_some()
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

    /// Waits for Enter; goes on at once where nobody is at a terminal.
    pub fn pause(&mut self, text: &str) -> Result<()> {
        if !self.outside.prompt.is_interactive() {
            return Ok(());
        }
        self.outside.prompt.pause(text).map_err(|error| no_answer(&error))
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
        let key = self.globals.identity.clone().map(|file| (file, "--identity"));
        let passphrase = key.or_else(|| self.passphrase_file()).filter(|(file, name)| file.as_os_str() == "-" && *name != option);
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
