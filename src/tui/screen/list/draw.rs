//! Painting the list: title, tags or search line, rows in columns that never move, and the empty states.

use super::pane;
use super::{Density, List, TagFilter, label};
use crate::otp::Kind;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, put, put_centre, put_right, width};
use crate::tui::state::Common;
use crate::tui::theme::Role;
use crate::tui::widget::bar;
use crate::tui::widget::code::{face, grouped, hidden};
use crate::vault::entry::Entry;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// From this width on a side pane shows the selected entry.
const PANE_FROM: u16 = 100;
const PANE: u16 = 37;

/// Where the parts of the list lie, from the size alone.
pub struct Frame {
    /// Screen row of the first entry.
    pub first: u16,
    /// Rows for entries.
    pub rows: u16,
    /// Columns of the list without the pane.
    pub columns: u16,
    pub pane: Option<Rect>,
    /// Row of the tags or the search, if any.
    second: Option<u16>,
    title: bool,
}

impl Frame {
    pub fn of(list: &List, common: &Common) -> Frame {
        let (width, height) = common.size;
        let title = height >= 4;
        let second = (height >= 7 && (list.rows.has_tags() || list.search.is_some())) || (height >= 4 && list.search.is_some());
        let first = u16::from(title) + u16::from(second) + u16::from(height >= 10);
        let below = if height >= 4 { 2 } else { 0 } + u16::from(height >= 16);
        let rows = height.saturating_sub(first + below);
        let pane = (width >= PANE_FROM && rows >= 8).then(|| Rect::new(width - PANE, first, PANE, rows));
        let columns = if pane.is_some() { width - PANE - 1 } else { width };
        Frame { first, rows, columns, pane, second: second.then_some(u16::from(title)), title }
    }
}

/// Columns of a row, the same for all rows.
struct Columns {
    issuer: u16,
    issuer_width: u16,
    account: u16,
    account_width: u16,
    /// The code ends before this column.
    code_right: u16,
    /// Where the bar, or what stands in its place, begins.
    bar: u16,
    bar_cells: u16,
    seconds: u16,
    end: u16,
}

/// Columns of the widest usual code, `492 0391`, and of a long one.
const CODE: u16 = 9;
const LONG_CODE: u16 = 11;

impl Columns {
    fn of(list: &List, common: &Common, frame: &Frame) -> Columns {
        let code = if list.visible(common).any(|entry| entry.credential.value.digits > 8) { LONG_CODE } else { CODE };
        let bar_cells = match (list.density, frame.columns) {
            (Density::Shared, _) => 0,
            (Density::Bars, 72..) => bar::CELLS,
            (Density::Bars, 56..) => 10,
            (Density::Bars, 38..) => 5,
            _ => 0,
        };
        let gap = if frame.columns >= 56 { 2 } else { 1 };
        let tail = code + gap + bar_cells + if frame.columns >= 24 { bar::SECONDS } else { 0 };
        let issuer = if frame.columns >= 20 { 3 } else { 1 };
        let names = frame.columns.saturating_sub(issuer + gap + tail + MARGIN);
        // Wide screens keep the columns together instead of tearing them apart.
        let names = names.min(50);
        let (issuer_width, account_width) = if names < 24 { (names, 0) } else { (names * 2 / 5, names - names * 2 / 5 - 1) };
        let account = issuer + issuer_width + 1;
        let code_right = issuer + names + gap + code;
        let bar = code_right + gap;
        Columns {
            issuer,
            issuer_width,
            account,
            account_width,
            code_right,
            bar,
            bar_cells,
            seconds: bar + bar_cells,
            end: frame.columns,
        }
    }
}

pub fn draw(list: &List, common: &Common, buffer: &mut Buffer) {
    let frame = Frame::of(list, common);
    if frame.title {
        draw_title(list, common, buffer);
    }
    if let Some(y) = frame.second {
        match &list.search {
            Some(_) => draw_search(list, common, buffer, y),
            None => draw_tags(list, common, buffer, y),
        }
    }
    if list.rows.len() == 0 {
        draw_empty(list, common, buffer, &frame);
        return;
    }
    let columns = Columns::of(list, common, &frame);
    let count = list.visible(common).count();
    for (at, entry) in list.visible(common).enumerate() {
        draw_row(list, common, buffer, &columns, frame.first + at as u16, (at, count), entry);
    }
    if let (Some(area), Some(entry)) = (frame.pane, list.selected_entry()) {
        pane::draw(list, common, buffer, area, entry);
    }
}

