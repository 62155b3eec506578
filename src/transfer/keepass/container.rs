//! Opening a KDBX database: from the composite key to the XML in it and the stream that still hides single values.
//! Version 4 authenticates header and content, so a wrong key and damage are told apart for certain;
//! version 3 by the 32 bytes its content begins with.

use super::header::{Cipher, Derivation, Header, Pieces, cut_short};
use crate::error::{Error, ErrorKind, Result};
use crate::transfer::read::MAX_EXPANDED;
use crate::transfer::read::json::damaged;
use crate::transfer::read::kdf::{self, Algorithm, Cost, Key, Version};
use aes::cipher::block_padding::{NoPadding, Padding, Pkcs7};
use aes::cipher::consts::U16;
use aes::cipher::{BlockCipherDecrypt, BlockModeDecrypt, BlockSizeUser, KeyInit, KeyIvInit, StreamCipher};
use chacha20::ChaCha20;
use flate2::read::GzDecoder;
use hmac::{Hmac, Mac};
use salsa20::Salsa20;
use sha2::{Digest, Sha256, Sha512};
use std::io::Read;
use zeroize::Zeroizing;

type Bytes = Zeroizing<Vec<u8>>;

/// What hides the protected values of the XML, in the order in which they stand there.
pub enum Stream {
    None,
    Salsa20(Box<Salsa20>),
    ChaCha20(Box<ChaCha20>),
}

impl Stream {
    pub const CHACHA_20: u32 = 3;

    pub fn new(number: u32, key: &[u8]) -> Result<Stream> {
        const SALSA_NONCE: [u8; 8] = [0xE8, 0x30, 0x09, 0x4B, 0x97, 0x20, 0x5D, 0x2A];
        match number {
            0 => Ok(Stream::None),
            2 => Ok(Stream::Salsa20(Box::new(Salsa20::new(&Sha256::digest(key), &SALSA_NONCE.into())))),
            Stream::CHACHA_20 => {
                let derived = Zeroizing::new(<[u8; 64]>::from(Sha512::digest(key)));
                let cipher = ChaCha20::new_from_slices(&derived[..32], &derived[32..44]);
                Ok(Stream::ChaCha20(Box::new(cipher.map_err(|_| damaged("the key of its values is damaged"))?)))
            }
            _ => Err(damaged("the KeePass database hides its values with a cipher that is not supported")),
        }
    }

    /// Hides, or shows again, the next value.
    pub fn apply(&mut self, value: &mut [u8]) {
        match self {
            Stream::None => {}
            Stream::Salsa20(cipher) => cipher.apply_keystream(value),
            Stream::ChaCha20(cipher) => cipher.apply_keystream(value),
        }
    }
}

pub struct Opened {
    pub xml: Bytes,
    pub stream: Stream,
}

pub fn wrong_key() -> Error {
    Error::new(ErrorKind::WrongPassword, "the password does not open the KeePass database")
}

fn right_but(what: &str) -> Error {
    damaged(&format!("the password is right, but the KeePass database is damaged: {what}"))
}

/// Whether the header is the one that was written. Version 3 tells it in the XML alone.
pub fn check(bytes: &[u8], header: &Header) -> Result<()> {
    if header.is_version_4 {
        let (head, rest) = bytes.split_at_checked(header.length).ok_or_else(cut_short)?;
        if rest.get(..32).ok_or_else(cut_short)? != Sha256::digest(head).as_slice() {
            return Err(damaged("the header of the KeePass database is damaged"));
        }
    }
    Ok(())
}

/// `bytes` is the whole file, `header` that of it.
pub fn open(bytes: &[u8], header: &Header, composite: &Key) -> Result<Opened> {
    let derived = derive(&header.derivation, composite)?;
    let key: Key = Zeroizing::new(Sha256::new().chain_update(header.master_seed).chain_update(*derived).finalize().into());
    let (content, mut stream) = match header.is_version_4 {
        true => (open_4(bytes, header, &derived, &key)?, None),
        false => (open_3(bytes, header, &key)?, header.stream.map(|(number, key)| Stream::new(number, key)).transpose()?),
    };
    let mut xml = if header.is_compressed { expand(&content)? } else { content };
    if header.is_version_4 {
        let (number, stream_key, length) = inner_header(&xml)?;
        stream = Some(Stream::new(number, stream_key)?);
        xml.drain(..length);
    }
    Ok(Opened { xml, stream: stream.unwrap_or(Stream::None) })
}

