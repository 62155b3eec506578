//! Authy: the preferences of its Android app, and the JSON that its server sends to apps, as programs that export it keep it.
//! Secrets of other sites are base32, in clear or encrypted with the backups password (PBKDF2-SHA-1 and AES-256-CBC, without any
//! check but the padding and the alphabet); those of Authy itself are hexadecimal and make 7 digits in 10 s.

use super::read::account::{Account, leftovers, split_label};
use super::read::crypto::{needs_password, open_cbc, wrong_password};
use super::read::encoding::{base64, hex};
use super::read::json::{self, Fields, Refusal, damaged};
use super::read::kdf;
use super::read::xml;
use super::{Draft, Encryption, ForeignFile, Format, Found};
use crate::error::Result;
use crate::otp::{Kind, base32};
use crate::secret::{Secret, SecretText};
use serde_json::Value;
use sha1::Sha1;

pub struct Authy;

/// Names of preferences: accounts of other sites, and Authy's own.
const OTHERS: &str = "com.authy.storage.tokens.authenticator.key";
const OWN: &str = "com.authy.storage.tokens.authy.key";
/// What the server sends, and the same once its secrets are decrypted.
const SENT: &str = "authenticator_tokens";
const DECRYPTED: &str = "decrypted_authenticator_tokens";
/// Of PBKDF2, where the file does not tell.
const ROUNDS: u64 = 1_000;
/// Of all accounts together: each has a salt of its own.
const MOST_ROUNDS: u64 = 100_000_000;
const OWN_PERIOD: u64 = 10;
const OWN_DIGITS: u64 = 7;

impl Format for Authy {
    fn id(&self) -> &'static str {
        "authy"
    }

    fn name(&self) -> &'static str {
        "Authy"
    }

    fn how_to_get(&self) -> &'static str {
        "on a rooted phone: shared_prefs/com.authy.storage.tokens.authenticator.xml and …tokens.authy.xml; or authenticator_tokens.json of an export tool"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        match file.json() {
            Some(json) => Fields::of(json).is_some_and(|fields| fields.has(&[SENT]) || fields.has(&[DECRYPTED])),
            None => file.xml().is_some_and(|root| root.preference(OTHERS).or_else(|| root.preference(OWN)).is_some()),
        }
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        if file.json().is_some() || file.json_error().is_some() {
            let export = Fields::of(json::of_file(file)?).ok_or_else(|| damaged("this is no export of Authy"))?;
            let tokens = [export.list(SENT), export.list(DECRYPTED)].concat();
            return read_tokens(&tokens, &[], password);
        }
        let root = xml::of_file(file)?;
        let list = |name| match root.preference(name).map(xml::json_of).transpose()? {
            None => Ok(Vec::new()),
            Some(Value::Array(tokens)) => Ok(tokens),
            Some(_) => Err(xml::no_list("Authy's accounts")),
        };
        read_tokens(&list(OTHERS)?, &list(OWN)?, password)
    }
}

fn read_tokens(others: &[Value], own: &[Value], password: Option<&SecretText>) -> Result<Found> {
    if others.is_empty() && own.is_empty() {
        return Err(damaged("Authy's list of accounts is empty"));
    }
    let locked = others.iter().filter(|token| Fields::of(token).is_some_and(is_locked)).count();
    if locked > 0 && password.is_none() {
        return Err(needs_password("the backups password of Authy"));
    }
    let rounds = others.iter().filter_map(Fields::of).filter(|token| is_locked(*token)).map(rounds_of);
    if rounds.fold(0u64, u64::saturating_add) > MOST_ROUNDS {
        return Err(kdf::too_costly());
    }
    let mut shut = 0;
    let mut entries: Vec<(usize, std::result::Result<Draft, Refusal>)> = Vec::new();
    for token in others {
        entries.push((
            entries.len(),
            match Fields::of(token).filter(|token| is_locked(*token)).zip(password) {
                None => read_other(token, None),
                Some((fields, password)) => match decrypt(fields, password)? {
                    Some(secret) => read_other(token, Some(secret)),
                    None => {
                        shut += 1;
                        Err("the password does not open its secret".into())
                    }
                },
            },
        ));
    }
    if locked > 0 && shut == locked {
        return Err(wrong_password());
    }
    for token in own {
        entries.push((entries.len(), read_own(token)));
    }
    Found::collect(entries.into_iter())
}

