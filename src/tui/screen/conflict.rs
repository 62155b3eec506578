//! A conflict copy beside the vault that waits for a person's word, or for its passphrase: what taking it in would change,
//! and the choice to do so.

use super::unlock::spinner;
use super::{Behaviour, Event, Reaction, Screen};
use crate::error::ErrorKind;
use crate::ops::merge::Plan;
use crate::secret::SecretText;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, fit, put, wrap};
use crate::tui::msg::{Done, Effect, Job, MouseAct};
use crate::tui::state::{Common, sentence};
use crate::tui::theme::Role;
use crate::tui::widget::field::Field;
use crate::tui::widget::menu::Menu;
use crate::tui::widget::said;
use crate::vault::store::{Keep, OpenedBy, PassphraseChange};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug)]
pub struct Conflict {
    /// The file's name beside the vault.
    name: String,
    /// What taking it in would do, once it is known.
    plan: Option<Box<Plan>>,
    /// It opens only with a passphrase of its own, which is typed here.
    asks: bool,
    field: Field,
    /// The one that opened it.
    passphrase: Option<SecretText>,
    menu: Menu,
    waiting: bool,
    said: Option<String>,
}

/// `None` leaves it where it is.
type Choice = (&'static str, &'static str, Option<Keep>);

const LEAVE: Choice = ("Leave it where it is", "", None);
const KEEP_OURS: Choice = ("Take it in, and keep the passphrase of now", "", Some(Keep::Ours));
const KEEP_THEIRS: Choice = ("Take it in, and its passphrase from now on", "", Some(Keep::Theirs));

/// Lines that can't hold more than the least of it.
const SMALL: usize = 8;

impl Conflict {
    /// Looks into the copy at once.
    pub fn open(name: String) -> Reaction {
        let look = Job::PlanCopy { name: name.clone(), passphrase: None };
        let screen = Conflict {
            name,
            plan: None,
            asks: false,
            field: Field::masked(),
            passphrase: None,
            menu: Menu::default(),
            waiting: true,
            said: None,
        };
        Reaction::push(Screen::Conflict(screen)).and(Effect::job(look))
    }

    /// Leaving is first: Enter typed by habit takes nothing in, since undo could not take it out again.
    fn choices(&self) -> Vec<Choice> {
        let Some(plan) = &self.plan else { return vec![LEAVE] };
        match (plan.change, plan.opened_by) {
            (PassphraseChange::Ours, _) => vec![LEAVE, ("Take it in", "", Some(Keep::Ours))],
            (PassphraseChange::Theirs, _) => vec![LEAVE, KEEP_THEIRS],
            (PassphraseChange::Both, OpenedBy::Given) => vec![LEAVE, KEEP_OURS, KEEP_THEIRS],
            (PassphraseChange::Both, _) => vec![LEAVE, KEEP_OURS],
        }
    }

    fn choose(&mut self) -> Reaction {
        match (self.choices().get(self.menu.selected), &self.plan) {
            (Some((.., Some(keep))), Some(plan)) => {
                let planned = plan.digest;
                self.waiting = true;
                self.said = None;
                let (name, passphrase) = (self.name.clone(), self.passphrase.clone());
                Reaction::job(Job::TakeCopy { name, planned, passphrase, keep: *keep })
            }
            _ => Reaction::pop(),
        }
    }

    fn try_passphrase(&mut self) -> Reaction {
        if self.field.is_empty() {
            return Reaction::stay();
        }
        self.waiting = true;
        self.said = None;
        self.passphrase = Some(self.field.secret());
        Reaction::job(Job::PlanCopy { name: self.name.clone(), passphrase: self.passphrase.clone() })
    }

    /// Why it was not simply merged, and the same in short.
    fn why(&self) -> (&'static str, &'static str) {
        let Some(plan) = self.plan.as_ref().filter(|_| !self.asks) else {
            return match self.asks {
                true => (
                    "None of the keys in hand opens it. If its passphrase was changed on another machine, type that one; it may \
                     also be a copy of another vault.",
                    "It has a passphrase of its own.",
                ),
                false => ("", ""),
            };
        };
        match (plan.opened_by, plan.change) {
            (OpenedBy::Retired, _) => (
                "It opens only with a key that was replaced: it was made before the passphrase was changed, or by somebody who \
                 knew it then. Take it in if you know where it comes from.",
                "Only a replaced key opens it.",
            ),
            (_, PassphraseChange::Ours) => ("", ""),
            (_, PassphraseChange::Theirs) => ("The passphrase was changed in it.", "Its passphrase was changed."),
            (_, PassphraseChange::Both) => {
                ("The passphrase was changed here and in it; one of the two has to stay.", "The passphrase was changed twice.")
            }
        }
    }

    /// What stands above the field or the choice, in at most so many lines where that is possible.
    fn lines(&self, columns: u16, room: usize) -> Vec<(String, Role)> {
        let mut lines = vec![(fit(&self.name, columns), Role::Text)];
        let is_small = room < SMALL;
        let why = if is_small { self.why().1 } else { self.why().0 };
        lines.extend(wrap(why, columns).into_iter().filter(|line| !line.is_empty()).map(|line| (line, Role::Second)));
        let Some(plan) = &self.plan else { return lines };
        if !is_small {
            lines.push((String::new(), Role::Text));
        }
        let entries = plan.difference.entries.iter().map(|(what, called, parts)| {
            let parts = if parts.is_empty() { String::new() } else { format!("  {}", parts.join(", ")) };
            format!("{}  {called}{parts}", what.word())
        });
        let others = plan.difference.others.iter().map(|other| sentence(other));
        // What changes who can open the vault is never what is left out.
        let mut changes: Vec<String> = others.chain(entries).collect();
        if changes.is_empty() {
            changes.push("It has nothing that is not here.".into());
        }
        let room = room.saturating_sub(lines.len()).max(1);
        if changes.len() > room {
            let more = changes.len() - (room - 1);
            changes.truncate(room - 1);
            changes.push(format!("and {more} more"));
        }
        lines.extend(changes.into_iter().map(|line| (fit(&line, columns), Role::Text)));
        lines
    }

