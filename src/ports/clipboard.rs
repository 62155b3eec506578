//! The system's clipboard by whichever way reaches it. What was copied is cleared only while it is still there.
//! A new way is a [`Way`], a row of [`ClipboardRoute`], and its place in [`order`].

mod board;
pub mod commands;
pub mod holder;
pub mod osc52;

use super::program;
use super::{Clearing, Clipboard, ClipboardRoute, CopyKind, Picture};
use crate::pixels;
use crate::secret::SecretText;
use std::io::Write;
use std::process::Command;
use std::time::Duration;

/// How long another program may take to hand over or take a text.
const PATIENCE: Duration = Duration::from_secs(3);
/// The same for a picture.
const PICTURE_PATIENCE: Duration = Duration::from_secs(10);

/// What the environment tells of the ways to a clipboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// A desktop that arboard can reach: X11, Wayland, or macOS itself.
    pub desktop: bool,
    pub wayland: bool,
    /// Logged in from elsewhere: the clipboard wanted is at the other end.
    pub ssh: bool,
    pub tmux: bool,
    /// Inside GNU screen, which passes sequences on only when wrapped.
    pub screen: bool,
    pub wl_copy: bool,
    /// There is a terminal to write sequences to.
    pub terminal: bool,
}

impl Surroundings {
    pub fn of_this_process(terminal: bool) -> Self {
        let wayland = program::is_set("WAYLAND_DISPLAY");
        Surroundings {
            desktop: wayland || program::is_set("DISPLAY") || cfg!(target_os = "macos"),
            wayland,
            ssh: program::is_set("SSH_TTY") || program::is_set("SSH_CONNECTION"),
            tmux: program::is_set("TMUX"),
            screen: program::is_set("STY"),
            wl_copy: program::on_path("wl-copy").is_some(),
            terminal,
        }
    }
}

/// The ways worth trying, best first. Over SSH the terminal is asked, since its machine is where one pastes; inside tmux
/// that means tmux, which ignores OSC 52 by default. A long-lived secret goes neither through a terminal nor into tmux.
pub fn order(around: &Surroundings, kind: CopyKind) -> Vec<ClipboardRoute> {
    use ClipboardRoute::*;
    let mut routes = Vec::new();
    let through_terminal = [(Tmux, around.tmux), (Osc52, around.terminal)];
    let on_desktop = [(System, around.desktop), (WlCopy, around.wayland && around.wl_copy)];
    let code = kind == CopyKind::Code;
    let through_terminal = through_terminal.map(|(route, there)| (route, there && code));
    let candidates =
        if around.ssh { through_terminal.into_iter().chain(on_desktop) } else { on_desktop.into_iter().chain(through_terminal) };
    routes.extend(candidates.filter(|(_, there)| *there).map(|(route, _)| route));
    routes
}

/// Why a copy is not known to have been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCopied {
    /// A sentence that does not quote the text.
    pub why: String,
    /// The clipboard may hold the text all the same.
    pub may_hold_it: bool,
}

impl From<&str> for NotCopied {
    fn from(why: &str) -> Self {
        NotCopied { why: why.into(), may_hold_it: false }
    }
}

impl From<program::Failure> for NotCopied {
    fn from(failure: program::Failure) -> Self {
        NotCopied { may_hold_it: !failure.refused, why: failure.sentence }
    }
}

/// One way to a clipboard.
pub trait Way: Send {
    fn copy(&mut self, text: &str) -> Result<(), NotCopied>;
    /// What the clipboard holds; `None` where that is no text, an error where it could not be asked.
    fn text(&mut self) -> Result<Option<SecretText>, String>;
    fn clear(&mut self) -> Result<(), String>;
    fn picture(&mut self) -> Option<Picture> {
        None
    }
}

/// The clipboard by the first way that works.
pub struct RoutedClipboard {
    around: Surroundings,
    ways: Vec<(ClipboardRoute, Box<dyn Way>)>,
    /// What was, or may have been, put where, and is not known to be gone.
    ours: Vec<(ClipboardRoute, SecretText)>,
}

