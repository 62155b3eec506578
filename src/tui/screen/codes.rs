//! Taking in a site's recovery codes: pasted or typed, counted, hidden until asked for.

use super::Event;
use crate::ops::{check, recovery_codes};
use crate::secret::SecretText;
use crate::tui::command::Command;
use crate::tui::key::Stroke;
use crate::tui::layout::{fit, put, width, wrap};
use crate::tui::state::{Common, explain};
use crate::tui::theme::Role;
use crate::tui::widget::field::Field;
use crate::tui::widget::said;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug)]
pub struct Codes {
    typed: Field,
    taken: Vec<SecretText>,
    /// How many of the set that is there are unused; it is kept in the history when replaced.
    there: usize,
    shown: bool,
    pub saving: bool,
    said: Option<String>,
}

/// What the person wants.
#[derive(Debug, PartialEq)]
pub enum Wish {
    Nothing,
    Save(Vec<SecretText>),
    Leave,
}

impl Codes {
    pub fn new(there: usize) -> Codes {
        Codes { typed: Field::masked(), taken: Vec::new(), there, shown: false, saving: false, said: None }
    }

    pub fn is_empty(&self) -> bool {
        self.taken.is_empty() && self.typed.is_empty()
    }

    pub fn hides(&self) -> bool {
        !self.shown
    }

    /// Enter takes what is typed; with nothing typed it saves what was taken.
    pub fn handle(&mut self, event: Event) -> Wish {
        if self.saving {
            return Wish::Nothing;
        }
        match event {
            Event::Paste(text) => {
                self.said = None;
                self.take(&text);
            }
            Event::Command(Command::Accept) if !self.typed.is_empty() => {
                let typed = self.typed.secret();
                match self.take(&typed) {
                    true => self.typed.clear(),
                    false => self.typed.select(),
                }
            }
            Event::Command(Command::Accept) if self.taken.is_empty() => return Wish::Leave,
            Event::Command(Command::Accept) => {
                self.saving = true;
                return Wish::Save(self.taken.clone());
            }
            Event::Command(Command::ShowText) => {
                self.shown = !self.shown;
                self.typed.masked = !self.shown;
            }
            Event::Command(Command::Back) => return Wish::Leave,
            Event::Key(key) if key.stroke == Stroke::Backspace && self.typed.is_empty() => {
                self.taken.pop();
                self.said = None;
            }
            Event::Key(key) if self.typed.edit(key) => self.said = None,
            _ => {}
        }
        Wish::Nothing
    }

    /// Adds the codes of a text, each once; returns whether that went well.
    fn take(&mut self, text: &SecretText) -> bool {
        let mut all = self.taken.clone();
        let new = recovery_codes::split(text);
        if new.is_empty() {
            self.said = Some("There is no code in it.".into());
            return false;
        }
        for code in new {
            if !all.contains(&code) {
                all.push(code);
            }
        }
        if let Err(error) = check::recovery_codes(&all) {
            self.said = Some(explain(&error));
            return false;
        }
        self.taken = all;
        true
    }

    pub fn draw(&self, common: &Common, buffer: &mut Buffer, area: Rect, title: &str) {
        let theme = &common.theme;
        let mut y = area.y;
        let mut line = |text: &str, role: Role| {
            if y < area.bottom() {
                put(buffer, area.x, y, area.width, text, theme.style(role));
            }
            y += 1;
        };
        line(title, Role::Strong);
        let about = match self.there {
            0 => "Sites give recovery codes for the day this vault is out of reach. Paste them here, all at once, or go on without.".into(),
            1 => "It has one unused recovery code. New ones take its place; the old set is kept in the entry's history.".into(),
            left => format!("It has {left} unused recovery codes. New ones take their place; the old set is kept in the entry's history."),
        };
        for text in wrap(&about, area.width.min(76)) {
            line(&text, Role::Second);
        }
        let gap = u16::from(area.height >= 10);
        y += gap;
        if y < area.bottom() {
            put(buffer, area.x, y, 1, "▌", theme.style(Role::Mark));
            let label = put(buffer, area.x + 2, y, area.width.saturating_sub(2), "codes", theme.style(Role::Text)) + 4;
            self.typed.draw(buffer, common, area.x + label, y, area.width.saturating_sub(label), !self.saving);
        }
        y += 1;
        if let Some(said) = &self.said {
            let columns = area.width.saturating_sub(9);
            let lines = said::lines(common, said, columns, Role::Error);
            said::draw(buffer, theme, area.x + 9, y..area.bottom(), columns, &lines);
            y += lines.len() as u16;
        }
        y += gap;
        let count = match self.taken.len() {
            0 => return,
            1 => "1 code".to_owned(),
            count => format!("{count} codes"),
        };
        said::draw(buffer, theme, area.x + 2, y..area.bottom(), area.width.saturating_sub(2), &[(count, Role::Ok)]);
        self.draw_taken(
            common,
            buffer,
            Rect::new(area.x + 2, y + 1, area.width.saturating_sub(2), area.bottom().saturating_sub(y + 1)),
        );
    }

    /// The codes in columns, as many as there is room for.
    fn draw_taken(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        let shown = |code: &SecretText| match self.shown {
            true => fit(code.expose(), 40),
            false => "•".repeat(code.expose().chars().count().min(12)),
        };
        let wide = self.taken.iter().map(|code| width(&shown(code))).max().unwrap_or(1) + 3;
        let columns = usize::from((area.width / wide).max(1));
        for (at, code) in self.taken.iter().enumerate() {
            let y = area.y + (at / columns) as u16;
            if y >= area.bottom() {
                return;
            }
            let x = area.x + (at % columns) as u16 * wide;
            put(buffer, x, y, area.right().saturating_sub(x), &shown(code), common.theme.style(Role::Text));
        }
    }

    pub fn footer(&self, nothing: &'static str) -> Vec<(Command, &'static str)> {
        let accept = match (self.typed.is_empty(), self.taken.is_empty()) {
            (false, _) => "add",
            (true, true) => nothing,
            (true, false) => "save",
        };
        let show = if self.shown { "hide" } else { "show" };
        let mut commands = vec![(Command::Accept, accept), (Command::ShowText, show)];
        commands.push((Command::Back, if self.is_empty() { nothing } else { "" }));
        if accept == nothing {
            commands.remove(2);
        }
        commands
    }
}
