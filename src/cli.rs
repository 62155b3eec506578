//! The command line: what was said becomes a [`Start`], and a command runs at a [`desk::Desk`].
//! A new command is its file under `cli/`, a row in `Command` and a row in `Command::run`.

mod add;
mod backup;
mod code;
mod cp;
mod deferred;
pub mod desk;
mod edit;
mod export;
mod formats;
mod history;
mod import;
mod init;
mod judge;
mod keys;
mod linear;
mod list;
mod merge;
mod merge_driver;
mod mv;
mod new_passphrase;
pub mod output;
mod passwd;
mod restore;
mod restore_backup;
mod rm;
mod show;
mod source;
mod sync;
mod trash;
mod unlock;
mod vaults;
mod verify;

use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};
use crate::hint::Naming;
use crate::ops::backup::Policy;
use crate::ops::unlock::Opening;
use crate::ops::vaults::{folder_of, is_bare_name};
use crate::ports::{Environment, Storage};
use crate::secret::SecretText;
use crate::vault::store::Trust;
use clap::error::ErrorKind as ClapKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use deferred::Deferred;
use desk::{Desk, Outside};
use output::Output;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Keep your one-time passwords in an encrypted vault, and read them in the terminal.
///
/// Without a command the full-screen program opens.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, max_term_width = 100)]
struct Line {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub struct Globals {
    /// The vault: a folder, or a name without slash beside the default one [env: COUNTERSIGN_VAULT]
    #[arg(long, global = true, value_name = "DIR|NAME", help_heading = "Everywhere")]
    pub vault: Option<PathBuf>,
    /// Read the passphrase from a file; - is stdin [env: COUNTERSIGN_PASSPHRASE_FILE]
    #[arg(long, global = true, value_name = "FILE|-", help_heading = "Everywhere")]
    pub passphrase_file: Option<PathBuf>,
    /// Unlock with a key instead of the passphrase: a recovery key, an SSH key or a plugin's identity in a file (- is
    /// stdin), or the name of a plugin's method
    #[arg(long, global = true, value_name = "FILE|NAME", help_heading = "Everywhere")]
    pub identity: Option<PathBuf>,
    /// Read the configuration from this file
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    pub config: Option<PathBuf>,
    /// Colour the output
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        help_heading = "Everywhere"
    )]
    pub color: Color,
    /// Plain lines instead of columns and of the full screen: for screen readers and simple terminals
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub linear: bool,
    /// Say nothing but results, warnings and errors
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    pub quiet: bool,
    /// Answer every question with yes
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    pub yes: bool,
    /// Take the vault for the right one although another was here before
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub trust_vault: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Create a vault
    Init(Deferred<init::Init>),
    /// Look at the program with a made-up vault; nothing is written
    Demo,
    /// Print or copy one code
    Code(Deferred<code::Code>),
    /// List the entries, never their secrets
    List(Deferred<list::List>),
    /// Enrol accounts from a link, a picture, the screen, the clipboard or a typed secret
    Add(Deferred<add::Add>),
    /// Change an entry
    Edit(Deferred<edit::EditLine>),
    /// Move an entry to the trash
    Rm(Deferred<rm::Rm>),
    /// Copy entries to another vault
    Cp(Deferred<cp::Cp>),
    /// Move entries to another vault
    Mv(Deferred<mv::Mv>),
    /// Bring an entry back from the trash, or put back a replaced secret of an entry
    Restore(Deferred<restore::Restore>),
    /// List the replaced secrets of an entry, without showing them
    History(Deferred<history::History>),
    /// List the trash, or empty it
    Trash(Deferred<trash::Trash>),
    /// Reveal the secret of an entry
    Show(Deferred<show::Show>),
    /// Take in a file of another program, pictures of QR codes or links
    Import(Deferred<import::ImportLine>),
    /// Write the entries in another format
    Export(Deferred<export::Export>),
    /// Change the passphrase
    Passwd(Deferred<passwd::Passwd>),
    /// List, add and remove ways to unlock the vault
    Keys(Deferred<keys::Keys>),
    /// Remember the unlock for a while, in the keyring of the Linux kernel
    Unlock(Deferred<unlock::Unlock>),
    /// Forget a remembered unlock
    Lock(Deferred<unlock::Lock>),
    /// List the formats that can be read and written
    Formats(Deferred<formats::Formats>),
    /// Fold other copies of the vault into it
    Merge(Deferred<merge::Merge>),
    /// Sync the vault with other machines through a git repository
    Sync(Deferred<sync::Sync>),
    /// Merge two versions of vault.age for git: countersign merge-driver %O %A %B
    MergeDriver(Deferred<merge_driver::MergeDriver>),
    /// Make a proved copy of the vault, or one file that stock age opens
    Backup(Deferred<backup::Backup>),
    /// Bring a backup back: merge it, or replace what is there
    RestoreBackup(Deferred<restore_backup::RestoreBackup>),
    /// Reopen the vault and all its backups
    Verify(Deferred<verify::Verify>),
    /// List the vaults that lie beside the default one
    Vaults(Deferred<vaults::Vaults>),
}