impl RoutedClipboard {
    /// The real one. Nothing is opened before the first use, which may take a while: call it away from the screen's thread.
    pub fn new(terminal: Option<Box<dyn Write + Send>>) -> Self {
        let around = Surroundings::of_this_process(terminal.is_some());
        let mut ways: Vec<(ClipboardRoute, Box<dyn Way>)> = vec![
            (ClipboardRoute::System, Box::new(board::Board::default())),
            (ClipboardRoute::WlCopy, Box::new(commands::WlCopy)),
            (ClipboardRoute::Tmux, Box::new(commands::Tmux::default())),
        ];
        if let Some(terminal) = terminal {
            ways.push((ClipboardRoute::Osc52, Box::new(osc52::Osc52::new(terminal, around.screen))));
        }
        RoutedClipboard::with(around, ways)
    }

    pub fn with(around: Surroundings, ways: Vec<(ClipboardRoute, Box<dyn Way>)>) -> Self {
        RoutedClipboard { around, ways, ours: Vec::new() }
    }

    fn way(&mut self, route: ClipboardRoute) -> Option<&mut dyn Way> {
        let (_, way) = self.ways.iter_mut().find(|(each, _)| *each == route)?;
        Some(way.as_mut())
    }

    /// Clears what is ours of those, and forgets it only once it is known to be gone.
    fn clear(&mut self, those: impl Fn(ClipboardRoute, &SecretText) -> bool) -> Clearing {
        let mut outcome = Clearing::NotOurs;
        for (route, text) in std::mem::take(&mut self.ours) {
            if !those(route, &text) {
                self.ours.push((route, text));
                continue;
            }
            let Some(way) = self.way(route) else { continue };
            let cleared = way.text().and_then(|found| match found.as_ref() == Some(&text) {
                true => way.clear().map(|()| Clearing::Cleared(route)),
                false => Ok(Clearing::NotOurs),
            });
            let cleared = cleared.unwrap_or(Clearing::Failed);
            if cleared == Clearing::Failed {
                self.ours.push((route, text));
            }
            outcome = outcome.max(cleared);
        }
        outcome
    }
}

impl Clipboard for RoutedClipboard {
    fn copy(&mut self, text: &SecretText, kind: CopyKind) -> Result<ClipboardRoute, String> {
        let mut why = Vec::new();
        for route in order(&self.around, kind) {
            let Some(way) = self.way(route) else { continue };
            match way.copy(text.expose()) {
                Ok(()) => {
                    self.clear(|former, _| former != route);
                    self.ours.retain(|(former, _)| *former != route);
                    // What went through the terminal can be neither looked at nor cleared.
                    if route != ClipboardRoute::Osc52 {
                        self.ours.push((route, text.clone()));
                    }
                    return Ok(route);
                }
                Err(NotCopied { why: error, may_hold_it }) => {
                    if may_hold_it {
                        self.ours.push((route, text.clone()));
                    }
                    why.push(error);
                }
            }
        }
        self.clear(|_, held| held == text);
        match (why.is_empty(), kind) {
            (false, _) => Err(format!("no clipboard could be reached: {}", why.join("; "))),
            (true, CopyKind::Code) => Err("no clipboard was found".into()),
            (true, CopyKind::Secret) => Err("no clipboard was found that is safe for a secret".into()),
        }
    }

    fn clear_if_ours(&mut self) -> Clearing {
        self.clear(|_, _| true)
    }

    /// The programs go first: what they hand over is decoded here, within bounds that arboard does not keep.
    fn picture(&mut self) -> Result<Picture, String> {
        let mut commands = Vec::new();
        if self.around.wayland {
            commands.push(("wl-paste", &["--no-newline", "--type", "image/png"][..]));
        }
        if self.around.desktop {
            commands.push(("xclip", &["-selection", "clipboard", "-target", "image/png", "-out"][..]));
        }
        for (name, arguments) in commands {
            if let Some(file) = program::on_path(name)
                && let Ok(png) = program::run(Command::new(file).args(arguments), b"", pixels::MAX_FILE, PICTURE_PATIENCE)
                && !png.is_empty()
            {
                return pixels::decode(&png).map_err(|error| error.what);
            }
        }
        if self.around.desktop
            && let Some(picture) = self.way(ClipboardRoute::System).and_then(|way| way.picture())
        {
            return pixels::check_size(picture.width, picture.height).map(|()| picture).map_err(|error| error.what);
        }
        Err(if self.around.desktop { "there is no picture in the clipboard" } else { "no clipboard was found" }.into())
    }
}

/// What is ours never outlives the program, however it ends.
impl Drop for RoutedClipboard {
    fn drop(&mut self) {
        self.clear_if_ours();
    }
}
