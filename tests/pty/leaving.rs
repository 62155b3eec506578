//! However the program ends, the terminal is as it was, nothing secret is left on it, and the status says why.

use crate::home::{CODE_SHOWN, Home, PASSPHRASE, PROGRAM, SECRET};
use crate::support::pty::Pty;
use crate::support::tmux::TmuxServer;
use crate::support::wait_until;
use rustix::process::Signal;
use std::path::PathBuf;

/// Waits until the terminal is as the program found it: attributes, screen, cursor, paste and mouse.
pub fn assert_given_back(pty: &Pty) {
    pty.wait_until_screen("the screen to be given back", |screen| !screen.alternate_screen());
    wait_until("the attributes are given back", || pty.is_restored());
    let screen = pty.screen();
    assert!(!screen.hide_cursor(), "the cursor shows");
    assert!(!screen.bracketed_paste(), "pastes are plain");
    assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    assert_eq!(screen.cursor_position(), (0, 0));
    assert_eq!((screen.bold(), screen.fgcolor(), screen.bgcolor()), (false, vt100::Color::Default, vt100::Color::Default));
}

fn assert_taken(pty: &Pty) {
    assert!(pty.screen().alternate_screen() && pty.screen().hide_cursor() && pty.screen().bracketed_paste());
    assert!(!pty.is_restored() && !pty.echoes());
}

#[test]
fn a_key_to_quit_leaves_an_untouched_terminal_and_status_0() {
    let home = Home::with_vault();
    for key in ["q", "\x03"] {
        let mut pty = home.open();
        assert_taken(&pty);
        pty.send(key);
        assert_eq!(pty.ended(), Ok(0), "{key:?}");
        assert_given_back(&pty);
        assert_eq!(pty.scrolled_text(), "");
    }
}

#[test]
fn a_signal_leaves_an_untouched_terminal_and_its_status() {
    let home = Home::with_vault();
    for (signal, status) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130), (Signal::QUIT, 131)] {
        let pty = &mut home.open();
        assert_taken(pty);
        pty.signal(signal);
        assert_eq!(pty.ended(), Ok(status), "{signal:?}");
        assert_given_back(pty);
        assert_eq!(pty.scrolled_text(), "");
    }
}

#[test]
fn a_signal_while_the_vault_is_being_opened_is_not_kept_waiting() {
    let home = Home::new();
    std::fs::write(home.path().join("passphrase"), PASSPHRASE).unwrap();
    // Its scrypt takes seconds.
    home.run(&["init", "--work-factor", "20"], "");
    let mut pty = home.start();
    pty.see("passphrase");
    pty.send("not the passphrase\r");
    pty.see("opening the vault");
    pty.signal(Signal::TERM);
    assert_eq!(pty.ended(), Ok(143));
    assert_given_back(&pty);
}

#[test]
fn ctrl_c_quits_from_every_screen() {
    let home = Home::with_vault();
    let screens = [("", "Forge"), ("/", "/ "), ("?", "Keys"), ("e", "Edit"), ("a", "Enrol"), ("d", "trash"), ("t", "tags")];
    for (key, seen) in screens {
        let mut pty = home.open();
        pty.send(key);
        pty.see(seen);
        pty.send("\x03");
        assert_eq!(pty.ended(), Ok(0), "{key:?}");
        assert_given_back(&pty);
    }
}

#[test]
fn what_was_shown_is_nowhere_on_the_terminal_afterwards() {
    let home = Home::with_vault();
    for signal in [None, Some(Signal::TERM), Some(Signal::QUIT)] {
        let mut pty = home.start();
        pty.see("passphrase");
        pty.send(PASSPHRASE);
        pty.send("\x12");
        pty.see(PASSPHRASE);
        pty.send("\r");
        pty.see(CODE_SHOWN);
        pty.send("e");
        pty.see("Edit");
        // Up to the row that unfolds the parameters, and shows them.
        pty.send("\x1b[Z\r");
        pty.see("secret");
        pty.send("\x12");
        pty.see(SECRET);
        match signal {
            None => pty.send("\x03"),
            Some(signal) => pty.signal(signal),
        }
        pty.ended().unwrap();
        assert_given_back(&pty);
        assert_eq!(pty.scrolled_text(), "");
    }
}

