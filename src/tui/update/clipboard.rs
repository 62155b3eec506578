//! What the screen says of the clipboard, and when it is to be cleared.

use crate::ops::change::Change;
use crate::ports::{Clearing, ClipboardRoute};
use crate::tui::msg::{Copied, Effect, Job, Then};
use crate::tui::state::{Common, State, Tone};
use std::time::Duration;

pub fn copied(state: &mut State, result: std::result::Result<ClipboardRoute, String>, said: Copied) -> Vec<Effect> {
    let common = &mut state.common;
    let route = match result {
        Ok(route) => route,
        Err(why) => {
            common.say_with(Tone::Failure, format!("Not copied: {}", said.what), why);
            return Vec::new();
        }
    };
    let mut asides = Vec::new();
    if said.next_instead {
        asides.push("the next code, as this one was about to end".to_owned());
    }
    if let Some(valid) = said.valid_s {
        asides.push(format!("valid {valid} s"));
    }
    let clear_after = common.config.clipboard_clear_s;
    asides.push(route.fate(clear_after));
    asides.retain(|aside| !aside.is_empty());
    if route == ClipboardRoute::Osc52 {
        common.clipboard_clears_at = None;
    } else if clear_after > 0 {
        common.clipboard_clears_at = Some(common.now.boot + Duration::from_secs(clear_after));
    }
    common.say_with(Tone::Done, format!("Copied {}", said.what), asides.join(" · "));
    let Some((id, set, index)) = said.used_up else { return Vec::new() };
    let change = Change::MarkRecoveryCode { id, set, index, used: true };
    vec![Effect::job(Job::Apply { change, then: Then::UsedUp(said.what) })]
}

/// The time to clear it had come.
pub fn cleared(common: &mut Common, clearing: Clearing) {
    match clearing {
        Clearing::Cleared(ClipboardRoute::Tmux) => common.say(Tone::Note, "Cleared in tmux"),
        Clearing::Cleared(_) => common.say(Tone::Note, "Clipboard cleared"),
        Clearing::NotOurs | Clearing::Failed => {}
    }
    settled(common, clearing);
}

/// A clipboard that did not answer is asked again, ever more rarely.
pub fn settled(common: &mut Common, clearing: Clearing) {
    const FIRST: Duration = Duration::from_secs(5);
    const LAST: Duration = Duration::from_secs(320);
    if clearing != Clearing::Failed {
        common.clipboard_retry = None;
        return;
    }
    if common.clipboard_retry.is_none() {
        common.say_with(Tone::Warning, "The clipboard could not be cleared", "it will be tried again");
    }
    let wait = common.clipboard_retry.map_or(FIRST, |wait| (wait * 2).min(LAST));
    common.clipboard_retry = Some(wait);
    let due = common.now.boot + wait;
    // A later copy has a time of its own.
    common.clipboard_clears_at = Some(common.clipboard_clears_at.map_or(due, |at| at.min(due)));
}
