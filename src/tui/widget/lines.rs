//! Lines that scroll: one is selected and stays in sight. The screens that list, mark or choose lines share it, and
//! draw what is theirs.

use crate::tui::command::Command;
use crate::tui::layout::put;
use crate::tui::msg::MouseAct;
use crate::tui::theme::{Role, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    pub selected: usize,
}

impl Lines {
    /// Moves for a command of moving among `count` lines, not beyond their ends; returns whether it was one.
    pub fn move_by(&mut self, command: Command, count: usize, page: u16) -> bool {
        let page = usize::from(page.max(1));
        let to = match command {
            Command::Up => self.selected.saturating_sub(1),
            Command::Down => self.selected + 1,
            Command::PageUp => self.selected.saturating_sub(page),
            Command::PageDown => self.selected + page,
            Command::Top => 0,
            Command::Bottom => count,
            _ => return false,
        };
        self.selected = to.min(count.saturating_sub(1));
        true
    }

    /// The wheel moves, a click selects; returns whether a line was clicked.
    pub fn mouse(&mut self, act: MouseAct, row: u16, area: Rect, count: usize) -> bool {
        match act {
            MouseAct::WheelUp => drop(self.move_by(Command::Up, count, 1)),
            MouseAct::WheelDown => drop(self.move_by(Command::Down, count, 1)),
            MouseAct::Click | MouseAct::DoubleClick => {
                let hit = self.in_sight(area, count).find(|(_, y)| *y == row);
                if let Some((at, _)) = hit {
                    self.selected = at;
                }
                return hit.is_some();
            }
        }
        false
    }

    /// The lines that are in sight where they are drawn into this area: position and screen row.
    pub fn in_sight(&self, area: Rect, count: usize) -> impl Iterator<Item = (usize, u16)> + use<> {
        let first = (self.selected + 1).saturating_sub(usize::from(area.height.max(1)));
        (first..count).zip(area.top()..area.bottom())
    }
}

/// The sign of the selected line.
pub fn draw_mark(buffer: &mut Buffer, theme: &Theme, x: u16, y: u16) {
    put(buffer, x, y, 1, "▌", theme.style(Role::Mark));
}

/// What a marked line shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    On,
    Some,
    Off,
    /// Can't be marked: something went wrong.
    Wrong,
    /// Can't be marked: something to know.
    Note,
}

pub fn draw_sign(buffer: &mut Buffer, theme: &Theme, x: u16, y: u16, sign: Sign) {
    let (text, role) = match sign {
        Sign::On => ("✓", Role::Ok),
        Sign::Some => ("–", Role::Warning),
        Sign::Off => ("·", Role::Hint),
        Sign::Wrong => ("✗", Role::Error),
        Sign::Note => ("!", Role::Warning),
    };
    put(buffer, x, y, 1, text, theme.style(role));
}
