//! The controlling terminal as a device: its attributes, its modes, whole writes. It is shared between the thread that
//! draws and whoever must give the terminal back.

use ratatui::layout::Size;
use rustix::process::{Signal, getpgrp, kill_current_process_group};
use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

/// Alternate screen, cursor hidden, bracketed paste, attributes reset, all blank.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[m\x1b[H\x1b[2J";
/// Buttons and wheel in SGR form; no motion, which would wake us for nothing.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";
/// Ends an update cut off in the middle and blanks the alternate screen, which some terminals keep.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[m\x1b[H\x1b[2J\x1b[?2004l\x1b[?25h\x1b[?1049l";

/// Opens the controlling terminal for reading and writing.
pub fn open_controlling() -> io::Result<File> {
    File::options().read(true).write(true).open("/dev/tty")
}

/// A stop that has not come by then was ignored.
const STOPS_WITHIN: Duration = Duration::from_millis(300);

/// Whether some [`Tty`] of this process is taken for full-screen use.
static ANY_ENTERED: AtomicBool = AtomicBool::new(false);

pub fn is_any_entered() -> bool {
    ANY_ENTERED.load(Ordering::SeqCst)
}

pub struct Tty {
    file: File,
    mouse: bool,
    entered: AtomicBool,
    entered_by: Mutex<Option<ThreadId>>,
    /// What the terminal had before we came.
    original: Mutex<Termios>,
    /// Keeps whole writes apart.
    writing: Mutex<()>,
    /// How often the process has run again after a stop.
    resumed: (Mutex<u64>, Condvar),
    ending: AtomicBool,
}

impl Tty {
    pub fn open(mouse: bool) -> io::Result<Self> {
        let file = open_controlling()?;
        let original = Mutex::new(tcgetattr(&file)?);
        let (entered, ending) = (AtomicBool::new(false), AtomicBool::new(false));
        let (entered_by, writing) = (Mutex::new(None), Mutex::new(()));
        Ok(Tty { file, mouse, entered, entered_by, original, writing, resumed: Default::default(), ending })
    }

    /// Takes the terminal for full-screen use; again where it was taken already. Not for a process that is to end.
    pub fn enter(&self) -> io::Result<()> {
        if self.is_ending() {
            return Ok(());
        }
        let mut raw = locked(&self.original).clone();
        raw.make_raw();
        *locked(&self.entered_by) = Some(std::thread::current().id());
        self.set_entered(true);
        self.set_attributes(&raw)?;
        let mut bytes = ENTER.to_vec();
        if self.mouse {
            bytes.extend_from_slice(MOUSE_ON);
        }
        self.write(&bytes)
    }

    /// Gives the terminal back, if it is taken.
    pub fn leave(&self) -> io::Result<()> {
        if !self.set_entered(false) {
            return Ok(());
        }
        let written = self.write(&self.leave_bytes());
        let original = locked(&self.original).clone();
        self.set_attributes(&original).and(written)
    }

    /// Gives the terminal back whatever else is going on, and drops what was typed for us but not read.
    pub fn force_back(&self) {
        if !self.set_entered(false) {
            return;
        }
        let _ = tcflush(&self.file, QueueSelector::IFlush);
        if let Ok(original) = self.original.try_lock() {
            let _ = tcsetattr(&self.file, OptionalActions::Now, &original);
        }
        // A thread stuck in a write must not keep us from it.
        let _turn = self.writing.try_lock();
        let _ = (&self.file).write_all(&self.leave_bytes());
    }

    /// Keeps what the shell made of the terminal while we were stopped as the state to give back.
    pub fn adopt_attributes(&self) -> io::Result<()> {
        if !self.is_entered() {
            *locked(&self.original) = tcgetattr(&self.file)?;
        }
        Ok(())
    }

    /// Returns what it was before.
    fn set_entered(&self, entered: bool) -> bool {
        ANY_ENTERED.store(entered, Ordering::SeqCst);
        self.entered.swap(entered, Ordering::SeqCst)
    }

    /// Says that the process runs again.
    pub fn note_resumed(&self) {
        *locked(&self.resumed.0) += 1;
        self.resumed.1.notify_all();
    }

