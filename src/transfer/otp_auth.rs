//! OTP Auth (iOS): an archive under a key that is the same for everybody, in it one under the user's password: of old
//! AES-256-CBC under a bare SHA-256, since then RNCryptor. `.otpauthdb` holds folders of accounts, `.otpauth` one account.

use super::read::account::Account;
use super::read::crypto::{needs_password, open_block, open_cbc, wrong_password};
use super::read::json::{Refusal, damaged};
use super::read::kdf::Key;
use super::read::keyed_archive::{self, Archive, Node};
use super::read::rncryptor;
use super::{Draft, Encryption, ForeignFile, Format, Found};
use crate::error::Result;
use crate::otp::{Credential, Kind};
use crate::secret::{Secret, SecretText};
use serde_json::json;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub struct OtpAuth;

const BLOCK: usize = 16;
/// What the outer keys are the hash of, and under which name the inner archive lies: of all accounts, and of one.
const WRAPPINGS: [(&str, &str); 2] = [("Authenticator", "WrappedData"), ("OTPAuth", "Data")];
/// By number.
const KINDS: [Option<&str>; 3] = [None, Some("hotp"), Some("totp")];
const ALGORITHMS: [&str; 5] = ["SHA1", "SHA1", "SHA256", "SHA512", "MD5"];
/// 1970 in seconds from the first day of 2001, from which Apple counts.
const UNIX_EPOCH: f64 = -978_307_200.0;
const MOST_ACCOUNTS: usize = 20_000;
/// In bytes. Accounts may share one.
const MOST_SECRET: usize = 4096;
/// Of all accounts, and of one: the newest that are known.
const NEWEST: [f64; 2] = [1.1, 1.2];

impl Format for OtpAuth {
    fn id(&self) -> &'static str {
        "otp-auth-ios"
    }

    fn name(&self) -> &'static str {
        "OTP Auth (iOS)"
    }

    fn how_to_get(&self) -> &'static str {
        "in OTP Auth: Settings, Backup, Create Backup (.otpauthdb); or share one account (.otpauth)"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Always
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        is_wrapped(file.bytes())
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        let (which, archive) = unwrap(file.bytes()).ok_or_else(|| damaged("the archive of OTP Auth is damaged or cut short"))?;
        let incomplete = || damaged("the archive of OTP Auth is not complete");
        let root = archive.root().ok_or_else(incomplete)?;
        let sealed = root.get(WRAPPINGS[which].1).and_then(Node::data).ok_or_else(incomplete)?;
        let password = password.ok_or_else(|| needs_password("the password of the OTP Auth backup"))?;
        let plain = match (root.get("Salt"), root.get("IV")) {
            (Some(salt), Some(iv)) => {
                let salt = salt.text().ok_or_else(incomplete)?;
                let iv = iv
                    .text()
                    .map(|iv| iv.as_bytes().to_vec())
                    .or_else(|| iv.data().map(<[u8]>::to_vec))
                    .ok_or_else(incomplete)?;
                open_old(sealed, &salt, &iv, password)?
            }
            _ => rncryptor::open(sealed, password)?,
        };
        let inner = Archive::read(&plain).ok_or_else(|| damaged("what OTP Auth encrypted is damaged"))?;
        let inner = inner.root().ok_or_else(|| damaged("what OTP Auth encrypted is empty"))?;
        let mut found = match which {
            0 => read_folders(inner)?,
            _ => Found::collect(std::iter::once((0, read_account(inner, None))))?,
        };
        let version = root.get("Version").and_then(Node::real);
        if version.is_none_or(|version| version < 1.0 || version > NEWEST[which]) {
            found.warnings.push(format!(
                "The OTP Auth backup is of a version that this program does not know; it was read as version {}.",
                NEWEST[which]
            ));
        }
        Ok(found)
    }
}

/// Whether the first block is that of an archive under one of the known keys. Cheap.
pub(super) fn is_wrapped(bytes: &[u8]) -> bool {
    bytes.len().is_multiple_of(BLOCK) && wrapping(bytes).is_some()
}

