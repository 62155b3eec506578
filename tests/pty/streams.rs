//! Which stream gets what, and terminals that can do little.

use crate::home::{CODE_SHOWN, Home, PASSPHRASE, PROGRAM, paste, unlock};
use crate::leaving::assert_given_back;
use crate::support::is_installed;
use crate::support::pty::Pty;
use std::process::{Command, Stdio};

/// What the program wrote that a terminal would answer, or pass on as something else than a picture: sequences other than
/// those on the list of what it may write.
fn questions(bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for piece in bytes.split(|byte| *byte == 0x1b).skip(1) {
        let text = String::from_utf8_lossy(piece).into_owned();
        let end = piece.iter().skip(1).position(|byte| (0x40..=0x7e).contains(byte)).map(|at| at + 1);
        let fine = match (piece.first(), end) {
            (Some(b'['), Some(end)) => {
                let parameters = &piece[1..end];
                let private = parameters.first().is_some_and(|byte| (b'<'..=b'?').contains(byte));
                match piece[end] {
                    // Modes of the terminal itself.
                    b'h' | b'l' => private,
                    b'm' | b'H' | b'J' | b'K' | b'X' | b'A' | b'B' | b'C' | b'D' | b'G' => !private,
                    _ => false,
                }
            }
            _ => false,
        };
        if !fine {
            found.push(text);
        }
    }
    found
}

#[test]
fn a_terminal_that_never_answers_is_never_asked() {
    for question in ["\x1b[6n", "\x1b[c", "\x1b[>c", "\x1b[?u", "\x1b]11;?\x07", "\x1b[?2026$p", "\x1b[14t", "\x1bP+q5463\x1b\\"]
    {
        assert!(!questions(question.as_bytes()).is_empty(), "{question:?} is a question");
    }
    let home = Home::with_vault();
    let mut pty = home.open();
    for (key, seen) in
        [("?", "Keys"), ("\x1b", "1 entry"), ("a", "Enrol"), ("\x1b", "1 entry"), ("e", "Edit"), ("\x1b", "1 entry")]
    {
        pty.send(key);
        pty.see(seen);
    }
    pty.resize(100, 30);
    pty.send("q");
    assert_eq!(pty.ended(), Ok(0));
    assert_given_back(&pty);
    assert_eq!(questions(&pty.bytes()), Vec::<String>::new());
}

#[test]
fn the_screen_is_drawn_on_the_terminal_whatever_the_streams_are() {
    let home = Home::with_vault();
    let line = format!("exec {PROGRAM} </dev/null >out 2>err");
    let mut pty = Pty::start(home.command("sh", &["-c", &line]));
    unlock(&mut pty);
    pty.see(CODE_SHOWN);
    pty.send("q");
    assert_eq!(pty.ended(), Ok(0));
    assert_given_back(&pty);
    assert_eq!(std::fs::read(home.path().join("out")).unwrap(), b"");
    assert_eq!(std::fs::read(home.path().join("err")).unwrap(), b"");
}

#[test]
fn a_transfer_is_shown_code_by_code_and_leaves_none_behind() {
    let home = Home::with_vault();
    // The account of every test lasts longer than Google's do.
    let accounts: String =
        (0..3).map(|n| format!("otpauth://totp/Site{n}:hugo?secret=JBSWY3DPEHPK3PXP&issuer=Site{n}\n")).collect();
    home.run(&["add", "--uri", "-"], &accounts);
    let passphrase = home.path().join("passphrase");
    let export = || {
        let mut command = home.command(PROGRAM, &["export", "--format", "google", "--passphrase-file"]);
        command.arg(&passphrase);
        command
    };
    let mut pty = Pty::start(export());
    for number in 1..=3 {
        pty.see(&format!("Code {number} of 3: scan it; Enter "));
        assert!(pty.screen().contents().contains('█'), "the code");
        pty.send("\r");
    }
    pty.see("Showed 3 entries in 3 codes");
    assert_eq!(pty.ended(), Ok(0));
    // One row may have been scrolled out of a full screen; no code.
    let left = pty.scrolled_text().lines().filter(|line| line.contains(['█', '▀', '▄'])).count();
    assert!(left <= 3, "{}", pty.scrolled_text());
    assert!(pty.is_restored());
    let text = home.run(&["export", "--format", "google"], "");
    assert!(text.starts_with("otpauth-migration://offline?data=") && text.lines().count() == 1, "away from a terminal: links");
}

