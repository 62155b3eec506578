//! The ways in which KeePass and its relatives keep one-time passwords in fields of an entry. All that are there are read.
//!
//! `otp` with a link: KeePassXC, KeeWeb · `otp` with `key=…`: the KeeOtp plug-in · `TOTP Seed`: KeeTrayTOTP, old KeePassXC ·
//! `TimeOtp-…`, `HmacOtp-…`: KeePass since 2.47.

use crate::otp::uri;
use crate::otp::{Kind, base32};
use crate::secret::Secret;
use crate::text;
use crate::transfer::Draft;
use crate::transfer::read::account::Account;
use crate::transfer::read::encoding::{base64, hex};
use crate::transfer::read::item;
use crate::transfer::read::json::Refusal;
use percent_encoding::percent_decode_str;
use serde_json::json;

pub const TITLE: &str = "Title";
pub const USER: &str = "UserName";
pub const NOTES: &str = "Notes";
pub const LINK: &str = "otp";
const SEED: &str = "TOTP Seed";
const SETTINGS: &str = "TOTP Settings";
const TIME: &str = "TimeOtp-";
pub const COUNT: &str = "HmacOtp-";

/// Whether a field of this name is read at all.
pub fn is_taken(name: &str) -> bool {
    [TITLE, USER, NOTES].contains(&name) || is_otp(name)
}

/// Whether a field of this name belongs to a one-time password.
pub fn is_otp(name: &str) -> bool {
    [LINK, SEED, SETTINGS].contains(&name) || name.starts_with(TIME) || name.starts_with(COUNT)
}

type Read = Result<Draft, Refusal>;

/// All one-time passwords of an entry, named by it where they name themselves not. One kept in two ways is one.
pub fn read<'a>(text: impl Fn(&str) -> Option<&'a str>) -> Vec<Read> {
    let ways = [read_otp(&text), read_seed(&text), read_time(&text), read_count(&text)];
    let mut all: Vec<Read> = Vec::new();
    for mut way in ways.into_iter().flatten() {
        if let Ok(draft) = &mut way {
            name(draft, text(TITLE), text(USER));
            let is_there = |other: &Read| other.as_ref().is_ok_and(|other| other.credential == draft.credential);
            if all.iter().any(is_there) {
                continue;
            }
            draft.note = text(NOTES).unwrap_or_default().to_owned();
        }
        all.push(way);
    }
    all
}

/// KeePassXC writes `none` as the account of an entry without user name, which may have got one since.
fn name(draft: &mut Draft, title: Option<&str>, user: Option<&str>) {
    if draft.account == "none" && user != Some("none") {
        draft.account.clear();
    }
    item::name(draft, title, user);
}

fn read_otp<'a>(text: &impl Fn(&str) -> Option<&'a str>) -> Option<Read> {
    let value = text(LINK)?.trim();
    let is_parameters = value.split('&').any(|piece| piece.to_ascii_lowercase().starts_with("key="));
    Some(match uri::is_link(value) {
        true => uri::parse(value).map(Draft::from).map_err(|error| error.to_string()),
        false if is_parameters => read_parameters(value),
        false if value.contains("://") => Err("the link is not one to a one-time password".into()),
        false => item::draft(value, None, None),
    })
}

fn whole(text: Option<&str>, what: &str) -> Result<Option<u64>, Refusal> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.map(|text| text.parse().map_err(|_| format!("its {what} is out of range"))).transpose()
}

