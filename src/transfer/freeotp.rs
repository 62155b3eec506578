//! FreeOTP: the preferences of version 1 (FreeOTP+ keeps its tokens in the same way), and the backup of version 2, a serialised
//! Java map: a master key under the password (PBKDF2, AES-256-GCM), each secret under the master key, its name beside it.

use super::freeotp_plus::{next_counter, read_named, read_token};
use super::read::account::{Account, kind_of};
use super::read::crypto::{needs_password, open_gcm, wrong_password};
use super::read::java;
use super::read::json::{self, Fields, Refusal, damaged};
use super::read::kdf::{self, Key};
use super::read::xml;
use super::{Draft, Encryption, ForeignFile, Format, Found};
use crate::error::Result;
use crate::otp::Kind;
use crate::secret::{Secret, SecretText};
use serde_json::Value;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use std::collections::HashMap;
use zeroize::Zeroizing;

pub struct FreeOtp;

const MASTER: &str = "masterKey";
const ORDER: &str = "tokenOrder";
/// Behind the id of a token, where its name and parameters stand.
const TOKEN: &str = "-token";
const CIPHER: &str = "AES/GCM/NoPadding";

impl Format for FreeOtp {
    fn id(&self) -> &'static str {
        "freeotp"
    }

    fn name(&self) -> &'static str {
        "FreeOTP"
    }

    fn how_to_get(&self) -> &'static str {
        "in FreeOTP 2: menu, Backup; of FreeOTP 1 or FreeOTP+, on a rooted phone: shared_prefs/tokens.xml"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        java::is_map(file.bytes())
            || file.xml().and_then(xml::Element::preferences).is_some_and(|texts| texts.iter().any(is_token))
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        if file.bytes().starts_with(java::MARK) {
            return read_backup(&java::map_of_texts(file.bytes())?, password);
        }
        let texts = xml::of_file(file)?.preferences().ok_or_else(|| damaged("these are no preferences of FreeOTP"))?;
        let tokens: Vec<&str> = texts.iter().filter(|(name, _)| *name != ORDER).map(|(_, text)| *text).collect();
        if tokens.is_empty() {
            return Err(damaged("the preferences of FreeOTP hold no token"));
        }
        Found::collect(tokens.iter().enumerate().map(|(index, token)| {
            let token = xml::json_of(token).map_err(|_| "not an object".to_owned());
            (index, token.and_then(|token| read_token(&token)))
        }))
    }
}

/// Of version 1: an object whose secret is a list of bytes.
fn is_token((_, text): &(&str, &str)) -> bool {
    text.trim_start().starts_with('{')
        && xml::json_of(text).is_ok_and(|token| token.get("secret").is_some_and(Value::is_array) && token.get("label").is_some())
}

type Texts = [(Zeroizing<String>, Zeroizing<String>)];

fn read_backup(texts: &Texts, password: Option<&SecretText>) -> Result<Found> {
    let by_name: HashMap<&str, &str> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let master = by_name.get(MASTER).ok_or_else(|| damaged("the FreeOTP backup holds no master key"))?;
    let password = password.ok_or_else(|| needs_password("the password of the FreeOTP backup"))?;
    let master = open_master(&json::of_bytes(master.as_bytes())?, password)?;
    let ids = texts.iter().filter_map(|(name, _)| name.strip_suffix(TOKEN));
    let entries = ids.enumerate().map(|(index, id)| (index, read_entry(id, &by_name, &master)));
    let mut found = Found::collect(entries)?;
    let nameless = texts.iter().filter(|(name, _)| {
        ![MASTER, ORDER].contains(&name.as_str())
            && !name.ends_with(TOKEN)
            && !by_name.contains_key(format!("{}{TOKEN}", **name).as_str())
    });
    match nameless.count() {
        0 => {}
        1 => found.warnings.push("1 secret of the backup has no token and was left out.".into()),
        many => found.warnings.push(format!("{many} secrets of the backup have no token and were left out.")),
    }
    Ok(found)
}

