//! A vault that is damaged: put a backup in its place, or leave everything as it is.

use super::unlock::spinner;
use super::{Behaviour, Event, Reaction};
use crate::ops::backup::Found;
use crate::ops::unlock::Opening;
use crate::secret::SecretText;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, put, wrap};
use crate::tui::msg::{Done, Job, MouseAct};
use crate::tui::state::{Common, explain};
use crate::tui::theme::Role;
use crate::tui::widget::menu::Menu;
use crate::tui::widget::said;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug)]
pub struct Mend {
    found: Found,
    /// What is wrong with the vault, as a sentence.
    why: String,
    /// Opens the backup, with the answers to what its key asked.
    opening: Opening,
    answers: Vec<SecretText>,
    menu: Menu,
    waiting: bool,
    /// Why it could not be put back.
    said: Option<String>,
}

const LEAVE: &str = "Leave everything as it is";

impl Mend {
    pub fn new(found: Found, why: String, opening: Opening, answers: Vec<SecretText>) -> Mend {
        Mend { found, why, opening, answers, menu: Menu::default(), waiting: false, said: None }
    }

    fn choose(&mut self, common: &Common) -> Reaction {
        if self.menu.selected == 0 {
            return Reaction::pop();
        }
        self.waiting = true;
        self.said = None;
        let (backup, opening, answers) = (self.found.path.clone(), self.opening.clone(), self.answers.clone());
        Reaction::job(Job::Mend { vault: common.vault.folder.clone(), backup, opening, answers })
    }

    /// Leaving is first: Enter typed by habit replaces nothing, since undo could not bring it back.
    fn lines(&self) -> [&'static str; 2] {
        match self.found.passphrase_alone {
            true => [LEAVE, "Put its passphrase file back"],
            false => [LEAVE, "Put the backup back"],
        }
    }

    /// Which backup it is, and what becomes of the damaged files.
    fn about(&self) -> String {
        if self.found.passphrase_alone {
            let when = self.found.name.when();
            return format!("The entries are whole and stay as they are. The passphrase file is that of the backup of {when}.");
        }
        let entries = match self.found.entries {
            1 => "1 entry".to_owned(),
            many => format!("{many} entries"),
        };
        format!("It is of {}, with {entries}. What is there now is set aside beside the backups.", self.found.name.when())
    }

    /// The screen row of the first choice.
    fn menu_row(&self, width: u16) -> u16 {
        3 + wrap(&self.why, columns(width)).len() as u16 + 1
    }
}

fn columns(width: u16) -> u16 {
    width.saturating_sub(2 * MARGIN + 2).min(76)
}

impl Behaviour for Mend {
    fn place(&self) -> Place {
        Place::Menu
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        match event {
            Event::Done(Done::Opened(Err(error))) => {
                self.waiting = false;
                self.said = Some(explain(&error));
            }
            _ if self.waiting => {}
            Event::Command(Command::Accept) => return self.choose(common),
            Event::Command(Command::Back) => return Reaction::pop(),
            Event::Command(command) => drop(self.menu.move_by(command, self.lines().len())),
            Event::Mouse { act: MouseAct::Click | MouseAct::DoubleClick, row, .. } => {
                if let Some(line) = Menu::line_at(row, self.menu_row(common.size.0), self.lines().len()) {
                    self.menu.selected = line;
                    return self.choose(common);
                }
            }
            _ => {}
        }
        Reaction::stay()
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let area = buffer.area;
        let theme = &common.theme;
        let (x, columns) = (area.x + MARGIN + 2, columns(area.width));
        put(buffer, area.x + MARGIN, 1, area.width, "This vault does not open", theme.style(Role::Strong));
        let why = said::lines(common, &self.why, columns, Role::Error);
        said::draw(buffer, theme, x, 3..area.height, columns, &why);
        let y = self.menu_row(area.width).min(area.height);
        let lines = self.lines().map(|line| (line, ""));
        let room = Rect::new(area.x + MARGIN, y, area.width.saturating_sub(MARGIN), area.height.saturating_sub(y + 1).min(2));
        self.menu.draw(buffer, common, room, &lines);
        let below = if self.waiting {
            vec![(format!("{} putting it back", spinner(common)), Role::Accent)]
        } else {
            let (text, role) = match &self.said {
                Some(said) => (said.clone(), Role::Error),
                None => (self.about(), Role::Second),
            };
            said::lines(common, &text, columns, role)
        };
        said::draw(buffer, theme, x, y + 3..area.height.saturating_sub(1), columns, &below);
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        vec![(Command::Accept, ""), (Command::Down, "move"), (Command::Back, ""), (Command::Quit, "")]
    }
}
