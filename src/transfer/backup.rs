//! Our own encrypted backup: an age file under a passphrase, which stock `age -d` opens, with our JSON in it.
//! An age file may hold anything, so what lies in it decides: after decrypting it is detected like any other file. A format
//! whose files come in age is a row of its own that reads the content, and this one opens them.

use super::read::crypto::{needs_password, wrong_password};
use super::read::encoding::base64;
use super::read::json::damaged;
use super::{Draft, Encryption, ForeignFile, Format, Found, Sealing, Writer, Written, detect, json};
use crate::age_file::{self, Unopened};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretText;
use std::borrow::Cow;
use zeroize::Zeroizing;

pub struct Backup;

impl Format for Backup {
    fn id(&self) -> &'static str {
        "backup"
    }

    fn name(&self) -> &'static str {
        "countersign backup"
    }

    fn how_to_get(&self) -> &'static str {
        "countersign export --format backup; any other of these files that `age -p` encrypted is read too"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Always
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        age_file::is_age(file.bytes()) || is_armored(file)
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        let plain = open(file, password)?;
        if is_whole_vault(&plain) {
            return Err(within("it is a whole vault").hint("bring it back with: countersign restore-backup FILE"));
        }
        let inner = ForeignFile::new(&plain);
        let format = detect(&inner).map_err(|error| within(&error.what))?;
        if format.id() == self.id() {
            return Err(within("it is an age file again"));
        }
        format.read(&inner, password)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

/// What `countersign backup --output` writes: the payload of a vault, which begins with its version and its id.
fn is_whole_vault(plain: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&plain[..plain.len().min(64)]);
    start.starts_with("{\"version\":") && start.contains("\"vault_id\":")
}

/// What an age file under a password holds.
pub fn open(file: &ForeignFile, password: Option<&SecretText>) -> Result<Zeroizing<Vec<u8>>> {
    let bytes = unarmored(file)?;
    age_file::check(&bytes).map_err(|why| {
        let error = damaged(&format!("no password opens the age file: {why}"));
        match age_file::work_factor(&bytes) {
            Some(_) => error,
            None => error.hint("one that is encrypted to a key: decrypt it with age -d -i KEY, and import what comes out"),
        }
    })?;
    let password = password.ok_or_else(|| needs_password("the password of the age file"))?;
    age_file::open(&bytes, password).map_err(|unopened| match unopened {
        Unopened::WrongPassphrase => wrong_password(),
        Unopened::Damaged(why) => damaged(&format!("the age file is damaged: {why}")),
        Unopened::Failed(error) => error,
    })
}

const ARMOR: [&str; 2] = ["-----BEGIN AGE ENCRYPTED FILE-----", "-----END AGE ENCRYPTED FILE-----"];

fn is_armored(file: &ForeignFile) -> bool {
    file.bytes().trim_ascii_start().starts_with(ARMOR[0].as_bytes())
}

/// The bytes of a file that `age -a` wrote as text.
fn unarmored<'f>(file: &'f ForeignFile) -> Result<Cow<'f, [u8]>> {
    if !is_armored(file) {
        return Ok(Cow::Borrowed(file.bytes()));
    }
    let text = file.text().unwrap_or_default().trim();
    let inside = text.strip_prefix(ARMOR[0]).and_then(|text| text.strip_suffix(ARMOR[1]));
    let inside: Option<String> = inside.map(|inside| inside.split_ascii_whitespace().collect());
    let bytes = inside.and_then(|inside| base64(&inside)).ok_or_else(|| damaged("the age file is cut short or altered"))?;
    Ok(Cow::Owned(bytes.to_vec()))
}

fn within(what: &str) -> Error {
    Error::new(ErrorKind::UnknownFormat, format!("the password is right, but what the age file holds is not taken: {what}"))
        .hint("`age -d FILE` shows what is in it")
}

impl Writer for Backup {
    fn encryption(&self) -> Encryption {
        Encryption::Always
    }

    fn ending(&self) -> &'static str {
        "age"
    }

    fn write(&self, drafts: &[Draft], sealing: &Sealing) -> Result<Written> {
        let password = sealing.password.ok_or_else(|| Error::failed("a backup is not written without a password"))?;
        let plain = json::Json.write(drafts, sealing)?;
        let sealed = age_file::seal(&plain.bytes, password, sealing.work_factor)?;
        Ok(Written { bytes: Zeroizing::new(sealed), ..plain })
    }

    /// A backup without the trash would be none.
    fn is_whole(&self) -> bool {
        true
    }
}
