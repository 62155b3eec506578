//! The controlling terminal as the full-screen front end uses it. Drawing goes to /dev/tty, so stdout stays free for
//! results. The terminal is given back on leave, drop, panic and every signal that ends the process.

mod backend;
mod listen;
mod style;
pub mod tty;

pub use backend::{Display, Economical};

use crate::error::{Error, Result};
use crate::ports::{InputSink, Terminal};
use ratatui::layout::Size;
use rustix::process::Signal;
use std::io;
use std::sync::Arc;
use tty::Tty;

/// The controlling terminal in full-screen use.
pub struct FullScreen {
    tty: Arc<Tty>,
    signals: Option<listen::SignalsHeld>,
}

/// Takes the controlling terminal: raw mode, alternate screen, bracketed paste, no cursor.
pub fn open(mouse: bool) -> Result<Economical<FullScreen>> {
    if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        return Err(Error::failed("this terminal can't show a full screen (TERM is dumb)")
            .hint("the sub-commands work in any terminal: countersign --help"));
    }
    let no_terminal = |_| Error::failed("there is no terminal").hint("without one, use a sub-command: countersign --help");
    let tty = Arc::new(Tty::open(mouse).map_err(no_terminal)?);
    // While signals still do what they always do, so that what was started in the background can be ended there.
    if tty.is_in_background() {
        let _ = rustix::process::kill_current_process_group(Signal::TTOU);
    }
    // Before the terminal changes, so that no signal finds it changed and nobody to restore it.
    let signals = listen::hold_signals().map_err(|error| Error::failed(format!("can't handle signals: {error}")))?;
    restore_on_panic(&tty);
    tty.enter().map_err(|error| Error::failed(format!("can't set up the terminal: {error}")))?;
    Ok(Economical::new(FullScreen { tty, signals: Some(signals) }))
}

/// Leaves the alternate screen before the message is printed, or it would be lost with it. A panic of another thread
/// leaves the screen alone: whoever waits for that thread shows what failed.
fn restore_on_panic(tty: &Arc<Tty>) {
    let tty = tty.clone();
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if tty.is_entered() && !crate::error::is_contained() {
            if !tty.is_entered_by_this_thread() {
                return;
            }
            tty.force_back();
        }
        previous(info);
    }));
}

impl Display for FullScreen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.tty.write_frame(bytes)
    }

    fn size(&self) -> io::Result<Size> {
        self.tty.size()
    }
}

impl Drop for FullScreen {
    fn drop(&mut self) {
        let _ = self.tty.leave();
    }
}

impl Economical<FullScreen> {
    /// Writes whole sequences between frames, e.g. for the clipboard.
    pub fn writer(&self) -> tty::Writer {
        tty::Writer::new(self.display.tty.clone())
    }
}

impl Terminal for Economical<FullScreen> {
    fn listen(&mut self, sink: InputSink) -> io::Result<()> {
        match self.display.signals.take() {
            Some(signals) => listen::start(self.display.tty.clone(), signals, sink),
            None => Ok(()),
        }
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.display.tty.leave()?;
        self.display.tty.stop(Signal::TSTP)?;
        self.display.tty.wait_for_foreground()?;
        self.display.tty.adopt_attributes()
    }

    fn resume(&mut self) -> io::Result<()> {
        self.forget();
        self.display.tty.wait_for_foreground()?;
        self.display.tty.enter()
    }

    fn leave(&mut self) -> io::Result<()> {
        self.display.tty.leave()
    }
}
