//! A yes-or-no question in the last lines. It carries the orders it will give, not a closure.

use super::{Behaviour, Event, Reaction, Step};
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, put};
use crate::tui::msg::Effect;
use crate::tui::state::Common;
use crate::tui::theme::Role;
use ratatui::buffer::Buffer;

#[derive(Debug)]
pub struct Confirm {
    pub question: String,
    /// What "yes" does: "delete", "quit".
    pub yes_word: &'static str,
    /// Given on yes; emptied then.
    pub yes: Vec<Effect>,
    /// Whether "yes" also closes the screen that asked.
    pub leaves: bool,
}

impl Behaviour for Confirm {
    fn place(&self) -> Place {
        Place::Confirm
    }

    fn overlay(&self) -> bool {
        true
    }

    fn handle(&mut self, _common: &mut Common, event: Event) -> Reaction {
        match event {
            Event::Command(Command::Yes) => {
                let step = if self.leaves { Step::PopTwice } else { Step::Pop };
                Reaction { step, effects: std::mem::take(&mut self.yes) }
            }
            Event::Command(Command::No | Command::Back) => Reaction::pop(),
            _ => Reaction::stay(),
        }
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let area = buffer.area;
        let Some(y) = area.bottom().checked_sub(2) else { return };
        put(buffer, area.x, y, area.width, &" ".repeat(area.width.into()), common.theme.blank());
        put(buffer, area.x, y, 1, "▌", common.theme.style(Role::Warning));
        put(
            buffer,
            area.x + MARGIN + 1,
            y,
            area.width.saturating_sub(MARGIN + 2),
            &self.question,
            common.theme.style(Role::Strong),
        );
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        vec![(Command::Yes, self.yes_word), (Command::No, "")]
    }
}
