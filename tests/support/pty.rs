//! A program in a pseudo-terminal that shows nothing and answers nothing.

use portable_pty::{Child, CommandBuilder, PtyPair, PtySize, native_pty_system};
use rustix::process::{Pid, Signal};
use rustix::termios::{LocalModes, Termios, tcgetattr};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// Long, as scrypt at its full cost is waited for too, on machines that do other things besides.
const PATIENCE: Duration = Duration::from_secs(30);
/// Rows that leave the top of the screen are kept, to be searched for what must not be there.
const SCROLLBACK: usize = 1000;

pub struct Pty {
    pair: PtyPair,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    tty: OwnedFd,
    before: Termios,
    written: Arc<(Mutex<Written>, Condvar)>,
    /// How much of what was written `wait_for` has gone past.
    seen: usize,
}

struct Written {
    bytes: Vec<u8>,
    /// What a terminal makes of them.
    terminal: vt100::Parser,
}

fn terminal(columns: u16, rows: u16) -> vt100::Parser {
    vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), SCROLLBACK)
}

impl Pty {
    /// Starts a program on a terminal of 80 × 24.
    pub fn start(command: CommandBuilder) -> Pty {
        let pair = native_pty_system().openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 }).unwrap();
        let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY;
        let tty = rustix::fs::open(pair.master.tty_name().unwrap(), flags, rustix::fs::Mode::empty()).unwrap();
        let before = tcgetattr(&tty).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        let (mut reader, keys) = (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
        let written = Arc::new((Mutex::new(Written { bytes: Vec::new(), terminal: terminal(80, 24) }), Condvar::new()));
        let shared = written.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut bytes) {
                let mut written = shared.0.lock().unwrap();
                written.bytes.extend_from_slice(&bytes[..length]);
                written.terminal.process(&bytes[..length]);
                drop(written);
                shared.1.notify_all();
            }
        });
        Pty { pair, child, keys, tty, before, written, seen: 0 }
    }

    /// Waits until this text was written after what was waited for before. Returns all in between, the text included.
    pub fn wait_for(&mut self, text: &str) -> String {
        let give_up = Instant::now() + PATIENCE;
        let mut written = self.written.0.lock().unwrap();
        loop {
            let new = &written.bytes[self.seen..];
            if let Some(at) = new.windows(text.len()).position(|window| window == text.as_bytes()) {
                let found = String::from_utf8_lossy(&new[..at + text.len()]).into_owned();
                self.seen += at + text.len();
                return found;
            }
            let left = give_up.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited in vain for {text:?}; there was {:?}", String::from_utf8_lossy(new));
            written = self.written.1.wait_timeout(written, left).unwrap().0;
        }
    }

    /// All that was written until now.
    pub fn all(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.written.0.lock().unwrap().bytes.clone()
    }

    /// Waits until the screen is as described. Returns its text.
    pub fn wait_until_screen(&self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) -> String {
        let give_up = Instant::now() + PATIENCE;
        let mut written = self.written.0.lock().unwrap();
        while !is_so(written.terminal.screen()) {
            let left = give_up.saturating_duration_since(Instant::now());
            let text = written.terminal.screen().contents();
            assert!(!left.is_zero(), "waited in vain for {what}; the screen was\n{text}");
            written = self.written.1.wait_timeout(written, left).unwrap().0;
        }
        written.terminal.screen().contents()
    }

    /// Waits until this text is on the screen. Returns all of the screen.
    pub fn see(&self, text: &str) -> String {
        self.wait_until_screen(&format!("{text:?}"), |screen| screen.contents().contains(text))
    }

    pub fn screen(&self) -> vt100::Screen {
        self.written.0.lock().unwrap().terminal.screen().clone()
    }

    /// The screen with all that was scrolled out of it.
    pub fn scrolled_text(&self) -> String {
        let mut screen = self.screen();
        let (rows, _) = screen.size();
        let mut pages = vec![screen.contents()];
        let mut back = 0;
        while back < screen.scrollback_len() {
            back += usize::from(rows.get());
            screen.set_scrollback(back);
            pages.insert(0, screen.contents());
        }
        pages.join("\n")
    }

    /// Whether this text was on the screen at any moment since so many bytes had been written.
    pub fn showed_since(&self, mark: usize, text: &str) -> bool {
        let (bytes, mut replay) = (self.bytes(), terminal(80, 24));
        replay.process(&bytes[..mark]);
        bytes[mark..].chunk_by(|_, next| *next != 0x1b).any(|piece| {
            replay.process(piece);
            replay.screen().contents().contains(text)
        })
    }

    /// Whether nothing at all is written in this time.
    pub fn is_quiet_for(&self, time: Duration) -> bool {
        let give_up = Instant::now() + time;
        let mut written = self.written.0.lock().unwrap();
        let before = written.bytes.len();
        loop {
            let left = give_up.saturating_duration_since(Instant::now());
            if written.bytes.len() > before || left.is_zero() {
                return written.bytes.len() == before;
            }
            written = self.written.1.wait_timeout(written, left).unwrap().0;
        }
    }

    pub fn send(&mut self, keys: &str) {
        self.send_bytes(keys.as_bytes());
    }

    pub fn send_bytes(&mut self, keys: &[u8]) {
        self.keys.write_all(keys).unwrap();
        self.keys.flush().unwrap();
    }

    /// Writes to the terminal as another program would.
    pub fn print(&self, text: &str) {
        rustix::io::write(&self.tty, text.as_bytes()).unwrap();
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        self.written.0.lock().unwrap().terminal.set_size(rows.try_into().unwrap(), columns.try_into().unwrap());
        self.pair.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// The number of the process.
    pub fn id(&self) -> i32 {
        i32::try_from(self.child.process_id().unwrap()).unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        rustix::process::kill_process(Pid::from_raw(self.id()).unwrap(), signal).unwrap();
    }

    /// Waits until the program has ended: its exit status, or the signal's name.
    pub fn ended(&mut self) -> Result<u32, String> {
        let mut status = None;
        super::wait_until("the program has ended", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        let status = status.unwrap();
        match status.signal() {
            Some(signal) => Err(signal.to_string()),
            None => Ok(status.exit_code()),
        }
    }

    pub fn echoes(&self) -> bool {
        tcgetattr(&self.tty).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    /// Whether the terminal has all the attributes it had before the program began.
    pub fn is_restored(&self) -> bool {
        let now = tcgetattr(&self.tty).unwrap();
        let modes = |at: &Termios| (at.input_modes, at.output_modes, at.control_modes, at.local_modes);
        modes(&now) == modes(&self.before)
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end in a terminal and answers its questions in order, each known by a part of it. Whether it ended
/// well, and all it wrote.
pub fn converse(command: CommandBuilder, answers: &[(&str, &str)]) -> (bool, String) {
    let pair = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    // A question that nobody expected ends it.
    let mut killer = child.clone_killer();
    let (ended, watched) = std::sync::mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        if let Err(std::sync::mpsc::RecvTimeoutError::Timeout) = watched.recv_timeout(PATIENCE) {
            drop(killer.kill());
        }
    });
    let (mut reader, mut writer) = (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
    let (mut seen, mut from, mut buffer, mut answers) = (Vec::new(), 0, [0; 4096], answers.iter());
    let mut next = answers.next();
    while let Ok(length @ 1..) = reader.read(&mut buffer) {
        seen.extend_from_slice(&buffer[..length]);
        while let Some((question, answer)) = next {
            let Some(at) = String::from_utf8_lossy(&seen[from..]).find(question) else { break };
            from += at + question.len();
            writer.write_all(format!("{answer}\r").as_bytes()).unwrap();
            next = answers.next();
        }
    }
    let success = child.wait().unwrap().success();
    drop(ended);
    watch.join().unwrap();
    (success, String::from_utf8_lossy(&seen).into_owned())
}
