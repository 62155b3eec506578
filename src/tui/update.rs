//! The one function that changes the state. Facts come in, orders go out; nothing here touches the world.

mod clipboard;

use super::command::Command;
use super::key::Key;
use super::keymap::Place;
use super::msg::{Copied, Done, Effect, Job, Msg, Now, Snapshot, Then};
use super::screen::confirm::Confirm;
use super::screen::list::List;
use super::screen::unlock::Unlock;
use super::screen::welcome::Welcome;
use super::screen::{Event, Reaction, Screen, Step};
use super::state::{COUNTER_CODE_SHOWN, Common, CounterCode, Start, State, Tone, Undo, sentence};
use crate::error::{Error, Result};
use crate::ops::change::Outcome;
use crate::ports::CopyKind;
use crate::secret::SecretText;
use std::time::Duration;

impl State {
    pub fn new(start: Start, common: Common) -> (State, Vec<Effect>) {
        let (screen, effects) = match start {
            Start::Welcome => (Screen::Welcome(Welcome::default()), Vec::new()),
            Start::Unlock => (Screen::Unlock(Unlock::new()), Vec::new()),
            Start::Demo => (Screen::Welcome(Welcome::default()), vec![Effect::Job(Job::OpenDemo)]),
        };
        (State { common, screens: vec![screen] }, effects)
    }

    /// Opens the vault as if this had been typed.
    pub fn unlock_with(&mut self, passphrase: SecretText) -> Vec<Effect> {
        let (screen, reaction) = Unlock::with(passphrase);
        self.screens = vec![Screen::Unlock(screen)];
        react(self, reaction)
    }

    pub fn top(&self) -> &Screen {
        self.screens.last().unwrap_or_else(|| unreachable!("the stack is never empty"))
    }

    /// When something on the screen, the clipboard or the lock is due, in boot time; `None` while only an event can change anything.
    pub fn next_wake(&self) -> Option<Duration> {
        let common = &self.common;
        let spinner = common.busy_since.map(|_| common.now.boot + Duration::from_millis(100));
        let toast = common.toast.as_ref().map(|toast| toast.until);
        let below = self.visible().filter_map(|screen| screen.behaviour().next_change(common)).min();
        [spinner, toast, below, common.clipboard_clears_at, common.locks_at()].into_iter().flatten().min()
    }

    /// The screens that are drawn, from the lowest.
    pub fn visible(&self) -> impl Iterator<Item = &Screen> {
        let lowest = self.screens.iter().rposition(|screen| !screen.behaviour().overlay()).unwrap_or(0);
        self.screens[lowest..].iter()
    }
}

pub fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Tick(now) => tick(state, now),
        Msg::Resize { width, height } => {
            state.common.size = (width, height);
            tell_vault_changed(state);
            Vec::new()
        }
        Msg::Key(key) => {
            state.common.last_input = state.common.now.boot;
            on_key(state, key)
        }
        Msg::Paste(text) => {
            state.common.last_input = state.common.now.boot;
            to_top(state, Event::Paste(text))
        }
        Msg::Mouse { act, column, row } => {
            state.common.last_input = state.common.now.boot;
            to_top(state, Event::Mouse { act, column, row })
        }
        Msg::FilesChanged => refresh(&mut state.common),
        // The tick before this one has already checked auto-lock by boot time.
        Msg::Resumed => std::iter::once(Effect::Retake).chain(refresh(&mut state.common)).collect(),
        Msg::Terminate(signal) => vec![Effect::Quit(128u8.saturating_add(signal.unsigned_abs() as u8))],
        Msg::Done(done) => on_done(state, done),
        Msg::WorkerGone => {
            let error = Error::failed("an internal error ended the work on the vault");
            vec![Effect::Fail(error.hint("what was saved before is safe; please report what you did last"))]
        }
    }
}

fn tick(state: &mut State, now: Now) -> Vec<Effect> {
    let common = &mut state.common;
    common.now = now;
    common.counter_codes.retain(|_, shown| shown.until > now.boot);
    if common.toast.as_ref().is_some_and(|toast| toast.until <= now.boot) {
        common.toast = None;
    }
    if common.locks_at().is_some_and(|at| at <= now.boot) {
        return lock(state);
    }
    if common.clipboard_clears_at.is_some_and(|at| at <= now.boot) {
        common.clipboard_clears_at = None;
        return vec![Effect::Job(Job::ClearClipboard)];
    }
    Vec::new()
}

