//! The real disk: `std::fs`, 0700 and 0600 from creation, flock through `std`.

use super::{FileFacts, LockGuard, Storage};
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

pub struct Disk;

impl Storage for Disk {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        // Opening a pipe waits for its writer; without waiting there is time to look at what it is.
        let file = OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits() as i32).open(path)?;
        let kind = file.metadata()?.file_type();
        match (kind.is_file(), kind.is_dir()) {
            (true, _) => read_all(file, limit),
            (_, true) => Err(ErrorKind::IsADirectory.into()),
            _ => Err(io::Error::other("it is not a regular file")),
        }
    }

    fn read_stream(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        read_all(File::open(path)?, limit)
    }
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(bytes)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        OpenOptions::new().append(true).create(true).mode(0o600).open(path)?.write_all(bytes)
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        match File::open(path)?.sync_all() {
            // Some network and FUSE file systems can't sync a folder.
            Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
            done => done,
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for found in fs::read_dir(path)? {
            names.push(found?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    fn facts(&self, path: &Path) -> io::Result<FileFacts> {
        let facts = fs::metadata(path)?;
        Ok(FileFacts { length: facts.len(), is_folder: facts.is_dir(), mode: facts.permissions().mode() & 0o7777 })
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn lock(&self, path: &Path, patience: Duration) -> io::Result<Box<dyn LockGuard>> {
        let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Box::new(Held { _file: file })),
            Err(TryLockError::WouldBlock) if patience.is_zero() => Err(ErrorKind::WouldBlock.into()),
            Err(TryLockError::WouldBlock) => Ok(Box::new(Held { _file: wait_for(file, patience)? })),
            // A file system without locks: the hash check before each write still holds.
            Err(TryLockError::Error(error)) if knows_no_locks(&error) => Ok(Box::new(Held { _file: file })),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Linux lists its locks by the file's number; the device is told in another form on some file systems, so it is not compared.
    fn lock_holder(&self, path: &Path) -> Option<String> {
        let inode = fs::metadata(path).ok()?.ino().to_string();
        let locks = fs::read_to_string("/proc/locks").ok()?;
        let holder = locks.lines().find_map(|line| {
            // `1: FLOCK  ADVISORY  WRITE 4711 08:01:2623 0 EOF`; an arrow in front marks one who waits.
            let words: Vec<&str> = line.split_whitespace().collect();
            let [_, "FLOCK", _, _, process, file, ..] = words[..] else { return None };
            (file.rsplit(':').next() == Some(&inode) && process != "0").then(|| process.to_owned())
        })?;
        let name = fs::read_to_string(format!("/proc/{holder}/comm")).unwrap_or_default();
        Some(match name.trim() {
            "" => format!("process {holder}"),
            name => format!("{name} (process {holder})"),
        })
    }
}

/// NFS without a lock service, and other file systems without locks.
fn knows_no_locks(error: &io::Error) -> bool {
    error.kind() == ErrorKind::Unsupported || error.raw_os_error() == Some(Errno::NOLCK.raw_os_error())
}

fn read_all(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len();
    if length > limit {
        return Err(ErrorKind::FileTooLarge.into());
    }
    // One byte more than told, so that the end is seen without growing the buffer.
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1);
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > limit {
        true => Err(ErrorKind::FileTooLarge.into()),
        false => Ok(bytes),
    }
}

/// Waits in the system's queue, since polling starves beside a busy writer. The system knows no time limit, so a thread waits;
/// when it gets the lock too late, nobody takes it and it is given back.
fn wait_for(file: File, patience: Duration) -> io::Result<File> {
    let (give, take) = mpsc::channel();
    thread::spawn(move || {
        let locked = file.lock().map(|()| file);
        drop(give.send(locked));
    });
    take.recv_timeout(patience).unwrap_or_else(|_| Err(ErrorKind::WouldBlock.into()))
}

/// The lock ends when the file is closed.
struct Held {
    _file: File,
}

impl LockGuard for Held {}
