//! The replaced secrets of an entry: told apart by when they were replaced, by a mark, and by their codes where these are
//! asked for. One is put back after a question; the present one then is kept here.

use super::confirm::Confirm;
use super::{Behaviour, Event, Reaction, Screen, copy, undo};
use crate::ops::change::Change;
use crate::ops::history::{self, Fate, Replaced};
use crate::otp::{Credential, Kind};
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, put, put_right, wrap};
use crate::tui::msg::{Effect, Job, Then};
use crate::tui::state::{Common, Tone};
use crate::tui::theme::Role;
use crate::tui::widget::code::{face, grouped, hidden};
use crate::tui::widget::lines::{Lines, draw_mark};
use crate::tui::widget::{ago, bar};
use crate::vault::entry::{Entry, EntryId};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug)]
pub struct History {
    id: EntryId,
    name: String,
    lines: Lines,
    /// Whether codes are shown.
    shown: bool,
}

const WHAT_IT_IS: &str =
    "Secrets that were replaced. Put one back if the site still takes its codes; the present one is then kept here.";

/// Columns of `replaced 59 minutes ago`, of a mark, and of the widest usual code.
const FATE: u16 = 23;
const MARK: u16 = 4;
const CODE: u16 = 9;

/// What the screen is, on at most two lines.
fn about(columns: u16) -> Vec<String> {
    let mut lines = wrap(WHAT_IT_IS, columns);
    lines.truncate(2);
    lines
}

/// Why an entry has no history to be looked at, as a sentence without full stop.
pub fn why_not(common: &Common, entry: &Entry) -> Option<String> {
    history::of(entry).is_empty().then(|| format!("No secret of {} was replaced yet", common.name_of(entry)))
}

impl History {
    pub fn new(common: &Common, entry: &Entry) -> Self {
        History { id: entry.id, name: common.name_of(entry), lines: Lines::default(), shown: false }
    }

    /// The entry as it is on the disk.
    fn entry(&self, common: &Common) -> Option<Arc<Entry>> {
        common.open.as_ref()?.vault.entry(self.id).filter(|entry| !entry.is_deleted()).cloned()
    }

