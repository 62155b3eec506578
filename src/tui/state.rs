//! The whole state of the program as a value: drawing only looks at it, `update` alone changes it.

use super::command::Command;
use super::keymap::Keymap;
use super::msg::{Asker, Now, Snapshot};
use super::names;
use super::screen::Screen;
use super::theme::Theme;
use crate::config::Config;
use crate::error::Error;
use crate::hint::Naming;
use crate::ops::backup::FAILED;
use crate::ops::change::Change;
use crate::ops::vaults::Named;
use crate::secret::SecretText;
use crate::vault::entry::{Entry, EntryId};
use crate::vault::store::Way;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// What came before the first frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// No vault is there yet.
    Welcome,
    Unlock,
    Demo,
}

pub struct State {
    pub common: Common,
    /// Never empty; the last one has the keys.
    pub screens: Vec<Layer>,
    /// How many numbers were given to screens.
    pub(super) numbers: u64,
    /// Whose job `common.busy_since` is about.
    pub(super) busy_for: Asker,
}

/// A screen on the stack.
pub struct Layer {
    /// Answers to what the screen ordered find it by this.
    pub number: u64,
    pub screen: Screen,
}

/// What all screens share.
pub struct Common {
    pub now: Now,
    pub size: (u16, u16),
    pub config: Config,
    pub keymap: Keymap,
    pub theme: Theme,
    /// Whether themes with colours are welcome on this terminal.
    pub color: bool,
    /// Where changed settings are saved; nowhere where it is not known.
    pub config_file: Option<PathBuf>,
    /// The vault at hand, or the one to be made: whatever is shown, the worker is told to work with this one.
    pub vault: Named,
    /// The vault that a command takes without being told.
    pub usual_vault: PathBuf,
    /// How messages name commands; as they stand in the texts where it is not known.
    pub naming: Option<Naming>,
    /// Whether a vault is on the disk: decides between welcome and unlock after locking the demo.
    pub vault_exists: bool,
    /// Whether there was one here that is not there now: its disk may not be mounted.
    pub vault_is_gone: bool,
    /// The ways to unlock it that its files tell of.
    pub ways: Vec<Way>,
    pub open: Option<Snapshot>,
    /// When the person last did something, in boot time.
    pub last_input: Duration,
    pub toast: Option<Toast>,
    /// When the clipboard has to be cleared, in boot time, while it holds something of ours.
    pub clipboard_clears_at: Option<Duration>,
    /// How long was waited since clearing it failed, while it still may hold something of ours.
    pub clipboard_retry: Option<Duration>,
    /// The worker is at something the person waits for, since then (boot time).
    pub busy_since: Option<Duration>,
    /// The worker takes in what others wrote; and more was written since it was asked to.
    pub refreshing: bool,
    pub refresh_again: bool,
    /// What takes the last change back, and what to say of it.
    pub undo: Option<Undo>,
    /// Counter codes taken a moment ago: shown, and copied again rather than advanced.
    pub counter_codes: BTreeMap<EntryId, CounterCode>,
    /// Counters whose next code was asked for and has not come yet: a second press must not take another.
    pub counters_asked: BTreeSet<EntryId>,
    /// Whether it was said that keys are those of the Latin layout.
    pub layout_told: bool,
}

/// What takes the last change back.
#[derive(Clone, Debug, PartialEq)]
pub struct Undo {
    pub change: Change,
    /// What the change was: "Pinned GitHub".
    pub what: String,
    /// It takes back an undo.
    pub again: bool,
}

/// An HOTP code that was saved and shown.
#[derive(Clone, Debug, PartialEq)]
pub struct CounterCode {
    pub code: SecretText,
    /// The counter it was made with.
    pub counter: u64,
    /// Boot time.
    pub until: Duration,
}

/// How long a counter's code stays on the screen.
pub const COUNTER_CODE_SHOWN: Duration = Duration::from_secs(30);

/// Columns of a sentence's other words, and of the shortest and the longest name in it.
const SENTENCE: u16 = 24;
const SHORTEST_NAME: u16 = 14;
const LONGEST_NAME: u16 = 60;

#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    pub tone: Tone,
    pub text: String,
    /// Said more quietly behind the text.
    pub aside: String,
    /// What to do about it, by a command and what that does: shown, with its key, only where the command can be given.
    pub offer: Option<(Command, &'static str)>,
    /// Boot time.
    pub until: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Done,
    Note,
    Warning,
    Failure,
}

/// How long a toast stays, by its tone.
fn toast_time(tone: Tone) -> Duration {
    Duration::from_secs(match tone {
        Tone::Done | Tone::Note => 6,
        Tone::Warning | Tone::Failure => 12,
    })
}

impl Common {
    pub fn new(config: Config, keymap: Keymap, theme: Theme, vault: Named) -> Common {
        Common {
            now: Now::default(),
            size: (80, 24),
            config,
            keymap,
            theme,
            color: true,
            config_file: None,
            usual_vault: vault.folder.clone(),
            vault,
            naming: None,
            vault_exists: false,
            vault_is_gone: false,
            ways: Vec::new(),
            open: None,
            last_input: Duration::ZERO,
            toast: None,
            clipboard_clears_at: None,
            clipboard_retry: None,
            busy_since: None,
            refreshing: false,
            refresh_again: false,
            undo: None,
            counter_codes: BTreeMap::new(),
            counters_asked: BTreeSet::new(),
            layout_told: false,
        }
    }