/// Forgets everything of the vault and shows what a stranger may see.
fn lock(state: &mut State) -> Vec<Effect> {
    let common = &mut state.common;
    common.open = None;
    common.toast = None;
    common.undo = None;
    common.busy_since = None;
    common.refreshing = false;
    common.refresh_again = false;
    common.clipboard_clears_at = None;
    common.counter_codes.clear();
    common.counters_asked.clear();
    let screen = if common.vault_exists { Screen::Unlock(Unlock::new()) } else { Screen::Welcome(Welcome::default()) };
    state.screens = vec![screen];
    vec![Effect::Job(Job::Lock)]
}

fn on_key(state: &mut State, key: Key) -> Vec<Effect> {
    let top = state.top().behaviour();
    let types = top.typing() && key.typed().is_some();
    let command = (!types).then(|| state.common.keymap.command(top.place(), key)).flatten();
    match command {
        Some(Command::Lock) if state.common.open.is_some() => lock(state),
        Some(Command::Lock) => Vec::new(),
        Some(Command::Suspend) => vec![Effect::Suspend],
        Some(Command::Quit) => quit(state),
        Some(Command::Help) => {
            let place = top.place();
            state.screens.push(Screen::Help(super::screen::help::Help::new(place)));
            Vec::new()
        }
        Some(command) => to_top(state, Event::Command(command)),
        None => to_top(state, Event::Key(key)),
    }
}

/// Quits, or asks first where something would be lost. A second Ctrl-C at the question means yes.
fn quit(state: &mut State) -> Vec<Effect> {
    let asking = matches!(state.top(), Screen::Confirm(_));
    let unsaved = state.screens.iter().find_map(|screen| screen.behaviour().unsaved());
    match unsaved {
        Some(what) if !asking => {
            let question = format!("Quit and lose {what}?");
            state.screens.push(Screen::Confirm(Confirm {
                question,
                yes_word: "quit",
                yes: vec![Effect::Quit(0)],
                leaves: false,
            }));
            Vec::new()
        }
        _ => vec![Effect::Quit(0)],
    }
}

fn to_top(state: &mut State, event: Event) -> Vec<Effect> {
    let Some(top) = state.screens.last_mut() else { return Vec::new() };
    let reaction = top.behaviour_mut().handle(&mut state.common, event);
    react(state, reaction)
}

/// For answers of the worker: neither a question in the last lines nor the help swallows them.
fn to_asker(state: &mut State, done: Done) -> Vec<Effect> {
    let asks = |screen: &Screen| !screen.behaviour().overlay() && !matches!(screen, Screen::Help(_));
    let Some(at) = state.screens.iter().rposition(asks) else { return Vec::new() };
    let reaction = state.screens[at].behaviour_mut().handle(&mut state.common, Event::Done(done));
    // What lies above is closed where the screen below it goes.
    if !matches!(reaction.step, Step::Stay) {
        state.screens.truncate(at + 1);
    }
    react(state, reaction)
}

fn react(state: &mut State, reaction: Reaction) -> Vec<Effect> {
    match reaction.step {
        Step::Stay => {}
        Step::Push(screen) => state.screens.push(*screen),
        Step::Replace(screen) => {
            state.screens.pop();
            state.screens.push(*screen);
        }
        Step::Pop => pop(state),
        Step::PopTo(id) => {
            pop(state);
            if let Some(below) = state.screens.last_mut() {
                below.behaviour_mut().show_entry(&state.common, id);
            }
        }
        Step::PopTwice => {
            pop(state);
            pop(state);
        }
    }
    if reaction.effects.iter().any(|effect| matches!(effect, Effect::Job(Job::Copy { .. }))) {
        // The time runs anew from this copy: the old deadline must not clear it.
        state.common.clipboard_clears_at = None;
    }
    let waits = |effect: &Effect| matches!(effect, Effect::Job(job) if job.is_waited_for());
    if state.common.busy_since.is_none() && reaction.effects.iter().any(waits) {
        state.common.busy_since = Some(state.common.now.boot);
    }
    reaction.effects
}

