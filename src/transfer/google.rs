//! Google Authenticator transfer links (`otpauth-migration://offline?data=…`), as text; several parts in any order.
//! The messages were derived by hand from what the app writes (proto3, so zero values are absent).

mod write;

use super::links;
use super::{Draft, ForeignFile, Format, Found, Writer};
use crate::error::{Error, ErrorKind, Result};
use crate::otp::{Algorithm, Credential, Kind};
use crate::secret::{Secret, SecretText};
use crate::text;
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use prost::Message;
use serde_json::json;
use std::collections::BTreeMap;
use std::ops::Range;
use zeroize::Zeroizing;

/// Which part of which transfer: `index` from 0 of `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    pub batch_id: i32,
    pub index: u32,
    pub of: u32,
}

pub struct Google;

impl Format for Google {
    fn id(&self) -> &'static str {
        "google"
    }

    fn name(&self) -> &'static str {
        "Google Authenticator transfer"
    }

    fn how_to_get(&self) -> &'static str {
        "in Google Authenticator: menu, Transfer accounts, Export; scan or photograph the QR codes it shows"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.json().is_none()
            && !file.is_page()
            && file.text().is_some_and(|text| links::each(text).any(|link| is_transfer(&link)))
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let text = file.text().ok_or_else(|| Error::new(ErrorKind::ForeignDamaged, "the file is not text"))?;
        links::read_text(text)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(&write::Pages { longest: write::LONGEST_LINK })
    }
}

const SCHEME: &str = "otpauth-migration:";

/// The longest transfer link taken, in bytes; a QR code holds less than 3,000.
pub const MAX_LENGTH: usize = 64 * 1024;

pub(super) fn is_transfer(link: &str) -> bool {
    link.as_bytes().get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME.as_bytes()))
}

/// What one transfer link held.
#[derive(Debug)]
pub(super) struct Transfer {
    pub part: Part,
    pub drafts: Vec<Draft>,
    /// Why accounts of it were not taken.
    pub refused: Vec<String>,
}

/// The whole of the link. The error is half a sentence and quotes nothing.
pub(super) fn read_link(link: &str) -> std::result::Result<Transfer, String> {
    if link.len() > MAX_LENGTH {
        return Err(format!("the transfer link is longer than {} KiB", MAX_LENGTH / 1024));
    }
    let data = data_parameter(link).ok_or("the transfer link has no data")?;
    let bytes = decode_base64(data).ok_or("the data of the transfer link is not base64: it may be cut short")?;
    let payload = Payload::decode(bytes.as_slice()).map_err(|_| "the data of the transfer link is damaged or cut short")?;
    if payload.accounts.is_empty() {
        return Err("the transfer link holds no account".into());
    }
    let part = Part {
        batch_id: payload.batch_id,
        index: u32::try_from(payload.batch_index).unwrap_or(0),
        of: u32::try_from(payload.batch_size).unwrap_or(1).max(1),
    };
    let mut transfer = Transfer { part, drafts: Vec::new(), refused: Vec::new() };
    for (position, account) in payload.accounts.into_iter().enumerate() {
        match draft_of(account) {
            Ok(draft) => transfer.drafts.push(draft),
            Err(reason) => transfer.refused.push(format!("account {} of the transfer {reason}", position + 1)),
        }
    }
    Ok(transfer)
}

/// What is missing of the transfers these parts belong to, a sentence each.
pub fn missing(parts: &[(Part, Range<usize>)]) -> Vec<String> {
    let mut transfers: BTreeMap<(i32, u32), Vec<u32>> = BTreeMap::new();
    for (part, _) in parts {
        transfers.entry((part.batch_id, part.of)).or_default().push(part.index);
    }
    transfers.iter().filter_map(|((_, of), have)| missing_of(*of, have)).collect()
}

fn missing_of(of: u32, have: &[u32]) -> Option<String> {
    const NAMED: usize = 10;
    let mut absent = (0..of).filter(|index| !have.contains(index)).map(|index| (index + 1).to_string());
    let named: Vec<String> = absent.by_ref().take(NAMED).collect();
    let more = if absent.next().is_some() { " and more" } else { "" };
    match named.as_slice() {
        [] => None,
        [one] => Some(format!("The Google transfer is not complete: part {one} of {of} is missing.")),
        [start @ .., last] if more.is_empty() => {
            Some(format!("The Google transfer is not complete: parts {} and {last} of {of} are missing.", start.join(", ")))
        }
        all => Some(format!("The Google transfer is not complete: parts {}{more} of {of} are missing.", all.join(", "))),
    }
}

