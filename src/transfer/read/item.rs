//! An item of a password manager that may have a one-time password: a link or a bare secret, named after the item.

use super::account::unreadable;
use super::json::{NO_TEXT, Refusal};
use crate::otp::{Credential, Kind, base32, uri};
use crate::secret::Secret;
use crate::transfer::{Draft, links};
use crate::words::folded;
use std::borrow::Cow;
use std::collections::HashSet;

/// Names of fields and columns of links or secrets, as [`bare`] has them; the first that says something is taken.
pub const CODES: [&str; 31] = [
    "otpauth",
    "otpauthuri",
    "otpauthurl",
    "otpuri",
    "otpurl",
    "totpuri",
    "totpurl",
    "logintotp",
    "totpsecret",
    "totpkey",
    "totpseed",
    "otpsecret",
    "otpkey",
    "2fasecret",
    "2fakey",
    "mfasecret",
    "mfakey",
    "twofactorsecret",
    "twofactorkey",
    "authenticatorkey",
    "authenticatorsecret",
    "secretkey",
    "secret",
    // Of these, some programs and people only say how the code comes: by SMS, yes, TOTP.
    "totp",
    "otp",
    "2fa",
    "mfa",
    "twofactor",
    "twofactorauthentication",
    "onetimepassword",
    "onetimecode",
];
/// The first of [`CODES`] that may hold something else than a secret.
const FIRST_UNSURE: &str = "totp";

pub const USERS: [&str; 16] = [
    "account",
    "username",
    "user",
    "userid",
    "login",
    "loginname",
    "loginid",
    "loginusername",
    "accountname",
    "benutzername",
    "useremail",
    "email",
    "emailaddress",
    "accountemail",
    "username2",
    "secondaryusername",
];

/// Letters and digits of the name of a field, in lower case: `OTP-Auth URL` is `otpauthurl`.
pub fn bare(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

pub fn is_code_name(bare: &str) -> bool {
    CODES.contains(&bare)
}

/// Whether a column of this name holds nothing but links and secrets.
pub fn is_sure_code_name(bare: &str) -> bool {
    CODES.iter().take_while(|name| **name != FIRST_UNSURE).any(|name| *name == bare)
}

/// What a program writes for nothing, and people in a cell that they leave empty.
const NOTHING: [&str; 11] = ["null", "(null)", "undefined", "none", "nil", "n/a", "no", "false", "off", "disabled", "0"];
/// What stands in a place of secrets instead of one, without what may stand between the groups of a secret. Only short words
/// in capitals need be here: [`is_remark`] knows the others by their looks.
const WORDS: [&str; 44] = [
    "yes", "true", "on", "enabled", "active", "x", "sms", "smstan", "tan", "totp", "hotp", "otp", "2fa", "mfa", "email", "mail",
    "app", "phone", "push", "fido", "fido2", "u2f", "webauthn", "passkey", "token", "authy", "duo", "tbd", "todo", "pending",
    "unknown", "missing", "empty", "notset", "later", "manual", "ja", "nein", "keine", "kein", "fehlt", "oui", "non", "ok",
];
/// Words that no secret holds but by a chance of one to many millions.
const LONG_WORDS: [&str; 9] =
    ["authenticat", "yubikey", "microsoft", "google", "securitykey", "recovery", "password", "passwort", "backupcode"];

fn is_one_of(words: &[&str], text: &str) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(text.trim()))
}

/// Whether a cell says that there is no secret, or how the code comes.
pub fn is_word(cell: &str) -> bool {
    is_one_of(&NOTHING, cell) || is_one_of(&WORDS, cell)
}

pub fn says_something(cell: &str) -> bool {
    !is_one_of(&NOTHING, cell)
}

/// Without the marks around it: Excel shows an apostrophe before text that is not to become a number.
pub fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['\'', '"', '`']).trim()
}

/// Whether letters that might be base32 are a word or a remark: a known one, or small letters without digits that are few, or
/// in groups of several lengths.
fn is_remark(text: &str) -> bool {
    let groups: Vec<&str> = text.split(base32::is_filler).filter(|group| !group.is_empty()).collect();
    let letters = groups.concat().trim_end_matches('=').to_owned();
    let has = |is: fn(&u8) -> bool| letters.bytes().any(|byte| is(&byte));
    let (lower, digit) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_digit));
    let are_equal = match groups.as_slice() {
        [first, between @ .., last] => last.len() <= first.len() && between.iter().all(|group| group.len() == first.len()),
        _ => true,
    };
    let small = letters.to_ascii_lowercase();
    is_one_of(&NOTHING, text)
        || is_one_of(&WORDS, &letters)
        || LONG_WORDS.iter().any(|word| small.contains(word))
        || lower && !digit && (letters.len() < SHORTEST || groups.len() > 1 && (letters.len() < LONG || !are_equal))
}

/// The fewest letters of a secret where nobody but a person says that it is one.
const SHORTEST: usize = 10;
/// The same in a column that says so.
const SURE: usize = 8;
/// From how many letters on a text without digits is a secret.
const LONG: usize = 16;

/// The secret in a field that is meant for one. People also write there that they have none, or how the code comes.
pub fn secret(field: &str) -> Result<Secret, Refusal> {
    let text = unquoted(field);
    base32::decode(text).filter(|_| !is_remark(text)).ok_or_else(|| no_code(text))
}

