//! What the list's commands do: copying, changes to the selected or marked entries, and the way to other screens.

use super::{Density, List};
use crate::ops::change::{Change, Edit};
use crate::otp::Kind;
use crate::ports::CopyKind;
use crate::tui::command::Command;
use crate::tui::msg::{Copied, Effect, Job, Then};
use crate::tui::screen::confirm::Confirm;
use crate::tui::screen::{Reaction, Screen, copy, edit, enrol, help, qr, recovery, tags};
use crate::tui::state::{Common, Tone};
use crate::tui::widget::field::Field;
use crate::vault::entry::{Entry, EntryId};
use std::sync::Arc;
use std::time::Duration;

/// How long a revealed code stays.
const REVEALED_FOR: Duration = Duration::from_secs(10);

impl List {
    pub(super) fn command(&mut self, common: &mut Common, command: Command) -> Reaction {
        if self.move_by(common, command) {
            return Reaction::stay();
        }
        match command {
            Command::Copy => return self.copy(common, false),
            Command::CopyNext => return self.copy(common, true),
            Command::Search => self.search = Some(Field::plain("")),
            Command::Accept if self.search.is_some() => self.close_search(common),
            Command::Back => self.back(common),
            Command::NextTag => self.change_filter(common, 1),
            Command::PreviousTag => self.change_filter(common, -1),
            Command::Sort => {
                self.sort = self.sort.next();
                self.rebuild(common);
                common.say(Tone::Note, format!("Sorted {}", self.sort.said()));
            }
            Command::Density => {
                self.density = if self.density == Density::Bars { Density::Shared } else { Density::Bars };
                self.scroll_into_view(common);
            }
            Command::HideCodes => self.hidden = !self.hidden,
            Command::Reveal => {
                if let Some(entry) = self.selected_entry() {
                    self.revealed = Some((entry.id, common.now.boot + REVEALED_FOR));
                }
            }
            Command::LabelRows if self.rows.len() > 0 => self.labels = Some(String::new()),
            Command::Mark => self.mark(common),
            Command::Help => return Reaction::push(Screen::Help(help::Help::new(crate::tui::keymap::Place::List))),
            Command::Quit => return Reaction::effect(Effect::Quit(0)),
            Command::Undo => return self.undo(common),
            _ => return self.entry_command(common, command),
        }
        Reaction::stay()
    }

    /// Commands that need an entry, or that write.
    fn entry_command(&mut self, common: &mut Common, command: Command) -> Reaction {
        if let Some(reason) = self.disabled(common, command) {
            common.say(Tone::Note, reason);
            return Reaction::stay();
        }
        if command == Command::Enrol {
            return Reaction::push(Screen::Enrol(enrol::Enrol::new()));
        }
        let Some(entry) = self.selected_entry().cloned() else { return Reaction::stay() };
        match command {
            Command::Edit => Reaction::push(Screen::Edit(edit::EditEntry::new(&entry))),
            Command::Tags => Reaction::push(Screen::Tags(tags::Tags::new(common, &self.targets()))),
            Command::RecoveryCodes => Reaction::push(Screen::Recovery(recovery::Recovery::new(&entry))),
            Command::ShowQr => Reaction::push(Screen::Qr(qr::Qr::new(&entry))),
            Command::Pin => {
                let pinned = !entry.pinned.value;
                let said = format!("{} {}", if pinned { "Pinned" } else { "No longer pinned:" }, entry.label());
                let change = Change::Edit(entry.id, Edit { pinned: Some(pinned), ..Edit::default() });
                Reaction::job(Job::Apply { change, then: Then::Say(said) })
            }
            Command::Delete => {
                let targets = self.targets();
                let (question, said) = match targets.as_slice() {
                    [one] => (format!("Move {} to the trash?", name(one)), format!("{} is in the trash", name(one))),
                    many => {
                        (format!("Move {} entries to the trash?", many.len()), format!("{} entries are in the trash", many.len()))
                    }
                };
                let ids: Vec<EntryId> = targets.iter().map(|entry| entry.id).collect();
                let yes = vec![Effect::Job(Job::Apply { change: Change::Delete(ids), then: Then::Say(said) })];
                Reaction::push(Screen::Confirm(Confirm { question, yes_word: "move to the trash", yes, leaves: false }))
            }
            _ => Reaction::stay(),
        }
    }

