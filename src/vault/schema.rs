//! The payload: what `vault.age` holds once it is decrypted, JSON of version 1, described in `docs/format.md`.
//! Nothing is refused for being odd: what is not understood is kept as it came and written back.

mod counted_form;
mod entry_form;
mod forms;

use super::Vault;
use super::devices::Row;
use super::entry::Entry;
use super::stamp::{Stamp, Stamped};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretText;
use forms::{Devices, MethodForm, NameForm, RetiredForm};
use serde::Serialize;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The payload is padded with spaces to a multiple of this, so that its length tells little.
const BLOCK: usize = 4096;

/// The payload of a vault, padded.
pub fn write(vault: &Vault) -> Zeroizing<Vec<u8>> {
    let rows = vault.devices.with(&vault.clocks);
    let devices = Devices::new(rows.iter().map(Row::id).collect());
    let mut out = Zeroizing::new(Vec::with_capacity(vault.entries.len() * 320 + 2 * BLOCK));
    let mut extra = vault.extra.clone();
    out.extend_from_slice(b"{\"version\":");
    put(&mut out, &vault.version);
    member(&mut out, "vault_id", &vault.id);
    if vault.name.at != Stamp::default() {
        extra.remove("name");
        member(&mut out, "name", &NameForm { at: devices.form(vault.name.at), value: Cow::Borrowed(&vault.name.value) });
    }
    member(&mut out, "devices", &forms::device_forms(&rows, &vault.clocks));
    list(&mut out, "methods", vault.methods.iter().map(|method| MethodForm::of(method, &devices)), &mut extra);
    list(&mut out, "retired", vault.retired.iter().map(|key| RetiredForm::of(key, &devices)), &mut extra);
    out.extend_from_slice(b",\n\"entries\":[");
    let mut comma = "\n";
    for entry in &vault.entries {
        out.extend_from_slice(comma.as_bytes());
        entry_form::write(&mut out, entry, &devices);
        comma = ",\n";
    }
    for text in &vault.unread {
        out.extend_from_slice(comma.as_bytes());
        out.extend_from_slice(text.expose().as_bytes());
        comma = ",\n";
    }
    out.extend_from_slice(b"\n]");
    for (name, value) in &extra {
        member(&mut out, name, value);
    }
    out.extend_from_slice(b"}\n");
    let padded = out.len().next_multiple_of(BLOCK);
    out.resize(padded, b' ');
    out
}

/// Reads a payload, of a newer version too as far as it is understood. `VaultDamaged` where it is none.
pub fn read(payload: &[u8]) -> Result<Vault> {
    read_where(payload, |_| true)
}

/// As [`read`], with those entries alone whose JSON text is wanted: for looking at, never to be written.
pub fn read_where(payload: &[u8], wanted: impl Fn(&str) -> bool) -> Result<Vault> {
    let damaged = |why: &str| Error::new(ErrorKind::VaultDamaged, format!("the vault is damaged: {why}"));
    let mut reader = serde_json::Deserializer::from_slice(payload);
    // The text of an error may quote a value, so it is not passed on.
    let (mut rest, entries) =
        PayloadVisitor.deserialize(&mut reader).map_err(|_| damaged("its payload is not JSON as expected"))?;
    reader.end().map_err(|_| damaged("its payload goes on after its end"))?;
    let version = rest.remove("version").and_then(|version| version.as_u64()).ok_or_else(|| damaged("it has no version"))?;
    let id = match rest.remove("vault_id") {
        Some(Value::String(id)) if !id.is_empty() => id,
        _ => return Err(damaged("it has no id")),
    };
    let mut entries = entries.ok_or_else(|| damaged("it has no entries"))?;
    entries.retain(|text| wanted(text.get()));
    let rows = match rest.remove("devices") {
        None => Vec::new(),
        Some(Value::Array(rows)) => rows,
        Some(_) => return Err(damaged("its table of devices can't be read")),
    };
    let mut vault = Vault { version, ..Vault::new(id) };
    for row in rows {
        let (row, last) = forms::read_device_row(row);
        last.into_iter().for_each(|last| vault.note_stamp(last));
        vault.devices.0.push(row);
    }
    let devices = Devices::new(vault.devices.0.iter().map(Row::id).collect());
    if let Some(name) = rest.get("name").and_then(|name| serde_json::from_value::<NameForm>(name.clone()).ok()) {
        rest.remove("name");
        vault.name = Stamped::new(devices.stamp(name.at), name.value.into_owned());
    }
    vault.methods = take(&mut rest, "methods", |form: MethodForm| form.method(&devices));
    vault.retired = take(&mut rest, "retired", |form: RetiredForm| form.key(&devices));
    (vault.entries, vault.unread) = read_entries(&entries, &devices);
    super::merge::sort_methods(&mut vault.methods);
    super::merge::sort_retired(&mut vault.retired);
    vault.extra = rest;
    vault.unread.sort();
    vault.unread.dedup();
    settle(&mut vault);
    Ok(vault)
}

