//! Exporting: format › what is lost › password › file. The file is made in memory, which may be given up, and written when
//! it is whole and proved.

mod draw;
mod seal;

use super::confirm::Confirm;
use super::{Behaviour, Event, Reaction, Screen};
use crate::error::{Error, ErrorKind, Result};
use crate::ops::export::{self, Export as Made};
use crate::secret::SecretText;
use crate::transfer::{Encryption, Format, Writer};
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{body_of, fit};
use crate::tui::msg::{Done, Effect, ExportOrder, Job, MouseAct, Which};
use crate::tui::state::{Common, Tone};
use crate::tui::widget::lines::Lines;
use crate::tui::widget::menu::Menu;
use crate::tui::widget::path::{PathEntry, Typed};
use crate::vault::entry::EntryId;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use seal::{Answer, Seal};
use std::path::PathBuf;
use std::sync::Arc;

pub struct Export {
    which: Which,
    formats: Vec<(&'static dyn Format, &'static dyn Writer)>,
    menu: Menu,
    step: Step,
    /// How many entries the chosen format holds, and what it loses.
    foreseen: (usize, Vec<String>),
    scroll: Lines,
    seal: Seal,
    path: PathEntry,
    password: Option<SecretText>,
    /// Something is under way, or the person is asked about it.
    asked: bool,
    /// It is whole and being written: too late to give it up.
    saving: bool,
    said: Option<Error>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Format,
    Lost,
    Seal,
    File,
}

/// Never shows what it holds.
impl std::fmt::Debug for Export {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Export({:?})", self.step)
    }
}

impl Export {
    /// Of these entries; of all where none is given.
    pub fn new(marked: Vec<EntryId>) -> Export {
        Export {
            which: if marked.is_empty() { Which::All } else { Which::Marked(marked) },
            formats: export::writers().collect(),
            menu: Menu::default(),
            step: Step::Format,
            foreseen: (0, Vec::new()),
            scroll: Lines::default(),
            seal: Seal::new(Encryption::Never),
            path: PathEntry::default(),
            password: None,
            asked: false,
            saving: false,
            said: None,
        }
    }

    fn format(&self) -> (&'static dyn Format, &'static dyn Writer) {
        self.formats[self.menu.selected.min(self.formats.len() - 1)]
    }

    fn steps(&self) -> Vec<(Step, &'static str)> {
        let steps = [(Step::Format, "format"), (Step::Lost, "what is lost"), (Step::Seal, "password"), (Step::File, "file")];
        let is_step = |step: Step| match step {
            Step::Lost => !self.foreseen.1.is_empty(),
            Step::Seal => self.step == Step::Format || self.format().1.encryption() != Encryption::Never,
            _ => true,
        };
        steps.into_iter().filter(|(step, _)| is_step(*step)).collect()
    }

    /// The step that is so many steps away.
    fn go(&mut self, by: isize) -> Reaction {
        let steps = self.steps();
        let at = steps.iter().position(|(step, _)| *step == self.step).unwrap_or(0);
        self.said = None;
        match at.checked_add_signed(by).and_then(|at| steps.get(at)) {
            Some((step, _)) => self.step = *step,
            None => return Reaction::pop(),
        }
        if self.step == Step::Format {
            self.foreseen = (0, Vec::new());
        }
        if self.step == Step::Seal {
            self.seal.select();
        }
        if self.step == Step::File { Reaction::job(self.path.ask()) } else { Reaction::stay() }
    }

    fn ask(&mut self, job: Job) -> Effect {
        self.asked = true;
        self.said = None;
        Effect::job(job)
    }

    fn waits(&self, common: &Common) -> bool {
        self.asked && common.busy_since.is_some()
    }

    fn choose(&mut self) -> Reaction {
        let (format, which) = (self.format().0.id(), self.which.clone());
        Reaction::effect(self.ask(Job::ForeseeExport { format, which }))
    }

    fn foreseen(&mut self, result: Result<(usize, Vec<String>)>) -> Reaction {
        let (format, writer) = self.format();
        match result {
            Ok((0, lost)) => {
                let why = lost.first().map_or("nothing would be in it", String::as_str).trim_end_matches('.');
                self.said = Some(Error::failed(format!("{} can hold none of these entries: {why}", format.name())));
                Reaction::stay()
            }
            Ok(foreseen) => {
                self.foreseen = foreseen;
                self.scroll = Lines::default();
                self.password = None;
                self.seal = Seal::new(writer.encryption());
                let dot = if writer.ending().is_empty() { "" } else { "." };
                self.path = PathEntry::proposing(&format!("~/countersign-{}{dot}{}", format.id(), writer.ending()));
                self.go(1)
            }
            Err(error) => self.refused(error),
        }
    }

    fn make(&mut self, overwrite: bool) -> Effect {
        let order = ExportOrder {
            format: self.format().0.id(),
            which: self.which.clone(),
            password: self.password.clone(),
            path: self.path.path(),
            overwrite,
        };
        self.ask(Job::MakeExport(order))
    }

    /// Whether the file may be overwritten was settled when it was made; what appeared since then stays.
    fn made(&mut self, result: Result<Arc<Made>>, overwrite: bool) -> Reaction {
        match result {
            Ok(export) => {
                self.saving = true;
                let path = self.path.path();
                Reaction::effect(self.ask(Job::SaveExport { export, path, overwrite }))
            }
            Err(error) if error.kind == ErrorKind::WouldOverwrite => self.ask_to_overwrite(),
            Err(error) => self.refused(error),
        }
    }