/// Percent-decoded, `+` kept: the value may stand raw.
fn data_parameter(link: &str) -> Option<Zeroizing<Vec<u8>>> {
    let query = link.split_once('?')?.1;
    let query = query.split_once('#').map_or(query, |(query, _)| query);
    let value = query.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.eq_ignore_ascii_case("data").then_some(value)
    })?;
    Some(Zeroizing::new(percent_encoding::percent_decode_str(value).collect()))
}

/// Either alphabet, with or without padding, blanks (a `+` that became one) and line breaks.
fn decode_base64(data: Zeroizing<Vec<u8>>) -> Option<Zeroizing<Vec<u8>>> {
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let plain: Zeroizing<Vec<u8>> = Zeroizing::new(
        data.iter()
            .filter(|byte| !matches!(byte, b'\r' | b'\n' | b'='))
            .map(|byte| match byte {
                b'-' | b' ' => b'+',
                b'_' => b'/',
                other => *other,
            })
            .collect(),
    );
    ENGINE.decode(plain.as_slice()).ok().filter(|bytes| !bytes.is_empty()).map(Zeroizing::new)
}

/// The error completes "account 2 of the transfer …".
fn draft_of(mut account: Account) -> std::result::Result<Draft, String> {
    let secret = Secret::new(std::mem::take(&mut account.secret));
    if secret.is_empty() {
        return Err("has no secret".into());
    }
    let counter = u64::try_from(account.counter).map_err(|_| "has a negative counter")?;
    let kind = match account.kind {
        0 | 2 => Kind::Totp,
        1 => Kind::Hotp,
        _ => Kind::Unknown,
    };
    let algorithm = match account.algorithm {
        0 | 1 => Algorithm::Sha1,
        2 => Algorithm::Sha256,
        3 => Algorithm::Sha512,
        4 => Algorithm::Md5,
        other => Algorithm::Other(format!("Google {other}")),
    };
    let digits = match account.digits {
        0 | 1 => 6,
        2 => 8,
        _ => return Err("has an unknown number of digits".into()),
    };
    let mut credential = Credential { algorithm, digits, ..Credential::new(kind, secret) };
    let mut raw = None;
    match kind {
        Kind::Hotp => credential.counter = counter,
        Kind::Unknown => raw = Some(json!({ "google": { "type": account.kind, "counter": counter } })),
        _ => {}
    }
    let issuer = text::lenient(&account.issuer).text.into_owned();
    let name = text::lenient(&account.name).text.into_owned();
    Ok(Draft { account: without_issuer(&name, &issuer).to_owned(), issuer, raw, ..Draft::new(credential) })
}

/// `Issuer:account` where the issuer is told a second time.
fn without_issuer<'a>(name: &'a str, issuer: &str) -> &'a str {
    match name.strip_prefix(issuer).and_then(|rest| rest.strip_prefix(':')) {
        Some(account) if !issuer.is_empty() => account.trim_start(),
        _ => name,
    }
}

#[derive(Clone, PartialEq, Message)]
struct Payload {
    #[prost(message, repeated, tag = "1")]
    accounts: Vec<Account>,
    #[prost(int32, tag = "2")]
    version: i32,
    #[prost(int32, tag = "3")]
    batch_size: i32,
    #[prost(int32, tag = "4")]
    batch_index: i32,
    #[prost(int32, tag = "5")]
    batch_id: i32,
}

/// Names are bytes here, so that one cut in the middle of a character does not cost the whole transfer.
#[derive(Clone, PartialEq, Message)]
struct Account {
    #[prost(bytes = "vec", tag = "1")]
    secret: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    name: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    issuer: Vec<u8>,
    #[prost(int32, tag = "4")]
    algorithm: i32,
    #[prost(int32, tag = "5")]
    digits: i32,
    #[prost(int32, tag = "6")]
    kind: i32,
    #[prost(int64, tag = "7")]
    counter: i64,
}
