//! A disk in memory that records every operation, fails the one it is told to, and loses its power.
//! What was not synced may or may not have reached the platter: `after_power_cut` tries the outcomes.

use super::store::TODAY;
use super::world::{FakeClock, FakeEntropy, FakeKeyring};
use countersign::ports::{FileFacts, LockGuard, Storage};
use countersign::vault::store::World;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

#[derive(Clone, Default)]
pub struct FakeDisk(Arc<Mutex<Platter>>);

#[derive(Clone, Default)]
struct Platter {
    files: Vec<File>,
    /// Path → place in `files`; what a program sees.
    names: BTreeMap<PathBuf, usize>,
    /// The same as far as folders were synced.
    durable: BTreeMap<PathBuf, usize>,
    folders: BTreeMap<PathBuf, u32>,
    /// Those that survive a power cut for certain.
    durable_folders: BTreeSet<PathBuf>,
    operations: Vec<String>,
    fail: Option<(usize, ErrorKind)>,
    power_fails_at: Option<usize>,
    locks: BTreeSet<PathBuf>,
    /// Renamed folders whose outer folder was not synced since.
    moves: Vec<(PathBuf, PathBuf)>,
}

/// Moves what lies under one folder to another.
fn move_keys<T>(map: &mut BTreeMap<PathBuf, T>, from: &Path, to: &Path) {
    let keys: Vec<PathBuf> = map.keys().filter(|path| path.starts_with(from)).cloned().collect();
    for key in keys {
        let value = map.remove(&key).unwrap();
        let rest = key.strip_prefix(from).unwrap();
        map.insert(if rest.as_os_str().is_empty() { to.to_owned() } else { to.join(rest) }, value);
    }
}

#[derive(Clone, Default)]
struct File {
    content: Vec<u8>,
    /// What is certain to survive.
    synced: Option<Vec<u8>>,
}

impl FakeDisk {
    /// A machine with this disk, on the day of the desks; its chance goes on with what was done to the disk.
    pub fn world(&self) -> World {
        World {
            storage: Arc::new(self.clone()),
            clock: Arc::new(FakeClock::at(TODAY)),
            entropy: Arc::new(FakeEntropy::seed(self.operations().len() as u64 + 5)),
            keyring: Arc::new(FakeKeyring::default()),
            state_folder: "/home/state".into(),
        }
    }

    /// The same content as a disk of its own: nothing pending, nothing recorded, all of it durable.
    pub fn copy(&self) -> FakeDisk {
        let platter = self.platter();
        let names = platter.names.iter().map(|(path, file)| (path.clone(), platter.files[*file].content.clone()));
        FakeDisk::of(names.collect(), platter.folders.clone())
    }

    fn of(content: BTreeMap<PathBuf, Vec<u8>>, folders: BTreeMap<PathBuf, u32>) -> FakeDisk {
        let durable_folders = folders.keys().cloned().collect();
        let mut new = Platter { folders, durable_folders, ..Platter::default() };
        for (path, content) in content {
            new.names.insert(path.clone(), new.files.len());
            new.durable.insert(path, new.files.len());
            new.files.push(File { synced: Some(content.clone()), content });
        }
        FakeDisk(Arc::new(Mutex::new(new)))
    }

    /// Fails the n-th operation from now on (0 is the next one) with this error. It has no effect then.
    pub fn fail(&self, n: usize, kind: ErrorKind) {
        let mut platter = self.platter();
        let at = platter.operations.len() + n;
        platter.fail = Some((at, kind));
    }

    /// From the n-th operation from now on nothing works and nothing has an effect.
    pub fn cut_power(&self, n: usize) {
        let mut platter = self.platter();
        let at = platter.operations.len() + n;
        platter.power_fails_at = Some(at);
    }

    pub fn operations(&self) -> Vec<String> {
        self.platter().operations.clone()
    }