    fn ask_to_overwrite(&mut self) -> Reaction {
        let yes = vec![self.make(true)];
        self.path.select();
        let path = self.path.path();
        let name = path.file_name().map_or_else(String::new, |name| fit(&name.to_string_lossy(), 40));
        let question = format!("Overwrite {name}? It is there already.");
        Reaction::push(Screen::Confirm(Confirm::no_undo(question, "overwrite", "keep it", yes)))
    }

    fn exported(&mut self, common: &mut Common, result: Result<PathBuf>) -> Reaction {
        match result {
            Ok(path) => {
                let count = self.foreseen.0;
                let entries = if count == 1 { "entry" } else { "entries" };
                let said = format!("Wrote {count} {entries} to {}", path.display());
                match self.password {
                    Some(_) => common.say(Tone::Done, said),
                    None => common.say_with(Tone::Warning, said, "every secret is in clear: delete it when it has served"),
                }
                Reaction::pop()
            }
            Err(error) if error.kind == ErrorKind::WouldOverwrite => self.ask_to_overwrite(),
            Err(error) => self.refused(error),
        }
    }

    fn refused(&mut self, error: Error) -> Reaction {
        self.path.select();
        self.said = Some(error);
        Reaction::stay()
    }

    fn done(&mut self, common: &mut Common, done: Done) -> Reaction {
        match done {
            Done::Completions { typed, names } => typed_reaction(self.path.completions(&typed, names)),
            Done::Foreseen(result) => {
                self.asked = false;
                self.foreseen(result)
            }
            Done::ExportMade { overwrite, result } => {
                self.asked = false;
                self.made(result, overwrite)
            }
            Done::Exported(result) => {
                (self.asked, self.saving) = (false, false);
                self.exported(common, result)
            }
            _ => Reaction::stay(),
        }
    }

    fn format_event(&mut self, common: &mut Common, event: Event) -> Reaction {
        match event {
            Event::Command(Command::Accept) => return self.choose(),
            Event::Command(Command::Back) => return Reaction::pop(),
            Event::Command(command) if self.menu.move_by(command, self.formats.len()) => self.said = None,
            Event::Mouse { act: MouseAct::Click | MouseAct::DoubleClick, row, .. } => {
                let area = Export::below_question(body_of(common.size));
                let clicked =
                    (Lines { selected: self.menu.selected }).in_sight(area, self.formats.len()).find(|(_, y)| *y == row);
                if let Some((at, _)) = clicked {
                    self.menu.selected = at;
                    return self.choose();
                }
            }
            _ => {}
        }
        Reaction::stay()
    }

    fn lost_event(&mut self, common: &Common, event: Event) -> Reaction {
        let area = Export::below_question(body_of(common.size));
        match event {
            Event::Command(Command::Accept) => return self.go(1),
            Event::Command(Command::Back) => return self.go(-1),
            Event::Command(command) => drop(self.scroll.move_by(command, self.lost_lines(area.width).len(), area.height)),
            Event::Mouse { act, row, .. } => drop(self.scroll.mouse(act, row, area, self.lost_lines(area.width).len())),
            _ => {}
        }
        Reaction::stay()
    }

    fn seal_event(&mut self, event: Event) -> Reaction {
        match self.seal.handle(event) {
            Answer::Nothing => Reaction::stay(),
            Answer::Back => self.go(-1),
            Answer::Sealed(password) => {
                self.password = password;
                self.go(1)
            }
        }
    }

    fn file_event(&mut self, event: Event) -> Reaction {
        let typed = match event {
            Event::Command(Command::Back) => return self.go(-1),
            Event::Command(command) => self.path.command(command),
            Event::Key(key) => {
                self.said = None;
                self.path.key(key)
            }
            Event::Paste(text) => self.path.paste(text.expose()),
            _ => Typed::Nothing,
        };
        match typed {
            Typed::Taken => Reaction::effect(self.make(false)),
            typed => typed_reaction(typed),
        }
    }

    /// Where the choice, the losses or the field lie: below the question and a gap.
    fn below_question(area: Rect) -> Rect {
        let above = if area.height >= 6 { 2 } else { 0 };
        Rect { y: area.y + above, height: area.height - above, ..area }
    }
}

fn typed_reaction(typed: Typed) -> Reaction {
    match typed {
        Typed::Ask(job) => Reaction::job(job),
        _ => Reaction::stay(),
    }
}

impl Behaviour for Export {
    fn place(&self) -> Place {
        match self.step {
            Step::Format => Place::Menu,
            Step::Lost => Place::Losses,
            Step::Seal => Place::Form,
            Step::File => Place::Path,
        }
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        if let Event::Done(done) = event {
            return self.done(common, done);
        }
        if self.waits(common) {
            // Whatever it waits for, Esc gives the keys back; only a file that is being written is not left half done.
            if matches!(event, Event::Command(Command::Back)) && !self.saving {
                self.asked = false;
                return Reaction::give_up();
            }
            return Reaction::stay();
        }
        match self.step {
            Step::Format => self.format_event(common, event),
            Step::Lost => self.lost_event(common, event),
            Step::Seal => self.seal_event(event),
            Step::File => self.file_event(event),
        }
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        self.draw_all(common, buffer);
    }

    fn footer(&self, common: &Common) -> Vec<(Command, &'static str)> {
        if self.waits(common) {
            return if self.saving { Vec::new() } else { vec![(Command::Back, "cancel")] };
        }
        match self.step {
            Step::Format => vec![(Command::Accept, ""), (Command::Down, "move"), (Command::Back, ""), (Command::Help, "")],
            Step::Lost => vec![(Command::Accept, ""), (Command::Down, ""), (Command::Back, "")],
            Step::Seal => self.seal.footer(),
            Step::File => vec![(Command::Accept, "write"), (Command::Complete, ""), (Command::Down, "list"), (Command::Back, "")],
        }
    }
}
