//! Messages (facts that come in) and effects (orders that go out). Both are plain values: a flow can be printed and tested.

mod orders;
mod vaults;

use super::key::Key;
use crate::config::edit::Setting;
use crate::error::{Error, Result};
use crate::ops::backup;
use crate::ops::change::{Change, Outcome};
use crate::ops::export::Export;
use crate::ops::intake::{Intake, PlainFile, Refused};
use crate::ops::merge;
use crate::ops::restore::Offer;
use crate::ops::send::Sent;
use crate::ops::unlock::Opening;
use crate::ops::usage::Usage;
use crate::ports::{Clearing, ClipboardRoute, CopyKind, UnixMs};
use crate::secret::SecretText;
use crate::vault::Vault;
use crate::vault::entry::EntryId;
use crate::vault::stamp::Stamp;
use crate::vault::store::{Digest, Keep, Listed, Way};
pub use orders::{ExportOrder, KeysAct, KeysDone, Origin, Reading, Which};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
pub use vaults::{OtherVault, SendOrder};

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
    /// The worker's answer to a job, with who ordered it.
    Done {
        asker: Asker,
        done: Done,
    },
    /// The worker broke in the middle of a job. What it saved before is safe.
    WorkerGone,
}

/// An order to the world outside the state.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// For the worker thread; each job is answered by one [`Done`].
    Job { asker: Asker, job: Job },
    /// SIGTSTP.
    Suspend,
    /// Take the terminal again after a stop.
    Retake,
    /// Leave the loop with this exit status; the worker clears the clipboard first.
    Quit(u8),
    /// Leave the loop with this error, said after the terminal was given back.
    Fail(Error),
}

impl Effect {
    /// A job as a screen orders it: `update` writes down which screen that was.
    pub fn job(job: Job) -> Effect {
        Effect::Job { asker: None, job }
    }
}

/// The number of the screen that ordered a job. It goes through the worker and back, so that the answer finds that screen
/// wherever it is on the stack by then, and no other. `None` where no screen waits for the answer.
pub type Asker = Option<u64>;

/// A job on its way to the worker.
pub type Order = (Asker, Job);

