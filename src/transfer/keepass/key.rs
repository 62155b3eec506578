//! The composite key of a KeePass database: password and key file, each as far as it is there. An empty password is one.

use crate::error::Result;
use crate::secret::SecretText;
use crate::transfer::read::encoding::{base64, hex};
use crate::transfer::read::json::damaged;
use crate::transfer::read::kdf::Key;
use quick_xml::Reader;
use quick_xml::events::Event;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// SHA-256 over the parts that are there; `None` where there is none.
pub fn composite(password: Option<&SecretText>, key_file: Option<&[u8]>) -> Result<Option<Key>> {
    if password.is_none() && key_file.is_none() {
        return Ok(None);
    }
    let mut digest = Sha256::new();
    if let Some(password) = password {
        digest.update(Sha256::digest(password.expose()));
    }
    if let Some(key_file) = key_file {
        digest.update(*of_file(key_file)?);
    }
    Ok(Some(Zeroizing::new(digest.finalize().into())))
}

/// XML of version 1 or 2, 32 bytes, 64 hexadecimal digits, or any other file by its hash.
fn of_file(bytes: &[u8]) -> Result<Key> {
    let key = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).ok().map(Zeroizing::new);
    if let Some(key) = of_xml(bytes)?.or_else(|| key(bytes)) {
        return Ok(key);
    }
    let digits = str::from_utf8(bytes).ok().filter(|text| text.len() == 64);
    let key = digits.and_then(hex).and_then(|bytes| key(&bytes));
    Ok(key.unwrap_or_else(|| Zeroizing::new(Sha256::digest(bytes).into())))
}

/// `None` where it is no key file of this kind. Version 2 holds the start of the key's hash against typing errors.
fn of_xml(bytes: &[u8]) -> Result<Option<Key>> {
    const DEEPEST: usize = 8;
    let Ok(text) = str::from_utf8(bytes) else { return Ok(None) };
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let (mut path, mut version, mut data, mut check) = (Vec::new(), String::new(), Zeroizing::new(String::new()), None);
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) if path.len() < DEEPEST => {
                path.push(String::from_utf8_lossy(start.name().as_ref()).into_owned());
                if path == ["KeyFile", "Key", "Data"] {
                    let hash = start.try_get_attribute("Hash").ok().flatten();
                    check = hash.map(|hash| String::from_utf8_lossy(&hash.value).into_owned());
                }
            }
            Ok(Event::End(_)) => _ = path.pop(),
            Ok(Event::Text(piece)) => {
                let piece = String::from_utf8_lossy(&piece);
                if path == ["KeyFile", "Meta", "Version"] {
                    version.push_str(&piece);
                } else if path == ["KeyFile", "Key", "Data"] {
                    data.push_str(&piece);
                }
            }
            Ok(Event::Eof) => break,
            Ok(Event::Start(_) | Event::DocType(_)) | Err(_) => return Ok(None),
            Ok(_) => {}
        }
    }
    if data.is_empty() {
        return Ok(None);
    }
    if !version.trim().starts_with('2') {
        return Ok(base64(&data).and_then(|bytes| <[u8; 32]>::try_from(&**bytes).ok()).map(Zeroizing::new));
    }
    let digits: Zeroizing<String> = Zeroizing::new(data.split_whitespace().collect());
    let key = hex(&digits).and_then(|bytes| <[u8; 32]>::try_from(&**bytes).ok()).map(Zeroizing::new);
    let key = key.ok_or_else(|| damaged("the key file is damaged"))?;
    let hash = Sha256::digest(*key);
    match check.as_deref().map(hex) {
        Some(Some(check)) if !check.is_empty() && hash.starts_with(&check) => Ok(Some(key)),
        None => Ok(Some(key)),
        _ => Err(damaged("the key file is damaged: its key is not the one it was written with")),
    }
}
