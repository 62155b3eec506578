//! What was copied is gone when the program is, unless it is somebody else's by then.

use crate::home::{CODE, Home, PROGRAM};
use crate::leaving::assert_given_back;
use crate::support::pty::Pty;
use crate::support::wait_until;
use crate::support::xvfb::Xvfb;
use rustix::process::Signal;

/// The program with its vault open on a display, its only code copied.
fn copied(home: &Home, x: &Xvfb) -> Pty {
    let mut command = home.command(PROGRAM, &[]);
    command.env("DISPLAY", &x.display);
    let mut pty = Pty::start(command);
    crate::home::unlock(&mut pty);
    pty.send("\r");
    pty.see("Copied Forge");
    wait_until("the code is in the clipboard", || x.paste().as_deref() == Some(CODE));
    pty
}

#[test]
fn ending_it_clears_the_clipboard() {
    let Some(x) = Xvfb::start(&["xclip"]) else { return };
    let home = Home::with_vault();
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let mut pty = copied(&home, &x);
        pty.signal(signal);
        assert_eq!(pty.ended(), Ok(128 + signal.as_raw().unsigned_abs()));
        assert_eq!(x.paste(), None, "{signal:?}");
    }
    let mut pty = copied(&home, &x);
    pty.send("q");
    assert_eq!(pty.ended(), Ok(0));
    assert_eq!(x.paste(), None);
}

#[test]
fn locking_it_clears_the_clipboard() {
    let Some(x) = Xvfb::start(&["xclip"]) else { return };
    let home = Home::with_vault();
    let mut pty = copied(&home, &x);
    pty.send("\x0c");
    pty.see("passphrase");
    wait_until("the clipboard is cleared", || x.paste().is_none());
}

#[test]
fn what_another_program_copied_since_stays() {
    let Some(x) = Xvfb::start(&["xclip"]) else { return };
    let home = Home::with_vault();
    let mut pty = copied(&home, &x);
    x.copy("a shopping list");
    pty.signal(Signal::TERM);
    assert_eq!(pty.ended(), Ok(143));
    assert_eq!(x.paste().as_deref(), Some("a shopping list"));
}

#[test]
fn without_a_desktop_the_terminal_is_handed_the_code() {
    let home = Home::with_vault();
    let mut pty = home.open();
    pty.send("\r");
    pty.see("Copied Forge");
    pty.see("through the terminal");
    // 755224 in base64.
    assert_eq!(pty.all().matches("\x1b]52;c;NzU1MjI0\x07").count(), 1);
}

#[test]
fn a_display_that_went_away_or_hangs_does_not_hold_up_the_end() {
    let home = Home::with_vault();
    let Some(gone) = Xvfb::start(&["xclip"]) else { return };
    let mut pty = copied(&home, &gone);
    drop(gone);
    pty.signal(Signal::TERM);
    assert_eq!(pty.ended(), Ok(143));
    assert_given_back(&pty);
    let Some(hanging) = Xvfb::start(&["xclip"]) else { return };
    let mut pty = copied(&home, &hanging);
    hanging.hang();
    pty.signal(Signal::TERM);
    assert_eq!(pty.ended(), Ok(143));
    assert_given_back(&pty);
}
