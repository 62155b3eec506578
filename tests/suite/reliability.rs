//! The table of faults in `docs/reliability.md`: each test it names is there.

use std::collections::BTreeMap;
use std::fs;

fn path(name: &str) -> String {
    format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The tests of a file: the functions after `#[test]`.
fn tests_of(binary: &str, module: &str) -> Option<Vec<String>> {
    let source = fs::read_to_string(path(&format!("tests/{binary}/{module}.rs"))).ok()?;
    let parts = source.split("#[test]").skip(1);
    let name = |part: &str| part.split_once("fn ").and_then(|(_, rest)| rest.split_once('(')).map(|(name, _)| name.to_owned());
    Some(parts.filter_map(name).collect())
}

/// `…` stands for whatever was left out.
fn fits(pattern: &str, name: &str) -> bool {
    let (open_front, open_end) = (pattern.starts_with('…'), pattern.ends_with('…'));
    let part = pattern.trim_matches('…');
    match (open_front, open_end) {
        (false, false) => name == part,
        (false, true) => name.starts_with(part),
        (true, false) => name.ends_with(part),
        (true, true) => name.contains(part),
    }
}

#[test]
fn every_test_that_the_table_of_faults_names_is_there() {
    let text = fs::read_to_string(path("docs/reliability.md")).unwrap();
    let is_head = |line: &str| line.starts_with("| fault") || line.starts_with("| what |") || line.contains("| – |");
    let rows = text.lines().filter(|line| line.starts_with("| ") && !is_head(line));
    let (mut known, mut number, mut missing) = (BTreeMap::new(), 0, Vec::new());
    for row in rows {
        let shown_by = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let (mut binary, mut module, mut in_row) = ("", "", 0);
        for (at, part) in shown_by.split('`').enumerate() {
            if at % 2 == 0 {
                binary = ["suite", "cli", "pty"].into_iter().find(|name| part.contains(name)).unwrap_or(binary);
                continue;
            }
            in_row += 1;
            // A script, or a whole-output case of the command line.
            if let Some(folder) = [("py", "faults"), ("toml", "cli")]
                .into_iter()
                .find_map(|(end, folder)| part.ends_with(&format!(".{end}")).then_some(folder))
            {
                assert!(fs::metadata(path(&format!("tests/{folder}/{part}"))).is_ok(), "{part}");
                continue;
            }
            let (of, pattern) = match part.split_once("::") {
                Some((of, pattern)) => (of, pattern),
                // A whole module, or another test of the one before.
                None if tests_of(binary, part).is_some() => (part, "…"),
                None => (module, part),
            };
            module = of;
            let tests = known.entry((binary, module)).or_insert_with(|| tests_of(binary, module).unwrap_or_default());
            if !tests.iter().any(|test| fits(pattern, test)) {
                missing.push(format!("{binary} {module}::{pattern}"));
            }
        }
        assert!(in_row > 0, "no test shows this: {row}");
        number += in_row;
    }
    assert_eq!(missing, [] as [&str; 0]);
    assert!(number > 60, "{number}");
}
