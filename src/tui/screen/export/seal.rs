//! The password of an exported file, typed twice; none where the format allows it.

use crate::secret::SecretText;
use crate::transfer::Encryption;
use crate::tui::command::Command;
use crate::tui::screen::Event;
use crate::tui::state::Common;
use crate::tui::widget::form::{Form, Row};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub struct Seal {
    encryption: Encryption,
    form: Form<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Password,
    Again,
}

pub enum Answer {
    Nothing,
    Back,
    /// `None`: in clear.
    Sealed(Option<SecretText>),
}

impl Seal {
    pub fn new(encryption: Encryption) -> Seal {
        let hint = match encryption {
            Encryption::Optional => "Left empty, the file holds every secret in clear.",
            _ => "Without it nobody can read the file.",
        };
        let rows = [(Name::Password, "password"), (Name::Again, "once more")];
        let rows = rows.map(|(name, label)| Row::secret(name, label).hint(hint));
        Seal { encryption, form: Form::new(rows.into()) }
    }

    /// One comes back to it: what is hidden there is not added to.
    pub fn select(&mut self) {
        self.form.refuse();
    }

    fn accept(&mut self) -> Answer {
        let (password, again) = (self.form.text(Name::Password), self.form.text(Name::Again));
        match (password.is_empty(), again.is_empty(), password == again) {
            (true, true, _) if self.encryption == Encryption::Optional => return Answer::Sealed(None),
            (true, true, _) => self.form.set_error(Name::Password, Some("This format is always encrypted: it needs one.".into())),
            (false, _, true) => return Answer::Sealed(Some(SecretText::new(password))),
            (false, true, _) if self.form.focused() == Name::Password => self.form.go_to(Name::Again),
            _ => self.form.set_error(Name::Again, Some("The two are not the same.".into())),
        }
        self.form.go_to_error();
        Answer::Nothing
    }

    pub fn handle(&mut self, event: Event) -> Answer {
        match event {
            Event::Command(Command::Accept) => return self.accept(),
            Event::Command(Command::Back) => return Answer::Back,
            Event::Command(command) => drop(self.form.command(command)),
            Event::Key(key) => drop(self.form.key(key)),
            Event::Paste(text) => drop(self.form.paste(&text)),
            _ => {}
        }
        Answer::Nothing
    }

    pub fn draw(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        // The hint stands in the last line: just below the rows rather than far down.
        self.form.draw(buffer, common, Rect { height: area.height.min(8), ..area }, true);
    }

    pub fn footer(&self) -> Vec<(Command, &'static str)> {
        let show = if self.form.hides() { "show" } else { "hide" };
        vec![(Command::Accept, "go on"), (Command::NextField, ""), (Command::ShowText, show), (Command::Back, "")]
    }
}
