//! Where accounts come from, for enrolling and for importing: a picture, files, links. What was typed stays through errors
//! and through the steps after it; parts of a transfer are gathered here, and what is locked is asked its password.

mod draw;
mod locked;
mod paste;

use super::Event;
use crate::error::{Error, ErrorKind};
use crate::ops::intake::{Intake, Refused};
use crate::secret::SecretText;
use crate::transfer::{self, Found};
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::body_of;
use crate::tui::msg::{Done, Job, MouseAct, Origin, Reading};
use crate::tui::state::{Common, sentence};
use crate::tui::theme::Role;
use crate::tui::widget::menu::Menu;
use crate::tui::widget::path::{PathEntry, Typed, is_dropped};
use draw::top;
use locked::Locked;
use paste::Paste;

#[derive(Debug)]
pub struct Source {
    purpose: Purpose,
    mode: Mode,
    menu: Menu,
    path: PathEntry,
    paste: Paste,
    /// What was read so far.
    pub intake: Intake,
    said: Option<Said>,
    /// What is being read.
    waiting: Option<Origin>,
}

/// What the accounts are read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Enrol,
    Import,
}

#[derive(Debug, Default)]
enum Mode {
    #[default]
    Menu,
    Path,
    Link,
    Locked(Box<Locked>),
}

#[derive(Debug)]
struct Said {
    what: String,
    hint: String,
    role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    GoOn,
    Clipboard,
    Screen,
    File,
    Link,
    Type,
}

/// What the screen around it is to do.
#[derive(Debug)]
pub enum Wish {
    Nothing,
    Do(Job),
    /// What is being read is waited for no longer.
    GiveUp,
    Leave,
    /// The secret is to be typed.
    Type,
    /// All that there is has been read; from where, in the user's words.
    GoOn(&'static str),
}

impl Source {
    pub fn new(purpose: Purpose) -> Source {
        Source {
            purpose,
            mode: Mode::Menu,
            menu: Menu::default(),
            path: PathEntry::default(),
            paste: Paste::default(),
            intake: Intake::default(),
            said: None,
            waiting: None,
        }
    }

    fn choices(&self) -> Vec<(Choice, &'static str, String)> {
        let mut choices = Vec::new();
        let accounts = match self.intake.found.drafts.len() {
            0 => String::new(),
            1 => "1 account".to_owned(),
            count => format!("{count} accounts"),
        };
        if !accounts.is_empty() {
            choices.push((Choice::GoOn, "Go on with what was found", accounts));
        }
        let known: &[(Choice, &str, &str)] = match self.purpose {
            Purpose::Enrol => &[
                (Choice::Clipboard, "The picture in the clipboard", "a QR code you copied"),
                (Choice::Screen, "The screen", "a QR code that is in sight now"),
                (Choice::File, "A file", "a picture of QR codes, or a list of links"),
                (Choice::Link, "Paste a link", "otpauth, motp, steam, or a Google transfer"),
                (Choice::Type, "Type the secret", "the letters and digits that the site shows"),
            ],
            Purpose::Import => &[
                (Choice::File, "A file or a folder", "an export of another authenticator"),
                (Choice::Link, "Paste links", "otpauth, motp, steam, or a Google transfer"),
                (Choice::Clipboard, "The picture in the clipboard", "QR codes you copied"),
                (Choice::Screen, "The screen", "QR codes that are in sight now"),
            ],
        };
        choices.extend(known.iter().map(|(choice, text, aside)| (*choice, *text, (*aside).to_owned())));
        choices
    }

    fn choose(&mut self) -> Wish {
        let Some((choice, ..)) = self.choices().into_iter().nth(self.menu.selected) else { return Wish::Nothing };
        match choice {
            Choice::GoOn => return self.go_on(""),
            Choice::Clipboard => return self.read(Origin::ClipboardPicture),
            Choice::Screen => return self.read(Origin::Screen),
            Choice::File => {
                self.mode = Mode::Path;
                self.select_text();
                return Wish::Do(self.path.ask());
            }
            Choice::Link => {
                self.mode = Mode::Link;
                self.select_text();
            }
            Choice::Type => return Wish::Type,
        }
        Wish::Nothing
    }

