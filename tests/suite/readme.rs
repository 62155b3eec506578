//! What the README says is what the tables say.

use countersign::transfer::FORMATS;
use countersign::tui::keymap::{Keymap, Place};
use std::fmt::Write as _;
use std::fs;

fn path(name: &str) -> String {
    format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Compares the part between two marks with what it should be; `SNAPSHOTS=overwrite` writes it anew.
fn check_section(mark: &str, expected: &str) {
    let readme = fs::read_to_string(path("README.md")).unwrap();
    let begin = readme.find(&format!("<!-- {mark}:")).unwrap();
    let begin = begin + readme[begin..].find("-->\n").unwrap() + 4;
    let end = readme.find(&format!("<!-- /{mark} -->")).unwrap();
    if std::env::var("SNAPSHOTS").is_ok_and(|wish| wish == "overwrite") {
        fs::write(path("README.md"), format!("{}{expected}{}", &readme[..begin], &readme[end..])).unwrap();
        return;
    }
    assert_eq!(&readme[begin..end], expected, "the README's {mark} are not current: SNAPSHOTS=overwrite writes them anew");
}

#[test]
fn the_keys_are_those_of_the_keymap() {
    let keymap = Keymap::default();
    let mut table = String::new();
    for place in Place::ALL {
        let _ = writeln!(table, "\n**{}**\n\n| keys | command | does |\n|---|---|---|", place.title());
        for binding in keymap.rows(place) {
            let keys: Vec<String> = binding.keys.iter().map(|key| format!("`{key}`")).collect();
            let _ = writeln!(table, "| {} | `{}` | {} |", keys.join(" "), binding.command.name(), binding.help());
        }
        if place == Place::List {
            table.push_str("| `1` … `9` | | copy the code of that visible row |\n");
        }
    }
    table.push('\n');
    check_section("keys", &table);
}

#[test]
fn the_formats_are_those_of_the_table() {
    let mut table = String::from("\n| format | `--format` | read | written | how to get one |\n|---|---|---|---|---|\n");
    for format in FORMATS {
        let written = if format.writer().is_some() { "yes" } else { "no" };
        let _ = writeln!(table, "| {} | `{}` | yes | {written} | {} |", format.name(), format.id(), format.how_to_get());
    }
    table.push('\n');
    check_section("formats", &table);
}

#[test]
fn the_two_commands_stand_in_the_readme_and_in_the_check() {
    let readme = fs::read_to_string(path("README.md")).unwrap();
    assert!(readme.contains("```\ncargo run --release\ncargo test\n```"));
    assert!(fs::read_to_string(path(".ci/run")).unwrap().contains("\ncargo test"));
}

#[test]
fn every_document_the_readme_names_is_there() {
    let readme = fs::read_to_string(path("README.md")).unwrap();
    let named = readme.split('`').filter(|text| text.ends_with(".md") && !text.contains(' '));
    let missing: Vec<&str> = named.filter(|name| fs::metadata(path(name)).is_err()).collect();
    assert_eq!(missing, [] as [&str; 0]);
}
