//! Painting the list: title, tags or search line, rows in columns that never move, and the empty states.

use super::pane;
use super::{Density, List, TagFilter, label};
use crate::otp::Kind;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, put, put_centre, put_right, width};
use crate::tui::names::{Room, Shown};
use crate::tui::screen::Behaviour;
use crate::tui::state::Common;
use crate::tui::theme::Role;
use crate::tui::widget::bar;
use crate::tui::widget::code::face;
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
    /// Where the names begin, and how they share their columns.
    names: u16,
    room: Room,
    /// The code ends before this column.
    code_right: u16,
    /// Where the bar, or what stands in its place, begins.
    bar: u16,
    bar_cells: u16,
    /// None where the account needs its columns.
    seconds: Option<u16>,
    end: u16,
}

/// Columns of the widest usual code, `492 0391`, and of a long one.
const CODE: u16 = 9;
const LONG_CODE: u16 = 11;
/// From these widths on there are seconds, a column for the accounts, and bars.
const SECONDS_FROM: u16 = 36;
const ACCOUNTS_FROM: u16 = 56;
const BARS_FROM: u16 = 72;

impl Columns {
    fn of(list: &List, common: &Common, frame: &Frame) -> Columns {
        let code = if list.visible(common).any(|entry| entry.credential.value.digits > 8) { LONG_CODE } else { CODE };
        let bar_cells = if list.density == Density::Bars && frame.columns >= BARS_FROM { bar::CELLS } else { 0 };
        let gap = if frame.columns >= ACCOUNTS_FROM { 2 } else { 1 };
        let before_bar = if frame.columns >= BARS_FROM { gap } else { 0 };
        let has_seconds = frame.columns >= SECONDS_FROM;
        let tail = code + before_bar + bar_cells + if has_seconds { bar::SECONDS + MARGIN } else { 0 };
        let start = if frame.columns >= 20 { 3 } else { 1 };
        // Wide screens keep the columns together instead of tearing them apart.
        let names = frame.columns.saturating_sub(start + gap + tail).min(50);
        let site = names * 2 / 5;
        let room = match frame.columns {
            ACCOUNTS_FROM.. => Room::Columns { site, account: names - site - 1 },
            _ => Room::Beside(names),
        };
        let code_right = start + names + gap + code;
        let bar = code_right + before_bar;
        let seconds = has_seconds.then_some(bar + bar_cells);
        Columns { names: start, room, code_right, bar, bar_cells, seconds, end: frame.columns }
    }

    /// The account's column, where it has one.
    fn account(&self) -> Option<u16> {
        match self.room {
            Room::Columns { site, .. } => Some(self.names + site + 1),
            Room::Beside(_) => None,
        }
    }