    fn read(&mut self, from: Origin) -> Wish {
        self.wait(Reading { from, password: None, key_file: None })
    }

    fn wait(&mut self, reading: Reading) -> Wish {
        self.waiting = Some(reading.from.clone());
        self.said = None;
        Wish::Do(Job::Read(reading))
    }

    /// Reads a pasted text. In the form of a path it would be shown, so links never land there.
    fn read_text(&mut self, text: SecretText) -> Wish {
        self.mode = Mode::Link;
        self.paste.take(text.clone());
        self.read(Origin::Text(text))
    }

    /// Reads a pasted text, or the files whose paths it is.
    pub fn read_pasted(&mut self, text: SecretText) -> Wish {
        if !is_dropped(text.expose()) {
            return self.read_text(text);
        }
        self.mode = Mode::Path;
        self.paste.clear();
        self.path.select();
        self.path.paste(text.expose());
        self.read(Origin::Files(self.path.paths()))
    }

    fn menu_event(&mut self, common: &mut Common, event: Event) -> Wish {
        let lines = self.choices().len();
        match event {
            Event::Command(Command::Accept) => return self.choose(),
            Event::Command(Command::Back) => return Wish::Leave,
            Event::Command(command) => drop(self.menu.move_by(command, lines)),
            Event::Paste(text) => return self.read_pasted(text),
            // With something said below, the lines lie elsewhere: the keys choose then.
            Event::Mouse { act: MouseAct::Click | MouseAct::DoubleClick, row, .. } if self.said.is_none() => {
                let area = body_of(common.size);
                if let Some(line) = Menu::line_at(row, area.y + top(area), lines) {
                    self.menu.selected = line;
                    return self.choose();
                }
            }
            _ => {}
        }
        Wish::Nothing
    }

    fn path_event(&mut self, event: Event) -> Wish {
        let typed = match event {
            Event::Command(Command::Back) => return self.back_to_menu(),
            Event::Command(command) => self.path.command(command),
            Event::Key(key) => {
                self.said = None;
                self.path.key(key)
            }
            Event::Paste(text) if text.expose().contains("://") && !is_dropped(text.expose()) => {
                return self.read_text(text);
            }
            Event::Paste(text) => self.path.paste(text.expose()),
            Event::Done(Done::Completions { typed, names }) => self.path.completions(&typed, names),
            _ => Typed::Nothing,
        };
        match typed {
            Typed::Taken => self.read(Origin::Files(self.path.paths())),
            Typed::Ask(job) => Wish::Do(job),
            Typed::Nothing => Wish::Nothing,
        }
    }

    fn link_event(&mut self, event: Event) -> Wish {
        match event {
            Event::Command(Command::Accept) if !self.paste.is_empty() => {
                return self.read_pasted(self.paste.text());
            }
            Event::Command(Command::Back) => return self.back_to_menu(),
            Event::Key(key) if self.paste.key(key) => self.said = None,
            Event::Paste(text) => return self.read_pasted(text),
            _ => {}
        }
        Wish::Nothing
    }

    /// What was refused stays, and so does what was typed before one comes back to it: the next text takes its place.
    fn select_text(&mut self) {
        match &mut self.mode {
            Mode::Menu => {}
            Mode::Path => self.path.select(),
            Mode::Link => self.paste.select(),
            Mode::Locked(locked) => locked.refuse(),
        }
    }

    fn back_to_menu(&mut self) -> Wish {
        self.mode = Mode::Menu;
        self.said = None;
        Wish::Nothing
    }

    fn locked_event(&mut self, event: Event) -> Wish {
        let Mode::Locked(locked) = &mut self.mode else { return Wish::Nothing };
        match event {
            // Back to where the file was named.
            Event::Command(Command::Back) => {
                self.mode = match locked.from {
                    Origin::Files(_) => Mode::Path,
                    Origin::Text(_) => Mode::Link,
                    _ => Mode::Menu,
                };
                self.select_text();
                self.said = None;
                Wish::Nothing
            }
            event => match locked.handle(event) {
                locked::Answer::Nothing => Wish::Nothing,
                locked::Answer::Changed => {
                    self.said = None;
                    Wish::Nothing
                }
                locked::Answer::Try(reading) => self.wait(reading),
            },
        }
    }

