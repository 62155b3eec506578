//! What keeps secrets inside the process: no core file, no reader of its memory, no data in a panic's message.

/// Call first thing in `main`. Release builds only, since a debugger or profiler could not attach either.
pub fn forbid_dumps() {
    if cfg!(debug_assertions) {
        return;
    }
    // Where the system refuses (a container, another system), the program is as safe as any other; it goes on.
    use rustix::process::{Resource, Rlimit, setrlimit};
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Call before the terminal is taken. A formatted message may quote what was being worked on (slicing text in the
/// middle of a character does), so only messages fixed at compile time are shown. A decoder's panic on hostile input is
/// caught where it is called and says nothing here.
pub fn hide_panic_data() {
    std::panic::set_hook(Box::new(|info| {
        use std::io::Write;
        if crate::error::is_contained() {
            return;
        }
        let place = info.location().map_or(String::from("an unknown place"), |at| format!("{}:{}", at.file(), at.line()));
        let what = info.payload().downcast_ref::<&'static str>().copied().unwrap_or("a broken assumption");
        let _ = writeln!(
            std::io::stderr(),
            "countersign: internal error at {place}: {what}\nhint: please report this line; what was saved is safe"
        );
    }));
}
