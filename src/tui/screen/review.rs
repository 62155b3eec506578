//! What an import would do, before it does it: each account with how it stands to the vault and a mark, what could not be
//! taken and what else there is to say above them. What is marked is saved at once, as active: it comes from an
//! authenticator that works.

use super::Event;
use super::source::Purpose;
use crate::ops::change::Change;
use crate::ops::import::{OnConflict, Plan, Standing, no_codes, plan};
use crate::ops::intake::Intake;
use crate::transfer::Draft;
use crate::tui::command::Command;
use crate::tui::layout::{body_of, fit, put, width};
use crate::tui::msg::{Awaited, Done, Job, Then};
use crate::tui::state::{Common, Tone};
use crate::tui::theme::Role;
use crate::tui::widget::lines::{Lines, Sign, draw_mark, draw_sign};
use crate::tui::widget::said;
use crate::vault::entry::EntryId;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug)]
pub struct Review {
    purpose: Purpose,
    plan: Plan,
    /// What it was read from.
    formats: String,
    /// One for each row of the plan.
    marked: Vec<bool>,
    on_conflict: OnConflict,
    scroll: Lines,
    saving: bool,
}

/// What the screen around it is to do.
#[derive(Debug)]
pub enum Wish {
    Nothing,
    Do(Job),
    Back,
    /// These are in the vault now.
    Done(Vec<EntryId>),
}

