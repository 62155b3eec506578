//! Hybrid logical clocks: when and on which device a value was set. Any two differ or are equal in all parts.

use crate::ports::UnixMs;

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
        Stamper { now, device, last: highest }
    }

    pub fn next(&mut self) -> Stamp {
        let wall_ms = self.now.max(self.last.wall_ms);
        let count = if wall_ms == self.last.wall_ms { self.last.count + 1 } else { 0 };
        self.last = Stamp { wall_ms, count, device: self.device };
        self.last
    }

    pub fn now(&self) -> UnixMs {
        self.now
    }
}
