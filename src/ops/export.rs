//! Exporting for both front ends: from entries to drafts, what is lost on the way, the proof that the file gives them
//! back, and the file itself.

mod file;

use crate::error::{Error, ErrorKind, Result};
use crate::otp::{Credential, Kind};
use crate::ports::Entropy;
use crate::secret::SecretText;
use crate::transfer::{self, Draft, Encryption, ForeignFile, Format, Found, Sealing, Writer, Written};
use crate::vault::Vault;
use crate::vault::entry::Entry;
pub use file::{check_place, save, would_overwrite};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// An export that was proved, in memory.
#[derive(PartialEq)]
pub struct Export {
    pub bytes: Zeroizing<Vec<u8>>,
    /// How many entries are in it.
    pub entries: usize,
    /// What it can't hold or holds under another name, a sentence each.
    pub lost: Vec<String>,
    /// Whether whoever reads the file reads every secret.
    pub in_clear: bool,
}

/// Never shows what it holds.
impl std::fmt::Debug for Export {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Export({} bytes)", self.bytes.len())
    }
}

/// The formats that can be written.
pub fn writers() -> impl Iterator<Item = (&'static dyn Format, &'static dyn Writer)> {
    transfer::FORMATS.iter().filter_map(|format| Some((*format, format.writer()?)))
}

/// The writer of a format, or `Usage` with those that have one.
pub fn writer_of(format: &'static dyn Format) -> Result<&'static dyn Writer> {
    format.writer().ok_or_else(|| {
        let known: Vec<_> = writers().map(|(format, _)| format.id()).collect();
        Error::new(ErrorKind::Usage, format!("{} can be read, but not written", format.name()))
            .hint(format!("these can be written: {}", known.join(", ")))
    })
}

/// Entries as a writer told them, proved by reading them back.
pub struct Proved {
    pub drafts: Vec<Draft>,
    pub written: Written,
    /// What the file can't hold or holds under another name, a sentence each.
    pub lost: Vec<String>,
}

impl Proved {
    /// How many entries are in it.
    pub fn entries(&self) -> usize {
        self.drafts.len() - self.written.left_out.len()
    }
}

/// Writes these entries into memory, reads them back and compares.
pub fn write<'v>(
    vault: &Vault,
    entries: impl Iterator<Item = &'v Entry> + Clone,
    format: &dyn Format,
    writer: &dyn Writer,
    sealing: &Sealing,
) -> Result<Proved> {
    let drafts: Vec<Draft> = entries.clone().map(draft_of).collect();
    let written = writer.write(&drafts, sealing)?;
    let mut lost = prove(format, &written, &drafts, sealing.password)?;
    lost.extend(left_out(vault, entries));
    lost.extend_from_slice(&written.lost);
    Ok(Proved { drafts, written, lost })
}

/// An export for a file. `Always` needs a password, `Never` takes none.
pub fn prepare<'v>(
    vault: &Vault,
    entries: impl Iterator<Item = &'v Entry> + Clone,
    format: &'static dyn Format,
    sealing: &Sealing,
) -> Result<Export> {
    let proved = write(vault, entries, format, writer_of(format)?, sealing)?;
    let entries = proved.entries();
    Ok(Export { bytes: proved.written.bytes, entries, lost: proved.lost, in_clear: sealing.password.is_none() })
}

/// How many entries a format would hold and what it would lose, before anything is asked for or written.
pub fn foresee<'v>(
    vault: &Vault,
    entries: impl Iterator<Item = &'v Entry> + Clone,
    format: &'static dyn Format,
    entropy: &dyn Entropy,
) -> Result<(usize, Vec<String>)> {
    // What is lost does not hang on the password; a file that is dropped at once may have any, and a cheap one.
    let needed = writer_of(format)?.encryption() == Encryption::Always;
    let password = needed.then(|| SecretText::new("foreseen"));
    let sealing = Sealing { password: password.as_ref(), entropy, work_factor: 1 };
    prepare(vault, entries, format, &sealing).map(|export| (export.entries, export.lost))
}

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
