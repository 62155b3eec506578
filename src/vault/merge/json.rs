//! Joining what this version does not understand: objects member by member, lists as sets, else the larger value.

use serde_json::{Map, Value};

pub fn objects(ours: &Map<String, Value>, theirs: &Map<String, Value>) -> Map<String, Value> {
    let mut all = ours.clone();
    for (name, theirs) in theirs {
        match all.get_mut(name) {
            Some(ours) => *ours = values(ours, theirs),
            None => {
                all.insert(name.clone(), theirs.clone());
            }
        }
    }
    all
}

pub fn maybe(ours: &Option<Value>, theirs: &Option<Value>) -> Option<Value> {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => Some(values(ours, theirs)),
        (one, other) => one.as_ref().or(other.as_ref()).cloned(),
    }
}

fn values(ours: &Value, theirs: &Value) -> Value {
    match (ours, theirs) {
        (ours, theirs) if ours == theirs => ours.clone(),
        (Value::Object(ours), Value::Object(theirs)) => Value::Object(objects(ours, theirs)),
        (Value::Array(ours), Value::Array(theirs)) => {
            let mut all: Vec<Value> = ours.iter().chain(theirs).cloned().collect();
            all.sort_by_cached_key(Value::to_string);
            all.dedup();
            Value::Array(all)
        }
        _ => match rank(ours) >= rank(theirs) {
            true => ours.clone(),
            false => theirs.clone(),
        },
    }
}

/// The kind of value first, so that joining lists and objects stays associative beside other kinds.
fn rank(value: &Value) -> (u8, String) {
    let kind = match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    };
    (kind, value.to_string())
}
