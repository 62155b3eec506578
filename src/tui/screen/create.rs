//! A new vault: the passphrase typed twice, or one made up; its strength is shown while it is typed.

use super::unlock::spinner;
use super::{Behaviour, Event, Reaction};
use crate::ops::vaults::Named;
use crate::secret::SecretText;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, fit_end, put, wrap};
use crate::tui::msg::{Done, Job};
use crate::tui::state::{Common, explain};
use crate::tui::theme::Role;
use crate::tui::widget::field::Field;
use crate::tui::widget::said;
use crate::words::is_same;
use ratatui::buffer::Buffer;

#[derive(Debug)]
pub struct Create {
    /// What is made, and where.
    vault: Named,
    passphrase: Field,
    again: Field,
    on_second: bool,
    made_up: bool,
    /// zxcvbn's score and words for what is typed.
    strength: Option<(u8, String)>,
    said: Option<String>,
    waiting: bool,
}

impl Create {
    pub fn new(vault: Named) -> Create {
        Create {
            vault,
            passphrase: Field::masked(),
            again: Field::masked(),
            on_second: false,
            made_up: false,
            strength: None,
            said: None,
            waiting: false,
        }
    }

    pub fn vault(&self) -> &Named {
        &self.vault
    }

    fn field(&mut self) -> &mut Field {
        if self.on_second { &mut self.again } else { &mut self.passphrase }
    }

    fn changed(&mut self) -> Reaction {
        self.said = None;
        if self.on_second {
            return Reaction::stay();
        }
        self.made_up = false;
        Reaction::job(Job::MeasureStrength(self.passphrase.secret()))
    }

    fn accept(&mut self) -> Reaction {
        if self.passphrase.is_empty() {
            self.said = Some("An empty passphrase protects nothing.".into());
        } else if !self.on_second {
            self.on_second = true;
        } else if !is_same(self.passphrase.text(), self.again.text()) {
            self.again.select();
            self.said = Some("The two are not the same.".into());
        } else {
            self.waiting = true;
            self.said = None;
            let (vault, passphrase) = (self.vault.folder.clone(), self.passphrase.secret());
            return Reaction::job(Job::Create { vault, passphrase });
        }
        Reaction::stay()
    }

    /// A made-up passphrase is shown, so that it can be written down before it is typed again.
    fn take_made_up(&mut self, passphrase: &SecretText) -> Reaction {
        self.passphrase.set(passphrase.expose());
        self.passphrase.select();
        self.passphrase.masked = false;
        self.again.clear();
        self.again.masked = false;
        self.made_up = true;
        self.on_second = true;
        self.said = None;
        Reaction::job(Job::MeasureStrength(self.passphrase.secret()))
    }
}

impl Behaviour for Create {
    fn place(&self) -> Place {
        Place::Create
    }

    fn handle(&mut self, _common: &mut Common, event: Event) -> Reaction {
        match event {
            Event::Done(Done::Opened(Err(error))) => {
                self.waiting = false;
                [&mut self.passphrase, &mut self.again].into_iter().for_each(Field::select);
                self.said = Some(explain(&error));
            }
            Event::Done(Done::Strength { score, verdict }) => self.strength = Some((score, verdict)),
            Event::Done(Done::Generated(passphrase)) if !self.waiting => return self.take_made_up(&passphrase),
            _ if self.waiting => {}
            Event::Command(Command::Accept) => return self.accept(),
            Event::Command(Command::NextField | Command::PreviousField) => self.on_second = !self.on_second,
            Event::Command(Command::ShowText) => {
                let masked = !self.passphrase.masked;
                self.passphrase.masked = masked;
                self.again.masked = masked;
            }
            Event::Command(Command::Generate) => return Reaction::job(Job::GeneratePassphrase),
            Event::Command(Command::Back) => return Reaction::pop(),
            Event::Key(key) if self.field().edit(key) => return self.changed(),
            Event::Paste(text) => {
                self.field().insert(text.expose());
                return self.changed();
            }
            _ => {}
        }
        Reaction::stay()
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let area = buffer.area;
        let theme = &common.theme;
        let x = area.x + MARGIN + 2;
        let columns = area.width.saturating_sub(x + 2);
        let used = put(buffer, area.x + MARGIN, 1, area.width, "Create a vault", theme.style(Role::Strong)) + 3;
        let place_x = area.x + MARGIN + used;
        let room = area.width.saturating_sub(place_x + 1);
        let place = fit_end(&self.vault.folder.display().to_string(), room);
        put(buffer, place_x, 1, room, &place, theme.style(Role::Second));
        let mut y = 3;
        for line in wrap(
            "The passphrase opens the vault. Nobody can bring it back: write it down, or choose one that you will not forget.",
            columns.min(72),
        ) {
            put(buffer, x, y, columns, &line, theme.style(Role::Second));
            y += 1;
        }
        y += 1;
        for (label, field, focused) in
            [("passphrase", &self.passphrase, !self.on_second), ("once more", &self.again, self.on_second)]
        {
            if focused {
                put(buffer, x, y, 1, "▌", theme.style(Role::Mark));
            }
            put(buffer, x + 2, y, 12, label, theme.style(if focused { Role::Strong } else { Role::Second }));
            field.draw(buffer, common, x + 15, y, columns.saturating_sub(15), focused && !self.waiting);
            y += 2;
        }
        if let (Some((score, verdict)), false) = (&self.strength, self.passphrase.is_empty()) {
            let role = match score {
                0 | 1 => Role::Error,
                2 => Role::Warning,
                _ => Role::Ok,
            };
            let cells = u16::from(*score + 1) * 3;
            let used = put(buffer, x + 15, y, cells, &"━".repeat(cells.into()), theme.style(role));
            let rest = 15 - cells;
            put(buffer, x + 15 + used, y, rest, &"─".repeat(rest.into()), theme.style(Role::BarRest));
            put(buffer, x + 32, y, columns.saturating_sub(32), verdict, theme.style(Role::Text));
        }
        y += 2;
        if self.waiting {
            put(buffer, x + 2, y, columns, &format!("{} creating the vault", spinner(common)), theme.style(Role::Accent));
        } else if let Some(said) = &self.said {
            let tried = if self.on_second { self.again.tried() } else { self.passphrase.tried() };
            let lines =
                [said::lines(common, said, columns, Role::Error), said::lines(common, &tried, columns, Role::Second)].concat();
            said::draw(buffer, theme, x + 2, y..area.bottom().saturating_sub(1), columns, &lines);
        } else if self.made_up {
            put(buffer, x + 2, y, columns, "Write it down, then type it once more.", theme.style(Role::Accent));
        }
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        let accept = if self.on_second { "create" } else { "go on" };
        let show = if self.passphrase.masked { "show" } else { "hide" };
        vec![(Command::Accept, accept), (Command::Generate, ""), (Command::ShowText, show), (Command::Back, "")]
    }
}
