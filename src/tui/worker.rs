//! The one worker thread: it owns the session, the clipboard and the capture, does jobs in order and answers each.
//! Slow work (scrypt, saving, pictures) never holds up a frame.

mod keys;
mod vaults;

use super::msg::{Asker, Done, ExportOrder, Job, Order, Origin, Reading, Snapshot, Which};
use crate::error::{Error, Result};
use crate::ops::backup::Policy;
use crate::ops::change::{Change, Outcome};
use crate::ops::export::Export;
use crate::ops::gather::{self, Gathered};
use crate::ops::intake::{self, Intake, Keys, Refused};
use crate::ops::restore;
use crate::ops::session::Session;
use crate::ops::usage::Usage;
use crate::ops::{demo, duplicates, export, merge, passphrase, settings};
use crate::ports::{ChangeSink, Clipboard, Picture, ScreenCapture, Watch};
use crate::secret::SecretText;
use crate::transfer::{self, Format, NamedFile, Sealing};
use crate::vault::Vault;
use crate::vault::entry::{Entry, EntryId};
use crate::vault::store::{self, Digest, Keep, Trust, WorkFactor, World};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use zeroize::Zeroizing;

/// What the worker is given.
pub struct Worker {
    pub world: World,
    pub clipboard: Box<dyn Clipboard>,
    pub capture: Box<dyn ScreenCapture>,
    /// The vault that the program was started with: `trust` is said of it, and of no other.
    pub vault: PathBuf,
    /// The folder in which vaults lie beside each other.
    pub beside: PathBuf,
    pub home: Option<PathBuf>,
    pub trust: Trust,
    pub work_factor: WorkFactor,
    /// When and where backups are made.
    pub backups: Policy,
    /// Watches the vault's folder while the vault is open, for whom.
    watch: Option<Box<dyn Watch>>,
    changes: Option<ChangeSink>,
    session: Option<Session>,
    /// It was opened by a remembered unlock: nobody has shown a key.
    by_remembered: bool,
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
            beside: vault.parent().unwrap_or(&vault).to_owned(),
            vault,
            home,
            trust,
            work_factor,
            backups: Policy::default(),
            watch: None,
            changes: None,
            session: None,
            by_remembered: false,
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
    pub fn run(mut self, jobs: &Receiver<Order>, answer: &dyn Fn(Asker, Done) -> bool) {
        for (asker, job) in jobs {
            let done = self.work(job);
            if !answer(asker, done) {
                break;
            }
        }
        self.clipboard.clear_if_ours();
    }