    /// Where the names end.
    fn names_end(&self) -> u16 {
        match self.room {
            Room::Columns { site, account } => self.names + site + 1 + account,
            Room::Beside(columns) => self.names + columns,
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
    let waiting = |entry: &Entry| Waiting::of(list, common, &columns, entry);
    let rows: Vec<(&Entry, Room)> = list.visible(common).map(|entry| (entry.as_ref(), waiting(entry).names)).collect();
    for ((at, (entry, _)), name) in rows.iter().enumerate().zip(list.rows.names(&rows)) {
        draw_row(list, common, buffer, &columns, frame.first + at as u16, (at, count), entry, &name);
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
        let key = |command| common.keymap.sign(Place::List, command);
        put_centre(buffer, area, y + 2, &format!("{}  enrols the first one", key(Command::Enrol)), theme.style(Role::Text));
        let import = format!("{}  brings them from elsewhere", key(Command::Import));
        put_centre(buffer, area, y + 3, &import, theme.style(Role::Text));
    } else {
        put_centre(buffer, area, y, "Nothing matches", theme.style(Role::Strong));
        let does = if list.search.is_some() { "ends the search" } else { "shows all entries" };
        let way_out = format!("{}  {does}", common.keymap.sign(list.place(), Command::Back));
        put_centre(buffer, area, y + 2, &way_out, theme.style(Role::Text));
    }
}

/// Where a row says that a new secret waits: in the place of the bar, else behind the names, else by its mark alone.
struct Waiting {
    /// What is left for the names.
    names: Room,
    in_bar: bool,
    behind_names: bool,
}

impl Waiting {
    /// Columns that the names keep beside the words.
    const NAMES: u16 = 10;

    fn of(list: &List, common: &Common, columns: &Columns, entry: &Entry) -> Waiting {
        let room = columns.room;
        if !entry.has_waiting_secret() {
            return Waiting { names: room, in_bar: false, behind_names: false };
        }
        let sign = try_sign(list, common);
        if columns.bar_cells >= width(&sign) + 1 + width(NEW_SECRET) {
            return Waiting { names: room, in_bar: true, behind_names: false };
        }
        let words = width(&sign) + 1 + width(NEW) + 1;
        let less = |columns: u16| columns.checked_sub(words).filter(|left| *left >= Waiting::NAMES);
        let names = match room {
            Room::Columns { site, account } => less(account).map(|account| Room::Columns { site, account }),
            Room::Beside(columns) => less(columns).map(Room::Beside),
        };
        Waiting { names: names.unwrap_or(room), in_bar: false, behind_names: names.is_some() }
    }
}

const NEW_SECRET: &str = "new secret";
const NEW: &str = "new";

/// The key that leads to the new secret: in a search letters type, but copying leads there, too.
pub fn try_sign(list: &List, common: &Common) -> String {
    let key = |command| common.keymap.key(list.place(), command);
    key(Command::TryNew).or_else(|| key(Command::Copy)).map_or_else(String::new, |key| key.sign())
}

/// A key and what it does here; returns whether there was room for it.
fn put_key(buffer: &mut Buffer, common: &Common, (x, y): (u16, u16), room: u16, sign: &str, words: &str) -> bool {
    let fits = width(sign) + 1 + width(words) <= room;
    if fits {
        let used = put(buffer, x, y, room, sign, common.theme.style(Role::Strong)) + 1;
        put(buffer, x + used, y, room - used, words, common.theme.style(Role::Second));
    }
    fits
}

#[allow(clippy::too_many_arguments)]
fn draw_row(
    list: &List,
    common: &Common,
    buffer: &mut Buffer,
    columns: &Columns,
    y: u16,
    (at, count): (usize, usize),
    entry: &Entry,
    name: &Shown,
) {
    let theme = &common.theme;
    let selected = list.selected_entry().is_some_and(|selected| selected.id == entry.id);
    if selected {
        put(buffer, 0, y, 1, "▌", theme.style(Role::Mark));
    }
    if columns.names >= 3 {
        if list.labels.is_some() {
            put(buffer, 1, y, 2, &label(at, count), theme.style(Role::Accent));
        } else if list.marked.contains(&entry.id) {
            put(buffer, 1, y, 1, "✓", theme.style(Role::Accent));
        } else if entry.has_waiting_secret() {
            put(buffer, 1, y, 1, "!", theme.style(Role::Warning));
        } else if entry.pinned.value {
            put(buffer, 1, y, 1, "★", theme.style(Role::Star));
        }
    }
    let name_role = if selected { Role::Selected } else { Role::Text };
    let used = put(buffer, columns.names, y, columns.end, &name.site, theme.style(name_role));
    let account = columns.account().unwrap_or(columns.names + used + 1);
    put(buffer, account, y, columns.end, &name.account, theme.style(Role::Second));
    let waiting = Waiting::of(list, common, columns, entry);
    if waiting.behind_names {
        let sign = try_sign(list, common);
        let words = width(&sign) + 1 + width(NEW);
        put_key(buffer, common, (columns.names_end().saturating_sub(words), y), words, &sign, NEW);
    }
    draw_code(list, common, buffer, columns, y, entry, waiting.in_bar);
}

/// The code with its time. Where a row needs a key instead, key and word stand in the place of the bar, or in that of the code.
fn draw_code(list: &List, common: &Common, buffer: &mut Buffer, columns: &Columns, y: u16, entry: &Entry, waits_in_bar: bool) {
    let theme = &common.theme;
    let room = columns.end.saturating_sub(columns.bar + MARGIN);
    let dots = |buffer: &mut Buffer| put_right(buffer, columns.code_right, y, "· · ·", theme.style(Role::Hint));
    let sign = common.keymap.sign(list.place(), Command::Copy);
    let in_code = |buffer: &mut Buffer, words: &str, role| {
        put_right(buffer, columns.code_right, y, words, theme.style(role));
        let wide = width(&sign) + 1;
        if columns.code_right >= columns.names_end() + 1 + wide + width(words) {
            put(buffer, columns.code_right - width(words) - wide, y, wide, &sign, theme.style(Role::Strong));
        }
    };
    if entry.is_pending() {
        match put_key(buffer, common, (columns.bar, y), room, &sign, "try the code") {
            true => put_right(buffer, columns.code_right, y, "pending", theme.style(Role::Text)),
            false => in_code(buffer, "pending", Role::Text),
        }
        return;
    }
    if waits_in_bar {
        put_key(buffer, common, (columns.bar, y), room, &try_sign(list, common), NEW_SECRET);
    }
    let credential = &entry.credential.value;
    if credential.kind == Kind::Hotp && credential.check().is_ok() {
        match common.counter_code(entry.id) {
            Some(shown) => {
                let text = list.shown_code(common, entry, shown.code.expose());
                put_right(buffer, columns.code_right, y, &text, theme.style(Role::Code));
                let counter = format!("counter {}", shown.counter);
                if !waits_in_bar && width(&counter) <= room {
                    put(buffer, columns.bar, y, room, &counter, theme.style(Role::Second));
                }
            }
            None if entry.has_waiting_secret() => dots(buffer),
            None => {
                let words = [format!("next · counter {}", entry.counter), format!("next · {}", entry.counter), "next".to_owned()];
                match words.iter().any(|words| put_key(buffer, common, (columns.bar, y), room, &sign, words)) {
                    true => dots(buffer),
                    false => in_code(buffer, "next", Role::Second),
                }
            }
        }
        return;
    }
    match face(credential, common.now.unix()) {
        Some(face) => {
            let text = list.shown_code(common, entry, face.code.expose());
            put_right(buffer, columns.code_right, y, &text, theme.style(Role::Code));
            if columns.bar_cells > 0 && !waits_in_bar {
                bar::draw(buffer, theme, columns.bar, y, columns.bar_cells, face.left_s, face.period_s);
            }
            let own_seconds = list.density == Density::Bars || face.period_s != 30;
            if let (Some(x), true) = (columns.seconds, own_seconds) {
                bar::draw_seconds(buffer, theme, x, y, face.left_s);
            }
        }
        None => {
            dots(buffer);
            let why = credential.check().err().map_or_else(String::new, |why| why.to_string());
            if !waits_in_bar && columns.bar > columns.code_right {
                put(buffer, columns.bar, y, room, &why, theme.style(Role::Second));
            }
        }
    }
}
