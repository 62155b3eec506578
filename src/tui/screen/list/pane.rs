//! The side pane: the selected entry with a large code, its countdown, the next code, and what is known of it.

use super::List;
use super::draw::try_sign;
use crate::ops::history;
use crate::tui::layout::{put, width, wrap};
use crate::tui::names::Room;
use crate::tui::state::Common;
use crate::tui::theme::Role;
use crate::tui::widget::code::{face, grouped, hidden};
use crate::tui::widget::{ago, bar, big};
use crate::vault::entry::Entry;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Columns of a label and of the gap behind it.
const LABEL: u16 = 11;

pub fn draw(list: &List, common: &Common, buffer: &mut Buffer, area: Rect, entry: &Entry) {
    let theme = &common.theme;
    for y in area.top()..area.bottom() {
        put(buffer, area.x, y, 1, "│", theme.style(Role::BarRest));
    }
    let (x, columns) = (area.x + 3, area.width.saturating_sub(4));
    let mut y = area.y + 1;
    for name in list.rows.names(&[(entry, Room::Columns { site: columns, account: columns })]) {
        put(buffer, x, y, columns, &name.site, theme.style(Role::Strong));
        put(buffer, x, y + 1, columns, &name.account, theme.style(Role::Second));
    }
    y += 3;

    let mut next = None;
    match (face(&entry.credential.value, common.now.unix()), common.counter_code(entry.id)) {
        (Some(face), _) => {
            big::draw(buffer, x, y, columns, &list.shown_code(common, entry, face.code.expose()), theme.style(Role::Code));
            bar::draw(buffer, theme, x, y + 4, bar::CELLS * 3 / 2, face.left_s, face.period_s);
            bar::draw_seconds(buffer, theme, x + bar::CELLS * 3 / 2, y + 4, face.left_s);
            next = Some(if list.hidden { hidden(entry.credential.value.digits) } else { grouped(face.next.expose()) });
            y += 6;
        }
        (None, Some(shown)) => {
            big::draw(buffer, x, y, columns, &list.shown_code(common, entry, shown.code.expose()), theme.style(Role::Code));
            y += 5;
        }
        (None, None) => {
            let why = match entry.credential.value.check() {
                Err(why) => why.to_string(),
                Ok(()) => "the next code is taken by copying".to_owned(),
            };
            for line in wrap(&why, columns) {
                put(buffer, x, y, columns, &line, theme.style(Role::Second));
                y += 1;
            }
            y += 1;
        }
    }
    for (label, value) in facts(list, common, entry, next) {
        if y >= area.bottom() {
            return;
        }
        put(buffer, x, y, LABEL, label, theme.style(Role::Second));
        for line in lines(&value, columns.saturating_sub(LABEL)) {
            if y < area.bottom() {
                put(buffer, x + LABEL, y, columns.saturating_sub(LABEL), &line, theme.style(Role::Text));
                y += 1;
            }
        }
    }
    if !entry.note.value.is_empty() && y + 2 < area.bottom() {
        put(buffer, x, y + 1, columns, "note", theme.style(Role::Second));
        let room = usize::from(area.bottom() - y - 2);
        let lines = wrap(&entry.note.value, columns);
        let cut = lines.len() > room;
        for (at, line) in lines.iter().take(room).enumerate() {
            let line = if cut && at + 1 == room { format!("{line} …") } else { line.clone() };
            put(buffer, x, y + 2 + at as u16, columns, &line, theme.style(Role::Text));
        }
    }
}

/// A value on as many lines as it needs, broken between its parts where there are any.
fn lines(value: &str, columns: u16) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in value.split(" · ") {
        match lines.last_mut() {
            Some(line) if width(line) + 3 + width(part) <= columns => *line = format!("{line} · {part}"),
            _ => lines.extend(wrap(part, columns)),
        }
    }
    lines
}

fn facts(list: &List, common: &Common, entry: &Entry, next: Option<String>) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(next) = next {
        facts.push(("next", next));
    }
    if entry.is_pending() {
        facts.push(("status", format!("pending: {} tries it", try_sign(list, common))));
    } else if entry.has_waiting_secret() {
        facts.push(("new secret", "not confirmed".to_owned()));
        facts.push(("", format!("{} tries it", try_sign(list, common))));
    }
    let tags: Vec<&str> = entry.tags().collect();
    if !tags.is_empty() {
        facts.push(("tags", tags.join(", ")));
    }
    let codes = entry.recovery_codes.value.len();
    if codes > 0 {
        facts.push(("recovery", format!("{} of {codes} left", entry.recovery_codes_left())));
    }
    match history::of(entry).len() {
        0 => {}
        1 => facts.push(("history", "1 replaced secret".to_owned())),
        number => facts.push(("history", format!("{number} replaced secrets"))),
    }
    let used = common.open.as_ref().and_then(|open| open.usage.of(entry.id));
    if let Some(used) = used {
        facts.push(("copied", ago::text(ago::since(common, used.last))));
    }
    facts.push(("secret", entry.credential.value.parameters(entry.counter)));
    facts
}
