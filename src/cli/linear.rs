//! `--linear` without a command: the program in plain lines, for screen readers and simple terminals.
//! A line in, a few lines out; nothing is drawn over.

use super::code::Code;
use super::desk::Desk;
use super::list;
use super::output::count;
use crate::error::{Error, ErrorKind, Result, describe_io};
use crate::ops::demo;
use crate::ops::find::{Search, TagFilter};
use crate::ops::names;
use crate::ops::session::Session;
use crate::otp::NotComputable;
use crate::ports::Line;
use crate::vault::entry::{Entry, EntryId};
use std::sync::Arc;
use std::time::Duration;

const HELP: &str = "\
A number: the code of that entry in the last list.
A part of a name: the entries that match; of a single one the code.
copy N: copy the code of entry N. next N: the code after this one.
take N: the next code of an entry that counts.
list: all entries. lock: lock the vault. quit: leave.";

/// What a line asks for.
enum Wish<'a> {
    Show(usize),
    Copy(usize),
    Next(usize),
    Take(usize),
    Search(&'a str),
    Help,
    Lock,
    Quit,
}

pub fn run(desk: &mut Desk, demo: bool) -> Result<()> {
    if !desk.outside.prompt.is_interactive() {
        return Err(Error::new(ErrorKind::Usage, "there is no terminal to read lines from")
            .hint("use a command: countersign --help lists them"));
    }
    loop {
        let mut session = match demo {
            true => Session::in_memory(&desk.outside.world, demo::vault(desk.outside.world.clock.now())?),
            false => desk.open()?,
        };
        let was_locked = Conversation::default().hold(desk, &mut session)?;
        if was_locked {
            session.forget_remembered();
        }
        // A passphrase from a file would open it again at once.
        if !was_locked || demo || desk.has_passphrase_file() {
            return Ok(());
        }
    }
}

#[derive(Default)]
struct Conversation {
    /// What the numbers stand for.
    listed: Vec<EntryId>,
    search: Search,
}

impl Conversation {
    /// Whether the vault was locked rather than left.
    fn hold(mut self, desk: &mut Desk, session: &mut Session) -> Result<bool> {
        let lock_after_s = desk.config()?.lock_after_s;
        let patience = (lock_after_s > 0 && !session.is_demo()).then(|| Duration::from_secs(lock_after_s));
        let number = session.vault().active().count();
        desk.output.say(&format!("{}. A part of a name finds one; help tells more.", count(number, "entry", "entries")));
        loop {
            let line = match desk.outside.prompt.line("> ", patience) {
                Ok(Line::Typed(line)) => line,
                Ok(Line::Idle) => {
                    desk.output.say(&format!("Locked after {lock_after_s} s without a line."));
                    return Ok(true);
                }
                Ok(Line::End) => return Ok(false),
                Err(error) => return Err(Error::failed(format!("can't read a line: {}", describe_io(&error)))),
            };
            if let Err(error) = session.refresh() {
                desk.output.tell(&error);
            }
            match wish(&line) {
                Wish::Quit => return Ok(false),
                Wish::Lock => return Ok(true),
                wish => {
                    if let Err(error) = self.answer(desk, session, wish) {
                        desk.output.tell(&error);
                    }
                }
            }
        }
    }

    fn answer(&mut self, desk: &mut Desk, session: &mut Session, wish: Wish) -> Result<()> {
        match wish {
            Wish::Show(number) => self.show(desk, session, self.listed(number)?),
            Wish::Copy(number) => Code::of(self.listed(number)?, false, true).give(desk, session),
            Wish::Next(number) => Code::of(self.listed(number)?, true, false).give(desk, session),
            Wish::Take(number) => {
                let id = self.listed(number)?;
                match session.vault().entry(id).is_some_and(|entry| entry.credential.value.is_time_based()) {
                    true => self.show(desk, session, id),
                    false => Code::of(id, false, false).give(desk, session),
                }
            }
            Wish::Search(text) => self.search(desk, session, text),
            Wish::Help => {
                desk.output.text(&format!("{HELP}\n"));
                Ok(())
            }
            Wish::Lock | Wish::Quit => Ok(()),
        }
    }

