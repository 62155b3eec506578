//! What the list's commands do: copying, changes to the selected or marked entries, and the way to other screens.

use super::{Density, List};
use crate::ops::change::{Change, Edit};
use crate::ops::duplicates;
use crate::ops::send::Sending;
use crate::otp::Kind;
use crate::secret::SecretText;
use crate::tui::command::Command;
use crate::tui::msg::{Effect, Job, Then};
use crate::tui::screen::confirm::Confirm;
use crate::tui::screen::conflict::Conflict;
use crate::tui::screen::vaults::{self, Purpose};
use crate::tui::screen::{
    Reaction, Screen, copy, edit, enrol, export, history, import, keys, qr, recovery, settings, tags, trash, undo,
};
use crate::tui::state::{Common, Tone};
use crate::vault::entry::{Entry, EntryId};
use std::sync::Arc;
use std::time::Duration;

/// How long a revealed code stays.
const REVEALED_FOR: Duration = Duration::from_secs(10);

impl List {
    pub(super) fn command(&mut self, common: &mut Common, command: Command) -> Reaction {
        if self.labels.take().is_some() && command == Command::Back {
            return Reaction::stay();
        }
        if self.move_by(common, command) {
            return Reaction::stay();
        }
        match command {
            Command::Search => self.open_search(common),
            Command::Accept if self.search.is_some() => self.close_search(common, true),
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
            Command::LabelRows if self.rows.len() > 0 => self.labels = Some(String::new()),
            Command::Undo => return undo::take_back(common),
            Command::Trash => return Reaction::push(Screen::Trash(trash::Trash::new(common))),
            Command::Vaults => return vaults::ask(common, Purpose::Open),
            _ => return self.entry_command(common, command),
        }
        Reaction::stay()
    }

    /// Enrols what a link that was pasted into the list holds.
    pub(super) fn enrol(&mut self, common: &mut Common, text: SecretText) -> Reaction {
        if let Some(reason) = self.disabled(common, Command::Enrol) {
            common.say(Tone::Note, reason);
            return Reaction::stay();
        }
        let (enrol, job) = enrol::Enrol::pasted(text);
        let reaction = Reaction::push(Screen::Enrol(enrol));
        job.map_or(Reaction::stay(), |job| reaction.and(Effect::job(job)))
    }

    /// Commands that need an entry, or that write.
    fn entry_command(&mut self, common: &mut Common, command: Command) -> Reaction {
        if let Some(reason) = self.disabled(common, command) {
            common.say(Tone::Note, reason);
            return Reaction::stay();
        }
        match command {
            Command::ConflictCopy => {
                common.toast = None;
                let first = common.open.as_ref().and_then(|open| open.waiting.first());
                return first.map_or_else(Reaction::stay, |name| Conflict::open(name.clone()));
            }
            Command::Enrol => return Reaction::push(Screen::Enrol(enrol::Enrol::new())),
            Command::Keys => return Reaction::push(Screen::Keys(keys::Keys::default())),
            Command::Settings => return Reaction::push(Screen::Settings(settings::Settings::new(common))),
            Command::Import => return Reaction::push(Screen::Import(import::Import::new())),
            Command::Export => {
                let ids: Vec<EntryId> = self.rows.all().map(|entry| entry.id).filter(|id| self.marked.contains(id)).collect();
                return Reaction::push(Screen::Export(export::Export::new(ids)));
            }
            _ => {}
        }
        let Some(entry) = self.selected_entry().cloned() else { return Reaction::stay() };
        match command {
            Command::Copy => self.copy(common, copy::Want::Code),
            Command::CopyNext => self.copy(common, copy::Want::Next),
            Command::TryNew => Reaction::push(Screen::Enrol(enrol::Enrol::resume(&entry))),
            Command::Mark => {
                self.mark(common);
                Reaction::stay()
            }
            Command::Reveal => {
                self.revealed = Some((entry.id, common.now.boot + REVEALED_FOR));
                Reaction::stay()
            }
            Command::Edit => Reaction::push(Screen::Edit(edit::EditEntry::new(common, &entry))),
            Command::Tags => Reaction::push(Screen::Tags(tags::Tags::new(common, &self.targets()))),
            Command::RecoveryCodes => Reaction::push(Screen::Recovery(recovery::Recovery::new(common, &entry))),
            Command::History => Reaction::push(Screen::History(history::History::new(common, &entry))),
            Command::ShowQr => Reaction::push(Screen::Qr(qr::Qr::new(common, &entry))),
            Command::Pin => {
                let pinned = !entry.pinned.value;
                let said = format!("{} {}", if pinned { "Pinned" } else { "No longer pinned:" }, common.name_of(&entry));
                let change = Change::Edit(entry.id, Edit { pinned: Some(pinned), ..Edit::default() });
                Reaction::job(Job::Apply { change, then: Then::Say(said) })
            }
            Command::Join => join(common, &entry),
            Command::CopyTo => self.send(common, Sending::Copy),
            Command::MoveTo => self.send(common, Sending::Move),
            Command::Delete => {
                let targets = self.targets();
                let (what, verb, no) = match targets.as_slice() {
                    [one] => (common.name_of(one), "is", "keep it"),
                    many => (format!("{} entries", many.len()), "are", "keep them"),
                };
                let (question, said) = (format!("Move {what} to the trash?"), format!("{what} {verb} in the trash"));
                let ids: Vec<EntryId> = targets.iter().map(|entry| entry.id).collect();
                let yes = vec![Effect::job(Job::Apply { change: Change::Delete(ids), then: Then::Say(said) })];
                Reaction::push(Screen::Confirm(Confirm::undoable(question, "move to the trash", no, yes)))
            }
            _ => Reaction::stay(),
        }
    }

