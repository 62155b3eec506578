//! age files under a passphrase (scrypt) and what all age files have in common: the header, the bounds on work and memory,
//! why one does not open. What is in them, and which kind of error it is to its reader, others know.

mod passphrase;

use crate::error::{Error, Result};
use crate::secret::SecretText;
use crate::words::composed;
use age::{DecryptError, Decryptor, EncryptError, Encryptor, Identity, Recipient};
use passphrase::Passphrase;
use std::io::{Read, Write};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// log2 N of scrypt.
pub type WorkFactor = u8;
/// What is written unless another one is asked for: about half a second and 256 MiB.
pub const DEFAULT_WORK_FACTOR: WorkFactor = 18;
/// More is refused before memory is taken: it would need over 1 GiB.
pub const MAX_WORK_FACTOR: WorkFactor = 20;

/// The longest header that is read, in bytes and in lines. age reads a header anew for each of its lines, which takes minutes
/// for a megabyte; that of a vault with a dozen unlock methods has 2 KiB in 30 lines.
const LONGEST_HEADER: usize = 64 * 1024;
const MOST_HEADER_LINES: usize = 1000;

/// Of an age file.
const FIRST_LINE: &str = "age-encryption.org/v1\n";

/// Why a file did not open with a passphrase.
pub enum Unopened {
    WrongPassphrase,
    /// It is damaged, hostile, or protected otherwise: "it is cut short".
    Damaged(String),
    /// This machine can't do it.
    Failed(Error),
}

/// Whether the bytes begin like an age file of any kind.
pub fn is_age(file: &[u8]) -> bool {
    file.starts_with(b"age-encryption.org/")
}

/// The work factor written in the header of a file under a passphrase; `None` where it is not such a file.
pub fn work_factor(file: &[u8]) -> Option<WorkFactor> {
    let mut lines = file.split(|byte| *byte == b'\n');
    lines.next().filter(|line| *line == FIRST_LINE.trim_end().as_bytes())?;
    let stanza = std::str::from_utf8(lines.next()?).ok()?;
    let mut words = stanza.strip_prefix("-> scrypt ")?.split(' ');
    words.next()?;
    words.next()?.parse().ok()
}

/// The work factor of a file that a passphrase may open within bounds; else why none can, in half a sentence.
pub fn check(file: &[u8]) -> std::result::Result<WorkFactor, String> {
    match work_factor(file) {
        Some(work_factor) if work_factor <= MAX_WORK_FACTOR => Ok(work_factor),
        Some(work_factor) => Err(format!("it asks for a work factor of {work_factor}; more than {MAX_WORK_FACTOR} is refused")),
        None => Err(not_openable(file)),
    }
}

/// Encrypts under a passphrase, as `age -p` does with its composed form (NFC): keyboards and systems differ in the form they
/// give, and the vault goes from one to another. `work_factor` is from 1 to [`MAX_WORK_FACTOR`].
pub fn seal(plain: &[u8], passphrase: &SecretText, work_factor: WorkFactor) -> Result<Vec<u8>> {
    reserve_memory(work_factor)?;
    let text = SecretText::new(composed(passphrase.expose()));
    encrypt(plain, &[&Passphrase { text: &text, work_factor }])
}

/// What `age -d` gives with the passphrase in one of its forms: composed, as it was typed, or taken apart (NFD). The others
/// than the first are of files that earlier versions and other programs wrote. Each form that differs costs a run of scrypt.
pub fn open(file: &[u8], passphrase: &SecretText) -> std::result::Result<Zeroizing<Vec<u8>>, Unopened> {
    reserve_memory(check(file).map_err(Unopened::Damaged)?).map_err(Unopened::Failed)?;
    let typed = passphrase.expose();
    let apart: String = typed.nfd().collect();
    let mut forms = vec![SecretText::new(composed(typed)), passphrase.clone(), SecretText::new(apart)];
    // Equal ones lie beside each other: what was typed is nearly always one of the two others.
    forms.dedup();
    for text in &forms {
        let identity = Passphrase { text, work_factor: MAX_WORK_FACTOR };
        match decrypt(file, &identity) {
            Ok(plain) => return Ok(plain),
            Err(DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed) => {}
            Err(error) => return Err(Unopened::Damaged(describe(file, &error))),
        }
    }
    Err(Unopened::WrongPassphrase)
}