fn derive(derivation: &Derivation, composite: &Key) -> Result<Key> {
    match *derivation {
        Derivation::AesRounds { ref seed, rounds } => kdf::aes_rounds(composite, seed, rounds),
        Derivation::Argon2 { is_d, version, salt, memory, passes, lanes } => {
            let algorithm = if is_d { Algorithm::Argon2d } else { Algorithm::Argon2id };
            let version = Version::try_from(version).map_err(|_| damaged("its Argon2 is of a version that is not known"))?;
            kdf::argon2(algorithm, version, &**composite, salt, Cost { memory_kib: memory >> 10, passes, lanes })
        }
    }
}

/// The key that authenticates a block: block 2^64 − 1 is the header.
pub fn block_mac(derived: &Key, master_seed: &[u8], index: u64) -> Hmac<Sha256> {
    let base = Zeroizing::new(<[u8; 64]>::from(
        Sha512::new().chain_update(master_seed).chain_update(**derived).chain_update([1]).finalize(),
    ));
    let key = Zeroizing::new(<[u8; 64]>::from(Sha512::new().chain_update(index.to_le_bytes()).chain_update(*base).finalize()));
    <Hmac<Sha256> as KeyInit>::new_from_slice(&*key).expect("HMAC takes keys of any length")
}

/// Version 4: each block is authenticated as it lies in the file, and all of them are one ciphertext.
fn open_4(bytes: &[u8], header: &Header, derived: &Key, key: &Key) -> Result<Bytes> {
    let (head, rest) = bytes.split_at_checked(header.length).ok_or_else(cut_short)?;
    let mut pieces = Pieces(rest.get(32..).ok_or_else(cut_short)?);
    let tag = pieces.take(32).ok_or_else(cut_short)?;
    block_mac(derived, header.master_seed, u64::MAX).chain_update(head).verify_slice(tag).map_err(|_| wrong_key())?;
    let mut sealed = Zeroizing::new(Vec::with_capacity(pieces.0.len()));
    for index in 0u64.. {
        let cut = || right_but("it is cut short");
        let tag = pieces.take(32).ok_or_else(cut)?;
        let length = pieces.number(4).ok_or_else(cut)? as u32;
        let block = pieces.take(length as usize).ok_or_else(cut)?;
        let mac = block_mac(derived, header.master_seed, index).chain_update(index.to_le_bytes());
        let mac = mac.chain_update(length.to_le_bytes()).chain_update(block);
        mac.verify_slice(tag).map_err(|_| right_but("a block of it was changed"))?;
        if block.is_empty() {
            break;
        }
        sealed.extend_from_slice(block);
    }
    decipher(header, key, &mut sealed)?;
    if header.cipher != Cipher::ChaCha20 {
        unpad(&mut sealed)?;
    }
    Ok(sealed)
}

