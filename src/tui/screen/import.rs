//! Importing: where from › what is taken › what becomes of a file that holds its secrets in clear.

mod afterwards;

use super::confirm::Confirm;
use super::review::{self, Review};
use super::source::{self, Purpose, Source};
use super::{Behaviour, Event, Reaction, Screen};
use crate::transfer::qr::split;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::body;
use crate::tui::state::Common;
use crate::tui::widget::steps;
use crate::vault::entry::EntryId;
use afterwards::Afterwards;
use ratatui::buffer::Buffer;

#[derive(Debug)]
pub struct Import {
    /// Kept through all steps, with what was typed there.
    source: Source,
    step: Step,
}

#[derive(Debug)]
enum Step {
    Source,
    Review(Review),
    Afterwards(Afterwards),
}

const STEPS: [&str; 3] = ["source", "review", "the export itself"];

/// What would be lost by leaving.
const UNSAVED: &str = "the accounts that were read";

impl Import {
    pub fn new() -> Import {
        Import { source: Source::new(Purpose::Import), step: Step::Source }
    }

    fn source_event(&mut self, common: &mut Common, event: Event) -> Reaction {
        match self.source.handle(common, event) {
            source::Wish::Nothing | source::Wish::Type => Reaction::stay(),
            source::Wish::Do(job) => Reaction::job(job),
            source::Wish::GiveUp => Reaction::give_up(),
            source::Wish::Leave if self.source.unsaved() => Reaction::push(Screen::Confirm(Confirm::leave(UNSAVED))),
            source::Wish::Leave => Reaction::pop(),
            source::Wish::GoOn(_) => {
                self.step = Step::Review(Review::new(common, self.source.intake.clone(), Purpose::Import));
                Reaction::stay()
            }
        }
    }

    fn review_event(&mut self, common: &mut Common, event: Event) -> Reaction {
        let Step::Review(review) = &mut self.step else { return Reaction::stay() };
        match review.handle(common, event) {
            review::Wish::Nothing => Reaction::stay(),
            review::Wish::Do(job) => Reaction::job(job),
            review::Wish::Back => {
                self.step = Step::Source;
                Reaction::stay()
            }
            review::Wish::Done(ids) => {
                // A file with an account that gives no codes may still be needed, or with a part of a code that is not whole.
                if review.without_codes() > 0 || !split::missing(&self.source.intake.found.split).is_empty() {
                    self.source.intake.plain.clear();
                }
                let left_behind = review.left_behind();
                self.imported(common, ids, left_behind)
            }
        }
    }

    /// A file in clear may go now. Not in the demo, which keeps nothing.
    fn imported(&mut self, common: &Common, ids: Vec<EntryId>, left_behind: usize) -> Reaction {
        let plain = std::mem::take(&mut self.source.intake.plain);
        let first = ids.first().copied();
        let is_demo = common.open.as_ref().is_none_or(|open| open.demo);
        match first {
            Some(id) if plain.is_empty() || is_demo => Reaction::pop_to(id),
            None if plain.is_empty() || is_demo => Reaction::pop(),
            first => {
                self.step = Step::Afterwards(Afterwards::new(plain, left_behind, first));
                Reaction::stay()
            }
        }
    }
}

impl Default for Import {
    fn default() -> Self {
        Import::new()
    }
}

impl Behaviour for Import {
    fn place(&self) -> Place {
        match &self.step {
            Step::Source => self.source.place(),
            Step::Review(_) => Place::Review,
            Step::Afterwards(_) => Place::Menu,
        }
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        match &mut self.step {
            Step::Source => self.source_event(common, event),
            Step::Review(_) => self.review_event(common, event),
            Step::Afterwards(afterwards) => afterwards.handle(common, event),
        }
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let at = match &self.step {
            Step::Source => 0,
            Step::Review(_) => 1,
            Step::Afterwards(_) => 2,
        };
        // The last step is not told of before it is known whether there is one.
        let told = if at == 2 { 3 } else { 2 };
        steps::draw(buffer, common, "Import", &STEPS[..told], at);
        let area = body(buffer.area);
        match &self.step {
            Step::Source => self.source.draw(common, buffer, area),
            Step::Review(review) => review.draw(common, buffer, area),
            Step::Afterwards(afterwards) => afterwards.draw(common, buffer, area),
        }
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        match &self.step {
            Step::Source => self.source.footer(),
            Step::Review(review) => review.footer(),
            Step::Afterwards(afterwards) => afterwards.footer(),
        }
    }

    fn unsaved(&self) -> Option<&'static str> {
        match &self.step {
            Step::Source => self.source.unsaved().then_some(UNSAVED),
            Step::Review(_) => Some(UNSAVED),
            Step::Afterwards(_) => None,
        }
    }
}
