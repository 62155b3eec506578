//! Unlock methods: what comes of a job about them, and the second one that every vault should have.

use super::done::renew;
use super::to_asker;
use crate::error::Result;
use crate::tui::command::Command;
use crate::tui::msg::{Asker, Done, Effect, Job, KeysAct, KeysDone, Snapshot};
use crate::tui::screen::Screen;
use crate::tui::screen::confirm::Confirm;
use crate::tui::screen::new_key::NewKey;
use crate::tui::state::{Common, State, Tone};

/// At the creation of a vault.
pub fn offer(state: &mut State) {
    let question = "Make a recovery key, for when the passphrase is forgotten?".to_owned();
    let yes = vec![Effect::job(Job::Keys { act: KeysAct::MakeRecovery, answers: Vec::new() })];
    state.push(Screen::Confirm(Confirm::undoable(question, "make one", "not now", yes)));
}

/// Once after unlocking, while there is no second method.
pub fn remind(common: &mut Common) {
    common.say(Tone::Note, "Only one key opens this vault");
    common.offer(Command::Keys, "adds a recovery key");
}

/// A recovery key is shown over the screen that asked for it; the rest is for that screen, and is said.
pub fn done(state: &mut State, asker: Asker, snapshot: Option<Snapshot>, result: Result<KeysDone>) -> Vec<Effect> {
    renew(state, snapshot);
    let at = state.place_of(asker);
    match &result {
        Ok(KeysDone::Made(key)) => {
            // If the screen is gone the key is dropped: it was not saved.
            if let Some(at) = at {
                state.common.toast = None;
                state.insert(at + 1, Screen::NewKey(NewKey::new(key.clone())));
            }
            return Vec::new();
        }
        Ok(KeysDone::Said(text, aside)) => state.common.say_with(Tone::Done, text.clone(), aside.clone()),
        Ok(KeysDone::Removed { name, .. }) if at.is_none() => state.common.say(Tone::Done, format!("Removed {name}")),
        Err(error) if !at.is_some_and(|at| matches!(state.screens[at].screen, Screen::KeyForm(_) | Screen::NewKey(_))) => {
            state.common.say_error(error);
        }
        _ => {}
    }
    to_asker(state, asker, Done::Keys { snapshot: None, result })
}
