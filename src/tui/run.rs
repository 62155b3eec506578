//! The loop that meets the world: wait for an event or the next wake, update, do the effects, draw if something changed.

use super::msg::{Asker, Effect, Job, Msg, Now};
use super::state::State;
use super::update::update;
use crate::error::{Error, Result, describe_io};
use crate::ports::Clock;
use std::time::Duration;

/// Where messages come from and frames go to: the real terminal, or a test.
pub trait Stage {
    /// Waits for the next message, at most until `until` (boot time; for ever where there is none).
    /// `None` when the time has come, [`Closed`] when nothing can come any more.
    fn wait(&mut self, until: Option<Duration>) -> std::result::Result<Option<Msg>, Closed>;
    /// A message that is there already, without waiting: a burst of keys is drawn once.
    fn poll(&mut self) -> Option<Msg>;
    fn draw(&mut self, state: &State) -> std::io::Result<()>;
    /// For the worker; its answer comes back as [`Msg::Done`] with the same asker.
    fn job(&mut self, asker: Asker, job: Job);
    /// Puts the program in the background; returns after it ran again, the terminal not yet taken.
    fn suspend(&mut self) -> std::io::Result<()>;
    /// Takes the terminal again; the next frame is drawn whole.
    fn resume(&mut self) -> std::io::Result<()>;
    /// Two blank frames, so that nothing of an open vault stays in any buffer.
    fn wipe(&mut self) -> std::io::Result<()>;
}

/// The other ends of all channels are gone.
#[derive(Debug)]
pub struct Closed;

/// Runs until the program is quit; returns the exit status.
pub fn run(state: &mut State, first: Vec<Effect>, stage: &mut dyn Stage, clock: &dyn Clock) -> Result<u8> {
    let now = || Now { wall_ms: clock.now(), boot: clock.boot() };
    state.common.now = now();
    state.common.last_input = state.common.now.boot;
    if let Some(code) = perform(state, first, stage, &now)? {
        return Ok(code);
    }
    stage.draw(state).map_err(terminal_failed)?;
    loop {
        let msg = match stage.wait(state.next_wake()) {
            Ok(msg) => msg,
            Err(Closed) => return Ok(1),
        };
        let mut next = Some(msg);
        // At most so many before a frame is due, or a flood of events would freeze the picture.
        for _ in 0..64 {
            let Some(msg) = next.take() else { break };
            let mut effects = update(state, Msg::Tick(now()));
            if let Some(msg) = msg {
                effects.extend(update(state, msg));
            }
            if let Some(code) = perform(state, effects, stage, &now)? {
                return Ok(code);
            }
            next = stage.poll().map(Some);
        }
        if let Some(msg) = next.flatten() {
            let effects = update(state, msg);
            if let Some(code) = perform(state, effects, stage, &now)? {
                return Ok(code);
            }
        }
        stage.draw(state).map_err(terminal_failed)?;
    }
}

fn perform(state: &mut State, effects: Vec<Effect>, stage: &mut dyn Stage, now: &dyn Fn() -> Now) -> Result<Option<u8>> {
    for effect in effects {
        match effect {
            Effect::Job { asker, job } => {
                if matches!(job, Job::Lock { .. }) {
                    stage.wipe().map_err(terminal_failed)?;
                }
                stage.job(asker, job);
            }
            Effect::Suspend => {
                stage.suspend().map_err(terminal_failed)?;
                // The time asleep counts: the state may lock itself before anything is drawn. The terminal is taken first.
                let locked = update(state, Msg::Tick(now()));
                let mut effects = update(state, Msg::Resumed);
                effects.extend(locked);
                if let Some(code) = perform(state, effects, stage, now)? {
                    return Ok(Some(code));
                }
            }
            Effect::Retake => stage.resume().map_err(terminal_failed)?,
            Effect::Quit(code) => return Ok(Some(code)),
            Effect::Fail(error) => return Err(error),
        }
    }
    Ok(None)
}

pub(super) fn terminal_failed(error: std::io::Error) -> Error {
    Error::failed(format!("the terminal failed: {}", describe_io(&error)))
}