    /// One of the states the disk may come back in: `chance` decides, change by change, whether what was not synced is there.
    pub fn after_power_cut(&self, mut chance: impl FnMut(usize) -> usize) -> FakeDisk {
        let mut platter = self.platter().clone();
        for (from, to) in std::mem::take(&mut platter.moves).into_iter().rev() {
            match chance(2) {
                0 => platter.settle_move(&from, &to),
                _ => {
                    move_keys(&mut platter.names, &to, &from);
                    move_keys(&mut platter.folders, &to, &from);
                }
            }
        }
        let mut folders: BTreeMap<PathBuf, u32> = BTreeMap::new();
        for (path, mode) in &platter.folders {
            let is_inside = path.parent().is_none_or(|outer| folders.contains_key(outer));
            let is_certain = path.parent().is_none() || platter.durable_folders.contains(path);
            if is_inside && (is_certain || chance(2) == 0) {
                folders.insert(path.clone(), *mode);
            }
        }
        let mut content = BTreeMap::new();
        let paths: BTreeSet<&PathBuf> = platter.names.keys().chain(platter.durable.keys()).collect();
        for path in paths {
            if !folders.contains_key(path.parent().unwrap()) {
                continue;
            }
            let (new, old) = (platter.names.get(path), platter.durable.get(path));
            let file = match new == old || chance(2) == 0 {
                true => new,
                false => old,
            };
            let Some(file) = file.map(|file| &platter.files[*file]) else { continue };
            let whole = file.content.clone();
            let survived = match &file.synced {
                Some(synced) => synced.clone(),
                None => whole[..whole.len() * chance(3) / 2].to_vec(),
            };
            content.insert(path.clone(), survived);
        }
        FakeDisk::of(content, folders)
    }

    pub fn get(&self, path: &Path) -> Option<Vec<u8>> {
        let platter = self.platter();
        platter.names.get(path).map(|file| platter.files[*file].content.clone())
    }

    pub fn put(&self, path: &Path, content: &[u8]) {
        let mut platter = self.platter();
        let file = platter.files.len();
        platter.files.push(File { content: content.to_vec(), synced: Some(content.to_vec()) });
        platter.names.insert(path.to_owned(), file);
        platter.durable.insert(path.to_owned(), file);
    }

    pub fn files(&self) -> Vec<PathBuf> {
        self.platter().names.keys().cloned().collect()
    }

    fn platter(&self) -> MutexGuard<'_, Platter> {
        self.0.lock().unwrap()
    }

    /// Records an operation, and fails it if that was asked for.
    fn step(&self, name: &str, path: &Path) -> io::Result<MutexGuard<'_, Platter>> {
        let mut platter = self.platter();
        let at = platter.operations.len();
        platter.operations.push(format!("{name} {}", path.display()));
        if platter.power_fails_at.is_some_and(|from| at >= from) {
            return Err(io::Error::other("no power"));
        }
        match platter.fail {
            Some((n, kind)) if n == at => Err(kind.into()),
            _ => Ok(platter),
        }
    }
}

impl Platter {
    fn file(&mut self, path: &Path) -> io::Result<&mut File> {
        let file = *self.names.get(path).ok_or(ErrorKind::NotFound)?;
        Ok(&mut self.files[file])
    }

    /// A renamed folder is so for good.
    fn settle_move(&mut self, from: &Path, to: &Path) {
        move_keys(&mut self.durable, from, to);
        let folders: Vec<PathBuf> = self.durable_folders.iter().filter(|path| path.starts_with(from)).cloned().collect();
        for folder in folders {
            self.durable_folders.remove(&folder);
            self.durable_folders.insert(to.join(folder.strip_prefix(from).unwrap()));
        }
    }

    fn writable(&self, path: &Path) -> io::Result<()> {
        let mode = self.folders.get(path.parent().unwrap()).ok_or(ErrorKind::NotFound)?;
        if mode & 0o200 == 0 { Err(ErrorKind::PermissionDenied.into()) } else { Ok(()) }
    }
}

