//! OTPClient's own database: a JSON list, encrypted with AES-256-GCM (nonce of 16 bytes, the header authenticated).
//! Version 1 has no mark, so it is never detected, only read when named; 2 is a C structure as it lay in memory, 3 is big-endian.

use super::read::account::Account;
use super::read::crypto::{needs_password, open_gcm, wrong_password};
use super::read::json::{self, Fields, Refusal, damaged};
use super::read::kdf::{self, Key};
use super::{Draft, Encryption, ForeignFile, Format, Found};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretText;
use serde_json::Value;
use sha2::Sha512;
use zeroize::Zeroizing;

pub struct OtpClient;

const MARK: &[u8] = b"OTPClient";
const NEWEST: u8 = 3;
const IV: usize = 16;
const SALT: usize = 32;
const TAG: usize = 16;
/// Of version 1.
const ROUNDS: u64 = 100_000;

impl Format for OtpClient {
    fn id(&self) -> &'static str {
        "otpclient"
    }

    fn name(&self) -> &'static str {
        "OTPClient"
    }

    fn how_to_get(&self) -> &'static str {
        "the database OTPClient keeps, NewDatabase.enc unless renamed; one of OTPClient 3 or older with --format otpclient"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Always
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.bytes().starts_with(MARK) && file.bytes().get(MARK.len()..MARK.len() + 3) == Some(&[0; 3])
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        let header = Header::of(file.bytes())?;
        let password = password.ok_or_else(|| needs_password("the password of the OTPClient database"))?;
        let plain = header.open(file.bytes(), password)?;
        let tokens = json::of_bytes(&plain)?;
        let tokens = tokens.as_array().ok_or_else(|| damaged("the OTPClient database is not a list"))?;
        Found::of_list(tokens, read_token)
    }
}

struct Header {
    version: u8,
    length: usize,
    /// Where the IV begins; the salt follows it.
    iv: usize,
    /// Passes, memory in KiB, lanes.
    argon2: [u64; 3],
}

impl Header {
    fn of(bytes: &[u8]) -> Result<Header> {
        let has_mark = bytes.starts_with(MARK);
        let version = if has_mark { bytes.get(MARK.len() + 3).copied().ok_or_else(cut_short)? } else { 1 };
        let (length, iv) = match version {
            1 => (IV + SALT, 0),
            2 => (76, 16),
            NEWEST => (73, 13),
            other => {
                return Err(damaged(&format!("the OTPClient database is of version {other}, which is not known"))
                    .hint("export from OTPClient in another format, e.g. as an encrypted Aegis vault"));
            }
        };
        if bytes.len() < length + TAG {
            return Err(cut_short());
        }
        let mut argon2 = [0; 3];
        if has_mark {
            let (words, _) = bytes[length - 12..length].as_chunks::<4>();
            let read = if version == 2 { u32::from_le_bytes } else { u32::from_be_bytes };
            argon2 = [read(words[0]).into(), read(words[1]).into(), read(words[2]).into()];
        }
        Ok(Header { version, length, iv, argon2 })
    }

    fn open(&self, bytes: &[u8], password: &SecretText) -> Result<Zeroizing<Vec<u8>>> {
        let (header, sealed) = bytes.split_at(self.length);
        let iv = &header[self.iv..self.iv + IV];
        let whole = password.expose().as_bytes();
        // OTPClient once took the number of characters for that of bytes, so that passwords beyond ASCII were cut.
        let cut = &whole[..password.expose().chars().count()];
        let attempts: &[&[u8]] = match self.version {
            1 => &[cut],
            2 if cut != whole => &[whole, cut],
            _ => &[whole],
        };
        for password in attempts {
            if let Some(plain) = open_gcm(&self.key(header, password)?, iv, sealed, header) {
                return Ok(plain);
            }
        }
        Err(match self.version {
            1 => Error::new(ErrorKind::WrongPassword, "the password does not open the file, or it is no database of OTPClient"),
            _ => wrong_password(),
        })
    }

    fn key(&self, header: &[u8], password: &[u8]) -> Result<Key> {
        let salt = &header[self.iv + IV..self.iv + IV + SALT];
        let [passes, memory_kib, lanes] = self.argon2;
        match self.version {
            1 => kdf::pbkdf2_of::<Sha512>(password, salt, ROUNDS),
            _ => kdf::argon2id_of(password, salt, memory_kib, passes, lanes),
        }
    }
}

fn cut_short() -> Error {
    damaged("the OTPClient database is cut short")
}

fn read_token(value: &Value) -> std::result::Result<Draft, Refusal> {
    let token = Fields::of_entry(value)?;
    let account = Account {
        kind: token.text("type"),
        secret: token.text("secret"),
        algorithm: token.text("algo"),
        digits: token.number("digits")?,
        period: token.number("period")?,
        counter: token.number("counter")?,
        pin: None,
    };
    // OTPClient has no kind for Steam: it goes by the issuer.
    let is_totp = account.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("totp"));
    let is_steam = is_totp && token.text("issuer").is_some_and(|issuer| issuer.eq_ignore_ascii_case("steam"));
    let account = if is_steam { Account { kind: Some("steam".into()), ..account } } else { account };
    let mut draft = account.draft(value)?;
    draft.issuer = token.text("issuer").unwrap_or_default();
    draft.account = token.text("label").unwrap_or_default();
    draft.tags = token.text("group").into_iter().collect();
    Ok(draft)
}
