//! The two last lines of a screen: the toast, and the keys that can be used now.

use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, put, width, wrap};
use crate::tui::state::{Common, Tone};
use crate::tui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::style::Style;

/// Rows of a screen that can spare two for a toast.
const TWO_LINES_FROM: u16 = 10;

/// Draws the keys of the commands given, as many as fit; a command may bring its own word.
pub fn draw_keys(buffer: &mut Buffer, common: &Common, place: Place, commands: &[(Command, &str)]) {
    let area = buffer.area;
    let Some(y) = area.bottom().checked_sub(1) else { return };
    let mut x = area.x + MARGIN;
    for (command, word) in commands {
        let Some(key) = common.keymap.key(place, *command) else { continue };
        let sign = key.sign();
        let word = if word.is_empty() { command.label() } else { word };
        let needed = width(&sign) + 1 + width(word);
        if x + needed > area.right() {
            break;
        }
        x += put(buffer, x, y, needed, &sign, common.theme.style(Role::Key)) + 1;
        x += put(buffer, x, y, needed, word, common.theme.style(Role::Text)) + 3;
    }
}

/// Draws the toast, if there is one, on the line above the keys; one that is too long takes the line before as well.
pub fn draw_toast(buffer: &mut Buffer, common: &Common) {
    let notice = common.notice();
    let (Some(toast), Some(y)) = (common.toast.as_ref().or(notice.as_ref()), buffer.area.bottom().checked_sub(2)) else {
        return;
    };
    let (x, right) = (buffer.area.x + MARGIN, buffer.area.right().saturating_sub(MARGIN));
    let long = x + 2 + width(&toast.text) + 3 + width(&toast.aside) > right;
    let text = wrap(&toast.text, right.saturating_sub(x + 2));
    // What was done is worth both lines: the entry it names stands at the end as often as not.
    let in_two = text.len() > 1 && (toast.aside.is_empty() || matches!(toast.tone, Tone::Done | Tone::Note));
    let folded = long && (in_two || !toast.aside.is_empty()) && buffer.area.height >= TWO_LINES_FROM;
    let first = if folded { y - 1 } else { y };
    for y in first..=y {
        put(buffer, buffer.area.x, y, buffer.area.width, &" ".repeat(buffer.area.width.into()), Style::reset());
    }
    let (sign, role) = match toast.tone {
        Tone::Done => ("✓", Role::Ok),
        Tone::Note => ("·", Role::Dim),
        Tone::Warning => ("!", Role::Warning),
        Tone::Failure => ("✗", Role::Error),
    };
    let mut x = x;
    x += put(buffer, x, first, right.saturating_sub(x), sign, common.theme.style(role)) + 1;
    let text_x = x;
    let text_role = if toast.tone == Tone::Failure { Role::Error } else { Role::Text };
    if let (true, [upper, lower @ ..]) = (folded && in_two, text.as_slice()) {
        put(buffer, x, first, right.saturating_sub(x), upper, common.theme.style(text_role));
        put(buffer, x, y, right.saturating_sub(x), &lower.join(" "), common.theme.style(text_role));
        return;
    }
    x += put(buffer, x, first, right.saturating_sub(x), &toast.text, common.theme.style(text_role)) + 1;
    if folded {
        put(buffer, text_x, y, right.saturating_sub(text_x), &toast.aside, common.theme.style(Role::Dim));
    } else if !toast.aside.is_empty() && x < right {
        put(buffer, x, y, right - x, &format!("· {}", toast.aside), common.theme.style(Role::Dim));
    }
}
