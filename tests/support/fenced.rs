//! The real disk, but nothing outside one folder: for tests that may name any path.

use countersign::ports::disk::Disk;
use countersign::ports::{FileFacts, LockGuard, Storage};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub struct Fenced(pub PathBuf);

impl Fenced {
    fn inside(&self, path: &Path) -> io::Result<()> {
        let leaves = path.components().any(|part| part == std::path::Component::ParentDir);
        if path.starts_with(&self.0) && !leaves { Ok(()) } else { Err(ErrorKind::PermissionDenied.into()) }
    }
}

impl Storage for Fenced {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.inside(path).and_then(|()| Disk.read(path, limit))
    }
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.inside(path).and_then(|()| Disk.write_new(path, bytes))
    }
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.inside(path).and_then(|()| Disk.append(path, bytes))
    }
    /// No test outlives a power cut.
    fn sync_file(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }
    fn sync_folder(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.inside(from).and_then(|()| self.inside(to)).and_then(|()| Disk.rename(from, to))
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.inside(path).and_then(|()| Disk.remove(path))
    }
    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.inside(path).and_then(|()| Disk.remove_folder(path))
    }
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.inside(path).and_then(|()| Disk.make_folder(path))
    }
    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        self.inside(path).and_then(|()| Disk.list(path))
    }
    fn facts(&self, path: &Path) -> io::Result<FileFacts> {
        self.inside(path).and_then(|()| Disk.facts(path))
    }
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.inside(path).and_then(|()| Disk.canonical(path))
    }
    fn lock(&self, path: &Path, patience: Duration) -> io::Result<Box<dyn LockGuard>> {
        self.inside(path).and_then(|()| Disk.lock(path, patience))
    }
}
