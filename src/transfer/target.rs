//! What a format that is written can hold, and the sentences about what it can't.

use super::Draft;
use crate::otp::{Algorithm, Credential, Kind};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tags {
    None,
    /// One group for an entry.
    One,
    Many,
}

/// The places of a format.
pub struct Target {
    /// As in "Aegis holds", "Links hold".
    pub holds: &'static str,
    pub kinds: &'static [Kind],
    /// Of TOTP and HOTP.
    pub algorithms: &'static [Algorithm],
    /// Of TOTP and HOTP.
    pub digits: std::ops::RangeInclusive<u32>,
    pub tags: Tags,
    pub notes: bool,
    /// The mark of standing at the top of the list.
    pub top: bool,
    /// The PIN of mOTP and Yandex.
    pub pin: bool,
    pub trash: bool,
    /// Whether what was kept of the file it came from goes along.
    pub raw: bool,
}

/// The hashes every program knows.
pub const COMMON: &[Algorithm] = &[Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];

impl Target {
    /// The drafts that can be held, and a sentence for each thing that can't.
    pub fn sort<'d>(&self, drafts: &'d [Draft]) -> (Vec<&'d Draft>, Vec<String>) {
        self.sort_but(drafts, |_| None)
    }

    /// As [`Target::sort`], with a reason of the format's own to leave a draft out: "secrets that …".
    pub fn sort_but<'d>(
        &self,
        drafts: &'d [Draft],
        refuses: impl Fn(&Draft) -> Option<&'static str>,
    ) -> (Vec<&'d Draft>, Vec<String>) {
        let (mut fit, mut lost) = (Vec::new(), Vec::new());
        for draft in drafts {
            match self.refuses(&draft.credential).or_else(|| refuses(draft).map(str::to_owned)) {
                None => fit.push(draft),
                Some(reason) => lost.push(format!("{} was left out: {} no {reason}.", draft.label(), self.holds)),
            }
        }
        lost.extend(self.unheld(&fit));
        (fit, lost)
    }

    /// What of a credential has no place: "codes of kind motp".
    fn refuses(&self, credential: &Credential) -> Option<String> {
        let Credential { kind, secret, algorithm, digits, period, .. } = credential;
        if !self.kinds.contains(kind) {
            return Some(format!("codes of kind {}", kind.name()));
        }
        if secret.is_empty() {
            return Some("entries without a secret".into());
        }
        let fixed = Credential::new(*kind, secret.clone());
        match kind {
            Kind::Totp | Kind::Hotp => {
                if !self.algorithms.contains(algorithm) {
                    return Some(format!("codes of the hash {}", algorithm.name().escape_debug()));
                }
                if !self.digits.contains(digits) {
                    return Some(format!("codes of {digits} digits"));
                }
                (*kind == Kind::Totp && *period == 0).then(|| "codes that last 0 s".into())
            }
            _ if (*digits, *period) != (fixed.digits, fixed.period) => {
                Some(format!("{} codes of {digits} characters that last {period} s", kind.name()))
            }
            _ => None,
        }
    }

    /// What has no place of the drafts that are written.
    pub fn unheld(&self, fit: &[&Draft]) -> Vec<String> {
        let mut lost = Vec::new();
        let mut count = |held: bool, what: &str, has: fn(&Draft) -> bool| {
            let entries = fit.iter().filter(|draft| !held && has(draft)).count();
            if entries > 0 {
                let entries = if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") };
                lost.push(format!("{} no {what}: left out for {entries}.", self.holds));
            }
        };
        count(self.tags != Tags::None, "tags", |draft| !draft.tags.is_empty());
        count(self.tags != Tags::One, "more than one tag for an entry", |draft| draft.tags.len() > 1);
        count(self.notes, "notes", |draft| !draft.note.is_empty());
        count(self.top, "pins to the top", |draft| draft.pinned);
        count(self.pin, "PINs", |draft| draft.credential.pin.is_some());
        count(false, "recovery codes", |draft| !draft.recovery_codes.is_empty());
        count(false, "earlier secrets", |draft| !draft.history.is_empty());
        count(false, "unconfirmed new secrets", |draft| draft.candidate.is_some());
        count(false, "mark of being unconfirmed", |draft| draft.pending);
        count(self.trash, "mark of being in the trash", |draft| draft.deleted);
        count(self.raw, "details kept from the program it came from", |draft| draft.raw.is_some());
        lost
    }
}