    /// Why a command can do nothing now.
    pub(super) fn disabled(&self, common: &Common, command: Command) -> Option<String> {
        use Command::*;
        if let (Enrol | Import | Edit | Tags | Pin | Join | ConflictCopy | MoveTo | Delete, Some(reason)) =
            (command, common.read_only())
        {
            return Some(reason);
        }
        let on_entry = matches!(
            command,
            Copy | CopyNext
                | TryNew
                | Edit
                | Tags
                | Pin
                | Join
                | CopyTo
                | MoveTo
                | RecoveryCodes
                | History
                | Delete
                | Mark
                | Reveal
                | ShowQr
                | LabelRows
        );
        match command {
            Export if self.rows.nothing_enrolled() => Some("There is nothing to export".into()),
            ConflictCopy if common.open.as_ref().is_none_or(|open| open.waiting.is_empty()) => {
                Some("No conflict copy waits for your word".into())
            }
            Keys if common.open.as_ref().is_some_and(|open| open.demo) => {
                Some("The demo has no files, and so nothing to unlock".into())
            }
            Undo => undo::why_not(common),
            Reveal if !self.hidden => Some("Codes are not hidden".into()),
            NextTag | PreviousTag if !self.rows.has_tags() => Some("No entry has a tag".into()),
            Back if !self.can_go_back() => Some("There is nothing to go back from".into()),
            _ if on_entry && self.selected_entry().is_none() => Some("No entry is selected".into()),
            TryNew if !self.selected_entry().is_some_and(|entry| entry.is_pending() || entry.has_waiting_secret()) => {
                Some("No new secret waits here".into())
            }
            History => self.selected_entry().and_then(|entry| history::why_not(common, entry)),
            _ => None,
        }
    }

    /// Whether a search, marks or a tag filter is on.
    fn can_go_back(&self) -> bool {
        self.search.is_some() || !self.marked.is_empty() || self.filter != super::TagFilter::All
    }

    /// Asks for the vault that the entries go to.
    fn send(&self, common: &Common, sending: Sending) -> Reaction {
        let targets = self.targets();
        let what = match targets.as_slice() {
            [one] => common.name_of(one),
            many => format!("{} entries", many.len()),
        };
        vaults::ask(common, Purpose::Send { ids: targets.iter().map(|entry| entry.id).collect(), what, sending })
    }

    /// The marked entries, or the selected one.
    fn targets(&self) -> Vec<Arc<Entry>> {
        if self.marked.is_empty() {
            return self.selected_entry().cloned().into_iter().collect();
        }
        self.rows.all().filter(|entry| self.marked.contains(&entry.id)).cloned().collect()
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
        if self.search.is_some() {
            self.close_search(common, false);
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

    /// Copies the code of the selected entry; a counter advances only where its own key was pressed. Where a new secret waits, the
    /// copy key leads to it: the site may refuse the old one by now.
    pub(super) fn copy(&mut self, common: &mut Common, want: copy::Want) -> Reaction {
        let Some(entry) = self.selected_entry().cloned() else { return Reaction::stay() };
        if entry.is_pending() || (entry.has_waiting_secret() && want == copy::Want::Code) {
            return Reaction::push(Screen::Enrol(enrol::Enrol::resume(&entry)));
        }
        let credential = &entry.credential.value;
        if credential.kind == Kind::Hotp && credential.check().is_ok() {
            return copy::counter_code(common, &entry, want).map_or_else(Reaction::stay, Reaction::job);
        }
        let what = if want == copy::Want::Next { copy::secret_name(common, &entry) } else { copy::code_name(common, &entry) };
        if let Some(job) = copy::time_code(common, credential, what, entry.id, want == copy::Want::Next) {
            return Reaction::job(job);
        }
        let why = credential.check().err().map_or_else(|| "it has no code now".to_owned(), |why| why.to_string());
        let name = common.name_of(&entry);
        common.say_with(Tone::Note, format!("{name} has no code to copy"), why);
        Reaction::stay()
    }
}

/// Asks, and joins all entries that give the codes of this one into it.
fn join(common: &mut Common, entry: &Entry) -> Reaction {
    let others = common.open.as_ref().map(|open| duplicates::of(&open.vault, entry)).unwrap_or_default();
    if others.is_empty() {
        common.say(Tone::Note, format!("No other entry gives the codes of {}", common.name_of(entry)));
        return Reaction::stay();
    }
    let name = common.name_of(entry);
    let what = match others.len() {
        1 => "the other entry with its secret".to_owned(),
        number => format!("the {number} other entries with its secret"),
    };
    let question = format!("Join {what} into {name}?");
    let said = format!("Joined into {name}: {} in the trash", others.len());
    let change = Change::Join { keep: entry.id, others };
    let yes = vec![Effect::job(Job::Apply { change, then: Then::Say(said) })];
    Reaction::push(Screen::Confirm(Confirm::undoable(question, "join", "leave them", yes)))
}