fn open_master(master: &Value, password: &SecretText) -> Result<Key> {
    let incomplete = || damaged("the master key of the FreeOTP backup is not complete");
    let master = Fields::of(master).ok_or_else(incomplete)?;
    let salt = bytes(master.list("mSalt")).ok_or_else(incomplete)?;
    let rounds = master.number("mIterations").ok().flatten().ok_or_else(incomplete)?;
    let sealed = master.fields("mEncryptedKey").ok_or_else(incomplete)?;
    let key = match master.text("mAlgorithm").as_deref() {
        Some("PBKDF2withHmacSHA512") => kdf::pbkdf2::<Sha512>(password, &salt, rounds)?,
        Some("PBKDF2withHmacSHA256") => kdf::pbkdf2::<Sha256>(password, &salt, rounds)?,
        Some("PBKDF2withHmacSHA1") => kdf::pbkdf2::<Sha1>(password, &salt, rounds)?,
        _ => return Err(damaged("the FreeOTP backup derives its key in a way that is not known")),
    };
    let sealed = Sealed::of(sealed).map_err(|_| incomplete())?;
    let master = sealed.open(&key).ok_or_else(wrong_password)?;
    Ok(Zeroizing::new(master.as_slice().try_into().map_err(|_| incomplete())?))
}

fn read_entry(id: &str, by_name: &HashMap<&str, &str>, master: &Key) -> std::result::Result<Draft, Refusal> {
    let parsed = |name: &str| by_name.get(name).and_then(|text| json::of_bytes(text.as_bytes()).ok());
    let told = parsed(&format!("{id}{TOKEN}")).ok_or("not an object")?;
    let token = Fields::of_entry(&told)?;
    read_named(token, &["image", "imageAlt"], || {
        let secret = open_secret(&parsed(id).ok_or("the secret is missing")?, master)?;
        let account = Account {
            kind: token.text("type"),
            algorithm: token.text("algo"),
            digits: token.number("digits")?,
            period: token.number("period")?,
            counter: next_counter(token)?,
            ..Account::default()
        };
        match account.kind.as_deref().map_or(Kind::Totp, kind_of) {
            Kind::Unknown => {
                let mut draft = account.draft(&told)?;
                draft.credential.secret = secret;
                Ok(draft)
            }
            kind => account.with_secret(kind, secret),
        }
    })
}

fn open_secret(sealed: &Value, master: &Key) -> std::result::Result<Secret, Refusal> {
    let sealed = sealed.get("key").and_then(Value::as_str).and_then(|text| json::of_bytes(text.as_bytes()).ok());
    let sealed = sealed.ok_or("the secret can't be read")?;
    let secret = Sealed::of(Fields::of_entry(&sealed)?)?.open(master).filter(|secret| !secret.is_empty());
    Ok(Secret::new(secret.ok_or("the secret can't be decrypted: it is damaged")?.to_vec()))
}

/// What Java's cipher made, with its parameters. What it is for is authenticated as well.
struct Sealed {
    nonce: Zeroizing<Vec<u8>>,
    text: Zeroizing<Vec<u8>>,
    purpose: String,
}

impl Sealed {
    fn of(fields: Fields) -> std::result::Result<Sealed, Refusal> {
        let part = |name: &str| bytes(fields.list(name)).ok_or_else(|| format!("\"{name}\" can't be read"));
        if fields.text("mCipher").is_some_and(|cipher| cipher != CIPHER) {
            return Err("its cipher is not known".into());
        }
        let nonce = nonce(&part("mParameters")?).ok_or("\"mParameters\" can't be read")?;
        Ok(Sealed { nonce, text: part("mCipherText")?, purpose: fields.text("mToken").unwrap_or_default() })
    }

    fn open(&self, key: &Key) -> Option<Zeroizing<Vec<u8>>> {
        open_gcm(key, &self.nonce, &self.text, self.purpose.as_bytes())
    }
}

/// DER: the octets of the nonce, on newer Androids in a sequence with the length of the tag.
fn nonce(der: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    const SEQUENCE: u8 = 0x30;
    const OCTETS: u8 = 0x04;
    let inner = match der {
        [SEQUENCE, length, inner @ ..] if usize::from(*length) == inner.len() => inner,
        _ => der,
    };
    match inner {
        [OCTETS, length, rest @ ..] => rest.get(..usize::from(*length)).map(|nonce| Zeroizing::new(nonce.to_vec())),
        _ => None,
    }
}

/// Bytes as Java writes them, with a sign.
fn bytes(list: &[Value]) -> Option<Zeroizing<Vec<u8>>> {
    let byte = |value: &Value| value.as_i64().filter(|byte| (-128..=255).contains(byte)).map(|byte| byte as u8);
    list.iter().map(byte).collect::<Option<Vec<u8>>>().map(Zeroizing::new)
}
