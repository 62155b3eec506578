//! Reading links by hand, since no strict URL parser survives what real ones hold: raw spaces and `#` in the label,
//! parameters without value, `null`, plus signs that mean themselves.

use super::{
    ENCODER_PLAIN, ENCODER_STEAM, Labelled, MAX_LENGTH, Scheme, UriError, holds_another, is_absent, looks_like_steam,
    pin_from_base32, split,
};
use crate::otp::{Algorithm, Credential, Kind};
use crate::secret::SecretText;
use crate::text;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use zeroize::Zeroizing;

/// Reads `otpauth://` of the types totp, hotp, steam and yaotp, `motp://` and `steam://`.
pub fn parse(link: &str) -> Result<Labelled, UriError> {
    if link.len() > MAX_LENGTH {
        return Err(UriError::TooLong);
    }
    let (name, scheme, rest) = split(link).ok_or(UriError::Scheme { explanation: None })?;
    // gopass may write `otpauth: //`, as a key and its value.
    let rest = rest.trim_start().trim_start_matches('/');
    if scheme.is_some() && holds_another(rest) {
        return Err(UriError::Several);
    }
    if scheme.is_some() && rest.contains('\n') {
        return Err(UriError::Broken);
    }
    let (path, query) = split_query(rest);
    let parameters = Parameters::read(query);
    match scheme {
        Some(Scheme::Otpauth) => {
            let (name, label) = path.split_once('/').unwrap_or((path, ""));
            let kind = match name.trim().to_ascii_lowercase().as_str() {
                "totp" => Kind::Totp,
                "hotp" => Kind::Hotp,
                "steam" => Kind::Steam,
                "yaotp" => Kind::Yandex,
                _ => return Err(UriError::UnknownType(presentable(name, rest))),
            };
            labelled(kind, label, &parameters, parameters.value("secret"))
        }
        Some(Scheme::Motp) => labelled(Kind::Motp, path, &parameters, parameters.value("secret")),
        Some(Scheme::Steam) => {
            let secret = Some(path).filter(|path| !path.is_empty()).map(|path| decode(path, Plus::Itself));
            labelled(Kind::Steam, "", &parameters, secret.or_else(|| parameters.value("secret")))
        }
        None => Err(UriError::Scheme { explanation: explain(&name.to_ascii_lowercase(), rest) }),
    }
}

/// Label and parameters, which begin at the first `?` with the name of one behind it: a label may hold one too.
fn split_query(rest: &str) -> (&str, &str) {
    let marks = || rest.match_indices('?').map(|(at, _)| at);
    let at = marks().find(|at| names_parameter(&rest[at + 1..])).or_else(|| marks().next());
    at.map_or((rest, ""), |at| (&rest[..at], &rest[at + 1..]))
}

/// Whether a text begins with the name of a known parameter. Such a name behind a second `?`, as some sites write them,
/// ends the value before it.
fn names_parameter(text: &str) -> bool {
    const NAMES: [&str; 9] = ["secret", "issuer", "algorithm", "digits", "period", "counter", "pin", "encoder", "image"];
    let end = text.bytes().take(10).position(|byte| byte == b'=');
    end.is_some_and(|end| NAMES.iter().any(|known| text[..end].eq_ignore_ascii_case(known)))
}