    /// Takes in what was read. While parts of a transfer are missing more is asked for; what was found before stays.
    fn took(&mut self, from: &'static str, intake: Intake) -> Wish {
        let nothing = |found: &Found| {
            let why = found.skipped.last().map_or("nothing was found", |skipped| skipped.reason.as_str());
            Said { what: format!("{}.", sentence(why.trim_end_matches('.'))), hint: String::new(), role: Role::Error }
        };
        if intake.found.drafts.is_empty() && intake.found.split.is_empty() {
            self.select_text();
            self.said = Some(nothing(&intake.found));
            return Wish::Nothing;
        }
        if self.intake.found.missing().is_empty() {
            self.intake = intake;
        } else {
            self.intake.absorb(intake);
        }
        self.paste.clear();
        let missing = self.intake.found.missing();
        if missing.is_empty() && self.intake.found.drafts.is_empty() {
            self.said = Some(nothing(&self.intake.found));
            return Wish::Nothing;
        }
        if missing.is_empty() {
            return self.go_on(from);
        }
        self.mode = Mode::Menu;
        let count = self.intake.found.drafts.len();
        self.menu.selected = usize::from(count > 0);
        self.said = Some(Said {
            what: missing.join(" "),
            hint: format!(
                "{count} {} found so far. The other parts may come in any order.",
                if count == 1 { "account" } else { "accounts" }
            ),
            role: Role::Warning,
        });
        Wish::Nothing
    }

    fn go_on(&mut self, from: &'static str) -> Wish {
        self.mode = Mode::Menu;
        self.menu.selected = 0;
        self.said = None;
        Wish::GoOn(from)
    }

    fn refused(&mut self, from: Origin, refused: Refused) -> Wish {
        let Refused { path, format, error } = refused;
        let format = format.and_then(|id| transfer::by_id(id).ok());
        self.select_text();
        match (error.kind, format) {
            (ErrorKind::NeedsPassword, Some(format)) => {
                self.mode = Mode::Locked(Box::new(Locked::new(from, format)));
                return Wish::Nothing;
            }
            (ErrorKind::WrongPassword, _) if matches!(self.mode, Mode::Locked(_)) => {
                let what = "That password does not open it.".to_owned();
                self.said = Some(Said { what, hint: String::new(), role: Role::Error });
                return Wish::Nothing;
            }
            _ => {}
        }
        let several = matches!(&from, Origin::Files(paths) if paths.len() > 1) && !path.as_os_str().is_empty();
        let error = match several {
            true => Error { what: format!("{}: {}", path.display(), error.what), ..error },
            false => error,
        };
        self.said = Some(Said {
            what: format!("{}.", sentence(&error.what)),
            hint: error.hint.map_or_else(String::new, |hint| format!("{}.", sentence(&hint))),
            role: Role::Error,
        });
        Wish::Nothing
    }
}

impl Source {
    pub fn place(&self) -> Place {
        match self.mode {
            Mode::Menu => Place::Menu,
            Mode::Path => Place::Path,
            Mode::Link | Mode::Locked(_) => Place::Form,
        }
    }

    pub fn handle(&mut self, common: &mut Common, event: Event) -> Wish {
        if let Event::Done(Done::Found { from, result }) = event {
            let Some(origin) = self.waiting.take() else { return Wish::Nothing };
            return match result {
                Ok(intake) => self.took(from, intake),
                Err(refused) => self.refused(origin, *refused),
            };
        }
        if self.waiting.is_some() {
            // Whatever it waits for, Esc gives the keys back.
            if matches!(event, Event::Command(Command::Back)) {
                self.waiting = None;
                return Wish::GiveUp;
            }
            return Wish::Nothing;
        }
        match self.mode {
            Mode::Menu => self.menu_event(common, event),
            Mode::Path => self.path_event(event),
            Mode::Link => self.link_event(event),
            Mode::Locked(_) => self.locked_event(event),
        }
    }

    pub fn unsaved(&self) -> bool {
        !self.intake.found.drafts.is_empty() || !self.paste.is_empty()
    }
}
