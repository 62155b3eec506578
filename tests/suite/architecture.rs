//! The rules of the architecture page in `src/lib.rs`, held against the sources themselves.
//! A rule is a function from a source to its violations; each is shown to catch a planted one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A file under `src`, its path relative to it.
struct Source {
    path: String,
    text: String,
}

/// A name, a `::` or another character of the code, and its line.
#[derive(Debug, PartialEq)]
struct Token {
    text: String,
    line: usize,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    /// The module path: `otp/uri/read.rs` is `otp`, `uri`, `read`. Empty for the crate's own roots.
    fn module(&self) -> Vec<&str> {
        match self.path.as_str() {
            "lib.rs" => Vec::new(),
            path => path.trim_end_matches(".rs").split('/').collect(),
        }
    }

    fn top(&self) -> Option<&str> {
        self.module().first().copied()
    }

    fn is_within(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path == *place || place.ends_with('/') && self.path.starts_with(place))
    }

    /// The product's code: no comments, no contents of literals, no test module at the end.
    fn code(&self) -> String {
        let code = without_comments_and_literals(&self.text);
        match code.find("#[cfg(test)]") {
            Some(at) => code[..at].to_owned(),
            None => code,
        }
    }

    /// Every path the code names, with groups written out: `use a::{b, c::d}` is `a::b` and `a::c::d`.
    fn paths(&self) -> Vec<(usize, Vec<String>)> {
        let tokens = tokens(&self.code());
        let mut paths = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            if is_name(&tokens[at].text) {
                at = read_path(&tokens, at, &[], &mut paths);
            } else {
                at += 1;
            }
        }
        paths
    }

    fn violation(&self, line: usize, what: impl std::fmt::Display) -> String {
        format!("src/{}:{line}: {what}", self.path)
    }
}

/// Blanks comments and the contents of string and character literals; lines stay where they are.
fn without_comments_and_literals(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let starts = |at: usize, what: &str| what.chars().enumerate().all(|(more, letter)| letters.get(at + more) == Some(&letter));
    let mut at = 0;
    while at < letters.len() {
        let end = if starts(at, "//") {
            (at..letters.len()).find(|&end| letters[end] == '\n').unwrap_or(letters.len())
        } else if starts(at, "/*") {
            let (mut end, mut depth) = (at + 2, 1);
            while end < letters.len() && depth > 0 {
                let (step, change) = if starts(end, "/*") {
                    (2, 1)
                } else if starts(end, "*/") {
                    (2, -1)
                } else {
                    (1, 0)
                };
                (end, depth) = (end + step, depth + change);
            }
            end
        } else if let Some(end) = raw_string_end(&letters, at) {
            end
        } else if letters[at] == '"' {
            literal_end(&letters, at, '"')
        } else if letters[at] == '\'' && (letters.get(at + 1) == Some(&'\\') || letters.get(at + 2) == Some(&'\'')) {
            literal_end(&letters, at, '\'')
        } else {
            code.push(letters[at]);
            at += 1;
            continue;
        };
        code.push(' ');
        code.extend(letters[at..end.min(letters.len())].iter().filter(|&&letter| letter == '\n'));
        at = end;
    }
    code
}

fn literal_end(letters: &[char], start: usize, quote: char) -> usize {
    let mut end = start + 1;
    while end < letters.len() && letters[end] != quote {
        end += if letters[end] == '\\' { 2 } else { 1 };
    }
    end + 1
}

