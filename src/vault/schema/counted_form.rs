//! Which credentials of an entry count as one, as JSON. The stamps have their device in full: a version that does not know of
//! this keeps it as it came.

use super::forms::{Devices, StampForm};
use crate::vault::entry::Counted;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountedForm {
    /// The later and the earlier of two that count as one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    on: Vec<(StampForm, StampForm)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gone: Vec<(StampForm, u32, u64)>,
}

pub fn form(counted: &Counted) -> Option<Box<CountedForm>> {
    let full = StampForm::in_full;
    let form = || CountedForm {
        on: counted.on.iter().map(|(one, other)| (full(*one), full(*other))).collect(),
        gone: counted.gone.iter().map(|(at, mark, counter)| (full(*at), *mark, *counter)).collect(),
    };
    (!counted.is_empty()).then(|| Box::new(form()))
}

pub fn read(form: CountedForm, devices: &Devices) -> Counted {
    let stamp = |at| devices.stamp(at);
    let on = form.on.into_iter().map(|(one, other)| (stamp(one), stamp(other)));
    let on = on.map(|(one, other)| (one.max(other), one.min(other))).collect();
    Counted::new(on, form.gone.into_iter().map(|(at, mark, counter)| (stamp(at), mark, counter)).collect())
}
