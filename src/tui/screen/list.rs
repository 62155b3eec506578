//! The list: codes with live countdown bars, search as you type, copying with one key. `rows` decides what is listed and in
//! which order, `draw` and `pane` paint it, `act` turns commands into changes.

mod act;
mod draw;
mod pane;
mod rows;

use super::{Behaviour, Event, Reaction, copy};
pub use crate::ops::find::TagFilter;
use crate::transfer::links;
use crate::tui::command::Command;
use crate::tui::key::{Key, Stroke};
use crate::tui::keymap::Place;
use crate::tui::msg::MouseAct;
use crate::tui::state::Common;
use crate::tui::widget::code::{grouped, hidden};
use crate::tui::widget::field::Field;
use crate::vault::entry::{Entry, EntryId};
use ratatui::buffer::Buffer;
pub use rows::Sort;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug)]
pub struct List {
    rows: rows::Rows,
    /// Position in `rows`.
    selected: usize,
    /// First row on the screen.
    offset: usize,
    search: Option<Field>,
    /// Where the selection was when the search began.
    before_search: Option<EntryId>,
    filter: TagFilter,
    sort: Sort,
    density: Density,
    hidden: bool,
    /// One entry whose code is shown although codes are hidden, until then (boot time).
    revealed: Option<(EntryId, Duration)>,
    marked: BTreeSet<EntryId>,
    /// Typed so far while rows are labelled.
    labels: Option<String>,
    /// The vault changed while rows were labelled: a label must go on meaning the row it was put on.
    stale: bool,
}

/// How much each row shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// A bar for each row.
    Bars,
    /// Rows without bars, one shared bar for the selected entry's period in the title.
    Shared,
}

/// The letters rows are labelled with, easiest first.
const LABEL_LETTERS: &[u8] = b"asdfghjklqwertyuiopzxcvbnm";

impl List {
    pub fn new(common: &Common) -> List {
        let mut list = List {
            rows: rows::Rows::default(),
            selected: 0,
            offset: 0,
            search: None,
            before_search: None,
            filter: TagFilter::All,
            sort: Sort::Name,
            density: Density::Bars,
            hidden: common.config.hide_codes,
            revealed: None,
            marked: BTreeSet::new(),
            labels: None,
            stale: false,
        };
        list.rebuild(common);
        list
    }

    /// Makes the rows anew, keeping the selection on its entry.
    fn rebuild(&mut self, common: &Common) {
        let selected = self.selected_entry().map(|entry| entry.id);
        self.fill(common);
        if !self.rows.filter_exists(&self.filter) {
            self.filter = TagFilter::All;
            self.fill(common);
        }
        let rows = &self.rows;
        self.selected = selected.and_then(|id| rows.position(id)).unwrap_or(self.selected).min(rows.len().saturating_sub(1));
        self.marked.retain(|id| rows.holds(*id));
        self.scroll_into_view(common);
    }

    fn fill(&mut self, common: &Common) {
        match &self.search {
            Some(field) => self.rows.rebuild(common, &TagFilter::All, self.sort, field.text()),
            None => self.rows.rebuild(common, &self.filter, self.sort, ""),
        }
    }

    /// A code as the list shows it: grouped, or dots while codes are hidden and this one is not revealed.
    fn shown_code(&self, common: &Common, entry: &Entry, code: &str) -> String {
        let revealed = self.revealed.is_some_and(|(id, until)| id == entry.id && until > common.now.boot);
        if self.hidden && !revealed { hidden(entry.credential.value.digits) } else { grouped(code) }
    }

    fn selected_entry(&self) -> Option<&Arc<Entry>> {
        self.rows.get(self.selected)
    }

    /// The entries on the screen, from the first visible row.
    fn visible(&self, common: &Common) -> impl Iterator<Item = &Arc<Entry>> {
        let page = draw::Frame::of(self, common).rows;
        (self.offset..self.rows.len().min(self.offset + usize::from(page))).filter_map(|at| self.rows.get(at))
    }

    fn select(&mut self, common: &Common, at: usize) {
        self.selected = at.min(self.rows.len().saturating_sub(1));
        self.scroll_into_view(common);
    }

