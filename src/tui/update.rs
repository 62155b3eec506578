//! The one function that changes the state. Facts come in, orders go out; nothing here touches the world.

mod clipboard;
mod done;
mod keys;
mod refresh;
mod vaults;

use super::command::Command;
use super::key::Key;
use super::msg::{Asker, Done, Effect, Job, Msg, Now};
use super::screen::confirm::Confirm;
use super::screen::help::Help;
use super::screen::palette::Palette;
use super::screen::unlock::Unlock;
use super::screen::welcome::Welcome;
use super::screen::{Event, Reaction, Screen, Step};
use super::state::{Common, Layer, Start, State, Tone};
use crate::error::Error;
use crate::ops::unlock::Opening;
use std::path::PathBuf;
use std::time::Duration;

/// So long after a key nothing moves by itself: it is time for the next key.
const TYPING_PAUSE: Duration = Duration::from_millis(60);

impl State {
    pub fn new(start: Start, common: Common) -> (State, Vec<Effect>) {
        let screen = match start {
            Start::Welcome | Start::Demo => Screen::Welcome(Welcome::default()),
            Start::Unlock => Screen::Unlock(Unlock::new(&common.ways)),
        };
        let mut state = State { common, screens: Vec::new(), numbers: 0, busy_for: None };
        state.push(screen);
        let effects = match start {
            Start::Demo => react(&mut state, 0, Reaction::job(Job::OpenDemo)),
            Start::Welcome | Start::Unlock => Vec::new(),
        };
        (state, effects)
    }

    /// Opens the vault as if this had been typed.
    pub fn unlock_with(&mut self, opening: Opening) -> Vec<Effect> {
        let (screen, reaction) = Unlock::with(&self.common, opening);
        self.show_only(Screen::Unlock(screen));
        react(self, 0, reaction)
    }

    pub fn top(&self) -> &Screen {
        self.screens.last().map_or_else(|| unreachable!("the stack is never empty"), |layer| &layer.screen)
    }

    /// Whom an order of the top screen is answered to.
    pub fn asker(&self) -> Asker {
        self.acts_for(self.screens.len().saturating_sub(1))
    }

    /// Whom an order of this screen is answered to: itself; a question or the palette acts for the screen below it.
    fn acts_for(&self, at: usize) -> Asker {
        let acts = |layer: &&Layer| {
            !matches!(layer.screen, Screen::Confirm(_) | Screen::ConfirmMany(_) | Screen::Palette(_) | Screen::Help(_))
        };
        self.screens.iter().take(at + 1).rfind(acts).map(|layer| layer.number)
    }

    /// Where the screen that ordered something is now, if it is still there.
    fn place_of(&self, asker: Asker) -> Option<usize> {
        self.screens.iter().position(|layer| Some(layer.number) == asker)
    }

    fn push(&mut self, screen: Screen) {
        self.insert(self.screens.len(), screen);
    }

    fn insert(&mut self, at: usize, screen: Screen) {
        let number = self.next_number();
        self.screens.insert(at, Layer { number, screen });
    }

    fn show_only(&mut self, screen: Screen) {
        self.screens.clear();
        self.push(screen);
    }

    fn next_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
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
        let lowest = self.screens.iter().rposition(|layer| !layer.screen.behaviour().overlay()).unwrap_or(0);
        self.screens[lowest..].iter().map(|layer| &layer.screen)
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
        Msg::Done { asker, done } => done::on_done(state, asker, done),
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
        return vec![Effect::job(Job::ClearClipboard)];
    }
    Vec::new()
}

/// Shows what a stranger may see. An unlock that is remembered ends, for the person goes away.
fn lock(state: &mut State) -> Vec<Effect> {
    let is_real = state.common.open.as_ref().is_some_and(|open| !open.demo);
    let forget = is_real.then(|| state.common.vault.folder.clone());
    leave(state, forget)
}

/// Leaves the open vault, and forgets its remembered unlock where it is named.
fn leave(state: &mut State, forget: Option<PathBuf>) -> Vec<Effect> {
    close(&mut state.common);
    let common = &mut state.common;
    common.busy_since = None;
    let screen =
        if common.vault_exists { Screen::Unlock(Unlock::new(&common.ways)) } else { Screen::Welcome(Welcome::default()) };
    state.show_only(screen);
    vec![Effect::job(Job::Lock { forget })]
}