fn labelled(kind: Kind, label: &str, parameters: &Parameters, secret: Option<SecretText>) -> Result<Labelled, UriError> {
    let issuer = parameters.value("issuer").map(|issuer| issuer.expose().to_owned());
    let (prefix, account) = split_label(decode(label, Plus::Itself).expose(), issuer.as_deref());
    let issuer = issuer.or(prefix);
    let digits = parameters.number("digits", 1..=10)?;
    let kind = if kind == Kind::Totp && parameters.mark_steam(issuer.as_deref(), digits) { Kind::Steam } else { kind };

    let text = secret.ok_or(UriError::SecretMissing)?;
    let secret = kind.read_secret(text.expose());
    let secret = secret.ok_or_else(|| UriError::SecretInvalid(kind.why_no_secret(text.expose())))?;
    if parameters.values("secret").any(|other| kind.read_secret(other.expose()).is_none_or(|other| other != secret)) {
        return Err(UriError::SecretsDiffer);
    }
    let mut credential = Credential::new(kind, secret);
    if let Some(name) = parameters.value("algorithm") {
        credential.algorithm = Algorithm::from_name(name.expose());
    }
    if let Some(digits) = digits.and_then(|digits| u32::try_from(digits).ok()) {
        credential.digits = digits;
    }
    if credential.is_time_based() {
        credential.period = parameters.number("period", 1..=u64::MAX)?.unwrap_or(credential.period);
    }
    if kind == Kind::Hotp {
        credential.counter = parameters.number("counter", 0..=u64::MAX)?.unwrap_or(0);
    }
    credential.pin = match kind {
        Kind::Yandex => parameters.raw("pin").map(|raw| pin_from_base32(raw).unwrap_or_else(|| decode(raw, Plus::of(raw)))),
        Kind::Motp => parameters.value("pin"),
        _ => None,
    };
    let unknown = parameters.all.iter().filter(|parameter| !parameter.has_place(kind));
    let unknown = unknown.map(|parameter| (parameter.name.clone(), parameter.value())).collect();
    Ok(Labelled { issuer, account, credential, unknown })
}

/// Issuer and account of a decoded label. Everything before the first colon is the issuer, or the issuer the parameter
/// names where the label begins with it; one space after the colon is decoration.
fn split_label(label: &str, issuer: Option<&str>) -> (Option<String>, Option<String>) {
    let named = issuer.filter(|issuer| !issuer.starts_with(':'));
    let after_named = named.and_then(|issuer| label.strip_prefix(issuer)?.strip_prefix(':').map(|account| (issuer, account)));
    let Some((prefix, account)) = after_named.or_else(|| label.split_once(':')) else {
        return (None, filled(label));
    };
    (filled(prefix.trim()), filled(account.strip_prefix(' ').unwrap_or(account)))
}

fn filled(text: &str) -> Option<String> {
    Some(text).filter(|text| !text.is_empty()).map(str::to_owned)
}

struct Parameter<'a> {
    name: String,
    raw: &'a str,
}

impl Parameter<'_> {
    fn value(&self) -> SecretText {
        decode(self.raw, Plus::of(self.raw))
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// A bare `steam`, as Stratum writes it.
    fn is_steam_flag(&self) -> bool {
        self.is("steam") && (self.raw.is_empty() || self.raw == "1" || self.raw.eq_ignore_ascii_case("true"))
    }

    fn is_encoder(&self, encoder: &str) -> bool {
        self.is("encoder") && self.value().expose().eq_ignore_ascii_case(encoder)
    }

    /// Whether a credential of this kind holds what the parameter says.
    fn has_place(&self, kind: Kind) -> bool {
        match self.name.to_ascii_lowercase().as_str() {
            "secret" | "issuer" | "algorithm" | "digits" => true,
            "period" => kind != Kind::Hotp,
            "counter" => kind == Kind::Hotp,
            "pin" => matches!(kind, Kind::Motp | Kind::Yandex),
            "steam" => kind == Kind::Steam && self.is_steam_flag(),
            "encoder" => {
                kind == Kind::Steam && self.is_encoder(ENCODER_STEAM) || kind == Kind::Totp && self.is_encoder(ENCODER_PLAIN)
            }
            _ => false,
        }
    }
}

struct Parameters<'a> {
    all: Vec<Parameter<'a>>,
}

impl<'a> Parameters<'a> {
    fn read(query: &'a str) -> Self {
        let mut begin = 0;
        let marks = query.match_indices(['&', '?']).filter(|(at, mark)| *mark == "&" || names_parameter(&query[at + 1..]));
        let ends = marks.map(|(at, _)| at).chain([query.len()]);
        let pieces = ends.map(|end| &query[std::mem::replace(&mut begin, end + 1)..end]);
        let all = pieces.filter(|piece| !piece.is_empty()).map(|piece| {
            // A link copied out of a page's source has `&amp;` for `&`.
            let piece = piece.strip_prefix("amp;").unwrap_or(piece);
            let (name, raw) = piece.split_once('=').unwrap_or((piece, ""));
            Parameter { name: decode(name, Plus::of(name)).expose().to_owned(), raw }
        });
        Parameters { all: all.collect() }
    }

