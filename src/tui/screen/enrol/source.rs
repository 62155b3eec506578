//! Where the account comes from: a picture, a file, a link, or the typed secret. What was typed stays through errors and
//! through the steps after it; parts of a transfer are gathered here.

use super::details::Details;
use super::paste::Paste;
use super::path::PathEntry;
use super::review::Review;
use super::{Part, Turn, UNSAVED, ask_to_leave};
use crate::error::Error;
use crate::secret::SecretText;
use crate::transfer::{Found, google};
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{put, wrap};
use crate::tui::msg::{Done, Job, MouseAct};
use crate::tui::screen::Event;
use crate::tui::screen::unlock::spinner;
use crate::tui::state::{Common, sentence};
use crate::tui::theme::Role;
use crate::tui::widget::menu::Menu;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug, Default)]
pub struct Source {
    mode: Mode,
    menu: Menu,
    path: PathEntry,
    paste: Paste,
    /// What was found so far.
    found: Found,
    said: Option<Said>,
    waiting: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Menu,
    Path,
    Link,
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

impl Source {
    fn choices(&self) -> Vec<(Choice, String, &'static str)> {
        let mut choices = Vec::new();
        match self.found.drafts.len() {
            0 => {}
            1 => choices.push((Choice::GoOn, "Go on with the account found".to_owned(), "")),
            count => choices.push((Choice::GoOn, format!("Go on with the {count} accounts found"), "")),
        }
        for (choice, text, aside) in [
            (Choice::Clipboard, "The picture in the clipboard", "a QR code you copied"),
            (Choice::Screen, "The screen", "a QR code that is in sight now"),
            (Choice::File, "A file", "a picture of QR codes, or a list of links"),
            (Choice::Link, "Paste a link", "otpauth, motp, steam, or a Google transfer"),
            (Choice::Type, "Type the secret", "the letters and digits that the site shows"),
        ] {
            choices.push((choice, text.to_owned(), aside));
        }
        choices
    }

    fn choose(&mut self, common: &Common) -> Turn {
        let Some((choice, ..)) = self.choices().get(self.menu.selected).cloned() else { return Turn::Stay };
        match choice {
            Choice::GoOn => return self.go_on(common),
            Choice::Clipboard => return self.wait(Job::ReadClipboardPicture),
            Choice::Screen => return self.wait(Job::ReadScreen),
            Choice::File => {
                self.mode = Mode::Path;
                return Turn::Do(self.path.ask());
            }
            Choice::Link => self.mode = Mode::Link,
            Choice::Type => return Turn::Details(Box::new(Details::typed())),
        }
        Turn::Stay
    }

    fn wait(&mut self, job: Job) -> Turn {
        self.waiting = true;
        self.said = None;
        Turn::Do(job)
    }

    /// Reads a pasted text. In the form of a path it would be shown, so links never land there.
    fn read(&mut self, text: SecretText) -> Turn {
        self.mode = Mode::Link;
        self.paste.take(text.clone());
        self.wait(Job::ReadText(text))
    }

    fn menu_event(&mut self, common: &Common, event: Event) -> Turn {
        let lines = self.choices().len();
        match event {
            Event::Command(Command::Accept) => return self.choose(common),
            Event::Command(Command::Back) if self.unsaved() => return ask_to_leave(UNSAVED),
            Event::Command(Command::Back) => return Turn::Leave,
            Event::Command(command) => drop(self.menu.move_by(command, lines)),
            Event::Paste(text) => return self.read(text),
            Event::Mouse { act: MouseAct::Click | MouseAct::DoubleClick, row, .. } => {
                let area = super::body(Rect::new(0, 0, common.size.0, common.size.1));
                if let Some(line) = Menu::line_at(row, area.y + TOP, lines) {
                    self.menu.selected = line;
                    return self.choose(common);
                }
            }
            _ => {}
        }
        Turn::Stay
    }

    fn path_event(&mut self, event: Event) -> Turn {
        let job = match event {
            Event::Command(Command::Back) => {
                self.back_to_menu();
                None
            }
            Event::Command(command) => self.path.command(command),
            Event::Key(key) => {
                self.said = None;
                self.path.key(key)
            }
            Event::Paste(text) if text.expose().contains("://") && !text.expose().trim_start().starts_with("file://") => {
                return self.read(text);
            }
            Event::Paste(text) => Some(self.path.paste(text.expose())),
            Event::Done(Done::Completions { typed, names }) => self.path.completions(&typed, names),
            _ => None,
        };
        match job {
            Some(job @ Job::ReadFile(_)) => self.wait(job),
            Some(job) => Turn::Do(job),
            None => Turn::Stay,
        }
    }

    fn link_event(&mut self, event: Event) -> Turn {
        match event {
            Event::Command(Command::Accept) if !self.paste.is_empty() => return self.wait(Job::ReadText(self.paste.text())),
            Event::Command(Command::Back) => self.back_to_menu(),
            Event::Key(key) => {
                if self.paste.key(key) {
                    self.said = None;
                }
            }
            Event::Paste(text) => return self.read(text),
            _ => {}
        }
        Turn::Stay
    }

    fn back_to_menu(&mut self) {
        self.mode = Mode::Menu;
        self.said = None;
    }

