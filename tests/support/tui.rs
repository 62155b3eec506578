//! The TUI driven by keys: a state and its worker with fake ports, run in one thread, so a flow reads as a person acts.

use super::store::Desk;
use super::world::{FakeClock, FakeEntropy, FakeKeyring};
use countersign::config::Config;
use countersign::ops::vaults::Named;
use countersign::ports::{
    Clearing, Clipboard, ClipboardRoute, Clock, CopyKind, FileFacts, LockGuard, Picture, ScreenCapture, Storage,
};
use countersign::secret::SecretText;
use countersign::tui::key::Key;
use countersign::tui::keymap::Keymap;
use countersign::tui::msg::{Asker, Done, Effect, Job, MouseAct, Msg, Now, Order};
use countersign::tui::state::{Common, Start, State};
use countersign::tui::theme::Theme;
use countersign::tui::update::update;
use countersign::tui::view::view;
use countersign::tui::worker::Worker;
use countersign::vault::entry::Entry;
use countersign::vault::store::{Trust, World};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the fakes share with the test.
#[derive(Default)]
pub struct Outside {
    /// What was copied, in order, and how secret it was said to be.
    pub copied: Vec<(String, CopyKind)>,
    /// Why copying fails, if it does.
    pub copy_fails: Option<String>,
    /// Which way the copies go; the desktop's where nothing is said.
    pub route: Option<ClipboardRoute>,
    /// How many times clearing fails.
    pub clear_fails: u32,
    pub clipboard_picture: Option<Picture>,
    pub screen_picture: Option<Picture>,
    /// Files of the person, by absolute path.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
}

pub type Shared = Arc<Mutex<Outside>>;

pub struct Tui {
    pub state: State,
    pub worker: Worker,
    pub clock: Arc<FakeClock>,
    pub outside: Shared,
    /// The exit status, once it has quit.
    pub quit: Option<u8>,
    /// While true jobs wait for [`Tui::release`]: the moment between an order and its answer.
    pub holding: bool,
    pub held: VecDeque<Order>,
}

/// 2026-01-01 00:00:07 UTC: 7 s into a period of 30 s.
pub const START: u64 = 1_767_225_607;

impl Tui {
    /// The program as it starts, 80 × 24, with fakes around it.
    pub fn start(start: Start) -> Tui {
        Tui::with_config(start, Config::default())
    }

    pub fn with_config(start: Start, config: Config) -> Tui {
        let clock = Arc::new(FakeClock::at(START));
        let outside = Shared::default();
        let world = World {
            storage: Arc::new(Files(outside.clone())),
            clock: clock.clone(),
            entropy: Arc::new(FakeEntropy::seed(11)),
            keyring: Arc::new(FakeKeyring::default()),
            state_folder: "/state".into(),
        };
        Tui::around(start, config, world, "/vault".into(), clock, outside)
    }

    /// On real files: the vault of a desk.
    pub fn at(desk: &Desk, start: Start, config: Config) -> Tui {
        Tui::around(start, config, desk.world.clone(), desk.folder.clone(), desk.clock.clone(), Shared::default())
    }

    fn around(start: Start, config: Config, world: World, vault: PathBuf, clock: Arc<FakeClock>, outside: Shared) -> Tui {
        let worker = Worker::new(
            world,
            Box::new(FakeClipboard(outside.clone())),
            Box::new(FakeScreen(outside.clone())),
            vault.clone(),
            Some("/home/hugo".into()),
            Trust::Pinned,
            1,
        );
        let keymap = Keymap::with_overrides(&config.keys).unwrap();
        let theme = Theme::built_in(&config.theme).unwrap();
        let mut common = Common::new(config, keymap, theme, Named { name: "personal".into(), folder: vault });
        common.now = Now { wall_ms: clock.now(), boot: clock.boot() };
        common.last_input = clock.boot();
        common.vault_exists = start == Start::Unlock;
        let (state, effects) = State::new(start, common);
        let mut tui = Tui { state, worker, clock, outside, quit: None, holding: false, held: VecDeque::new() };
        tui.perform(effects);
        tui
    }

