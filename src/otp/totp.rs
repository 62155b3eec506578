//! TOTP (RFC 6238): time becomes a counter.

/// The step a time lies in, and its first second. `period` is at least 1.
pub(super) fn step(unix: u64, period: u64) -> (u64, u64) {
    let step = unix / period;
    (step, step * period)
}
