//! The first start: create a vault, look at the demo, or quit.

use super::{Behaviour, Event, Reaction, Screen, create::Create};
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::put_centre;
use crate::tui::msg::{Done, Effect, Job, MouseAct};
use crate::tui::state::Common;
use crate::tui::theme::Role;
use crate::tui::widget::menu::Menu;
use crate::tui::widget::said;
use ratatui::buffer::Buffer;

#[derive(Debug, Default)]
pub struct Welcome {
    menu: Menu,
}

const LINES: [(&str, &str); 3] =
    [("Create a vault", "for your own accounts"), ("Look at the demo", "made-up accounts, nothing is written"), ("Quit", "")];

const ABOUT: &str = "The vault is one folder, encrypted with age under a passphrase that you choose. \
                     Stock age opens it, so you are never locked into this program.";

const GONE: &str = "The vault that was here is gone. Is its disk mounted? Else quit, and put a backup that lies elsewhere in its \
                    place with countersign restore-backup FOLDER.";

impl Welcome {
    fn choose(&self, common: &Common) -> Reaction {
        match self.menu.selected {
            // What is chosen while the demo opens would be lost with the answer.
            0 | 1 if common.busy_since.is_some() => Reaction::stay(),
            0 => Reaction::push(Screen::Create(Create::new(common.vault.clone()))),
            1 => Reaction::job(Job::OpenDemo),
            _ => Reaction::effect(Effect::Quit(0)),
        }
    }

    fn top(height: u16) -> u16 {
        height.saturating_sub(12) / 3 + 1
    }
}

impl Behaviour for Welcome {
    fn place(&self) -> Place {
        Place::Menu
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        match event {
            Event::Command(Command::Accept) => self.choose(common),
            Event::Done(Done::Opened(Err(error))) => {
                common.say_error(&error);
                Reaction::stay()
            }
            Event::Command(command) => {
                self.menu.move_by(command, LINES.len());
                Reaction::stay()
            }
            Event::Mouse { act: MouseAct::Click | MouseAct::DoubleClick, row, .. } => {
                match Menu::line_at(row, Welcome::top(common.size.1) + 5, LINES.len()) {
                    Some(line) => {
                        self.menu.selected = line;
                        self.choose(common)
                    }
                    None => Reaction::stay(),
                }
            }
            _ => Reaction::stay(),
        }
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let area = buffer.area;
        let theme = &common.theme;
        let top = Welcome::top(buffer.area.height);
        put_centre(buffer, area, top, "countersign", theme.style(Role::Strong));
        put_centre(buffer, area, top + 1, "one-time passwords in a vault of your own", theme.style(Role::Second));
        let x = area.width.saturating_sub(58) / 2;
        let y = (top + 5).min(area.height);
        let lines = ratatui::layout::Rect::new(x, y, area.width.saturating_sub(x), area.height - y);
        self.menu.draw(buffer, common, lines, &LINES);
        if area.height > top + 13 {
            let columns = area.width.saturating_sub(2 * x).max(20);
            let (text, role) = if common.vault_is_gone { (GONE, Role::Warning) } else { (ABOUT, Role::Second) };
            let lines = said::lines(common, text, columns, role);
            said::draw(buffer, theme, x, top + 10..area.height, columns, &lines);
        }
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        vec![(Command::Accept, ""), (Command::Down, "move"), (Command::Help, ""), (Command::Quit, "")]
    }
}
