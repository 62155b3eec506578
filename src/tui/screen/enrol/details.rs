//! What is known of the account, to be checked and completed; then it is saved as pending, before its first code shows.

use super::duplicate::{Answer, Duplicate};
use super::trial::Trial;
use super::{Part, Turn, UNSAVED, ask_to_leave};
use crate::ops::change::Change;
use crate::ops::import::{Standing, plan};
use crate::otp::{Credential, Kind};
use crate::secret::Secret;
use crate::transfer::{Draft, Found};
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::msg::{Awaited, Done, Job, Then};
use crate::tui::screen::Event;
use crate::tui::screen::account::{Account, AccountForm, Purpose};
use crate::tui::state::Common;
use crate::tui::theme::Role;
use crate::tui::widget::said;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug)]
pub struct Details {
    form: AccountForm,
    /// What the source gave beyond what the form shows.
    base: Draft,
    from: &'static str,
    typed: bool,
    /// What the vault has already that is like it.
    known: Option<Duplicate>,
    /// Whether the question about it is on the screen.
    asking: bool,
    saving: bool,
}

impl Details {
    pub fn typed() -> Details {
        let base = Draft::new(Credential::new(Kind::Totp, Secret::new(Vec::new())));
        let form = AccountForm::new(account_of(&base), Purpose::EnrolTyped);
        Details { form, base, from: "", typed: true, known: None, asking: false, saving: false }
    }

    pub fn found(common: &Common, draft: Draft, from: &'static str) -> Details {
        let form = AccountForm::new(account_of(&draft), Purpose::EnrolFound);
        let known = known(common, &draft);
        Details { form, base: draft, from, typed: false, known, asking: false, saving: false }
    }

    /// The draft as the form has it now; `None` where something in it is wrong.
    fn draft(&mut self) -> Option<Draft> {
        let account = self.form.read()?;
        Some(Draft {
            issuer: account.issuer,
            account: account.account,
            note: account.note,
            tags: account.tags,
            credential: account.credential,
            ..self.base.clone()
        })
    }

    fn accept(&mut self, common: &Common) -> Turn {
        let Some(draft) = self.draft() else { return Turn::Stay };
        self.known = known(common, &draft);
        match self.known {
            Some(_) => {
                self.asking = true;
                Turn::Stay
            }
            None => self.save(draft),
        }
    }

    /// As pending, so that a line dropped after the site said yes loses nothing. What has no code to try is saved as it is.
    fn save(&mut self, draft: Draft) -> Turn {
        let pending = draft.credential.check().is_ok();
        self.send(Change::Enrol(vec![Draft { pending, deleted: false, ..draft }]))
    }

    fn send(&mut self, change: Change) -> Turn {
        self.saving = true;
        Turn::Do(Job::Apply { change, then: Then::Screen(Awaited::EnrolSaved) })
    }

    fn answer(&mut self, answer: Answer) -> Turn {
        match answer {
            Answer::Nothing => Turn::Stay,
            Answer::Back => {
                self.asking = false;
                Turn::Stay
            }
            Answer::Leave => Turn::Leave,
            Answer::Try(id) => Turn::Trial(Trial::new(id, self.from)),
            Answer::Keep => match self.draft() {
                Some(draft) => self.save(draft),
                None => self.answer(Answer::Back),
            },
            Answer::Replace(id) => match self.draft() {
                Some(draft) => self.send(Change::Reenrol(id, draft.credential)),
                None => self.answer(Answer::Back),
            },
        }
    }

    fn saved(&mut self, common: &Common, done: Done) -> Turn {
        let Done::Applied { result, .. } = done else { return Turn::Stay };
        self.saving = false;
        // The toast has said what went wrong; the form still has everything.
        let Some(id) = result.ok().and_then(|outcome| outcome.ids.first().copied()) else { return Turn::Stay };
        let entry = common.open.as_ref().and_then(|open| open.vault.entry(id));
        match entry.is_some_and(|entry| entry.is_pending() || entry.candidate.is_some()) {
            true => Turn::Trial(Trial::new(id, self.from)),
            false => Turn::Done(id),
        }
    }
}

fn account_of(draft: &Draft) -> Account {
    Account {
        issuer: draft.issuer.clone(),
        account: draft.account.clone(),
        note: draft.note.clone(),
        tags: draft.tags.clone(),
        pinned: draft.pinned,
        credential: draft.credential.clone(),
    }
}

/// What in the vault has the same secret or the same name.
fn known(common: &Common, draft: &Draft) -> Option<Duplicate> {
    let vault = &common.open.as_ref()?.vault;
    let found = Found { drafts: vec![draft.clone()], ..Found::default() };
    let standing = plan(vault, found).rows.first().map(|(_, standing)| *standing)?;
    let (Standing::Same(id) | Standing::Alike(id) | Standing::Conflict(id)) = standing else { return None };
    vault.entry(id).map(|entry| Duplicate::new(standing, entry))
}

impl Part for Details {
    fn place(&self) -> Place {
        if self.asking { Place::Menu } else { Place::Form }
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Turn {
        if let Event::Done(done) = event {
            return self.saved(common, done);
        }
        if self.saving {
            return Turn::Stay;
        }
        if let (true, Some(known)) = (self.asking, &mut self.known) {
            let answer = known.handle(&event);
            return self.answer(answer);
        }
        match event {
            Event::Command(Command::Accept) if !self.form.on_press() => return self.accept(common),
            Event::Command(Command::Back) if self.form.close() => {}
            Event::Command(Command::Back) if self.form.is_changed() => return ask_to_leave(UNSAVED),
            Event::Command(Command::Back) => return Turn::Source,
            event => drop(self.form.handle(event)),
        }
        Turn::Stay
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        if let (true, Some(known)) = (self.asking, &self.known) {
            known.draw(common, buffer, area);
            return;
        }
        let mut top = 0;
        let mut lines = Vec::new();
        if area.height >= 10 {
            match (&self.known, self.from) {
                (Some(known), _) => lines.extend(said::lines(common, &known.sentence(), area.width, Role::Warning)),
                (None, "") => {}
                (None, from) => lines.push((format!("Found {from}."), Role::Second)),
            }
        }
        said::draw(buffer, &common.theme, area.x, area.y..area.bottom(), area.width, &lines);
        if !lines.is_empty() {
            top = lines.len() as u16 + 1;
        }
        let rest = Rect { y: area.y + top, height: area.height.saturating_sub(top), ..area };
        self.form.draw(buffer, common, rest, !self.saving);
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        if self.asking {
            return vec![(Command::Accept, ""), (Command::Down, "move"), (Command::Back, "")];
        }
        let accept = match self.form.on_press() {
            _ if self.form.on_closed() => "replace",
            true => "unfold",
            false => "save and try",
        };
        let show = if self.form.hides() { "show" } else { "hide" };
        let mut commands = vec![(Command::Accept, accept), (Command::NextField, "")];
        if self.form.has_secrets_in_sight() {
            commands.push((Command::ShowText, show));
        }
        commands.push((Command::Back, if self.form.on_open() { "keep the old one" } else { "" }));
        commands
    }

    fn unsaved(&self) -> bool {
        !self.typed || self.form.is_changed()
    }
}