    fn scroll_into_view(&mut self, common: &Common) {
        let page = usize::from(draw::Frame::of(self, common).rows).max(1);
        self.offset = self.offset.min(self.selected).max((self.selected + 1).saturating_sub(page));
        self.offset = self.offset.min(self.rows.len().saturating_sub(page));
    }

    fn move_by(&mut self, common: &Common, command: Command) -> bool {
        let page = usize::from(draw::Frame::of(self, common).rows).max(1);
        let to = match command {
            Command::Up => self.selected.saturating_sub(1),
            Command::Down => self.selected + 1,
            Command::PageUp => self.selected.saturating_sub(page),
            Command::PageDown => self.selected + page,
            Command::Top => 0,
            Command::Bottom => usize::MAX,
            _ => return false,
        };
        self.select(common, to);
        true
    }

    /// What the copy key does with the selected entry.
    fn copy_word(&self, common: &Common) -> &'static str {
        match self.selected_entry() {
            Some(entry) if entry.is_pending() => "try",
            Some(entry) if entry.has_waiting_secret() => "try the new one",
            Some(entry) if entry.credential.value.kind == crate::otp::Kind::Hotp && common.counter_code(entry.id).is_none() => {
                "next code"
            }
            _ => "copy",
        }
    }

    fn search_changed(&mut self, common: &Common) {
        // The best match comes first, so the selection follows the ranking, not the entry.
        self.fill(common);
        self.selected = 0;
        self.offset = 0;
    }

    fn key(&mut self, common: &mut Common, key: Key) -> Reaction {
        if self.labels.is_some() {
            return self.label_key(common, key);
        }
        if let Some(field) = &mut self.search {
            if field.edit(key) {
                self.search_changed(common);
            }
            return Reaction::stay();
        }
        match key.stroke {
            Stroke::Char(digit @ '1'..='9') if !key.ctrl && !key.alt => {
                let at = self.offset + digit as usize - '1' as usize;
                if self.visible(common).nth(at - self.offset).is_none() {
                    return Reaction::stay();
                }
                self.select(common, at);
                self.copy(common, copy::Want::Visible)
            }
            _ => Reaction::stay(),
        }
    }

    fn label_key(&mut self, common: &mut Common, key: Key) -> Reaction {
        let Some(mut typed) = self.labels.take() else { return Reaction::stay() };
        let Some(c) = key.typed() else { return Reaction::stay() };
        typed.push(c.to_ascii_lowercase());
        let count = self.visible(common).count();
        let hit = (0..count).find(|at| label(*at, count) == typed);
        if let Some(at) = hit {
            self.select(common, self.offset + at);
            return self.copy(common, copy::Want::Visible);
        }
        if (0..count).any(|at| label(at, count).starts_with(&typed)) {
            self.labels = Some(typed);
        }
        Reaction::stay()
    }

    fn mouse(&mut self, common: &mut Common, act: MouseAct, column: u16, row: u16) -> Reaction {
        match act {
            MouseAct::WheelUp => drop(self.move_by(common, Command::Up)),
            MouseAct::WheelDown => drop(self.move_by(common, Command::Down)),
            MouseAct::Click | MouseAct::DoubleClick => {
                let frame = draw::Frame::of(self, common);
                let Some(at) = row.checked_sub(frame.first).filter(|at| *at < frame.rows && column < frame.columns) else {
                    return Reaction::stay();
                };
                let at = self.offset + usize::from(at);
                if at < self.rows.len() {
                    self.select(common, at);
                    if act == MouseAct::DoubleClick {
                        return self.copy(common, copy::Want::Visible);
                    }
                }
            }
        }
        Reaction::stay()
    }

    /// The search covers the whole vault, whatever tag is chosen.
    fn open_search(&mut self, common: &Common) {
        self.before_search = self.selected_entry().map(|entry| entry.id);
        self.search = Some(Field::plain(""));
        self.rebuild(common);
    }

    /// Ends the search, on the entry found or back where it began.
    fn close_search(&mut self, common: &Common, on_found: bool) {
        let found = self.selected_entry().map(|entry| entry.id);
        let begun = self.before_search.take();
        self.search = None;
        if on_found && found.is_some_and(|id| !self.rows.filter_lets(&self.filter, id)) {
            self.filter = TagFilter::All;
        }
        self.rebuild(common);
        let to = if on_found { found } else { begun };
        if let Some(at) = to.and_then(|id| self.rows.position(id)) {
            self.select(common, at);
        }
    }
}