    /// Asks the selected one something.
    fn selected<T>(&self, common: &Common, ask: impl FnOnce(&Entry, &Replaced<'_>) -> T) -> Option<T> {
        let entry = self.entry(common)?;
        history::of(&entry).get(self.lines.selected).map(|old| ask(&entry, old))
    }

    /// Whether any secret, the present one too, has a code by time.
    fn has_codes(&self, common: &Common) -> bool {
        let is_timed = |credential: &Credential| face(credential, common.now.unix()).is_some();
        self.entry(common).is_some_and(|entry| {
            is_timed(&entry.credential.value) || history::of(&entry).iter().any(|old| is_timed(old.credential))
        })
    }

    fn count(&self, common: &Common) -> usize {
        self.entry(common).map_or(0, |entry| history::of(&entry).len())
    }

    fn put_back(&self, common: &mut Common) -> Reaction {
        if let Some(reason) = self.disabled(common, Command::PutBack) {
            common.say(Tone::Note, reason);
            return Reaction::stay();
        }
        let asked = self.selected(common, |entry, old| (history::mark(entry.id, &old.credential.secret), old.at));
        let Some((mark, at)) = asked else { return Reaction::stay() };
        let then = Then::Say(format!("{} uses the secret {mark} again", self.name));
        let yes = vec![Effect::job(Job::Apply { change: Change::RestoreCredential(self.id, at), then })];
        let question = format!("{}: put the secret {mark} back? The present one is kept.", self.name);
        Reaction::push(Screen::Confirm(Confirm::undoable(question, "put back", "leave it", yes)))
    }

    /// To try it at the site.
    fn copy(&self, common: &mut Common) -> Reaction {
        let what = format!("the code of a replaced secret of {}", self.name);
        let job = self.selected(common, |_, old| copy::time_code(common, old.credential, what, None, false));
        match job {
            Some(Some(job)) => return Reaction::job(job),
            Some(None) => common.say(Tone::Note, "This secret has no code by time: put it back to take one"),
            None => {}
        }
        Reaction::stay()
    }

    /// Where the replaced ones lie. The present one stands on the line above, where there is a title.
    fn frame((width, height): (u16, u16)) -> Rect {
        let x = if width >= 40 { MARGIN + 2 } else { 0 };
        let columns = width.saturating_sub(x + x.min(1));
        let (top, below) = match height {
            0..4 => (0, 0),
            4..10 => (2, 2),
            10..16 => (4, 2),
            _ => (5 + about(columns).len() as u16, 3),
        };
        Rect::new(x, top, columns, height.saturating_sub(top + below))
    }

    /// A line of the table; `counter` is the next one of a secret that counts.
    fn draw_row(&self, common: &Common, buffer: &mut Buffer, area: Rect, y: u16, row: &Row<'_>) {
        let theme = &common.theme;
        let columns = Columns::of(area);
        if row.selected {
            draw_mark(buffer, theme, area.x, y);
        }
        let role = if row.selected { Role::Selected } else { Role::Text };
        put(buffer, area.x + 2, y, columns.fate, &row.fate, theme.style(role));
        if let Some(x) = columns.mark {
            put(buffer, x, y, MARK, &row.mark, theme.style(role));
        }
        if columns.code_right > 0 {
            self.draw_code(common, buffer, &columns, y, row);
        }
        if let Some(x) = columns.parameters {
            let text = match row.credential.kind {
                // The counter stands in the place of the code.
                Kind::Hotp => row.credential.shape(),
                _ => row.credential.parameters(row.counter),
            };
            put(buffer, x, y, area.right().saturating_sub(x), &text, theme.style(Role::Second));
        }
    }

    fn draw_code(&self, common: &Common, buffer: &mut Buffer, columns: &Columns, y: u16, row: &Row<'_>) {
        let theme = &common.theme;
        let (right, credential) = (columns.code_right, row.credential);
        if credential.kind == Kind::Hotp {
            let room = CODE + if columns.seconds { bar::SECONDS } else { 0 };
            put(buffer, right - CODE, y, room, &format!("counter {}", row.counter), theme.style(Role::Second));
            return;
        }
        let Some(face) = face(credential, common.now.unix()) else {
            return put_right(buffer, right, y, "· · ·", theme.style(Role::Hint));
        };
        if !self.shown {
            return put_right(buffer, right, y, &hidden(credential.digits), theme.style(Role::Hint));
        }
        put_right(buffer, right, y, &grouped(face.code.expose()), theme.style(Role::Code));
        if columns.seconds {
            bar::draw_seconds(buffer, theme, right, y, face.left_s);
        }
    }
}

struct Row<'a> {
    fate: String,
    mark: String,
    credential: &'a Credential,
    counter: u64,
    selected: bool,
}

/// Where the parts of a line stand, from the width alone. What is less needed goes first.
struct Columns {
    fate: u16,
    mark: Option<u16>,
    /// The code ends before this column; 0 where there is no room for one.
    code_right: u16,
    seconds: bool,
    parameters: Option<u16>,
}

impl Columns {
    fn of(area: Rect) -> Columns {
        let code = CODE + 1;
        let fate = FATE.min(area.width.saturating_sub(2 + code).max(area.width.min(12)));
        let mut x = area.x + 2 + fate;
        let room = |x: u16, wanted: u16| x + wanted <= area.right();
        let mark = room(x, 2 + MARK + code + 1 + bar::SECONDS).then_some(x + 2);
        x += if mark.is_some() { 2 + MARK + 1 } else { 0 };
        let code_right = if room(x, code) { x + code } else { 0 };
        let seconds = code_right > 0 && room(code_right, bar::SECONDS);
        let parameters = (seconds && room(code_right + bar::SECONDS, 2 + 12)).then_some(code_right + bar::SECONDS + 2);
        Columns { fate, mark, code_right, seconds, parameters }
    }
}

fn fate_words(common: &Common, fate: Fate) -> String {
    match fate {
        Fate::Replaced(when) => format!("replaced {}", ago::text(ago::since(common, when))),
        Fate::LostMerge => "lost a merge".to_owned(),
        Fate::NeverConfirmed => "never confirmed".to_owned(),
    }
}

