//! The worker's answers: what each means for the state, and what is said of it.

use super::{clipboard, keys, lock, refresh, to_asker, vaults};
use crate::error::Result;
use crate::ops::change::Outcome;
use crate::ops::keys::has_second_method;
use crate::ops::restore::Offer;
use crate::ports::CopyKind;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::msg::{Copied, Done, Effect, Job, Snapshot, Then};
use crate::tui::screen::Screen;
use crate::tui::screen::confirm::Confirm;
use crate::tui::screen::copy;
use crate::tui::screen::list::List;
use crate::tui::state::{COUNTER_CODE_SHOWN, Common, CounterCode, State, Tone, Undo, sentence};

pub(super) fn on_done(state: &mut State, done: Done) -> Vec<Effect> {
    // What was still under way when the vault was locked says nothing any more: a locked screen tells a stranger nothing.
    match done {
        Done::ClipboardCleared(clearing) if state.common.open.is_none() => {
            clipboard::settled(&mut state.common, clearing);
            Vec::new()
        }
        Done::Applied { .. }
        | Done::Copied { .. }
        | Done::Refreshed(_)
        | Done::Found { .. }
        | Done::Foreseen { .. }
        | Done::ExportMade { .. }
        | Done::Exported { .. }
        | Done::ExportsDeleted { .. }
        | Done::SettingsSaved(_)
        | Done::Keys { .. }
        | Done::Sent { .. }
        | Done::CopyPlanned { .. }
        | Done::CopyTaken { .. }
        | Done::Completions { .. }
            if state.common.open.is_none() =>
        {
            Vec::new()
        }
        Done::Opened(Ok(snapshot)) => {
            state.common.busy_since = None;
            opened(state, snapshot)
        }
        // The worker holds no vault then, whatever the screen shows.
        Done::Opened(Err(error)) if state.common.open.is_some() => {
            let effects = lock(state);
            state.common.say_error(&error);
            effects
        }
        Done::Opened(Err(_)) => {
            state.common.busy_since = None;
            to_asker(state, done)
        }
        Done::CopyPlanned { .. } => {
            state.common.busy_since = None;
            to_asker(state, done)
        }
        Done::CopyTaken { name, snapshot, result } => refresh::copy_taken(state, name, snapshot, result),
        Done::Keys { snapshot, result } => keys::done(state, snapshot, result),
        Done::Switched(result) => vaults::switched(state, result),
        Done::Sent { order, snapshot, result } => vaults::sent(state, order, snapshot, result),
        Done::Asked(_) => {
            state.common.busy_since = None;
            to_asker(state, done)
        }
        Done::Found { ask, .. } | Done::Foreseen { ask, .. } | Done::ExportMade { ask, .. } | Done::Exported { ask, .. } => {
            // An answer to an older question, that was given up, says nothing of the work that is waited for now.
            if ask == state.common.asks {
                state.common.busy_since = None;
            }
            to_asker(state, done)
        }
        Done::Applied { snapshot, result, then } => applied(state, snapshot, result, then),
        Done::Copied { result, said, usage } => {
            if let Some(open) = &mut state.common.open {
                open.usage = usage;
            }
            clipboard::copied(state, result, said)
        }
        Done::Refreshed(result) => refresh::done(state, result),
        Done::ClipboardCleared(clearing) => {
            clipboard::cleared(&mut state.common, clearing);
            Vec::new()
        }
        Done::Locked(clearing) => {
            clipboard::settled(&mut state.common, clearing);
            Vec::new()
        }
        Done::Vaults { .. }
        | Done::ExportsDeleted { .. }
        | Done::SettingsSaved(_)
        | Done::Completions { .. }
        | Done::Strength { .. }
        | Done::Generated(_)
        | Done::BackupFound(_) => to_asker(state, done),
    }
}