#[test]
fn a_passphrase_that_is_typed_is_never_written() {
    let home = Home::with_vault();
    let mut pty = home.open();
    pty.send("q");
    assert_eq!(pty.ended(), Ok(0));
    let written = pty.all();
    assert!(pty.showed_since(0, "•••••"));
    for word in PASSPHRASE.split(' ') {
        assert!(!written.contains(word), "{written:?}");
    }
}

/// A terminal of tmux that runs this in the home, with its environment alone.
fn in_tmux(home: &Home, program: &str) -> Option<TmuxServer> {
    let environment: Vec<String> = home.environment().iter().map(|(name, value)| format!("{name}='{value}'")).collect();
    TmuxServer::start(&format!("exec env -i {} {program}", environment.join(" ")))
}

fn tmux_shows(tmux: &TmuxServer, text: &str) {
    wait_until(text, || tmux.run(&["capture-pane", "-p"]).1.contains(text));
}

#[test]
fn a_terminal_that_is_closed_ends_the_program() {
    let home = Home::with_vault();
    let Some(tmux) = in_tmux(&home, PROGRAM) else { return };
    tmux_shows(&tmux, "passphrase");
    let (_, process) = tmux.run(&["display-message", "-p", "#{pane_pid}"]);
    let folder = PathBuf::from(format!("/proc/{}", process.trim()));
    assert!(folder.exists());
    drop(tmux);
    wait_until("the program has ended", || !folder.exists());
}

#[test]
fn a_terminal_that_is_closed_ends_a_stopped_program_too() {
    let home = Home::with_vault();
    let Some(tmux) = in_tmux(&home, "bash --norc --noprofile -i") else { return };
    tmux_shows(&tmux, "shell>");
    tmux.run(&["send-keys", PROGRAM, "Enter"]);
    tmux_shows(&tmux, "passphrase");
    tmux.run(&["send-keys", "C-z"]);
    tmux_shows(&tmux, "Stopped");
    tmux.run(&["send-keys", "echo job=$(jobs -p)=", "Enter"]);
    let mut job = String::new();
    wait_until("the job's number is known", || {
        let text = tmux.run(&["capture-pane", "-p"]).1;
        let number = text.split('=').find(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
        job = number.unwrap_or_default().to_owned();
        !job.is_empty()
    });
    let folder = PathBuf::from(format!("/proc/{job}"));
    assert!(folder.exists());
    drop(tmux);
    wait_until("the program has ended", || !folder.exists());
}

#[test]
fn night_paints_the_whole_screen_and_leaves_nothing_of_it() {
    let home = Home::with_vault().configure("theme = \"night\"\n");
    let mut pty = home.open();
    let is_all = |screen: &vt100::Screen, colour: vt100::Color| {
        let mut cells = (0..24).flat_map(|row| (0..80).map(move |column| (row, column)));
        cells.all(|(row, column)| screen.cell(row, column).is_some_and(|cell| cell.bgcolor() == colour))
    };
    let night = vt100::Color::Rgb(0x1b, 0x1f, 0x27);
    pty.wait_until_screen("night on every cell", |screen| is_all(screen, night));
    // A question is drawn over the list, and then the list over it.
    pty.send("d");
    pty.wait_until_screen("a painted question", |screen| screen.contents().contains("trash?") && is_all(screen, night));
    pty.send("n");
    pty.wait_until_screen("a painted list", |screen| !screen.contents().contains("trash?") && is_all(screen, night));
    pty.send("q");
    assert_eq!(pty.ended(), Ok(0));
    assert_given_back(&pty);
    assert!(is_all(&pty.screen(), vt100::Color::Default), "night stayed on the terminal");
}
