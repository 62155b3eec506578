//! An entry's fields, changed together and saved with Enter. Only what was changed is written.

use super::account::{Account, AccountForm, Name, Purpose};
use super::confirm::Confirm;
use super::enrol::Enrol;
use super::{Behaviour, Event, Reaction, Screen};
use crate::ops::change::{Change, CredentialEdit, Edit};
use crate::otp::{Credential, Kind};
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, below_title, put, title_row, with_right_margin, wrap};
use crate::tui::msg::{Awaited, Done, Job, Then};
use crate::tui::state::{Common, Tone};
use crate::tui::theme::Role;
use crate::vault::entry::{Entry, EntryId};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug)]
pub struct EditEntry {
    id: EntryId,
    name: String,
    before: Account,
    form: AccountForm,
    saving: bool,
}

const UNSAVED: &str = "the changes";

impl EditEntry {
    pub fn new(common: &Common, entry: &Entry) -> Self {
        let before = Account {
            issuer: entry.issuer.value.clone(),
            account: entry.account.value.clone(),
            note: entry.note.value.clone(),
            tags: entry.tags().map(str::to_owned).collect(),
            pinned: entry.pinned.value,
            credential: Credential { counter: entry.counter, ..entry.credential.value.clone() },
        };
        let mut form = AccountForm::new(before.clone(), Purpose::Edit);
        if entry.candidate.is_some() {
            form.offer_candidate();
        }
        EditEntry { id: entry.id, name: common.name_of(entry), before, form, saving: false }
    }

    fn save(&mut self) -> Reaction {
        let Some(now) = self.form.read() else { return Reaction::stay() };
        let before = &self.before;
        let differs = |new: &String, old: &String| (new != old).then(|| new.clone());
        let edit = Edit {
            issuer: differs(&now.issuer, &before.issuer),
            account: differs(&now.account, &before.account),
            note: differs(&now.note, &before.note),
            pinned: (now.pinned != before.pinned).then_some(now.pinned),
            counter: (now.credential.kind == Kind::Hotp && now.credential.counter != before.credential.counter)
                .then_some(now.credential.counter),
            credential: CredentialEdit::between(&before.credential, &now.credential),
            ..Edit::default().with_tags(&before.tags, &now.tags)
        };
        if edit == Edit::default() {
            return Reaction::pop();
        }
        self.saving = true;
        Reaction::job(Job::Apply { change: Change::Edit(self.id, edit), then: Then::Screen(Awaited::EditSaved) })
    }

    fn saved(&mut self, common: &mut Common, done: Done) -> Reaction {
        let Done::Applied { result, .. } = done else { return Reaction::stay() };
        self.saving = false;
        // The toast has said what went wrong; the form still has everything.
        let Ok(outcome) = result else { return Reaction::stay() };
        // By its new name, if that was changed.
        let name = common.name_by_id(self.id).unwrap_or_else(|| self.name.clone());
        let said = format!("{name} is changed");
        common.note_undo(outcome.undo, said.clone());
        common.say(Tone::Done, said);
        Reaction::pop_to(self.id)
    }

    fn back(&self) -> Reaction {
        if !self.form.is_changed() {
            return Reaction::pop();
        }
        let question = format!("Leave and lose {UNSAVED}?");
        Reaction::push(Screen::Confirm(Confirm { question, yes_word: "lose them", yes: Vec::new(), leaves: true }))
    }
}

impl Behaviour for EditEntry {
    fn place(&self) -> Place {
        Place::Form
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        match event {
            Event::Done(done) => self.saved(common, done),
            _ if self.saving => Reaction::stay(),
            Event::Command(Command::Accept) if !self.form.on_press() => self.save(),
            Event::Command(Command::Back) => self.back(),
            event => match self.form.handle(event) {
                Some(Name::Candidate) => match common.open.as_ref().and_then(|open| open.vault.entry(self.id)) {
                    Some(entry) => Reaction::push(Screen::Enrol(Enrol::resume(entry))),
                    None => Reaction::stay(),
                },
                _ => Reaction::stay(),
            },
        }
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let area = buffer.area;
        let theme = &common.theme;
        let body = with_right_margin(below_title((area.width, area.height)));
        if let Some(y) = title_row(body) {
            let used = put(buffer, area.x + MARGIN, y, area.width, "Edit", theme.style(Role::Strong)) + 3;
            let x = area.x + MARGIN + used;
            put(buffer, x, y, area.right().saturating_sub(x), &self.name, theme.style(Role::Accent));
        }
        let warning = match self.form.credential_changed() {
            true => wrap("The old secret and parameters go to the entry's history.", body.width),
            false => Vec::new(),
        };
        let warned = if body.height >= 10 { warning.len() as u16 } else { 0 };
        let form = Rect { height: body.height.saturating_sub(warned), ..body };
        self.form.draw(buffer, common, form, !self.saving);
        for (line, y) in warning.iter().take(warned.into()).zip(form.bottom()..) {
            put(buffer, body.x + 2, y, body.width.saturating_sub(2), line, theme.style(Role::Warning));
        }
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        let accept = if self.form.on_press() { "choose" } else { "save" };
        let show = if self.form.hides() { "show secrets" } else { "hide secrets" };
        let mut commands = vec![(Command::Accept, accept), (Command::NextField, "")];
        if self.form.has_secrets_in_sight() {
            commands.push((Command::ShowText, show));
        }
        commands.push((Command::Back, ""));
        commands
    }

    fn vault_changed(&mut self, common: &Common) {
        self.name = common.name_by_id(self.id).unwrap_or_else(|| std::mem::take(&mut self.name));
    }

    fn unsaved(&self) -> Option<&'static str> {
        self.form.is_changed().then_some(UNSAVED)
    }
}
