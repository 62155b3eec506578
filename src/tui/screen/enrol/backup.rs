//! The last step: the site's recovery codes, or none.

use super::{Part, Turn};
use crate::ops::change::Change;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::msg::{Awaited, Done, Job, Then};
use crate::tui::screen::Event;
use crate::tui::screen::codes::{Codes, Wish};
use crate::tui::state::{Common, Tone};
use crate::vault::entry::{Entry, EntryId};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug)]
pub struct Backup {
    id: EntryId,
    name: String,
    codes: Codes,
}

impl Backup {
    pub fn new(common: &Common, entry: &Entry) -> Backup {
        Backup { id: entry.id, name: common.name_of(entry), codes: Codes::new(entry.recovery_codes_left()) }
    }

    fn done(&self, common: &mut Common) -> Turn {
        common.say(Tone::Done, format!("{} is enrolled", self.name));
        Turn::Done(self.id)
    }
}

impl Part for Backup {
    fn place(&self) -> Place {
        Place::Form
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Turn {
        if let Event::Done(Done::Applied { result, .. }) = &event {
            self.codes.saving = false;
            return if result.is_ok() { self.done(common) } else { Turn::Stay };
        }
        match self.codes.handle(event) {
            Wish::Nothing => Turn::Stay,
            Wish::Save(codes) => {
                let change = Change::SetRecoveryCodes(self.id, codes);
                Turn::Do(Job::Apply { change, then: Then::Screen(Awaited::RecoverySaved) })
            }
            Wish::Leave if self.codes.is_empty() => self.done(common),
            Wish::Leave => super::ask_to_leave("the recovery codes"),
        }
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        self.codes.draw(common, buffer, area, &format!("Recovery codes of {}", self.name));
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        self.codes.footer("go on without")
    }

    fn unsaved(&self) -> bool {
        !self.codes.is_empty()
    }
}
