//! Several accounts in one source: each with how it stands to the vault; those marked are enrolled together, as active,
//! for they come from an authenticator that works.

use super::{Part, Turn};
use crate::ops::change::Change;
use crate::ops::import::{Plan, Standing, plan};
use crate::transfer::Found;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{put, wrap};
use crate::tui::msg::{Awaited, Done, Job, MouseAct, Then};
use crate::tui::screen::Event;
use crate::tui::state::{Common, Tone};
use crate::tui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug)]
pub struct Review {
    plan: Plan,
    /// One for each row of the plan.
    taken: Vec<bool>,
    selected: usize,
    saving: bool,
}

/// How a draft stands to the vault, in a word and in words.
fn said(standing: Standing) -> (&'static str, &'static str, Role) {
    match standing {
        Standing::New => ("new", "", Role::Ok),
        Standing::Same(_) => ("same", "It is in the vault already, with this very secret.", Role::Dim),
        Standing::Alike(_) => ("alike", "Its secret is in the vault already, under another name.", Role::Warning),
        Standing::Conflict(_) => ("conflict", "This name is in the vault with another secret: both are kept.", Role::Warning),
    }
}

impl Review {
    pub fn new(common: &Common, found: Found) -> Review {
        let plan = match &common.open {
            Some(open) => plan(&open.vault, found),
            None => Plan { rows: Vec::new(), skipped: found.skipped, warnings: found.warnings },
        };
        let taken = plan.rows.iter().map(|(_, standing)| !matches!(standing, Standing::Same(_))).collect();
        Review { plan, taken, selected: 0, saving: false }
    }

    fn count(&self) -> usize {
        self.taken.iter().filter(|taken| **taken).count()
    }

    fn move_by(&mut self, command: Command, page: usize) {
        let last = self.plan.rows.len().saturating_sub(1);
        let to = match command {
            Command::Up => self.selected.saturating_sub(1),
            Command::Down => self.selected + 1,
            Command::PageUp => self.selected.saturating_sub(page),
            Command::PageDown => self.selected + page,
            _ => self.selected,
        };
        self.selected = to.min(last);
    }

    fn enrol(&mut self, common: &mut Common) -> Turn {
        let rows = self.plan.rows.iter().zip(&self.taken).filter(|(_, taken)| **taken);
        let add: Vec<_> = rows.map(|((draft, _), _)| draft.clone()).collect();
        if add.is_empty() {
            common.say(Tone::Note, "None is marked");
            return Turn::Stay;
        }
        self.saving = true;
        let change = Change::Import { add, replace: Vec::new() };
        Turn::Do(Job::Apply { change, then: Then::Screen(Awaited::EnrolSaved) })
    }

    fn saved(&mut self, common: &mut Common, done: Done) -> Turn {
        let Done::Applied { result, .. } = done else { return Turn::Stay };
        self.saving = false;
        let Ok(outcome) = result else { return Turn::Stay };
        let said = match outcome.ids.len() {
            1 => "1 account enrolled".to_owned(),
            count => format!("{count} accounts enrolled"),
        };
        common.note_undo(outcome.undo, said.clone());
        common.say(Tone::Done, said);
        outcome.ids.first().map_or(Turn::Leave, |id| Turn::Done(*id))
    }

    /// Lines above and below the rows, and the first row in sight.
    fn frame(&self, area: Rect) -> (u16, u16, usize) {
        let above = if area.height >= 6 { 2 } else { 0 };
        let below = if area.height >= 9 { (self.remarks(area.width).len() as u16).min(area.height / 3) + 1 } else { 0 };
        let page = usize::from(area.height.saturating_sub(above + below)).max(1);
        (above, below, (self.selected + 1).saturating_sub(page))
    }

    /// How the selected one stands to the vault, what could not be taken, and what else there is to say.
    fn remarks(&self, columns: u16) -> Vec<(String, Role)> {
        let selected = self.plan.rows.get(self.selected).map_or("", |(_, standing)| said(*standing).1);
        let skipped = self.plan.skipped.iter().map(|skipped| format!("Not taken: {}.", skipped.reason.trim_end_matches('.')));
        let others = skipped.chain(self.plan.warnings.iter().cloned()).flat_map(|text| wrap(&text, columns));
        // The first line is there even when it is empty, so that nothing moves with the selection.
        let first = wrap(selected, columns).into_iter().next().unwrap_or_default();
        std::iter::once((first, Role::Dim)).chain(others.map(|line| (line, Role::Warning))).collect()
    }
}

