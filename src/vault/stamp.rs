//! Hybrid logical clocks: when and on which device a value was set. Any two differ or are equal in all parts.

use crate::ports::UnixMs;
use std::cmp::Ordering;

/// Ordered by wall time, then counter, then device: the larger wins a merge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    pub wall_ms: UnixMs,
    pub count: u32,
    /// Random per device, kept in the state folder.
    pub device: u64,
}

/// A value and when it was set: last writer wins, ties go to the larger value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamped<T> {
    pub at: Stamp,
    pub value: T,
}

impl<T> Stamped<T> {
    pub fn new(at: Stamp, value: T) -> Self {
        Stamped { at, value }
    }
}

/// The end of the year 9999. Later stamps are read as this one, so that a hostile file leaves room for newer edits.
pub const LATEST_WALL_MS: UnixMs = 253_402_300_799_999;
/// How far ahead of the clock a stamp may be before it is warned of.
pub const WILD_AHEAD_MS: UnixMs = 24 * 60 * 60 * 1000;

impl Stamp {
    /// The stamp within the bounds that leave room for a later one.
    pub fn bounded(self) -> Stamp {
        let room = u32::MAX / 2;
        match self.wall_ms.cmp(&LATEST_WALL_MS) {
            Ordering::Less => self,
            Ordering::Equal if self.count <= room + room / 2 => self,
            _ => Stamp { wall_ms: LATEST_WALL_MS, count: self.count.min(room), ..self },
        }
    }
}

/// Gives the stamps of one change: each larger than every stamp seen before it.
#[derive(Clone, Debug)]
pub struct Stamper {
    now: UnixMs,
    device: u64,
    last: Stamp,
}

impl Stamper {
    /// `highest` is the largest stamp in the vault, so that a clock set back (or a field from the year 2100) can't freeze a field.
    pub fn new(now: UnixMs, device: u64, highest: Stamp) -> Self {
        Stamper { now: now.min(LATEST_WALL_MS), device, last: highest.bounded() }
    }

    #[allow(clippy::should_implement_trait, reason = "an iterator ends; this never does")]
    pub fn next(&mut self) -> Stamp {
        let wall_ms = self.now.max(self.last.wall_ms);
        let (wall_ms, count) = match (wall_ms == self.last.wall_ms, self.last.count.checked_add(1)) {
            (true, Some(count)) => (wall_ms, count),
            (true, None) => (wall_ms + 1, 0),
            (false, _) => (wall_ms, 0),
        };
        self.last = Stamp { wall_ms, count, device: self.device };
        self.last
    }

    /// The last stamp given, or the highest seen before.
    pub fn last(&self) -> Stamp {
        self.last
    }

    pub fn now(&self) -> UnixMs {
        self.now
    }
}
