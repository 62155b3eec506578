//! How values of a key container are encrypted with a password: RFC 6030, section 6, over XML Encryption and PKCS #5.

use super::super::read::crypto::{open_cbc_with, wrong_password};
use super::super::read::encoding::base64;
use super::super::read::json::{Refusal, damaged};
use super::super::read::kdf::{self, Key};
use super::super::read::xml::Element;
use crate::error::{Error, Result};
use crate::secret::SecretText;
use aes::cipher::block_padding::Iso10126;
use aes::{Aes128, Aes192, Aes256};
use hmac::{EagerHash, Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

const IV: usize = 16;

/// Opens the values of one container.
pub(super) struct Opener {
    key: Key,
    /// The method's name, and its key; none where values bear no MAC.
    mac: Option<(String, Zeroizing<Vec<u8>>)>,
}

/// Why an entry is not taken.
pub(super) enum Shut {
    /// The password does not open it, or it was altered.
    Password,
    Other(Refusal),
}

impl From<&str> for Shut {
    fn from(reason: &str) -> Self {
        Shut::Other(reason.to_owned())
    }
}

impl From<Refusal> for Shut {
    fn from(reason: Refusal) -> Self {
        Shut::Other(reason)
    }
}

impl From<Shut> for Refusal {
    fn from(shut: Shut) -> Self {
        match shut {
            Shut::Password => "the password does not open it".into(),
            Shut::Other(reason) => reason,
        }
    }
}

/// Refuses a container that no password opens.
pub(super) fn check(root: &Element) -> Result<()> {
    let refused = |by: &str| {
        Err(damaged(&format!("the keys are encrypted {by}, which can't be opened here"))
            .hint("ask who made the file for one with a password"))
    };
    let how = root.child("EncryptionKey").map(Element::children).unwrap_or_default();
    match how.iter().map(|child| child.name.as_str()).find(|name| ["DerivedKey", "X509Data", "KeyName"].contains(name)) {
        Some("DerivedKey") => Ok(()),
        Some("X509Data") => refused("for the owner of a certificate"),
        Some(_) => refused("with a key that both sides agreed on, by its name alone"),
        None => Err(damaged("the key container does not tell how its keys are encrypted")),
    }
}

impl Opener {
    pub(super) fn new(root: &Element, password: &SecretText) -> Result<Opener> {
        let incomplete = || damaged("what the key container tells of its encryption is not complete");
        let method = root.at(&["EncryptionKey", "DerivedKey", "KeyDerivationMethod"]).ok_or_else(incomplete)?;
        if !method.attribute("Algorithm").is_some_and(|uri| uri.ends_with("#pbkdf2")) {
            return Err(damaged("the key container derives its key in a way that is not known"));
        }
        let params = method.child("PBKDF2-params").ok_or_else(incomplete)?;
        let salt = params.at(&["Salt", "Specified"]).and_then(Element::text).and_then(base64).ok_or_else(incomplete)?;
        let rounds = params.text_of("IterationCount").and_then(|text| text.parse().ok()).ok_or_else(incomplete)?;
        // As an attribute, or, by one program, as text.
        let prf =
            params.child("PRF").and_then(|prf| prf.attribute("Algorithm").or_else(|| prf.text())).map_or("hmac-sha1", name_of);
        // Of a shorter key it is the beginning.
        let key = match prf {
            "hmac-sha1" => kdf::pbkdf2::<Sha1>(password, &salt, rounds)?,
            "hmac-sha224" => kdf::pbkdf2::<Sha224>(password, &salt, rounds)?,
            "hmac-sha256" => kdf::pbkdf2::<Sha256>(password, &salt, rounds)?,
            "hmac-sha384" => kdf::pbkdf2::<Sha384>(password, &salt, rounds)?,
            "hmac-sha512" => kdf::pbkdf2::<Sha512>(password, &salt, rounds)?,
            _ => return Err(damaged("the key container derives its key with a hash that is not known")),
        };
        let mut opener = Opener { key, mac: None };
        if let Some(method) = root.child("MACMethod") {
            let name = name_of(method.attribute("Algorithm").unwrap_or_default()).to_owned();
            let mac_key = match method.child("MACKey") {
                Some(sealed) => opener.decrypt(sealed).map_err(|shut| match shut {
                    Shut::Password => wrong_password(),
                    Shut::Other(reason) => damaged(&format!("the MAC key of the container can't be read: {reason}")),
                })?,
                None => Zeroizing::new(opener.key.to_vec()),
            };
            opener.mac = Some((name, mac_key));
        }
        Ok(opener)
    }

    /// The value of an element, whose MAC stands beside it.
    pub(super) fn open(&self, sealed: &Element, mac: Option<&str>) -> std::result::Result<Zeroizing<Vec<u8>>, Shut> {
        if let Some((method, key)) = &self.mac {
            let mac = mac.and_then(base64).ok_or("its MAC is missing")?;
            match is_authentic(method, key, &cipher_value(sealed)?, &mac) {
                Some(true) => {}
                Some(false) => return Err(Shut::Password),
                None => return Err("its MAC is of a kind that is not known".into()),
            }
        }
        self.decrypt(sealed)
    }

    /// The IV stands before the ciphertext. Of the padding only the last byte tells anything.
    fn decrypt(&self, sealed: &Element) -> std::result::Result<Zeroizing<Vec<u8>>, Shut> {
        let bytes = cipher_value(sealed)?;
        let (iv, text) = bytes.split_at_checked(IV).ok_or("what is encrypted is cut short")?;
        let method = sealed.child("EncryptionMethod").and_then(|method| method.attribute("Algorithm")).unwrap_or_default();
        let plain = match name_of(method) {
            "aes128-cbc" => open_cbc_with::<Aes128, Iso10126>(&self.key[..16], iv, text),
            "aes192-cbc" => open_cbc_with::<Aes192, Iso10126>(&self.key[..24], iv, text),
            "aes256-cbc" => open_cbc_with::<Aes256, Iso10126>(&*self.key, iv, text),
            _ => return Err("it is encrypted with a cipher that is not known".into()),
        };
        plain.ok_or(Shut::Password)
    }
}

/// What stands behind the `#` of an algorithm's URI.
fn name_of(uri: &str) -> &str {
    uri.rsplit('#').next().unwrap_or_default()
}

fn cipher_value(sealed: &Element) -> std::result::Result<Zeroizing<Vec<u8>>, Shut> {
    let value = sealed.at(&["CipherData", "CipherValue"]).and_then(Element::text).and_then(base64);
    value.ok_or_else(|| "what is encrypted can't be read".into())
}

/// Whether the MAC is right; `None` where the method is not known.
fn is_authentic(method: &str, key: &[u8], value: &[u8], mac: &[u8]) -> Option<bool> {
    fn verify<H: EagerHash>(key: &[u8], value: &[u8], mac: &[u8]) -> bool {
        Hmac::<H>::new_from_slice(key).is_ok_and(|check| check.chain_update(value).verify_slice(mac).is_ok())
    }
    Some(match method {
        "hmac-sha1" => verify::<Sha1>(key, value, mac),
        "hmac-sha224" => verify::<Sha224>(key, value, mac),
        "hmac-sha256" => verify::<Sha256>(key, value, mac),
        "hmac-sha384" => verify::<Sha384>(key, value, mac),
        "hmac-sha512" => verify::<Sha512>(key, value, mac),
        _ => return None,
    })
}

/// Of the writer: HMAC-SHA-256.
pub(super) fn mac_of(key: &[u8], value: &[u8]) -> std::result::Result<Vec<u8>, Error> {
    let mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| Error::failed("encrypting failed"))?;
    Ok(mac.chain_update(value).finalize().into_bytes().to_vec())
}