/// A failed allocation inside scrypt would end the process, so the memory is asked for and given back first.
fn reserve_memory(work_factor: WorkFactor) -> Result<()> {
    let mut probe = Vec::<u8>::new();
    probe.try_reserve_exact(1024 << work_factor).map_err(|_| {
        Error::failed(format!("there is not enough memory: the passphrase needs {} MiB", (1024u64 << work_factor) >> 20))
            .hint("close other programs, or raise the memory limit")
    })
}

pub fn encrypt(plain: &[u8], recipients: &[&dyn Recipient]) -> Result<Vec<u8>> {
    try_encrypt(plain, recipients).map_err(|error| Error::failed(format!("encrypting failed: {error}")))
}

/// As [`encrypt`], with age's own error. Each recipient wraps once: a plugin may ask for it.
pub fn try_encrypt(plain: &[u8], recipients: &[&dyn Recipient]) -> std::result::Result<Vec<u8>, EncryptError> {
    let encryptor = Encryptor::with_recipients(recipients.iter().copied())?;
    // Header, and 16 bytes for every 64 KiB.
    let mut file = Vec::with_capacity(plain.len() + plain.len() / 4096 + 200 * recipients.len() + 400);
    let mut writer = encryptor.wrap_output(&mut file)?;
    writer.write_all(plain).and_then(|()| writer.finish())?;
    Ok(file)
}

/// The header of a file. Nothing else gives bytes to age that others may have written.
pub fn read_header(file: &[u8]) -> std::result::Result<Decryptor<&[u8]>, DecryptError> {
    if has_long_header(file) {
        return Err(DecryptError::InvalidHeader);
    }
    Decryptor::new_buffered(file)
}

/// Whether the header goes on beyond what is read. It ends with the line of its MAC.
fn has_long_header(file: &[u8]) -> bool {
    let read = &file[..file.len().min(LONGEST_HEADER)];
    let mut lines = read.split(|byte| *byte == b'\n').take(MOST_HEADER_LINES);
    let ends = lines.any(|line| line.starts_with(b"---"));
    !ends && (file.len() > LONGEST_HEADER || read.iter().filter(|byte| **byte == b'\n').count() >= MOST_HEADER_LINES)
}

pub fn decrypt(file: &[u8], key: &dyn Identity) -> std::result::Result<Zeroizing<Vec<u8>>, DecryptError> {
    let mut reader = read_header(file)?.decrypt(std::iter::once(key))?;
    let mut plain = Zeroizing::new(Vec::with_capacity(file.len()));
    reader.read_to_end(&mut plain)?;
    Ok(plain)
}

/// Why a file without a readable scrypt header is not one under a passphrase.
fn not_openable(file: &[u8]) -> String {
    match read_header(file) {
        Err(error) => describe(file, &error),
        Ok(_) => "it is not protected by a passphrase".into(),
    }
}

/// Half a sentence.
pub fn describe(file: &[u8], error: &DecryptError) -> String {
    // age takes any header it can't read for one of a newer format.
    let is_first_version = file.starts_with(FIRST_LINE.as_bytes());
    match error {
        DecryptError::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => "it is cut short".into(),
        DecryptError::Io(_) => "its content was altered or cut short".into(),
        DecryptError::UnknownFormat if !is_first_version && is_age(file) => {
            "its age format is newer than this version can read".into()
        }
        DecryptError::InvalidHeader if is_first_version && has_long_header(file) => {
            format!("its header is longer than {} KiB or {MOST_HEADER_LINES} lines", LONGEST_HEADER / 1024)
        }
        DecryptError::InvalidHeader | DecryptError::UnknownFormat => "it is not an age file, or its header was altered".into(),
        DecryptError::InvalidMac => "its header was altered".into(),
        DecryptError::ExcessiveWork { required, .. } => format!("it asks for a work factor of {required}"),
        _ => "it does not open with this key".into(),
    }
}
