//! Messages (facts that come in) and effects (orders that go out). Both are plain values: a flow can be printed and tested.

use super::key::Key;
use crate::error::{Error, Result};
use crate::ops::change::{Change, Outcome};
use crate::ops::usage::Usage;
use crate::ports::{Clearing, ClipboardRoute, CopyKind, UnixMs};
use crate::secret::SecretText;
use crate::transfer::Found;
use crate::vault::Vault;
use crate::vault::entry::EntryId;
use crate::vault::stamp::Stamp;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The two clocks, read once per turn of the loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Codes are computed from it.
    pub wall_ms: UnixMs,
    /// Deadlines are kept in it.
    pub boot: Duration,
}

impl Now {
    pub fn unix(self) -> u64 {
        self.wall_ms / 1000
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseAct {
    Click,
    DoubleClick,
    WheelUp,
    WheelDown,
}

#[derive(Debug)]
pub enum Msg {
    /// Time has passed. Comes before every other message of a turn, and alone when the loop woke by itself.
    Tick(Now),
    Key(Key),
    Paste(SecretText),
    Mouse {
        act: MouseAct,
        column: u16,
        row: u16,
    },
    Resize {
        width: u16,
        height: u16,
    },
    /// Another program may have written the vault, or put a copy beside it.
    FilesChanged,
    /// Back from suspension.
    Resumed,
    /// SIGTERM, SIGHUP, SIGINT or SIGQUIT.
    Terminate(i32),
    /// The worker's answer to a job.
    Done(Done),
    /// The worker broke in the middle of a job. What it saved before is safe.
    WorkerGone,
}

/// An order to the world outside the state.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// For the worker thread; each job is answered by one [`Done`].
    Job(Job),
    /// SIGTSTP.
    Suspend,
    /// Take the terminal again after a stop.
    Retake,
    /// Leave the loop with this exit status; the worker clears the clipboard first.
    Quit(u8),
    /// Leave the loop with this error, said after the terminal was given back.
    Fail(Error),
}

/// What only the worker does: it owns the session, the clipboard, the screen capture and the disk.
#[derive(Debug, PartialEq)]
pub enum Job {
    Create {
        passphrase: SecretText,
    },
    Unlock {
        passphrase: SecretText,
    },
    OpenDemo,
    /// Drops the keys and the entries, and clears the clipboard if it is ours.
    Lock,
    Apply {
        change: Change,
        then: Then,
    },
    Copy {
        text: SecretText,
        kind: CopyKind,
        said: Copied,
    },
    ClearClipboard,
    /// Takes in what other processes wrote.
    Refresh,
    ReadClipboardPicture,
    ReadScreen,
    ReadFile(PathBuf),
    ReadText(SecretText),
    /// Names that a typed path could go on with.
    CompletePath(String),
    MeasureStrength(SecretText),
    GeneratePassphrase,
}

/// What to do when a change is on the disk: carried through the worker and back.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// Say so in a toast.
    Say(String),
    /// An undo, or the undo of one: what it was about.
    TakenBack {
        what: String,
        again: bool,
    },
    /// A counter's code was asked for in the list: show it and copy it.
    CopyNextCode(EntryId),
    /// A screen waits for it by this name.
    Screen(Awaited),
    Nothing,
}

/// Which step of a screen a finished change belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    EnrolSaved,
    EnrolConfirmed,
    EnrolDropped,
    EnrolCode,
    RecoverySaved,
    EditSaved,
    TagsSaved,
}

/// What the toast says after a copy.
#[derive(Clone, Debug, PartialEq)]
pub struct Copied {
    /// "GitHub", "next code of GitHub", "recovery code 3 of GitHub".
    pub what: String,
    /// How long the code holds, if it does so by time.
    pub valid_s: Option<u64>,
    /// The one at hand was about to end, so the next was taken.
    pub next_instead: bool,
    pub entry: Option<EntryId>,
    /// The recovery code (by the stamp of its set and position) that is used up by the copy.
    pub used_up: Option<(EntryId, Stamp, usize)>,
}

/// An open vault as the worker hands it over.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub vault: Arc<Vault>,
    pub read_only: Option<String>,
    pub demo: bool,
    /// How often and when codes were used on this machine.
    pub usage: Arc<Usage>,
    /// To be said once, on opening and on each taking in.
    pub warnings: Vec<String>,
}

#[derive(Debug)]
pub enum Done {
    Opened(Result<Snapshot>),
    /// The vault is locked; and what came of clearing the clipboard.
    Locked(Clearing),
    Applied {
        snapshot: Option<Snapshot>,
        result: Result<Outcome>,
        then: Then,
    },
    Copied {
        result: std::result::Result<ClipboardRoute, String>,
        said: Copied,
        usage: Arc<Usage>,
    },
    ClipboardCleared(Clearing),
    /// `None` where nothing had changed.
    Refreshed(Result<Option<Snapshot>>),
    /// What was found in a picture, a file or a pasted text; `from` in the user's words: "from the picture in the clipboard".
    Found {
        from: &'static str,
        result: Result<Found>,
    },
    Completions {
        typed: String,
        names: Vec<String>,
    },
    Strength {
        score: u8,
        verdict: String,
    },
    Generated(SecretText),
}
