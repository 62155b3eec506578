//! One-time codes: what a credential is, and the code it gives at a given time or counter.
//! Nothing here reads a clock. A new kind of code is `otp/<kind>.rs`, an arm in `otp/code.rs`, and vectors.

pub mod base32;
pub mod code;
pub mod hotp;
pub mod motp;
pub mod steam;
pub mod totp;
pub mod uri;
pub mod yandex;

use crate::secret::{Secret, SecretText};
pub use code::{NotComputable, Window};

/// How a code is made. The names are those of the JSON forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// RFC 6238.
    Totp,
    /// RFC 4226.
    Hotp,
    Steam,
    Motp,
    Yandex,
    /// A code that came by SMS, mail or letter: nothing to compute.
    Received,
    /// Not known to this version; kept with what it brought.
    Unknown,
}

impl Kind {
    pub const ALL: [Kind; 7] = [Kind::Totp, Kind::Hotp, Kind::Steam, Kind::Motp, Kind::Yandex, Kind::Received, Kind::Unknown];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Totp => "totp",
            Kind::Hotp => "hotp",
            Kind::Steam => "steam",
            Kind::Motp => "motp",
            Kind::Yandex => "yandex",
            Kind::Received => "received",
            Kind::Unknown => "unknown",
        }
    }

    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// Reads a secret as it is typed and as links and our JSON hold it: base32, for mOTP its own text.
    /// [`Credential::secret_text`] is the way back. `None` where it is not that, or empty.
    pub fn read_secret(self, text: &str) -> Option<Secret> {
        match self {
            Kind::Motp => motp::read_secret(text),
            _ => base32::decode(text),
        }
    }

    /// Why [`Kind::read_secret`] reads nothing of this text: half a sentence that tells places and kinds of characters,
    /// never the text. Characters are counted without what may stand between groups.
    pub fn why_no_secret(self, text: &str) -> String {
        let bare: Vec<char> = text.chars().filter(|letter| !base32::is_filler(*letter)).collect();
        if bare.is_empty() {
            return "it is empty".into();
        }
        if text.contains("://") {
            return "it is a link, not a secret".into();
        }
        if self == Kind::Motp {
            let at = bare.iter().position(|letter| !letter.is_ascii_graphic()).unwrap_or_default();
            return format!("character {} is no plain letter, digit or mark", at + 1);
        }
        base32::why_not(&bare)
    }
}

/// The hash of a credential. An unheard-of one is kept by its name and can't be computed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Md5,
    Other(String),
}

impl Algorithm {
    pub const KNOWN: [Algorithm; 6] =
        [Algorithm::Sha1, Algorithm::Sha224, Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512, Algorithm::Md5];

    pub fn name(&self) -> &str {
        match self {
            Algorithm::Sha1 => "SHA1",
            Algorithm::Sha224 => "SHA224",
            Algorithm::Sha256 => "SHA256",
            Algorithm::Sha384 => "SHA384",
            Algorithm::Sha512 => "SHA512",
            Algorithm::Md5 => "MD5",
            Algorithm::Other(name) => name,
        }
    }

    /// Reads every spelling that holds one known hash and no other number: `SHA-1`, `HmacSHA1`, `Algorithm.sha1`, but not
    /// `SHA512/256`, which is another hash, nor `SHA1withSHA256`. Anything else is kept by name.
    pub fn from_name(name: &str) -> Algorithm {
        let bare: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
        let is_alone = |(before, after): (&str, &str)| ![before, after].concat().contains(|c: char| c.is_ascii_digit());
        let is_held = |known: &Algorithm| bare.split_once(known.name()).is_some_and(is_alone);
        Algorithm::KNOWN.into_iter().find(is_held).unwrap_or_else(|| Algorithm::Other(name.to_owned()))
    }
}

/// All that makes codes: one value, replaced as a whole when an account is enrolled anew.
/// It holds what was read, valid or not; [`Credential::check`] and the code functions say what can't be computed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Credential {
    pub kind: Kind,
    /// The raw key; for mOTP the ASCII of its text, which is hexadecimal in lower case and may be of odd length.
    pub secret: Secret,
    /// TOTP and HOTP only: in the other kinds the hash is fixed, whatever stands here.
    pub algorithm: Algorithm,
    /// Characters of a code: 1 to 10, Steam 1 to 6.
    pub digits: u32,
    /// Seconds. 0 where the kind has none (HOTP).
    pub period: u64,
    /// HOTP: the counter at enrolment, the next one to use then.
    pub counter: u64,
    /// mOTP and Yandex.
    pub pin: Option<SecretText>,
}

impl Credential {
    /// The usual parameters of a kind: 6 digits, 30 s, SHA-1; Steam 5 characters; Yandex 8 letters, SHA-256; mOTP 6 digits, 10 s, MD5.
    pub fn new(kind: Kind, secret: Secret) -> Self {
        let (algorithm, digits, period) = match kind {
            Kind::Totp | Kind::Received | Kind::Unknown => (Algorithm::Sha1, 6, 30),
            Kind::Hotp => (Algorithm::Sha1, 6, 0),
            Kind::Steam => (Algorithm::Sha1, 5, 30),
            Kind::Motp => (Algorithm::Md5, 6, 10),
            Kind::Yandex => (Algorithm::Sha256, 8, 30),
        };
        Credential { kind, secret, algorithm, digits, period, counter: 0, pin: None }
    }

    /// The secret as people and files see it: base32 without padding, for mOTP its own text. [`Kind::read_secret`] is the way back.
    pub fn secret_text(&self) -> SecretText {
        match self.kind {
            Kind::Motp => motp::secret_text(&self.secret),
            _ => base32::encode(&self.secret),
        }
    }

    /// For people: `SHA1 · 6 digits`.
    pub fn shape(&self) -> String {
        match self.kind {
            Kind::Totp | Kind::Hotp => format!("{} · {} digits", self.algorithm.name(), self.digits),
            Kind::Received | Kind::Unknown => self.kind.name().to_owned(),
            kind => format!("{} · {} digits", kind.name(), self.digits),
        }
    }

    /// For people: `SHA1 · 6 digits · 30 s`; of a counter, with the next one, `SHA1 · 6 digits · counter 12`.
    pub fn parameters(&self, counter: u64) -> String {
        match self.kind {
            Kind::Received | Kind::Unknown => self.shape(),
            Kind::Hotp => format!("{} · counter {counter}", self.shape()),
            _ => format!("{} · {} s", self.shape(), self.period),
        }
    }
}