    /// Why a command can do nothing now.
    fn disabled(&self, common: &Common, command: Command) -> Option<String> {
        let writes = matches!(command, Command::Enrol | Command::Edit | Command::Tags | Command::Pin | Command::Delete);
        if let (true, Some(reason)) = (writes, common.open.as_ref().and_then(|open| open.read_only.as_ref())) {
            return Some(format!("This vault is read-only: {reason}"));
        }
        if self.selected_entry().is_none() && command != Command::Enrol {
            return Some("No entry is selected".into());
        }
        None
    }

    /// The marked entries, or the selected one.
    fn targets(&self) -> Vec<Arc<Entry>> {
        if self.marked.is_empty() {
            return self.selected_entry().cloned().into_iter().collect();
        }
        (0..self.rows.len()).filter_map(|at| self.rows.get(at)).filter(|entry| self.marked.contains(&entry.id)).cloned().collect()
    }

    fn mark(&mut self, common: &Common) {
        if let Some(id) = self.selected_entry().map(|entry| entry.id) {
            if !self.marked.remove(&id) {
                self.marked.insert(id);
            }
            self.select(common, self.selected + 1);
        }
    }

    fn back(&mut self, common: &Common) {
        if self.labels.take().is_some() {
        } else if self.search.is_some() {
            self.close_search(common);
        } else if !self.marked.is_empty() {
            self.marked.clear();
        } else {
            self.filter = super::TagFilter::All;
            self.rebuild(common);
        }
    }

    fn change_filter(&mut self, common: &Common, by: isize) {
        let filters = self.rows.filters();
        let at = filters.iter().position(|(filter, _)| *filter == self.filter).unwrap_or(0);
        let to = (at as isize + by).rem_euclid(filters.len() as isize) as usize;
        self.filter = filters[to].0.clone();
        self.selected = 0;
        self.offset = 0;
        self.rebuild(common);
    }

    fn undo(&mut self, common: &mut Common) -> Reaction {
        match common.undo.take() {
            Some((change, what)) => Reaction::job(Job::Apply { change, then: Then::Say(format!("Taken back: {what}")) }),
            None => {
                common.say(Tone::Note, "There is nothing to take back");
                Reaction::stay()
            }
        }
    }

    /// Copies the code of the selected entry, or the one after it; a counter advances, saved before the code shows.
    pub(super) fn copy(&mut self, common: &mut Common, next: bool) -> Reaction {
        let Some(entry) = self.selected_entry().cloned() else { return Reaction::stay() };
        if entry.is_pending() {
            return Reaction::push(Screen::Enrol(enrol::Enrol::resume(&entry)));
        }
        let credential = &entry.credential.value;
        if credential.kind == Kind::Hotp {
            return self.copy_counter_code(common, &entry, next);
        }
        if let Some(job) = copy::time_code(common, credential, name(&entry), entry.id, next) {
            return Reaction::job(job);
        }
        let why = credential.check().err().map_or_else(|| "it has no code now".to_owned(), |why| why.to_string());
        common.say_with(Tone::Note, format!("{} has no code to copy", name(&entry)), why);
        Reaction::stay()
    }

    fn copy_counter_code(&mut self, common: &mut Common, entry: &Arc<Entry>, next: bool) -> Reaction {
        if next {
            common.say(Tone::Note, "A counter's next code is taken by copying");
            return Reaction::stay();
        }
        if let Some(shown) = common.counter_code(entry.id) {
            let said = Copied { what: name(entry), valid_s: None, next_instead: false, entry: Some(entry.id), used_up: None };
            return Reaction::job(Job::Copy { text: shown.code.clone(), kind: CopyKind::Code, said });
        }
        if let Err(why) = entry.credential.value.check() {
            common.say_with(Tone::Note, format!("{} has no code to copy", name(entry)), why.to_string());
            return Reaction::stay();
        }
        Reaction::job(Job::Apply { change: Change::NextCode(entry.id), then: Then::CopyNextCode(entry.id) })
    }
}

/// An entry's name in a sentence, cleaned.
pub(super) fn name(entry: &Entry) -> String {
    crate::tui::layout::fit(entry.label(), 40)
}
