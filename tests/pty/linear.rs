//! The program in plain lines, for screen readers and simple terminals.

use crate::home::{CODE, Home, PASSPHRASE, PROGRAM, paste};
use crate::support::pty::Pty;

#[test]
fn a_code_is_found_read_and_copied_line_by_line() {
    let home = Home::with_vault();
    home.run(&["add", "--uri", "-"], "otpauth://hotp/VPN:ops?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=1");
    let mut pty = Pty::start(home.command(PROGRAM, &["--linear"]));
    pty.wait_for("Passphrase: ");
    pty.send(&format!("{PASSPHRASE}\n"));
    pty.wait_for("2 entries. A part of a name finds one; help tells more.");
    for (typed, told) in [
        ("list", "1. Forge (hugo@example.org)"),
        ("", "2. VPN (ops)"),
        ("1", &format!("Forge (hugo@example.org): {CODE}, valid ")),
        ("forg", &format!("Forge (hugo@example.org): {CODE}, valid ")),
        ("nobody", "Nothing matches."),
        ("3", "countersign: the last list has no entry 3"),
        ("list", "2. VPN (ops)"),
        // Looking at a counter does not move it; taking a code does.
        ("2", "VPN (ops): it counts, and stands at 1; take takes the next code"),
        ("take 2", "287082"),
        ("2", "it counts, and stands at 2"),
        ("copy 1", "Copied Forge (hugo@example.org) · valid "),
        ("help", "take N: the next code of an entry that counts."),
        ("/2", "Nothing matches."),
    ] {
        pty.wait_for("> ");
        pty.send(&format!("{typed}\n"));
        pty.wait_for(told);
    }
    pty.send("quit\n");
    assert_eq!(pty.ended(), Ok(0));
    // Nothing is drawn: the one escape sequence is the copy (OSC 52), there being no display here.
    let all = pty.all();
    let mut escapes = all.split('\u{1b}').skip(1);
    assert!(escapes.next().is_some_and(|first| first.starts_with("]52;c;")), "{all:?}");
    assert_eq!(escapes.next(), None);
}

#[test]
fn two_entries_of_the_same_names_and_a_waiting_secret_are_told_in_words() {
    let home = Home::with_vault();
    let other = "otpauth://totp/Forge:hugo%40example.org?secret=KRSXG5BAKRSXG5BA&issuer=Forge";
    let mut pty = home.start();
    pty.see("passphrase");
    pty.send(&format!("{PASSPHRASE}\r"));
    pty.see("Forge");
    pty.send("a");
    pty.see("Paste a link");
    paste(&mut pty, other);
    pty.see("is in the vault already, with another secret.");
    pty.send("\r");
    pty.see("Replace its secret when confirmed");
    pty.send("\r");
    pty.see("The old secret stays in use");
    pty.send("\u{1b}");
    pty.see("R new secret");
    pty.send("q");
    assert_eq!(pty.ended(), Ok(0));
    let listed = home.run(&["list", "--linear"], "");
    assert_eq!(listed, "Forge, hugo@example.org, new secret not confirmed\n");
    home.run(&["add", "--uri", "-"], &other.replace("KRSXG5BAKRSXG5BA", "MZXW6YTBOIQGM3LU"));

    let mut pty = Pty::start(home.command(PROGRAM, &["--linear"]));
    pty.wait_for("Passphrase: ");
    pty.send(&format!("{PASSPHRASE}\n"));
    pty.wait_for("2 entries.");
    for (typed, told) in [
        ("list", "Forge (hugo@example.org) #1, new secret not confirmed"),
        ("list", "Forge (hugo@example.org) #2"),
        ("1", ", of the old secret: a new one is not confirmed"),
    ] {
        pty.wait_for("> ");
        pty.send(&format!("{typed}\n"));
        pty.wait_for(told);
    }
    pty.send("quit\n");
    assert_eq!(pty.ended(), Ok(0));
}

#[test]
fn it_locks_when_told_and_when_nobody_types() {
    let home = Home::with_vault().configure("lock_after_s = 1\n");
    let mut pty = Pty::start(home.command(PROGRAM, &["--linear"]));
    for locked_by in ["Locked after 1 s without a line.", "lock"] {
        pty.wait_for("Passphrase: ");
        pty.send(&format!("{PASSPHRASE}\n"));
        pty.wait_for("1 entry.");
        if locked_by == "lock" {
            pty.send("lock\n");
        } else {
            pty.wait_for(locked_by);
        }
    }
    pty.wait_for("Passphrase: ");
    pty.send("\u{4}");
    assert_eq!(pty.ended(), Ok(1));
}

#[test]
fn the_demo_is_told_line_by_line_and_left_with_ctrl_d() {
    let home = Home::new();
    let mut pty = Pty::start(home.command(PROGRAM, &["demo", "--linear"]));
    pty.wait_for("entries. A part of a name");
    pty.send("github\n");
    pty.wait_for("GitHub (hugo@example.org): ");
    pty.send("\u{4}");
    assert_eq!(pty.ended(), Ok(0));
}