/// Version 3: one ciphertext, in it blocks with a hash each.
fn open_3(bytes: &[u8], header: &Header, key: &Key) -> Result<Bytes> {
    let mut content = Zeroizing::new(bytes.get(header.length..).ok_or_else(cut_short)?.to_vec());
    if content.len() < 48 {
        return Err(cut_short());
    }
    if header.cipher != Cipher::ChaCha20 {
        // Of a file that is cut short the whole blocks alone can be deciphered.
        let whole = content.len() / 16 * 16;
        let is_whole = whole == content.len();
        content.truncate(whole);
        decipher(header, key, &mut content)?;
        if !content.starts_with(header.start) {
            return Err(if is_whole { wrong_key() } else { cut_short() });
        }
        if !is_whole {
            return Err(right_but("it is cut short"));
        }
        unpad(&mut content)?;
    } else {
        decipher(header, key, &mut content)?;
        if !content.starts_with(header.start) {
            return Err(wrong_key());
        }
    }
    let mut pieces = Pieces(&content[header.start.len()..]);
    let mut joined = Zeroizing::new(Vec::with_capacity(pieces.0.len()));
    loop {
        let cut = || right_but("it is cut short");
        pieces.take(4).ok_or_else(cut)?;
        let hash = pieces.take(32).ok_or_else(cut)?;
        let length = pieces.number(4).ok_or_else(cut)?;
        let block = pieces.take(length as usize).ok_or_else(cut)?;
        if block.is_empty() {
            return Ok(joined);
        }
        if hash != Sha256::digest(block).as_slice() {
            return Err(right_but("a block of it was changed"));
        }
        joined.extend_from_slice(block);
    }
}

/// Deciphers in place; block ciphers leave their padding.
fn decipher(header: &Header, key: &Key, content: &mut [u8]) -> Result<()> {
    let odd = || damaged("the KeePass database is damaged: its ciphertext has a length or an IV that can't be");
    match header.cipher {
        Cipher::Aes256 => decipher_blocks::<aes::Aes256>(key, header.iv, content).ok_or_else(odd),
        Cipher::Twofish => decipher_blocks::<twofish::Twofish>(key, header.iv, content).ok_or_else(odd),
        Cipher::ChaCha20 => {
            let mut cipher = ChaCha20::new_from_slices(&**key, header.iv).map_err(|_| odd())?;
            cipher.apply_keystream(content);
            Ok(())
        }
    }
}

fn decipher_blocks<C: BlockCipherDecrypt + KeyInit + BlockSizeUser>(key: &Key, iv: &[u8], content: &mut [u8]) -> Option<()> {
    let cipher = cbc::Decryptor::<C>::new_from_slices(&**key, iv).ok()?;
    cipher.decrypt_padded::<NoPadding>(content).ok().map(|_| ())
}

fn unpad(content: &mut Bytes) -> Result<()> {
    let (blocks, _) = content.as_chunks::<16>();
    let last = blocks.last().map(|block| Pkcs7::unpad::<U16>(block.into()).map(<[u8]>::len));
    let Some(Ok(left)) = last else { return Err(right_but("its end is missing")) };
    let length = (blocks.len() - 1) * 16 + left;
    content.truncate(length);
    Ok(())
}

fn expand(content: &[u8]) -> Result<Bytes> {
    let mut expanded = Zeroizing::new(Vec::new());
    GzDecoder::new(content)
        .take(MAX_EXPANDED + 1)
        .read_to_end(&mut expanded)
        .map_err(|_| right_but("its content can't be unpacked"))?;
    if expanded.len() as u64 > MAX_EXPANDED {
        return Err(damaged("the KeePass database expands to more than 64 MiB")
            .hint("export the entries with one-time passwords alone, without attachments"));
    }
    Ok(expanded)
}

/// Number and key of the stream, and the length of this header, which stands before the XML in version 4. Attachments are passed over.
fn inner_header(content: &[u8]) -> Result<(u32, &[u8], usize)> {
    const STREAM: u64 = 1;
    const STREAM_KEY: u64 = 2;
    let incomplete = || right_but("its inner header is not complete");
    let mut pieces = Pieces(content);
    let (mut number, mut key) = (None, None);
    loop {
        let id = pieces.number(1).ok_or_else(incomplete)?;
        let length = pieces.number(4).ok_or_else(incomplete)?;
        let value = pieces.take(length as usize).ok_or_else(incomplete)?;
        match id {
            0 => break,
            STREAM => number = Pieces(value).number(4),
            STREAM_KEY => key = Some(value),
            _ => {}
        }
    }
    let number = number.ok_or_else(incomplete)? as u32;
    Ok((number, key.ok_or_else(incomplete)?, content.len() - pieces.0.len()))
}
