//! PSKC, the Portable Symmetric Key Container of RFC 6030: XML with a package for each key, in clear, or with values encrypted
//! under a password (PBKDF2, AES-CBC, HMAC). Files under a key that was agreed otherwise, or under a certificate, are refused by name.

mod seal;
mod write;

use super::read::account::Account;
use super::read::crypto::{needs_password, wrong_password};
use super::read::encoding::base64;
use super::read::json::{Refusal, damaged};
use super::read::xml::{self, Element};
use super::{Draft, Encryption, ForeignFile, Format, Found, Writer};
use crate::error::Result;
use crate::otp::{Credential, Kind};
use crate::secret::{Secret, SecretText};
use seal::{Opener, Shut};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

pub struct Pskc;

const ROOT: &str = "KeyContainer";
const DECIMAL: &str = "DECIMAL";

impl Format for Pskc {
    fn id(&self) -> &'static str {
        "pskc"
    }

    fn name(&self) -> &'static str {
        "PSKC (RFC 6030)"
    }

    fn how_to_get(&self) -> &'static str {
        "the key file that came with hardware tokens, or an export of an authentication server; with a password or in clear"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.xml().is_some_and(|root| root.name == ROOT)
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        let root = xml::of_file(file)?;
        if root.name != ROOT {
            return Err(damaged("this is no key container of RFC 6030"));
        }
        let packages: Vec<&Element> = root.children_named("KeyPackage").collect();
        if packages.is_empty() {
            return Err(damaged("the key container holds no key"));
        }
        let is_sealed = |package: &&&Element| contains(package, "EncryptedValue");
        let sealed = packages.iter().filter(is_sealed).count();
        let opener = match (sealed, password) {
            (0, _) => None,
            (_, password) => {
                seal::check(root)?;
                Some(Opener::new(root, password.ok_or_else(|| needs_password("the password of the PSKC file"))?)?)
            }
        };
        let mut shut = 0;
        let mut entries = Vec::new();
        for (index, package) in packages.iter().enumerate() {
            let entry = read_package(package, index, opener.as_ref());
            shut += usize::from(matches!(entry, Err(Shut::Password)));
            entries.push((index, entry.map_err(Refusal::from)));
        }
        if sealed > 0 && shut == sealed {
            return Err(wrong_password());
        }
        let mut found = Found::collect(entries.into_iter())?;
        if root.child("Signature").is_some() {
            found.warnings.push("The file is signed; the signature was not checked.".into());
        }
        match root.attribute("Version") {
            Some("1.0" | "1") => {}
            Some(version) => found.warnings.push(format!(
                "The key container is of version {}, which this program does not know; it was read as version 1.0.",
                version.escape_debug()
            )),
            None => found.warnings.push("The key container does not tell its version; it was read as version 1.0.".into()),
        }
        Ok(found)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

fn contains(element: &Element, name: &str) -> bool {
    element.children().iter().any(|child| child.name == name || contains(child, name))
}

fn read_package(package: &Element, index: usize, opener: Option<&Opener>) -> std::result::Result<Draft, Shut> {
    let key = package.child("Key").ok_or("the package holds no key")?;
    let uri = key.attribute("Algorithm").unwrap_or_default();
    let algorithm = uri.rsplit([':', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let kind = match algorithm.as_str() {
        "totp" => Kind::Totp,
        "hotp" => Kind::Hotp,
        "pin" => return Err("it is a PIN, which makes no codes".into()),
        _ => Kind::Unknown,
    };
    let data = key.child("Data").ok_or("the secret is missing")?;
    let value = |name: &str| data.child(name).map(|value| read_value(value, opener)).transpose();
    let number = |name: &str| match value(name)? {
        None => Ok(None),
        Some(value) => value.number().map(Some).ok_or_else(|| Shut::Other(format!("\"{name}\" is out of range"))),
    };
    let secret = value("Secret")?.and_then(|value| value.bytes()).ok_or("the secret is missing or can't be read")?;
    if secret.is_empty() {
        return Err("the secret is missing".into());
    }
    let secret = Secret::new(secret.to_vec());
    let response = key.at(&["AlgorithmParameters", "ResponseFormat"]);
    let encoding = response.and_then(|response| response.attribute("Encoding")).unwrap_or(DECIMAL);
    let mut draft = if kind == Kind::Unknown || !encoding.eq_ignore_ascii_case(DECIMAL) {
        // Challenges and answers, or codes that are no digits.
        Draft { raw: Some(package.to_json()), ..Draft::new(Credential::new(Kind::Unknown, secret)) }
    } else {
        let digits = response.and_then(|response| response.attribute("Length")).map(str::parse);
        let account = Account {
            algorithm: key.at(&["AlgorithmParameters", "Suite"]).and_then(Element::text).map(str::to_owned),
            digits: digits.transpose().map_err(|_| "the number of digits can't be read")?,
            period: number("TimeInterval")?,
            counter: number("Counter")?,
            ..Account::default()
        };
        let mut draft = account.with_secret(kind, secret)?;
        draft.raw = kept(package, key, index, number("TimeDrift")?);
        draft
    };
    draft.issuer = key.text_of("Issuer").unwrap_or_default().to_owned();
    draft.account = key.text_of("FriendlyName").or_else(|| key.text_of("UserId")).unwrap_or_default().to_owned();
    Ok(draft)
}

/// What has no place of its own. Ids that only count the keys say nothing.
fn kept(package: &Element, key: &Element, index: usize, drift: Option<u64>) -> Option<Value> {
    let mut kept = Map::new();
    let mut keep = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            kept.insert(name.to_owned(), value);
        }
    };
    keep("id", key.attribute("Id").filter(|id| **id != (index + 1).to_string()).map(Value::from));
    keep("user", key.text_of("UserId").filter(|_| key.child("FriendlyName").is_some()).map(Value::from));
    keep("drift", drift.filter(|drift| *drift > 0).map(Value::from));
    for name in ["DeviceInfo", "CryptoModuleInfo"] {
        keep(name, package.child(name).map(Element::to_json));
    }
    for name in ["KeyProfileId", "KeyReference", "Policy", "Extensions"] {
        keep(name, key.child(name).map(Element::to_json));
    }
    (!kept.is_empty()).then(|| json!({ "kept": kept }))
}

/// A value as it stands in the file, or as it was encrypted.
enum Given {
    Plain(Zeroizing<String>),
    Sealed(Zeroizing<Vec<u8>>),
}

fn read_value(value: &Element, opener: Option<&Opener>) -> std::result::Result<Given, Shut> {
    match (value.text_of("PlainValue"), value.child("EncryptedValue"), opener) {
        (Some(text), ..) => Ok(Given::Plain(Zeroizing::new(text.to_owned()))),
        (None, Some(sealed), Some(opener)) => opener.open(sealed, value.text_of("ValueMAC")).map(Given::Sealed),
        _ => Err("a value of the key is empty".into()),
    }
}

impl Given {
    fn bytes(self) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            Given::Plain(text) => base64(&text),
            Given::Sealed(bytes) => Some(bytes),
        }
    }

    /// In clear as decimal digits, encrypted as its bytes, the most significant first.
    fn number(self) -> Option<u64> {
        match self {
            Given::Plain(text) => text.parse().ok(),
            Given::Sealed(bytes) if bytes.len() <= 8 => Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))),
            Given::Sealed(_) => None,
        }
    }
}
