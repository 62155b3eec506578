//! Fake ports: a clock that moves only when told, entropy that repeats, a disk in memory that can fail.

use countersign::ports::{Clock, Entropy, Prompt, UnixMs};
use countersign::secret::SecretText;
use std::io;
use std::sync::Mutex;
use std::time::Duration;

/// A clock that stands still until told. Wall time and boot time move together, or the wall alone is set.
pub struct FakeClock(Mutex<(UnixMs, Duration)>);

impl FakeClock {
    pub fn at(unix_s: u64) -> Self {
        FakeClock(Mutex::new((unix_s * 1000, Duration::from_secs(1000))))
    }

    pub fn advance(&self, by: Duration) {
        let mut times = self.0.lock().unwrap();
        times.0 += by.as_millis() as u64;
        times.1 += by;
    }

    /// Sets the wall clock without any time passing.
    pub fn set_wall(&self, unix_ms: UnixMs) {
        self.0.lock().unwrap().0 = unix_ms;
    }
}

impl Clock for FakeClock {
    fn now(&self) -> UnixMs {
        self.0.lock().unwrap().0
    }

    fn boot(&self) -> Duration {
        self.0.lock().unwrap().1
    }
}

/// The same bytes in every run: xorshift from a seed.
pub struct FakeEntropy(Mutex<u64>);

impl FakeEntropy {
    pub fn seed(seed: u64) -> Self {
        FakeEntropy(Mutex::new(seed | 1))
    }
}

impl Entropy for FakeEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for byte in bytes {
            *state ^= *state << 13;
            *state ^= *state >> 7;
            *state ^= *state << 17;
            *byte = *state as u8;
        }
    }
}

/// Nobody is there to be asked.
pub struct Nobody;

impl Prompt for Nobody {
    fn is_interactive(&self) -> bool {
        false
    }

    fn tell(&self, _text: &str) {}

    fn secret(&self, _question: &str) -> io::Result<SecretText> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn text(&self, _question: &str) -> io::Result<String> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn confirm(&self, _question: &str) -> io::Result<bool> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
