//! Starts countersign.

#![forbid(unsafe_code)]

use countersign::ports::clipboard::holder;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == holder::SUB_COMMAND) {
        return ExitCode::from(holder::hold_clipboard_main(&arguments[2..]));
    }
    ExitCode::SUCCESS
}