fn opened(state: &mut State, mut snapshot: Snapshot) -> Vec<Effect> {
    let warnings = std::mem::take(&mut snapshot.warnings);
    let duplicates = std::mem::take(&mut snapshot.duplicates);
    let offer = snapshot.offer.take();
    state.common.vault_exists |= !snapshot.demo;
    let is_new = matches!(state.top(), Screen::Create(_));
    let has_second = snapshot.demo || snapshot.read_only.is_some() || has_second_method(&snapshot.methods);
    note_ways(&mut state.common, &snapshot);
    state.common.last_input = state.common.now.boot;
    state.common.open = Some(snapshot);
    state.screens = vec![Screen::List(List::new(&state.common))];
    if is_new {
        keys::offer(state);
    }
    if !warnings.is_empty() || !duplicates.is_empty() {
        refresh::warn(&mut state.common, &warnings, &duplicates);
    } else if !has_second && !is_new {
        keys::remind(&mut state.common);
    }
    if let Some(offer) = offer {
        state.screens.push(Screen::Confirm(merge_question(*offer)));
    }
    Vec::new()
}

/// An older state was put back: a backup has what is missing.
fn merge_question(offer: Offer) -> Confirm {
    let when = offer.name.when();
    Confirm {
        question: format!("Older state put back. Merge the backup of {}? {}", &when[..10], sentence(&offer.difference.tally())),
        yes_word: "merge",
        yes: vec![Effect::Job(Job::Apply { change: offer.change, then: Then::Say(format!("Merged the backup of {when}")) })],
        leaves: false,
    }
}

/// What a locked screen will offer.
fn note_ways(common: &mut Common, snapshot: &Snapshot) {
    if !snapshot.demo {
        common.ways.clone_from(&snapshot.ways);
    }
}

/// Takes in a newer vault. After locking, an answer that was still under way must not bring it back.
pub(super) fn renew(state: &mut State, snapshot: Option<Snapshot>) {
    if let (Some(snapshot), true) = (snapshot, state.common.open.is_some()) {
        note_ways(&mut state.common, &snapshot);
        state.common.open = Some(snapshot);
        tell_vault_changed(state);
    }
}

pub(super) fn tell_vault_changed(state: &mut State) {
    for screen in &mut state.screens {
        screen.behaviour_mut().vault_changed(&state.common);
    }
}

fn applied(state: &mut State, snapshot: Option<Snapshot>, result: Result<Outcome>, then: Then) -> Vec<Effect> {
    renew(state, snapshot);
    if let Then::CopyNextCode(id) = &then {
        state.common.counters_asked.remove(id);
    }
    let outcome = match result {
        Ok(outcome) => outcome,
        Err(error) => {
            state.common.say_error(&error);
            return match then {
                Then::Screen(_) => to_asker(state, Done::Applied { snapshot: None, result: Err(error), then }),
                _ => Vec::new(),
            };
        }
    };
    match &then {
        Then::Say(said) => {
            state.common.note_undo(outcome.undo, said.clone());
            let aside = undo_hint(&state.common);
            state.common.say_with(Tone::Done, said.clone(), aside);
            Vec::new()
        }
        Then::TakenBack { what, again } => {
            state.common.undo = outcome.undo.map(|change| Undo { change: *change, what: what.clone(), again: !again });
            state.common.say(Tone::Done, format!("{}: “{what}”", if *again { "Done again" } else { "Taken back" }));
            Vec::new()
        }
        Then::CopyNextCode(id) => {
            let Some((code, counter)) = outcome.code else { return Vec::new() };
            let until = state.common.now.boot + COUNTER_CODE_SHOWN;
            state.common.counter_codes.insert(*id, CounterCode { code: code.clone(), counter, until });
            let entry = state.common.open.as_ref().and_then(|open| open.vault.entry(*id));
            let what = entry.map_or_else(String::new, |entry| copy::code_name(&state.common, entry));
            let said = Copied { what, valid_s: None, next_instead: false, entry: Some(*id), used_up: None };
            vec![Effect::Job(Job::Copy { text: code, kind: CopyKind::Code, said })]
        }
        Then::Screen(_) => {
            state.common.note_undo(outcome.undo.clone(), "the last change".into());
            to_asker(state, Done::Applied { snapshot: None, result: Ok(outcome), then })
        }
        Then::Nothing => {
            state.common.undo = None;
            Vec::new()
        }
    }
}

pub(super) fn undo_hint(common: &Common) -> String {
    match (&common.undo, common.keymap.key(Place::List, Command::Undo)) {
        (Some(_), Some(key)) => format!("{} takes it back", key.sign()),
        _ => String::new(),
    }
}
