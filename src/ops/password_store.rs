//! The password stores of pass, gopass and passage: each entry is opened by the installed `gpg` or `age`, which themselves ask
//! for what they need.

use crate::error::{Error, ErrorKind, Result};
use crate::ports::{Process, ProcessError, Storage};
use crate::transfer::{NamedFile, pass};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The longest decrypted entry, in bytes.
const LONGEST: u64 = 1 << 20;
/// So many entries that don't open before any has: there is no use in asking for each of hundreds.
const GIVE_UP_AFTER: usize = 3;
/// Where passage and gopass keep the identities of age, below the home folder.
const IDENTITIES: [&str; 2] = [".passage/identities", ".config/gopass/age/identities"];

/// What opens the entries.
pub struct Opener<'a> {
    pub process: &'a dyn Process,
    pub storage: &'a dyn Storage,
    pub home: Option<&'a Path>,
    /// The identities of age, where they are not in their usual place.
    pub identities: Option<&'a Path>,
}

impl Opener<'_> {
    /// Puts the plain text of each entry in the place of what was encrypted. An entry that does not open stays as it is, for
    /// the reader to name. The error is that the program is missing, or that it opens none.
    pub fn open(&self, files: &mut [NamedFile]) -> Result<()> {
        let (mut opened, mut refused) = (0, 0);
        let mut last_refusal = None;
        for file in files {
            let Some(ending) = pass::ending(&file.name) else { continue };
            let program = if ending == ".gpg" { "gpg" } else { "age" };
            match self.run(program, &file.bytes)? {
                Some(plain) => {
                    file.bytes = plain;
                    opened += 1;
                }
                None => {
                    refused += 1;
                    last_refusal = Some(program);
                    if opened == 0 && refused == GIVE_UP_AFTER {
                        break;
                    }
                }
            }
        }
        match last_refusal {
            Some(program) if opened == 0 => Err(none_opens(program)),
            _ => Ok(()),
        }
    }

    /// `None` where the program runs, but does not open it.
    fn run(&self, program: &str, sealed: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let identities = if program == "age" { self.identities()?.display().to_string() } else { String::new() };
        let arguments: &[&str] = match program {
            "age" => &["--decrypt", "--identity", &identities],
            _ => &["--quiet", "--batch", "--decrypt"],
        };
        match self.process.run(program, arguments, sealed, LONGEST) {
            Ok(plain) => Ok(Some(Zeroizing::new(plain))),
            Err(ProcessError::Failed(_)) => Ok(None),
            Err(ProcessError::Missing) => Err(Error::failed(format!(
                "the entries of the password store are encrypted, and the program {program} that opens them is not installed"
            ))
            .hint(format!("install {program}, or decrypt the entries and import the texts"))),
        }
    }

    fn identities(&self) -> Result<PathBuf> {
        let usual = self.home.into_iter().flat_map(|home| IDENTITIES.map(|place| home.join(place)));
        let given = self.identities.map(Path::to_path_buf);
        given.or_else(|| usual.into_iter().find(|path| self.storage.facts(path).is_ok())).ok_or_else(|| {
            Error::failed("the entries of the password store are encrypted with age, and no file of identities was found")
                .hint("name it with --key-file")
        })
    }
}

fn none_opens(program: &str) -> Error {
    let hint = match program {
        "gpg" => "try `pass show` on one of them: the secret key may be missing, or its password was not given",
        _ => "the identities may be others than the entries were encrypted for: name them with --key-file",
    };
    Error::new(ErrorKind::WrongPassword, format!("{program} opens none of the entries of the password store")).hint(hint)
}
