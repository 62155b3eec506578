//! The outer header of a KDBX database, versions 3 and 4: which cipher, which key derivation, and where the content starts.

use crate::error::{Error, ErrorKind, Result};
use crate::transfer::read::json::damaged;

/// How every KeePass file begins.
const MARK: [u8; 4] = [0x03, 0xD9, 0xA2, 0x9A];
const KDB: [u8; 4] = [0x65, 0xFB, 0x4B, 0xB5];
const PRE_RELEASE: [u8; 4] = [0x66, 0xFB, 0x4B, 0xB5];
pub const KDBX: [u8; 8] = [0x03, 0xD9, 0xA2, 0x9A, 0x67, 0xFB, 0x4B, 0xB5];

pub mod field {
    pub const END: u8 = 0;
    pub const CIPHER: u8 = 2;
    pub const COMPRESSION: u8 = 3;
    pub const MASTER_SEED: u8 = 4;
    pub const TRANSFORM_SEED: u8 = 5;
    pub const TRANSFORM_ROUNDS: u8 = 6;
    pub const IV: u8 = 7;
    pub const STREAM_KEY: u8 = 8;
    pub const STREAM_START: u8 = 9;
    pub const STREAM: u8 = 10;
    pub const DERIVATION: u8 = 11;
}

pub const AES_256: [u8; 16] = *b"\x31\xC1\xF2\xE6\xBF\x71\x43\x50\xBE\x58\x05\x21\x6A\xFC\x5A\xFF";
const TWOFISH: [u8; 16] = *b"\xAD\x68\xF2\x9F\x57\x6F\x4B\xB9\xA3\x6A\xD4\x7A\xF9\x65\x34\x6C";
const CHACHA_20: [u8; 16] = *b"\xD6\x03\x8A\x2B\x8B\x6F\x4C\xB5\xA5\x24\x33\x9A\x31\xDB\xB5\x9A";

const AES_ROUNDS: [u8; 16] = *b"\xC9\xD9\xF3\x9A\x62\x8A\x44\x60\xBF\x74\x0D\x08\xC1\x8A\x4F\xEA";
/// The same derivation under the name KeePassXC gives it in version 4.
const AES_ROUNDS_4: [u8; 16] = *b"\x7C\x02\xBB\x82\x79\xA7\x4A\xC0\x92\x7D\x11\x4A\x00\x64\x82\x38";
const ARGON2_D: [u8; 16] = *b"\xEF\x63\x6D\xDF\x8C\x29\x44\x4B\x91\xF7\xA9\xA4\x03\xE3\x0A\x0C";
pub const ARGON2_ID: [u8; 16] = *b"\x9E\x29\x8B\x19\x56\xDB\x47\x73\xB2\x3D\xFC\x3E\xC6\xF0\xA1\xE6";

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cipher {
    Aes256,
    Twofish,
    ChaCha20,
}

/// How the key of the file is made from the composite key.
pub enum Derivation<'a> {
    AesRounds { seed: [u8; 32], rounds: u64 },
    Argon2 { is_d: bool, version: u32, salt: &'a [u8], memory: u64, passes: u64, lanes: u64 },
}

pub struct Header<'a> {
    pub is_version_4: bool,
    pub cipher: Cipher,
    pub is_compressed: bool,
    pub master_seed: &'a [u8],
    pub iv: &'a [u8],
    pub derivation: Derivation<'a>,
    /// Version 3 alone: the number and the key of the cipher of single values, and how the content must begin.
    pub stream: Option<(u32, &'a [u8])>,
    pub start: &'a [u8],
    /// Bytes of the header, all else behind it.
    pub length: usize,
}

/// Whether a file is of any version of KeePass.
pub fn is_keepass(bytes: &[u8]) -> bool {
    let rest = bytes.strip_prefix(&MARK);
    rest.is_some_and(|rest| [KDB, PRE_RELEASE].iter().any(|mark| rest.starts_with(mark))) || bytes.starts_with(&KDBX)
}

/// What is read from the front, piece by piece; `None` where it ends too early.
pub struct Pieces<'a>(pub &'a [u8]);

impl<'a> Pieces<'a> {
    pub fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (piece, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(piece)
    }

    pub fn number(&mut self, width: usize) -> Option<u64> {
        self.take(width).and_then(number)
    }
}

