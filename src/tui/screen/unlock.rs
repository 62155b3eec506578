//! The passphrase of a vault that is there. The field is kept after a wrong one: a typo is mended, not typed anew.

use super::mend::Mend;
use super::{Behaviour, Event, Reaction, Screen};
use crate::error::ErrorKind;
use crate::secret::SecretText;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{put, put_centre, wrap};
use crate::tui::msg::{Done, Job};
use crate::tui::state::{Common, sentence};
use crate::tui::theme::Role;
use crate::tui::widget::field::Field;
use ratatui::buffer::Buffer;

#[derive(Debug)]
pub struct Unlock {
    passphrase: Field,
    /// What went wrong, and what to do.
    said: Option<(String, String)>,
    waiting: bool,
    /// What was tried last: a damaged vault is put back with it.
    tried: SecretText,
}

/// Frames of the spinner, one each 100 ms.
pub const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// The spinner's frame for the work that goes on since then.
pub fn spinner(common: &Common) -> &'static str {
    let since = common.busy_since.map_or(0, |since| common.now.boot.saturating_sub(since).as_millis());
    SPINNER[(since / 100) as usize % SPINNER.len()]
}

impl Unlock {
    pub fn new() -> Unlock {
        Unlock { passphrase: Field::masked(), said: None, waiting: false, tried: SecretText::new("") }
    }

    /// With a passphrase that is tried at once. It is not in the field: nobody typed it, so nobody could mend it there.
    pub fn with(passphrase: SecretText) -> (Unlock, Reaction) {
        let screen = Unlock { waiting: true, tried: passphrase.clone(), ..Unlock::new() };
        (screen, Reaction::job(Job::Unlock { passphrase }))
    }
}

impl Default for Unlock {
    fn default() -> Self {
        Unlock::new()
    }
}

impl Behaviour for Unlock {
    fn place(&self) -> Place {
        Place::Unlock
    }

    fn typing(&self) -> bool {
        true
    }

    fn handle(&mut self, _common: &mut Common, event: Event) -> Reaction {
        match event {
            // While scrypt runs what is typed waits for nothing: it would be lost with the answer.
            Event::Command(Command::Accept) if !self.waiting && !self.passphrase.is_empty() => {
                self.waiting = true;
                self.said = None;
                self.tried = self.passphrase.secret();
                return Reaction::job(Job::Unlock { passphrase: self.tried.clone() });
            }
            Event::Command(Command::ShowText) => self.passphrase.masked = !self.passphrase.masked,
            Event::Key(key) if !self.waiting && self.passphrase.edit(key) => self.said = None,
            Event::Paste(text) if !self.waiting => self.passphrase.insert(text.expose()),
            Event::Done(Done::Opened(Err(error))) => {
                self.waiting = false;
                let is_damaged = error.kind == ErrorKind::VaultDamaged;
                self.said = Some(match error.kind {
                    ErrorKind::WrongPassphrase => ("That passphrase does not open this vault.".into(), String::new()),
                    _ => (format!("{}.", sentence(&error.what)), error.hint.unwrap_or_default()),
                });
                if is_damaged {
                    return Reaction::job(Job::FindBackup { passphrase: self.tried.clone() });
                }
            }
            Event::Done(Done::BackupFound(Some(found))) => {
                let why = self.said.as_ref().map(|(what, _)| what.clone()).unwrap_or_default();
                return Reaction::push(Screen::Mend(Mend::new(found, why, self.tried.clone())));
            }
            _ => {}
        }
        Reaction::stay()
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let area = buffer.area;
        let theme = &common.theme;
        let top = (area.height.saturating_sub(8)) * 2 / 5;
        put_centre(buffer, area, top, "countersign", theme.style(Role::Strong));
        put_centre(buffer, area, top + 1, &common.vault_name, theme.style(Role::Dim));
        // The usual length of label and field is in the middle; a long passphrase grows to the right.
        let x = area.width.saturating_sub(36) / 2;
        let label = put(buffer, x, top + 4, area.width, "passphrase", theme.style(Role::Dim)) + 2;
        let columns = area.width.saturating_sub(x + label + 2);
        self.passphrase.draw(buffer, common, x + label, top + 4, columns, !self.waiting);
        if self.waiting {
            put_centre(buffer, area, top + 6, &format!("{} opening the vault", spinner(common)), theme.style(Role::Accent));
        } else if let Some((what, hint)) = &self.said {
            let mut y = top + 6;
            for (text, role) in [(what, Role::Error), (hint, Role::Dim)] {
                for line in wrap(text, area.width.saturating_sub(4).min(76)) {
                    put_centre(buffer, area, y, &line, theme.style(role));
                    y += 1;
                }
            }
        }
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        let show = if self.passphrase.masked { "show" } else { "hide" };
        vec![(Command::Accept, "unlock"), (Command::ShowText, show), (Command::Quit, "")]
    }
}
