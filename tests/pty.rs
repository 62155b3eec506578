//! The program itself in a real pseudo-terminal, as a person or another program meets it: the screen, the raw bytes, the
//! terminal's attributes, exit statuses and what is on the disk. The terminal port alone is tested in `suite/tty.rs`,
//! its panics among it: the program as shipped has no way to provoke one.

#[path = "support/mod.rs"]
mod support;

#[path = "pty/alone.rs"]
mod alone;
#[path = "pty/clipboard.rs"]
mod clipboard;
#[path = "pty/home.rs"]
mod home;
#[path = "pty/leaving.rs"]
mod leaving;
#[path = "pty/linear.rs"]
mod linear;
#[path = "pty/remembered.rs"]
mod remembered;
#[path = "pty/stopping.rs"]
mod stopping;
#[path = "pty/streams.rs"]
mod streams;
#[path = "pty/using.rs"]
mod using;
