//! Roles, the meanings of styles, and themes that give each a style. A new theme is one file in `assets/themes`
//! and its row in [`BUILT_IN`].

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
    Text "text",
    Strong "strong",
    Dim "dim",
    Accent "accent",
    Selected "selected",
    Mark "mark",
    Star "star",
    Code "code",
    Bar "bar",
    BarLow "bar-low",
    BarUrgent "bar-urgent",
    BarRest "bar-rest",
    Ok "ok",
    Warning "warning",
    Error "error",
    Key "key",
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

    /// Reads a theme file: every role once, nothing else.
    pub fn parse(source: &str) -> Result<Theme> {
        let wrong = |what: String| Error::new(ErrorKind::Usage, format!("the theme is not valid: {what}"));
        let table: BTreeMap<String, String> = toml::from_str(source).map_err(|error| wrong(error.message().to_owned()))?;
        if let Some(unknown) = table.keys().find(|name| Role::ALL.iter().all(|role| role.name() != name.as_str())) {
            return Err(wrong(format!("there is no role {unknown:?}")));
        }
        let style_of = |role: &Role| {
            let text = table.get(role.name()).ok_or_else(|| wrong(format!("the role {:?} is missing", role.name())))?;
            parse_style(text).ok_or_else(|| wrong(format!("{text:?} is not a style ({})", role.name())))
        };
        Ok(Theme { styles: Role::ALL.iter().map(style_of).collect::<Result<_>>()? })
    }

    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }
}

/// Words separated by spaces: a colour (`cyan`, `bright-black`, `#6fc3bd`) and modifiers (`bold`, `dim`, `reversed`, `underlined`).
fn parse_style(text: &str) -> Option<Style> {
    text.split_whitespace().try_fold(Style::new(), |style, word| {
        Some(match word {
            "bold" => style.add_modifier(Modifier::BOLD),
            "dim" => style.add_modifier(Modifier::DIM),
            "reversed" => style.add_modifier(Modifier::REVERSED),
            "underlined" => style.add_modifier(Modifier::UNDERLINED),
            colour => style.fg(parse_colour(colour)?),
        })
    })
}

fn parse_colour(word: &str) -> Option<Color> {
    if let Some(hex) = word.strip_prefix('#') {
        let value = (hex.len() == 6).then(|| u32::from_str_radix(hex, 16).ok())??;
        return Some(Color::Rgb((value >> 16) as u8, (value >> 8) as u8, value as u8));
    }
    Some(match word {
        "black" => Color::Black,
        "red" => Color::Red,
        "green" => Color::Green,
        "yellow" => Color::Yellow,
        "blue" => Color::Blue,
        "magenta" => Color::Magenta,
        "cyan" => Color::Cyan,
        "white" => Color::Gray,
        "bright-black" => Color::DarkGray,
        "bright-red" => Color::LightRed,
        "bright-green" => Color::LightGreen,
        "bright-yellow" => Color::LightYellow,
        "bright-blue" => Color::LightBlue,
        "bright-magenta" => Color::LightMagenta,
        "bright-cyan" => Color::LightCyan,
        "bright-white" => Color::White,
        _ => return None,
    })
}