/// What only the worker does: it owns the session, the clipboard, the screen capture and the disk.
#[derive(Debug, PartialEq)]
pub enum Job {
    /// Makes a new vault and opens it; what was open before is dropped only then.
    Create {
        vault: PathBuf,
        passphrase: SecretText,
    },
    Unlock {
        vault: PathBuf,
        opening: Opening,
        /// To what the key asked before: an SSH key's passphrase, a PIN.
        answers: Vec<SecretText>,
    },
    /// Something about the unlock methods.
    Keys {
        act: KeysAct,
        answers: Vec<SecretText>,
    },
    OpenDemo,
    /// The vaults that lie beside each other, and this one. Answered by [`Done::Vaults`].
    ListVaults {
        vault: PathBuf,
        /// Whether it is the one at hand; while the demo is shown none is.
        at_hand: bool,
    },
    /// Looks whether another vault is there to go over to. Answered by [`Done::Switched`].
    Switch(PathBuf),
    /// Opens another vault, and sends entries there.
    Send {
        order: SendOrder,
        opening: Opening,
        answers: Vec<SecretText>,
    },
    /// The vault is damaged: looks for a backup that this opens.
    FindBackup {
        vault: PathBuf,
        opening: Opening,
        answers: Vec<SecretText>,
    },
    /// Puts a backup in the place of the damaged vault; answered as unlocking is.
    Mend {
        vault: PathBuf,
        backup: PathBuf,
        opening: Opening,
        answers: Vec<SecretText>,
    },
    /// What taking in a conflict copy would do. Answered by [`Done::CopyPlanned`], with `Locked` where it needs a passphrase.
    PlanCopy {
        name: String,
        passphrase: Option<SecretText>,
    },
    /// Takes it in on the person's word. Answered by [`Done::CopyTaken`].
    TakeCopy {
        name: String,
        /// Of the file that the plan on the screen is of.
        planned: Digest,
        passphrase: Option<SecretText>,
        keep: Keep,
    },
    /// Drops the keys and the entries, and clears the clipboard if it is ours.
    Lock {
        /// The vault whose remembered unlock ends with it.
        forget: Option<PathBuf>,
    },
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
    /// Answered by [`Done::Found`].
    Read(Reading),
    /// Deletes exports that hold their secrets in clear, after an import.
    DeleteExports(Vec<PlainFile>),
    /// What a format would hold of these entries. Answered by [`Done::Foreseen`].
    ForeseeExport {
        format: &'static str,
        which: Which,
    },
    /// Makes an export in memory, which may take its time and be given up. Answered by [`Done::ExportMade`].
    MakeExport(ExportOrder),
    /// Writes it to its file. Answered by [`Done::Exported`].
    SaveExport {
        export: Arc<Export>,
        path: PathBuf,
        overwrite: bool,
    },
    /// Sets these keys in the configuration.
    SaveSettings {
        path: PathBuf,
        settings: Vec<(&'static str, Setting)>,
    },
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
    /// A recovery code was marked as used, because it was copied: "recovery code 3 of GitHub".
    UsedUp(String),
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
    Purged,
    Imported,
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
    /// The ways to unlock it; none of the demo.
    pub methods: Arc<Vec<Listed>>,
    /// Those that an unlock screen offers.
    pub ways: Vec<Way>,
    /// Whether it was opened by the passphrase.
    pub by_passphrase: bool,
    /// How often and when codes were used on this machine.
    pub usage: Arc<Usage>,
    /// To be said once, on opening and on each taking in.
    pub warnings: Vec<String>,
    /// The names of entries that share a secret, group by group; told once.
    pub duplicates: Vec<Vec<String>>,
    /// Conflict copies that wait for a person's word, by their names.
    pub waiting: Vec<String>,
    /// Why backups fail, until they don't.
    pub backup_trouble: Option<String>,
    /// An older state was put back, and a backup has what is missing; told once.
    pub offer: Option<Box<Offer>>,
}

#[derive(Debug)]
pub enum Done {
    Opened(Result<Snapshot>),
    /// By name; and the folder beside which a new one would lie.
    Vaults {
        vaults: Vec<OtherVault>,
        beside: PathBuf,
    },
    /// The vault that can be gone over to.
    Switched(Result<OtherVault>),
    Sent {
        order: SendOrder,
        snapshot: Option<Snapshot>,
        result: Result<(Sent, Vec<String>)>,
    },
    /// What could take the place of a damaged vault.
    BackupFound(backup::Rescue),
    /// The key in use asks a question; the job is to be given again with the answer.
    Asked(String),
    Keys {
        snapshot: Option<Snapshot>,
        result: Result<KeysDone>,
    },
    CopyPlanned(Result<Box<merge::Plan>>),
    /// What came in, as a tally.
    CopyTaken {
        snapshot: Option<Snapshot>,
        result: Result<String>,
    },
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
        result: std::result::Result<Intake, Box<Refused>>,
    },
    /// The exports that are gone, and why others are not.
    ExportsDeleted {
        deleted: Vec<PathBuf>,
        kept: Vec<Error>,
    },
    /// How many entries a format would hold, and what it would lose.
    Foreseen(Result<(usize, Vec<String>)>),
    /// Nothing of it is on the disk yet.
    ExportMade {
        overwrite: bool,
        result: Result<Arc<Export>>,
    },
    /// Where the export was written.
    Exported(Result<PathBuf>),
    SettingsSaved(Result<()>),
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

impl Done {
    /// Whether a screen may still be told when the vault was locked since the job was ordered. A locked screen tells a
    /// stranger nothing, so a new kind of answer says here whether it is about an open vault.
    pub fn survives_lock(&self) -> bool {
        match self {
            Done::Opened(_)
            | Done::Vaults { .. }
            | Done::Switched(_)
            | Done::BackupFound(_)
            | Done::Asked(_)
            | Done::Locked(_)
            | Done::ClipboardCleared(_)
            | Done::Strength { .. }
            | Done::Generated(_) => true,
            Done::Sent { .. }
            | Done::Keys { .. }
            | Done::CopyPlanned(_)
            | Done::CopyTaken { .. }
            | Done::Applied { .. }
            | Done::Copied { .. }
            | Done::Refreshed(_)
            | Done::Found { .. }
            | Done::ExportsDeleted { .. }
            | Done::Foreseen(_)
            | Done::ExportMade { .. }
            | Done::Exported(_)
            | Done::SettingsSaved(_)
            | Done::Completions { .. } => false,
        }
    }
}
