//! The small parts of the payload: stamps, the table of devices, unlock methods, retired keys.

use crate::otp::Kind;
use crate::secret::SecretText;
use crate::vault::devices::Row;
use crate::vault::stamp::Stamp;
use crate::vault::{Method, RetiredKey};
use serde::de::{self, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// `[wall_ms, device]` or `[wall_ms, device, count]`; the device as its place in the table, or in full as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StampForm {
    wall_ms: u64,
    device: DeviceRef,
    count: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum DeviceRef {
    Place(u64),
    Id(u64),
}

/// By its name.
#[derive(Clone, Copy)]
pub struct KindForm(pub Kind);

impl Serialize for KindForm {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl<'de> Deserialize<'de> for KindForm {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        Kind::from_name(&name).map(KindForm).ok_or_else(|| serde::de::Error::custom("unknown kind"))
    }
}

/// The table of device ids of one payload, `None` where a row could not be read.
pub struct Devices(Vec<Option<u64>>);

impl Devices {
    pub fn new(ids: Vec<Option<u64>>) -> Self {
        Devices(ids)
    }

    pub fn form(&self, at: Stamp) -> StampForm {
        let place = self.0.iter().position(|id| *id == Some(at.device));
        let device = place.map_or(DeviceRef::Id(at.device), |place| DeviceRef::Place(place as u64));
        StampForm { wall_ms: at.wall_ms, device, count: at.count }
    }

    pub fn stamp(&self, form: StampForm) -> Stamp {
        let device = match form.device {
            DeviceRef::Id(id) => id,
            // A place that is not in the table still tells devices apart.
            DeviceRef::Place(place) => {
                usize::try_from(place).ok().and_then(|at| self.0.get(at).copied().flatten()).unwrap_or(place)
            }
        };
        Stamp { wall_ms: form.wall_ms, count: form.count, device }.bounded()
    }
}

impl StampForm {
    /// With the device in full.
    pub fn in_full(at: Stamp) -> StampForm {
        StampForm { wall_ms: at.wall_ms, device: DeviceRef::Id(at.device), count: at.count }
    }
}

impl Serialize for StampForm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut parts = serializer.serialize_seq(None)?;
        parts.serialize_element(&self.wall_ms)?;
        match self.device {
            DeviceRef::Place(place) => parts.serialize_element(&place)?,
            DeviceRef::Id(id) => parts.serialize_element(&device_text(id))?,
        }
        if self.count > 0 {
            parts.serialize_element(&self.count)?;
        }
        parts.end()
    }
}

impl<'de> Deserialize<'de> for StampForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(StampVisitor)
    }
}

struct StampVisitor;

impl<'de> Visitor<'de> for StampVisitor {
    type Value = StampForm;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a stamp")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<StampForm, A::Error> {
        let short = || de::Error::custom("a stamp has two or three parts");
        let wall_ms = parts.next_element()?.ok_or_else(short)?;
        let device = parts.next_element()?.ok_or_else(short)?;
        let count = parts.next_element()?.unwrap_or(0);
        match parts.next_element::<de::IgnoredAny>()? {
            Some(_) => Err(short()),
            None => Ok(StampForm { wall_ms, device, count }),
        }
    }
}

impl<'de> Deserialize<'de> for DeviceRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DeviceRefVisitor)
    }
}

struct DeviceRefVisitor;

impl Visitor<'_> for DeviceRefVisitor {
    type Value = DeviceRef;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a device")
    }

    fn visit_u64<E: de::Error>(self, place: u64) -> Result<DeviceRef, E> {
        Ok(DeviceRef::Place(place))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<DeviceRef, E> {
        read_device(text).map(DeviceRef::Id).ok_or_else(|| E::custom("not a device id"))
    }
}

fn device_text(id: u64) -> String {
    format!("{id:016x}")
}

fn read_device(text: &str) -> Option<u64> {
    Some(text).filter(|text| text.len() == 16).and_then(|text| u64::from_str_radix(text, 16).ok())
}

/// A device and the highest stamp it ever gave.
#[derive(Serialize, Deserialize)]
struct DeviceForm {
    #[serde(serialize_with = "write_id", deserialize_with = "read_id")]
    id: u64,
    last: (u64, u32),
    #[serde(flatten)]
    extra: Map<String, Value>,
}

/// A row and the last stamp of its device, where it is understood.
pub fn read_device_row(row: Value) -> (Row, Option<Stamp>) {
    match DeviceForm::deserialize(&row) {
        Ok(DeviceForm { id, last: (wall_ms, count), extra }) => {
            (Row::Device { id, extra }, Some(Stamp { wall_ms, count, device: id }.bounded()))
        }
        Err(_) => (Row::Unread { id: row.get("id").and_then(Value::as_str).and_then(read_device), row }, None),
    }
}

pub fn device_forms(rows: &[Row], clocks: &BTreeMap<u64, Stamp>) -> Vec<Value> {
    let form = |row: &Row| match row {
        Row::Device { id, extra } => {
            let last = clocks.get(id).copied().unwrap_or_default();
            serde_json::to_value(DeviceForm { id: *id, last: (last.wall_ms, last.count), extra: extra.clone() }).ok()
        }
        Row::Unread { row, .. } => Some(row.clone()),
    };
    rows.iter().filter_map(form).collect()
}

fn write_id<S: Serializer>(id: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&device_text(*id))
}

fn read_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    read_device(&text).ok_or_else(|| de::Error::custom("not a device id"))
}

/// The name of the vault.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameForm<'a> {
    pub at: StampForm,
    pub value: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
pub struct MethodForm {
    name: String,
    kind: String,
    recipient: String,
    added: StampForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    removed: Option<StampForm>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl MethodForm {
    pub fn of(method: &Method, devices: &Devices) -> Self {
        MethodForm {
            name: method.name.clone(),
            kind: method.kind.clone(),
            recipient: method.recipient.clone(),
            added: devices.form(method.added),
            removed: method.removed.map(|at| devices.form(at)),
            extra: method.extra.clone(),
        }
    }

    pub fn method(self, devices: &Devices) -> Method {
        Method {
            name: self.name,
            kind: self.kind,
            recipient: self.recipient,
            added: devices.stamp(self.added),
            removed: self.removed.map(|at| devices.stamp(at)),
            extra: self.extra,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetiredForm {
    identity: SecretText,
    retired: StampForm,
}

impl RetiredForm {
    pub fn of(key: &RetiredKey, devices: &Devices) -> Self {
        RetiredForm { identity: key.identity.clone(), retired: devices.form(key.retired) }
    }

    pub fn key(self, devices: &Devices) -> RetiredKey {
        RetiredKey { identity: self.identity, retired: devices.stamp(self.retired) }
    }
}
