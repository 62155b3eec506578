//! The real disk, of which one change under a folder fails, or nothing works from there on, as when the program is killed.

use countersign::ports::disk::Disk;
use countersign::ports::{FileFacts, LockGuard, Storage};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

pub struct Faulty {
    folder: PathBuf,
    at: usize,
    killed: bool,
    changes: AtomicUsize,
}

impl Faulty {
    /// The `at`-th change fails, from 0. What lies in `backups/` does not count.
    pub fn new(folder: &Path, at: usize, killed: bool) -> Faulty {
        Faulty { folder: folder.to_owned(), at, killed, changes: AtomicUsize::new(0) }
    }

    /// Whether it came to that.
    pub fn has_failed(&self) -> bool {
        self.changes.load(Ordering::Relaxed) > self.at
    }

    fn step(&self, path: &Path) -> io::Result<()> {
        if !path.starts_with(&self.folder) || path.starts_with(self.folder.join("backups")) {
            return Ok(());
        }
        let change = self.changes.fetch_add(1, Ordering::Relaxed);
        match change == self.at || (self.killed && change > self.at) {
            true => Err(ErrorKind::StorageFull.into()),
            false => Ok(()),
        }
    }
}

impl Storage for Faulty {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        Disk.read(path, limit)
    }
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step(path).and_then(|()| Disk.write_new(path, bytes))
    }
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step(path).and_then(|()| Disk.append(path, bytes))
    }
    fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.step(path).and_then(|()| Disk.sync_file(path))
    }
    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.step(path).and_then(|()| Disk.sync_folder(path))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step(to).and_then(|()| Disk.rename(from, to))
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step(path).and_then(|()| Disk.remove(path))
    }
    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.step(path).and_then(|()| Disk.remove_folder(path))
    }
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.step(path).and_then(|()| Disk.make_folder(path))
    }
    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        Disk.list(path)
    }
    fn facts(&self, path: &Path) -> io::Result<FileFacts> {
        Disk.facts(path)
    }
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        Disk.canonical(path)
    }
    fn lock(&self, path: &Path, patience: Duration) -> io::Result<Box<dyn LockGuard>> {
        Disk.lock(path, patience)
    }
}
