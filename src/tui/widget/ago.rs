//! How long something is past, in words that need no time zone, and when the words change.

use crate::ports::UnixMs;
use crate::tui::state::Common;
use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Seconds since a moment of the wall clock; none where it is ahead.
pub fn since(common: &Common, wall_ms: UnixMs) -> u64 {
    common.now.wall_ms.saturating_sub(wall_ms) / 1000
}

/// "3 minutes ago".
pub fn text(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..MINUTE => return "just now".to_owned(),
        MINUTE..HOUR => (seconds / MINUTE, "minute"),
        HOUR..DAY => (seconds / HOUR, "hour"),
        _ => (seconds / DAY, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

/// When the words for a moment change next, in boot time.
pub fn next_change(common: &Common, wall_ms: UnixMs) -> Duration {
    let unit = match since(common, wall_ms) {
        0..HOUR => MINUTE,
        HOUR..DAY => HOUR,
        _ => DAY,
    };
    let past = common.now.wall_ms.saturating_sub(wall_ms);
    let ahead = wall_ms.saturating_sub(common.now.wall_ms);
    // Of a clock that was set back the wait may be years: a day later is soon enough to look again.
    let left = (unit * 1000 - past % (unit * 1000)).saturating_add(ahead).min(DAY * 1000);
    common.now.boot + Duration::from_millis(left)
}
