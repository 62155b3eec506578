//! That the vault is its owner's: the very commands of the README open it with stock age, by each unlock method.

use crate::place::{Place, Ran, finish};
use crate::support::pty::converse;
use crate::support::{is_installed, plugin};
use portable_pty::CommandBuilder;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const GITHUB: &str = "otpauth://totp/GitHub:hugo?secret=JBSWY3DPEHPK3PXP&issuer=GitHub";

/// The rows of the README's table of unlock methods: what it is, how it is added, the command of stock age.
fn rows() -> Vec<(String, String, String)> {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, table) = readme.split_once("| to add | |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let row = |line: &str| {
        let line = line.replace("\\|", "\0");
        let cells: Vec<String> = line.trim_matches('|').split('|').map(|cell| cell.trim().replace('\0', "|")).collect();
        let code = |cell: &String| cell.trim_matches('`').to_owned();
        (cells[0].clone(), code(&cells[1]), code(&cells[3]))
    };
    rows.map(row).collect()
}

/// A shell line in the vault's folder, at a terminal, with these questions answered. What it printed to stdout.
fn at_a_terminal(place: &Place, path: &str, line: &str, answers: &[(&str, &str)]) -> String {
    let output = place.path("output");
    let mut shell = CommandBuilder::new("sh");
    shell.args(["-c", &format!("({line}) > {}", output.display())]);
    shell.cwd(place.vault());
    shell.env_clear();
    shell.env("PATH", path);
    shell.env("HOME", place.path(""));
    let (ended_well, said) = converse(shell, answers);
    assert!(ended_well, "{line}: {said}");
    fs::read_to_string(output).unwrap()
}

fn generate(program: &str, arguments: &[&str], file: &Path) {
    let made = Command::new(program).args(arguments).arg(file).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(made.unwrap().success());
}

#[test]
fn each_unlock_method_opens_the_vault_with_stock_age_by_the_command_of_the_readme() {
    if let Some(missing) = ["age", "age-keygen", "ssh-keygen"].iter().find(|program| !is_installed(program)) {
        return println!("skipped: {missing} is not installed");
    }
    let place = Place::new();
    place.add(GITHUB);
    let Some(path) = plugin::install(&place.path("bin")) else { return };
    let mut seen = Vec::new();
    for (what, add, command) in rows() {
        let file = place.path(&format!("{}.txt", what.replace(' ', "-")));
        let in_home = |text: &str| text.replace("~", place.path("").to_str().unwrap().trim_end_matches('/'));
        let (add, mut command) = (in_home(&add), in_home(&command).replace("FILE", file.to_str().unwrap()));
        let mut arguments: Vec<String> = add.split(' ').skip(1).map(str::to_owned).collect();
        let mut answers = Vec::new();
        match what.as_str() {
            // It has one.
            "a passphrase" => {
                arguments = vec!["list".into()];
                answers.push(("passphrase", crate::place::PASSPHRASE));
            }
            "a recovery key" => arguments.insert(0, "--yes".into()),
            "an SSH key" => {
                fs::create_dir(place.path(".ssh")).unwrap();
                generate("ssh-keygen", &["-q", "-N", "", "-t", "ed25519", "-f"], &place.path(".ssh/id_ed25519"));
            }
            "an age plugin" => {
                fs::write(&file, format!("{}\n", plugin::IDENTITY)).unwrap();
                command = command.replace("NAME", "xyz");
                answers.push(("PIN of the made-up key", plugin::PIN));
            }
            "another person" => {
                generate("age-keygen", &["-o"], &file);
                let text = fs::read_to_string(&file).unwrap();
                let public = text.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
                arguments = arguments.iter().map(|word| word.replace("age1…", public)).collect();
            }
            other => panic!("the README has a method that is not tried: {other}"),
        }
        let arguments: Vec<String> = arguments.iter().map(|word| word.replace("FILE", file.to_str().unwrap())).collect();
        if what == "an age plugin" {
            let countersign = place.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
            // At a terminal, as it asks.
            let mut terminal = CommandBuilder::new(crate::place::PROGRAM);
            terminal.args(&arguments);
            terminal.env_clear();
            for (name, value) in countersign.get_envs() {
                value.into_iter().for_each(|value| terminal.env(name, value));
            }
            terminal.env("PATH", &path);
            let (added, said) = converse(terminal, &[("Use the made-up key?", "y"), ("PIN of the made-up key", plugin::PIN)]);
            assert!(added, "{said}");
        } else {
            let ran = place.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).done();
            if what == "a recovery key" {
                fs::write(&file, ran.text().lines().last().unwrap()).unwrap();
            }
        }
        let json = at_a_terminal(&place, &path, &command, &answers);
        let payload: serde_json::Value = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{command}: {error}"));
        assert_eq!(payload["entries"][0]["issuer"], "GitHub", "{command}");
        seen.push(what);
    }
    assert_eq!(seen.len(), 5, "{seen:?}");
}

#[test]
fn a_plugin_that_asks_is_answered_at_a_terminal_and_without_one_is_exit_3() {
    let place = Place::new();
    place.add(GITHUB);
    let Some(path) = plugin::install(&place.path("bin")) else { return };
    let stub = place.file("stub", format!("{}\n", plugin::IDENTITY));
    let at_terminal = |arguments: &[&str], answers: &[(&str, &str)]| {
        let mut command = CommandBuilder::new(crate::place::PROGRAM);
        command.args(arguments);
        command.env_clear();
        for (name, value) in place.command(&[]).get_envs() {
            let is_passphrase = arguments[0] == "--identity" && name == "COUNTERSIGN_PASSPHRASE_FILE";
            value.filter(|_| !is_passphrase).into_iter().for_each(|value| command.env(name, value));
        }
        command.env("PATH", &path);
        converse(command, answers)
    };
    let add = ["keys", "add", "plugin", "--stub", &stub];
    let (added, said) = at_terminal(&add, &[("Use the made-up key? (yes: use it, no: leave it)", "n")]);
    assert!(!added && said.contains("it may not be used"), "{said}");
    let (added, said) = at_terminal(&add, &[("Use the made-up key?", "y"), ("PIN of the made-up key", plugin::PIN)]);
    assert!(added, "{said}");
    let (opened, said) = at_terminal(&["--identity", "xyz", "list"], &[("PIN of the made-up key: ", plugin::PIN)]);
    assert!(opened && said.contains("GitHub") && !said.contains(plugin::PIN), "{said}");
    let (opened, said) = at_terminal(&["--identity", "xyz", "list"], &[("PIN of the made-up key: ", "0000")]);
    assert!(!opened && said.contains("the PIN is wrong"), "{said}");
    let mut alone = place.command(&["--identity", "xyz", "list"]);
    alone.env_remove("COUNTERSIGN_PASSPHRASE_FILE").env("PATH", &path);
    let Ran { status, stderr, .. } = finish(alone, b"");
    assert_eq!(status, Some(3), "{stderr}");
    assert!(stderr.contains("the key has a question and got no answer: PIN of the made-up key"), "{stderr}");
}
