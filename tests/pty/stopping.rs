//! Ctrl-Z and `fg` in the shells people use.

use crate::home::{CODE_SHOWN, Home, PASSPHRASE, PROGRAM, unlock};
use crate::support::is_installed;
use crate::support::pty::Pty;
use rustix::process::Signal;

/// A shell with job control. `None`, said on stdout, where it is missing.
fn shell(home: &Home, shell: &str) -> Option<Pty> {
    if !is_installed(shell) {
        println!("skipped: {shell} is not installed");
        return None;
    }
    let arguments: &[&str] = if shell == "bash" { &["--norc", "--noprofile", "--noediting", "-i"] } else { &["-i"] };
    let mut pty = Pty::start(home.command(shell, arguments));
    pty.wait_for("shell> ");
    Some(pty)
}

/// The program in such a shell, its vault open.
fn in_shell(home: &Home, name: &str) -> Option<Pty> {
    let mut pty = shell(home, name)?;
    pty.send(&format!("{PROGRAM}\n"));
    unlock(&mut pty);
    Some(pty)
}

/// Waits until the shell has the terminal, as it was, and nothing secret is on it.
fn assert_stopped(pty: &mut Pty) {
    pty.wait_for("\x1b[?1049l");
    pty.wait_for("Stopped");
    pty.wait_for("shell> ");
    assert!(!pty.screen().alternate_screen() && !pty.screen().hide_cursor() && !pty.screen().bracketed_paste());
    assert!(pty.is_restored());
    let text = pty.scrolled_text();
    assert!(!text.contains(CODE_SHOWN) && !text.contains(PASSPHRASE), "{text}");
}

#[test]
fn stopped_the_shell_has_the_terminal_and_fg_brings_the_screen_back() {
    let home = Home::with_vault();
    for shell in ["bash", "dash"] {
        let Some(mut pty) = in_shell(&home, shell) else { continue };
        for _ in 0..2 {
            pty.send("\x1a");
            assert_stopped(&mut pty);
            pty.send("fg\n");
            let screen = pty.see(CODE_SHOWN);
            assert!(screen.contains("Forge") && !screen.contains("shell> "), "{screen}");
            assert!(pty.screen().alternate_screen() && !pty.is_restored());
        }
        pty.send("q");
        pty.wait_for("shell> ");
        assert!(pty.is_restored());
        pty.send("echo status: $?\n");
        pty.see("status: 0");
    }
}

#[test]
fn stopped_for_longer_than_the_auto_lock_it_comes_back_locked() {
    let home = Home::with_vault().configure("lock_after_s = 2\n");
    let Some(mut pty) = in_shell(&home, "bash") else { return };
    pty.send("\x1a");
    assert_stopped(&mut pty);
    pty.send("sleep 2.1; echo slept''-enough\n");
    pty.see("slept-enough");
    let mark = pty.bytes().len();
    pty.send("fg\n");
    pty.wait_until_screen("the unlock screen", |screen| screen.alternate_screen() && screen.contents().contains("passphrase"));
    assert!(!pty.showed_since(mark, CODE_SHOWN), "no code showed in between");
    unlock(&mut pty);
    pty.see(CODE_SHOWN);
}

#[test]
fn stopped_before_the_vault_is_open_it_comes_back_asking() {
    let home = Home::with_vault();
    let Some(mut pty) = shell(&home, "bash") else { return };
    pty.send(&format!("{PROGRAM}\n"));
    pty.see("passphrase");
    pty.send("sentinel ");
    pty.see("•••••••••");
    pty.send("\x1a");
    assert_stopped(&mut pty);
    pty.send("fg\n");
    pty.see("•••••••••");
    pty.send("harbour mole\r");
    pty.see(CODE_SHOWN);
}

/// Ends the shell's only job, and waits until it has ended.
const END_JOB: &str = "P=$(jobs -p); kill %1; tail --pid=$P -f /dev/null; echo ''gone\n";

/// Waits until the shell's only job is stopped.
const UNTIL_STOPPED: &str = "until jobs | grep -q Stopped; do sleep 0.05; done; echo is''-stopped\n";

#[test]
fn a_stopped_program_can_be_ended() {
    let home = Home::with_vault();
    let Some(mut pty) = in_shell(&home, "bash") else { return };
    pty.send("\x1a");
    assert_stopped(&mut pty);
    let mark = pty.bytes().len();
    pty.send(END_JOB);
    pty.see("Exit 143");
    assert!(!pty.showed_since(mark, CODE_SHOWN));
    assert!(!pty.screen().alternate_screen() && pty.is_restored());
}

#[test]
fn started_in_the_background_it_waits_for_the_terminal() {
    let home = Home::with_vault();
    for (way, seen) in [(END_JOB, "Terminated"), ("fg\n", "passphrase")] {
        let Some(mut pty) = shell(&home, "bash") else { return };
        pty.send(&format!("{PROGRAM} &\n"));
        pty.send(UNTIL_STOPPED);
        pty.see("is-stopped");
        assert!(pty.is_restored() && !pty.all().contains("\x1b["), "{:?}", pty.all());
        pty.send(way);
        pty.see(seen);
    }
}

#[test]
fn in_the_background_it_leaves_the_terminal_alone() {
    let home = Home::with_vault();
    let Some(mut pty) = in_shell(&home, "bash") else { return };
    pty.send("\x1a");
    assert_stopped(&mut pty);
    let mark = pty.bytes().len();
    // The system stops who touches the terminal from there.
    pty.send("bg\n");
    pty.send(UNTIL_STOPPED);
    pty.see("is-stopped");
    assert!(pty.is_restored());
    assert!(!pty.showed_since(mark, CODE_SHOWN));
    pty.send("fg\n");
    pty.see(CODE_SHOWN);
    assert!(pty.screen().alternate_screen() && !pty.is_restored());
}

#[test]
fn stopped_from_outside_it_comes_back_with_a_whole_screen() {
    let home = Home::with_vault();
    let pty = home.open();
    pty.see(CODE_SHOWN);
    pty.signal(Signal::STOP);
    // As if another program had drawn over it meanwhile.
    pty.print("\x1b[2Jsomething else");
    pty.see("something else");
    pty.signal(Signal::CONT);
    let screen = pty.see(CODE_SHOWN);
    assert!(!screen.contains("something else"), "{screen}");
}
