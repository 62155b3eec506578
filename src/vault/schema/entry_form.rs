//! An entry as JSON. Fields at their default are left out, and so are stamps equal to the creation stamp.
//! What a field holds that this version does not understand stays in `Entry::extra` under the field's name and is written
//! back until the field is edited.

use super::counted_form::{self, CountedForm};
use super::forms::{Devices, KindForm, StampForm};
use crate::otp::motp::BASE32_MARK;
use crate::otp::{Algorithm, Credential, Kind, base32};
use crate::secret::{Secret, SecretText};
use crate::vault::entry::{Entry, EntryId, RecoveryCode, Status};
use crate::vault::stamp::{Stamp, Stamped};
use serde::de::IntoDeserializer;
use serde::de::value::MapDeserializer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryForm<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created: Option<StampForm>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    issuer: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    account: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    note: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "is_false")]
    pinned: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<StatusForm>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    credential: Option<CredentialForm<'a>>,
    /// HOTP: the next counter.
    #[serde(default, skip_serializing_if = "is_zero")]
    counter: u64,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    candidate: Option<Box<CredentialForm<'a>>>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    rivals: Vec<CredentialForm<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    history: Vec<CredentialForm<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    superseded: Vec<StampForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counted: Option<Box<CountedForm>>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    order: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    recovery_codes: Vec<RecoveryCodeForm>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    recovery_history: Vec<RecoverySetForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edited: Option<Box<EditedForm>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleted: Option<StampForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    purged: Option<StampForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    raw: Option<Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CredentialForm<'a> {
    /// In a list; the current credential has its stamp in `edited`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<StampForm>,
    kind: KindForm,
    /// Base32 without padding; of mOTP the hexadecimal text itself.
    #[serde(borrow)]
    secret: Cow<'a, str>,
    #[serde(borrow)]
    algorithm: Cow<'a, str>,
    digits: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    period: u64,
    /// The counter at enrolment.
    #[serde(default, skip_serializing_if = "is_zero")]
    counter: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pin: Option<SecretText>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecoveryCodeForm {
    code: SecretText,
    #[serde(default, skip_serializing_if = "is_false")]
    used: bool,
    /// When it was marked; absent while it has the stamp of its set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<StampForm>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecoverySetForm {
    at: StampForm,
    codes: Vec<RecoveryCodeForm>,
}

/// Stamps of fields that were edited since the entry was made.
#[derive(Default, Serialize, Deserialize)]
struct EditedForm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issuer: Option<StampForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<StampForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<StampForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pinned: Option<StampForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<StampForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<StampForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<StampForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recovery_codes: Option<StampForm>,
    /// A tag that is named here and not in `tags` was taken off.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<String, StampForm>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StatusForm {
    Active,
    Pending,
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// Fields of which each element is understood or kept by itself.
const LISTS: [&str; 3] = ["rivals", "history", "recovery_history"];

pub(super) fn write(out: &mut Vec<u8>, entry: &Entry, devices: &Devices) {
    let mut id = [0; 36];
    let form = form(entry, entry.id.write(&mut id), devices);
    if entry.extra.is_empty() {
        return super::put(out, &form);
    }
    let Ok(Value::Object(mut fields)) = serde_json::to_value(&form) else { return super::put(out, &form) };
    for (name, value) in &entry.extra {
        match (fields.get_mut(name), value) {
            (None, _) => drop(fields.insert(name.clone(), value.clone())),
            (Some(Value::Array(ours)), Value::Array(kept)) if LISTS.contains(&name.as_str()) => ours.extend_from_slice(kept),
            // What this version writes itself has been edited since and holds.
            (Some(_), _) => {}
        }
    }
    super::put(out, &fields);
}

fn form<'a>(entry: &'a Entry, id: &'a str, devices: &Devices) -> EntryForm<'a> {
    let created = entry.created;
    let stamp = |at: Stamp| devices.form(at);
    let kept_raw = entry.credential.value.kind == Kind::Unknown && entry.extra.contains_key("credential");
    EntryForm {
        id: Cow::Borrowed(id),
        created: (created != Stamp::default()).then(|| stamp(created)),
        issuer: Cow::Borrowed(&entry.issuer.value),
        account: Cow::Borrowed(&entry.account.value),
        note: Cow::Borrowed(&entry.note.value),
        pinned: entry.pinned.value,
        status: match entry.status.value {
            Status::Pending => Some(StatusForm::Pending),
            _ if entry.status.at != created => Some(StatusForm::Active),
            _ => None,
        },
        credential: (!kept_raw && !entry.has_no_credential()).then(|| credential_form(&entry.credential.value, None)),
        counter: entry.counter,
        candidate: entry.candidate.as_ref().map(|new| Box::new(credential_form(&new.value, Some(stamp(new.at))))),
        rivals: entry.rivals.iter().map(|old| credential_form(&old.value, Some(stamp(old.at)))).collect(),
        history: entry.history.iter().map(|old| credential_form(&old.value, Some(stamp(old.at)))).collect(),
        superseded: entry.superseded.iter().map(|at| stamp(*at)).collect(),
        counted: counted_form::form(&entry.counted),
        tags: entry.tags().map(Cow::Borrowed).collect(),
        order: Cow::Borrowed(&entry.order.value),
        recovery_codes: code_forms(&entry.recovery_codes, devices),
        recovery_history: entry
            .recovery_history
            .iter()
            .map(|set| RecoverySetForm { at: stamp(set.at), codes: code_forms(set, devices) })
            .collect(),
        edited: edited_form(entry, devices).map(Box::new),
        deleted: entry.deleted.map(stamp),
        purged: entry.purged.map(stamp),
        raw: entry.raw.clone(),
    }
}

/// `None` where every field has the stamp of the creation, as most entries do.
fn edited_form(entry: &Entry, devices: &Devices) -> Option<EditedForm> {
    let created = entry.created;
    let unknown = entry.extra.get("edited").and_then(Value::as_object);
    let edited = |at: Stamp| (at != created).then(|| devices.form(at));
    let mut tags = entry.tags.iter().filter(|(_, flag)| flag.at != created || !flag.value).peekable();
    if unknown.is_none() && tags.peek().is_none() && entry.field_stamps().iter().all(|at| *at == created) {
        return None;
    }
    Some(EditedForm {
        issuer: edited(entry.issuer.at),
        account: edited(entry.account.at),
        note: edited(entry.note.at),
        pinned: edited(entry.pinned.at),
        status: edited(entry.status.at),
        credential: edited(entry.credential.at),
        order: edited(entry.order.at),
        recovery_codes: edited(entry.recovery_codes.at),
        tags: tags.map(|(tag, flag)| (tag.clone(), devices.form(flag.at))).collect(),
        unknown: unknown.cloned().unwrap_or_default(),
    })
}

fn credential_form(credential: &Credential, at: Option<StampForm>) -> CredentialForm<'_> {
    CredentialForm {
        at,
        kind: KindForm(credential.kind),
        secret: secret_text(credential.kind, &credential.secret),
        algorithm: Cow::Borrowed(credential.algorithm.name()),
        digits: credential.digits,
        period: credential.period,
        counter: credential.counter,
        pin: credential.pin.clone(),
    }
}

