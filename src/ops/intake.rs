//! Reading what an import is given, for both front ends: which formats it is in, what it held, and which of its files
//! hold their secrets in clear and so might better go when they have served.

use super::gather::Gathered;
use crate::error::{Error, ErrorKind, Result, describe_io};
use crate::ports::Storage;
use crate::secret::SecretText;
use crate::transfer::{self, Encryption, ForeignFile, Format, Found, MAX_FILE};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What was read, of one file or of several.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intake {
    /// Ids of the formats found, each once.
    pub formats: Vec<&'static str>,
    pub found: Found,
    pub plain: Vec<PlainFile>,
}

/// A file that holds secrets in clear, as it was when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainFile {
    pub path: PathBuf,
    digest: [u8; 32],
}

/// Why reading ended, of which file, and the id of its format where that was found out.
#[derive(Debug)]
pub struct Refused {
    pub path: PathBuf,
    pub format: Option<&'static str>,
    pub error: Error,
}

/// What opens the files, as far as it is known.
pub struct Keys<'a> {
    pub password: Option<SecretText>,
    pub key_file: Option<&'a [u8]>,
    /// Asks for the password that is missing; `None` where nobody can be asked.
    pub ask: &'a mut dyn FnMut(&'static dyn Format) -> Result<Option<SecretText>>,
}

/// Reads all that was gathered, in the format given or in the one found by the content.
pub fn read(
    gathered: &[(Vec<PathBuf>, Gathered)],
    format: Option<&'static dyn Format>,
    keys: &mut Keys,
) -> std::result::Result<Intake, Box<Refused>> {
    let several = gathered.iter().map(|(paths, _)| paths.len()).sum::<usize>() > 1;
    let mut whole = Intake::default();
    for (paths, gathered) in gathered {
        for (path, file) in paths.iter().zip(gathered.each()) {
            let refused = |format: Option<&'static dyn Format>, error| {
                Box::new(Refused { path: path.clone(), format: format.map(Format::id), error })
            };
            let format = match format {
                Some(format) => format,
                None => transfer::detect(&file).map_err(|error| refused(None, error))?,
            };
            let file = file.with_key_file(keys.key_file);
            let (mut found, opened) = read_one(format, &file, keys).map_err(|error| refused(Some(format), error))?;
            if several {
                found.skipped.iter_mut().for_each(|skipped| skipped.reason = format!("{}: {}", name_of(path), skipped.reason));
            }
            let in_clear = !opened || format.encryption() == Encryption::Never;
            let plain = (in_clear && !file.is_folder()).then(|| PlainFile::new(path, file.bytes()));
            whole.absorb(Intake { formats: vec![format.id()], found, plain: plain.into_iter().collect() });
        }
    }
    whole.found.make_printable();
    Ok(whole)
}

/// What a file is called in a sentence: `-` is stdin.
pub fn name_of(path: &Path) -> String {
    if path.as_os_str() == "-" { "stdin".to_owned() } else { path.display().to_string() }
}

/// And whether it took a password or a key file.
fn read_one(format: &'static dyn Format, file: &ForeignFile, keys: &mut Keys) -> Result<(Found, bool)> {
    let has_key = keys.key_file.is_some();
    match transfer::read_as(format, file, keys.password.as_ref()) {
        Err(error) if error.kind == ErrorKind::NeedsPassword => match (keys.ask)(format)? {
            Some(asked) => transfer::read_as(format, file, Some(keys.password.insert(asked))).map(|found| (found, true)),
            None => Err(error),
        },
        result => result.map(|found| (found, has_key || keys.password.is_some())),
    }
}

impl From<Error> for Box<Refused> {
    fn from(error: Error) -> Self {
        Box::new(Refused { path: PathBuf::new(), format: None, error })
    }
}

impl Intake {
    /// Takes in what was read besides.
    pub fn absorb(&mut self, other: Intake) {
        let new = other.formats.into_iter().filter(|format| !self.formats.contains(format)).collect::<Vec<_>>();
        self.formats.extend(new);
        self.found.absorb(other.found);
        let new = other.plain.into_iter().filter(|file| !self.plain.contains(file)).collect::<Vec<_>>();
        self.plain.extend(new);
    }

    /// What was found elsewhere than in a file.
    pub fn elsewhere(format: &'static dyn Format, mut found: Found) -> Intake {
        found.make_printable();
        Intake { formats: vec![format.id()], found, plain: Vec::new() }
    }

    /// The names of the formats, for people.
    pub fn format_names(&self) -> String {
        let name = |id: &&str| transfer::by_id(id).map_or_else(|_| (*id).to_owned(), |format| format.name().to_owned());
        self.formats.iter().map(name).collect::<Vec<_>>().join(", ")
    }
}

impl PlainFile {
    fn new(path: &Path, bytes: &[u8]) -> PlainFile {
        PlainFile { path: path.to_owned(), digest: Sha256::digest(bytes).into() }
    }

    /// Deletes the file, if it still is what was read; a link goes with the file it leads to. Its bytes may stay on the
    /// disk: overwriting is not promised by the file systems and disks of today.
    pub fn delete(&self, storage: &dyn Storage) -> Result<()> {
        let real = storage.canonical(&self.path).map_err(|error| Error::io("find", &self.path, &error))?;
        let bytes = storage.read(&real, MAX_FILE).map(Zeroizing::new).map_err(|error| Error::io("read", &self.path, &error))?;
        if Sha256::digest(&*bytes)[..] != self.digest {
            return Err(Error::failed(format!("{} has changed since it was read, so it was left", self.path.display()))
                .hint("look at what is in it now"));
        }
        storage.remove(&real).map_err(|error| {
            Error::failed(format!("can't delete {}: {}", self.path.display(), describe_io(&error)))
                .hint("check who owns the folder and its permissions")
        })?;
        if real != self.path {
            // Where the path itself was the link, what is left of it leads nowhere.
            let _ = storage.remove(&self.path);
        }
        real.parent().map_or(Ok(()), |folder| {
            storage.sync_folder(folder).map_err(|error| Error::io("delete for good", &self.path, &error))
        })
    }
}
