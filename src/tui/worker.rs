//! The one worker thread: it owns the session, the clipboard and the capture, does jobs in order and answers each.
//! Slow work (scrypt, saving, pictures) never holds up a frame.

use super::msg::{Done, Job, Snapshot};
use crate::error::{Error, Result};
use crate::ops::change::Outcome;
use crate::ops::session::Session;
use crate::ops::usage::Usage;
use crate::ops::{demo, duplicates, passphrase};
use crate::ports::{ChangeSink, Clipboard, Picture, ScreenCapture, Watch};
use crate::transfer::{self, Found};
use crate::vault::entry::EntryId;
use crate::vault::store::{Trust, WorkFactor, World};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

/// What the worker is given.
pub struct Worker {
    pub world: World,
    pub clipboard: Box<dyn Clipboard>,
    pub capture: Box<dyn ScreenCapture>,
    /// Where the vault is, or will be.
    pub vault: PathBuf,
    pub home: Option<PathBuf>,
    pub trust: Trust,
    pub work_factor: WorkFactor,
    /// Watches the vault's folder while the vault is open, for whom.
    watch: Option<Box<dyn Watch>>,
    changes: Option<ChangeSink>,
    session: Option<Session>,
    usage: Arc<Usage>,
}

impl Worker {
    pub fn new(
        world: World,
        clipboard: Box<dyn Clipboard>,
        capture: Box<dyn ScreenCapture>,
        vault: PathBuf,
        home: Option<PathBuf>,
        trust: Trust,
        work_factor: WorkFactor,
    ) -> Worker {
        Worker {
            world,
            clipboard,
            capture,
            vault,
            home,
            trust,
            work_factor,
            watch: None,
            changes: None,
            session: None,
            usage: Arc::default(),
        }
    }

    /// Sees what other programs write.
    pub fn watching(mut self, watch: Box<dyn Watch>) -> Worker {
        self.watch = Some(watch);
        self
    }

    /// Whom to tell, by its name, of each file that is written in the folder of the open vault.
    pub fn tell_changes(&mut self, sink: ChangeSink) {
        self.changes = Some(sink);
    }

    /// Works until the jobs end or nobody takes an answer any more; then the clipboard is cleared if it is ours.
    pub fn run(mut self, jobs: &Receiver<Job>, answer: &dyn Fn(Done) -> bool) {
        for job in jobs {
            let done = self.work(job);
            if !answer(done) {
                break;
            }
        }
        self.clipboard.clear_if_ours();
    }

    pub fn work(&mut self, job: Job) -> Done {
        match job {
            Job::Create { passphrase } => {
                let session = Session::create(&self.world, &self.vault, &passphrase, self.work_factor);
                Done::Opened(session.and_then(|session| self.open(session)))
            }
            Job::Unlock { passphrase } => {
                let session = Session::unlock(&self.world, &self.vault, &passphrase, self.trust);
                Done::Opened(session.and_then(|session| self.open(session)))
            }
            Job::OpenDemo => {
                let vault = demo::vault(self.world.clock.now());
                let session = vault.map(|vault| Session::in_memory(&self.world, vault));
                Done::Opened(session.and_then(|session| self.open(session)))
            }
            Job::Lock => {
                self.session = None;
                if let Some(watch) = &mut self.watch {
                    watch.stop();
                }
                Done::Locked(self.clipboard.clear_if_ours())
            }
            Job::Apply { change, then } => {
                let result = self.apply(change);
                let snapshot = result.is_ok().then(|| self.snapshot()).flatten();
                Done::Applied { snapshot, result, then }
            }
            Job::Copy { text, kind, said } => {
                let result = self.clipboard.copy(&text, kind);
                if let (Ok(_), Some(id)) = (&result, said.entry) {
                    self.count_use(id);
                }
                Done::Copied { result, said, usage: self.usage.clone() }
            }
            Job::ClearClipboard => Done::ClipboardCleared(self.clipboard.clear_if_ours()),
            Job::Refresh => Done::Refreshed(self.refresh()),
            Job::ReadClipboardPicture => {
                self.found("from the picture in the clipboard", |worker| read_picture(worker.clipboard.picture()))
            }
            Job::ReadScreen => self.found("from the screen", |worker| read_picture(worker.capture.capture())),
            Job::ReadFile(path) => self.found("from the file", |worker| {
                let path = worker.expand(&path);
                let bytes =
                    worker.world.storage.read(&path, transfer::MAX_FILE).map_err(|error| Error::io("read", &path, &error))?;
                transfer::read(&bytes, None).map(|(_, found)| found)
            }),
            Job::ReadText(text) => self.found("from the pasted text", |_| transfer::read_text(&text)),
            Job::CompletePath(typed) => {
                let names = self.complete(&typed);
                Done::Completions { typed, names }
            }
            Job::MeasureStrength(passphrase) => {
                let strength = passphrase::strength(&passphrase);
                Done::Strength { score: strength.score, verdict: strength.verdict }
            }
            Job::GeneratePassphrase => Done::Generated(passphrase::generate(self.world.entropy.as_ref())),
        }
    }