impl Behaviour for History {
    fn place(&self) -> Place {
        Place::History
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        let area = History::frame(common.size);
        match event {
            Event::Command(Command::Back) => return Reaction::pop(),
            Event::Command(Command::PutBack) => return self.put_back(common),
            Event::Command(Command::Reveal) => match self.disabled(common, Command::Reveal) {
                Some(reason) => common.say(Tone::Note, reason),
                None => self.shown = !self.shown,
            },
            Event::Command(Command::Copy) => return self.copy(common),
            Event::Command(Command::Undo) => return undo::take_back(common),
            Event::Command(command) => drop(self.lines.move_by(command, self.count(common), area.height)),
            Event::Mouse { act, row, .. } => drop(self.lines.mouse(act, row, area, self.count(common))),
            Event::Key(_) | Event::Paste(_) | Event::Done(_) => {}
        }
        Reaction::stay()
    }

    fn disabled(&self, common: &Common, command: Command) -> Option<String> {
        match command {
            Command::Undo => undo::why_not(common),
            Command::PutBack => common.read_only(),
            Command::Reveal if !self.has_codes(common) => Some("None of these secrets has a code by time".to_owned()),
            _ => None,
        }
    }

    fn vault_changed(&mut self, common: &Common) {
        self.lines.selected = self.lines.selected.min(self.count(common).saturating_sub(1));
        self.name = common.name_by_id(self.id).unwrap_or_else(|| std::mem::take(&mut self.name));
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let theme = &common.theme;
        let whole = buffer.area;
        let area = History::frame((whole.width, whole.height));
        if area.y > 0 {
            let y = u16::from(area.y > 2);
            let x = MARGIN + put(buffer, MARGIN, y, whole.width, "History", theme.style(Role::Strong)) + 3;
            put(buffer, x, y, whole.width.saturating_sub(x), &self.name, theme.style(Role::Second));
        }
        let Some(entry) = self.entry(common) else {
            put(buffer, area.x, area.y, area.width, "This entry is no longer in the list.", theme.style(Role::Text));
            return;
        };
        if area.y > 4 {
            for (line, y) in about(area.width).iter().zip(3..) {
                put(buffer, area.x, y, area.width, line, theme.style(Role::Second));
            }
        }
        if area.y > 0 {
            let present = Row {
                fate: "present".to_owned(),
                mark: history::mark(entry.id, &entry.credential.value.secret),
                credential: &entry.credential.value,
                counter: entry.counter,
                selected: false,
            };
            self.draw_row(common, buffer, area, area.y - 1, &present);
        }
        let replaced = history::of(&entry);
        if replaced.is_empty() {
            put(buffer, area.x + 2, area.y, area.width, "No secret was replaced yet.", theme.style(Role::Second));
        }
        for (at, y) in self.lines.in_sight(area, replaced.len()) {
            let old = &replaced[at];
            let row = Row {
                fate: fate_words(common, old.fate),
                mark: history::mark(entry.id, &old.credential.secret),
                credential: old.credential,
                counter: old.credential.counter,
                selected: at == self.lines.selected,
            };
            self.draw_row(common, buffer, area, y, &row);
        }
    }

    fn footer(&self, common: &Common) -> Vec<(Command, &'static str)> {
        let kind = self.selected(common, |_, old| old.credential.kind);
        let mut commands = Vec::new();
        if kind.is_some() {
            commands.push((Command::PutBack, ""));
        }
        if kind.is_some() && self.has_codes(common) {
            commands.push((Command::Reveal, if self.shown { "hide" } else { "show" }));
        }
        if kind.is_some_and(|kind| kind != Kind::Hotp) {
            commands.push((Command::Copy, ""));
        }
        commands.extend([(Command::Back, ""), (Command::Help, "")]);
        commands
    }

    /// Codes while they are shown, and the words for the times.
    fn next_change(&self, common: &Common) -> Option<Duration> {
        let entry = self.entry(common)?;
        let replaced = history::of(&entry);
        let ticks = self.shown && self.has_codes(common);
        let words = replaced.iter().filter_map(|old| match old.fate {
            Fate::Replaced(when) => Some(ago::next_change(common, when)),
            _ => None,
        });
        words.chain(ticks.then(|| common.next_second())).min()
    }
}
