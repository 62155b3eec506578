//! What is on the screen can be read: the contrast of every role of every theme on the palettes of common terminals,
//! and that each screen draws its words in roles that are made for words.

use crate::support::palettes::{PALETTES, Palette};
use crate::support::scenes::SCENES;
use crate::support::tui::Tui;
use countersign::config::Config;
use countersign::tui::state::Start;
use countersign::tui::theme::{BUILT_IN, Role, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

/// What a role is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Class {
    /// Words that have to be read.
    Read,
    /// Words one can do without: labels, headings, units, what can't be done.
    Quiet,
    /// Single signs and bars, never words.
    Sign,
}

fn class(role: Role) -> Class {
    match role {
        Role::Text | Role::Strong | Role::Second | Role::Accent | Role::Selected | Role::Code => Class::Read,
        Role::Hint => Class::Quiet,
        Role::Bar | Role::BarLow | Role::BarUrgent | Role::BarRest => Class::Sign,
        Role::Mark | Role::Star | Role::Ok | Role::Warning | Role::Error => Class::Sign,
    }
}

impl Class {
    /// The contrast that is enough. Where the terminal's own text has less than 4.5:1 (Solarized Light: 4.1:1), a theme
    /// without a background can't give words more.
    fn floor(self, palette: &Palette, own_background: bool) -> f64 {
        match self {
            Class::Read if own_background => 4.5,
            Class::Read => palette.own_contrast().min(4.5),
            Class::Quiet | Class::Sign => 2.0,
        }
    }
}

fn themes() -> impl Iterator<Item = (&'static str, Theme)> {
    BUILT_IN.iter().map(|(name, source)| (*name, Theme::parse(source).unwrap()))
}

/// Each role in a colour of its own, so that a picture tells which role every cell was drawn in.
fn telling() -> Theme {
    let row = |(at, role): (usize, &Role)| format!("{} = \"#0000{:02x}\"\n", role.name(), at + 1);
    let rows: String = Role::ALL.iter().enumerate().map(row).collect();
    Theme::parse(&format!("background = \"#ffffff\"\n{rows}")).unwrap()
}

fn role_of(cell: &Cell) -> Option<Role> {
    match cell.fg {
        Color::Rgb(0, 0, number) => Role::ALL.get(usize::from(number).checked_sub(1)?).copied(),
        _ => None,
    }
}

fn is_word(cell: &Cell) -> bool {
    cell.symbol().chars().any(char::is_alphanumeric)
}

/// What the screen draws in this theme.
fn drawn(tui: &mut Tui, theme: &Theme) -> Buffer {
    tui.state.common.theme = theme.clone();
    tui.screen()
}

/// The role a text on the screen is drawn in.
#[track_caller]
fn role_at(tui: &mut Tui, text: &str) -> &'static str {
    let screen = drawn(tui, &telling());
    let (y, line) = (0u16..)
        .zip(tui.screen_text().lines().map(str::to_owned).collect::<Vec<_>>())
        .find(|(_, line)| line.contains(text))
        .unwrap();
    let x = line.split(text).next().unwrap().chars().count() as u16;
    role_of(&screen[(x, y)]).unwrap().name()
}

#[test]
fn every_role_of_every_theme_can_be_read_on_every_palette() {
    let mut faint = Vec::new();
    for (name, theme) in themes() {
        let blank = theme.blank();
        for role in Role::ALL {
            let style = blank.patch(theme.style(*role));
            for palette in PALETTES {
                let (front, back) = (style.fg.unwrap_or(Color::Reset), style.bg.unwrap_or(Color::Reset));
                let has = palette.contrast(front, back, style.add_modifier);
                if has < class(*role).floor(palette, back != Color::Reset) {
                    faint.push(format!("{name}: {} on {}: {has:.2}", role.name(), palette.name));
                }
            }
        }
    }
    assert!(faint.is_empty(), "too faint:\n{}", faint.join("\n"));
}

