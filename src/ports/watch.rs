//! Watching a folder through the `notify` crate: inotify on Linux, so nothing polls.

use super::{ChangeSink, Watch};
use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind, RenameMode};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::path::Path;

/// Watches nothing until it is started.
#[derive(Default)]
pub struct FolderWatch {
    watcher: Option<RecommendedWatcher>,
}

impl Watch for FolderWatch {
    fn start(&mut self, folder: &Path, sink: ChangeSink) -> Result<(), String> {
        self.stop();
        let tell = move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            if is_whole(event.kind) {
                let names = event.paths.iter().filter_map(|path| path.file_name()?.to_str());
                names.for_each(|name| sink(name));
            }
        };
        let cannot = |error: notify::Error| format!("changes of other programs are not seen at once: {}", describe(&error));
        let mut watcher = notify::recommended_watcher(tell).map_err(cannot)?;
        watcher.watch(folder, RecursiveMode::NonRecursive).map_err(cannot)?;
        self.watcher = Some(watcher);
        Ok(())
    }

    fn stop(&mut self) {
        self.watcher = None;
    }
}

/// Whether a file is there as a whole now. Reading one is an event, too: telling of it would never end.
#[cfg(target_os = "linux")]
fn is_whole(kind: EventKind) -> bool {
    let put_there = |mode| matches!(mode, RenameMode::To | RenameMode::Both | RenameMode::Any);
    match kind {
        EventKind::Access(AccessKind::Close(mode)) => mode == AccessMode::Write,
        EventKind::Modify(ModifyKind::Name(mode)) => put_there(mode),
        _ => false,
    }
}

/// Other systems do not tell when a file is closed.
#[cfg(not(target_os = "linux"))]
fn is_whole(kind: EventKind) -> bool {
    matches!(kind, EventKind::Create(_) | EventKind::Modify(_) | EventKind::Any)
}

fn describe(error: &notify::Error) -> String {
    match &error.kind {
        notify::ErrorKind::Io(error) => crate::error::describe_io(error),
        notify::ErrorKind::MaxFilesWatch => "this user watches too many files already".into(),
        kind => format!("{kind:?}"),
    }
}
