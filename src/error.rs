//! The one error type: a kind (tested, mapped to an exit status), what happened, and a hint what to do next.
//! A new failure is a new row of [`ErrorKind`]; no message may quote a secret.

use std::cell::Cell;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};

pub type Result<T> = std::result::Result<T, Error>;

/// The class of a failure. The exit status follows from it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The operation did not work; nothing was lost.
    Failed,
    /// The command line or the configuration is wrong.
    Usage,
    /// The passphrase (or key) does not open the vault.
    WrongPassphrase,
    /// The vault is locked and there is no way to ask for the passphrase.
    Locked,
    /// No entry matches.
    NoMatch,
    /// Several entries match.
    SeveralMatch,
    /// There is no vault at this place.
    NoVault,
    /// The vault's files are damaged.
    VaultDamaged,
    /// A foreign file is of no known format.
    UnknownFormat,
    /// A foreign file is damaged.
    ForeignDamaged,
    /// A foreign file needs a password.
    NeedsPassword,
    /// The password given does not open the foreign file.
    WrongPassword,
    /// Another process holds the lock.
    Busy,
    /// A file is there already and would be overwritten.
    WouldOverwrite,
    /// The vault opens read-only (a newer version wrote it, or the folder forbids writing).
    ReadOnly,
    /// The vault is not the one that was here before.
    NotTrusted,
}

impl ErrorKind {
    /// DESIGN "Exit status".
    pub fn exit_code(self) -> u8 {
        use ErrorKind::*;
        match self {
            Failed | NoVault => 1,
            Usage => 2,
            WrongPassphrase | Locked => 3,
            NoMatch | SeveralMatch => 4,
            VaultDamaged | UnknownFormat | ForeignDamaged | NeedsPassword | WrongPassword => 5,
            Busy => 6,
            WouldOverwrite | ReadOnly | NotTrusted => 7,
        }
    }
}

/// What happened, why, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub kind: ErrorKind,
    /// Lower-case, no full stop: `the vault is damaged: vault.age is cut short`.
    pub what: String,
    /// What to do next, in the same form.
    pub hint: Option<String>,
}

impl Error {
    pub fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Error { kind, what: what.into(), hint: None }
    }

    pub fn failed(what: impl Into<String>) -> Self {
        Error::new(ErrorKind::Failed, what)
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// An error of the file system, naming the path: `can't read /x/y: permission denied`.
    pub fn io(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Error::failed(format!("can't {doing} {}: {}", path.display(), describe_io(error)))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Error {}

/// The operating system's own words without Rust's `(os error N)`.
pub fn describe_io(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_lowercase(),
        None => text.to_lowercase(),
    }
}

thread_local! {
    static CONTAINED: Cell<u32> = const { Cell::new(0) };
}

/// Runs a foreign decoder on hostile input; `None` where it panicked. The panic hook must stay silent meanwhile: see [`is_contained`].
pub fn contain<T>(work: impl FnOnce() -> T) -> Option<T> {
    CONTAINED.set(CONTAINED.get() + 1);
    // What the closure leaves half done is dropped with it: a decoder works on copies.
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    CONTAINED.set(CONTAINED.get() - 1);
    outcome.ok()
}

/// Whether a panic on this thread would be caught by [`contain`], so that nothing has to be restored or said.
pub fn is_contained() -> bool {
    CONTAINED.get() > 0
}
