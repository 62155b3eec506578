//! A choice among lines: one is selected, each may carry a quiet second text, and one may say why it can't be taken.

use super::lines::{Lines, draw_mark};
use crate::tui::command::Command;
use crate::tui::layout::put;
use crate::tui::state::Common;
use crate::tui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Columns a second text takes at least.
const ASIDE: u16 = 16;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Menu {
    pub selected: usize,
}

impl Menu {
    /// Moves for a command, from one end to the other; returns whether it was one of moving.
    pub fn move_by(&mut self, command: Command, lines: usize) -> bool {
        let last = lines.saturating_sub(1);
        match command {
            Command::Up if self.selected == 0 => self.selected = last,
            Command::Down if self.selected >= last => self.selected = 0,
            _ => {
                let mut moved = Lines { selected: self.selected };
                if !moved.move_by(command, lines, u16::MAX) {
                    return false;
                }
                self.selected = moved.selected;
            }
        }
        true
    }

    /// Draws the lines into an area, scrolled to the selected one; the second text follows dimly at a common column.
    pub fn draw(&self, buffer: &mut Buffer, common: &Common, area: Rect, lines: &[(&str, &str)]) {
        let theme = &common.theme;
        let (x, columns) = (area.x, area.width);
        let widest = lines.iter().map(|(text, _)| crate::tui::layout::width(text)).max().unwrap_or(0);
        for (at, row) in (Lines { selected: self.selected }).in_sight(area, lines.len()) {
            let (text, aside) = lines[at];
            let selected = at == self.selected;
            if selected {
                draw_mark(buffer, theme, x, row);
            }
            let role = if selected { Role::Selected } else { Role::Text };
            put(buffer, x + 2, row, columns.saturating_sub(2), text, theme.style(role));
            let aside_x = x + 2 + widest + 3;
            // A few letters of it would say nothing.
            let room = (x + columns).saturating_sub(aside_x);
            if room >= ASIDE {
                put(buffer, aside_x, row, room, aside, theme.style(Role::Second));
            }
        }
    }

    /// As [`Menu::draw`], with an empty row between what is there and what can be done, where there is room for it.
    pub fn draw_apart(&self, buffer: &mut Buffer, common: &Common, area: Rect, there: &[(&str, &str)], acts: &[(&str, &str)]) {
        let rows = there.len() as u16 + 1;
        if there.is_empty() || rows + acts.len() as u16 + 1 > area.height {
            return self.draw(buffer, common, area, &[there, acts].concat());
        }
        let part = |from: usize, lines: usize| Menu {
            selected: self.selected.checked_sub(from).filter(|at| *at < lines).unwrap_or(lines),
        };
        part(0, there.len()).draw(buffer, common, Rect { height: rows, ..area }, there);
        let below = Rect::new(area.x, area.y + rows, area.width, area.height - rows);
        part(there.len(), acts.len()).draw(buffer, common, below, acts);
    }

    /// The line at a screen row, where the menu was drawn at `y`.
    pub fn line_at(row: u16, y: u16, lines: usize) -> Option<usize> {
        let at = usize::from(row.checked_sub(y)?);
        (at < lines).then_some(at)
    }
}
