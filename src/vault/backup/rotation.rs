//! Which backups have served: pure, by their names alone.

use super::name::{Name, Why};
use std::collections::BTreeSet;

/// The newest of each of so many days, weeks and months that have one.
const DAYS: usize = 7;
const WEEKS: usize = 4;
const MONTHS: usize = 12;
/// Of those made before something or asked for, the newest are kept whatever their day: a second import in one day must not
/// cost the way back to before the first.
const BEFORE: usize = 10;
/// Further ahead of the clock a time is wrong.
const AHEAD_S: u64 = 24 * 60 * 60;

/// The day, week or month of a time in seconds, counted.
type Slot = fn(u64) -> u64;

/// Those to remove. `kept` (the one just made and proved) never is. Those after a change and those asked for fill days, weeks
/// and months each for themselves: were one pushed out by another kind, the next save would make it anew. Times ahead of the
/// clock, from when it was wrong, have places of their own too.
pub fn superfluous(names: &[Name], now: u64, kept: Option<Name>) -> Vec<Name> {
    let (wrong, right): (Vec<Name>, Vec<Name>) = names.iter().partition(|name| name.unix > now.saturating_add(AHEAD_S));
    let mut stay: BTreeSet<Name> = kept.into_iter().collect();
    for mut group in [right, wrong] {
        // Newest first.
        group.sort_by(|a, b| b.cmp(a));
        let slots: [(usize, Slot); 3] = [(DAYS, day), (WEEKS, week), (MONTHS, month)];
        for (most, slot) in slots {
            for why in [Why::Change, Why::Asked] {
                let mut filled = BTreeSet::new();
                for name in group.iter().filter(|name| name.why == why) {
                    if filled.len() < most && filled.insert(slot(name.unix)) {
                        stay.insert(*name);
                    }
                }
            }
        }
        stay.extend(group.iter().filter(|name| name.why != Why::Change).take(BEFORE));
    }
    let mut gone: Vec<Name> = names.iter().filter(|name| !stay.contains(name)).copied().collect();
    gone.sort();
    gone
}

fn day(unix: u64) -> u64 {
    unix / 86_400
}

/// Weeks begin on Monday; 1970-01-01 was a Thursday.
fn week(unix: u64) -> u64 {
    (day(unix) + 3) / 7
}

fn month(unix: u64) -> u64 {
    let text = crate::words::utc(unix);
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<u64>().ok()).unwrap_or(0);
    number(0..4) * 12 + number(5..7)
}
