//! The accounts are in the vault: an export that holds its secrets in clear may be deleted now. It stays unless asked.

use crate::ops::intake::PlainFile;
use crate::tui::command::Command;
use crate::tui::layout::fit;
use crate::tui::msg::{Done, Job, MouseAct};
use crate::tui::screen::{Event, Reaction};
use crate::tui::state::{Common, Tone};
use crate::tui::theme::Role;
use crate::tui::widget::menu::Menu;
use crate::tui::widget::said;
use crate::vault::entry::EntryId;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug)]
pub struct Afterwards {
    files: Vec<PlainFile>,
    /// How many accounts are in the files and not in the vault.
    left_behind: usize,
    /// The first of the entries that were imported.
    first: Option<EntryId>,
    menu: Menu,
    deleting: bool,
}

impl Afterwards {
    pub fn new(files: Vec<PlainFile>, left_behind: usize, first: Option<EntryId>) -> Afterwards {
        Afterwards { files, left_behind, first, menu: Menu::default(), deleting: false }
    }

    /// Keeping is first, so Enter alone deletes nothing.
    fn lines(&self) -> [(&'static str, &'static str); 2] {
        match self.files.len() {
            1 => [("Keep the file", ""), ("Delete it now", "for good, not to the trash")],
            _ => [("Keep the files", ""), ("Delete them now", "for good, not to the trash")],
        }
    }

    fn leave(&self) -> Reaction {
        self.first.map_or_else(Reaction::pop, Reaction::pop_to)
    }

    fn choose(&mut self) -> Reaction {
        if self.menu.selected == 0 {
            return self.leave();
        }
        self.deleting = true;
        Reaction::job(Job::DeleteExports(self.files.clone()))
    }

    pub fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        match event {
            Event::Done(Done::ExportsDeleted { deleted, kept }) => {
                self.deleting = false;
                self.files.retain(|file| !deleted.contains(&file.path));
                if let Some(error) = kept.first() {
                    common.say_error(error);
                    self.menu.selected = 0;
                    return Reaction::stay();
                }
                common.say(
                    Tone::Done,
                    match deleted.as_slice() {
                        [one] => format!("Deleted {}", one.display()),
                        many => format!("Deleted {} files", many.len()),
                    },
                );
                self.leave()
            }
            _ if self.deleting => Reaction::stay(),
            Event::Command(Command::Accept) => self.choose(),
            Event::Command(Command::Back) => self.leave(),
            Event::Command(command) => {
                self.menu.move_by(command, 2);
                Reaction::stay()
            }
            Event::Mouse { act: MouseAct::Click | MouseAct::DoubleClick, row, .. } => {
                let area = crate::tui::layout::body_of(common.size);
                if let Some(line) = Menu::line_at(row, self.menu_area(common, area).y, 2) {
                    self.menu.selected = line;
                }
                Reaction::stay()
            }
            _ => Reaction::stay(),
        }
    }

    /// What is said above the choice.
    fn said(&self, common: &Common, columns: u16) -> Vec<(String, Role)> {
        let columns = columns.min(72);
        let (what, who) = match self.files.as_slice() {
            [one] => (format!("{} holds its secrets in clear.", fit(&one.path.display().to_string(), 200)), "Whoever reads it"),
            many => (format!("{} of the files hold their secrets in clear.", many.len()), "Whoever reads them"),
        };
        let mut said = said::lines(common, &what, columns, Role::Text);
        let left = match self.left_behind {
            0 => String::new(),
            1 => "1 account in it did not come into the vault.".to_owned(),
            count => format!("{count} accounts in it did not come into the vault."),
        };
        // What would be lost comes before what is good to know.
        said.extend(said::lines(common, &left, columns, Role::Warning));
        let who = format!("{who} can make the same codes. What is deleted may still be found on the disk for some time.");
        said.extend(said::lines(common, &who, columns, Role::Second));
        said
    }

    fn menu_area(&self, common: &Common, area: Rect) -> Rect {
        let said = (self.said(common, area.width).len() as u16).min(area.height.saturating_sub(2));
        let gap = u16::from(area.height >= said + 3);
        let y = area.y + said + gap;
        Rect { y, height: area.bottom().saturating_sub(y), ..area }
    }

    pub fn draw(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        let menu = self.menu_area(common, area);
        said::draw(buffer, &common.theme, area.x, area.y..menu.y, area.width, &self.said(common, area.width));
        self.menu.draw(buffer, common, menu, &self.lines());
    }

    pub fn footer(&self) -> Vec<(Command, &'static str)> {
        vec![(Command::Accept, ""), (Command::Down, "move"), (Command::Back, "keep it")]
    }
}
