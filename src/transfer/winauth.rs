//! WinAuth: its configuration, in clear or encrypted with a password, and its export, links in a zip archive.
//! In the configuration each authenticator holds one line: the key in hexadecimal and the parameters between tabs, then parts of its kind.

use super::links;
use super::read::account::{Account, leftovers};
use super::read::crypto::needs_password;
use super::read::encoding::hex;
use super::read::json::{Fields, Refusal, damaged};
use super::read::winauth_seal;
use super::read::xml::{self, Element};
use super::read::zip::Archive;
use super::{Draft, Encryption, ForeignFile, Format, Found};
use crate::error::Result;
use crate::otp::{Credential, Kind};
use crate::secret::{Secret, SecretText};
use serde_json::json;
use zeroize::Zeroizing;

pub struct WinAuth;

const ROOT: &str = "WinAuth";
const ENTRY: &str = "WinAuthAuthenticator";
/// Authenticator Plus, whose only text is called so.
const ANOTHERS: &str = "Accounts.txt";
const PASSWORD: &str = "the password of the WinAuth export";
/// Each may be sealed by itself, and a key derived for it.
const MOST_ENTRIES: usize = 10_000;
/// A whole file may be sealed, and in it an authenticator.
const MOST_LAYERS: usize = 4;

/// The types that are TOTP or HOTP, and the issuer each tells by itself.
const TYPES: [(&str, Kind, &str); 7] = [
    ("GoogleAuthenticator", Kind::Totp, ""),
    ("OktaVerifyAuthenticator", Kind::Totp, "Okta"),
    ("MicrosoftAuthenticator", Kind::Totp, "Microsoft"),
    ("GuildWarsAuthenticator", Kind::Totp, "Guild Wars 2"),
    ("BattleNetAuthenticator", Kind::Totp, "Battle.net"),
    ("SteamAuthenticator", Kind::Steam, "Steam"),
    ("HOTPAuthenticator", Kind::Hotp, ""),
];

impl Format for WinAuth {
    fn id(&self) -> &'static str {
        "winauth"
    }

    fn name(&self) -> &'static str {
        "WinAuth"
    }

    fn how_to_get(&self) -> &'static str {
        "in WinAuth: settings, Export, with a password; or winauth.xml in the folder WinAuth of %APPDATA%"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Optional
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        if Archive::is_zip(file.bytes()) {
            return Archive::open(file.bytes()).is_ok_and(|archive| text_in(&archive).is_some());
        }
        file.xml().is_some_and(|root| root.name == ROOT)
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        if Archive::is_zip(file.bytes()) {
            let mut archive = Archive::open(file.bytes())?;
            let member = text_in(&archive).ok_or_else(|| damaged("the zip archive holds no text of WinAuth"))?;
            let text = archive.read(&member, password, PASSWORD)?;
            return read_links(&text);
        }
        let root = xml::of_file(file)?;
        if root.name != ROOT {
            return Err(damaged("this is no configuration of WinAuth"));
        }
        let mut entries = Vec::new();
        read_container(root, password, MOST_LAYERS, &mut entries)?;
        if entries.is_empty() {
            return Err(damaged("the configuration of WinAuth holds no authenticator"));
        }
        let mut found = Found::collect(entries.into_iter().enumerate())?;
        if let Some(version) = root.attribute("version").filter(|version| version.split('.').next() != Some("3")) {
            found.warnings.push(format!(
                "The configuration is of WinAuth {}, which this program does not know; it was read as version 3.",
                version.escape_debug()
            ));
        }
        Ok(found)
    }
}

/// The only member, where it is a text.
fn text_in(archive: &Archive) -> Option<String> {
    let mut members = archive.members();
    match (members.next(), members.next()) {
        (Some(one), None) if one.to_lowercase().ends_with(".txt") && one != ANOTHERS => Some(one.into_owned()),
        _ => None,
    }
}

fn read_links(text: &[u8]) -> Result<Found> {
    let file = ForeignFile::new(text);
    let text = file.text().ok_or_else(|| damaged("what the archive holds is not text"))?;
    if text.trim_start().starts_with("-----BEGIN PGP") {
        return Err(damaged("the text in the archive is encrypted with PGP").hint("decrypt it first, with gpg --decrypt"));
    }
    let mut found = links::read_text(text)?;
    for draft in &mut found.drafts {
        // An icon of WinAuth's own set says nothing more.
        let parameters: Vec<_> = draft.unknown_parameters().into_iter().filter(|(name, _)| name != "icon").collect();
        if let Some(raw) = &mut draft.raw {
            raw["parameters"] = json!(parameters);
        }
        if parameters.is_empty() {
            draft.raw = None;
        }
    }
    found.note_guess(&file);
    Ok(found)
}