/// What the command line asks for.
pub enum Start {
    /// The full-screen program.
    Screens { globals: Globals, demo: bool },
    /// A command, for [`run`].
    Command(Invocation),
    /// Nothing more: help, the version or an error was printed.
    Done(u8),
}

/// A command and what it was given.
pub struct Invocation {
    globals: Globals,
    /// None: the program in plain lines.
    command: Option<Command>,
}

/// Reads the command line. Help goes to stdout; a wrong command line is told on stderr and exits 2.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Start {
    match Line::try_parse_from(arguments) {
        Ok(Line { globals, command: None }) if !globals.linear => Start::Screens { globals, demo: false },
        Ok(Line { globals, command: Some(Command::Demo) }) if !globals.linear => Start::Screens { globals, demo: true },
        Ok(Line { globals, command }) => Start::Command(Invocation { globals, command }),
        Err(error) if matches!(error.kind(), ClapKind::DisplayHelp | ClapKind::DisplayVersion) => {
            let mut output = Output::new(false, false);
            output.text(&error.render().to_string());
            Start::Done(output.finish(Ok(())))
        }
        Err(error) => Start::Done(Output::new(false, false).finish(Err(usage_error(&error)))),
    }
}

/// clap's error in our form: its first paragraph, and its tip as the hint.
fn usage_error(error: &clap::Error) -> Error {
    let text = error.render().to_string();
    let mut paragraphs = text.split("\n\n").map(str::trim);
    let first = paragraphs.next().unwrap_or_default();
    let what: Vec<&str> = first.lines().map(str::trim).collect();
    let what = what.join(" ");
    let error = Error::new(ErrorKind::Usage, what.strip_prefix("error: ").unwrap_or(&what));
    let tip = paragraphs.find_map(|paragraph| paragraph.lines().next()?.trim().strip_prefix("tip: ").map(str::to_owned));
    error.hint(tip.unwrap_or_else(|| "countersign --help, or --help after a command, tells what there is".into()))
}

/// Runs a command to its exit status; all its errors are printed.
pub fn run(invocation: Invocation, outside: Outside) -> u8 {
    let Invocation { globals, command } = invocation;
    let output = Output::new(globals.wants_color(&outside.environment), globals.quiet)
        .linear(globals.linear)
        .naming_commands(globals.naming());
    let mut desk = Desk::new(globals, outside, output);
    let result = match command {
        Some(command) => command.run(&mut desk),
        None => linear::run(&mut desk, false),
    };
    desk.output.finish(result)
}

impl Command {
    fn run(self, desk: &mut Desk) -> Result<()> {
        match self {
            Command::Init(line) => line.0.run(desk),
            Command::Code(line) => line.0.run(desk),
            Command::List(line) => line.0.run(desk),
            Command::Add(line) => line.0.run(desk),
            Command::Edit(line) => line.0.run(desk),
            Command::Rm(line) => line.0.run(desk),
            Command::Cp(line) => line.0.run(desk),
            Command::Mv(line) => line.0.run(desk),
            Command::Restore(line) => line.0.run(desk),
            Command::History(line) => line.0.run(desk),
            Command::Trash(line) => line.0.run(desk),
            Command::Show(line) => line.0.run(desk),
            Command::Import(line) => line.0.run(desk),
            Command::Export(line) => line.0.run(desk),
            Command::Passwd(line) => line.0.run(desk),
            Command::Keys(line) => line.0.run(desk),
            Command::Unlock(line) => line.0.run(desk),
            Command::Lock(line) => line.0.run(desk),
            Command::Formats(line) => line.0.run(desk),
            Command::Merge(line) => line.0.run(desk),
            Command::Sync(line) => line.0.run(desk),
            Command::MergeDriver(line) => line.0.run(desk),
            Command::Backup(line) => line.0.run(desk),
            Command::RestoreBackup(line) => line.0.run(desk),
            Command::Verify(line) => line.0.run(desk),
            Command::Vaults(line) => line.0.run(desk),
            // With --linear; otherwise the full-screen program shows it.
            Command::Demo => linear::run(desk, true),
        }
    }
}

/// Whether there is a command of this name that acts on a vault.
fn takes_vault(word: &str) -> bool {
    const WITHOUT: [&str; 3] = ["demo", "formats", "vaults"];
    !WITHOUT.contains(&word) && Line::command().get_subcommands().any(|command| command.get_name() == word)
}