fn secret_text(kind: Kind, secret: &Secret) -> Cow<'_, str> {
    match (kind, std::str::from_utf8(secret.expose())) {
        (Kind::Motp, Ok(text)) if text.bytes().all(|byte| byte.is_ascii_hexdigit()) => Cow::Borrowed(text),
        (Kind::Motp, _) => Cow::Owned(format!("{BASE32_MARK}{}", base32::encode(secret).expose())),
        _ => Cow::Owned(base32::encode(secret).expose().to_owned()),
    }
}

fn read_secret(kind: Kind, text: &str) -> Option<Secret> {
    match (kind, text.strip_prefix(BASE32_MARK)) {
        (_, _) if text.is_empty() => Some(Secret::new(Vec::new())),
        (Kind::Motp, None) => Some(Secret::new(text.as_bytes().to_vec())),
        (Kind::Motp, Some(text)) => base32::decode(text),
        _ => base32::decode(text),
    }
}

fn code_forms(set: &Stamped<Vec<RecoveryCode>>, devices: &Devices) -> Vec<RecoveryCodeForm> {
    let form = |code: &RecoveryCode| RecoveryCodeForm {
        code: code.code.clone(),
        used: code.used.value,
        at: (code.used.at != set.at).then(|| devices.form(code.used.at)),
    };
    set.value.iter().map(form).collect()
}

/// Reads an entry; `None` where it has no id. Whatever else is odd about it is kept.
pub(super) fn read(text: &str, devices: &Devices) -> Option<Entry> {
    if let Ok(form) = serde_json::from_str::<EntryForm>(text)
        && let Some(entry) = entry(form, Map::new(), devices)
    {
        return Some(entry);
    }
    let Value::Object(fields) = serde_json::from_str(text).ok()? else { return None };
    let id = fields.get("id")?.as_str().filter(|id| EntryId::parse(id).is_some())?.to_owned();
    let (mut known, mut odd) = (Map::new(), Map::new());
    for (name, value) in fields {
        if let (true, Value::Array(elements)) = (LISTS.contains(&name.as_str()), &value) {
            let alone = |element: &&Value| is_understood(&id, &name, &Value::Array(vec![(*element).clone()]), devices);
            let (good, bad): (Vec<&Value>, Vec<&Value>) = elements.iter().partition(alone);
            if !bad.is_empty() {
                odd.insert(name.clone(), bad.into_iter().cloned().collect());
            }
            known.insert(name.clone(), good.into_iter().cloned().collect());
            continue;
        }
        match is_understood(&id, &name, &value, devices) {
            true => known.insert(name, value),
            false => odd.insert(name, value),
        };
    }
    entry(EntryForm::deserialize(Value::Object(known).into_deserializer()).ok()?, odd, devices)
}

