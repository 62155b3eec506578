//! Pictures of every screen, text and styles, at three sizes; and every small size draws without panic.
//! `SNAPSHOTS=overwrite cargo test --test suite screens` writes the pictures anew: look at the difference before committing it.

use crate::support::scenes::SCENES;
use crate::support::tui::text_of;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use snapbox::{Data, assert_data_eq};
use std::fmt::Write as _;
use std::path::Path;

/// The text, and below it for each row the runs of cells that are styled.
fn picture(buffer: &Buffer) -> String {
    let mut picture = text_of(buffer);
    picture.push_str("---\n");
    for y in 0..buffer.area.height {
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        for x in 0..buffer.area.width {
            let blank = buffer.cell((x, y)).is_none_or(|cell| cell.symbol() == " ");
            let style = style_name(buffer, x, y);
            match runs.last_mut() {
                // Blanks between words of one style belong to the run.
                Some((_, end, last)) if *last == style => *end = x + 1,
                _ if blank && style.is_empty() => {}
                _ => runs.push((x, x + 1, style)),
            }
        }
        runs.retain(|(_, _, style)| !style.is_empty());
        if !runs.is_empty() {
            let runs: Vec<String> = runs.iter().map(|(from, to, style)| format!("{from}..{to} {style}")).collect();
            let _ = writeln!(picture, "{y}: {}", runs.join(", "));
        }
    }
    picture
}

/// Empty for a plain cell, and for the colour of a blank nobody sees.
fn style_name(buffer: &Buffer, x: u16, y: u16) -> String {
    let Some(cell) = buffer.cell((x, y)) else { return String::new() };
    let mut words = Vec::new();
    if cell.fg != Color::Reset && cell.symbol() != " " {
        words.push(cell.fg.to_string().to_lowercase());
    }
    if cell.modifier != Modifier::empty() && (cell.symbol() != " " || cell.modifier.contains(Modifier::REVERSED)) {
        words.push(format!("{:?}", cell.modifier).to_lowercase());
    }
    words.join(" ")
}

#[test]
fn every_screen_looks_as_it_was_last_looked_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    for (name, scene) in SCENES {
        for (width, height) in [(80, 24), (120, 40), (40, 12)] {
            let tui = scene().sized(width, height);
            let file = folder.join(format!("{name}-{width}x{height}.txt"));
            assert_data_eq!(picture(&tui.screen()), Data::read_from(&file, None).raw());
        }
    }
}

#[test]
fn every_screen_draws_at_every_small_size() {
    for (name, scene) in SCENES {
        let mut tui = scene();
        for width in 1..=50 {
            for height in 1..=12 {
                tui.resize(width, height);
                let drawn = tui.screen();
                assert_eq!((drawn.area.width, drawn.area.height), (width, height), "{name}");
            }
        }
    }
}

#[test]
fn what_is_typed_as_a_passphrase_is_on_no_screen() {
    for (name, scene) in SCENES.iter().filter(|(name, _)| name.starts_with("unlock") || *name == "create") {
        let text = text_of(&scene().screen());
        assert!(!text.contains("sesame") && !text.contains("horse"), "{name}:\n{text}");
    }
}