impl Storage for FakeDisk {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let content = self.step("read", path)?.file(path)?.content.clone();
        if content.len() as u64 > limit { Err(ErrorKind::FileTooLarge.into()) } else { Ok(content) }
    }

    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let failed = self.step("write", path);
        let mut platter = match failed {
            Ok(platter) => platter,
            // A write that fails may have made the file and written part of it.
            Err(error) if error.kind() == ErrorKind::StorageFull => {
                let mut platter = self.platter();
                let file = platter.files.len();
                platter.files.push(File { content: bytes[..bytes.len() / 2].to_vec(), synced: None });
                platter.names.insert(path.to_owned(), file);
                return Err(error);
            }
            Err(error) => return Err(error),
        };
        platter.writable(path)?;
        if platter.names.contains_key(path) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let file = platter.files.len();
        platter.files.push(File { content: bytes.to_vec(), synced: None });
        platter.names.insert(path.to_owned(), file);
        Ok(())
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut platter = self.step("append", path)?;
        platter.writable(path)?;
        let new = platter.files.len();
        let file = platter.names.get(path).copied().unwrap_or(new);
        if file == new {
            platter.files.push(File { content: Vec::new(), synced: None });
            platter.names.insert(path.to_owned(), new);
        }
        platter.files[file].content.extend_from_slice(bytes);
        Ok(())
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        let mut platter = self.step("sync", path)?;
        let file = platter.file(path)?;
        file.synced = Some(file.content.clone());
        Ok(())
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        let mut platter = self.step("sync folder", path)?;
        let (settled, moves) = std::mem::take(&mut platter.moves).into_iter().partition(|(_, to)| to.parent() == Some(path));
        platter.moves = moves;
        let settled: Vec<(PathBuf, PathBuf)> = settled;
        settled.iter().for_each(|(from, to)| platter.settle_move(from, to));
        let inside = |name: &Path| name.parent() == Some(path);
        platter.durable.retain(|name, _| !inside(name));
        let now: Vec<(PathBuf, usize)> =
            platter.names.iter().filter(|(name, _)| inside(name)).map(|(name, file)| (name.clone(), *file)).collect();
        platter.durable.extend(now);
        let folders: Vec<PathBuf> = platter.folders.keys().filter(|name| inside(name)).cloned().collect();
        platter.durable_folders.extend(folders);
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut platter = self.step("rename", to)?;
        platter.writable(to)?;
        if platter.folders.contains_key(from) {
            if platter.folders.contains_key(to) {
                return Err(ErrorKind::AlreadyExists.into());
            }
            let platter = &mut *platter;
            move_keys(&mut platter.names, from, to);
            move_keys(&mut platter.folders, from, to);
            platter.moves.push((from.to_owned(), to.to_owned()));
            return Ok(());
        }
        let file = platter.names.remove(from).ok_or(ErrorKind::NotFound)?;
        platter.names.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut platter = self.step("remove", path)?;
        platter.writable(path)?;
        platter.names.remove(path).map(|_| ()).ok_or(ErrorKind::NotFound.into())
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        let mut platter = self.step("remove folder", path)?;
        let platter = &mut *platter;
        if platter.names.keys().chain(platter.folders.keys()).any(|inner| inner.parent() == Some(path)) {
            return Err(ErrorKind::DirectoryNotEmpty.into());
        }
        platter.folders.remove(path).map(|_| ()).ok_or(ErrorKind::NotFound.into())
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        let mut platter = self.step("make folder", path)?;
        for folder in path.ancestors() {
            platter.folders.entry(folder.to_owned()).or_insert(0o700);
        }
        Ok(())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let platter = self.step("list", path)?;
        let all = platter.names.keys().chain(platter.folders.keys());
        let inside = all.filter(|name| name.parent() == Some(path));
        let mut names: Vec<String> = inside.map(|name| name.file_name().unwrap().to_str().unwrap().to_owned()).collect();
        names.sort();
        Ok(names)
    }

    fn facts(&self, path: &Path) -> io::Result<FileFacts> {
        let mut platter = self.step("facts", path)?;
        if let Some(mode) = platter.folders.get(path) {
            return Ok(FileFacts { length: 0, is_folder: true, mode: *mode });
        }
        let length = platter.file(path)?.content.len() as u64;
        Ok(FileFacts { length, is_folder: false, mode: 0o600 })
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let mut platter = self.step("canonical", path)?;
        if !platter.folders.contains_key(path) {
            platter.file(path)?;
        }
        Ok(path.to_owned())
    }

    /// Never waits: whoever holds a lock in a test will not let go of it meanwhile.
    fn lock(&self, path: &Path, _patience: Duration) -> io::Result<Box<dyn LockGuard>> {
        let mut platter = self.step("lock", path)?;
        if !platter.names.contains_key(path) {
            platter.writable(path)?;
            let file = platter.files.len();
            platter.files.push(File { content: Vec::new(), synced: Some(Vec::new()) });
            platter.names.insert(path.to_owned(), file);
        }
        match platter.locks.insert(path.to_owned()) {
            true => Ok(Box::new(Held { disk: self.clone(), path: path.to_owned() })),
            false => Err(ErrorKind::WouldBlock.into()),
        }
    }
}

struct Held {
    disk: FakeDisk,
    path: PathBuf,
}

impl LockGuard for Held {}

impl Drop for Held {
    fn drop(&mut self) {
        self.disk.platter().locks.remove(&self.path);
    }
}

/// Throws dice: the same ones for the same seed.
pub fn dice(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |sides| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 20) as usize % sides
    }
}
