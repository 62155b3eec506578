//! The simple settings, changed and saved to the user's configuration. The demo writes nothing: there they hold until it ends.

use super::confirm::Confirm;
use super::{Behaviour, Event, Reaction, Screen};
use crate::config::Config;
use crate::config::edit::Setting;
use crate::tui::command::Command;
use crate::tui::keymap::Place;
use crate::tui::layout::{MARGIN, body, put};
use crate::tui::msg::{Done, Job};
use crate::tui::state::{Common, Tone};
use crate::tui::theme::{BUILT_IN, Role, Theme};
use crate::tui::widget::form::{Form, Row};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug)]
pub struct Settings {
    before: Config,
    form: Form<Name>,
    saving: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    LockAfter,
    ClipboardClear,
    MinLeft,
    HideCodes,
    Theme,
    Mouse,
}

const UNSAVED: &str = "the changes";

impl Settings {
    pub fn new(common: &Common) -> Settings {
        let config = common.config.clone();
        let switch = |name, label, on: bool| {
            Row::choice(name, label, vec![("off".to_owned(), ""), ("on".to_owned(), "")], usize::from(on))
        };
        let themes = BUILT_IN.iter().map(|(name, _)| ((*name).to_owned(), "")).collect();
        let theme = BUILT_IN.iter().position(|(name, _)| *name == config.theme).unwrap_or(0);
        let form = Form::new(vec![
            Row::text(Name::LockAfter, "lock after", &config.lock_after_s.to_string())
                .proposed()
                .hint("Seconds without a key until the vault locks; 0 never."),
            Row::text(Name::ClipboardClear, "clear the clipboard after", &config.clipboard_clear_s.to_string())
                .proposed()
                .hint("Seconds; 0 never."),
            Row::text(Name::MinLeft, "copy the next code below", &config.min_left_s.to_string())
                .proposed()
                .hint("A code that ends in fewer seconds than these is not worth copying: the next one is taken."),
            switch(Name::HideCodes, "hide codes", config.hide_codes).hint("Whether the list begins with hidden codes.").apart(),
            Row::choice(Name::Theme, "theme", themes, theme).hint("The colours of the program."),
            switch(Name::Mouse, "mouse", config.mouse)
                .hint("Off leaves selecting text to the terminal. Takes hold at the next start."),
        ]);
        Settings { before: config, form, saving: false }
    }

    fn number(&mut self, name: Name, most: u64) -> u64 {
        let number = self.form.text(name).trim().parse().ok().filter(|number| *number <= most);
        if number.is_none() {
            self.form.set_error(name, Some(format!("A number of seconds from 0 to {most}.")));
        }
        number.unwrap_or_default()
    }

    /// The settings as the form has them; `None` where something in it is wrong.
    fn read(&mut self) -> Option<Config> {
        self.form.clear_errors();
        let config = Config {
            lock_after_s: self.number(Name::LockAfter, 86_400),
            clipboard_clear_s: self.number(Name::ClipboardClear, 86_400),
            min_left_s: self.number(Name::MinLeft, 60),
            hide_codes: self.form.chosen(Name::HideCodes) == 1,
            theme: BUILT_IN.get(self.form.chosen(Name::Theme)).map_or("default", |(name, _)| *name).to_owned(),
            mouse: self.form.chosen(Name::Mouse) == 1,
            ..self.before.clone()
        };
        (!self.form.go_to_error()).then_some(config)
    }

    fn is_changed(&self) -> bool {
        let (form, before) = (&self.form, &self.before);
        let theme = BUILT_IN.get(form.chosen(Name::Theme)).map_or("", |(name, _)| *name);
        form.text(Name::LockAfter).trim() != before.lock_after_s.to_string()
            || form.text(Name::ClipboardClear).trim() != before.clipboard_clear_s.to_string()
            || form.text(Name::MinLeft).trim() != before.min_left_s.to_string()
            || (form.chosen(Name::HideCodes) == 1) != before.hide_codes
            || (form.chosen(Name::Mouse) == 1) != before.mouse
            || theme != before.theme
    }

