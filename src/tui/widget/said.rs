//! Messages within a screen: sentences in the role of what they tell, an error with its sign.

use crate::tui::layout::{put, wrap};
use crate::tui::state::Common;
use crate::tui::theme::{Role, Theme};
use ratatui::buffer::Buffer;
use std::ops::Range;

/// A text in lines of this width, all in one role; commands that it names are for the vault at hand.
pub fn lines(common: &Common, text: &str, columns: u16, role: Role) -> Vec<(String, Role)> {
    wrap(&common.complete(text), columns).into_iter().map(|line| (line, role)).collect()
}

/// Draws lines one below the other. In a role that has a sign the words are plain text, as no hue can be read on every
/// background; the sign hangs left of the first such line, where there is room for it.
pub fn draw(buffer: &mut Buffer, theme: &Theme, x: u16, rows: Range<u16>, columns: u16, lines: &[(String, Role)]) {
    let mut before = None;
    for ((line, role), y) in lines.iter().zip(rows) {
        let is_first = before.replace(*role) != Some(*role);
        let words = match (role.sign(), x.checked_sub(2)) {
            (None, _) => *role,
            (Some(sign), Some(left)) if is_first => {
                put(buffer, left, y, 1, sign, theme.style(*role));
                Role::Text
            }
            _ => Role::Text,
        };
        put(buffer, x, y, columns, line, theme.style(words));
    }
}