/// Whether a form with this field alone can be read.
fn is_understood(id: &str, name: &str, value: &Value, devices: &Devices) -> bool {
    let id = Value::from(id);
    let fields = [("id", &id), (name, value)];
    let fields = fields.into_iter().skip(usize::from(name == "id"));
    let form = EntryForm::deserialize(MapDeserializer::<_, serde_json::Error>::new(fields));
    form.is_ok_and(|form| entry(form, Map::new(), devices).is_some())
}

fn entry(form: EntryForm<'_>, mut extra: Map<String, Value>, devices: &Devices) -> Option<Entry> {
    let id = EntryId::parse(&form.id)?;
    let stamp = |at: StampForm| devices.stamp(at);
    let created = form.created.map(stamp).unwrap_or_default();
    let mut edited = form.edited.unwrap_or_default();
    let at = |at: Option<StampForm>| at.map_or(created, stamp);
    let credential = match form.credential {
        Some(credential) => read_credential(credential)?,
        None => Credential::new(Kind::Unknown, Secret::new(Vec::new())),
    };
    let mut tags: BTreeMap<String, Stamped<bool>> = BTreeMap::new();
    for tag in form.tags {
        tags.insert(tag.into_owned(), Stamped::new(created, true));
    }
    for (tag, form) in std::mem::take(&mut edited.tags) {
        tags.entry(tag).or_insert(Stamped::new(created, false)).at = stamp(form);
    }
    if !edited.unknown.is_empty() {
        extra.insert("edited".into(), Value::Object(std::mem::take(&mut edited.unknown)));
    }
    let status = match form.status {
        Some(StatusForm::Pending) => Status::Pending,
        _ => Status::Active,
    };
    let mut superseded: Vec<Stamp> = form.superseded.into_iter().map(stamp).collect();
    superseded.sort();
    superseded.dedup();
    let stamped = |form: CredentialForm<'_>| Some(Stamped::new(at(form.at), read_credential(form)?));
    Some(Entry {
        id,
        created,
        issuer: Stamped::new(at(edited.issuer), form.issuer.into_owned()),
        account: Stamped::new(at(edited.account), form.account.into_owned()),
        note: Stamped::new(at(edited.note), form.note.into_owned()),
        pinned: Stamped::new(at(edited.pinned), form.pinned),
        status: Stamped::new(at(edited.status), status),
        counter: form.counter.max(credential.counter),
        credential: Stamped::new(at(edited.credential), credential),
        candidate: match form.candidate {
            Some(candidate) => Some(Box::new(stamped(*candidate)?)),
            None => None,
        },
        rivals: form.rivals.into_iter().map(stamped).collect::<Option<_>>()?,
        history: form.history.into_iter().map(stamped).collect::<Option<_>>()?,
        superseded,
        counted: form.counted.map(|form| counted_form::read(*form, devices)).unwrap_or_default(),
        tags,
        order: Stamped::new(at(edited.order), form.order.into_owned()),
        recovery_codes: read_codes(at(edited.recovery_codes), form.recovery_codes, devices),
        recovery_history: form.recovery_history.into_iter().map(|set| read_codes(stamp(set.at), set.codes, devices)).collect(),
        deleted: form.deleted.map(stamp),
        purged: form.purged.map(stamp),
        raw: form.raw,
        extra,
    })
}

fn read_credential(form: CredentialForm<'_>) -> Option<Credential> {
    let KindForm(kind) = form.kind;
    let known = Algorithm::KNOWN.into_iter().find(|known| known.name() == form.algorithm);
    Some(Credential {
        kind,
        secret: read_secret(kind, &form.secret)?,
        algorithm: known.unwrap_or_else(|| Algorithm::from_name(&form.algorithm)),
        digits: form.digits,
        period: form.period,
        counter: form.counter,
        pin: form.pin,
    })
}

fn read_codes(at: Stamp, forms: Vec<RecoveryCodeForm>, devices: &Devices) -> Stamped<Vec<RecoveryCode>> {
    let code = |form: RecoveryCodeForm| RecoveryCode {
        code: form.code,
        used: Stamped::new(form.at.map_or(at, |at| devices.stamp(at)), form.used),
    };
    Stamped::new(at, forms.into_iter().map(code).collect())
}
