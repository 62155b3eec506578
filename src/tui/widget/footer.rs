//! The two last lines of a screen: the toast, and the keys that can be used now.

use crate::tui::layout::{MARGIN, put, width, wrap};
use crate::tui::screen::{Behaviour, key_for};
use crate::tui::state::{Common, Tone};
use crate::tui::theme::Role;
use crate::tui::widget::lines::draw_mark;
use ratatui::buffer::Buffer;

/// Rows of a screen that can spare more than one for a toast.
const MORE_LINES_FROM: u16 = 10;

/// Draws the keys of a screen's commands, as many as fit, each with the word of the table or the one the screen chose of it.
/// The default answer of a question is marked as the selected line of a menu is.
pub fn draw_keys(buffer: &mut Buffer, common: &Common, screen: &dyn Behaviour) {
    let area = buffer.area;
    let Some(y) = area.bottom().checked_sub(1) else { return };
    let mut x = area.x + MARGIN;
    for (at, (command, word)) in screen.footer(common).into_iter().enumerate() {
        let Some(binding) = common.keymap.binding(screen.place(), command) else { continue };
        let Some(key) = key_for(common, screen, command) else { continue };
        let sign = key.sign();
        let word = if word.is_empty() { binding.word() } else { word };
        let is_default = at == 0 && screen.first_is_default();
        let needed = width(&sign) + 1 + width(word);
        if x + needed > area.right() {
            break;
        }
        if is_default {
            draw_mark(buffer, &common.theme, area.x, y);
            x += 1;
        }
        let (key_role, word_role) = if is_default { (Role::Selected, Role::Selected) } else { (Role::Strong, Role::Second) };
        x += put(buffer, x, y, needed, &sign, common.theme.style(key_role)) + 1;
        x += put(buffer, x, y, needed, word, common.theme.style(word_role)) + 3;
    }
}

/// Draws the toast, if there is one, above the keys: in one line, or where that is too narrow in up to three.
pub fn draw_toast(buffer: &mut Buffer, common: &Common, screen: &dyn Behaviour) {
    let notice = common.notice();
    let (Some(toast), Some(y)) = (common.toast.as_ref().or(notice.as_ref()), buffer.area.bottom().checked_sub(2)) else {
        return;
    };
    let (x, right) = (buffer.area.x + MARGIN, buffer.area.right().saturating_sub(MARGIN));
    let offer = toast.offer.filter(|(command, _)| screen.disabled(common, *command).is_none());
    let offer = offer.and_then(|(command, does)| Some(format!("{} {does}", key_for(common, screen, command)?.sign())));
    // The offer comes first: it is what must not be cut off.
    let aside = match offer {
        Some(offer) if toast.aside.is_empty() => offer,
        Some(offer) => format!("{offer} · {}", toast.aside),
        None => toast.aside.clone(),
    };
    let (text, aside) = (common.complete(&toast.text), common.complete(&aside));
    let short = x + 2 + width(&text) + 3 + width(&aside) <= right;
    let columns = right.saturating_sub(x + 2);
    let mut lines: Vec<(String, Role)> = Vec::new();
    if short || buffer.area.height < MORE_LINES_FROM {
        lines.push((text.into_owned(), Role::Text));
    } else {
        // An entry's name stands at the end of what was done as often as not: it is not cut off.
        let text = wrap(&text, columns);
        let (first, rest) =
            text.split_first().map_or((String::new(), String::new()), |(first, rest)| (first.clone(), rest.join(" ")));
        lines.extend([(first, Role::Text), (rest, Role::Text), (aside.to_string(), Role::Second)]);
        lines.retain(|(line, _)| !line.is_empty());
    }
    let first = y - (lines.len() as u16).saturating_sub(1);
    for y in first..=y {
        put(buffer, buffer.area.x, y, buffer.area.width, &" ".repeat(buffer.area.width.into()), common.theme.blank());
    }
    let role = match toast.tone {
        Tone::Done => Role::Ok,
        Tone::Note => Role::Hint,
        Tone::Warning => Role::Warning,
        Tone::Failure => Role::Error,
    };
    put(buffer, x, first, right.saturating_sub(x), role.sign().unwrap_or("·"), common.theme.style(role));
    let mut end = x + 2;
    for ((line, role), y) in lines.iter().zip(first..) {
        end = x + 2 + put(buffer, x + 2, y, columns, line, common.theme.style(*role)) + 1;
    }
    if lines.len() == 1 && !aside.is_empty() && end < right {
        put(buffer, end, y, right - end, &format!("· {aside}"), common.theme.style(Role::Second));
    }
}
