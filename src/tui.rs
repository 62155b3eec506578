//! The full-screen program: key → keymap → `Command` → `update(&mut State, Msg) -> Vec<Effect>` → the worker → `Msg`;
//! `view(&State)` is pure. Screens are a stack of a closed enum; a new one is its file, a row in `screen.rs`, and its keys.

pub mod command;
pub mod key;
pub mod keymap;
pub mod layout;
pub mod msg;
pub mod names;
pub mod run;
pub mod screen;
pub mod stage;
pub mod state;
pub mod theme;
pub mod update;
pub mod view;
pub mod widget;
pub mod worker;

use crate::config::Config;
use crate::error::Result;
use crate::hint::Naming;
use crate::ops::unlock::Opening;
use crate::ops::vaults::Named;
use crate::ports::{Clock, Terminal};
use crate::vault::store::Way;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use worker::Worker;

/// What the program is started with.
pub struct Launch {
    pub config: Config,
    /// Where it came from, and changes to it go.
    pub config_file: PathBuf,
    pub theme: theme::Theme,
    /// Whether colours are welcome.
    pub color: bool,
    pub vault: Named,
    /// The one that a command takes without being told.
    pub usual_vault: PathBuf,
    pub naming: Naming,
    pub start: state::Start,
    /// Whether a vault is on the disk, also while the demo is shown.
    pub vault_exists: bool,
    /// Whether there was one, as this machine remembers.
    pub vault_is_gone: bool,
    /// The ways to unlock it that its files tell of.
    pub ways: Vec<Way>,
    /// Opens the vault at once, without asking.
    pub opening: Option<Opening>,
}

/// Runs the full-screen program on a terminal; returns the exit status.
pub fn launch<T>(launch: Launch, terminal: T, worker: Worker, clock: Arc<dyn Clock>) -> Result<u8>
where
    T: Terminal<Error = io::Error>,
{
    let keymap = keymap::Keymap::with_overrides(&launch.config.keys)?;
    let mut stage = stage::TerminalStage::new(terminal, worker, clock.clone()).map_err(run::terminal_failed)?;
    let mut common = state::Common::new(launch.config, keymap, launch.theme, launch.vault);
    common.size = stage.size().map_err(run::terminal_failed)?;
    common.vault_exists = launch.vault_exists;
    common.vault_is_gone = launch.vault_is_gone;
    common.color = launch.color;
    common.config_file = Some(launch.config_file);
    common.ways = launch.ways;
    common.usual_vault = launch.usual_vault;
    common.naming = Some(launch.naming);
    let (mut state, mut first) = state::State::new(launch.start, common);
    if let Some(opening) = launch.opening {
        first.extend(state.unlock_with(opening));
    }
    let code = run::run(&mut state, first, &mut stage, clock.as_ref())?;
    stage.leave().map_err(run::terminal_failed)?;
    Ok(code)
}
