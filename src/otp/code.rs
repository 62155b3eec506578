//! The one door to every kind of code: a code for a time, a code for a counter, or why there is none.

use super::{Algorithm, Credential, Kind, hotp, motp, steam, totp, yandex};
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
            NotComputable::Digits(digits) => write!(f, "a code of {digits} characters can't be computed"),
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
    /// Whether codes can be computed at all, and if not, why. What it lets through, the code functions compute.
    pub fn check(&self) -> Result<(), NotComputable> {
        match self.kind {
            Kind::Unknown => return Err(NotComputable::UnknownKind),
            Kind::Received => return Err(NotComputable::Received),
            Kind::Totp | Kind::Hotp | Kind::Steam | Kind::Motp | Kind::Yandex => {}
        }
        if self.secret.is_empty() {
            return Err(NotComputable::EmptySecret);
        }
        if let (Kind::Totp | Kind::Hotp, Algorithm::Other(name)) = (self.kind, &self.algorithm) {
            return Err(NotComputable::UnknownAlgorithm(name.clone()));
        }
        if !(1..=self.most_digits()).contains(&self.digits) {
            return Err(NotComputable::Digits(self.digits));
        }
        if self.is_time_based() && self.period == 0 {
            return Err(NotComputable::Period(self.period));
        }
        if self.kind == Kind::Yandex {
            yandex::check(&self.secret)?;
        }
        self.pin_if_needed().map(|_| ())
    }

    /// The code valid at `unix` seconds, of a time-based kind.
    pub fn code_at(&self, unix: u64) -> Result<Window, NotComputable> {
        self.check()?;
        if !self.is_time_based() {
            return Err(NotComputable::CounterBased);
        }
        let (step, from) = totp::step(unix, self.period);
        let code = match (self.kind, self.pin_if_needed()?) {
            (Kind::Motp, Some(pin)) => motp::code(&self.secret, pin, self.digits, step),
            (Kind::Yandex, Some(pin)) => yandex::code(&self.secret, pin, self.digits, step),
            (Kind::Steam, _) => steam::code(&self.secret, self.digits, step)?,
            _ => hotp::code(&self.algorithm, &self.secret, self.digits, step)?,
        };
        Ok(Window { code, from, until: from.saturating_add(self.period) })
    }

    /// The code for `counter`, of HOTP. The last counter with a code is 2^64 − 2: the one after it must still be a number
    /// that can be saved as the next one, and stands for "used up".
    pub fn code_for(&self, counter: u64) -> Result<SecretText, NotComputable> {
        self.check()?;
        if self.is_time_based() {
            return Err(NotComputable::TimeBased);
        }
        if counter == u64::MAX {
            return Err(NotComputable::CounterExhausted);
        }
        hotp::code(&self.algorithm, &self.secret, self.digits, counter)
    }

    fn most_digits(&self) -> u32 {
        if self.kind == Kind::Steam { steam::LONGEST } else { 10 }
    }

    /// The PIN of the kinds that have one; an empty one is none.
    fn pin_if_needed(&self) -> Result<Option<&SecretText>, NotComputable> {
        match (self.kind, &self.pin) {
            (Kind::Motp | Kind::Yandex, Some(pin)) if !pin.is_empty() => Ok(Some(pin)),
            (Kind::Motp | Kind::Yandex, _) => Err(NotComputable::PinMissing),
            _ => Ok(None),
        }
    }

    /// Whether the code changes with the time (and so has a countdown).
    pub fn is_time_based(&self) -> bool {
        matches!(self.kind, Kind::Totp | Kind::Steam | Kind::Motp | Kind::Yandex)
    }
}
