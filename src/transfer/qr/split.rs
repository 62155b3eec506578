//! Texts split over several codes ("structured append"): the parts are gathered until all are there; none is taken by itself.

use super::content::{Content, joined};
use crate::secret::SecretText;
use std::collections::BTreeMap;

/// The number of parts and their check value: what the parts of one text have in common.
pub type Text = (u32, u8);

/// The texts that all parts are there of.
pub fn whole(parts: &[Content]) -> Vec<Text> {
    sets(parts).into_iter().filter(|(text, set)| is_whole(*text, set)).map(|(text, _)| text).collect()
}

/// The whole texts, besides those that are known, each read or the reason why it can't be.
pub fn join(parts: &[Content], known: &[Text]) -> Vec<Result<SecretText, String>> {
    let sets = sets(parts).into_iter().filter(|(text, set)| is_whole(*text, set) && !known.contains(text));
    let read = sets.map(|((of, _), set)| match set.len() == of as usize {
        true => joined(&set).ok_or_else(|| format!("the {of} parts of a split QR code don't fit together")),
        false => Err("there are parts of several split QR codes that can't be told apart".to_owned()),
    });
    read.collect()
}

/// What is missing of the texts that these are parts of, a sentence each.
pub fn missing(parts: &[Content]) -> Vec<String> {
    let sets = sets(parts).into_iter().filter(|(text, set)| !is_whole(*text, set));
    let sentences = sets.map(|((of, _), set)| {
        let mut here: Vec<u32> = set.iter().filter_map(|content| content.part).map(|part| part.index).collect();
        here.dedup();
        let others = if of as usize - here.len() == 1 { "the other part" } else { "the other parts" };
        let named: Vec<String> = here.iter().map(|index| (index + 1).to_string()).collect();
        match named.as_slice() {
            [start @ .., last] if !start.is_empty() => {
                let start = start.join(", ");
                format!("Parts {start} and {last} of {of} of a split QR code are not enough: give {others} too.")
            }
            _ => format!("Part {} of {of} of a split QR code is not enough: give {others} too.", named.concat()),
        }
    });
    sentences.collect()
}

/// The parts of each text in their order, each once.
fn sets(parts: &[Content]) -> BTreeMap<Text, Vec<&Content>> {
    let mut sets: BTreeMap<Text, Vec<&Content>> = BTreeMap::new();
    for (content, part) in parts.iter().filter_map(|content| Some((content, content.part?))) {
        let set = sets.entry((part.of, part.check)).or_default();
        if !set.contains(&content) {
            set.push(content);
        }
    }
    sets.values_mut().for_each(|set| set.sort_by_key(|content| content.part));
    sets
}

fn is_whole((of, _): Text, set: &[&Content]) -> bool {
    (0..of).all(|index| set.iter().filter_map(|content| content.part).any(|part| part.index == index))
}
