//! The threads that wait for keys, signals and the terminal's end. Each blocks until something happens.

use super::tty::Tty;
use crate::ports::{Input, InputSink};
use crate::secret::SecretText;
use crossterm::event::{self, Event};
use rustix::event::{PollFd, PollFlags};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How long the front end has to end in good order.
const GRACE: Duration = Duration::from_secs(2);
/// How long a terminal that takes no more bytes may hold up the exit after that.
const LAST_WRITE: Duration = Duration::from_millis(500);

/// Signals caught but not yet reported.
pub type SignalsHeld = Signals;

/// From here on these signals wait for `start` instead of ending the process.
pub fn hold_signals() -> io::Result<SignalsHeld> {
    Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGCONT])
}

pub fn start(tty: Arc<Tty>, signals: SignalsHeld, sink: InputSink) -> io::Result<()> {
    let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| thread::Builder::new().name(name.into()).spawn(work).map(drop);
    {
        let (tty, sink) = (tty.clone(), sink.clone());
        spawn("signals", Box::new(move || report_signals(&tty, signals, &sink)))?;
    }
    {
        let (tty, sink) = (tty.clone(), sink.clone());
        spawn("hangup", Box::new(move || report_hangup(&tty, &sink)))?;
    }
    spawn("input", Box::new(move || report_events(&tty, &sink)))
}

fn report_events(tty: &Tty, sink: &InputSink) {
    loop {
        let input = match event::read() {
            Ok(Event::Key(key)) => Input::Key(key),
            Ok(Event::Mouse(mouse)) => Input::Mouse(mouse),
            Ok(Event::Paste(text)) => Input::Paste(SecretText::new(text)),
            Ok(Event::Resize(columns, rows)) => match tty.size() {
                Ok(size) => Input::Resize { columns: size.width, rows: size.height },
                Err(_) => Input::Resize { columns, rows },
            },
            Ok(Event::FocusGained | Event::FocusLost) => continue,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // Without a terminal to read from there is nobody left to serve.
            Err(_) => return end(tty, sink, SIGHUP),
        };
        sink(input);
    }
}

fn report_signals(tty: &Arc<Tty>, mut signals: Signals, sink: &InputSink) {
    for signal in signals.forever() {
        match signal {
            SIGCONT => {
                tty.note_resumed();
                sink(Input::Resumed);
            }
            signal => {
                // A process that was stopped is let go on to be ended: it must hear of the end first.
                tty.note_ending();
                let (tty, sink) = (tty.clone(), sink.clone());
                // Its own thread: a stop and a continue must still be reported meanwhile.
                thread::spawn(move || end(&tty, &sink, signal));
            }
        }
    }
}

/// A terminal that went away does not always send SIGHUP, and reading from it never ends.
fn report_hangup(tty: &Tty, sink: &InputSink) {
    loop {
        let mut waiting = [PollFd::new(tty, PollFlags::empty())];
        match rustix::event::poll(&mut waiting, None) {
            Err(rustix::io::Errno::INTR) => continue,
            Err(_) => return,
            Ok(_) if waiting[0].revents().intersects(PollFlags::HUP | PollFlags::ERR) => return end(tty, sink, SIGHUP),
            // The system can't wait for this on a terminal; then the signal must do.
            Ok(_) => return,
        }
    }
}

/// Asks the front end to end, and ends the process where it does not.
fn end(tty: &Tty, sink: &InputSink, signal: i32) {
    sink(Input::Terminate(signal));
    thread::sleep(GRACE);
    thread::scope(|scope| {
        let (done, wait) = mpsc::channel();
        scope.spawn(move || {
            tty.force_back();
            let _ = done.send(());
        });
        let _ = wait.recv_timeout(LAST_WRITE);
        std::process::exit(128 + signal)
    })
}
