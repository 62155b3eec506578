//! What other programs write: asked for, and taken in.

use super::done::renew;
use crate::error::Result;
use crate::tui::msg::{Effect, Job, Snapshot};
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
    vec![Effect::Job(Job::Refresh)]
}

pub(super) fn done(state: &mut State, result: Result<Option<Snapshot>>) -> Vec<Effect> {
    match result {
        Ok(Some(mut snapshot)) => {
            let warnings = std::mem::take(&mut snapshot.warnings);
            renew(state, Some(snapshot));
            if !warnings.is_empty() {
                state.common.say(Tone::Warning, sentence(&warnings.join(" · ")));
            }
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
