//! The worker's answers: what each means for the state, and what is said of it.

use super::{clipboard, close, keys, leave, refresh, to_asker, vaults};
use crate::error::Result;
use crate::ops::change::Outcome;
use crate::ops::keys::has_second_method;
use crate::ops::restore::Offer;
use crate::ports::CopyKind;
use crate::tui::command::Command;
use crate::tui::msg::{Asker, Copied, Done, Effect, Job, Snapshot, Then};
use crate::tui::screen::Screen;
use crate::tui::screen::confirm::Confirm;
use crate::tui::screen::copy;
use crate::tui::screen::list::List;
use crate::tui::state::{COUNTER_CODE_SHOWN, Common, CounterCode, State, Tone, Undo, sentence};

pub(super) fn on_done(state: &mut State, asker: Asker, done: Done) -> Vec<Effect> {
    if state.common.open.is_none() && !done.survives_lock() {
        return Vec::new();
    }
    if asker == state.busy_for && ends_wait(&done) {
        state.common.busy_since = None;
    }
    match done {
        Done::Opened(Ok(snapshot)) => opened(state, asker, snapshot),
        Done::CopyTaken { snapshot, result } => refresh::copy_taken(state, asker, snapshot, result),
        Done::Keys { snapshot, result } => keys::done(state, asker, snapshot, result),
        Done::Switched(Ok(other)) => vaults::switched(state, asker, other),
        Done::Sent { order, snapshot, result } => vaults::sent(state, asker, order, snapshot, result),
        Done::Applied { snapshot, result, then } => applied(state, asker, snapshot, result, then),
        Done::Copied { result, said, usage } => {
            if let Some(open) = &mut state.common.open {
                open.usage = usage;
            }
            clipboard::copied(state, result, said)
        }
        Done::Refreshed(result) => refresh::done(state, result),
        Done::ClipboardCleared(clearing) if state.common.open.is_some() => {
            clipboard::cleared(&mut state.common, clearing);
            Vec::new()
        }
        Done::Locked(clearing) | Done::ClipboardCleared(clearing) => {
            clipboard::settled(&mut state.common, clearing);
            Vec::new()
        }
        Done::Opened(Err(_))
        | Done::Switched(Err(_))
        | Done::Asked(_)
        | Done::CopyPlanned(_)
        | Done::Found { .. }
        | Done::Foreseen(_)
        | Done::ExportMade { .. }
        | Done::Exported(_)
        | Done::Vaults { .. }
        | Done::ExportsDeleted { .. }
        | Done::SettingsSaved(_)
        | Done::Completions { .. }
        | Done::Strength { .. }
        | Done::Generated(_)
        | Done::BackupFound(_) => to_asker(state, asker, done),
    }
}

/// Whether it answers a job that [`Job::is_waited_for`].
fn ends_wait(done: &Done) -> bool {
    matches!(
        done,
        Done::Opened(_)
            | Done::Asked(_)
            | Done::Keys { .. }
            | Done::Sent { .. }
            | Done::CopyPlanned(_)
            | Done::CopyTaken { .. }
            | Done::Found { .. }
            | Done::Foreseen(_)
            | Done::ExportMade { .. }
            | Done::Exported(_)
    )
}

fn opened(state: &mut State, asker: Asker, mut snapshot: Snapshot) -> Vec<Effect> {
    let Some(at) = state.place_of(asker) else {
        // The worker holds a vault that nobody waits for. After locking the order to drop it is on its way already.
        return if state.common.open.is_some() { leave(state, None) } else { Vec::new() };
    };
    let mut effects = Vec::new();
    if state.common.open.is_some() {
        // The vault open before is closed only now; what was copied from it is cleared.
        close(&mut state.common);
        effects.push(Effect::job(Job::ClearClipboard));
    }
    let warnings = std::mem::take(&mut snapshot.warnings);
    let duplicates = std::mem::take(&mut snapshot.duplicates);
    let offer = snapshot.offer.take();
    state.common.vault_exists |= !snapshot.demo;
    let is_new = match &state.screens[at].screen {
        Screen::Create(create) => {
            let vault = create.vault().clone();
            if vault != state.common.vault {
                state.common.go_to(vault);
            }
            true
        }
        _ => false,
    };
    let has_second = snapshot.demo || snapshot.read_only.is_some() || has_second_method(&snapshot.methods);
    note_ways(&mut state.common, &snapshot);
    state.common.last_input = state.common.now.boot;
    state.common.busy_since = None;
    state.common.open = Some(snapshot);
    state.show_only(Screen::List(List::new(&state.common)));
    if is_new {
        keys::offer(state);
    }
    if !warnings.is_empty() || !duplicates.is_empty() {
        refresh::warn(&mut state.common, &warnings, &duplicates);
    } else if !has_second && !is_new {
        keys::remind(&mut state.common);
    }
    if let Some(offer) = offer {
        state.push(Screen::Confirm(merge_question(*offer)));
    }
    effects
}

/// An older state was put back: a backup has what is missing.
fn merge_question(offer: Offer) -> Confirm {
    let when = offer.name.when();
    let question = format!("Older state put back. Merge the backup of {}? {}", &when[..10], sentence(&offer.difference.tally()));
    let said = Then::Say(format!("Merged the backup of {when}"));
    let yes = vec![Effect::job(Job::Apply { change: offer.change, then: said })];
    Confirm::no_undo(question, "merge", "not now", yes)
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
    for layer in &mut state.screens {
        layer.screen.behaviour_mut().vault_changed(&state.common);
    }
}

fn applied(state: &mut State, asker: Asker, snapshot: Option<Snapshot>, result: Result<Outcome>, then: Then) -> Vec<Effect> {
    renew(state, snapshot);
    if let Then::CopyNextCode(id) = &then {
        state.common.counters_asked.remove(id);
    }
    let outcome = match result {
        Ok(outcome) => outcome,
        Err(error) => {
            state.common.say_error(&error);
            return match then {
                Then::Screen(_) => to_asker(state, asker, Done::Applied { snapshot: None, result: Err(error), then }),
                _ => Vec::new(),
            };
        }
    };
    match &then {
        Then::Say(said) => {
            state.common.say_changed(outcome.undo, said.clone());
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
            vec![Effect::job(Job::Copy { text: code, kind: CopyKind::Code, said })]
        }
        Then::Screen(_) => {
            state.common.note_undo(outcome.undo.clone(), "the last change".into());
            to_asker(state, asker, Done::Applied { snapshot: None, result: Ok(outcome), then })
        }
        Then::Nothing => {
            state.common.undo = None;
            Vec::new()
        }
        Then::UsedUp(what) => {
            // The toast tells of the copy; marking the code as used is what can be taken back.
            let common = &mut state.common;
            let tells = common.toast.as_ref().is_some_and(|toast| toast.text == format!("Copied {what}"));
            common.note_undo(outcome.undo, format!("{} is used", sentence(what)));
            if tells && common.undo.is_some() {
                common.offer(Command::Undo, "marks it unused again");
            }
            Vec::new()
        }
    }
}