/// The end of `r"…"`, `r#"…"#`, `br"…"` and the like, if one starts here.
fn raw_string_end(letters: &[char], start: usize) -> Option<usize> {
    if start > 0 && (letters[start - 1].is_alphanumeric() || letters[start - 1] == '_') {
        return None;
    }
    let after_prefix = start
        + ["br", "cr", "r"]
            .iter()
            .find(|prefix| {
                letters[start..].iter().zip(prefix.chars()).filter(|(have, want)| *have == want).count() == prefix.len()
            })?
            .len();
    let hashes = letters[after_prefix..].iter().take_while(|&&letter| letter == '#').count();
    if letters.get(after_prefix + hashes) != Some(&'"') {
        return None;
    }
    let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let inside = after_prefix + hashes + 1;
    let length = letters[inside..].windows(closing.len()).position(|window| window == closing);
    Some(length.map_or(letters.len(), |length| inside + length + closing.len()))
}

fn tokens(code: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for (at, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let name = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let length = if name > 0 {
                name
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            tokens.push(Token { text: rest[..length].to_owned(), line: at + 1 });
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Reads a path, or a use tree under `before`, that starts at `at`; gives the place behind it.
fn read_path(tokens: &[Token], mut at: usize, before: &[String], paths: &mut Vec<(usize, Vec<String>)>) -> usize {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let line = tokens[at].line;
    let mut path = before.to_vec();
    loop {
        if is_name(text(at)) || text(at) == "*" {
            path.push(text(at).to_owned());
            at += 1;
            if text(at) == "::" && (is_name(text(at + 1)) || matches!(text(at + 1), "{" | "*")) {
                at += 1;
                continue;
            }
        } else if text(at) == "{" {
            at += 1;
            while at < tokens.len() && text(at) != "}" {
                at =
                    if is_name(text(at)) || matches!(text(at), "*" | "{") { read_path(tokens, at, &path, paths) } else { at + 1 };
            }
            return at + 1;
        }
        paths.push((line, path));
        return at;
    }
}

/// All sources, by path.
fn sources() -> Vec<Source> {
    fn walk(folder: &Path, prefix: &str, sources: &mut Vec<Source>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                walk(&entry.path(), &format!("{name}/"), sources);
            } else if name.ends_with(".rs") {
                sources.push(Source { path: name, text: std::fs::read_to_string(entry.path()).unwrap() });
            }
        }
    }
    let mut sources = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut sources);
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

/// The diagram of `lib.rs`: after the tier come the modules, each a column of one word, and then what they are for.
fn tiers(lib: &str) -> BTreeMap<String, u32> {
    let mut tiers = BTreeMap::new();
    for line in lib.lines().filter_map(|line| line.strip_prefix("//! ")) {
        let mut columns = line.split("  ").map(str::trim).filter(|column| !column.is_empty());
        let Some(tier) = columns.next().and_then(|column| column.parse().ok()) else { continue };
        for column in columns.filter(|column| !column.contains(' ')) {
            tiers.insert(column.trim_end_matches('/').trim_end_matches(".rs").to_owned(), tier);
        }
    }
    tiers
}

/// Imports point only down. Within tier 0 they may point sideways; elsewhere neighbours know nothing of each other.
fn imports_point_down(source: &Source, tiers: &BTreeMap<String, u32>) -> Vec<String> {
    let Some(from) = source.top() else { return Vec::new() };
    let Some(tier) = tiers.get(from) else { return vec![source.violation(1, format!("{from} has no tier in src/lib.rs"))] };
    let depth = source.module().len();
    let mut violations = Vec::new();
    for (line, path) in source.paths() {
        let supers = path.iter().take_while(|name| *name == "super").count();
        let target = match path[0].as_str() {
            "crate" | "countersign" => path.get(1),
            "super" if supers >= depth => path.get(supers),
            _ => None,
        };
        let Some(to) = target.filter(|to| *to != from) else { continue };
        match tiers.get(to) {
            None => violations.push(source.violation(line, format!("{to} has no tier in src/lib.rs"))),
            Some(other) if other < tier || (*other, *tier) == (0, 0) => {}
            Some(other) => violations.push(source.violation(line, format!("{from} (tier {tier}) imports {to} (tier {other})"))),
        }
    }
    violations
}

/// The real ports are built by `main.rs`; all else knows the traits alone.
fn real_ports_stay_outside(source: &Source, real: &BTreeSet<String>) -> Vec<String> {
    if source.is_within(&["main.rs", "ports.rs", "ports/"]) {
        return Vec::new();
    }
    let named = |path: &[String]| path.windows(2).any(|pair| pair[0] == "ports" && real.contains(&pair[1]));
    let named = source.paths().into_iter().filter(|(_, path)| named(path));
    named.map(|(line, path)| source.violation(line, format!("names a real port: {}", path.join("::")))).collect()
}

/// Time, files, the environment and processes are reached through ports.
fn the_world_is_behind_ports(source: &Source) -> Vec<String> {
    if source.is_within(&["main.rs", "ports/"]) {
        return Vec::new();
    }
    let reaches = |path: &[String]| {
        path.iter().any(|name| name == "SystemTime")
            || path.windows(2).any(|pair| match [pair[0].as_str(), pair[1].as_str()] {
                ["Instant", "now"] => true,
                ["std", name] => matches!(name, "fs" | "env" | "process"),
                _ => false,
            })
    };
    let reaching = source.paths().into_iter().filter(|(_, path)| reaches(path));
    reaching.map(|(line, path)| source.violation(line, format!("reaches past the ports: {}", path.join("::")))).collect()
}

fn only_one_place_prints(source: &Source) -> Vec<String> {
    if source.is_within(&["cli/output.rs"]) {
        return Vec::new();
    }
    let tokens = tokens(&source.code());
    let prints = |pair: &&[Token]| {
        matches!(pair[0].text.as_str(), "print" | "println" | "eprint" | "eprintln" | "dbg") && pair[1].text == "!"
    };
    tokens.windows(2).filter(prints).map(|pair| source.violation(pair[0].line, format!("prints: {}!", pair[0].text))).collect()
}

fn modules_are_introduced_and_small(source: &Source) -> Vec<String> {
    const LONGEST: usize = 400;
    let mut violations = Vec::new();
    let introduction: Vec<&str> = source.text.lines().take_while(|line| line.starts_with("//!")).collect();
    if introduction.is_empty() {
        violations.push(source.violation(1, "does not open with //!"));
    }
    let lines = source.text.lines().take_while(|line| line.trim() != "#[cfg(test)]").count();
    if lines > LONGEST && !introduction.join(" ").contains("over 400 lines because") {
        violations.push(source.violation(1, format!("{lines} lines, and //! does not say \"over 400 lines because\"")));
    }
    violations
}

/// What stands behind `#[cfg(test)]` is not looked at, so it must be one module at the end of the file.
fn tests_stand_at_the_end(source: &Source) -> Vec<String> {
    let code = without_comments_and_literals(&source.text);
    let Some((before, after)) = code.split_once("#[cfg(test)]") else { return Vec::new() };
    let tokens = tokens(after);
    let mut depth = 0;
    let closing = tokens.iter().position(|token| {
        depth += match token.text.as_str() {
            "{" => 1,
            "}" => -1,
            _ => 0,
        };
        token.text == "}" && depth == 0
    });
    if tokens.first().is_some_and(|token| token.text == "mod") && closing == Some(tokens.len() - 1) {
        return Vec::new();
    }
    vec![source.violation(before.lines().count() + 1, "#[cfg(test)] is not before a module that ends the file")]
}

fn unsafe_code_is_forbidden(source: &Source) -> Vec<String> {
    let is_root = source.is_within(&["lib.rs", "main.rs"]);
    if is_root && !source.code().contains("#![forbid(unsafe_code)]") {
        return vec![source.violation(1, "#![forbid(unsafe_code)] is missing")];
    }
    Vec::new()
}

/// All violations of all sources, one a line.
fn violations(sources: &[Source]) -> Vec<String> {
    let lib = sources.iter().find(|source| source.path == "lib.rs").expect("src/lib.rs is there");
    let tiers = tiers(&lib.text);
    let real = sources.iter().filter_map(|source| match source.module()[..] {
        ["ports", name, ..] => Some(name.to_owned()),
        _ => None,
    });
    let real: BTreeSet<String> = real.collect();
    let of_one = |source: &Source| {
        [
            imports_point_down(source, &tiers),
            real_ports_stay_outside(source, &real),
            the_world_is_behind_ports(source),
            only_one_place_prints(source),
            modules_are_introduced_and_small(source),
            tests_stand_at_the_end(source),
            unsafe_code_is_forbidden(source),
        ]
        .concat()
    };
    let mut violations: Vec<String> = sources.iter().flat_map(of_one).collect();
    // Two names out of one group are one violation.
    violations.dedup();
    violations
}

#[test]
fn the_sources_keep_the_rules() {
    let violations = violations(&sources());
    assert!(violations.is_empty(), "{} against src/lib.rs:\n{}", violations.len(), violations.join("\n"));
}

#[test]
fn the_tiers_are_read_from_the_architecture_page() {
    let sources = sources();
    let lib = sources.iter().find(|source| source.path == "lib.rs").unwrap();
    let tiers: Vec<String> = tiers(&lib.text).iter().map(|(name, tier)| format!("{tier} {name}")).collect();
    let mut sorted = tiers.clone();
    sorted.sort();
    let expected = [
        "0 age_file",
        "0 error",
        "0 hint",
        "0 otp",
        "0 pixels",
        "0 ports",
        "0 secret",
        "0 text",
        "0 words",
        "1 config",
        "1 transfer",
        "1 vault",
        "2 ops",
        "3 cli",
        "3 tui",
        "4 main",
    ];
    assert_eq!(sorted, expected);
}

/// The violations of one planted file among files that keep the rules.
fn planted(path: &str, text: &str) -> Vec<String> {
    const LIB: &str = "//! Page.\n//! 4  main.rs  starts it all\n//! 3  tui/   cli/  two ends\n//! 2  ops/   what can be done\n\
        //! 1  vault/  transfer/  config  the file\n//! 0  otp/  secret  error  ports  the base\n#![forbid(unsafe_code)]\n";
    let others = [("lib.rs", LIB), ("ports/disk.rs", "//! Disk.\nuse std::fs;\n"), ("vault.rs", "//! Vault.\n")];
    let others = others.iter().filter(|(other, _)| *other != path).map(|(path, text)| Source::new(path, text));
    violations(&others.chain([Source::new(path, text)]).collect::<Vec<_>>())
}

#[test]
fn a_planted_violation_is_caught() {
    for (path, text, violation) in [
        (
            "vault/store.rs",
            "//! x\nuse crate::transfer::Draft;",
            "src/vault/store.rs:2: vault (tier 1) imports transfer (tier 1)",
        ),
        (
            "transfer/json.rs",
            "//! x\n\nfn f() { crate::vault::g() }",
            "src/transfer/json.rs:3: transfer (tier 1) imports vault (tier 1)",
        ),
        (
            "transfer.rs",
            "//! x\nuse crate::{error, vault::Entry};",
            "src/transfer.rs:2: transfer (tier 1) imports vault (tier 1)",
        ),
        ("transfer/a.rs", "//! x\nuse super::super::vault;", "src/transfer/a.rs:2: transfer (tier 1) imports vault (tier 1)"),
        ("cli/add.rs", "//! x\nuse crate::tui::run;", "src/cli/add.rs:2: cli (tier 3) imports tui (tier 3)"),
        ("tui.rs", "//! x\nuse super::cli;", "src/tui.rs:2: tui (tier 3) imports cli (tier 3)"),
        ("otp/code.rs", "//! x\nuse crate::vault;", "src/otp/code.rs:2: otp (tier 0) imports vault (tier 1)"),
        (
            "ops/x.rs",
            "//! x\nuse crate::{\n    otp,\n    cli::{output, add},\n};",
            "src/ops/x.rs:4: ops (tier 2) imports cli (tier 3)",
        ),
        ("ops/x.rs", "//! x\nuse crate::helpers;", "src/ops/x.rs:2: helpers has no tier in src/lib.rs"),
        ("helpers.rs", "//! x\n", "src/helpers.rs:1: helpers has no tier in src/lib.rs"),
        ("cli.rs", "//! x\nuse crate::ports::{Clock, disk::Disk};", "src/cli.rs:2: names a real port: crate::ports::disk::Disk"),
        ("ops.rs", "//! x\nuse std::{fmt, fs as files};", "src/ops.rs:2: reaches past the ports: std::fs"),
        ("ports.rs", "//! x\nfn f() { std::env::var(\"A\"); }", "src/ports.rs:2: reaches past the ports: std::env::var"),
        ("tui/a.rs", "//! x\nuse std::process::exit;", "src/tui/a.rs:2: reaches past the ports: std::process::exit"),
        (
            "otp.rs",
            "//! x\nuse std::time::{Duration, SystemTime};",
            "src/otp.rs:2: reaches past the ports: std::time::SystemTime",
        ),
        ("tui.rs", "//! x\nlet now = Instant::now();", "src/tui.rs:2: reaches past the ports: Instant::now"),
        ("main.rs", "//! x\n#![forbid(unsafe_code)]\nfn main() { println!(); }", "src/main.rs:3: prints: println!"),
        ("cli/add.rs", "//! x\nfn f() { eprint ! (\"x\") }", "src/cli/add.rs:2: prints: eprint!"),
        ("main.rs", "//! x\n// #![forbid(unsafe_code)]\n", "src/main.rs:1: #![forbid(unsafe_code)] is missing"),
        ("ops.rs", "// x\n", "src/ops.rs:1: does not open with //!"),
        (
            "ops.rs",
            &format!("//! x\n{}", "\n".repeat(400)),
            "src/ops.rs:1: 401 lines, and //! does not say \"over 400 lines because\"",
        ),
        (
            "ops.rs",
            "//! x\n#[cfg(test)]\nmod tests {}\nfn f() {}",
            "src/ops.rs:2: #[cfg(test)] is not before a module that ends the file",
        ),
    ] {
        assert_eq!(planted(path, text), [violation], "{text}");
    }
}

#[test]
fn what_only_looks_like_a_violation_is_let_be() {
    for (path, text) in [
        (
            "vault/store.rs",
            "//! Never crate::transfer.\n/* std::fs /* crate::cli */ println!() */ use crate::secret; // crate::tui",
        ),
        (
            "vault/store.rs",
            r###"//! x
            const A: &str = "crate::transfer \" println!()"; const B: &str = r#"std::fs " "#; const C: char = '"'; use super::entry;"###,
        ),
        ("otp/uri.rs", "//! x\nfn f<'a>(x: &'a str) -> char { '\\'' }\nuse super::super::error; use crate::otp::code;"),
        ("ops.rs", "//! x\nuse crate::{otp, vault::{self, entry::Entry}};\nuse std::time::Instant; env!(\"CARGO_PKG_VERSION\");"),
        ("cli/output.rs", "//! x\nfn f() { println!(); }"),
        ("main.rs", "//! x\n#![forbid(unsafe_code)]\nuse countersign::ports::disk; use std::process::ExitCode;"),
        ("ops.rs", "//! x\n#[cfg(test)]\nmod tests {\n    use std::fs;\n    fn f() { println!(\"}\") }\n}\n"),
    ] {
        assert_eq!(planted(path, text), Vec::<String>::new(), "{text}");
    }
    let long = "//! A table, over 400 lines because it is one.\n".to_owned() + &"\n".repeat(500);
    assert_eq!(planted("ops.rs", &long), Vec::<String>::new());
}
