//! The encryption: a vault sealed to method keys (age, X25519), and method keys wrapped by a passphrase (age, scrypt).
//! Every failure of age becomes one of ours here; no recipient is ever written in clear.

use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretText;
use age::secrecy::{ExposeSecret, SecretString};
use age::{DecryptError, Decryptor, EncryptError, Encryptor, Identity, Recipient, scrypt, x25519};
use std::io::{Read, Write};
use zeroize::Zeroizing;

/// log2 N of scrypt.
pub type WorkFactor = u8;
/// What is written unless another one is asked for: about half a second and 256 MiB.
pub const DEFAULT_WORK_FACTOR: WorkFactor = 18;
/// More is refused before memory is taken: it would need over 1 GiB.
pub const MAX_WORK_FACTOR: WorkFactor = 20;
/// Less is warned of.
pub const WEAK_WORK_FACTOR: WorkFactor = 17;

/// Of an age file.
const FIRST_LINE: &str = "age-encryption.org/v1\n";

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
    if !(1..=MAX_WORK_FACTOR).contains(&work_factor) {
        return Err(Error::new(ErrorKind::Usage, format!("a work factor of {work_factor} is not possible"))
            .hint(format!("choose one from 10 to {MAX_WORK_FACTOR}; {DEFAULT_WORK_FACTOR} is usual")));
    }
    reserve_memory(work_factor)?;
    let mut recipient = scrypt::Recipient::new(secret_string(passphrase));
    recipient.set_work_factor(work_factor);
    let mut lines = Zeroizing::new(Vec::with_capacity(80 * keys.len()));
    for key in keys {
        lines.extend_from_slice(key.text().expose().as_bytes());
        lines.push(b'\n');
    }
    encrypt(&lines, &[&recipient])
}

/// The method keys in such a file, newest first. More than one means that a change of the passphrase was cut short.
pub fn unwrap(file: &[u8], passphrase: &SecretText) -> Result<Vec<MethodKey>> {
    let work_factor = work_factor(file).ok_or_else(|| not_openable(file))?;
    if work_factor > MAX_WORK_FACTOR {
        return Err(damaged(format!("it asks for a work factor of {work_factor}; more than {MAX_WORK_FACTOR} is refused")));
    }
    reserve_memory(work_factor)?;
    let mut identity = scrypt::Identity::new(secret_string(passphrase));
    identity.set_max_work_factor(MAX_WORK_FACTOR);
    let lines = decrypt(file, &identity).map_err(|error| match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
            Error::new(ErrorKind::WrongPassphrase, "the passphrase is wrong")
        }
        error => damaged(describe(file, &error)),
    })?;
    let text = std::str::from_utf8(&lines).map_err(|_| damaged("it holds no key"))?;
    let keys: Vec<MethodKey> = text.lines().filter_map(|line| MethodKey::parse(line.trim())).collect();
    match keys.is_empty() {
        true => Err(damaged("it holds no key")),
        false => Ok(keys),
    }
}

/// The work factor written in the header of a passphrase file; `None` where it is not such a file.
pub fn work_factor(file: &[u8]) -> Option<WorkFactor> {
    let mut lines = file.split(|byte| *byte == b'\n');
    lines.next().filter(|line| *line == FIRST_LINE.trim_end().as_bytes())?;
    let stanza = std::str::from_utf8(lines.next()?).ok()?;
    let mut words = stanza.strip_prefix("-> scrypt ")?.split(' ');
    words.next()?;
    words.next()?.parse().ok()
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
    open_if_any(file, keys)?.ok_or_else(|| {
        damaged("it is not encrypted to this key").hint(
            "nothing was changed; if the passphrase was changed elsewhere, let your sync bring all files, lock and unlock again",
        )
    })
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

/// A failed allocation inside scrypt would end the process, so the memory is asked for and given back first.
fn reserve_memory(work_factor: WorkFactor) -> Result<()> {
    let mut probe = Vec::<u8>::new();
    probe.try_reserve_exact(1024 << work_factor).map_err(|_| {
        Error::failed(format!("there is not enough memory: the passphrase needs {} MiB", (1024u64 << work_factor) >> 20))
            .hint("close other programs, or raise the memory limit")
    })
}

fn encrypt(plain: &[u8], recipients: &[&dyn Recipient]) -> Result<Vec<u8>> {
    let failed = |error: EncryptError| Error::failed(format!("encrypting failed: {error}"));
    let encryptor = Encryptor::with_recipients(recipients.iter().copied()).map_err(failed)?;
    // Header, and 16 bytes for every 64 KiB.
    let mut file = Vec::with_capacity(plain.len() + plain.len() / 4096 + 200 * recipients.len() + 400);
    let mut writer = encryptor.wrap_output(&mut file).map_err(|error| failed(error.into()))?;
    writer.write_all(plain).and_then(|()| writer.finish()).map_err(|error| failed(error.into()))?;
    Ok(file)
}

fn decrypt(file: &[u8], key: &dyn Identity) -> std::result::Result<Zeroizing<Vec<u8>>, DecryptError> {
    let mut reader = Decryptor::new_buffered(file)?.decrypt(std::iter::once(key))?;
    let mut plain = Zeroizing::new(Vec::with_capacity(file.len()));
    reader.read_to_end(&mut plain)?;
    Ok(plain)
}

fn secret_string(passphrase: &SecretText) -> SecretString {
    SecretString::from(passphrase.expose().to_owned())
}

fn damaged(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::VaultDamaged, why)
}

/// Why a file without a readable scrypt header can't be one of ours.
fn not_openable(file: &[u8]) -> Error {
    match Decryptor::new_buffered(file) {
        Err(error) => damaged(describe(file, &error)),
        Ok(_) => damaged("it is not protected by a passphrase"),
    }
}

fn describe(file: &[u8], error: &DecryptError) -> String {
    // age takes any header it can't read for one of a newer format.
    let is_first_version = file.starts_with(FIRST_LINE.as_bytes());
    match error {
        DecryptError::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => "it is cut short".into(),
        DecryptError::Io(_) => "its content was altered or cut short".into(),
        DecryptError::UnknownFormat if !is_first_version && file.starts_with(b"age-encryption.org/") => {
            "its age format is newer than this version can read".into()
        }
        DecryptError::InvalidHeader | DecryptError::UnknownFormat => "it is not an age file, or its header was altered".into(),
        DecryptError::InvalidMac => "its header was altered".into(),
        DecryptError::ExcessiveWork { required, .. } => format!("it asks for a work factor of {required}"),
        _ => "it does not open with this key".into(),
    }
}
