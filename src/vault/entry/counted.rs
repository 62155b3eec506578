//! Which credentials of an entry count on where others were left, and how far those had come that are not kept any more:
//! so that a merge gives out no counter twice. A counter that was set on purpose goes on where nothing was.

use crate::vault::stamp::Stamp;
use std::collections::BTreeMap;

/// HOTP alone; empty for most entries. Both lists ascend, and are joined without a loss.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// By their stamps, the later first: both have one counter, the larger of the two.
    pub on: Vec<(Stamp, Stamp)>,
    /// The counters of credentials that are not kept any more, by their stamps.
    pub gone: Vec<(Stamp, u64)>,
}

impl Counted {
    pub fn is_empty(&self) -> bool {
        self.on.is_empty() && self.gone.is_empty()
    }

    /// From lists in any order, each stamp of `gone` with its largest counter.
    pub fn new(mut on: Vec<(Stamp, Stamp)>, mut gone: Vec<(Stamp, u64)>) -> Counted {
        on.sort();
        on.dedup();
        gone.sort_by(|a, b| b.cmp(a));
        gone.dedup_by_key(|(at, _)| *at);
        gone.reverse();
        Counted { on, gone }
    }

    pub fn join(&self, theirs: &Counted) -> Counted {
        if theirs.is_empty() {
            return self.clone();
        }
        let on = self.on.iter().chain(&theirs.on).copied().collect();
        Counted::new(on, self.gone.iter().chain(&theirs.gone).copied().collect())
    }

    /// The two count as one from now on.
    pub fn go_on(&mut self, one: Stamp, other: Stamp) {
        let pair = (one.max(other), one.min(other));
        if let (true, Err(place)) = (one != other, self.on.binary_search(&pair)) {
            self.on.insert(place, pair);
        }
    }

    pub fn note_gone(&mut self, at: Stamp, counter: u64) {
        match self.gone.binary_search_by_key(&at, |(at, _)| *at) {
            Ok(place) => self.gone[place].1 = self.gone[place].1.max(counter),
            Err(place) => self.gone.insert(place, (at, counter)),
        }
    }

    /// The counter that each of those has which count with others, given what is known of those that are there; and so have
    /// the ones that are gone.
    pub fn share(&mut self, there: impl Iterator<Item = (Stamp, u64)>) -> BTreeMap<Stamp, u64> {
        let mut counters: BTreeMap<Stamp, u64> = BTreeMap::new();
        for (at, counter) in there.chain(self.gone.iter().copied()) {
            let known = counters.entry(at).or_default();
            *known = counter.max(*known);
        }
        // Each finds its group by the smallest stamp of it; a later pair may join two groups.
        let mut group: BTreeMap<Stamp, Stamp> = BTreeMap::new();
        for (one, other) in &self.on {
            let of = |at: &Stamp| group.get(at).copied().unwrap_or(*at);
            let (one, other) = (of(one), of(other));
            let (first, second) = (one.min(other), one.max(other));
            group.values_mut().filter(|of| **of == second).for_each(|of| *of = first);
            group.extend([(first, first), (second, first)]);
        }
        let mut largest: BTreeMap<Stamp, u64> = BTreeMap::new();
        for (at, of) in &group {
            let known = largest.entry(*of).or_default();
            *known = counters.get(at).copied().unwrap_or(0).max(*known);
        }
        let shared: BTreeMap<Stamp, u64> = group.iter().map(|(at, of)| (*at, largest[of])).collect();
        for (at, counter) in &mut self.gone {
            *counter = shared.get(at).copied().unwrap_or(*counter);
        }
        shared
    }

    pub fn stamps(&self) -> impl Iterator<Item = Stamp> {
        self.on.iter().flat_map(|(one, other)| [*one, *other]).chain(self.gone.iter().map(|(at, _)| *at))
    }

    pub fn stamps_mut(&mut self) -> impl Iterator<Item = &mut Stamp> {
        self.on.iter_mut().flat_map(|(one, other)| [one, other]).chain(self.gone.iter_mut().map(|(at, _)| at))
    }
}