    fn save(&mut self, common: &mut Common) -> Reaction {
        let Some(now) = self.read() else { return Reaction::stay() };
        let changed = changes(&self.before, &now);
        if changed.is_empty() {
            return Reaction::pop();
        }
        let is_demo = common.open.as_ref().is_none_or(|open| open.demo);
        match common.config_file.clone() {
            Some(path) if !is_demo => {
                self.saving = true;
                Reaction::job(Job::SaveSettings { path, settings: changed })
            }
            _ => {
                take_hold(common, now);
                common.say(Tone::Note, "Changed until the program ends: nothing is written");
                Reaction::pop()
            }
        }
    }

    fn saved(&mut self, common: &mut Common, done: Done) -> Reaction {
        let Done::SettingsSaved(result) = done else { return Reaction::stay() };
        self.saving = false;
        match (result, self.read()) {
            (Ok(()), Some(now)) => {
                take_hold(common, now);
                common.say(Tone::Done, "The settings are saved");
                Reaction::pop()
            }
            (Err(error), _) => {
                common.say_error(&error);
                Reaction::stay()
            }
            (Ok(()), None) => Reaction::stay(),
        }
    }
}

/// The keys that differ, with their new values.
fn changes(before: &Config, now: &Config) -> Vec<(&'static str, Setting)> {
    let all = |config: &Config| {
        [
            ("lock_after_s", Setting::Number(config.lock_after_s)),
            ("clipboard_clear_s", Setting::Number(config.clipboard_clear_s)),
            ("min_left_s", Setting::Number(config.min_left_s)),
            ("hide_codes", Setting::Truth(config.hide_codes)),
            ("theme", Setting::Text(config.theme.clone())),
            ("mouse", Setting::Truth(config.mouse)),
        ]
    };
    all(now).into_iter().zip(all(before)).filter(|(now, before)| now != before).map(|(now, _)| now).collect()
}

/// From now on; a terminal that is to have no colours keeps having none.
fn take_hold(common: &mut Common, config: Config) {
    if let (true, Ok(theme)) = (common.color, Theme::built_in(&config.theme)) {
        common.theme = theme;
    }
    common.config = config;
}

impl Behaviour for Settings {
    fn place(&self) -> Place {
        Place::Form
    }

    fn handle(&mut self, common: &mut Common, event: Event) -> Reaction {
        match event {
            Event::Done(done) => return self.saved(common, done),
            _ if self.saving => {}
            Event::Command(Command::Accept) => return self.save(common),
            Event::Command(Command::Back) if self.is_changed() => {
                return Reaction::push(Screen::Confirm(Confirm::leave(UNSAVED)));
            }
            Event::Command(Command::Back) => return Reaction::pop(),
            Event::Command(command) => drop(self.form.command(command)),
            Event::Key(key) => drop(self.form.key(key)),
            Event::Paste(text) => drop(self.form.paste(&text)),
            Event::Mouse { .. } => {}
        }
        Reaction::stay()
    }

    fn draw(&self, common: &Common, buffer: &mut Buffer) {
        let whole = buffer.area;
        let theme = &common.theme;
        let area = body(whole);
        if area.y > 0 {
            let y = u16::from(area.y > 1);
            let x = MARGIN + put(buffer, MARGIN, y, whole.width, "Settings", theme.style(Role::Strong)) + 3;
            let place = common.config_file.as_ref().map_or_else(String::new, |path| path.display().to_string());
            put(buffer, x, y, whole.width.saturating_sub(x + 1), &place, theme.style(Role::Second));
        }
        // The hint stands in the last line: just below the rows rather than far down.
        self.form.draw(buffer, common, Rect { height: area.height.min(11), ..area }, !self.saving);
    }

    fn footer(&self, _common: &Common) -> Vec<(Command, &'static str)> {
        vec![(Command::Accept, "save"), (Command::NextField, ""), (Command::Back, "")]
    }

    fn unsaved(&self) -> Option<&'static str> {
        self.is_changed().then_some(UNSAVED)
    }
}