fn outer_key(of: &str) -> Key {
    Zeroizing::new(Sha256::digest(of).into())
}

/// Which of the two wrappings it is.
fn wrapping(bytes: &[u8]) -> Option<usize> {
    let first = bytes.first_chunk::<BLOCK>()?;
    WRAPPINGS.iter().position(|(of, _)| open_block(&outer_key(of), first).starts_with(keyed_archive::MARK))
}

fn unwrap(bytes: &[u8]) -> Option<(usize, Archive)> {
    let which = wrapping(bytes)?;
    let plain = open_cbc(&outer_key(WRAPPINGS[which].0), &[0; BLOCK], bytes)?;
    Some((which, Archive::read(&plain)?))
}

/// Nothing but padding and the mark of an archive tells a wrong password.
fn open_old(sealed: &[u8], salt: &str, iv: &[u8], password: &SecretText) -> Result<Zeroizing<Vec<u8>>> {
    let key: Key = Zeroizing::new(Sha256::digest(format!("{salt}-{}", password.expose())).into());
    let iv = Sha1::digest(iv);
    let plain = open_cbc(&key, &iv[..BLOCK], sealed);
    plain.filter(|plain| plain.starts_with(keyed_archive::MARK)).ok_or_else(wrong_password)
}

fn read_folders(root: Node) -> Result<Found> {
    let no_list = || damaged("the OTP Auth backup has no list of folders");
    let mut entries = Vec::new();
    for folder in root.get("Folders").and_then(Node::list).ok_or_else(no_list)?.flatten() {
        let name = folder.get("name").and_then(Node::text);
        for account in folder.get("accounts").and_then(Node::list).into_iter().flatten() {
            if entries.len() == MOST_ACCOUNTS {
                return Err(damaged("the OTP Auth backup holds more accounts than anybody has"));
            }
            let tag = name.as_ref().map(|name| name.as_str()).filter(|name| !name.is_empty());
            entries.push(account.ok_or_else(|| "not an object".to_owned()).and_then(|account| read_account(account, tag)));
        }
    }
    Found::collect(entries.into_iter().enumerate())
}

fn read_account(node: Node, folder: Option<&str>) -> std::result::Result<Draft, Refusal> {
    let number = |name: &str| node.get(name).and_then(Node::number);
    let text = |name: &str| node.get(name).and_then(Node::text).map(|text| text.to_string());
    let kind = number("type").ok_or("\"type\" is missing")?;
    let algorithm = number("algorithm").map(|number| match ALGORITHMS.get(number as usize) {
        Some(name) => (*name).to_owned(),
        None => format!("number {number}"),
    });
    let secret = node.get("secret").and_then(Node::data).filter(|secret| !secret.is_empty()).ok_or("the secret is missing")?;
    if secret.len() > MOST_SECRET {
        return Err("the secret is longer than any site gives".into());
    }
    let secret = Secret::new(secret.to_vec());
    // 0 is what is usual.
    let chosen = |name: &str| number(name).filter(|number| *number > 0);
    let account = Account {
        algorithm,
        digits: chosen("digits"),
        period: chosen("period"),
        counter: number("counter"),
        ..Account::default()
    };
    let start = node.get("referenceDate").and_then(|date| date.get("NS.time")).and_then(Node::real).unwrap_or(UNIX_EPOCH);
    let known = KINDS.get(kind as usize).copied().flatten();
    let mut draft = match known {
        Some("hotp") => account.with_secret(Kind::Hotp, secret)?,
        Some(_) if start == UNIX_EPOCH => account.with_secret(Kind::Totp, secret)?,
        // Codes that count from another time than everybody's are not computed wrong, but kept.
        _ => Draft {
            raw: Some(
                json!({"type": kind, "referenceDate": start, "algorithm": account.algorithm, "digits": account.digits, "period": account.period, "counter": account.counter}),
            ),
            ..Draft::new(Credential::new(Kind::Unknown, secret))
        },
    };
    draft.issuer = text("issuer").unwrap_or_default();
    draft.account = text("label").unwrap_or_default();
    draft.tags = folder.map(str::to_owned).into_iter().collect();
    Ok(draft)
}