    /// The made-up vault of the demo, in memory.
    pub fn demo() -> Tui {
        Tui::start(Start::Demo)
    }

    /// An open vault without entries, in memory.
    pub fn empty() -> Tui {
        use countersign::ops::change::Change;
        use countersign::tui::msg::Then;
        let mut tui = Tui::demo();
        let ids: Vec<_> = tui.entries().iter().map(|entry| entry.id).collect();
        for change in [Change::Delete(ids.clone()), Change::EmptyTrash(ids)] {
            tui.perform(vec![Effect::job(Job::Apply { change, then: Then::Nothing })]);
        }
        tui
    }

    pub fn sized(mut self, width: u16, height: u16) -> Tui {
        self.resize(width, height);
        self
    }

    pub fn resize(&mut self, width: u16, height: u16) {
        self.send(Msg::Resize { width, height });
    }

    /// Presses keys, named as in the config, with spaces between them: `"a Down Enter Ctrl-R"`.
    pub fn press(&mut self, keys: &str) -> &mut Tui {
        for name in keys.split(' ') {
            let key = Key::parse(name).unwrap_or_else(|| panic!("{name:?} is no key"));
            self.send(Msg::Key(key));
        }
        self
    }

    /// Types each character as a key.
    pub fn type_text(&mut self, text: &str) -> &mut Tui {
        for c in text.chars() {
            self.send(Msg::Key(Key::char(c)));
        }
        self
    }

    /// A bracketed paste.
    pub fn paste(&mut self, text: &str) -> &mut Tui {
        self.send(Msg::Paste(SecretText::new(text)));
        self
    }

    pub fn click(&mut self, column: u16, row: u16) -> &mut Tui {
        self.send(Msg::Mouse { act: MouseAct::Click, column, row });
        self
    }

    pub fn double_click(&mut self, column: u16, row: u16) -> &mut Tui {
        self.send(Msg::Mouse { act: MouseAct::DoubleClick, column, row });
        self
    }

    /// Lets time pass and the program notice it.
    pub fn wait(&mut self, time: Duration) -> &mut Tui {
        self.clock.advance(time);
        let effects = self.tick();
        self.perform(effects);
        self
    }

    /// One turn of the loop: time first, then the message, then its effects.
    pub fn send(&mut self, msg: Msg) {
        assert_eq!(self.quit, None, "the program has quit");
        let mut effects = self.tick();
        effects.extend(update(&mut self.state, msg));
        self.perform(effects);
    }

    fn tick(&mut self) -> Vec<Effect> {
        update(&mut self.state, Msg::Tick(Now { wall_ms: self.clock.now(), boot: self.clock.boot() }))
    }

    pub fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Job { asker, job } if self.holding => self.held.push_back((asker, job)),
                Effect::Job { asker, job } => self.work(asker, job),
                Effect::Quit(code) => self.quit = Some(code),
                Effect::Fail(error) => panic!("the program ended: {error}"),
                Effect::Suspend | Effect::Retake => {}
            }
        }
    }

    fn work(&mut self, asker: Asker, job: Job) {
        let done = self.worker.work(job);
        let effects = update(&mut self.state, Msg::Done { asker, done });
        self.perform(effects);
    }

    /// As if the worker had answered this to the screen that is shown.
    pub fn perform_done(&mut self, done: Done) {
        let asker = self.state.asker();
        let effects = update(&mut self.state, Msg::Done { asker, done });
        self.perform(effects);
    }

    /// Does the jobs that were held back, and holds no more.
    pub fn release(&mut self) -> &mut Tui {
        self.holding = false;
        while let Some((asker, job)) = self.held.pop_front() {
            self.work(asker, job);
        }
        self
    }

    /// The entries that are not in the trash, as the screens have them.
    pub fn entries(&self) -> Vec<Arc<Entry>> {
        self.state.common.open.iter().flat_map(|open| open.vault.active().cloned()).collect()
    }

    /// The one entry of this issuer.
    pub fn entry(&self, issuer: &str) -> Arc<Entry> {
        let mut found = self.entries().into_iter().filter(|entry| entry.issuer.value == issuer);
        match (found.next(), found.next()) {
            (Some(entry), None) => entry,
            (None, _) => panic!("there is no entry {issuer:?}"),
            _ => panic!("there are several entries {issuer:?}"),
        }
    }

    /// The picture as it would be drawn now.
    pub fn screen(&self) -> Buffer {
        let (width, height) = self.state.common.size;
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        view(&self.state, &mut buffer);
        buffer
    }

    /// The text of the picture, a line each, without trailing blanks.
    pub fn screen_text(&self) -> String {
        text_of(&self.screen())
    }

    /// Fails with the whole screen where a text is not on it.
    #[track_caller]
    pub fn see(&mut self, text: &str) -> &mut Tui {
        let screen = self.screen_text();
        assert!(screen.contains(text), "{text:?} is not on the screen:\n{screen}");
        self
    }

    #[track_caller]
    pub fn see_no(&mut self, text: &str) -> &mut Tui {
        let screen = self.screen_text();
        assert!(!screen.contains(text), "{text:?} is on the screen:\n{screen}");
        self
    }
}

