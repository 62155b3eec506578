//! The wizard that enrols an account: source › details › try the code › recovery codes. Each step is a file below; this
//! one holds the step that is on, and draws the line of steps.

mod backup;
mod details;
mod duplicate;
mod refused;
mod trial;

use super::confirm::Confirm;
use super::review::{self, Review};
use super::source::{Purpose, Source, Wish};
use super::{Behaviour, Event, Reaction, Screen};
use crate::secret::SecretText;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::body;
use crate::tui::msg::Job;
use crate::tui::state::Common;
use crate::tui::widget::steps;
use crate::vault::entry::{Entry, EntryId};
use backup::Backup;
use details::Details;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::time::Duration;
use trial::Trial;

#[derive(Debug)]
pub struct Enrol {
    /// Kept through all steps, with what was typed there.
    source: Source,
    step: Step,
}

#[derive(Debug)]
enum Step {
    Source,
    Review(Review),
    Details(Box<Details>),
    Trial(Trial),
    Backup(Backup),
}

/// What a step is to the wizard.
trait Part {
    fn place(&self) -> Place;
    fn handle(&mut self, common: &mut Common, event: Event) -> Turn;
    /// Draws below the line of steps.
    fn draw(&self, common: &Common, buffer: &mut Buffer, area: Rect);
    fn footer(&self, common: &Common) -> Vec<(Command, &'static str)>;
    fn next_change(&self, _common: &Common) -> Option<Duration> {
        None
    }
    fn unsaved(&self) -> bool {
        false
    }
}

/// What a step wants after an event.
enum Turn {
    Stay,
    Do(Job),
    /// Waits no longer for what it ordered.
    GiveUp,
    Push(Screen),
    /// Back to the source, with what is there.
    Source,
    Review(Review),
    Details(Box<Details>),
    Trial(Trial),
    Codes(EntryId),
    /// Leaves the wizard without a word.
    Leave,
    /// Leaves, with this entry selected in the list.
    Done(EntryId),
}

/// What would be lost by leaving.
const UNSAVED: &str = "the new entry";

impl Enrol {
    pub fn new() -> Enrol {
        Enrol { source: Source::new(Purpose::Enrol), step: Step::Source }
    }

    /// Begins with a link that was pasted elsewhere, and what reads it.
    pub fn pasted(text: SecretText) -> (Enrol, Option<Job>) {
        let mut source = Source::new(Purpose::Enrol);
        let job = match source.read_pasted(text) {
            Wish::Do(job) => Some(job),
            _ => None,
        };
        (Enrol { source, step: Step::Source }, job)
    }

    /// Goes on with an entry that is pending, or whose new secret waits to be confirmed.
    pub fn resume(entry: &Entry) -> Enrol {
        Enrol { source: Source::new(Purpose::Enrol), step: Step::Trial(Trial::new(entry.id, "")) }
    }

    fn part(&self) -> &dyn Part {
        match &self.step {
            Step::Source => &self.source,
            Step::Review(review) => review,
            Step::Details(details) => details.as_ref(),
            Step::Trial(trial) => trial,
            Step::Backup(backup) => backup,
        }
    }

    fn part_mut(&mut self) -> &mut dyn Part {
        match &mut self.step {
            Step::Source => &mut self.source,
            Step::Review(review) => review,
            Step::Details(details) => details.as_mut(),
            Step::Trial(trial) => trial,
            Step::Backup(backup) => backup,
        }
    }

    fn take(&mut self, common: &Common, turn: Turn) -> Reaction {
        self.step = match turn {
            Turn::Stay => return Reaction::stay(),
            Turn::Do(job) => return Reaction::job(job),
            Turn::GiveUp => return Reaction::give_up(),
            Turn::Push(screen) => return Reaction::push(screen),
            Turn::Leave => return Reaction::pop(),
            Turn::Done(id) => return Reaction::pop_to(id),
            Turn::Source => Step::Source,
            Turn::Review(review) => Step::Review(review),
            Turn::Details(details) => Step::Details(details),
            Turn::Trial(trial) => Step::Trial(trial),
            Turn::Codes(id) => match common.open.as_ref().and_then(|open| open.vault.entry(id)) {
                Some(entry) => Step::Backup(Backup::new(common, entry)),
                None => return Reaction::pop(),
            },
        };
        Reaction::stay()
    }

    fn at(&self) -> usize {
        match &self.step {
            Step::Source => 0,
            Step::Review(_) | Step::Details(_) => 1,
            Step::Trial(_) => 2,
            Step::Backup(_) => 3,
        }
    }
}

impl Default for Enrol {
    fn default() -> Self {
        Enrol::new()
    }
}

impl Part for Source {
    fn place(&self) -> Place {
        self.place()
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Turn {
        match self.handle(common, event) {
            Wish::Nothing => Turn::Stay,
            Wish::Do(job) => Turn::Do(job),
            Wish::GiveUp => Turn::GiveUp,
            Wish::Leave if self.unsaved() => ask_to_leave(UNSAVED),
            Wish::Leave => Turn::Leave,
            Wish::Type => Turn::Details(Box::new(Details::typed())),
            Wish::GoOn(from) => match (self.intake.found.drafts.as_slice(), self.intake.found.skipped.is_empty()) {
                ([draft], true) => Turn::Details(Box::new(Details::found(common, draft.clone(), from))),
                _ => Turn::Review(Review::new(common, self.intake.clone(), Purpose::Enrol)),
            },
        }
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        self.draw(common, buffer, area);
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        self.footer()
    }

    fn unsaved(&self) -> bool {
        self.unsaved()
    }
}

impl Part for Review {
    fn place(&self) -> Place {
        Place::Review
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Turn {
        match self.handle(common, event) {
            review::Wish::Nothing => Turn::Stay,
            review::Wish::Do(job) => Turn::Do(job),
            review::Wish::Back => Turn::Source,
            review::Wish::Done(ids) => ids.first().map_or(Turn::Leave, |id| Turn::Done(*id)),
        }
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        self.draw(common, buffer, area);
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        self.footer()
    }

    fn unsaved(&self) -> bool {
        true
    }
}

/// The question before typed things are dropped.
fn ask_to_leave(what: &str) -> Turn {
    Turn::Push(Screen::Confirm(Confirm::leave(what)))
}

const STEPS: [&str; 4] = ["source", "details", "try the code", "recovery codes"];

impl Behaviour for Enrol {
    fn place(&self) -> Place {
        self.part().place()
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        let turn = self.part_mut().handle(common, event);
        self.take(common, turn)
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        steps::draw(buffer, common, "Enrol", &STEPS, self.at());
        self.part().draw(common, buffer, body(buffer.area));
    }

    fn footer(&self, common: &Common) -> Vec<(Command, &'static str)> {
        self.part().footer(common)
    }

    fn next_change(&self, common: &Common) -> Option<Duration> {
        self.part().next_change(common)
    }

    fn unsaved(&self) -> Option<&'static str> {
        let unsaved = self.part().unsaved() || (self.at() < 2 && self.source.unsaved());
        unsaved.then_some(if self.at() < 3 { UNSAVED } else { "the recovery codes" })
    }
}
