//! Taking the last change back, from any screen that offers it.

use super::Reaction;
use crate::tui::msg::{Job, Then};
use crate::tui::state::{Common, Tone, Undo};

/// Why nothing can be taken back now, as a sentence without full stop.
pub fn why_not(common: &Common) -> Option<String> {
    let nothing = || common.undo.is_none().then(|| "There is nothing to take back".to_owned());
    common.read_only().or_else(nothing)
}

pub fn take_back(common: &mut Common) -> Reaction {
    match (why_not(common), common.undo.clone()) {
        (None, Some(Undo { change, what, again })) => Reaction::job(Job::Apply { change, then: Then::TakenBack { what, again } }),
        (reason, _) => {
            reason.into_iter().for_each(|reason| common.say(Tone::Note, reason));
            Reaction::stay()
        }
    }
}
