//! Writing links so that every app reads them and [`super::parse`] gives back the same value.

use super::{ENCODER_PLAIN, Labelled, is_absent, looks_like_steam, pin_from_base32};
use crate::otp::{Credential, Kind, base32};
use crate::secret::{Secret, SecretText};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode, utf8_percent_encode};

/// All but what RFC 3986 section 2.3 calls unreserved.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Writes a link that [`super::parse`] reads back to the same value, `counter` being the next one to use.
/// Algorithm, digits and period or counter are always written, since apps differ in what they take for granted; only
/// `motp://`, whose readers expect little more than the secret, tells no more than is special.
/// `None` for received and unknown kinds, which no link can express.
pub fn write(labelled: &Labelled) -> Option<SecretText> {
    let Labelled { issuer, account, credential, unknown } = labelled;
    let issuer = issuer.as_deref().filter(|issuer| !issuer.is_empty());
    let account = account.as_deref().unwrap_or_default();
    let start = match credential.kind {
        Kind::Totp => "otpauth://totp/",
        Kind::Hotp => "otpauth://hotp/",
        // Apps that don't know the type refuse it; as a TOTP of five digits they would show wrong codes.
        Kind::Steam => "otpauth://steam/",
        Kind::Yandex => "otpauth://yaotp/",
        Kind::Motp => "motp://",
        Kind::Received | Kind::Unknown => return None,
    };
    let usual = Credential::new(credential.kind, Secret::new(Vec::new()));
    let brief = credential.kind == Kind::Motp;

    let mut link = Link { text: format!("{start}{}", label(issuer, account)), separator: '?' };
    link.add("secret", credential.secret_text().expose());
    if let Some(issuer) = issuer.filter(|issuer| !brief || issuer.contains(':') || issuer.trim() != *issuer) {
        link.add("issuer", issuer);
    }
    if !brief || credential.algorithm != usual.algorithm {
        link.add("algorithm", credential.algorithm.name());
    }
    if !brief || credential.digits != usual.digits {
        link.add("digits", &credential.digits.to_string());
    }
    if credential.kind == Kind::Hotp {
        link.add("counter", &credential.counter.to_string());
    } else if !brief || credential.period != usual.period {
        link.add("period", &credential.period.to_string());
    }
    if credential.kind == Kind::Totp && looks_like_steam(issuer, Some(credential.digits.into())) {
        link.add("encoder", ENCODER_PLAIN);
    }
    match (&credential.pin, credential.kind) {
        (Some(pin), Kind::Yandex) if pin.expose().bytes().all(|byte| byte.is_ascii_digit()) => {
            link.add("pin", base32::encode(&Secret::new(pin.expose().into())).expose());
        }
        (Some(pin), Kind::Yandex) if pin_from_base32(pin.expose()).is_some() => link.add_escaped("pin", pin.expose()),
        (Some(pin), Kind::Motp | Kind::Yandex) => link.add("pin", pin.expose()),
        _ => {}
    }
    for (name, value) in unknown {
        link.add(&escape(name), value.expose());
    }
    Some(SecretText::new(link.text))
}

/// `Issuer:account`. An issuer that a colon would cut in two stands in the parameter alone; a colon in front says that
/// those in the account are its own.
fn label(issuer: Option<&str>, account: &str) -> String {
    let space = if account.starts_with(' ') { "%20" } else { "" };
    match issuer {
        Some(issuer) if !issuer.contains(':') => format!("{}:{space}{}", escape(issuer), escape(account)),
        None if !account.contains(':') => escape(account),
        _ => format!(":{space}{}", escape(account)),
    }
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

struct Link {
    text: String,
    separator: char,
}

impl Link {
    fn add(&mut self, name: &str, value: &str) {
        if is_absent(value) {
            return self.add_escaped(name, value);
        }
        self.add_raw(name, &escape(value));
    }

    /// Escapes the first letter too, so that the value can't be taken for what it looks like.
    fn add_escaped(&mut self, name: &str, value: &str) {
        let (first, rest) = value.as_bytes().split_at(value.len().min(1));
        let first: String = first.iter().map(|byte| format!("%{byte:02X}")).collect();
        self.add_raw(name, &format!("{first}{}", percent_encode(rest, ESCAPED)));
    }

    fn add_raw(&mut self, name: &str, raw: &str) {
        self.text.push(std::mem::replace(&mut self.separator, '&'));
        self.text.push_str(name);
        self.text.push('=');
        self.text.push_str(raw);
    }
}