/// KeeOtp: `key=…&type=…&step=…&size=…&counter=…&otpHashMode=…`, each percent-encoded.
fn read_parameters(query: &str) -> Read {
    let parameters: Vec<(String, String)> = query
        .split('&')
        .filter_map(|piece| piece.split_once('='))
        .map(|(name, value)| {
            (name.trim().to_ascii_lowercase(), text::lenient(&percent_decode_str(value).collect::<Vec<u8>>()).text.into_owned())
        })
        .collect();
    let find = |wanted: &str| {
        let found = parameters.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    let account = Account {
        kind: find("type").map(str::to_owned),
        algorithm: find("otphashmode").map(str::to_owned),
        digits: whole(find("size"), "length")?,
        period: whole(find("step"), "period")?,
        counter: whole(find("counter"), "counter")?,
        ..Account::default()
    };
    let key = find("key").ok_or("the secret is missing")?;
    let secret = match find("encoding").map(str::to_ascii_lowercase).as_deref() {
        None | Some("base32") => base32::decode(key),
        Some(encoding) => decode(encoding, key),
    };
    let secret = secret.ok_or("the secret can't be read")?;
    match account.kind.as_deref().map_or("totp", |kind| kind).to_ascii_lowercase().as_str() {
        "totp" => account.with_secret(Kind::Totp, secret),
        "hotp" => account.with_secret(Kind::Hotp, secret),
        "steam" => account.with_secret(Kind::Steam, secret),
        // Kept with its raw parameters.
        _ => account.draft(&json!({ LINK: query })),
    }
}

/// KeeTrayTOTP: `30;6`, or `30;S` for Steam, and perhaps a place to ask for the time.
fn read_seed<'a>(text: &impl Fn(&str) -> Option<&'a str>) -> Option<Read> {
    let seed = text(SEED)?;
    let settings: Vec<&str> = text(SETTINGS).unwrap_or_default().split(';').map(str::trim).collect();
    let is_steam = settings.iter().skip(1).any(|setting| *setting == "S");
    let setting = |place: usize| settings.get(place).copied().filter(|setting| *setting != "S");
    let read = || {
        let account =
            Account { digits: whole(setting(1), "length")?, period: whole(setting(0), "period")?, ..Account::default() };
        let kind = if is_steam { Kind::Steam } else { Kind::Totp };
        let mut draft = account.with_secret(kind, item::secret(seed)?)?;
        if let Some(place) = settings.iter().find(|setting| setting.contains("://")) {
            draft.raw = Some(json!({ "kept": { SETTINGS: place } }));
        }
        Ok(draft)
    };
    Some(read())
}

fn read_time<'a>(text: &impl Fn(&str) -> Option<&'a str>) -> Option<Read> {
    let secret = secret(TIME, text)?;
    let setting = |name: &str| text(&format!("{TIME}{name}"));
    let read = || {
        let account = Account {
            algorithm: setting("Algorithm").map(str::to_owned),
            digits: whole(setting("Length"), "length")?,
            period: whole(setting("Period"), "period")?,
            ..Account::default()
        };
        account.with_secret(Kind::Totp, secret?)
    };
    Some(read())
}

fn read_count<'a>(text: &impl Fn(&str) -> Option<&'a str>) -> Option<Read> {
    let secret = secret(COUNT, text)?;
    let read = || {
        let counter = whole(text(&format!("{COUNT}Counter")), "counter")?;
        Account { counter, ..Account::default() }.with_secret(Kind::Hotp, secret?)
    };
    Some(read())
}

/// The first of the forms of a secret that is there: as text, hexadecimal, base32, base64.
fn secret<'a>(prefix: &str, text: &impl Fn(&str) -> Option<&'a str>) -> Option<Result<Secret, Refusal>> {
    let forms = [("", "utf8"), ("-Hex", "hex"), ("-Base32", "base32"), ("-Base64", "base64")];
    let mut there =
        forms.iter().filter_map(|(form, encoding)| text(&format!("{prefix}Secret{form}")).map(|text| (*encoding, text)));
    let (encoding, text) = there.next()?;
    Some(match encoding {
        "base32" => item::secret(text),
        _ => decode(encoding, text).ok_or_else(|| "the secret can't be read".into()),
    })
}

fn decode(encoding: &str, text: &str) -> Option<Secret> {
    let bytes = match encoding {
        "hex" => hex(&text.split_whitespace().collect::<String>())?.to_vec(),
        "base64" => base64(text)?.to_vec(),
        "utf8" | "utf-8" => text.as_bytes().to_vec(),
        _ => return None,
    };
    Some(Secret::new(bytes)).filter(|secret| !secret.is_empty())
}
