//! Which credentials of an entry count on where others were left, and how far those had come that are not kept any more:
//! so that a merge gives out no counter twice. A counter that was set on purpose goes on where nothing was.

use crate::otp::Credential;
use crate::vault::stamp::{Stamp, Stamped};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// HOTP alone; empty for most entries. Both lists ascend, and are joined without a loss.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// By their stamps, the later first: both have one counter, the larger of the two.
    pub on: Vec<(Stamp, Stamp)>,
    /// The counters of credentials that are not kept any more, by their stamps and [`mark`]s.
    pub gone: Vec<(Stamp, u32, u64)>,
}

/// Tells credentials of one stamp apart, which needs two machines with one device id: of all parts but the counter.
pub fn mark(of: &Credential) -> u32 {
    let mut hash = Sha256::new().chain_update(of.algorithm.name()).chain_update([0]);
    hash = hash.chain_update(of.digits.to_be_bytes()).chain_update(of.period.to_be_bytes());
    let pin = of.pin.as_ref().map_or("", |pin| pin.expose());
    let hash = hash.chain_update(pin).chain_update([0]).chain_update(of.secret.expose()).finalize();
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}

impl Counted {
    pub fn is_empty(&self) -> bool {
        self.on.is_empty() && self.gone.is_empty()
    }

    /// From lists in any order, each stamp of `gone` with its largest counter.
    pub fn new(mut on: Vec<(Stamp, Stamp)>, mut gone: Vec<(Stamp, u32, u64)>) -> Counted {
        on.sort();
        on.dedup();
        gone.sort_by(|a, b| b.cmp(a));
        gone.dedup_by_key(|(at, mark, _)| (*at, *mark));
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

    fn find(&self, of: &Stamped<Credential>) -> Result<usize, usize> {
        let key = (of.at, mark(&of.value));
        self.gone.binary_search_by_key(&key, |(at, mark, _)| (*at, *mark))
    }

    pub fn note_gone(&mut self, of: &Stamped<Credential>) {
        match self.find(of) {
            Ok(place) => self.gone[place].2 = self.gone[place].2.max(of.value.counter),
            Err(place) => self.gone.insert(place, (of.at, mark(&of.value), of.value.counter)),
        }
    }

    /// The counter of one that was gone on another machine.
    pub fn known(&self, of: &Stamped<Credential>) -> Option<u64> {
        self.find(of).ok().map(|place| self.gone[place].2)
    }

    /// It is there, with its counter.
    pub fn note_there(&mut self, of: &Stamped<Credential>) {
        if let Ok(place) = self.find(of) {
            self.gone.remove(place);
        }
    }

    /// The counter that each of those has which count with others, given what is known of those that are there; and so have
    /// the ones that are gone.
    pub fn share(&mut self, there: impl Iterator<Item = (Stamp, u64)>) -> BTreeMap<Stamp, u64> {
        let mut counters: BTreeMap<Stamp, u64> = BTreeMap::new();
        for (at, counter) in there.chain(self.gone.iter().map(|(at, _, counter)| (*at, *counter))) {
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
        for (at, _, counter) in &mut self.gone {
            *counter = shared.get(at).copied().unwrap_or(*counter);
        }
        shared
    }

    pub fn stamps(&self) -> impl Iterator<Item = Stamp> {
        self.on.iter().flat_map(|(one, other)| [*one, *other]).chain(self.gone.iter().map(|(at, ..)| *at))
    }

    pub fn stamps_mut(&mut self) -> impl Iterator<Item = &mut Stamp> {
        self.on.iter_mut().flat_map(|(one, other)| [one, other]).chain(self.gone.iter_mut().map(|(at, ..)| at))
    }
}