impl List {
    fn react(&mut self, common: &mut Common, event: Event) -> Reaction {
        match event {
            Event::Command(command) => self.command(common, command),
            Event::Key(key) => self.key(common, key),
            Event::Paste(text) => {
                if links::has_link(text.expose()) {
                    return self.enrol(common, text);
                }
                if let Some(field) = &mut self.search {
                    field.insert(text.expose());
                    self.search_changed(common);
                }
                Reaction::stay()
            }
            Event::Mouse { act, column, row } => self.mouse(common, act, column, row),
            Event::Done(_) => Reaction::stay(),
        }
    }
}

/// The label of the `at`-th of `count` rows: one letter each while they suffice, else two.
fn label(at: usize, count: usize) -> String {
    let letters = LABEL_LETTERS.len();
    let letter = |at: usize| char::from(LABEL_LETTERS[at % letters]);
    if count <= letters { letter(at).to_string() } else { [letter(at / letters), letter(at)].iter().collect() }
}

impl Behaviour for List {
    fn place(&self) -> Place {
        if self.search.is_some() { Place::Search } else { Place::List }
    }

    fn typing(&self) -> bool {
        self.search.is_some() || self.labels.is_some()
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        let reaction = self.react(common, event);
        if self.labels.is_none() && std::mem::take(&mut self.stale) {
            self.rebuild(common);
        }
        reaction
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        draw::draw(self, common, buffer);
    }

    fn footer(&self, common: &Common) -> Vec<(Command, &'static str)> {
        if self.labels.is_some() {
            return vec![(Command::Back, "no label")];
        }
        if self.search.is_some() {
            return vec![(Command::Copy, self.copy_word(common)), (Command::Accept, "go to it"), (Command::Back, "")];
        }
        if self.rows.nothing_enrolled() {
            return vec![(Command::Enrol, ""), (Command::Import, ""), (Command::Help, ""), (Command::Quit, "")];
        }
        let counter = self.selected_entry().is_some_and(|entry| entry.credential.value.kind == crate::otp::Kind::Hotp);
        let mut commands = vec![(Command::Copy, self.copy_word(common))];
        if !counter {
            commands.push((Command::CopyNext, ""));
        }
        let rest = [Command::Search, Command::Enrol, Command::Edit, Command::Tags, Command::RecoveryCodes, Command::Delete];
        commands.extend(rest.map(|command| (command, if command == Command::RecoveryCodes { "recovery" } else { "" })));
        // Help always has its place: what is too much falls off before it.
        let room = common.size.0;
        let mut used = 8;
        commands.retain(|(command, word)| {
            let word = if word.is_empty() { command.label() } else { word };
            used += 2 + word.len() as u16 + 3;
            used < room
        });
        commands.push((Command::Help, ""));
        commands
    }

    fn disabled(&self, common: &Common, command: Command) -> Option<String> {
        self.disabled(common, command)
    }

    fn vault_changed(&mut self, common: &Common) {
        if self.labels.is_some() {
            self.stale = true;
            self.scroll_into_view(common);
        } else {
            self.rebuild(common);
        }
    }

    /// Widens what is listed where the entry would stay out of sight.
    fn show_entry(&mut self, common: &Common, id: EntryId) {
        if self.rows.position(id).is_none() {
            self.search = None;
            self.filter = TagFilter::All;
            self.rebuild(common);
        }
        if let Some(at) = self.rows.position(id) {
            self.select(common, at);
        }
    }

    fn next_change(&self, common: &Common) -> Option<Duration> {
        let bar_moves = self.visible(common).any(|entry| entry.credential.value.is_time_based() && !entry.is_pending())
            || common.locks_at().is_some();
        let tick = bar_moves.then(|| common.next_second());
        let revealed = self.revealed.map(|(_, until)| until);
        let counter = self.visible(common).filter_map(|entry| common.counter_code(entry.id)).map(|shown| shown.until).min();
        [tick, revealed, counter].into_iter().flatten().min()
    }
}
