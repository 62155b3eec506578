//! The one function that changes the state. Facts come in, orders go out; nothing here touches the world.

mod clipboard;
mod done;
mod keys;
mod refresh;
mod vaults;

use super::command::Command;
use super::key::Key;
use super::msg::{Done, Effect, Job, Msg, Now};
use super::screen::confirm::Confirm;
use super::screen::help::Help;
use super::screen::palette::Palette;
use super::screen::unlock::Unlock;
use super::screen::welcome::Welcome;
use super::screen::{Event, Reaction, Screen, Step};
use super::state::{Common, Start, State, Tone};
use crate::error::Error;
use crate::ops::unlock::Opening;
use std::time::Duration;

/// So long after a key nothing moves by itself: it is time for the next key.
const TYPING_PAUSE: Duration = Duration::from_millis(60);

impl State {
    pub fn new(start: Start, common: Common) -> (State, Vec<Effect>) {
        let (screen, effects) = match start {
            Start::Welcome => (Screen::Welcome(Welcome::default()), Vec::new()),
            Start::Unlock => (Screen::Unlock(Unlock::new(&common.ways)), Vec::new()),
            Start::Demo => (Screen::Welcome(Welcome::default()), vec![Effect::Job(Job::OpenDemo)]),
        };
        (State { common, screens: vec![screen] }, effects)
    }

    /// Opens the vault as if this had been typed.
    pub fn unlock_with(&mut self, opening: Opening) -> Vec<Effect> {
        let (screen, reaction) = Unlock::with(&self.common.ways, opening);
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
        // A frame for the bars alone would hold up the answer to the next key, whose frame moves them, too.
        let below = self.visible().filter_map(|screen| screen.behaviour().next_change(common)).min();
        let below = below.map(|at| at.max(common.last_input + TYPING_PAUSE));
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
            done::tell_vault_changed(state);
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
        Msg::FilesChanged => refresh::ask(&mut state.common),
        // The tick before this one has already checked auto-lock by boot time.
        Msg::Resumed => std::iter::once(Effect::Retake).chain(refresh::ask(&mut state.common)).collect(),
        Msg::Terminate(signal) => vec![Effect::Quit(128u8.saturating_add(signal.unsigned_abs() as u8))],
        Msg::Done(done) => done::on_done(state, done),
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
    let screen =
        if common.vault_exists { Screen::Unlock(Unlock::new(&common.ways)) } else { Screen::Welcome(Welcome::default()) };
    state.screens = vec![screen];
    vec![Effect::Job(Job::Lock)]
}

fn on_key(state: &mut State, key: Key) -> Vec<Effect> {
    let top = state.top().behaviour();
    let types = top.typing() && key.typed().is_some();
    let command = (!types).then(|| state.common.keymap.command(top.place(), key)).flatten();
    match command {
        Some(command) => on_command(state, command),
        // No answer to the question: the key is meant for what lies below.
        None if matches!(state.top(), Screen::Confirm(_)) => {
            close_question(state);
            on_key(state, key)
        }
        None => {
            if !types && key.typed().is_some_and(|letter| letter.is_alphabetic() && !letter.is_ascii()) {
                tell_layout(&mut state.common);
            }
            to_top(state, Event::Key(key))
        }
    }
}

/// Once: a key that means nothing may be on the place of one that does, on another layout.
fn tell_layout(common: &mut Common) {
    if !std::mem::replace(&mut common.layout_told, true) {
        common.say(Tone::Note, "Keys are those of the Latin layout; [keys] in the configuration maps others");
    }
}

fn on_command(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::Lock if state.common.open.is_some() => lock(state),
        Command::Lock => Vec::new(),
        Command::Suspend => vec![Effect::Suspend],
        Command::Quit => quit(state),
        Command::Help => {
            let place = state.top().behaviour().place();
            state.screens.push(Screen::Help(Help::new(place)));
            Vec::new()
        }
        Command::Palette => {
            let palette = Palette::new(&state.common, state.top().behaviour());
            state.screens.push(Screen::Palette(palette));
            Vec::new()
        }
        command => to_top(state, Event::Command(command)),
    }
}

/// Quits, or asks first where something would be lost.
fn quit(state: &mut State) -> Vec<Effect> {
    close_question(state);
    match state.screens.iter().find_map(|screen| screen.behaviour().unsaved()) {
        Some(what) => {
            let question = format!("Quit and lose {what}?");
            let ask = Confirm::no_undo(question, "quit", "stay", vec![Effect::Quit(0)]);
            state.screens.push(Screen::Confirm(ask));
            Vec::new()
        }
        None => vec![Effect::Quit(0)],
    }
}

/// Takes a question off the screen as if "no" was answered.
fn close_question(state: &mut State) {
    if matches!(state.top(), Screen::Confirm(_)) {
        pop(state);
    }
}

fn to_top(state: &mut State, event: Event) -> Vec<Effect> {
    let Some(top) = state.screens.last_mut() else { return Vec::new() };
    let reaction = top.behaviour_mut().handle(&mut state.common, event);
    react(state, reaction)
}

/// For answers of the worker: neither a question in the last lines nor the help swallows them.
fn to_asker(state: &mut State, done: Done) -> Vec<Effect> {
    let asks = |screen: &Screen| !screen.behaviour().overlay() && !matches!(screen, Screen::Help(_) | Screen::Palette(_));
    let Some(at) = state.screens.iter().rposition(asks) else { return Vec::new() };
    let reaction = state.screens[at].behaviour_mut().handle(&mut state.common, Event::Done(done));
    // What lies above is closed where the screen below it goes.
    if !matches!(reaction.step, Step::Stay) {
        state.screens.truncate(at + 1);
    }
    react(state, reaction)
}

fn react(state: &mut State, mut reaction: Reaction) -> Vec<Effect> {
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
        Step::PopAndDo(command) => {
            pop(state);
            reaction.effects.extend(on_command(state, command));
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
                | Job::Keys { .. }
                | Job::Send { .. }
                | Job::OpenDemo
                | Job::Read { .. }
                | Job::ForeseeExport { .. }
                | Job::MakeExport { .. }
                | Job::SaveExport { .. }
                | Job::Mend { .. }
                | Job::PlanCopy { .. }
                | Job::TakeCopy { .. }
        )
    }
}