    /// The raw text of a parameter that says something; of several the last one.
    fn raw(&self, name: &str) -> Option<&'a str> {
        self.all.iter().rev().find(|parameter| parameter.is(name) && !is_absent(parameter.raw)).map(|parameter| parameter.raw)
    }

    /// All that say something.
    fn values<'p>(&'p self, name: &'p str) -> impl Iterator<Item = SecretText> + 'p {
        self.all.iter().filter(move |parameter| parameter.is(name) && !is_absent(parameter.raw)).map(Parameter::value)
    }

    fn value(&self, name: &str) -> Option<SecretText> {
        self.raw(name).map(|raw| decode(raw, Plus::of(raw)))
    }

    fn number(&self, name: &'static str, range: std::ops::RangeInclusive<u64>) -> Result<Option<u64>, UriError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let digits = Some(value.expose().trim()).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = digits.and_then(|text| text.parse().ok()).filter(|number| range.contains(number));
        number.map(Some).ok_or(UriError::Number { parameter: name })
    }

    /// Whether a link of type totp is for Steam all the same.
    fn mark_steam(&self, issuer: Option<&str>, digits: Option<u64>) -> bool {
        self.all.iter().any(|parameter| parameter.is_steam_flag() || parameter.is_encoder(ENCODER_STEAM))
            || !self.all.iter().any(|parameter| parameter.is("encoder")) && looks_like_steam(issuer, digits)
    }
}

/// What a plus sign stands for.
#[derive(Clone, Copy, PartialEq)]
enum Plus {
    Itself,
    Space,
}

impl Plus {
    /// Some writers encode values as forms do; one that writes `%20` does not.
    fn of(raw: &str) -> Plus {
        if raw.contains("%20") { Plus::Itself } else { Plus::Space }
    }
}

/// Percent-decodes. A lone `%` is itself; bytes that are not UTF-8 are read as Windows-1252.
fn decode(raw: &str, plus: Plus) -> SecretText {
    let raw = if plus == Plus::Space { Cow::Owned(raw.replace('+', " ")) } else { Cow::Borrowed(raw) };
    let bytes = Zeroizing::new(percent_decode_str(&raw).collect::<Vec<u8>>());
    SecretText::new(text::lenient(&bytes).text)
}

/// The name of an unknown type if it can be one; what stands there may as well be a secret in the wrong place.
fn presentable(name: &str, rest: &str) -> String {
    let is_name = !name.is_empty() && name.len() < 8 && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_name && name.len() < rest.len() { name.to_owned() } else { String::new() }
}

/// Links that people meet while enrolling and take for one-time passwords.
fn explain(scheme: &str, rest: &str) -> Option<&'static str> {
    Some(match scheme {
        "otpauth-migration" => "this is a Google Authenticator transfer, which holds several accounts: import it",
        "phonefactor" | "microsoft-authenticator" | "msauth" | "ms-msa" => {
            "this enrols Microsoft's own push sign-in; on the site choose \"I want to use a different authenticator app\""
        }
        "duo" => "this activates Duo Mobile's own push sign-in; ask for a passcode or a hardware token instead",
        "oktaverify" | "com-okta-authenticator" => {
            "this enrols Okta Verify's own push sign-in; choose Google Authenticator there"
        }
        "fido" => "this is a passkey sign-in between two devices; it holds no secret",
        "http" | "https" if rest.starts_with("s.team/") => "this is a sign-in through the Steam app; it holds no secret",
        "http" | "https" => "this is a web page; open it in a browser and look there for a QR code or a secret to type",
        _ => return None,
    })
}