/// The first of these names that says something: the app and the server spell them in two ways.
fn either(token: Fields, names: [&str; 2]) -> Option<String> {
    names.iter().find_map(|name| token.text(name))
}

fn clear_secret(token: Fields) -> Option<String> {
    either(token, ["decryptedSecret", "decrypted_seed"])
}

fn sealed_secret(token: Fields) -> Option<String> {
    either(token, ["encryptedSecret", "encrypted_seed"])
}

fn is_locked(token: Fields) -> bool {
    clear_secret(token).is_none() && sealed_secret(token).is_some()
}

fn rounds_of(token: Fields) -> u64 {
    token.number("key_derivation_iterations").ok().flatten().unwrap_or(ROUNDS)
}

/// `None` where the password does not open it.
fn decrypt(token: Fields, password: &SecretText) -> Result<Option<SecretText>> {
    // The salt is used as the text it is.
    let salt = token.text("salt").unwrap_or_default();
    let iv = token.text("unique_iv").and_then(|iv| hex(&iv)).unwrap_or_else(|| vec![0; 16].into());
    let sealed = sealed_secret(token).and_then(|sealed| base64(&sealed)).unwrap_or_default();
    let plain = open_cbc(&kdf::pbkdf2::<Sha1>(password, salt.as_bytes(), rounds_of(token))?, &iv, &sealed);
    let text = plain.as_deref().and_then(|plain| std::str::from_utf8(plain).ok()).filter(|text| base32::decode(text).is_some());
    Ok(text.map(SecretText::new))
}

fn read_other(value: &Value, opened: Option<SecretText>) -> std::result::Result<Draft, Refusal> {
    let token = Fields::of_entry(value)?;
    let account = Account {
        secret: opened.map(|secret| secret.expose().to_owned()).or_else(|| clear_secret(token)),
        digits: token.number("digits")?,
        ..Account::default()
    };
    let mut draft = account.draft(value)?;
    (draft.issuer, draft.account) = names(token);
    draft.raw = leftovers(token, &["logo", "accountType", "account_type"]);
    Ok(draft)
}

/// The issuer as the site told it, where it did, and the name the user gave without it; else the name cut in two.
fn names(token: Fields) -> (String, String) {
    let name = token.text("name").unwrap_or_default();
    let original = either(token, ["originalName", "original_name"]).unwrap_or_default();
    if let Some(issuer) = either(token, ["originalIssuer", "original_issuer"]).or_else(|| token.text("issuer")) {
        let bare = name.get(..issuer.len()).filter(|start| start.eq_ignore_ascii_case(&issuer)).and_then(|_| {
            let rest = name[issuer.len()..].trim_start();
            rest.strip_prefix([':', '-']).or_else(|| rest.is_empty().then_some(rest))
        });
        let account = bare.map_or(name.clone(), |bare| bare.trim().to_owned());
        return (issuer, account);
    }
    match split_label(&original, ":") {
        (issuer, account) if !issuer.is_empty() => (issuer, account),
        _ => match split_label(&name, " - ") {
            (issuer, _) if issuer.is_empty() => split_label(&name, ":"),
            both => both,
        },
    }
}

fn read_own(value: &Value) -> std::result::Result<Draft, Refusal> {
    let token = Fields::of_entry(value)?;
    let seed = token.text("secretSeed").ok_or("the secret is missing")?;
    let secret = hex(&seed).filter(|bytes| !bytes.is_empty()).ok_or("the secret can't be read")?;
    let account =
        Account { digits: token.number("digits")?.or(Some(OWN_DIGITS)), period: Some(OWN_PERIOD), ..Account::default() };
    let mut draft = account.with_secret(Kind::Totp, Secret::new(secret.to_vec()))?;
    draft.issuer = "Authy".into();
    draft.account = token.text("name").unwrap_or_default();
    draft.raw = leftovers(token, &["logo", "accountType"]);
    Ok(draft)
}
