//! What other programs write: asked for, and taken in.

use super::done::renew;
use super::to_asker;
use crate::error::Result;
use crate::ops::duplicates;
use crate::tui::command::Command;
use crate::tui::msg::{Asker, Done, Effect, Job, Snapshot};
use crate::tui::state::{Common, State, Tone, sentence};

/// Asks for what others wrote, once however often they write.
pub(super) fn ask(common: &mut Common) -> Vec<Effect> {
    if common.open.as_ref().is_none_or(|open| open.demo) {
        return Vec::new();
    }
    if common.refreshing {
        common.refresh_again = true;
        return Vec::new();
    }
    common.refreshing = true;
    vec![Effect::job(Job::Refresh)]
}

/// Says what came to light, if anything, and what can be done about it.
pub(super) fn warn(common: &mut Common, warnings: &[String], duplicates: &[Vec<String>]) {
    let more = match duplicates.len() {
        0 | 1 => String::new(),
        many => format!("{} more secrets are in several entries", many - 1),
    };
    let waits = common.open.as_ref().is_some_and(|open| !open.waiting.is_empty());
    match (warnings, duplicates) {
        ([], []) => {}
        (_, []) => {
            common.say(Tone::Warning, sentence(&warnings.join(" · ")));
            if waits {
                common.offer(Command::ConflictCopy, "shows what waits");
            }
        }
        ([], [first, ..]) => {
            common.say_with(Tone::Warning, sentence(&duplicates::sentence(first)), more);
            common.offer(Command::Join, "on one of them joins them");
        }
        (_, [first, ..]) => {
            let several = format!("{} entries have one secret: {}", first.len(), first.join(", "));
            let aside = if more.is_empty() { several } else { format!("{several} · {more}") };
            common.say_with(Tone::Warning, sentence(&warnings.join(" · ")), aside);
            common.offer(Command::Join, "on one of them joins them");
        }
    }
}

/// A conflict copy was taken in, or not: that is for the screen that asked.
pub(super) fn copy_taken(state: &mut State, asker: Asker, snapshot: Option<Snapshot>, result: Result<String>) -> Vec<Effect> {
    let mut duplicates = Vec::new();
    if let Some(mut snapshot) = snapshot {
        duplicates = std::mem::take(&mut snapshot.duplicates);
        renew(state, Some(snapshot));
    }
    match &result {
        Ok(tally) => {
            state.common.undo = None;
            let said = format!("Took it in: {tally}");
            match duplicates.is_empty() {
                true => state.common.say_with(Tone::Done, said, "the copy is in backups now"),
                false => warn(&mut state.common, &[said], &duplicates),
            }
        }
        // Whoever left the screen is told all the same: the copy still waits.
        Err(error) if state.place_of(asker).is_none() => state.common.say_error(error),
        Err(_) => {}
    }
    to_asker(state, asker, Done::CopyTaken { snapshot: None, result })
}

pub(super) fn done(state: &mut State, result: Result<Option<Snapshot>>) -> Vec<Effect> {
    match result {
        Ok(Some(mut snapshot)) => {
            let warnings = std::mem::take(&mut snapshot.warnings);
            let duplicates = std::mem::take(&mut snapshot.duplicates);
            renew(state, Some(snapshot));
            warn(&mut state.common, &warnings, &duplicates);
        }
        Ok(None) => {}
        Err(error) => state.common.say_error(&error),
    }
    state.common.refreshing = false;
    match std::mem::take(&mut state.common.refresh_again) {
        true => ask(&mut state.common),
        false => Vec::new(),
    }
}
