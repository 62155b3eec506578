//! The first line of a screen of several steps: its name, and the steps with the one that is on.

use crate::tui::layout::{MARGIN, put, width};
use crate::tui::state::Common;
use crate::tui::theme::Role;
use ratatui::buffer::Buffer;

pub fn draw(buffer: &mut Buffer, common: &Common, title: &str, steps: &[&str], at: usize) {
    let theme = &common.theme;
    let area = buffer.area;
    if area.height < 4 {
        return;
    }
    let (y, right) = (u16::from(area.height >= 12), area.right());
    let mut x = area.x + MARGIN;
    x += put(buffer, x, y, right.saturating_sub(x), title, theme.style(Role::Strong)) + 3;
    let whole: u16 = steps.iter().map(|step| width(step) + 3).sum();
    if x + whole > right + 3 {
        put(buffer, x, y, right.saturating_sub(x), steps.get(at).copied().unwrap_or_default(), theme.style(Role::Accent));
        return;
    }
    for (step, name) in steps.iter().enumerate() {
        if step > 0 {
            x += put(buffer, x, y, 1, "›", theme.style(Role::Hint)) + 1;
        }
        let role = if step == at { Role::Accent } else { Role::Hint };
        x += put(buffer, x, y, right.saturating_sub(x), name, theme.style(role)) + 1;
    }
}