/// A line: what there is to say comes first, then what was not taken, then the accounts.
enum Line<'a> {
    Note(&'a str),
    Skipped(usize, &'a str),
    Account(usize, &'a Draft, Standing),
}

/// Rows below the lines for what is to be said of the selected one.
const REMARKS: u16 = 2;
/// From this width on a conflict tells what becomes of it in its row.
const WIDE: u16 = 64;

impl Review {
    pub fn new(common: &Common, intake: Intake, purpose: Purpose) -> Review {
        let formats = intake.format_names();
        let found = intake.found;
        let plan = match &common.open {
            Some(open) => plan(&open.vault, found),
            None => Plan { rows: Vec::new(), skipped: found.skipped, warnings: found.warnings },
        };
        let marked = plan.rows.iter().map(|(_, standing)| !matches!(standing, Standing::Same(_))).collect();
        let selected = plan.warnings.len() + plan.skipped.len();
        let scroll = Lines { selected };
        Review { purpose, plan, formats, marked, on_conflict: OnConflict::KeepBoth, scroll, saving: false }
    }

    fn lines(&self) -> usize {
        self.plan.warnings.len() + self.plan.skipped.len() + self.plan.rows.len()
    }

    fn line(&self, at: usize) -> Option<Line<'_>> {
        if let Some(warning) = self.plan.warnings.get(at) {
            return Some(Line::Note(warning));
        }
        let at = at - self.plan.warnings.len();
        if let Some(skipped) = self.plan.skipped.get(at) {
            return Some(Line::Skipped(skipped.index, &skipped.reason));
        }
        let at = at - self.plan.skipped.len();
        self.plan.rows.get(at).map(|(draft, standing)| Line::Account(at, draft, *standing))
    }

    /// Whether this row of the plan would be taken now.
    fn takes(&self, at: usize) -> bool {
        let leaves_out = self.on_conflict == OnConflict::Skip && matches!(self.plan.rows[at].1, Standing::Conflict(_));
        self.marked[at] && !leaves_out
    }

    /// How many would be taken.
    fn count(&self) -> usize {
        (0..self.marked.len()).filter(|at| self.takes(*at)).count()
    }

    /// How many of what was read would not come into the vault, although they are not there.
    pub fn left_behind(&self) -> usize {
        let rows = self.plan.rows.iter().enumerate();
        let left = rows.filter(|(at, (_, standing))| !self.takes(*at) && !matches!(standing, Standing::Same(_))).count();
        left + self.plan.skipped.len()
    }

    /// How many of those that would be taken give no codes.
    pub fn without_codes(&self) -> usize {
        let rows = self.plan.rows.iter().enumerate();
        rows.filter(|(at, (draft, _))| self.takes(*at) && no_codes(draft).is_some()).count()
    }

    fn conflicts(&self) -> usize {
        self.plan.rows.iter().filter(|(_, standing)| matches!(standing, Standing::Conflict(_))).count()
    }

    fn toggle(&mut self, common: &mut Common) {
        if let Some(Line::Account(at, _, standing)) = self.line(self.scroll.selected) {
            if self.on_conflict == OnConflict::Skip && matches!(standing, Standing::Conflict(_)) {
                common.say(Tone::Note, "What is in conflict is left out now");
            } else {
                self.marked[at] = !self.marked[at];
            }
        }
    }

    /// All that are not in the vault already; with all of them marked, none.
    fn mark_all(&mut self) {
        let wanted: Vec<bool> = self.plan.rows.iter().map(|(_, standing)| !matches!(standing, Standing::Same(_))).collect();
        self.marked = if self.marked == wanted { vec![false; wanted.len()] } else { wanted };
    }

    fn next_on_conflict(&mut self, common: &mut Common) {
        if self.conflicts() == 0 {
            common.say(Tone::Note, "Nothing is in conflict with the vault");
            return;
        }
        self.on_conflict = match self.on_conflict {
            OnConflict::KeepBoth => OnConflict::Replace,
            OnConflict::Replace => OnConflict::Skip,
            OnConflict::Skip => OnConflict::KeepBoth,
        };
    }

    fn save(&mut self, common: &mut Common) -> Wish {
        if let Some(reason) = common.read_only() {
            common.say(Tone::Note, reason);
            return Wish::Nothing;
        }
        let taken = self.plan.rows.iter().enumerate().filter(|(at, _)| self.takes(*at));
        let rows = taken.map(|(_, (draft, standing))| match standing {
            // Marked by hand: it is wanted once more.
            Standing::Same(_) => (draft.clone(), Standing::New),
            _ => (draft.clone(), *standing),
        });
        let plan = Plan { rows: rows.collect(), skipped: Vec::new(), warnings: Vec::new() };
        match plan.change(self.on_conflict) {
            Some(change @ Change::Import { .. }) => {
                self.saving = true;
                Wish::Do(Job::Apply { change, then: Then::Screen(Awaited::Imported) })
            }
            _ => {
                common.say(Tone::Note, "None is marked");
                Wish::Nothing
            }
        }
    }

    fn saved(&mut self, common: &mut Common, done: Done) -> Wish {
        let Done::Applied { result, .. } = done else { return Wish::Nothing };
        self.saving = false;
        // The toast has said what went wrong; the marks are as they were.
        let Ok(outcome) = result else { return Wish::Nothing };
        let mut said = format!("{} {}", accounts(outcome.ids.len()), self.purpose_word());
        match self.without_codes() {
            0 => {}
            1 => said.push_str(", 1 of them gives no codes"),
            count => said.push_str(&format!(", {count} of them give no codes")),
        }
        common.say_changed(outcome.undo, said);
        Wish::Done(outcome.ids)
    }

    fn purpose_word(&self) -> &'static str {
        match self.purpose {
            Purpose::Enrol => "enrolled",
            Purpose::Import => "imported",
        }
    }

    pub fn handle(&mut self, common: &mut Common, event: Event) -> Wish {
        if let Event::Done(done) = event {
            return self.saved(common, done);
        }
        if self.saving {
            return Wish::Nothing;
        }
        let area = self.frame(body_of(common.size));
        let count = self.lines();
        match event {
            Event::Command(Command::Accept) => return self.save(common),
            Event::Command(Command::Back) => return Wish::Back,
            Event::Command(Command::Mark) => {
                self.toggle(common);
                self.scroll.move_by(Command::Down, count, 1);
            }
            Event::Command(Command::MarkAll) => self.mark_all(),
            Event::Command(Command::OnConflict) => self.next_on_conflict(common),
            Event::Command(command) => drop(self.scroll.move_by(command, count, area.height)),
            Event::Mouse { act, row, .. } => drop(self.scroll.mouse(act, row, area, count)),
            _ => {}
        }
        Wish::Nothing
    }

    /// Where the lines lie: a title above, remarks below.
    fn frame(&self, area: Rect) -> Rect {
        let above = if area.height >= 6 { 2 } else { 0 };
        let below = if area.height >= 10 { 1 + REMARKS + u16::from(self.conflicts() > 0) } else { 0 };
        Rect { y: area.y + above, height: area.height.saturating_sub(above + below), ..area }
    }

    pub fn draw(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        let lines = self.frame(area);
        if lines.y > area.y {
            self.draw_title(common, buffer, area);
        }
        for (at, y) in self.scroll.in_sight(lines, self.lines()) {
            if let Some(line) = self.line(at) {
                self.draw_line(common, buffer, Rect { y, height: 1, ..lines }, &line, at == self.scroll.selected);
            }
        }
        if lines.bottom() < area.bottom() {
            let first = lines.y + lines.height.min(self.lines() as u16) + 1;
            said::draw(buffer, &common.theme, area.x, first..area.bottom(), area.width, &self.remarks(common, area.width));
        }
    }

    fn draw_title(&self, common: &Common, buffer: &mut Buffer, area: Rect) {
        let theme = &common.theme;
        let found = match self.purpose {
            Purpose::Import => format!("{} in {}", accounts(self.plan.rows.len()), fit(&self.formats, 40)),
            Purpose::Enrol => format!("{} found", accounts(self.plan.rows.len())),
        };
        let title = format!("{found}, {} marked to be {}", self.count(), self.purpose_word());
        let used = put(buffer, area.x, area.y, area.width, &title, theme.style(Role::Text));
        let not_taken = match self.plan.skipped.len() {
            0 => return,
            count => format!("  {count} can't be taken"),
        };
        if used + width(&not_taken) <= area.width {
            put(buffer, area.x + used, area.y, area.width - used, &not_taken, theme.style(Role::Strong));
        }
    }

    /// Mark and sign, then names, then the word for the standing.
    fn draw_line(&self, common: &Common, buffer: &mut Buffer, row: Rect, line: &Line, selected: bool) {
        let theme = &common.theme;
        if selected {
            draw_mark(buffer, theme, row.x, row.y);
        }
        let (x, columns) = (row.x + 4, row.width.saturating_sub(4));
        let (sign, text) = match line {
            Line::Note(text) => (Sign::Note, (*text).to_owned()),
            Line::Skipped(index, reason) => (Sign::Wrong, not_taken(*index, reason)),
            Line::Account(at, ..) => (if self.takes(*at) { Sign::On } else { Sign::Off }, String::new()),
        };
        draw_sign(buffer, theme, row.x + 2, row.y, sign);
        let role = match (selected, sign) {
            (true, _) => Role::Selected,
            (false, Sign::On) => Role::Text,
            _ => Role::Second,
        };
        let Line::Account(_, draft, standing) = line else {
            put(buffer, x, row.y, columns, &text, theme.style(role));
            return;
        };
        let word_width = if row.width >= WIDE { 18 } else { 8 };
        let names = columns.saturating_sub(2 + word_width).min(60);
        let issuer = if names < 24 { names } else { names * 2 / 5 };
        let (one, other) = match (draft.issuer.as_str(), draft.account.as_str()) {
            ("", "") => ("unnamed", ""),
            ("", account) => (account, ""),
            names => names,
        };
        put(buffer, x, row.y, issuer, one, theme.style(role));
        if issuer < names {
            put(buffer, x + issuer + 1, row.y, names - issuer - 1, other, theme.style(Role::Second));
        }
        let (word, role) = match (no_codes(draft), standing) {
            (Some(_), Standing::New | Standing::Alike(_)) => ("no codes", Role::Error),
            _ => self.standing_word(*standing, sign == Sign::On),
        };
        put(
            buffer,
            x + names + 2,
            row.y,
            columns.saturating_sub(names + 2),
            &word[..word.len().min(word_width.into())],
            theme.style(role),
        );
    }

    fn standing_word(&self, standing: Standing, taken: bool) -> (&'static str, Role) {
        match (standing, self.on_conflict) {
            (Standing::Conflict(_), OnConflict::KeepBoth | OnConflict::Replace) if !taken => ("conflict", Role::Strong),
            (Standing::New, _) => ("new", Role::Text),
            (Standing::Same(_), _) => ("same", Role::Second),
            (Standing::Alike(_), _) => ("alike", Role::Strong),
            (Standing::Conflict(_), OnConflict::KeepBoth) => ("conflict, kept", Role::Strong),
            (Standing::Conflict(_), OnConflict::Replace) => ("conflict, replaces", Role::Strong),
            (Standing::Conflict(_), OnConflict::Skip) => ("conflict, left out", Role::Strong),
        }
    }

    /// Of the selected line: all that its row had no room for. Then what becomes of those in conflict.
    fn remarks(&self, common: &Common, columns: u16) -> Vec<(String, Role)> {
        let columns = columns.min(90);
        let mut remarks: Vec<(String, Role)> = Vec::new();
        match self.line(self.scroll.selected) {
            Some(Line::Note(text)) => remarks.extend(said::lines(common, text, columns, Role::Second)),
            Some(Line::Skipped(index, reason)) => {
                let text = format!("Not taken: {}.", not_taken(index, reason).trim_end_matches('.'));
                remarks.extend(said::lines(common, &text, columns, Role::Second));
            }
            Some(Line::Account(_, draft, standing)) => {
                remarks.push((about(draft), Role::Second));
                remarks.push(match no_codes(draft) {
                    Some(why) => (format!("It gives no codes: {why}."), Role::Warning),
                    None => (self.sentence(common, standing), Role::Second),
                });
            }
            None => {}
        }
        let conflicts = self.conflicts();
        remarks.truncate(REMARKS.into());
        if conflicts > 0 {
            let what = match self.on_conflict {
                OnConflict::KeepBoth => "both are kept",
                OnConflict::Replace => "its secret is replaced",
                OnConflict::Skip => "left out",
            };
            // Always in the same line, so that nothing moves with the selection.
            remarks.resize(REMARKS.into(), (String::new(), Role::Second));
            remarks.push((format!("{conflicts} in conflict with an entry of the same name: {what}."), Role::Warning));
        }
        remarks
    }

    /// How an account stands to the vault, in words.
    fn sentence(&self, common: &Common, standing: Standing) -> String {
        let name = |id: EntryId| {
            let entry = common.open.as_ref().and_then(|open| open.vault.entry(id));
            entry.map_or_else(|| "another entry".to_owned(), |entry| fit(&entry.called(), 50))
        };
        match standing {
            Standing::New => String::new(),
            Standing::Same(_) => "It is in the vault already, with this very secret.".into(),
            Standing::Alike(id) => format!("Its secret is in the vault already, as {}.", name(id)),
            Standing::Conflict(_) if self.on_conflict == OnConflict::Replace => {
                "Its secret takes the place of the one in the vault, which is kept in the history.".into()
            }
            Standing::Conflict(_) => "This name is in the vault with another secret or other parameters.".into(),
        }
    }

    pub fn footer(&self) -> Vec<(Command, &'static str)> {
        let accept = if self.purpose == Purpose::Enrol { "enrol" } else { "import" };
        let mut commands = vec![(Command::Accept, accept)];
        if let Some(Line::Account(at, ..)) = self.line(self.scroll.selected) {
            commands.push((Command::Mark, if self.takes(at) { "leave out" } else { "take" }));
        }
        commands.push((Command::MarkAll, ""));
        if self.conflicts() > 0 {
            commands.push((Command::OnConflict, ""));
        }
        commands.push((Command::Back, ""));
        commands
    }
}

fn accounts(count: usize) -> String {
    format!("{count} {}", if count == 1 { "account" } else { "accounts" })
}

/// Where it stands in the file, unless the reason tells it, and why it is not taken.
fn not_taken(index: usize, reason: &str) -> String {
    if reason.starts_with("line ") { reason.to_owned() } else { format!("number {}: {reason}", index + 1) }
}

/// Kind and parameters, tags, and what stands in the way of computing it.
fn about(draft: &Draft) -> String {
    let mut parts = vec![draft.credential.parameters(draft.credential.counter)];
    if let Err(why) = draft.credential.check() {
        parts.push(format!("no codes: {why}"));
    }
    if !draft.tags.is_empty() {
        parts.push(draft.tags.join(", "));
    }
    parts.join(" · ")
}