/// Whether a cell is a secret, in a column that says so for sure or perhaps.
pub fn is_secret(cell: &str, is_sure: bool) -> bool {
    let letters = cell.bytes().filter(u8::is_ascii_alphanumeric).count();
    // Many a long word in small letters would do.
    let is_plain = cell.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let is_enough = letters >= if is_plain { SURE } else { LONG };
    looks_like_secret(cell) || is_sure && is_enough && secret(cell).is_ok()
}

/// Why a field of secrets holds none.
pub fn no_code(cell: &str) -> Refusal {
    match base32::decode(cell) {
        Some(_) => "a word stands where the secret should be, or a text too short for one".into(),
        None => unreadable(Kind::Totp, cell),
    }
}

pub fn looks_like_code(cell: &str) -> bool {
    uri::is_link(cell.trim()) || looks_like_secret(cell)
}

/// Whether a text where nobody says so is a secret, and neither a word nor a number: base32 in one case with letters and
/// digits, at least 10 characters in capitals, 16 in small letters, perhaps in groups of one length; or 16 capitals.
pub fn looks_like_secret(text: &str) -> bool {
    let text = unquoted(text).trim_end_matches('=');
    let is_gap = |byte: u8| matches!(byte, b' ' | b'-');
    let groups: Vec<&str> = text.split([' ', '-']).collect();
    let (first, last) = (groups.first().map_or(0, |group| group.len()), groups.last().map_or(0, |group| group.len()));
    let is_grouped = groups.len() > 1;
    let are_equal = !is_grouped || first <= 8 && last <= first && groups.iter().rev().skip(1).all(|group| group.len() == first);
    let is_digit = |byte: u8| matches!(byte, b'2'..=b'7');
    let letters = || text.bytes().filter(|byte| !is_gap(*byte));
    let (count, digits) = (letters().count(), letters().filter(|byte| is_digit(*byte)).count());
    let upper = letters().all(|byte| byte.is_ascii_uppercase() || is_digit(byte));
    let lower = letters().all(|byte| byte.is_ascii_lowercase() || is_digit(byte));
    let is_mixed = digits > 0 && count > digits;
    are_equal
        && (upper && is_mixed && count >= SHORTEST
            || lower && is_mixed && count >= LONG
            || upper && !is_grouped && digits == 0 && count >= LONG)
        && !is_remark(text)
}

/// A name as far as it is one: programs that have none write `null` in its place, or behind the colon of a label.
pub fn name_in(text: &str) -> Option<&str> {
    let name = match text.rsplit_once(':') {
        Some((before, after)) if NO_TEXT.contains(&after.trim()) => before,
        _ => text,
    };
    Some(name).filter(|name| !name.trim().is_empty() && !NO_TEXT.contains(&name.trim()))
}

/// What the link does not name, the item does. An item named after the account of its link has no issuer.
pub fn draft(code: &str, title: Option<&str>, user: Option<&str>) -> Result<Draft, Refusal> {
    let mut draft = match code.contains("://") {
        true => Draft::from(uri::parse(code).map_err(|error| error.to_string())?),
        false => Draft::new(Credential::new(Kind::Totp, secret(code)?)),
    };
    name(&mut draft, title, user);
    Ok(draft)
}

/// The codes in a field that should hold one: people put two links there, which are two accounts.
pub fn codes(field: &str) -> Vec<Cow<'_, str>> {
    match field.contains("://") {
        true => links::candidates("", field).into_iter().map(|candidate| candidate.text).collect(),
        false => vec![field.into()],
    }
}

pub fn name(draft: &mut Draft, title: Option<&str>, user: Option<&str>) {
    for own in [&mut draft.issuer, &mut draft.account] {
        *own = name_in(own).unwrap_or_default().to_owned();
    }
    let (title, user) = (title.and_then(name_in), user.and_then(name_in));
    if draft.issuer.is_empty() {
        match title {
            // Some links have the site where the account should be.
            Some(title) if title == draft.account => {
                if let Some(user) = user.filter(|user| *user != title) {
                    (draft.issuer, draft.account) = (title.to_owned(), user.to_owned());
                }
            }
            title => draft.issuer = title.unwrap_or_default().to_owned(),
        }
    }
    if draft.account.is_empty() {
        draft.account = user.unwrap_or_default().to_owned();
    }
    let words = |text: &str| -> HashSet<String> {
        folded(text).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let said = words(&format!("{} {}", draft.issuer, draft.account));
    let is_other = |name: &&str| !words(name).is_subset(&said) && !looks_like_code(name);
    draft.other_names = [title, user].into_iter().flatten().filter(is_other).map(str::to_owned).collect();
}

/// Why a one-time password is not taken, with the title of its item, which alone finds it again among hundreds.
pub fn of_item(title: Option<&str>, refusal: Refusal) -> Refusal {
    match title {
        Some(title) if !title.contains("://") && !looks_like_secret(title) => format!("{title}: {refusal}"),
        _ => refusal,
    }
}

/// Adds the title of the field of a one-time password to the note: it tells apart those that one item has.
pub fn note_field(draft: &mut Draft, title: Option<&str>) {
    const USUAL: [&str; 4] = ["onetimepassword", "onetimecode", "totp", "otp"];
    if let Some(title) = title.and_then(name_in).filter(|title| !USUAL.contains(&bare(title).as_str())) {
        let end = if draft.note.is_empty() { "" } else { "\n" };
        draft.note = format!("{}{end}{title}", draft.note);
    }
}

/// Adds tags that say something and are not there yet.
pub fn tag<'t>(tags: &mut Vec<String>, more: impl IntoIterator<Item = &'t str>) {
    for tag in more.into_iter().map(str::trim) {
        if !tag.is_empty() && !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
}