impl Part for Review {
    fn place(&self) -> Place {
        Place::Choose
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Turn {
        if let Event::Done(done) = event {
            return self.saved(common, done);
        }
        if self.saving {
            return Turn::Stay;
        }
        let area = super::body(Rect::new(0, 0, common.size.0, common.size.1));
        let (above, below, first) = self.frame(area);
        match event {
            Event::Command(Command::Accept) => return self.enrol(common),
            Event::Command(Command::Back) => return Turn::Source,
            Event::Command(Command::Mark) => {
                if let Some(taken) = self.taken.get_mut(self.selected) {
                    *taken = !*taken;
                }
                self.move_by(Command::Down, 1);
            }
            Event::Command(command) => self.move_by(command, area.height.saturating_sub(above + below).max(1).into()),
            Event::Mouse { act: MouseAct::WheelUp, .. } => self.move_by(Command::Up, 1),
            Event::Mouse { act: MouseAct::WheelDown, .. } => self.move_by(Command::Down, 1),
            Event::Mouse { row, .. } => {
                let at = row.checked_sub(area.y + above).map(|at| first + usize::from(at));
                if let Some(at) = at.filter(|at| *at < self.taken.len()) {
                    self.selected = at;
                }
            }
            _ => {}
        }
        Turn::Stay
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        let theme = &common.theme;
        let (above, below, first) = self.frame(area);
        if above > 0 {
            let count = self.plan.rows.len();
            let title = format!(
                "{count} {} found, {} marked to be enrolled",
                if count == 1 { "account" } else { "accounts" },
                self.count()
            );
            put(buffer, area.x, area.y, area.width, &title, theme.style(Role::Text));
        }
        let rows = area.height.saturating_sub(above + below);
        // Mark and sign, then names, then the word for the standing.
        let names = area.width.saturating_sub(4 + 12).min(60);
        let issuer = if names < 24 { names } else { names * 2 / 5 };
        let word_x = area.x + 4 + names + 2;
        let visible = self.plan.rows.iter().zip(&self.taken).enumerate().skip(first).take(rows.into());
        for ((at, ((draft, standing), taken)), y) in visible.zip(area.y + above..) {
            let selected = at == self.selected;
            if selected {
                put(buffer, area.x, y, 1, "▌", theme.style(Role::Mark));
            }
            put(buffer, area.x + 2, y, 1, if *taken { "✓" } else { "·" }, theme.style(if *taken { Role::Ok } else { Role::Dim }));
            let (one, other) = match (draft.issuer.as_str(), draft.account.as_str()) {
                ("", "") => ("unnamed", ""),
                ("", account) => (account, ""),
                names => names,
            };
            let role = match (selected, taken) {
                (true, _) => Role::Selected,
                (false, true) => Role::Text,
                (false, false) => Role::Dim,
            };
            put(buffer, area.x + 4, y, issuer, one, theme.style(role));
            if issuer < names {
                put(buffer, area.x + 4 + issuer + 1, y, names - issuer - 1, other, theme.style(Role::Dim));
            }
            let (word, _, role) = said(*standing);
            put(buffer, word_x, y, area.right().saturating_sub(word_x), word, theme.style(role));
        }
        if below > 0 {
            let room = usize::from(below - 1);
            let mut remarks = self.remarks(area.width);
            if remarks.len() > room {
                remarks.truncate(room);
                if let Some((last, _)) = remarks.last_mut() {
                    last.push_str(" …");
                }
            }
            let first = area.y + above + rows.min(self.plan.rows.len() as u16) + 1;
            for ((line, role), y) in remarks.iter().zip(first..area.bottom()) {
                put(buffer, area.x, y, area.width, line, theme.style(*role));
            }
        }
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        let mark = match self.taken.get(self.selected) {
            Some(true) => "leave out",
            _ => "take",
        };
        vec![(Command::Accept, "enrol"), (Command::Mark, mark), (Command::Down, "move"), (Command::Back, "")]
    }

    fn unsaved(&self) -> bool {
        true
    }
}
