//! What an import is given: files, each with those given beside it, or a folder that is one export as a whole.

use crate::error::{Error, ErrorKind, Result};
use crate::ports::Storage;
use crate::transfer::{self, ForeignFile, MAX_FILE, NamedFile, pass};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Deeper folders are not looked into: a link may lead back up.
const MAX_DEPTH: usize = 8;
const MAX_FILES: usize = 20_000;

/// One thing to import.
pub enum Gathered {
    /// Files read together. Each is an export of its own and may need another of them.
    Files(Vec<NamedFile>),
    /// A folder with all its files.
    Folder(Vec<NamedFile>),
}

impl Gathered {
    /// What the formats look at, one by one.
    pub fn each(&self) -> Vec<ForeignFile<'_>> {
        match self {
            Gathered::Files(files) => files.iter().map(|file| ForeignFile::new(&file.bytes).among(&file.name, files)).collect(),
            Gathered::Folder(files) => vec![ForeignFile::folder(files)],
        }
    }
}

/// Folders each by themselves, then all files together. `read` reads a file; its name and place are those of `paths`.
/// A file that is part of an export which is a folder stands for that folder. `open_store` decrypts a password store.
pub fn all(
    storage: &dyn Storage,
    paths: &[PathBuf],
    read: &mut dyn FnMut(&Path) -> Result<Zeroizing<Vec<u8>>>,
    open_store: &dyn Fn(&mut [NamedFile]) -> Result<()>,
) -> Result<Vec<(Vec<PathBuf>, Gathered)>> {
    let (mut folders, mut places, mut files): (Vec<&Path>, _, _) = (Vec::new(), Vec::new(), Vec::new());
    for path in paths {
        let is_stdin = path.as_os_str() == "-";
        if storage.facts(path).is_ok_and(|facts| facts.is_folder) {
            folders.push(path);
            continue;
        }
        let bytes = read(path)?;
        let folder = path.parent().filter(|_| !is_stdin && transfer::is_part(&ForeignFile::new(&bytes)));
        if let Some(folder) = folder.map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder }) {
            if !folders.contains(&folder) {
                folders.push(folder);
            }
            continue;
        }
        let name = path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
        places.push(path.clone());
        files.push(NamedFile { name, bytes });
    }
    let mut gathered = Vec::new();
    for path in folders {
        let mut found = folder(storage, path)?;
        if let Gathered::Folder(files) = &mut found
            && pass::is_store(files)
        {
            open_store(files)?;
        }
        gathered.push((vec![path.to_owned()], found));
    }
    gathered.push((places, Gathered::Files(files)));
    Ok(gathered)
}

/// All files below a folder, hidden folders left out, of at most [`MAX_FILE`] bytes together.
pub fn folder(storage: &dyn Storage, path: &Path) -> Result<Gathered> {
    let mut files = Vec::new();
    let mut left = MAX_FILE;
    collect(storage, path, "", MAX_DEPTH, &mut left, &mut files)?;
    Ok(Gathered::Folder(files))
}

fn collect(
    storage: &dyn Storage,
    path: &Path,
    prefix: &str,
    depth: usize,
    left: &mut u64,
    files: &mut Vec<NamedFile>,
) -> Result<()> {
    for name in storage.list(path).map_err(|error| Error::io("list", path, &error))? {
        let place = path.join(&name);
        // A link that leads nowhere, or a file that went away meanwhile.
        let Ok(facts) = storage.facts(&place) else { continue };
        if facts.is_folder {
            if depth > 0 && !name.starts_with('.') {
                collect(storage, &place, &format!("{prefix}{name}/"), depth - 1, left, files)?;
            }
            continue;
        }
        let too_much = || {
            let what = format!("there is too much in {}", path.display());
            Error::new(ErrorKind::ForeignDamaged, what)
                .hint(format!("at most {MAX_FILES} files and {} MiB are read; give the files one by one", MAX_FILE >> 20))
        };
        *left = left.checked_sub(facts.length).filter(|_| files.len() < MAX_FILES).ok_or_else(too_much)?;
        let bytes = storage.read(&place, MAX_FILE).map_err(|error| Error::io("read", &place, &error))?;
        files.push(NamedFile { name: format!("{prefix}{name}"), bytes: Zeroizing::new(bytes) });
    }
    Ok(())
}