/// A number of up to 8 bytes, the least significant first.
fn number(bytes: &[u8]) -> Option<u64> {
    (bytes.len() <= 8).then(|| bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

pub fn cut_short() -> Error {
    damaged("the KeePass database is cut short")
}

/// Reads the header and looks whether all of it can be made use of; nothing is derived yet.
pub fn read(bytes: &[u8]) -> Result<Header<'_>> {
    if bytes.starts_with(&[MARK, KDB].concat()) {
        return Err(not_supported("databases of KeePass 1 (.kdb) are not supported"));
    }
    if bytes.starts_with(&[MARK, PRE_RELEASE].concat()) {
        return Err(not_supported("databases of a KeePass 2 from before its release are not supported"));
    }
    let mut pieces = Pieces(bytes.strip_prefix(&KDBX).ok_or_else(|| damaged("this is no KeePass database"))?);
    let version = pieces.number(4).ok_or_else(cut_short)?;
    let is_version_4 = match version >> 16 {
        3 => false,
        4 => true,
        1 | 2 => return Err(not_supported("databases of a KeePass 2 from before 2.20 are not supported")),
        _ => return Err(damaged("the KeePass database tells a version that there is not")),
    };
    let mut fields: [Option<&[u8]>; 16] = [None; 16];
    loop {
        let id = pieces.number(1).ok_or_else(cut_short)? as usize;
        let length = pieces.number(if is_version_4 { 4 } else { 2 }).ok_or_else(cut_short)?;
        let value = pieces.take(usize::try_from(length).unwrap_or(usize::MAX)).ok_or_else(cut_short)?;
        if let Some(place) = fields.get_mut(id) {
            *place = Some(value);
        }
        if id == usize::from(field::END) {
            break;
        }
    }
    let incomplete = || damaged("the header of the KeePass database is not complete");
    let field = |id: u8| fields[usize::from(id)].ok_or_else(incomplete);
    let cipher = match <[u8; 16]>::try_from(field(field::CIPHER)?).map_err(|_| incomplete())? {
        AES_256 => Cipher::Aes256,
        TWOFISH => Cipher::Twofish,
        CHACHA_20 => Cipher::ChaCha20,
        _ => return Err(damaged("the KeePass database is encrypted with a cipher that is not known")),
    };
    let is_compressed = match field(field::COMPRESSION).ok().and_then(number) {
        None | Some(0) => false,
        Some(1) => true,
        Some(_) => return Err(damaged("the KeePass database is compressed in a way that is not known")),
    };
    let derivation = match is_version_4 {
        true => derivation(field(field::DERIVATION)?)?,
        false => Derivation::AesRounds {
            seed: field(field::TRANSFORM_SEED)?.try_into().map_err(|_| incomplete())?,
            rounds: number(field(field::TRANSFORM_ROUNDS)?).ok_or_else(incomplete)?,
        },
    };
    let (stream, start) = match is_version_4 {
        true => (None, &[][..]),
        false => {
            let stream = number(field(field::STREAM)?).and_then(|stream| u32::try_from(stream).ok()).ok_or_else(incomplete)?;
            let start = Some(field(field::STREAM_START)?).filter(|start| start.len() == 32).ok_or_else(incomplete)?;
            (Some((stream, field(field::STREAM_KEY)?)), start)
        }
    };
    Ok(Header {
        is_version_4,
        cipher,
        is_compressed,
        master_seed: field(field::MASTER_SEED)?,
        iv: field(field::IV)?,
        derivation,
        stream,
        start,
        length: bytes.len() - pieces.0.len(),
    })
}

/// Of the dictionary that version 4 tells it in: a type, a name and a value for each setting.
fn derivation(dictionary: &[u8]) -> Result<Derivation<'_>> {
    let incomplete = || damaged("the key derivation of the KeePass database is not complete");
    let mut pieces = Pieces(dictionary);
    if pieces.number(2).ok_or_else(incomplete)? >> 8 != 1 {
        return Err(damaged("the key derivation of the KeePass database is told in a version that is not known"));
    }
    let mut settings: Vec<(&[u8], &[u8])> = Vec::new();
    while pieces.number(1).ok_or_else(incomplete)? != 0 {
        let mut piece = || pieces.number(4).and_then(|length| pieces.take(length as usize)).ok_or_else(incomplete);
        settings.push((piece()?, piece()?));
    }
    let find = |name: &[u8]| settings.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let setting = |name: &[u8]| find(name).ok_or_else(incomplete);
    let amount = |name: &[u8]| setting(name).and_then(|value| number(value).ok_or_else(incomplete));
    match <[u8; 16]>::try_from(setting(b"$UUID")?).map_err(|_| incomplete())? {
        AES_ROUNDS | AES_ROUNDS_4 => {
            Ok(Derivation::AesRounds { seed: setting(b"S")?.try_into().map_err(|_| incomplete())?, rounds: amount(b"R")? })
        }
        // A secret and associated data have their names in the format; no program is known that writes them.
        _ if [&b"K"[..], b"A"].iter().any(|name| find(name).is_some_and(|value| !value.is_empty())) => {
            Err(damaged("the key derivation of the KeePass database takes more than a password and a key file"))
        }
        id @ (ARGON2_D | ARGON2_ID) => Ok(Derivation::Argon2 {
            is_d: id == ARGON2_D,
            version: u32::try_from(amount(b"V")?).map_err(|_| incomplete())?,
            salt: setting(b"S")?,
            memory: amount(b"M")?,
            passes: amount(b"I")?,
            lanes: amount(b"P")?,
        }),
        _ => Err(damaged("the KeePass database derives its key in a way that is not known")),
    }
}

fn not_supported(what: &str) -> Error {
    Error::new(ErrorKind::UnknownFormat, what).hint("open it in KeePass or KeePassXC, save it as .kdbx and import that")
}