type Entries = Vec<std::result::Result<Draft, Refusal>>;

/// What stands in the root, or in the configuration that lay sealed in it.
fn read_container(container: &Element, password: Option<&SecretText>, layers: usize, entries: &mut Entries) -> Result<()> {
    if layers == 0 {
        return Err(damaged("the configuration of WinAuth is sealed more often than the program does"));
    }
    if let Some(sealed) = unseal(container, password)? {
        return read_container(&sealed, password, layers - 1, entries);
    }
    for child in container.children() {
        match child.name.as_str() {
            "data" | "config" | ROOT => read_container(child, password, layers - 1, entries)?,
            ENTRY if entries.len() == MOST_ENTRIES => {
                return Err(damaged("the configuration of WinAuth holds more authenticators than anybody has"));
            }
            ENTRY => entries.push(read_authenticator(child, password)?),
            _ => {}
        }
    }
    Ok(())
}

/// The element that lies encrypted in this one, where its attribute says so.
fn unseal(element: &Element, password: Option<&SecretText>) -> Result<Option<Element>> {
    let Some(layers) = element.attribute("encrypted").filter(|layers| !layers.is_empty()) else { return Ok(None) };
    winauth_seal::check_layers(layers)?;
    let password = password.ok_or_else(|| needs_password("the password of the WinAuth configuration"))?;
    let plain = winauth_seal::open(element.text().unwrap_or_default(), password)?;
    let text = std::str::from_utf8(&plain).map_err(|_| damaged("what WinAuth encrypted is not text"))?;
    Element::parse(text.trim_start_matches('\u{FEFF}').trim_start()).map(Some).map_err(|why| damaged(&why))
}

fn read_authenticator(entry: &Element, password: Option<&SecretText>) -> Result<std::result::Result<Draft, Refusal>> {
    let Some(data) = entry.child("authenticatordata") else { return Ok(Err("its data is missing".into())) };
    let opened = unseal(data, password)?;
    Ok(read_data(entry, opened.as_ref().unwrap_or(data)))
}

fn read_data(entry: &Element, data: &Element) -> std::result::Result<Draft, Refusal> {
    let line = data.text_of("secretdata").ok_or("the secret is missing")?;
    let mut parts = line.split('|');
    let mut fields = parts.next().unwrap_or_default().split('\t').map(str::trim);
    let secret = hex(fields.next().unwrap_or_default()).ok_or("the secret can't be read")?;
    if secret.is_empty() {
        return Err("the secret is missing".into());
    }
    let secret = Secret::new(secret.to_vec());
    let mut number = |what: &str| match fields.next().filter(|field| !field.is_empty()) {
        None => Ok(None),
        Some(field) => field.parse().map(Some).map_err(|_| format!("{what} can't be read")),
    };
    let digits = number("the number of digits")?;
    let type_name = entry.attribute("type").unwrap_or_default();
    let known = TYPES.iter().find(|(name, ..)| type_name.strip_prefix("WinAuth.") == Some(*name));
    let name = entry.text_of("name").unwrap_or_default().to_owned();
    let Some((_, kind, issuer)) = known else {
        // Among them Trion's, whose codes are cut in a way of their own.
        let credential = Credential::new(Kind::Unknown, secret);
        return Ok(Draft { account: name, raw: Some(entry.to_json()), ..Draft::new(credential) });
    };
    let algorithm = fields.next().filter(|field| !field.is_empty()).map(str::to_owned);
    let period =
        fields.next().filter(|field| !field.is_empty()).map(|field| field.parse().map_err(|_| "the period can't be read"));
    let counter = match (kind, parts.next()) {
        // The one used last.
        (Kind::Hotp, Some(last)) => {
            Some(last.trim().parse::<u64>().ok().and_then(|last| last.checked_add(1)).ok_or("the counter can't be read")?)
        }
        _ => None,
    };
    let account = Account { algorithm, digits, period: period.transpose()?, counter, ..Account::default() };
    let mut draft = account.with_secret(*kind, secret)?;
    draft.issuer = (*issuer).to_owned();
    draft.account = name;
    let kept = json!({"serial": line.split('|').nth(1).filter(|_| *issuer == "Battle.net").and_then(text_in_hex), "skin": entry.text_of("skin")});
    draft.raw = Fields::of(&kept).and_then(|kept| leftovers(kept, &["serial", "skin"]));
    Ok(draft)
}

fn text_in_hex(text: &str) -> Option<String> {
    let bytes: Zeroizing<Vec<u8>> = hex(text.trim())?;
    String::from_utf8(bytes.to_vec()).ok()
}
