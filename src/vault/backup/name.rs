//! The name of a backup tells when and why it was made: `2026-11-23T140509Z-import`.

use crate::vault::stamp::LATEST_WALL_MS;
use crate::words::{from_utc, utc};
use std::fmt;

/// Why a backup was made. All but `Change` and `Asked` hold what was there before something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// After a change, at most one in a while.
    Change,
    Import,
    Merge,
    Passphrase,
    Migration,
    Restore,
    /// By `countersign backup`.
    Asked,
}

impl Why {
    pub const ALL: [Why; 7] = [Why::Change, Why::Import, Why::Merge, Why::Passphrase, Why::Migration, Why::Restore, Why::Asked];

    pub fn word(self) -> &'static str {
        match self {
            Why::Change => "change",
            Why::Import => "import",
            Why::Merge => "merge",
            Why::Passphrase => "passphrase",
            Why::Migration => "migration",
            Why::Restore => "restore",
            Why::Asked => "asked",
        }
    }

    /// For people: "after a change", "before an import".
    pub fn told(self) -> &'static str {
        match self {
            Why::Change => "after a change",
            Why::Import => "before an import",
            Why::Merge => "before a merge",
            Why::Passphrase => "before a new passphrase",
            Why::Migration => "before a new format",
            Why::Restore => "before a restore",
            Why::Asked => "asked for",
        }
    }
}

/// Ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// Seconds since 1970.
    pub unix: u64,
    /// Tells apart what was made in one second; 0 for the first.
    pub number: u32,
    pub why: Why,
}

impl Name {
    pub fn new(unix: u64, why: Why) -> Name {
        // Later years would have five digits.
        Name { unix: unix.min(LATEST_WALL_MS / 1000), number: 0, why }
    }

    /// `None` where it is no backup that counts: other names, and those not proved yet, which begin with a dot.
    pub fn parse(text: &str) -> Option<Name> {
        let (time, rest) = text.split_at_checked(18)?;
        let (date, time) = time.split_once('T')?;
        let time = time.strip_suffix('Z')?;
        let (hour, minute, second) = (time.get(..2)?, time.get(2..4)?, time.get(4..)?);
        let unix = from_utc(&format!("{date} {hour}:{minute}:{second}"))?;
        let mut words = rest.strip_prefix('-')?.split('-');
        let word = words.next()?;
        let why = Why::ALL.into_iter().find(|why| why.word() == word)?;
        let number = words.next().map_or(Some(0), |text| text.parse().ok())?;
        let name = Name { unix, number, why };
        (name.to_string() == text).then_some(name)
    }

    /// `2026-11-23 14:05:09 UTC`
    pub fn when(&self) -> String {
        format!("{} UTC", utc(self.unix))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = utc(self.unix).replace(' ', "T").replace(':', "");
        match self.number {
            0 => write!(f, "{time}Z-{}", self.why.word()),
            number => write!(f, "{time}Z-{}-{number}", self.why.word()),
        }
    }
}
