//! The real stage: the controlling terminal, the worker thread and the channel between them and the loop.

use super::key::Key;
use super::msg::{Asker, Done, Job, MouseAct, Msg, Order};
use super::run::{Closed, Stage};
use super::state::State;
use super::view::view;
use super::worker::Worker;
use crate::ports::{Clock, Input, Terminal};
use crate::vault::store::is_of_vault;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Two clicks on one cell within this time are a double click.
const DOUBLE_CLICK: Duration = Duration::from_millis(400);
/// How long leaving waits for the worker to clear the clipboard: it may be in the middle of scrypt.
const LEAVING: Duration = Duration::from_millis(1500);

pub struct TerminalStage<T: Terminal<Error = io::Error>> {
    terminal: ratatui::Terminal<T>,
    inbox: Receiver<Msg>,
    jobs: Option<Sender<Order>>,
    finished: Receiver<()>,
    clock: Arc<dyn Clock>,
}

impl<T: Terminal<Error = io::Error>> TerminalStage<T> {
    /// Starts the worker and begins to listen.
    pub fn new(mut terminal: T, mut worker: Worker, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let (to_loop, inbox) = channel();
        let changes = to_loop.clone();
        worker.tell_changes(Arc::new(move |name| {
            if is_of_vault(name) {
                let _ = changes.send(Msg::FilesChanged);
            }
        }));
        let (jobs, finished) = start(worker, to_loop.clone())?;
        let clicks = Mutex::new(Clicks { clock: clock.clone(), last: None });
        terminal.listen(Arc::new(move |input| {
            let msg = match clicks.lock() {
                Ok(mut clicks) => clicks.message(input),
                Err(_) => None,
            };
            if let Some(msg) = msg {
                // Nobody listens any more only while the program leaves.
                let _ = to_loop.send(msg);
            }
        }))?;
        Ok(TerminalStage { terminal: ratatui::Terminal::new(terminal)?, inbox, jobs: Some(jobs), finished, clock })
    }

    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Ends the worker, which clears the clipboard if it is ours, and gives the terminal back.
    pub fn leave(&mut self) -> io::Result<()> {
        if self.jobs.take().is_some() {
            let _ = self.finished.recv_timeout(LEAVING);
        }
        self.terminal.backend_mut().leave()
    }
}

/// Starts the worker thread; the receiver hears of its end.
fn start(worker: Worker, to_loop: Sender<Msg>) -> io::Result<(Sender<Order>, Receiver<()>)> {
    let (jobs, todo) = channel();
    let (done, finished) = channel();
    let work = move || {
        let answers = |asker: Asker, done: Done| to_loop.send(Msg::Done { asker, done }).is_ok();
        // The worker goes with its panic, and with it keys and clipboard: nothing half done is used again.
        if std::panic::catch_unwind(AssertUnwindSafe(|| worker.run(&todo, &answers))).is_err() {
            let _ = to_loop.send(Msg::WorkerGone);
        }
        let _ = done.send(());
    };
    std::thread::Builder::new().name("worker".into()).spawn(work)?;
    Ok((jobs, finished))
}

/// Also on an error or a panic of the loop.
impl<T: Terminal<Error = io::Error>> Drop for TerminalStage<T> {
    fn drop(&mut self) {
        let _ = self.leave();
    }
}

impl<T: Terminal<Error = io::Error>> Stage for TerminalStage<T> {
    fn wait(&mut self, until: Option<Duration>) -> Result<Option<Msg>, Closed> {
        match until {
            None => self.inbox.recv().map(Some).map_err(|_| Closed),
            Some(until) => match self.inbox.recv_timeout(until.saturating_sub(self.clock.boot())) {
                Ok(msg) => Ok(Some(msg)),
                Err(RecvTimeoutError::Timeout) => Ok(None),
                Err(RecvTimeoutError::Disconnected) => Err(Closed),
            },
        }
    }

    fn poll(&mut self) -> Option<Msg> {
        self.inbox.try_recv().ok()
    }

    fn draw(&mut self, state: &State) -> io::Result<()> {
        self.terminal.draw(|frame| view(state, frame.buffer_mut())).map(drop)
    }

    fn job(&mut self, asker: Asker, job: Job) {
        if let Some(jobs) = &self.jobs {
            // The worker ends only with the program.
            let _ = jobs.send((asker, job));
        }
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.terminal.backend_mut().suspend()
    }

    fn resume(&mut self) -> io::Result<()> {
        self.terminal.backend_mut().resume()?;
        // The backend answers for the cursor itself, so this asks the terminal nothing.
        self.terminal.clear()
    }

    fn wipe(&mut self) -> io::Result<()> {
        // ratatui holds two buffers.
        self.terminal.draw(|_| {})?;
        self.terminal.draw(|_| {}).map(drop)
    }
}

/// Turns inputs into messages, telling single from double clicks.
struct Clicks {
    clock: Arc<dyn Clock>,
    last: Option<(Duration, u16, u16)>,
}

impl Clicks {
    fn message(&mut self, input: Input) -> Option<Msg> {
        Some(match input {
            Input::Key(event) => Msg::Key(Key::from_event(event)?),
            Input::Paste(text) => Msg::Paste(text),
            Input::Resize { columns, rows } => Msg::Resize { width: columns, height: rows },
            Input::Terminate(signal) => Msg::Terminate(signal),
            Input::Resumed => Msg::Resumed,
            Input::Mouse(event) => self.mouse(event)?,
        })
    }

    fn mouse(&mut self, event: MouseEvent) -> Option<Msg> {
        let (column, row) = (event.column, event.row);
        let act = match event.kind {
            MouseEventKind::ScrollUp => MouseAct::WheelUp,
            MouseEventKind::ScrollDown => MouseAct::WheelDown,
            MouseEventKind::Down(MouseButton::Left) => {
                let now = self.clock.boot();
                let double = self.last.take().is_some_and(|(at, c, r)| (c, r) == (column, row) && now - at <= DOUBLE_CLICK);
                if !double {
                    self.last = Some((now, column, row));
                }
                if double { MouseAct::DoubleClick } else { MouseAct::Click }
            }
            _ => return None,
        };
        Some(Msg::Mouse { act, column, row })
    }
}