    /// Another vault is at hand from now on.
    pub fn go_to(&mut self, vault: Named) {
        if let Some(naming) = &mut self.naming {
            naming.vault = (vault.folder != self.usual_vault).then(|| vault.folder.clone());
        }
        self.vault = vault;
    }

    /// A message with the commands in it as they have to be given for the vault at hand.
    pub fn complete<'a>(&self, message: &'a str) -> Cow<'a, str> {
        self.naming.as_ref().map_or(message.into(), |naming| naming.complete(message))
    }

    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.say_with(tone, text, "");
    }

    pub fn say_with(&mut self, tone: Tone, text: impl Into<String>, aside: impl Into<String>) {
        let until = self.now.boot + toast_time(tone);
        self.toast = Some(Toast { tone, text: text.into(), aside: aside.into(), offer: None, until });
    }

    /// Names a command with what was just said: its key and what it does about it.
    pub fn offer(&mut self, command: Command, does: &'static str) {
        if let Some(toast) = &mut self.toast {
            toast.offer = Some((command, does));
        }
    }

    /// Says that a change is done, and how to take it back where that is possible.
    pub fn say_changed(&mut self, undo: Option<Box<Change>>, what: impl Into<String>) {
        let what = what.into();
        self.say(Tone::Done, what.clone());
        self.note_undo(undo, what);
        self.offer_undo();
    }

    /// Offers with what was just said to take the last change back, if there is one.
    pub fn offer_undo(&mut self) {
        if self.undo.is_some() {
            self.offer(Command::Undo, "takes it back");
        }
    }

    /// What stands on the toast's lines while there is none: backups that fail, until they don't.
    pub fn notice(&self) -> Option<Toast> {
        let why = self.open.as_ref()?.backup_trouble.as_ref()?;
        Some(Toast { tone: Tone::Warning, text: sentence(FAILED), aside: why.clone(), offer: None, until: Duration::MAX })
    }

    /// An error as a toast: what, and the hint behind it.
    pub fn say_error(&mut self, error: &Error) {
        self.say_with(Tone::Failure, sentence(&error.what), error.hint.as_deref().unwrap_or_default());
    }

    /// The counter code of an entry that is still shown.
    pub fn counter_code(&self, id: EntryId) -> Option<&CounterCode> {
        self.counter_codes.get(&id).filter(|shown| shown.until > self.now.boot)
    }

    /// Remembers what takes a change back; where nothing does, no older change is taken back in its place.
    pub fn note_undo(&mut self, undo: Option<Box<Change>>, what: String) {
        self.undo = undo.map(|change| Undo { change: *change, what, again: false });
    }

    /// Why nothing can be saved, as a sentence.
    pub fn read_only(&self) -> Option<String> {
        let why = self.open.as_ref()?.read_only.as_ref()?;
        Some(format!("This vault is read-only: {why}"))
    }

    /// What to call an entry in a sentence: its site, with the account where the site has several. Short enough for a toast.
    pub fn name_of(&self, entry: &Entry) -> String {
        let columns = self.size.0.saturating_sub(SENTENCE).clamp(SHORTEST_NAME, LONGEST_NAME);
        let (site, account, several) = self.name_in(entry, columns, 3);
        match several && !account.is_empty() {
            true => format!("{site} ({account})"),
            false => site,
        }
    }

    /// As [`Common::name_of`]; `None` where the entry is gone.
    pub fn name_by_id(&self, id: EntryId) -> Option<String> {
        let entry = self.open.as_ref()?.vault.entry(id).filter(|entry| !entry.is_deleted())?;
        Some(self.name_of(entry))
    }

    /// Site and account of an entry in at most so many columns, with a gap between them, unlike those of any other entry; and
    /// whether its site has other accounts. An entry in the trash is told from the others there.
    pub fn name_in(&self, entry: &Entry, columns: u16, gap: u16) -> (String, String, bool) {
        let entries = self.open.iter().flat_map(|open| &open.vault.entries);
        names::among(entries.filter(|other| !other.is_purged() && other.is_deleted() == entry.is_deleted()), entry, columns, gap)
    }

    /// Seconds until the vault locks by itself; `None` where it never does or is locked.
    pub fn locks_in(&self) -> Option<u64> {
        self.locks_at().map(|at| at.saturating_sub(self.now.boot).as_millis().div_ceil(1000) as u64)
    }

    /// When the wall clock shows its next second, in boot time: codes and their seconds change then.
    pub fn next_second(&self) -> Duration {
        self.now.boot + Duration::from_millis(1000 - self.now.wall_ms % 1000)
    }

    /// The moment of auto-lock in boot time.
    pub fn locks_at(&self) -> Option<Duration> {
        let after = self.config.lock_after_s;
        let open = self.open.as_ref().is_some_and(|open| !open.demo);
        (open && after > 0).then(|| self.last_input + Duration::from_secs(after))
    }
}

/// What happened and what to do next, in sentences.
pub fn explain(error: &Error) -> String {
    let hint = error.hint.as_ref().map_or_else(String::new, |hint| format!(" {}.", sentence(hint)));
    format!("{}.{hint}", sentence(&error.what))
}

/// An error's words as a sentence: first letter large.
pub fn sentence(what: &str) -> String {
    let mut chars = what.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
