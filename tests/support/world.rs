//! Fake ports: a clock that moves only when told, entropy that repeats, a keyring in memory that can fail.

use countersign::ports::{Clock, Entropy, Keyring, Prompt, UnixMs};
use countersign::secret::SecretText;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
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

/// A keyring that expires by a clock, and can be out of order.
pub struct FakeKeyring {
    clock: Arc<dyn Clock>,
    /// With the boot time of its end.
    kept: Mutex<BTreeMap<String, (SecretText, Duration)>>,
    fails: Mutex<Option<String>>,
}

impl Default for FakeKeyring {
    /// Nothing expires there.
    fn default() -> Self {
        FakeKeyring::by(Arc::new(FakeClock::at(0)))
    }
}

impl FakeKeyring {
    pub fn by(clock: Arc<dyn Clock>) -> Self {
        FakeKeyring { clock, kept: Mutex::default(), fails: Mutex::default() }
    }

    /// From now on each use of it fails for this reason; `None`: it works again.
    pub fn fail(&self, why: Option<&str>) {
        *self.fails.lock().unwrap() = why.map(str::to_owned);
    }

    /// What is kept and not expired, by name.
    pub fn kept(&self) -> BTreeMap<String, SecretText> {
        let now = self.clock.boot();
        let kept = self.kept.lock().unwrap();
        let alive = kept.iter().filter(|(_, (_, until))| *until > now);
        alive.map(|(name, (secret, _))| (name.clone(), secret.clone())).collect()
    }

    /// Puts something else in the place of all that is kept.
    pub fn replace_all(&self, secret: &SecretText) {
        self.kept.lock().unwrap().values_mut().for_each(|(kept, _)| *kept = secret.clone());
    }

    fn works(&self) -> Result<(), String> {
        self.fails.lock().unwrap().clone().map_or(Ok(()), Err)
    }
}

impl Keyring for FakeKeyring {
    fn get(&self, name: &str) -> Result<Option<SecretText>, String> {
        self.works()?;
        Ok(self.kept().remove(name))
    }

    fn keep(&self, name: &str, secret: &SecretText, time: Duration) -> Result<(), String> {
        self.works()?;
        self.kept.lock().unwrap().insert(name.into(), (secret.clone(), self.clock.boot() + time));
        Ok(())
    }

    fn forget(&self, name: &str) -> Result<bool, String> {
        self.works()?;
        let was_there = self.kept().contains_key(name);
        self.kept.lock().unwrap().remove(name);
        Ok(was_there)
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
