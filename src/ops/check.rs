//! What a person may put into an entry. Asked on enrolling and editing, never on load: what is there already stays.

use crate::error::{Error, ErrorKind, Result};
use crate::otp::{Credential, Kind, NotComputable};
use crate::secret::SecretText;
use crate::transfer::Draft;
use crate::words::is_obeyed;

/// Longest issuer and account, in characters.
pub const NAME_LENGTH: usize = 300;
/// Longest note, in characters.
pub const NOTE_LENGTH: usize = 10_000;
/// Longest tag, in characters.
pub const TAG_LENGTH: usize = 100;
/// Most tags of one entry.
pub const TAGS: usize = 50;
/// Longest period, in seconds: some three hundred years.
pub const PERIOD: u64 = 10_000_000_000;
/// Longest secret, in bytes.
pub const SECRET_LENGTH: usize = 4096;
/// Most recovery codes of one entry, and the longest of them in characters.
pub const RECOVERY_CODES: usize = 200;
pub const RECOVERY_CODE_LENGTH: usize = 300;

fn refused(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::Usage, what)
}

/// An issuer or an account (`field` names it): one line of bounded length.
pub fn name(field: &str, text: &str) -> Result<()> {
    if text.chars().count() > NAME_LENGTH {
        return Err(refused(format!("the {field} is too long")).hint(format!("at most {NAME_LENGTH} characters are kept")));
    }
    if text.contains(is_obeyed) {
        return Err(refused(format!("the {field} holds a control character")).hint("write it on one line, as plain text"));
    }
    Ok(())
}

pub fn note(text: &str) -> Result<()> {
    if text.chars().count() > NOTE_LENGTH {
        return Err(refused("the note is too long").hint(format!("at most {NOTE_LENGTH} characters are kept")));
    }
    if text.chars().any(|c| is_obeyed(c) && c != '\n' && c != '\t') {
        return Err(refused("the note holds a control character").hint("write it as plain text"));
    }
    Ok(())
}

/// A tag: some characters without commas, for tags are listed with commas between them.
pub fn tag(text: &str) -> Result<()> {
    let why = if text.is_empty() || text.trim() != text {
        "is empty or has space around it"
    } else if text.chars().count() > TAG_LENGTH {
        "is too long"
    } else if text.chars().any(|c| is_obeyed(c) || c == ',') {
        "holds a comma or a control character"
    } else {
        return Ok(());
    };
    Err(refused(format!("a tag {why}")).hint(format!("a tag has 1 to {TAG_LENGTH} characters and no comma, e.g. work")))
}

pub fn tags(tags: &[String]) -> Result<()> {
    if tags.len() > TAGS {
        return Err(refused("too many tags").hint(format!("an entry has at most {TAGS}")));
    }
    tags.iter().try_for_each(|text| tag(text))
}

/// Whether codes can be computed of it. A missing PIN can be added later, and some kinds have nothing to compute.
pub fn credential(credential: &Credential) -> Result<()> {
    if credential.secret.expose().len() > SECRET_LENGTH {
        return Err(refused("the secret is too long").hint(format!("at most {SECRET_LENGTH} bytes are kept")));
    }
    if credential.pin.as_ref().is_some_and(|pin| pin.expose().chars().count() > NAME_LENGTH) {
        return Err(refused("the PIN is too long"));
    }
    if credential.is_time_based() && credential.period > PERIOD {
        return Err(refused("the period is too long").hint(format!("it is at most {PERIOD} s, usually 30")));
    }
    if matches!(credential.kind, Kind::Received | Kind::Unknown) {
        return Ok(());
    }
    match credential.check() {
        Ok(()) | Err(NotComputable::PinMissing) => Ok(()),
        Err(why) => Err(refused(format!("no codes can be made of this: {why}")).hint(match why {
            NotComputable::Digits(_) => "codes have 1 to 10 digits",
            NotComputable::Period(_) => "the period is at least 1 s, usually 30",
            NotComputable::UnknownAlgorithm(_) => "known are SHA1, SHA224, SHA256, SHA384, SHA512 and MD5",
            _ => "copy the secret from the site once more",
        })),
    }
}

pub fn recovery_codes(codes: &[SecretText]) -> Result<()> {
    if codes.len() > RECOVERY_CODES {
        return Err(refused("too many recovery codes").hint(format!("an entry has at most {RECOVERY_CODES}")));
    }
    for code in codes {
        let text = code.expose();
        if text.trim().is_empty() || text.chars().count() > RECOVERY_CODE_LENGTH || text.contains(is_obeyed) {
            return Err(refused("a recovery code is empty, too long or holds a control character").hint("write one code a line"));
        }
    }
    Ok(())
}

/// All of a draft.
pub fn draft(draft: &Draft) -> Result<()> {
    name("issuer", &draft.issuer)?;
    name("account", &draft.account)?;
    note(&draft.note)?;
    tags(&draft.tags)?;
    credential(&draft.credential)
}
