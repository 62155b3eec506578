//! The program with the unlock remembered by the kernel, where it has a keyring for us.

use crate::home::{CODE_SHOWN, Home, PROGRAM};
use crate::support::pty::Pty;
use countersign::ports::Keyring;
use countersign::ports::keyring::KernelKeyring;

/// Its unlock remembered; `None`, and a line that says so, where that can't be had.
fn remembering() -> Option<Home> {
    if let Err(why) = KernelKeyring.get("countersign:test") {
        println!("skipped: {why}");
        return None;
    }
    let home = Home::with_vault();
    home.run(&["unlock", "--for", "2m"], "");
    Some(home)
}

#[test]
fn the_screen_opens_unasked_and_ctrl_l_makes_it_ask() {
    let Some(home) = remembering() else { return };
    let mut pty = Pty::start(home.command(PROGRAM, &[]));
    pty.wait_for(CODE_SHOWN);
    pty.send("q");
    assert_eq!(pty.ended(), Ok(0));
    // Having quit, it is remembered still.
    let mut pty = Pty::start(home.command(PROGRAM, &[]));
    pty.wait_for(CODE_SHOWN);
    pty.send("\u{c}");
    pty.wait_for("passphrase");
    pty.send("\u{3}");
    assert_eq!(pty.ended(), Ok(0));
    let mut pty = Pty::start(home.command(PROGRAM, &["--linear"]));
    pty.wait_for("Passphrase: ");
    pty.send("\u{4}");
    assert_eq!(pty.ended(), Ok(1));
}

#[test]
fn plain_lines_begin_unasked_and_lock_makes_them_ask() {
    let Some(home) = remembering() else { return };
    let mut pty = Pty::start(home.command(PROGRAM, &["--linear"]));
    pty.wait_for("1 entry.");
    pty.send("lock\n");
    pty.wait_for("Passphrase: ");
    pty.send("\u{4}");
    assert_eq!(pty.ended(), Ok(1));
}
