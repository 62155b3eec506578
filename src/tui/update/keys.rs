//! Unlock methods: what comes of a job about them, and the second one that every vault should have.

use super::done::renew;
use super::to_asker;
use crate::error::Result;
use crate::tui::command::Command;
use crate::tui::msg::{Done, Effect, Job, KeysAct, KeysDone, Snapshot};
use crate::tui::screen::Screen;
use crate::tui::screen::confirm::Confirm;
use crate::tui::screen::new_key::NewKey;
use crate::tui::state::{Common, State, Tone};

/// At the creation of a vault.
pub fn offer(state: &mut State) {
    let question = "Make a recovery key, for when the passphrase is forgotten?".to_owned();
    let yes = vec![Effect::Job(Job::Keys { act: KeysAct::MakeRecovery, answers: Vec::new() })];
    state.screens.push(Screen::Confirm(Confirm::undoable(question, "make one", "not now", yes)));
}

/// Once after unlocking, while there is no second method.
pub fn remind(common: &mut Common) {
    common.say(Tone::Note, "Only one key opens this vault");
    common.offer(Command::Keys, "adds a recovery key");
}

/// A recovery key is shown whoever asked for it; the rest goes to the screen that asked, and is said.
pub fn done(state: &mut State, snapshot: Option<Snapshot>, result: Result<KeysDone>) -> Vec<Effect> {
    state.common.busy_since = None;
    renew(state, snapshot);
    match &result {
        Ok(KeysDone::Made(key)) => {
            state.common.toast = None;
            state.screens.push(Screen::NewKey(NewKey::new(key.clone())));
            return Vec::new();
        }
        Ok(KeysDone::Said(text, aside)) => state.common.say_with(Tone::Done, text.clone(), aside.clone()),
        Err(error) if !matches!(state.top(), Screen::KeyForm(_) | Screen::NewKey(_)) => state.common.say_error(error),
        _ => {}
    }
    to_asker(state, Done::Keys { snapshot: None, result })
}
