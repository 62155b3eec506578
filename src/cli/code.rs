//! `code`: one code, printed, copied or watched.

use super::desk::{Desk, called};
use super::output::Output;
use crate::error::{Error, ErrorKind, Result};
use crate::ops::change::Change;
use crate::ops::find;
use crate::ops::session::Session;
use crate::ops::usage;
use crate::otp::{NotComputable, Window};
use crate::secret::SecretText;
use crate::vault::entry::{Entry, EntryId};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

#[derive(Debug, Default, clap::Args)]
pub struct Code {
    /// An issuer, an account or an id; else a part of them that only one entry has
    query: String,
    /// The code after the one that holds now
    #[arg(long)]
    next: bool,
    /// Copy it instead of printing it; the clipboard is cleared later
    #[arg(long, conflicts_with_all = ["json", "watch"])]
    copy: bool,
    /// The code of this moment, in seconds since 1970
    #[arg(long, value_name = "UNIX", conflicts_with_all = ["watch"])]
    at: Option<u64>,
    /// With fewer seconds left than this take the next code
    #[arg(long, value_name = "S")]
    min_left: Option<u64>,
    /// Print every new code until interrupted
    #[arg(long, conflicts_with_all = ["next", "json", "min_left"])]
    watch: bool,
    /// Print an object with the code and when it holds
    #[arg(long)]
    json: bool,
}

/// A code and when it holds.
#[derive(Serialize)]
struct Told<'a> {
    id: String,
    kind: &'a str,
    issuer: &'a str,
    account: &'a str,
    code: &'a SecretText,
    /// Unix seconds from which it holds, and up to which.
    from: Option<u64>,
    until: Option<u64>,
    /// The counter it was made with.
    counter: Option<u64>,
}

impl Code {
    /// The code of one entry, to be printed or copied.
    pub fn of(id: EntryId, next: bool, copy: bool) -> Code {
        Code { query: id.to_string(), next, copy, ..Code::default() }
    }

    pub fn run(self, desk: &mut Desk) -> Result<()> {
        if let Some(entry) = desk.glance(&self.query)?.filter(|entry| entry.credential.value.is_time_based()) {
            return self.give_of(desk, &entry, None);
        }
        let mut session = desk.open()?;
        self.give(desk, &mut session)
    }

    /// The same with a vault that is open.
    pub fn give(self, desk: &mut Desk, session: &mut Session) -> Result<()> {
        let entry = find::one(session.vault(), &self.query)?.clone();
        self.give_of(desk, &entry, Some(session))
    }

    /// Only a counter needs the session, where it is saved.
    fn give_of(self, desk: &mut Desk, entry: &Arc<Entry>, session: Option<&mut Session>) -> Result<()> {
        let config = desk.config()?;
        if self.watch {
            return watch(entry, desk);
        }
        let min_left = self.min_left.unwrap_or(if self.copy { config.min_left_s } else { 0 });
        let (code, window, counter) = match session {
            Some(session) if !entry.credential.value.is_time_based() => {
                let (code, counter) = self.take_next(desk, session, entry)?;
                (code, None, Some(counter))
            }
            _ => {
                let window = self.window(entry, desk, min_left)?;
                (window.code.clone(), Some(window), None)
            }
        };
        if self.copy {
            self.copy(desk, entry, &code, window.as_ref(), config.clipboard_clear_s)?;
        } else if self.json {
            desk.output.json(&Told {
                id: entry.id.to_string(),
                kind: entry.credential.value.kind.name(),
                issuer: &entry.issuer.value,
                account: &entry.account.value,
                code: &code,
                from: window.as_ref().map(|window| window.from),
                until: window.as_ref().map(|window| window.until),
                counter,
            });
        } else {
            desk.output.secret(&code);
        }
        if self.at.is_none() {
            usage::note(&desk.outside.world, entry.id).unwrap_or_else(|error| desk.output.warn(&error.what));
        }
        Ok(())
    }

    /// The code of a time-based entry, or the one after it where asked for.
    fn window(&self, entry: &Entry, desk: &mut Desk, min_left: u64) -> Result<Window> {
        let at = self.at.unwrap_or_else(|| desk.outside.world.clock.now() / 1000);
        let code_at = |unix| entry.credential.value.code_at(unix).map_err(|why| no_code(entry, &why));
        let window = code_at(at)?;
        let left = window.until.saturating_sub(at);
        if self.next {
            return code_at(window.until);
        }
        if left < min_left {
            desk.output.say(&format!("only {left} s left: this is the next code"));
            return code_at(window.until);
        }
        Ok(window)
    }

    /// HOTP: the counter is saved before the code is seen.
    fn take_next(&self, desk: &mut Desk, session: &mut Session, entry: &Entry) -> Result<(SecretText, u64)> {
        entry.credential.value.code_for(entry.counter).map_err(|why| no_code(entry, &why))?;
        if self.next || self.at.is_some() || self.min_left.is_some() {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("{} counts its codes; none of them belongs to a time", called(entry)),
            )
            .hint("leave out --next, --at and --min-left"));
        }
        if let Some(why) = session.read_only() {
            return Err(Error::new(ErrorKind::ReadOnly, format!("the counter can't be saved: {why}")));
        }
        let outcome = desk.save(session, Change::NextCode(entry.id))?;
        outcome.code.ok_or_else(|| Error::failed(format!("{} gave no code", called(entry))))
    }

    fn copy(&self, desk: &mut Desk, entry: &Entry, code: &SecretText, window: Option<&Window>, clear_after_s: u64) -> Result<()> {
        let route = (desk.outside.hand_over)(code, clear_after_s)
            .map_err(|why| Error::failed(format!("the code was not copied: {why}")).hint("without --copy it is printed"))?;
        let now = desk.outside.world.clock.now() / 1000;
        let valid = window.map(|window| format!(" · valid {} s", window.until.saturating_sub(now))).unwrap_or_default();
        let fate = Some(route.fate(clear_after_s)).filter(|fate| !fate.is_empty());
        let fate = fate.map(|fate| format!(" · {fate}")).unwrap_or_default();
        desk.output.say(&format!("Copied {}{valid}{fate}", called(entry)));
        Ok(())
    }
}

fn no_code(entry: &Entry, why: &NotComputable) -> Error {
    let error = Error::failed(format!("{} gives no code: {why}", called(entry)));
    match why {
        NotComputable::PinMissing => error.hint("set it with: countersign edit QUERY --pin-file FILE"),
        NotComputable::CounterExhausted => error.hint("enrol the account anew at the site"),
        _ => error,
    }
}

/// A line for each new code; on a terminal one line that is written over, with the seconds left.
fn watch(entry: &Arc<Entry>, desk: &mut Desk) -> Result<()> {
    let clock = desk.outside.world.clock.clone();
    let on_terminal = Output::is_terminal() && !desk.output.is_linear();
    let mut shown = None;
    while !desk.output.is_broken() {
        let now = clock.now();
        let window = entry.credential.value.code_at(now / 1000).map_err(|why| no_code(entry, &why))?;
        let left = window.until.saturating_sub(now / 1000);
        if on_terminal {
            let line = Zeroizing::new(format!("\r{}  {left:>2}s\u{1b}[K", window.code.expose()));
            desk.output.bytes(line.as_bytes());
        } else if shown.as_ref() != Some(&window) {
            desk.output.secret(&window.code);
        }
        let until = match on_terminal {
            true => (now / 1000).saturating_add(1),
            false => window.until,
        };
        shown = Some(window);
        std::thread::sleep(Duration::from_millis(until.saturating_mul(1000).saturating_sub(clock.now()).min(60_000)));
    }
    Ok(())
}
