//! The vault has something like it already: what, and the choice.

use crate::ops::import::Standing;
use crate::tui::command::Command;
use crate::tui::layout::fit;
use crate::tui::screen::Event;
use crate::tui::state::Common;
use crate::tui::theme::Role;
use crate::tui::widget::menu::Menu;
use crate::tui::widget::said;
use crate::vault::entry::{Entry, EntryId};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug)]
pub struct Duplicate {
    standing: Standing,
    id: EntryId,
    name: String,
    /// The one in the vault waits to be confirmed itself.
    waits: bool,
    /// It has a new secret that waits beside its own.
    waits_beside: bool,
    menu: Menu,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Nothing,
    Back,
    Leave,
    /// Enrol it as an entry of its own.
    Keep,
    /// Its secret takes the place of this entry's, once confirmed.
    Replace(EntryId),
    /// Go on with the entry that is there.
    Try(EntryId),
}

impl Duplicate {
    pub fn new(standing: Standing, entry: &Entry) -> Duplicate {
        let name = match (entry.issuer.value.as_str(), entry.account.value.as_str()) {
            (issuer, account) if !issuer.is_empty() && !account.is_empty() => {
                format!("{} ({})", fit(issuer, 30), fit(account, 40))
            }
            _ => fit(entry.label(), 40),
        };
        let waits_beside = entry.candidate.is_some();
        let waits = entry.is_pending() || waits_beside;
        Duplicate { standing, id: entry.id, name, waits, waits_beside, menu: Menu::default() }
    }

    pub fn sentence(&self) -> String {
        let name = &self.name;
        match self.standing {
            Standing::Same(_) if self.waits => format!("{name} is in the vault already, not yet confirmed."),
            Standing::Same(_) => format!("{name} is in the vault already, with the same secret."),
            Standing::Alike(_) => format!("The same secret is in the vault already, as {name}."),
            Standing::Conflict(_) | Standing::New if self.waits_beside => {
                format!(
                    "{name} is in the vault already, with another secret. A new one waits to be confirmed there; it would go to the history."
                )
            }
            Standing::Conflict(_) | Standing::New => format!("{name} is in the vault already, with another secret."),
        }
    }

    fn choices(&self) -> Vec<(&'static str, &'static str, Answer)> {
        let back = ("Back to the details", "", Answer::Back);
        let leave = ("Don't enrol it", "", Answer::Leave);
        match self.standing {
            Standing::Same(_) if self.waits => {
                vec![
                    ("Try the code of the one that is there", "", Answer::Try(self.id)),
                    leave,
                    ("Enrol it once more", "", Answer::Keep),
                    back,
                ]
            }
            Standing::Same(_) => vec![leave, ("Enrol it once more", "", Answer::Keep), back],
            Standing::Alike(_) => vec![leave, ("Enrol it under this name, too", "", Answer::Keep), back],
            Standing::Conflict(_) | Standing::New => vec![
                ("Replace its secret when confirmed", "the old one stays in use until then", Answer::Replace(self.id)),
                ("Keep both", "two entries of this name", Answer::Keep),
                leave,
                back,
            ],
        }
    }

    pub fn handle(&mut self, event: &Event) -> Answer {
        let choices = self.choices();
        match event {
            Event::Command(Command::Accept) => choices.get(self.menu.selected).map_or(Answer::Nothing, |(.., answer)| *answer),
            Event::Command(Command::Back) => Answer::Back,
            Event::Command(command) => {
                self.menu.move_by(*command, choices.len());
                Answer::Nothing
            }
            _ => Answer::Nothing,
        }
    }

    pub fn draw(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        let known = said::lines(common, &self.sentence(), area.width.min(76), Role::Warning);
        said::draw(buffer, &common.theme, area.x, area.top()..area.bottom(), area.width, &known);
        let y = area.y + known.len() as u16 + u16::from(area.height >= 8);
        let choices = self.choices();
        let lines: Vec<(&str, &str)> = choices.iter().map(|(text, aside, _)| (*text, *aside)).collect();
        let rest = Rect { y, height: area.bottom().saturating_sub(y), ..area };
        self.menu.draw(buffer, common, rest, &lines);
    }
}
