//! An item of a password manager that may have a one-time password: a link or a bare secret, named after the item.

use super::account::unreadable;
use super::json::Refusal;
use crate::otp::{Credential, Kind, base32, uri};
use crate::transfer::{Draft, links};
use std::borrow::Cow;

/// What the link does not name, the item does. An item named after the account of its link has no issuer.
pub fn draft(code: &str, title: Option<&str>, user: Option<&str>) -> Result<Draft, Refusal> {
    let mut draft = match code.contains("://") {
        true => Draft::from(uri::parse(code).map_err(|error| error.to_string())?),
        false => Draft::new(Credential::new(Kind::Totp, base32::decode(code).ok_or_else(|| unreadable(Kind::Totp, code))?)),
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
    if draft.issuer.is_empty() {
        let repeats = |title: &&str| !draft.account.is_empty() && *title == draft.account;
        draft.issuer = title.filter(|title| !repeats(title)).unwrap_or_default().to_owned();
    }
    if draft.account.is_empty() {
        draft.account = user.unwrap_or_default().to_owned();
    }
}

/// Why a one-time password is not taken, with the title of its item, which alone finds it again among hundreds.
pub fn of_item(title: Option<&str>, refusal: Refusal) -> Refusal {
    match title {
        Some(title) => format!("{title}: {refusal}"),
        None => refusal,
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
