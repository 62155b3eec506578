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
use crate::tui::layout::{put, width, wrap};
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
    fn choices(&self) -> Vec<(Choice, &'static str, String)> {
        let mut choices = Vec::new();
        let accounts = match self.found.drafts.len() {
            0 => String::new(),
            1 => "1 account".to_owned(),
            count => format!("{count} accounts"),
        };
        if !accounts.is_empty() {
            choices.push((Choice::GoOn, "Go on with what was found", accounts));
        }
        for (choice, text, aside) in [
            (Choice::Clipboard, "The picture in the clipboard", "a QR code you copied"),
            (Choice::Screen, "The screen", "a QR code that is in sight now"),
            (Choice::File, "A file", "a picture of QR codes, or a list of links"),
            (Choice::Link, "Paste a link", "otpauth, motp, steam, or a Google transfer"),
            (Choice::Type, "Type the secret", "the letters and digits that the site shows"),
        ] {
            choices.push((choice, text, aside.to_owned()));
        }
        choices
    }

    fn choose(&mut self, common: &Common) -> Turn {
        let Some((choice, ..)) = self.choices().into_iter().nth(self.menu.selected) else { return Turn::Stay };
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
            // With something said below, the lines lie elsewhere: the keys choose then.
            Event::Mouse { act: MouseAct::Click | MouseAct::DoubleClick, row, .. } if self.said.is_none() => {
                let area = super::body(Rect::new(0, 0, common.size.0, common.size.1));
                if let Some(line) = Menu::line_at(row, area.y + top(area), lines) {
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
            Event::Key(key) if self.paste.key(key) => self.said = None,
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
                "{count} {} found so far. The other parts may come in any order.",
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

    /// What is going on, or what was said, in lines.
    fn said_lines(&self, common: &Common, columns: u16) -> Vec<(String, Role)> {
        if self.waiting {
            return vec![(format!("{} reading", spinner(common)), Role::Accent)];
        }
        let Some(said) = &self.said else { return Vec::new() };
        let columns = columns.min(76);
        let what = wrap(&said.what, columns).into_iter().map(|line| (line, said.role));
        what.chain(wrap(&said.hint, columns).into_iter().map(|line| (line, Role::Dim))).collect()
    }

    /// Draws what is asked for in an area that leaves room for what is said.
    fn draw_mode(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        let theme = &common.theme;
        if area.height == 0 {
            return;
        }
        match self.mode {
            Mode::Menu => {
                let choices = self.choices();
                let lines: Vec<(&str, &str)> = choices.iter().map(|(_, text, aside)| (*text, aside.as_str())).collect();
                self.menu.draw(buffer, common, area, &lines);
            }
            Mode::Path => self.path.draw(buffer, common, area, !self.waiting),
            Mode::Link => {
                put(buffer, area.x, area.y, 1, "▌", theme.style(Role::Mark));
                let label = put(buffer, area.x + 2, area.y, area.width.saturating_sub(2), "link", theme.style(Role::Text)) + 4;
                let columns = area.width.saturating_sub(label);
                self.paste.draw(buffer, common, area.x + label, area.y, columns, !self.waiting);
                if area.height > 1 {
                    put(buffer, area.x + label, area.y + 1, columns, &self.paste.count(), theme.style(Role::Dim));
                }
            }
        }
    }

    /// Rows that the mode would like to have.
    fn wanted_rows(&self) -> u16 {
        match self.mode {
            Mode::Menu => self.choices().len() as u16,
            Mode::Path if self.said.is_some() || self.waiting => 1,
            Mode::Path => u16::MAX,
            Mode::Link => 2,
        }
    }
}

/// Rows above the menu.
fn top(area: Rect) -> u16 {
    if area.height >= 6 { 2 } else { 0 }
}

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
            // It was waited for no longer: the keys were taken back with Esc.
            if !std::mem::take(&mut self.waiting) {
                return Turn::Stay;
            }
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
            if matches!(event, Event::Command(Command::Back)) {
                self.waiting = false;
                common.busy_since = None;
            }
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
        let (question, more) = match self.mode {
            Mode::Menu => ("Where does the account come from?", ""),
            Mode::Path => ("Which file?", " A picture of QR codes, or a list of links."),
            Mode::Link => ("Paste the link.", " It is not shown."),
        };
        let top = top(area);
        if top > 0 {
            let used = put(buffer, area.x, area.y, area.width, question, theme.style(Role::Text));
            if used + width(more) <= area.width {
                put(buffer, area.x + used, area.y, width(more), more, theme.style(Role::Text));
            }
        }
        let room = area.height.saturating_sub(top);
        let said = self.said_lines(common, area.width);
        // What was said is to be seen whole, if one line of the choice stays in sight; a gap comes last.
        let said_rows = (said.len() as u16).min(room.saturating_sub(1));
        let rows = self.wanted_rows().min(room - said_rows);
        self.draw_mode(common, buffer, Rect { y: area.y + top, height: rows, ..area });
        let gap = u16::from(said_rows > 0 && rows + said_rows < room);
        for ((line, role), y) in said.iter().zip(area.y + top + rows + gap..area.bottom()) {
            put(buffer, area.x, y, area.width, line, theme.style(*role));
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
