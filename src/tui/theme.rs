//! Roles, the meanings of styles, and themes that give each a style. A new theme is one file in `assets/themes`
//! and its row in [`BUILT_IN`].
//!
//! A theme either paints its own background, and then knows what every colour is read on, or it leaves the terminal's. No
//! hue has enough contrast for words on all terminals, so such a theme draws words in the terminal's foreground with
//! weight only, and keeps hues for signs and bars.

use crate::error::{Error, ErrorKind, Result};
use ratatui::style::{Color, Modifier, Style};
use std::collections::BTreeMap;

macro_rules! roles {
    ($($variant:ident $name:literal,)*) => {
        /// What a piece of the screen means.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Role { $($variant,)* }

        impl Role {
            pub const ALL: &'static [Role] = &[$(Role::$variant,)*];

            pub fn name(self) -> &'static str {
                match self { $(Role::$variant => $name,)* }
            }
        }
    };
}

roles! {
    // Whatever can be chosen, and what is typed.
    Text "text",
    // Titles and keys.
    Strong "strong",
    // What explains.
    Second "second",
    // Labels, headings and units; what can't be done. Never a choice that can be taken.
    Hint "hint",
    Accent "accent",
    Selected "selected",
    Code "code",
    // From here on for signs and bars, never for words.
    Bar "bar",
    BarLow "bar-low",
    BarUrgent "bar-urgent",
    BarRest "bar-rest",
    Mark "mark",
    Star "star",
    Ok "ok",
    Warning "warning",
    Error "error",
}

impl Role {
    /// What says the same without colour, for the roles of messages.
    pub fn sign(self) -> Option<&'static str> {
        match self {
            Role::Ok => Some("✓"),
            Role::Warning => Some("!"),
            Role::Error => Some("✗"),
            _ => None,
        }
    }
}

/// Name and source of each built-in theme; the first is the default.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("default", include_str!("../../assets/themes/default.toml")),
    ("mono", include_str!("../../assets/themes/mono.toml")),
    ("night", include_str!("../../assets/themes/night.toml")),
];

#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    styles: Vec<Style>,
    /// The terminal's own where there is none.
    background: Option<Color>,
}

impl Theme {
    pub fn built_in(name: &str) -> Result<Theme> {
        match BUILT_IN.iter().find(|(known, _)| *known == name) {
            Some((_, source)) => Theme::parse(source),
            None => {
                let known: Vec<&str> = BUILT_IN.iter().map(|(known, _)| *known).collect();
                Err(Error::new(ErrorKind::Usage, format!("there is no theme {name:?}"))
                    .hint(format!("the themes are {}", known.join(", "))))
            }
        }
    }

    /// Reads a theme file: every role once, and a `background` if the theme paints one.
    pub fn parse(source: &str) -> Result<Theme> {
        let wrong = |what: String| Error::new(ErrorKind::Usage, format!("the theme is not valid: {what}"));
        let mut table: BTreeMap<String, String> = toml::from_str(source).map_err(|error| wrong(error.message().to_owned()))?;
        let hex =
            |text: String| parse_hex(&text).ok_or_else(|| wrong(format!("{text:?} is not a colour like #1b1f27 (background)")));
        let background = table.remove("background").map(hex).transpose()?;
        if let Some(unknown) = table.keys().find(|name| Role::ALL.iter().all(|role| role.name() != name.as_str())) {
            return Err(wrong(format!("there is no role {unknown:?}")));
        }
        let style_of = |role: &Role| {
            let text = table.get(role.name()).ok_or_else(|| wrong(format!("the role {:?} is missing", role.name())))?;
            parse_style(text, background.is_some()).map_err(|why| wrong(format!("{why} ({})", role.name())))
        };
        let theme = Theme { styles: Role::ALL.iter().map(style_of).collect::<Result<_>>()?, background };
        if background.is_some() && theme.style(Role::Text).fg.is_none() {
            return Err(wrong("a theme with a background has to give text a colour".to_owned()));
        }
        Ok(theme)
    }

    /// What an empty cell looks like, and the only style to wipe cells with: nothing of what was drawn there stays.
    pub fn blank(&self) -> Style {
        let wiped = Style::reset().patch(self.style(Role::Text));
        self.background.map_or(wiped, |background| wiped.bg(background))
    }

    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }
}

/// Words separated by spaces: a colour and modifiers (`bold`, `dim`, `reversed`, `underlined`). The colour is one like
/// `#6fc3bd` where the theme paints its background, else a hue like `red`; why not otherwise is the error.
fn parse_style(text: &str, has_background: bool) -> std::result::Result<Style, String> {
    text.split_whitespace().try_fold(Style::new(), |style, word| {
        Ok(match word {
            "bold" => style.add_modifier(Modifier::BOLD),
            "dim" => style.add_modifier(Modifier::DIM),
            "reversed" => style.add_modifier(Modifier::REVERSED),
            "underlined" => style.add_modifier(Modifier::UNDERLINED),
            "black" | "white" | "bright-black" | "bright-white" => {
                return Err(format!("{word} is the background of some terminals and can't be seen there"));
            }
            colour => match (parse_hex(colour).or_else(|| parse_hue(colour)), has_background) {
                (Some(Color::Rgb(..)), false) => {
                    return Err(format!("{colour} can't be seen on every terminal: the theme has to give its background"));
                }
                (Some(hue), true) if !matches!(hue, Color::Rgb(..)) => {
                    return Err(format!("{colour} differs from terminal to terminal: on a background it has to be like #6fc3bd"));
                }
                (Some(colour), _) => style.fg(colour),
                (None, _) => return Err(format!("{text:?} is not a style")),
            },
        })
    })
}

fn parse_hex(word: &str) -> Option<Color> {
    let hex = word.strip_prefix('#').filter(|hex| hex.len() == 6)?;
    let value = u32::from_str_radix(hex, 16).ok()?;
    Some(Color::Rgb((value >> 16) as u8, (value >> 8) as u8, value as u8))
}

fn parse_hue(word: &str) -> Option<Color> {
    Some(match word {
        "red" => Color::Red,
        "green" => Color::Green,
        "yellow" => Color::Yellow,
        "blue" => Color::Blue,
        "magenta" => Color::Magenta,
        "cyan" => Color::Cyan,
        "bright-red" => Color::LightRed,
        "bright-green" => Color::LightGreen,
        "bright-yellow" => Color::LightYellow,
        "bright-blue" => Color::LightBlue,
        "bright-magenta" => Color::LightMagenta,
        "bright-cyan" => Color::LightCyan,
        _ => return None,
    })
}
