//! Doors to the outside world. Only `ports/*` touch the system; all else is handed these traits.
//! A new door is a trait here, the real one in `ports/<name>.rs`, and a fake in `tests/support`.

pub mod capture;
pub mod clipboard;
pub mod disk;
pub mod environment;
pub mod git;
pub mod hardening;
pub mod keyring;
pub mod process;
mod program;
pub mod prompt;
pub mod system;
pub mod terminal;
pub mod watch;

pub use crate::pixels::Picture;
use crate::secret::SecretText;
use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::backend::Backend;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Wall time in milliseconds since 1970-01-01 UTC; negative clocks read as 0.
pub type UnixMs = u64;

pub trait Clock: Send + Sync {
    /// The wall clock, which may be set back.
    fn now(&self) -> UnixMs;
    /// Time since boot including sleep; never goes back. Deadlines are kept in it.
    fn boot(&self) -> Duration;
}

pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// What `metadata` tells of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileFacts {
    pub length: u64,
    pub is_folder: bool,
    /// Permission bits, e.g. `0o600`.
    pub mode: u32,
}

/// The file system, in steps small enough that a test can fail or cut the power at each.
/// Errors are `io::Error` with the kind the system gave (`NotFound`, `PermissionDenied`, `StorageFull` …).
pub trait Storage: Send + Sync {
    /// The whole of a regular file; `FileTooLarge` where it is longer than `limit`. Anything else is refused at once:
    /// a pipe that nobody writes to would hold up its reader for ever.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>>;
    /// The same of whatever the person named, a pipe or a device too: for commands, which can be interrupted.
    fn read_stream(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.read(path, limit)
    }
    /// Makes a new file, 0600 from creation, and writes all of it. `AlreadyExists` where there is one.
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Adds to the end of a file, which is made where it is missing, 0600 from creation. What several processes add does not mix.
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    fn sync_file(&self, path: &Path) -> io::Result<()>;
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_folder(&self, _path: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
    /// Makes the folder and its parents, 0700.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    /// Names in a folder, sorted.
    fn list(&self, path: &Path) -> io::Result<Vec<String>>;
    fn facts(&self, path: &Path) -> io::Result<FileFacts>;
    /// Follows symbolic links.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;
    /// Takes the exclusive lock of a lock file (made where missing, never removed).
    /// `WouldBlock` where another holder keeps it for longer than `patience`. A file system without locks gives a guard that locks nothing.
    fn lock(&self, path: &Path, patience: Duration) -> io::Result<Box<dyn LockGuard>>;
    /// Who holds that lock, for a person: `countersign (process 4711)`. `None` where the system does not tell.
    fn lock_holder(&self, _path: &Path) -> Option<String> {
        None
    }
}

/// Holds a lock until dropped.
pub trait LockGuard: Send {}

/// Takes the name of each file that was written or put into the watched folder, on a thread of its own.
pub type ChangeSink = Arc<dyn Fn(&str) + Send + Sync>;

/// Tells of changes in a folder as they happen. Nothing wakes up while nothing changes.
pub trait Watch: Send {
    /// Begins to watch a folder in place of the one before. The error is a sentence.
    fn start(&mut self, folder: &Path, sink: ChangeSink) -> Result<(), String>;
    /// Ends it: afterwards nothing runs and nothing is told.
    fn stop(&mut self);
}

/// A keyring of the system: it keeps secrets in memory beyond this process, for this user alone, and forgets them by
/// itself. The errors are sentences: why it can't be used here.
pub trait Keyring: Send + Sync {
    /// What is kept under this name; `None` where nothing is, or nothing any more.
    fn get(&self, name: &str) -> Result<Option<SecretText>, String>;
    /// Keeps it for so long, whole seconds, in place of what was kept under this name. Where it fails nothing of it is kept.
    fn keep(&self, name: &str, secret: &SecretText, time: Duration) -> Result<(), String>;
    /// Forgets it at once. Whether there was anything.
    fn forget(&self, name: &str) -> Result<bool, String>;
}

/// Why git did not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitFailure {
    /// What git said, its first lines; a sentence where it could not be run.
    pub said: String,
    /// Its exit status; `None` where it did not run or did not end.
    pub status: Option<i32>,
}

/// One call of git on a repository.
pub struct GitCall<'a> {
    /// The folder of the repository's own files.
    pub repository: &'a Path,
    pub arguments: &'a [&'a str],
    pub input: &'a [u8],
    /// It speaks with another machine, so it may take long and may ask for a password at the terminal.
    pub remote: bool,
    /// Author and committer date of what it makes.
    pub now: UnixMs,
}

