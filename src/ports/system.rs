//! The real clock and the real source of randomness.

use super::{Clock, Entropy, UnixMs};
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, SystemTime};

pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> UnixMs {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        UnixMs::try_from(since.as_millis()).unwrap_or(UnixMs::MAX)
    }

    #[cfg(target_os = "linux")]
    fn boot(&self) -> Duration {
        duration(clock_gettime(ClockId::Boottime))
    }

    /// Other systems have no clock of this name; their monotonic one is the nearest.
    #[cfg(not(target_os = "linux"))]
    fn boot(&self) -> Duration {
        duration(clock_gettime(ClockId::Monotonic))
    }
}

fn duration(time: rustix::time::Timespec) -> Duration {
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness no key can be made; every system this runs on has it once it has booted.
        getrandom::fill(bytes).expect("the system gives random bytes");
    }
}
