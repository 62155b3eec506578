//! Ciphers of encrypted files, and the errors of those that stay shut.

use super::kdf::Key;
use crate::error::{Error, ErrorKind, Result};
use crate::ports::Entropy;
use aes::cipher::block_padding::{NoPadding, Padding, Pkcs7};
use aes::cipher::{BlockCipherDecrypt, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use aes_gcm::aead::consts::U16;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::aes::Aes256;
use aes_gcm::{Aes256Gcm, AesGcm, KeyInit, Nonce};
use chacha20poly1305::XChaCha20Poly1305;
use crypto_secretstream::aead::AeadInPlace;
use crypto_secretstream::{Header, Key as StreamKey, PullStream, Stream, Tag as StreamTag};
use zeroize::Zeroizing;

type Plain = Zeroizing<Vec<u8>>;

/// AES-256-GCM, the tag behind the ciphertext; a nonce of 12 bytes, or of 16. `None` where the tag does not match.
pub fn open_gcm(key: &Key, nonce: &[u8], sealed: &[u8], associated: &[u8]) -> Option<Plain> {
    let sealed = Payload { msg: sealed, aad: associated };
    let plain = match <[u8; 16]>::try_from(nonce) {
        Ok(nonce) => AesGcm::<Aes256, U16>::new((&**key).into()).decrypt(&nonce.into(), sealed),
        Err(_) => Aes256Gcm::new((&**key).into()).decrypt(&Nonce::from(<[u8; 12]>::try_from(nonce).ok()?), sealed),
    };
    plain.ok().map(Zeroizing::new)
}

/// XChaCha20-Poly1305, the tag behind the ciphertext. `None` where it does not match, or the nonce is not of 24 bytes.
pub fn open_xchacha(key: &Key, nonce: &[u8], sealed: &[u8]) -> Option<Plain> {
    use chacha20poly1305::aead::{Aead, KeyInit};
    let nonce = <[u8; 24]>::try_from(nonce).ok()?;
    XChaCha20Poly1305::new((&**key).into()).decrypt(&nonce.into(), sealed).ok().map(Zeroizing::new)
}

/// The way back of [`open_gcm`].
pub fn seal_gcm(key: &Key, nonce: &[u8; 12], plain: &[u8], associated: &[u8]) -> Vec<u8> {
    Aes256Gcm::new((&**key).into())
        .encrypt(&Nonce::from(*nonce), Payload { msg: plain, aad: associated })
        .expect("GCM takes what fits in memory: its limit is 64 GiB")
}

/// AES-256-CBC with PKCS #7 padding. Nothing is authenticated: what comes out must be looked at. `None` where the padding is wrong.
pub fn open_cbc(key: &Key, iv: &[u8], sealed: &[u8]) -> Option<Plain> {
    open_cbc_with::<aes::Aes256, Pkcs7>(&**key, iv, sealed)
}

/// As [`open_cbc`], with another cipher or padding.
pub fn open_cbc_with<Cipher: BlockCipherDecrypt + KeyInit, Pad: Padding>(key: &[u8], iv: &[u8], sealed: &[u8]) -> Option<Plain> {
    let mut buffer = Zeroizing::new(sealed.to_vec());
    let cipher = cbc::Decryptor::<Cipher>::new_from_slices(key, iv).ok()?;
    let length = cipher.decrypt_padded::<Pad>(&mut buffer).ok()?.len();
    buffer.truncate(length);
    Some(buffer)
}

/// AES-256-CBC of whole blocks without padding, in place. `None` where they are not whole.
pub fn open_cbc_blocks(key: &Key, iv: &[u8], blocks: &mut [u8]) -> Option<()> {
    let cipher = cbc::Decryptor::<aes::Aes256>::new_from_slices(&**key, iv).ok()?;
    cipher.decrypt_padded::<NoPadding>(blocks).ok().map(|_| ())
}

/// The way back of [`open_cbc`].
pub fn seal_cbc(key: &Key, iv: &[u8; 16], plain: &[u8]) -> Vec<u8> {
    cbc::Encryptor::<aes::Aes256>::new((&**key).into(), iv.into()).encrypt_padded_vec::<Pkcs7>(plain)
}

/// One block of AES-256 by itself: the first of CBC with an IV of zeros.
pub fn open_block(key: &Key, block: &[u8; 16]) -> [u8; 16] {
    let mut block = (*block).into();
    aes::Aes256::new((&**key).into()).decrypt_block(&mut block);
    block.into()
}

pub fn random<const LENGTH: usize>(entropy: &dyn Entropy) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    entropy.fill(&mut bytes);
    bytes
}

/// A random UUID (version 4).
pub fn new_uuid(entropy: &dyn Entropy) -> String {
    uuid::Builder::from_random_bytes(random(entropy)).into_uuid().to_string()
}

/// `what` tells which password is meant: `the password of the Aegis backup`.
pub fn needs_password(what: &str) -> Error {
    Error::new(ErrorKind::NeedsPassword, format!("the file is encrypted: {what} is needed"))
}

pub fn wrong_password() -> Error {
    Error::new(ErrorKind::WrongPassword, "the password does not open the file")
}

/// The one message of a libsodium secretstream (XChaCha20-Poly1305), without associated data.
pub fn open_stream(key: &Key, header: [u8; 24], sealed: &[u8]) -> Option<Plain> {
    let mut plain = Zeroizing::new(sealed.to_vec());
    let mut stream = PullStream::init(Header::from(header), &StreamKey::from(**key));
    stream.pull(&mut *plain, b"").ok()?;
    Some(plain)
}

/// The way back of [`open_stream`], with the mark of a last message.
pub fn seal_stream(key: &Key, header: [u8; 24], plain: &[u8]) -> Result<Vec<u8>> {
    let stream = Stream::init(&StreamKey::from(**key), Header::from(header));
    // The nonce of the first message: the counter, 1, before the end of the header.
    let mut nonce = [0; 12];
    nonce[0] = 1;
    nonce[4..].copy_from_slice(&header[16..]);
    let mut sealed = [&[StreamTag::Final as u8], plain].concat();
    let mac = stream
        .encrypt_in_place_detached(&nonce.into(), b"", &mut sealed)
        .map_err(|_| Error::failed("encrypting failed: there is too much of it"))?;
    sealed.extend_from_slice(&mac);
    Ok(sealed)
}