/// Forgets everything of the vault that is open.
fn close(common: &mut Common) {
    common.open = None;
    common.toast = None;
    common.undo = None;
    common.refreshing = false;
    common.refresh_again = false;
    common.clipboard_clears_at = None;
    common.counter_codes.clear();
    common.counters_asked.clear();
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
            state.push(Screen::Help(Help::new(place)));
            Vec::new()
        }
        Command::Palette => {
            let palette = Palette::new(&state.common, state.top().behaviour());
            state.push(Screen::Palette(palette));
            Vec::new()
        }
        command => to_top(state, Event::Command(command)),
    }
}

/// Quits, or asks first where something would be lost.
fn quit(state: &mut State) -> Vec<Effect> {
    close_question(state);
    match state.screens.iter().find_map(|layer| layer.screen.behaviour().unsaved()) {
        Some(what) => {
            let question = format!("Quit and lose {what}?");
            let ask = Confirm::no_undo(question, "quit", "stay", vec![Effect::Quit(0)]);
            state.push(Screen::Confirm(ask));
            Vec::new()
        }
        None => vec![Effect::Quit(0)],
    }
}

/// Takes a question off the screen as if "no" was answered.
fn close_question(state: &mut State) {
    if matches!(state.top(), Screen::Confirm(_)) {
        close_from(state, state.screens.len() - 1);
    }
}

fn to_top(state: &mut State, event: Event) -> Vec<Effect> {
    to_screen(state, state.screens.len().saturating_sub(1), event)
}

/// An answer goes to the screen that ordered it; where that is gone, to none.
fn to_asker(state: &mut State, asker: Asker, done: Done) -> Vec<Effect> {
    state.place_of(asker).map_or_else(Vec::new, |at| to_screen(state, at, Event::Done(done)))
}

fn to_screen(state: &mut State, at: usize, event: Event) -> Vec<Effect> {
    let Some(layer) = state.screens.get_mut(at) else { return Vec::new() };
    let reaction = layer.screen.behaviour_mut().handle(&mut state.common, event);
    react(state, at, reaction)
}

/// Does what the screen at this place wants. What lies above it stays where it opens another, and closes where it goes.
fn react(state: &mut State, at: usize, reaction: Reaction) -> Vec<Effect> {
    let Reaction { step, mut effects } = reaction;
    let mut asker = state.acts_for(at);
    let mut then = None;
    match step {
        Step::Stay => {}
        Step::Push(screen) => {
            state.insert(at + 1, *screen);
            asker = state.acts_for(at + 1);
        }
        Step::Replace(screen) => {
            state.screens.truncate(at);
            state.push(*screen);
            asker = state.acts_for(at);
        }
        Step::GiveUp => {
            let number = state.next_number();
            state.screens[at].number = number;
        }
        Step::Pop => close_from(state, at),
        Step::PopTo(id) => {
            close_from(state, at);
            if let Some(below) = state.screens.last_mut() {
                below.screen.behaviour_mut().show_entry(&state.common, id);
            }
        }
        Step::PopTwice => close_from(state, at.saturating_sub(1)),
        Step::PopAndDo(command) => {
            close_from(state, at);
            then = Some(command);
        }
    }
    note_orders(state, asker, &mut effects);
    if state.place_of(state.busy_for).is_none() {
        // Whoever waited for it is gone, or waits no longer.
        state.common.busy_since = None;
    }
    if let Some(command) = then {
        effects.extend(on_command(state, command));
    }
    effects
}

/// Records which screen ordered each job, and updates the spinner and the clipboard timer.
fn note_orders(state: &mut State, by: Asker, effects: &mut [Effect]) {
    for effect in effects {
        let Effect::Job { asker, job } = effect else { continue };
        *asker = by;
        if matches!(job, Job::Copy { .. }) {
            // The time runs anew from this copy: the old deadline must not clear it.
            state.common.clipboard_clears_at = None;
        }
        if job.is_waited_for() {
            state.busy_for = by;
            state.common.busy_since.get_or_insert(state.common.now.boot);
        }
    }
}

/// The lowest screen never goes.
fn close_from(state: &mut State, at: usize) {
    state.screens.truncate(at.max(1));
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