    fn listed(&self, number: usize) -> Result<EntryId> {
        let found = number.checked_sub(1).and_then(|at| self.listed.get(at));
        found.copied().ok_or_else(|| {
            let error = Error::new(ErrorKind::NoMatch, format!("the last list has no entry {number}"));
            error.hint("type a part of a name, or list")
        })
    }

    /// A counter moves only on purpose.
    fn show(&self, desk: &mut Desk, session: &Session, id: EntryId) -> Result<()> {
        let gone = || Error::new(ErrorKind::NoMatch, "the entry is not there any more");
        let entry = session.vault().entry(id).filter(|entry| !entry.is_deleted()).ok_or_else(gone)?;
        let now = desk.outside.world.clock.now() / 1000;
        let said = match entry.credential.value.code_at(now) {
            Ok(window) => format!("{}, valid {} s", window.code.expose(), window.until.saturating_sub(now)),
            Err(NotComputable::CounterBased) => {
                format!("it counts, and stands at {}; take takes the next code", entry.counter)
            }
            Err(why) => format!("no code: {why}"),
        };
        let old = if entry.has_waiting_secret() { ", of the old secret: a new one is not confirmed" } else { "" };
        let name = names::all(session.vault()).remove(&id).unwrap_or_default();
        desk.output.line(&format!("{name}: {said}{old}"));
        Ok(())
    }

    /// Best matches first; all in the order of the list for an empty text.
    fn search(&mut self, desk: &mut Desk, session: &Session, text: &str) -> Result<()> {
        let entries = &session.vault().entries;
        let ranked = self.search.rank(entries, text, &TagFilter::All);
        let mut found: Vec<&Arc<Entry>> = ranked.into_iter().map(|at| &entries[at]).filter(|entry| !entry.is_deleted()).collect();
        if text.is_empty() {
            list::sort(&mut found);
        }
        self.listed = found.iter().map(|entry| entry.id).collect();
        match found.as_slice() {
            [] if text.is_empty() => desk.output.say("The vault has no entries."),
            [] => desk.output.say("Nothing matches."),
            [one] if !text.is_empty() => return self.show(desk, session, one.id),
            _ => {
                let names = names::all(session.vault());
                let name = |entry: &Entry| names.get(&entry.id).map_or("", String::as_str);
                found.iter().enumerate().for_each(|(at, entry)| desk.output.line(&row(at + 1, name(entry), entry)));
            }
        }
        Ok(())
    }
}

fn row(number: usize, name: &str, entry: &Entry) -> String {
    let pinned = if entry.pinned.value { ", pinned" } else { "" };
    let pending = if entry.is_pending() { ", pending" } else { "" };
    let waiting = if entry.has_waiting_secret() { ", new secret not confirmed" } else { "" };
    format!("{number}. {name}{pinned}{pending}{waiting}")
}

fn wish(line: &str) -> Wish<'_> {
    if let Ok(number) = line.parse() {
        return Wish::Show(number);
    }
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let numbered = match rest.trim().parse() {
        Ok(number) => match word {
            "copy" | "c" => Some(Wish::Copy(number)),
            "next" | "n" => Some(Wish::Next(number)),
            "take" => Some(Wish::Take(number)),
            _ => None,
        },
        Err(_) => None,
    };
    numbered.unwrap_or(match line {
        "list" | "" => Wish::Search(""),
        "help" | "?" => Wish::Help,
        "lock" => Wish::Lock,
        "quit" | "q" | "exit" => Wish::Quit,
        // In front of a text that would be a command: a name may be a number, too.
        _ => Wish::Search(line.strip_prefix('/').unwrap_or(line)),
    })
}
