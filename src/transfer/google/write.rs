//! Writing transfers for Google Authenticator: one link a line, each short enough for a QR code that phones read well.

use super::{Account, Payload};
use crate::error::Result;
use crate::otp::{Algorithm, Kind};
use crate::ports::Entropy;
use crate::secret::SecretText;
use crate::transfer::read::crypto::random;
use crate::transfer::target::{Tags, Target};
use crate::transfer::{Draft, Encryption, Sealing, Writer, Written};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use prost::Message;
use zeroize::Zeroizing;

/// The longest link, in bytes: a code of version 22, which phones read off a screen or paper.
pub const LONGEST_LINK: usize = 1_000;
/// The longest link of a single account: the largest code there is.
const LARGEST_CODE: usize = 2_953;
/// As many as Google's own app puts into a code.
const MOST_ACCOUNTS: usize = 10;
/// By how much a link may grow once its place among the others is known.
const GROWTH: usize = 16;

/// A writer of links of at most `longest` bytes, as far as one account alone is not longer.
pub struct Pages {
    pub longest: usize,
}

const GOOGLE: Target = Target {
    holds: "Google Authenticator holds",
    kinds: &[Kind::Totp, Kind::Hotp],
    algorithms: &[Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512, Algorithm::Md5],
    digits: 6..=8,
    tags: Tags::None,
    notes: false,
    top: false,
    pin: false,
    trash: false,
    raw: false,
};

impl Writer for Pages {
    fn encryption(&self) -> Encryption {
        Encryption::Never
    }

    fn ending(&self) -> &'static str {
        "txt"
    }

    fn write(&self, drafts: &[Draft], sealing: &Sealing) -> Result<Written> {
        let (fit, lost) = GOOGLE.sort_but(drafts, refuses);
        let transfer = new_transfer(sealing.entropy);
        let mut batches: Vec<Vec<Account>> = Vec::new();
        for draft in &fit {
            let account = account_of(draft);
            match batches.last_mut() {
                Some(batch) if batch.len() < MOST_ACCOUNTS && self.has_room(transfer, batch, &account) => batch.push(account),
                _ => batches.push(vec![account]),
            }
        }
        let mut bytes = Zeroizing::new(Vec::new());
        let of = batches.len() as i32;
        for (index, accounts) in (0..).zip(batches) {
            let link = link(Payload { accounts, version: 1, batch_size: of, batch_index: index, batch_id: transfer });
            bytes.extend_from_slice(link.expose().as_bytes());
            bytes.push(b'\n');
        }
        Ok(Written::of(drafts, &fit, bytes, lost))
    }

    fn codes(&self, longest: usize) -> Option<Box<dyn Writer>> {
        Some(Box::new(Pages { longest: longest.min(LONGEST_LINK) }))
    }
}

impl Pages {
    fn has_room(&self, transfer: i32, batch: &[Account], account: &Account) -> bool {
        let accounts = batch.iter().chain([account]).cloned().collect();
        link(alone(transfer, accounts)).expose().len() + GROWTH <= self.longest
    }
}

/// A transfer of one part.
fn alone(transfer: i32, accounts: Vec<Account>) -> Payload {
    Payload { accounts, version: 1, batch_size: 1, batch_index: 0, batch_id: transfer }
}

/// The parts of a transfer know each other by it; never negative, as in Google's own.
fn new_transfer(entropy: &dyn Entropy) -> i32 {
    i32::from_be_bytes(random(entropy)) & i32::MAX
}

/// "Google Authenticator holds no …"
fn refuses(draft: &Draft) -> Option<&'static str> {
    let credential = &draft.credential;
    match credential.kind {
        _ if credential.digits == 7 => Some("codes of 7 digits"),
        Kind::Totp if credential.period != 30 => Some("codes that last other than 30 s"),
        Kind::Hotp if i64::try_from(credential.counter).is_err() => Some("counters so large"),
        _ if link(alone(i32::MAX, vec![account_of(draft)])).expose().len() + GROWTH > LARGEST_CODE => {
            Some("names and secrets too long for a QR code")
        }
        _ => None,
    }
}

fn account_of(draft: &Draft) -> Account {
    let (credential, issuer) = (&draft.credential, &draft.issuer);
    // Readers take the issuer off the front of a name, so one that begins like it needs it twice.
    let repeats = !issuer.is_empty() && draft.account.strip_prefix(issuer).is_some_and(|rest| rest.starts_with(':'));
    let name = if repeats { format!("{issuer}:{}", draft.account) } else { draft.account.clone() };
    Account {
        secret: credential.secret.expose().to_vec(),
        name: name.into_bytes(),
        issuer: issuer.clone().into_bytes(),
        algorithm: match credential.algorithm {
            Algorithm::Sha256 => 2,
            Algorithm::Sha512 => 3,
            Algorithm::Md5 => 4,
            _ => 1,
        },
        digits: if credential.digits == 8 { 2 } else { 1 },
        kind: if credential.kind == Kind::Hotp { 1 } else { 2 },
        counter: if credential.kind == Kind::Hotp { credential.counter as i64 } else { 0 },
    }
}

fn link(payload: Payload) -> SecretText {
    let data = Zeroizing::new(STANDARD.encode(Zeroizing::new(payload.encode_to_vec())));
    SecretText::new(format!("otpauth-migration://offline?data={}", utf8_percent_encode(&data, NON_ALPHANUMERIC)))
}
