//! The encryption: a vault sealed to method keys (age, X25519), and method keys wrapped by a passphrase (age, scrypt).
//! Every failure of age becomes one of ours here; no recipient is ever written in clear.

pub mod identity;

use crate::age_file::{self, Unopened, decrypt, describe, encrypt, read_header};
pub use crate::age_file::{DEFAULT_WORK_FACTOR, MAX_WORK_FACTOR, WorkFactor, work_factor};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretText;
use age::secrecy::ExposeSecret;
use age::{DecryptError, Identity, Recipient, x25519};
use zeroize::Zeroizing;

/// Less is warned of.
pub const WEAK_WORK_FACTOR: WorkFactor = 17;

/// The X25519 key of one unlock method; wiped when dropped.
#[derive(Clone)]
pub struct MethodKey(x25519::Identity);

impl MethodKey {
    pub fn generate() -> Self {
        MethodKey(x25519::Identity::generate())
    }

    /// `AGE-SECRET-KEY-1…`
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(MethodKey)
    }

    pub fn text(&self) -> SecretText {
        SecretText::new(self.0.to_string().expose_secret())
    }

    /// `age1…`; whoever knows it can make a vault that opens.
    pub fn recipient(&self) -> String {
        self.0.to_public().to_string()
    }
}

/// The file that wraps method keys under a passphrase, as `age -d -i` takes it.
pub fn wrap(keys: &[&MethodKey], passphrase: &SecretText, work_factor: WorkFactor) -> Result<Vec<u8>> {
    let mut lines = Zeroizing::new(Vec::with_capacity(80 * keys.len()));
    for key in keys {
        lines.extend_from_slice(key.text().expose().as_bytes());
        lines.push(b'\n');
    }
    wrap_bytes(&lines, passphrase, work_factor)
}

/// Anything under a passphrase alone, as `age -d` takes it.
pub fn wrap_bytes(plain: &[u8], passphrase: &SecretText, work_factor: WorkFactor) -> Result<Vec<u8>> {
    if !(1..=MAX_WORK_FACTOR).contains(&work_factor) {
        return Err(Error::new(ErrorKind::Usage, format!("a work factor of {work_factor} is not possible"))
            .hint(format!("choose one from 10 to {MAX_WORK_FACTOR}; {DEFAULT_WORK_FACTOR} is usual")));
    }
    age_file::seal(plain, passphrase, work_factor)
}

/// The method keys in such a file, newest first. More than one means that a change of the passphrase was cut short.
pub fn unwrap(file: &[u8], passphrase: &SecretText) -> Result<Vec<MethodKey>> {
    read_keys(&unwrap_bytes(file, passphrase)?)
}

/// The lines `AGE-SECRET-KEY-1…` of a file that wrapped them.
fn read_keys(lines: &[u8]) -> Result<Vec<MethodKey>> {
    let text = std::str::from_utf8(lines).map_err(|_| damaged("it holds no key"))?;
    let keys: Vec<MethodKey> = text.lines().filter_map(|line| MethodKey::parse(line.trim())).collect();
    match keys.is_empty() {
        true => Err(damaged("it holds no key")),
        false => Ok(keys),
    }
}

/// What [`wrap_bytes`] put under a passphrase.
pub fn unwrap_bytes(file: &[u8], passphrase: &SecretText) -> Result<Zeroizing<Vec<u8>>> {
    age_file::open(file, passphrase).map_err(|unopened| match unopened {
        Unopened::WrongPassphrase => Error::new(ErrorKind::WrongPassphrase, "the passphrase is wrong"),
        Unopened::Damaged(why) => damaged(why),
        Unopened::Failed(error) => error,
    })
}

/// Encrypts to every recipient (`age1…`). One that can't be read is an error: leaving it out would lock somebody out.
pub fn seal(plain: &[u8], recipients: &[&str]) -> Result<Vec<u8>> {
    let mut keys = Vec::with_capacity(recipients.len());
    for recipient in recipients {
        keys.push(recipient.parse::<x25519::Recipient>().map_err(|_| {
            Error::new(ErrorKind::ReadOnly, "the vault has an unlock method that this version can't write for")
                .hint("use a newer version of countersign")
        })?);
    }
    let keys: Vec<&dyn Recipient> = keys.iter().map(|key| key as _).collect();
    encrypt(plain, &keys)
}

/// Decrypts with the first key that opens it, and tells which one that was.
pub fn open(file: &[u8], keys: &[MethodKey]) -> Result<(Zeroizing<Vec<u8>>, usize)> {
    open_if_any(file, keys)?.ok_or_else(for_other_keys)
}

/// Of a file that none of the keys in hand opens.
pub fn for_other_keys() -> Error {
    damaged("it is not encrypted to this key").hint(
        "nothing was changed; if the passphrase was changed elsewhere, let your sync bring all files, lock and unlock again",
    )
}

/// As [`open`]; `None` where no key opens a file that is whole as far as can be told.
pub fn open_if_any(file: &[u8], keys: &[MethodKey]) -> Result<Option<(Zeroizing<Vec<u8>>, usize)>> {
    for (at, key) in keys.iter().enumerate() {
        match decrypt(file, &key.0) {
            Ok(plain) => return Ok(Some((plain, at))),
            Err(DecryptError::NoMatchingKeys) => {}
            Err(error) => return Err(damaged(describe(file, &error))),
        }
    }
    Ok(None)
}

/// Whether the file can be a vault, as far as that shows without a key: the header can be read, and what follows it ends with
/// a chunk that holds something. How much of the payload there is does not show: whoever seals it anew with `age` need not pad it.
pub fn check_form(file: &[u8]) -> Result<()> {
    /// Of the payload's encryption: what stands before it, what each chunk holds, and what it is longer by.
    const NONCE: usize = 16;
    const CHUNK: usize = 64 * 1024;
    const TAG: usize = 16;
    read_header(file).map_err(|error| damaged(describe(file, &error)))?;
    let mark = b"\n--- ";
    let end = file.windows(mark.len()).position(|part| part == mark).map_or(file.len(), |at| at + mark.len());
    let body = file[end..].iter().position(|byte| *byte == b'\n').map_or(0, |at| file.len() - end - at - 1);
    match body.saturating_sub(NONCE) % (CHUNK + TAG) {
        0 if body > NONCE => Ok(()),
        last if last > TAG => Ok(()),
        _ => Err(damaged("it is cut short")),
    }
}

/// Whether one of the keys opens the file, as far as its header tells.
pub fn is_for(file: &[u8], keys: &[MethodKey]) -> bool {
    let opens = |key: &MethodKey| {
        let opened = read_header(file).map(|file| file.decrypt(std::iter::once(&key.0 as &dyn Identity)).map(drop));
        // A header that can't be read is for nobody and for everybody: opening it tells why.
        !matches!(opened, Ok(Err(DecryptError::NoMatchingKeys)))
    };
    keys.iter().any(opens)
}

fn damaged(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::VaultDamaged, why)
}