    pub fn work(&mut self, job: Job) -> Done {
        match job {
            Job::Create { vault, passphrase } => {
                let session = Session::create(&self.world, &vault, &passphrase, self.work_factor);
                Done::Opened(session.and_then(|session| self.open(session)))
            }
            Job::Unlock { vault, opening, answers } => self.unlock(&vault, opening, answers),
            Job::Keys { act, answers } => self.keys(act, answers),
            Job::ListVaults { vault, at_hand } => self.list_vaults(&vault, at_hand),
            Job::Switch(folder) => Done::Switched(self.find_vault(&folder)),
            Job::Send { order, opening, answers } => self.send(order, &opening, answers),
            Job::OpenDemo => {
                let vault = demo::vault(self.world.clock.now());
                let session = vault.map(|vault| Session::in_memory(&self.world, vault));
                Done::Opened(session.and_then(|session| self.open(session)))
            }
            Job::FindBackup { vault, opening, answers } => self.find_backup(&vault, opening, answers),
            Job::Mend { vault, backup, opening, answers } => Done::Opened(self.mend(&vault, &backup, opening, answers)),
            Job::PlanCopy { name, passphrase } => Done::CopyPlanned(self.plan_copy(&name, passphrase.as_ref())),
            Job::TakeCopy { name, planned, passphrase, keep } => {
                let result = self.take_copy(&name, planned, passphrase.as_ref(), keep);
                let duplicates = self.session.as_ref().filter(|_| result.is_ok()).map(duplicates::untold).unwrap_or_default();
                let snapshot = self.snapshot().map(|snapshot| Snapshot { duplicates, ..snapshot });
                Done::CopyTaken { snapshot, result }
            }
            Job::Lock { forget } => {
                let session = self.session.take();
                if let Some(vault) = forget {
                    // By the place in memory first: its disk may be gone by now.
                    session.iter().for_each(Session::forget_remembered);
                    // Where it can't be forgotten now it ends when its time is over.
                    let _ = store::forget(&self.world, &vault);
                }
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
            Job::Read(reading) => {
                let (from, result) = self.read(reading);
                Done::Found { from, result }
            }
            Job::DeleteExports(files) => {
                let (mut deleted, mut kept) = (Vec::new(), Vec::new());
                for file in files {
                    match file.delete(&*self.world.storage) {
                        Ok(()) => deleted.push(file.path),
                        Err(error) => kept.push(error),
                    }
                }
                Done::ExportsDeleted { deleted, kept }
            }
            Job::ForeseeExport { format, which } => {
                let entropy = self.world.entropy.clone();
                let foresee = |(vault, entries): (&Vault, Vec<&Entry>)| {
                    export::foresee(vault, entries.into_iter(), transfer::by_id(format)?, &*entropy)
                };
                Done::Foreseen(transfer::by_id(format).and_then(|format| self.entries(&which, format)).and_then(foresee))
            }
            Job::MakeExport(order) => {
                let overwrite = order.overwrite;
                Done::ExportMade { overwrite, result: self.make_export(order).map(Arc::new) }
            }
            Job::SaveExport { export, path, overwrite } => {
                let path = self.expand(&path);
                Done::Exported(export::save(&self.world, &path, &export.bytes, overwrite).map(|()| path))
            }
            Job::SaveSettings { path, settings } => Done::SettingsSaved(settings::save(&self.world, &path, &settings).map(drop)),
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

    fn plan_copy(&mut self, name: &str, passphrase: Option<&SecretText>) -> Result<Box<merge::Plan>> {
        merge::plan(self.session.as_mut().ok_or_else(locked)?, name, passphrase).map(Box::new)
    }

    fn take_copy(&mut self, name: &str, planned: Digest, passphrase: Option<&SecretText>, keep: Keep) -> Result<String> {
        merge::take(self.session.as_mut().ok_or_else(locked)?, name, planned, passphrase, keep).map(|brought| brought.tally())
    }

    fn open(&mut self, session: Session) -> Result<Snapshot> {
        self.open_saying(session, None)
    }

    /// `said` is told after the vault's own warnings, which never have to give way to it.
    fn open_saying(&mut self, session: Session, said: Option<String>) -> Result<Snapshot> {
        let mut session = session.with_backups(&self.backups);
        // Watched before it is looked around: what comes in between is told of.
        let unwatched = self.watch_folder(&session);
        let folded = session.fold_conflict_copies();
        // What a conflict copy brought back was not missing.
        let mut warnings: Vec<String> = session.warnings().iter().cloned().chain(said).collect();
        warnings.extend(unwatched.into_iter().chain(folded));
        let offer = restore::offer(&session).map(Box::new);
        let duplicates = duplicates::untold(&session);
        self.usage = if session.is_demo() { Arc::default() } else { Arc::new(Usage::load(&self.world)) };
        self.session = Some(session);
        self.by_remembered = false;
        let snapshot = self.snapshot().ok_or_else(locked)?;
        Ok(Snapshot { warnings, duplicates, offer, ..snapshot })
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
            methods: Arc::new(session.store().map(|store| store.methods()).unwrap_or_default()),
            ways: session.store().map(|store| store.ways()).unwrap_or_default(),
            by_passphrase: session.store().is_some_and(|store| store.is_by_passphrase()),
            usage: self.usage.clone(),
            warnings: Vec::new(),
            duplicates: Vec::new(),
            waiting: session.waiting().to_vec(),
            backup_trouble: session.backup_troubles().into_iter().next(),
            offer: None,
        })
    }

    /// Counting may fail without harm: the copy has been made.
    fn count_use(&mut self, id: EntryId) {
        if self.session.as_ref().is_some_and(|session| !session.is_demo()) {
            let _ = Arc::make_mut(&mut self.usage).count(&self.world, id);
        }
    }

    fn apply(&mut self, change: Change) -> Result<Outcome> {
        let session = self.session.as_mut().ok_or_else(locked)?;
        let enrols = matches!(change, Change::Enrol(_) | Change::Import { .. });
        let outcome = session.apply(change)?;
        if enrols {
            // Who adds an entry is asked about its twins there and then.
            let _ = duplicates::untold(session);
        }
        Ok(outcome)
    }

    fn refresh(&mut self) -> Result<Option<Snapshot>> {
        match &mut self.session {
            Some(session) => {
                let changed = session.refresh()?;
                let warnings = session.fold_conflict_copies();
                if !changed && warnings.is_empty() {
                    return Ok(None);
                }
                let duplicates = duplicates::untold(session);
                Ok(self.snapshot().map(|snapshot| Snapshot { warnings, duplicates, ..snapshot }))
            }
            None => Ok(None),
        }
    }

    fn read(&mut self, reading: Reading) -> (&'static str, std::result::Result<Intake, Box<Refused>>) {
        let Reading { from, password, key_file } = reading;
        match from {
            Origin::ClipboardPicture => ("from the picture in the clipboard", read_picture(self.clipboard.picture())),
            Origin::Screen => ("from the screen", read_picture(self.capture.capture())),
            Origin::Text(text) => {
                let file = NamedFile { name: String::new(), bytes: Zeroizing::new(text.expose().as_bytes().to_vec()) };
                let gathered = [(vec![PathBuf::new()], Gathered::Files(vec![file]))];
                let mut keys = Keys { password, key_file: None, ask: &mut |_| Ok(None) };
                // It is in no file that could be deleted.
                let read = intake::read(&gathered, None, &mut keys).map(|intake| Intake { plain: Vec::new(), ..intake });
                ("from the pasted text", read)
            }
            Origin::Files(paths) => ("from the file", self.read_files(&paths, password, key_file)),
        }
    }

    fn read_files(
        &mut self,
        paths: &[PathBuf],
        password: Option<SecretText>,
        key_file: Option<PathBuf>,
    ) -> std::result::Result<Intake, Box<Refused>> {
        let storage = self.world.storage.clone();
        let mut read = |path: &Path| {
            let bytes = storage.read(path, transfer::MAX_FILE).map(Zeroizing::new);
            bytes.map_err(|error| Error::io("read", path, &error))
        };
        let paths: Vec<PathBuf> = paths.iter().map(|path| self.expand(path)).collect();
        let key_file = key_file.map(|path| read(&self.expand(&path))).transpose()?;
        // gpg may ask for its own password on the terminal, which is taken.
        let open_store = |_: &mut [NamedFile]| {
            Err(Error::failed("a password store is opened from the command line")
                .hint("take it in with: countersign import FOLDER"))
        };
        let gathered = gather::all(&*storage, &paths, &mut read, &open_store)?;
        let key_file = key_file.as_deref().map(Vec::as_slice);
        intake::read(&gathered, None, &mut Keys { password, key_file, ask: &mut |_| Ok(None) })
    }

    /// In the list's order; the trash goes along where the format takes all.
    fn entries(&self, which: &Which, format: &'static dyn Format) -> Result<(&Vault, Vec<&Entry>)> {
        let vault = self.session.as_ref().ok_or_else(locked)?.vault();
        let wanted = |entry: &&Entry| match which {
            Which::All => true,
            Which::Marked(ids) => ids.contains(&entry.id),
        };
        let mut entries: Vec<&Entry> = vault.active().map(AsRef::as_ref).filter(wanted).collect();
        if *which == Which::All && export::writer_of(format)?.is_whole() {
            entries.extend(vault.trash().map(AsRef::as_ref));
        }
        entries.sort_by_cached_key(|entry| entry.sort_key());
        Ok((vault, entries))
    }

    fn make_export(&self, order: ExportOrder) -> Result<Export> {
        export::check_place(&*self.world.storage, &self.expand(&order.path), order.overwrite)?;
        let format = transfer::by_id(order.format)?;
        let (vault, entries) = self.entries(&order.which, format)?;
        let sealing = Sealing { work_factor: self.work_factor, ..Sealing::new(order.password.as_ref(), &*self.world.entropy) };
        export::prepare(vault, entries.into_iter(), format, &sealing)
    }

    /// `~/` at the front of a typed path.
    fn expand(&self, path: &Path) -> PathBuf {
        match (path.strip_prefix("~"), &self.home) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => path.to_owned(),
        }
    }

    /// Paths that a typed one could go on with, in the form it was typed; folders end in `/`.
    fn complete(&self, typed: &str) -> Vec<String> {
        let (folder, start) = typed.rsplit_once('/').map_or(("", typed), |(folder, start)| (&typed[..=folder.len()], start));
        let place = if folder.is_empty() { PathBuf::from(".") } else { self.expand(Path::new(folder)) };
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

fn read_picture(picture: std::result::Result<Picture, String>) -> std::result::Result<Intake, Box<Refused>> {
    let picture = picture.map_err(Error::failed)?;
    let found = transfer::picture::read_picture(&picture)?;
    Ok(Intake::elsewhere(&transfer::picture::QrPicture, found))
}
