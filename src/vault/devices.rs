//! The table of devices as it stood in the payload. Stamps name a device by its place there, also in pieces that this version
//! keeps without understanding them, so the order stays and new devices come at the end.

use super::merge::json;
use super::stamp::Stamp;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default)]
pub struct DeviceTable(pub(super) Vec<Row>);

#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// `extra` is what this version does not know of it.
    Device { id: u64, extra: Map<String, Value> },
    /// Not understood; the id where that at least could be read.
    Unread { id: Option<u64>, row: Value },
}

impl Row {
    pub fn id(&self) -> Option<u64> {
        match self {
            Row::Device { id, .. } => Some(*id),
            Row::Unread { id, .. } => *id,
        }
    }

    fn is_plain(&self) -> bool {
        matches!(self, Row::Device { extra, .. } if extra.is_empty())
    }
}

impl DeviceTable {
    /// The rows with those of the devices that gave stamps since.
    pub fn with(&self, clocks: &BTreeMap<u64, Stamp>) -> Vec<Row> {
        let known = |device: &u64| self.0.iter().any(|row| matches!(row, Row::Device { id, .. } if id == device));
        let new = clocks.keys().filter(|device| !known(device)).map(|id| Row::Device { id: *id, extra: Map::new() });
        self.0.iter().cloned().chain(new).collect()
    }

    pub fn join(&self, theirs: &DeviceTable) -> DeviceTable {
        let mut all = self.0.clone();
        for row in &theirs.0 {
            let device = |of: &Row| matches!(of, Row::Device { .. }).then(|| of.id());
            match all.iter_mut().find(|ours| *ours == row || (device(ours).is_some() && device(ours) == device(row))) {
                Some(Row::Device { extra, .. }) => {
                    if let Row::Device { extra: theirs, .. } = row {
                        *extra = json::objects(extra, theirs);
                    }
                }
                Some(Row::Unread { .. }) => {}
                None => all.push(row.clone()),
            }
        }
        DeviceTable(all)
    }
}

/// The order is a matter of writing; two tables say the same when the same is unknown of the same devices.
impl PartialEq for DeviceTable {
    fn eq(&self, other: &DeviceTable) -> bool {
        let says = |of: &DeviceTable, row: &Row| row.is_plain() || of.0.contains(row);
        self.0.iter().all(|row| says(other, row)) && other.0.iter().all(|row| says(self, row))
    }
}