    /// Takes in what was found. While parts of a transfer are missing more is asked for; what was found before stays.
    fn found(&mut self, common: &Common, from: &'static str, found: Found) -> Turn {
        if found.drafts.is_empty() {
            let why = found.skipped.first().map_or("nothing was found", |skipped| skipped.reason.as_str());
            self.said =
                Some(Said { what: format!("{}.", sentence(why.trim_end_matches('.'))), hint: String::new(), role: Role::Error });
            return Turn::Stay;
        }
        if google::missing(&self.found.parts).is_empty() {
            self.found = found;
        } else {
            self.found.absorb(found);
        }
        self.paste.clear();
        let missing = google::missing(&self.found.parts);
        if missing.is_empty() {
            return self.go_on_from(common, from);
        }
        self.mode = Mode::Menu;
        let count = self.found.drafts.len();
        self.menu.selected = 1;
        self.said = Some(Said {
            what: missing.join(" "),
            hint: format!(
                "{count} {} found so far. Bring the other parts in any order, or go on without them.",
                if count == 1 { "account" } else { "accounts" }
            ),
            role: Role::Warning,
        });
        Turn::Stay
    }

    fn go_on(&mut self, common: &Common) -> Turn {
        self.go_on_from(common, "")
    }

    fn go_on_from(&mut self, common: &Common, from: &'static str) -> Turn {
        self.mode = Mode::Menu;
        self.menu.selected = 0;
        self.said = None;
        match (self.found.drafts.as_slice(), self.found.skipped.is_empty()) {
            ([draft], true) => Turn::Details(Box::new(Details::found(common, draft.clone(), from))),
            _ => Turn::Review(Review::new(common, self.found.clone())),
        }
    }

    fn refused(&mut self, error: Error) {
        self.said = Some(Said {
            what: format!("{}.", sentence(&error.what)),
            hint: error.hint.map_or_else(String::new, |hint| format!("{}.", sentence(&hint))),
            role: Role::Error,
        });
    }

    fn draw_said(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        let theme = &common.theme;
        if self.waiting {
            let text = format!("{} reading", spinner(common));
            if area.height > 0 {
                put(buffer, area.x, area.y, area.width, &text, theme.style(Role::Accent));
            }
            return;
        }
        let Some(said) = &self.said else { return };
        let columns = area.width.min(76);
        let what = wrap(&said.what, columns).into_iter().map(|line| (line, said.role));
        let lines = what.chain(wrap(&said.hint, columns).into_iter().map(|line| (line, Role::Dim)));
        for ((line, role), y) in lines.zip(area.y..area.bottom()) {
            put(buffer, area.x, y, columns, &line, theme.style(role));
        }
    }
}

/// Rows above the menu.
const TOP: u16 = 2;

impl Part for Source {
    fn place(&self) -> Place {
        match self.mode {
            Mode::Menu => Place::Menu,
            Mode::Path => Place::Path,
            Mode::Link => Place::Form,
        }
    }

    fn typing(&self) -> bool {
        self.mode != Mode::Menu
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Turn {
        if let Event::Done(Done::Found { from, result }) = event {
            self.waiting = false;
            return match result {
                Ok(found) => self.found(common, from, found),
                Err(error) => {
                    self.refused(error);
                    Turn::Stay
                }
            };
        }
        if self.waiting {
            // Whatever it waits for, Esc gives the keys back.
            self.waiting = !matches!(event, Event::Command(Command::Back));
            return Turn::Stay;
        }
        match self.mode {
            Mode::Menu => self.menu_event(common, event),
            Mode::Path => self.path_event(event),
            Mode::Link => self.link_event(event),
        }
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        let theme = &common.theme;
        let rest = |from: u16| Rect { y: area.y + from.min(area.height), height: area.height.saturating_sub(from), ..area };
        let question = match self.mode {
            Mode::Menu => "Where is the QR code, the link or the secret?",
            Mode::Path => "Which file? A picture of QR codes, or a list of links.",
            Mode::Link => "Paste the link. It is not shown.",
        };
        let top = if area.height >= 6 { TOP } else { 0 };
        if top > 0 {
            put(buffer, area.x, area.y, area.width, question, theme.style(Role::Text));
        }
        match self.mode {
            Mode::Menu => {
                let choices = self.choices();
                let lines: Vec<(&str, &str)> = choices.iter().map(|(_, text, aside)| (text.as_str(), *aside)).collect();
                self.menu.draw(buffer, common, rest(top), &lines);
                self.draw_said(common, buffer, rest(top + lines.len() as u16 + 1));
            }
            Mode::Path => {
                let said = if self.said.is_some() || self.waiting { 4.min(area.height.saturating_sub(top + 1)) } else { 0 };
                let names = Rect { height: area.height.saturating_sub(top + said), ..rest(top) };
                if said > 0 {
                    self.draw_said(common, buffer, rest(top + 2));
                    self.path.draw(buffer, common, Rect { height: names.height.min(1), ..names }, !self.waiting);
                } else if names.height > 0 {
                    self.path.draw(buffer, common, names, true);
                }
            }
            Mode::Link => {
                let row = rest(top);
                if row.height > 0 {
                    put(buffer, row.x, row.y, 1, "▌", theme.style(Role::Mark));
                    let label = put(buffer, row.x + 2, row.y, row.width.saturating_sub(2), "link", theme.style(Role::Text)) + 4;
                    self.paste.draw(buffer, common, row.x + label, row.y, row.width.saturating_sub(label), !self.waiting);
                    if row.height > 1 {
                        let columns = row.width.saturating_sub(label);
                        put(buffer, row.x + label, row.y + 1, columns, &self.paste.count(), theme.style(Role::Dim));
                    }
                }
                self.draw_said(common, buffer, rest(top + 3));
            }
        }
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        match self.mode {
            Mode::Menu => vec![(Command::Accept, ""), (Command::Down, "move"), (Command::Back, ""), (Command::Help, "")],
            Mode::Path => {
                vec![(Command::Accept, "read"), (Command::Complete, "complete"), (Command::Down, "list"), (Command::Back, "")]
            }
            Mode::Link => vec![(Command::Accept, "read"), (Command::Back, "")],
        }
    }

    fn unsaved(&self) -> bool {
        !self.found.drafts.is_empty() || !self.paste.is_empty()
    }
}