    /// Stops the process and those it works with, as the terminal's own Ctrl-Z does, and returns when they run again.
    /// Whether they do: a stop may be ignored. A process that is to end does not wait.
    pub fn stop(&self, signal: Signal) -> io::Result<bool> {
        let mut count = locked(&self.resumed.0);
        let before = *count;
        // To the whole group: in a pipeline or `$(…)` the others must stop too. The system ignores it where nobody
        // could let us go on.
        kill_current_process_group(signal)?;
        // On another thread than the main one the call may return before the stop. The time passes while stopped, too:
        // the second turn is for the signals that ended it to be reported.
        for _ in 0..2 {
            let still_waits = |count: &mut u64| *count == before && !self.is_ending();
            let waited = self.resumed.1.wait_timeout_while(count, STOPS_WITHIN, still_waits);
            count = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(*count != before)
    }

    /// Whether others than this process and its group have the terminal now.
    pub fn is_in_background(&self) -> bool {
        tcgetpgrp(&self.file).is_ok_and(|group| group != getpgrp())
    }

    /// Stops for as long as others have the terminal, as the system would do at the first touch. It would also do so for
    /// ever, whatever signal asks to end; this waits for no process that is to end.
    pub fn wait_for_foreground(&self) -> io::Result<()> {
        while self.is_in_background() && !self.ends_soon() {
            // Looked at again: waiting took time, in which it may have been stopped and brought to the foreground.
            if self.is_in_background() && !self.stop(Signal::TTOU)? {
                break;
            }
        }
        Ok(())
    }

    /// Whether the end is asked for now: what let the process go on may have been only for that, and is reported first.
    fn ends_soon(&self) -> bool {
        let count = locked(&self.resumed.0);
        let waited = self.resumed.1.wait_timeout_while(count, STOPS_WITHIN, |_| !self.is_ending());
        drop(waited);
        self.is_ending()
    }

    /// Says that the process is to end: the terminal is not taken any more.
    pub fn note_ending(&self) {
        let _nobody_misses_it = locked(&self.resumed.0);
        self.ending.store(true, Ordering::SeqCst);
        self.resumed.1.notify_all();
    }

    fn is_ending(&self) -> bool {
        self.ending.load(Ordering::SeqCst)
    }

    pub fn is_entered(&self) -> bool {
        self.entered.load(Ordering::SeqCst)
    }

    pub fn is_entered_by_this_thread(&self) -> bool {
        *locked(&self.entered_by) == Some(std::thread::current().id())
    }

    pub fn size(&self) -> io::Result<Size> {
        let size = tcgetwinsize(&self.file)?;
        // A terminal that does not know its size says 0 × 0.
        let or = |length: u16, usual: u16| if length == 0 { usual } else { length };
        Ok(Size::new(or(size.ws_col, 80), or(size.ws_row, 24)))
    }

    /// Writes a frame, unless the terminal is somebody else's by now.
    pub fn write_frame(&self, bytes: &[u8]) -> io::Result<()> {
        if self.is_entered() { self.write(bytes) } else { Ok(()) }
    }

    /// Writes all of it, nothing else in between.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let _turn = locked(&self.writing);
        (&self.file).write_all(bytes)
    }

    fn leave_bytes(&self) -> Vec<u8> {
        if self.mouse { [MOUSE_OFF, LEAVE].concat() } else { LEAVE.to_vec() }
    }

    fn set_attributes(&self, attributes: &Termios) -> io::Result<()> {
        rustix::io::retry_on_intr(|| tcsetattr(&self.file, OptionalActions::Now, attributes))?;
        Ok(())
    }
}

impl AsFd for Tty {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// Writes to the terminal between frames. Bytes are sent on `flush`, all at once.
pub struct Writer {
    tty: Arc<Tty>,
    pending: Vec<u8>,
}

impl Writer {
    pub(super) fn new(tty: Arc<Tty>) -> Self {
        Writer { tty, pending: Vec::new() }
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let pending = std::mem::take(&mut self.pending);
        self.tty.write(&pending)
    }
}

/// Nothing in here can be left half done by a panic.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
