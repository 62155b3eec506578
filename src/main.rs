//! Builds the real ports, starts one of the two front ends, and gives back its exit status.

#![forbid(unsafe_code)]

use countersign::cli::desk::Outside;
use countersign::cli::output::Output;
use countersign::cli::{self, Globals, Start};
use countersign::error::{ErrorKind, Result};
use countersign::ops::unlock::Opening;
use countersign::ops::vaults::Named;
use countersign::ports::clipboard::{RoutedClipboard, Surroundings, holder};
use countersign::ports::disk::Disk;
use countersign::ports::git::SystemGit;
use countersign::ports::keyring::KernelKeyring;
use countersign::ports::process::Programs;
use countersign::ports::prompt::TerminalPrompt;
use countersign::ports::system::{SystemClock, SystemEntropy};
use countersign::ports::terminal::{self, tty};
use countersign::ports::watch::FolderWatch;
use countersign::ports::{Environment, capture, environment, hardening};
use countersign::tui::{self, Launch, state, theme::Theme, worker::Worker};
use countersign::vault::store::{self, DEFAULT_WORK_FACTOR, Presence, World};
use std::alloc::System;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

/// Every freed block is wiped, those of the libraries too.
#[global_allocator]
static WIPED: zeroizing_alloc::ZeroAlloc<System> = zeroizing_alloc::ZeroAlloc(System);

fn main() -> ExitCode {
    hardening::forbid_dumps();
    hardening::hide_panic_data();
    let arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == holder::SUB_COMMAND) {
        return holder::hold_clipboard_main(&arguments[2..]).into();
    }
    let start = cli::parse(arguments);
    let status = match start {
        Start::Done(status) => Ok(status),
        Start::Command(invocation) => environment::read().map(|environment| cli::run(invocation, outside(environment))),
        Start::Screens { globals, demo } => {
            let output = Output::new(false, false).naming_commands(globals.naming());
            let status = environment::read().and_then(|environment| screens(&globals, demo, environment));
            Ok(status.unwrap_or_else(|error| output.finish(Err(error))))
        }
    };
    status.unwrap_or_else(|error| Output::new(false, false).finish(Err(error))).into()
}

fn world(environment: &Environment) -> World {
    World {
        storage: Arc::new(Disk),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        keyring: Arc::new(KernelKeyring),
        state_folder: environment.state_folder.clone(),
    }
}

fn outside(environment: Environment) -> Outside {
    Outside {
        world: world(&environment),
        environment,
        prompt: Arc::new(TerminalPrompt),
        clipboard: Box::new(|| Box::new(RoutedClipboard::new(None))),
        capture: Box::new(|command| Box::new(capture::Screenshot::new(capture::Surroundings::of_this_process(command)))),
        process: Arc::new(Programs),
        hand_over: Box::new(|text, seconds| {
            let terminal = tty::open_controlling().ok().map(|file| Box::new(file) as Box<dyn Write + Send>);
            let around = Surroundings::of_this_process(terminal.is_some());
            holder::copy_and_hand_over(text, seconds, &around, terminal, &holder::Holder::itself()?)
        }),
        git: Box::new(|interactive| Box::new(SystemGit { interactive })),
    }
}

/// The full-screen program.
fn screens(globals: &Globals, demo: bool, environment: Environment) -> Result<u8> {
    let world = world(&environment);
    let config = globals.load_config(&*world.storage, &environment)?;
    let vault = globals.vault_folder(&*world.storage, &config, &environment)?;
    let usual_vault = Globals { vault: None, ..globals.clone() }.vault_folder(&*world.storage, &config, &environment)?;
    let presence = store::presence(&world, &vault);
    let (start, vault_exists) = match demo {
        // A damaged vault is one too: it must not be offered to make another in its place.
        true => (state::Start::Demo, !matches!(presence, Ok(Presence::Nothing))),
        false => match presence {
            Ok(Presence::Nothing) => (state::Start::Welcome, false),
            Ok(Presence::Vault) => (state::Start::Unlock, true),
            // Unlocking says what is wrong with it, and offers a backup.
            Err(error) if error.kind == ErrorKind::VaultDamaged => (state::Start::Unlock, true),
            Err(error) => return Err(error),
        },
    };
    let vault_is_gone = start == state::Start::Welcome && store::was_here(&world, &vault);
    let opening = match start {
        state::Start::Unlock => globals
            .given_opening(&*world.storage, &environment)?
            .or_else(|| store::is_remembered(&world, &vault).then_some(Opening::Remembered)),
        _ => None,
    };
    let ways = if start == state::Start::Unlock { store::ways(&world, &vault) } else { Vec::new() };
    let color = globals.wants_color_on_screen(&environment);
    let theme = Theme::built_in(if color { &config.theme } else { "mono" })?;
    let config_file = globals.config_file(&environment).to_owned();
    let terminal = terminal::open(config.mouse)?;
    let clipboard = Box::new(RoutedClipboard::new(Some(Box::new(terminal.writer()))));
    let capture = Box::new(capture::Screenshot::new(capture::Surroundings::of_this_process(config.screenshot_command.clone())));
    let clock = world.clock.clone();
    let backups = globals.backup_policy(&config, &environment);
    let named = Named::of(&vault);
    let mut worker = Worker::new(world, clipboard, capture, vault, environment.home, globals.trust(), DEFAULT_WORK_FACTOR)
        .watching(Box::new(FolderWatch::default()));
    worker.backups = backups;
    worker.beside = environment.data_folder;
    let launch = Launch {
        config,
        config_file,
        theme,
        color,
        vault: named,
        usual_vault,
        naming: globals.naming(),
        start,
        vault_exists,
        vault_is_gone,
        ways,
        opening,
    };
    tui::launch(launch, terminal, worker, clock)
}