    /// The first row of what is said, how much there is, and the row of the field or the choice.
    fn place_in(&self, area: Rect) -> (u16, Vec<(String, Role)>, u16) {
        let below = if self.asks { 2 } else { self.choices().len() as u16 };
        let top = if area.height >= 12 { 3 } else { 1 };
        // A blank line, the choice, one for what is said, and the two last ones.
        let room = area.height.saturating_sub(top + 1 + below + 2);
        let mut lines = self.lines(columns(area), room.into());
        lines.truncate(room.into());
        let y = top + lines.len() as u16 + 1;
        (top, lines, y)
    }
}

fn columns(area: Rect) -> u16 {
    area.width.saturating_sub(2 * MARGIN + 2).min(76)
}

impl Behaviour for Conflict {
    fn place(&self) -> Place {
        if self.asks { Place::Form } else { Place::Menu }
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        match event {
            Event::Done(Done::CopyPlanned(result)) => {
                self.waiting = false;
                self.menu = Menu::default();
                match result {
                    Ok(plan) => {
                        self.asks = false;
                        self.plan = Some(plan);
                    }
                    Err(error) if error.kind == ErrorKind::Locked => self.asks = true,
                    Err(error) => {
                        self.field.select();
                        self.said = Some(format!("{}.", sentence(&error.what)));
                    }
                }
            }
            Event::Done(Done::CopyTaken { result: Ok(_), .. }) => return Reaction::pop(),
            Event::Done(Done::CopyTaken { result: Err(error), .. }) => {
                self.waiting = false;
                let hint = error.hint.map_or(String::new(), |hint| format!(" {}.", sentence(&hint)));
                self.said = Some(format!("{}.{hint}", sentence(&error.what)));
            }
            Event::Command(Command::Back) => return Reaction::pop(),
            _ if self.waiting => {}
            Event::Command(Command::Accept) if self.asks => return self.try_passphrase(),
            Event::Command(Command::ShowText) => self.field.masked = !self.field.masked,
            Event::Key(key) if self.asks && self.field.edit(key) => self.said = None,
            Event::Paste(text) if self.asks => {
                self.field.insert(text.expose());
                self.said = None;
            }
            Event::Command(Command::Accept) => return self.choose(),
            Event::Command(command) => drop(self.menu.move_by(command, self.choices().len())),
            Event::Mouse { act: MouseAct::Click, row, .. } if !self.asks => {
                let (.., y) = self.place_in(Rect::new(0, 0, common.size.0, common.size.1));
                if let Some(line) = Menu::line_at(row, y, self.choices().len()) {
                    self.menu.selected = line;
                }
            }
            _ => {}
        }
        Reaction::stay()
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let area = buffer.area;
        let theme = &common.theme;
        let (x, columns) = (area.x + MARGIN + 2, columns(area));
        let (top, lines, y) = self.place_in(area);
        let title_y = u16::from(top > 1);
        put(buffer, area.x + MARGIN, title_y, area.width, "A conflict copy waits for your word", theme.style(Role::Strong));
        for ((line, role), y) in lines.iter().zip(top..) {
            put(buffer, x, y, columns, line, theme.style(*role));
        }
        let mut below = y;
        if self.asks {
            let label = put(buffer, x, y, columns, "its passphrase", theme.style(Role::Second)) + 2;
            self.field.draw(buffer, common, x + label, y, columns.saturating_sub(label), !self.waiting);
            below += 2;
        } else if self.plan.is_some() || !self.waiting {
            let choices = self.choices();
            let lines: Vec<(&str, &str)> = choices.iter().map(|(text, aside, _)| (*text, *aside)).collect();
            let height = area.height.saturating_sub(y + 1).min(lines.len() as u16);
            let room = Rect::new(area.x + MARGIN, y.min(area.height), area.width.saturating_sub(MARGIN), height);
            self.menu.draw(buffer, common, room, &lines);
            below += lines.len() as u16 + 1;
        }
        let said = match (&self.said, self.waiting) {
            (_, true) if self.plan.is_some() => Some((format!("{} taking it in", spinner(common)), Role::Accent)),
            (_, true) => Some((format!("{} opening the copy", spinner(common)), Role::Accent)),
            (Some(said), false) => Some((said.clone(), Role::Error)),
            (None, false) => None,
        };
        if let Some((text, role)) = said {
            let mut lines = said::lines(common, &text, columns, role);
            if role == Role::Error {
                lines.extend(said::lines(common, &self.field.tried(), columns, Role::Second));
            }
            said::draw(buffer, theme, x, below..area.height.saturating_sub(1), columns, &lines);
        }
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        match self.asks {
            true => {
                let show = if self.field.masked { "show" } else { "hide" };
                vec![(Command::Accept, "open it"), (Command::ShowText, show), (Command::Back, "leave it")]
            }
            false => vec![(Command::Accept, ""), (Command::Down, "move"), (Command::Back, "leave it")],
        }
    }
}