fn draw_title(list: &List, common: &Common, buffer: &mut Buffer) {
    let theme = &common.theme;
    let area = buffer.area;
    let right = area.right().saturating_sub(MARGIN);
    let mut x = area.x + MARGIN;
    x += put(buffer, x, 0, right, "countersign", theme.style(Role::Strong)) + 1;
    let demo = common.open.as_ref().is_some_and(|open| open.demo);
    let name = if demo { "demo: nothing is written" } else { common.vault.name.as_str() };
    x += put(buffer, x, 0, right.saturating_sub(x), name, theme.style(Role::Second)) + 2;

    let total = list.rows.total();
    let mut parts = vec![if total == 1 { "1 entry".to_owned() } else { format!("{total} entries") }];
    if !list.marked.is_empty() {
        parts.insert(0, format!("{} marked", list.marked.len()));
    }
    if common.open.as_ref().is_some_and(|open| open.read_only.is_some()) {
        parts.push("read-only".into());
    }
    if let Some(left) = common.locks_in() {
        parts.push(format!("locks in {}:{:02}", left / 60, left % 60));
    }
    // What is less needed goes first where it is narrow.
    while !parts.is_empty() && x + width(&parts.join(" · ")) > right {
        parts.remove(0);
    }
    put_right(buffer, right, 0, &parts.join(" · "), theme.style(Role::Second));

    if list.density == Density::Shared {
        draw_shared_bar(list, common, buffer, x, right.saturating_sub(width(&parts.join(" · ")) + 2));
    }
}

/// One bar for the selected entry's period, in the title.
fn draw_shared_bar(list: &List, common: &Common, buffer: &mut Buffer, x: u16, right: u16) {
    let face = list.selected_entry().and_then(|entry| face(&entry.credential.value, common.now.unix()));
    if let (Some(face), true) = (face, x + bar::CELLS + bar::SECONDS <= right) {
        bar::draw(buffer, &common.theme, x, 0, bar::CELLS, face.left_s, face.period_s);
        bar::draw_seconds(buffer, &common.theme, x + bar::CELLS, 0, face.left_s);
    }
}

fn draw_tags(list: &List, common: &Common, buffer: &mut Buffer, y: u16) {
    let filters = list.rows.filters();
    let words: Vec<(String, String, bool)> = filters
        .iter()
        .map(|(filter, count)| {
            let chosen = *filter == list.filter;
            match filter {
                TagFilter::All => ("all".to_owned(), String::new(), chosen),
                TagFilter::Tag(tag) => (crate::tui::layout::fit(tag, 20), format!(" {count}"), chosen),
                TagFilter::Untagged => ("untagged".to_owned(), format!(" {count}"), chosen),
            }
        })
        .collect();
    let right = buffer.area.right().saturating_sub(MARGIN);
    let room = right.saturating_sub(buffer.area.x + MARGIN);
    let wide = |(word, count, _): &(String, String, bool)| width(word) + width(count) + 3;
    // The chosen tag stays in sight: those at the left go until it fits.
    let chosen = words.iter().position(|(_, _, chosen)| *chosen).unwrap_or(0);
    let mut from = 0;
    while from < chosen && words[from..=chosen].iter().map(wide).sum::<u16>() > room {
        from += 1;
    }
    let mut x = buffer.area.x + MARGIN;
    for word in &words[from..] {
        if x + wide(word) > right + 3 {
            put(buffer, x.min(right.saturating_sub(1)), y, 1, "…", common.theme.style(Role::Hint));
            break;
        }
        let (text, count, chosen) = word;
        let (role, count_role) = if *chosen { (Role::Accent, Role::Accent) } else { (Role::Text, Role::Hint) };
        x += put(buffer, x, y, right - x, text, common.theme.style(role));
        x += put(buffer, x, y, right.saturating_sub(x), count, common.theme.style(count_role)) + 3;
    }
}

fn draw_search(list: &List, common: &Common, buffer: &mut Buffer, y: u16) {
    let Some(field) = &list.search else { return };
    let theme = &common.theme;
    let x = buffer.area.x + MARGIN;
    let found = format!("{} of {}", list.rows.len(), list.rows.total());
    let right = buffer.area.right().saturating_sub(MARGIN);
    put(buffer, x, y, 1, "/", theme.style(Role::Accent));
    field.draw(buffer, common, x + 2, y, right.saturating_sub(x + 4 + width(&found)), true);
    put_right(buffer, right, y, &found, theme.style(Role::Second));
}