    fn open(&mut self, mut session: Session) -> Result<Snapshot> {
        let mut warnings = session.warnings().to_vec();
        // Watched before it is looked around: what comes in between is told of.
        warnings.extend(self.watch_folder(&session));
        warnings.extend(session.fold_conflict_copies());
        self.usage = if session.is_demo() { Arc::default() } else { Arc::new(Usage::load(&self.world)) };
        self.session = Some(session);
        let snapshot = self.snapshot().ok_or_else(locked)?;
        Ok(Snapshot { warnings, ..snapshot })
    }

    /// The sentence of what went wrong.
    fn watch_folder(&mut self, session: &Session) -> Option<String> {
        let (watch, sink, folder) = (self.watch.as_mut()?, self.changes.clone()?, session.folder()?);
        watch.start(folder, sink).err()
    }

    fn snapshot(&self) -> Option<Snapshot> {
        let session = self.session.as_ref()?;
        Some(Snapshot {
            vault: Arc::new(session.vault().clone()),
            read_only: session.read_only().map(str::to_owned),
            demo: session.is_demo(),
            usage: self.usage.clone(),
            warnings: Vec::new(),
        })
    }

    /// Counting may fail without harm: the copy has been made.
    fn count_use(&mut self, id: EntryId) {
        if self.session.as_ref().is_some_and(|session| !session.is_demo()) {
            let _ = Arc::make_mut(&mut self.usage).count(&self.world, id);
        }
    }

    fn apply(&mut self, change: crate::ops::change::Change) -> Result<Outcome> {
        self.session.as_mut().ok_or_else(locked)?.apply(change)
    }

    fn refresh(&mut self) -> Result<Option<Snapshot>> {
        match &mut self.session {
            Some(session) => {
                let before = session.vault().clone();
                let changed = session.refresh()?;
                let mut warnings = session.fold_conflict_copies();
                if changed || !warnings.is_empty() {
                    warnings.extend(duplicates::new_ones(&before, session.vault()));
                }
                let news = changed || !warnings.is_empty();
                Ok(self.snapshot().filter(|_| news).map(|snapshot| Snapshot { warnings, ..snapshot }))
            }
            None => Ok(None),
        }
    }

    fn found(&mut self, from: &'static str, read: impl FnOnce(&mut Worker) -> Result<Found>) -> Done {
        let result = read(self);
        Done::Found { from, result }
    }

    /// `~/` at the front of a typed path.
    fn expand(&self, path: &std::path::Path) -> PathBuf {
        match (path.strip_prefix("~"), &self.home) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => path.to_owned(),
        }
    }

    /// Paths that a typed one could go on with, in the form it was typed; folders end in `/`.
    fn complete(&self, typed: &str) -> Vec<String> {
        let (folder, start) = typed.rsplit_once('/').map_or(("", typed), |(folder, start)| (&typed[..=folder.len()], start));
        let place = if folder.is_empty() { PathBuf::from(".") } else { self.expand(std::path::Path::new(folder)) };
        let names = self.world.storage.list(&place).unwrap_or_default();
        let fits = |name: &&String| name.starts_with(start) && (!name.starts_with('.') || start.starts_with('.'));
        let whole = |name: &String| {
            let is_folder = self.world.storage.facts(&place.join(name)).is_ok_and(|facts| facts.is_folder);
            format!("{folder}{name}{}", if is_folder { "/" } else { "" })
        };
        names.iter().filter(fits).take(100).map(whole).collect()
    }
}

fn locked() -> Error {
    Error::new(crate::error::ErrorKind::Locked, "the vault is locked")
}

fn read_picture(picture: std::result::Result<Picture, String>) -> Result<Found> {
    let picture = picture.map_err(Error::failed)?;
    transfer::picture::read_picture(&picture)
}
