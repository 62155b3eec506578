//! An entry's fields, changed together and saved with Enter. Only what was changed is written. A new secret is tried on the
//! site before it is used, as one that is enrolled anew.

use super::account::{Account, AccountForm, Name, Purpose};
use super::confirm::Confirm;
use super::enrol::Enrol;
use super::{Behaviour, Event, Reaction, Screen};
use crate::ops::change::{Change, CredentialEdit, Edit};
use crate::otp::{Credential, Kind};
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, below_title, put, title_row, with_right_margin};
use crate::tui::msg::{Awaited, Done, Job, Then};
use crate::tui::state::Common;
use crate::tui::theme::Role;
use crate::tui::widget::said;
use crate::vault::entry::{Entry, EntryId};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug)]
pub struct EditEntry {
    id: EntryId,
    name: String,
    before: Account,
    form: AccountForm,
    /// Its secret was never confirmed, so a new one simply takes its place. Otherwise it waits beside the one in use.
    unconfirmed: bool,
    /// The trial of its code lies below, and goes on by itself.
    in_trial: bool,
    saving: bool,
}

const UNSAVED: &str = "the changes";

impl EditEntry {
    /// While its code is tried, to correct what was refused.
    pub fn in_trial(common: &Common, entry: &Entry) -> Self {
        EditEntry { in_trial: true, ..EditEntry::new(common, entry) }
    }

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
        let unconfirmed = entry.is_pending() && entry.candidate.is_none();
        EditEntry { id: entry.id, name: common.name_of(entry), before, form, unconfirmed, in_trial: false, saving: false }
    }

    /// Whether a new secret is typed that is kept beside the old one until it is confirmed.
    fn new_secret_waits(&self) -> bool {
        self.form.has_new_secret() && !self.unconfirmed
    }

    fn save(&mut self) -> Reaction {
        let Some(now) = self.form.read() else { return Reaction::stay() };
        let before = &self.before;
        let differs = |new: &String, old: &String| (new != old).then(|| new.clone());
        let waits = self.new_secret_waits();
        // A new secret begins at zero by itself, or where it was left if the entry had it before.
        let usual = if self.form.has_new_secret() { 0 } else { before.credential.counter };
        let (counter, credential) = match waits {
            true => (None, CredentialEdit::default()),
            false => (
                (now.credential.kind == Kind::Hotp && now.credential.counter != usual).then_some(now.credential.counter),
                CredentialEdit::between(&before.credential, &now.credential),
            ),
        };
        let edit = Edit {
            issuer: differs(&now.issuer, &before.issuer),
            account: differs(&now.account, &before.account),
            note: differs(&now.note, &before.note),
            pinned: (now.pinned != before.pinned).then_some(now.pinned),
            counter,
            credential,
            ..Edit::default().with_tags(&before.tags, &now.tags)
        };
        let edit = (edit != Edit::default()).then_some(Change::Edit(self.id, edit));
        let changes: Vec<Change> = edit.into_iter().chain(waits.then_some(Change::Reenrol(self.id, now.credential))).collect();
        if changes.is_empty() {
            return Reaction::pop();
        }
        self.saving = true;
        Reaction::job(Job::Apply { change: Change::Several(changes), then: Then::Screen(Awaited::EditSaved) })
    }

    fn saved(&mut self, common: &mut Common, done: Done) -> Reaction {
        let Done::Applied { result, .. } = done else { return Reaction::stay() };
        self.saving = false;
        // The toast has said what went wrong; the form still has everything.
        let Ok(outcome) = result else { return Reaction::stay() };
        let entry = common.open.as_ref().and_then(|open| open.vault.entry(self.id)).cloned();
        // By its new name, if that was changed.
        let name = common.name_by_id(self.id).unwrap_or_else(|| self.name.clone());
        let said = match self.new_secret_waits() {
            true => format!("A new secret of {name} is saved, to be tried"),
            false => format!("{name} is changed"),
        };
        common.say_changed(outcome.undo, said);
        match entry {
            Some(entry) if self.form.has_new_secret() && !self.in_trial => {
                Reaction::replace(Screen::Enrol(Enrol::resume(&entry)))
            }
            _ => Reaction::pop_to(self.id),
        }
    }

    fn back(&mut self) -> Reaction {
        if self.form.close() {
            return Reaction::stay();
        }
        if !self.form.is_changed() {
            return Reaction::pop();
        }
        Reaction::push(Screen::Confirm(Confirm::leave(UNSAVED)))
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
            put(buffer, x, y, area.right().saturating_sub(x), &self.name, theme.style(Role::Second));
        }
        let entry = common.open.as_ref().and_then(|open| open.vault.entry(self.id));
        let another_waits = entry.is_some_and(|entry| entry.candidate.is_some());
        let warning = match (self.new_secret_waits(), self.form.credential_changed()) {
            (true, _) if another_waits => {
                "Another new secret waits to be confirmed: this one takes its place, and it goes to the history."
            }
            (true, _) => "The old secret stays in use until the new one is confirmed, and is kept.",
            (false, true) => "The old secret and parameters go to the entry's history.",
            (false, false) => "",
        };
        let warning = said::lines(common, warning, body.width.saturating_sub(2), Role::Warning);
        let warned = if body.height >= 10 { warning.len() as u16 } else { 0 };
        let form = Rect { height: body.height.saturating_sub(warned), ..body };
        self.form.draw(buffer, common, form, !self.saving);
        said::draw(buffer, theme, body.x + 2, form.bottom()..form.bottom() + warned, body.width.saturating_sub(2), &warning);
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        let accept = match self.form.on_press() {
            _ if self.form.on_closed() => "replace",
            true => "choose",
            false => "save",
        };
        let show = if self.form.hides() { "show secrets" } else { "hide secrets" };
        let mut commands = vec![(Command::Accept, accept), (Command::NextField, "")];
        if self.form.has_secrets_in_sight() {
            // Before the others where it is about the very row, as a narrow screen has only the first ones.
            commands.insert(if self.form.on_closed() { 1 } else { 2 }, (Command::ShowText, show));
        }
        commands.push((Command::Back, if self.form.on_open() { "keep the old one" } else { "" }));
        commands
    }

    fn vault_changed(&mut self, common: &Common) {
        self.name = common.name_by_id(self.id).unwrap_or_else(|| std::mem::take(&mut self.name));
    }

    fn unsaved(&self) -> Option<&'static str> {
        self.form.is_changed().then_some(UNSAVED)
    }
}
