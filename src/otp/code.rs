//! The one door to every kind of code: a code for a time, a code for a counter, or why there is none.

use super::{Credential, Kind};
use crate::secret::SecretText;
use std::fmt;

/// A time-based code and the seconds in which it holds: `from ≤ unix < until`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub code: SecretText,
    /// Unix seconds.
    pub from: u64,
    /// Unix seconds; exclusive.
    pub until: u64,
}

/// Why a credential gives no code. It is kept and shown all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotComputable {
    UnknownKind,
    /// Codes of this kind come by SMS, mail or letter.
    Received,
    UnknownAlgorithm(String),
    Digits(u32),
    Period(u64),
    EmptySecret,
    PinMissing,
    /// The secret's own form is wrong (Yandex checksum or length).
    Secret(&'static str),
    /// A counter-based credential asked for a time, or the other way round.
    CounterBased,
    TimeBased,
    /// The counter is used up: 2^64 − 1.
    CounterExhausted,
}

impl fmt::Display for NotComputable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotComputable::UnknownKind => f.write_str("this version does not know this kind of code"),
            NotComputable::Received => f.write_str("codes of this kind are received, not computed"),
            NotComputable::UnknownAlgorithm(name) => write!(f, "the hash {name} is not known"),
            NotComputable::Digits(digits) => write!(f, "{digits} digits can't be computed (1 to 10 can)"),
            NotComputable::Period(period) => write!(f, "a period of {period} s can't be computed"),
            NotComputable::EmptySecret => f.write_str("the secret is empty"),
            NotComputable::PinMissing => f.write_str("the PIN is missing"),
            NotComputable::Secret(why) => write!(f, "the secret is not valid: {why}"),
            NotComputable::CounterBased => f.write_str("the code depends on a counter, not on the time"),
            NotComputable::TimeBased => f.write_str("the code depends on the time, not on a counter"),
            NotComputable::CounterExhausted => f.write_str("the counter is used up"),
        }
    }
}

impl Credential {
    /// Whether codes can be computed at all, and if not, why.
    pub fn check(&self) -> Result<(), NotComputable> {
        todo!()
    }

    /// The code valid at `unix` seconds, of a time-based kind.
    pub fn code_at(&self, unix: u64) -> Result<Window, NotComputable> {
        let _ = unix;
        todo!()
    }

    /// The code for `counter`, of HOTP.
    pub fn code_for(&self, counter: u64) -> Result<SecretText, NotComputable> {
        let _ = counter;
        todo!()
    }

    /// Whether the code changes with the time (and so has a countdown).
    pub fn is_time_based(&self) -> bool {
        matches!(self.kind, Kind::Totp | Kind::Steam | Kind::Motp | Kind::Yandex)
    }
}