fn draw_empty(list: &List, common: &Common, buffer: &mut Buffer, frame: &Frame) {
    let theme = &common.theme;
    let area = Rect::new(0, frame.first, buffer.area.width, frame.rows);
    let y = frame.first + frame.rows / 3;
    if list.rows.nothing_enrolled() {
        put_centre(buffer, area, y, "No accounts yet", theme.style(Role::Strong));
        let key = |command| common.keymap.key(Place::List, command).map_or_else(String::new, |key| key.sign());
        put_centre(buffer, area, y + 2, &format!("{}  enrols the first one", key(Command::Enrol)), theme.style(Role::Text));
        let import = format!("{}  brings them from elsewhere", key(Command::Import));
        put_centre(buffer, area, y + 3, &import, theme.style(Role::Text));
    } else {
        put_centre(buffer, area, y, "Nothing matches", theme.style(Role::Strong));
        let way_out = if list.search.is_some() { "Esc  ends the search" } else { "Esc  shows all entries" };
        put_centre(buffer, area, y + 2, way_out, theme.style(Role::Text));
    }
}

fn draw_row(
    list: &List,
    common: &Common,
    buffer: &mut Buffer,
    columns: &Columns,
    y: u16,
    (at, count): (usize, usize),
    entry: &Entry,
) {
    let theme = &common.theme;
    let selected = list.selected_entry().is_some_and(|selected| selected.id == entry.id);
    if selected {
        put(buffer, 0, y, 1, "▌", theme.style(Role::Mark));
    }
    if columns.issuer >= 3 {
        if list.labels.is_some() {
            put(buffer, 1, y, 2, &label(at, count), theme.style(Role::Accent));
        } else if list.marked.contains(&entry.id) {
            put(buffer, 1, y, 1, "✓", theme.style(Role::Accent));
        } else if entry.pinned.value {
            put(buffer, 1, y, 1, "★", theme.style(Role::Star));
        }
    }
    let name_role = if selected { Role::Selected } else { Role::Text };
    let (issuer, account) = names(entry);
    put(buffer, columns.issuer, y, columns.issuer_width, issuer, theme.style(name_role));
    put(buffer, columns.account, y, columns.account_width, account, theme.style(Role::Second));
    draw_code(list, common, buffer, columns, y, entry);
}

/// Issuer and account; an entry without issuer shows its account in that place.
pub fn names(entry: &Entry) -> (&str, &str) {
    match (entry.issuer.value.as_str(), entry.account.value.as_str()) {
        ("", "") => ("unnamed", ""),
        ("", account) => (account, ""),
        names => names,
    }
}

fn draw_code(list: &List, common: &Common, buffer: &mut Buffer, columns: &Columns, y: u16, entry: &Entry) {
    let theme = &common.theme;
    let room = columns.end.saturating_sub(columns.bar);
    let dots = |buffer: &mut Buffer| put_right(buffer, columns.code_right, y, "· · ·", theme.style(Role::Hint));
    if entry.is_pending() {
        put_right(buffer, columns.code_right, y, "pending", theme.style(Role::Text));
        put(buffer, columns.bar, y, room, "not yet confirmed", theme.style(Role::Second));
        return;
    }
    let credential = &entry.credential.value;
    if credential.kind == Kind::Hotp && credential.check().is_ok() {
        match common.counter_code(entry.id) {
            Some(shown) => {
                let text = shown_code(list, common, entry, shown.code.expose());
                put_right(buffer, columns.code_right, y, &text, theme.style(Role::Code));
                put(buffer, columns.bar, y, room, &format!("counter {}", shown.counter), theme.style(Role::Second));
            }
            None => {
                dots(buffer);
                let used =
                    put(buffer, columns.bar, y, room, &format!("counter {}", entry.counter), theme.style(Role::Second)) + 2;
                let next = if room >= used + 11 { "↵ next code" } else { "↵ next" };
                put(buffer, columns.bar + used, y, room.saturating_sub(used), next, theme.style(Role::Second));
            }
        }
        return;
    }
    match face(credential, common.now.unix()) {
        Some(face) => {
            let text = shown_code(list, common, entry, face.code.expose());
            put_right(buffer, columns.code_right, y, &text, theme.style(Role::Code));
            if columns.bar_cells > 0 {
                bar::draw(buffer, theme, columns.bar, y, columns.bar_cells, face.left_s, face.period_s);
            }
            let own_seconds = list.density == Density::Bars || face.period_s != 30;
            if own_seconds && columns.seconds + bar::SECONDS <= columns.end {
                bar::draw_seconds(buffer, theme, columns.seconds, y, face.left_s);
            }
        }
        None => {
            dots(buffer);
            let why = credential.check().err().map_or_else(String::new, |why| why.to_string());
            put(buffer, columns.bar, y, room, &why, theme.style(Role::Second));
        }
    }
}

/// The code as the row shows it: grouped, or dots while codes are hidden and this one is not revealed.
pub fn shown_code(list: &List, common: &Common, entry: &Entry, code: &str) -> String {
    let revealed = list.revealed.is_some_and(|(id, until)| id == entry.id && until > common.now.boot);
    if list.hidden && !revealed { hidden(entry.credential.value.digits) } else { grouped(code) }
}