/// The system's git, which never touches a work tree and runs no hooks and no monitor.
pub trait Git {
    /// What it printed.
    fn run(&self, call: GitCall<'_>) -> Result<Vec<u8>, GitFailure>;
}

/// Programs that may be installed.
pub trait Process: Send + Sync {
    /// Runs a program of this name with `input` on its stdin, and waits for it: it may ask the person something on the
    /// terminal. What it prints is given back, of at most `limit` bytes.
    fn run(&self, program: &str, arguments: &[&str], input: &[u8], limit: u64) -> Result<Vec<u8>, ProcessError>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProcessError {
    /// It is not on PATH.
    Missing,
    /// Why it gave nothing, a sentence.
    Failed(String),
}

/// Which way a text went to the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClipboardRoute {
    System,
    WlCopy,
    /// A buffer of tmux, which hands the text on to the terminal around it: from there it can't be taken back.
    Tmux,
    /// Through the terminal; it can't be cleared from here.
    Osc52,
}

impl ClipboardRoute {
    /// What becomes of a copy that is to be cleared after so many seconds (0: never), for the person; empty where nothing is to be said.
    pub fn fate(self, clear_after_s: u64) -> String {
        match (self, clear_after_s) {
            (ClipboardRoute::Osc52, _) => "through the terminal; it can't be cleared from here".into(),
            (ClipboardRoute::Tmux, 0) => "through tmux".into(),
            (ClipboardRoute::Tmux, after) => format!("through tmux, cleared there in {after} s; the terminal may keep it"),
            (_, 0) => String::new(),
            (_, after) => format!("clipboard clears in {after} s"),
        }
    }
}

/// What came of clearing the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clearing {
    /// It holds something else, or was never ours.
    NotOurs,
    Cleared(ClipboardRoute),
    /// It may still hold what is ours, but could not be asked or cleared. It is remembered: ask again later.
    Failed,
}

/// What to copy: a code may take any route, a long-lived secret never goes through the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyKind {
    Code,
    Secret,
}

/// The errors are sentences for the user, e.g. "no clipboard was found".
pub trait Clipboard: Send {
    fn copy(&mut self, text: &SecretText, kind: CopyKind) -> Result<ClipboardRoute, String>;
    /// Clears the clipboard if it still holds what `copy` put there.
    fn clear_if_ours(&mut self) -> Clearing;
    /// The picture in the clipboard, if there is one.
    fn picture(&mut self) -> Result<Picture, String>;
}

pub trait ScreenCapture: Send {
    /// A picture of the whole screen.
    fn capture(&mut self) -> Result<Picture, String>;
}

/// What the environment says, read once at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// `$XDG_DATA_HOME/countersign`
    pub data_folder: PathBuf,
    /// `$XDG_STATE_HOME/countersign`
    pub state_folder: PathBuf,
    /// `$XDG_CONFIG_HOME/countersign/config.toml`
    pub config_file: PathBuf,
    pub home: Option<PathBuf>,
    /// `COUNTERSIGN_VAULT`
    pub vault: Option<PathBuf>,
    /// `COUNTERSIGN_PASSPHRASE_FILE`
    pub passphrase_file: Option<PathBuf>,
    /// Whether colours are welcome: no `NO_COLOR`, and no terminal without them.
    pub color: bool,
}

/// Asks the person: at the terminal, or by a screen that has the answers already.
pub trait Prompt: Send + Sync {
    /// Whether there is a person to ask.
    fn is_interactive(&self) -> bool;
    /// Tells something that nobody has to answer: "touch your key".
    fn tell(&self, text: &str);
    /// Asks without echo.
    fn secret(&self, question: &str) -> io::Result<SecretText>;
    /// Asks for a line that may be seen.
    fn text(&self, question: &str) -> io::Result<String>;
    /// Asks a yes-or-no question; the default is no.
    fn confirm(&self, question: &str) -> io::Result<bool>;
    /// As [`Prompt::text`], but waits at most so long, where a time is given and there is somebody to wait for.
    fn line(&self, question: &str, _patience: Option<Duration>) -> io::Result<Line> {
        self.text(question).map(Line::Typed)
    }
    /// Waits until Enter is pressed. What is typed before is neither shown nor kept.
    fn pause(&self, text: &str) -> io::Result<()> {
        self.secret(text).map(drop)
    }
}

/// What came of asking for a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Typed(String),
    /// Nothing was entered in time.
    Idle,
    /// The terminal ended, or Ctrl-D was pressed.
    End,
}

/// What reaches the full-screen front end from the terminal and from the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Paste(SecretText),
    Resize {
        columns: u16,
        rows: u16,
    },
    /// A signal asks to end: clear the clipboard, restore the terminal, exit with 128 + this number, all within 2 seconds.
    Terminate(i32),
    /// The process ran again after a stop: check the auto-lock, then `Terminal::resume`, then draw.
    Resumed,
}

/// Takes each input on the thread that read it; it must only hand it on.
pub type InputSink = Arc<dyn Fn(Input) + Send + Sync>;

/// The terminal of the full-screen front end. Dropping it gives the terminal back.
pub trait Terminal: Backend {
    /// Begins to report inputs. Called once; nothing wakes up while nothing happens.
    fn listen(&mut self, sink: InputSink) -> io::Result<()>;
    /// Gives the terminal back and stops the process as Ctrl-Z does. Returns after it ran again, the terminal not yet
    /// taken: check the auto-lock, then `resume`.
    fn suspend(&mut self) -> io::Result<()>;
    /// Takes the terminal (again). All must be drawn anew, so `ratatui::Terminal::clear` follows.
    fn resume(&mut self) -> io::Result<()>;
    /// Gives the terminal back. Doing it twice is harmless.
    fn leave(&mut self) -> io::Result<()>;
}