#[test]
fn in_a_pipeline_too() {
    let home = Home::with_vault();
    let line = format!("text=$({PROGRAM} | cat); echo \"status $?, ${{#text}} bytes\"");
    let mut pty = Pty::start(home.command("sh", &["-c", &line]));
    unlock(&mut pty);
    pty.send("q");
    pty.see("status 0, 0 bytes");
    assert_eq!(pty.ended(), Ok(0));
}

#[test]
fn a_dumb_terminal_is_refused_in_plain_words() {
    let home = Home::with_vault();
    let mut command = home.command(PROGRAM, &[]);
    command.env("TERM", "dumb");
    let mut pty = Pty::start(command);
    assert_eq!(pty.ended(), Ok(1));
    pty.see("--help");
    assert_eq!(
        pty.all(),
        "countersign: this terminal can't show a full screen (TERM is dumb)\r\n\
         hint: the sub-commands work in any terminal: countersign --help\r\n"
    );
    assert!(pty.is_restored());
}

#[test]
fn without_a_terminal_it_says_so() {
    if !is_installed("setsid") {
        return println!("skipped: setsid is not installed");
    }
    let home = Home::with_vault();
    let mut command = Command::new("setsid");
    command.args(["--wait", PROGRAM]).env_clear().envs(home.environment()).stdin(Stdio::null());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "");
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "countersign: there is no terminal\nhint: without one, use a sub-command: countersign --help\n"
    );
}

#[test]
fn without_colours_none_are_written() {
    let home = Home::with_vault();
    let mut command = home.command(PROGRAM, &[]);
    command.env("NO_COLOR", "1");
    let mut pty = Pty::start(command);
    unlock(&mut pty);
    pty.see(CODE_SHOWN);
    pty.send("\r");
    pty.see("Copied Forge");
    let screen = pty.screen();
    let cells = (0..24).flat_map(|row| (0..80).map(move |column| (row, column)));
    for (row, column) in cells {
        let cell = screen.cell(row, column).unwrap();
        assert_eq!((cell.fgcolor(), cell.bgcolor()), (vt100::Color::Default, vt100::Color::Default), "{row}, {column}");
    }
}

#[test]
fn rubbish_from_the_keyboard_does_no_harm() {
    let home = Home::with_vault();
    let mut pty = home.start();
    pty.see("passphrase");
    // All but the keys that quit, suspend, and lead to the other vaults, where q quits; sequences that never end; a long paste.
    let bytes: Vec<u8> = (0..=255).filter(|byte| ![0x03, 0x0f, 0x1a, b'\r', b'\n'].contains(byte)).collect();
    pty.send_bytes(&bytes);
    pty.send_bytes(b"\x1b[999999999999m\xff\xfe\x1b[<99999;99999;99999m\x1bO\x1b]0;title\x07\x1bP+r\x1b\\");
    paste(&mut pty, &"\u{1b}x\u{0}é\n".repeat(2_000));
    // Ctrl-U empties the field, whatever has come to be in it.
    pty.send(&format!("\x15{PASSPHRASE}\r"));
    pty.see(CODE_SHOWN);
    pty.send("q");
    assert_eq!(pty.ended(), Ok(0));
    assert_given_back(&pty);
}

#[test]
fn a_vault_that_is_gone_is_put_back_by_the_command_as_it_has_to_be_given() {
    let home = Home::with_vault();
    home.run(&["--vault", "other one", "init", "--work-factor", "10"], "");
    std::fs::remove_dir_all(home.vault().with_file_name("other one")).unwrap();
    let pty = Pty::start(home.command(PROGRAM, &["--vault", "other one"]));
    let screen = pty.see("The vault that was here is gone.");
    let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("with countersign --vault 'other one' restore-backup FOLDER."), "{screen}");
}