impl Globals {
    /// How messages name commands: for the same vault and by the same configuration as this invocation.
    pub fn naming(&self) -> Naming {
        Naming { takes_vault, vault: self.vault.clone(), config: self.config.clone() }
    }

    fn wants_color(&self, environment: &Environment) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => environment.color && Output::is_terminal(),
        }
    }

    /// As for the results, but the screen is a terminal whatever stdout is.
    pub fn wants_color_on_screen(&self, environment: &Environment) -> bool {
        self.color == Color::Always || (self.color == Color::Auto && environment.color)
    }

    pub fn trust(&self) -> Trust {
        match self.trust_vault {
            true => Trust::Accept,
            false => Trust::Pinned,
        }
    }

    /// The configuration file named, or the usual one.
    pub fn config_file<'a>(&'a self, environment: &'a Environment) -> &'a Path {
        self.config.as_deref().unwrap_or(&environment.config_file)
    }

    pub fn load_config(&self, storage: &dyn Storage, environment: &Environment) -> Result<Config> {
        Config::load(storage, self.config_file(environment), self.config.is_some())
    }

    /// What flag or environment name to unlock with; `None` where a person is to be asked.
    pub fn given_opening(&self, storage: &dyn Storage, environment: &Environment) -> Result<Option<Opening>> {
        if self.identity.is_some() && self.passphrase_file.is_some() {
            return Err(Error::new(ErrorKind::Usage, "--identity and --passphrase-file exclude each other"));
        }
        match self.given_key(storage) {
            Some(Opening::File(path)) if path.as_os_str() == "-" => source::keys(&source::stdin(source::LINE_LIMIT)?).map(Some),
            Some(opening) => Ok(Some(opening)),
            None => Ok(self.given_passphrase(storage, environment)?.map(Opening::Passphrase)),
        }
    }

    /// The key that `--identity` names.
    fn given_key(&self, storage: &dyn Storage) -> Option<Opening> {
        let path = self.identity.as_ref()?;
        let is_method = is_bare_name(path) && path.as_os_str() != "-" && storage.facts(path).is_err();
        Some(match is_method {
            true => Opening::Plugin(path.to_string_lossy().into_owned()),
            false => Opening::File(path.clone()),
        })
    }

    /// The passphrase of the file that flag or environment name; `None` where none is named.
    pub fn given_passphrase(&self, storage: &dyn Storage, environment: &Environment) -> Result<Option<SecretText>> {
        let Some((file, _)) = self.passphrase_from(environment) else { return Ok(None) };
        let bytes = match file.as_os_str() == "-" {
            true => source::stdin(source::LINE_LIMIT)?,
            false => source::file(storage, &file, source::LINE_LIMIT)?,
        };
        source::line(&bytes, &file, "the passphrase").map(Some)
    }

    /// The file and which option or variable names it.
    fn passphrase_from(&self, environment: &Environment) -> Option<(PathBuf, &'static str)> {
        let flag = self.passphrase_file.clone().map(|file| (file, "--passphrase-file"));
        flag.or_else(|| Some((environment.passphrase_file.clone()?, "COUNTERSIGN_PASSPHRASE_FILE")))
    }

    /// When and where backups are made.
    pub fn backup_policy(&self, config: &Config, environment: &Environment) -> Policy {
        let second = config.backup_folder.as_deref().map(|folder| expand_home(folder, environment));
        Policy { every_h: config.backup_every_h, second }
    }

    /// Where the vault is: the flag, else the environment, else the configuration, else the default.
    pub fn vault_folder(&self, storage: &dyn Storage, config: &Config, environment: &Environment) -> Result<PathBuf> {
        let named = self.vault.as_deref().or(environment.vault.as_deref()).or(config.vault.as_deref());
        match named {
            None => Ok(environment.data_folder.join("vault")),
            Some(path) => self.folder_of(storage, path, environment),
        }
    }

    /// The folder of a vault that is named, or given by its place.
    fn folder_of(&self, storage: &dyn Storage, vault: &Path, environment: &Environment) -> Result<PathBuf> {
        match vault {
            path if path.as_os_str().is_empty() => Err(Error::new(ErrorKind::Usage, "the vault's name is empty")),
            path if is_bare_name(path) => Ok(folder_of(storage, &environment.data_folder, path)),
            path => Ok(expand_home(path, environment)),
        }
    }
}

/// `~/` as the shell would have it: in the configuration and the environment no shell does.
fn expand_home(path: &Path, environment: &Environment) -> PathBuf {
    match (path.strip_prefix("~"), &environment.home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}