/// From so many entries on a second thread pays.
const MANY: usize = 1000;

/// The entries in their order, and the text of those that can't be read. Reading them is most of opening a vault,
/// so two threads share many of them.
fn read_entries(texts: &[&RawValue], devices: &Devices) -> (Vec<Arc<Entry>>, Vec<SecretText>) {
    if texts.len() < MANY {
        return read_some(texts, devices);
    }
    let (first, second) = texts.split_at(texts.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| read_some(second, devices));
        let (mut entries, mut unread) = read_some(first, devices);
        let (more, more_unread) = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        entries.extend(more);
        unread.extend(more_unread);
        (entries, unread)
    })
}

fn read_some(texts: &[&RawValue], devices: &Devices) -> (Vec<Arc<Entry>>, Vec<SecretText>) {
    let mut entries = Vec::with_capacity(texts.len());
    let mut unread = Vec::new();
    for text in texts {
        match entry_form::read(text.get(), devices) {
            Some(entry) => entries.push(Arc::new(entry)),
            None => unread.push(SecretText::new(text.get())),
        }
    }
    (entries, unread)
}

/// Sorts by id, joins what has the same id, and sees to it that the clocks cover every stamp.
fn settle(vault: &mut Vault) {
    if !vault.entries.is_sorted_by(|a, b| a.id < b.id) {
        vault.entries.sort_by_key(|entry| entry.id);
        vault.entries.dedup_by(|later, kept| {
            let same = later.id == kept.id;
            if same {
                *kept = Arc::new(super::merge::entry(kept, later));
            }
            same
        });
    }
    let mut last = Stamp::default();
    let entries = std::mem::take(&mut vault.entries);
    let mut note = |at: Stamp| {
        if at.device != last.device || at > last {
            vault.note_stamp(at);
            last = at;
        }
    };
    for entry in &entries {
        match entry.is_untouched() {
            true => note(entry.created),
            false => entry.each_stamp(&mut note),
        }
    }
    vault.entries = entries;
    let others = vault.methods.iter().flat_map(|method| [Some(method.added), method.removed]);
    let others = others.chain(vault.retired.iter().map(|key| Some(key.retired))).flatten().collect::<Vec<_>>();
    others.into_iter().chain([vault.name.at]).for_each(|at| vault.note_stamp(at));
}

fn put(out: &mut Vec<u8>, value: &impl Serialize) {
    // Writing to memory does not fail, and no form has keys that are not text.
    serde_json::to_writer(out, value).expect("the forms are JSON");
}

fn member(out: &mut Vec<u8>, name: &str, value: &impl Serialize) {
    out.extend_from_slice(b",\n");
    put(out, &name);
    out.push(b':');
    put(out, value);
}

/// A list with what was not understood of it at the end.
fn list<T: Serialize>(out: &mut Vec<u8>, name: &str, forms: impl Iterator<Item = T>, extra: &mut Map<String, Value>) {
    let mut values: Vec<Value> = forms.filter_map(|form| serde_json::to_value(form).ok()).collect();
    match extra.remove(name) {
        Some(Value::Array(kept)) => values.extend(kept),
        Some(odd) if values.is_empty() => return member(out, name, &odd),
        _ => {}
    }
    member(out, name, &values);
}

/// The parts of a list that are understood; the others stay in `rest`.
fn take<F: serde::de::DeserializeOwned, T>(rest: &mut Map<String, Value>, name: &str, read: impl Fn(F) -> T) -> Vec<T> {
    let Some(Value::Array(values)) = rest.get_mut(name) else { return Vec::new() };
    let mut understood = Vec::new();
    values.retain(|value| match serde_json::from_value(value.clone()) {
        Ok(form) => {
            understood.push(read(form));
            false
        }
        Err(_) => true,
    });
    if values.is_empty() {
        rest.remove(name);
    }
    understood
}

/// Reads the members of the payload: the entries as text, to be read one by one; all else as values.
struct PayloadVisitor;

impl<'de> DeserializeSeed<'de> for PayloadVisitor {
    type Value = (Map<String, Value>, Option<Vec<&'de RawValue>>);

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> std::result::Result<Self::Value, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for PayloadVisitor {
    type Value = (Map<String, Value>, Option<Vec<&'de RawValue>>);

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a vault")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let mut rest = Map::new();
        let mut entries = None;
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            if name == "entries" {
                entries = Some(map.next_value()?);
            } else if rest.contains_key(&*name) {
                map.next_value::<IgnoredAny>()?;
            } else {
                rest.insert(name.into_owned(), map.next_value()?);
            }
        }
        Ok((rest, entries))
    }
}

/// The methods that could not be read: nothing may be written then, since it would lock somebody out.
pub fn has_unread_methods(vault: &Vault) -> bool {
    vault.extra.contains_key("methods")
}
