//! From entries to drafts for an exporter, what no draft holds, and the proof that its file gives them back.

use crate::error::{Error, Result};
use crate::otp::{Credential, Kind};
use crate::secret::SecretText;
use crate::transfer::{Draft, ForeignFile, Format, Found, Written};
use crate::vault::Vault;
use crate::vault::entry::Entry;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The draft that gives the same entry when imported.
pub fn draft_of(entry: &Entry) -> Draft {
    let mut credential = entry.credential.value.clone();
    credential.counter = entry.counter;
    Draft {
        id: Some(entry.id.0),
        issuer: entry.issuer.value.clone(),
        account: entry.account.value.clone(),
        tags: entry.tags().map(str::to_owned).collect(),
        note: entry.note.value.clone(),
        pinned: entry.pinned.value,
        pending: entry.is_pending(),
        recovery_codes: entry.recovery_codes.value.iter().map(|code| (code.code.clone(), code.used.value)).collect(),
        history: entry.history.iter().map(|old| old.value.clone()).collect(),
        candidate: entry.candidate.as_ref().map(|candidate| candidate.value.clone()),
        raw: raw(entry),
        deleted: entry.is_deleted(),
        ..Draft::new(credential)
    }
}

/// What an unknown kind brought; a credential that this version can't read goes along.
fn raw(entry: &Entry) -> Option<Value> {
    match (entry.raw.clone(), entry.extra.get("credential")) {
        (raw, None) => raw,
        (None, Some(unread)) => Some(json!({ "credential": unread })),
        (Some(raw), Some(unread)) => Some(json!({ "credential": unread, "raw": raw })),
    }
}

/// What the vault holds of these entries and their drafts do not, a sentence each.
pub fn left_out<'a>(vault: &Vault, entries: impl Iterator<Item = &'a Entry>) -> Vec<String> {
    let mut said = Vec::new();
    let mut placed = 0;
    for entry in entries {
        let unknown = entry.extra.keys().filter(|field| *field != "credential").count();
        for (number, one, many) in [
            (entry.rivals.len(), "other new secret that was not confirmed", "other new secrets that were not confirmed"),
            (entry.recovery_history.len(), "older set of recovery codes", "older sets of recovery codes"),
            (unknown, "field that this version can't read", "fields that this version can't read"),
        ] {
            match number {
                0 => {}
                1 => said.push(format!("{}: {number} {one} was left out.", entry.called())),
                _ => said.push(format!("{}: {number} {many} were left out.", entry.called())),
            }
        }
        placed += usize::from(!entry.order.value.is_empty());
    }
    match placed {
        0 => {}
        1 => said.push("The place of 1 entry in the list was left out.".into()),
        _ => said.push(format!("The places of {placed} entries in the list were left out.")),
    }
    match vault.unread.len() {
        0 => {}
        1 => said.push("1 entry that can't be read was left out.".into()),
        many => said.push(format!("{many} entries that can't be read were left out.")),
    }
    said
}

/// Reads what was written and compares it with what was to be: every draft not left out, with its kind, secret and parameters.
/// Not every format can hold every name: what comes back under another is told, a sentence each.
pub fn prove(format: &dyn Format, written: &Written, drafts: &[Draft], password: Option<&SecretText>) -> Result<Vec<String>> {
    if written.left_out.len() == drafts.len() {
        return Ok(Vec::new());
    }
    let found = format.read(&ForeignFile::new(&written.bytes), password).map_err(|error| wrong(error.what))?;
    compare(&found, written, drafts)
}

/// The same for what was read already.
pub fn compare(found: &Found, written: &Written, drafts: &[Draft]) -> Result<Vec<String>> {
    let is_in = |place: &usize| written.left_out.binary_search(place).is_err();
    let expected: Vec<&Draft> = (0..drafts.len()).filter(is_in).map(|place| &drafts[place]).collect();
    if let Some(odd) = expected
        .iter()
        .zip(&found.drafts)
        .find(|(draft, back)| !is_same(&draft.credential, &back.credential, !written.lost.is_empty()))
    {
        return Err(wrong(format!("{} comes back otherwise", odd.0.label())));
    }
    match (expected.len(), found.drafts.len()) {
        (wanted, got) if wanted == got => {
            let pairs = || expected.iter().zip(&found.drafts);
            let renamed = pairs().filter(|(draft, back)| !same_name(draft, back));
            let mut said: Vec<String> =
                renamed.map(|(draft, back)| format!("{} comes back as {}.", draft.label(), back.label())).collect();
            // Where the writer named something, it may be this.
            if written.lost.is_empty() {
                said.extend(pairs().filter_map(|(draft, back)| {
                    let altered = altered(draft, back);
                    let what = altered.join(", ");
                    (!altered.is_empty()).then(|| format!("{} comes back with another value of: {what}.", draft.label()))
                }));
            }
            Ok(said)
        }
        (wanted, got) => Err(wrong(format!("of {wanted} entries {got} come back"))),
    }
}

fn wrong(what: String) -> Error {
    Error::failed(format!("the export does not read back as it was: {what}"))
        .hint("nothing was written; please report it, and try another format meanwhile")
}

/// What else differs. Tags have no order.
fn altered(draft: &Draft, back: &Draft) -> Vec<&'static str> {
    let tags = |draft: &Draft| draft.tags.iter().cloned().collect::<BTreeSet<String>>();
    let fields = [
        ("note", draft.note == back.note),
        ("tags", tags(draft) == tags(back)),
        ("pinned", draft.pinned == back.pinned),
        ("pending", draft.pending == back.pending),
        ("trash", draft.deleted == back.deleted),
        ("recovery codes", draft.recovery_codes == back.recovery_codes),
        ("earlier secrets", draft.history == back.history),
        ("unconfirmed new secret", draft.candidate == back.candidate),
        ("details of the program it came from", draft.raw == back.raw),
    ];
    fields.into_iter().filter(|(_, is_same)| !is_same).map(|(field, _)| field).collect()
}

fn same_name(draft: &Draft, back: &Draft) -> bool {
    (&draft.issuer, &draft.account) == (&back.issuer, &back.account)
}

/// A PIN may be missing where the writer has said what is.
fn is_same(credential: &Credential, back: &Credential, something_was_lost: bool) -> bool {
    let (mut wanted, back) = (telling(credential), telling(back));
    if something_was_lost && back.pin.is_none() {
        wanted.pin = None;
    }
    wanted == back
}

/// What every format must keep. Values that play no part in making the code may differ.
fn telling(credential: &Credential) -> Credential {
    let plain = Credential::new(credential.kind, credential.secret.clone());
    match credential.kind {
        Kind::Received | Kind::Unknown => plain,
        Kind::Totp => Credential { counter: 0, pin: None, ..credential.clone() },
        Kind::Hotp => Credential { period: 0, pin: None, ..credential.clone() },
        Kind::Steam | Kind::Motp | Kind::Yandex => {
            let pin = credential.pin.clone().filter(|pin| !pin.is_empty());
            Credential { digits: credential.digits, period: credential.period, pin, ..plain }
        }
    }
}
