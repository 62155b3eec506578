//! A stage with a script: messages at given times, a worker in the same thread, and a record of wake-ups and frames.

use super::tui::text_of;
use super::world::FakeClock;
use countersign::ports::Clock;
use countersign::tui::msg::{Asker, Job, Msg};
use countersign::tui::run::{Closed, Stage};
use countersign::tui::state::State;
use countersign::tui::view::view;
use countersign::tui::worker::Worker;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

pub struct ScriptedStage {
    pub clock: Arc<FakeClock>,
    pub worker: Worker,
    /// How long each job takes.
    pub job_time: Duration,
    /// What happens, at which time since the start.
    pub script: VecDeque<(Duration, Happening)>,
    answers: VecDeque<(Duration, Msg)>,
    began: Duration,
    /// Times since the start at which the loop woke by itself.
    pub wakes: Vec<Duration>,
    /// Each frame with its time.
    pub frames: Vec<(Duration, String)>,
    pub suspended: u32,
    /// How long the next suspension lasts.
    pub asleep: Duration,
    pub wiped: u32,
}

pub enum Happening {
    Message(Msg),
    /// The wall clock is set by hand.
    WallClock(u64),
}

impl ScriptedStage {
    pub fn new(clock: Arc<FakeClock>, worker: Worker) -> Self {
        let began = clock.boot();
        ScriptedStage {
            clock,
            worker,
            job_time: Duration::ZERO,
            script: VecDeque::new(),
            answers: VecDeque::new(),
            began,
            wakes: Vec::new(),
            frames: Vec::new(),
            suspended: 0,
            asleep: Duration::ZERO,
            wiped: 0,
        }
    }

    pub fn at(&mut self, seconds: f64, msg: Msg) -> &mut Self {
        self.script.push_back((Duration::from_secs_f64(seconds), Happening::Message(msg)));
        self
    }

    pub fn set_wall_at(&mut self, seconds: f64, unix_ms: u64) -> &mut Self {
        self.script.push_back((Duration::from_secs_f64(seconds), Happening::WallClock(unix_ms)));
        self
    }

    /// Time since the start.
    pub fn time(&self) -> Duration {
        self.clock.boot() - self.began
    }

    /// The last frame drawn up to a time.
    pub fn frame_at(&self, seconds: f64) -> &str {
        let until = Duration::from_secs_f64(seconds);
        self.frames.iter().rev().find(|(at, _)| *at <= until).map_or("", |(_, text)| text)
    }

    fn go_to(&self, time: Duration) {
        self.clock.advance(time.saturating_sub(self.time()));
    }
}

impl Stage for ScriptedStage {
    fn wait(&mut self, until: Option<Duration>) -> Result<Option<Msg>, Closed> {
        loop {
            let answer = self.answers.front().map(|(at, _)| *at);
            let event = self.script.front().map(|(at, _)| *at);
            let wake = until.map(|until| until.saturating_sub(self.began));
            let next = [answer, event].into_iter().flatten().min();
            if let Some(wake) = wake.filter(|wake| next.is_none_or(|next| *wake < next)) {
                // Nothing will ever come: the script is over and the loop only ticks.
                if next.is_none() {
                    return Err(Closed);
                }
                self.go_to(wake);
                self.wakes.push(wake);
                return Ok(None);
            }
            let Some(next) = next else { return Err(Closed) };
            self.go_to(next);
            if answer == Some(next) {
                return Ok(self.answers.pop_front().map(|(_, msg)| msg));
            }
            match self.script.pop_front() {
                Some((_, Happening::Message(msg))) => return Ok(Some(msg)),
                Some((_, Happening::WallClock(unix_ms))) => self.clock.set_wall(unix_ms),
                None => return Err(Closed),
            }
        }
    }

    fn poll(&mut self) -> Option<Msg> {
        let due = |at: Duration| at <= self.time();
        if self.answers.front().is_some_and(|(at, _)| due(*at)) {
            return self.answers.pop_front().map(|(_, msg)| msg);
        }
        match self.script.front() {
            Some((at, Happening::Message(_))) if due(*at) => match self.script.pop_front() {
                Some((_, Happening::Message(msg))) => Some(msg),
                _ => None,
            },
            _ => None,
        }
    }

    fn draw(&mut self, state: &State) -> io::Result<()> {
        let (width, height) = state.common.size;
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        view(state, &mut buffer);
        self.frames.push((self.time(), text_of(&buffer)));
        Ok(())
    }

    fn job(&mut self, asker: Asker, job: Job) {
        let done = self.worker.work(job);
        self.answers.push_back((self.time() + self.job_time, Msg::Done { asker, done }));
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.suspended += 1;
        self.clock.advance(self.asleep);
        Ok(())
    }

    fn resume(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn wipe(&mut self) -> io::Result<()> {
        self.wiped += 1;
        Ok(())
    }
}
