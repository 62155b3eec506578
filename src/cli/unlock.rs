//! `unlock` and `lock`: remember the method key for a while, and forget it.

use super::desk::Desk;
use crate::error::{Error, Result};
use crate::vault::store;
use std::time::Duration;

#[derive(Debug, clap::Args)]
pub struct Unlock {
    /// For how long: a number with s, m, h or d, at most 1d
    #[arg(long = "for", value_name = "TIME", default_value = "10m", value_parser = parse_time)]
    time: Duration,
}

#[derive(Debug, clap::Args)]
pub struct Lock {}

const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The units, what each is called, and its seconds.
const UNITS: [(&str, &str, u64); 4] = [("d", "day", 86_400), ("h", "hour", 3600), ("m", "minute", 60), ("s", "second", 1)];

impl Unlock {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let folder = desk.vault_folder()?;
        // Nobody types a passphrase for nothing.
        store::can_remember(&desk.outside.world, &folder)?;
        desk.ask_anew();
        let session = desk.open()?;
        let store = session.store().ok_or_else(|| Error::failed("the demo is never locked"))?;
        store.remember(self.time)?;
        desk.output.say(&format!("Unlocked for {}; countersign lock forgets it at once", words(self.time)));
        Ok(())
    }
}

impl Lock {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let folder = desk.vault_folder()?;
        desk.output.say(match store::forget(&desk.outside.world, &folder)? {
            true => "Locked: the unlock is not remembered any more",
            false => "No unlock was remembered",
        });
        Ok(())
    }
}

/// `30s`, `10m`, `1h`, `1d`.
fn parse_time(text: &str) -> std::result::Result<Duration, String> {
    let no_time = || "this is no time: give a number with s, m, h or d, as in 10m".to_owned();
    let unit = |(letter, _, seconds): &(&str, _, u64)| Some((text.strip_suffix(letter)?, *seconds));
    let (number, seconds) = UNITS.iter().find_map(unit).ok_or_else(no_time)?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(no_time());
    }
    // A number with too many digits is too long, whatever it is.
    let seconds = number.parse().unwrap_or(u64::MAX).saturating_mul(seconds);
    match Duration::from_secs(seconds) {
        Duration::ZERO => Err("an unlock is remembered for one second or more".into()),
        time if time > LONGEST => Err("an unlock is remembered for a day at most".into()),
        time => Ok(time),
    }
}

/// In the largest unit that is whole: `90 minutes`, `1 hour`.
fn words(time: Duration) -> String {
    let seconds = time.as_secs();
    let whole = UNITS.iter().find(|(_, _, unit)| seconds.is_multiple_of(*unit));
    whole.map_or(String::new(), |(_, name, unit)| super::output::count((seconds / unit) as usize, name, &format!("{name}s")))
}