/// The text of a buffer; the second cell of a wide character is left out.
pub fn text_of(buffer: &Buffer) -> String {
    use unicode_width::UnicodeWidthStr;
    let area = buffer.area;
    let mut text = String::new();
    for y in area.top()..area.bottom() {
        let mut line = String::new();
        let mut x = area.left();
        while x < area.right() {
            let symbol = buffer.cell((x, y)).map_or(" ", |cell| cell.symbol());
            line.push_str(symbol);
            x += symbol.width().max(1) as u16;
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

struct FakeClipboard(Shared);

impl Clipboard for FakeClipboard {
    fn copy(&mut self, text: &SecretText, kind: CopyKind) -> Result<ClipboardRoute, String> {
        let mut outside = self.0.lock().unwrap();
        if let Some(why) = &outside.copy_fails {
            return Err(why.clone());
        }
        outside.copied.push((text.expose().to_owned(), kind));
        Ok(outside.route.unwrap_or(ClipboardRoute::System))
    }

    fn clear_if_ours(&mut self) -> Clearing {
        let mut outside = self.0.lock().unwrap();
        if outside.clear_fails > 0 {
            outside.clear_fails -= 1;
            return Clearing::Failed;
        }
        match outside.copied.pop() {
            Some(_) => Clearing::Cleared(outside.route.unwrap_or(ClipboardRoute::System)),
            None => Clearing::NotOurs,
        }
    }

    fn picture(&mut self) -> Result<Picture, String> {
        self.0.lock().unwrap().clipboard_picture.clone().ok_or_else(|| "there is no picture in the clipboard".into())
    }
}

struct FakeScreen(Shared);

impl ScreenCapture for FakeScreen {
    fn capture(&mut self) -> Result<Picture, String> {
        self.0.lock().unwrap().screen_picture.clone().ok_or_else(|| "no screen was found".into())
    }
}

/// Files to be read: nothing can be written there.
struct Files(Shared);

impl Storage for Files {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let outside = self.0.lock().unwrap();
        let bytes = outside.files.get(path).ok_or_else(|| io::Error::from_raw_os_error(2))?;
        if bytes.len() as u64 > limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes.clone())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let outside = self.0.lock().unwrap();
        let below = outside.files.keys().filter_map(|file| file.strip_prefix(path).ok());
        let mut names: Vec<String> =
            below.filter_map(|rest| rest.components().next()).map(|name| name.as_os_str().to_string_lossy().into()).collect();
        names.dedup();
        if names.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(names) }
    }

    fn facts(&self, path: &Path) -> io::Result<FileFacts> {
        let outside = self.0.lock().unwrap();
        if let Some(bytes) = outside.files.get(path) {
            return Ok(FileFacts { length: bytes.len() as u64, is_folder: false, mode: 0o600 });
        }
        let is_folder = outside.files.keys().any(|file| file.starts_with(path));
        if is_folder { Ok(FileFacts { length: 0, is_folder, mode: 0o700 }) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }

    fn write_new(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn append(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn sync_file(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn rename(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn remove(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn make_folder(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn lock(&self, _: &Path, _: Duration) -> io::Result<Box<dyn LockGuard>> {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}
