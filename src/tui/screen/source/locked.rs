//! What was to be read is encrypted: its password, and its key file where it may have one. What was refused stays selected:
//! the right one is typed or pasted over it, and a typo can be corrected.

use crate::secret::SecretText;
use crate::transfer::Format;
use crate::tui::command::Command;
use crate::tui::msg::{Origin, Reading};
use crate::tui::screen::Event;
use crate::tui::state::Common;
use crate::tui::widget::form::{Form, Row, Touched};
use crate::tui::widget::path;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug)]
pub struct Locked {
    pub from: Origin,
    format: &'static str,
    takes_key_file: bool,
    form: Form<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Password,
    KeyFile,
}

pub enum Answer {
    Nothing,
    Changed,
    Try(Reading),
}

impl Locked {
    pub fn new(from: Origin, format: &'static dyn Format) -> Locked {
        let takes_key_file = format.takes_key_file();
        let key_file = Row::text(Name::KeyFile, "key file", "").hint("Empty where there is none.");
        let form =
            Form::new(vec![Row::secret(Name::Password, "password"), if takes_key_file { key_file } else { key_file.folded() }]);
        Locked { from, format: format.name(), takes_key_file, form }
    }

    pub fn question(&self) -> String {
        format!("It is encrypted: {}. Its password?", self.format)
    }

    pub fn refuse(&mut self) {
        self.form.refuse();
    }

    pub fn tried(&self) -> String {
        self.form.tried(Name::Password)
    }

    pub fn handle(&mut self, event: Event) -> Answer {
        let touched = match event {
            Event::Command(Command::Accept) => return self.reading().map_or(Answer::Nothing, Answer::Try),
            Event::Command(command) => self.form.command(command),
            Event::Key(key) => self.form.key(key),
            Event::Paste(text) => self.form.paste(&text),
            _ => Touched::Nothing,
        };
        if matches!(touched, Touched::Changed(_)) { Answer::Changed } else { Answer::Nothing }
    }

    /// `None` while nothing is typed.
    fn reading(&self) -> Option<Reading> {
        let password = Some(self.form.text(Name::Password)).filter(|text| !text.is_empty()).map(SecretText::new);
        let key_file = Some(self.form.text(Name::KeyFile).trim()).filter(|text| !text.is_empty()).map(path::dropped);
        let key_file = key_file.and_then(|paths| paths.into_iter().next());
        (password.is_some() || key_file.is_some()).then(|| Reading { from: self.from.clone(), password, key_file })
    }

    pub fn rows(&self) -> u16 {
        if self.takes_key_file { 6 } else { 1 }
    }

    pub fn draw(&self, common: &Common, buffer: &mut Buffer, area: Rect, active: bool) {
        self.form.draw(buffer, common, area, active);
    }

    pub fn footer(&self) -> Vec<(Command, &'static str)> {
        let show = if self.form.hides() { "show" } else { "hide" };
        let mut commands = vec![(Command::Accept, "open"), (Command::ShowText, show)];
        if self.takes_key_file {
            commands.push((Command::NextField, ""));
        }
        commands.push((Command::Back, ""));
        commands
    }
}