#[test]
fn every_word_on_every_screen_can_be_read_on_every_palette() {
    let mut wrong = BTreeSet::new();
    for (name, scene) in SCENES {
        let mut tui = scene();
        for (width, height) in [(80, 24), (120, 40), (40, 12)] {
            tui.resize(width, height);
            let told = drawn(&mut tui, &telling());
            for y in 0..height {
                let mut sign_word = String::new();
                for x in 0..width {
                    let cell = &told[(x, y)];
                    if is_word(cell) && role_of(cell).is_none_or(|role| class(role) == Class::Sign) {
                        sign_word.push_str(cell.symbol());
                    } else {
                        if sign_word.chars().count() > 1 {
                            wrong.insert(format!("{name}: the word {sign_word:?} is drawn as a sign"));
                        }
                        sign_word.clear();
                    }
                }
            }
            for (theme_name, theme) in themes() {
                let screen = drawn(&mut tui, &theme);
                // Every way in which words look, with one of them.
                let mut looks: HashMap<(Class, Color, Color, Modifier), (u16, u16)> = HashMap::new();
                for (at, cell) in screen.content().iter().enumerate().filter(|(_, cell)| is_word(cell)) {
                    let place = screen.pos_of(at);
                    if let Some(role) = role_of(&told[place]) {
                        looks.entry((class(role), cell.fg, cell.bg, cell.modifier)).or_insert(place);
                    }
                }
                for ((class, front, back, modifier), (x, y)) in looks {
                    for palette in PALETTES {
                        let has = palette.contrast(front, back, modifier);
                        if has < class.floor(palette, back != Color::Reset) {
                            let line =
                                crate::support::tui::text_of(&screen).lines().nth(y.into()).unwrap_or_default().trim().to_owned();
                            wrong.insert(format!("{name}, {theme_name}, {}: {has:.2} at {x} in {line:?}", palette.name));
                        }
                    }
                }
            }
        }
    }
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn night_paints_every_cell_of_every_screen() {
    let night = Theme::built_in("night").unwrap();
    assert_eq!(night.blank().bg, Some(Color::Rgb(0x1b, 0x1f, 0x27)));
    for (name, scene) in SCENES {
        let mut tui = scene();
        let screen = drawn(&mut tui, &night);
        // The second cell of a wide character is never drawn: the first one paints both.
        let cells: Vec<&Cell> = screen.content().iter().collect();
        let is_covered = |at: usize| at > 0 && cells[at - 1].symbol().width() == 2;
        let bare = (0..cells.len()).filter(|at| cells[*at].bg == Color::Reset && !is_covered(*at)).count();
        assert_eq!(bare, 0, "{name}: cells without the background:\n{}", tui.screen_text());
    }
}

#[test]
fn the_last_seconds_are_bold_and_no_slab_in_mono() {
    let mut tui = Tui::with_config(Start::Demo, Config { theme: "mono".into(), ..Config::default() });
    tui.wait(Duration::from_secs(20)).see(" 3s«");
    let reversed: String = tui
        .screen()
        .content()
        .iter()
        .filter(|cell| cell.modifier.contains(Modifier::REVERSED))
        .map(|cell| cell.symbol())
        .collect();
    assert_eq!(reversed, "");
}

#[test]
fn what_can_be_chosen_is_text_what_explains_it_is_second_and_keys_are_strong() {
    let mut tui = Tui::demo();
    let roles = ["hugo@example.org", "copy", "GitLab"].map(|text| role_at(&mut tui, text));
    assert_eq!(roles, ["second", "second", "text"], "an account, the word of a key, a row");
    assert_eq!(role_at(&mut tui, "↵ copy"), "strong", "a key in the footer");

    tui.press("a");
    assert_eq!(role_at(&mut tui, "A file"), "text", "a choice of the enrol menu");

    let mut tui = Tui::start(Start::Welcome);
    assert_eq!(role_at(&mut tui, "Look at the demo"), "text", "a choice of the first menu");
}

#[test]
fn a_grey_is_refused_on_any_background_and_a_true_colour_where_none_is_painted() {
    for colour in ["bright-black", "black", "white", "bright-white", "#d8dee9"] {
        let source: String = Role::ALL.iter().map(|role| format!("{} = \"{colour}\"\n", role.name())).collect();
        assert!(Theme::parse(&source).is_err(), "{colour}");
    }
}
