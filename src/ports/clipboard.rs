//! The system's clipboard by whichever way reaches it. What was copied is cleared only while it is still there.
//! A new way is a [`Way`], a row of [`ClipboardRoute`], and its place in [`order`].

mod board;
pub mod commands;
pub mod holder;
pub mod osc52;

use super::program;
use super::{Clipboard, ClipboardRoute, CopyKind, Picture, pixels};
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

/// One way to a clipboard.
pub trait Way: Send {
    /// The error is a sentence that does not quote the text.
    fn copy(&mut self, text: &str) -> Result<(), String>;
    /// What the clipboard holds; `None` where it holds no text or can't be read this way.
    fn text(&mut self) -> Option<SecretText>;
    fn clear(&mut self) -> Result<(), String>;
    fn picture(&mut self) -> Option<Picture> {
        None
    }
}

/// The clipboard by the first way that works.
pub struct RoutedClipboard {
    around: Surroundings,
    ways: Vec<(ClipboardRoute, Box<dyn Way>)>,
    ours: Option<(ClipboardRoute, SecretText)>,
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
        RoutedClipboard { around, ways, ours: None }
    }

    fn way(&mut self, route: ClipboardRoute) -> Option<&mut dyn Way> {
        let (_, way) = self.ways.iter_mut().find(|(each, _)| *each == route)?;
        Some(way.as_mut())
    }
}

impl Clipboard for RoutedClipboard {
    fn copy(&mut self, text: &SecretText, kind: CopyKind) -> Result<ClipboardRoute, String> {
        let mut why = Vec::new();
        for route in order(&self.around, kind) {
            let Some(way) = self.way(route) else { continue };
            match way.copy(text.expose()) {
                Ok(()) => {
                    if self.ours.as_ref().is_some_and(|(former, _)| *former != route) {
                        self.clear_if_ours();
                    }
                    self.ours = Some((route, text.clone()));
                    return Ok(route);
                }
                Err(error) => why.push(error),
            }
        }
        match (why.is_empty(), kind) {
            (false, _) => Err(format!("no clipboard could be reached: {}", why.join("; "))),
            (true, CopyKind::Code) => Err("no clipboard was found".into()),
            (true, CopyKind::Secret) => Err("no clipboard was found that is safe for a secret".into()),
        }
    }

    fn clear_if_ours(&mut self) -> bool {
        let Some((route, text)) = self.ours.take() else { return false };
        self.way(route).is_some_and(|way| way.text().as_ref() == Some(&text) && way.clear().is_ok())
    }

    fn picture(&mut self) -> Result<Picture, String> {
        if self.around.desktop
            && let Some(picture) = self.way(ClipboardRoute::System).and_then(|way| way.picture())
        {
            return Ok(picture);
        }
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
                return pixels::decode(&png);
            }
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
