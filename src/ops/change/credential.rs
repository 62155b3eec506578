//! Changes to single parts of a credential.

use crate::error::{Error, ErrorKind, Result};
use crate::otp::{Algorithm, Credential, Kind};
use crate::secret::{Secret, SecretText};

/// What is `None` stays as it is when the edit is applied.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CredentialEdit {
    pub kind: Option<Kind>,
    pub secret: Option<Secret>,
    pub algorithm: Option<Algorithm>,
    pub digits: Option<u32>,
    pub period: Option<u64>,
    /// `Some(None)` takes it off.
    pub pin: Option<Option<SecretText>>,
}

impl CredentialEdit {
    /// What makes one out of the other. The counter is not part of it.
    pub fn between(before: &Credential, now: &Credential) -> Self {
        fn differs<T: Clone + PartialEq>(before: &T, now: &T) -> Option<T> {
            (before != now).then(|| now.clone())
        }
        let kind = differs(&before.kind, &now.kind);
        CredentialEdit {
            // Another kind may read the same bytes as another text.
            secret: kind.map(|_| now.secret.clone()).or(differs(&before.secret, &now.secret)),
            kind,
            algorithm: differs(&before.algorithm, &now.algorithm),
            digits: differs(&before.digits, &now.digits),
            period: differs(&before.period, &now.period),
            pin: differs(&before.pin, &now.pin),
        }
    }

    /// Laid over the credential that is there. A new secret begins at counter 0.
    pub(super) fn over(self, current: &Credential) -> Result<Credential> {
        let CredentialEdit { kind, secret, algorithm, digits, period, pin } = self;
        let kind = kind.unwrap_or(current.kind);
        if secret.is_none() && (kind == Kind::Motp) != (current.kind == Kind::Motp) {
            return Err(Error::new(ErrorKind::Usage, "the secret must be given with this kind")
                .hint("mOTP takes a secret as hexadecimal text, other kinds as base32: neither can be made of the other"));
        }
        let secret = secret.unwrap_or_else(|| current.secret.clone());
        let counts_on = secret == current.secret && (kind == Kind::Hotp || kind == current.kind);
        Ok(Credential {
            kind,
            secret,
            algorithm: algorithm.unwrap_or_else(|| current.algorithm.clone()),
            digits: digits.unwrap_or(current.digits),
            period: period.unwrap_or(current.period),
            counter: if counts_on { current.counter } else { 0 },
            pin: pin.unwrap_or_else(|| current.pin.clone()),
        })
    }
}
