//! Asks the person at the controlling terminal, whatever stdin and stdout are. Echo comes back on every way out.

use super::terminal::tty;
use super::{Line, Prompt};
use crate::secret::SecretText;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// A terminal in line mode drops what goes beyond this, so a line as long as that is not to be trusted.
const LONGEST_LINE: usize = 4095;

/// The controlling terminal, opened anew for each question.
pub struct TerminalPrompt;

impl Prompt for TerminalPrompt {
    fn is_interactive(&self) -> bool {
        tty::open_controlling().is_ok()
    }

    /// `question` is written as it is. `UnexpectedEof` where the terminal ended or Ctrl-D was pressed.
    fn secret(&self, question: &str) -> io::Result<SecretText> {
        let mut terminal = tty::open_controlling()?;
        let silence = Silence::begin(&terminal)?;
        terminal.write_all(question.as_bytes())?;
        let line = read_line(&mut terminal);
        drop(silence);
        // The line feed typed was not shown either.
        terminal.write_all(b"\n")?;
        let line = line?;
        match std::str::from_utf8(&line) {
            Ok(text) => Ok(SecretText::new(text)),
            Err(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "what was typed is not UTF-8 text")),
        }
    }

    fn tell(&self, text: &str) {
        if let Ok(mut terminal) = tty::open_controlling() {
            let _ = terminal.write_all(format!("{text}\n").as_bytes());
        }
    }

    fn text(&self, question: &str) -> io::Result<String> {
        let mut terminal = tty::open_controlling()?;
        terminal.write_all(question.as_bytes())?;
        let line = read_line(&mut terminal)?;
        match std::str::from_utf8(&line) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "what was typed is not UTF-8 text")),
        }
    }

    fn confirm(&self, question: &str) -> io::Result<bool> {
        let mut terminal = tty::open_controlling()?;
        terminal.write_all(format!("{question} [y/N] ").as_bytes())?;
        match read_line(&mut terminal) {
            Ok(line) => Ok(["y", "yes"].iter().any(|yes| line.trim_ascii().eq_ignore_ascii_case(yes.as_bytes()))),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                terminal.write_all(b"\n")?;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    fn line(&self, question: &str, patience: Option<Duration>) -> io::Result<Line> {
        let mut terminal = tty::open_controlling()?;
        terminal.write_all(question.as_bytes())?;
        if !waits_for_input(&terminal, patience)? {
            terminal.write_all(b"\n")?;
            return Ok(Line::Idle);
        }
        match read_line(&mut terminal) {
            Ok(line) => Ok(Line::Typed(String::from_utf8_lossy(&line).trim().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                terminal.write_all(b"\n")?;
                Ok(Line::End)
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether there is something to read before patience ends. A terminal in line mode has a whole line then.
fn waits_for_input(terminal: &File, patience: Option<Duration>) -> io::Result<bool> {
    let until = patience.map(|patience| Instant::now() + patience);
    loop {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let left = left.map(|left| Timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) });
        match poll(&mut [PollFd::new(terminal, PollFlags::IN)], left.as_ref()) {
            Ok(ready) => return Ok(ready > 0),
            // A signal, such as the end of a stop.
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn read_line(terminal: &mut File) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST_LINE + 1));
    let mut byte = Zeroizing::new([0]);
    loop {
        match terminal.read(&mut *byte) {
            Ok(0) => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "nothing was typed")),
            Ok(_) if byte[0] == b'\n' => break,
            Ok(_) if line.len() <= LONGEST_LINE => line.push(byte[0]),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if line.len() >= LONGEST_LINE {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "what was typed is too long for a terminal line"));
    }
    Ok(line)
}

/// The terminal that does not echo now, and what it had before.
static SILENT: Mutex<Option<(File, Termios)>> = Mutex::new(None);
static WATCH: Once = Once::new();

/// While it lives the terminal does not echo.
struct Silence;

impl Silence {
    fn begin(terminal: &File) -> io::Result<Silence> {
        let original = tcgetattr(terminal)?;
        let file = terminal.try_clone()?;
        let mut watched = Ok(());
        WATCH.call_once(|| watched = restore_on_signals());
        watched?;
        // What to restore is known before anything changes: a signal may come in between.
        *silent() = Some((file, original.clone()));
        let guard = Silence;
        silence(terminal, &original)?;
        Ok(guard)
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        restore();
    }
}

fn silent() -> MutexGuard<'static, Option<(File, Termios)>> {
    SILENT.lock().unwrap_or_else(PoisonError::into_inner)
}

fn silence(terminal: &File, original: &Termios) -> io::Result<()> {
    let mut quiet = original.clone();
    quiet.local_modes.remove(LocalModes::ECHO);
    quiet.local_modes.insert(LocalModes::ICANON | LocalModes::ISIG);
    Ok(tcsetattr(terminal, OptionalActions::Now, &quiet)?)
}

fn restore() -> bool {
    let before = silent().take();
    before.is_some_and(|(terminal, original)| tcsetattr(&terminal, OptionalActions::Now, &original).is_ok())
}

/// For the rest of the process these signals end it as they always do, but after echo was restored. While the whole
/// screen is taken they belong to the front end.
fn restore_on_signals() -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCONT])?;
    std::thread::Builder::new().name("echo".into()).spawn(move || {
        for signal in signals.forever() {
            if signal == SIGCONT {
                // The shell switched echo on while we were stopped.
                if let Some((terminal, original)) = &*silent() {
                    let _ = silence(terminal, original);
                }
            } else if !tty::is_any_entered() {
                if restore()
                    && let Ok(mut terminal) = tty::open_controlling()
                {
                    let _ = terminal.write_all(b"\n");
                }
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        }
    })?;
    Ok(())
}