fn pop(state: &mut State) {
    if state.screens.len() > 1 {
        state.screens.pop();
    }
}

impl Job {
    /// Whether the person looks at a spinner until it is done.
    pub fn is_waited_for(&self) -> bool {
        matches!(
            self,
            Job::Create { .. }
                | Job::Unlock { .. }
                | Job::OpenDemo
                | Job::ReadClipboardPicture
                | Job::ReadScreen
                | Job::ReadFile(_)
        )
    }
}

fn on_done(state: &mut State, done: Done) -> Vec<Effect> {
    // What was still under way when the vault was locked says nothing any more: a locked screen tells a stranger nothing.
    match done {
        Done::ClipboardCleared(clearing) if state.common.open.is_none() => {
            clipboard::settled(&mut state.common, clearing);
            Vec::new()
        }
        Done::Applied { .. } | Done::Copied { .. } | Done::Refreshed(_) | Done::Found { .. } | Done::Completions { .. }
            if state.common.open.is_none() =>
        {
            Vec::new()
        }
        Done::Opened(Ok(snapshot)) => {
            state.common.busy_since = None;
            opened(state, snapshot)
        }
        Done::Opened(Err(_)) => {
            state.common.busy_since = None;
            to_asker(state, done)
        }
        Done::Found { .. } => {
            state.common.busy_since = None;
            to_asker(state, done)
        }
        Done::Applied { snapshot, result, then } => applied(state, snapshot, result, then),
        Done::Copied { result, said, usage } => {
            if let Some(open) = &mut state.common.open {
                open.usage = usage;
            }
            clipboard::copied(state, result, said)
        }
        Done::Refreshed(result) => refreshed(state, result),
        Done::ClipboardCleared(clearing) => {
            clipboard::cleared(&mut state.common, clearing);
            Vec::new()
        }
        Done::Locked(clearing) => {
            clipboard::settled(&mut state.common, clearing);
            Vec::new()
        }
        Done::Completions { .. } | Done::Strength { .. } | Done::Generated(_) => to_asker(state, done),
    }
}

fn opened(state: &mut State, mut snapshot: Snapshot) -> Vec<Effect> {
    let warnings = std::mem::take(&mut snapshot.warnings);
    state.common.vault_exists |= !snapshot.demo;
    state.common.last_input = state.common.now.boot;
    state.common.open = Some(snapshot);
    state.screens = vec![Screen::List(List::new(&state.common))];
    if !warnings.is_empty() {
        state.common.say(Tone::Warning, warnings.join(" · "));
    }
    Vec::new()
}

/// Asks for what others wrote, once however often they write.
fn refresh(common: &mut Common) -> Vec<Effect> {
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

fn refreshed(state: &mut State, result: Result<Option<Snapshot>>) -> Vec<Effect> {
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
        true => refresh(&mut state.common),
        false => Vec::new(),
    }
}

/// Takes in a newer vault. After locking, an answer that was still under way must not bring it back.
fn renew(state: &mut State, snapshot: Option<Snapshot>) {
    if let (Some(snapshot), true) = (snapshot, state.common.open.is_some()) {
        state.common.open = Some(snapshot);
        tell_vault_changed(state);
    }
}

fn tell_vault_changed(state: &mut State) {
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
            state.common.say(Tone::Done, format!("{}: {what}", if *again { "Done again" } else { "Taken back" }));
            Vec::new()
        }
        Then::CopyNextCode(id) => {
            let Some((code, counter)) = outcome.code else { return Vec::new() };
            let until = state.common.now.boot + COUNTER_CODE_SHOWN;
            state.common.counter_codes.insert(*id, CounterCode { code: code.clone(), counter, until });
            let entry = state.common.open.as_ref().and_then(|open| open.vault.entry(*id));
            let what = entry.map_or_else(String::new, |entry| state.common.name_of(entry));
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

fn undo_hint(common: &Common) -> String {
    match (&common.undo, common.keymap.key(Place::List, Command::Undo)) {
        (Some(_), Some(key)) => format!("{} takes it back", key.sign()),
        _ => String::new(),
    }
}
